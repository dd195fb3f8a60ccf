/* Issued goals change by adjustments alone, which take effect together (R11). */
#include "deeds/adjust.h"

#include <string.h>

#include "deeds/coverage.h"
#include "deeds/plan.h"
#include "deeds/plan_goal.h"
#include "deeds/proof.h"
#include "records/field.h"
#include "wire/text.h"

/* clang-format off */
static const struct deed_edge edges[] = {
	{"",          "adjust.request", "requested", "申请"},
	{"",          "adjust.add",     "accepted",  "上级追加"},
	{"requested", "adjust.admit",   "requested", "逾期准予受理"},
	{"requested", "adjust.accept",  "accepted",  "批准"},
	{"requested", "adjust.refuse",  "refused",   "不予批准"},
	/* Until it takes effect the committee may think again: else one bad adjustment would hold all. */
	{"accepted",  "adjust.refuse",  "refused",   "撤回批准"},
	{"accepted",  "adjust.apply",   "applied",   "统一调整"},
};
/* clang-format on */

static const struct deed_life life = {
    "adjustment", "目标调整", PAPER_ADJUSTMENTS, edges, sizeof edges / sizeof *edges};

/* ---- What it makes of a goal. */

void
adjust_merge(Jx__PlanGoal *goal, const Jx__AdjustmentGoal *row)
{
	const struct record_row *kind = &record_kinds[PAPER_ADJUSTMENT_GOALS];

	for (size_t i = 0; i < kind->field_count; i++) {
		int field =
		    kind->fields[i].key ? -1 : field_find(PAPER_PLAN_GOALS, kind->fields[i].name);
		const char *text;
		int64_t number;

		if (field < 0)
			continue;
		if (field_is_number(kind->fields[i].type)) {
			if (field_number(&row->base, PAPER_ADJUSTMENT_GOALS, i, &number))
				field_set_number(
				    &goal->base, PAPER_PLAN_GOALS, (size_t)field, number);
			continue;
		}
		text = field_text(&row->base, PAPER_ADJUSTMENT_GOALS, i);
		if (!deed_is(text, ""))
			field_set_text(
			    &goal->base, PAPER_PLAN_GOALS, (size_t)field, (char *)(uintptr_t)text);
	}
}

/* The goal as it would be; NULL: struck. */
static Jx__PlanGoal *
merged(struct deed_ctx *ctx, const Jx__AdjustmentGoal *row)
{
	const Jx__PlanGoal *stored =
	    (const Jx__PlanGoal *)deed_get(ctx, PAPER_PLAN_GOALS, row->unit, row->goal);
	Jx__PlanGoal *goal;

	if (deed_is(row->change, "strike"))
		return NULL;
	goal = arena_alloc(ctx->arena, sizeof *goal);
	if (goal == NULL) {
		ctx->out_of_memory = true;
		return NULL;
	}
	jx__plan_goal__init(goal);
	if (stored != NULL)
		*goal = *stored;
	goal->unit = row->unit;
	goal->goal = row->goal;
	adjust_merge(goal, row);
	return goal;
}

/* ---- Rows as they come. */

/* The three grounds are the department's to state, not the city's that adds a task (R03). */
static bool
is_excused(const char *field, bool is_above)
{
	return is_above && (deed_is(field, "place") || deed_is(field, "workload") ||
			       deed_is(field, "difficulty"));
}

static void
check_row(struct deed_ctx *ctx, size_t i, bool is_above)
{
	const Jx__AdjustmentGoal *row = ctx->args->rows->adjustment_goals[i];
	const ProtobufCMessage *stored = deed_get(ctx, PAPER_PLAN_GOALS, row->unit, row->goal);
	bool is_add = deed_is(row->change, "add");
	const Jx__PlanGoal *goal = merged(ctx, row);
	const char *zh, *en,
	    *field = goal == NULL ? NULL : plan_goal_bad(ctx->book, goal, &zh, &en);

	if (!deed_is(row->adjustment, ctx->args->object))
		deed_fault(ctx, PAPER_ADJUSTMENT_GOALS, i, "adjustment", "应与调整编号一致",
		    "is not the adjustment that is named");
	if (!plan_goal_is_normal(ctx->arena, row->goal) ||
	    !plan_goal_is_normal(ctx->arena, row->title))
		deed_fault(ctx, PAPER_ADJUSTMENT_GOALS, i, "title",
		    "代码与目标内容的首尾不能有空白或特殊字符",
		    "code and title: no blanks at the ends, no special characters");
	if (is_add && stored != NULL) {
		deed_fault(ctx, PAPER_ADJUSTMENT_GOALS, i, "goal", "已有这个目标",
		    "there is such a goal already");
	} else if (!is_add && stored == NULL) {
		deed_fault(ctx, PAPER_ADJUSTMENT_GOALS, i, "goal", "本单位没有这个目标",
		    "the unit has no such goal");
	} else if (goal != NULL && deed_is(goal->title, "")) {
		deed_fault(
		    ctx, PAPER_ADJUSTMENT_GOALS, i, "title", "须写明目标内容", "a title is needed");
	} else if (field != NULL && !is_excused(field, is_above)) {
		deed_fault(ctx, PAPER_ADJUSTMENT_GOALS, i, field, "%s", "%s",
		    ctx->lang == JX_EN ? en : zh);
	} else if (goal != NULL && stored != NULL &&
		   record_equal(&goal->base, stored, PAPER_PLAN_GOALS)) {
		deed_fault(
		    ctx, PAPER_ADJUSTMENT_GOALS, i, "change", "没有任何变动", "changes nothing");
	}
}

