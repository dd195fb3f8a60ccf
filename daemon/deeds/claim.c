/* Bonus claims (奖项申请, R17–R19): claimed, screened, decided by the committee, publicised, granted. */
#include <string.h>

#include "deeds/proof.h"
#include "deeds/view.h"

/* clang-format off */
static const struct deed_edge claim_edges[] = {
	{"",           "claim.push",      "draft",      "起草奖项申请"},
	{"draft",      "claim.push",      "draft",      "修改，原同意作废"},
	{"draft",      "claim.consent",   "draft",      "分管领导同意"},
	{"draft",      "claim.submit",    "claimed",    "报送奖项申请"},
	{"claimed",    "claim.screen",    "screened",   "初审通过，上报评估委员会"},
	{"claimed",    "claim.return",    "draft",      "退回补正"},
	{"screened",   "claim.return",    "draft",      "退回补正"},
	{"screened",   "claim.approve",   "approved",   "评估委员会确认"},
	{"screened",   "claim.refuse",    "refused",    "评估委员会不予确认"},
	{"approved",   "claim.publicise", "publicised", "公示"},
	{"publicised", "claim.grant",     "granted",    "公示期满，加分"},
	{"publicised", "claim.refuse",    "refused",    "公示期间查实不符"},
};
static const struct deed_life lives[] = {
	{"claim", "奖项申请", PAPER_CLAIMS, claim_edges, sizeof claim_edges / sizeof *claim_edges},
};
/* clang-format on */

static const uint64_t DAY_US = UINT64_C(24) * 3600 * 1000000;

/* What a consent hangs on: what the unit has written, not how the claim fares. */
static const char *
claim_content(struct arena *arena, const Jx__Claim *claim)
{
	static const char *const without[] = {
	    "state", "leader", "content", "late", "document", "reason", "public_us", "note", "at_us", NULL};

	return deed_content(arena, PAPER_CLAIMS, &claim->base, without);
}

static const char *
kind_name(const struct book *book, const char *kind)
{
	int index = scheme_bonus_find(book_scheme(book), kind);

	return index < 0 ? kind : book_scheme(book)->bonus[index].name;
}

/* What just happened to it, as its life words it. */
static const char *
edge_text(const struct deed_ctx *ctx, const char *to)
{
	for (size_t i = 0; i < lives[0].edge_count; i++)
		if (strcmp(claim_edges[i].deed, ctx->deed->name) == 0 && deed_is(to, claim_edges[i].to))
			return claim_edges[i].text;
	return to;
}

static void
set_bonus(struct deed_ctx *ctx, const Jx__Claim *claim, const char *status)
{
	Jx__Bonus *bonus = deed_put(ctx, RECORD_BONUS, claim->unit, claim->kind);

	DEED_SET(ctx, bonus->status, status);
}

/* The claim that the deed names, moved along its life; NULL: answered (*err). */
static Jx__Claim *
claim_move(struct deed_ctx *ctx, const char *unit, const char *kind, enum jx_err *err)
{
	const Jx__Claim *now = (const Jx__Claim *)deed_get(ctx, PAPER_CLAIMS, unit, kind);
	const char *state;
	Jx__Claim *claim;

	*err = JX_E_NOT_FOUND;
	if (now == NULL)
		return NULL;
	state = deed_move(ctx, &lives[0], now->state);
	*err = JX_E_LIFE;
	if (state == NULL)
		return NULL;
	*err = JX_OK;
	claim = deed_put(ctx, PAPER_CLAIMS, unit, kind);
	DEED_SET(ctx, claim->state, state);
	return claim;
}

/* ---- The unit. */

/*
 * The same proof in two claims is lawful, and seen by whoever decides (R17). A
 * unit learns that there is another claim, not whose: drafts are its own (R42).
 */
