/* The progress rounds (定期调度): the office opens, closes and marks them (R13). */
#include "deeds/round.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deeds/report.h"
#include "deeds/sight.h"

enum { NUMBER_SIZE = 16 };

/* ---- What others ask. */

uint32_t
round_number(const struct book *book, const char *object)
{
	unsigned long number = strtoul(object, NULL, 10);
	char canonical[NUMBER_SIZE];

	if (number < 1 || number > book_scheme(book)->round_count)
		return 0;
	snprintf(canonical, sizeof canonical, "%lu", number);
	return strcmp(canonical, object) == 0 ? (uint32_t)number : 0;
}

const Jx__Round *
round_find(const struct book *book, uint32_t round)
{
	char object[NUMBER_SIZE];

	snprintf(object, sizeof object, "%" PRIu32, round);
	return (const Jx__Round *)book_get(book, PAPER_ROUNDS, object);
}

void
round_check_open(struct deed_ctx *ctx, const char *object)
{
	uint32_t number = round_number(ctx->book, object);
	const Jx__Round *round = round_find(ctx->book, number);

	if (number == 0)
		deed_why(ctx, "轮次应为 1 至 %" PRIu32 "，不是“%s”", "expected a round of 1 to %" PRIu32 ", not \"%s\"",
		    book_scheme(ctx->book)->round_count, object);
	else if (round == NULL ||
		 (!deed_is(round->state, "open") &&
		     !deed_was_open(ctx, round->has_opened_us && round->has_closed_us, round->opened_us, round->closed_us)))
		deed_why(ctx, "第 %s 轮调度没有开放", "round %s is not open", object);
}

uint64_t
round_due(const struct book *book, const Jx__Round *round, const char *unit)
{
	const Jx__Extension *extension =
	    (const Jx__Extension *)book_get(book, PAPER_EXTENSIONS, "progress", unit);

	if (!round->has_due_us)
		return 0;
	return extension != NULL && extension->due_us > round->due_us ? extension->due_us : round->due_us;
}

bool
round_is_shown(const struct view_ctx *ctx, const char *unit)
{
	if (*ctx->args->unit != '\0' && strcmp(ctx->args->unit, unit) != 0)
		return false;
	return (ctx->actor->role & (ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL)) == 0 ||
	       strcmp(ctx->actor->unit, unit) == 0;
}

/* ---- Opening and closing. */

/* A deadline only ever moves to later: whoever was on time stays so. */
static enum jx_err
round_open(struct deed_ctx *ctx)
{
	const char *object = ctx->args->object;
	uint32_t number = round_number(ctx->book, object);
	const Jx__Round *now = round_find(ctx->book, number);
	Jx__Round *round;

	if (number == 0) {
		round_check_open(ctx, object);
		return deed_verdict(ctx);
	}
	if (now != NULL && deed_is(now->state, "open") && ctx->args->due_us == 0)
		deed_why(ctx, "第 %s 轮调度已经开放", "round %s is open already", object);
	if (now != NULL && now->has_due_us && ctx->args->due_us != 0 && ctx->args->due_us <= now->due_us)
		deed_why(ctx, "新的截止时间应晚于 %s 24:00", "the new deadline must be after %s 24:00",
		    deed_date(ctx->arena, now->due_us - 1));
	round = deed_put(ctx, PAPER_ROUNDS, object);
	if (now == NULL || !deed_is(now->state, "open")) {
		DEED_SET_NUMBER(round, opened_us, ctx->now_us);
		round->has_closed_us = false;
	}
	DEED_SET(ctx, round->state, "open");
	if (ctx->args->due_us != 0)
		DEED_SET_NUMBER(round, due_us, ctx->args->due_us);
	deed_notify(ctx, "", "clerk", "",
	    round->has_due_us ? deed_printf(ctx, "第 %s 轮调度开始，请在 %s 24:00 前报送（report push、report send）",
				    object, deed_date(ctx->arena, round->due_us - 1))
			      : deed_printf(ctx, "第 %s 轮调度开始，请报送（report push、report send）", object));
	return deed_verdict(ctx);
}

static enum jx_err
round_close(struct deed_ctx *ctx)
{
	Jx__Round *round;

	round_check_open(ctx, ctx->args->object);
	if (ctx->why_count > 0)
		return JX_E_LIFE;
	round = deed_put(ctx, PAPER_ROUNDS, ctx->args->object);
	DEED_SET(ctx, round->state, "closed");
	DEED_SET_NUMBER(round, closed_us, ctx->now_us);
	return deed_verdict(ctx);
}

/* ---- Marking. */

/* What was not reported is marked with a reason, which stands where the report would. */
static void
mark_unsent(struct deed_ctx *ctx, const Jx__Progress *row, const char *state)
{
	char *object = deed_printf(ctx, "%" PRIu32, row->round);
	const char *next = deed_move(ctx, &report_life, state);
	Jx__RoundReport *report;

	if (*ctx->args->reason == '\0') {
		deed_why(ctx, "%s 第 %s 轮调度报告没有报送，评分须写明理由（reason）",
		    "%s has not sent its report of round %s: the mark needs a reason", row->unit, object);
		return;
	}
	if (next == NULL)
		return;
	report = deed_put(ctx, PAPER_ROUND_REPORTS, row->unit, object);
	DEED_SET(ctx, report->state, next);
	DEED_SET(ctx, report->note, ctx->args->reason);
}

