/* What the result is used for, and who sees what of it: R32, R38, R42, R43, R47. */
#include <criterion/criterion.h>

#include "result_world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new_full();
	w->run = result_run(w, 1);
	result_office(w);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(feedback, .init = set_up, .fini = tear_down);

static void
put_outcome(const char *state)
{
	world_put(w, PAPER_OUTCOMES, "outcome=result", arena_printf(w->arena, "state=%s", state), "run=1");
}

/* R42: before it is public only those who make it see the result; another run nobody but the office. */
Test(feedback, results_are_seen_by_all_once_public)
{
	static const char *const states[] = {"draft", "consulted", "confirmed", "returned", NULL};

	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	for (const char *const *s = states; *s != NULL; s++) {
		put_outcome(*s);
		result_committee(w);
		cr_assert_eq(world_view(w, "outcome.results", NULL), JX_OK);
		world_as(w, ROLE_HEAD, "head", "X1", "");
		cr_assert_eq(world_view(w, "outcome.results", NULL), JX_E_PHASE, "%s", *s);
		world_as(w, ROLE_LEADER, "mayor", "", "L1");
		cr_assert_eq(world_view(w, "outcome.results", NULL), JX_E_PHASE, "%s", *s);
	}
	put_outcome("public");
	world_as(w, ROLE_HEAD, "head", "X1", "");
	cr_assert_eq(world_view(w, "outcome.results", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "total=96.16", "grade=优秀", "rank=1", "awards=一等奖"));
	cr_assert(world_has_row(w, "unit=X3", "grade=一般", "awards="));
	cr_assert_eq(world_view(w, "outcome.results", "unit=E2"), JX_OK, "another's too");
	cr_assert_eq(w->view.row_count, 1u);
	w->run = result_run(w, 2);
	cr_assert_eq(world_view(w, "outcome.results", NULL), JX_E_DENIED, "not the result's run");
	result_committee(w);
	cr_assert_eq(world_view(w, "outcome.results", NULL), JX_E_DENIED);
	result_office(w);
	cr_assert_eq(world_view(w, "outcome.results", NULL), JX_OK);
}

/* R32: what the result is waiting for. */
Test(feedback, the_state_says_what_is_needed_next)
{
	cr_assert_eq(world_view(w, "outcome.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "item=next", "state=outcome.draft"));
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert_eq(world_view(w, "outcome.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "item=state", "state=draft"));
	cr_assert(world_has_row(w, "item=opinion", "detail=X1 first discipline"));
	cr_assert(world_has_row(w, "item=decision", "state=unvisited"));
	cr_assert(world_has_row(w, "item=confirmation", "state=tiers"));
	cr_assert(world_has_row(w, "item=next", "state=outcome.consulted"));
	world_put(w, PAPER_OBJECTIONS, "objection=O1", "who=x", "text=t", "state=open");
	put_outcome("public");
	cr_assert_eq(world_view(w, "outcome.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "item=objection", "state=O1"));
	cr_assert(world_has_row(w, "item=next", "state=outcome.publish"));
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_assert_eq(world_view(w, "outcome.state", NULL), JX_E_DENIED);
}

/* R38, R42: a unit's own, once published; the office any. */
Test(feedback, is_ones_own_and_after_publication)
{
	result_explain(w, "E1");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_OK);
	cr_assert_eq(world_view(w, "feedback", NULL), JX_E_FIELD);
	world_as(w, ROLE_CLERK, "clerk", "E1", "");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_E_PHASE);
	put_outcome("public");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_E_PHASE);
	put_outcome("published");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_OK);
	cr_assert_eq(world_view(w, "feedback", "unit=E2"), JX_E_DENIED);
	world_as(w, ROLE_FUNCTIONAL, "f", "E2", "财政局");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_E_DENIED);
	world_as(w, ROLE_COMMITTEE, "c", "", "");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_E_DENIED);
}

