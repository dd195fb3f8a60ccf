/* The register of the city's tasks (全市任务), which goals cite and the coverage table stands on
 * (R04, R40). */
#include "deeds/coverage.h"
#include "deeds/deed.h"

/* A waiver was given on a task as it read: another text needs another waiver. */
static enum jx_err
task_push(struct deed_ctx *ctx)
{
	const Jx__Records *rows = ctx->args->rows;

	for (size_t i = 0; i < rows->n_tasks; i++) {
		const Jx__Task *row = rows->tasks[i];
		const Jx__Task *stored = (const Jx__Task *)deed_get(ctx, PAPER_TASKS, row->task);
		bool is_same = stored != NULL && deed_is(stored->text, row->text) &&
			       deed_is(stored->source, row->source) &&
			       deed_is(stored->number, row->number);
		Jx__Task *task = deed_put_row(ctx, PAPER_TASKS, &row->base);

		task->waiver = is_same ? stored->waiver : NULL;
		task->document = is_same ? stored->document : NULL;
		task->waived = is_same ? stored->waived : NULL;
		if (stored != NULL && !is_same && !deed_is(stored->waiver, ""))
			deed_note(ctx, "任务 %s 内容已变，原确认理由不再有效",
			    "task %s reads otherwise: its waiver is void", row->task);
	}
	return deed_verdict(ctx);
}

static enum jx_err
task_drop(struct deed_ctx *ctx)
{
	const char *object = ctx->args->object;
	const Jx__PlanGoal *goal;
	const Jx__AdjustmentGoal *row;
	size_t cursor = 0;

	if (deed_get(ctx, PAPER_TASKS, object) == NULL)
		return JX_E_NOT_FOUND;
	while ((goal = (const Jx__PlanGoal *)book_next(
		    ctx->book, PAPER_PLAN_GOALS, NULL, &cursor)) != NULL)
		if (deed_is(goal->task, object))
			deed_why(ctx, "%s 的目标 %s 承接了这项任务", "%s: goal %s cites this task",
			    goal->unit, goal->goal);
	cursor = 0;
	while ((row = (const Jx__AdjustmentGoal *)book_next(
		    ctx->book, PAPER_ADJUSTMENT_GOALS, NULL, &cursor)) != NULL) {
		const Jx__Adjustment *adjustment = (const Jx__Adjustment *)book_get(
		    ctx->book, PAPER_ADJUSTMENTS, row->unit, row->adjustment);

		if (deed_is(row->task, object) && adjustment != NULL &&
		    (deed_is(adjustment->state, "requested") ||
			deed_is(adjustment->state, "accepted")))
			deed_why(ctx, "%s 的调整 %s 承接了这项任务",
			    "%s: adjustment %s cites this task", row->unit, row->adjustment);
	}
	if (ctx->why_count == 0)
		deed_drop(ctx, PAPER_TASKS, object);
	return deed_verdict(ctx);
}

static enum jx_err
task_waive(struct deed_ctx *ctx)
{
	const Jx__Task *task = (const Jx__Task *)deed_get(ctx, PAPER_TASKS, ctx->args->object);
	Jx__Task *put;

	if (task == NULL)
		return JX_E_NOT_FOUND;
	if (coverage_of(ctx->book, ctx->arena, task) == COVERAGE_GOOD) {
		deed_why(ctx, "任务 %s 现由 %s 一家牵头，没有缺口或重复",
		    "task %s is led by %s alone: there is nothing to waive", task->task,
		    coverage_leads(ctx->book, ctx->arena, task->task));
		return deed_verdict(ctx);
	}
	put = deed_put(ctx, PAPER_TASKS, ctx->args->object);
	DEED_SET(ctx, put->waiver, ctx->args->reason);
	DEED_SET(ctx, put->document, ctx->args->document);
	DEED_SET(ctx, put->waived, coverage_leads(ctx->book, ctx->arena, task->task));
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	/* At any time: a task that is added in mid-year is registered before a goal can cite it (R11). */
	{.name = "task.push", .zh = "登记全市任务", .en = "register tasks of the city", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_ROWS, .kinds = {PAPER_TASKS}, .act = task_push, .requirement = "R40"},
	{.name = "task.drop", .zh = "删去一项全市任务", .en = "drop a task that no goal cites", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_MAY_REASON, .act = task_drop, .requirement = "R40"},
	{.name = "task.waive", .zh = "写明理由，确认任务的缺口或重复", .en = "confirm a gap or a double, with the reason", .roles = ROLE_COMMITTEE,
	    .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_OBJECT | DEED_REASON | DEED_DOCUMENT, .act = task_waive,
	    .requirement = "R04 R40"},
};
/* clang-format on */

const struct chapter task_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
