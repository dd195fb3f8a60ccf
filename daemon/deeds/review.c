/* The review of a department's plan by functional departments, goal by goal (R05). */
#include "deeds/opinion.h"
#include "deeds/plan.h"
#include "deeds/plan_goal.h"

/* ---- Who reviews. */

static bool
is_setter(const struct scheme *scheme, const char *by)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (size_t i = 0; i < scheme->kinds[kind].common_count; i++)
			for (size_t j = 0; j < scheme->kinds[kind].common[i].set_by_count; j++)
				if (deed_is(scheme->kinds[kind].common[i].set_by[j], by))
					return true;
	return false;
}

/* A department that nobody is would hold the plan for ever. */
static bool
is_department(const struct book *book, const char *by)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	if (is_setter(book_scheme(book), by))
		return true;
	while ((unit = (const Jx__Unit *)book_next(book, RECORD_UNITS, NULL, &cursor)) != NULL)
		if (deed_is(unit->name, by) || deed_is(unit->unit, by))
			return true;
	return false;
}

static enum jx_err
plan_assign(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit, *list = "";
	const Jx__Records *rows = ctx->args->rows;
	const Jx__Reviewer *reviewer;
	size_t cursor = 0;
	enum jx_err err;

	if (plan_move(ctx, unit, KIND_DEPARTMENT, &err) == NULL)
		return err;
	for (size_t i = 0; i < rows->n_reviewers; i++) {
		const char *by = rows->reviewers[i]->by;

		if (!is_department(ctx->book, by))
			deed_fault(ctx, PAPER_REVIEWERS, i, "by",
			    "不是方案所列的职能部门，也不是被评估单位",
			    "neither a department of the scheme nor a unit");
		else if (deed_is(by, book_unit_name(ctx->book, unit)) || deed_is(by, unit))
			deed_fault(ctx, PAPER_REVIEWERS, i, "by", "单位不能审核自己的计划",
			    "a unit does not review its own plan");
		deed_put_row(ctx, PAPER_REVIEWERS, &rows->reviewers[i]->base);
	}
	while ((reviewer = (const Jx__Reviewer *)deed_next(ctx, PAPER_REVIEWERS, unit, &cursor)) !=
	       NULL)
		list = deed_printf(ctx, "%s%s%s", list, *list == '\0' ? "" : "、", reviewer->by);
	if (*list == '\0')
		deed_why(ctx, "须指定至少一个审核部门",
		    "at least one reviewing department must be named");
	deed_notify(ctx, "", "functional", "",
	    deed_printf(ctx, "请%s审核%s（%s）的重点工作目标计划", list,
		book_unit_name(ctx->book, unit), unit));
	return deed_verdict(ctx);
}

/* ---- Opinions. */

static void
check_opinion(struct deed_ctx *ctx, size_t i)
{
	const Jx__Opinion *row = ctx->args->rows->opinions[i];
	bool is_there = deed_get(ctx, PAPER_PLAN_GOALS, row->unit, row->goal) != NULL;
	bool is_add = deed_is(row->verdict, "add"), is_agree = deed_is(row->verdict, "agree");
	const Jx__Opinion *before =
	    (const Jx__Opinion *)book_get(ctx->book, PAPER_OPINIONS, row->unit, row->goal, row->by);

	if (!is_agree && deed_is(row->reason, ""))
		deed_fault(ctx, PAPER_OPINIONS, i, "reason", "不同意的须写明理由",
		    "a reason is needed unless you agree");
	if (is_add && is_there)
		deed_fault(ctx, PAPER_OPINIONS, i, "goal", "计划中已有这个目标",
		    "the plan has this goal already");
	/* To agree to a goal that is not there is to take back one's wish to add it. */
	if (!is_add && !is_there &&
	    !(is_agree && before != NULL && deed_is(before->verdict, "add")))
		deed_fault(ctx, PAPER_OPINIONS, i, "goal", "计划中没有这个目标",
		    "the plan has no such goal");
}

static void
put_opinion(struct deed_ctx *ctx, const Jx__Opinion *row)
{
	const ProtobufCMessage *goal = deed_get(ctx, PAPER_PLAN_GOALS, row->unit, row->goal);
	Jx__Opinion *put;

	if (goal == NULL && deed_is(row->verdict, "agree")) {
		deed_drop(ctx, PAPER_OPINIONS, row->unit, row->goal, row->by);
		return;
	}
	put = deed_put_row(ctx, PAPER_OPINIONS, &row->base);
	put->content = goal == NULL ? NULL : deed_content(ctx->arena, PAPER_PLAN_GOALS, goal, NULL);
}

static enum jx_err
plan_opine(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	const Jx__Records *rows = ctx->args->rows;
	enum jx_err err;

	if (plan_next_state(ctx, unit, KIND_DEPARTMENT, &err) == NULL)
		return err;
	for (size_t i = 0; i < rows->n_opinions; i++) {
		if (!deed_is(rows->opinions[i]->by, ctx->actor->subject))
			deed_fault(ctx, PAPER_OPINIONS, i, "by", "只能以本部门名义提出意见",
			    "only in the name of one's own department");
		check_opinion(ctx, i);
		put_opinion(ctx, rows->opinions[i]);
	}
	deed_notify(ctx, "", "office", "",
	    deed_printf(ctx, "%s对%s（%s）的目标计划提出了 %zu 条审核意见", ctx->actor->subject,
		book_unit_name(ctx->book, unit), unit, rows->n_opinions));
	return deed_verdict(ctx);
}

/* ---- What the office makes of them. */

