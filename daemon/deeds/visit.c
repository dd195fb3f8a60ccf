/*
 * Visits on the spot (实地踏查, R14): drawn (draw.c) or chosen, replaced only
 * with a reason, hidden from the unit until arrival, marked with findings and
 * photos by who was there. Nobody visits or marks his own home unit (R29).
 */
#include "deeds/visit.h"

#include <string.h>

#include "deeds/edge.h"
#include "deeds/plan_goal.h"
#include "deeds/sight.h"
#include "deeds/signer.h"
#include "deeds/view.h"
#include "deeds/proof.h"
#include "deeds/stale.h"
#include "wire/text.h"

/* clang-format off */
static const struct deed_edge edges[] = {
	{"",        "draw.reveal",   "planned", "抽签抽中"},
	{"",        "visit.plan",    "planned", "选定踏查单位"},
	{"",        "visit.replace", "planned", "替换上的单位"},
	{"planned", "visit.replace", "dropped", "被替换"},
	{"planned", "visit.drop",    "dropped", "取消"},
	{"planned", "visit.members", "planned", "确定踏查人员"},
	{"arrived", "visit.members", "arrived", "更正踏查人员"},
	{"planned", "visit.arrive",  "arrived", "到达，单位知悉"},
	{"arrived", "visit.mark",    "marked",  "评分并反馈问题"},
};
/* clang-format on */

const struct deed_life visit_life = {"visit", "实地踏查", PAPER_VISIT_PLANS, edges, sizeof edges / sizeof *edges};

bool
visit_is_code(struct arena *arena, const char *text)
{
	return *text != '\0' && strlen(text) <= TEXT_CODE_SIZE_MAX && strchr(text, '/') == NULL &&
	       plan_goal_is_normal(arena, text);
}

bool
visit_is_of(struct deed_ctx *ctx, const char *unit)
{
	const Jx__VisitPlan *visit;
	size_t cursor = 0;

	while ((visit = (const Jx__VisitPlan *)deed_next(ctx, PAPER_VISIT_PLANS, NULL, &cursor)) != NULL)
		if (deed_is(visit->unit, unit) && !deed_is(visit->state, "dropped"))
			return true;
	return false;
}

bool
visit_is_ahead(const struct book *book, const char *draw)
{
	const Jx__VisitPlan *visit;
	size_t cursor = 0;

	while ((visit = (const Jx__VisitPlan *)book_next(book, PAPER_VISIT_PLANS, NULL, &cursor)) != NULL)
		if (deed_is(visit->draw, draw) && deed_is(visit->state, "planned"))
			return true;
	return false;
}

/* ---- Whose home is where. */

/* Is it the home of that person, as the evaluation groups' lists know it? */
static bool
is_home_listed(const struct book *book, const char *person, const char *unit)
{
	const Jx__Member *member;
	size_t cursor = 0;

	while ((member = (const Jx__Member *)book_next(book, PAPER_MEMBERS, NULL, &cursor)) != NULL)
		if (deed_is(member->evaluator, person) && deed_is(member->home, unit))
			return true;
	return false;
}

static bool
is_home(const struct book *book, const struct actor *actor, const char *unit)
{
	return deed_is(unit, actor->unit) || is_home_listed(book, actor->account, unit);
}

/*
 * Who may record it: the office; evaluators who take part in it; once it has
 * begun, those whose group evaluates the unit. Before that only its planners
 * and visitors know of it (R42).
 */
static bool
is_recorder(const struct book *book, const struct actor *actor, const Jx__VisitPlan *visit)
{
	if (actor->role == ROLE_OFFICE)
		return true;
	return (actor->role & (ROLE_EVALUATOR | ROLE_LEAD)) != 0 && !is_home(book, actor, deed_str(visit->unit)) &&
	       (book_get(book, PAPER_VISIT_MEMBERS, visit->visit, actor->account) != NULL ||
		   (!deed_is(visit->state, "planned") && !deed_is(visit->state, "dropped") &&
		       book_in_team(book, actor->account, deed_str(visit->unit))));
}

/* ---- The plan. */

static const Jx__VisitPlan *
visit_get(struct deed_ctx *ctx)
{
	return (const Jx__VisitPlan *)deed_get(ctx, PAPER_VISIT_PLANS, ctx->args->object);
}

static const char *
state_of(const Jx__VisitPlan *visit)
{
	return visit == NULL ? "" : deed_str(visit->state);
}

