/* The result as its readers may see it, and what it still needs (R32, R42). */
#include <string.h>

#include "deeds/confirmation.h"
#include "deeds/lines.h"
#include "deeds/outcome.h"
#include "deeds/view.h"

/* ---- Who stands where. */

static bool
is_own_run(const struct view_ctx *ctx)
{
	const Jx__Outcome *outcome = outcome_get(ctx->book);

	return outcome != NULL && outcome->run == ctx->run.run->run;
}

/*
 * The office and the auditor see every run; the committee the result from its
 * draft on; all others only the result, once it is public (公示 is being shown).
 */
static enum jx_err
check_reader(const struct view_ctx *ctx)
{
	const char *state = outcome_state(ctx->book);

	if ((ctx->actor->role & (ROLE_OFFICE | ROLE_AUDITOR)) != 0)
		return JX_OK;
	if (ctx->actor->role == ROLE_COMMITTEE)
		return is_own_run(ctx) ? JX_OK : JX_E_DENIED;
	if (strcmp(state, "public") != 0 && strcmp(state, "published") != 0)
		return JX_E_PHASE;
	return is_own_run(ctx) ? JX_OK : JX_E_DENIED;
}

/* The names of what it wins: as listed, when the list is of this run. */
static const char *
awards_of(const struct view_ctx *ctx, const struct prize_unit *unit)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const char *text = "";
	const Jx__AwardLine *line;
	size_t cursor = 0;

	if (!is_own_run(ctx)) {
		for (size_t i = 0; i < unit->award_count && text != NULL; i++)
			text = arena_printf(ctx->arena, "%s%s%s", text, *text == '\0' ? "" : "、",
			    prize_award_name(scheme, unit->awards[i]));
		return text;
	}
	while (text != NULL && (line = (const Jx__AwardLine *)book_next(
				    ctx->book, PAPER_AWARD_LINES, unit->unit->unit, &cursor)) != NULL)
		if (lines_is_listed(line))
			text = arena_printf(ctx->arena, "%s%s%s", text, *text == '\0' ? "" : "、",
			    prize_award_name(scheme, line->award));
	return text;
}

static enum jx_err
results_make(struct view_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	enum jx_err err = check_reader(ctx);
	struct prize *prize;

	if (err != JX_OK)
		return err;
	prize = prize_count(
	    &(struct prize_input){.arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang});
	if (prize == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < prize->unit_count; i++) {
		const struct prize_unit *unit = &prize->units[i];

		if (*ctx->args->unit != '\0' && !deed_is(unit->unit->unit, ctx->args->unit))
			continue;
		view_row(ctx);
		view_add(ctx, unit->unit->unit);
		view_add(ctx, book_unit_name(ctx->book, unit->unit->unit));
		view_add(ctx, scheme->classes[unit->class_index].name);
		view_add(ctx, unit->unit->total);
		view_add(ctx, scheme->grades[unit->grade].name);
		view_add_number(ctx, unit->unit->rank);
		view_add(ctx, awards_of(ctx, unit));
	}
	return JX_OK;
}

/* ---- What is needed next. */

static void
state_row(struct view_ctx *ctx, const char *item, const char *state, const char *detail)
{
	view_row(ctx);
	view_add(ctx, item);
	view_add(ctx, state);
	view_add(ctx, detail);
}

static void
add_facts(struct view_ctx *ctx, const Jx__Outcome *outcome)
{
	state_row(ctx, "state", deed_str(outcome->state), deed_str(outcome->reason));
	state_row(ctx, "run", arena_printf(ctx->arena, "%u", outcome->run),
	    outcome->has_before ? arena_printf(ctx->arena, "%s %u", view_say(ctx, "替代第几次：", "in place of"), outcome->before) : "");
	state_row(ctx, "list", deed_str(outcome->list), "");
	if (!deed_is(outcome->document, ""))
		state_row(ctx, "document", outcome->document, "");
	if (!deed_is(outcome->reopens, ""))
		state_row(ctx, "reopens", outcome->reopens, "");
	if (outcome->has_until_us)
		state_row(ctx, "public", deed_date(ctx->arena, outcome->from_us), deed_date(ctx->arena, outcome->until_us - 1));
}

