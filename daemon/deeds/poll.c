/*
 * Polls by card code (R21, R22): opened with the hashes of their cards, cards
 * handed out and counted, closed once. What is cast meanwhile is the core's
 * (core/ballot.h); this chapter sees only how many.
 */
#include "deeds/poll.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "deeds/privacy.h"
#include "deeds/view.h"
#include "wire/card.h"

/* clang-format off */
static const struct deed_edge poll_edges[] = {
	{"",       "poll.open",  "open",   "登记评价卡，开始投票"},
	{"open",   "poll.cards", "open",   "加印评价卡"},
	{"open",   "poll.issue", "open",   "登记发放数"},
	{"open",   "poll.close", "closed", "结束投票，计票"},
	{"closed", "poll.count", "closed", "清点收回的卡"},
};
/* clang-format on */

static const struct deed_life lives[] = {
    {"poll", "评价卡场次", PAPER_POLLS, poll_edges, sizeof poll_edges / sizeof *poll_edges},
};
static const struct deed_life *const poll_life = &lives[0];

static const char *
state_of(const Jx__Poll *poll)
{
	return poll == NULL ? "" : deed_str(poll->state);
}

static int
kind_of(const char *kind)
{
	for (int i = 0; kind != NULL && i < KIND_COUNT; i++)
		if (strcmp(kind, kind_code((enum kind)i)) == 0)
			return i;
	return -1;
}

static size_t
card_count(const struct deed_ctx *ctx)
{
	return ctx->args->cards.len / CARD_HASH_SIZE;
}

/* ---- The form. */

/* The next code of "A;B;C"; NULL: no more. */
static char *
next_unit(struct arena *arena, const char **at)
{
	size_t size = strcspn(*at, ";");
	char *unit = size == 0 ? NULL : arena_strndup(arena, *at, size);

	*at += (*at)[size] == ';' ? size + 1 : size;
	return unit;
}

static size_t
units_of(const char *units)
{
	size_t count = *units != '\0';

	for (; *units != '\0'; units++)
		count += *units == ';';
	return count;
}

/* Does the list name it? */
static bool
has_unit(const char *units, const char *unit)
{
	size_t size = strlen(unit);

	while (*units != '\0') {
		size_t length = strcspn(units, ";");

		if (length == size && memcmp(units, unit, size) == 0)
			return true;
		units += units[length] == ';' ? length + 1 : length;
	}
	return false;
}

bool
poll_covers(const struct book *book, const char *unit, const char *group)
{
	const Jx__Poll *poll;
	size_t cursor = 0;

	while ((poll = (const Jx__Poll *)book_next(book, PAPER_POLLS, NULL, &cursor)) != NULL)
		if (deed_is(poll->state, "open") && deed_is(poll->group, group) && has_unit(deed_str(poll->units), unit))
			return true;
	return false;
}

static Jx__BallotChoice *
form_choice(struct arena *arena, const char *code, const char *name)
{
	Jx__BallotChoice *choice = arena_alloc(arena, sizeof *choice);

	if (choice != NULL) {
		jx__ballot_choice__init(choice);
		choice->code = (char *)(uintptr_t)code;
		choice->name = (char *)(uintptr_t)name;
	}
	return choice;
}

static bool
form_add_scheme(struct arena *arena, const struct scheme *scheme, Jx__BallotForm *form)
{
	form->questions = arena_alloc(arena, (scheme->question_count + 1) * sizeof *form->questions);
	form->options = arena_alloc(arena, (scheme->option_count + 1) * sizeof *form->options);
	if (form->questions == NULL || form->options == NULL)
		return false;
	for (; form->n_questions < scheme->question_count; form->n_questions++)
		form->questions[form->n_questions] = (char *)(uintptr_t)scheme->questions[form->n_questions].name;
	for (; form->n_options < scheme->option_count; form->n_options++) {
		const char *code = scheme->options[form->n_options].code;

		form->options[form->n_options] = form_choice(arena, code, code);
		if (form->options[form->n_options] == NULL)
			return false;
	}
	return true;
}