/* The visit moved on, to be written; NULL after a why (JX_E_LIFE). */
static Jx__VisitPlan *
visit_move(struct deed_ctx *ctx)
{
	const char *state = deed_move(ctx, &visit_life, state_of(visit_get(ctx)));
	Jx__VisitPlan *visit = state == NULL ? NULL : deed_put(ctx, PAPER_VISIT_PLANS, ctx->args->object);

	if (visit != NULL)
		DEED_SET(ctx, visit->state, state);
	return visit;
}

/* "DRAW-…" are the codes of what a draw draws. */
static void
check_code(struct deed_ctx *ctx, const char *code)
{
	const Jx__Draw *draw;
	size_t cursor = 0;

	if (!visit_is_code(ctx->arena, code))
		deed_why(ctx, "“%s”不能作踏查编号", "\"%s\" cannot be the code of a visit", code);
	while ((draw = (const Jx__Draw *)deed_next(ctx, PAPER_DRAWS, NULL, &cursor)) != NULL) {
		size_t size = strlen(draw->draw);

		if (strncmp(code, draw->draw, size) == 0 && code[size] == '-')
			deed_why(ctx, "“%s-”开头的编号留给抽签 %s", "codes beginning with \"%s-\" belong to draw %s",
			    draw->draw, draw->draw);
	}
}

static enum jx_err
visit_plan(struct deed_ctx *ctx)
{
	Jx__VisitPlan *visit = visit_move(ctx);

	if (visit == NULL)
		return JX_E_LIFE;
	check_code(ctx, ctx->args->object);
	DEED_SET(ctx, visit->unit, ctx->args->unit);
	DEED_SET(ctx, visit->reason, ctx->args->reason);
	return deed_verdict(ctx);
}

/* The new plan is of no draw: what was drawn stays what the seed gives. */
static enum jx_err
visit_replace(struct deed_ctx *ctx)
{
	const Jx__VisitPlan *before = visit_get(ctx);
	const char *dropped = edge_to(ctx, &visit_life, state_of(before), "dropped");
	char *code = deed_printf(ctx, "%s-r", ctx->args->object);
	Jx__VisitPlan *visit;

	if (dropped == NULL || before == NULL)
		return JX_E_LIFE;
	if (!visit_is_code(ctx->arena, code) || deed_get(ctx, PAPER_VISIT_PLANS, code) != NULL)
		deed_why(ctx, "不能以 %s 作踏查编号", "%s cannot be the code of a visit", code);
	if (deed_is(before->unit, ctx->args->unit))
		deed_why(ctx, "替换的单位与原单位相同", "it is the same unit");
	if (ctx->why_count > 0)
		return deed_verdict(ctx);
	visit = deed_put(ctx, PAPER_VISIT_PLANS, ctx->args->object);
	DEED_SET(ctx, visit->state, dropped);
	DEED_SET(ctx, visit->reason, ctx->args->reason);
	visit = deed_put(ctx, PAPER_VISIT_PLANS, code);
	visit->state = (char *)(uintptr_t)edge_to(ctx, &visit_life, "", "planned");
	DEED_SET(ctx, visit->unit, ctx->args->unit);
	DEED_SET(ctx, visit->reason, ctx->args->reason);
	deed_note(ctx, "新的踏查 %s：%s", "the new visit is %s: %s", code, book_unit_name(ctx->book, ctx->args->unit));
	return deed_verdict(ctx);
}

static enum jx_err
visit_drop(struct deed_ctx *ctx)
{
	Jx__VisitPlan *visit = visit_move(ctx);

	if (visit == NULL)
		return JX_E_LIFE;
	DEED_SET(ctx, visit->reason, ctx->args->reason);
	return deed_verdict(ctx);
}

/* ---- Its members. */

static void
check_member(struct deed_ctx *ctx, size_t i, const char *unit)
{
	const Jx__VisitMember *row = ctx->args->rows->visit_members[i];

	if (!deed_is(row->visit, ctx->args->object))
		deed_fault(ctx, PAPER_VISIT_MEMBERS, i, "visit", "应为 %s", "expected %s", ctx->args->object);
	/* A home by any other name would hide that it is the visited unit. */
	if (!deed_is(row->home, "") && book_unit_kind(ctx->book, row->home) < 0)
		deed_fault(ctx, PAPER_VISIT_MEMBERS, i, "home", "应为被评估单位的代码；不在被评估单位的留空",
		    "expected the code of an evaluated unit, or nothing");
	if (deed_is(row->home, unit) || deed_is(row->member, unit) ||
	    deed_is(row->member, book_unit_name(ctx->book, unit)) || is_home_listed(ctx->book, row->member, unit))
		deed_fault(ctx, PAPER_VISIT_MEMBERS, i, deed_is(row->home, unit) ? "home" : "member",
		    "不能踏查自己所在的单位", "nobody visits the home unit");
}

