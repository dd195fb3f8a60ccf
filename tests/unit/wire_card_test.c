/* Codes people type, and ballots of one length (R21, R22). */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "wire/card.h"
#include "wire/code.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const struct {
	unsigned bits;
	size_t size, character_count;
	unsigned spare; /* bits of the last byte that are not written */
} kinds[] = {
    {CODE_CARD_BITS, CODE_CARD_SIZE, 28, 0},
    {CODE_SHORT_BITS, CODE_SHORT_SIZE, 20, 6},
};

/* Bytes number `seed` of a kind: the same in every run. */
static void
bytes_make(size_t kind, uint32_t seed, uint8_t bytes[CODE_CARD_SIZE])
{
	unsigned char from[randombytes_SEEDBYTES] = {0};

	memcpy(from, &seed, sizeof seed);
	from[8] = (unsigned char)kind;
	randombytes_buf_deterministic(bytes, CODE_CARD_SIZE, from);
	if (seed == 0)
		memset(bytes, 0, CODE_CARD_SIZE);
	if (seed == 1)
		memset(bytes, 0xFF, CODE_CARD_SIZE);
	bytes[kinds[kind].size - 1] &= (uint8_t)(0xFF << kinds[kind].spare);
}

static bool
is_read(const char *text, unsigned bits)
{
	uint8_t bytes[CODE_CARD_SIZE];

	return code_read(text, bits, bytes) == JX_OK;
}

/* Positions of characters in the text, hyphens left out. */
static size_t
places(const char *text, size_t at[CODE_TEXT_SIZE])
{
	size_t count = 0;

	for (size_t i = 0; text[i] != '\0'; i++)
		if (text[i] != '-')
			at[count++] = i;
	return count;
}

Test(code, comes_back_and_has_the_form_it_should_R21)
{
	uint8_t bytes[CODE_CARD_SIZE], again[CODE_CARD_SIZE];
	char text[CODE_TEXT_SIZE];
	size_t at[CODE_TEXT_SIZE];

	for (size_t kind = 0; kind < COUNT(kinds); kind++)
		for (uint32_t seed = 0; seed < 2000; seed++) {
			bytes_make(kind, seed, bytes);
			code_write(bytes, kinds[kind].bits, text);
			cr_assert_eq(places(text, at), kinds[kind].character_count);
			cr_assert_eq(strlen(text), kinds[kind].character_count * 5 / 4 - 1);
			for (size_t i = 0; text[i] != '\0'; i++)
				cr_assert(i % 5 == 4 ? text[i] == '-' : strchr(letters, text[i]) != NULL);
			memset(again, 0xAA, sizeof again);
			cr_assert_eq(code_read(text, kinds[kind].bits, again), JX_OK);
			cr_assert_arr_eq(again, bytes, kinds[kind].size);
			cr_assert(kinds[kind].size == CODE_CARD_SIZE || again[kinds[kind].size] == 0xAA,
			    "written beyond its size");
		}
}

/* Made once by another program (Python) from the header's words: the printed cards of a year must stay readable. */
Test(code, stays_what_it_was)
{
	uint8_t bytes[CODE_CARD_SIZE];
	char text[CODE_TEXT_SIZE];

	for (uint8_t i = 0; i < CODE_CARD_SIZE; i++)
		bytes[i] = (uint8_t)(i * 17);
	code_write(bytes, CODE_CARD_BITS, text);
	cr_assert_str_eq(text, "008J-4CT4-ANK7-F24S-NAXW-SQFE-ZWCZ");
	bytes[CODE_SHORT_SIZE - 1] &= 0xC0;
	code_write(bytes, CODE_SHORT_BITS, text);
	cr_assert_str_eq(text, "008J-4CT4-ANK7-F24S-NA5D");
}

