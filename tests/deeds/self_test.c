/* Self reports (R16, R19, R44): complete, explained, approved; late to the microsecond. */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

static struct world *w;

static void
head(void)
{
	world_as(w, ROLE_HEAD, "head", "X1", "");
}

static void
office(void)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static void
set_up(void)
{
	w = world_new();
	office();
	world_at(w, "2011-03-20", 9);
	cr_assert_eq(world_do(w, "phase.open", "value=self"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=X1", "goal=G1", "title=甲", "part=main", "points=72", "duty=lead");
	world_put(w, RECORD_GOALS, "unit=X1", "goal=G2", "title=乙", "part=innovation", "points=18", "duty=lead");
	head();
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(self, .init = set_up, .fini = tear_down);

static void
line(const char *goal, const char *points)
{
	world_row(w, PAPER_SELF_LINES, "unit=X1", arena_printf(w->arena, "goal=%s", goal), "text=完成",
	    arena_printf(w->arena, "points=%s", points));
}

/* Points of the two goals; both common items of counties are full. */
static enum jx_err
push(const char *first, const char *second, const char *grade)
{
	world_row(w, PAPER_SELF_REPORTS, "unit=X1", "state=draft", "statement=总体完成", arena_printf(w->arena, "grade=%s", grade),
	    "reason=全面完成", "body=县委常委会", "body_date=2011-03-18");
	line("G1", first);
	line("G2", second);
	line("discipline", "5");
	line("safety", "5");
	return world_do(w, "self.push", "unit=X1");
}

static const char *
report(const char *field)
{
	return world_field(w, PAPER_SELF_REPORTS, field, "X1");
}

static bool
says(const char *part)
{
	for (size_t i = 0; i < w->deed.why_count; i++)
		if (strstr(w->deed.why[i], part) != NULL)
			return true;
	return false;
}

Test(self, is_drafted_sent_returned_and_sent_again)
{
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_assert_eq(push("72", "18", "excellent"), JX_OK);
	cr_assert_str_eq(report("state"), "draft");
	cr_assert_str_eq(world_field(w, RECORD_SELF, "points", "X1", "G1"), "", "not before it is sent");
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_DENIED, "the head sends");
	head();
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_str_eq(report("state"), "sent");
	cr_assert_str_eq(report("late"), "");
	cr_assert_str_neq(report("at_us"), "");
	cr_assert_str_eq(world_field(w, RECORD_SELF, "points", "X1", "G1"), "72");
	cr_assert_str_eq(world_field(w, RECORD_SELF, "points", "X1", "safety"), "5");
	cr_assert_eq(push("71", "18", "excellent"), JX_E_LIFE, "sent is sent");
	office();
	cr_assert_eq(world_do(w, "self.return", "unit=X1"), JX_E_FIELD, "a reason is needed");
	cr_assert_eq(world_do(w, "self.return", "unit=X1", "reason=缺依据"), JX_OK);
	cr_assert_str_eq(report("state"), "returned");
	cr_assert_str_eq(world_field(w, RECORD_SELF, "points", "X1", "G1"), "", "withdrawn");
	cr_assert_eq(book_count(w->book, RECORD_SELF), 0u);
	head();
	cr_assert_eq(push("71.5", "18", "excellent"), JX_OK);
	cr_assert_str_eq(report("state"), "returned");
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_SELF, "points", "X1", "G1"), "71.5");
}

Test(self, takes_its_own_unit_goals_and_points_only)
{
	line("G1", "72.01");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_E_FAULTS, "more than full");
	line("safety", "5.01");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_E_FAULTS);
	line("G9", "1");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_E_FAULTS, "no such goal");
	line("capacity", "1");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_E_FAULTS, "an item of departments");
	cr_assert_eq(push("72", "18", "superb"), JX_E_FAULTS, "no such grade");
	world_row(w, PAPER_SELF_LINES, "unit=X2", "goal=G1", "text=a");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_E_DENIED);
	world_as(w, ROLE_HEAD, "head", "X2", "");
	cr_assert_eq(push("72", "18", "excellent"), JX_E_DENIED);
}

