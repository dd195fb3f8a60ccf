/* Issued goals change together, by resolution, with exact sums, or not at all (R11). */
#include "plan_play.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	play_open(w, "goals");
	play_to_issued(w, "E1", "批复1号");
	play_to_issued(w, "S1", "批复2号");
	world_at(w, "2010-09-01", 9);
	play_open(w, "adjust");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(adjust, .init = set_up, .fini = tear_down);

static void
row(const char *unit, const char *code, const char *goal, const char *change, const char *points)
{
	const char *const fields[] = {play_pair(w, "unit", unit), play_pair(w, "adjustment", code),
	    play_pair(w, "goal", goal), play_pair(w, "change", change),
	    *points == '\0' ? NULL : play_pair(w, "points", points), NULL};

	world_row_of(w, PAPER_ADJUSTMENT_GOALS, fields);
}

static void
row_add(const char *unit, const char *code, const char *goal, const char *points)
{
	world_row(w, PAPER_ADJUSTMENT_GOALS, play_pair(w, "unit", unit),
	    play_pair(w, "adjustment", code), play_pair(w, "goal", goal), "change=add",
	    "title=抗洪救灾", "part=assigned", play_pair(w, "points", points), "duty=lead",
	    "place=a", "workload=b", "difficulty=c");
}

static enum jx_err
request(const char *unit, const char *code)
{
	play_as_unit(w, ROLE_HEAD, unit);
	return world_do(w, "adjust.request", play_pair(w, "unit", unit),
	    play_pair(w, "object", code), "value=force-majeure", "reason=八月洪水",
	    "document=f00d");
}

static enum jx_err
decide(const char *deed, const char *unit, const char *code)
{
	play_as_committee(w);
	if (strcmp(deed, "adjust.refuse") == 0)
		return world_do(w, deed, play_pair(w, "unit", unit), play_pair(w, "object", code),
		    "document=评委会7号", "reason=依据不足");
	return world_do(w, deed, play_pair(w, "unit", unit), play_pair(w, "object", code),
	    "document=评委会7号");
}

static enum jx_err
apply(const char *document)
{
	play_as_office(w);
	return world_do(w, "adjust.apply", play_pair(w, "document", document));
}

static const char *
state_of(const char *unit, const char *code)
{
	return world_field(w, PAPER_ADJUSTMENTS, "state", unit, code);
}

