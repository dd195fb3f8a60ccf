/* Objections during publicity: registered, answered, upheld (R32). */
#include <string.h>

#include "deeds/outcome.h"

/* clang-format off */
static const struct deed_edge edges[] = {
	{"",         "objection.add",    "open",     "公示期内提出"},
	{"open",     "objection.answer", "answered", "答复"},
	{"open",     "objection.uphold", "upheld",   "委员会认定成立，重开有争议的数据"},
	{"answered", "objection.uphold", "upheld",   "答复后委员会认定成立，重开有争议的数据"},
};
/* clang-format on */

static const struct deed_life life = {"objection", "公示异议", PAPER_OBJECTIONS, edges, sizeof edges / sizeof *edges};

static const char *
move(struct deed_ctx *ctx)
{
	const Jx__Objection *now = (const Jx__Objection *)deed_get(ctx, PAPER_OBJECTIONS, ctx->args->object);

	return deed_move(ctx, &life, now == NULL ? "" : now->state);
}

static enum jx_err
objection_add(struct deed_ctx *ctx)
{
	const Jx__Outcome *outcome = outcome_get(ctx->book);
	const char *state = move(ctx), *who = ctx->args->value;
	Jx__Objection *objection;

	if (state == NULL)
		return JX_E_LIFE;
	if (outcome == NULL || !deed_is(outcome->state, "public")) {
		deed_why(ctx, "结果不在公示期", "the result is not public");
		return JX_E_PHASE;
	}
	if (deed_is_late(ctx, outcome->until_us)) {
		deed_why(ctx, "公示已于 %s 24:00 截止", "publicity ended at %s 24:00", deed_date(ctx->arena, outcome->until_us - 1));
		return JX_E_PHASE;
	}
	/* The office writes down whoever came; a unit speaks for itself. */
	if (ctx->actor->role != ROLE_OFFICE)
		who = book_unit_name(ctx->book, ctx->actor->unit);
	if (*who == '\0' && ctx->actor->role != ROLE_OFFICE)
		who = *ctx->actor->subject != '\0' ? ctx->actor->subject : ctx->actor->account;
	if (*who == '\0')
		deed_why(ctx, "请写明异议由谁提出", "say who objects");
	objection = deed_put(ctx, PAPER_OBJECTIONS, ctx->args->object);
	DEED_SET(ctx, objection->state, state);
	DEED_SET(ctx, objection->who, who);
	DEED_SET(ctx, objection->text, ctx->args->reason);
	if (*ctx->args->unit != '\0')
		DEED_SET(ctx, objection->unit, ctx->args->unit);
	deed_notify(ctx, "", "office", "", deed_printf(ctx, "收到公示异议 %s", ctx->args->object));
	return deed_verdict(ctx);
}

static enum jx_err
objection_answer(struct deed_ctx *ctx)
{
	const char *state = move(ctx);
	Jx__Objection *objection;

	if (state == NULL)
		return JX_E_LIFE;
	objection = deed_put(ctx, PAPER_OBJECTIONS, ctx->args->object);
	DEED_SET(ctx, objection->state, state);
	DEED_SET(ctx, objection->answer, ctx->args->reason);
	if (!deed_is(objection->unit, ""))
		deed_notify(ctx, objection->unit, "", "", deed_printf(ctx, "公示异议 %s 已答复", ctx->args->object));
	return deed_verdict(ctx);
}

/* The result goes back, and only the input in dispute may change. */
static enum jx_err
objection_uphold(struct deed_ctx *ctx)
{
	const char *state = move(ctx);
	Jx__Objection *objection;

	if (state == NULL)
		return JX_E_LIFE;
	outcome_check_reopens(ctx, ctx->args->value);
	objection = deed_put(ctx, PAPER_OBJECTIONS, ctx->args->object);
	DEED_SET(ctx, objection->state, state);
	DEED_SET(ctx, objection->answer, ctx->args->reason);
	DEED_SET(ctx, objection->reopens, ctx->args->value);
	DEED_SET(ctx, objection->document, ctx->args->document);
	if (!deed_is(objection->unit, ""))
		deed_notify(ctx, objection->unit, "", "", deed_printf(ctx, "公示异议 %s 成立", ctx->args->object));
	return outcome_send_back(ctx, ctx->args->value,
	    deed_printf(ctx, "异议 %s 成立：%s", ctx->args->object, ctx->args->reason));
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "objection.add", .zh = "公示期内提出异议", .en = "object while the result is public", .roles = ROLE_HEAD | ROLE_OFFICE | ROLE_FUNCTIONAL,
	    .scope = DEED_YEAR, .arguments = DEED_OBJECT | DEED_REASON | DEED_MAY_VALUE | DEED_MAY_UNIT, .life = &life, .act = objection_add, .requirement = "R32"},
	{.name = "objection.answer", .zh = "答复异议", .en = "answer an objection", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_OBJECT | DEED_REASON, .life = &life, .act = objection_answer, .requirement = "R32"},
	{.name = "objection.uphold", .zh = "认定异议成立，重开有争议的数据", .en = "uphold an objection and re-open the input in dispute", .roles = ROLE_COMMITTEE,
	    .scope = DEED_YEAR, .arguments = DEED_OBJECT | DEED_VALUE | DEED_DOCUMENT | DEED_REASON, .life = &life, .act = objection_uphold, .requirement = "R32"},
};
/* clang-format on */

const struct chapter objection_chapter = {
    .deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .lives = &life, .life_count = 1};
