/* Visits on the spot: plan, members, arrival, mark, findings (R14, R15, R29). */
#include <criterion/criterion.h>
#include <string.h>

#include "deeds/visit.h"
#include "world.h"

static struct world *w;

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
	cr_assert_eq(world_do(w, "phase.open", "value=visits"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=X1", "goal=G1", "title=a", "part=main", "points=72", "duty=lead");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(visit, .init = set_up, .fini = tear_down);

static enum jx_err
plan(void)
{
	return world_do(w, "visit.plan", "object=V1", "unit=X1", "reason=群众反映");
}

static enum jx_err
members(const char *member, const char *kind, const char *home)
{
	world_row(w, PAPER_VISIT_MEMBERS, "visit=V1", arena_printf(w->arena, "member=%s", member),
	    arena_printf(w->arena, "kind=%s", kind), arena_printf(w->arena, "home=%s", home));
	return world_do(w, "visit.members", "object=V1");
}

static enum jx_err
mark(const char *points)
{
	world_row(w, RECORD_VISITS, "unit=X1", "visit=V1", arena_printf(w->arena, "mark=%s", points));
	return world_do(w, "visit.mark", "object=V1");
}

static void
arrived(void)
{
	cr_assert_eq(plan(), JX_OK);
	cr_assert_eq(members("专家甲", "expert", ""), JX_OK);
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_OK);
}

Test(visit, is_planned_and_hidden_until_arrival)
{
	size_t cursor = 0;

	cr_assert_eq(world_do(w, "visit.plan", "object=V1", "unit=X1"), JX_E_FIELD, "a reason is needed");
	cr_assert_eq(plan(), JX_OK);
	cr_assert_eq(plan(), JX_E_LIFE, "the code is taken");
	cr_assert_eq(members("专家甲", "expert", ""), JX_OK);
	cr_assert_null(book_next(w->book, PAPER_NOTICES, NULL, &cursor), "nobody is told");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "visit=V1", "unit=X1", "state=planned", "members=1", "mark=no", "at="));
	world_as(w, ROLE_HEAD, "head", "X1", "");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
	office();
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_OK);
	cr_assert_neq(world_field(w, PAPER_VISIT_PLANS, "at_us", "V1")[0], '\0');
	cursor = 0;
	cr_assert_str_eq(((const Jx__Notice *)book_next(w->book, PAPER_NOTICES, NULL, &cursor))->unit, "X1");
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "visit=V1", "state=arrived"));
	world_as(w, ROLE_CLERK, "clerk", "X2", "");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "not another's");
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_E_DENIED);
	world_as(w, ROLE_AUDITOR, "auditor", "", "");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	world_as(w, ROLE_LEADER, "leader", "", "L1");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_E_DENIED);
}

Test(visit, is_replaced_with_a_reason_only)
{
	cr_assert_eq(plan(), JX_OK);
	cr_assert_eq(world_do(w, "visit.replace", "object=V1", "unit=X2"), JX_E_FIELD);
	cr_assert_eq(world_do(w, "visit.replace", "object=V1", "unit=X1", "reason=洪水"), JX_E_RULE, "the same");
	cr_assert_eq(world_do(w, "visit.replace", "object=V1", "unit=Z9", "reason=洪水"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "visit.replace", "object=V1", "unit=X2", "reason=洪水"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "state", "V1"), "dropped");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "reason", "V1"), "洪水");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "unit", "V1-r"), "X2");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "state", "V1-r"), "planned");
	cr_assert_eq(world_do(w, "visit.replace", "object=V1-r", "unit=X1", "reason=洪水"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "unit", "V1-r-r"), "X1");
	cr_assert_eq(plan(), JX_E_LIFE, "a dropped code is not used again");
	cr_assert_eq(
	    world_do(w, "visit.plan", "object=12345678901234567890123456789012345678901234567890123456789012345", "unit=X1",
		"reason=x"),
	    JX_E_RULE, "too long");
	cr_assert_eq(world_do(w, "visit.plan", "object= V9", "unit=X1", "reason=x"), JX_E_RULE, "blank");
}