static const char *
shared_note(struct deed_ctx *ctx, const Jx__Claim *claim)
{
	const Jx__Claim *other;
	const char *note = NULL;
	size_t cursor = 0;

	while ((other = (const Jx__Claim *)deed_next(ctx, PAPER_CLAIMS, NULL, &cursor)) != NULL) {
		bool is_own = deed_is(other->unit, claim->unit);

		if (!proof_is_shared(other->evidence, claim->evidence) || (is_own && deed_is(other->kind, claim->kind)))
			continue;
		if (!is_own)
			return "证明材料与其他单位的申请相同";
		note = deed_printf(ctx, "证明材料与本单位“%s”的申请相同", other->kind);
	}
	return note;
}

/* Every claim with that proof says whether it still shares it. */
static void
flag_evidence(struct deed_ctx *ctx, const char *evidence)
{
	const Jx__Claim *claim;
	size_t cursor = 0;

	while ((claim = (const Jx__Claim *)deed_next(ctx, PAPER_CLAIMS, NULL, &cursor)) != NULL) {
		const char *note;

		if (!proof_is_shared(claim->evidence, evidence))
			continue;
		note = shared_note(ctx, claim);
		if (!deed_is(note, claim->note))
			((Jx__Claim *)deed_put(ctx, PAPER_CLAIMS, claim->unit, claim->kind))->note =
			    note == NULL ? NULL : deed_text(ctx, note);
	}
}

static bool
is_of_year(const struct deed_ctx *ctx, const char *date)
{
	const char *year = deed_date(ctx->arena, deed_end_of_day((int)book_scheme(ctx->book)->year, 1, 1) - 1);

	return year != NULL && strncmp(year, deed_str(date), 5) == 0;
}

/* Whoever claims no longer says that there is nothing to claim. */
static void
withdraw_none(struct deed_ctx *ctx, const char *unit)
{
	const Jx__SelfReport *report = (const Jx__SelfReport *)deed_get(ctx, PAPER_SELF_REPORTS, unit);

	if (report == NULL || !deed_is(report->no_claims, "yes"))
		return;
	((Jx__SelfReport *)deed_put(ctx, PAPER_SELF_REPORTS, unit))->no_claims = NULL;
	deed_note(ctx, "原“不申报奖项”的声明随之撤销", "the statement that nothing is claimed is withdrawn");
}

/* After an edit the consent given before no longer holds (R17). */
static void
void_consent(struct deed_ctx *ctx, Jx__Claim *claim)
{
	if (claim->leader == NULL || deed_is(claim->content, claim_content(ctx->arena, claim)))
		return;
	deed_note(ctx, "%s：同意后内容有改动，分管领导的同意作废，须重新征得同意",
	    "%s: changed after the consent, which no longer holds", claim->kind);
	deed_notify_subject(ctx, "leader", claim->leader,
	    deed_printf(ctx, "%s的奖项申请“%s”有改动，原同意作废", book_unit_name(ctx->book, claim->unit),
		kind_name(ctx->book, claim->kind)));
	claim->leader = claim->content = NULL;
}

