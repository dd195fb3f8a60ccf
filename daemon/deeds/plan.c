/* A department's plan from its draft to the reply that issues it (R03, R05, R06); its review stands
 * in review.c. */
#include "deeds/plan.h"

#include "deeds/coverage.h"
#include "deeds/opinion.h"
#include "deeds/plan_goal.h"

/* clang-format off */
static const struct deed_edge edges[] = {
	{"",          "goals.push",     "draft",     "起草"},
	{"draft",     "goals.push",     "draft",     "修改"},
	{"returned",  "goals.push",     "returned",  "修改"},
	/* A department's. */
	{"draft",     "plan.submit",    "submitted", "报送"},
	{"returned",  "plan.submit",    "submitted", "修改后再报"},
	{"submitted", "plan.assign",    "review",    "交职能部门审核"},
	{"review",    "plan.assign",    "review",    "增加审核部门"},
	{"review",    "plan.opine",     "review",    "提出审核意见"},
	{"review",    "plan.return",    "returned",  "反馈修改"},
	{"review",    "plan.pass",      "passed",    "审核通过"},
	{"passed",    "plan.approve",   "approved",  "分管领导审定"},
	{"passed",    "plan.sendback",  "returned",  "分管领导退回"},
	/* A gap or a double that comes up before the committee confirms (R04). */
	{"approved",  "plan.return",    "returned",  "确认前退回修改"},
	{"approved",  "plan.confirm",   "confirmed", "评估委员会确认"},
	{"confirmed", "plan.issue",     "issued",    "批复下达"},
	/* A county's. */
	{"",          "county.push",    "draft",     "市绩效办起草"},
	{"draft",     "county.push",    "draft",     "市绩效办修改"},
	{"returned",  "county.push",    "returned",  "市绩效办修改"},
	{"submitted", "county.push",    "submitted", "市绩效办修改"},
	{"draft",     "county.answer",  "draft",     "县区答复"},
	{"returned",  "county.answer",  "returned",  "县区答复"},
	{"submitted", "county.answer",  "submitted", "县区答复"},
	{"draft",     "county.submit",  "submitted", "县区报送"},
	{"returned",  "county.submit",  "submitted", "县区修改后再报"},
	{"submitted", "county.return",  "returned",  "反馈修改"},
	{"submitted", "county.confirm", "confirmed", "评估委员会确认"},
	{"confirmed", "county.issue",   "issued",    "统一下达"},
};
/* clang-format on */

const struct deed_life plan_life = {
    "plan", "目标计划", PAPER_PLANS, edges, sizeof edges / sizeof *edges};

const char *
plan_next_state(struct deed_ctx *ctx, const char *unit, enum kind kind, enum jx_err *err)
{
	const Jx__Plan *stored = (const Jx__Plan *)deed_get(ctx, PAPER_PLANS, unit);
	const char *state =
	    deed_move(ctx, &plan_life, stored == NULL ? "" : deed_str(stored->state));

	*err = JX_E_LIFE;
	if (state == NULL)
		return NULL;
	*err = JX_E_RULE;
	if (book_unit_kind(ctx->book, unit) != (int)kind) {
		deed_why(ctx, "%s（%s）不是%s", "%s (%s) is not a %s", unit,
		    book_unit_name(ctx->book, unit),
		    ctx->lang == JX_EN    ? kind_code(kind)
		    : kind == KIND_COUNTY ? "县（区）"
					  : "市政府工作部门");
		return NULL;
	}
	*err = JX_E_STALE;
	if (ctx->args->has_based_on && ctx->args->based_on != plan_goal_version(ctx->book, unit)) {
		deed_why(ctx, "%s 的计划已是第 %llu 版，本次依据的是第 %llu 版",
		    "the plan of %s is at version %llu, not %llu", unit,
		    (unsigned long long)plan_goal_version(ctx->book, unit),
		    (unsigned long long)ctx->args->based_on);
		return NULL;
	}
	*err = JX_OK;
	return state;
}

Jx__Plan *
plan_move(struct deed_ctx *ctx, const char *unit, enum kind kind, enum jx_err *err)
{
	const char *state = plan_next_state(ctx, unit, kind, err);
	Jx__Plan *plan;

	if (state == NULL)
		return NULL;
	plan = deed_put(ctx, PAPER_PLANS, unit);
	DEED_SET(ctx, plan->state, state);
	return plan;
}

void
plan_add_edition(Jx__Plan *plan)
{
	DEED_SET_NUMBER(plan, edition, (plan->has_edition ? plan->edition : 0) + 1);
}

