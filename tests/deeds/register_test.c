/* The office's registers: supervision (R05), contributions to single awards (R37). */
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

TestSuite(registers, .init = set_up, .fini = tear_down);

/* R05: in charge at that moment: the new list stands instead of the old one; what stays is not touched. */
Test(registers, a_leaders_list_is_replaced)
{
	cr_assert(book_supervises(w->book, "L2", "E1"));
	world_row(w, RECORD_SUPERVISION, "leader=L2", "unit=E2");
	world_row(w, RECORD_SUPERVISION, "leader=L2", "unit=S1");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2", "reason=分工调整"), JX_OK);
	cr_assert(!book_supervises(w->book, "L2", "E1"));
	cr_assert(book_supervises(w->book, "L2", "E2"));
	cr_assert(book_supervises(w->book, "L2", "S1"));
	cr_assert(book_supervises(w->book, "L3", "S1"), "another's list stays");
	cr_assert_eq(w->deed.change_count, 3u, "E1 and E3 go, S1 comes, E2 is not written");
}

Test(registers, a_list_is_of_one_leader_and_of_units_that_exist)
{
	world_row(w, RECORD_SUPERVISION, "leader=L3", "unit=E2");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2"), JX_E_FAULTS);
	world_row(w, RECORD_SUPERVISION, "leader=L2", "unit=nobody");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2"), JX_E_FAULTS);
	world_row(w, RECORD_SUPERVISION, "leader=L9", "unit=E1");
	cr_assert_eq(world_do(w, "supervision.set", "object=L9"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "supervision.set", "object=L2"), JX_E_RULE, "nothing at all needs a reason");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2", "reason=离任"), JX_OK);
	cr_assert(!book_supervises(w->book, "L2", "E2"));
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
	world_row(w, RECORD_SUPERVISION, "leader=L2", "unit=E2");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2"), JX_E_DENIED);
}

/* R27: ranks are of n: nobody's portfolio changes under his hands. */
Test(registers, a_portfolio_stands_while_it_is_ranked)
{
	world_put(w, PAPER_SESSIONS, "session=session", "state=open");
	world_row(w, RECORD_SUPERVISION, "leader=L2", "unit=E2");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2"), JX_E_RULE);
	world_put(w, PAPER_SESSIONS, "session=session", "state=closed");
	world_put(w, RECORD_LEADER_MARKS, "leader=L2", "unit=E1", "kind=rank", "value=1");
	world_row(w, RECORD_SUPERVISION, "leader=L2", "unit=E2");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2"), JX_E_RULE);
	world_row(w, RECORD_SUPERVISION, "leader=L4", "unit=E2");
	cr_assert_eq(world_do(w, "supervision.set", "object=L4"), JX_OK, "he has not ranked yet");
}

/* R37 */
Test(registers, contributions_are_of_departments_to_single_awards)
{
	world_row(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=E1", "contribution=100");
	world_row(w, RECORD_CONTRIBUTIONS, "award=livelihood", "unit=S1", "contribution=0");
	cr_assert_eq(world_do(w, "contribution.push", NULL), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_CONTRIBUTIONS, "contribution", "investment", "E1"), "100");
	world_row(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=E1", "contribution=100.01");
	cr_assert_eq(world_do(w, "contribution.push", NULL), JX_E_FAULTS);
	world_row(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=X1", "contribution=50");
	cr_assert_eq(world_do(w, "contribution.push", NULL), JX_E_FAULTS, "a county");
	world_row(w, RECORD_CONTRIBUTIONS, "award=nothing", "unit=E1", "contribution=50");
	cr_assert_eq(world_do(w, "contribution.push", NULL), JX_E_FAULTS);
	world_row(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=nobody", "contribution=50");
	cr_assert_eq(world_do(w, "contribution.push", NULL), JX_E_FAULTS);
	cr_assert_eq(world_do(w, "contribution.drop", "unit=E1", "object=investment"), JX_E_FIELD, "a reason is needed");
	cr_assert_eq(world_do(w, "contribution.drop", "unit=E2", "object=investment", "reason=x"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "contribution.drop", "unit=E1", "object=investment", "reason=x"), JX_OK);
	cr_assert_eq(book_count(w->book, RECORD_CONTRIBUTIONS), 1u);
	world_as(w, ROLE_HEAD, "head", "E1", "");
	world_row(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=E1", "contribution=100");
	cr_assert_eq(world_do(w, "contribution.push", NULL), JX_E_DENIED);
}
