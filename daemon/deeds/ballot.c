/*
 * Evaluation cards on paper (R21): printed, handed out, counted, and entered
 * twice, by two accounts that do not see each other's entry; only what both
 * say becomes ballots. Opinions written on cards, without author (R22).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deeds/edge.h"
#include "deeds/privacy.h"
#include "deeds/view.h"

enum {
	CARD_COUNT_MAX = 1000,  /* of a stack: a whole pass goes into one frame */
	STACK_CODE_SIZE_MAX = 59, /* the card's code is the stack's and "-0001" */
	NOTE_SIZE_MAX = 2000,
};

/* clang-format off */
static const struct deed_edge stack_edges[] = {
	{"",        "stack.open",  "open",    "登记印制、发放数"},
	{"open",    "stack.open",  "open",    "更正印制、发放数"},
	{"open",    "stack.count", "counted", "清点收回的卡"},
	{"open",    "stack.count", "agreed",  "没有有效卡，不需录入"},
	{"counted", "stack.count", "agreed",  "没有有效卡，不需录入"},
	{"first",   "stack.count", "agreed",  "没有有效卡，不需录入"},
	{"differs", "stack.count", "agreed",  "没有有效卡，不需录入"},
	{"counted", "stack.count", "counted", "重新清点"},
	{"first",   "stack.count", "counted", "重新清点，录入作废"},
	{"differs", "stack.count", "counted", "重新清点，录入作废"},
	{"counted", "stack.enter", "first",   "录入一遍"},
	{"first",   "stack.enter", "first",   "本人重录同一遍"},
	{"first",   "stack.enter", "agreed",  "第二遍与第一遍一致"},
	{"first",   "stack.enter", "differs", "两遍不一致"},
	{"differs", "stack.enter", "agreed",  "重录后一致"},
	{"differs", "stack.enter", "differs", "重录后仍不一致"},
	{"agreed",  "stack.redo",  "counted", "撤销，重新录入"},
};
/* clang-format on */

static const struct deed_life lives[] = {
    {"stack", "评价卡批次", PAPER_STACKS, stack_edges, sizeof stack_edges / sizeof *stack_edges},
};
static const struct deed_life *const stack_life = &lives[0];

static const char *
state_of(const Jx__Stack *stack)
{
	return stack == NULL ? "" : deed_str(stack->state);
}

/* An evaluator handles cards about his group's units only, and never about his own home unit (R29). */
static bool
may_handle(struct deed_ctx *ctx, const char *unit)
{
	const Jx__Member *member;
	size_t cursor = 0;

	if (ctx->actor->role == ROLE_OFFICE)
		return true;
	if (!book_in_team(ctx->book, ctx->actor->account, unit)) {
		deed_why(ctx, "%s不属于您所在评估组", "%s is not of your group", deed_str(unit));
		return false;
	}
	while ((member = (const Jx__Member *)book_next(ctx->book, PAPER_MEMBERS, NULL, &cursor)) != NULL)
		if (deed_is(member->evaluator, ctx->actor->account) && deed_is(member->home, unit)) {
			deed_why(ctx, "%s是您所在单位，应当回避", "%s is your own unit", deed_str(unit));
			return false;
		}
	return true;
}

static int
group_find(const struct deed_ctx *ctx, const char *unit, const char *group)
{
	int kind = book_unit_kind(ctx->book, unit);

	return kind < 0 ? -1 : scheme_voters_find(&book_scheme(ctx->book)->kinds[kind], deed_str(group));
}

/* ---- stack.open */