Test(adjust, a_change_is_requested_accepted_and_applied)
{
	row("E1", "A1", "G1", "change", "40.5");
	row("E1", "A1", "G2", "change", "39.5");
	cr_assert_eq(request("E1", "A1"), JX_OK);
	cr_assert_eq(w->deed.note_count, 0u, "its sums are even");
	cr_assert_str_eq(world_field(w, PAPER_ADJUSTMENTS, "evidence", "E1", "A1"), "f00d");
	cr_assert_str_eq(world_field(w, PAPER_ADJUSTMENTS, "facts", "E1", "A1"), "八月洪水");
	cr_assert_str_eq(world_field(w, PAPER_ADJUSTMENTS, "late", "E1", "A1"), "");
	cr_assert_eq(apply("调整1号"), JX_E_LIFE, "nothing is accepted");
	cr_assert_eq(decide("adjust.accept", "E1", "A1"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G1"), "45.5",
	    "until then the old version rules");
	cr_assert_eq(world_view(w, "plan.compare", "unit=E1"), JX_OK);
	cr_assert(world_has_row(
	    w, "goal=G1", "change=change", "before=45.5", "after=40.5", "source=A1 accepted"));
	cr_assert_eq(apply("批复1号"), JX_E_RULE, "a used number");
	cr_assert_eq(apply("调整1号"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G1"), "40.5");
	cr_assert_str_eq(world_field(w, PAPER_PLAN_GOALS, "points", "E1", "G2"), "39.5");
	cr_assert_str_eq(state_of("E1", "A1"), "applied");
	cr_assert_str_eq(world_field(w, PAPER_ADJUSTMENTS, "applied", "E1", "A1"), "调整1号");
	cr_assert_str_eq(world_field(w, PAPER_PLANS, "state", "E1"), "issued");
}

Test(adjust, rows_are_checked)
{
	row("E1", "A1", "G9", "strike", "");
	cr_assert_eq(request("E1", "A1"), JX_E_FAULTS, "no such goal");
	row("E1", "A1", "G1", "change", "45.5");
	cr_assert_eq(request("E1", "A1"), JX_E_FAULTS, "changes nothing");
	row("E1", "A1", "G1", "change", "0");
	cr_assert_eq(request("E1", "A1"), JX_E_FAULTS);
	row_add("E1", "A1", "G1", "5");
	cr_assert_eq(request("E1", "A1"), JX_E_FAULTS, "it is there");
	row("E1", "A1", "G3", "add", "5");
	cr_assert_eq(request("E1", "A1"), JX_E_FAULTS, "a new goal needs all");
	row("E1", "A2", "G1", "strike", "");
	cr_assert_eq(request("E1", "A1"), JX_E_FAULTS, "another's row");
	row_add("E2", "A1", "G3", "5");
	cr_assert_eq(request("E2", "A1"), JX_E_RULE, "nothing is issued");
	row("S1", "A1", "G1", "strike", "");
	play_as_unit(w, ROLE_HEAD, "E1");
	cr_assert_eq(world_do(w, "adjust.request", "unit=S1", "object=A1", "value=other",
			 "reason=x", "document=f"),
	    JX_E_DENIED);
	row("E1", "A1", "G1", "strike", "");
	cr_assert_eq(
	    world_do(w, "adjust.request", "unit=E1", "object=A1", "value=other", "reason=x"),
	    JX_E_FIELD, "evidence is needed");
	row("E1", "A1", "G1", "strike", "");
	cr_assert_eq(world_do(w, "adjust.request", "unit=E1", "object=A1", "value=whim", "reason=x",
			 "document=f"),
	    JX_E_FIELD);
	row("E1", "A1", "G1", "strike", "");
	cr_assert_eq(request("E1", "A1"), JX_OK);
	cr_assert(play_noted(w, "34.5"));
	row("E1", "A1", "G1", "strike", "");
	cr_assert_eq(request("E1", "A1"), JX_E_LIFE, "that code is taken");
}

/* 30 October 24:00: the last microsecond is on time; later ones need a resolution of their own. */
Test(adjust, late_requests_are_stored_flagged_and_admitted)
{
	w->now_us = deed_date_end("2010-10-30") - 1;
	row("E1", "A1", "G1", "change", "44");
	cr_assert_eq(request("E1", "A1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ADJUSTMENTS, "late", "E1", "A1"), "");
	cr_assert_eq(decide("adjust.admit", "E1", "A1"), JX_E_RULE, "was not late");
	w->now_us++;
	row("E1", "A2", "G2", "change", "36");
	cr_assert_eq(request("E1", "A2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ADJUSTMENTS, "late", "E1", "A2"), "yes");
	cr_assert_eq(decide("adjust.accept", "E1", "A2"), JX_E_RULE);
	play_as_office(w);
	cr_assert_eq(world_do(w, "phase.close", "value=adjust"), JX_OK);
	row("E1", "A3", "G2", "change", "36");
	cr_assert_eq(request("E1", "A3"), JX_E_PHASE);
	cr_assert_eq(
	    decide("adjust.admit", "E1", "A2"), JX_OK, "what came in is decided at any time");
	cr_assert_eq(decide("adjust.admit", "E1", "A2"), JX_E_RULE, "once");
	cr_assert_eq(decide("adjust.accept", "E1", "A2"), JX_OK);
	cr_assert_eq(apply("调整1号"), JX_E_RULE, "81.5 in all");
	cr_assert(play_said(w, "E1") && play_said(w, "81.5"));
	cr_assert_eq(decide("adjust.accept", "E1", "A1"), JX_OK);
	cr_assert_eq(apply("调整1号"), JX_OK, "together they are even");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G1"), "44");
}

/* A batch that leaves any unit's sums wrong is refused whole, with the unit named. */
Test(adjust, a_batch_stands_or_falls_whole)
{
	row("E1", "A1", "G1", "change", "40.5");
	row_add("E1", "A1", "G3", "5");
	cr_assert_eq(request("E1", "A1"), JX_OK);
	row("S1", "A1", "G1", "change", "40");
	cr_assert_eq(request("S1", "A1"), JX_OK);
	cr_assert_eq(decide("adjust.accept", "E1", "A1"), JX_OK);
	cr_assert_eq(decide("adjust.accept", "S1", "A1"), JX_OK);
	cr_assert_eq(apply("调整1号"), JX_E_RULE);
	cr_assert(play_said(w, "S1") && !play_said(w, "E1"));
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G1"), "45.5");
	cr_assert_eq(decide("adjust.refuse", "S1", "A1"), JX_OK, "the committee thinks again");
	cr_assert_str_eq(state_of("S1", "A1"), "refused");
	cr_assert_eq(apply("调整1号"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G3"), "5");
	cr_assert_str_eq(world_field(w, PAPER_PLAN_GOALS, "place", "E1", "G3"), "a");
	cr_assert_eq(apply("调整2号"), JX_E_LIFE);
}

/* 追加: from above, by resolution, the same way. */
Test(adjust, tasks_from_above_take_the_same_way)
{
	play_as_committee(w);
	world_row(w, PAPER_ADJUSTMENT_GOALS, "unit=E1", "adjustment=Z1", "goal=G3", "change=add",
	    "title=迎接世博", "part=assigned", "points=4.5", "duty=coordinate");
	row("E1", "Z1", "G1", "change", "41");
	cr_assert_eq(
	    world_do(w, "adjust.add", "unit=E1", "object=Z1", "document=评委会9号"), JX_OK);
	cr_assert_str_eq(state_of("E1", "Z1"), "accepted");
	cr_assert_str_eq(world_field(w, PAPER_ADJUSTMENTS, "origin", "E1", "Z1"), "above");
	cr_assert(play_notified(w, "", "E1", "Z1"));
	cr_assert_eq(apply("调整1号"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "duty", "E1", "G3"), "coordinate");
	row("E1", "Z2", "G3", "strike", "");
	play_as_unit(w, ROLE_HEAD, "E1");
	cr_assert_eq(
	    world_do(w, "adjust.add", "unit=E1", "object=Z2", "document=9号"), JX_E_DENIED);
}

/* R04: whoever accepts is told who leads the task now. */
Test(adjust, the_leads_of_a_task_stand_before_the_committee)
{
	play_as_office(w);
	world_row(w, PAPER_TASKS, "task=T1", "source=省政府文件", "text=抗洪");
	cr_assert_eq(world_do(w, "task.push", NULL), JX_OK, "tasks come in mid-year too");
	world_row(w, PAPER_ADJUSTMENT_GOALS, "unit=E1", "adjustment=A1", "goal=G1", "change=change",
	    "task=T1");
	cr_assert_eq(request("E1", "A1"), JX_OK);
	play_as_office(w);
	cr_assert_eq(
	    world_do(w, "task.drop", "object=T1"), JX_E_RULE, "an open adjustment cites it");
	cr_assert_eq(decide("adjust.accept", "E1", "A1"), JX_OK);
	cr_assert(play_noted(w, "T1"));
	cr_assert_eq(apply("调整1号"), JX_OK);
	play_as_committee(w);
	cr_assert_eq(world_view(w, "plan.coverage", NULL), JX_OK);
	cr_assert(world_has_row(w, "task=T1", "lead=E1", "conflict="));
}

/* Two that were accepted of one goal: the second finds it gone. */
Test(adjust, what_no_longer_fits_is_named)
{
	row("E1", "A1", "G1", "strike", "");
	row("E1", "A1", "G2", "change", "80");
	cr_assert_eq(request("E1", "A1"), JX_OK);
	row("E1", "A2", "G1", "change", "45");
	cr_assert_eq(request("E1", "A2"), JX_OK);
	cr_assert_eq(decide("adjust.accept", "E1", "A1"), JX_OK);
	cr_assert_eq(decide("adjust.accept", "E1", "A2"), JX_OK);
	cr_assert_eq(apply("调整1号"), JX_E_RULE);
	cr_assert(play_said(w, "A2") && play_said(w, "G1"));
	cr_assert_eq(decide("adjust.refuse", "E1", "A2"), JX_OK);
	cr_assert_eq(apply("调整1号"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "title", "E1", "G1"), "", "struck");
	cr_assert_str_eq(world_field(w, RECORD_GOALS, "points", "E1", "G2"), "80");
}

/* A goal is not taken from under marks that stand. */
Test(adjust, marks_that_stand_are_not_orphaned)
{
	world_put(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=p1", "points=41");
	world_put(w, RECORD_SELF, "unit=E1", "goal=discipline", "points=12");
	row("E1", "A1", "G1", "change", "40");
	row("E1", "A1", "G2", "change", "40");
	cr_assert_eq(request("E1", "A1"), JX_OK);
	cr_assert_eq(decide("adjust.accept", "E1", "A1"), JX_OK);
	cr_assert_eq(apply("调整1号"), JX_E_RULE);
	cr_assert(play_said(w, "G1") && w->deed.why_count == 1);
}