/* What the unit's goals would sum to with these rows alone. */
static void
note_sums(struct deed_ctx *ctx, const char *unit)
{
	const struct scheme_kind *kind = plan_goal_kind(ctx->book, unit);
	int64_t total = plan_goal_sum(ctx, unit, NULL);
	char is[TEXT_DECIMAL_SIZE], should[TEXT_DECIMAL_SIZE];

	for (size_t i = 0; i < ctx->args->rows->n_adjustment_goals; i++) {
		const Jx__AdjustmentGoal *row = ctx->args->rows->adjustment_goals[i];
		const Jx__PlanGoal *before =
		    (const Jx__PlanGoal *)deed_get(ctx, PAPER_PLAN_GOALS, unit, row->goal);
		const Jx__PlanGoal *after = merged(ctx, row);

		total +=
		    (after == NULL ? 0 : after->points) - (before == NULL ? 0 : before->points);
	}
	if (kind != NULL && total != kind->key_points)
		deed_note(ctx, "单独实施后合计为 %s，应为 %s：须另有调整使其相符，否则不能统一调整",
		    "alone it makes the goals sum to %s, not %s: another adjustment must even it "
		    "out",
		    text_decimal(total, is), text_decimal(kind->key_points, should));
}

static const Jx__Adjustment *
find(struct deed_ctx *ctx)
{
	return (const Jx__Adjustment *)deed_get(
	    ctx, PAPER_ADJUSTMENTS, ctx->args->unit, ctx->args->object);
}

/* The adjustment named, moved along its life; NULL: JX_E_LIFE. */
static Jx__Adjustment *
move(struct deed_ctx *ctx)
{
	const Jx__Adjustment *stored = find(ctx);
	const char *state = deed_move(ctx, &life, stored == NULL ? "" : deed_str(stored->state));
	Jx__Adjustment *adjustment;

	if (state == NULL)
		return NULL;
	adjustment = deed_put(ctx, PAPER_ADJUSTMENTS, ctx->args->unit, ctx->args->object);
	DEED_SET(ctx, adjustment->state, state);
	return adjustment;
}

static void
put_rows(struct deed_ctx *ctx, bool is_above)
{
	const Jx__Plan *plan = (const Jx__Plan *)deed_get(ctx, PAPER_PLANS, ctx->args->unit);

	if (plan == NULL || !deed_is(plan->state, "issued"))
		deed_why(ctx, "%s 的目标尚未下达，不需调整",
		    "the goals of %s are not issued: nothing to adjust", ctx->args->unit);
	for (size_t i = 0; i < ctx->args->rows->n_adjustment_goals; i++) {
		check_row(ctx, i, is_above);
		deed_put_row(
		    ctx, PAPER_ADJUSTMENT_GOALS, &ctx->args->rows->adjustment_goals[i]->base);
	}
	note_sums(ctx, ctx->args->unit);
}

static enum jx_err
adjust_request(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	Jx__Adjustment *adjustment = move(ctx);

	if (adjustment == NULL)
		return JX_E_LIFE;
	DEED_SET(ctx, adjustment->ground, ctx->args->value);
	DEED_SET(ctx, adjustment->facts, ctx->args->reason);
	DEED_SET(ctx, adjustment->evidence, ctx->args->document);
	DEED_SET_NUMBER(adjustment, at_us, ctx->now_us);
	proof_check_length(ctx, ctx->args->document);
	DEED_SET(ctx, adjustment->origin, "unit");
	if (ctx->is_late)
		DEED_SET(ctx, adjustment->late, "yes");
	put_rows(ctx, false);
	for (size_t i = 0; i < 2; i++)
		deed_notify(ctx, "", i == 0 ? "office" : "committee", "",
		    deed_printf(ctx, "%s（%s）申请调整目标：%s%s", book_unit_name(ctx->book, unit),
			unit, ctx->args->object,
			ctx->is_late ? "（逾期，须评估委员会准予受理）" : ""));
	return deed_verdict(ctx);
}

