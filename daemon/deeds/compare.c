/* Before and after (R05, R11): the plan against the goals that are in force, what adjustments would
 * change, what changed since it was decided. */
#include "deeds/adjust.h"
#include "deeds/plan_goal.h"
#include "deeds/sight.h"
#include "deeds/view.h"
#include "records/field.h"

static const struct view_column columns[] = {
    {"goal", "目标", "goal", "text"},
    {"change", "变动", "change", "text"},
    {"field", "字段", "field", "text"},
    {"before", "原为", "before", "text"},
    {"after", "现为", "after", "text"},
    {"source", "来源", "source", "text"},
};

struct line {
	const char *goal, *change, *field, *before, *after, *source;
};

static void
line_add(struct view_ctx *ctx, struct line line)
{
	view_row(ctx);
	view_add(ctx, line.goal);
	view_add(ctx, line.change);
	view_add(ctx, line.field);
	view_add(ctx, line.before);
	view_add(ctx, line.after);
	view_add(ctx, line.source);
}

static const char *
field_word(const struct view_ctx *ctx, enum record_kind kind, size_t field)
{
	return view_say(
	    ctx, record_kinds[kind].fields[field].zh, record_kinds[kind].fields[field].en);
}

/* ---- The plan against the goals in force. */

static void
compare_goal(struct view_ctx *ctx, const Jx__PlanGoal *plan, const Jx__Goal *goal)
{
	char left[RECORD_TEXT_SIZE], right[RECORD_TEXT_SIZE];

	if (goal == NULL) {
		line_add(ctx, (struct line){plan->goal, "add", "", "", plan->title, "plan"});
		return;
	}
	for (size_t i = 0; i < record_kinds[RECORD_GOALS].field_count; i++) {
		int field = field_find(PAPER_PLAN_GOALS, record_kinds[RECORD_GOALS].fields[i].name);
		const char *before = record_field_text(&goal->base, RECORD_GOALS, i, left);
		const char *after =
		    record_field_text(&plan->base, PAPER_PLAN_GOALS, (size_t)field, right);

		if (!deed_is(before, after))
			line_add(ctx, (struct line){plan->goal, "change",
					  field_word(ctx, RECORD_GOALS, i), before, after, "plan"});
	}
}

