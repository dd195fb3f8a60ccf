/*
 * cli/ballot.h: one card's ballot while it is filled: the form the daemon gave,
 * what is chosen, opinions; then its bytes.
 *
 * Nothing here is written to a disk. ballot_clear wipes what was chosen.
 * Source: R21, R22.
 */
#ifndef JX_CLI_BALLOT_H
#define JX_CLI_BALLOT_H

#include <jx/ballot.pb-c.h>
#include <stdbool.h>

#include "wire/card.h"

struct ballot {
	const Jx__BallotForm *form; /* borrowed; whole: units, questions and options have their texts */
	struct arena *arena;        /* borrowed; holds opinions while they are taken in */
	size_t unit_count, question_count, option_count;
	uint8_t answers[CARD_UNIT_COUNT_MAX * CARD_QUESTION_COUNT_MAX]; /* unit by unit; 0: blank */
	char opinions[CARD_OPINION_COUNT_MAX][CARD_OPINION_SIZE_MAX + 1];
	uint32_t opinion_units[CARD_OPINION_COUNT_MAX]; /* rising */
	size_t opinion_count;
};

/* All blank. JX_E_MALFORMED: the form is not whole, or larger than a ballot can be. */
JX_MUST_USE enum jx_err ballot_begin(struct ballot *ballot, const Jx__BallotForm *form, struct arena *arena);
void ballot_clear(struct ballot *ballot);

/* Index, or -1. By code or, for people, by name. */
int ballot_unit(const struct ballot *ballot, const char *text);
/* By the question's text or its number from 1; or -1. */
int ballot_question(const struct ballot *ballot, const char *text);
/*
 * What an answer means: the option's number from 1; 0: blank ("", "-"); -1: no
 * such option. numbers_first: "2" is the second option, whatever its code is
 * (people press keys); else a code, a name, then a number (files).
 */
int ballot_option(const struct ballot *ballot, const char *text, bool numbers_first);

uint8_t *ballot_answer(struct ballot *ballot, size_t unit, size_t question);
/* The opinion about a unit; NULL: none. */
const char *ballot_opinion(const struct ballot *ballot, size_t unit);
/* text "": none. JX_E_TEXT: not clean, or too long; JX_E_TOO_BIG: too many opinions. */
JX_MUST_USE enum jx_err ballot_opine(struct ballot *ballot, size_t unit, const char *text);

/* JX_E_TOO_BIG: opinions and answers are more than a ballot holds. */
JX_MUST_USE enum jx_err ballot_pack(const struct ballot *ballot, uint8_t out[CARD_BALLOT_SIZE]);

/* Full-width letters, digits and signs, as Chinese input methods write them, become ASCII. In place. */
void ballot_fold(char *text);

#endif