Test(code, finds_every_wrong_character_and_every_swap_of_neighbours_R21)
{
	uint8_t bytes[CODE_CARD_SIZE];
	char text[CODE_TEXT_SIZE], wrong[CODE_TEXT_SIZE];
	size_t at[CODE_TEXT_SIZE], count, tried = 0;

	for (size_t kind = 0; kind < COUNT(kinds); kind++)
		for (uint32_t seed = 0; seed < 300; seed++) {
			bytes_make(kind, seed, bytes);
			code_write(bytes, kinds[kind].bits, text);
			count = places(text, at);
			for (size_t i = 0; i < count; i++)
				for (size_t letter = 0; letters[letter] != '\0'; letter++) {
					strcpy(wrong, text);
					wrong[at[i]] = letters[letter];
					if (strcmp(wrong, text) == 0)
						continue;
					tried++;
					cr_assert_not(is_read(wrong, kinds[kind].bits), "%s for %s", wrong, text);
				}
			for (size_t i = 0; i + 1 < count; i++) {
				strcpy(wrong, text);
				wrong[at[i]] = text[at[i + 1]];
				wrong[at[i + 1]] = text[at[i]];
				if (strcmp(wrong, text) == 0)
					continue;
				tried++;
				cr_assert_not(is_read(wrong, kinds[kind].bits), "%s for %s", wrong, text);
			}
		}
	printf("code: %zu slips, all found\n", tried);
}

Test(code, finds_a_character_too_many_or_too_few)
{
	uint8_t bytes[CODE_CARD_SIZE];
	char text[CODE_TEXT_SIZE], wrong[CODE_TEXT_SIZE + 2];

	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		bytes_make(kind, 7, bytes);
		code_write(bytes, kinds[kind].bits, text);
		for (size_t i = 0; i <= strlen(text); i++) {
			snprintf(wrong, sizeof wrong, "%.*s0%s", (int)i, text, text + i);
			cr_assert_not(is_read(wrong, kinds[kind].bits));
			if (text[i] == '\0' || text[i] == '-')
				continue;
			snprintf(wrong, sizeof wrong, "%.*s%s", (int)i, text, text + i + 1);
			cr_assert_not(is_read(wrong, kinds[kind].bits));
		}
		cr_assert_not(is_read(text, kinds[1 - kind].bits), "a code of another kind");
		cr_assert_not(is_read("", kinds[kind].bits));
		cr_assert_not(is_read("----", kinds[kind].bits));
	}
}

/* What people do to a code on its way, without changing it. */
Test(code, is_read_as_people_write_it)
{
	uint8_t bytes[CODE_CARD_SIZE], again[CODE_CARD_SIZE];
	char text[CODE_TEXT_SIZE], typed[3 * CODE_TEXT_SIZE];
	size_t size = 0, changed = 0;

	for (uint32_t seed = 0; seed < 200; seed++) {
		bytes_make(0, seed, bytes);
		code_write(bytes, CODE_CARD_BITS, text);
		size = 0;
		for (size_t i = 0; text[i] != '\0'; i++) {
			char letter = text[i];

			if (letter == '-') {
				size += (size_t)snprintf(typed + size, sizeof typed - size, i % 2 == 0 ? "  " : "");
				continue;
			}
			changed += letter == '0' || letter == '1';
			if (letter == '0')
				letter = i % 2 == 0 ? 'O' : 'o';
			else if (letter == '1')
				letter = "IiLl"[i % 4];
			else if (letter >= 'A' && i % 3 == 0)
				letter = (char)(letter - 'A' + 'a');
			typed[size++] = letter;
			if (i % 7 == 0)
				typed[size++] = '-';
		}
		typed[size] = '\0';
		cr_assert_eq(code_read(typed, CODE_CARD_BITS, again), JX_OK, "%s for %s", typed, text);
		cr_assert_arr_eq(again, bytes, CODE_CARD_SIZE);
	}
	cr_assert_gt(changed, 100u);
}

