/*
 * Self reports (自我评估报告, R16, R19, R44): points and words for every goal and
 * common item, the own grade, the approval of the unit's 党委、党组; sent by its
 * head. Its points become the year's records when it is sent.
 */
#include <stdio.h>
#include <string.h>

#include "deeds/plan_goal.h"
#include "deeds/sight.h"
#include "deeds/view.h"

/* clang-format off */
static const struct deed_edge self_edges[] = {
	{"",         "self.push",   "draft",    "起草"},
	{"draft",    "self.push",   "draft",    "修改"},
	{"returned", "self.push",   "returned", "按退回意见修改"},
	{"draft",    "self.send",   "sent",     "报送"},
	{"returned", "self.send",   "sent",     "重新报送"},
	{"sent",     "self.return", "returned", "退回修改"},
};
/* clang-format on */
static const struct deed_life lives[] = {
    {"self", "自我评估报告", PAPER_SELF_REPORTS, self_edges, sizeof self_edges / sizeof *self_edges},
};
static const struct deed_life *const self_life = &lives[0];

/* ---- What is reported on: goals and common items alike. */

struct self_item {
	const char *code, *title;
	int64_t full;
	bool is_common;
};

/* All goals of the unit, then the common items of its kind; false: no more. *cursor starts at 0. */
struct self_cursor {
	size_t goal, common;
};

static bool
next_item(const struct book *book, const char *unit, struct self_cursor *cursor, struct self_item *item)
{
	const struct scheme_kind *kind = plan_goal_kind(book, unit);
	const Jx__Goal *goal = (const Jx__Goal *)book_next(book, RECORD_GOALS, unit, &cursor->goal);

	if (goal != NULL) {
		*item = (struct self_item){goal->goal, goal->title, goal->points, false};
		return true;
	}
	if (kind == NULL || cursor->common >= kind->common_count)
		return false;
	*item = (struct self_item){
	    kind->common[cursor->common].code, kind->common[cursor->common].name, kind->common[cursor->common].points, true};
	cursor->common++;
	return true;
}

static bool
find_item(const struct book *book, const char *unit, const char *code, struct self_item *item)
{
	struct self_cursor cursor = {0};

	while (next_item(book, unit, &cursor, item))
		if (deed_is(item->code, code))
			return true;
	return false;
}

static bool
has_goals(const struct book *book, const char *unit)
{
	size_t cursor = 0;

	return book_next(book, RECORD_GOALS, unit, &cursor) != NULL;
}

/* The first grade whose least total the points reach; points are out of 100, in hundredths. */
static const char *
grade_of(const struct scheme *scheme, int64_t points)
{
	for (size_t i = 0; i < scheme->grade_count; i++)
		if (points >= scheme->grades[i].from)
			return scheme->grades[i].code;
	return scheme->grades[scheme->grade_count - 1].code;
}

static const Jx__SelfReport *
report_get(struct deed_ctx *ctx)
{
	return (const Jx__SelfReport *)deed_get(ctx, PAPER_SELF_REPORTS, ctx->args->unit);
}

/* The report moved on, to be written; NULL after a why (JX_E_LIFE). */
static Jx__SelfReport *
report_move(struct deed_ctx *ctx)
{
	const Jx__SelfReport *before = report_get(ctx);
	const char *state = deed_move(ctx, self_life, before == NULL ? "" : deed_str(before->state));
	Jx__SelfReport *report = state == NULL ? NULL : deed_put(ctx, PAPER_SELF_REPORTS, ctx->args->unit);

	if (report != NULL)
		DEED_SET(ctx, report->state, state);
	return report;
}

/* ---- Draft. */

/* The writers' fields only: state, moment, lateness and the word on claims are the program's. */
static void
take_row(struct deed_ctx *ctx, Jx__SelfReport *report, const Jx__SelfReport *row)
{
	if (!deed_is(row->grade, "") && scheme_grade_find(book_scheme(ctx->book), row->grade) < 0)
		deed_fault(ctx, PAPER_SELF_REPORTS, 0, "grade", "不是方案中的等次", "not a grade of the scheme");
	report->statement = row->statement;
	report->grade = row->grade;
	report->reason = row->reason;
	report->body = row->body;
	report->body_date = row->body_date;
	report->explain = row->explain;
}

static void
check_line(struct deed_ctx *ctx, size_t i)
{
	const Jx__SelfLine *row = ctx->args->rows->self_lines[i];
	struct self_item item;

	if (!find_item(ctx->book, ctx->args->unit, row->goal, &item))
		deed_fault(ctx, PAPER_SELF_LINES, i, "goal", "不是本单位的重点目标，也不是其共性目标",
		    "neither a goal of the unit nor a common item of its kind");
	else if (row->has_points && row->points > item.full)
		deed_fault(ctx, PAPER_SELF_LINES, i, "points", "超过满分", "more than the full points");
}