/* On time once is on time: what comes back from a review is not sent late. */
void
plan_set_submitted(struct deed_ctx *ctx, Jx__Plan *plan)
{
	if (!plan->has_at_us && ctx->is_late)
		DEED_SET(ctx, plan->late, "yes");
	DEED_SET_NUMBER(plan, at_us, ctx->now_us);
	DEED_SET(ctx, plan->by, ctx->actor->account);
	plan->reason = NULL;
}

/* ---- Drafting. */

/* A department's whole plan, or the parts that a county proposes itself (R02). */
static enum jx_err
goals_push(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	bool is_county = book_unit_kind(ctx->book, unit) == KIND_COUNTY;
	enum plan_goal_side side = is_county ? PLAN_GOAL_OWN : PLAN_GOAL_ALL;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, is_county ? KIND_COUNTY : KIND_DEPARTMENT, &err);

	if (plan == NULL) {
		if (err == JX_E_STALE)
			plan_goal_why_differs(ctx, unit, side);
		return err;
	}
	plan_add_edition(plan);
	plan_goal_check_rows(ctx, unit, side);
	plan_goal_replace(ctx, unit, side);
	plan_goal_note_sums(ctx, unit);
	return deed_verdict(ctx);
}

static enum jx_err
plan_submit(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_DEPARTMENT, &err);

	if (plan == NULL)
		return err;
	plan_goal_check_all(ctx, unit);
	(void)plan_goal_is_exact(ctx, unit);
	plan_set_submitted(ctx, plan);
	deed_notify(ctx, "", "office", "",
	    deed_printf(
		ctx, "%s（%s）报送了重点工作目标计划", book_unit_name(ctx->book, unit), unit));
	return deed_verdict(ctx);
}

/* ---- The leader in charge at this moment, not at another. */

static void
approve_goal(struct deed_ctx *ctx, const Jx__PlanGoal *goal)
{
	Jx__Approval *approval;

	if (opinion_is_approved(ctx->book, ctx->arena, goal, ctx->actor->subject))
		return;
	approval = deed_put(ctx, PAPER_APPROVALS, goal->unit, goal->goal, ctx->actor->subject);
	approval->content = deed_content(ctx->arena, PAPER_PLAN_GOALS, &goal->base, NULL);
	DEED_SET_NUMBER(approval, at_us, ctx->now_us);
}

static void
note_approved(struct deed_ctx *ctx, const Jx__PlanGoal *goal)
{
	if (opinion_is_approved(ctx->book, ctx->arena, goal, ctx->actor->subject))
		deed_note(ctx, "目标 %s 此前已审定，内容未变",
		    "goal %s was approved before and has not changed", goal->goal);
}

static enum jx_err
plan_approve(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	const Jx__PlanGoal *goal;
	size_t cursor = 0;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_DEPARTMENT, &err);

	if (plan == NULL)
		return err;
	if (!ctx->args->has_based_on) {
		deed_why(ctx, "审定须注明所看到的计划版本（based_on），现为第 %llu 版",
		    "an approval names the version of the plan that was seen (based_on): now %llu",
		    (unsigned long long)plan_goal_version(ctx->book, unit));
		return JX_E_FIELD;
	}
	while ((goal = (const Jx__PlanGoal *)book_next(
		    ctx->book, PAPER_PLAN_GOALS, unit, &cursor)) != NULL) {
		note_approved(ctx, goal);
		approve_goal(ctx, goal);
	}
	deed_notify(ctx, "", "committee", "",
	    deed_printf(ctx, "%s（%s）的目标计划已由分管领导审定，请评估委员会确认",
		book_unit_name(ctx->book, unit), unit));
	return deed_verdict(ctx);
}

static enum jx_err
plan_sendback(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_DEPARTMENT, &err);

	if (plan == NULL)
		return err;
	DEED_SET(ctx, plan->reason, ctx->args->reason);
	deed_notify(ctx, unit, "", "",
	    deed_printf(ctx, "分管领导退回了本单位的目标计划：%s", ctx->args->reason));
	deed_notify(ctx, "", "office", "",
	    deed_printf(
		ctx, "分管领导退回了%s（%s）的目标计划", book_unit_name(ctx->book, unit), unit));
	return deed_verdict(ctx);
}

/* ---- The committee, and the reply. */

