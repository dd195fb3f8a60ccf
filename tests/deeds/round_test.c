/* Progress rounds (R13): opened and closed by the office, reported by the units, marked with reasons. */
#include <criterion/criterion.h>
#include <string.h>

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
	cr_assert_eq(world_do(w, "phase.open", "value=progress", "due=2010-06-30"), JX_OK);
	cr_assert_eq(world_do(w, "round.open", "object=1", "due=2010-06-30"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G1", "title=投资", "part=assigned", "points=45.5", "duty=lead");
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G2", "title=服务", "part=duty", "points=34.5", "duty=lead");
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=投资", "part=assigned", "points=45.5", "duty=lead",
	    "target=200", "measure=亿元");
	world_at(w, "2010-06-01", 9);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(round, .init = set_up, .fini = tear_down);

static void
row(const char *round, const char *goal, const char *value, const char *why)
{
	const char *fields[] = {"unit=E1", arena_printf(w->arena, "round=%s", round), arena_printf(w->arena, "goal=%s", goal),
	    "text=进展", arena_printf(w->arena, "why=%s", why), "content=made-up",
	    *value == '\0' ? NULL : arena_printf(w->arena, "value=%s", value), NULL};

	world_row_of(w, PAPER_GOAL_REPORTS, fields);
}

static enum jx_err
push(const char *round)
{
	as_clerk("E1");
	return world_do(w, "report.push", "unit=E1", arena_printf(w->arena, "object=%s", round));
}

static enum jx_err
push_all(const char *round, const char *value, const char *why)
{
	row(round, "G1", value, why);
	row(round, "G2", "", why);
	return push(round);
}

static enum jx_err
send(const char *round)
{
	as_clerk("E1");
	return world_do(w, "report.send", "unit=E1", arena_printf(w->arena, "object=%s", round));
}

static enum jx_err
give_back(const char *round)
{
	as_office();
	return world_do(w, "report.return", "unit=E1", arena_printf(w->arena, "object=%s", round), "reason=数据不实");
}

static enum jx_err
mark(const char *unit, const char *round, const char *points, const char *reason)
{
	as_office();
	world_row(w, RECORD_PROGRESS, arena_printf(w->arena, "unit=%s", unit), arena_printf(w->arena, "round=%s", round),
	    arena_printf(w->arena, "mark=%s", points));
	return *reason == '\0' ? world_do(w, "progress.mark", NULL)
			       : world_do(w, "progress.mark", arena_printf(w->arena, "reason=%s", reason));
}

Test(round, opens_and_closes)
{
	as_office();
	cr_assert_eq(world_do(w, "round.open", "object=0"), JX_E_RULE);
	cr_assert_eq(world_do(w, "round.open", "object=3"), JX_E_RULE, "the scheme has two");
	cr_assert_eq(world_do(w, "round.open", "object=02"), JX_E_RULE);
	cr_assert_eq(world_do(w, "round.open", "object=二"), JX_E_RULE);
	cr_assert_eq(world_do(w, "round.close", "object=2"), JX_E_LIFE);
	cr_assert_eq(world_do(w, "round.open", "object=1"), JX_E_RULE, "it is open");
	cr_assert_eq(world_do(w, "round.open", "object=1", "due=2010-06-30"), JX_E_RULE, "a deadline only moves to later");
	cr_assert_eq(world_do(w, "round.open", "object=1", "due=2010-07-01"), JX_OK);
	cr_assert_eq(world_do(w, "round.close", "object=1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUNDS, "state", "1"), "closed");
	cr_assert_eq(push_all("1", "100", ""), JX_E_RULE, "closed");
	as_office();
	cr_assert_eq(world_do(w, "round.open", "object=1"), JX_OK);
	cr_assert_eq(strtoull(world_field(w, PAPER_ROUNDS, "due_us", "1"), NULL, 10), deed_date_end("2010-07-01"));
	cr_assert_eq(world_do(w, "round.open", "object=2"), JX_OK);
	as_clerk("E1");
	cr_assert_eq(world_do(w, "round.open", "object=2"), JX_E_DENIED);
}

Test(round, a_report_names_goals_of_the_unit_and_the_round)
{
	row("2", "G1", "1", "");
	cr_assert_eq(push("1"), JX_E_FAULTS, "rows of another round");
	row("2", "G1", "1", "");
	cr_assert_eq(push("2"), JX_E_RULE, "it is not open");
	row("1", "G9", "1", "");
	cr_assert_eq(push("1"), JX_E_FAULTS, "no such goal");
	row("1", "G1", "", "");
	cr_assert_eq(push("1"), JX_E_FAULTS, "a target asks for a figure");
	row("1", "G1", "100", "");
	cr_assert_eq(push("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "state", "E1", "1"), "draft");
	cr_assert_neq(strcmp(world_field(w, PAPER_GOAL_REPORTS, "content", "E1", "1", "G1"), "made-up"), 0);
	cr_assert_eq(strlen(world_field(w, PAPER_GOAL_REPORTS, "content", "E1", "1", "G1")), 32u);
	as_clerk("E2");
	row("1", "G1", "100", "");
	cr_assert_eq(world_do(w, "report.push", "unit=E1", "object=1"), JX_E_DENIED);
}

/* R13: a fall, more than 100 %, and another version of the goal are explained. */
Test(round, what_looks_odd_is_explained)
{
	cr_assert_eq(push_all("1", "200.01", ""), JX_E_FAULTS, "more than 100 %");
	cr_assert_eq(push_all("1", "200", ""), JX_OK, "exactly 100 % is not more");
	cr_assert_eq(push_all("1", "200.01", "超额"), JX_OK);
	cr_assert_eq(send("1"), JX_OK);
	as_office();
	cr_assert_eq(world_do(w, "round.open", "object=2"), JX_OK);
	cr_assert_eq(push_all("2", "200", ""), JX_E_FAULTS, "a fall by a hundredth");
	cr_assert_eq(push_all("2", "200", "核减"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_GOAL_REPORTS, "why", "E1", "2", "G1"), "核减");
	cr_assert_eq(give_back("1"), JX_OK);
	cr_assert_eq(push_all("1", "150", ""), JX_OK, "corrected");
	cr_assert_eq(push_all("2", "150", ""), JX_OK, "no fall any more");
}

Test(round, a_report_on_an_old_goal_is_mapped)
{
	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	cr_assert_eq(send("1"), JX_OK);
	as_office();
	cr_assert_eq(world_do(w, "round.open", "object=2"), JX_OK);
	cr_assert_eq(push_all("2", "110", ""), JX_OK);
	/* The target is lowered: another version of the goal, though title and points stay. */
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=投资", "part=assigned", "points=45.5", "duty=lead",
	    "target=150", "measure=亿元");
	cr_assert_eq(send("2"), JX_E_RULE, "it was reported on the old one");
	row("2", "G1", "110", "");
	cr_assert_eq(push("2"), JX_E_FAULTS, "how do the figures map?");
	row("2", "G1", "110", "目标值由200调为150，口径不变");
	cr_assert_eq(push("2"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G2", "title=服务（调整）", "part=duty", "points=34.5", "duty=lead");
	cr_assert_eq(send("2"), JX_E_RULE);
	row("2", "G2", "", "调整后口径");
	cr_assert_eq(push("2"), JX_OK);
	cr_assert_eq(send("2"), JX_OK);
}

/* An earlier round that is corrected upwards makes a later figure a fall. */
Test(round, what_is_sent_is_asked_again)
{
	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	as_office();
	cr_assert_eq(world_do(w, "round.open", "object=2"), JX_OK);
	cr_assert_eq(push_all("2", "110", ""), JX_OK);
	cr_assert_eq(push_all("1", "120", ""), JX_OK);
	cr_assert_eq(send("2"), JX_E_RULE);
	cr_assert_eq(push_all("2", "110", "核减"), JX_OK);
	cr_assert_eq(send("2"), JX_OK);
}

Test(round, a_report_is_sent_whole)
{
	row("1", "G1", "100", "");
	cr_assert_eq(push("1"), JX_OK);
	cr_assert_eq(send("1"), JX_E_RULE, "G2 is missing");
	cr_assert_eq(w->deed.why_count, 1u);
	row("1", "G2", "", "");
	cr_assert_eq(push("1"), JX_OK);
	as_office();
	cr_assert_eq(world_do(w, "round.close", "object=1"), JX_OK);
	cr_assert_eq(send("1"), JX_E_RULE, "the round is closed");
	as_office();
	cr_assert_eq(world_do(w, "round.open", "object=1"), JX_OK);
	cr_assert_eq(world_do(w, "phase.close", "value=progress"), JX_OK);
	cr_assert_eq(send("1"), JX_E_PHASE);
	as_office();
	cr_assert_eq(world_do(w, "phase.open", "value=progress"), JX_OK);
	world_as(w, ROLE_HEAD, "h", "E1", "");
	cr_assert_eq(world_do(w, "report.send", "unit=E1", "object=1"), JX_OK);
	cr_assert_eq(strtoull(world_field(w, PAPER_ROUND_REPORTS, "at_us", "E1", "1"), NULL, 10), w->now_us);
	cr_assert_eq(push_all("1", "120", ""), JX_E_LIFE, "what was sent is sent");
}

Test(round, a_unit_without_goals_has_nothing_to_send)
{
	world_put(w, PAPER_ROUND_REPORTS, "unit=E2", "round=1", "state=draft");
	as_clerk("E2");
	cr_assert_eq(world_do(w, "report.send", "unit=E2", "object=1"), JX_E_RULE);
}

/* G4: the last microsecond is in time; once late stays late. */
Test(round, late_to_the_microsecond)
{
	uint64_t due = deed_date_end("2010-06-30");

	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	w->now_us = due - 1;
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "E1", "1"), "");
	cr_assert_eq(give_back("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "note", "E1", "1"), "数据不实");
	w->now_us = due;
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "E1", "1"), "", "on time once is on time");
	world_put(w, PAPER_ROUND_REPORTS, "unit=E1", "round=1", "state=draft");
	cr_assert_eq(send("1"), JX_OK, "late is recorded, not refused");
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "E1", "1"), "yes");
	cr_assert_eq(give_back("1"), JX_OK);
	cr_assert_eq(world_do(w, "round.open", "object=1", "due=2010-12-31"), JX_OK);
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "E1", "1"), "yes", "once late stays late");
}