/* R14, R29: nobody from the visited unit, under whatever name. */
Test(visit, takes_nobody_from_the_unit)
{
	world_put(w, PAPER_TEAMS, "team=T1", "name=县区组", "class=county");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=e1", "home=X1");
	cr_assert_eq(members("专家甲", "expert", ""), JX_E_LIFE, "no visit yet");
	cr_assert_eq(plan(), JX_OK);
	cr_assert_eq(members("某科长", "department", "X1"), JX_E_FAULTS);
	cr_assert_eq(members("某科长", "department", "东山县"), JX_E_FAULTS, "no unit's code");
	cr_assert_eq(members("X1", "department", ""), JX_E_FAULTS);
	cr_assert_eq(members("东山县", "department", ""), JX_E_FAULTS);
	cr_assert_eq(members("e1", "expert", ""), JX_E_FAULTS, "its home is on the group's list");
	cr_assert_eq(members("财政局", "department", "E2"), JX_OK);
	world_row(w, PAPER_VISIT_MEMBERS, "visit=V1", "member=专家甲", "kind=expert");
	world_row(w, PAPER_VISIT_MEMBERS, "visit=V1", "member=L2", "kind=leader");
	cr_assert_eq(world_do(w, "visit.members", "object=V1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_VISIT_MEMBERS, "kind", "V1", "财政局"), "", "replaced");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_MEMBERS, "kind", "V1", "L2"), "leader");
	world_row(w, PAPER_VISIT_MEMBERS, "visit=V2", "member=专家甲", "kind=expert");
	cr_assert_eq(world_do(w, "visit.members", "object=V1"), JX_E_FAULTS, "of another visit");
	cr_assert_eq(world_do(w, "visit.members", "object=V1"), JX_E_FIELD, "no rows");
}

Test(visit, is_marked_with_findings_and_photos)
{
	uint64_t was_us;

	world_at(w, "2010-06-01", 10);
	arrived();
	world_row(w, RECORD_VISITS, "unit=X1", "visit=V1", "mark=87.72");
	world_row(w, PAPER_FINDINGS, "finding=F1", "unit=X1", "source=visit", "text=进度滞后", "state=open");
	was_us = w->now_us;
	world_at(w, "2010-06-01", 18);
	cr_assert_eq(world_do(w, "visit.mark", "object=V1", "reason=走访两处", "value=G1", "document=abc"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_VISITS, "mark", "X1", "V1"), "87.72");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "state", "V1"), "marked");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "by", "V1"), "office");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "at_us", "V1"),
	    arena_printf(w->arena, "%llu", (unsigned long long)was_us), "of its arrival");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "note", "V1"), "走访两处");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "goals", "V1"), "G1");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "evidence", "V1"), "abc");
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "object", "F1"), "V1");
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "state", "F1"), "open");
	cr_assert_eq(mark("90"), JX_E_LIFE, "once");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "visit=V1", "state=marked", "mark=yes", "goals=G1"));
}

Test(visit, refuses_marks_that_do_not_fit)
{
	cr_assert_eq(plan(), JX_OK);
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_OK);
	cr_assert_eq(mark("90"), JX_E_RULE, "no members");
	cr_assert_eq(members("专家甲", "expert", ""), JX_OK);
	cr_assert_eq(mark("100.01"), JX_E_FAULTS);
	world_row(w, RECORD_VISITS, "unit=X2", "visit=V1", "mark=90");
	cr_assert_eq(world_do(w, "visit.mark", "object=V1"), JX_E_FAULTS, "another unit");
	world_row(w, RECORD_VISITS, "unit=X1", "visit=V2", "mark=90");
	cr_assert_eq(world_do(w, "visit.mark", "object=V1"), JX_E_FAULTS, "another visit");
	world_row(w, RECORD_VISITS, "unit=X1", "visit=V1", "mark=90");
	world_row(w, RECORD_VISITS, "unit=X1", "visit=V2", "mark=90");
	cr_assert_eq(world_do(w, "visit.mark", "object=V1"), JX_E_RULE, "two marks");
	world_row(w, PAPER_FINDINGS, "finding=F1", "unit=X1", "source=visit", "text=a", "state=open");
	cr_assert_eq(world_do(w, "visit.mark", "object=V1"), JX_E_RULE, "no mark");
	world_row(w, RECORD_VISITS, "unit=X1", "visit=V1", "mark=90");
	cr_assert_eq(world_do(w, "visit.mark", "object=V1", "value=G1,G7"), JX_E_RULE, "no such goal");
	cr_assert_eq(mark("100"), JX_OK);
}

Test(visit, refuses_findings_that_do_not_fit)
{
	static const char *const rows[][6] = {
	    {"finding=F1", "unit=X2", "source=visit", "text=a", "state=open", NULL},
	    {"finding=F1", "unit=X1", "source=group", "text=a", "state=open", NULL},
	    {"finding=F1", "unit=X1", "source=visit", "text=a", "state=closed", NULL},
	    {"finding=F9", "unit=X1", "source=visit", "text=a", "state=open", NULL},
	};

	arrived();
	world_put(w, PAPER_FINDINGS, "finding=F9", "unit=X1", "source=basic", "text=a", "state=open");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		world_row(w, RECORD_VISITS, "unit=X1", "visit=V1", "mark=90");
		world_row_of(w, PAPER_FINDINGS, rows[i]);
		cr_assert_eq(world_do(w, "visit.mark", "object=V1"), JX_E_FAULTS, "row %zu", i);
	}
}

