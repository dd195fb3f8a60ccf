/* Who wins what as the committee decides it, and what it is asked: R36, R37, R46. */
#include <criterion/criterion.h>

#include "deeds/prize.h"
#include "result_world.h"
#include "scoring/figure.h"

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

TestSuite(prize, .init = set_up, .fini = tear_down);

static enum jx_err
decide(const char *object, const char *value)
{
	enum jx_err err;

	result_committee(w);
	err = world_do(w, "decision.take", arena_printf(w->arena, "object=%s", object),
	    arena_printf(w->arena, "value=%s", value), "document=绩委〔2011〕2号", "run=1");
	result_office(w);
	return err;
}

static bool
is_listed(const char *unit, const char *award)
{
	return strcmp(world_field(w, PAPER_AWARD_LINES, "state", unit, award), "listed") == 0;
}

/* A figure of the run, by hand: for edges that marks seldom reach. */
static Jx__UnitResult *
set_total(const char *unit, const char *total, const char *exact, const char *grade)
{
	Jx__UnitResult *result = (Jx__UnitResult *)(uintptr_t)result_unit(w, unit);

	result->total = arena_strdup(w->arena, total);
	result->exact = arena_strdup(w->arena, exact);
	result->grade = result->grade_before_veto = arena_strdup(w->arena, grade);
	return result;
}

static void
set_awards(Jx__UnitResult *unit, const char *award)
{
	unit->n_awards = award == NULL ? 0 : 1;
	unit->awards = arena_alloc(w->arena, sizeof *unit->awards);
	unit->awards[0] = award == NULL ? NULL : arena_strdup(w->arena, award);
}

Test(prize, figures_compare_and_add_exactly)
{
	static const struct {
		const char *left, *right;
		int order;
	} rows[] = {
	    {"90", "90.00", 0},
	    {"89.9998", "449999/5000", 0},
	    {"89.9998", "90.00", -1},
	    {"2/3", "0.6666", 1},
	    {"123456789012345678901234567890/123456789012345678901234567891", "1", -1},
	    {"nonsense", "0", 0},
	    {"1/0", "0", 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int order = figure_compare(rows[i].left, rows[i].right);

		cr_assert_eq((order > 0) - (order < 0), rows[i].order, "%s and %s", rows[i].left, rows[i].right);
	}
	cr_assert_str_eq(figure_text(w->arena, figure_add(w->arena, "1/3", "1/3", -2, 1), 2), "-0.33");
	cr_assert_str_eq(figure_text(w->arena, "-1/1000", 2), "0.00");
	cr_assert_str_eq(figure_text(w->arena, figure_times(w->arena, "3/4", "0.5"), 3), "0.375");
	cr_assert_str_eq(figure_text(w->arena, "179999/2000", 2), "90.00");
}

/* Two programs count the awards; without decisions they agree, whatever the marks (R36, R37). */
Test(prize, without_decisions_the_count_is_the_runs)
{
	static const char *const units[] = {"X1", "X2", "X3", "E1", "E2", "E3", "S1", "S2", "S3"};
	uint32_t seed = 1;

	for (int round = 0; round < 60; round++) {
		const struct prize *prize;

		tear_down();
		set_up();
		for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
			seed = seed * 1664525 + 1013904223;
			result_level(w, units[i], 40 + (int64_t)(seed >> 16) % 61);
		}
		if (round % 3 == 0)
			result_twin(w, "X1", "X2");
		if (round % 4 == 0)
			result_twin(w, "S1", "S3");
		w->run = result_run(w, 1);
		prize = prize_count(&(struct prize_input){.arena = w->arena, .book = w->book, .run = &w->run, .plain = true});
		cr_assert_not_null(prize);
		for (size_t i = 0; i < prize->unit_count; i++) {
			const struct prize_unit *unit = &prize->units[i];

			cr_assert_str_eq(book_scheme(w->book)->grades[unit->grade].code, unit->unit->grade);
			cr_assert_eq(unit->award_count, unit->unit->n_awards, "%s in round %d", unit->unit->unit, round);
			for (size_t j = 0; j < unit->award_count; j++)
				cr_assert_str_eq(unit->awards[j], unit->unit->awards[j]);
		}
	}
}

