#include "deeds/plan_goal.h"

#include <string.h>

#include "deeds/rule.h"
#include "records/field.h"
#include "wire/text.h"

const struct scheme_kind *
plan_goal_kind(const struct book *book, const char *unit)
{
	int kind = book_unit_kind(book, unit);

	return kind < 0 ? NULL : &book_scheme(book)->kinds[kind];
}

bool
plan_goal_is_of(
    const struct book *book, const char *unit, const char *part, enum plan_goal_side side)
{
	const struct scheme_kind *kind = plan_goal_kind(book, unit);
	bool is_first = kind != NULL && kind->part_count > 0 && deed_is(part, kind->parts[0].code);

	return side == PLAN_GOAL_ALL || (side == PLAN_GOAL_CITY) == is_first;
}

/* ---- What a goal needs. */

/* Beside what every goal needs: fields that only some must have. */
static const struct {
	enum kind kind;
	enum plan_goal_side side;
	const char *field, *zh, *en;
} needs[] = {
    {KIND_DEPARTMENT, PLAN_GOAL_ALL, "place", "须写明地位作用",
	"its weight in the whole must be stated"},
    {KIND_DEPARTMENT, PLAN_GOAL_ALL, "workload", "须写明任务量", "its workload must be stated"},
    {KIND_DEPARTMENT, PLAN_GOAL_ALL, "difficulty", "须写明难易程度",
	"its difficulty must be stated"},
    {KIND_COUNTY, PLAN_GOAL_OWN, "carrier", "创新性工作目标须有载体",
	"an innovation goal needs a carrier"},
    {KIND_COUNTY, PLAN_GOAL_OWN, "target", "创新性工作目标须有量化目标值",
	"an innovation goal needs a quantified target"},
};

static bool
has_field(const Jx__PlanGoal *goal, const char *name)
{
	size_t field = (size_t)field_find(PAPER_PLAN_GOALS, name);
	int64_t number;

	if (field_is_number(record_kinds[PAPER_PLAN_GOALS].fields[field].type))
		return field_number(&goal->base, PAPER_PLAN_GOALS, field, &number);
	return !deed_is(field_text(&goal->base, PAPER_PLAN_GOALS, field), "");
}

const char *
plan_goal_bad(const struct book *book, const Jx__PlanGoal *goal, const char **zh, const char **en)
{
	const struct scheme_kind *kind = plan_goal_kind(book, goal->unit);
	int unit_kind = book_unit_kind(book, goal->unit);

	if (kind == NULL || scheme_part_find(kind, deed_str(goal->part)) < 0) {
		*zh = "不是方案中该类单位的目标组成部分", *en = "not a part of this kind of unit";
		return "part";
	}
	if (scheme_item_find(kind->common, kind->common_count, deed_str(goal->goal)) >= 0) {
		*zh = "与共性目标的代码相同，请换一个代码",
		*en = "is the code of a common item: choose another";
		return "goal";
	}
	if (!goal->has_points || goal->points <= 0 || goal->points > kind->key_points) {
		*zh = "分值应大于 0 且不超过重点目标总分",
		*en = "points must be above 0 and at most the key goals' points";
		return "points";
	}
	if (deed_is(goal->duty, "")) {
		*zh = "须明确牵头还是协调", *en = "lead or coordinate must be said";
		return "duty";
	}
	if (!deed_is(goal->task, "") && book_get(book, PAPER_TASKS, goal->task) == NULL) {
		*zh = "全市任务中没有这一条", *en = "no such task of the city";
		return "task";
	}
	if (!deed_is(goal->rule, "") && (!rule_is_good(goal->rule) || !goal->has_target || goal->target <= 0)) {
		*zh = "赋分规则应如 proportional 或 bands:95=100,80=60，并有目标值",
		*en = "expected a rule such as proportional or bands:95=100,80=60, and a target";
		return "rule";
	}
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		if ((int)needs[i].kind == unit_kind &&
		    plan_goal_is_of(book, goal->unit, goal->part, needs[i].side) &&
		    !has_field(goal, needs[i].field)) {
			*zh = needs[i].zh, *en = needs[i].en;
			return needs[i].field;
		}
	return NULL;
}

