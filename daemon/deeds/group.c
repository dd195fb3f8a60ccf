/* Key goals marked in the field (评估组重点工作目标评估, R23–R25, R29, R30). */
#include <string.h>

#include "deeds/lease.h"
#include "deeds/rule.h"
#include "deeds/signer.h"
#include "deeds/stale.h"
#include "deeds/view.h"
#include "wire/text.h"

/* His own unit, as the group's list or his account names it (R29). */
static bool
is_home(const struct book *book, const struct actor *actor, const char *unit)
{
	const Jx__Member *member;
	size_t cursor = 0;

	if (strcmp(actor->unit, unit) == 0)
		return true;
	while ((member = (const Jx__Member *)book_next(book, PAPER_MEMBERS, NULL, &cursor)) != NULL)
		if (deed_is(member->evaluator, actor->account) && deed_is(member->home, unit))
			return true;
	return false;
}

/* The points that the goal's own rule gives for the verified figure; -1: it has no rule, target or figure. */
static int64_t
suggestion(const struct book *book, const Jx__Goal *goal)
{
	const Jx__PlanGoal *plan = (const Jx__PlanGoal *)book_get(book, PAPER_PLAN_GOALS, goal->unit, goal->goal);
	const Jx__Figure *figure = (const Jx__Figure *)book_get(book, PAPER_FIGURES, goal->unit, goal->goal);

	if (plan == NULL || deed_is(plan->rule, "") || !plan->has_target || figure == NULL ||
	    !deed_is(figure->state, "given") || !figure->has_value)
		return -1;
	return rule_points(plan->rule, goal->points, figure->value, plan->target);
}

static const Jx__GroupNote *
note_row(const struct deed_ctx *ctx, const char *goal)
{
	for (size_t i = 0; i < ctx->args->rows->n_group_notes; i++)
		if (deed_is(ctx->args->rows->group_notes[i]->goal, goal))
			return ctx->args->rows->group_notes[i];
	return NULL;
}

static bool
has_mark_row(const struct deed_ctx *ctx, const char *goal)
{
	for (size_t i = 0; i < ctx->args->rows->n_group; i++)
		if (deed_is(ctx->args->rows->group[i]->goal, goal))
			return true;
	return false;
}

/* How it was checked; what the rule suggests; why the mark is another one. */
static void
put_note(struct deed_ctx *ctx, size_t index, const Jx__Goal *goal)
{
	const Jx__GroupMark *row = ctx->args->rows->group[index];
	const Jx__GroupNote *given = note_row(ctx, row->goal);
	int64_t suggested = suggestion(ctx->book, goal);
	Jx__GroupNote *note;

	if (given == NULL && deed_get(ctx, PAPER_GROUP_NOTES, row->unit, row->goal, row->evaluator) == NULL) {
		deed_fault(ctx, RECORD_GROUP, index, "goal", "须写明核查方式（group_notes）", "how it was checked is needed (group_notes)");
		return;
	}
	note = deed_put(ctx, PAPER_GROUP_NOTES, row->unit, row->goal, row->evaluator);
	if (given != NULL) {
		note->how = given->how;
		note->note = given->note;
		note->reason = given->reason;
	} else if (note->has_suggested != (suggested >= 0) || (suggested >= 0 && note->suggested != suggested)) {
		note->reason = NULL; /* it was for departing from another suggestion */
	}
	note->has_suggested = suggested >= 0;
	note->suggested = suggested < 0 ? 0 : suggested;
	if (suggested >= 0 && suggested != row->points && deed_is(note->reason, "")) {
		char text[TEXT_DECIMAL_SIZE];

		deed_fault(ctx, RECORD_GROUP, index, "points", "按核实数据建议 %s 分，偏离须说明理由",
		    "the verified figure suggests %s: departing from it needs a reason", text_decimal(suggested, text));
	}
}

/* It never blocks: two may have looked at the same thing, knowing it. */
static void
note_lease(struct deed_ctx *ctx, const Jx__GroupMark *row)
{
	const Jx__Lease *other =
	    lease_of_another(ctx->book, row->unit, row->goal, ctx->actor->account, ctx->now_us);

	if (other != NULL)
		deed_note(ctx, "%s 的 %s 正由 %s 占用核查（至 %s），评分照收", "%s %s: %s has it until %s; the mark is taken all the same",
		    row->unit, row->goal, other->by, deed_moment_text(ctx->arena, other->until_us));
}