static void
push_one(struct deed_ctx *ctx, size_t index)
{
	const Jx__Claim *row = ctx->args->rows->claims[index];
	const Jx__Claim *before = (const Jx__Claim *)deed_get(ctx, PAPER_CLAIMS, row->unit, row->kind);
	const char *state = deed_move(ctx, &lives[0], before == NULL ? "" : before->state);
	Jx__Claim *claim;

	if (scheme_bonus_find(book_scheme(ctx->book), row->kind) < 0)
		deed_fault(ctx, PAPER_CLAIMS, index, "kind", "不是方案中的加分项", "not a bonus of the scheme");
	if (!is_of_year(ctx, row->dated))
		deed_fault(ctx, PAPER_CLAIMS, index, "dated", "证明材料应是 %u 年内的",
		    "the evidence must be of %u", book_scheme(ctx->book)->year);
	if (state == NULL)
		return;
	claim = deed_put_row(ctx, PAPER_CLAIMS, &row->base);
	DEED_SET(ctx, claim->state, state);
	/* Only the program says these. */
	claim->leader = before == NULL ? NULL : before->leader;
	claim->content = before == NULL ? NULL : before->content;
	claim->late = before == NULL ? NULL : before->late;
	claim->has_at_us = before != NULL && before->has_at_us;
	claim->at_us = claim->has_at_us ? before->at_us : 0;
	claim->reason = before == NULL ? NULL : before->reason;
	claim->document = NULL;
	claim->has_public_us = 0;
	claim->note = before == NULL ? NULL : before->note;
	void_consent(ctx, claim);
	if (before != NULL && !deed_is(before->evidence, row->evidence))
		flag_evidence(ctx, before->evidence);
	flag_evidence(ctx, row->evidence);
	claim = deed_put(ctx, PAPER_CLAIMS, row->unit, row->kind);
	if (shared_note(ctx, claim) == NULL)
		claim->note = NULL;
	else
		deed_note(ctx, "%s：%s，已标注", "%s: the evidence stands in another claim too: flagged (%s)", claim->kind, claim->note);
	withdraw_none(ctx, claim->unit);
}

static enum jx_err
claim_push(struct deed_ctx *ctx)
{
	size_t why;

	for (size_t i = 0; i < ctx->args->rows->n_claims; i++) {
		why = ctx->why_count;
		push_one(ctx, i);
		if (ctx->why_count > why)
			return JX_E_LIFE;
	}
	return deed_verdict(ctx);
}

static enum jx_err
claim_drop(struct deed_ctx *ctx)
{
	const Jx__Claim *claim =
	    (const Jx__Claim *)deed_get(ctx, PAPER_CLAIMS, ctx->args->unit, ctx->args->object);

	if (claim == NULL)
		return JX_E_NOT_FOUND;
	if (!deed_is(claim->state, "draft")) {
		deed_why(ctx, "已报送的申请不能删去", "a claim that was submitted stays");
		return JX_E_LIFE;
	}
	deed_drop(ctx, PAPER_CLAIMS, ctx->args->unit, ctx->args->object);
	flag_evidence(ctx, claim->evidence);
	return deed_verdict(ctx);
}

/* "None" is said, not guessed from silence (R17). */
static enum jx_err
claim_none(struct deed_ctx *ctx)
{
	Jx__SelfReport *report;
	size_t cursor = 0;

	if (deed_next(ctx, PAPER_CLAIMS, ctx->args->unit, &cursor) != NULL) {
		deed_why(ctx, "本单位已有奖项申请", "the unit has claims");
		return deed_verdict(ctx);
	}
	report = deed_put(ctx, PAPER_SELF_REPORTS, ctx->args->unit);
	if (report->state == NULL)
		DEED_SET(ctx, report->state, "draft");
	if (report->statement == NULL)
		DEED_SET(ctx, report->statement, "（待写）");
	DEED_SET(ctx, report->no_claims, "yes");
	return deed_verdict(ctx);
}

/* The leader's own act, on exactly this content. */
static enum jx_err
claim_consent(struct deed_ctx *ctx)
{
	enum jx_err err;
	Jx__Claim *claim;

	if (book_unit_kind(ctx->book, ctx->args->unit) != KIND_DEPARTMENT) {
		deed_why(ctx, "县（区）申报奖项经政府班子审议，不需分管领导同意", "a county's claim needs no leader's consent");
		return deed_verdict(ctx);
	}
	claim = claim_move(ctx, ctx->args->unit, ctx->args->object, &err);
	if (claim == NULL)
		return err;
	DEED_SET(ctx, claim->leader, ctx->actor->subject);
	claim->content = deed_text(ctx, claim_content(ctx->arena, claim));
	return deed_verdict(ctx);
}