/* R38: every lost point with its reason, the class's median, the unit's own marks. */
Test(feedback, says_where_each_point_went)
{
	world_put(w, PAPER_BASIC_NOTES, "unit=E1", "item=daily", "how=files", "note=台账不全");
	world_put(w, PAPER_COMMON_NOTES, "unit=E1", "item=discipline", "by=审计局", "reason=审计整改不到位");
	world_put(w, PAPER_GROUP_NOTES, "unit=E1", "goal=G1", "evaluator=P7", "how=look", "note=进度滞后", "reason=只完成八成");
	world_put(w, PAPER_ROUND_REPORTS, "unit=E1", "round=1", "state=sent", "note=报送迟");
	world_put(w, PAPER_REMARKS, "unit=E1", "remark=K7-31", "group=clients", "text=办事慢");
	world_put(w, PAPER_SELF_LINES, "unit=E1", "goal=G1", "text=完成", "evidence=0a1b2c");
	world_put(w, PAPER_FINDINGS, "finding=F1", "unit=E1", "source=visit", "text=未公开", "state=answered", "answer=已公开");
	world_put(w, PAPER_FINDINGS, "finding=F2", "unit=E2", "source=visit", "text=别人的", "state=open");
	world_put(w, PAPER_MEASURES, "unit=E1", "measure=M1", "text=建台账", "due=2011-06-30", "done=40");
	result_explain(w, "E1");
	put_outcome("published");
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "kind=component", "code=basic", "full=3.00", "got=2.73", "lost=0.27", "median=2.79"));
	cr_assert(world_has_row(w, "kind=item", "code=daily", "mark=9.43/10", "full=1.50", "got=1.41", "lost=0.09", "reason=台账不全"));
	cr_assert(world_has_row(w, "kind=item", "code=discipline", "reason=审计局：审计整改不到位", "self=12"));
	cr_assert(world_has_row(w, "kind=goal", "code=G1", "full=20.48", "got=18.04", "self=45.5", "evidence=0a1b2c", "reason=进度滞后；只完成八成"));
	cr_assert(world_has_row(w, "kind=round", "code=1", "full=1.50", "got=1.34", "reason=报送迟"));
	cr_assert(world_has_row(w, "kind=component", "code=bonus", "got=1.00", "lost="));
	cr_assert(world_has_row(w, "kind=remark", "code=1", "reason=办事慢"));
	cr_assert(world_has_row(w, "kind=finding", "code=F1", "reason=已公开"));
	cr_assert(world_has_row(w, "kind=measure", "code=M1", "mark=40%"));
	cr_assert(!world_has_row(w, "kind=finding", "code=F2"));
}

/* R43: no evaluator, no leader, no ballot, no code of a card is anywhere in it. */
Test(feedback, names_nobody)
{
	static const char *const kinds[] = {"leader", "ballots", "option", "evaluator", "rank", "group", "department", NULL};

	world_put(w, PAPER_REMARKS, "unit=X1", "remark=K7-31", "group=public", "text=好");
	world_put(w, PAPER_GROUP_NOTES, "unit=X1", "goal=G1", "evaluator=P7", "how=look", "note=n");
	result_explain(w, "X1");
	cr_assert_eq(world_view(w, "feedback", "unit=X1"), JX_OK);
	for (size_t i = 0; i < w->view.row_count; i++) {
		for (const char *const *kind = kinds; *kind != NULL; kind++)
			cr_assert_str_neq(world_cell(w, i, "kind"), *kind);
		for (size_t j = 0; j < w->view.rows[i]->n_cells; j++) {
			cr_assert_null(strstr(w->view.rows[i]->cells[j], "K7-31"));
			cr_assert_null(strstr(w->view.rows[i]->cells[j], "P7"));
		}
	}
	/* One mayor and three tiers: the leaders' figure alone would tell which tier he chose. */
	cr_assert(world_has_row(w, "code=democratic+leaders") && !world_has_row(w, "code=leaders"));
	/* A department's mayor gives any mark from 0 to 100. */
	result_explain(w, "E1");
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "code=democratic") && world_has_row(w, "code=leaders"));
}

