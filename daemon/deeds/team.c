/* Evaluation groups (评估组, R23, R29): one a class, their members, and who stands in where a member is at home. */
#include <string.h>

#include "deeds/deed.h"

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

/* Has any of its members marked a unit of that class? Then the class is theirs. */
static const char *
who_has_marked(struct deed_ctx *ctx, const char *team, const char *class)
{
	const Jx__Member *member;
	size_t cursor = 0;

	while ((member = (const Jx__Member *)book_next(ctx->book, PAPER_MEMBERS, team, &cursor)) != NULL)
		if (has_marked(ctx, member->evaluator, class))
			return member->evaluator;
	return NULL;
}

static enum jx_err
team_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_teams; i++) {
		const Jx__Team *row = ctx->args->rows->teams[i], *other;
		const Jx__Team *before = (const Jx__Team *)book_get(ctx->book, PAPER_TEAMS, row->team);
		size_t cursor = 0;

		if (scheme_class_find(book_scheme(ctx->book), row->class_) < 0)
			deed_fault(ctx, PAPER_TEAMS, i, "class", "不是方案中的类别", "not a class of the scheme");
		if (before != NULL && !deed_is(before->class_, row->class_) &&
		    who_has_marked(ctx, row->team, before->class_) != NULL)
			deed_fault(ctx, PAPER_TEAMS, i, "class", "%s已评分，不能改评另一类",
			    "%s has marked: the group keeps its class", who_has_marked(ctx, row->team, before->class_));
		deed_put_row(ctx, PAPER_TEAMS, &row->base);
		while ((other = (const Jx__Team *)deed_next(ctx, PAPER_TEAMS, NULL, &cursor)) != NULL)
			if (deed_is(other->class_, row->class_) && !deed_is(other->team, row->team))
				deed_fault(ctx, PAPER_TEAMS, i, "class", "该类已有评估组 %s", "group %s evaluates that class",
				    other->team);
	}
	return deed_verdict(ctx);
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

static size_t
count_marks(struct deed_ctx *ctx, const char *unit, const char *evaluator)
{
	const Jx__GroupMark *mark;
	size_t cursor = 0, count = 0;

	while ((mark = (const Jx__GroupMark *)book_next(ctx->book, RECORD_GROUP, unit, &cursor)) != NULL)
		count += deed_is(mark->evaluator, evaluator);
	return count;
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
	else if (!deed_is(row->home, "") && count_marks(ctx, row->home, row->evaluator) > 0 &&
		 book_get(ctx->book, PAPER_STAND_INS, row->home, row->evaluator) == NULL)
		deed_fault(ctx, PAPER_MEMBERS, index, "home", "%s已给该单位评分，请先指定回避替代人（原评分随之撤回）",
		    "%s has marked that unit: name who stands in first (the marks are withdrawn)", row->evaluator);
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

static bool
is_at_home(const struct book *book, const char *account, const char *unit)
{
	const Jx__Member *member;
	size_t cursor = 0;

	while ((member = (const Jx__Member *)book_next(book, PAPER_MEMBERS, NULL, &cursor)) != NULL)
		if (deed_is(member->evaluator, account) && deed_is(member->home, unit))
			return true;
	return false;
}

static void
check_stand_in(struct deed_ctx *ctx, size_t index)
{
	const Jx__StandIn *row = ctx->args->rows->stand_ins[index];

	if (!book_in_team(ctx->book, row->evaluator, row->unit))
		deed_fault(ctx, PAPER_STAND_INS, index, "evaluator", "不是该单位评估组的成员", "not of the group of that unit");
	if (deed_is(row->instead, row->evaluator))
		deed_fault(ctx, PAPER_STAND_INS, index, "instead", "替代人应为另一人", "expected somebody else");
	if (is_at_home(ctx->book, row->instead, row->unit))
		deed_fault(ctx, PAPER_STAND_INS, index, "instead", "替代人也是该单位的人，须回避", "is at home in that unit too");
	if (deed_get(ctx, PAPER_STAND_INS, row->unit, row->instead) != NULL)
		deed_fault(ctx, PAPER_STAND_INS, index, "instead", "替代人自己也须回避该单位", "is stood in for at that unit");
	if (!is_at_home(ctx->book, row->evaluator, row->unit) && deed_is(row->reason, ""))
		deed_fault(ctx, PAPER_STAND_INS, index, "reason", "名单中他不是该单位的人，须说明回避理由",
		    "the list has no home there: a reason is needed");
}

/* What he has marked there no longer counts (R29); history keeps it. */
static void
withdraw_marks(struct deed_ctx *ctx, const char *unit, const char *evaluator)
{
	const Jx__GroupMark *mark;
	size_t cursor = 0, count = 0;

	while ((mark = (const Jx__GroupMark *)book_next(ctx->book, RECORD_GROUP, unit, &cursor)) != NULL) {
		if (!deed_is(mark->evaluator, evaluator))
			continue;
		deed_drop(ctx, RECORD_GROUP, unit, mark->goal, evaluator);
		deed_drop(ctx, PAPER_GROUP_NOTES, unit, mark->goal, evaluator);
		count++;
	}
	if (count > 0)
		deed_note(ctx, "%s 对 %s 的 %zu 项评分随回避撤回", "%s steps back: the marks of %s are withdrawn (%zu)", evaluator, unit,
		    count);
}

/* Another stand-in than before: whom the unit's marks are to come from no more. */
static void
withdraw_replaced(struct deed_ctx *ctx, const Jx__StandIn *row)
{
	const Jx__StandIn *before =
	    (const Jx__StandIn *)book_get(ctx->book, PAPER_STAND_INS, row->unit, row->evaluator), *other;
	size_t cursor = 0;

	if (before == NULL || deed_is(before->instead, row->instead) ||
	    book_in_team(ctx->book, before->instead, row->unit))
		return;
	while ((other = (const Jx__StandIn *)book_next(ctx->book, PAPER_STAND_INS, row->unit, &cursor)) != NULL)
		if (!deed_is(other->evaluator, row->evaluator) && deed_is(other->instead, before->instead))
			return; /* still there for somebody else */
	withdraw_marks(ctx, row->unit, before->instead);
}

static enum jx_err
standin_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_stand_ins; i++) {
		const Jx__StandIn *row = ctx->args->rows->stand_ins[i];

		check_stand_in(ctx, i);
		withdraw_marks(ctx, row->unit, row->evaluator);
		withdraw_replaced(ctx, row);
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
