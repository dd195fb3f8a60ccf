/* The calendar (日程): the office opens and closes phases, sets and extends deadlines (G4, R10). */
#include <string.h>

#include "deeds/deed.h"

/* Every phase there is: code, words. */
static const char *const phases[] = {"goals", "adjust", "basic", "progress", "visits", "self", "claims", "common",
    "democratic", "group", "leaders", "result", NULL};

static enum jx_err
phase_open(struct deed_ctx *ctx)
{
	bool was_open = book_phase_open(ctx->book, ctx->args->value);
	Jx__Phase *phase = deed_put(ctx, PAPER_PHASES, ctx->args->value);

	DEED_SET(ctx, phase->state, "open");
	if (!was_open) {
		DEED_SET_NUMBER(phase, opened_us, ctx->now_us);
		phase->has_closed_us = false;
	}
	if (ctx->args->due_us != 0)
		DEED_SET_NUMBER(phase, due_us, ctx->args->due_us);
	if (*ctx->args->reason != '\0')
		DEED_SET(ctx, phase->reason, ctx->args->reason);
	return deed_verdict(ctx);
}

static enum jx_err
phase_close(struct deed_ctx *ctx)
{
	Jx__Phase *phase;

	if (!book_phase_open(ctx->book, ctx->args->value)) {
		deed_why(ctx, "阶段“%s”没有开放", "phase \"%s\" is not open", ctx->args->value);
		return JX_E_LIFE;
	}
	phase = deed_put(ctx, PAPER_PHASES, ctx->args->value);
	DEED_SET(ctx, phase->state, "closed");
	DEED_SET_NUMBER(phase, closed_us, ctx->now_us);
	if (*ctx->args->reason != '\0')
		DEED_SET(ctx, phase->reason, ctx->args->reason);
	return deed_verdict(ctx);
}

/* A deadline only ever moves to later: whoever was on time stays so. */
static enum jx_err
phase_extend(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	uint64_t due = book_phase_due(ctx->book, ctx->args->value, unit);

	if (due == 0)
		deed_why(ctx, "阶段“%s”没有截止时间，不需延期", "phase \"%s\" has no deadline", ctx->args->value);
	else if (ctx->args->due_us <= due)
		deed_why(ctx, "新的截止时间应晚于 %s 24:00", "the new deadline must be after %s 24:00",
		    deed_date(ctx->arena, due - 1));
	if (ctx->why_count == 0 && *unit != '\0') {
		Jx__Extension *extension = deed_put(ctx, PAPER_EXTENSIONS, ctx->args->value, unit);

		DEED_SET_NUMBER(extension, due_us, ctx->args->due_us);
		DEED_SET(ctx, extension->reason, ctx->args->reason);
	} else if (ctx->why_count == 0) {
		Jx__Phase *phase = deed_put(ctx, PAPER_PHASES, ctx->args->value);

		if (phase->state == NULL)
			DEED_SET(ctx, phase->state, "closed");
		DEED_SET_NUMBER(phase, due_us, ctx->args->due_us);
		DEED_SET(ctx, phase->reason, ctx->args->reason);
	}
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "phase.open", .zh = "开放一个阶段", .en = "open a phase", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_VALUE | DEED_MAY_DUE | DEED_MAY_REASON, .values = phases, .act = phase_open, .requirement = "R10"},
	{.name = "phase.close", .zh = "关闭一个阶段", .en = "close a phase", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_VALUE | DEED_MAY_REASON, .values = phases, .act = phase_close, .requirement = "R10"},
	{.name = "phase.extend", .zh = "延长截止时间：全体，或一个单位", .en = "extend a deadline, for all or for one unit", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_VALUE | DEED_DUE | DEED_REASON | DEED_MAY_UNIT, .values = phases, .act = phase_extend,
	    .requirement = "R10"},
};
/* clang-format on */

const struct chapter calendar_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
