/* Basic work (R12): materials with their true time of receipt (R44), marks that say how they were checked. */
#include <criterion/criterion.h>

#include "world.h"

static struct world *w;

static void
as_office(void)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static void
as_clerk(const char *unit)
{
	world_as(w, ROLE_CLERK, "clerk", unit, "");
}

static void
set_up(void)
{
	w = world_new();
	as_office();
	cr_assert_eq(world_do(w, "phase.open", "value=basic", "due=2010-11-30"), JX_OK);
	world_at(w, "2010-06-01", 9);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(basic, .init = set_up, .fini = tear_down);

static enum jx_err
push(const char *material, const char *title, const char *evidence)
{
	world_row(w, PAPER_MATERIALS, "unit=X1", "item=daily",
	    arena_printf(w->arena, "material=%s", material), arena_printf(w->arena, "title=%s", title),
	    "dated=2010-05-01", arena_printf(w->arena, "evidence=%s", evidence), "at_us=1", "late=yes");
	return world_do(w, "material.push", "unit=X1");
}

static const char *
moment(uint64_t us)
{
	return arena_printf(w->arena, "%llu", (unsigned long long)us);
}

Test(basic, a_material_keeps_when_its_file_was_received)
{
	uint64_t due = deed_date_end("2010-11-30"), first;

	as_clerk("X1");
	w->now_us = first = due - 1;
	cr_assert_eq(push("M1", "会议纪要", "aa"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "at_us", "X1", "daily", "M1"), moment(first), "not what the row says");
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "late", "X1", "daily", "M1"), "", "the last microsecond");
	w->now_us = due;
	cr_assert_eq(push("M1", "会议纪要（二）", "aa"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "at_us", "X1", "daily", "M1"), moment(first));
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "late", "X1", "daily", "M1"), "", "another title is no other file");
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "title", "X1", "daily", "M1"), "会议纪要（二）");
	cr_assert_eq(push("M2", "台账", "bb"), JX_OK, "late is flagged, never refused");
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "late", "X1", "daily", "M2"), "yes");
	cr_assert_eq(push("M1", "会议纪要（二）", "cc"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "at_us", "X1", "daily", "M1"), moment(due), "another file is");
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "late", "X1", "daily", "M1"), "yes");
	world_at(w, "2010-12-20", 9);
	cr_assert_eq(push("M2", "台账", "bb"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "at_us", "X1", "daily", "M2"), moment(due));
	cr_assert_str_eq(world_field(w, PAPER_MATERIALS, "late", "X1", "daily", "M2"), "yes", "late stays late");
}

Test(basic, materials_are_the_units_own_and_of_an_item)
{
	as_clerk("X2");
	cr_assert_eq(push("M1", "t", "aa"), JX_E_DENIED);
	as_office();
	cr_assert_eq(push("M1", "t", "aa"), JX_E_DENIED);
	as_clerk("X1");
	world_row(w, PAPER_MATERIALS, "unit=X2", "item=daily", "material=M1", "title=t");
	cr_assert_eq(world_do(w, "material.push", "unit=X1"), JX_E_DENIED);
	world_row(w, PAPER_MATERIALS, "unit=X1", "item=other", "material=M1", "title=t");
	cr_assert_eq(world_do(w, "material.push", "unit=X1"), JX_E_FAULTS);
	as_office();
	cr_assert_eq(world_do(w, "phase.close", "value=basic"), JX_OK);
	as_clerk("X1");
	cr_assert_eq(push("M1", "t", "aa"), JX_E_PHASE);
}

Test(basic, a_material_is_withdrawn)
{
	world_as(w, ROLE_FUNCTIONAL, "f", "X1", "监察局");
	cr_assert_eq(push("M1", "t", "aa"), JX_OK);
	cr_assert_eq(world_do(w, "material.drop", "unit=X1", "object=daily"), JX_E_FIELD);
	cr_assert_eq(world_do(w, "material.drop", "unit=X1", "object=daily", "value=M2"), JX_E_RULE);
	as_clerk("X2");
	cr_assert_eq(world_do(w, "material.drop", "unit=X1", "object=daily", "value=M1"), JX_E_DENIED);
	world_as(w, ROLE_HEAD, "h", "X1", "");
	cr_assert_eq(world_do(w, "material.drop", "unit=X1", "object=daily", "value=M1"), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_MATERIALS), 0u);
}