/* A task added from above in mid-year (追加): the committee's resolution is the decision. */
static enum jx_err
adjust_add(struct deed_ctx *ctx)
{
	Jx__Adjustment *adjustment = move(ctx);

	if (adjustment == NULL)
		return JX_E_LIFE;
	DEED_SET(ctx, adjustment->ground, *ctx->args->value == '\0' ? "overall" : ctx->args->value);
	if (*ctx->args->reason != '\0')
		DEED_SET(ctx, adjustment->facts, ctx->args->reason);
	DEED_SET(ctx, adjustment->document, ctx->args->document);
	DEED_SET(ctx, adjustment->origin, "above");
	put_rows(ctx, true);
	deed_notify(ctx, ctx->args->unit, "", "",
	    deed_printf(ctx, "评估委员会以 %s 追加目标：%s，统一调整后生效", ctx->args->document,
		ctx->args->object));
	return deed_verdict(ctx);
}

/* ---- The committee decides. */

static enum jx_err
adjust_admit(struct deed_ctx *ctx)
{
	Jx__Adjustment *adjustment = move(ctx);

	if (adjustment == NULL)
		return JX_E_LIFE;
	if (!deed_is(adjustment->late, "yes"))
		deed_why(ctx, "这项申请没有逾期，不需准予受理", "this request was not late");
	else if (!deed_is(adjustment->admitted, ""))
		deed_why(ctx, "已由 %s 准予受理", "admitted by %s already", adjustment->admitted);
	DEED_SET(ctx, adjustment->admitted, ctx->args->document);
	return deed_verdict(ctx);
}

/* Two that lead one task, or none: the committee sees it before it decides (R04). */
static void
note_leads(struct deed_ctx *ctx)
{
	const Jx__AdjustmentGoal *row;
	size_t cursor = 0;

	while ((row = (const Jx__AdjustmentGoal *)book_next(
		    ctx->book, PAPER_ADJUSTMENT_GOALS, ctx->args->unit, &cursor)) != NULL) {
		const Jx__PlanGoal *stored =
		    (const Jx__PlanGoal *)deed_get(ctx, PAPER_PLAN_GOALS, row->unit, row->goal);
		const char *task =
		    deed_is(row->task, "") && stored != NULL ? stored->task : row->task;

		if (deed_is(row->adjustment, ctx->args->object) && !deed_is(task, ""))
			deed_note(ctx, "目标 %s 对应任务 %s，现由 %s 牵头",
			    "goal %s cites task %s, now led by %s", row->goal, task,
			    coverage_leads(ctx->book, ctx->arena, task));
	}
}

static enum jx_err
adjust_accept(struct deed_ctx *ctx)
{
	Jx__Adjustment *adjustment = move(ctx);

	if (adjustment == NULL)
		return JX_E_LIFE;
	if (deed_is(adjustment->late, "yes") && deed_is(adjustment->admitted, ""))
		deed_why(ctx, "申请逾期，未经评估委员会准予受理（adjust admit），不能批准",
		    "it came late and has not been admitted (adjust admit)");
	note_leads(ctx);
	DEED_SET(ctx, adjustment->document, ctx->args->document);
	deed_notify(ctx, ctx->args->unit, "", "",
	    deed_printf(ctx, "目标调整 %s 已批准：%s，统一调整后生效", ctx->args->object,
		ctx->args->document));
	deed_notify(ctx, "", "office", "",
	    deed_printf(
		ctx, "%s 的目标调整 %s 已批准，请统一调整", ctx->args->unit, ctx->args->object));
	return deed_verdict(ctx);
}

static enum jx_err
adjust_refuse(struct deed_ctx *ctx)
{
	Jx__Adjustment *adjustment = move(ctx);

	if (adjustment == NULL)
		return JX_E_LIFE;
	DEED_SET(ctx, adjustment->document, ctx->args->document);
	DEED_SET(ctx, adjustment->reason, ctx->args->reason);
	deed_notify(ctx, ctx->args->unit, "", "",
	    deed_printf(ctx, "目标调整 %s 不予批准：%s", ctx->args->object, ctx->args->reason));
	return deed_verdict(ctx);
}

/* ---- All together. */

static void
apply_row(struct deed_ctx *ctx, const Jx__AdjustmentGoal *row)
{
	bool is_there = deed_get(ctx, PAPER_PLAN_GOALS, row->unit, row->goal) != NULL;

	if (is_there == deed_is(row->change, "add"))
		deed_why(ctx, "%s 调整 %s：目标 %s %s", "%s adjustment %s: goal %s %s", row->unit,
		    row->adjustment, row->goal,
		    is_there ? (ctx->lang == JX_EN ? "is there already" : "已存在")
			     : (ctx->lang == JX_EN ? "is not there (any more)" : "不存在或已取消"));
	else if (deed_is(row->change, "strike"))
		deed_drop(ctx, PAPER_PLAN_GOALS, row->unit, row->goal);
	else
		adjust_merge(deed_put(ctx, PAPER_PLAN_GOALS, row->unit, row->goal), row);
}

