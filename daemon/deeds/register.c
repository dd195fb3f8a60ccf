/* The office's small registers: city leaders (R27), who supervises whom (R05), contributions to single awards (R37). */
#include <string.h>

#include "deeds/deed.h"

enum { CONTRIBUTION_MAX = 10000 };

/* ---- 市领导 */

static bool
is_rank(const struct scheme *scheme, const char *rank)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (scheme->kinds[kind].present && scheme_rank_find(&scheme->kinds[kind], rank) >= 0)
			return true;
	return false;
}

/* Marks are counted by rank: a leader who has marked keeps his. */
static bool
has_marked(struct deed_ctx *ctx, const char *leader)
{
	const Jx__Sheet *sheet = (const Jx__Sheet *)deed_get(ctx, PAPER_SHEETS, leader);
	size_t cursor = 0;

	return (sheet != NULL && !deed_is(sheet->state, "draft")) ||
	       deed_next(ctx, RECORD_LEADER_MARKS, leader, &cursor) != NULL;
}

static enum jx_err
leader_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < records_count(ctx->args->rows, RECORD_LEADERS); i++) {
		const Jx__Leader *row = ctx->args->rows->leaders[i];
		const Jx__Leader *before = (const Jx__Leader *)deed_get(ctx, RECORD_LEADERS, row->leader);

		if (!is_rank(book_scheme(ctx->book), row->rank))
			deed_fault(ctx, RECORD_LEADERS, i, "rank", "不是方案中的职级", "not a rank of the scheme");
		if (before != NULL && !deed_is(before->rank, row->rank) && has_marked(ctx, row->leader))
			deed_why(ctx, "%s已评分，职级不能变动", "%s has marked: the rank stands", row->leader);
		deed_put_row(ctx, RECORD_LEADERS, &row->base);
	}
	return deed_verdict(ctx);
}

static enum jx_err
leader_drop(struct deed_ctx *ctx)
{
	const char *leader = ctx->args->object;
	size_t cursor = 0;

	if (deed_get(ctx, RECORD_LEADERS, leader) == NULL)
		return JX_E_NOT_FOUND;
	if (has_marked(ctx, leader))
		deed_why(ctx, "%s已评分，不能撤下", "%s has marked and stays", leader);
	if (deed_next(ctx, RECORD_SUPERVISION, leader, &cursor) != NULL)
		deed_why(ctx, "%s仍有分管单位，请先调整分管", "%s still supervises units: settle that first", leader);
	deed_drop(ctx, RECORD_LEADERS, leader);
	return deed_verdict(ctx);
}

/* ---- 分管关系 */

/* Ranks are of n departments: whoever is ranking, or has ranked, keeps his portfolio. */
static void
check_free(struct deed_ctx *ctx, const char *leader)
{
	const Jx__Session *session = (const Jx__Session *)deed_get(ctx, PAPER_SESSIONS, "session");
	const Jx__LeaderMark *mark;
	size_t cursor = 0;

	if (session != NULL && deed_is(session->state, "open"))
		deed_why(ctx, "领导评估会议正在进行，分管关系不能变动",
		    "the leaders' session is open: who supervises whom stands still");
	while ((mark = (const Jx__LeaderMark *)deed_next(ctx, RECORD_LEADER_MARKS, leader, &cursor)) != NULL) {
		if (!deed_is(mark->kind, "rank"))
			continue;
		deed_why(ctx, "%s已按现有分管单位排名，分管关系不能变动",
		    "%s has ranked the units supervised now: the list stands", leader);
		return;
	}
}

static bool
is_listed(const struct deed_ctx *ctx, const char *unit)
{
	for (size_t i = 0; i < records_count(ctx->args->rows, RECORD_SUPERVISION); i++)
		if (deed_is(ctx->args->rows->supervision[i]->unit, unit))
			return true;
	return false;
}