static void
put_countersigns(struct deed_ctx *ctx)
{
	size_t count = ctx->args->rows->n_group;
	struct signer_mark *marks = arena_alloc(ctx->arena, (count + 1) * sizeof *marks);

	if (marks == NULL) {
		ctx->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const Jx__GroupMark *row = ctx->args->rows->group[i];

		marks[i] = (struct signer_mark){RECORD_GROUP, &row->base, row->unit, row->goal};
	}
	signer_put(ctx, marks, count);
}

static enum jx_err
group_mark(struct deed_ctx *ctx)
{
	if (is_home(ctx->book, ctx->actor, ctx->args->unit)) {
		deed_why(ctx, "不能评估本人所在单位，由替代人评估", "nobody evaluates the own unit: the stand-in does");
		return deed_verdict(ctx);
	}
	if (book_get(ctx->book, PAPER_STAND_INS, ctx->args->unit, ctx->actor->account) != NULL) {
		deed_why(ctx, "已指定替代人，本人回避该单位", "somebody stands in at that unit");
		return deed_verdict(ctx);
	}
	if (stale_check(ctx, RECORD_GROUP) != JX_OK)
		return JX_E_STALE;
	for (size_t i = 0; i < ctx->args->rows->n_group; i++) {
		const Jx__GroupMark *row = ctx->args->rows->group[i];
		const Jx__Goal *goal = (const Jx__Goal *)book_get(ctx->book, RECORD_GOALS, row->unit, row->goal);

		if (!deed_is(row->evaluator, ctx->actor->account))
			deed_fault(ctx, RECORD_GROUP, i, "evaluator", "只能以本人名义评分", "expected the own account");
		if (goal == NULL) {
			deed_fault(ctx, RECORD_GROUP, i, "goal", "该单位没有这项目标", "the unit has no such goal");
			continue;
		}
		if (row->points > goal->points)
			deed_fault(ctx, RECORD_GROUP, i, "points", "超过该目标分值", "above the goal's points");
		deed_put_row(ctx, RECORD_GROUP, &row->base);
		put_note(ctx, i, goal);
		note_lease(ctx, row);
	}
	for (size_t i = 0; i < ctx->args->rows->n_group_notes; i++) {
		if (!deed_is(ctx->args->rows->group_notes[i]->evaluator, ctx->actor->account))
			deed_fault(ctx, PAPER_GROUP_NOTES, i, "evaluator", "只能以本人名义记录", "expected the own account");
		if (!has_mark_row(ctx, ctx->args->rows->group_notes[i]->goal))
			deed_fault(ctx, PAPER_GROUP_NOTES, i, "goal", "须与评分一并报送", "expected with its mark");
	}
	put_countersigns(ctx);
	return deed_verdict(ctx);
}

/* ---- Views. */

static const struct view_column state_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"goal", "目标", "goal", "text"},
    {"title", "目标内容", "title", "text"},
    {"points", "分值", "points", "figure"},
    {"evaluator", "评估人", "evaluator", "text"},
    {"state", "状态", "state", "text"},
    {"claim", "单位自报", "claim", "figure"},
    {"verified", "核实值", "verified", "figure"},
    {"suggested", "建议分", "suggested", "figure"},
    SIGNER_COLUMNS,
};

static void
add_optional(struct view_ctx *ctx, bool has, int64_t hundredths)
{
	if (has)
		view_add_points(ctx, hundredths);
	else
		view_add(ctx, "");
}

/* "unexplained": the verified figure came after the mark and suggests another one (R30). */
static const char *
mark_state(const struct book *book, const Jx__Goal *goal, const char *evaluator, int64_t suggested)
{
	const Jx__GroupMark *mark =
	    (const Jx__GroupMark *)book_get(book, RECORD_GROUP, goal->unit, goal->goal, evaluator);
	const Jx__GroupNote *note =
	    (const Jx__GroupNote *)book_get(book, PAPER_GROUP_NOTES, goal->unit, goal->goal, evaluator);

	if (mark == NULL)
		return "missing";
	if (suggested < 0 || suggested == mark->points)
		return "marked";
	return note != NULL && note->has_suggested && note->suggested == suggested && !deed_is(note->reason, "")
		   ? "marked"
		   : "unexplained";
}

