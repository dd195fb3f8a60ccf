/* The opinions of discipline and organisation on the award list, name by name (R33). */
#include <string.h>

#include "deeds/lines.h"
#include "deeds/outcome.h"
#include "deeds/view.h"

/* One row: the name stands on the list, the opinion is the actor's own, and of what he has read. */
static void
give_one(struct deed_ctx *ctx, size_t index, const Jx__Consent *row)
{
	const Jx__AwardLine *line = (const Jx__AwardLine *)book_get(ctx->book, PAPER_AWARD_LINES, row->unit, row->award);
	Jx__Consent *consent;

	if (!deed_is(row->by, ctx->actor->subject))
		deed_fault(ctx, PAPER_CONSENTS, index, "by", "只能发表本部门的意见", "only your own department's opinion");
	else if (line == NULL || !lines_is_listed(line))
		deed_fault(ctx, PAPER_CONSENTS, index, "award", "名单上没有此名", "the name is not on the list");
	else if (!deed_is(row->content, "") && !deed_is(row->content, line->content))
		deed_fault(ctx, PAPER_CONSENTS, index, "content", "此名已有变动，请重新查看", "the line has changed: read it again");
	else if (deed_is(row->verdict, "object") && deed_is(row->reason, ""))
		deed_fault(ctx, PAPER_CONSENTS, index, "reason", "不同意的应说明理由", "an objection needs a reason");
	else {
		consent = deed_put_row(ctx, PAPER_CONSENTS, &row->base);
		DEED_SET(ctx, consent->content, line->content);
	}
}

static enum jx_err
consent_give(struct deed_ctx *ctx)
{
	if (strcmp(outcome_state(ctx->book), "draft") != 0) {
		deed_why(ctx, "奖励名单不在征求意见阶段", "the award list is not being consulted");
		return JX_E_LIFE;
	}
	for (size_t i = 0; i < ctx->args->rows->n_consents; i++)
		give_one(ctx, i, ctx->args->rows->consents[i]);
	return deed_verdict(ctx);
}

static void
add_opinion(struct view_ctx *ctx, const Jx__AwardLine *line, const char *by)
{
	const Jx__Consent *consent = (const Jx__Consent *)book_get(ctx->book, PAPER_CONSENTS, line->unit, line->award, by);

	if (!lines_is_listed(line))
		view_add(ctx, "");
	else if (consent == NULL)
		view_add(ctx, view_say(ctx, "待征求", "missing"));
	else if (lines_consent(ctx->book, line, by) == NULL)
		view_add(ctx, view_say(ctx, "失效，待重新征求", "lapsed"));
	else if (deed_is(consent->verdict, "object"))
		view_addf(ctx, "%s%s", view_say(ctx, "不同意：", "objects: "), deed_str(consent->reason));
	else
		view_add(ctx, view_say(ctx, "同意", "agrees"));
}

static enum jx_err
award_list_make(struct view_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__AwardLine *line;
	size_t cursor = 0;

	while ((line = (const Jx__AwardLine *)book_next(ctx->book, PAPER_AWARD_LINES, NULL, &cursor)) != NULL) {
		int grade = scheme_grade_find(scheme, deed_str(line->grade));

		view_row(ctx);
		view_add(ctx, line->unit);
		view_add(ctx, book_unit_name(ctx->book, line->unit));
		view_add(ctx, line->award);
		view_add(ctx, prize_award_name(scheme, line->award));
		view_add(ctx, grade < 0 ? "" : scheme->grades[grade].name);
		view_add(ctx, lines_is_listed(line) ? "listed" : "withdrawn");
		for (size_t i = 0; lines_consulted[i] != NULL; i++)
			add_opinion(ctx, line, lines_consulted[i]);
		view_add(ctx, line->content);
	}
	return JX_OK;
}

/* clang-format off */
static const struct view_column columns[] = {
	{"unit",         "单位",           "unit",         "text"},
	{"name",         "名称",           "name",         "text"},
	{"award",        "奖项代码",       "award",        "text"},
	{"title",        "奖项",           "title",        "text"},
	{"grade",        "等次",           "grade",        "text"},
	{"state",        "状态",           "state",        "text"},
	{"discipline",   "市纪检委意见",   "discipline",   "text"},
	{"organisation", "市委组织部意见", "organisation", "text"},
	{"content",      "摘要",           "content",      "text"},
};
static const struct deed deeds[] = {
	{.name = "consent.give", .zh = "对奖励名单逐名发表意见", .en = "give an opinion on names of the award list", .roles = ROLE_REVIEWER,
	    .scope = DEED_YEAR, .arguments = DEED_ROWS, .kinds = {PAPER_CONSENTS}, .act = consent_give, .requirement = "R33"},
};
static const struct view views[] = {
	{"award.list", "奖励名单和征求意见情况", "the award list and the opinions on it", ROLE_OFFICE | ROLE_COMMITTEE | ROLE_REVIEWER, 0,
	    columns, sizeof columns / sizeof *columns, award_list_make, "R33 R42"},
};
/* clang-format on */

const struct chapter consent_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
