/* The counties' way: talked over, confirmed together, issued by one document (R02, R06). */
#include "plan_play.h"

static struct world *w;
static const char *const counties[] = {"X1", "X2", "X3"};

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

TestSuite(county, .init = set_up, .fini = tear_down);

static enum jx_err
answer(const char *unit, const char *value, const char *reason)
{
	play_as_unit(w, ROLE_HEAD, unit);
	return world_do(w, "county.answer", play_pair(w, "unit", unit),
	    play_pair(w, "value", value), play_pair(w, "reason", reason));
}

static void
submit_all(void)
{
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(play_county_push(w, counties[i]), JX_OK);
		cr_assert_eq(play_county_own(w, counties[i]), JX_OK);
		cr_assert_eq(play_county_submit(w, counties[i]), JX_OK);
	}
}

Test(county, each_side_drafts_its_own_part)
{
	play_as_unit(w, ROLE_CLERK, "X1");
	play_goal(w, "X1", "G1", "main", "72", "");
	cr_assert_eq(
	    world_do(w, "goals.push", "unit=X1"), JX_E_FAULTS, "the first part is the office's");
	play_as_office(w);
	play_goal(w, "X1", "G3", "innovation", "18", "");
	cr_assert_eq(
	    world_do(w, "county.push", "unit=X1"), JX_E_FAULTS, "the other is the county's");
	cr_assert_eq(play_county_own(w, "X1"), JX_OK, "either may be first");
	cr_assert_eq(play_county_push(w, "X1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLAN_GOALS, "points", "X1", "G3"), "18",
	    "a push leaves the other's part");
	play_goal(w, "X1", "G3", "main", "72", "");
	cr_assert_eq(
	    world_do(w, "county.push", "unit=X1"), JX_E_FAULTS, "that code is the county's");
	play_goal(w, "X1", "G1", "main", "71", "");
	cr_assert_eq(world_do(w, "county.push", "unit=X1", "based_on=1"), JX_E_STALE);
	cr_assert(play_said(w, "G2") && !play_said(w, "目标 G3"),
	    "the other side's goals are no difference");
	play_goal(w, "E1", "G1", "main", "72", "");
	cr_assert_eq(world_do(w, "county.push", "unit=E1"), JX_E_RULE, "a department is no county");
}

/* R02: without a carrier or a quantified target an innovation goal is refused. */
Test(county, innovation_goals_need_carrier_and_target)
{
	play_as_unit(w, ROLE_CLERK, "X1");
	world_row(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G3", "title=创新", "part=innovation",
	    "points=18", "duty=lead", "target=3");
	cr_assert_eq(world_do(w, "goals.push", "unit=X1"), JX_E_FAULTS);
	world_row(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G3", "title=创新", "part=innovation",
	    "points=18", "duty=lead", "carrier=园区");
	cr_assert_eq(world_do(w, "goals.push", "unit=X1"), JX_E_FAULTS);
	world_row(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G3", "title=创新", "part=innovation",
	    "points=18", "duty=lead", "carrier=园区", "target=3");
	cr_assert_eq(world_do(w, "goals.push", "unit=X1"), JX_OK);
	play_as_office(w);
	world_row(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G1", "title=经济指标", "part=main",
	    "points=72", "duty=lead");
	cr_assert_eq(world_do(w, "county.push", "unit=X1"), JX_OK, "the city's part needs neither");
}

Test(county, a_county_answers_the_draft_it_saw)
{
	cr_assert_eq(answer("X1", "agreed", ""), JX_E_LIFE, "there is no draft");
	cr_assert_eq(play_county_own(w, "X1"), JX_OK);
	cr_assert_eq(answer("X1", "agreed", ""), JX_E_RULE, "nor the office's part");
	cr_assert_eq(play_county_push(w, "X1"), JX_OK);
	cr_assert(play_notified(w, "", "X1", "答复"));
	cr_assert_eq(answer("X1", "comments", ""), JX_E_RULE, "which?");
	cr_assert_eq(answer("X1", "none", ""), JX_E_FIELD);
	cr_assert_eq(answer("X1", "comments", "G1 偏高"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "answer_text", "X1"), "G1 偏高");
	cr_assert_eq(play_county_push(w, "X1"), JX_OK, "the same again");
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "answer", "X1"), "comments");
	play_goal(w, "X1", "G1", "main", "72", "");
	cr_assert_eq(world_do(w, "county.push", "unit=X1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "answer", "X1"), "", "said of another draft");
	cr_assert_eq(answer("X1", "agreed", ""), JX_OK);
	play_as_unit(w, ROLE_CLERK, "X1");
	cr_assert_eq(world_do(w, "county.answer", "unit=X1", "value=agreed"), JX_E_DENIED);
}

Test(county, sums_of_both_parts_are_exact_at_submission)
{
	cr_assert_eq(play_county_own(w, "X1"), JX_OK);
	cr_assert_eq(play_county_submit(w, "X1"), JX_E_RULE, "the office's part is missing");
	play_as_office(w);
	play_goal(w, "X1", "G1", "main", "72.01", "");
	cr_assert_eq(world_do(w, "county.push", "unit=X1"), JX_OK);
	play_as_unit(w, ROLE_CLERK, "X1");
	play_goal(w, "X1", "G3", "innovation", "17.99", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=X1"), JX_OK);
	cr_assert_eq(play_county_submit(w, "X1"), JX_E_RULE, "90 in all, but not 72 and 18");
	cr_assert(play_said(w, "72.01") && play_said(w, "17.99"));
	cr_assert_eq(play_county_push(w, "X1"), JX_OK);
	cr_assert_eq(play_county_own(w, "X1"), JX_OK);
	cr_assert_eq(play_county_submit(w, "X1"), JX_OK);
	cr_assert_eq(play_county_own(w, "X1"), JX_E_LIFE, "what was sent is sent");
	play_as_office(w);
	cr_assert_eq(world_do(w, "county.return", "unit=X1", "reason=载体不明"), JX_OK);
	cr_assert_eq(play_county_own(w, "X1"), JX_OK);
	cr_assert_eq(play_county_submit(w, "X1"), JX_OK);
}

/* R02: all at once; no answer by the date is recorded as none, and is no veto. */
Test(county, all_are_confirmed_and_issued_at_one_instant)
{
	submit_all();
	cr_assert_eq(answer("X1", "agreed", ""), JX_OK);
	cr_assert_eq(answer("X2", "comments", "偏高"), JX_OK);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "county.confirm", "document=评委会1号"), JX_E_RULE);
	cr_assert(play_said(w, "X3") && !play_said(w, "X1"));
	w->now_us = deed_date_end("2010-04-20") - 1;
	cr_assert_eq(world_do(w, "county.confirm", "document=评委会1号"), JX_E_RULE,
	    "the last microsecond is still its own");
	w->now_us++;
	cr_assert_eq(world_do(w, "county.confirm", "document=评委会1号"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "answer", "X3"), "none");
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "answer", "X2"), "comments");
	cr_assert_eq(answer("X3", "agreed", ""), JX_E_LIFE, "too late");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "X1", "G1"), "");
	play_as_office(w);
	cr_assert_eq(world_do(w, "county.issue", "document=市政发1号"), JX_OK);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_str_eq(world_field(w, PAPER_PLANS, "reply", counties[i]), "市政发1号");
		cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", counties[i], "G1"), "40");
		cr_assert_str_eq(
		    world_field(w, RECORD_GOALS, "part", counties[i], "G3"), "innovation");
	}
	cr_assert_eq(play_county_push(w, "X1"), JX_E_LIFE, "R11: frozen for the office too");
	cr_assert_eq(play_county_own(w, "X1"), JX_E_LIFE);
}