static void
add_mark(struct view_ctx *ctx, const Jx__Goal *goal, const char *evaluator)
{
	const Jx__Figure *figure = (const Jx__Figure *)book_get(ctx->book, PAPER_FIGURES, goal->unit, goal->goal);
	int64_t suggested = suggestion(ctx->book, goal);

	view_row(ctx);
	view_add(ctx, goal->unit);
	view_add(ctx, goal->goal);
	view_add(ctx, goal->title);
	view_add_points(ctx, goal->points);
	view_add(ctx, evaluator);
	view_add(ctx, mark_state(ctx->book, goal, evaluator, suggested));
	add_optional(ctx, figure != NULL && figure->has_claim, figure == NULL ? 0 : figure->claim);
	add_optional(ctx, figure != NULL && figure->has_value, figure == NULL ? 0 : figure->value);
	add_optional(ctx, suggested >= 0, suggested);
	signer_add_cells(ctx,
	    &(struct signer_mark){RECORD_GROUP, book_get(ctx->book, RECORD_GROUP, goal->unit, goal->goal, evaluator),
		goal->unit, goal->goal},
	    (const Jx__Countersign *)book_get(ctx->book, PAPER_COUNTERSIGNS, goal->unit, goal->goal, evaluator));
}

/* Who marks the unit in that member's place: himself, or his stand-in where he is at home. */
static const char *
marker_of(const struct book *book, const Jx__Member *member, const char *unit)
{
	const Jx__StandIn *stand_in =
	    (const Jx__StandIn *)book_get(book, PAPER_STAND_INS, unit, member->evaluator);

	if (stand_in != NULL)
		return stand_in->instead;
	return deed_is(member->home, unit) ? "" : member->evaluator;
}

static bool
sees(const struct view_ctx *ctx, const char *evaluator, const char *unit)
{
	if (ctx->actor->role == ROLE_EVALUATOR)
		return deed_is(evaluator, ctx->actor->account);
	return ctx->actor->role != ROLE_LEAD || book_in_team(ctx->book, ctx->actor->account, unit);
}

static enum jx_err
group_state(struct view_ctx *ctx)
{
	const Jx__Goal *goal;
	size_t goals = 0;

	while ((goal = (const Jx__Goal *)book_next(ctx->book, RECORD_GOALS, NULL, &goals)) != NULL) {
		const Jx__Member *member;
		size_t members = 0;

		if (*ctx->args->unit != '\0' && !deed_is(goal->unit, ctx->args->unit))
			continue;
		while ((member = (const Jx__Member *)book_next(ctx->book, PAPER_MEMBERS, NULL, &members)) != NULL) {
			const Jx__Team *team = (const Jx__Team *)book_get(ctx->book, PAPER_TEAMS, member->team);
			const char *marker = marker_of(ctx->book, member, goal->unit);

			if (team != NULL && deed_is(team->class_, book_unit_class(ctx->book, goal->unit)) &&
			    sees(ctx, marker, goal->unit))
				add_mark(ctx, goal, marker);
		}
	}
	return JX_OK;
}

static const struct view_column gap_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"goal", "目标", "goal", "text"},
    {"points", "分值", "points", "figure"},
    {"self", "自评", "self", "figure"},
    {"group", "评估组均分", "group_mean", "figure"},
    {"gap", "自评高出", "gap", "text"},
};

/* The group's mean, rounded half up to hundredths; -1: nobody has marked it. */
static int64_t
group_mean(const struct book *book, const Jx__Goal *goal)
{
	const Jx__GroupMark *mark;
	int64_t sum = 0, count = 0;
	size_t cursor = 0;

	while ((mark = (const Jx__GroupMark *)book_next(book, RECORD_GROUP, goal->unit, &cursor)) != NULL)
		if (deed_is(mark->goal, goal->goal)) {
			sum += mark->points;
			count++;
		}
	return count == 0 ? -1 : (2 * sum + count) / (2 * count);
}

/* What a unit gave itself beside what the group found (R16); the unit sees it once the result is published. */
static enum jx_err
group_gaps(struct view_ctx *ctx)
{
	const Jx__Goal *goal;
	size_t cursor = 0;

	if ((ctx->actor->role & (ROLE_CLERK | ROLE_HEAD)) != 0 && !book_is_published(ctx->book))
		return JX_E_PHASE;
	while ((goal = (const Jx__Goal *)book_next(ctx->book, RECORD_GOALS, NULL, &cursor)) != NULL) {
		const Jx__Self *self = (const Jx__Self *)book_get(ctx->book, RECORD_SELF, goal->unit, goal->goal);
		int64_t mean = group_mean(ctx->book, goal), gap;
		char text[TEXT_DECIMAL_SIZE];

		if ((ctx->actor->role & (ROLE_CLERK | ROLE_HEAD)) != 0 && !deed_is(goal->unit, ctx->actor->unit))
			continue;
		if (self == NULL || mean < 0 || (*ctx->args->unit != '\0' && !deed_is(goal->unit, ctx->args->unit)))
			continue;
		gap = self->points - mean;
		view_row(ctx);
		view_add(ctx, goal->unit);
		view_add(ctx, goal->goal);
		view_add_points(ctx, goal->points);
		view_add_points(ctx, self->points);
		view_add_points(ctx, mean);
		view_addf(ctx, "%s%s", gap < 0 ? "-" : "", text_decimal(gap < 0 ? -gap : gap, text));
	}
	return JX_OK;
}