static void
check_open(struct deed_ctx *ctx, size_t i)
{
	const Jx__Stack *row = ctx->args->rows->stacks[i];

	if (strlen(row->stack) > STACK_CODE_SIZE_MAX)
		deed_fault(ctx, PAPER_STACKS, i, "stack", "最多 %d 字节", "at most %d bytes", STACK_CODE_SIZE_MAX);
	if (book_unit_kind(ctx->book, row->unit) < 0)
		deed_fault(ctx, PAPER_STACKS, i, "unit", "没有这个单位", "there is no such unit");
	else if (group_find(ctx, row->unit, row->group) < 0)
		deed_fault(ctx, PAPER_STACKS, i, "group", "不是方案中该类单位的评估主体",
		    "not a voter group of this kind of unit");
	if (!row->has_printed || row->printed < 1 || row->printed > CARD_COUNT_MAX)
		deed_fault(ctx, PAPER_STACKS, i, "printed", "一批应印制 1 至 %d 张", "expected 1 to %d cards a batch",
		    CARD_COUNT_MAX);
	if (!row->has_issued)
		deed_fault(ctx, PAPER_STACKS, i, "issued", "缺少发放数", "the number handed out is missing");
	else if (row->has_printed && row->issued > row->printed)
		deed_fault(ctx, PAPER_STACKS, i, "issued", "发放 %u 张，多于印制的 %u 张",
		    "%u handed out, more than the %u printed", row->issued, row->printed);
}

static enum jx_err
stack_open(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < records_count(ctx->args->rows, PAPER_STACKS); i++) {
		const Jx__Stack *row = ctx->args->rows->stacks[i];
		const Jx__Stack *before = (const Jx__Stack *)deed_get(ctx, PAPER_STACKS, row->stack);
		const char *state = deed_move(ctx, stack_life, state_of(before));
		Jx__Stack *stack;

		if (state == NULL)
			return JX_E_LIFE;
		if (!may_handle(ctx, row->unit) || (before != NULL && !may_handle(ctx, before->unit)))
			return JX_E_DENIED;
		check_open(ctx, i);
		stack = deed_put(ctx, PAPER_STACKS, row->stack);
		DEED_SET(ctx, stack->unit, row->unit);
		DEED_SET(ctx, stack->group, row->group);
		DEED_SET(ctx, stack->state, state);
		DEED_SET_NUMBER(stack, printed, row->printed);
		DEED_SET_NUMBER(stack, issued, row->issued);
	}
	return deed_verdict(ctx);
}

/* ---- stack.count */

static void
check_count(struct deed_ctx *ctx, size_t i, const Jx__Stack *stack)
{
	const Jx__Stack *row = ctx->args->rows->stacks[i];
	const struct {
		const char *field;
		bool is_given;
	} counts[] = {{"returned", row->has_returned}, {"valid", row->has_valid}, {"void", row->has_void_}};
	bool all = true;

	for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
		all = all && counts[k].is_given;
		if (!counts[k].is_given)
			deed_fault(ctx, PAPER_STACKS, i, counts[k].field, "缺少清点数", "the count is missing");
	}
	if (row->has_returned && row->returned > stack->issued)
		deed_fault(ctx, PAPER_STACKS, i, "returned", "收回 %u 张，多于发放的 %u 张",
		    "%u returned, more than the %u handed out", row->returned, stack->issued);
	if (all && (uint64_t)row->valid + row->void_ != row->returned)
		deed_fault(ctx, PAPER_STACKS, i, "returned", "收回 %u 张，应等于有效 %u 张加作废 %u 张",
		    "%u returned must be %u valid and %u void", row->returned, row->valid, row->void_);
}

/* What has been entered of it is void. */
static void
drop_cards(struct deed_ctx *ctx, const char *stack)
{
	const Jx__StackCard *card;
	size_t cursor = 0;

	while ((card = (const Jx__StackCard *)book_next(ctx->book, PAPER_STACK_CARDS, stack, &cursor)) != NULL)
		deed_drop(ctx, PAPER_STACK_CARDS, stack, deed_printf(ctx, "%u", card->pass),
		    deed_printf(ctx, "%u", card->card));
}

