/* What must not be shown singly (R43), and why. */
#include "deeds/privacy.h"

#include <string.h>

#include "deeds/view.h"

uint32_t
privacy_ballot_count(const struct book *book, const char *unit, const char *group)
{
	const Jx__Ballot *ballot;
	const Jx__Stack *stack;
	size_t cursor = 0;
	uint32_t count = 0;
	bool any = false;

	while ((stack = (const Jx__Stack *)book_next(book, PAPER_STACKS, NULL, &cursor)) != NULL) {
		if (!deed_is(stack->unit, unit) || !deed_is(stack->group, group))
			continue;
		count += deed_is(stack->state, "agreed") || deed_is(stack->state, "polled") ? stack->valid : 0;
		any = true;
	}
	if (any)
		return count;
	cursor = 0;
	while ((ballot = (const Jx__Ballot *)book_next(book, RECORD_BALLOTS, unit, &cursor)) != NULL)
		if (deed_is(ballot->group, group))
			return UINT32_MAX;
	return 0;
}

bool
privacy_group_is_small(const struct book *book, const char *unit, const char *group)
{
	uint32_t count = privacy_ballot_count(book, unit, group);

	return count > 0 && count < PRIVACY_BALLOT_COUNT_LEAST;
}

size_t
privacy_rank_count(const struct book *book, const char *unit, const char *rank)
{
	const Jx__LeaderMark *mark;
	const Jx__Leader *leader;
	size_t cursor = 0, count = 0;

	while ((mark = (const Jx__LeaderMark *)book_next(book, RECORD_LEADER_MARKS, NULL, &cursor)) != NULL) {
		if (!deed_is(mark->unit, unit))
			continue;
		leader = rank == NULL ? NULL : (const Jx__Leader *)book_get(book, RECORD_LEADERS, mark->leader);
		count += rank == NULL || (leader != NULL && deed_is(leader->rank, rank));
	}
	return count;
}

size_t
privacy_leader_count(const struct book *book, const char *unit)
{
	return privacy_rank_count(book, unit, NULL);
}

/* ---- The view. */

/* A part of a component: a voter group, or a rank. */
struct part {
	const char *code;
	uint64_t count;
	bool withheld, solvable; /* of itself; from the others */
};

enum { PART_COUNT_MAX = 64 };

/*
 * One part that is withheld can be solved from the component and the parts that
 * are shown: then one more is withheld, that with the fewest voices.
 */
static void
parts_close(struct part *parts, size_t count)
{
	size_t withheld = 0, least = count;

	for (size_t i = 0; i < count; i++) {
		withheld += parts[i].withheld;
		if (!parts[i].withheld && parts[i].count > 0 && (least == count || parts[i].count < parts[least].count))
			least = i;
	}
	if (withheld == 1 && least < count)
		parts[least].solvable = true;
}

static void
add_row(struct view_ctx *ctx, const Jx__Unit *unit, const char *figure, uint64_t count, const char *why)
{
	view_row(ctx);
	view_add(ctx, unit->unit);
	view_add(ctx, unit->name);
	view_add(ctx, figure);
	if (count == UINT32_MAX)
		view_add(ctx, "");
	else
		view_add_number(ctx, count);
	view_add(ctx, why);
}

static void
add_parts(struct view_ctx *ctx, const Jx__Unit *unit, const char *what, const char *component, const struct part *parts,
    size_t count, const char *why)
{
	size_t voiced = 0;

	for (size_t i = 0; i < count; i++) {
		const char *figure = arena_printf(ctx->arena, "%s:%s", what, parts[i].code);

		voiced += parts[i].count > 0;
		if (parts[i].withheld)
			add_row(ctx, unit, figure, parts[i].count, why);
		else if (parts[i].solvable)
			add_row(ctx, unit, figure, parts[i].count,
			    view_say(ctx, "与总分一起公开，可解出上述不得单独公开的数",
				"shown beside the component it would give away the figure withheld"));
	}
	for (size_t i = 0; i < count && voiced == 1; i++)
		if (parts[i].withheld)
			add_row(ctx, unit, component, parts[i].count, why);
}

static void
check_unit(struct view_ctx *ctx, const Jx__Unit *unit, const struct scheme_kind *kind)
{
	struct part parts[PART_COUNT_MAX];
	size_t count = 0;

	for (; count < kind->voter_count && count < PART_COUNT_MAX; count++) {
		const char *group = kind->voters[count].code;

		parts[count] = (struct part){group, privacy_ballot_count(ctx->book, unit->unit, group),
		    privacy_group_is_small(ctx->book, unit->unit, group), false};
	}
	parts_close(parts, count);
	add_parts(ctx, unit, "ballots", "democratic", parts, count,
	    view_say(ctx, "评价卡不足5张", "fewer than 5 ballots"));
	for (count = 0; count < kind->rank_count && count < PART_COUNT_MAX; count++) {
		const char *rank = kind->ranks[count].code;
		size_t marks = privacy_rank_count(ctx->book, unit->unit, rank);

		parts[count] = (struct part){rank, marks, marks == 1, false};
	}
	parts_close(parts, count);
	add_parts(ctx, unit, "leaders", "leaders", parts, count,
	    view_say(ctx, "只有一位领导的评分", "rests on one leader's mark"));
}

static enum jx_err
check_make(struct view_ctx *ctx)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		int kind = book_unit_kind(ctx->book, unit->unit);

		if (kind >= 0 && (*ctx->args->unit == '\0' || deed_is(unit->unit, ctx->args->unit)))
			check_unit(ctx, unit, &book_scheme(ctx->book)->kinds[kind]);
	}
	return JX_OK;
}

static const struct view_column check_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"figure", "不得单独公开的数", "figure", "text"},
    {"count", "评分人数", "voices", "whole"},
    {"why", "原因", "why", "text"},
};

static const struct view views[] = {
    {"privacy.check", "公开前检查：哪些数不得单独公开", "which figures must not be shown singly", ROLE_OFFICE,
	VIEW_MAY_UNIT, check_columns, sizeof check_columns / sizeof *check_columns, check_make, "R43"},
};

const struct chapter privacy_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