/* Of goals that an adjustment struck. */
static void
drop_stale_lines(struct deed_ctx *ctx)
{
	const Jx__SelfLine *line;
	struct self_item item;
	size_t cursor = 0;

	while ((line = (const Jx__SelfLine *)book_next(ctx->book, PAPER_SELF_LINES, ctx->args->unit, &cursor)) != NULL)
		if (!find_item(ctx->book, ctx->args->unit, line->goal, &item))
			deed_drop(ctx, PAPER_SELF_LINES, ctx->args->unit, line->goal);
}

static enum jx_err
self_push(struct deed_ctx *ctx)
{
	Jx__SelfReport *report = report_move(ctx);

	if (report == NULL)
		return JX_E_LIFE;
	if (ctx->args->rows->n_self_reports > 0)
		take_row(ctx, report, ctx->args->rows->self_reports[0]);
	for (size_t i = 0; i < ctx->args->rows->n_self_lines; i++) {
		check_line(ctx, i);
		deed_put_row(ctx, PAPER_SELF_LINES, &ctx->args->rows->self_lines[i]->base);
	}
	drop_stale_lines(ctx);
	return deed_verdict(ctx);
}

/* ---- Sending. */

static const Jx__SelfLine *
line_get(struct deed_ctx *ctx, const char *goal)
{
	return (const Jx__SelfLine *)deed_get(ctx, PAPER_SELF_LINES, ctx->args->unit, goal);
}

/* Every line there must be; the sum of points. */
static int64_t
check_lines(struct deed_ctx *ctx)
{
	struct self_cursor cursor = {0};
	struct self_item item;
	int64_t sum = 0;

	if (!has_goals(ctx->book, ctx->args->unit))
		deed_why(ctx, "重点工作目标尚未下达", "no goals have been issued to the unit");
	while (next_item(ctx->book, ctx->args->unit, &cursor, &item)) {
		const Jx__SelfLine *line = line_get(ctx, item.code);

		if (line == NULL || deed_is(line->text, ""))
			deed_why(ctx, "%s（%s）没有陈述完成情况", "%s (%s): nothing is said", item.code, item.title);
		if (line == NULL || !line->has_points)
			deed_why(ctx, "%s（%s）没有自评得分", "%s (%s) has no points", item.code, item.title);
		else if (line->points > item.full)
			/* The goal may have been adjusted since. */
			deed_why(ctx, "%s（%s）自评得分超过现在的分值", "%s (%s) has more than its full points now",
			    item.code, item.title);
		else
			sum += line->points;
	}
	return sum;
}

static void
check_grade(struct deed_ctx *ctx, const Jx__SelfReport *report, int64_t sum)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const char *reached = grade_of(scheme, sum);

	if (scheme_grade_find(scheme, deed_str(report->grade)) < 0) {
		deed_why(ctx, "没有自报等次（grade）", "the own grade is missing");
		return;
	}
	if (deed_is(report->reason, ""))
		deed_why(ctx, "没有说明自报等次的理由（reason）", "the reason for the own grade is missing");
	if (!deed_is(report->grade, reached) && deed_is(report->explain, ""))
		deed_why(ctx, "自报等次“%s”与自评得分 %lld.%02lld 所对应的“%s”不符，须说明（explain）",
		    "the own grade \"%s\" is not what %lld.%02lld points reach (\"%s\"): explain it", report->grade,
		    (long long)(sum / 100), (long long)(sum % 100), reached);
}

/* 党委、党组 */
static void
check_body(struct deed_ctx *ctx, const Jx__SelfReport *report)
{
	const char *today = deed_date(ctx->arena, ctx->now_us);

	if (deed_is(report->body, "") || deed_is(report->body_date, ""))
		deed_why(ctx, "须先经党委（党组）或领导班子审议：body、body_date",
		    "its party committee or leadership has to approve it first: body, body_date");
	else if (today == NULL || strcmp(report->body_date, today) > 0)
		deed_why(ctx, "审议日期 %s 还没有到", "the approval's date %s is yet to come", report->body_date);
}

/* Exactly the lines become the year's records. */
static void
put_records(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	struct self_cursor cursor = {0};
	struct self_item item;
	const Jx__Self *self;
	size_t before = 0;

	while ((self = (const Jx__Self *)book_next(ctx->book, RECORD_SELF, unit, &before)) != NULL)
		if (!find_item(ctx->book, unit, self->goal, &item))
			deed_drop(ctx, RECORD_SELF, unit, self->goal);
	while (next_item(ctx->book, unit, &cursor, &item)) {
		Jx__Self *put = deed_put(ctx, RECORD_SELF, unit, item.code);

		DEED_SET_NUMBER(put, points, line_get(ctx, item.code)->points);
	}
}

