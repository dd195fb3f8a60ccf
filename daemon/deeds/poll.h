/*
 * deeds/poll.h: polls by card code (评价卡场次, R21): what their ballots answer.
 *
 * The form (questions, options, units) is fixed when the poll is opened: a
 * ballot says only numbers. Its hash stands in the poll; while the scheme or
 * the units say something else, nothing is cast and nothing counted.
 */
#ifndef JX_DEEDS_POLL_H
#define JX_DEEDS_POLL_H

#include <jx/ballot.pb-c.h>

#include "deeds/deed.h"

enum {
	/* Answers of a ballot: of its bytes (wire/card.h) some hundred stay free for opinions. */
	POLL_ANSWER_COUNT_MAX = 2400,
	POLL_FORM_SIZE_MAX = 24 << 10, /* packed; the answer before login is one frame */
	POLL_CODE_SIZE_MAX = 24,       /* its batches and cards are named after it */
	POLL_CARD_COUNT_MAX = 10000,
	POLL_ROW_COUNT_MAX = 100000,   /* cards x units: closing writes that many rows at once */
};

/* The form as scheme and units have it now, in arena, borrowing from the book; without state. NULL: memory out, or a unit is gone. */
Jx__BallotForm *poll_form(struct arena *arena, const struct book *book, const Jx__Poll *poll);
/* Is an open poll of that group about the unit? */
bool poll_covers(const struct book *book, const char *unit, const char *group);
/* The form's hash, in arena; NULL: memory out. */
char *poll_form_content(struct arena *arena, const Jx__BallotForm *form);
/* May a card of it be cast now? form: as poll_form gives it (NULL: no). */
bool poll_is_open(const struct book *book, const Jx__Poll *poll, struct arena *arena, const Jx__BallotForm *form);

#endif