Test(county, none_goes_without_the_others)
{
	submit_all();
	play_as_office(w);
	cr_assert_eq(world_do(w, "county.issue", "document=1号"), JX_E_LIFE, "not confirmed");
	cr_assert_eq(world_do(w, "county.return", "unit=X2", "reason=修改"), JX_OK);
	world_at(w, "2010-05-01", 9);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "county.confirm", "document=评委会1号"), JX_E_LIFE);
	cr_assert(play_said(w, "X2") && !play_said(w, "X1"));
	cr_assert_str_eq(
	    world_field(w, PAPER_PLANS, "state", "X1"), "submitted", "nothing was stored");
}

/* The office's part may still change while the county's is submitted; the committee sees exact sums
 * only. */
Test(county, the_committee_confirms_exact_sums_only)
{
	submit_all();
	play_as_office(w);
	play_goal(w, "X2", "G1", "main", "71", "");
	cr_assert_eq(world_do(w, "county.push", "unit=X2"), JX_OK);
	world_at(w, "2010-05-01", 9);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "county.confirm", "document=评委会1号"), JX_E_RULE);
	cr_assert(play_said(w, "X2") && play_said(w, "71") && !play_said(w, "X1"));
	play_as_office(w);
	cr_assert_eq(world_view(w, "plan.state", NULL), JX_OK);
	cr_assert(world_has_row(
	    w, "unit=X2", "state=submitted", "sums=main 71/72；innovation 18/18", "total=89"));
}
