/* Verified figures (核实数据, R24): the office asks a functional department; its figure stands beside the unit's claim. */
#include <string.h>

#include "deeds/view.h"

/* clang-format off */
static const struct deed_edge figure_edges[] = {
	{"",      "figure.ask",  "asked", "请职能部门核实"},
	{"asked", "figure.ask",  "asked", "改请另一部门核实"},
	{"given", "figure.ask",  "asked", "请重新核实"},
	{"asked", "figure.give", "given", "提供核实数据"},
	{"given", "figure.give", "given", "更正核实数据"},
};
static const struct deed_life lives[] = {
	{"figure", "核实数据", PAPER_FIGURES, figure_edges, sizeof figure_edges / sizeof *figure_edges},
};
/* clang-format on */

/* A draft is the unit's own until it is sent (R42). */
static bool
is_sent(struct deed_ctx *ctx, const Jx__GoalReport *goal)
{
	const Jx__RoundReport *report = (const Jx__RoundReport *)deed_get(
	    ctx, PAPER_ROUND_REPORTS, goal->unit, deed_printf(ctx, "%u", (unsigned)goal->round));

	return report != NULL && deed_is(report->state, "sent");
}

/* What the unit itself reported last. */
static const Jx__GoalReport *
last_report(struct deed_ctx *ctx, const char *unit, const char *goal)
{
	const Jx__GoalReport *report, *last = NULL;
	size_t cursor = 0;

	while ((report = (const Jx__GoalReport *)book_next(ctx->book, PAPER_GOAL_REPORTS, unit, &cursor)) != NULL)
		if (deed_is(report->goal, goal) && report->has_value && is_sent(ctx, report))
			last = report; /* rounds rise */
	return last;
}

/* A department's name that the scheme does not know is asked, but whoever asks is told: it may be a slip. */
static bool
is_known(const struct scheme *scheme, const char *by)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (size_t i = 0; i < scheme->kinds[kind].common_count; i++)
			for (size_t j = 0; j < scheme->kinds[kind].common[i].set_by_count; j++)
				if (strcmp(scheme->kinds[kind].common[i].set_by[j], by) == 0)
					return true;
	return false;
}

static enum jx_err
figure_ask(struct deed_ctx *ctx)
{
	const Jx__Deed *args = ctx->args;
	const Jx__Figure *now = (const Jx__Figure *)deed_get(ctx, PAPER_FIGURES, args->unit, args->object);
	const Jx__GoalReport *report = last_report(ctx, args->unit, args->object);
	const char *state;
	Jx__Figure *figure;

	if (book_get(ctx->book, RECORD_GOALS, args->unit, args->object) == NULL)
		return JX_E_NOT_FOUND;
	state = deed_move(ctx, &lives[0], now == NULL ? "" : now->state);
	if (state == NULL)
		return JX_E_LIFE;
	if (deed_is(book_unit_name(ctx->book, args->unit), args->value))
		deed_why(ctx, "%s不能核实自己的数据", "%s does not verify its own figure", args->value);
	if (!is_known(book_scheme(ctx->book), args->value))
		deed_note(ctx, "方案的评分部门中没有“%s”，请核对名称", "\"%s\" marks no item of the scheme: is the name right?",
		    args->value);
	figure = deed_put(ctx, PAPER_FIGURES, args->unit, args->object);
	DEED_SET(ctx, figure->state, state);
	DEED_SET(ctx, figure->by, args->value);
	figure->has_value = figure->has_claim = 0;
	figure->source = figure->text = NULL;
	if (report != NULL)
		DEED_SET_NUMBER(figure, claim, report->value);
	deed_notify_subject(ctx, "functional", args->value,
	    deed_printf(ctx, "请核实%s目标%s的完成数据", book_unit_name(ctx->book, args->unit), args->object));
	return deed_verdict(ctx);
}

/* Whoever marked before the figure came looks at the mark again (R30). */
static void
tell_evaluators(struct deed_ctx *ctx, const Jx__Figure *row)
{
	const Jx__GroupMark *mark;
	size_t cursor = 0;

	while ((mark = (const Jx__GroupMark *)book_next(ctx->book, RECORD_GROUP, row->unit, &cursor)) != NULL)
		if (deed_is(mark->goal, row->goal))
			deed_notify(ctx, "", "", mark->evaluator,
			    deed_printf(ctx, "%s目标%s的核实数据有变，请复核评分", book_unit_name(ctx->book, row->unit), row->goal));
}