static void
apply_one(struct deed_ctx *ctx, const Jx__Adjustment *adjustment, const char *state)
{
	const Jx__AdjustmentGoal *row;
	Jx__Adjustment *put =
	    deed_put(ctx, PAPER_ADJUSTMENTS, adjustment->unit, adjustment->adjustment);
	size_t cursor = 0;

	DEED_SET(ctx, put->state, state);
	DEED_SET(ctx, put->applied, ctx->args->document);
	while ((row = (const Jx__AdjustmentGoal *)book_next(
		    ctx->book, PAPER_ADJUSTMENT_GOALS, adjustment->unit, &cursor)) != NULL)
		if (deed_is(row->adjustment, adjustment->adjustment))
			apply_row(ctx, row);
}

/* The unit's goals after all of its adjustments; its plan is another version from now on. */
static void
finish_unit(struct deed_ctx *ctx, const char *unit)
{
	if (plan_goal_is_exact(ctx, unit))
		plan_goal_issue(ctx, unit);
	plan_add_edition(deed_put(ctx, PAPER_PLANS, unit));
	deed_notify(ctx, unit, "", "",
	    deed_printf(ctx, "本单位目标已统一调整：%s；请更新有关目标的分解（step state）",
		ctx->args->document));
}

static enum jx_err
adjust_apply(struct deed_ctx *ctx)
{
	const Jx__Adjustment *adjustment;
	const char *unit = "";
	size_t cursor = 0, count = 0;

	if (plan_goal_is_number_used(ctx->book, ctx->args->document))
		deed_why(ctx, "文号 %s 已用过", "%s is used already", ctx->args->document);
	/* Adjustments of one unit stand together. */
	while ((adjustment = (const Jx__Adjustment *)book_next(
		    ctx->book, PAPER_ADJUSTMENTS, NULL, &cursor)) != NULL) {
		const char *state;

		if (!deed_is(adjustment->state, "accepted"))
			continue;
		state = deed_move(ctx, &life, adjustment->state);
		if (state == NULL)
			return JX_E_LIFE;
		if (*unit != '\0' && !deed_is(unit, adjustment->unit))
			finish_unit(ctx, unit);
		unit = adjustment->unit;
		apply_one(ctx, adjustment, state);
		count++;
	}
	if (count == 0) {
		deed_why(ctx, "没有已批准、待统一的调整",
		    "no adjustment is accepted and waits to take effect");
		return JX_E_LIFE;
	}
	finish_unit(ctx, unit);
	deed_note(ctx, "统一调整 %zu 项", "%zu adjustments took effect", count);
	return deed_verdict(ctx);
}

static const char *const grounds[] = {"force-majeure", "overall", "other", NULL};

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "adjust.request", .zh = "申请调整已下达的目标", .en = "request an adjustment of issued goals", .roles = ROLE_HEAD,
	    .scope = DEED_OWN, .phase = "adjust", .arguments = DEED_UNIT | DEED_OBJECT | DEED_VALUE | DEED_REASON | DEED_DOCUMENT | DEED_ROWS,
	    .kinds = {PAPER_ADJUSTMENT_GOALS}, .values = grounds, .life = &life, .act = adjust_request, .requirement = "R11"},
	{.name = "adjust.add", .zh = "上级追加任务：评估委员会决议追加目标", .en = "add goals from above by resolution", .roles = ROLE_COMMITTEE,
	    .scope = DEED_YEAR, .phase = "adjust",
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_DOCUMENT | DEED_ROWS | DEED_MAY_VALUE | DEED_MAY_REASON,
	    .kinds = {PAPER_ADJUSTMENT_GOALS}, .values = grounds, .life = &life, .act = adjust_add, .requirement = "R11"},
	{.name = "adjust.admit", .zh = "准予受理逾期的调整申请", .en = "admit a late request", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_DOCUMENT, .life = &life, .act = adjust_admit, .requirement = "R11"},
	{.name = "adjust.accept", .zh = "批准调整", .en = "accept an adjustment", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_DOCUMENT, .life = &life, .act = adjust_accept, .requirement = "R11"},
	{.name = "adjust.refuse", .zh = "不批准调整", .en = "refuse an adjustment", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_DOCUMENT | DEED_REASON, .life = &life, .act = adjust_refuse, .requirement = "R11"},
	{.name = "adjust.apply", .zh = "以一个文件统一调整", .en = "let all accepted adjustments take effect in one document",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_DOCUMENT, .life = &life, .act = adjust_apply, .requirement = "R11"},
};
/* clang-format on */

const struct chapter adjust_chapter = {
    .deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .lives = &life, .life_count = 1};