/* The opinions that ask for something now, as lines; how many. */
static const char *
asked(struct deed_ctx *ctx, const char *unit, bool with_office, size_t *count)
{
	const Jx__Opinion *opinion;
	const char *list = "";
	size_t cursor = 0;

	*count = 0;
	while ((opinion = (const Jx__Opinion *)deed_next(ctx, PAPER_OPINIONS, unit, &cursor)) !=
	       NULL) {
		if (!opinion_asks(ctx->book, ctx->arena, opinion) ||
		    (!with_office && deed_is(opinion->by, OPINION_OFFICE)))
			continue;
		++*count;
		list = deed_printf(ctx, "%s；目标 %s：%s%s（%s）", list, opinion->goal,
		    deed_is(opinion->by, OPINION_OFFICE) ? "市绩效办" : opinion->by,
		    opinion_word(opinion->verdict, JX_ZH),
		    plan_goal_short(ctx->arena, opinion->reason));
	}
	return list;
}

/* The office may add what it asks itself, goal by goal. */
static void
put_wishes(struct deed_ctx *ctx)
{
	const Jx__Records *rows = ctx->args->rows;

	for (size_t i = 0; i < rows->n_opinions; i++) {
		if (!deed_is(rows->opinions[i]->by, OPINION_OFFICE))
			deed_fault(ctx, PAPER_OPINIONS, i, "by", "市绩效办自己的意见写 office",
			    "the office's own opinion is by \"office\"");
		if (deed_is(rows->opinions[i]->verdict, "agree"))
			deed_fault(ctx, PAPER_OPINIONS, i, "verdict",
			    "退回的意见应为修改、取消或增加", "change, strike or add is expected");
		check_opinion(ctx, i);
		put_opinion(ctx, rows->opinions[i]);
	}
}

static enum jx_err
plan_return(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit, *list;
	size_t count;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_DEPARTMENT, &err);

	if (plan == NULL)
		return err;
	put_wishes(ctx);
	list = asked(ctx, unit, true, &count);
	if (count == 0)
		deed_why(ctx,
		    "没有任何一条意见要求修改；如确需退回，请逐个目标写明（opinions，by=office）",
		    "no opinion asks for a change: name the goals and what to change (opinions, "
		    "by=office)");
	DEED_SET(ctx, plan->reason, ctx->args->reason);
	deed_notify(
	    ctx, unit, "", "", deed_printf(ctx, "目标计划退回修改：%s%s", ctx->args->reason, list));
	return deed_verdict(ctx);
}

static void
why_missing(struct deed_ctx *ctx, const char *unit)
{
	const Jx__Reviewer *reviewer;
	size_t cursor = 0;

	while ((reviewer = (const Jx__Reviewer *)book_next(
		    ctx->book, PAPER_REVIEWERS, unit, &cursor)) != NULL) {
		const char *missing = opinion_missing(ctx->book, ctx->arena, unit, reviewer->by);

		if (*missing != '\0')
			deed_why(ctx, "%s 尚未对目标 %s 提出意见",
			    "%s has no opinion yet on goals %s", reviewer->by, missing);
	}
}

static void
why_asked(struct deed_ctx *ctx, const char *unit)
{
	const Jx__Opinion *opinion;
	size_t cursor = 0;

	while ((opinion = (const Jx__Opinion *)book_next(
		    ctx->book, PAPER_OPINIONS, unit, &cursor)) != NULL)
		if (opinion_asks(ctx->book, ctx->arena, opinion) &&
		    !deed_is(opinion->by, OPINION_OFFICE))
			deed_why(ctx, "%s 对目标 %s 的意见是“%s”：%s", "%s on goal %s: %s (%s)",
			    opinion->by, opinion->goal, opinion_word(opinion->verdict, ctx->lang),
			    plan_goal_short(ctx->arena, opinion->reason));
}

static enum jx_err
plan_pass(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	enum jx_err err;

	if (plan_move(ctx, unit, KIND_DEPARTMENT, &err) == NULL)
		return err;
	why_missing(ctx, unit);
	why_asked(ctx, unit);
	(void)plan_goal_is_exact(ctx, unit);
	deed_notify(ctx, "", "leader", "",
	    deed_printf(ctx, "%s（%s）的目标计划已通过审核，请分管领导审定",
		book_unit_name(ctx->book, unit), unit));
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "plan.assign", .zh = "指定审核部门", .en = "name the departments that review a plan", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_UNIT | DEED_MAY_ROWS, .kinds = {PAPER_REVIEWERS}, .life = &plan_life,
	    .act = plan_assign, .requirement = "R05"},
	{.name = "plan.opine", .zh = "逐个目标提出审核意见", .en = "give opinions on a plan's goals", .roles = ROLE_FUNCTIONAL,
	    .scope = DEED_REVIEW, .phase = "goals", .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_OPINIONS}, .life = &plan_life,
	    .act = plan_opine, .requirement = "R05"},
	{.name = "plan.return", .zh = "退回部门充实修改", .en = "return a plan, with what to change", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .phase = "goals", .arguments = DEED_UNIT | DEED_REASON | DEED_MAY_ROWS, .kinds = {PAPER_OPINIONS}, .life = &plan_life,
	    .act = plan_return, .requirement = "R05"},
	{.name = "plan.pass", .zh = "审核通过", .en = "pass a plan on which every reviewer agrees", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .phase = "goals", .arguments = DEED_UNIT, .life = &plan_life, .act = plan_pass, .requirement = "R05"},
};
/* clang-format on */

const struct chapter review_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
