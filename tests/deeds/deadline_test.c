/* On time or late, to the microsecond, by the moment of the last byte alone (G4). */
#include <criterion/criterion.h>

#include "world.h"

static enum jx_err
do_nothing(struct deed_ctx *ctx)
{
	return deed_verdict(ctx);
}

/* Stands for every deed that a phase bounds. */
static const struct deed bounded = {.name = "test.bounded",
    .roles = ROLE_OFFICE,
    .scope = DEED_YEAR,
    .phase = "goals",
    .arguments = DEED_MAY_UNIT,
    .act = do_nothing};

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.open", "value=goals", "due=2010-05-10"), JX_OK);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(deadline, .init = set_up, .fini = tear_down);

static bool
is_late(const char *unit, uint64_t now_us)
{
	Jx__Records rows = JX__RECORDS__INIT;
	Jx__Deed args = JX__DEED__INIT;
	const char *field;
	struct deed_ctx ctx = {.book = w->book,
	    .actor = &w->actor,
	    .deed = &bounded,
	    .args = &args,
	    .now_us = now_us,
	    .lang = JX_EN,
	    .arena = w->arena,
	    .faults = faults_new(JX_EN)};

	args.unit = (char *)(uintptr_t)unit;
	args.object = args.value = args.reason = args.document = args.dated = (char *)(uintptr_t) "";
	args.rows = &rows;
	cr_assert_eq(deed_run_it(&ctx, &field), JX_OK, "late is flagged, never refused");
	faults_free(ctx.faults);
	return ctx.is_late;
}

Test(deadline, one_microsecond_before_is_on_time_and_the_deadline_itself_is_late)
{
	uint64_t due = deed_date_end("2010-05-10");

	cr_expect_not(is_late("", due - 1));
	cr_expect(is_late("", due));
	cr_expect_not(is_late("X1", due - 1));
	cr_expect(is_late("X1", due));
	cr_expect_not(is_late("X1", 0));
	cr_expect(is_late("X1", UINT64_MAX));
}

Test(deadline, an_extension_moves_it_for_its_unit_only)
{
	uint64_t due = deed_date_end("2010-05-10"), later = deed_date_end("2010-05-12");

	cr_assert_eq(
	    world_do(w, "phase.extend", "value=goals", "due=2010-05-12", "reason=flood", "unit=X1"), JX_OK);
	cr_expect_not(is_late("X1", later - 1));
	cr_expect(is_late("X1", later));
	cr_expect(is_late("X2", due));
	cr_assert_eq(world_do(w, "phase.extend", "value=goals", "due=2010-05-11", "reason=flood"), JX_OK);
	cr_expect_not(is_late("X2", due));
	cr_expect(is_late("X2", deed_date_end("2010-05-11")));
	cr_expect_not(is_late("X1", later - 1), "for all, but later already for this one");
}