Test(code, takes_no_other_character)
{
	uint8_t bytes[CODE_CARD_SIZE];
	char text[CODE_TEXT_SIZE];

	bytes_make(0, 9, bytes);
	code_write(bytes, CODE_CARD_BITS, text);
	for (int byte = 1; byte < 256; byte++) {
		char wrong[CODE_TEXT_SIZE], upper = (char)byte;

		if (byte >= 'a' && byte <= 'z')
			upper = (char)(byte - 'a' + 'A');
		if (strchr("OIL -", upper) != NULL || strchr(letters, upper) != NULL)
			continue;
		strcpy(wrong, text);
		wrong[3] = (char)byte;
		cr_assert_not(is_read(wrong, CODE_CARD_BITS), "%d", byte);
	}
}

/* One number has one text: the two bits that 26 characters hold beyond 128 are 0. */
Test(code, has_no_second_text_and_leaves_the_bytes_alone_when_it_is_wrong)
{
	uint8_t bytes[CODE_CARD_SIZE], again[CODE_CARD_SIZE], untouched[CODE_CARD_SIZE];
	char text[CODE_TEXT_SIZE];
	size_t at[CODE_TEXT_SIZE], taken = 0;

	memset(untouched, 0x5A, sizeof untouched);
	bytes_make(0, 3, bytes);
	code_write(bytes, CODE_CARD_BITS, text);
	cr_assert_eq(places(text, at), 28u);
	/* All 1024 checks to all 32 last characters: of each last character one check fits, and only of those without spare bits one is taken. */
	for (unsigned i = 0; i < 32 * 1024; i++) {
		text[at[25]] = letters[i / 1024];
		text[at[26]] = letters[i / 32 % 32];
		text[at[27]] = letters[i % 32];
		memset(again, 0x5A, sizeof again);
		if (code_read(text, CODE_CARD_BITS, again) == JX_OK) {
			taken++;
			cr_assert_eq(i / 1024 % 4, 0u);
		} else {
			cr_assert_arr_eq(again, untouched, sizeof again);
		}
	}
	cr_assert_eq(taken, 8u);
}

/* ---- Token and hash. */

/* By Python's hashlib.blake2b(digest_size=32): a card printed once must be known for ever. */
Test(card, token_and_hash_stay_what_they_were_R21)
{
	uint8_t code[CODE_CARD_SIZE], token[CARD_TOKEN_SIZE], hash[CARD_HASH_SIZE];
	char text[2 * CARD_HASH_SIZE + 1];

	for (uint8_t i = 0; i < CODE_CARD_SIZE; i++)
		code[i] = (uint8_t)(i * 17);
	card_token(code, token);
	sodium_bin2hex(text, sizeof text, token, sizeof token);
	cr_assert_str_eq(text, "a63d5eebb5b9dafaccc306bf159aaeb3b05316b6f0b486acf6784a46bc78a405");
	card_hash(token, hash);
	sodium_bin2hex(text, sizeof text, hash, sizeof hash);
	cr_assert_str_eq(text, "00d185cd431a86c832971a6c86260adeb9926367410f9c162f64cc26ab10e09c");
}

/* ---- Ballots. */

static uint8_t answers[CARD_UNIT_COUNT_MAX * CARD_QUESTION_COUNT_MAX];

static struct arena *
arena_make(void)
{
	struct arena *arena = arena_new(1 << 20);

	cr_assert_not_null(arena);
	return arena;
}

static void
check_round_trip(const struct card_ballot *ballot)
{
	uint8_t text[CARD_BALLOT_SIZE];
	struct arena *arena = arena_make();
	struct card_ballot again;
	size_t count = (size_t)ballot->unit_count * ballot->question_count;

	memset(text, 0xEE, sizeof text);
	cr_assert_eq(card_ballot_write(ballot, text), JX_OK);
	cr_assert_eq(card_ballot_read(arena, (struct bytes){text, sizeof text}, &again), JX_OK);
	cr_assert_eq(again.unit_count, ballot->unit_count);
	cr_assert_eq(again.question_count, ballot->question_count);
	cr_assert_arr_eq(again.answers, ballot->answers, count);
	cr_assert_eq(again.opinion_count, ballot->opinion_count);
	for (uint32_t i = 0; i < again.opinion_count; i++) {
		cr_assert_eq(again.opinions[i].unit, ballot->opinions[i].unit);
		cr_assert_str_eq(again.opinions[i].text, ballot->opinions[i].text);
	}
	arena_free(arena);
}

