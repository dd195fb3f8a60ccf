/*
 * wire/card.h: a card with a code (评价卡): from the code on the paper to what
 * the daemon may know, and a ballot as bytes of one length.
 *
 *   code   128 random bits, on the card only (wire/code.h)
 *   token  BLAKE2b-256 of the code: what the client sends; not on the paper, not stored
 *   hash   BLAKE2b-256 of the token: what the daemon stores. Who reads the
 *          database finds no token, and so cannot vote with a card that is not his.
 *
 * Pure. Source: R21, R22; design G8.
 */
#ifndef JX_WIRE_CARD_H
#define JX_WIRE_CARD_H

#include <stdint.h>

#include "wire/bytes.h"

enum {
	CARD_TOKEN_SIZE = 32,
	CARD_HASH_SIZE = 32,
	/* Bytes of every ballot: with its token within the 4 KiB of a frame before login. */
	CARD_BALLOT_SIZE = 3072,
	CARD_UNIT_COUNT_MAX = 400,
	CARD_QUESTION_COUNT_MAX = 40,
	CARD_OPINION_COUNT_MAX = 40,
	CARD_OPINION_SIZE_MAX = 600, /* bytes of UTF-8 */
};

void card_token(const uint8_t code[16], uint8_t token[CARD_TOKEN_SIZE]);
void card_hash(const uint8_t token[CARD_TOKEN_SIZE], uint8_t hash[CARD_HASH_SIZE]);

/* Free words about the form's unit number `unit` (from 0). */
struct card_opinion {
	uint32_t unit;
	const char *text; /* NUL-ended */
};

struct card_ballot {
	uint32_t unit_count, question_count;
	/* unit_count x question_count, unit by unit in the form's order: 0 blank, else the option's number from 1. */
	const uint8_t *answers;
	const struct card_opinion *opinions; /* in the order of their units, at most one each, none empty */
	uint32_t opinion_count;
};

/*
 * out: CARD_BALLOT_SIZE bytes, whatever it says; one ballot has one text.
 * JX_E_TOO_BIG: it does not fit; JX_E_FIELD: opinions out of order, or empty.
 */
JX_MUST_USE enum jx_err card_ballot_write(const struct card_ballot *ballot, uint8_t *out);
/*
 * Back, from a peer's bytes; everything lives in arena. JX_E_FIELD: not of that
 * form (also anything but zeros after the end); JX_E_TEXT: an opinion is no
 * valid text (wire/text.h); JX_E_MEMORY. Whether an option exists is the
 * caller's to check.
 */
JX_MUST_USE enum jx_err card_ballot_read(struct arena *arena, struct bytes bytes, struct card_ballot *out);

#endif
