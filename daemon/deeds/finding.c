/* Findings (问题反馈): what a check found goes back to the unit, which answers it (R12, R15). */
#include <string.h>

#include "deeds/deed.h"

static const struct deed_edge edges[] = {
    {"", "finding.add", "open", "反馈"},
    {"open", "finding.answer", "answered", "答复"},
    {"answered", "finding.close", "closed", "销号"},
    {"answered", "finding.reopen", "open", "退回重答"},
};

static const struct deed_life lives[] = {
    {"finding", "问题反馈", PAPER_FINDINGS, edges, sizeof edges / sizeof *edges},
};

/* ---- Who may find something at a unit. */

static bool
is_at_home(const struct deed_ctx *ctx, const char *unit)
{
	const Jx__Member *member;
	size_t cursor = 0;

	if (strcmp(ctx->actor->unit, unit) == 0)
		return true;
	while ((member = (const Jx__Member *)book_next(ctx->book, PAPER_MEMBERS, NULL, &cursor)) != NULL)
		if (deed_is(member->evaluator, ctx->actor->account) && deed_is(member->home, unit))
			return true;
	return false;
}

static bool
is_stand_in(const struct deed_ctx *ctx, const char *unit)
{
	const Jx__StandIn *row;
	size_t cursor = 0;

	while ((row = (const Jx__StandIn *)book_next(ctx->book, PAPER_STAND_INS, unit, &cursor)) != NULL)
		if (deed_is(row->instead, ctx->actor->account))
			return true;
	return false;
}

/* The office anywhere; evaluators at the units of their group, never at home (R29). */
static bool
may_find(const struct deed_ctx *ctx, const char *unit)
{
	if (ctx->actor->role == ROLE_OFFICE)
		return true;
	return (book_in_team(ctx->book, ctx->actor->account, unit) || is_stand_in(ctx, unit)) && !is_at_home(ctx, unit);
}

/* ---- Deeds. */

static enum jx_err
finding_add(struct deed_ctx *ctx)
{
	enum jx_err err = JX_OK;

	for (size_t i = 0; i < ctx->args->rows->n_findings; i++) {
		const Jx__Finding *row = ctx->args->rows->findings[i];
		const Jx__Finding *now = (const Jx__Finding *)book_get(ctx->book, PAPER_FINDINGS, row->finding);
		const char *state;
		Jx__Finding *put;

		if (book_unit_kind(ctx->book, row->unit) < 0) {
			deed_fault(ctx, PAPER_FINDINGS, i, "unit", "没有这个单位", "there is no such unit");
			continue;
		}
		if (!may_find(ctx, row->unit))
			return JX_E_DENIED;
		state = deed_move(ctx, &lives[0], now == NULL ? "" : now->state);
		if (state == NULL) {
			deed_why(ctx, "编号“%s”已用过", "the code \"%s\" is used already", row->finding);
			err = JX_E_LIFE;
			continue;
		}
		put = deed_put_row(ctx, PAPER_FINDINGS, &row->base);
		DEED_SET(ctx, put->state, state);
		put->answer = put->reason = NULL;
		deed_notify(ctx, row->unit, "", "",
		    deed_printf(ctx, "反馈问题 %s，请答复（finding answer）：%.300s", row->finding, row->text));
	}
	return err != JX_OK ? err : deed_verdict(ctx);
}

/* The finding moved along its life; NULL: *err says why. One that is another unit's is not there. */
static Jx__Finding *
finding_move(struct deed_ctx *ctx, enum jx_err *err)
{
	const char *code = ctx->args->object, *unit = ctx->args->unit, *state;
	const Jx__Finding *now = (const Jx__Finding *)book_get(ctx->book, PAPER_FINDINGS, code);
	Jx__Finding *finding;

	*err = JX_E_LIFE;
	if (now != NULL && *unit != '\0' && !deed_is(now->unit, unit)) {
		*err = JX_E_NOT_FOUND;
		return NULL;
	}
	state = deed_move(ctx, &lives[0], now == NULL ? "" : now->state);
	if (state == NULL)
		return NULL;
	finding = deed_put(ctx, PAPER_FINDINGS, code);
	DEED_SET(ctx, finding->state, state);
	return finding;
}

static enum jx_err
finding_answer(struct deed_ctx *ctx)
{
	enum jx_err err;
	Jx__Finding *finding = finding_move(ctx, &err);

	if (finding == NULL)
		return err;
	DEED_SET(ctx, finding->answer, ctx->args->reason);
	finding->reason = NULL;
	deed_notify(ctx, "", "office", "",
	    deed_printf(ctx, "%s（%s）答复了问题 %s，请销号或退回", book_unit_name(ctx->book, finding->unit),
		finding->unit, finding->finding));
	return deed_verdict(ctx);
}

static enum jx_err
finding_close(struct deed_ctx *ctx)
{
	enum jx_err err;
	Jx__Finding *finding = finding_move(ctx, &err);

	if (finding == NULL)
		return err;
	if (*ctx->args->reason != '\0')
		DEED_SET(ctx, finding->reason, ctx->args->reason);
	deed_notify(ctx, finding->unit, "", "", deed_printf(ctx, "问题 %s 已销号", finding->finding));
	return deed_verdict(ctx);
}

static enum jx_err
finding_reopen(struct deed_ctx *ctx)
{
	enum jx_err err;
	Jx__Finding *finding = finding_move(ctx, &err);

	if (finding == NULL)
		return err;
	DEED_SET(ctx, finding->reason, ctx->args->reason);
	deed_notify(ctx, finding->unit, "", "",
	    deed_printf(ctx, "问题 %s 的答复退回，请重新答复：%s", finding->finding, ctx->args->reason));
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "finding.add", .zh = "向单位反馈问题", .en = "give findings back to units", .roles = ROLE_OFFICE | ROLE_EVALUATOR | ROLE_LEAD,
	    .scope = DEED_YEAR, .arguments = DEED_ROWS | DEED_MAY_UNIT, .kinds = {PAPER_FINDINGS}, .life = &lives[0], .act = finding_add,
	    .requirement = "R12 R15"},
	{.name = "finding.answer", .zh = "答复反馈问题", .en = "answer a finding", .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
	    .scope = DEED_OWN, .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON, .life = &lives[0], .act = finding_answer,
	    .requirement = "R15"},
	{.name = "finding.close", .zh = "问题销号", .en = "close a finding", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_MAY_UNIT | DEED_MAY_REASON, .life = &lives[0], .act = finding_close, .requirement = "R15"},
	{.name = "finding.reopen", .zh = "退回问题答复", .en = "return the answer to a finding", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_REASON | DEED_MAY_UNIT, .life = &lives[0], .act = finding_reopen, .requirement = "R15"},
};
/* clang-format on */

const struct chapter finding_chapter = {
    .deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = lives,
    .life_count = sizeof lives / sizeof *lives,
};