/* ---- Rows that replace a side of the plan. */

static const Jx__PlanGoal *
row_find(const struct deed_ctx *ctx, const char *goal)
{
	for (size_t i = 0; i < ctx->args->rows->n_plan_goals; i++)
		if (deed_is(ctx->args->rows->plan_goals[i]->goal, goal))
			return ctx->args->rows->plan_goals[i];
	return NULL;
}

bool
plan_goal_is_normal(struct arena *arena, const char *text)
{
	size_t size = strlen(deed_str(text));
	const char *normal =
	    text_normal(arena, (struct bytes){(const uint8_t *)deed_str(text), size}, size);

	return size == 0 || (normal != NULL && strcmp(normal, text) == 0);
}

static void
check_texts(struct deed_ctx *ctx, size_t i)
{
	const Jx__PlanGoal *row = ctx->args->rows->plan_goals[i];

	if (!plan_goal_is_normal(ctx->arena, row->goal))
		deed_fault(ctx, PAPER_PLAN_GOALS, i, "goal", "首尾不能有空白或特殊字符",
		    "no blanks at the ends, no special characters");
	if (!plan_goal_is_normal(ctx->arena, row->title))
		deed_fault(ctx, PAPER_PLAN_GOALS, i, "title", "首尾不能有空白或特殊字符",
		    "no blanks at the ends, no special characters");
}

void
plan_goal_check_rows(struct deed_ctx *ctx, const char *unit, enum plan_goal_side side)
{
	for (size_t i = 0; i < ctx->args->rows->n_plan_goals; i++) {
		const Jx__PlanGoal *row = ctx->args->rows->plan_goals[i], *stored;
		const char *zh, *en, *field = plan_goal_bad(ctx->book, row, &zh, &en);

		check_texts(ctx, i);
		if (field != NULL)
			deed_fault(ctx, PAPER_PLAN_GOALS, i, field, "%s", "%s",
			    ctx->lang == JX_EN ? en : zh);
		if (!plan_goal_is_of(ctx->book, unit, row->part, side))
			deed_fault(ctx, PAPER_PLAN_GOALS, i, "part", "%s", "%s",
			    side == PLAN_GOAL_OWN
				? (ctx->lang == JX_EN ? "this part is drafted by the office"
						      : "这一部分由市绩效办拟定")
				: (ctx->lang == JX_EN ? "this part is proposed by the county"
						      : "这一部分由县（区）自行提出"));
		stored = (const Jx__PlanGoal *)deed_get(
		    ctx, PAPER_PLAN_GOALS, unit, deed_str(row->goal));
		if (stored != NULL && !plan_goal_is_of(ctx->book, unit, stored->part, side))
			deed_fault(ctx, PAPER_PLAN_GOALS, i, "goal", "该代码已用于另一部分的目标",
			    "this code is a goal of the other part already");
	}
}

void
plan_goal_replace(struct deed_ctx *ctx, const char *unit, enum plan_goal_side side)
{
	const Jx__PlanGoal *stored;
	size_t cursor = 0;

	while ((stored = (const Jx__PlanGoal *)deed_next(ctx, PAPER_PLAN_GOALS, unit, &cursor)) !=
	       NULL)
		if (plan_goal_is_of(ctx->book, unit, stored->part, side) &&
		    row_find(ctx, stored->goal) == NULL)
			deed_drop(ctx, PAPER_PLAN_GOALS, unit, stored->goal);
	for (size_t i = 0; i < ctx->args->rows->n_plan_goals; i++)
		deed_put_row(ctx, PAPER_PLAN_GOALS, &ctx->args->rows->plan_goals[i]->base);
}