/* R12, R44: the mark rests on what was filed; nothing is filed before it is made. */
Test(basic, materials_of_a_marked_item_stand)
{
	as_clerk("X1");
	cr_assert_eq(push("M1", "t", "aa"), JX_OK);
	world_row(w, PAPER_MATERIALS, "unit=X1", "item=daily", "material=M2", "title=t", "dated=2010-06-02");
	cr_assert_eq(world_do(w, "material.push", "unit=X1"), JX_E_FAULTS, "dated tomorrow");
	world_row(w, PAPER_MATERIALS, "unit=X1", "item=daily", "material=M2", "title=t", "dated=2010-06-01");
	cr_assert_eq(world_do(w, "material.push", "unit=X1"), JX_OK);
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=9");
	cr_assert_eq(world_do(w, "material.drop", "unit=X1", "object=daily", "value=M1"), JX_E_RULE);
	cr_assert_eq(push("M1", "t", "bb"), JX_E_FAULTS, "another file");
	cr_assert_eq(push("M1", "改名", "aa"), JX_OK, "another title");
	cr_assert_eq(push("M3", "t", "bb"), JX_OK, "one more");
}

static void
note(const char *unit, const char *item, const char *how)
{
	world_row(w, PAPER_BASIC_NOTES, arena_printf(w->arena, "unit=%s", unit),
	    arena_printf(w->arena, "item=%s", item), arena_printf(w->arena, "how=%s", how), "by=someone");
}

static void
mark(const char *unit, const char *item, const char *points)
{
	world_row(w, RECORD_BASIC, arena_printf(w->arena, "unit=%s", unit),
	    arena_printf(w->arena, "item=%s", item), arena_printf(w->arena, "points=%s", points));
}

Test(basic, a_mark_says_how_it_was_checked)
{
	as_office();
	mark("X1", "daily", "9.5");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_E_FAULTS, "how?");
	mark("X1", "daily", "10");
	note("X1", "daily", "visit");
	mark("E1", "organisation", "0");
	note("E1", "organisation", "files");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_OK, "many units at once");
	cr_assert_str_eq(world_field(w, RECORD_BASIC, "points", "X1", "daily"), "10");
	cr_assert_str_eq(world_field(w, PAPER_BASIC_NOTES, "how", "E1", "organisation"), "files");
	cr_assert_str_eq(world_field(w, PAPER_BASIC_NOTES, "by", "X1", "daily"), "office", "whoever acts");
	mark("X1", "daily", "8.25");
	cr_assert_eq(world_do(w, "basic.mark", "unit=X1"), JX_OK, "the note is there already");
	note("X1", "organisation", "request");
	cr_assert_eq(world_do(w, "basic.mark", "unit=X1"), JX_OK, "a check before its mark");
	mark("X1", "organisation", "1");
	cr_assert_eq(world_do(w, "basic.mark", "unit=E1"), JX_E_DENIED, "rows of another unit");
}

Test(basic, marks_are_of_the_scheme)
{
	as_office();
	mark("X1", "daily", "10.01");
	note("X1", "daily", "files");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_E_FAULTS);
	mark("X1", "other", "1");
	note("X1", "other", "files");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_E_FAULTS);
	mark("X9", "daily", "1");
	note("X9", "daily", "files");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_E_FAULTS);
	mark("X1", "daily", "1");
	note("X1", "daily", "hearsay");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_E_FAULTS);
	as_clerk("X1");
	mark("X1", "daily", "1");
	note("X1", "daily", "files");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_E_DENIED);
}

/* R42: its points a unit sees once the result is published, and nobody else's then. */
Test(basic, the_state_shows_points_to_whom_they_are_due)
{
	as_clerk("X1");
	cr_assert_eq(push("M1", "t", "aa"), JX_OK);
	w->now_us = deed_date_end("2010-11-30");
	cr_assert_eq(push("M2", "t", "bb"), JX_OK);
	as_office();
	mark("X1", "daily", "9.5");
	note("X1", "daily", "visit");
	cr_assert_eq(world_do(w, "basic.mark", NULL), JX_OK);
	cr_assert_eq(world_view(w, "basic.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 18u, "nine units, two items");
	cr_assert(world_has_row(w, "unit=X1", "item=daily", "materials=2", "late=1", "how=visit", "marked=yes", "points=9.5"));
	cr_assert(world_has_row(w, "unit=X1", "item=organisation", "materials=0", "late=0", "how=", "marked=no", "points="));
	cr_assert_eq(world_view(w, "basic.state", "unit=E1"), JX_OK);
	cr_assert_eq(w->view.row_count, 2u);
	for (int i = 0; i < 2; i++) {
		world_as(w, i == 0 ? ROLE_HEAD : ROLE_FUNCTIONAL, "h", "X1", "监察局");
		cr_assert_eq(world_view(w, "basic.state", NULL), JX_OK);
		cr_assert_eq(w->view.row_count, 2u, "its own");
		cr_assert(world_has_row(w, "item=daily", "marked=yes", "points="));
		cr_assert_eq(world_view(w, "list", "kind=basic"), JX_OK);
		cr_assert_eq(w->view.row_count, 0u, "nor in the list");
	}
	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=published");
	cr_assert_eq(world_view(w, "basic.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "item=daily", "points=9.5"));
	world_as(w, ROLE_EVALUATOR, "p", "", "");
	cr_assert_eq(world_view(w, "basic.state", NULL), JX_E_DENIED);
}
