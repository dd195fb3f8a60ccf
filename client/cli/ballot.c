#include "cli/ballot.h"

#include <sodium.h>
#include <string.h>

#include "wire/text.h"

static bool
are_whole(Jx__BallotChoice *const *choices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (choices[i]->code == NULL || choices[i]->code[0] == '\0')
			return false;
	return true;
}

enum jx_err
ballot_begin(struct ballot *ballot, const Jx__BallotForm *form, struct arena *arena)
{
	memset(ballot, 0, sizeof *ballot);
	if (form->state == NULL || form->title == NULL || form->poll == NULL)
		return JX_E_MALFORMED;
	if (form->n_units == 0 || form->n_units > CARD_UNIT_COUNT_MAX || form->n_questions == 0 ||
	    form->n_questions > CARD_QUESTION_COUNT_MAX || form->n_options == 0 ||
	    form->n_options > UINT8_MAX)
		return JX_E_MALFORMED;
	if (!are_whole(form->units, form->n_units) || !are_whole(form->options, form->n_options))
		return JX_E_MALFORMED;
	ballot->form = form;
	ballot->arena = arena;
	ballot->unit_count = form->n_units;
	ballot->question_count = form->n_questions;
	ballot->option_count = form->n_options;
	return JX_OK;
}

void
ballot_clear(struct ballot *ballot)
{
	sodium_memzero(ballot, sizeof *ballot);
}

/* ---- Looking up what was written. */

static int
find_choice(Jx__BallotChoice *const *choices, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(choices[i]->code, text) == 0)
			return (int)i;
	for (size_t i = 0; i < count; i++)
		if (choices[i]->name != NULL && strcmp(choices[i]->name, text) == 0)
			return (int)i;
	return -1;
}

/* 1..count, or 0. */
static int
find_number(const char *text, size_t count)
{
	uint32_t number;

	if (text_whole((struct bytes){(const uint8_t *)text, strlen(text)}, &number) != JX_OK ||
	    number > count)
		return 0;
	return (int)number;
}

int
ballot_unit(const struct ballot *ballot, const char *text)
{
	return find_choice(ballot->form->units, ballot->unit_count, text);
}

int
ballot_question(const struct ballot *ballot, const char *text)
{
	for (size_t i = 0; i < ballot->question_count; i++)
		if (strcmp(ballot->form->questions[i], text) == 0)
			return (int)i;
	return find_number(text, ballot->question_count) - 1;
}

int
ballot_option(const struct ballot *ballot, const char *text, bool numbers_first)
{
	int number = find_number(text, ballot->option_count), choice;

	if (text[0] == '\0' || strcmp(text, "-") == 0)
		return 0;
	if (numbers_first && number > 0)
		return number;
	choice = find_choice(ballot->form->options, ballot->option_count, text);
	if (choice >= 0)
		return choice + 1;
	return number > 0 ? number : -1;
}

/* ---- What is chosen. */

uint8_t *
ballot_answer(struct ballot *ballot, size_t unit, size_t question)
{
	return &ballot->answers[unit * ballot->question_count + question];
}

/* Where the opinion about the unit stands, or would. */
static size_t
opinion_place(const struct ballot *ballot, size_t unit)
{
	size_t at = 0;

	while (at < ballot->opinion_count && ballot->opinion_units[at] < unit)
		at++;
	return at;
}

static bool
is_opinion(const struct ballot *ballot, size_t at, size_t unit)
{
	return at < ballot->opinion_count && ballot->opinion_units[at] == unit;
}

const char *
ballot_opinion(const struct ballot *ballot, size_t unit)
{
	size_t at = opinion_place(ballot, unit);

	return is_opinion(ballot, at, unit) ? ballot->opinions[at] : NULL;
}

/* Everything from place `from` on moves to place `to`. */
static void
shift_opinions(struct ballot *ballot, size_t from, size_t to)
{
	size_t count = ballot->opinion_count - from;

	memmove(ballot->opinions[to], ballot->opinions[from], count * sizeof ballot->opinions[0]);
	memmove(&ballot->opinion_units[to], &ballot->opinion_units[from], count * sizeof ballot->opinion_units[0]);
	ballot->opinion_count = to + count;
}

enum jx_err
ballot_opine(struct ballot *ballot, size_t unit, const char *text)
{
	size_t at = opinion_place(ballot, unit);
	bool is_there = is_opinion(ballot, at, unit);
	const char *normal = text_normal(
	    ballot->arena, (struct bytes){(const uint8_t *)text, strlen(text)}, CARD_OPINION_SIZE_MAX);

	if (normal == NULL)
		return JX_E_TEXT;
	if (normal[0] == '\0') {
		if (is_there)
			shift_opinions(ballot, at + 1, at);
		return JX_OK;
	}
	if (!is_there && ballot->opinion_count == CARD_OPINION_COUNT_MAX)
		return JX_E_TOO_BIG;
	if (!is_there)
		shift_opinions(ballot, at, at + 1);
	ballot->opinion_units[at] = (uint32_t)unit;
	memcpy(ballot->opinions[at], normal, strlen(normal) + 1);
	return JX_OK;
}

enum jx_err
ballot_pack(const struct ballot *ballot, uint8_t out[CARD_BALLOT_SIZE])
{
	struct card_opinion opinions[CARD_OPINION_COUNT_MAX];
	const struct card_ballot card = {
	    .unit_count = (uint32_t)ballot->unit_count,
	    .question_count = (uint32_t)ballot->question_count,
	    .answers = ballot->answers,
	    .opinions = opinions,
	    .opinion_count = (uint32_t)ballot->opinion_count,
	};

	for (size_t i = 0; i < ballot->opinion_count; i++)
		opinions[i] = (struct card_opinion){ballot->opinion_units[i], ballot->opinions[i]};
	return card_ballot_write(&card, out);
}

void
ballot_fold(char *text)
{
	const uint8_t *from = (const uint8_t *)text;
	char *to = text;

	while (*from != '\0') {
		/* U+FF01..U+FF5E are EF BC 81..BF, EF BD 80..9E; U+3000 is E3 80 80. */
		if (from[0] == 0xEF && from[1] == 0xBC && from[2] >= 0x81 && from[2] <= 0xBF) {
			*to++ = (char)(from[2] - 0x81 + '!');
			from += 3;
		} else if (from[0] == 0xEF && from[1] == 0xBD && from[2] >= 0x80 && from[2] <= 0x9E) {
			*to++ = (char)(from[2] - 0x80 + '`');
			from += 3;
		} else if (from[0] == 0xE3 && from[1] == 0x80 && from[2] == 0x80) {
			*to++ = ' ';
			from += 3;
		} else {
			*to++ = (char)*from++;
		}
	}
	*to = '\0';
}