static enum jx_err
progress_mark(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_progress; i++) {
		const Jx__Progress *row = ctx->args->rows->progress[i];
		const char *state = report_state(ctx->book, row->unit, row->round);

		if (book_unit_kind(ctx->book, row->unit) < 0) {
			deed_fault(ctx, RECORD_PROGRESS, i, "unit", "没有这个单位", "there is no such unit");
			continue;
		}
		if (row->round > book_scheme(ctx->book)->round_count || round_find(ctx->book, row->round) == NULL) {
			deed_fault(ctx, RECORD_PROGRESS, i, "round", "这一轮调度还没有开始", "that round has not begun");
			continue;
		}
		if (!deed_is(state, "sent"))
			mark_unsent(ctx, row, state);
		deed_put_row(ctx, RECORD_PROGRESS, &row->base);
	}
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "round.open", .zh = "开始一轮调度，或推迟它的截止时间", .en = "open a progress round, or move its deadline to later", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_OBJECT | DEED_MAY_DUE | DEED_MAY_REASON, .act = round_open, .requirement = "R13"},
	{.name = "round.close", .zh = "结束一轮调度", .en = "close a progress round", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_MAY_REASON, .act = round_close, .requirement = "R13"},
	{.name = "progress.mark", .zh = "评定调度轮次", .en = "mark a progress round", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .phase = "progress", .arguments = DEED_ROWS | DEED_MAY_UNIT | DEED_MAY_REASON, .kinds = {RECORD_PROGRESS}, .life = &report_life,
	    .act = progress_mark, .requirement = "R13"},
};
/* clang-format on */

/* ---- How the rounds stand. */

static const struct view_column columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"round", "轮次", "round", "whole"},
    {"open", "开放", "open", "text"},
    {"due", "截止", "due", "moment"},
    {"state", "状态", "state", "text"},
    {"late", "迟报", "late", "text"},
    {"at", "报送时间", "sent", "moment"},
    {"mark", "评分", "mark", "figure"},
    {"note", "说明", "note", "text"},
};

/* Sent late; or not sent, and the time is over. */
static bool
is_late(const struct view_ctx *ctx, const Jx__RoundReport *report, uint64_t due)
{
	if (report != NULL && (deed_is(report->late, "yes") || deed_is(report->state, "sent")))
		return deed_is(report->late, "yes");
	return due != 0 && ctx->now_us >= due;
}

static void
add_moment(struct view_ctx *ctx, uint64_t us)
{
	if (us == 0)
		view_add(ctx, "");
	else
		view_add_number(ctx, us);
}

static void
state_row(struct view_ctx *ctx, const Jx__Unit *unit, const Jx__Round *round)
{
	char object[NUMBER_SIZE];
	const Jx__RoundReport *report;
	const Jx__Progress *mark;
	uint64_t due = round_due(ctx->book, round, unit->unit);

	snprintf(object, sizeof object, "%" PRIu32, round->round);
	report = (const Jx__RoundReport *)book_get(ctx->book, PAPER_ROUND_REPORTS, unit->unit, object);
	mark = (const Jx__Progress *)book_get(ctx->book, RECORD_PROGRESS, unit->unit, object);
	view_row(ctx);
	view_add(ctx, unit->unit);
	view_add(ctx, unit->name);
	view_add(ctx, object);
	view_add(ctx, round->state);
	add_moment(ctx, due);
	view_add(ctx, report == NULL ? "" : report->state);
	view_add(ctx, is_late(ctx, report, due) ? "yes" : "");
	add_moment(ctx, report == NULL ? 0 : report->at_us);
	if (mark != NULL && sight_may(ctx->book, ctx->actor, RECORD_PROGRESS, &mark->base))
		view_add_points(ctx, mark->mark);
	else
		view_add(ctx, "");
	view_add(ctx, report == NULL ? "" : report->note);
}

static enum jx_err
state_make(struct view_ctx *ctx)
{
	const Jx__Unit *unit;
	size_t units = 0;

	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &units)) != NULL) {
		const Jx__Round *round;
		size_t rounds = 0;

		if (!round_is_shown(ctx, unit->unit))
			continue;
		while ((round = (const Jx__Round *)book_next(ctx->book, PAPER_ROUNDS, NULL, &rounds)) != NULL)
			state_row(ctx, unit, round);
	}
	return JX_OK;
}

/* clang-format off */
static const struct view views[] = {
	{"round.state", "各单位各轮调度报告的状态与评分", "how every unit's progress reports stand",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_LEADER | ROLE_SECRETARY | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
	    VIEW_MAY_UNIT, columns, sizeof columns / sizeof *columns, state_make, "R13"},
};
/* clang-format on */

const struct chapter round_chapter = {
    .deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views,
};