/* A tie over the first prize's edge: all hold it, or one does and the other stands for the second. */
Test(prize, a_tie_of_counties_is_decided_with_all_its_consequences)
{
	result_twin(w, "X1", "X2");
	w->run = result_run(w, 1);
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=tie:first", "option=all", "usual=yes", "state=待决定", "gains=", "loses="));
	cr_assert(world_has_row(w, "decision=tie:first", "option=X1", "gains=X2 西水县(96.16) 二等奖", "loses=X2 西水县(96.16) 一等奖"));
	cr_assert(world_has_row(w, "decision=tie:first", "option=X2", "gains=X1 东山县(96.16) 二等奖"));
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert(is_listed("X1", "first") && is_listed("X2", "first"), "the scheme's rule: all");
	/* Unlawful: not of the tie, too many, twice, nothing of the sort, no such question. */
	cr_assert_eq(decide("tie:first", "X3"), JX_E_RULE);
	cr_assert_eq(decide("tie:first", "X1+X2"), JX_E_RULE);
	cr_assert_eq(decide("tie:first", "X1+X1"), JX_E_RULE);
	cr_assert_eq(decide("tie:first", "fewer"), JX_E_RULE);
	cr_assert_eq(decide("tie:second", "all"), JX_E_RULE);
	cr_assert_eq(decide("tie:first", "X2"), JX_OK);
	cr_assert(is_listed("X2", "first") && is_listed("X1", "second"));
	cr_assert(!is_listed("X1", "first") && !is_listed("X2", "second"));
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=tie:first", "option=X2", "state=已决定", "choice=X2", "document=绩委〔2011〕2号"));
	/* Decided otherwise: back to the rule. */
	cr_assert_eq(decide("tie:first", "all"), JX_OK);
	cr_assert(is_listed("X1", "first") && is_listed("X2", "first") && !is_listed("X1", "second"));
}

/* R46: an answer lapses when its figures change; with the same figures in another run it holds. */
Test(prize, an_answer_lapses_with_its_inputs)
{
	result_twin(w, "X1", "X2");
	w->run = result_run(w, 1);
	cr_assert_eq(decide("tie:first", "X2"), JX_OK, "before the draft");
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert(is_listed("X2", "first") && is_listed("X1", "second"));
	result_level(w, "X1", 90);
	result_twin(w, "X1", "X2");
	w->run = result_run(w, 1);
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=tie:first", "state=失效"));
	result_committee(w);
	cr_assert_eq(world_do(w, "outcome.return", "document=D", "reason=r"), JX_OK);
	result_office(w);
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert(is_listed("X1", "first") && is_listed("X2", "first"));
	/* No tie any more: the answer stays on record, lapsed. */
	result_level(w, "X2", 90);
	w->run = result_run(w, 1);
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=tie:first", "option=", "state=失效", "choice=X2"));
}

