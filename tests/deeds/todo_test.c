/* Whose list shows what, and the days left, to the microsecond (R10, R45, G4). */
#include <criterion/criterion.h>
#include <string.h>

#include "deeds/duty.h"
#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_put(w, PAPER_PHASES, "phase=goals", "state=open");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(todo, .init = set_up, .fini = tear_down);

/* The state and days of one unit's plan at a moment. */
static void
check_at(const char *unit, uint64_t now_us, const char *state, const char *days)
{
	world_as(w, ROLE_HEAD, "head", unit, "");
	w->now_us = now_us;
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert_str_eq(world_cell(w, 0, "deed"), "plan.submit");
	cr_assert_str_eq(world_cell(w, 0, "unit"), unit);
	cr_expect_str_eq(world_cell(w, 0, "state"), state, "%s, not %s", world_cell(w, 0, "state"), state);
	cr_expect_str_eq(world_cell(w, 0, "days"), days, "%s, not %s", world_cell(w, 0, "days"), days);
}

/* R10: 20 April 24:00, and the reminders before it. */
Test(todo, counts_whole_days_in_beijing)
{
	uint64_t due = deed_date_end("2010-04-20"), day = UINT64_C(86400000000);

	check_at("E1", due - 9 * day, "later", "8");
	check_at("E1", due - 8 * day - 1, "later", "8");
	check_at("E1", due - 8 * day, "soon", "7");
	check_at("E1", due - 2 * day - 1, "soon", "2");
	check_at("E1", due - 2 * day, "soon", "1");
	check_at("E1", due - day - 1, "soon", "1");
	check_at("E1", due - day, "today", "0");
	check_at("E1", due - 1, "today", "0");
	check_at("E1", due, "overdue", "-1");
	check_at("E1", due + day - 1, "overdue", "-1");
	check_at("E1", due + day, "overdue", "-2");
}

/* Two units have more time, each its own; the others have not. */
Test(todo, an_extension_is_the_units_own)
{
	uint64_t due = deed_date_end("2010-04-20");

	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.extend", "value=goals", "unit=E1", "due=2010-04-22", "reason=洪水"), JX_OK);
	cr_assert_eq(world_do(w, "phase.extend", "value=goals", "unit=S1", "due=2010-04-25", "reason=洪水"), JX_OK);
	check_at("E1", due, "soon", "1");
	check_at("S1", due, "soon", "4");
	check_at("E2", due, "overdue", "-1");
	check_at("E1", deed_date_end("2010-04-22") - 1, "today", "0");
	check_at("E1", deed_date_end("2010-04-22"), "overdue", "-1");
	check_at("S1", deed_date_end("2010-04-22"), "soon", "2");
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "owed", "state:=overdue", "deed:=plan.submit"), JX_OK);
	cr_assert_eq(w->view.row_count, 5u, "%zu", w->view.row_count);
	cr_assert_not(world_has_row(w, "unit=S1"));
	/* Also what others owe on it: the office has as long. */
	world_put(w, PAPER_PLANS, "unit=S1", "state=submitted");
	cr_assert_eq(world_view(w, "owed", "unit=S1", "deed:=plan.assign"), JX_OK);
	cr_assert_str_eq(world_cell(w, 0, "days"), "2");
}

/* A deadline moved for all counts for those without an extension of their own that is later. */
Test(todo, a_later_deadline_for_all_counts)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.extend", "value=goals", "unit=E1", "due=2010-04-22", "reason=洪水"), JX_OK);
	cr_assert_eq(world_do(w, "phase.extend", "value=goals", "due=2010-04-30", "reason=洪水"), JX_OK);
	check_at("E1", deed_date_end("2010-04-22"), "soon", "7");
	check_at("E2", deed_date_end("2010-04-30"), "overdue", "-1");
}

static bool
has(enum role role, const char *account, const char *unit, const char *subject, const char *cell)
{
	world_as(w, role, account, unit, subject);
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	return world_has_row(w, cell);
}