static void
check_submit(struct deed_ctx *ctx, const Jx__Claim *claim)
{
	bool is_county = book_unit_kind(ctx->book, claim->unit) == KIND_COUNTY;

	if (deed_is(claim->minutes, ""))
		deed_why(ctx, is_county ? "缺县（区）政府班子会议纪要" : "缺部门领导班子会议纪要",
		    is_county ? "the minutes of the county's government are missing"
			      : "the minutes of the department's leadership are missing");
	if (is_county)
		return;
	if (deed_is(claim->leader, ""))
		deed_why(ctx, "尚未征得分管领导同意", "the leader in charge has not consented");
	else if (!book_supervises(ctx->book, claim->leader, claim->unit))
		deed_why(ctx, "%s已不分管本单位，须由现分管领导同意",
		    "%s is no longer in charge: the present leader must consent", claim->leader);
	else if (!deed_is(claim->content, claim_content(ctx->arena, claim)))
		deed_why(ctx, "同意后内容有改动，须重新征得同意", "changed after the consent: it must be given again");
}

static enum jx_err
claim_submit(struct deed_ctx *ctx)
{
	enum jx_err err;
	Jx__Claim *claim = claim_move(ctx, ctx->args->unit, ctx->args->object, &err);

	if (claim == NULL)
		return err;
	check_submit(ctx, claim);
	if (ctx->is_late)
		DEED_SET(ctx, claim->late, "yes");
	DEED_SET_NUMBER(claim, at_us, ctx->now_us);
	claim->reason = NULL;
	set_bonus(ctx, claim, "claimed");
	deed_notify(ctx, "", "office", "",
	    deed_printf(ctx, "%s报送奖项申请“%s”，请初审", book_unit_name(ctx->book, claim->unit), kind_name(ctx->book, claim->kind)));
	return deed_verdict(ctx);
}

/* ---- The office and the committee. */

static enum jx_err
claim_decide(struct deed_ctx *ctx)
{
	enum jx_err err;
	Jx__Claim *claim = claim_move(ctx, ctx->args->unit, ctx->args->object, &err);

	if (claim == NULL)
		return err;
	if (*ctx->args->document != '\0')
		DEED_SET(ctx, claim->document, ctx->args->document);
	if (*ctx->args->reason != '\0')
		DEED_SET(ctx, claim->reason, ctx->args->reason);
	if (deed_is(claim->state, "refused"))
		set_bonus(ctx, claim, "refused");
	if (deed_is(claim->state, "draft"))
		deed_drop(ctx, RECORD_BONUS, claim->unit, claim->kind);
	if (deed_is(claim->state, "screened"))
		deed_notify(ctx, "", "committee", "",
		    deed_printf(ctx, "%s的奖项申请“%s”已初审，请评审", book_unit_name(ctx->book, claim->unit),
			kind_name(ctx->book, claim->kind)));
	deed_notify(ctx, claim->unit, "head", "",
	    deed_printf(ctx, "奖项申请“%s”：%s%s%s", kind_name(ctx->book, claim->kind), edge_text(ctx, claim->state),
		*ctx->args->reason == '\0' ? "" : "，", ctx->args->reason));
	return deed_verdict(ctx);
}

/* One, a unit's, or all that stand in that state. */
static bool
is_meant(const struct deed_ctx *ctx, const Jx__Claim *claim)
{
	return (*ctx->args->unit == '\0' || deed_is(claim->unit, ctx->args->unit)) &&
	       (*ctx->args->object == '\0' || deed_is(claim->kind, ctx->args->object));
}

static bool
is_over(struct deed_ctx *ctx, const Jx__Claim *claim)
{
	uint64_t until = claim->public_us + book_scheme(ctx->book)->calendar.publicity_days * DAY_US;

	if (ctx->now_us >= until)
		return true;
	deed_why(ctx, "%s 的 %s 公示未满，至 %s 为止", "%s, %s: the publicity lasts until %s", claim->unit, claim->kind,
	    deed_date(ctx->arena, until));
	return false;
}

