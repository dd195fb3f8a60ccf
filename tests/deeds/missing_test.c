/* What is missing is exactly what a final run refuses with (R45). */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/scoring.h"
#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new_full();
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(missing, .init = set_up, .fini = tear_down);

/* Takes out every record of that kind whose unit (or first key) it is. */
static void
drop_all(enum record_kind kind, const char *first)
{
	size_t cursor = 0;
	const ProtobufCMessage *record;

	while ((record = book_next(w->book, kind, first, &cursor)) != NULL) {
		cr_assert_eq(book_put(w->book, kind, record, true, 0, ++w->batch), JX_OK);
		cursor = 0;
	}
}

Test(missing, is_empty_when_everything_is_there)
{
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
	cr_assert_eq(world_view(w, "missing.summary", NULL), JX_OK);
	cr_assert(world_has_row(w, "input=basic", "holes=0", "units=0"));
}

/* The very rows of the calculation, in its order. */
static void
check_against_the_calculation(void)
{
	struct score *score;
	Jx__Records *records = book_records(w->book, w->arena);

	cr_assert_eq(score_compute(book_scheme(w->book), records, NULL, NULL, &score), JX_OK);
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, score_hole_count(score));
	cr_assert_gt(w->view.row_count, 0u);
	for (size_t i = 0; i < score_hole_count(score); i++) {
		cr_assert_str_eq(world_cell(w, i, "unit"), score_hole(score, i)->unit);
		cr_assert_str_eq(world_cell(w, i, "missing"), score_hole(score, i)->missing);
		cr_assert_str_neq(world_cell(w, i, "words"), "");
		cr_assert_str_neq(world_cell(w, i, "state"), "");
		cr_assert_str_neq(world_cell(w, i, "owes"), "");
	}
	score_free(score);
}

Test(missing, has_the_rows_of_the_calculation)
{
	drop_all(RECORD_BASIC, "X1");
	check_against_the_calculation();
	drop_all(RECORD_PROGRESS, "X2");
	drop_all(RECORD_COMMON, "E1");
	drop_all(RECORD_BALLOTS, "X3");
	drop_all(RECORD_GROUP, "E2");
	drop_all(RECORD_LEADER_MARKS, "L3");
	drop_all(RECORD_VISITS, "X1");
	drop_all(RECORD_SELF, "X1");
	check_against_the_calculation();
	drop_all(RECORD_SELF, NULL);
	drop_all(RECORD_GROUP, NULL);
	drop_all(RECORD_GOALS, NULL);
	drop_all(RECORD_LEADER_MARKS, NULL);
	drop_all(RECORD_SUPERVISION, NULL);
	check_against_the_calculation();
}

/* Must-show: states, who owes it, days left. */
Test(missing, says_how_far_it_is_and_who_owes_it)
{
	drop_all(RECORD_BASIC, "X1");
	drop_all(RECORD_PROGRESS, "X2");
	drop_all(RECORD_COMMON, "E1");
	drop_all(RECORD_BALLOTS, "X3");
	drop_all(RECORD_GROUP, "E2");
	drop_all(RECORD_LEADER_MARKS, "L3");
	world_put(w, PAPER_MATERIALS, "unit=X1", "item=daily", "material=M1", "title=t");
	world_put(w, PAPER_ROUNDS, "round=1", "state=open", "due_us=1276704000000000"); /* 2010-06-16 24:00 */
	world_put(w, PAPER_ROUNDS, "round=2", "state=open");
	world_put(w, PAPER_ROUND_REPORTS, "unit=X2", "round=2", "state=sent");
	world_put(w, PAPER_DAILIES, "unit=E1", "item=capacity", "by=人事局", "entry=1", "dated=2010-05-01", "fact=f");
	world_put(w, PAPER_STACKS, "stack=S1", "unit=X3", "group=public", "state=counted");
	world_put(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	world_put(w, PAPER_SHEETS, "leader=L3", "state=sealed");
	world_at(w, "2010-06-15", 9);
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "name=东山县", "missing=basic:organisation", "state=missing", "owes=绩效办"));
	cr_assert(world_has_row(w, "unit=X1", "missing=basic:daily", "state=sent", "words=基础工作评估：日常绩效管理"));
	cr_assert(world_has_row(w, "unit=X2", "missing=progress:1", "state=missing", "owes=西水县", "days=1"));
	cr_assert(world_has_row(w, "unit=X2", "missing=progress:2", "state=sent", "owes=绩效办", "days="));
	cr_assert(world_has_row(w, "unit=E1", "missing=common:discipline", "state=missing", "owes=监察局、审计局"));
	cr_assert(world_has_row(w, "unit=E1", "missing=common:capacity", "state=draft", "owes=人事局", "days=289"));
	cr_assert(world_has_row(w, "unit=X3", "missing=ballots:public", "state=counted", "words=民主评估：群众代表"));
	cr_assert(world_has_row(w, "unit=X3", "missing=ballots:municipal", "state=missing"));
	cr_assert(world_has_row(w, "unit=E2", "missing=group:G1", "owes=经济组"));
	cr_assert(world_has_row(w, "unit=X1", "missing=leader:L3", "state=sent", "owes=副市长乙"));
	cr_assert_eq(world_view(w, "missing", "unit=X2"), JX_OK);
	cr_assert_eq(w->view.row_count, 3u, "two rounds and a leader");
	cr_assert_eq(world_view(w, "missing.summary", NULL), JX_OK);
	cr_assert(world_has_row(w, "input=basic", "holes=2", "units=1"));
	cr_assert(world_has_row(w, "input=progress", "holes=2", "units=1", "next_due=1276704000000000"));
	cr_assert(world_has_row(w, "input=leader", "holes=6", "units=6"));
	cr_assert(world_has_row(w, "input=goals", "holes=0"));
}

