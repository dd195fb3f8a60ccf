/* The leaders' board (R15): behind first; and where proofs are used (R44). */
#include <criterion/criterion.h>

#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(board, .init = set_up, .fini = tear_down);

static void
goal(const char *unit, const char *code, const char *target)
{
	const char *u = arena_printf(w->arena, "unit=%s", unit), *g = arena_printf(w->arena, "goal=%s", code);

	world_put(w, RECORD_GOALS, u, g, "title=t", "part=duty", "points=1", "duty=lead");
	if (*target != '\0')
		world_put(w, PAPER_PLAN_GOALS, u, g, "title=t", "part=duty", "points=1", "duty=lead", "measure=个",
		    arena_printf(w->arena, "target=%s", target));
}

static void
report(const char *unit, const char *round, const char *state, const char *code, const char *value)
{
	const char *u = arena_printf(w->arena, "unit=%s", unit), *r = arena_printf(w->arena, "round=%s", round);

	world_put(w, PAPER_ROUND_REPORTS, u, r, arena_printf(w->arena, "state=%s", state), "late=yes");
	world_put(w, PAPER_GOAL_REPORTS, u, r, arena_printf(w->arena, "goal=%s", code),
	    arena_printf(w->arena, "text=第%s轮", round), arena_printf(w->arena, "value=%s", value));
}

static void
expect(size_t row, const char *unit, const char *code, const char *percent)
{
	cr_assert_str_eq(world_cell(w, row, "unit"), unit, "row %zu", row);
	cr_assert_str_eq(world_cell(w, row, "goal"), code, "row %zu", row);
	cr_assert_str_eq(world_cell(w, row, "percent"), percent, "row %zu", row);
}

Test(board, what_is_behind_stands_first)
{
	goal("E1", "G1", "300");
	goal("E1", "G2", "100");
	goal("E1", "G3", "");
	goal("E2", "G1", "100");
	goal("E2", "G2", "0");
	goal("X1", "G1", "50");
	report("E1", "1", "sent", "G1", "299.99"); /* 99 %: never more than there is */
	report("E1", "1", "sent", "G3", "7");
	report("E2", "1", "sent", "G1", "60");
	report("E2", "1", "sent", "G2", "1");
	report("E2", "2", "draft", "G1", "90"); /* not sent: not known */
	report("X1", "1", "sent", "G1", "30");
	world_as(w, ROLE_LEADER, "l", "", "L1");
	cr_assert_eq(world_view(w, "board", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 6u);
	expect(0, "E1", "G2", "");
	expect(1, "E2", "G1", "60");
	expect(2, "X1", "G1", "60");
	expect(3, "E1", "G1", "99");
	expect(4, "E1", "G3", "");
	expect(5, "E2", "G2", "");
	cr_assert_str_eq(world_cell(w, 0, "round"), "");
	cr_assert_str_eq(world_cell(w, 1, "round"), "1");
	cr_assert_str_eq(world_cell(w, 1, "value"), "60");
	cr_assert_str_eq(world_cell(w, 1, "late"), "yes");
	cr_assert_str_eq(world_cell(w, 4, "value"), "", "without a target there is text only");
	cr_assert_str_eq(world_cell(w, 4, "text"), "第1轮");
	report("E2", "2", "sent", "G1", "100");
	cr_assert_eq(world_view(w, "board", "unit=E2"), JX_OK);
	cr_assert_eq(w->view.row_count, 2u);
	expect(0, "E2", "G1", "100");
	cr_assert_str_eq(world_cell(w, 0, "text"), "第2轮");
}

Test(board, is_for_leaders)
{
	static const enum role may[] = {ROLE_LEADER, ROLE_SECRETARY, ROLE_OFFICE, ROLE_COMMITTEE, ROLE_AUDITOR};
	unsigned roles = 0;

	for (size_t i = 0; i < sizeof may / sizeof *may; i++)
		roles |= may[i];
	for (int bit = 0; (1 << bit) < ROLE_END; bit++) {
		world_as(w, (enum role)(1 << bit), "a", "E1", "L1");
		cr_assert_eq(world_view(w, "board", NULL), (roles & (1u << bit)) != 0 ? JX_OK : JX_E_DENIED);
	}
}

Test(board, a_proof_shows_when_it_came_beside_the_date_it_claims)
{
	world_put(w, PAPER_MATERIALS, "unit=E1", "item=daily", "material=M2", "title=t", "dated=2010-02-02", "evidence=aa", "at_us=900");
	world_put(w, PAPER_MATERIALS, "unit=E1", "item=daily", "material=M1", "title=t", "dated=2010-01-01", "evidence=aa", "at_us=500");
	world_put(w, PAPER_MATERIALS, "unit=E2", "item=daily", "material=M1", "title=t", "evidence=aa", "at_us=100");
	world_put(w, PAPER_MATERIALS, "unit=E1", "item=daily", "material=M3", "title=t", "at_us=100");
	world_put(w, PAPER_GOAL_REPORTS, "unit=E1", "round=1", "goal=G1", "text=t", "evidence=aa");
	world_put(w, PAPER_SELF_LINES, "unit=E1", "goal=G1", "text=t", "evidence=bb");
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "evidence.uses", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 5u);
	cr_assert_eq(world_view(w, "evidence.uses", "unit=E1"), JX_OK);
	cr_assert_eq(w->view.row_count, 4u);
	cr_assert(world_has_row(w, "evidence=aa", "kind=materials", "key=E1/daily/M2", "received=500", "dated=2010-02-02"));
	cr_assert(world_has_row(w, "evidence=aa", "kind=goal_reports", "key=E1/1/G1", "received=500", "dated=2010-01-01"));
	cr_assert(world_has_row(w, "evidence=bb", "kind=self_lines", "received=", "dated="));
	cr_assert_str_eq(world_cell(w, 3, "evidence"), "bb");
	world_as(w, ROLE_CLERK, "c", "E2", "");
	cr_assert_eq(world_view(w, "evidence.uses", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert(world_has_row(w, "unit=E2", "received=100"), "its own receipt");
	world_as(w, ROLE_LEADER, "l", "", "L1");
	cr_assert_eq(world_view(w, "evidence.uses", NULL), JX_E_DENIED);
}
