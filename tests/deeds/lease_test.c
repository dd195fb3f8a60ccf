/* Leases: who of a team works on which goal (R23, R24). They tell; they never block. */
#include <criterion/criterion.h>
#include <string.h>

#include "deeds/lease.h"
#include "world.h"

static const uint64_t DAY_US = UINT64_C(86400000000);
static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.open", "value=group"), JX_OK);
	for (int i = 1; i <= 3; i++)
		world_put(w, RECORD_GOALS, "unit=E1", arena_printf(w->arena, "goal=G%d", i), "title=a", "part=duty", "points=20",
		    "duty=lead");
	world_put(w, RECORD_GOALS, "unit=S1", "goal=G1", "title=a", "part=duty", "points=80", "duty=lead");
	world_put(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=a");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=b");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(lease, .init = set_up, .fini = tear_down);

static void
as(const char *account)
{
	world_as(w, strcmp(account, "b") == 0 ? ROLE_LEAD : ROLE_EVALUATOR, account, "", "");
}

static void
row(const char *goal)
{
	world_row(w, PAPER_LEASES, "unit=E1", arena_printf(w->arena, "goal=%s", goal));
}

static uint64_t
until(const char *goal)
{
	return strtoull(world_field(w, PAPER_LEASES, "until_us", "E1", goal), NULL, 10);
}

static bool
is_noted(const char *what)
{
	for (size_t i = 0; i < w->deed.note_count; i++)
		if (strstr(w->deed.notes[i], what) != NULL)
			return true;
	return false;
}

Test(lease, is_taken_for_a_week_or_as_long_as_asked)
{
	as("a");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_LEASES, "by", "E1", "G1"), "a");
	cr_assert_eq(until("G1"), w->now_us + 7 * DAY_US);
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1", "due=2010-03-20"), JX_OK, "one's own may be taken anew");
	cr_assert_eq(until("G1"), deed_date_end("2010-03-20"));
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1", "due=2010-03-31"), JX_E_RULE, "over 30 days");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1", "due=2010-02-20"), JX_E_RULE, "over already");
	row("G9");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_E_FAULTS, "no such goal");
	world_row(w, PAPER_LEASES, "unit=E1", "goal=G1", "by=b");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_E_FAULTS, "in another's name");
	world_row(w, PAPER_LEASES, "unit=S1", "goal=G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=S1"), JX_E_DENIED, "another team's unit");
	as("c");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_E_DENIED, "of no team");
	world_as(w, ROLE_CLERK, "clerk", "E1", "");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_E_DENIED);
}

Test(lease, of_another_is_left_out_with_a_word)
{
	as("a");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	as("b");
	row("G1");
	row("G2");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_LEASES, "by", "E1", "G1"), "a");
	cr_assert_str_eq(world_field(w, PAPER_LEASES, "by", "E1", "G2"), "b", "the others are taken");
	cr_assert(is_noted("由 a 占用至 2010-03-08"));
	w->now_us = until("G1") - 1;
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	cr_assert_eq(w->deed.change_count, 0u, "to its last microsecond");
	w->now_us++;
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_LEASES, "by", "E1", "G1"), "b", "it had run out");
}

Test(lease, is_given_back_by_its_holder)
{
	as("a");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	as("b");
	row("G1");
	row("G3");
	cr_assert_eq(world_do(w, "lease.give", "unit=E1"), JX_OK);
	cr_assert_eq(w->deed.change_count, 0u);
	cr_assert(is_noted("是 a 占用的"));
	as("a");
	row("G1");
	cr_assert_eq(world_do(w, "lease.give", "unit=E1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_LEASES, "by", "E1", "G1"), "");
}

Test(lease, never_blocks_a_mark)
{
	as("a");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	as("b");
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=b", "points=15");
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G2", "evaluator=b", "points=15");
	world_row(w, PAPER_GROUP_NOTES, "unit=E1", "goal=G1", "evaluator=b", "how=look");
	world_row(w, PAPER_GROUP_NOTES, "unit=E1", "goal=G2", "evaluator=b", "how=look");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_OK);
	cr_assert_eq(w->deed.note_count, 1u, "of G1 only");
	cr_assert(is_noted("G1 正由 a 占用"));
	as("a");
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=a", "points=15");
	world_row(w, PAPER_GROUP_NOTES, "unit=E1", "goal=G1", "evaluator=a", "how=look");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_OK);
	cr_assert_eq(w->deed.note_count, 0u, "one's own lease");
}

Test(lease, is_seen_by_the_team_and_the_office)
{
	as("a");
	row("G1");
	cr_assert_eq(world_do(w, "lease.take", "unit=E1"), JX_OK);
	as("b");
	cr_assert_eq(world_view(w, "lease.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=E1", "goal=G1", "by=a", "state=running"));
	cr_assert_eq(world_view(w, "lease.list", "unit=S1"), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
	as("c");
	cr_assert_eq(world_view(w, "lease.list", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "not of the team");
	world_as(w, ROLE_OFFICE, "office", "", "");
	w->now_us = until("G1");
	cr_assert_eq(world_view(w, "lease.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "state=over"));
	world_as(w, ROLE_CLERK, "clerk", "E1", "");
	cr_assert_eq(world_view(w, "lease.list", NULL), JX_E_DENIED, "a unit is not told who comes");
}
