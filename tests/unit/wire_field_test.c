/*
 * What work without a link hangs on, against values computed by another
 * implementation (tests/protocol/field.py): content hashes, commit codes,
 * packets, countersignatures.
 */
#include <criterion/criterion.h>
#include <jx/deed.pb-c.h>
#include <sodium.h>
#include <string.h>

#include "wire/code.h"
#include "wire/content.h"
#include "wire/countersign.h"
#include "wire/packet.h"

static const uint8_t code[CODE_SHORT_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0xc0};

static const char *
hex_of(const uint8_t *bytes, size_t size)
{
	static char hex[257];

	return sodium_bin2hex(hex, sizeof hex, bytes, size);
}

Test(field, a_commit_code_is_of_the_content_that_was_sealed)
{
	static const uint8_t packed[] = "\x0a\x10\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x12\x06"
					"360100\x18\xea\x0f\x22\x09self.send\x2a\x02X1";
	uint8_t hash[32], back[CODE_SHORT_SIZE];
	char text[CODE_TEXT_SIZE], spoken[] = "mthh h42c jqci 8m oo-pex7";

	content_hash("deed", (struct bytes){packed, sizeof packed - 1}, hash);
	cr_assert_str_eq(hex_of(hash, sizeof hash), "a6a318904c95d8145000b39c784b949858d6ff71941ae09cb5aec90e197821da");
	code_write(hash, CODE_SHORT_BITS, text);
	cr_assert_str_eq(text, "MTHH-H42C-JQC1-8M00-PEX7");
	cr_assert_eq(code_read(spoken, CODE_SHORT_BITS, back), JX_OK, "small letters, blanks, I and O");
	cr_assert_eq(memcmp(back, hash, 11), 0);
	cr_assert_eq(back[11], hash[11] & 0xc0, "its last 6 bits are not written");
	spoken[1] = 'h';
	cr_assert_eq(code_read(spoken, CODE_SHORT_BITS, back), JX_E_FIELD, "a letter misheard");
}

Test(field, a_packets_signature_is_over_whose_and_what)
{
	struct arena *arena = arena_new(4096);
	struct bytes bytes = packet_signed_bytes(arena, "li", (struct bytes){(const uint8_t *)"deed", 4});
	uint8_t key[32], secret[64], id[8];

	cr_assert_eq(bytes.size, 16u + 4 + 2 + 4);
	cr_assert_eq(memcmp(bytes.data, "jixiao-packet-1\0\0\0\0\2lideed", bytes.size), 0);
	countersign_key(code, "360100", 2026, "X1", key, secret);
	packet_key_id(key, id);
	cr_assert_str_eq(hex_of(id, sizeof id), "3f691a23b8bba5a0");
	arena_free(arena);
}

Test(field, a_countersignature_is_the_units_word_on_one_mark)
{
	struct countersign sign = {.city = "360100",
	    .year = 2026,
	    .unit = "X1",
	    .object = "G1",
	    .by = "li",
	    .content = "0123456789abcdef0123456789abcdef",
	    .name = "王五",
	    .verdict = "object",
	    .text = "数据有误"};
	const char **const texts[] = {&sign.city, &sign.unit, &sign.object, &sign.by, &sign.content, &sign.name, &sign.verdict, &sign.text};
	uint8_t key[COUNTERSIGN_PUBLIC_SIZE], secret[COUNTERSIGN_SECRET_SIZE], signature[COUNTERSIGN_SIZE];
	struct arena *arena = arena_new(1 << 16);

	countersign_key(code, "360100", 2026, "X1", key, secret);
	cr_assert_str_eq(hex_of(key, sizeof key), "c78a029b3d9af0afacaaee99b4418851bc6cd746fe9684fe870e7cf3e046c93a");
	cr_assert_eq(countersign_make(arena, &sign, secret, signature), JX_OK);
	cr_assert_str_eq(hex_of(signature, sizeof signature),
	    "8a07a6b54680fd9ec6e189aceb00581e30fdbe3f7705ac4ff57ab602bcd80738"
	    "4fa5fe48e854f6fc6aa56f3f08c19d8ef11cd4352a96b60cdff76720e224bb0c");
	cr_assert_eq(countersign_check(arena, &sign, key, signature), JX_OK);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *before = *texts[i];

		*texts[i] = "x";
		cr_expect_eq(countersign_check(arena, &sign, key, signature), JX_E_FIELD, "field %zu", i);
		*texts[i] = before;
	}
	sign.year++;
	cr_expect_eq(countersign_check(arena, &sign, key, signature), JX_E_FIELD);
	sign.year--;
	/* Letters do not move from one field to the next. */
	sign.unit = "X1G", sign.object = "1";
	cr_expect_eq(countersign_check(arena, &sign, key, signature), JX_E_FIELD);
	arena_free(arena);
}

Test(field, a_code_gives_another_key_in_another_city_year_or_unit)
{
	static const struct {
		const char *city, *unit;
		uint32_t year;
	} rows[] = {{"360100", "X1", 2026}, {"360200", "X1", 2026}, {"360100", "X2", 2026}, {"360100", "X1", 2027}};
	uint8_t keys[4][COUNTERSIGN_PUBLIC_SIZE], secret[COUNTERSIGN_SECRET_SIZE];

	for (size_t i = 0; i < 4; i++) {
		countersign_key(code, rows[i].city, rows[i].year, rows[i].unit, keys[i], secret);
		for (size_t k = 0; k < i; k++)
			cr_expect_neq(memcmp(keys[i], keys[k], sizeof keys[i]), 0);
	}
}
