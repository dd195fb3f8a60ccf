/* What one may do now, and why not: no other rules than the gates' (R42). */
#include <criterion/criterion.h>
#include <string.h>

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

TestSuite(may, .init = set_up, .fini = tear_down);

Test(may, lists_the_deeds_of_the_role)
{
	for (int bit = 0; (1 << bit) < ROLE_END; bit++) {
		size_t count = 0;

		world_as(w, (enum role)(1 << bit), "a", "E1", "L2");
		cr_assert_eq(world_view(w, "may", NULL), JX_OK);
		for (size_t i = 0; i < deed_count(); i++)
			count += (deed_at(i)->roles & (1u << bit)) != 0;
		cr_assert_eq(w->view.row_count, count);
		for (size_t i = 0; i < count; i++)
			cr_assert_eq(strcmp(world_cell(w, i, "possible"), "yes") == 0,
			    *world_cell(w, i, "why") == '\0', "a no has a why");
	}
}

Test(may, says_published)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "may", NULL), JX_OK);
	cr_assert(world_has_row(w, "deed=phase.open", "possible=yes", "why="));
	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=published");
	cr_assert_eq(world_view(w, "may", NULL), JX_OK);
	cr_assert(world_has_row(w, "deed=phase.open", "possible=no", "why=结果已公布，不再改动"));
	cr_assert(world_has_row(w, "deed=notice.read", "possible=yes"));
}

/* Whatever it calls impossible for a closed phase, the gate refuses, for every deed there is. */
Test(may, agrees_with_the_phases)
{
	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);
		const char *cell = arena_printf(w->arena, "deed=%s", deed->name);
		const char *phase = arena_printf(w->arena, "phase=%s", deed->phase);
		const char *why = arena_printf(w->arena, "why=阶段“%s”未开放", deed->phase);
		unsigned role = deed->roles & ~(deed->roles - 1);

		if (deed->phase == NULL)
			continue;
		world_as(w, (enum role)role, "a", "E1", "L2");
		world_put(w, PAPER_PHASES, phase, "state=closed");
		cr_assert_eq(world_view(w, "may", NULL), JX_OK);
		cr_expect(world_has_row(w, cell, "possible=no", why), "%s", deed->name);
		world_put(w, PAPER_PHASES, phase, "state=open");
		cr_assert_eq(world_view(w, "may", NULL), JX_OK);
		cr_expect_not(world_has_row(w, cell, why), "%s", deed->name);
	}
}

/* A department has no answer to give to a draft, a county no plan to submit. */
Test(may, keeps_the_two_ways_apart)
{
	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);
		const char *cell = arena_printf(w->arena, "deed=%s", deed->name);
		bool is_county = strncmp(deed->name, "county.", 7) == 0, is_plan = strncmp(deed->name, "plan.", 5) == 0;

		if (deed->phase != NULL)
			world_put(w, PAPER_PHASES, arena_printf(w->arena, "phase=%s", deed->phase), "state=open");
		if (deed->scope != DEED_OWN || (!is_county && !is_plan))
			continue;
		world_as(w, (enum role)(deed->roles & ~(deed->roles - 1)), "a", is_county ? "E1" : "X1", "");
		cr_assert_eq(world_view(w, "may", NULL), JX_OK);
		cr_expect(world_has_row(w, cell, "possible=no", "why=不是这类单位的办理事项"), "%s", deed->name);
	}
}

/* Of papers with one a unit: possible exactly along the life's edges, in every state. */
Test(may, agrees_with_the_lives)
{
	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);
		const struct record_row *row = deed->life == NULL ? NULL : &record_kinds[deed->life->kind];

		if (row == NULL || deed->scope != DEED_OWN || strcmp(row->fields[0].name, "unit") != 0 || row->fields[1].key ||
		    strncmp(deed->name, "county.", 7) == 0)
			continue;
		if (deed->phase != NULL)
			world_put(w, PAPER_PHASES, arena_printf(w->arena, "phase=%s", deed->phase), "state=open");
		world_as(w, (enum role)(deed->roles & ~(deed->roles - 1)), "a", "E1", "");
		for (const char *const *state = row->fields[1].choices; state != NULL && *state != NULL; state++) {
			bool is_edge = false;

			world_put(w, deed->life->kind, "unit=E1", arena_printf(w->arena, "state=%s", *state));
			for (size_t e = 0; e < deed->life->edge_count; e++)
				is_edge = is_edge || (strcmp(deed->life->edges[e].deed, deed->name) == 0 &&
							 strcmp(deed->life->edges[e].from, *state) == 0);
			cr_assert_eq(world_view(w, "may", NULL), JX_OK);
			cr_expect_eq(world_has_row(w, arena_printf(w->arena, "deed=%s", deed->name), "possible=yes"),
			    is_edge, "%s in %s", deed->name, *state);
		}
	}
}