/* R43: a leaders' figure that is one leader's mark, or ballots of fewer than five, stand only in one figure. */
Test(feedback, merges_what_one_person_could_be_read_from)
{
	size_t kept = 0;

	result_explain(w, "E1");
	for (size_t i = 0; i < w->node_count; i++)
		if (deed_is(w->nodes[i]->kind, "leader") && kept++ > 0)
			w->nodes[i]->kind = (char *)(uintptr_t) "gone";
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "code=democratic+leaders", "full=45.00"));
	cr_assert(!world_has_row(w, "code=democratic") && !world_has_row(w, "code=leaders"));
	result_explain(w, "E1");
	for (size_t i = 0; i < w->node_count; i++)
		if (deed_is(w->nodes[i]->kind, "ballots"))
			w->nodes[i]->kind = (char *)(uintptr_t) "gone";
	cr_assert_eq(world_view(w, "feedback", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "code=democratic+leaders"));
}

/* R43: in a class of two the median would give the other unit's figure away. */
Test(feedback, shows_no_median_of_a_class_of_two)
{
	w->run.unit_count = 2; /* X1 and X2 */
	result_explain(w, "X1");
	cr_assert_eq(world_view(w, "feedback", "unit=X1"), JX_OK);
	cr_assert(world_has_row(w, "code=basic", "median="));
}

/* R32: the new run says which unit moves because of which input. */
Test(feedback, two_runs_are_compared_with_their_inputs)
{
	w->other = w->run;
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=0");
	world_put(w, RECORD_GROUP, "unit=X1", "goal=G1", "evaluator=P1", "points=0");
	world_put(w, RECORD_LEADER_MARKS, "leader=L1", "unit=X1", "kind=tier", "value=3");
	w->run = result_run(w, 2);
	cr_assert_eq(world_view(w, "run.compare", NULL), JX_E_FIELD, "the other run is needed");
	cr_assert_eq(world_view(w, "run.compare", "run=2", "other=1"), JX_OK);
	cr_assert(world_has_row(w, "kind=变动", "key=X1"));
	cr_assert(world_has_row(w, "kind=不变", "key=E1", "moved="));
	cr_assert(world_has_row(w, "kind=数据", "key=basic:X1/daily", "moved=points=0"));
	cr_assert(world_has_row(w, "kind=数据", "key=leader_marks", "moved=1 条变动，不显示内容"));
	for (size_t i = 0; i < w->view.row_count; i++)
		if (strcmp(world_cell(w, i, "key"), "X1") == 0) {
			cr_assert_not_null(strstr(world_cell(w, i, "total"), "96.16→"));
			cr_assert_not_null(strstr(world_cell(w, i, "moved"), "basic "));
			cr_assert_not_null(strstr(world_cell(w, i, "moved"), "leaders "));
		}
	/* The same, whichever is named first. */
	{
		struct deed_run swap = w->run;

		w->run = w->other;
		w->other = swap;
	}
	cr_assert_eq(world_view(w, "run.compare", "run=1", "other=2"), JX_OK);
	cr_assert(world_has_row(w, "kind=数据", "key=basic:X1/daily"));
	world_as(w, ROLE_HEAD, "head", "X1", "");
	cr_assert_eq(world_view(w, "run.compare", "run=1", "other=2"), JX_E_DENIED);
}

