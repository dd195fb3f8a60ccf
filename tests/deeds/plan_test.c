/* A department's plan from draft to reply (R03-R06, R10), tasks and their coverage (R04, R40). */
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

TestSuite(plan, .init = set_up, .fini = tear_down);

static const char *
state_of(const char *unit)
{
	return world_field(w, PAPER_PLANS, "state", unit);
}

static void
task_push(const char *task, const char *text)
{
	play_as_office(w);
	world_row(w, PAPER_TASKS, play_pair(w, "task", task), "source=市政府工作报告", "number=3",
	    play_pair(w, "text", text));
	cr_assert_eq(world_do(w, "task.push", NULL), JX_OK);
}

/* R03 R05 R06: the whole way, each step by whom it belongs to. */
Test(plan, a_department_goes_the_whole_way)
{
	task_push("T1", "招商引资");
	cr_assert_eq(play_push(w, "E1", "T1"), JX_OK);
	cr_assert(play_noted(w, "80"));
	cr_assert_str_eq(state_of("E1"), "draft");
	cr_assert_eq(play_submit(w, "E1"), JX_OK);
	cr_assert(play_notified(w, "office", "", "E1"));
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "late", "E1"), "");
	cr_assert_eq(play_assign(w, "E1", "监察局"), JX_OK);
	cr_assert(play_notified(w, "functional", "", "E1"));
	cr_assert_eq(
	    play_assign(w, "E1", "审计局"), JX_OK, "more reviewers while it is under review");
	cr_assert_eq(play_agree(w, "E1", "监察局"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.pass", "unit=E1"), JX_E_RULE);
	cr_assert(play_said(w, "审计局") && play_said(w, "G1、G2"));
	cr_assert_eq(play_agree(w, "E1", "审计局"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.pass", "unit=E1"), JX_OK);
	cr_assert(play_notified(w, "leader", "", "E1"));
	cr_assert_eq(play_approve(w, "E1", "L2"), JX_OK);
	cr_assert_str_neq(world_field(w, PAPER_APPROVALS, "content", "E1", "G1", "L2"), "");
	play_as_committee(w);
	cr_assert_eq(world_do(w, "plan.confirm", "document=评委会1号"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "document", "E1"), "评委会1号");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G1"), "",
	    "not in force before the reply");
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.issue", "unit=E1", "document=批复1号"), JX_OK);
	cr_assert_str_eq(state_of("E1"), "issued");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G1"), "45.5");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "duty", "E1", "G2"), "lead");
	cr_assert_eq(play_push(w, "E1", "T1"), JX_E_LIFE, "R11: frozen");
}

/* R03 R04: what each goal must say. */
Test(plan, goals_are_refused_row_by_row)
{
	play_as_unit(w, ROLE_CLERK, "E1");
	world_row(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=a", "part=assigned",
	    "points=10", "place=a", "workload=b", "difficulty=c");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS,
	    "R04: lead or coordinate must be said");
	world_row(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=a", "part=assigned",
	    "points=10", "duty=lead", "place=a", "workload=b");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS, "R03: three grounds");
	play_goal(w, "E1", "G1", "main", "10", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS, "a county's part");
	play_goal(w, "E1", "G1", "assigned", "0", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS);
	play_goal(w, "E1", "G1", "assigned", "80.01", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS);
	play_goal(w, "E1", "G1", "assigned", "10", "T9");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS, "no such task");
	play_goal(w, "E1", "capacity", "assigned", "10", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS, "a common item's code");
	play_goal(w, "E1", "G1 ", "assigned", "10", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_E_FAULTS,
	    "the year's records take no such code");
	play_goal(w, "E2", "G1", "assigned", "10", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E2"), JX_E_DENIED, "another's");
	cr_assert_str_eq(state_of("E1"), "");
}

/* R06: to the hundredth. */
Test(plan, sums_must_be_exact_to_be_submitted)
{
	play_as_unit(w, ROLE_CLERK, "E1");
	play_goal(w, "E1", "G1", "assigned", "45.5", "");
	play_goal(w, "E1", "G2", "duty", "34.49", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_OK);
	cr_assert_eq(play_submit(w, "E1"), JX_E_RULE);
	cr_assert(play_said(w, "79.99"));
	cr_assert_eq(play_push(w, "E1", ""), JX_OK);
	play_as_unit(w, ROLE_CLERK, "E1");
	cr_assert_eq(world_do(w, "plan.submit", "unit=E1"), JX_E_DENIED, "the head submits");
	cr_assert_eq(play_submit(w, "E1"), JX_OK);
}