static enum jx_err
stack_count(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < records_count(ctx->args->rows, PAPER_STACKS); i++) {
		const Jx__Stack *row = ctx->args->rows->stacks[i];
		const Jx__Stack *before = (const Jx__Stack *)deed_get(ctx, PAPER_STACKS, row->stack);
		const char *state =
		    edge_to(ctx, stack_life, state_of(before), row->has_valid && row->valid == 0 ? "agreed" : "counted");
		Jx__Stack *stack;

		if (state == NULL)
			return JX_E_LIFE;
		if (!may_handle(ctx, before->unit))
			return JX_E_DENIED;
		if (*ctx->args->object != '\0' && !deed_is(row->stack, ctx->args->object))
			deed_fault(ctx, PAPER_STACKS, i, "stack", "应为 %s", "expected %s", ctx->args->object);
		check_count(ctx, i, before);
		drop_cards(ctx, row->stack);
		stack = deed_put(ctx, PAPER_STACKS, row->stack);
		DEED_SET_NUMBER(stack, returned, row->returned);
		DEED_SET_NUMBER(stack, valid, row->valid);
		DEED_SET_NUMBER(stack, void_, row->void_);
		DEED_SET(ctx, stack->state, state);
		stack->first = stack->second = stack->note = NULL;
	}
	return deed_verdict(ctx);
}

/* ---- stack.enter */

/* "A/B//C": one answer a question, each blank or an option, not all of them blank. Fills answers (of question_count). */
static const char *
answers_fault(struct deed_ctx *ctx, const char *text, char **answers)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	size_t count = 0, given = 0;
	const char *end;

	for (const char *at = text;; at = end + 1) {
		end = at + strcspn(at, "/");
		if (count == scheme->question_count)
			return ctx->lang == JX_EN ? "more answers than questions" : "回答多于题数";
		answers[count] = arena_strndup(ctx->arena, at, (size_t)(end - at));
		if (answers[count] == NULL) {
			ctx->out_of_memory = true;
			return NULL;
		}
		if (end > at && scheme_option_find(scheme->options, scheme->option_count, answers[count]) < 0)
			return ctx->lang == JX_EN ? "an answer is not an option of the scheme" : "有回答不是方案中的选项";
		given += end > at;
		count++;
		if (*end == '\0')
			break;
	}
	if (count != scheme->question_count)
		return ctx->lang == JX_EN ? "fewer answers than questions" : "回答少于题数";
	if (given == 0)
		return ctx->lang == JX_EN ? "an all-blank card is void: count the batch again"
					  : "全部空白的卡是废卡，请重新清点本批";
	return NULL;
}

/* The entry in hand: one pass of one stack, card by card. */
struct entry {
	const Jx__Stack *stack;
	uint32_t pass;
	const char *by, *other_by; /* who entered this pass before, and the other; "" nobody */
	const Jx__StackCard **cards; /* [1..valid] */
};

static bool
entry_check_rows(struct deed_ctx *ctx, struct entry *entry)
{
	size_t count = records_count(ctx->args->rows, PAPER_STACK_CARDS);
	uint32_t valid = entry->stack->valid;
	char **answers = arena_alloc(ctx->arena, (book_scheme(ctx->book)->question_count + 1) * sizeof *answers);

	entry->cards = arena_alloc(ctx->arena, ((size_t)valid + 1) * sizeof *entry->cards);
	if (answers == NULL || entry->cards == NULL) {
		ctx->out_of_memory = true;
		return false;
	}
	memset(entry->cards, 0, ((size_t)valid + 1) * sizeof *entry->cards);
	entry->pass = ctx->args->rows->stack_cards[0]->pass;
	for (size_t i = 0; i < count; i++) {
		const Jx__StackCard *row = ctx->args->rows->stack_cards[i];
		const char *bad = answers_fault(ctx, row->answers, answers);

		if (!deed_is(row->stack, entry->stack->stack))
			deed_fault(ctx, PAPER_STACK_CARDS, i, "stack", "应为 %s", "expected %s", entry->stack->stack);
		if (row->pass > 2 || row->pass != entry->pass)
			deed_fault(ctx, PAPER_STACK_CARDS, i, "pass", "一次录入一遍：全部为 1 或全部为 2",
			    "one pass at a time: all 1 or all 2");
		if (row->card > valid)
			deed_fault(ctx, PAPER_STACK_CARDS, i, "card", "有效卡共 %u 张", "there are %u valid cards", valid);
		else
			entry->cards[row->card] = row;
		if (bad != NULL)
			deed_fault(ctx, PAPER_STACK_CARDS, i, "answers", "%s", "%s", bad);
	}
	if (count != valid)
		deed_why(ctx, "本批有效卡 %u 张，录入了 %zu 张：一遍须一次录全",
		    "the batch has %u valid cards, %zu are entered: a pass is entered whole", valid, count);
	return deed_verdict(ctx) == JX_OK;
}