Test(round, an_extension_counts_for_its_unit)
{
	as_office();
	cr_assert_eq(
	    world_do(w, "phase.extend", "value=progress", "unit=E1", "due=2010-07-05", "reason=洪水"), JX_OK);
	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	w->now_us = deed_date_end("2010-07-05") - 1;
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "E1", "1"), "");
	world_put(w, PAPER_ROUND_REPORTS, "unit=E1", "round=1", "state=draft");
	w->now_us++;
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "E1", "1"), "yes");
	as_office();
	cr_assert_eq(world_do(w, "round.open", "object=2"), JX_OK);
	cr_assert_eq(push_all("2", "120", ""), JX_OK);
	cr_assert_eq(send("2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "E1", "2"), "", "a round without a deadline has none");
	cr_assert(!w->deed.is_late, "nor is the unit told so because the phase's has passed");
}

/* A returned report's reason is no word about the mark of what was sent anew. */
Test(round, a_return_is_over_once_it_is_sent_anew)
{
	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_eq(give_back("1"), JX_OK);
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "note", "E1", "1"), "");
	cr_assert_eq(give_back("1"), JX_OK);
	cr_assert_eq(mark("E1", "1", "50", "退回未报"), JX_OK);
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "note", "E1", "1"), "退回未报", "the mark stands on it");
}