static enum jx_err
claim_advance(struct deed_ctx *ctx, const char *from, bool (*may)(struct deed_ctx *, const Jx__Claim *),
    void (*done)(struct deed_ctx *, Jx__Claim *))
{
	size_t count = 0, held = 0;

	for (size_t i = 0; i < book_count(ctx->book, PAPER_CLAIMS); i++) {
		const Jx__Claim *now = (const Jx__Claim *)book_at(ctx->book, PAPER_CLAIMS, i)->record;
		enum jx_err err;
		Jx__Claim *claim;

		if (!is_meant(ctx, now) || !deed_is(now->state, from))
			continue;
		count++;
		if (may != NULL && !may(ctx, now)) {
			held++;
			continue;
		}
		claim = claim_move(ctx, now->unit, now->kind, &err);
		if (claim == NULL)
			return err;
		done(ctx, claim);
	}
	if (count == 0) {
		deed_why(ctx, "没有可以这样办理的奖项申请", "there is no such claim in that state");
		return JX_E_LIFE;
	}
	/* When all are meant, those whose days are not over wait; a single one named is refused. */
	if (held < count && *ctx->args->object == '\0') {
		for (size_t i = 0; i < ctx->why_count; i++)
			deed_note(ctx, "%s", "%s", ctx->why[i]);
		ctx->why_count = 0;
	}
	return deed_verdict(ctx);
}

static void
publicise_done(struct deed_ctx *ctx, Jx__Claim *claim)
{
	DEED_SET_NUMBER(claim, public_us, ctx->now_us);
}

static enum jx_err
claim_publicise(struct deed_ctx *ctx)
{
	return claim_advance(ctx, "approved", NULL, publicise_done);
}

static void
grant_done(struct deed_ctx *ctx, Jx__Claim *claim)
{
	set_bonus(ctx, claim, "granted");
}

static enum jx_err
claim_grant(struct deed_ctx *ctx)
{
	return claim_advance(ctx, "publicised", is_over, grant_done);
}

/* ---- View. */

static const struct view_column state_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"kind", "加分项", "kind", "text"},
    {"state", "状态", "state", "text"},
    {"consent", "分管领导同意", "consent", "text"},
    {"late", "迟报", "late", "text"},
    {"public", "公示时间", "publicised", "moment"},
    {"document", "决议", "resolution", "text"},
    {"note", "提示", "note", "text"},
    {"same", "同一证明材料的申请", "same_evidence", "text"},
};

/* Whose claims share its proof: for those who screen, decide and audit. */
static const char *
same_of(const struct view_ctx *ctx, const Jx__Claim *claim)
{
	const Jx__Claim *other;
	const char *same = "";
	size_t cursor = 0;

	if ((ctx->actor->role & (ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE)) == 0)
		return same;
	while (same != NULL && (other = (const Jx__Claim *)book_next(ctx->book, PAPER_CLAIMS, NULL, &cursor)) != NULL)
		if (proof_is_shared(other->evidence, claim->evidence) &&
		    !(deed_is(other->unit, claim->unit) && deed_is(other->kind, claim->kind)))
			same = arena_printf(ctx->arena, "%s%s%s/%s", same, *same == '\0' ? "" : " ", other->unit, other->kind);
	return same;
}

static bool
sees(const struct view_ctx *ctx, const Jx__Claim *claim)
{
	if ((ctx->actor->role & (ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL)) != 0)
		return deed_is(claim->unit, ctx->actor->unit);
	if ((ctx->actor->role & (ROLE_LEADER | ROLE_SECRETARY)) != 0)
		return book_supervises(ctx->book, ctx->actor->subject, claim->unit);
	return true;
}

