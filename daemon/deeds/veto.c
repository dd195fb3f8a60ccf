/* One-vote vetoes (一票否决, R35): alleged, checked, confirmed or dismissed by the committee, each by itself. */
#include <string.h>

#include "deeds/proof.h"
#include "deeds/view.h"

/* clang-format off */
static const struct deed_edge veto_edges[] = {
	{"",          "veto.allege",  "alleged",   "登记线索"},
	{"dismissed", "veto.allege",  "alleged",   "有新的事实，重新登记"},
	{"alleged",   "veto.check",   "checked",   "核查完毕"},
	{"checked",   "veto.check",   "checked",   "补充核查"},
	{"checked",   "veto.confirm", "confirmed", "评估委员会决定否决，降低一个等次"},
	{"checked",   "veto.dismiss", "dismissed", "评估委员会决定不予否决"},
};
static const struct deed_life lives[] = {
	{"veto", "一票否决", PAPER_VETO_CASES, veto_edges, sizeof veto_edges / sizeof *veto_edges},
};
/* clang-format on */

/* The status that the calculation sees. */
static const char *
status_of(const char *state)
{
	return deed_is(state, "checked") ? "alleged" : state;
}

/* Who should act on it now, or know. */
static void
tell(struct deed_ctx *ctx, const Jx__VetoCase *veto)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	int kind = scheme_term_find(scheme->veto_kinds, scheme->veto_kind_count, veto->kind);
	const char *what = deed_printf(ctx, "%s的一票否决事项“%s”", book_unit_name(ctx->book, veto->unit),
	    kind < 0 ? veto->kind : scheme->veto_kinds[kind].name);

	if (deed_is(veto->state, "alleged"))
		deed_notify(ctx, "", "office", "", deed_printf(ctx, "%s已登记，请核查", what));
	else if (deed_is(veto->state, "checked"))
		deed_notify(ctx, "", "committee", "", deed_printf(ctx, "%s已核查，请决定", what));
	else
		deed_notify(ctx, veto->unit, "head", "",
		    deed_printf(ctx, "%s：%s（%s）", what,
			deed_is(veto->state, "confirmed") ? "评估委员会决定否决" : "评估委员会决定不予否决", veto->document));
}

static enum jx_err
veto_act(struct deed_ctx *ctx)
{
	const Jx__Deed *args = ctx->args;
	const Jx__VetoCase *now = (const Jx__VetoCase *)deed_get(ctx, PAPER_VETO_CASES, args->unit, args->object);
	const char *state;
	Jx__VetoCase *veto;
	Jx__Veto *record;

	if (scheme_term_find(book_scheme(ctx->book)->veto_kinds, book_scheme(ctx->book)->veto_kind_count, args->object) < 0)
		return JX_E_NOT_FOUND;
	if (ctx->actor->role == ROLE_REVIEWER && strcmp(ctx->actor->subject, "discipline") != 0)
		return JX_E_DENIED;
	state = deed_move(ctx, &lives[0], now == NULL ? "" : now->state);
	if (state == NULL)
		return JX_E_LIFE;
	if (deed_is(state, "alleged") && now != NULL && deed_is(now->facts, args->reason))
		deed_why(ctx, "评估委员会已就此事实决定不予否决，重新登记须有新的事实",
		    "the committee has dismissed these facts: alleging again needs new ones");
	veto = deed_put(ctx, PAPER_VETO_CASES, args->unit, args->object);
	DEED_SET(ctx, veto->state, state);
	if (deed_is(state, "alleged")) {
		DEED_SET(ctx, veto->facts, args->reason);
		DEED_SET(ctx, veto->evidence, args->document);
		DEED_SET_NUMBER(veto, at_us, ctx->now_us);
		proof_check_length(ctx, args->document);
		veto->note = veto->reason = veto->document = NULL;
	} else if (deed_is(state, "checked")) {
		DEED_SET(ctx, veto->note, args->reason);
	} else {
		DEED_SET(ctx, veto->reason, args->reason);
		DEED_SET(ctx, veto->document, args->document);
	}
	record = deed_put(ctx, RECORD_VETOES, args->unit, args->object);
	DEED_SET(ctx, record->status, status_of(state));
	tell(ctx, veto);
	return deed_verdict(ctx);
}

static const struct view_column state_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"kind", "否决项", "kind", "text"},
    {"state", "状态", "state", "text"},
    {"facts", "事实", "facts", "text"},
    {"check", "核查情况", "check", "text"},
    {"document", "决议", "resolution", "text"},
};

static enum jx_err
veto_state(struct view_ctx *ctx)
{
	const Jx__VetoCase *veto;
	size_t cursor = 0;

	while ((veto = (const Jx__VetoCase *)book_next(ctx->book, PAPER_VETO_CASES, NULL, &cursor)) != NULL) {
		bool is_unit = (ctx->actor->role & (ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL)) != 0;

		if (is_unit && !deed_is(veto->unit, ctx->actor->unit))
			continue;
		view_row(ctx);
		view_add(ctx, veto->unit);
		view_add(ctx, book_unit_name(ctx->book, veto->unit));
		view_add(ctx, veto->kind);
		view_add(ctx, veto->state);
		view_add(ctx, veto->facts);
		view_add(ctx, veto->note);
		view_add(ctx, veto->document);
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "veto.allege", .zh = "登记一票否决线索", .en = "enter an alleged case", .roles = ROLE_OFFICE | ROLE_REVIEWER, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON | DEED_DOCUMENT, .life = &lives[0], .act = veto_act, .requirement = "R35"},
	{.name = "veto.check", .zh = "记录核查情况", .en = "record what the check found", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON, .life = &lives[0], .act = veto_act, .requirement = "R35"},
	{.name = "veto.confirm", .zh = "评估委员会决定否决", .en = "confirm the case", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON | DEED_DOCUMENT, .life = &lives[0], .act = veto_act, .requirement = "R35"},
	{.name = "veto.dismiss", .zh = "评估委员会决定不予否决", .en = "dismiss the case", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON | DEED_DOCUMENT, .life = &lives[0], .act = veto_act, .requirement = "R35"},
};

static const struct view views[] = {
	{"veto.state", "一票否决事项", "the veto cases", ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_REVIEWER | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, 0,
	    state_columns, sizeof state_columns / sizeof *state_columns, veto_state, "R35"},
};
/* clang-format on */

const struct chapter veto_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .lives = lives,
    .life_count = sizeof lives / sizeof *lives, .views = views, .view_count = sizeof views / sizeof *views};