const char *
plan_goal_short(struct arena *arena, const char *text)
{
	enum { SHORT_SIZE = 120 };
	size_t size = strlen(deed_str(text));
	const char *cut;

	if (size <= SHORT_SIZE)
		return deed_str(text);
	size = SHORT_SIZE;
	while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
		size--;
	cut = arena_printf(arena, "%.*s…", (int)size, text);
	return cut == NULL ? "" : cut;
}

static void
why_fields(struct deed_ctx *ctx, const Jx__PlanGoal *stored, const Jx__PlanGoal *row)
{
	const struct record_row *kind = &record_kinds[PAPER_PLAN_GOALS];
	char left[RECORD_TEXT_SIZE], right[RECORD_TEXT_SIZE];

	for (size_t i = 0; i < kind->field_count; i++) {
		const char *now = record_field_text(&stored->base, PAPER_PLAN_GOALS, i, left);
		const char *pushed = record_field_text(&row->base, PAPER_PLAN_GOALS, i, right);

		if (!deed_is(now, pushed))
			deed_why(ctx, "目标 %s 的“%s”：现为“%s”，本次为“%s”",
			    "goal %s, %s: now \"%s\", pushed \"%s\"", stored->goal,
			    ctx->lang == JX_EN ? kind->fields[i].en : kind->fields[i].zh,
			    plan_goal_short(ctx->arena, now), plan_goal_short(ctx->arena, pushed));
	}
}

void
plan_goal_why_differs(struct deed_ctx *ctx, const char *unit, enum plan_goal_side side)
{
	const Jx__PlanGoal *stored;
	size_t cursor = 0;

	deed_why(ctx, "计划已是第 %llu 版，本次依据的是第 %llu 版",
	    "the plan is at version %llu, not %llu",
	    (unsigned long long)plan_goal_version(ctx->book, unit),
	    (unsigned long long)ctx->args->based_on);
	while ((stored = (const Jx__PlanGoal *)deed_next(ctx, PAPER_PLAN_GOALS, unit, &cursor)) !=
	       NULL) {
		const Jx__PlanGoal *row = row_find(ctx, stored->goal);

		if (row != NULL)
			why_fields(ctx, stored, row);
		else if (plan_goal_is_of(ctx->book, unit, stored->part, side))
			deed_why(ctx, "目标 %s（%s）：现有，本次没有",
			    "goal %s (%s): stored, not in this push", stored->goal,
			    plan_goal_short(ctx->arena, stored->title));
	}
	for (size_t i = 0; i < ctx->args->rows->n_plan_goals; i++) {
		const Jx__PlanGoal *row = ctx->args->rows->plan_goals[i];

		if (deed_get(ctx, PAPER_PLAN_GOALS, unit, deed_str(row->goal)) == NULL)
			deed_why(ctx, "目标 %s（%s）：本次新增，现在没有",
			    "goal %s (%s): in this push, not stored", deed_str(row->goal),
			    plan_goal_short(ctx->arena, row->title));
	}
}

/* ---- Sums. */

static void
add_goal(const Jx__PlanGoal *goal, const char *part, int64_t *sum)
{
	if (part == NULL || deed_is(goal->part, part))
		*sum += goal->has_points ? goal->points : 0;
}