static bool
form_add_units(struct arena *arena, const struct book *book, const char *units, Jx__BallotForm *form)
{
	form->units = arena_alloc(arena, (units_of(units) + 1) * sizeof *form->units);
	while (form->units != NULL && *units != '\0') {
		const char *code = next_unit(arena, &units);
		const Jx__Unit *unit = code == NULL ? NULL : (const Jx__Unit *)book_get(book, RECORD_UNITS, code);
		Jx__BallotChoice *choice = unit == NULL ? NULL : form_choice(arena, unit->unit, unit->name);

		if (choice == NULL)
			return false;
		form->units[form->n_units++] = choice;
	}
	return form->units != NULL;
}

Jx__BallotForm *
poll_form(struct arena *arena, const struct book *book, const Jx__Poll *poll)
{
	const struct scheme *scheme = book_scheme(book);
	int kind = kind_of(poll->kind);
	int group = kind < 0 ? -1 : scheme_voters_find(&scheme->kinds[kind], deed_str(poll->group));
	Jx__BallotForm *form = arena_alloc(arena, sizeof *form);

	if (form == NULL || group < 0)
		return NULL;
	jx__ballot_form__init(form);
	form->city = (char *)(uintptr_t)scheme->city;
	form->has_year = true;
	form->year = scheme->year;
	form->poll = poll->poll;
	form->title = arena_printf(arena, "%s · %s · %s", scheme->city_name, kind == KIND_COUNTY ? "县区" : "部门",
	    scheme->kinds[kind].voters[group].name);
	if (form->title == NULL || !form_add_scheme(arena, scheme, form) ||
	    !form_add_units(arena, book, deed_str(poll->units), form))
		return NULL;
	return form;
}

/* What the numbers of a ballot mean: codes of units and options, the questions' words; not the names of units. */
char *
poll_form_content(struct arena *arena, const Jx__BallotForm *form)
{
	crypto_hash_sha256_state state;
	uint8_t hash[crypto_hash_sha256_BYTES];
	char *text = arena_alloc(arena, 33);

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < form->n_questions; i++)
		crypto_hash_sha256_update(&state, (const uint8_t *)form->questions[i], strlen(form->questions[i]) + 1);
	crypto_hash_sha256_update(&state, (const uint8_t *)"", 1);
	for (size_t i = 0; i < form->n_options; i++)
		crypto_hash_sha256_update(
		    &state, (const uint8_t *)form->options[i]->code, strlen(form->options[i]->code) + 1);
	crypto_hash_sha256_update(&state, (const uint8_t *)"", 1);
	for (size_t i = 0; i < form->n_units; i++)
		crypto_hash_sha256_update(&state, (const uint8_t *)form->units[i]->code, strlen(form->units[i]->code) + 1);
	crypto_hash_sha256_final(&state, hash);
	return text == NULL ? NULL : sodium_bin2hex(text, 33, hash, 16);
}

bool
poll_is_open(const struct book *book, const Jx__Poll *poll, struct arena *arena, const Jx__BallotForm *form)
{
	const char *content = form == NULL ? NULL : poll_form_content(arena, form);

	return content != NULL && deed_is(poll->state, "open") && deed_is(poll->form, content) &&
	       book_phase_open(book, "democratic") && !book_is_published(book);
}

/* ---- poll.open */

/* The units of the poll, joined by ";": those named, each once and of its kind; or all of the kind. */
static char *
units_text(struct deed_ctx *ctx, const Jx__Poll *row, int kind)
{
	const char *named = deed_str(row->units), *at = named;
	const Jx__Unit *unit;
	char *text = deed_text(ctx, "");
	size_t cursor = 0;

	for (char *code; *at != '\0';) {
		code = next_unit(ctx->arena, &at);
		if (code == NULL || book_unit_kind(ctx->book, code) != kind)
			deed_fault(ctx, PAPER_POLLS, 0, "units", "“%s”不是该类单位", "%s is no unit of this kind", deed_str(code));
	}
	/* In the year's order, whatever the order in which they are named. */
	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		bool is_named = *named == '\0' || has_unit(named, unit->unit);

		if (is_named && book_unit_kind(ctx->book, unit->unit) == kind)
			text = deed_printf(ctx, "%s%s%s", text, *text == '\0' ? "" : ";", unit->unit);
	}
	return text;
}

