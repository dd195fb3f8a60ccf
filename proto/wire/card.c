#include "wire/card.h"

#include <sodium.h>
#include <string.h>

#include "wire/text.h"

static void
derive(const char *what, const uint8_t *secret, size_t size, uint8_t out[32])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, 32);
	crypto_generichash_update(&state, (const uint8_t *)what, strlen(what) + 1);
	crypto_generichash_update(&state, secret, size);
	crypto_generichash_final(&state, out, 32);
	sodium_memzero(&state, sizeof state);
}

void
card_token(const uint8_t code[16], uint8_t token[CARD_TOKEN_SIZE])
{
	derive("jixiao-card-token-1", code, 16, token);
}

void
card_hash(const uint8_t token[CARD_TOKEN_SIZE], uint8_t hash[CARD_HASH_SIZE])
{
	derive("jixiao-card-hash-1", token, CARD_TOKEN_SIZE, hash);
}

/*
 * ---- A ballot: u16 units, u8 questions, answers, u8 opinions, each u16 unit,
 * u16 size, text; zeros to the end. Numbers are big-endian.
 */

struct place {
	uint8_t *at, *end; /* of what is written or read; at NULL: it did not fit */
};

static uint8_t *
take(struct place *place, size_t size)
{
	uint8_t *at = place->at;

	if (at == NULL || (size_t)(place->end - at) < size) {
		place->at = NULL;
		return NULL;
	}
	place->at = at + size;
	return at;
}

static void
put_number(struct place *place, size_t size, uint32_t number)
{
	uint8_t *at = take(place, size);

	for (size_t i = 0; at != NULL && i < size; i++)
		at[i] = (uint8_t)(number >> 8 * (size - 1 - i));
}

static uint32_t
get_number(struct place *place, size_t size)
{
	const uint8_t *at = take(place, size);
	uint32_t number = 0;

	for (size_t i = 0; at != NULL && i < size; i++)
		number = number << 8 | at[i];
	return number;
}

/* Opinions stand in the order of their units, one each: one ballot has one text. */
static bool
are_in_order(const struct card_opinion *opinions, uint32_t count, uint32_t unit_count)
{
	for (uint32_t i = 0; i < count; i++)
		if (opinions[i].unit >= unit_count || (i > 0 && opinions[i].unit <= opinions[i - 1].unit))
			return false;
	return true;
}

static bool
is_within(uint32_t units, uint32_t questions, uint32_t opinions)
{
	return units >= 1 && units <= CARD_UNIT_COUNT_MAX && questions >= 1 &&
	       questions <= CARD_QUESTION_COUNT_MAX && opinions <= CARD_OPINION_COUNT_MAX;
}

enum jx_err
card_ballot_write(const struct card_ballot *ballot, uint8_t *out)
{
	struct place place = {out, out + CARD_BALLOT_SIZE};
	size_t count = (size_t)ballot->unit_count * ballot->question_count;
	uint8_t *at;

	if (!is_within(ballot->unit_count, ballot->question_count, ballot->opinion_count))
		return JX_E_TOO_BIG;
	if (!are_in_order(ballot->opinions, ballot->opinion_count, ballot->unit_count))
		return JX_E_FIELD;
	memset(out, 0, CARD_BALLOT_SIZE);
	put_number(&place, 2, ballot->unit_count);
	put_number(&place, 1, ballot->question_count);
	at = take(&place, count);
	if (at != NULL)
		memcpy(at, ballot->answers, count);
	put_number(&place, 1, ballot->opinion_count);
	for (uint32_t i = 0; i < ballot->opinion_count; i++) {
		size_t size = strlen(ballot->opinions[i].text);

		if (size == 0)
			return JX_E_FIELD;
		if (size > CARD_OPINION_SIZE_MAX)
			return JX_E_TOO_BIG;
		put_number(&place, 2, ballot->opinions[i].unit);
		put_number(&place, 2, (uint32_t)size);
		at = take(&place, size);
		if (at != NULL)
			memcpy(at, ballot->opinions[i].text, size);
	}
	return place.at == NULL ? JX_E_TOO_BIG : JX_OK;
}

static enum jx_err
read_opinion(struct arena *arena, struct place *place, struct card_opinion *out)
{
	uint32_t size;
	const uint8_t *at;

	out->unit = get_number(place, 2);
	size = get_number(place, 2);
	if (size == 0 || size > CARD_OPINION_SIZE_MAX)
		return JX_E_FIELD;
	at = take(place, size);
	if (at == NULL || memchr(at, 0, size) != NULL)
		return JX_E_FIELD;
	out->text = arena_strndup(arena, (const char *)at, size);
	if (out->text == NULL)
		return JX_E_MEMORY;
	return text_is_clean((struct bytes){at, size}) ? JX_OK : JX_E_TEXT;
}

enum jx_err
card_ballot_read(struct arena *arena, struct bytes bytes, struct card_ballot *out)
{
	struct place place = {(uint8_t *)(uintptr_t)bytes.data, (uint8_t *)(uintptr_t)bytes.data + bytes.size};
	struct card_opinion *opinions;
	enum jx_err err;

	if (bytes.size != CARD_BALLOT_SIZE)
		return JX_E_FIELD;
	out->unit_count = get_number(&place, 2);
	out->question_count = get_number(&place, 1);
	if (!is_within(out->unit_count, out->question_count, 0))
		return JX_E_FIELD;
	out->answers = take(&place, (size_t)out->unit_count * out->question_count);
	out->opinion_count = get_number(&place, 1);
	if (place.at == NULL || out->opinion_count > CARD_OPINION_COUNT_MAX)
		return JX_E_FIELD;
	opinions = arena_alloc(arena, (out->opinion_count + 1) * sizeof *opinions);
	if (opinions == NULL)
		return JX_E_MEMORY;
	for (uint32_t i = 0; i < out->opinion_count; i++) {
		err = read_opinion(arena, &place, &opinions[i]);
		if (err != JX_OK)
			return err;
	}
	out->opinions = opinions;
	if (!are_in_order(opinions, out->opinion_count, out->unit_count))
		return JX_E_FIELD;
	for (; place.at < place.end; place.at++)
		if (*place.at != 0)
			return JX_E_FIELD;
	return JX_OK;
}
