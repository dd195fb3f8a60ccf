/* Verified figures (核实数据, R24): the office asks a functional department; its figure stands beside the unit's claim. */
#include <string.h>

#include "deeds/view.h"

/* clang-format off */
static const struct deed_edge figure_edges[] = {
	{"",      "figure.ask",  "asked", "请职能部门核实"},
	{"given", "figure.ask",  "asked", "请重新核实"},
	{"asked", "figure.give", "given", "提供核实数据"},
	{"given", "figure.give", "given", "更正核实数据"},
};
static const struct deed_life lives[] = {
	{"figure", "核实数据", PAPER_FIGURES, figure_edges, sizeof figure_edges / sizeof *figure_edges},
};
/* clang-format on */

/* What the unit itself reported last. */
static const Jx__GoalReport *
last_report(struct deed_ctx *ctx, const char *unit, const char *goal)
{
	const Jx__GoalReport *report, *last = NULL;
	size_t cursor = 0;

	while ((report = (const Jx__GoalReport *)book_next(ctx->book, PAPER_GOAL_REPORTS, unit, &cursor)) != NULL)
		if (deed_is(report->goal, goal) && report->has_value)
			last = report; /* rounds rise */
	return last;
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
	figure = deed_put(ctx, PAPER_FIGURES, args->unit, args->object);
	DEED_SET(ctx, figure->state, state);
	DEED_SET(ctx, figure->by, args->value);
	figure->has_value = 0;
	if (report != NULL)
		DEED_SET_NUMBER(figure, claim, report->value);
	deed_notify_subject(ctx, "functional", args->value,
	    deed_printf(ctx, "请核实%s目标%s的完成数据", book_unit_name(ctx->book, args->unit), args->object));
	return deed_verdict(ctx);
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
		return book_in_team(ctx->book, ctx->actor->account, figure->unit);
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