/* Two entries that know nothing of each other: by two accounts; nobody overwrites another's. */
static void
entry_check_account(struct deed_ctx *ctx, struct entry *entry)
{
	const Jx__Stack *stack = entry->stack;

	entry->by = deed_str(entry->pass == 1 ? stack->first : stack->second);
	entry->other_by = deed_str(entry->pass == 1 ? stack->second : stack->first);
	if (deed_is(entry->other_by, ctx->actor->account))
		deed_why(ctx, "另一遍由您录入，两遍须由不同的人录入",
		    "you entered the other pass: the two are entered by different people");
	else if (*entry->by != '\0' && !deed_is(entry->by, ctx->actor->account) && !deed_is(stack->state, "differs"))
		deed_why(ctx, "第 %u 遍已由 %s 录入", "pass %u has been entered by %s", entry->pass, entry->by);
}

/* The numbers of the cards on which the two passes differ, never what they say; NULL: none. */
static char *
entry_differences(struct deed_ctx *ctx, const struct entry *entry)
{
	char note[NOTE_SIZE_MAX] = "", number[16];
	const Jx__StackCard *card;
	size_t cursor = 0;
	bool more = false;

	while ((card = (const Jx__StackCard *)book_next(
		    ctx->book, PAPER_STACK_CARDS, entry->stack->stack, &cursor)) != NULL) {
		if (card->pass == entry->pass || card->card > entry->stack->valid ||
		    deed_is(card->answers, entry->cards[card->card]->answers))
			continue;
		snprintf(number, sizeof number, "%s%u", note[0] == '\0' ? "" : " ", card->card);
		more = more || strlen(note) + strlen(number) + 8 > sizeof note;
		if (!more)
			strcat(note, number);
	}
	return note[0] == '\0' ? NULL : deed_printf(ctx, "%s%s", note, more ? " …" : "");
}

static char *
card_code(struct deed_ctx *ctx, const char *stack, uint32_t card)
{
	return deed_printf(ctx, "%s-%04u", stack, card);
}

/* given NULL: blank, of a ballot that is withdrawn unseen. */
static void
put_ballot(struct deed_ctx *ctx, const Jx__Stack *stack, uint32_t card, const char *given)
{
	size_t questions = book_scheme(ctx->book)->question_count;
	Jx__Ballot *ballot =
	    deed_put(ctx, RECORD_BALLOTS, stack->unit, stack->group, card_code(ctx, stack->stack, card));
	char **answers = arena_alloc(ctx->arena, (questions + 1) * sizeof *answers);

	if (answers == NULL) {
		ctx->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < questions; i++)
		answers[i] = deed_text(ctx, "");
	if (given != NULL)
		(void)answers_fault(ctx, given, answers);
	ballot->answers = answers;
	ballot->n_answers = questions;
}