static enum jx_err
supervision_set(struct deed_ctx *ctx)
{
	const char *leader = ctx->args->object;
	size_t count = records_count(ctx->args->rows, RECORD_SUPERVISION), cursor = 0;
	const Jx__Supervision *before;

	if (deed_get(ctx, RECORD_LEADERS, leader) == NULL)
		return JX_E_NOT_FOUND;
	if (count == 0 && *ctx->args->reason == '\0')
		deed_why(ctx, "全部取消分管须说明理由", "a reason is needed to take every unit from a leader");
	check_free(ctx, leader);
	for (size_t i = 0; i < count; i++) {
		const Jx__Supervision *row = ctx->args->rows->supervision[i];

		if (!deed_is(row->leader, leader))
			deed_fault(ctx, RECORD_SUPERVISION, i, "leader", "应为 %s", "expected %s", leader);
		if (book_unit_kind(ctx->book, row->unit) < 0)
			deed_fault(ctx, RECORD_SUPERVISION, i, "unit", "没有这个单位", "there is no such unit");
	}
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	while ((before = (const Jx__Supervision *)book_next(ctx->book, RECORD_SUPERVISION, leader, &cursor)) != NULL)
		if (!is_listed(ctx, before->unit))
			deed_drop(ctx, RECORD_SUPERVISION, leader, before->unit);
	for (size_t i = 0; i < count; i++)
		/* What stays is not written again: "from" in its history is when it began. */
		if (!book_supervises(ctx->book, leader, ctx->args->rows->supervision[i]->unit))
			deed_put_row(ctx, RECORD_SUPERVISION, &ctx->args->rows->supervision[i]->base);
	return deed_verdict(ctx);
}

/* ---- 单项奖贡献 */

static enum jx_err
contribution_push(struct deed_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);

	for (size_t i = 0; i < records_count(ctx->args->rows, RECORD_CONTRIBUTIONS); i++) {
		const Jx__Contribution *row = ctx->args->rows->contributions[i];
		int kind = book_unit_kind(ctx->book, row->unit);

		if (kind < 0)
			deed_fault(ctx, RECORD_CONTRIBUTIONS, i, "unit", "没有这个单位", "there is no such unit");
		else if (kind != KIND_DEPARTMENT)
			deed_fault(ctx, RECORD_CONTRIBUTIONS, i, "unit", "单项奖只评部门",
			    "single awards are for departments only");
		if (scheme_term_find(scheme->single.awards, scheme->single.award_count, row->award) < 0)
			deed_fault(ctx, RECORD_CONTRIBUTIONS, i, "award", "不是方案中的单项奖",
			    "not a single award of the scheme");
		if (row->contribution > CONTRIBUTION_MAX)
			deed_fault(ctx, RECORD_CONTRIBUTIONS, i, "contribution", "应在 0 至 100 之间",
			    "expected 0 to 100");
		deed_put_row(ctx, RECORD_CONTRIBUTIONS, &row->base);
	}
	return deed_verdict(ctx);
}

static enum jx_err
contribution_drop(struct deed_ctx *ctx)
{
	if (deed_get(ctx, RECORD_CONTRIBUTIONS, ctx->args->object, ctx->args->unit) == NULL)
		return JX_E_NOT_FOUND;
	deed_drop(ctx, RECORD_CONTRIBUTIONS, ctx->args->object, ctx->args->unit);
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "leader.push", .zh = "登记市领导", .en = "list the city's leaders", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_ROWS | DEED_MAY_DOCUMENT, .kinds = {RECORD_LEADERS}, .act = leader_push, .requirement = "R27"},
	{.name = "leader.drop", .zh = "撤下一位市领导", .en = "take a leader off the list", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_REASON, .act = leader_drop, .requirement = "R27"},
	{.name = "supervision.set", .zh = "登记一位领导分管的单位：代替原名单", .en = "list the units a leader supervises, in place of the list before",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_OBJECT | DEED_MAY_ROWS | DEED_MAY_REASON | DEED_MAY_DOCUMENT,
	    .kinds = {RECORD_SUPERVISION}, .act = supervision_set, .requirement = "R05 R27"},
	{.name = "contribution.push", .zh = "登记部门对单项奖的贡献", .en = "enter departments' contributions to single awards",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_ROWS | DEED_MAY_UNIT | DEED_MAY_DOCUMENT,
	    .kinds = {RECORD_CONTRIBUTIONS}, .act = contribution_push, .requirement = "R37"},
	{.name = "contribution.drop", .zh = "撤销一个部门在一个单项奖中的登记", .en = "take a department off a single award's list",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON,
	    .act = contribution_drop, .requirement = "R37"},
};
/* clang-format on */

const struct chapter register_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
