#include "deeds/coverage.h"

#include "deeds/plan_goal.h"
#include "deeds/view.h"

const char *
coverage_units(const struct book *book, struct arena *arena, const char *task, const char *duty,
    enum kind kind, size_t *count)
{
	const Jx__PlanGoal *goal;
	const char *list = "", *last = "";
	size_t cursor = 0;

	*count = 0;
	/* Goals of one unit stand together: a unit with two goals on one task counts once. */
	while ((goal = (const Jx__PlanGoal *)book_next(book, PAPER_PLAN_GOALS, NULL, &cursor)) !=
	       NULL) {
		const char *longer;

		if (!deed_is(goal->task, task) || !deed_is(goal->duty, duty) ||
		    deed_is(goal->unit, last) || book_unit_kind(book, goal->unit) != (int)kind)
			continue;
		last = goal->unit;
		++*count;
		longer = *list == '\0' ? arena_strdup(arena, goal->unit)
				       : arena_printf(arena, "%s、%s", list, goal->unit);
		list = longer == NULL ? list : longer;
	}
	return list;
}

const char *
coverage_leads(const struct book *book, struct arena *arena, const char *task)
{
	size_t count;
	const char *leads = coverage_units(book, arena, task, "lead", KIND_DEPARTMENT, &count);

	return count == 0 ? "-" : leads;
}

enum coverage_state
coverage_of(const struct book *book, struct arena *arena, const Jx__Task *task)
{
	size_t count;

	(void)coverage_units(book, arena, task->task, "lead", KIND_DEPARTMENT, &count);
	return count == 0 ? COVERAGE_GAP : count == 1 ? COVERAGE_GOOD : COVERAGE_DOUBLE;
}

bool
coverage_is_waived(const struct book *book, struct arena *arena, const Jx__Task *task)
{
	return !deed_is(task->waiver, "") &&
	       deed_is(task->waived, coverage_leads(book, arena, task->task));
}

const char *
coverage_word(enum coverage_state state, enum jx_lang lang)
{
	switch (state) {
	case COVERAGE_GAP:
		return lang == JX_EN ? "gap" : "缺口";
	case COVERAGE_DOUBLE:
		return lang == JX_EN ? "double" : "重复";
	case COVERAGE_GOOD:
		break;
	}
	return "";
}

void
coverage_check(struct deed_ctx *ctx)
{
	const Jx__Task *task;
	size_t cursor = 0;

	while (
	    (task = (const Jx__Task *)book_next(ctx->book, PAPER_TASKS, NULL, &cursor)) != NULL) {
		enum coverage_state state = coverage_of(ctx->book, ctx->arena, task);

		if (state == COVERAGE_GOOD || coverage_is_waived(ctx->book, ctx->arena, task))
			continue;
		deed_why(ctx,
		    "任务 %s（%s）%s：牵头部门 %s；确认前须理顺，或由评估委员会写明理由（task "
		    "waive）",
		    "task %s (%s), %s: led by %s; settle it, or the committee waives it with a "
		    "reason (task waive)",
		    task->task, plan_goal_short(ctx->arena, task->text),
		    coverage_word(state, ctx->lang),
		    coverage_leads(ctx->book, ctx->arena, task->task));
	}
}

/* ---- The table that stands before the committee. */

static const struct view_column columns[] = {
    {"task", "任务", "task", "text"},
    {"source", "来源文件", "source", "text"},
    {"number", "条目号", "number", "text"},
    {"text", "内容", "text", "text"},
    {"lead", "牵头部门", "lead", "text"},
    {"coordinate", "协调部门", "coordinate", "text"},
    {"counties", "相关县区", "counties", "text"},
    {"conflict", "冲突", "conflict", "text"},
    {"waiver", "确认理由", "waiver", "text"},
    {"document", "决议", "resolution", "text"},
};

static enum jx_err
coverage_make(struct view_ctx *ctx)
{
	const struct book *book = ctx->book;
	const Jx__Task *task;
	size_t cursor = 0, count;

	while ((task = (const Jx__Task *)book_next(book, PAPER_TASKS, NULL, &cursor)) != NULL) {
		const char *first, *second;

		view_row(ctx);
		view_add(ctx, task->task);
		view_add(ctx, task->source);
		view_add(ctx, task->number);
		view_add(ctx, task->text);
		view_add(ctx,
		    coverage_units(book, ctx->arena, task->task, "lead", KIND_DEPARTMENT, &count));
		view_add(ctx, coverage_units(book, ctx->arena, task->task, "coordinate",
				  KIND_DEPARTMENT, &count));
		first = coverage_units(book, ctx->arena, task->task, "lead", KIND_COUNTY, &count);
		second =
		    coverage_units(book, ctx->arena, task->task, "coordinate", KIND_COUNTY, &count);
		view_addf(
		    ctx, "%s%s%s", first, *first != '\0' && *second != '\0' ? "、" : "", second);
		view_add(ctx, coverage_word(coverage_of(book, ctx->arena, task), ctx->lang));
		/* A waiver given on other leads than today's covers nothing. */
		view_add(ctx, coverage_is_waived(book, ctx->arena, task) ? task->waiver : "");
		view_add(ctx, coverage_is_waived(book, ctx->arena, task) ? task->document : "");
	}
	return JX_OK;
}

static const struct view views[] = {
    {"plan.coverage", "全市任务的承接情况：缺口与重复",
	"which task is led by whom: gaps and doubles",
	ROLE_OFFICE | ROLE_COMMITTEE | ROLE_LEADER | ROLE_AUDITOR, 0, columns,
	sizeof columns / sizeof *columns, coverage_make, "R04 R40"},
};

const struct chapter coverage_chapter = {
    .views = views, .view_count = sizeof views / sizeof *views};