static enum jx_err
entry_store(struct deed_ctx *ctx, const struct entry *entry)
{
	const char *state = state_of(entry->stack), *next = "first";
	char *note = NULL;
	Jx__Stack *stack;

	if (*entry->other_by != '\0') {
		note = entry_differences(ctx, entry);
		next = note == NULL ? "agreed" : "differs";
	}
	next = edge_to(ctx, stack_life, state, next);
	if (next == NULL)
		return JX_E_LIFE;
	if (deed_is(next, "agreed")) {
		drop_cards(ctx, entry->stack->stack);
		for (uint32_t card = 1; card <= entry->stack->valid; card++)
			put_ballot(ctx, entry->stack, card, entry->cards[card]->answers);
	} else {
		for (uint32_t card = 1; card <= entry->stack->valid; card++)
			deed_put_row(ctx, PAPER_STACK_CARDS, &entry->cards[card]->base);
	}
	stack = deed_put(ctx, PAPER_STACKS, entry->stack->stack);
	DEED_SET(ctx, stack->state, next);
	DEED_SET(ctx, *(entry->pass == 1 ? &stack->first : &stack->second), ctx->actor->account);
	stack->note = note;
	if (note != NULL) {
		deed_note(ctx, "两遍不一致的卡：%s", "cards on which the two entries differ: %s", note);
		deed_notify(ctx, "", "", entry->other_by,
		    deed_printf(ctx, "评价卡批次 %s 两遍录入不一致，卡序：%.1500s。请核对原卡后重录", stack->stack, note));
	}
	return deed_verdict(ctx);
}

static enum jx_err
stack_enter(struct deed_ctx *ctx)
{
	struct entry entry = {.stack = (const Jx__Stack *)deed_get(ctx, PAPER_STACKS, ctx->args->object)};

	if (deed_move(ctx, stack_life, state_of(entry.stack)) == NULL)
		return JX_E_LIFE;
	if (!may_handle(ctx, entry.stack->unit))
		return JX_E_DENIED;
	if (entry_check_rows(ctx, &entry))
		entry_check_account(ctx, &entry);
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	return entry_store(ctx, &entry);
}

/* ---- stack.redo */

static enum jx_err
stack_redo(struct deed_ctx *ctx)
{
	const Jx__Stack *before = (const Jx__Stack *)deed_get(ctx, PAPER_STACKS, ctx->args->object);
	const char *state = deed_move(ctx, stack_life, state_of(before));
	Jx__Stack *stack;

	if (state == NULL)
		return JX_E_LIFE;
	for (uint32_t card = 1; card <= before->valid; card++) {
		/* The book keeps one ballot of a group: the others are withdrawn by their keys, unseen. */
		put_ballot(ctx, before, card, NULL);
		if (ctx->change_count > 0)
			ctx->changes[ctx->change_count - 1].withdrawn = true;
	}
	stack = deed_put(ctx, PAPER_STACKS, before->stack);
	DEED_SET(ctx, stack->state, state);
	stack->first = stack->second = stack->note = NULL;
	return deed_verdict(ctx);
}

/* ---- remark.push */

static enum jx_err
remark_push(struct deed_ctx *ctx)
{
	if (!may_handle(ctx, ctx->args->unit))
		return JX_E_DENIED;
	for (size_t i = 0; i < records_count(ctx->args->rows, PAPER_REMARKS); i++) {
		const Jx__Remark *row = ctx->args->rows->remarks[i];

		if (row->group != NULL && group_find(ctx, ctx->args->unit, row->group) < 0)
			deed_fault(ctx, PAPER_REMARKS, i, "group", "不是方案中该类单位的评估主体",
			    "not a voter group of this kind of unit");
		deed_put_row(ctx, PAPER_REMARKS, &row->base);
	}
	return deed_verdict(ctx);
}

/* ---- Views. */

struct tally {
	uint64_t stacks, waiting, printed, issued, returned, counted_issued, valid, void_, agreed;
};