static const struct view_column depart_columns[] = {
    {"evaluator", "评估人", "evaluator", "text"},
    {"suggested", "有建议分的项数", "with_suggestion", "whole"},
    {"departs", "偏离项数", "departs", "whole"},
    {"mean", "平均偏离", "mean_departure", "figure"},
};

/* How often each evaluator departs from what the rule suggests (R30). */
static void
add_departures(struct view_ctx *ctx, const char *evaluator)
{
	const Jx__GroupNote *note;
	size_t cursor = 0;
	int64_t suggested = 0, departs = 0, sum = 0;

	while ((note = (const Jx__GroupNote *)book_next(ctx->book, PAPER_GROUP_NOTES, NULL, &cursor)) != NULL) {
		const Jx__GroupMark *mark;
		int64_t apart;

		if (!deed_is(note->evaluator, evaluator) || !note->has_suggested)
			continue;
		mark = (const Jx__GroupMark *)book_get(ctx->book, RECORD_GROUP, note->unit, note->goal, evaluator);
		if (mark == NULL)
			continue;
		apart = mark->points > note->suggested ? mark->points - note->suggested : note->suggested - mark->points;
		suggested++;
		departs += apart != 0;
		sum += apart;
	}
	view_row(ctx);
	view_add(ctx, evaluator);
	view_add_number(ctx, (uint64_t)suggested);
	view_add_number(ctx, (uint64_t)departs);
	view_add_points(ctx, suggested == 0 ? 0 : (2 * sum + suggested) / (2 * suggested));
}

static bool
has_row(const struct view_ctx *ctx, const char *first)
{
	for (size_t i = 0; i < ctx->row_count; i++)
		if (ctx->rows[i]->n_cells > 0 && strcmp(ctx->rows[i]->cells[0], first) == 0)
			return true;
	return false;
}

/* The members, then whoever marks in their place. */
static enum jx_err
group_departs(struct view_ctx *ctx)
{
	const Jx__Member *member;
	const Jx__StandIn *stand_in;
	size_t members = 0, stand_ins = 0;

	while ((member = (const Jx__Member *)book_next(ctx->book, PAPER_MEMBERS, NULL, &members)) != NULL)
		add_departures(ctx, member->evaluator);
	while ((stand_in = (const Jx__StandIn *)book_next(ctx->book, PAPER_STAND_INS, NULL, &stand_ins)) != NULL)
		if (!has_row(ctx, stand_in->instead))
			add_departures(ctx, stand_in->instead);
	return JX_OK;
}

#define COLUMNS(list) list, sizeof list / sizeof *list

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "group.mark", .zh = "评估重点工作目标", .en = "mark key goals in the field", .roles = ROLE_EVALUATOR | ROLE_LEAD, .scope = DEED_TEAM,
	    .phase = "group", .arguments = DEED_UNIT | DEED_ROWS, .kinds = {RECORD_GROUP, PAPER_GROUP_NOTES, PAPER_COUNTERSIGNS}, .act = group_mark,
	    .requirement = "R23 R25 R29 R30"},
};

static const struct view views[] = {
	{"group.state", "评估组评分情况", "the groups' marks: done and missing", ROLE_OFFICE | ROLE_AUDITOR | ROLE_EVALUATOR | ROLE_LEAD, VIEW_MAY_UNIT,
	    COLUMNS(state_columns), group_state, "R23 R24 R25"},
	{"group.gaps", "自评与评估组评分之差", "own marks beside the group's", ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD, VIEW_MAY_UNIT,
	    COLUMNS(gap_columns), group_gaps, "R16"},
	{"group.departs", "偏离建议分的次数", "how often evaluators depart from the suggestion", ROLE_OFFICE | ROLE_AUDITOR, 0,
	    COLUMNS(depart_columns), group_departs, "R30"},
};
/* clang-format on */

const struct chapter group_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .views = views,
    .view_count = sizeof views / sizeof *views};
