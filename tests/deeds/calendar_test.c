/* The calendar: phases, deadlines, extensions (G4, R10), to the microsecond. */
#include <criterion/criterion.h>

#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(calendar, .init = set_up, .fini = tear_down);

Test(calendar, dates_are_beijing_time)
{
	/* 2026-04-20 24:00 in Beijing is 16:00 UTC of that day. */
	cr_assert_eq(deed_date_end("2026-04-20"), UINT64_C(1776700800000000));
	cr_assert_str_eq(deed_date(w->arena, UINT64_C(1776700800000000) - 1), "2026-04-20");
	cr_assert_str_eq(deed_date(w->arena, UINT64_C(1776700800000000)), "2026-04-21");
	cr_assert_eq(deed_date_end("2026-13-20"), 0u);
	cr_assert_eq(deed_date_end("20260420"), 0u);
}

Test(calendar, a_phase_opens_closes_and_is_extended)
{
	uint64_t due = deed_date_end("2010-05-10");

	cr_assert(!book_phase_open(w->book, "goals"));
	cr_assert_eq(world_do(w, "phase.open", "value=nothing"), JX_E_FIELD);
	cr_assert_eq(world_do(w, "phase.close", "value=goals"), JX_E_LIFE);
	cr_assert_eq(world_do(w, "phase.open", "value=goals", "due=2010-05-10"), JX_OK);
	cr_assert(book_phase_open(w->book, "goals"));
	cr_assert_eq(book_phase_due(w->book, "goals", "X1"), due);
	cr_assert_eq(world_do(w, "phase.extend", "value=goals", "due=2010-05-10", "reason=x"), JX_E_RULE);
	cr_assert_eq(world_do(w, "phase.extend", "value=goals", "due=2010-05-12"), JX_E_FIELD, "a reason is needed");
	cr_assert_eq(
	    world_do(w, "phase.extend", "value=goals", "due=2010-05-12", "reason=洪水", "unit=X1"), JX_OK);
	cr_assert_eq(book_phase_due(w->book, "goals", "X1"), deed_date_end("2010-05-12"));
	cr_assert_eq(book_phase_due(w->book, "goals", "X2"), due);
	cr_assert_eq(world_do(w, "phase.close", "value=goals"), JX_OK);
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_assert_eq(world_do(w, "phase.open", "value=goals"), JX_E_DENIED);
}
