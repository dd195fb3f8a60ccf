/* tests/deeds/plan_play.h: the steps by which tests bring plans of the small city where they want
 * them. */
#ifndef JX_TESTS_DEEDS_PLAN_PLAY_H
#define JX_TESTS_DEEDS_PLAN_PLAY_H

#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

static inline const char *
play_pair(struct world *w, const char *field, const char *value)
{
	return arena_printf(w->arena, "%s=%s", field, value);
}

/* A goal of a department (with its grounds), or of a county (with carrier and target). */
static inline void
play_goal(struct world *w, const char *unit, const char *goal, const char *part, const char *points,
    const char *task)
{
	world_row(w, PAPER_PLAN_GOALS, play_pair(w, "unit", unit), play_pair(w, "goal", goal),
	    "title=完成任务", play_pair(w, "part", part), play_pair(w, "points", points),
	    "duty=lead", play_pair(w, "task", task), "place=重点", "workload=较大",
	    "difficulty=较难", "carrier=示范园区", "target=12.5", "measure=亿元");
}

static inline void
play_as_unit(struct world *w, enum role role, const char *unit)
{
	world_as(w, role, arena_printf(w->arena, "%s-%s", unit, role_code(role)), unit, "");
}

static inline void
play_as_office(struct world *w)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static inline void
play_as_committee(struct world *w)
{
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
}

static inline void
play_as_functional(struct world *w, const char *subject)
{
	world_as(w, ROLE_FUNCTIONAL, subject, "", subject);
}

static inline void
play_open(struct world *w, const char *phase)
{
	play_as_office(w);
	cr_assert_eq(world_do(w, "phase.open", play_pair(w, "value", phase)), JX_OK);
}

/* Two goals, 45.5 and 34.5. */
static inline enum jx_err
play_push(struct world *w, const char *unit, const char *task)
{
	play_as_unit(w, ROLE_CLERK, unit);
	play_goal(w, unit, "G1", "assigned", "45.5", task);
	play_goal(w, unit, "G2", "duty", "34.5", "");
	return world_do(w, "goals.push", play_pair(w, "unit", unit));
}

static inline enum jx_err
play_submit(struct world *w, const char *unit)
{
	play_as_unit(w, ROLE_HEAD, unit);
	return world_do(w, "plan.submit", play_pair(w, "unit", unit));
}

static inline enum jx_err
play_assign(struct world *w, const char *unit, const char *by)
{
	play_as_office(w);
	world_row(w, PAPER_REVIEWERS, play_pair(w, "unit", unit), play_pair(w, "by", by));
	return world_do(w, "plan.assign", play_pair(w, "unit", unit));
}

static inline void
play_opinion(struct world *w, const char *unit, const char *goal, const char *by,
    const char *verdict, const char *reason)
{
	world_row(w, PAPER_OPINIONS, play_pair(w, "unit", unit), play_pair(w, "goal", goal),
	    play_pair(w, "by", by), play_pair(w, "verdict", verdict),
	    play_pair(w, "reason", reason));
}

static inline enum jx_err
play_agree(struct world *w, const char *unit, const char *by)
{
	play_as_functional(w, by);
	play_opinion(w, unit, "G1", by, "agree", "");
	play_opinion(w, unit, "G2", by, "agree", "");
	return world_do(w, "plan.opine", play_pair(w, "unit", unit));
}

static inline const char *
play_version(struct world *w, const char *unit)
{
	world_as(w, ROLE_AUDITOR, "auditor", "", "");
	cr_assert_eq(world_view(w, "list", "kind=plan_goals", play_pair(w, "unit", unit)), JX_OK);
	return arena_printf(w->arena, "based_on=%llu", (unsigned long long)w->view.version);
}

static inline enum jx_err
play_approve(struct world *w, const char *unit, const char *leader)
{
	const char *version = play_version(w, unit);

	world_as(w, ROLE_LEADER, leader, "", leader);
	return world_do(w, "plan.approve", play_pair(w, "unit", unit), version);
}

static inline const char *
play_leader(const char *unit)
{
	return unit[0] == 'E' ? "L2" : "L3";
}

/* From nothing to passed. */
static inline void
play_to_passed(struct world *w, const char *unit, const char *task)
{
	cr_assert_eq(play_push(w, unit, task), JX_OK);
	cr_assert_eq(play_submit(w, unit), JX_OK);
	cr_assert_eq(play_assign(w, unit, "监察局"), JX_OK);
	cr_assert_eq(play_agree(w, unit, "监察局"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.pass", play_pair(w, "unit", unit)), JX_OK);
}

static inline void
play_to_issued(struct world *w, const char *unit, const char *document)
{
	play_to_passed(w, unit, "");
	cr_assert_eq(play_approve(w, unit, play_leader(unit)), JX_OK);
	play_as_committee(w);
	cr_assert_eq(
	    world_do(w, "plan.confirm", play_pair(w, "unit", unit), "document=评委会1号"), JX_OK);
	play_as_office(w);
	cr_assert_eq(world_do(w, "plan.issue", play_pair(w, "unit", unit),
			 play_pair(w, "document", document)),
	    JX_OK);
}

/* A county: 40 + 32 by the office, 18 its own. */
static inline enum jx_err
play_county_push(struct world *w, const char *unit)
{
	play_as_office(w);
	play_goal(w, unit, "G1", "main", "40", "");
	play_goal(w, unit, "G2", "main", "32", "");
	return world_do(w, "county.push", play_pair(w, "unit", unit));
}

static inline enum jx_err
play_county_own(struct world *w, const char *unit)
{
	play_as_unit(w, ROLE_CLERK, unit);
	play_goal(w, unit, "G3", "innovation", "18", "");
	return world_do(w, "goals.push", play_pair(w, "unit", unit));
}

static inline enum jx_err
play_county_submit(struct world *w, const char *unit)
{
	play_as_unit(w, ROLE_HEAD, unit);
	return world_do(w, "county.submit", play_pair(w, "unit", unit));
}

/* Does a why of the last deed hold that text? */
static inline bool
play_said(const struct world *w, const char *text)
{
	for (size_t i = 0; i < w->deed.why_count; i++)
		if (strstr(w->deed.why[i], text) != NULL)
			return true;
	return false;
}

static inline bool
play_noted(const struct world *w, const char *text)
{
	for (size_t i = 0; i < w->deed.note_count; i++)
		if (strstr(w->deed.notes[i], text) != NULL)
			return true;
	return false;
}

/* Does the last deed notify that role of something holding that text? */
static inline bool
play_notified(const struct world *w, const char *role, const char *unit, const char *text)
{
	for (size_t i = 0; i < w->deed.change_count; i++) {
		const Jx__Notice *notice = (const Jx__Notice *)w->deed.changes[i].record;

		if (w->deed.changes[i].kind == PAPER_NOTICES && deed_is(notice->role, role) &&
		    deed_is(notice->unit, unit) && strstr(notice->text, text) != NULL)
			return true;
	}
	return false;
}

#endif