/* R42: what is on a list is its reader's own. */
Test(todo, shows_the_owner_and_who_prepares_and_nobody_else)
{
	cr_assert(has(ROLE_HEAD, "h", "E1", "", "what=提交重点工作目标计划"));
	cr_assert_not(has(ROLE_HEAD, "h", "E1", "", "unit=E2"));
	cr_assert(has(ROLE_CLERK, "c", "E1", "", "deed=plan.submit"));
	cr_assert(has(ROLE_FUNCTIONAL, "f", "E1", "监察局", "deed=plan.submit"));
	cr_assert_not(has(ROLE_FUNCTIONAL, "f", "", "监察局", "deed=plan.submit"));
	cr_assert_not(has(ROLE_HEAD, "h", "X1", "", "deed=plan.submit"), "a county submits no plan");
	cr_assert_not(has(ROLE_EVALUATOR, "e", "E1", "", "unit=E1"));
	cr_assert_not(has(ROLE_OFFICE, "o", "", "", "deed=plan.submit"));
	cr_assert(has(ROLE_FUNCTIONAL, "f", "", "监察局", "object=county.discipline"));
	cr_assert_not(has(ROLE_FUNCTIONAL, "f", "", "安监局", "object=county.discipline"));
	cr_assert_not(has(ROLE_FUNCTIONAL, "f", "", "", "deed=method.push"));
	world_put(w, PAPER_PLANS, "unit=E1", "state=passed");
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=t", "part=duty", "points=80", "duty=lead");
	cr_assert(has(ROLE_LEADER, "l", "", "L2", "deed=plan.approve"));
	cr_assert(has(ROLE_SECRETARY, "s", "", "L2", "deed=plan.approve"));
	cr_assert_not(has(ROLE_LEADER, "l", "", "L3", "deed=plan.approve"));
	world_as(w, ROLE_CLERK, "c", "E2", "");
	cr_assert_eq(world_view(w, "owed", NULL), JX_E_DENIED);
}

/* A substitute or a stand-in has it on his list; he for whom he stands has not (R20, R29). */
Test(todo, a_substitute_owes_by_account)
{
	world_put(w, PAPER_PHASES, "phase=common", "state=open");
	world_put(w, PAPER_SUBSTITUTES, "unit=X1", "item=safety", "by=安监局", "account=other");
	cr_assert(has(ROLE_FUNCTIONAL, "other", "", "监察局", "object=safety"));
	world_as(w, ROLE_FUNCTIONAL, "f", "", "安监局");
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert(world_has_row(w, "deed=common.mark", "unit=X2", "object=safety"));
	cr_assert_not(world_has_row(w, "deed=common.mark", "unit=X1", "object=safety"));
}

/* A department without a leader is on nobody's list but the list of all. */
Test(todo, a_plan_nobody_is_in_charge_of_is_seen)
{
	world_put(w, RECORD_UNITS, "unit=E9", "name=新局", "class=economy");
	world_put(w, PAPER_PLANS, "unit=E9", "state=passed");
	world_as(w, ROLE_AUDITOR, "a", "", "");
	cr_assert_eq(world_view(w, "owed", "unit=E9"), JX_OK);
	cr_assert(world_has_row(w, "deed=plan.approve", "owner=", "state=waits", "waits_for=没有分管领导"));
}

/* Overdue first, then by deadline, then what has none. */
Test(todo, is_in_order_of_urgency)
{
	world_put(w, PAPER_PHASES, "phase=self", "state=open");
	world_put(w, PAPER_FINDINGS, "finding=F1", "unit=E1", "source=visit", "text=t", "state=open");
	world_put(w, PAPER_ROUNDS, "round=1", "state=open", "due_us=1269964800000000"); /* 2010-03-30 24:00 */
	world_at(w, "2010-04-21", 8);
	world_as(w, ROLE_HEAD, "h", "E1", "");
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 4u);
	cr_assert_str_eq(w->view.title, "共4项，逾期2项，7天内0项");
	cr_assert_str_eq(world_cell(w, 0, "deed"), "report.send");
	cr_assert_str_eq(world_cell(w, 0, "object"), "1");
	cr_assert_str_eq(world_cell(w, 0, "due"), "1269964800000000");
	cr_assert_str_eq(world_cell(w, 1, "deed"), "plan.submit");
	cr_assert_str_eq(world_cell(w, 1, "state"), "overdue");
	cr_assert_str_eq(world_cell(w, 2, "deed"), "self.send");
	cr_assert_str_eq(world_cell(w, 3, "deed"), "finding.answer");
	cr_assert_str_eq(world_cell(w, 3, "days"), "");
}

/* R10: "who has not submitted", by role, unit and obligation. */
Test(todo, the_list_of_all_is_filtered)
{
	world_as(w, ROLE_OFFICE, "o", "", "");
	cr_assert_eq(world_view(w, "owed", "deed:=plan.submit"), JX_OK);
	cr_assert_eq(w->view.row_count, 6u);
	cr_assert(world_has_row(w, "unit=E1", "name=发展改革委", "owner=E1", "role=head"));
	cr_assert_eq(world_view(w, "owed", "unit=E1", "role:=head"), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert_eq(world_view(w, "owed", "role:=committee"), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
	cr_assert_eq(world_view(w, "owed", "colour:=red"), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "a filter that does not exist fits nothing");
}