static void
check_approved(struct deed_ctx *ctx, const char *unit)
{
	const Jx__PlanGoal *goal;
	size_t cursor = 0;

	while ((goal = (const Jx__PlanGoal *)book_next(
		    ctx->book, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		if (!opinion_is_approved(ctx->book, ctx->arena, goal, NULL))
			deed_why(ctx, "%s 目标 %s 现在的内容未经分管领导审定",
			    "%s goal %s: its present content is not approved by the leader in "
			    "charge",
			    unit, goal->goal);
}

static enum jx_err
confirm_one(struct deed_ctx *ctx, const char *unit)
{
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_DEPARTMENT, &err);

	if (plan == NULL)
		return err;
	DEED_SET(ctx, plan->document, ctx->args->document);
	(void)plan_goal_is_exact(ctx, unit);
	check_approved(ctx, unit);
	return JX_OK;
}

static enum jx_err
plan_confirm(struct deed_ctx *ctx)
{
	const Jx__Plan *plan;
	size_t cursor = 0, count = 0;
	enum jx_err err = JX_OK, one;

	if (*ctx->args->unit != '\0') {
		err = confirm_one(ctx, ctx->args->unit);
		count = 1;
	}
	while (*ctx->args->unit == '\0' && (plan = (const Jx__Plan *)book_next(
						ctx->book, PAPER_PLANS, NULL, &cursor)) != NULL) {
		if (!deed_is(plan->state, "approved") ||
		    book_unit_kind(ctx->book, plan->unit) != KIND_DEPARTMENT)
			continue;
		one = confirm_one(ctx, plan->unit);
		err = one != JX_OK ? one : err;
		count++;
	}
	if (err != JX_OK)
		return err;
	if (count == 0) {
		deed_why(ctx, "没有已审定、待确认的部门计划",
		    "no department's plan is approved and waits for confirmation");
		return JX_E_LIFE;
	}
	coverage_check(ctx);
	deed_notify(ctx, "", "office", "",
	    deed_printf(ctx, "评估委员会以 %s 确认了 %zu 个部门的目标计划，请批复下达",
		ctx->args->document, count));
	return deed_verdict(ctx);
}

static enum jx_err
plan_issue(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_DEPARTMENT, &err);

	if (plan == NULL)
		return err;
	if (plan_goal_is_number_used(ctx->book, ctx->args->document))
		deed_why(ctx, "文号 %s 已用过，每个部门各有一个批复",
		    "%s is used already: each department has its own reply", ctx->args->document);
	if (plan_goal_is_exact(ctx, unit))
		plan_goal_issue(ctx, unit);
	DEED_SET(ctx, plan->reply, ctx->args->document);
	deed_notify(ctx, unit, "", "",
	    deed_printf(ctx,
		"本单位重点工作目标已批复下达：%s；请细化分解到部门和个人（step push）",
		ctx->args->document));
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "goals.push", .zh = "报本单位的目标草案（整体替换）", .en = "push the unit's goals: they replace its draft",
	    .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, .scope = DEED_OWN, .phase = "goals", .arguments = DEED_UNIT | DEED_ROWS,
	    .kinds = {PAPER_PLAN_GOALS}, .life = &plan_life, .act = goals_push, .requirement = "R02 R03 R04"},
	{.name = "plan.submit", .zh = "报送目标计划", .en = "submit the plan", .roles = ROLE_HEAD, .scope = DEED_OWN, .phase = "goals",
	    .arguments = DEED_UNIT, .life = &plan_life, .act = plan_submit, .requirement = "R05 R06 R10"},
	{.name = "plan.approve", .zh = "分管领导审定目标计划", .en = "approve the plan as the leader in charge", .roles = ROLE_LEADER,
	    .scope = DEED_CHARGE, .phase = "goals", .arguments = DEED_UNIT, .life = &plan_life, .act = plan_approve, .requirement = "R05"},
	{.name = "plan.sendback", .zh = "分管领导退回目标计划", .en = "send the plan back as the leader in charge", .roles = ROLE_LEADER,
	    .scope = DEED_CHARGE, .phase = "goals", .arguments = DEED_UNIT | DEED_REASON, .life = &plan_life, .act = plan_sendback,
	    .requirement = "R05"},
	{.name = "plan.confirm", .zh = "评估委员会确认部门计划：一个，或全部已审定的", .en = "confirm a department's plan, or all that are approved",
	    .roles = ROLE_COMMITTEE, .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_DOCUMENT | DEED_MAY_UNIT, .life = &plan_life,
	    .act = plan_confirm, .requirement = "R04 R05 R40"},
	{.name = "plan.issue", .zh = "批复下达部门计划", .en = "issue a department's plan by its own reply", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_UNIT | DEED_DOCUMENT, .life = &plan_life, .act = plan_issue,
	    .requirement = "R05 R06 R11"},
};
/* clang-format on */

const struct chapter plan_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = &plan_life,
    .life_count = 1};