Test(round, what_was_not_sent_is_marked_with_a_reason)
{
	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	cr_assert_eq(mark("E1", "1", "60", ""), JX_E_RULE, "a draft is no report");
	cr_assert_eq(send("1"), JX_OK);
	world_row(w, RECORD_PROGRESS, "unit=X1", "round=1", "mark=0");
	cr_assert_eq(mark("E1", "1", "100", ""), JX_E_RULE, "X1 sent nothing");
	world_row(w, RECORD_PROGRESS, "unit=X1", "round=1", "mark=0");
	cr_assert_eq(mark("E1", "1", "100", "逾期未报"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_PROGRESS, "mark", "E1", "1"), "100");
	cr_assert_str_eq(world_field(w, RECORD_PROGRESS, "mark", "X1", "1"), "0");
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "note", "X1", "1"), "逾期未报");
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "state", "X1", "1"), "draft");
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "note", "E1", "1"), "", "it was sent");
}

Test(round, marks_are_of_the_scheme)
{
	cr_assert_eq(mark("E1", "1", "100.01", "x"), JX_E_FAULTS);
	cr_assert_eq(mark("E9", "1", "1", "x"), JX_E_FAULTS);
	cr_assert_eq(mark("E1", "3", "1", "x"), JX_E_FAULTS);
	cr_assert_eq(mark("E1", "2", "1", "x"), JX_E_FAULTS, "not begun");
	world_row(w, RECORD_PROGRESS, "unit=E1", "round=1", "mark=1");
	as_clerk("E1");
	cr_assert_eq(world_do(w, "progress.mark", "reason=x"), JX_E_DENIED);
}

