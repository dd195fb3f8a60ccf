/*
 * What is typed from a card, and a ballot's bytes. The first byte says which:
 * even: a code (of a card, or a short one); odd: a ballot, filled up with zeros.
 * Beyond "no crash": what is taken has one text only, and that one is written
 * again (R21, R22).
 */
#include <stdlib.h>
#include <string.h>

#include "wire/card.h"
#include "wire/code.h"

enum { ARENA_SIZE = 64 << 10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise stops the fuzzer like a crash. */
static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The characters that count, as code_write would give them. */
static void
fold(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		*to = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
		*to = *to == 'O' ? '0' : *to == 'I' || *to == 'L' ? '1' : *to;
		to++;
	}
	*to = '\0';
}

static void
take_code(const uint8_t *data, size_t size, unsigned bits)
{
	uint8_t bytes[CODE_CARD_SIZE];
	char *text = malloc(size + 1), written[CODE_TEXT_SIZE];

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (code_read(text, bits, bytes) == JX_OK) {
		code_write(bytes, bits, written);
		fold(written);
		fold(text);
		must(strcmp(written, text) == 0);
	}
	free(text);
}

static void
take_ballot(const uint8_t *data, size_t size)
{
	uint8_t *bytes = calloc(1, CARD_BALLOT_SIZE), again[CARD_BALLOT_SIZE];
	struct arena *arena = arena_new(ARENA_SIZE);
	struct card_ballot ballot;

	must(bytes != NULL && arena != NULL);
	memcpy(bytes, data, size < CARD_BALLOT_SIZE ? size : CARD_BALLOT_SIZE);
	if (card_ballot_read(arena, (struct bytes){bytes, CARD_BALLOT_SIZE}, &ballot) == JX_OK) {
		must(card_ballot_write(&ballot, again) == JX_OK);
		must(memcmp(bytes, again, CARD_BALLOT_SIZE) == 0);
	}
	must(card_ballot_read(arena, (struct bytes){data, size}, &ballot) == JX_E_FIELD ||
	     size == CARD_BALLOT_SIZE);
	arena_free(arena);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 2 != 0)
		take_ballot(data + 1, size - 1);
	else
		take_code(data + 1, size - 1, data[0] % 4 == 0 ? CODE_CARD_BITS : CODE_SHORT_BITS);
	return 0;
}