/* R47: a value is confirmed at what it is, by a document; the seed's own need none. */
Test(feedback, defaults_are_confirmed_value_by_value)
{
	cr_assert_eq(world_view(w, "confirmations", NULL), JX_OK);
	cr_assert(world_has_row(w, "clause=tiers", "value=1=100 2=90 3=80", "source=未确认"));
	cr_assert(world_has_row(w, "clause=grades", "source=原文"));
	world_row(w, PAPER_CONFIRMATIONS, "clause=tiers", "value=1=100 2=90 3=70", "document=D");
	cr_assert_eq(world_do(w, "confirmation.push", NULL), JX_E_FAULTS, "another value");
	world_row(w, PAPER_CONFIRMATIONS, "clause=nothing", "value=1", "document=D");
	cr_assert_eq(world_do(w, "confirmation.push", NULL), JX_E_FAULTS, "no such clause");
	world_row(w, PAPER_CONFIRMATIONS, "clause=tiers", "value=1=100 2=90 3=80", "document=吉绩办〔2010〕5号");
	cr_assert_eq(world_do(w, "confirmation.push", NULL), JX_OK);
	world_put(w, PAPER_CONFIRMATIONS, "clause=rounding", "value=digits=3 half_up published", "document=D");
	cr_assert_eq(world_view(w, "confirmations", NULL), JX_OK);
	cr_assert(world_has_row(w, "clause=tiers", "source=吉绩办〔2010〕5号"));
	cr_assert(world_has_row(w, "clause=rounding", "source=失效：数值已变"));
	cr_assert_eq(world_do(w, "confirmation.all", "document=D"), JX_E_DENIED);
	result_committee(w);
	cr_assert_eq(world_do(w, "confirmation.all", "document=绩委〔2011〕1号"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CONFIRMATIONS, "document", "tiers"), "吉绩办〔2010〕5号", "stays");
	cr_assert_str_eq(world_field(w, PAPER_CONFIRMATIONS, "document", "rounding"), "绩委〔2011〕1号");
	cr_assert_eq(world_do(w, "confirmation.all", "document=D"), JX_E_RULE, "nothing is left");
}

/* R38: promises are settled once; measures are the unit's own, and both go on after publication. */
Test(feedback, promises_and_measures)
{
	put_outcome("published");
	world_row(w, PAPER_PROMISES, "promise=P1", "unit=X9", "text=修路", "state=open");
	cr_assert_eq(world_do(w, "promise.push", NULL), JX_E_FAULTS, "no such unit");
	world_row(w, PAPER_PROMISES, "promise=P1", "unit=X1", "text=修路", "state=kept");
	cr_assert_eq(world_do(w, "promise.push", NULL), JX_E_FAULTS, "settled by a deed of its own");
	world_row(w, PAPER_PROMISES, "promise=P1", "unit=X1", "text=修路", "state=open");
	cr_assert_eq(world_do(w, "promise.push", NULL), JX_OK);
	cr_assert_eq(world_do(w, "promise.settle", "object=P9", "value=kept", "reason=r"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "promise.settle", "object=P1", "value=maybe", "reason=r"), JX_E_FIELD);
	cr_assert_eq(world_do(w, "promise.settle", "object=P1", "value=broken", "reason=资金未到位"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PROMISES, "note", "P1"), "资金未到位");
	cr_assert_eq(world_do(w, "promise.settle", "object=P1", "value=kept", "reason=r"), JX_E_LIFE);
	world_row(w, PAPER_PROMISES, "promise=P1", "unit=X1", "text=改口", "state=open");
	cr_assert_eq(world_do(w, "promise.push", NULL), JX_E_FAULTS, "settled");
	world_as(w, ROLE_CLERK, "clerk", "E1", "");
	world_row(w, PAPER_MEASURES, "unit=E1", "measure=M1", "goal=G9", "text=t");
	cr_assert_eq(world_do(w, "measure.push", "unit=E1"), JX_E_FAULTS, "no such goal");
	world_row(w, PAPER_MEASURES, "unit=E1", "measure=M1", "goal=G1", "text=t", "done=101");
	cr_assert_eq(world_do(w, "measure.push", "unit=E1"), JX_E_FAULTS);
	world_row(w, PAPER_MEASURES, "unit=E1", "measure=M1", "goal=G1", "text=t", "done=100");
	world_row(w, PAPER_MEASURES, "unit=E1", "measure=M2", "goal=capacity", "text=t", "due=2011-06-30");
	cr_assert_eq(world_do(w, "measure.push", "unit=E1"), JX_OK);
	world_row(w, PAPER_MEASURES, "unit=E2", "measure=M1", "text=t");
	cr_assert_eq(world_do(w, "measure.push", "unit=E2"), JX_E_DENIED, "not its own");
}
