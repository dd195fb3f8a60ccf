/* Findings (R12, R15): given back to the unit, which answers; closed or returned by the office. */
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
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(finding, .init = set_up, .fini = tear_down);

static enum jx_err
add(const char *code, const char *unit)
{
	world_row(w, PAPER_FINDINGS, arena_printf(w->arena, "finding=%s", code), arena_printf(w->arena, "unit=%s", unit),
	    "source=basic", "object=daily", "text=台账不全", "answer=自答", "reason=自销", "state=closed");
	return world_do(w, "finding.add", NULL);
}

static bool
is_notified(const char *unit, const char *role, const char *part)
{
	const Jx__Notice *notice;
	size_t cursor = 0;

	while ((notice = (const Jx__Notice *)book_next(w->book, PAPER_NOTICES, NULL, &cursor)) != NULL)
		if (deed_is(notice->unit, unit) && deed_is(notice->role, role) && strstr(notice->text, part) != NULL)
			return true;
	return false;
}

Test(finding, goes_to_the_unit_and_back)
{
	world_row(w, PAPER_FINDINGS, "finding=F0", "unit=E1", "source=visit", "text=t");
	cr_assert_eq(world_do(w, "finding.add", "unit=E1"), JX_OK, "its state is the program's");
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "state", "F0"), "open");
	cr_assert_eq(add("F1", "X1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "state", "F1"), "open");
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "answer", "F1"), "", "nobody answers for the unit");
	cr_assert(is_notified("X1", "", "F1"));
	as_clerk("X1");
	cr_assert_eq(world_do(w, "finding.answer", "unit=X1", "object=F1"), JX_E_FIELD, "an answer has words");
	cr_assert_eq(world_do(w, "finding.answer", "unit=X1", "object=F0", "reason=x"), JX_E_NOT_FOUND, "another unit's");
	cr_assert_eq(world_do(w, "finding.answer", "unit=E1", "object=F0", "reason=x"), JX_E_DENIED);
	cr_assert_eq(world_do(w, "finding.answer", "unit=X1", "object=F1", "reason=已补齐"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "answer", "F1"), "已补齐");
	cr_assert(is_notified("", "office", "F1"));
	cr_assert_eq(world_do(w, "finding.close", "object=F1"), JX_E_DENIED);
	as_office();
	cr_assert_eq(world_do(w, "finding.reopen", "object=F1"), JX_E_FIELD, "why?");
	cr_assert_eq(world_do(w, "finding.reopen", "object=F1", "reason=仍缺六月"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "state", "F1"), "open");
	cr_assert(is_notified("X1", "", "仍缺六月"));
	world_as(w, ROLE_HEAD, "h", "X1", "");
	cr_assert_eq(world_do(w, "finding.answer", "unit=X1", "object=F1", "reason=六月也补齐"), JX_OK);
	as_office();
	cr_assert_eq(world_do(w, "finding.close", "unit=E1", "object=F1"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "finding.close", "unit=X1", "object=F1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "state", "F1"), "closed");
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "answer", "F1"), "六月也补齐");
}

Test(finding, a_code_is_used_once)
{
	cr_assert_eq(add("F1", "X1"), JX_OK);
	cr_assert_eq(add("F1", "X2"), JX_E_LIFE, "it would become another's");
	cr_assert_str_eq(world_field(w, PAPER_FINDINGS, "unit", "F1"), "X1");
	cr_assert_eq(add("F2", "X9"), JX_E_FAULTS, "no such unit");
}

/* R29: evaluators find at the units of their group, never at home. */
Test(finding, evaluators_find_in_their_group)
{
	world_put(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=P1", "home=E2");
	world_as(w, ROLE_EVALUATOR, "P1", "", "");
	cr_assert_eq(add("F1", "E1"), JX_OK);
	cr_assert_eq(add("F2", "E2"), JX_E_DENIED, "at home");
	cr_assert_eq(add("F2", "X1"), JX_E_DENIED, "another group's");
	world_put(w, PAPER_STAND_INS, "unit=X1", "evaluator=P9", "instead=P1");
	cr_assert_eq(add("F2", "X1"), JX_OK, "where it stands in");
	world_as(w, ROLE_LEAD, "P1", "E1", "");
	cr_assert_eq(add("F3", "E1"), JX_E_DENIED, "the account's unit is home too");
	cr_assert_eq(add("F3", "E3"), JX_OK);
	world_as(w, ROLE_LEAD, "P2", "", "");
	cr_assert_eq(add("F4", "E1"), JX_E_DENIED, "no member");
	as_clerk("X1");
	cr_assert_eq(add("F4", "X1"), JX_E_DENIED);
}

static const char *const states[] = {"", "open", "answered", "closed"};

static enum jx_err
attempt(const struct deed *deed, const char *state)
{
	static int number;
	const char *code = arena_printf(w->arena, "L%d", ++number);
	const char *object = arena_printf(w->arena, "object=%s", code);

	if (*state != '\0')
		world_put(w, PAPER_FINDINGS, arena_printf(w->arena, "finding=%s", code), "unit=X1", "source=basic",
		    "text=t", arena_printf(w->arena, "state=%s", state));
	as_office();
	if (strcmp(deed->name, "finding.add") == 0)
		return add(code, "X1");
	if (strcmp(deed->name, "finding.answer") != 0)
		return world_do(w, deed->name, object, "reason=x");
	as_clerk("X1");
	return world_do(w, deed->name, "unit=X1", object, "reason=x");
}

static bool
is_edge(const struct deed_life *life, const char *deed, const char *state)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (strcmp(life->edges[i].deed, deed) == 0 && strcmp(life->edges[i].from, state) == 0)
			return true;
	return false;
}

Test(finding, moves_along_its_life_only)
{
	const struct deed_life *life = deed_life_of(PAPER_FINDINGS);
	size_t tried = 0;

	for (size_t i = 0; i < deed_count(); i++)
		for (size_t s = 0; deed_at(i)->life == life && s < sizeof states / sizeof *states; s++, tried++)
			cr_assert_eq(attempt(deed_at(i), states[s]),
			    is_edge(life, deed_at(i)->name, states[s]) ? JX_OK : JX_E_LIFE, "%s from \"%s\"",
			    deed_at(i)->name, states[s]);
	cr_assert_eq(tried, 16u);
}