static void
check_form(struct deed_ctx *ctx, const Jx__Poll *poll)
{
	Jx__BallotForm *form = poll_form(ctx->arena, ctx->book, poll);

	if (form == NULL) {
		ctx->out_of_memory = true;
		return;
	}
	if (form->n_units == 0)
		deed_why(ctx, "没有该类单位", "there is no unit of this kind");
	if (form->n_units > CARD_UNIT_COUNT_MAX || form->n_units * form->n_questions > POLL_ANSWER_COUNT_MAX ||
	    form->n_questions > CARD_QUESTION_COUNT_MAX || form->n_options > UINT8_MAX ||
	    strlen(poll->units) > FIELD_TEXT_SIZE_MAX ||
	    jx__ballot_form__get_packed_size(form) > POLL_FORM_SIZE_MAX)
		deed_why(ctx, "一张卡容纳不下 %zu 个单位、每个 %zu 题：请用 units 分成几场", "%zu units with %zu questions each do not fit a card: divide them (units)",
		    form->n_units, form->n_questions);
}

static void
check_cards(struct deed_ctx *ctx, const Jx__Poll *poll)
{
	uint64_t units = units_of(deed_str(poll->units));

	if (poll->printed > POLL_CARD_COUNT_MAX || poll->printed * units > POLL_ROW_COUNT_MAX)
		deed_why(ctx, "%u 张卡、%llu 个单位，超过一场的限度（%d 张，卡数×单位数 %d）：请分成几场",
		    "%u cards for %llu units are too many for one poll (%d cards, cards x units %d): divide it", poll->printed,
		    (unsigned long long)units, POLL_CARD_COUNT_MAX, POLL_ROW_COUNT_MAX);
}

/* Names that are made of the poll's must fit a code. */
static void
check_name(struct deed_ctx *ctx, const Jx__Poll *row)
{
	if (strlen(row->poll) > POLL_CODE_SIZE_MAX)
		deed_fault(ctx, PAPER_POLLS, 0, "poll", "最多 %d 字节", "at most %d bytes", POLL_CODE_SIZE_MAX);
}

static enum jx_err
poll_open(struct deed_ctx *ctx)
{
	const Jx__Poll *row = ctx->args->rows->polls[0];
	const char *state = deed_move(ctx, poll_life, state_of((const Jx__Poll *)deed_get(ctx, PAPER_POLLS, row->poll)));
	int kind = kind_of(row->kind);
	Jx__Poll *poll;
	Jx__BallotForm *form;

	if (state == NULL)
		return JX_E_LIFE;
	if (records_count(ctx->args->rows, PAPER_POLLS) != 1)
		deed_why(ctx, "一次登记一场", "one poll at a time");
	check_name(ctx, row);
	if (kind < 0)
		deed_fault(ctx, PAPER_POLLS, 0, "kind", "应为 county 或 department", "expected county or department");
	else if (row->group == NULL || scheme_voters_find(&book_scheme(ctx->book)->kinds[kind], row->group) < 0)
		deed_fault(ctx, PAPER_POLLS, 0, "group", "不是方案中该类单位的评估主体", "not a voter group of this kind of unit");
	if (row->has_printed && row->printed != card_count(ctx))
		deed_fault(ctx, PAPER_POLLS, 0, "printed", "本次登记了 %zu 张卡", "this comes with %zu cards", card_count(ctx));
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	poll = deed_put(ctx, PAPER_POLLS, row->poll);
	DEED_SET(ctx, poll->kind, row->kind);
	DEED_SET(ctx, poll->group, row->group);
	poll->units = units_text(ctx, row, kind);
	DEED_SET(ctx, poll->state, state);
	DEED_SET_NUMBER(poll, printed, (uint32_t)card_count(ctx));
	DEED_SET_NUMBER(poll, opened_us, ctx->now_us);
	if (ctx->slot.print == NULL)
		deed_why(ctx, "同时进行的场次已满", "too many polls are open");
	DEED_SET_NUMBER(poll, slot, ctx->slot.number);
	DEED_SET(ctx, poll->print, deed_str(ctx->slot.print));
	check_form(ctx, poll);
	check_cards(ctx, poll);
	form = poll_form(ctx->arena, ctx->book, poll);
	poll->form = form == NULL ? NULL : poll_form_content(ctx->arena, form);
	return deed_verdict(ctx);
}