/* R33 with R46: a decision that brings a new name opens the consultation again. */
Test(prize, a_decision_that_changes_a_consulted_list_takes_it_back_to_draft)
{
	result_twin(w, "X1", "X2");
	w->run = result_run(w, 1);
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=consulted", "run=1",
	    arena_printf(w->arena, "list=%s", world_field(w, PAPER_OUTCOMES, "list", "result")));
	cr_assert_eq(decide("tie:first", "all"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "state", "result"), "consulted", "the list is the same");
	cr_assert_eq(decide("tie:first", "X1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "state", "result"), "draft");
	cr_assert_eq(w->deed.note_count, 1u);
}

/* What the office has struck or added stays struck or added when a tie is decided. */
Test(prize, a_decision_leaves_the_offices_own_proposals)
{
	result_twin(w, "X1", "X2");
	w->run = result_run(w, 1);
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert_eq(world_do(w, "award.strike", "unit=S1", "object=composite", "reason=r"), JX_OK);
	cr_assert_eq(world_do(w, "award.add", "unit=S3", "object=composite", "reason=r", "run=1"), JX_OK);
	cr_assert_eq(decide("tie:first", "X1"), JX_OK);
	cr_assert(!is_listed("S1", "composite") && is_listed("S3", "composite") && is_listed("X2", "second"));
}

/* 综合奖: whoever loses the tie may win a single award (不兼得, R37). */
Test(prize, who_loses_a_composite_tie_stands_for_a_single_award)
{
	result_twin(w, "E2", "E1");
	w->run = result_run(w, 1);
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert(is_listed("E1", "composite") && is_listed("E2", "composite") && !is_listed("E1", "investment"));
	cr_assert_eq(decide("tie:composite:economy", "E2"), JX_OK);
	cr_assert(!is_listed("E1", "composite") && is_listed("E2", "composite") && is_listed("E1", "investment"));
}

/* 单项奖: a tie in the mix, over the last place. */
Test(prize, a_tie_in_a_single_award_is_asked)
{
	/* Five listed for livelihood's three places leave investment 2×3/5 = 1 place for two. */
	result_twin(w, "E1", "E3");
	world_put(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=E1", "contribution=90");
	world_put(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=E3", "contribution=90");
	world_put(w, RECORD_CONTRIBUTIONS, "award=livelihood", "unit=S3", "contribution=10");
	w->run = result_run(w, 1);
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=tie:investment", "option=E1"));
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert(is_listed("E1", "investment") && is_listed("E3", "investment"));
	cr_assert_eq(decide("tie:investment", "E3"), JX_OK);
	cr_assert(!is_listed("E1", "investment") && is_listed("E3", "investment"));
}

/* R34, R46: 89.9998 is published as 90.00. */
Test(prize, a_grade_that_rounding_alone_decides_is_asked)
{
	Jx__UnitResult *unit = set_total("X2", "90.00", "449999/5000", "excellent");

	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=rounding:X2", "option=published", "usual=yes"));
	cr_assert(world_has_row(w, "decision=rounding:X2", "option=exact", "loses=X2 西水县(90.00) 良好"));
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert_eq(decide("rounding:X2", "exact"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_AWARD_LINES, "grade", "X2", "second"), "good");
	cr_assert_eq(world_view(w, "outcome.results", "unit=X2"), JX_OK);
	cr_assert_str_eq(world_cell(w, 0, "grade"), "良好");
	/* Exactly 90: nothing hangs on rounding. */
	unit->exact = arena_strdup(w->arena, "90");
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(!world_has_row(w, "decision=rounding:X2", "option=exact"));
}

/* R36, R46: the first is not excellent. */
Test(prize, a_first_that_is_not_excellent_is_asked)
{
	set_awards(set_total("X1", "89.50", "179/2", "good"), NULL);
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=vacant:first", "option=next", "gains=X1 东山县(89.50) 二等奖"));
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert(!is_listed("X1", "first") && !is_listed("X1", "second"));
	cr_assert_eq(decide("vacant:first", "next"), JX_OK);
	cr_assert(is_listed("X1", "second") && is_listed("X2", "second"));
	/* Below the second prize's grade too: every answer gives the same, nothing is asked. */
	set_total("X1", "70.00", "70", "fair");
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(!world_has_row(w, "decision=vacant:first", "option=next"));
}

/* R37, R46: fewer eligible than places. */
Test(prize, too_few_eligible_is_asked)
{
	set_total("E1", "88.00", "88", "good");
	set_awards(set_total("E2", "89.00", "89", "good"), NULL);
	set_total("E3", "87.00", "87", "good");
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=few:composite:economy", "option=fewer", "usual=yes"));
	cr_assert(world_has_row(w, "decision=few:composite:economy", "option=fill", "gains=E2 财政局(89.00) 综合奖"));
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert_eq(decide("few:composite:economy", "fill"), JX_OK);
	cr_assert(is_listed("E2", "composite"));
}

/* R46: a unit never visited, with its total under the other rule. */
Test(prize, units_never_visited_are_asked_about)
{
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=unvisited", "option=progress", "usual=yes", "loses="));
	cr_assert(strstr(world_cell(w, 1, "loses"), "X2 西水县(90.63) → 87.94") != NULL);
	world_put(w, RECORD_VISITS, "unit=X2", "visit=V2", "mark=90");
	world_put(w, RECORD_VISITS, "unit=X3", "visit=V3", "mark=90");
	world_put(w, RECORD_VISITS, "unit=E3", "visit=V4", "mark=90");
	world_put(w, RECORD_VISITS, "unit=S1", "visit=V5", "mark=90");
	world_put(w, RECORD_VISITS, "unit=S2", "visit=V6", "mark=90");
	w->run = result_run(w, 1);
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "all are visited: nothing is asked");
}

/* R46: a department that no leader of a rank supervises: between what and what its total would lie. */
Test(prize, a_department_that_nobody_of_a_rank_supervises_is_asked_about)
{
	const Jx__UnitResult *unit;
	const char *total = "";
	size_t at = 0;

	cr_assert_eq(book_put(w->book, RECORD_SUPERVISION, book_get(w->book, RECORD_SUPERVISION, "L4", "E1"), true, 0, w->batch), JX_OK);
	world_put(w, RECORD_LEADER_MARKS, "leader=L4", "unit=E2", "kind=rank", "value=1");
	world_put(w, RECORD_LEADER_MARKS, "leader=L4", "unit=E3", "kind=rank", "value=2");
	w->run = result_run(w, 1);
	unit = result_unit(w, "E1");
	cr_assert_eq(world_view(w, "decisions", NULL), JX_OK);
	cr_assert(world_has_row(w, "decision=unsupervised:department:deputy", "option=redistribute", "usual=yes"));
	while (at < w->view.row_count && strcmp(world_cell(w, at, "option"), "assign") != 0)
		at++;
	/* Unscaled the leaders' part is 25/30 of it; the deputy's 5 % lie above. */
	total = figure_add(w->arena, unit->exact, unit->components[COMPONENT_LEADERS]->exact, -5, 30);
	cr_assert_not_null(strstr(world_cell(w, at, "gains"),
	    arena_printf(w->arena, "→ %s–%s", figure_text(w->arena, total, 2),
		figure_text(w->arena, figure_add(w->arena, total, "5", 1, 1), 2))), "%s", world_cell(w, at, "gains"));
}

/* Who may ask and decide (R42). */
Test(prize, only_the_committee_decides_and_units_do_not_see_the_questions)
{
	cr_assert_eq(world_do(w, "decision.take", "object=unvisited", "value=progress", "document=D", "run=1"), JX_E_DENIED);
	world_as(w, ROLE_HEAD, "head", "X1", "");
	cr_assert_eq(world_view(w, "decisions", NULL), JX_E_DENIED);
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=1");
	cr_assert_eq(decide("unvisited", "progress"), JX_E_RULE, "of an old run");
}