static enum jx_err
figure_give(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_figures; i++) {
		const Jx__Figure *row = ctx->args->rows->figures[i];
		const Jx__Figure *now = (const Jx__Figure *)deed_get(ctx, PAPER_FIGURES, row->unit, row->goal);
		const char *state;
		Jx__Figure *figure;

		if (now == NULL || !deed_is(now->by, row->by)) {
			deed_fault(ctx, PAPER_FIGURES, i, "goal", "没有请本部门核实此目标", "the department was not asked for it");
			continue;
		}
		if (deed_is(row->unit, ctx->actor->unit))
			deed_fault(ctx, PAPER_FIGURES, i, "unit", "不能核实本单位的数据", "nobody verifies the own unit's figure");
		if (!row->has_value || deed_is(row->source, ""))
			deed_fault(ctx, PAPER_FIGURES, i, "value", "须写明核实值和数据来源", "the value and its source are needed");
		state = deed_move(ctx, &lives[0], now->state);
		if (state == NULL)
			return JX_E_LIFE;
		figure = deed_put(ctx, PAPER_FIGURES, row->unit, row->goal);
		DEED_SET(ctx, figure->state, state);
		DEED_SET_NUMBER(figure, value, row->value);
		figure->source = row->source;
		figure->text = row->text;
		tell_evaluators(ctx, row);
	}
	return deed_verdict(ctx);
}

static const struct view_column state_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"goal", "目标", "goal", "text"},
    {"by", "提供部门", "by", "text"},
    {"state", "状态", "state", "text"},
    {"claim", "单位自报", "claim", "figure"},
    {"value", "核实值", "verified", "figure"},
    {"source", "数据来源", "source", "text"},
};

static bool
sees(const struct view_ctx *ctx, const Jx__Figure *figure)
{
	switch (ctx->actor->role) {
	case ROLE_FUNCTIONAL:
		return deed_is(figure->by, ctx->actor->subject) || deed_is(figure->unit, ctx->actor->unit);
	case ROLE_CLERK:
	case ROLE_HEAD:
		return deed_is(figure->unit, ctx->actor->unit);
	case ROLE_EVALUATOR:
	case ROLE_LEAD:
		return book_in_team(ctx->book, ctx->actor->account, figure->unit) ||
		       book_stands_in(ctx->book, ctx->actor->account, figure->unit);
	case ROLE_NONE:
	case ROLE_OFFICE:
	case ROLE_AUDITOR:
	case ROLE_LEADER:
	case ROLE_SECRETARY:
	case ROLE_COMMITTEE:
	case ROLE_REVIEWER:
	case ROLE_END:
	case ROLE_ALL:
		break;
	}
	return true;
}

static enum jx_err
figure_state(struct view_ctx *ctx)
{
	const Jx__Figure *figure;
	size_t cursor = 0;

	while ((figure = (const Jx__Figure *)book_next(ctx->book, PAPER_FIGURES, NULL, &cursor)) != NULL) {
		if (!sees(ctx, figure))
			continue;
		view_row(ctx);
		view_add(ctx, figure->unit);
		view_add(ctx, figure->goal);
		view_add(ctx, figure->by);
		view_add(ctx, figure->state);
		if (figure->has_claim)
			view_add_points(ctx, figure->claim);
		else
			view_add(ctx, "");
		if (figure->has_value)
			view_add_points(ctx, figure->value);
		else
			view_add(ctx, "");
		view_add(ctx, figure->source);
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "figure.ask", .zh = "请职能部门核实数据", .en = "ask a department for a verified figure", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_VALUE, .life = &lives[0], .act = figure_ask, .requirement = "R24"},
	{.name = "figure.give", .zh = "提供核实数据", .en = "give verified figures", .roles = ROLE_FUNCTIONAL, .scope = DEED_ITEM,
	    .arguments = DEED_ROWS, .kinds = {PAPER_FIGURES}, .life = &lives[0], .act = figure_give, .requirement = "R24"},
};

static const struct view views[] = {
	{"figure.state", "核实数据情况", "verified figures",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_FUNCTIONAL | ROLE_CLERK | ROLE_HEAD | ROLE_EVALUATOR | ROLE_LEAD, 0, state_columns,
	    sizeof state_columns / sizeof *state_columns, figure_state, "R24"},
};
/* clang-format on */

const struct chapter figure_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .lives = lives,
    .life_count = sizeof lives / sizeof *lives, .views = views, .view_count = sizeof views / sizeof *views};
