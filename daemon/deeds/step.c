/* A unit's decomposition of its goals: who does what by when, and how far it is (R09). */
#include "deeds/plan_goal.h"
#include "deeds/sight.h"
#include "deeds/view.h"

enum { STEP_DONE_MAX = 100 };

static void
check_step(struct deed_ctx *ctx, size_t i)
{
	const Jx__Step *row = ctx->args->rows->steps[i];

	if (plan_goal_content(ctx, row->unit, row->goal) == NULL)
		deed_fault(
		    ctx, PAPER_STEPS, i, "goal", "本单位没有这个目标", "the unit has no such goal");
	if (deed_is(row->due, "") || deed_date_end(row->due) == 0)
		deed_fault(ctx, PAPER_STEPS, i, "due", "须写明完成时限（YYYY-MM-DD）",
		    "by when? YYYY-MM-DD");
	if (row->has_done && row->done > STEP_DONE_MAX)
		deed_fault(ctx, PAPER_STEPS, i, "done", "应在 0 至 100 之间", "expected 0 to 100");
}

static bool
is_in_rows(const struct deed_ctx *ctx, const Jx__Step *step, bool whole)
{
	for (size_t i = 0; i < ctx->args->rows->n_steps; i++) {
		const Jx__Step *row = ctx->args->rows->steps[i];

		if (deed_is(row->goal, step->goal) && (!whole || deed_is(row->step, step->step)))
			return true;
	}
	return false;
}

/* The steps of each goal named become exactly the rows: of the goal as it is now. */
static enum jx_err
step_push(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	const Jx__Step *stored;
	size_t cursor = 0;

	while ((stored = (const Jx__Step *)deed_next(ctx, PAPER_STEPS, unit, &cursor)) != NULL)
		if (is_in_rows(ctx, stored, false) && !is_in_rows(ctx, stored, true))
			deed_drop(ctx, PAPER_STEPS, unit, stored->goal, stored->step);
	for (size_t i = 0; i < ctx->args->rows->n_steps; i++) {
		const Jx__Step *row = ctx->args->rows->steps[i];
		Jx__Step *put = deed_put_row(ctx, PAPER_STEPS, &row->base);

		check_step(ctx, i);
		put->content = plan_goal_content(ctx, unit, row->goal);
		if (!put->has_done)
			DEED_SET_NUMBER(put, done, 0);
	}
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "step.push", .zh = "细化分解目标：谁、做什么、何时完成、完成多少", .en = "break goals down: who does what by when, how far",
	    .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, .scope = DEED_OWN, .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_STEPS},
	    .act = step_push, .requirement = "R09"},
};
/* clang-format on */

/* ---- Does it exist, how complete is it, must it be renewed? */

static const struct view_column columns[] = {
    {"unit", "单位", "unit", "text"},
    {"goal", "目标", "goal", "text"},
    {"title", "目标内容", "title", "text"},
    {"steps", "分解项数", "steps", "whole"},
    {"done", "完成百分比", "percent done", "whole"},
    {"state", "状态", "state", "text"},
    {"next_due", "最近时限", "next due", "text"},
};

struct count {
	uint64_t steps, done;
	bool is_old;
	const char *next_due;
};

static struct count
count_steps(const struct view_ctx *ctx, const char *unit, const char *goal)
{
	const char *content = plan_goal_content_in(ctx->book, ctx->arena, unit, goal);
	struct count count = {.next_due = ""};
	const Jx__Step *step;
	size_t cursor = 0;

	while (
	    (step = (const Jx__Step *)book_next(ctx->book, PAPER_STEPS, unit, &cursor)) != NULL) {
		if (!deed_is(step->goal, goal))
			continue;
		count.steps++;
		count.done += step->has_done ? step->done : 0;
		count.is_old = count.is_old || !deed_is(step->content, content);
		if (step->done < STEP_DONE_MAX &&
		    (*count.next_due == '\0' ||
			deed_date_end(step->due) < deed_date_end(count.next_due)))
			count.next_due = deed_str(step->due);
	}
	return count;
}

/* "late": by the deadline of goal setting and decomposition there was none (R10). */
static const char *
step_word(const struct view_ctx *ctx, const char *unit, const struct count *count)
{
	uint64_t due = book_phase_due(ctx->book, "goals", unit);

	if (count->steps == 0)
		return due != 0 && ctx->now_us >= due ? "late" : "missing";
	return count->is_old ? "renew" : "there";
}

static void
step_row(struct view_ctx *ctx, const char *unit, const char *goal, const char *title)
{
	struct count count = count_steps(ctx, unit, goal);

	view_row(ctx);
	view_add(ctx, unit);
	view_add(ctx, goal);
	view_add(ctx, title);
	view_add_number(ctx, count.steps);
	view_add_number(ctx, count.steps == 0 ? 0 : count.done / count.steps);
	view_add(ctx, step_word(ctx, unit, &count));
	view_add(ctx, count.next_due);
}

static bool
is_shown(const struct view_ctx *ctx, const char *unit)
{
	Jx__Step key = JX__STEP__INIT;

	key.unit = (char *)(uintptr_t)unit;
	return (*ctx->args->unit == '\0' || deed_is(ctx->args->unit, unit)) &&
	       sight_may(ctx->book, ctx->actor, PAPER_STEPS, &key.base);
}

static enum jx_err
step_state(struct view_ctx *ctx)
{
	const Jx__PlanGoal *plan;
	const Jx__Goal *goal;
	size_t cursor = 0;

	while ((plan = (const Jx__PlanGoal *)book_next(
		    ctx->book, PAPER_PLAN_GOALS, NULL, &cursor)) != NULL)
		if (is_shown(ctx, plan->unit))
			step_row(ctx, plan->unit, plan->goal, plan->title);
	/* Goals that came without a plan (an import). */
	cursor = 0;
	while ((goal = (const Jx__Goal *)book_next(ctx->book, RECORD_GOALS, NULL, &cursor)) != NULL)
		if (book_get(ctx->book, PAPER_PLAN_GOALS, goal->unit, goal->goal) == NULL &&
		    is_shown(ctx, goal->unit))
			step_row(ctx, goal->unit, goal->goal, goal->title);
	return JX_OK;
}

static const struct view views[] = {
    {"step.state", "目标分解：有无、完成多少、是否须更新",
	"decomposition: there or not, how far, to be renewed",
	ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL | ROLE_LEADER |
	    ROLE_EVALUATOR | ROLE_LEAD,
	VIEW_MAY_UNIT, columns, sizeof columns / sizeof *columns, step_state, "R09 R10"},
};

const struct chapter step_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