/* A text of so many bytes of UTF-8. */
static const char *
text_of(size_t size)
{
	static char text[CARD_OPINION_SIZE_MAX + 2];

	memset(text, 'x', size);
	text[size] = '\0';
	return text;
}

Test(card, a_ballot_comes_back_R22)
{
	static const struct {
		uint32_t units, questions;
	} sizes[] = {{1, 1}, {1, 40}, {400, 1}, {12, 10}, {60, 8}, {400, 7}, {76, 40}};
	const struct card_opinion opinions[] = {{0, "好"}, {3, text_of(CARD_OPINION_SIZE_MAX)}, {11, "群众反映的问题解决得慢"}};

	for (size_t i = 0; i < sizeof answers; i++)
		answers[i] = (uint8_t)(i * 7 % 5);
	for (size_t i = 0; i < COUNT(sizes); i++)
		check_round_trip(&(struct card_ballot){
		    .unit_count = sizes[i].units, .question_count = sizes[i].questions, .answers = answers});
	check_round_trip(&(struct card_ballot){12, 10, answers, opinions, COUNT(opinions)});
}

Test(card, what_does_not_fit_is_refused_whole)
{
	uint8_t text[CARD_BALLOT_SIZE];
	struct card_opinion many[CARD_OPINION_COUNT_MAX + 1];
	const struct card_opinion late[] = {{1, text_of(CARD_OPINION_SIZE_MAX + 1)}}, swapped[] = {{2, "a"}, {1, "b"}},
				  twice[] = {{2, "a"}, {2, "b"}}, empty[] = {{1, ""}}, beyond[] = {{12, "a"}};
	const struct {
		struct card_ballot ballot;
		enum jx_err err;
	} rows[] = {
	    {{0, 10, answers, NULL, 0}, JX_E_TOO_BIG},
	    {{10, 0, answers, NULL, 0}, JX_E_TOO_BIG},
	    {{CARD_UNIT_COUNT_MAX + 1, 1, answers, NULL, 0}, JX_E_TOO_BIG},
	    {{1, CARD_QUESTION_COUNT_MAX + 1, answers, NULL, 0}, JX_E_TOO_BIG},
	    {{UINT32_MAX, UINT32_MAX, answers, NULL, 0}, JX_E_TOO_BIG},
	    {{400, 8, answers, NULL, 0}, JX_E_TOO_BIG},
	    {{12, 10, answers, many, COUNT(many)}, JX_E_TOO_BIG},
	    {{12, 10, answers, late, 1}, JX_E_TOO_BIG},
	    {{12, 10, answers, swapped, 2}, JX_E_FIELD},
	    {{12, 10, answers, twice, 2}, JX_E_FIELD},
	    {{12, 10, answers, empty, 1}, JX_E_FIELD},
	    {{12, 10, answers, beyond, 1}, JX_E_FIELD},
	};

	for (uint32_t i = 0; i < COUNT(many); i++)
		many[i] = (struct card_opinion){i % 12, "x"};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_assert_eq(card_ballot_write(&rows[i].ballot, text), rows[i].err, "row %zu", i);
	/* To the last byte: 3 + 400 × 7 + 1 are taken, 268 are left for one opinion with its 4. */
	cr_assert_eq(card_ballot_write(&(struct card_ballot){400, 7, answers, &(struct card_opinion){0, text_of(264)}, 1}, text), JX_OK);
	cr_assert_neq(text[CARD_BALLOT_SIZE - 1], 0);
	cr_assert_eq(card_ballot_write(&(struct card_ballot){400, 7, answers, &(struct card_opinion){0, text_of(265)}, 1}, text), JX_E_TOO_BIG);
}