int64_t
plan_goal_sum(struct deed_ctx *ctx, const char *unit, const char *part)
{
	const Jx__PlanGoal *goal;
	size_t cursor = 0;
	int64_t sum = 0;

	while (
	    (goal = (const Jx__PlanGoal *)deed_next(ctx, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		add_goal(goal, part, &sum);
	return sum;
}

int64_t
plan_goal_sum_in(const struct book *book, const char *unit, const char *part)
{
	const Jx__PlanGoal *goal;
	size_t cursor = 0;
	int64_t sum = 0;

	while (
	    (goal = (const Jx__PlanGoal *)book_next(book, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		add_goal(goal, part, &sum);
	return sum;
}

static void
why_sum(struct deed_ctx *ctx, const char *unit, const char *what, int64_t sum, int64_t expected)
{
	char is[TEXT_DECIMAL_SIZE], should[TEXT_DECIMAL_SIZE];

	if (sum != expected)
		deed_why(ctx, "%s（%s）“%s”合计为 %s，应为 %s", "%s (%s): %s sums to %s, not %s",
		    unit, book_unit_name(ctx->book, unit), what, text_decimal(sum, is),
		    text_decimal(expected, should));
}

bool
plan_goal_is_exact(struct deed_ctx *ctx, const char *unit)
{
	const struct scheme_kind *kind = plan_goal_kind(ctx->book, unit);
	size_t why_count = ctx->why_count;

	if (kind == NULL) {
		deed_why(ctx, "%s 的类别不在方案中", "the class of %s is not in the scheme", unit);
		return false;
	}
	for (size_t i = 0; i < kind->part_count; i++)
		if (kind->parts[i].has_points)
			why_sum(ctx, unit, kind->parts[i].name,
			    plan_goal_sum(ctx, unit, kind->parts[i].code), kind->parts[i].points);
	why_sum(ctx, unit, ctx->lang == JX_EN ? "all goals" : "全部重点目标",
	    plan_goal_sum(ctx, unit, NULL), kind->key_points);
	return ctx->why_count == why_count;
}

void
plan_goal_check_all(struct deed_ctx *ctx, const char *unit)
{
	const Jx__PlanGoal *goal;
	const char *zh, *en;
	size_t cursor = 0;

	while (
	    (goal = (const Jx__PlanGoal *)deed_next(ctx, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		if (plan_goal_bad(ctx->book, goal, &zh, &en) != NULL)
			deed_why(ctx, "%s 目标 %s：%s", "%s goal %s: %s", unit, goal->goal,
			    ctx->lang == JX_EN ? en : zh);
}

void
plan_goal_note_sums(struct deed_ctx *ctx, const char *unit)
{
	const struct scheme_kind *kind = plan_goal_kind(ctx->book, unit);
	char is[TEXT_DECIMAL_SIZE], should[TEXT_DECIMAL_SIZE];

	if (kind == NULL)
		return;
	for (size_t i = 0; i < kind->part_count; i++) {
		text_decimal(plan_goal_sum(ctx, unit, kind->parts[i].code), is);
		text_decimal(kind->parts[i].points, should);
		if (kind->parts[i].has_points)
			deed_note(ctx, "%s：合计 %s，应为 %s", "%s: %s of %s", kind->parts[i].name,
			    is, should);
		else
			deed_note(ctx, "%s：合计 %s", "%s: %s", kind->parts[i].name, is);
	}
	deed_note(ctx, "全部重点目标：合计 %s，应为 %s", "all goals: %s of %s",
	    text_decimal(plan_goal_sum(ctx, unit, NULL), is),
	    text_decimal(kind->key_points, should));
}

/* ---- Versions and contents. */

uint64_t
plan_goal_version(const struct book *book, const char *unit)
{
	Jx__Plan key = JX__PLAN__INIT;
	const struct book_entry *entry;

	key.unit = (char *)(uintptr_t)unit;
	entry = book_find(book, PAPER_PLANS, &key.base);
	return entry == NULL ? 0 : entry->version;
}

char *
plan_goal_content(struct deed_ctx *ctx, const char *unit, const char *goal)
{
	const ProtobufCMessage *plan = deed_get(ctx, PAPER_PLAN_GOALS, unit, goal);
	const ProtobufCMessage *year =
	    plan != NULL ? NULL : deed_get(ctx, RECORD_GOALS, unit, goal);

	if (plan != NULL)
		return deed_content(ctx->arena, PAPER_PLAN_GOALS, plan, NULL);
	return year == NULL ? NULL : deed_content(ctx->arena, RECORD_GOALS, year, NULL);
}

char *
plan_goal_content_in(
    const struct book *book, struct arena *arena, const char *unit, const char *goal)
{
	const ProtobufCMessage *plan = book_get(book, PAPER_PLAN_GOALS, unit, goal);
	const ProtobufCMessage *year =
	    plan != NULL ? NULL : book_get(book, RECORD_GOALS, unit, goal);

	if (plan != NULL)
		return deed_content(arena, PAPER_PLAN_GOALS, plan, NULL);
	return year == NULL ? NULL : deed_content(arena, RECORD_GOALS, year, NULL);
}

/* ---- From the plan to the year's goals. */

static void
check_mark(struct deed_ctx *ctx, const char *unit, const char *goal, int64_t points, const char *zh,
    const char *en)
{
	const Jx__Goal *now = (const Jx__Goal *)deed_get(ctx, RECORD_GOALS, unit, deed_str(goal));

	if (now == NULL ? book_get(ctx->book, RECORD_GOALS, unit, deed_str(goal)) != NULL
			: points > now->points)
		deed_why(ctx, "%s 目标 %s 已有%s，不能再减去或降到其分值以下",
		    "%s goal %s has points already (%s): it cannot be struck or fall below them",
		    unit, deed_str(goal), ctx->lang == JX_EN ? en : zh);
}

/* Marks hang on goals: a goal that has some is not taken from under them. */
static void
check_marks(struct deed_ctx *ctx, const char *unit)
{
	const Jx__Self *self;
	const Jx__GroupMark *mark;
	size_t cursor = 0;

	while ((self = (const Jx__Self *)deed_next(ctx, RECORD_SELF, unit, &cursor)) != NULL)
		check_mark(ctx, unit, self->goal, self->points, "自评得分", "self evaluation");
	cursor = 0;
	while ((mark = (const Jx__GroupMark *)deed_next(ctx, RECORD_GROUP, unit, &cursor)) != NULL)
		check_mark(ctx, unit, mark->goal, mark->points, "评估组评分", "evaluators");
}

void
plan_goal_issue(struct deed_ctx *ctx, const char *unit)
{
	const Jx__PlanGoal *plan;
	const Jx__Goal *goal;
	size_t cursor = 0;

	while ((goal = (const Jx__Goal *)deed_next(ctx, RECORD_GOALS, unit, &cursor)) != NULL)
		if (deed_get(ctx, PAPER_PLAN_GOALS, unit, goal->goal) == NULL)
			deed_drop(ctx, RECORD_GOALS, unit, goal->goal);
	cursor = 0;
	while ((plan = (const Jx__PlanGoal *)deed_next(ctx, PAPER_PLAN_GOALS, unit, &cursor)) !=
	       NULL) {
		Jx__Goal *put = deed_put(ctx, RECORD_GOALS, unit, plan->goal);

		DEED_SET(ctx, put->title, plan->title);
		DEED_SET(ctx, put->part, plan->part);
		DEED_SET(ctx, put->duty, plan->duty);
		DEED_SET_NUMBER(put, points, plan->points);
	}
	check_marks(ctx, unit);
}

bool
plan_goal_is_number_used(const struct book *book, const char *document)
{
	const Jx__Plan *plan;
	const Jx__Adjustment *adjustment;
	const Jx__Method *method;
	size_t cursor = 0;

	while ((plan = (const Jx__Plan *)book_next(book, PAPER_PLANS, NULL, &cursor)) != NULL)
		if (deed_is(plan->reply, document))
			return true;
	cursor = 0;
	while ((adjustment = (const Jx__Adjustment *)book_next(
		    book, PAPER_ADJUSTMENTS, NULL, &cursor)) != NULL)
		if (deed_is(adjustment->applied, document))
			return true;
	cursor = 0;
	while ((method = (const Jx__Method *)book_next(book, PAPER_METHODS, NULL, &cursor)) != NULL)
		if (deed_is(method->document, document))
			return true;
	return false;
}