static void
compare_plan(struct view_ctx *ctx, const char *unit)
{
	const Jx__PlanGoal *plan;
	const Jx__Goal *goal;
	size_t cursor = 0;

	while ((plan = (const Jx__PlanGoal *)book_next(
		    ctx->book, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		compare_goal(ctx, plan,
		    (const Jx__Goal *)book_get(ctx->book, RECORD_GOALS, unit, plan->goal));
	cursor = 0;
	while ((goal = (const Jx__Goal *)book_next(ctx->book, RECORD_GOALS, unit, &cursor)) != NULL)
		if (book_get(ctx->book, PAPER_PLAN_GOALS, unit, goal->goal) == NULL)
			line_add(
			    ctx, (struct line){goal->goal, "strike", "", goal->title, "", "plan"});
}

/* ---- What adjustments would change that have not taken effect yet. */

static void
compare_fields(struct view_ctx *ctx, const Jx__PlanGoal *stored, const Jx__AdjustmentGoal *row,
    const char *source)
{
	Jx__PlanGoal none = JX__PLAN_GOAL__INIT, merged;
	char left[RECORD_TEXT_SIZE], right[RECORD_TEXT_SIZE];

	if (stored == NULL)
		stored = &none;
	merged = *stored;
	adjust_merge(&merged, row);
	for (size_t i = 0; i < record_kinds[PAPER_PLAN_GOALS].field_count; i++) {
		const char *before, *after;

		if (record_kinds[PAPER_PLAN_GOALS].fields[i].key)
			continue;
		before = record_field_text(&stored->base, PAPER_PLAN_GOALS, i, left);
		after = record_field_text(&merged.base, PAPER_PLAN_GOALS, i, right);
		if (!deed_is(before, after))
			line_add(
			    ctx, (struct line){row->goal, row->change,
				     field_word(ctx, PAPER_PLAN_GOALS, i), before, after, source});
	}
}

static void
compare_adjustments(struct view_ctx *ctx, const char *unit)
{
	const Jx__AdjustmentGoal *row;
	size_t cursor = 0;

	while ((row = (const Jx__AdjustmentGoal *)book_next(
		    ctx->book, PAPER_ADJUSTMENT_GOALS, unit, &cursor)) != NULL) {
		const Jx__Adjustment *adjustment = (const Jx__Adjustment *)book_get(
		    ctx->book, PAPER_ADJUSTMENTS, unit, row->adjustment);
		const Jx__PlanGoal *stored =
		    (const Jx__PlanGoal *)book_get(ctx->book, PAPER_PLAN_GOALS, unit, row->goal);
		const char *source;

		if (adjustment == NULL || (!deed_is(adjustment->state, "requested") &&
					      !deed_is(adjustment->state, "accepted")))
			continue;
		source = arena_printf(ctx->arena, "%s %s", row->adjustment, adjustment->state);
		if (deed_is(row->change, "strike"))
			line_add(ctx, (struct line){row->goal, "strike", "",
					  stored == NULL ? "" : stored->title, "", source});
		else
			compare_fields(ctx, stored, row, source);
	}
}

/* ---- What was decided on another content than today's. */

static bool
is_other(struct view_ctx *ctx, const char *unit, const char *goal, const char *content)
{
	const char *now = plan_goal_content_in(ctx->book, ctx->arena, unit, goal);

	return now != NULL && !deed_is(content, "") && !deed_is(now, content);
}

static void
compare_decided(struct view_ctx *ctx, const char *unit)
{
	const Jx__Opinion *opinion;
	const Jx__Approval *approval;
	size_t cursor = 0;

	while ((opinion = (const Jx__Opinion *)book_next(
		    ctx->book, PAPER_OPINIONS, unit, &cursor)) != NULL)
		if (sight_may(ctx->book, ctx->actor, PAPER_OPINIONS, &opinion->base) &&
		    is_other(ctx, unit, opinion->goal, opinion->content))
			line_add(ctx, (struct line){opinion->goal, "changed",
					  view_say(ctx, "审核意见", "opinion"), opinion->verdict,
					  "", opinion->by});
	cursor = 0;
	while ((approval = (const Jx__Approval *)book_next(
		    ctx->book, PAPER_APPROVALS, unit, &cursor)) != NULL)
		if (sight_may(ctx->book, ctx->actor, PAPER_APPROVALS, &approval->base) &&
		    is_other(ctx, unit, approval->goal, approval->content))
			line_add(ctx, (struct line){approval->goal, "changed",
					  view_say(ctx, "审定", "approval"), "approved", "",
					  approval->leader});
}

static enum jx_err
compare_make(struct view_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	Jx__PlanGoal key = JX__PLAN_GOAL__INIT;

	key.unit = (char *)(uintptr_t)unit;
	if (book_unit_kind(ctx->book, unit) < 0)
		return JX_E_NOT_FOUND;
	if (!sight_may(ctx->book, ctx->actor, PAPER_PLAN_GOALS, &key.base))
		return JX_E_DENIED;
	ctx->version = plan_goal_version(ctx->book, unit);
	compare_plan(ctx, unit);
	compare_adjustments(ctx, unit);
	compare_decided(ctx, unit);
	return JX_OK;
}

static const struct view views[] = {
    {"plan.compare", "目标前后对照：计划与已下达、调整前后、审核后有无改动",
	"goals before and after: plan and issued, adjustments, since decided",
	ROLE_ALL & ~ROLE_REVIEWER, VIEW_UNIT, columns, sizeof columns / sizeof *columns,
	compare_make, "R05 R11"},
};

const struct chapter compare_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