/* State, moment, lateness and "no claims" are the program's. */
Test(self, keeps_what_is_the_programs)
{
	world_put(w, PAPER_SELF_REPORTS, "unit=X1", "state=returned", "no_claims=yes", "late=yes", "at_us=7");
	world_row(w, PAPER_SELF_REPORTS, "unit=X1", "state=sent", "statement=新", "at_us=9");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_str_eq(report("state"), "returned");
	cr_assert_str_eq(report("no_claims"), "yes");
	cr_assert_str_eq(report("late"), "yes");
	cr_assert_str_eq(report("at_us"), "7");
	cr_assert_str_eq(report("statement"), "新");
	/* Lines alone leave the report's words. */
	line("G1", "70");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_str_eq(report("statement"), "新");
}

Test(self, is_sent_complete_only)
{
	world_row(w, PAPER_SELF_LINES, "unit=X1", "goal=G1", "text=完成");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_RULE);
	/* All that is missing is said at once. */
	cr_assert(says("总体评价"));
	cr_assert(says("G1（甲）没有自评得分"));
	cr_assert(says("G2（乙）没有陈述"));
	cr_assert(says("G2（乙）没有自评得分"));
	cr_assert(says("safety"));
	cr_assert(says("自报等次"));
	cr_assert(says("党委（党组）"));
	cr_assert_eq(book_count(w->book, RECORD_SELF), 0u);
	cr_assert_eq(push("72", "18", "excellent"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
}

Test(self, needs_the_approval_of_its_leadership)
{
	cr_assert_eq(push("72", "18", "excellent"), JX_OK);
	world_row(w, PAPER_SELF_REPORTS, "unit=X1", "state=draft", "statement=a", "grade=excellent", "reason=b", "body=县委");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_RULE);
	cr_assert(says("body_date"));
	world_row(w, PAPER_SELF_REPORTS, "unit=X1", "state=draft", "statement=a", "grade=excellent", "reason=b", "body=县委",
	    "body_date=2011-03-21");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_RULE, "tomorrow");
	world_row(w, PAPER_SELF_REPORTS, "unit=X1", "state=draft", "statement=a", "grade=excellent", "reason=b", "body=县委",
	    "body_date=2011-03-20");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
}

