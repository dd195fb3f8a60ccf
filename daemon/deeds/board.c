/* The leaders' board (R15): what is behind plan, now, goal by goal; the worst first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "deeds/report.h"
#include "deeds/round.h"

enum { NUMBER_SIZE = 16, PERCENT_NONE = -1 };

static const struct view_column columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"goal", "目标", "goal", "text"},
    {"title", "目标内容", "title", "text"},
    {"target", "目标值", "target", "figure"},
    {"measure", "计量单位", "measure", "text"},
    {"value", "完成值", "value", "figure"},
    {"percent", "完成百分比", "percent", "whole"},
    {"round", "轮次", "round", "whole"},
    {"late", "迟报", "late", "text"},
    {"text", "进展", "progress", "text"},
};

struct line {
	const Jx__Goal *goal;
	const Jx__PlanGoal *plan; /* its target; NULL: none */
	const Jx__GoalReport *report; /* the newest that was sent; NULL: none */
	int64_t percent;
	size_t place; /* by unit and goal */
};

/* Whole percents, never more than there is. */
static int64_t
percent_of(const Jx__PlanGoal *plan, const Jx__GoalReport *report)
{
	if (plan == NULL || report == NULL || !report->has_value)
		return PERCENT_NONE;
	return report->value * 100 / plan->target;
}

static const Jx__GoalReport *
newest_report(const struct book *book, const Jx__Goal *goal)
{
	char object[NUMBER_SIZE];

	for (uint32_t round = book_scheme(book)->round_count; round > 0; round--) {
		const Jx__GoalReport *report;

		if (!deed_is(report_state(book, goal->unit, round), "sent"))
			continue;
		snprintf(object, sizeof object, "%" PRIu32, round);
		report = (const Jx__GoalReport *)book_get(
		    book, PAPER_GOAL_REPORTS, goal->unit, object, goal->goal);
		if (report != NULL)
			return report;
	}
	return NULL;
}

static struct line
line_of(const struct book *book, const Jx__Goal *goal, size_t place)
{
	const Jx__PlanGoal *plan =
	    (const Jx__PlanGoal *)book_get(book, PAPER_PLAN_GOALS, goal->unit, goal->goal);
	struct line line = {.goal = goal, .report = newest_report(book, goal), .place = place};

	if (plan != NULL && plan->has_target && plan->target > 0)
		line.plan = plan;
	line.percent = percent_of(line.plan, line.report);
	return line;
}

/* Goals with a target first: those of which nothing is known, then by how far they are. */
static int
compare_lines(const void *a, const void *b)
{
	const struct line *left = a, *right = b;

	if ((left->plan == NULL) != (right->plan == NULL))
		return left->plan == NULL ? 1 : -1;
	if (left->percent != right->percent)
		return left->percent < right->percent ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

static void
add_figure(struct view_ctx *ctx, bool is_there, int64_t hundredths)
{
	if (is_there)
		view_add_points(ctx, hundredths);
	else
		view_add(ctx, "");
}

static void
board_row(struct view_ctx *ctx, const struct line *line)
{
	const Jx__GoalReport *report = line->report;
	const Jx__RoundReport *round = NULL;
	char object[NUMBER_SIZE] = "";

	if (report != NULL) {
		snprintf(object, sizeof object, "%" PRIu32, report->round);
		round = (const Jx__RoundReport *)book_get(
		    ctx->book, PAPER_ROUND_REPORTS, report->unit, object);
	}
	view_row(ctx);
	view_add(ctx, line->goal->unit);
	view_add(ctx, book_unit_name(ctx->book, line->goal->unit));
	view_add(ctx, line->goal->goal);
	view_add(ctx, line->goal->title);
	add_figure(ctx, line->plan != NULL, line->plan == NULL ? 0 : line->plan->target);
	view_add(ctx, line->plan == NULL ? "" : line->plan->measure);
	/* A figure without a target says nothing of being behind. */
	add_figure(ctx, line->percent != PERCENT_NONE, report == NULL ? 0 : report->value);
	if (line->percent == PERCENT_NONE)
		view_add(ctx, "");
	else
		view_add_number(ctx, (uint64_t)line->percent);
	view_add(ctx, object);
	view_add(ctx, round == NULL ? "" : round->late);
	view_add(ctx, report == NULL ? "" : report->text);
}

static enum jx_err
board_make(struct view_ctx *ctx)
{
	size_t all = book_count(ctx->book, RECORD_GOALS), count = 0;
	struct line *lines = arena_alloc(ctx->arena, (all + 1) * sizeof *lines);

	if (lines == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < all; i++) {
		const Jx__Goal *goal = (const Jx__Goal *)book_at(ctx->book, RECORD_GOALS, i)->record;

		if (round_is_shown(ctx, goal->unit))
			lines[count++] = line_of(ctx->book, goal, i);
	}
	qsort(lines, count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < count; i++)
		board_row(ctx, &lines[i]);
	return JX_OK;
}

/* clang-format off */
static const struct view views[] = {
	{"board", "各单位目标进展，落后的在前", "progress of every goal, what is behind first",
	    ROLE_LEADER | ROLE_SECRETARY | ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR, VIEW_MAY_UNIT, columns,
	    sizeof columns / sizeof *columns, board_make, "R15"},
};
/* clang-format on */

const struct chapter board_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
