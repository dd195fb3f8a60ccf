/* The counties' way (R02): the city's part is drafted and talked over, the innovation parts are
 * their own; one document issues all. */
#include "deeds/plan.h"
#include "deeds/plan_goal.h"

static bool
has_city_part(struct deed_ctx *ctx, const char *unit)
{
	const Jx__PlanGoal *goal;
	size_t cursor = 0;

	while (
	    (goal = (const Jx__PlanGoal *)deed_next(ctx, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		if (plan_goal_is_of(ctx->book, unit, goal->part, PLAN_GOAL_CITY))
			return true;
	return false;
}

static bool
is_changed(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->change_count; i++)
		if (ctx->changes[i].kind == PAPER_PLAN_GOALS &&
		    (ctx->changes[i].withdrawn || ctx->changes[i].before == NULL ||
			!record_equal(
			    ctx->changes[i].before, ctx->changes[i].record, PAPER_PLAN_GOALS)))
			return true;
	return false;
}

/* What the county said was said of the draft it saw. */
static enum jx_err
county_push(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_COUNTY, &err);

	if (plan == NULL) {
		if (err == JX_E_STALE)
			plan_goal_why_differs(ctx, unit, PLAN_GOAL_CITY);
		return err;
	}
	plan_add_edition(plan);
	plan_goal_check_rows(ctx, unit, PLAN_GOAL_CITY);
	plan_goal_replace(ctx, unit, PLAN_GOAL_CITY);
	if (is_changed(ctx) && !deed_is(plan->answer, "")) {
		plan->answer = plan->answer_text = NULL;
		deed_note(ctx, "目标草案已变，%s 原来的答复不再有效",
		    "the draft has changed: what %s answered is void", unit);
	}
	plan_goal_note_sums(ctx, unit);
	deed_notify(
	    ctx, unit, "", "", "市绩效办拟定了本县（区）重点工作目标草案，请答复（county answer）");
	return deed_verdict(ctx);
}

static enum jx_err
county_answer(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	bool is_comments = deed_is(ctx->args->value, "comments");
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_COUNTY, &err);

	if (plan == NULL)
		return err;
	if (!has_city_part(ctx, unit))
		deed_why(
		    ctx, "市绩效办尚未拟定目标草案", "the office has not drafted its part yet");
	if (is_comments && *ctx->args->reason == '\0')
		deed_why(ctx, "有意见的须写明意见（reason）", "comments must be given (reason)");
	DEED_SET(ctx, plan->answer, ctx->args->value);
	plan->answer_text = *ctx->args->reason == '\0' ? NULL : deed_text(ctx, ctx->args->reason);
	deed_notify(ctx, "", "office", "",
	    deed_printf(ctx, "%s（%s）答复了目标草案：%s %s", book_unit_name(ctx->book, unit), unit,
		is_comments ? "有意见" : "同意", plan_goal_short(ctx->arena, ctx->args->reason)));
	return deed_verdict(ctx);
}

static enum jx_err
county_submit(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_COUNTY, &err);

	if (plan == NULL)
		return err;
	if (!has_city_part(ctx, unit))
		deed_why(
		    ctx, "市绩效办尚未拟定目标草案", "the office has not drafted its part yet");
	plan_goal_check_all(ctx, unit);
	(void)plan_goal_is_exact(ctx, unit);
	plan_set_submitted(ctx, plan);
	deed_notify(ctx, "", "office", "",
	    deed_printf(
		ctx, "%s（%s）报送了创新性工作目标", book_unit_name(ctx->book, unit), unit));
	return deed_verdict(ctx);
}

static enum jx_err
county_return(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	enum jx_err err;
	Jx__Plan *plan = plan_move(ctx, unit, KIND_COUNTY, &err);

	if (plan == NULL)
		return err;
	DEED_SET(ctx, plan->reason, ctx->args->reason);
	deed_notify(
	    ctx, unit, "", "", deed_printf(ctx, "创新性工作目标退回修改：%s", ctx->args->reason));
	return deed_verdict(ctx);
}

/* ---- All counties at once. */

typedef void (*county_fn)(struct deed_ctx *ctx, Jx__Plan *plan);

