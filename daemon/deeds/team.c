/* Evaluation groups (评估组, R23, R29): one a class, their members, and who stands in where a member is at home. */
#include <string.h>

#include "deeds/deed.h"

static enum jx_err
team_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_teams; i++) {
		const Jx__Team *row = ctx->args->rows->teams[i], *other;
		size_t cursor = 0;

		if (scheme_class_find(book_scheme(ctx->book), row->class_) < 0)
			deed_fault(ctx, PAPER_TEAMS, i, "class", "不是方案中的类别", "not a class of the scheme");
		deed_put_row(ctx, PAPER_TEAMS, &row->base);
		while ((other = (const Jx__Team *)deed_next(ctx, PAPER_TEAMS, NULL, &cursor)) != NULL)
			if (deed_is(other->class_, row->class_) && !deed_is(other->team, row->team))
				deed_fault(ctx, PAPER_TEAMS, i, "class", "该类已有评估组 %s", "group %s evaluates that class",
				    other->team);
	}
	return deed_verdict(ctx);
}

/* Has he marked a unit of that class? Then he stays a member: his marks count. */
static bool
has_marked(struct deed_ctx *ctx, const char *account, const char *class)
{
	const Jx__GroupMark *mark;
	size_t cursor = 0;

	while ((mark = (const Jx__GroupMark *)deed_next(ctx, RECORD_GROUP, NULL, &cursor)) != NULL)
		if (deed_is(mark->evaluator, account) && deed_is(book_unit_class(ctx->book, mark->unit), class))
			return true;
	return false;
}

static bool
is_listed(const struct deed_ctx *ctx, const char *evaluator)
{
	for (size_t i = 0; i < ctx->args->rows->n_members; i++)
		if (deed_is(ctx->args->rows->members[i]->evaluator, evaluator))
			return true;
	return false;
}

static void
drop_others(struct deed_ctx *ctx, const Jx__Team *team)
{
	const Jx__Member *member;
	size_t cursor = 0;

	while ((member = (const Jx__Member *)book_next(ctx->book, PAPER_MEMBERS, team->team, &cursor)) != NULL) {
		if (is_listed(ctx, member->evaluator))
			continue;
		if (has_marked(ctx, member->evaluator, team->class_))
			deed_why(ctx, "%s已评分，不能调出评估组", "%s has marked and stays in the group", member->evaluator);
		deed_drop(ctx, PAPER_MEMBERS, team->team, member->evaluator);
	}
}

static void
check_member(struct deed_ctx *ctx, size_t index)
{
	const Jx__Member *row = ctx->args->rows->members[index], *other;
	size_t cursor = 0;

	if (!deed_is(row->team, ctx->args->object))
		deed_fault(ctx, PAPER_MEMBERS, index, "team", "应为 %s", "expected %s", ctx->args->object);
	if (!deed_is(row->home, "") && book_unit_kind(ctx->book, row->home) < 0)
		deed_fault(ctx, PAPER_MEMBERS, index, "home", "没有这个单位", "there is no such unit");
	while ((other = (const Jx__Member *)book_next(ctx->book, PAPER_MEMBERS, NULL, &cursor)) != NULL)
		if (deed_is(other->evaluator, row->evaluator) && !deed_is(other->team, row->team))
			deed_fault(ctx, PAPER_MEMBERS, index, "evaluator", "已是评估组 %s 的成员", "a member of group %s already",
			    other->team);
}

static enum jx_err
member_push(struct deed_ctx *ctx)
{
	const Jx__Team *team = (const Jx__Team *)deed_get(ctx, PAPER_TEAMS, ctx->args->object);

	if (team == NULL)
		return JX_E_NOT_FOUND;
	for (size_t i = 0; i < ctx->args->rows->n_members; i++) {
		check_member(ctx, i);
		deed_put_row(ctx, PAPER_MEMBERS, &ctx->args->rows->members[i]->base);
	}
	drop_others(ctx, team);
	return deed_verdict(ctx);
}

static enum jx_err
standin_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_stand_ins; i++) {
		const Jx__StandIn *row = ctx->args->rows->stand_ins[i];

		if (!book_in_team(ctx->book, row->evaluator, row->unit))
			deed_fault(ctx, PAPER_STAND_INS, i, "evaluator", "不是该单位评估组的成员", "not of the group of that unit");
		if (deed_is(row->instead, row->evaluator))
			deed_fault(ctx, PAPER_STAND_INS, i, "instead", "替代人应为另一人", "expected somebody else");
		deed_put_row(ctx, PAPER_STAND_INS, &row->base);
		deed_notify(ctx, "", "", row->instead,
		    deed_printf(ctx, "请代%s评估%s", row->evaluator, book_unit_name(ctx->book, row->unit)));
	}
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "team.push", .zh = "设立评估组", .en = "set up evaluation groups", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_ROWS | DEED_MAY_DOCUMENT, .kinds = {PAPER_TEAMS}, .act = team_push, .requirement = "R23 R29"},
	{.name = "member.push", .zh = "登记一个评估组的成员：代替原名单", .en = "list a group's members, in place of the list before",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_OBJECT | DEED_ROWS | DEED_MAY_DOCUMENT, .kinds = {PAPER_MEMBERS},
	    .act = member_push, .requirement = "R23 R29"},
	{.name = "standin.push", .zh = "指定回避替代人", .en = "name who stands in for a member at home", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_ROWS, .kinds = {PAPER_STAND_INS}, .act = standin_push, .requirement = "R29"},
};
/* clang-format on */

const struct chapter team_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
