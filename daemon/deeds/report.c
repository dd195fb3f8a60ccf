/* A unit's progress report of a round (调度报告): goal by goal, sent whole (R13). */
#include "deeds/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "deeds/plan_goal.h"
#include "deeds/round.h"

enum { NUMBER_SIZE = 16 };

static const struct deed_edge edges[] = {
    {"", "report.push", "draft", "填报进展"},
    {"draft", "report.push", "draft", "修改进展"},
    {"returned", "report.push", "returned", "按退回意见修改"},
    {"draft", "report.send", "sent", "报送"},
    {"returned", "report.send", "sent", "重新报送"},
    {"sent", "report.return", "returned", "退回"},
    /* A round is marked whatever its report is: one that was not sent has the mark's reason on it. */
    {"", "progress.mark", "draft", "未报评分"},
    {"draft", "progress.mark", "draft", "未报评分"},
    {"returned", "progress.mark", "returned", "未报评分"},
    {"sent", "progress.mark", "sent", "评分"},
};

const struct deed_life report_life = {
    "report", "调度报告", PAPER_ROUND_REPORTS, edges, sizeof edges / sizeof *edges};

static const Jx__RoundReport *
report_find(const struct book *book, const char *unit, const char *object)
{
	return (const Jx__RoundReport *)book_get(book, PAPER_ROUND_REPORTS, unit, object);
}

const char *
report_state(const struct book *book, const char *unit, uint32_t round)
{
	char object[NUMBER_SIZE];
	const Jx__RoundReport *report;

	snprintf(object, sizeof object, "%" PRIu32, round);
	report = report_find(book, unit, object);
	return report == NULL ? "" : deed_str(report->state);
}

/* NULL: the life does not lead on. */
static Jx__RoundReport *
report_move(struct deed_ctx *ctx)
{
	const Jx__RoundReport *now = report_find(ctx->book, ctx->args->unit, ctx->args->object);
	const char *state = deed_move(ctx, &report_life, now == NULL ? "" : now->state);
	Jx__RoundReport *report = NULL;

	if (state != NULL) {
		report = deed_put(ctx, PAPER_ROUND_REPORTS, ctx->args->unit, ctx->args->object);
		DEED_SET(ctx, report->state, state);
	}
	return report;
}

/* ---- What has to be explained. */

enum question { FELL = 1 << 0, OVER = 1 << 1, OTHER_GOAL = 1 << 2 };

static const struct {
	enum question question;
	const char *zh, *en;
} questions[] = {
    {FELL, "完成值低于上一次填报，须说明（why）", "less than reported before: explain (why)"},
    {OVER, "完成值超过目标值的 100%，须说明（why）", "more than 100 % of the target: explain (why)"},
    {OTHER_GOAL, "上一次填报后目标已调整，须说明两次数据如何对应（why）",
	"the goal has changed since the report before: say how the figures map (why)"},
};

enum { QUESTION_COUNT = sizeof questions / sizeof *questions };

/* The goal's newest report of an earlier round; one without a figure does not hide a fall. */
static const Jx__GoalReport *
report_before(struct deed_ctx *ctx, const Jx__GoalReport *row, bool with_value)
{
	for (uint32_t round = row->round; round-- > 1;) {
		const Jx__GoalReport *before = (const Jx__GoalReport *)deed_get(
		    ctx, PAPER_GOAL_REPORTS, row->unit, deed_printf(ctx, "%" PRIu32, round), row->goal);

		if (before != NULL && (before->has_value || !with_value))
			return before;
	}
	return NULL;
}

static const Jx__PlanGoal *
planned(const struct deed_ctx *ctx, const Jx__GoalReport *row)
{
	return (const Jx__PlanGoal *)book_get(ctx->book, PAPER_PLAN_GOALS, row->unit, row->goal);
}

static unsigned
questions_of(struct deed_ctx *ctx, const Jx__GoalReport *row, const char *content)
{
	const Jx__GoalReport *before = report_before(ctx, row, true);
	const Jx__PlanGoal *goal = planned(ctx, row);
	unsigned asked = 0;

	if (before != NULL && row->has_value && row->value < before->value)
		asked |= FELL;
	if (goal != NULL && goal->has_target && row->has_value && row->value > goal->target)
		asked |= OVER;
	before = report_before(ctx, row, false);
	if (before != NULL && !deed_is(before->content, content))
		asked |= OTHER_GOAL;
	return deed_is(row->why, "") ? asked : 0;
}

/* ---- Filling it in. */

static void
check_row(struct deed_ctx *ctx, size_t i, const char *content)
{
	const Jx__GoalReport *row = ctx->args->rows->goal_reports[i];
	const Jx__PlanGoal *goal = planned(ctx, row);
	unsigned asked;

	if (row->round != round_number(ctx->book, ctx->args->object))
		deed_fault(ctx, PAPER_GOAL_REPORTS, i, "round", "应为第 %s 轮", "expected round %s",
		    ctx->args->object);
	if (book_get(ctx->book, RECORD_GOALS, row->unit, row->goal) == NULL) {
		deed_fault(ctx, PAPER_GOAL_REPORTS, i, "goal", "本单位没有这个目标",
		    "the unit has no such goal");
		return;
	}
	if (goal != NULL && goal->has_target && !row->has_value)
		deed_fault(ctx, PAPER_GOAL_REPORTS, i, "value", "目标有目标值，须填完成值",
		    "the goal has a target: a figure is needed");
	asked = questions_of(ctx, row, content);
	for (size_t q = 0; q < QUESTION_COUNT; q++)
		if ((asked & questions[q].question) != 0)
			deed_fault(ctx, PAPER_GOAL_REPORTS, i, "why", "%s", "%s",
			    ctx->lang == JX_EN ? questions[q].en : questions[q].zh);
}