static enum jx_err
for_all(struct deed_ctx *ctx, county_fn act)
{
	const Jx__Unit *unit;
	enum jx_err err = JX_OK, one;
	size_t cursor = 0, count = 0;

	while (
	    (unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		Jx__Plan *plan;

		if (book_unit_kind(ctx->book, unit->unit) != KIND_COUNTY)
			continue;
		count++;
		plan = plan_move(ctx, unit->unit, KIND_COUNTY, &one);
		if (plan != NULL) {
			act(ctx, plan);
			continue;
		}
		err = one;
		deed_why(ctx, "%s（%s）还不能办理，须全部县（区）同时进行",
		    "%s (%s) is not ready: all counties go together", unit->name, unit->unit);
	}
	if (err != JX_OK)
		return err;
	if (count == 0)
		deed_why(ctx, "没有县（区）", "there is no county");
	return deed_verdict(ctx);
}

/* A county that let its time pass is recorded as having said nothing; before that it is waited for.
 */
static void
confirm_one(struct deed_ctx *ctx, Jx__Plan *plan)
{
	uint64_t due = book_phase_due(ctx->book, "goals", plan->unit);

	DEED_SET(ctx, plan->document, ctx->args->document);
	plan_goal_check_all(ctx, plan->unit);
	(void)plan_goal_is_exact(ctx, plan->unit);
	if (!deed_is(plan->answer, ""))
		return;
	if (due != 0 && ctx->now_us >= due)
		DEED_SET(ctx, plan->answer, "none");
	else
		deed_why(ctx, "%s（%s）尚未答复目标草案，截止 %s 24:00",
		    "%s (%s) has not answered the draft; due %s 24:00",
		    book_unit_name(ctx->book, plan->unit), plan->unit,
		    due == 0 ? "-" : deed_date(ctx->arena, due - 1));
}

static enum jx_err
county_confirm(struct deed_ctx *ctx)
{
	enum jx_err err = for_all(ctx, confirm_one);

	if (err == JX_OK)
		deed_notify(ctx, "", "office", "",
		    deed_printf(ctx, "评估委员会以 %s 确认了各县（区）目标，请统一下达",
			ctx->args->document));
	return err;
}

static void
issue_one(struct deed_ctx *ctx, Jx__Plan *plan)
{
	DEED_SET(ctx, plan->reply, ctx->args->document);
	if (plan_goal_is_exact(ctx, plan->unit))
		plan_goal_issue(ctx, plan->unit);
	deed_notify(ctx, plan->unit, "", "",
	    deed_printf(ctx, "本县（区）重点工作目标已统一下达：%s；请细化分解（step push）",
		ctx->args->document));
}

static enum jx_err
county_issue(struct deed_ctx *ctx)
{
	if (plan_goal_is_number_used(ctx->book, ctx->args->document))
		deed_why(ctx, "文号 %s 已用过", "%s is used already", ctx->args->document);
	return for_all(ctx, issue_one);
}

static const char *const answers[] = {"agreed", "comments", NULL};

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "county.push", .zh = "拟定一个县（区）的目标草案（市定部分，整体替换）", .en = "draft the city's part of a county's goals", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_PLAN_GOALS}, .life = &plan_life,
	    .act = county_push, .requirement = "R02"},
	{.name = "county.answer", .zh = "县（区）答复目标草案", .en = "answer the draft of the city's part", .roles = ROLE_HEAD, .scope = DEED_OWN,
	    .phase = "goals", .arguments = DEED_UNIT | DEED_VALUE | DEED_MAY_REASON, .values = answers, .life = &plan_life,
	    .act = county_answer, .requirement = "R02"},
	{.name = "county.submit", .zh = "县（区）报送目标", .en = "submit the county's own goals", .roles = ROLE_HEAD, .scope = DEED_OWN,
	    .phase = "goals", .arguments = DEED_UNIT, .life = &plan_life, .act = county_submit, .requirement = "R02 R06 R10"},
	{.name = "county.return", .zh = "退回县（区）修改自报目标", .en = "return a county's own goals", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .phase = "goals", .arguments = DEED_UNIT | DEED_REASON, .life = &plan_life, .act = county_return, .requirement = "R02"},
	{.name = "county.confirm", .zh = "评估委员会确认全部县（区）目标", .en = "confirm all counties' goals", .roles = ROLE_COMMITTEE,
	    .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_DOCUMENT, .life = &plan_life, .act = county_confirm,
	    .requirement = "R02 R06"},
	{.name = "county.issue", .zh = "以一个文件统一下达县（区）目标", .en = "issue all counties' goals by one document", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_DOCUMENT, .life = &plan_life, .act = county_issue,
	    .requirement = "R02 R06 R11"},
};
/* clang-format on */

const struct chapter county_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds};