static bool
is_row(const struct deed_ctx *ctx, const char *member)
{
	for (size_t i = 0; i < ctx->args->rows->n_visit_members; i++)
		if (deed_is(ctx->args->rows->visit_members[i]->member, member))
			return true;
	return false;
}

static enum jx_err
visit_members(struct deed_ctx *ctx)
{
	Jx__VisitPlan *visit = visit_move(ctx);
	const Jx__VisitMember *before;
	size_t cursor = 0;

	if (visit == NULL)
		return JX_E_LIFE;
	for (size_t i = 0; i < ctx->args->rows->n_visit_members; i++)
		check_member(ctx, i, visit->unit);
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	while ((before = (const Jx__VisitMember *)book_next(
		    ctx->book, PAPER_VISIT_MEMBERS, ctx->args->object, &cursor)) != NULL)
		if (!is_row(ctx, before->member))
			deed_drop(ctx, PAPER_VISIT_MEMBERS, ctx->args->object, before->member);
	for (size_t i = 0; i < ctx->args->rows->n_visit_members; i++)
		deed_put_row(ctx, PAPER_VISIT_MEMBERS, &ctx->args->rows->visit_members[i]->base);
	return deed_verdict(ctx);
}

/* ---- On the spot. */

/*
 * Codes of drawn visits can be guessed, so evaluators are refused in the same
 * words whether there is no such visit, or one that is not theirs, or one of
 * their own home: a refusal must not tell that it is planned.
 */
static bool
may_record(const struct deed_ctx *ctx, const Jx__VisitPlan *visit)
{
	return ctx->actor->role == ROLE_OFFICE || (visit != NULL && is_recorder(ctx->book, ctx->actor, visit));
}

static enum jx_err
visit_arrive(struct deed_ctx *ctx)
{
	const Jx__VisitPlan *before = visit_get(ctx);
	Jx__VisitPlan *visit;

	if (!may_record(ctx, before))
		return JX_E_DENIED;
	visit = visit_move(ctx);
	if (visit == NULL)
		return JX_E_LIFE;
	DEED_SET_NUMBER(visit, at_us, ctx->now_us);
	DEED_SET(ctx, visit->by, ctx->actor->account);
	deed_notify(ctx, visit->unit, "", "",
	    deed_printf(ctx, "实地踏查组已到达本单位（%s），请配合查看", visit->visit));
	return deed_verdict(ctx);
}

static void
put_mark(struct deed_ctx *ctx, const Jx__VisitPlan *visit)
{
	const Jx__Visit *row;

	if (ctx->args->rows->n_visits != 1) {
		deed_why(ctx, "应有且只有一行评分（visits）", "exactly one row of visits is needed: the mark");
		return;
	}
	row = ctx->args->rows->visits[0];
	if (!deed_is(row->visit, visit->visit))
		deed_fault(ctx, RECORD_VISITS, 0, "visit", "应为 %s", "expected %s", visit->visit);
	if (!deed_is(row->unit, visit->unit))
		deed_fault(ctx, RECORD_VISITS, 0, "unit", "应为 %s", "expected %s", visit->unit);
	deed_put_row(ctx, RECORD_VISITS, &row->base);
	signer_put(ctx, &(struct signer_mark){RECORD_VISITS, &row->base, visit->unit, visit->visit}, 1);
}