/* A push replaces: what is not in it is dropped; what is based on an old version is refused with
 * the differences. */
Test(plan, a_push_replaces_and_a_stale_one_is_told_what_changed)
{
	cr_assert_eq(play_push(w, "E1", ""), JX_OK);
	play_as_unit(w, ROLE_CLERK, "E1");
	play_goal(w, "E1", "G1", "assigned", "40", "");
	play_goal(w, "E1", "G3", "duty", "40", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1", "based_on=1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLAN_GOALS, "points", "E1", "G2"), "");
	play_goal(w, "E1", "G1", "assigned", "41", "");
	play_goal(w, "E1", "G2", "duty", "39", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1", "based_on=1"), JX_E_STALE);
	cr_assert(play_said(w, "“40”，本次为“41”") && play_said(w, "目标 G3") &&
		  play_said(w, "本次新增"));
	play_goal(w, "E1", "G1", "assigned", "41", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1", "based_on=2"), JX_OK);
	play_goal(w, "E2", "G1", "assigned", "41", "");
	play_as_unit(w, ROLE_HEAD, "E2");
	cr_assert_eq(world_do(w, "goals.push", "unit=E2", "based_on=1"), JX_E_STALE,
	    "there is none: version 0");
}

/* R10: the last microsecond is on time, the next is late; what is late is stored; once on time is
 * on time. */
Test(plan, lateness_is_flagged_not_refused)
{
	uint64_t due = deed_date_end("2010-04-20");

	cr_assert_eq(play_push(w, "E1", ""), JX_OK);
	cr_assert_eq(play_push(w, "E2", ""), JX_OK);
	w->now_us = due - 1;
	cr_assert_eq(play_submit(w, "E1"), JX_OK);
	w->now_us = due;
	cr_assert_eq(play_submit(w, "E2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "late", "E1"), "");
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "late", "E2"), "yes");
	cr_assert_eq(play_assign(w, "E1", "监察局"), JX_OK);
	play_opinion(w, "E1", "G1", "office", "change", "写明目标值");
	cr_assert_eq(world_do(w, "plan.return", "unit=E1", "reason=修改"), JX_OK);
	cr_assert_eq(play_submit(w, "E1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "late", "E1"), "");
	play_as_office(w);
	cr_assert_eq(world_view(w, "plan.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=E2", "late=yes", "state=submitted"));
	cr_assert(world_has_row(w, "unit=S1", "late=yes", "state=", "next=单位"),
	    "not there and the time is over");
}

/* R05: opinions. */
Test(plan, opinions_are_of_ones_own_department_with_reasons)
{
	cr_assert_eq(play_push(w, "E1", ""), JX_OK);
	cr_assert_eq(play_submit(w, "E1"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.assign", "unit=E1"), JX_E_RULE, "nobody named");
	cr_assert_eq(play_assign(w, "E1", "无此局"), JX_E_FAULTS);
	cr_assert_eq(play_assign(w, "E1", "发展改革委"), JX_E_FAULTS, "itself");
	cr_assert_eq(play_assign(w, "E1", "监察局"), JX_OK);
	cr_assert_eq(play_agree(w, "E1", "审计局"), JX_E_DENIED, "not asked");
	play_as_functional(w, "监察局");
	play_opinion(w, "E1", "G1", "审计局", "agree", "");
	cr_assert_eq(world_do(w, "plan.opine", "unit=E1"), JX_E_FAULTS, "in another's name");
	play_opinion(w, "E1", "G1", "监察局", "strike", "");
	cr_assert_eq(world_do(w, "plan.opine", "unit=E1"), JX_E_FAULTS, "a reason is needed");
	play_opinion(w, "E1", "G7", "监察局", "agree", "");
	cr_assert_eq(world_do(w, "plan.opine", "unit=E1"), JX_E_FAULTS, "no such goal");
	play_opinion(w, "E1", "G1", "监察局", "add", "已有");
	cr_assert_eq(world_do(w, "plan.opine", "unit=E1"), JX_E_FAULTS, "it is there");
	cr_assert_eq(play_agree(w, "E1", "监察局"), JX_OK);
	play_as_functional(w, "监察局");
	play_opinion(w, "E1", "G7", "监察局", "add", "应承接信访任务");
	cr_assert_eq(world_do(w, "plan.opine", "unit=E1"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.pass", "unit=E1"), JX_E_RULE);
	cr_assert(play_said(w, "G7"));
	play_as_functional(w, "监察局");
	play_opinion(w, "E1", "G7", "监察局", "agree", "");
	cr_assert_eq(world_do(w, "plan.opine", "unit=E1"), JX_OK, "takes it back");
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.return", "unit=E1", "reason=无"), JX_E_RULE,
	    "nobody asks for anything");
	cr_assert_eq(world_do(w, "plan.pass", "unit=E1"), JX_OK);
}

/* R05: after a return only changed goals go round again; approvals hang on contents. */
Test(plan, only_changed_goals_go_round_again)
{
	play_to_passed(w, "E1", "");
	cr_assert_eq(play_approve(w, "E1", "L3"), JX_E_DENIED, "not in charge of it");
	world_as(w, ROLE_LEADER, "L2", "", "L2");
	cr_assert_eq(
	    world_do(w, "plan.approve", "unit=E1"), JX_E_FIELD, "which version did he see?");
	cr_assert_eq(world_do(w, "plan.approve", "unit=E1", "based_on=1"), JX_E_STALE);
	cr_assert_eq(world_do(w, "plan.sendback", "unit=E1", "reason=G1 偏低"), JX_OK);
	cr_assert(play_notified(w, "", "E1", "G1"));
	play_as_unit(w, ROLE_CLERK, "E1");
	play_goal(w, "E1", "G1", "assigned", "50", "");
	play_goal(w, "E1", "G2", "duty", "34.5", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_OK);
	cr_assert_str_eq(state_of("E1"), "returned");
	cr_assert_eq(play_submit(w, "E1"), JX_E_RULE);
	play_as_unit(w, ROLE_CLERK, "E1");
	play_goal(w, "E1", "G1", "duty", "45.5", "");
	play_goal(w, "E1", "G2", "duty", "34.5", "");
	cr_assert_eq(world_do(w, "goals.push", "unit=E1"), JX_OK);
	cr_assert_eq(play_submit(w, "E1"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.assign", "unit=E1"), JX_OK, "the same reviewers");
	cr_assert_eq(world_view(w, "plan.compare", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "change=changed", "source=监察局"));
	cr_assert(!world_has_row(w, "goal=G2", "change=changed", "source=监察局"));
	cr_assert_eq(world_do(w, "plan.pass", "unit=E1"), JX_E_RULE);
	cr_assert(play_said(w, "G1") && !play_said(w, "G2"));
	play_as_functional(w, "监察局");
	play_opinion(w, "E1", "G1", "监察局", "agree", "");
	cr_assert_eq(world_do(w, "plan.opine", "unit=E1"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.pass", "unit=E1"), JX_OK);
	cr_assert_eq(play_approve(w, "E1", "L2"), JX_OK);
}

/* R05: in charge now, not once; approved contents stay approved by him who approved them. */
Test(plan, confirmation_needs_approval_of_the_present_content)
{
	play_to_passed(w, "E1", "");
	cr_assert_eq(play_approve(w, "E1", "L2"), JX_OK);
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G2", "title=变了", "part=duty",
	    "points=34.5", "duty=lead");
	play_as_committee(w);
	cr_assert_eq(world_do(w, "plan.confirm", "document=1号", "unit=E1"), JX_E_RULE);
	cr_assert(play_said(w, "G2") && !play_said(w, "G1"));
}

Test(plan, replies_have_a_number_of_their_own)
{
	play_to_issued(w, "E1", "批复1号");
	play_to_passed(w, "E2", "");
	cr_assert_eq(play_approve(w, "E2", "L4"), JX_OK, "another leader in charge");
	play_as_committee(w);
	cr_assert_eq(world_do(w, "plan.confirm", "document=2号"), JX_OK);
	cr_assert_eq(world_do(w, "plan.confirm", "document=2号"), JX_E_LIFE, "nothing waits");
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.issue", "unit=E2", "document=批复1号"), JX_E_RULE);
	cr_assert_eq(world_do(w, "plan.issue", "unit=E2", "document=批复2号"), JX_OK);
	cr_assert_eq(world_do(w, "plan.submit", "unit=E2"), JX_E_DENIED);
}

/* The year's goals become exactly the plan's: what stood there before goes. */
Test(plan, issue_replaces_what_was_imported)
{
	world_put(w, RECORD_GOALS, "unit=E1", "goal=OLD", "title=旧", "part=duty", "points=80",
	    "duty=lead");
	play_to_issued(w, "E1", "批复1号");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "OLD"), "");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G2"), "34.5");
}

/* R04 R40: gaps and doubles stand before the committee; a waiver covers what it was given on. */
Test(plan, gaps_and_doubles_are_settled_or_waived)
{
	task_push("T1", "招商引资");
	task_push("T2", "五城联创");
	play_to_passed(w, "E1", "T1");
	cr_assert_eq(play_push(w, "E2", "T1"), JX_OK);
	cr_assert_eq(play_approve(w, "E1", "L2"), JX_OK);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "plan.confirm", "document=1号", "unit=E1"), JX_E_RULE);
	cr_assert(play_said(w, "T1") && play_said(w, "E1、E2") && play_said(w, "T2"));
	cr_assert_eq(world_view(w, "plan.coverage", NULL), JX_OK);
	cr_assert(world_has_row(w, "task=T1", "lead=E1、E2", "conflict=重复", "waiver="));
	cr_assert(world_has_row(w, "task=T2", "lead=", "conflict=缺口"));
	cr_assert_eq(
	    world_do(w, "task.waive", "object=T2", "document=1号"), JX_E_FIELD, "with a reason");
	cr_assert_eq(
	    world_do(w, "task.waive", "object=T2", "document=1号", "reason=由省直单位承担"), JX_OK);
	cr_assert_eq(
	    world_do(w, "task.waive", "object=T1", "document=1号", "reason=两家共同牵头"), JX_OK);
	cr_assert_eq(
	    world_do(w, "task.waive", "object=T8", "document=1号", "reason=x"), JX_E_NOT_FOUND);
	cr_assert_eq(world_view(w, "plan.coverage", NULL), JX_OK);
	cr_assert(
	    world_has_row(w, "task=T2", "conflict=缺口", "waiver=由省直单位承担", "document=1号"));
	cr_assert_eq(play_push(w, "S1", "T1"), JX_OK);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "plan.confirm", "document=1号", "unit=E1"), JX_E_RULE,
	    "a third lead was not waived");
	cr_assert(play_said(w, "T1") && !play_said(w, "T2"));
	cr_assert_eq(play_push(w, "S1", ""), JX_OK);
	cr_assert_eq(play_push(w, "E2", ""), JX_OK);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "task.waive", "object=T1", "document=1号", "reason=x"), JX_E_RULE,
	    "led by one: nothing to waive");
	cr_assert_eq(world_do(w, "plan.confirm", "document=1号", "unit=E1"), JX_OK);
	play_as_unit(w, ROLE_CLERK, "E1");
	cr_assert_eq(world_view(w, "plan.coverage", NULL), JX_E_DENIED);
}

/* R04 R05: a double that comes up late is returned; what did not change stays agreed and approved.
 */
Test(plan, an_approved_plan_is_returned_for_a_double_and_keeps_its_approvals)
{
	task_push("T1", "招商引资");
	play_to_passed(w, "E1", "T1");
	play_to_passed(w, "E2", "T1");
	cr_assert_eq(play_approve(w, "E1", "L2"), JX_OK);
	cr_assert_eq(play_approve(w, "E2", "L2"), JX_OK);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "plan.confirm", "document=1号"), JX_E_RULE);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.return", "unit=E2", "reason=重复牵头"), JX_E_RULE,
	    "which goal, and what?");
	play_opinion(w, "E2", "G1", "office", "change", "改为协调");
	cr_assert_eq(world_do(w, "plan.return", "unit=E2", "reason=重复牵头"), JX_OK);
	cr_assert(play_notified(w, "", "E2", "改为协调"));
	cr_assert_eq(play_push(w, "E2", ""), JX_OK);
	cr_assert_eq(play_submit(w, "E2"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.assign", "unit=E2"), JX_OK);
	cr_assert_eq(world_do(w, "plan.pass", "unit=E2"), JX_E_RULE);
	cr_assert(
	    play_said(w, "G1") && !play_said(w, "G2"), "only the changed goal goes round again");
	cr_assert_eq(play_agree(w, "E2", "监察局"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.pass", "unit=E2"), JX_OK);
	world_as(w, ROLE_LEADER, "L2", "", "L2");
	cr_assert_eq(world_view(w, "plan.compare", "unit=E2"), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "change=changed", "source=L2"),
	    "he sees what changed since he approved");
	cr_assert(!world_has_row(w, "goal=G2", "change=changed", "source=L2"));
	w->now_us++;
	cr_assert_eq(play_approve(w, "E2", "L2"), JX_OK);
	cr_assert(play_noted(w, "G2") && !play_noted(w, "G1"));
	cr_assert_str_neq(world_field(w, PAPER_APPROVALS, "at_us", "E2", "G1", "L2"),
	    world_field(w, PAPER_APPROVALS, "at_us", "E2", "G2", "L2"),
	    "that of G2 is the old one");
	play_as_committee(w);
	cr_assert_eq(world_do(w, "plan.confirm", "document=1号"), JX_OK);
}

/* R05: in charge at this moment, not at another. */
Test(plan, the_leader_in_charge_now_approves)
{
	Jx__Supervision old = JX__SUPERVISION__INIT;

	play_to_passed(w, "E1", "");
	cr_assert_eq(play_approve(w, "E1", "L3"), JX_E_DENIED);
	old.leader = (char *)(uintptr_t) "L2", old.unit = (char *)(uintptr_t) "E1";
	cr_assert_eq(book_put(w->book, RECORD_SUPERVISION, &old.base, true, 0, w->batch), JX_OK);
	world_put(w, RECORD_SUPERVISION, "leader=L3", "unit=E1");
	cr_assert_eq(play_approve(w, "E1", "L2"), JX_E_DENIED);
	cr_assert_eq(play_approve(w, "E1", "L3"), JX_OK);
}

Test(plan, tasks_are_dropped_only_when_nobody_cites_them)
{
	task_push("T1", "招商引资");
	cr_assert_eq(play_push(w, "E1", "T1"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "task.drop", "object=T1"), JX_E_RULE);
	cr_assert_eq(world_do(w, "task.drop", "object=T2"), JX_E_NOT_FOUND);
	cr_assert_eq(play_push(w, "E1", ""), JX_OK);
	play_as_committee(w);
	cr_assert_eq(world_do(w, "task.waive", "object=T1", "document=1号", "reason=缓办"), JX_OK);
	task_push("T1", "招商引资");
	cr_assert_str_eq(world_field(w, PAPER_TASKS, "waiver", "T1"), "缓办");
	task_push("T1", "招商引资与外贸");
	cr_assert_str_eq(world_field(w, PAPER_TASKS, "waiver", "T1"), "",
	    "it reads otherwise: the waiver is void");
	cr_assert(play_noted(w, "T1"));
	play_as_office(w);
	cr_assert_eq(world_do(w, "task.drop", "object=T1"), JX_OK);
}

/* Everything is done only while goals are being set. */
Test(plan, the_phase_rules)
{
	cr_assert_eq(world_do(w, "phase.close", "value=goals"), JX_OK);
	cr_assert_eq(play_push(w, "E1", ""), JX_E_PHASE);
	cr_assert_eq(play_assign(w, "E1", "监察局"), JX_E_PHASE);
}

Test(plan, a_unit_sees_only_its_own_state)
{
	cr_assert_eq(play_push(w, "E1", ""), JX_OK);
	cr_assert_eq(world_view(w, "plan.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert(world_has_row(w, "unit=E1", "state=draft", "total=80", "next=单位"));
	cr_assert_eq(world_view(w, "plan.state", "unit=E2"), JX_E_DENIED);
	cr_assert_eq(world_view(w, "plan.compare", "unit=E2"), JX_E_DENIED);
	world_as(w, ROLE_LEADER, "L2", "", "L2");
	cr_assert_eq(world_view(w, "plan.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 9u);
	cr_assert_eq(world_view(w, "plan.compare", "unit=S1"), JX_E_DENIED, "not in his charge");
	cr_assert_eq(world_view(w, "plan.compare", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "change=add", "source=plan"));
	cr_assert_eq(play_submit(w, "E1"), JX_OK);
	cr_assert_eq(play_assign(w, "E1", "监察局"), JX_OK);
	play_as_functional(w, "监察局");
	cr_assert_eq(world_view(w, "plan.state", NULL), JX_OK);
	cr_assert(w->view.row_count == 1u &&
		  world_has_row(w, "unit=E1", "missing=监察局：G1、G2", "next=审核部门"));
}
