/* Common goals with their methods (R07, R08), and the decomposition of goals (R09). */
#include "plan_play.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	play_open(w, "goals");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(common_goal, .init = set_up, .fini = tear_down);

static enum jx_err
method(const char *kind, const char *item, const char *by)
{
	play_as_functional(w, by);
	world_row(w, PAPER_METHODS, play_pair(w, "kind", kind), play_pair(w, "item", item),
	    play_pair(w, "by", by), "text=按日常记录扣分", "document=私自");
	return world_do(w, "method.push", NULL);
}

Test(common_goal, every_setter_brings_its_method_before_all_are_issued_at_once)
{
	cr_assert_eq(method("county", "discipline", "监察局"), JX_OK);
	cr_assert_str_eq(
	    world_field(w, PAPER_METHODS, "document", "county", "discipline", "监察局"), "",
	    "not its to set");
	cr_assert_eq(method("county", "safety", "监察局"), JX_E_FAULTS, "another sets it");
	cr_assert_eq(method("department", "safety", "安监局"), JX_E_FAULTS, "not of departments");
	play_as_functional(w, "审计局");
	world_row(w, PAPER_METHODS, "kind=county", "item=discipline", "by=监察局", "text=x");
	cr_assert_eq(world_do(w, "method.push", NULL), JX_E_DENIED, "in another's name");
	play_as_office(w);
	cr_assert_eq(world_do(w, "common.issue", "document=共性1号"), JX_E_RULE);
	cr_assert(play_said(w, "审计局") && play_said(w, "人事局") && w->deed.why_count == 5);
	cr_assert_eq(world_view(w, "method.state", NULL), JX_OK);
	cr_assert(
	    world_has_row(w, "kind=county", "item=discipline", "by=审计局", "method=missing"));
	cr_assert(world_has_row(
	    w, "kind=county", "item=discipline", "by=监察局", "method=there", "points=5"));
	cr_assert_eq(method("county", "discipline", "审计局"), JX_OK);
	cr_assert_eq(method("county", "safety", "安监局"), JX_OK);
	cr_assert_eq(method("department", "discipline", "监察局"), JX_OK);
	cr_assert_eq(method("department", "discipline", "审计局"), JX_OK);
	cr_assert_eq(method("department", "capacity", "人事局"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "common.issue", "document=共性1号"), JX_OK);
	cr_assert_str_eq(
	    world_field(w, PAPER_METHODS, "document", "department", "capacity", "人事局"),
	    "共性1号");
	cr_assert(play_notified(w, "head", "", "共性1号"));
	cr_assert_eq(world_do(w, "common.issue", "document=共性2号"), JX_E_RULE);
	cr_assert_eq(method("department", "capacity", "人事局"), JX_E_RULE, "issued is issued");
}

static enum jx_err
step(const char *goal, const char *code, const char *due, const char *done)
{
	play_as_unit(w, ROLE_CLERK, "E1");
	world_row(w, PAPER_STEPS, "unit=E1", play_pair(w, "goal", goal), play_pair(w, "step", code),
	    "who=投资科 王某", "what=签约三项", play_pair(w, "due", due),
	    play_pair(w, "done", done));
	return world_do(w, "step.push", "unit=E1");
}

Test(common_goal, steps_say_who_what_and_by_when)
{
	cr_assert_eq(step("G1", "1", "2010-06-30", "0"), JX_E_FAULTS, "no such goal");
	cr_assert_eq(play_push(w, "E1", ""), JX_OK);
	cr_assert_eq(step("G1", "1", "", "0"), JX_E_FAULTS);
	cr_assert_eq(step("G1", "1", "2010-06", "0"), JX_E_FAULTS);
	cr_assert_eq(step("G1", "1", "2010-06-30", "101"), JX_E_FAULTS);
	cr_assert_eq(step("G1", "1", "2010-06-30", "50"), JX_OK);
	play_as_unit(w, ROLE_CLERK, "E1");
	world_row(w, PAPER_STEPS, "unit=E1", "goal=G1", "step=2", "who=园区办", "what=开工",
	    "due=2010-05-30");
	world_row(w, PAPER_STEPS, "unit=E1", "goal=G1", "step=3", "who=东镇", "what=征地",
	    "due=2010-09-30", "done=81");
	cr_assert_eq(world_do(w, "step.push", "unit=E1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_STEPS, "who", "E1", "G1", "1"), "",
	    "the goal's steps are replaced");
	cr_assert_eq(step("G2", "1", "2010-06-30", "100"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_STEPS, "who", "E1", "G1", "2"), "园区办",
	    "another goal's are not");
	cr_assert_eq(world_view(w, "step.state", NULL), JX_OK);
	cr_assert(world_has_row(
	    w, "unit=E1", "goal=G1", "steps=2", "done=40", "state=there", "next_due=2010-05-30"));
	cr_assert(world_has_row(
	    w, "unit=E1", "goal=G2", "steps=1", "done=100", "state=there", "next_due="));
	play_as_unit(w, ROLE_CLERK, "E2");
	cr_assert_eq(world_view(w, "step.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "another's");
	cr_assert_eq(world_do(w, "step.push", "unit=E1"), JX_E_DENIED);
}

/* R09 R10 R11: the office sees what is missing, late, and to be renewed since the goal changed. */
Test(common_goal, a_changed_goal_needs_its_steps_renewed)
{
	play_to_issued(w, "E1", "批复1号");
	cr_assert_eq(step("G1", "1", "2010-06-30", "50"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_view(w, "step.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "state=there"));
	cr_assert(world_has_row(w, "goal=G2", "state=missing"));
	world_at(w, "2010-09-01", 9);
	cr_assert_eq(world_view(w, "step.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "goal=G2", "state=late"));
	play_open(w, "adjust");
	play_as_committee(w);
	world_row(w, PAPER_ADJUSTMENT_GOALS, "unit=E1", "adjustment=Z1", "goal=G1", "change=change",
	    "target=20");
	cr_assert_eq(world_do(w, "adjust.add", "unit=E1", "object=Z1", "document=9号"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "adjust.apply", "document=调整1号"), JX_OK);
	cr_assert_eq(world_view(w, "step.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "state=renew"), "even a target alone");
	cr_assert_eq(step("G1", "1", "2010-12-31", "50"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_view(w, "step.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "state=there"));
}
