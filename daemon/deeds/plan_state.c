/* Where every plan stands, and who is next (R05, R10): what the office looks at while goals are
 * being set. */
#include "deeds/opinion.h"
#include "deeds/plan_goal.h"
#include "deeds/sight.h"
#include "deeds/view.h"
#include "wire/text.h"

static const struct view_column columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"kind", "单位类型", "kind", "text"},
    {"state", "状态", "state", "text"},
    {"sums", "各部分合计", "sums of parts", "text"},
    {"total", "合计", "total", "figure"},
    {"missing", "待提意见", "opinions missing", "text"},
    {"asks", "要求修改", "asking for changes", "text"},
    {"answer", "县区答复", "answer", "text"},
    {"late", "迟报", "late", "text"},
    {"due", "截止", "due", "moment"},
    {"next", "下一步由谁办理", "who is next", "text"},
    {"reply", "下达文号", "issued by", "text"},
};

/* "main 72/72；innovation 16/18". */
static const char *
sums_text(const struct view_ctx *ctx, const char *unit)
{
	const struct scheme_kind *kind = plan_goal_kind(ctx->book, unit);
	char is[TEXT_DECIMAL_SIZE], should[TEXT_DECIMAL_SIZE];
	const char *list = "";

	for (size_t i = 0; kind != NULL && i < kind->part_count; i++) {
		const struct scheme_part *part = &kind->parts[i];

		text_decimal(plan_goal_sum_in(ctx->book, unit, part->code), is);
		text_decimal(part->points, should);
		list = arena_printf(ctx->arena, "%s%s%s %s%s%s", list, i == 0 ? "" : "；",
		    part->code, is, part->has_points ? "/" : "", part->has_points ? should : "");
		if (list == NULL)
			return "";
	}
	return list;
}

static const char *
asks_text(const struct view_ctx *ctx, const char *unit)
{
	const Jx__Opinion *opinion;
	const char *list = "";
	size_t cursor = 0;

	while ((opinion = (const Jx__Opinion *)book_next(
		    ctx->book, PAPER_OPINIONS, unit, &cursor)) != NULL) {
		if (!opinion_asks(ctx->book, ctx->arena, opinion))
			continue;
		list = arena_printf(ctx->arena, "%s%s%s：%s %s", list, *list == '\0' ? "" : "；",
		    opinion->by, opinion->goal, opinion_word(opinion->verdict, ctx->lang));
		if (list == NULL)
			return "";
	}
	return list;
}

static bool
has_city_part(const struct view_ctx *ctx, const char *unit)
{
	const Jx__PlanGoal *goal;
	size_t cursor = 0;

	while ((goal = (const Jx__PlanGoal *)book_next(
		    ctx->book, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		if (plan_goal_is_of(ctx->book, unit, goal->part, PLAN_GOAL_CITY))
			return true;
	return false;
}

static const char *
next_role(const struct view_ctx *ctx, const char *unit, const Jx__Plan *plan)
{
	static const struct {
		enum kind kind;
		const char *state, *zh, *en;
	} rows[] = {
	    {KIND_DEPARTMENT, "", "单位", "unit"},
	    {KIND_DEPARTMENT, "draft", "单位", "unit"},
	    {KIND_DEPARTMENT, "returned", "单位", "unit"},
	    {KIND_DEPARTMENT, "submitted", "市绩效办", "office"},
	    {KIND_DEPARTMENT, "passed", "分管领导", "leader"},
	    {KIND_DEPARTMENT, "approved", "评估委员会", "committee"},
	    {KIND_DEPARTMENT, "confirmed", "市绩效办", "office"},
	    {KIND_COUNTY, "draft", "县（区）", "county"},
	    {KIND_COUNTY, "returned", "县（区）", "county"},
	    {KIND_COUNTY, "submitted", "评估委员会", "committee"},
	    {KIND_COUNTY, "confirmed", "市绩效办", "office"},
	};
	const char *state = plan == NULL ? "" : deed_str(plan->state);
	int kind = book_unit_kind(ctx->book, unit);

	if (kind == KIND_COUNTY && (plan == NULL || deed_is(state, "draft")) &&
	    !has_city_part(ctx, unit))
		return view_say(ctx, "市绩效办", "office");
	if (kind == KIND_COUNTY && deed_is(state, "submitted") && deed_is(plan->answer, ""))
		return view_say(ctx, "县（区）答复", "county's answer");
	if (deed_is(state, "review") && *opinion_missing_all(ctx->book, ctx->arena, unit) != '\0')
		return view_say(ctx, "审核部门", "reviewers");
	if (deed_is(state, "review"))
		return view_say(ctx, "市绩效办", "office");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((int)rows[i].kind == kind && deed_is(rows[i].state, state))
			return view_say(ctx, rows[i].zh, rows[i].en);
	return "";
}

/* Sent late; or not sent, and the time is over. */
static bool
is_late(const struct view_ctx *ctx, const Jx__Plan *plan, uint64_t due)
{
	if (plan != NULL && plan->has_at_us)
		return deed_is(plan->late, "yes");
	return due != 0 && ctx->now_us >= due;
}

static void
state_row(struct view_ctx *ctx, const char *unit)
{
	const Jx__Plan *plan = (const Jx__Plan *)book_get(ctx->book, PAPER_PLANS, unit);
	uint64_t due = book_phase_due(ctx->book, "goals", unit);
	bool is_review = plan != NULL && deed_is(plan->state, "review");
	int kind = book_unit_kind(ctx->book, unit);

	view_row(ctx);
	view_add(ctx, unit);
	view_add(ctx, book_unit_name(ctx->book, unit));
	view_add(ctx, kind < 0 ? "" : kind_code((enum kind)kind));
	view_add(ctx, plan == NULL ? "" : plan->state);
	view_add(ctx, sums_text(ctx, unit));
	view_add_points(ctx, plan_goal_sum_in(ctx->book, unit, NULL));
	view_add(ctx, is_review ? opinion_missing_all(ctx->book, ctx->arena, unit) : "");
	view_add(ctx, is_review ? asks_text(ctx, unit) : "");
	view_add(ctx, plan == NULL ? "" : plan->answer);
	view_add(ctx, is_late(ctx, plan, due) ? "yes" : "");
	if (due == 0)
		view_add(ctx, "");
	else
		view_add_number(ctx, due);
	view_add(ctx, next_role(ctx, unit, plan));
	view_add(ctx, plan == NULL ? "" : plan->reply);
}

/* Leaders see all units' states here (not their goals); units and reviewers what they may see of
 * plans. */
static enum jx_err
state_make(struct view_ctx *ctx)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while (
	    (unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		Jx__Plan key = JX__PLAN__INIT;

		key.unit = unit->unit;
		if (*ctx->args->unit != '\0' && !deed_is(ctx->args->unit, unit->unit))
			continue;
		if (ctx->actor->role != ROLE_LEADER &&
		    !sight_may(ctx->book, ctx->actor, PAPER_PLANS, &key.base))
			continue;
		state_row(ctx, unit->unit);
	}
	return JX_OK;
}

static const struct view views[] = {
    {"plan.state", "目标计划进展：状态、合计、待提意见、下一步",
	"plans: state, sums, missing opinions, who is next",
	ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR | ROLE_LEADER | ROLE_CLERK | ROLE_HEAD |
	    ROLE_FUNCTIONAL,
	VIEW_MAY_UNIT, columns, sizeof columns / sizeof *columns, state_make, "R05 R06 R10"},
};

const struct chapter plan_state_chapter = {
    .views = views, .view_count = sizeof views / sizeof *views};