static enum jx_err
read_bent(const uint8_t *good, size_t at, const char *bytes, size_t size)
{
	uint8_t bent[CARD_BALLOT_SIZE];
	struct card_ballot ballot;
	struct arena *arena = arena_make();
	enum jx_err err;

	memcpy(bent, good, sizeof bent);
	memcpy(bent + at, bytes, size);
	err = card_ballot_read(arena, (struct bytes){bent, sizeof bent}, &ballot);
	arena_free(arena);
	return err;
}

Test(card, hostile_ballots_are_refused_G9)
{
	/* 2 units × 3 questions, two opinions: 0 u16 units, 2 u8 questions, 3 answers, 9 u8 opinions, 10 unit, 12 size, 14 "ab", 16 unit, 18 size, 20 "cd". */
	const struct card_opinion opinions[] = {{0, "ab"}, {1, "cd"}};
	const struct card_ballot ballot = {2, 3, (const uint8_t *)"\1\2\3\0\1\2", opinions, 2};
	static const struct {
		size_t at;
		const char *bytes;
		size_t size;
		enum jx_err err;
	} rows[] = {
	    {0, "\0\2", 2, JX_OK},         /* as it was */
	    {0, "\0\0", 2, JX_E_FIELD},    /* no unit */
	    {0, "\1\x91", 2, JX_E_FIELD},  /* 401 units */
	    {0, "\xFF\xFF", 2, JX_E_FIELD},
	    {2, "\0", 1, JX_E_FIELD},
	    {2, "\x29", 1, JX_E_FIELD},    /* 41 questions */
	    {0, "\1\x90\x28", 3, JX_E_FIELD}, /* 400 × 40 do not fit */
	    {9, "\x29", 1, JX_E_FIELD},    /* 41 opinions */
	    {9, "\xFF", 1, JX_E_FIELD},
	    {9, "\0", 1, JX_E_FIELD},      /* none, and yet something follows */
	    {9, "\3", 1, JX_E_FIELD},      /* the third has no size */
	    {10, "\0\2", 2, JX_E_FIELD},   /* about a unit that is not there */
	    {10, "\0\1", 2, JX_E_FIELD},   /* two about one unit */
	    {12, "\0\0", 2, JX_E_FIELD},   /* an empty one */
	    {12, "\2\x59", 2, JX_E_FIELD}, /* 601 bytes */
	    {12, "\xFF\xFF", 2, JX_E_FIELD},
	    {14, "\0", 1, JX_E_FIELD},     /* NUL within */
	    {14, "\xC3\x28", 2, JX_E_TEXT},
	    {14, "\x1B[", 2, JX_E_TEXT},   /* a terminal's escape */
	    {14, "a\n", 2, JX_E_TEXT},
	    {22, "x", 1, JX_E_FIELD},      /* after the end */
	    {CARD_BALLOT_SIZE - 1, "\1", 1, JX_E_FIELD},
	};
	uint8_t good[CARD_BALLOT_SIZE];
	struct card_ballot out;
	struct arena *arena = arena_make(), *small = arena_new(16);

	cr_assert_eq(card_ballot_write(&ballot, good), JX_OK);
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_assert_eq(read_bent(good, rows[i].at, rows[i].bytes, rows[i].size), rows[i].err, "row %zu", i);
	cr_assert_eq(card_ballot_read(arena, (struct bytes){good, sizeof good - 1}, &out), JX_E_FIELD);
	cr_assert_eq(card_ballot_read(arena, (struct bytes){NULL, 0}, &out), JX_E_FIELD);
	cr_assert_eq(card_ballot_read(small, (struct bytes){good, sizeof good}, &out), JX_E_MEMORY);
	arena_free(small);
	arena_free(arena);
}