static void
add_missing_opinions(struct view_ctx *ctx)
{
	const Jx__AwardLine *line;
	size_t cursor = 0;

	while ((line = (const Jx__AwardLine *)book_next(ctx->book, PAPER_AWARD_LINES, NULL, &cursor)) != NULL)
		for (size_t i = 0; lines_is_listed(line) && lines_consulted[i] != NULL; i++)
			if (lines_consent(ctx->book, line, lines_consulted[i]) == NULL)
				state_row(ctx, "opinion", view_say(ctx, "缺", "missing"),
				    arena_printf(ctx->arena, "%s %s %s", line->unit, line->award, lines_consulted[i]));
}

static void
add_open_questions(struct view_ctx *ctx)
{
	struct prize *prize = prize_ask(
	    &(struct prize_input){.arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang});
	const char *clause, *words;

	ctx->out_of_memory |= prize == NULL;
	for (size_t i = 0; prize != NULL && i < prize->request_count; i++)
		if (prize->requests[i].choice == NULL)
			state_row(ctx, "decision", prize->requests[i].code, prize->requests[i].question);
	for (size_t i = 0; (clause = confirmation_open(ctx->book, i, ctx->lang, &words)) != NULL; i++)
		state_row(ctx, "confirmation", clause, words);
}

static void
add_objections(struct view_ctx *ctx)
{
	const Jx__Objection *objection;
	size_t cursor = 0;

	while ((objection = (const Jx__Objection *)book_next(ctx->book, PAPER_OBJECTIONS, NULL, &cursor)) != NULL)
		if (deed_is(objection->state, "open"))
			state_row(ctx, "objection", objection->objection, objection->text);
}

/* The deeds that lead on from here, of the life's own edges. */
static void
add_next(struct view_ctx *ctx)
{
	const char *state = outcome_state(ctx->book);

	for (size_t i = 0; i < outcome_life.edge_count; i++)
		if (strcmp(outcome_life.edges[i].from, state) == 0)
			state_row(ctx, "next", outcome_life.edges[i].deed, outcome_life.edges[i].text);
}

static enum jx_err
state_make(struct view_ctx *ctx)
{
	const Jx__Outcome *outcome = outcome_get(ctx->book);
	bool is_published = book_is_published(ctx->book);

	if (outcome != NULL)
		add_facts(ctx, outcome);
	if (outcome != NULL && !is_published && !deed_is(outcome->state, "returned"))
		add_missing_opinions(ctx);
	if (!is_published)
		add_open_questions(ctx);
	add_objections(ctx);
	add_next(ctx);
	return JX_OK;
}

/* clang-format off */
static const struct view_column result_columns[] = {
	{"unit",   "单位", "unit",   "text"},
	{"name",   "名称", "name",   "text"},
	{"class",  "类别", "class",  "text"},
	{"total",  "总分", "total",  "figure"},
	{"grade",  "等次", "grade",  "text"},
	{"rank",   "名次", "rank",   "whole"},
	{"awards", "奖项", "awards", "text"},
};
static const struct view_column state_columns[] = {
	{"item",   "事项", "item",   "text"},
	{"state",  "情况", "state",  "text"},
	{"detail", "说明", "detail", "text"},
};
static const struct view views[] = {
	{"outcome.results", "评估结果", "the result", ROLE_ALL, VIEW_RUN | VIEW_MAY_UNIT | VIEW_ANY_UNIT, result_columns,
	    sizeof result_columns / sizeof *result_columns, results_make, "R32 R34 R36 R37 R42"},
	{"outcome.state", "评估结果所处阶段和还缺什么", "where the result stands and what it needs", ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR,
	    VIEW_RUN, state_columns, sizeof state_columns / sizeof *state_columns, state_make, "R32 R33 R46 R47"},
};
/* clang-format on */

const struct chapter results_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