/* Exactly 90 is excellent; 89.99 is good: excellent then needs an explanation (R16). So does modesty. */
Test(self, questions_a_grade_that_its_points_contradict)
{
	cr_assert_eq(push("62", "18", "excellent"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK, "90.00");
	tear_down();
	set_up();
	cr_assert_eq(push("61.99", "18", "excellent"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_RULE, "89.99");
	cr_assert(says("89.99"));
	cr_assert(says("good"));
	cr_assert_eq(push("61.99", "18", "good"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	tear_down();
	set_up();
	cr_assert_eq(push("72", "18", "good"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_RULE, "100 points are no good");
	world_row(w, PAPER_SELF_REPORTS, "unit=X1", "state=draft", "statement=a", "grade=good", "reason=b", "body=县委",
	    "body_date=2011-03-20", "explain=有事故");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_eq(world_view(w, "self.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "state=sent", "points=100", "grade=good", "reached=excellent", "explain=有事故"));
}

Test(self, follows_the_goals_as_they_are)
{
	cr_assert_eq(push("72", "18", "excellent"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=X1", "goal=G1", "title=甲", "part=main", "points=60", "duty=lead");
	world_put(w, PAPER_SELF_LINES, "unit=X1", "goal=OLD", "text=a", "points=1");
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_RULE, "the goal is worth less now");
	world_put(w, RECORD_GOALS, "unit=X1", "goal=G1", "title=甲", "part=main", "points=72", "duty=lead");
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SELF_LINES, "text", "X1", "OLD"), "", "a struck goal's line");
	cr_assert_eq(book_count(w->book, RECORD_SELF), 4u);
	tear_down();
	set_up();
	world_as(w, ROLE_HEAD, "head", "X2", "");
	world_row(w, PAPER_SELF_LINES, "unit=X2", "goal=safety", "text=a", "points=5");
	cr_assert_eq(world_do(w, "self.push", "unit=X2"), JX_OK);
	cr_assert_eq(world_do(w, "self.send", "unit=X2"), JX_E_RULE);
	cr_assert(says("尚未下达"));
}

/* R19, R10: by 31 March 24:00 Beijing time; late is flagged, never refused, and stays. */
Test(self, is_late_from_the_first_microsecond_after)
{
	uint64_t due = deed_date_end("2011-03-31");

	cr_assert_eq(push("72", "18", "excellent"), JX_OK);
	w->now_us = due - 1;
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_str_eq(report("late"), "");
	tear_down();
	set_up();
	cr_assert_eq(push("72", "18", "excellent"), JX_OK);
	w->now_us = due;
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_str_eq(report("late"), "yes");
	/* One unit's extension: it is on time again until then, but what was late stays so. */
	office();
	cr_assert_eq(world_do(w, "phase.extend", "value=self", "unit=X1", "due=2011-04-05", "reason=洪水"), JX_OK);
	cr_assert_eq(world_do(w, "self.return", "unit=X1", "reason=缺依据"), JX_OK);
	head();
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_str_eq(report("late"), "yes");
}

Test(self, extension_is_of_one_unit)
{
	office();
	cr_assert_eq(world_do(w, "phase.extend", "value=self", "unit=X1", "due=2011-04-05", "reason=洪水"), JX_OK);
	head();
	cr_assert_eq(push("72", "18", "excellent"), JX_OK);
	w->now_us = deed_date_end("2011-04-05") - 1;
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_OK);
	cr_assert_str_eq(report("late"), "");
	world_put(w, RECORD_GOALS, "unit=X2", "goal=G1", "title=甲", "part=main", "points=90", "duty=lead");
	world_as(w, ROLE_HEAD, "head", "X2", "");
	world_row(w, PAPER_SELF_REPORTS, "unit=X2", "state=draft", "statement=a", "grade=excellent", "reason=b", "body=县委",
	    "body_date=2011-03-20");
	world_row(w, PAPER_SELF_LINES, "unit=X2", "goal=G1", "text=a", "points=90");
	world_row(w, PAPER_SELF_LINES, "unit=X2", "goal=discipline", "text=a", "points=5");
	world_row(w, PAPER_SELF_LINES, "unit=X2", "goal=safety", "text=a", "points=5");
	cr_assert_eq(world_do(w, "self.push", "unit=X2"), JX_OK);
	w->now_us = deed_date_end("2011-04-05") - 1;
	cr_assert_eq(world_do(w, "self.send", "unit=X2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SELF_REPORTS, "late", "X2"), "yes");
}

/* R44: the draft is filled from the year's reports, with the moment at which each was received. */
Test(self, draft_is_filled_from_the_years_reports)
{
	world_put(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G1", "title=甲", "part=main", "points=72", "duty=lead", "target=12.5");
	world_put(w, PAPER_ROUND_REPORTS, "unit=X1", "round=1", "state=sent", "at_us=111");
	world_put(w, PAPER_ROUND_REPORTS, "unit=X1", "round=2", "state=sent", "at_us=222");
	world_put(w, PAPER_ROUND_REPORTS, "unit=X1", "round=3", "state=draft");
	world_put(w, PAPER_GOAL_REPORTS, "unit=X1", "round=1", "goal=G2", "text=开工", "evidence=e1");
	world_put(w, PAPER_GOAL_REPORTS, "unit=X1", "round=1", "goal=G1", "value=3", "text=早");
	world_put(w, PAPER_GOAL_REPORTS, "unit=X1", "round=2", "goal=G1", "value=11", "text=近", "evidence=e2");
	world_put(w, PAPER_GOAL_REPORTS, "unit=X1", "round=3", "goal=G1", "value=99", "text=未报");
	line("G1", "70");
	cr_assert_eq(world_do(w, "self.push", "unit=X1"), JX_OK);
	cr_assert_eq(world_view(w, "self.draft", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 4u);
	cr_assert(world_has_row(w, "goal=G1", "title=甲", "kind=goal", "full=72", "target=12.5", "round=2", "received=222",
	    "value=11", "progress=近", "proof=e2", "points=70", "text=完成"));
	cr_assert(world_has_row(w, "goal=G2", "target=", "round=1", "received=111", "value=", "progress=开工", "proof=e1", "points="));
	cr_assert(world_has_row(w, "goal=safety", "kind=common", "full=5", "round=", "points="));
	office();
	cr_assert_eq(world_view(w, "self.draft", "unit=X1"), JX_OK);
	cr_assert_eq(w->view.row_count, 4u);
	cr_assert_eq(world_view(w, "self.draft", NULL), JX_E_NOT_FOUND);
	world_as(w, ROLE_CLERK, "clerk", "X2", "");
	cr_assert_eq(world_view(w, "self.draft", "unit=X1"), JX_E_DENIED);
	world_as(w, ROLE_FUNCTIONAL, "f", "E1", "监察局");
	cr_assert_eq(world_view(w, "self.draft", "unit=X1"), JX_E_DENIED);
}

Test(self, state_is_for_the_office_and_the_unit)
{
	cr_assert_eq(push("62", "18", "excellent"), JX_OK);
	cr_assert_eq(world_view(w, "self.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert(world_has_row(w, "unit=X1", "state=draft", "points=90", "reached=excellent", "body=县委常委会", "at="));
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
	cr_assert_eq(world_view(w, "self.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 9u);
	cr_assert(world_has_row(w, "unit=E1", "state=", "points="));
	world_as(w, ROLE_CLERK, "clerk", "E1", "");
	cr_assert_eq(world_view(w, "self.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	world_as(w, ROLE_LEADER, "leader", "", "L2");
	cr_assert_eq(world_view(w, "self.state", NULL), JX_E_DENIED);
}

Test(self, belongs_to_its_phase)
{
	office();
	cr_assert_eq(world_do(w, "phase.close", "value=self"), JX_OK);
	head();
	cr_assert_eq(push("72", "18", "excellent"), JX_E_PHASE);
	cr_assert_eq(world_do(w, "self.send", "unit=X1"), JX_E_PHASE);
}

/* ---- Every (state, deed). */

static enum jx_err
call(const char *deed)
{
	if (strcmp(deed, "self.push") == 0)
		return push("72", "18", "excellent");
	if (strcmp(deed, "self.send") == 0)
		return world_do(w, "self.send", "unit=X1");
	cr_assert_str_eq(deed, "self.return", "no call for %s", deed);
	office();
	return world_do(w, "self.return", "unit=X1", "reason=缺依据");
}

static bool
is_edge(const struct deed_life *life, const char *state, const char *deed)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (strcmp(life->edges[i].from, state) == 0 && strcmp(life->edges[i].deed, deed) == 0)
			return true;
	return false;
}

Test(self, moves_along_its_life_only)
{
	static const char *const states[] = {"", "draft", "sent", "returned"};
	const struct deed_life *life = deed_life_of(PAPER_SELF_REPORTS);
	size_t calls = 0;

	for (size_t s = 0; s < sizeof states / sizeof *states; s++)
		for (size_t d = 0; d < deed_count(); d++) {
			const struct deed *deed = deed_at(d);
			enum jx_err err;

			if (deed->life != life)
				continue;
			tear_down();
			set_up();
			cr_assert_eq(push("72", "18", "excellent"), JX_OK, "its lines");
			if (*states[s] == '\0') {
				tear_down();
				set_up();
			} else {
				world_put(w, PAPER_SELF_REPORTS, "unit=X1", arena_printf(w->arena, "state=%s", states[s]), "statement=a",
				    "grade=excellent", "reason=b", "body=县委", "body_date=2011-03-20");
			}
			err = call(deed->name);
			cr_assert_eq(err, is_edge(life, states[s], deed->name) ? JX_OK : JX_E_LIFE, "%s in \"%s\": %d", deed->name,
			    states[s], err);
			calls++;
		}
	cr_assert_eq(calls, 12u);
}