static void
put_finding(struct deed_ctx *ctx, size_t i, const Jx__VisitPlan *visit)
{
	const Jx__Finding *row = ctx->args->rows->findings[i];
	Jx__Finding *finding;

	if (!deed_is(row->source, "visit"))
		deed_fault(ctx, PAPER_FINDINGS, i, "source", "应为 visit", "expected visit");
	if (!deed_is(row->unit, visit->unit))
		deed_fault(ctx, PAPER_FINDINGS, i, "unit", "应为 %s", "expected %s", visit->unit);
	if (!deed_is(row->object, "") && !deed_is(row->object, visit->visit))
		deed_fault(ctx, PAPER_FINDINGS, i, "object", "应为 %s", "expected %s", visit->visit);
	if (!deed_is(row->state, "open"))
		deed_fault(ctx, PAPER_FINDINGS, i, "state", "应为 open", "expected open");
	if (!deed_is(row->answer, ""))
		deed_fault(ctx, PAPER_FINDINGS, i, "answer", "由单位答复", "the unit answers it");
	if (deed_get(ctx, PAPER_FINDINGS, row->finding) != NULL)
		deed_fault(ctx, PAPER_FINDINGS, i, "finding", "编号已用过", "used already");
	finding = deed_put_row(ctx, PAPER_FINDINGS, &row->base);
	DEED_SET(ctx, finding->object, visit->visit);
}

/* value: the goals looked at, "G1,G2". */
static void
set_goals(struct deed_ctx *ctx, Jx__VisitPlan *visit)
{
	const char *at = ctx->args->value;

	if (*at == '\0')
		return;
	while (*(at += strspn(at, ", ")) != '\0') {
		size_t size = strcspn(at, ", ");
		const char *goal = deed_printf(ctx, "%.*s", (int)size, at);

		if (deed_get(ctx, RECORD_GOALS, visit->unit, goal) == NULL)
			deed_why(ctx, "%s 没有目标 %s", "%s has no goal %s", visit->unit, goal);
		at += size;
	}
	if (strlen(ctx->args->value) > FIELD_TEXT_SIZE_MAX)
		deed_why(ctx, "查看目标太长", "the list of goals is too long");
	DEED_SET(ctx, visit->goals, ctx->args->value);
}

static enum jx_err
visit_mark(struct deed_ctx *ctx)
{
	const Jx__VisitPlan *before = visit_get(ctx);
	Jx__VisitPlan *visit;
	size_t members = 0;

	if (!may_record(ctx, before))
		return JX_E_DENIED;
	if (stale_check(ctx, RECORD_VISITS) != JX_OK)
		return JX_E_STALE;
	visit = visit_move(ctx);
	if (visit == NULL)
		return JX_E_LIFE;
	if (deed_next(ctx, PAPER_VISIT_MEMBERS, visit->visit, &members) == NULL)
		deed_why(ctx, "尚未登记踏查人员（visit members）", "the visit has no members yet");
	put_mark(ctx, visit);
	for (size_t i = 0; i < ctx->args->rows->n_findings; i++)
		put_finding(ctx, i, visit);
	set_goals(ctx, visit);
	if (*ctx->args->reason != '\0')
		DEED_SET(ctx, visit->note, ctx->args->reason);
	if (*ctx->args->document != '\0' && !deed_is(visit->evidence, ctx->args->document)) {
		DEED_SET(ctx, visit->evidence, ctx->args->document);
		DEED_SET_NUMBER(visit, photos_us, ctx->now_us);
		proof_check_length(ctx, ctx->args->document);
	}
	/* at_us stays: since when the unit knows. */
	DEED_SET(ctx, visit->by, ctx->actor->account);
	if (ctx->args->rows->n_findings > 0)
		deed_notify(ctx, visit->unit, "", "",
		    deed_printf(ctx, "实地踏查（%s）反馈了 %zu 个问题，请答复（finding answer）", visit->visit,
			ctx->args->rows->n_findings));
	return deed_verdict(ctx);
}

/* ---- View. */

static const struct view_column state_columns[] = {
    {"visit", "踏查", "visit", "text"},
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"state", "状态", "state", "text"},
    {"draw", "抽签", "draw", "text"},
    {"members", "人数", "members", "whole"},
    {"mark", "已评分", "marked", "text"},
    {"goals", "查看目标", "goals", "text"},
    {"reason", "理由", "reason", "text"},
    {"note", "情况", "note", "text"},
    {"evidence", "照片", "photos", "text"},
    {"by", "记录人", "by", "text"},
    {"at", "时间", "at", "moment"},
    SIGNER_COLUMNS,
};

/* By whoever marked it. */
static void
add_sign(struct view_ctx *ctx, const Jx__VisitPlan *visit)
{
	const struct signer_mark mark = {RECORD_VISITS,
	    book_get(ctx->book, RECORD_VISITS, deed_str(visit->unit), visit->visit), visit->unit, visit->visit};

	signer_add_cells(ctx, &mark,
	    (const Jx__Countersign *)book_get(
		ctx->book, PAPER_COUNTERSIGNS, deed_str(visit->unit), visit->visit, deed_str(visit->by)));
}

