/* A vote sealed (G8; R21): the same is the same, nothing else tells anything, and no key, no vote. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <string.h>

#include "core/seal.h"

static uint8_t key[32], card[2][32], ballot[2][CARD_BALLOT_SIZE];
static struct seal seal;

static void
set_up(void)
{
	memset(key, 3, sizeof key);
	memset(card[0], 1, 32);
	memset(card[1], 2, 32);
	memset(ballot[0], 0, CARD_BALLOT_SIZE);
	memset(ballot[1], 0, CARD_BALLOT_SIZE);
	ballot[1][CARD_BALLOT_SIZE - 1] = 1;
	seal_init(&seal, key, "990100", 2010, "P1");
}

TestSuite(seal, .init = set_up);

/* How many of the bytes are alike: of unrelated ones about one in 256. */
static size_t
alike(const uint8_t *left, const uint8_t *right, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += left[i] == right[i];
	return count;
}

Test(seal, opens_with_its_key_for_its_card_only)
{
	uint8_t sealed[SEAL_SIZE], out[CARD_BALLOT_SIZE];
	struct seal other;

	seal_close(&seal, card[0], ballot[1], sealed);
	cr_assert(seal_open(&seal, card[0], sealed, out));
	cr_expect_arr_eq(out, ballot[1], sizeof out);
	cr_expect_not(seal_open(&seal, card[1], sealed, out), "another card");
	for (size_t at = 0; at < SEAL_SIZE; at += 97) {
		sealed[at] ^= 1;
		cr_expect_not(seal_open(&seal, card[0], sealed, out), "byte %zu is another", at);
		sealed[at] ^= 1;
	}
	key[31] ^= 1;
	seal_init(&other, key, "990100", 2010, "P1");
	cr_expect_not(seal_open(&other, card[0], sealed, out), "another key");
	key[31] ^= 1;
	seal_init(&other, key, "990100", 2010, "P2");
	cr_expect_not(seal_open(&other, card[0], sealed, out), "another poll");
	seal_init(&other, key, "990100", 2011, "P1");
	cr_expect_not(seal_open(&other, card[0], sealed, out), "another year");
	seal_init(&other, key, "990200", 2010, "P1");
	cr_expect_not(seal_open(&other, card[0], sealed, out), "another city");
}

/* What makes a second try the same try (G2). */
Test(seal, the_same_card_and_content_give_the_same_bytes)
{
	uint8_t sealed[3][SEAL_SIZE], content[3][32], op[2][16];

	seal_close(&seal, card[0], ballot[0], sealed[0]);
	seal_close(&seal, card[0], ballot[0], sealed[1]);
	seal_close(&seal, card[0], ballot[1], sealed[2]);
	cr_expect_arr_eq(sealed[0], sealed[1], SEAL_SIZE);
	for (int i = 0; i < 3; i++)
		seal_content("P1", card[0], (struct bytes){sealed[i], SEAL_SIZE}, content[i]);
	cr_expect_arr_eq(content[0], content[1], 32);
	cr_expect_arr_neq(content[0], content[2], 32);
	/* One op a card, whatever it says. */
	seal_op_id(&seal, card[0], op[0]);
	seal_op_id(&seal, card[1], op[1]);
	cr_expect_arr_neq(op[0], op[1], 16);
}

/* One bit of the ballot, or of the card, and nothing that is stored is alike. */
Test(seal, what_is_stored_says_nothing_of_the_content)
{
	uint8_t sealed[3][SEAL_SIZE];

	seal_close(&seal, card[0], ballot[0], sealed[0]);
	seal_close(&seal, card[0], ballot[1], sealed[1]);
	seal_close(&seal, card[1], ballot[0], sealed[2]);
	cr_expect_lt(alike(sealed[0], sealed[1], SEAL_SIZE), 40u);
	cr_expect_lt(alike(sealed[0], sealed[2], SEAL_SIZE), 40u);
	cr_expect_lt(alike(sealed[0] + SEAL_NONCE_SIZE, ballot[0], CARD_BALLOT_SIZE), 40u);
}

Test(seal, a_print_tells_keys_apart)
{
	char one[SEAL_PRINT_SIZE], other[SEAL_PRINT_SIZE];

	seal_print(key, one);
	key[0] ^= 1;
	seal_print(key, other);
	cr_expect_str_neq(one, other);
	cr_expect_eq(strlen(one), 16u);
	key[0] ^= 1;
	seal_print(key, other);
	cr_expect_str_eq(one, other);
}

Test(seal, nothing_is_left_of_it)
{
	static const struct seal nothing;

	seal_clear(&seal);
	cr_expect_arr_eq(&seal, &nothing, sizeof seal);
}