Test(round, the_state_of_reports)
{
	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	cr_assert_eq(send("1"), JX_OK);
	cr_assert_eq(mark("E1", "1", "88.5", ""), JX_OK);
	as_office();
	cr_assert_eq(world_view(w, "round.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 9u);
	cr_assert(world_has_row(w, "unit=E1", "round=1", "open=open", "state=sent", "late=", "mark=88.5"));
	cr_assert(world_has_row(w, "unit=X1", "state=", "late=", "at=", "mark="));
	w->now_us = deed_date_end("2010-06-30");
	cr_assert_eq(world_view(w, "round.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "late=yes"), "its time is over");
	cr_assert(world_has_row(w, "unit=E1", "late="));
	world_as(w, ROLE_LEADER, "l", "", "L3");
	cr_assert_eq(world_view(w, "round.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 9u);
	cr_assert(world_has_row(w, "unit=E1", "state=sent", "mark="), "marks of those in charge only");
	world_as(w, ROLE_FUNCTIONAL, "f", "E1", "监察局");
	cr_assert_eq(world_view(w, "round.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert_eq(world_view(w, "round.state", "unit=E2"), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
	as_clerk("E1");
	cr_assert_eq(world_view(w, "round.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=E1", "mark=88.5"));
	cr_assert_eq(world_view(w, "round.state", "unit=E2"), JX_E_DENIED);
}

/* ---- Every deed of the life from every state. */

static const char *const states[] = {"", "draft", "sent", "returned"};

static enum jx_err
attempt(const struct deed *deed, const char *state)
{
	cr_assert_eq(push_all("1", "100", ""), JX_OK);
	if (*state != '\0') {
		world_put(w, PAPER_ROUND_REPORTS, "unit=E1", "round=1", arena_printf(w->arena, "state=%s", state));
	} else {
		Jx__RoundReport key = JX__ROUND_REPORT__INIT;

		key.unit = (char *)(uintptr_t) "E1";
		DEED_SET_NUMBER(&key, round, 1);
		cr_assert_eq(book_put(w->book, PAPER_ROUND_REPORTS, &key.base, true, 0, ++w->batch), JX_OK);
	}
	if (strcmp(deed->name, "report.push") == 0)
		return push_all("1", "100", "");
	if (strcmp(deed->name, "report.send") == 0)
		return send("1");
	if (strcmp(deed->name, "report.return") == 0)
		return give_back("1");
	return mark("E1", "1", "50", "x");
}

static bool
is_edge(const struct deed_life *life, const char *deed, const char *state)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (strcmp(life->edges[i].deed, deed) == 0 && strcmp(life->edges[i].from, state) == 0)
			return true;
	return false;
}

Test(round, a_report_moves_along_its_life_only)
{
	const struct deed_life *life = deed_life_of(PAPER_ROUND_REPORTS);
	size_t tried = 0;

	cr_assert_not_null(life);
	for (size_t i = 0; i < deed_count(); i++)
		for (size_t s = 0; deed_at(i)->life == life && s < sizeof states / sizeof *states; s++, tried++) {
			bool leads_on = is_edge(life, deed_at(i)->name, states[s]);

			tear_down();
			set_up();
			cr_assert_eq(attempt(deed_at(i), states[s]), leads_on ? JX_OK : JX_E_LIFE, "%s from \"%s\"",
			    deed_at(i)->name, states[s]);
		}
	cr_assert_eq(tried, 16u);
}