static void
add_visit(struct view_ctx *ctx, const Jx__VisitPlan *visit)
{
	size_t cursor = 0, members = 0;

	while (book_next(ctx->book, PAPER_VISIT_MEMBERS, visit->visit, &cursor) != NULL)
		members++;
	view_row(ctx);
	view_add(ctx, visit->visit);
	view_add(ctx, visit->unit);
	view_add(ctx, book_unit_name(ctx->book, deed_str(visit->unit)));
	view_add(ctx, visit->state);
	view_add(ctx, visit->draw);
	view_add_number(ctx, members);
	view_add(ctx, book_get(ctx->book, RECORD_VISITS, deed_str(visit->unit), visit->visit) == NULL ? "no" : "yes");
	view_add(ctx, visit->goals);
	view_add(ctx, visit->reason);
	view_add(ctx, visit->note);
	view_add(ctx, visit->evidence);
	view_add(ctx, visit->by);
	if (visit->has_at_us)
		view_add_number(ctx, visit->at_us);
	else
		view_add(ctx, "");
	add_sign(ctx, visit);
}

static enum jx_err
visit_state(struct view_ctx *ctx)
{
	const Jx__VisitPlan *visit;
	size_t cursor = 0;

	while ((visit = (const Jx__VisitPlan *)book_next(ctx->book, PAPER_VISIT_PLANS, NULL, &cursor)) != NULL)
		if (is_recorder(ctx->book, ctx->actor, visit) ||
		    sight_may(ctx->book, ctx->actor, PAPER_VISIT_PLANS, &visit->base))
			add_visit(ctx, visit);
	return JX_OK;
}

enum {
	RECORDERS = ROLE_OFFICE | ROLE_EVALUATOR | ROLE_LEAD,
	VIEWERS = RECORDERS | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
};

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "visit.plan", .zh = "选定一个踏查单位", .en = "choose a unit to visit", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .phase = "visits", .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON, .life = &visit_life, .act = visit_plan, .requirement = "R14"},
	{.name = "visit.replace", .zh = "以另一单位替换一次踏查", .en = "replace a visit by one of another unit", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "visits", .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON, .life = &visit_life,
	    .act = visit_replace, .requirement = "R14"},
	{.name = "visit.members", .zh = "确定踏查人员：代替原名单", .en = "list the members of a visit, in place of the list before",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "visits", .arguments = DEED_OBJECT | DEED_ROWS,
	    .kinds = {PAPER_VISIT_MEMBERS}, .life = &visit_life, .act = visit_members, .requirement = "R14 R29"},
	{.name = "visit.arrive", .zh = "踏查组到达", .en = "the visitors have arrived", .roles = RECORDERS, .scope = DEED_YEAR,
	    .phase = "visits", .arguments = DEED_OBJECT, .life = &visit_life, .act = visit_arrive, .requirement = "R14 R29"},
	{.name = "visit.mark", .zh = "记录实地踏查：评分、查看的目标、问题、照片", .en = "record a visit: mark, goals looked at, findings, photos",
	    .roles = RECORDERS, .scope = DEED_YEAR, .phase = "visits",
	    .arguments = DEED_OBJECT | DEED_ROWS | DEED_MAY_REASON | DEED_MAY_VALUE | DEED_MAY_DOCUMENT,
	    .kinds = {RECORD_VISITS, PAPER_FINDINGS, PAPER_COUNTERSIGNS}, .life = &visit_life, .act = visit_mark, .requirement = "R14 R15 R29"},
	{.name = "visit.drop", .zh = "取消一次踏查", .en = "drop a visit", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_REASON, .life = &visit_life, .act = visit_drop, .requirement = "R14"},
};
static const struct view views[] = {
	{.name = "visit.state", .zh = "实地踏查情况", .en = "visits", .roles = VIEWERS, .columns = state_columns,
	    .column_count = sizeof state_columns / sizeof *state_columns, .make = visit_state, .requirement = "R14"},
};
/* clang-format on */

const struct chapter visit_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = &visit_life,
    .life_count = 1,
    .views = views,
    .view_count = sizeof views / sizeof *views};