static enum jx_err
report_push(struct deed_ctx *ctx)
{
	if (report_move(ctx) == NULL)
		return JX_E_LIFE;
	round_check_open(ctx, ctx->args->object);
	for (size_t i = 0; i < ctx->args->rows->n_goal_reports; i++) {
		const Jx__GoalReport *row = ctx->args->rows->goal_reports[i];
		Jx__GoalReport *put;
		char *content = plan_goal_content(ctx, row->unit, row->goal);

		check_row(ctx, i, content);
		put = deed_put_row(ctx, PAPER_GOAL_REPORTS, &row->base);
		put->content = content;
	}
	return deed_verdict(ctx);
}

/* ---- Sending it. */

static void
check_goal(struct deed_ctx *ctx, const Jx__Goal *goal)
{
	const char *content = plan_goal_content(ctx, goal->unit, goal->goal);
	const Jx__GoalReport *row = (const Jx__GoalReport *)deed_get(
	    ctx, PAPER_GOAL_REPORTS, goal->unit, ctx->args->object, goal->goal);
	unsigned asked;

	if (row == NULL) {
		deed_why(ctx, "目标 %s 尚未填报", "goal %s is not reported yet", goal->goal);
		return;
	}
	if (!deed_is(row->content, content))
		deed_why(ctx, "目标 %s 在填报后已调整，须重新填报",
		    "goal %s has changed since it was reported: report it anew", goal->goal);
	/* An earlier round may have been corrected since. */
	asked = questions_of(ctx, row, content);
	for (size_t q = 0; q < QUESTION_COUNT; q++)
		if ((asked & questions[q].question) != 0)
			deed_why(ctx, "目标 %s：%s", "goal %s: %s", goal->goal,
			    ctx->lang == JX_EN ? questions[q].en : questions[q].zh);
}

static void
check_goals(struct deed_ctx *ctx)
{
	const Jx__Goal *goal;
	size_t cursor = 0, count = 0;

	while ((goal = (const Jx__Goal *)deed_next(ctx, RECORD_GOALS, ctx->args->unit, &cursor)) != NULL) {
		check_goal(ctx, goal);
		count++;
	}
	if (count == 0)
		deed_why(ctx, "本单位尚无目标", "the unit has no goals yet");
}

static enum jx_err
report_send(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit, *object = ctx->args->object;
	const Jx__Round *round = round_find(ctx->book, round_number(ctx->book, object));
	uint64_t due = round == NULL ? 0 : round_due(ctx->book, round, unit);
	Jx__RoundReport *report = report_move(ctx);

	if (report == NULL)
		return JX_E_LIFE;
	round_check_open(ctx, object);
	check_goals(ctx);
	/* Why it was returned is over; why it was marked unsent is not. */
	if (book_get(ctx->book, RECORD_PROGRESS, unit, object) == NULL)
		report->note = NULL;
	/* The round's deadline, not the phase's; and on time once is on time, whatever is sent again
	 * after a return (G4). */
	ctx->is_late = deed_is_late(ctx, due) && !report->has_at_us;
	DEED_SET_NUMBER(report, at_us, ctx->now_us);
	if (ctx->is_late) {
		DEED_SET(ctx, report->late, "yes");
		deed_note(ctx, "已过截止时间 %s 24:00，记为迟报", "after %s 24:00: recorded as late",
		    deed_date(ctx->arena, due - 1));
	}
	deed_notify(ctx, "", "office", "",
	    deed_printf(ctx, "%s（%s）报送了第 %s 轮调度报告", book_unit_name(ctx->book, unit), unit, object));
	return deed_verdict(ctx);
}

static enum jx_err
report_return(struct deed_ctx *ctx)
{
	Jx__RoundReport *report = report_move(ctx);

	if (report == NULL)
		return JX_E_LIFE;
	DEED_SET(ctx, report->note, ctx->args->reason);
	deed_notify(ctx, ctx->args->unit, "", "",
	    deed_printf(ctx, "第 %s 轮调度报告退回修改：%s", ctx->args->object, ctx->args->reason));
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "report.push", .zh = "填报一轮调度的目标进展", .en = "report progress of goals in a round",
	    .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, .scope = DEED_OWN, .arguments = DEED_UNIT | DEED_OBJECT | DEED_ROWS,
	    .kinds = {PAPER_GOAL_REPORTS}, .life = &report_life, .act = report_push, .requirement = "R13 R44"},
	{.name = "report.send", .zh = "报送一轮调度报告", .en = "send the report of a round", .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
	    .scope = DEED_OWN, .phase = "progress", .arguments = DEED_UNIT | DEED_OBJECT, .life = &report_life, .act = report_send,
	    .requirement = "R13"},
	{.name = "report.return", .zh = "退回一轮调度报告", .en = "return the report of a round", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON, .life = &report_life, .act = report_return, .requirement = "R13"},
};
/* clang-format on */

const struct chapter report_chapter = {
    .deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = &report_life,
    .life_count = 1,
};
