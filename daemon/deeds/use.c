/* What the result is used for: the year's promises, the units' measures (R38). */
#include <string.h>

#include "deeds/deed.h"

static enum jx_err
promise_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_promises; i++) {
		const Jx__Promise *row = ctx->args->rows->promises[i];
		const Jx__Promise *now = (const Jx__Promise *)deed_get(ctx, PAPER_PROMISES, row->promise);

		if (book_unit_kind(ctx->book, row->unit) < 0)
			deed_fault(ctx, PAPER_PROMISES, i, "unit", "没有这个单位", "no such unit");
		if (!deed_is(row->state, "open"))
			deed_fault(ctx, PAPER_PROMISES, i, "state", "兑现与否请用 promise settle", "settled by promise settle");
		else if (now != NULL && !deed_is(now->state, "open"))
			deed_fault(ctx, PAPER_PROMISES, i, "promise", "此承诺已了结", "the promise is settled");
		deed_put_row(ctx, PAPER_PROMISES, &row->base);
	}
	return deed_verdict(ctx);
}

static enum jx_err
promise_settle(struct deed_ctx *ctx)
{
	const Jx__Promise *now = (const Jx__Promise *)deed_get(ctx, PAPER_PROMISES, ctx->args->object);
	Jx__Promise *promise;

	if (now == NULL)
		return JX_E_NOT_FOUND;
	if (!deed_is(now->state, "open")) {
		deed_why(ctx, "此承诺已了结：%s", "the promise is settled: %s", now->state);
		return JX_E_LIFE;
	}
	promise = deed_put(ctx, PAPER_PROMISES, ctx->args->object);
	DEED_SET(ctx, promise->state, ctx->args->value);
	DEED_SET(ctx, promise->note, ctx->args->reason);
	deed_notify(ctx, promise->unit, "", "", deed_printf(ctx, "承诺 %s：%s", promise->promise,
						strcmp(ctx->args->value, "kept") == 0 ? "已兑现" : "未兑现"));
	return deed_verdict(ctx);
}

/* A measure answers one of the unit's goals or common items, or none. */
static bool
is_goal(const struct deed_ctx *ctx, const char *goal)
{
	int kind = book_unit_kind(ctx->book, ctx->args->unit);
	const struct scheme_kind *rules;

	if (deed_is(goal, "") || book_get(ctx->book, RECORD_GOALS, ctx->args->unit, goal) != NULL)
		return true;
	if (kind < 0)
		return false;
	rules = &book_scheme(ctx->book)->kinds[kind];
	return scheme_item_find(rules->common, rules->common_count, goal) >= 0;
}

static enum jx_err
measure_push(struct deed_ctx *ctx)
{
	enum { PERCENT = 100 };

	for (size_t i = 0; i < ctx->args->rows->n_measures; i++) {
		const Jx__Measure *row = ctx->args->rows->measures[i];

		if (!is_goal(ctx, row->goal))
			deed_fault(ctx, PAPER_MEASURES, i, "goal", "没有这一目标", "no such goal");
		if (row->has_done && row->done > PERCENT)
			deed_fault(ctx, PAPER_MEASURES, i, "done", "完成百分比不超过 100", "at most 100 percent");
		deed_put_row(ctx, PAPER_MEASURES, &row->base);
	}
	return deed_verdict(ctx);
}

static const char *const settled[] = {"kept", "broken", NULL};

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "promise.push", .zh = "登记年初承诺", .en = "put down the year's promises", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_ROWS, .kinds = {PAPER_PROMISES}, .after_end = true, .act = promise_push, .requirement = "R38"},
	{.name = "promise.settle", .zh = "承诺兑现或未兑现", .en = "a promise is kept or broken", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_VALUE | DEED_REASON, .values = settled, .after_end = true, .act = promise_settle, .requirement = "R38"},
	{.name = "measure.push", .zh = "本单位整改措施及完成情况", .en = "the unit's measures and how far they are", .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
	    .scope = DEED_OWN, .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_MEASURES}, .after_end = true, .act = measure_push, .requirement = "R38"},
};
/* clang-format on */

const struct chapter use_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