/* R29: evaluators of the unit's group or taking part; nobody at home. */
Test(visit, is_recorded_by_who_was_there)
{
	cr_assert_eq(plan(), JX_OK);
	cr_assert_eq(members("e2", "expert", "E1"), JX_OK);
	world_put(w, PAPER_TEAMS, "team=T1", "name=县区组", "class=county");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=e1", "home=X1");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=e3", "home=E3", "lead=yes");
	world_as(w, ROLE_EVALUATOR, "e1", "", "");
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_E_DENIED, "his own unit");
	cr_assert_eq(w->deed.why_count, 0u);
	cr_assert_eq(world_do(w, "visit.arrive", "object=V2"), JX_E_DENIED, "none such: refused alike (R42)");
	cr_assert_eq(w->deed.why_count, 0u);
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "nor does he learn of it");
	world_as(w, ROLE_EVALUATOR, "e4", "", "");
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_E_DENIED);
	world_as(w, ROLE_LEAD, "e3", "E3", "");
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_E_DENIED, "his group's unit, but not his visit");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "planned: of its planners and visitors alone");
	world_as(w, ROLE_EVALUATOR, "e2", "E1", "");
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "visit=V1", "state=planned"));
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_OK);
	world_as(w, ROLE_EVALUATOR, "e2", "X1", "");
	cr_assert_eq(mark("90"), JX_E_DENIED, "moved home since");
	world_as(w, ROLE_LEAD, "e3", "E3", "");
	cr_assert_eq(mark("90"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "by", "V1"), "e3");
}

Test(visit, belongs_to_its_phase)
{
	cr_assert_eq(plan(), JX_OK);
	cr_assert_eq(world_do(w, "phase.close", "value=visits"), JX_OK);
	cr_assert_eq(plan(), JX_E_PHASE);
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_E_PHASE);
	cr_assert_eq(world_do(w, "visit.drop", "object=V1", "reason=未成行"), JX_OK, "any time");
	world_as(w, ROLE_EVALUATOR, "e1", "", "");
	cr_assert_eq(world_do(w, "visit.drop", "object=V1", "reason=x"), JX_E_DENIED);
}

/* ---- Every (state, deed). */

static enum jx_err
call(const char *deed)
{
	if (strcmp(deed, "visit.plan") == 0)
		return plan();
	if (strcmp(deed, "visit.replace") == 0)
		return world_do(w, "visit.replace", "object=V1", "unit=X2", "reason=洪水");
	if (strcmp(deed, "visit.members") == 0)
		return members("专家乙", "expert", "");
	if (strcmp(deed, "visit.arrive") == 0)
		return world_do(w, "visit.arrive", "object=V1");
	if (strcmp(deed, "visit.mark") == 0)
		return mark("90");
	cr_assert_str_eq(deed, "visit.drop", "no call for %s", deed);
	return world_do(w, "visit.drop", "object=V1", "reason=洪水");
}

static bool
is_edge(const char *state, const char *deed)
{
	/* What it replaces must be there; its edge from nothing is of the new visit. */
	if (*state == '\0' && strcmp(deed, "visit.replace") == 0)
		return false;
	for (size_t i = 0; i < visit_life.edge_count; i++)
		if (strcmp(visit_life.edges[i].from, state) == 0 && strcmp(visit_life.edges[i].deed, deed) == 0)
			return true;
	return false;
}

Test(visit, moves_along_its_life_only)
{
	static const char *const states[] = {"", "planned", "arrived", "marked", "dropped"};
	size_t calls = 0;

	for (size_t s = 0; s < sizeof states / sizeof *states; s++)
		for (size_t d = 0; d < deed_count(); d++) {
			const struct deed *deed = deed_at(d);
			enum jx_err err;

			if (deed->life != &visit_life)
				continue;
			tear_down();
			set_up();
			if (*states[s] != '\0')
				world_put(w, PAPER_VISIT_PLANS, "visit=V1", "unit=X1", arena_printf(w->arena, "state=%s", states[s]));
			world_put(w, PAPER_VISIT_MEMBERS, "visit=V1", "member=专家甲", "kind=expert");
			err = call(deed->name);
			cr_assert_eq(err, is_edge(states[s], deed->name) ? JX_OK : JX_E_LIFE, "%s in \"%s\": %d", deed->name,
			    states[s], err);
			calls++;
		}
	cr_assert_eq(calls, 30u);
}