/* R42: a unit sees its own, and neither evaluators nor leaders by name. */
Test(missing, shows_units_their_own)
{
	drop_all(RECORD_GROUP, NULL);
	drop_all(RECORD_LEADER_MARKS, "L1");
	world_put(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	world_as(w, ROLE_CLERK, "c", "E1", "");
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 3u);
	cr_assert(world_has_row(w, "unit=E1", "missing=group:G1", "owes=评估组"));
	cr_assert(world_has_row(w, "unit=E1", "missing=leader:L1", "owes=市领导"));
	cr_assert_eq(world_view(w, "missing", "unit=E2"), JX_E_DENIED);
	world_as(w, ROLE_FUNCTIONAL, "f", "E1", "监察局");
	cr_assert_eq(world_view(w, "missing", "unit=E2"), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
	world_as(w, ROLE_EVALUATOR, "e", "E1", "");
	cr_assert_eq(world_view(w, "missing", NULL), JX_E_DENIED);
	world_as(w, ROLE_COMMITTEE, "k", "", "");
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_gt(w->view.row_count, 3u);
	world_as(w, ROLE_CLERK, "c", "E1", "");
	cr_assert_eq(world_view(w, "missing.summary", NULL), JX_E_DENIED);
}

/* A year that disobeys its scheme is not calculated with: what is wrong is shown instead. */
Test(missing, shows_faults_instead)
{
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=10.01");
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert(world_has_row(w, "unit=", "name=basic", "state=fault", "owes=绩效办"));
	cr_assert_eq(world_view(w, "missing.summary", NULL), JX_OK);
	cr_assert(world_has_row(w, "input=fault", "holes=1"));
	world_as(w, ROLE_CLERK, "c", "E1", "");
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
}

/* Of cards the book only knows that there are some. */
Test(missing, a_card_without_its_answers_counts_as_there)
{
	drop_all(RECORD_BALLOTS, "X1");
	world_put(w, RECORD_BALLOTS, "unit=X1", "group=public", "card=1");
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert_str_eq(world_cell(w, 0, "missing"), "ballots:municipal");
}

/* R45: unit by input, and the sum of all holes is the list's length. */
Test(missing, is_a_map)
{
	unsigned long holes = 0;

	drop_all(RECORD_BASIC, "X1");
	drop_all(RECORD_PROGRESS, "X2");
	drop_all(RECORD_LEADER_MARKS, "L3");
	drop_all(RECORD_SELF, "X3");
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=1");
	world_put(w, PAPER_PLANS, "unit=X1", "state=issued");
	world_put(w, PAPER_SELF_REPORTS, "unit=X2", "state=draft", "statement=s");
	cr_assert_eq(world_view(w, "missing.map", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 9u);
	cr_assert(world_has_row(w, "unit=X1", "goals=frozen", "basic=draft 1/2", "progress=checked", "leaders=draft 4/5",
	    "self=sent", "visits=1", "holes=2"));
	cr_assert(world_has_row(w, "unit=X2", "goals=checked", "progress=missing 0/2", "self=draft", "visits=0"));
	cr_assert(world_has_row(w, "unit=X3", "self=missing", "holes=1"));
	for (size_t i = 0; i < w->view.row_count; i++)
		holes += strtoul(world_cell(w, i, "holes"), NULL, 10);
	cr_assert_eq(world_view(w, "missing", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, holes);
	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=published");
	world_as(w, ROLE_HEAD, "h", "X1", "");
	cr_assert_eq(world_view(w, "missing.map", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u, "a unit its own");
	cr_assert(world_has_row(w, "unit=X1", "basic=frozen"));
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=10.01");
	cr_assert_eq(world_view(w, "missing.map", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert(world_has_row(w, "unit=", "name=数据有误，不能核算：见 missing", "holes=1"));
}

/* A year in which nothing has come: every input is missing, of every unit. */
Test(missing, of_an_empty_year)
{
	for (int kind = RECORD_GOALS; kind < RECORD_KIND_COUNT; kind++)
		drop_all((enum record_kind)kind, NULL);
	check_against_the_calculation();
	cr_assert_eq(world_view(w, "missing.map", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "goals=missing 0/1", "basic=missing 0/2", "group=missing 0/0", "leaders=missing 0/5"));
}