static struct tally
tally_of(const struct book *book, const char *unit, const char *group)
{
	struct tally tally = {0};
	const Jx__Stack *stack;
	size_t cursor = 0;

	while ((stack = (const Jx__Stack *)book_next(book, PAPER_STACKS, NULL, &cursor)) != NULL) {
		if (!deed_is(stack->unit, unit) || !deed_is(stack->group, group))
			continue;
		tally.stacks++;
		tally.waiting += !deed_is(stack->state, "agreed");
		tally.printed += stack->printed;
		tally.issued += stack->issued;
		tally.counted_issued += deed_is(stack->state, "open") ? 0 : stack->issued;
		tally.returned += stack->returned;
		tally.valid += stack->valid;
		tally.void_ += stack->void_;
		tally.agreed += deed_is(stack->state, "agreed") ? stack->valid : 0;
	}
	return tally;
}

static void
add_tally(struct view_ctx *ctx, const Jx__Unit *unit, const struct scheme_voters *voters)
{
	struct tally tally = tally_of(ctx->book, unit->unit, voters->code);

	view_row(ctx);
	view_add(ctx, unit->unit);
	view_add(ctx, unit->name);
	view_add(ctx, voters->code);
	if (voters->has_cards)
		view_add_number(ctx, voters->cards);
	else
		view_add(ctx, "");
	view_add_number(ctx, tally.stacks);
	view_add_number(ctx, tally.waiting);
	view_add_number(ctx, tally.printed);
	view_add_number(ctx, tally.issued);
	view_add_number(ctx, tally.printed - tally.issued);
	view_add_number(ctx, tally.returned);
	/* Cards of a batch that is not counted yet are out, not missing. */
	view_add_number(ctx, tally.counted_issued - tally.returned);
	view_add_number(ctx, tally.valid);
	view_add_number(ctx, tally.void_);
	view_add_number(ctx, tally.agreed);
	view_add(ctx, voters->has_cards && tally.valid < voters->cards ? view_say(ctx, "不足", "short") : "");
}

static enum jx_err
state_make(struct view_ctx *ctx)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		int kind = book_unit_kind(ctx->book, unit->unit);
		const struct scheme_kind *rules = kind < 0 ? NULL : &book_scheme(ctx->book)->kinds[kind];

		if (rules == NULL || (*ctx->args->unit != '\0' && !deed_is(unit->unit, ctx->args->unit)) ||
		    (ctx->actor->role == ROLE_LEAD && !book_in_team(ctx->book, ctx->actor->account, unit->unit)))
			continue;
		for (size_t i = 0; i < rules->voter_count; i++)
			add_tally(ctx, unit, &rules->voters[i]);
	}
	return JX_OK;
}

struct opinion {
	const Jx__Remark *remark;
	const char *order;
};

static int
opinion_compare(const void *left, const void *right)
{
	return strcmp(((const struct opinion *)left)->order, ((const struct opinion *)right)->order);
}