/* ---- poll.cards, poll.issue, poll.count */

/* The poll that this deed is about, moved; NULL: JX_E_LIFE. */
static Jx__Poll *
poll_move(struct deed_ctx *ctx, const char *code)
{
	const char *state = deed_move(ctx, poll_life, state_of((const Jx__Poll *)deed_get(ctx, PAPER_POLLS, code)));
	Jx__Poll *poll = state == NULL ? NULL : deed_put(ctx, PAPER_POLLS, code);

	if (poll != NULL)
		DEED_SET(ctx, poll->state, state);
	return poll;
}

static enum jx_err
poll_cards(struct deed_ctx *ctx)
{
	Jx__Poll *poll = poll_move(ctx, ctx->args->object);

	if (poll == NULL)
		return JX_E_LIFE;
	DEED_SET_NUMBER(poll, printed, poll->printed + (uint32_t)card_count(ctx));
	check_cards(ctx, poll);
	return deed_verdict(ctx);
}

static enum jx_err
poll_issue(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < records_count(ctx->args->rows, PAPER_POLLS); i++) {
		const Jx__Poll *row = ctx->args->rows->polls[i];
		Jx__Poll *poll = poll_move(ctx, row->poll);

		if (poll == NULL)
			return JX_E_LIFE;
		if (!row->has_issued)
			deed_fault(ctx, PAPER_POLLS, i, "issued", "缺少发放数", "the number handed out is missing");
		else if (row->issued > poll->printed)
			deed_fault(ctx, PAPER_POLLS, i, "issued", "发放 %u 张，多于印制的 %u 张",
			    "%u handed out, more than the %u printed", row->issued, poll->printed);
		DEED_SET_NUMBER(poll, issued, row->issued);
	}
	return deed_verdict(ctx);
}

/* Cards that came back on paper and were never cast are void: they only add to what the codes have counted. */
static void
check_count(struct deed_ctx *ctx, size_t i, const Jx__Poll *poll)
{
	const Jx__Poll *row = ctx->args->rows->polls[i];

	if (!row->has_returned || !row->has_valid || !row->has_void_) {
		deed_fault(ctx, PAPER_POLLS, i, "returned", "应给出收回、有效、作废数", "expected returned, valid and void");
		return;
	}
	if ((uint64_t)row->valid + row->void_ != row->returned)
		deed_fault(ctx, PAPER_POLLS, i, "returned", "收回 %u 张，应等于有效 %u 张加作废 %u 张",
		    "%u returned must be %u valid and %u void", row->returned, row->valid, row->void_);
	if (row->returned > poll->issued)
		deed_fault(ctx, PAPER_POLLS, i, "returned", "收回 %u 张，多于发放的 %u 张",
		    "%u returned, more than the %u handed out", row->returned, poll->issued);
	if (row->valid != poll->valid)
		deed_fault(ctx, PAPER_POLLS, i, "valid", "按码计票的有效卡为 %u 张", "%u valid cards were cast", poll->valid);
	if (row->returned < poll->returned)
		deed_fault(ctx, PAPER_POLLS, i, "returned", "已按码投出 %u 张", "%u cards were cast", poll->returned);
}