static enum jx_err
self_send(struct deed_ctx *ctx)
{
	Jx__SelfReport *report = report_move(ctx);
	int64_t sum;

	if (report == NULL)
		return JX_E_LIFE;
	if (deed_is(report->statement, ""))
		deed_why(ctx, "没有总体评价（statement）", "the statement is missing");
	sum = check_lines(ctx);
	check_grade(ctx, report, sum);
	check_body(ctx, report);
	if (ctx->why_count > 0)
		return deed_verdict(ctx);
	drop_stale_lines(ctx);
	put_records(ctx);
	/* On time once is on time, whatever is sent again after a return (G4). */
	ctx->is_late = ctx->is_late && !report->has_at_us;
	if (ctx->is_late) {
		DEED_SET(ctx, report->late, "yes");
		deed_note(ctx, "已过截止时间，记为迟报", "after the deadline: recorded as late");
	}
	DEED_SET_NUMBER(report, at_us, ctx->now_us);
	deed_notify(ctx, "", "office", "",
	    deed_printf(ctx, "%s（%s）报送了自我评估报告", book_unit_name(ctx->book, ctx->args->unit), ctx->args->unit));
	return deed_verdict(ctx);
}

static enum jx_err
self_return(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit;
	const Jx__Self *self;
	size_t cursor = 0;

	if (report_move(ctx) == NULL)
		return JX_E_LIFE;
	while ((self = (const Jx__Self *)book_next(ctx->book, RECORD_SELF, unit, &cursor)) != NULL)
		deed_drop(ctx, RECORD_SELF, unit, self->goal);
	deed_notify(ctx, unit, "", "", deed_printf(ctx, "自我评估报告退回修改：%s", ctx->args->reason));
	return deed_verdict(ctx);
}

/* ---- Views. */

static const struct view_column draft_columns[] = {
    {"goal", "目标", "goal", "text"},
    {"title", "内容", "title", "text"},
    {"kind", "类别", "kind", "text"},
    {"full", "分值", "full points", "figure"},
    {"target", "目标值", "target", "figure"},
    {"round", "最近报告轮次", "last reported in round", "whole"},
    {"received", "收到时间", "received", "moment"},
    {"value", "完成值", "value", "figure"},
    {"progress", "进展", "progress", "text"},
    {"proof", "已交证据", "proof sent", "text"},
    {"points", "自评得分", "points", "figure"},
    {"text", "完成情况", "text", "text"},
    {"evidence", "证据", "evidence", "text"},
};

/* What the unit last said of the goal in a report that it sent. */
static const Jx__GoalReport *
last_report(const struct view_ctx *ctx, const char *unit, const char *goal, const Jx__RoundReport **round)
{
	const Jx__RoundReport *sent;
	const Jx__GoalReport *last = NULL;
	char number[16];
	size_t cursor = 0;

	while ((sent = (const Jx__RoundReport *)book_next(ctx->book, PAPER_ROUND_REPORTS, unit, &cursor)) != NULL) {
		const Jx__GoalReport *report;

		snprintf(number, sizeof number, "%u", sent->round);
		report = (const Jx__GoalReport *)book_get(ctx->book, PAPER_GOAL_REPORTS, unit, number, goal);
		if (report == NULL || !deed_is(sent->state, "sent"))
			continue;
		last = report;
		*round = sent;
	}
	return last;
}

static void
add_points(struct view_ctx *ctx, bool is_there, int64_t points)
{
	if (is_there)
		view_add_points(ctx, points);
	else
		view_add(ctx, "");
}

static void
add_report(struct view_ctx *ctx, const char *unit, const struct self_item *item)
{
	const Jx__RoundReport *round = NULL;
	const Jx__GoalReport *report = item->is_common ? NULL : last_report(ctx, unit, item->code, &round);

	if (report == NULL) {
		for (int i = 0; i < 5; i++)
			view_add(ctx, "");
		return;
	}
	view_add_number(ctx, report->round);
	if (round->has_at_us)
		view_add_number(ctx, round->at_us);
	else
		view_add(ctx, "");
	add_points(ctx, report->has_value, report->value);
	view_add(ctx, report->text);
	view_add(ctx, report->evidence);
}