/* Neither who wrote it nor in which order they came; no group where the group is a handful of people (R22, R43). */
static enum jx_err
remark_make(struct view_ctx *ctx)
{
	bool is_unit = (ctx->actor->role & (ROLE_CLERK | ROLE_HEAD)) != 0;
	const char *const without[] = {"remark", "group", NULL};
	size_t count = 0, cursor = 0;
	struct opinion *list = arena_alloc(ctx->arena, (book_count(ctx->book, PAPER_REMARKS) + 1) * sizeof *list);
	const char *unit = is_unit ? ctx->actor->unit : ctx->args->unit;
	const Jx__Remark *remark;

	if (is_unit && !book_is_published(ctx->book))
		return JX_OK;
	if (list == NULL)
		return JX_E_MEMORY;
	while ((remark = (const Jx__Remark *)book_next(
		    ctx->book, PAPER_REMARKS, *unit == '\0' ? NULL : unit, &cursor)) != NULL) {
		list[count] = (struct opinion){remark, deed_content(ctx->arena, PAPER_REMARKS, &remark->base, without)};
		if (list[count++].order == NULL)
			return JX_E_MEMORY;
	}
	qsort(list, count, sizeof *list, opinion_compare);
	for (size_t i = 0; i < count; i++) {
		uint32_t voices = privacy_ballot_count(ctx->book, list[i].remark->unit, deed_str(list[i].remark->group));

		view_row(ctx);
		view_add(ctx, list[i].remark->unit);
		view_add(ctx, voices < PRIVACY_BALLOT_COUNT_LEAST ? "" : list[i].remark->group);
		view_add(ctx, list[i].remark->text);
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "stack.open", .zh = "登记一批评价卡的印制、发放数", .en = "enter how many cards of a batch were printed and handed out",
	    .roles = ROLE_OFFICE | ROLE_LEAD, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_ROWS | DEED_MAY_UNIT,
	    .kinds = {PAPER_STACKS}, .life = &lives[0], .act = stack_open, .requirement = "R21"},
	{.name = "stack.count", .zh = "登记收回、有效、作废数", .en = "enter how many cards came back, valid and void",
	    .roles = ROLE_OFFICE | ROLE_LEAD, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_ROWS | DEED_MAY_OBJECT,
	    .kinds = {PAPER_STACKS}, .life = &lives[0], .act = stack_count, .requirement = "R21"},
	{.name = "stack.enter", .zh = "录入一批评价卡的一遍", .en = "enter one pass of a batch of cards",
	    .roles = ROLE_OFFICE | ROLE_EVALUATOR | ROLE_LEAD, .scope = DEED_YEAR, .phase = "democratic",
	    .arguments = DEED_OBJECT | DEED_ROWS, .kinds = {PAPER_STACK_CARDS}, .life = &lives[0], .act = stack_enter,
	    .requirement = "R21 R29"},
	{.name = "stack.redo", .zh = "撤销一批已录入的评价卡，重新录入", .en = "withdraw a batch's ballots, to be entered again",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_OBJECT | DEED_REASON,
	    .life = &lives[0], .act = stack_redo, .requirement = "R21"},
	{.name = "remark.push", .zh = "录入评价卡上的意见建议（不记名）", .en = "enter opinions written on cards, without author",
	    .roles = ROLE_OFFICE | ROLE_LEAD, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_UNIT | DEED_ROWS,
	    .kinds = {PAPER_REMARKS}, .act = remark_push, .requirement = "R22"},
};

static const struct view_column state_columns[] = {
	{"unit", "单位", "unit", "text"},         {"name", "名称", "name", "text"},        {"group", "评估主体", "voter group", "text"},
	{"quota", "应发", "quota", "whole"},      {"stacks", "批次", "batches", "whole"},  {"waiting", "未录完批次", "not entered", "whole"},
	{"printed", "印制", "printed", "whole"},  {"issued", "发放", "issued", "whole"},   {"unused", "未用", "unused", "whole"},
	{"returned", "收回", "returned", "whole"}, {"missing", "未收回", "missing", "whole"}, {"valid", "有效", "valid", "whole"},
	{"void", "作废", "void", "whole"},        {"agreed", "已录入", "entered", "whole"}, {"short", "是否不足", "short of quota", "text"},
};
static const struct view_column remark_columns[] = {
	{"unit", "单位", "unit", "text"}, {"group", "评估主体", "voter group", "text"}, {"text", "意见", "text", "text"},
};
static const struct view views[] = {
	{"stack.state", "评价卡清点与录入情况", "counts of cards by unit and voter group", ROLE_OFFICE | ROLE_LEAD | ROLE_AUDITOR,
	    VIEW_MAY_UNIT, state_columns, sizeof state_columns / sizeof *state_columns, state_make, "R21"},
	{"remark.list", "评价卡上的意见建议", "opinions written on cards", ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD,
	    VIEW_MAY_UNIT, remark_columns, sizeof remark_columns / sizeof *remark_columns, remark_make, "R22 R43"},
};
/* clang-format on */

const struct chapter ballot_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = lives,
    .life_count = sizeof lives / sizeof *lives,
    .views = views,
    .view_count = sizeof views / sizeof *views};
