/* What only the committee can decide: asked with exact figures, answered by resolution (R46). */
#include <string.h>

#include "deeds/lines.h"
#include "deeds/outcome.h"
#include "deeds/view.h"

static const struct prize_request *
request_of(struct deed_ctx *ctx, const struct prize *prize)
{
	const struct prize_request *request = prize_find(prize, ctx->args->object);

	if (request == NULL)
		deed_why(ctx, "没有这一提请事项：%s", "no such question: %s", ctx->args->object);
	return request;
}

/* In the list of the result at once: another list is another version, to be consulted again (R33). */
static void
apply(struct deed_ctx *ctx, const struct prize_input *input, const char *answer)
{
	struct prize_input decided = *input;
	struct prize *before = prize_count(input), *after;
	const char *state = outcome_state(ctx->book);
	Jx__Outcome *outcome;
	char *list;

	decided.code = ctx->args->object;
	decided.choice = answer;
	after = prize_count(&decided);
	if (before == NULL || after == NULL) {
		ctx->out_of_memory = true;
		return;
	}
	lines_follow(ctx, before, after);
	list = lines_hash(ctx);
	if (deed_is(outcome_get(ctx->book)->list, list))
		return;
	outcome = outcome_touch(ctx, "draft");
	outcome->list = list;
	if (strcmp(state, "consulted") == 0)
		deed_note(ctx, "名单有变动，须就新增者重新征求意见", "the list has changed: new names must be consulted");
	deed_notify(ctx, "", "reviewer", "", "奖励对象名单有变动：jixiao award list");
}

static enum jx_err
decision_take(struct deed_ctx *ctx)
{
	const struct prize_input input = {.arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang};
	const char *state = outcome_state(ctx->book), *answer;
	const struct prize_request *request;
	bool is_listed = strcmp(state, "draft") == 0 || strcmp(state, "consulted") == 0;
	struct prize *prize;
	Jx__Decision *decision;

	if (!is_listed && strcmp(state, "") != 0 && strcmp(state, "returned") != 0) {
		deed_why(ctx, "结果已经审定，须先退回", "the result is confirmed: return it first");
		return JX_E_LIFE;
	}
	outcome_check_run(ctx);
	if (is_listed)
		outcome_check_own_run(ctx);
	prize = prize_ask(&input);
	if (prize == NULL)
		return JX_E_MEMORY;
	request = request_of(ctx, prize);
	if (request == NULL)
		return deed_verdict(ctx);
	answer = prize_answer(ctx->arena, request, ctx->args->value);
	if (answer == NULL)
		deed_why(ctx, "“%s”不是可选的决定，可选：jixiao decisions", "\"%s\" is not one of the options: jixiao decisions",
		    ctx->args->value);
	if (ctx->why_count > 0)
		return deed_verdict(ctx);
	decision = deed_put(ctx, PAPER_DECISIONS, ctx->args->object);
	DEED_SET(ctx, decision->content, request->content);
	DEED_SET(ctx, decision->choice, answer);
	DEED_SET(ctx, decision->document, ctx->args->document);
	decision->reason = *ctx->args->reason == '\0' ? NULL : deed_text(ctx, ctx->args->reason);
	if (request->is_outside && strcmp(answer, request->usual) != 0)
		deed_note(ctx, "须改动数据或方案后重新核算", "change the inputs or the scheme, then run again");
	if (is_listed)
		apply(ctx, &input, answer);
	return deed_verdict(ctx);
}

/* ---- The questions. */

static const char *
state_of(const struct view_ctx *ctx, const struct prize_request *request)
{
	if (request->choice != NULL)
		return view_say(ctx, "已决定", "decided");
	return request->decision != NULL ? view_say(ctx, "失效", "lapsed") : view_say(ctx, "待决定", "open");
}

static void
add_option(struct view_ctx *ctx, const struct prize_request *request, const struct prize_option *option)
{
	view_row(ctx);
	view_add(ctx, request->code);
	view_add(ctx, request->question);
	view_add(ctx, option->code);
	view_add(ctx, option->words);
	view_add(ctx, option->gains);
	view_add(ctx, option->loses);
	view_add(ctx, strcmp(option->code, request->usual) == 0 ? "yes" : "");
	view_add(ctx, state_of(ctx, request));
	view_add(ctx, request->decision == NULL ? "" : request->decision->choice);
	view_add(ctx, request->decision == NULL ? "" : request->decision->document);
}

/* An answer whose question is no longer asked stays on record. */
static void
add_gone(struct view_ctx *ctx, const struct prize *prize)
{
	const Jx__Decision *decision;
	size_t cursor = 0;

	while ((decision = (const Jx__Decision *)book_next(ctx->book, PAPER_DECISIONS, NULL, &cursor)) != NULL) {
		if (prize_find(prize, decision->decision) != NULL)
			continue;
		view_row(ctx);
		view_add(ctx, decision->decision);
		for (int i = 0; i < 6; i++)
			view_add(ctx, "");
		view_add(ctx, view_say(ctx, "失效", "lapsed"));
		view_add(ctx, decision->choice);
		view_add(ctx, decision->document);
	}
}

static enum jx_err
decisions_make(struct view_ctx *ctx)
{
	struct prize *prize = prize_ask(
	    &(struct prize_input){.arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang});

	if (prize == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < prize->request_count; i++)
		for (size_t j = 0; j < prize->requests[i].option_count; j++)
			add_option(ctx, &prize->requests[i], &prize->requests[i].options[j]);
	add_gone(ctx, prize);
	return JX_OK;
}

/* clang-format off */
static const struct view_column columns[] = {
	{"decision", "事项",       "decision", "text"},
	{"question", "问题",       "question", "text"},
	{"option",   "可选决定",   "option",   "text"},
	{"words",    "含义",       "meaning",  "text"},
	{"gains",    "得益",       "gains",    "text"},
	{"loses",    "受损",       "loses",    "text"},
	{"usual",    "方案的规则", "default",  "text"},
	{"state",    "状态",       "state",    "text"},
	{"choice",   "决定",       "choice",   "text"},
	{"document", "决议",       "resolution", "text"},
};
static const struct deed deeds[] = {
	{.name = "decision.take", .zh = "委员会对提请事项作出决定", .en = "the committee decides a question", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_OBJECT | DEED_VALUE | DEED_DOCUMENT | DEED_RUN | DEED_MAY_REASON, .act = decision_take, .requirement = "R46"},
};
static const struct view views[] = {
	{"decisions", "提请委员会决定的事项", "what the committee has to decide", ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR, VIEW_RUN, columns,
	    sizeof columns / sizeof *columns, decisions_make, "R46"},
};
/* clang-format on */

const struct chapter decision_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