static enum jx_err
self_draft(struct view_ctx *ctx)
{
	const char *unit = *ctx->args->unit == '\0' ? ctx->actor->unit : ctx->args->unit;
	struct self_cursor cursor = {0};
	struct self_item item;

	if (ctx->actor->role != ROLE_OFFICE && strcmp(unit, ctx->actor->unit) != 0)
		return JX_E_DENIED;
	if (book_unit_kind(ctx->book, unit) < 0)
		return JX_E_NOT_FOUND;
	while (next_item(ctx->book, unit, &cursor, &item)) {
		const Jx__SelfLine *line = (const Jx__SelfLine *)book_get(ctx->book, PAPER_SELF_LINES, unit, item.code);
		const Jx__PlanGoal *goal =
		    item.is_common ? NULL : (const Jx__PlanGoal *)book_get(ctx->book, PAPER_PLAN_GOALS, unit, item.code);

		view_row(ctx);
		view_add(ctx, item.code);
		view_add(ctx, item.title);
		view_add(ctx, item.is_common ? "common" : "goal");
		view_add_points(ctx, item.full);
		add_points(ctx, goal != NULL && goal->has_target, goal == NULL ? 0 : goal->target);
		add_report(ctx, unit, &item);
		add_points(ctx, line != NULL && line->has_points, line == NULL ? 0 : line->points);
		view_add(ctx, line == NULL ? "" : line->text);
		view_add(ctx, line == NULL ? "" : line->evidence);
	}
	return JX_OK;
}

static const struct view_column state_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"state", "状态", "state", "text"},
    {"late", "迟报", "late", "text"},
    {"points", "自评合计", "points", "figure"},
    {"grade", "自报等次", "grade", "text"},
    {"reached", "得分对应等次", "grade by points", "text"},
    {"explain", "不符的说明", "explanation", "text"},
    {"body", "审议机构", "approved by", "text"},
    {"body_date", "审议日期", "approved on", "text"},
    {"at", "报送时间", "sent at", "moment"},
};

static void
add_state(struct view_ctx *ctx, const Jx__Unit *unit, const Jx__SelfReport *report)
{
	const Jx__SelfLine *line;
	size_t cursor = 0;
	int64_t sum = 0;

	while ((line = (const Jx__SelfLine *)book_next(ctx->book, PAPER_SELF_LINES, unit->unit, &cursor)) != NULL)
		sum += line->has_points ? line->points : 0;
	view_row(ctx);
	view_add(ctx, unit->unit);
	view_add(ctx, unit->name);
	if (report == NULL) {
		for (size_t i = 2; i < sizeof state_columns / sizeof *state_columns; i++)
			view_add(ctx, "");
		return;
	}
	view_add(ctx, report->state);
	view_add(ctx, report->late);
	view_add_points(ctx, sum);
	view_add(ctx, report->grade);
	view_add(ctx, grade_of(book_scheme(ctx->book), sum));
	view_add(ctx, report->explain);
	view_add(ctx, report->body);
	view_add(ctx, report->body_date);
	if (report->has_at_us)
		view_add_number(ctx, report->at_us);
	else
		view_add(ctx, "");
}

static enum jx_err
self_state(struct view_ctx *ctx)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		const Jx__SelfReport *report =
		    (const Jx__SelfReport *)book_get(ctx->book, PAPER_SELF_REPORTS, unit->unit);
		Jx__SelfReport nobodys = JX__SELF_REPORT__INIT;

		/* Who may see it may also see that it is not there. */
		nobodys.unit = unit->unit;
		if (sight_may(ctx->book, ctx->actor, PAPER_SELF_REPORTS, report == NULL ? &nobodys.base : &report->base))
			add_state(ctx, unit, report);
	}
	return JX_OK;
}

enum { OF_UNIT = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL };

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "self.push", .zh = "起草、修改自我评估报告", .en = "draft the self report", .roles = OF_UNIT, .scope = DEED_OWN, .phase = "self",
	    .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_SELF_REPORTS, PAPER_SELF_LINES}, .life = &lives[0], .act = self_push,
	    .requirement = "R16 R44"},
	{.name = "self.send", .zh = "报送自我评估报告", .en = "send the self report", .roles = ROLE_HEAD, .scope = DEED_OWN, .phase = "self",
	    .arguments = DEED_UNIT, .life = &lives[0], .act = self_send, .requirement = "R16 R19"},
	{.name = "self.return", .zh = "退回自我评估报告", .en = "return a self report", .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "self",
	    .arguments = DEED_UNIT | DEED_REASON, .life = &lives[0], .act = self_return, .requirement = "R16"},
};
static const struct view views[] = {
	{.name = "self.draft", .zh = "自我评估报告底稿：由全年报告预填", .en = "the self report's draft, filled from the year's reports",
	    .roles = OF_UNIT | ROLE_OFFICE, .arguments = VIEW_MAY_UNIT, .columns = draft_columns,
	    .column_count = sizeof draft_columns / sizeof *draft_columns, .make = self_draft, .requirement = "R16 R44"},
	{.name = "self.state", .zh = "自我评估报告情况", .en = "self reports", .roles = OF_UNIT | ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE,
	    .columns = state_columns, .column_count = sizeof state_columns / sizeof *state_columns, .make = self_state,
	    .requirement = "R16 R19"},
};
/* clang-format on */

const struct chapter self_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = lives,
    .life_count = sizeof lives / sizeof *lives,
    .views = views,
    .view_count = sizeof views / sizeof *views};