static enum jx_err
claim_state(struct view_ctx *ctx)
{
	const Jx__Claim *claim;
	size_t cursor = 0;

	while ((claim = (const Jx__Claim *)book_next(ctx->book, PAPER_CLAIMS, NULL, &cursor)) != NULL) {
		if (!sees(ctx, claim) || (*ctx->args->unit != '\0' && !deed_is(claim->unit, ctx->args->unit)))
			continue;
		view_row(ctx);
		view_add(ctx, claim->unit);
		view_add(ctx, book_unit_name(ctx->book, claim->unit));
		view_add(ctx, claim->kind);
		view_add(ctx, claim->state);
		view_add(ctx, deed_is(claim->leader, "") ? "" : deed_is(claim->content, claim_content(ctx->arena, claim)) ? claim->leader : "void");
		view_add(ctx, claim->late);
		if (claim->has_public_us)
			view_add_number(ctx, claim->public_us);
		else
			view_add(ctx, "");
		view_add(ctx, claim->document);
		view_add(ctx, claim->note);
		view_add(ctx, same_of(ctx, claim));
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "claim.push", .zh = "起草奖项申请", .en = "draft claims", .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, .scope = DEED_OWN, .phase = "claims",
	    .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_CLAIMS}, .life = &lives[0], .act = claim_push, .requirement = "R17"},
	{.name = "claim.drop", .zh = "删去未报送的奖项申请", .en = "drop a draft claim", .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, .scope = DEED_OWN,
	    .phase = "claims", .arguments = DEED_UNIT | DEED_OBJECT, .act = claim_drop, .requirement = "R17"},
	{.name = "claim.none", .zh = "声明不申报奖项", .en = "say that nothing is claimed", .roles = ROLE_HEAD, .scope = DEED_OWN, .phase = "claims",
	    .arguments = DEED_UNIT, .act = claim_none, .requirement = "R17"},
	{.name = "claim.consent", .zh = "分管领导同意奖项申请", .en = "consent to a claim", .roles = ROLE_LEADER, .scope = DEED_CHARGE, .phase = "claims",
	    .arguments = DEED_UNIT | DEED_OBJECT, .life = &lives[0], .act = claim_consent, .requirement = "R17"},
	{.name = "claim.submit", .zh = "报送奖项申请", .en = "submit a claim", .roles = ROLE_HEAD, .scope = DEED_OWN, .phase = "claims",
	    .arguments = DEED_UNIT | DEED_OBJECT, .life = &lives[0], .act = claim_submit, .requirement = "R17 R18 R19"},
	{.name = "claim.screen", .zh = "初审奖项申请", .en = "screen a claim", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_MAY_REASON, .life = &lives[0], .act = claim_decide, .requirement = "R18"},
	{.name = "claim.return", .zh = "退回奖项申请", .en = "return a claim", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON, .life = &lives[0], .act = claim_decide, .requirement = "R18"},
	{.name = "claim.approve", .zh = "评估委员会确认奖项申请", .en = "approve a claim", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_DOCUMENT | DEED_MAY_REASON, .life = &lives[0], .act = claim_decide, .requirement = "R18"},
	{.name = "claim.refuse", .zh = "评估委员会不予确认", .en = "refuse a claim", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_DOCUMENT | DEED_REASON, .life = &lives[0], .act = claim_decide, .requirement = "R18"},
	{.name = "claim.publicise", .zh = "公示拟加分的奖项申请", .en = "publicise approved claims", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_MAY_UNIT | DEED_MAY_OBJECT | DEED_MAY_DOCUMENT, .life = &lives[0], .act = claim_publicise, .requirement = "R18"},
	{.name = "claim.grant", .zh = "公示期满，给予加分", .en = "grant what was publicised long enough", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_MAY_UNIT | DEED_MAY_OBJECT, .life = &lives[0], .act = claim_grant, .requirement = "R18"},
};

static const struct view views[] = {
	{"claim.state", "奖项申请办理情况", "how the claims stand",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL | ROLE_LEADER | ROLE_SECRETARY, VIEW_MAY_UNIT,
	    state_columns, sizeof state_columns / sizeof *state_columns, claim_state, "R17 R18"},
};
/* clang-format on */

const struct chapter claim_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .lives = lives,
    .life_count = sizeof lives / sizeof *lives, .views = views, .view_count = sizeof views / sizeof *views};