static enum jx_err
poll_count(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < records_count(ctx->args->rows, PAPER_POLLS); i++) {
		const Jx__Poll *row = ctx->args->rows->polls[i];
		Jx__Poll *poll = poll_move(ctx, row->poll);

		if (poll == NULL)
			return JX_E_LIFE;
		check_count(ctx, i, poll);
		DEED_SET_NUMBER(poll, returned, row->returned);
		DEED_SET_NUMBER(poll, void_, row->void_);
	}
	return deed_verdict(ctx);
}

/* ---- poll.close */

/* One unit's cards of the poll, as a batch of cards among those entered by hand: for counts and for R43. */
static void
put_stack(struct deed_ctx *ctx, const Jx__Poll *poll, const char *unit, uint32_t answered)
{
	Jx__Stack *stack = deed_put(ctx, PAPER_STACKS, deed_printf(ctx, "%s-%s", poll->poll, unit));

	DEED_SET(ctx, stack->unit, unit);
	DEED_SET(ctx, stack->group, poll->group);
	DEED_SET(ctx, stack->state, "polled");
	DEED_SET_NUMBER(stack, printed, poll->printed);
	DEED_SET_NUMBER(stack, issued, poll->issued);
	DEED_SET_NUMBER(stack, returned, ctx->tally->used);
	DEED_SET_NUMBER(stack, valid, answered);
	DEED_SET_NUMBER(stack, void_, ctx->tally->used - answered);
}

static void
put_counts(struct deed_ctx *ctx, Jx__Poll *poll, const Jx__BallotForm *form)
{
	const struct deed_tally *tally = ctx->tally;

	if (tally->used > poll->issued)
		deed_why(ctx, "已投出的卡多于登记发放的 %u 张：请先核对发放数", "more cards were cast than the %u handed out: check that number first",
		    poll->issued);
	DEED_SET_NUMBER(poll, returned, tally->used);
	DEED_SET_NUMBER(poll, valid, tally->used - tally->blank);
	DEED_SET_NUMBER(poll, void_, tally->blank);
	for (size_t i = 0; i < form->n_units && i < tally->unit_count; i++)
		put_stack(ctx, poll, form->units[i]->code, tally->answered[i]);
	deed_note(ctx, "投出 %u 张，有效 %u 张，全空 %u 张", "%u cast, %u valid, %u blank", tally->used, poll->valid, tally->blank);
	if (poll->valid < PRIVACY_BALLOT_COUNT_LEAST)
		deed_note(ctx, "有效卡不足 %d 张：该评估主体的数不单独显示", "fewer than %d valid cards: this group's figures are not shown singly",
		    PRIVACY_BALLOT_COUNT_LEAST);
}

static enum jx_err
poll_close(struct deed_ctx *ctx)
{
	Jx__Poll *poll = poll_move(ctx, ctx->args->object);
	Jx__BallotForm *form;

	if (poll == NULL)
		return JX_E_LIFE;
	form = poll_form(ctx->arena, ctx->book, poll);
	if (form == NULL || !deed_is(poll_form_content(ctx->arena, form), poll->form))
		deed_why(ctx, "投票开始后，方案的题目、选项或单位改变过，票上的数字已对不上：请先恢复，再计票",
		    "questions, options or units have changed since the poll was opened: restore them, then count");
	if (!poll->has_issued)
		deed_why(ctx, "还没有登记发放数", "the number of cards handed out is missing");
	if (deed_verdict(ctx) == JX_OK && ctx->tally != NULL)
		put_counts(ctx, poll, form);
	return deed_verdict(ctx);
}

/* ---- poll.state */

/* Nothing under five, and a count only: who asks often learns that cards were cast, never which way. */
static void
add_poll(struct view_ctx *ctx, const Jx__Poll *poll, uint32_t cast)
{
	bool is_closed = deed_is(poll->state, "closed");

	view_row(ctx);
	view_add(ctx, poll->poll);
	view_add(ctx, poll->kind);
	view_add(ctx, poll->group);
	view_add(ctx, poll->state);
	view_add_number(ctx, units_of(deed_str(poll->units)));
	view_add_number(ctx, poll->printed);
	if (poll->has_issued) {
		view_add_number(ctx, poll->issued);
		view_add_number(ctx, poll->printed - poll->issued);
	} else {
		view_add(ctx, "");
		view_add(ctx, "");
	}
	if (cast < PRIVACY_BALLOT_COUNT_LEAST)
		view_addf(ctx, "<%d", PRIVACY_BALLOT_COUNT_LEAST);
	else
		view_add_number(ctx, cast);
	if (!is_closed) {
		for (int i = 0; i < 4; i++)
			view_add(ctx, "");
		return;
	}
	view_add_number(ctx, poll->returned);
	view_add_number(ctx, poll->issued - poll->returned);
	view_add_number(ctx, poll->valid);
	view_add_number(ctx, poll->void_);
}

static enum jx_err
state_make(struct view_ctx *ctx)
{
	const Jx__Poll *poll;
	size_t cursor = 0;

	while ((poll = (const Jx__Poll *)book_next(ctx->book, PAPER_POLLS, NULL, &cursor)) != NULL) {
		uint32_t cast = 0;

		if (*ctx->args->object != '\0' && !deed_is(poll->poll, ctx->args->object))
			continue;
		for (size_t i = 0; i < ctx->cast_count; i++)
			if (strcmp(ctx->casts[i].poll, poll->poll) == 0)
				cast = ctx->casts[i].count;
		add_poll(ctx, poll, cast);
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "poll.open", .zh = "登记一场评价卡（按码投票）并开始", .en = "register the cards of a poll and open it",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_ROWS | DEED_MAY_CARDS,
	    .kinds = {PAPER_POLLS}, .life = &lives[0], .needs = DEED_NEEDS_SLOT, .act = poll_open, .requirement = "R21"},
	{.name = "poll.cards", .zh = "加印评价卡", .en = "register more cards of a poll",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_OBJECT | DEED_CARDS,
	    .life = &lives[0], .act = poll_cards, .requirement = "R21"},
	{.name = "poll.issue", .zh = "登记发放的评价卡数", .en = "enter how many cards were handed out",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_ROWS,
	    .kinds = {PAPER_POLLS}, .life = &lives[0], .act = poll_issue, .requirement = "R21"},
	{.name = "poll.close", .zh = "结束一场投票并计票", .en = "close a poll and count it",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_OBJECT,
	    .life = &lives[0], .needs = DEED_NEEDS_TALLY, .act = poll_close, .requirement = "R21 R22 R43"},
	{.name = "poll.count", .zh = "清点收回的评价卡（含未投而收回的）", .en = "enter how many cards came back, cast or not",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "democratic", .arguments = DEED_ROWS,
	    .kinds = {PAPER_POLLS}, .life = &lives[0], .act = poll_count, .requirement = "R21"},
};

static const struct view_column state_columns[] = {
	{"poll", "场次", "poll", "text"},        {"kind", "单位类别", "kind of unit", "text"}, {"group", "评估主体", "voter group", "text"},
	{"state", "状态", "state", "text"},      {"units", "单位数", "units", "whole"},        {"printed", "印制", "printed", "whole"},
	{"issued", "发放", "issued", "whole"},   {"unused", "未用", "unused", "whole"},        {"cast", "已投", "cast", "text"},
	{"returned", "收回", "returned", "whole"}, {"missing", "未收回", "missing", "whole"},  {"valid", "有效", "valid", "whole"},
	{"void", "作废", "void", "whole"},
};
static const struct view views[] = {
	{"poll.state", "各场评价卡的印制、发放、投票数", "counts of the cards of each poll", ROLE_OFFICE | ROLE_AUDITOR,
	    VIEW_MAY_OBJECT | VIEW_CASTS, state_columns, sizeof state_columns / sizeof *state_columns, state_make, "R21 R43"},
};
/* clang-format on */

const struct chapter poll_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = lives,
    .life_count = sizeof lives / sizeof *lives,
    .views = views,
    .view_count = sizeof views / sizeof *views};
