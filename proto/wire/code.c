#include "wire/code.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum { CHECK_MODULUS = 1021, /* the greatest prime that two characters hold */ CHARACTER_COUNT_MAX = 28, CHECK_COUNT = 2 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static unsigned
payload_count(unsigned bits)
{
	return (bits + 4) / 5;
}

/*
 * Weights 1, 2, 3 … times a difference below 32 stay below the prime, so a wrong
 * character changes the sum, and a swap of neighbours does. The last of the
 * payload swapped with the first check character changes both sides: by
 * (count + 32) times the difference, which the prime does not divide either.
 */
static unsigned
check_of(const uint8_t *values, unsigned count)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += (i + 1) * values[i];
	return sum % CHECK_MODULUS;
}

/* Five bits from bit `at` on; those past the end are 0. */
static uint8_t
five_bits(const uint8_t *bytes, unsigned bits, unsigned at)
{
	uint8_t value = 0;

	for (unsigned i = at; i < at + 5; i++)
		value = (uint8_t)(value << 1 | (i < bits ? bytes[i / 8] >> (7 - i % 8) & 1 : 0));
	return value;
}

void
code_write(const uint8_t *bytes, unsigned bits, char *out)
{
	unsigned count = payload_count(bits), check;
	uint8_t values[CHARACTER_COUNT_MAX];

	for (unsigned i = 0; i < count; i++)
		values[i] = five_bits(bytes, bits, i * 5);
	check = check_of(values, count);
	values[count] = (uint8_t)(check / 32);
	values[count + 1] = (uint8_t)(check % 32);
	for (unsigned i = 0; i < count + CHECK_COUNT; i++) {
		if (i > 0 && i % 4 == 0)
			*out++ = '-';
		*out++ = alphabet[values[i]];
	}
	*out = '\0';
	sodium_memzero(values, sizeof values); /* a card's code is a secret */
}

/* 0..31, or -1. */
static int
value_of(char character)
{
	const char *found;

	if (character >= 'a' && character <= 'z')
		character = (char)(character - 'a' + 'A');
	if (character == 'O')
		character = '0';
	if (character == 'I' || character == 'L')
		character = '1';
	found = character == '\0' ? NULL : strchr(alphabet, character);
	return found == NULL ? -1 : (int)(found - alphabet);
}

/* Exactly `count` values of the text. */
static enum jx_err
read_values(const char *text, unsigned count, uint8_t *values)
{
	unsigned at = 0;

	for (; *text != '\0'; text++) {
		int value = value_of(*text);

		if (*text == ' ' || *text == '-')
			continue;
		if (value < 0 || at == count)
			return JX_E_FIELD;
		values[at++] = (uint8_t)value;
	}
	return at == count ? JX_OK : JX_E_FIELD;
}

/* Does the check fit, and is one number one text: are the bits past the end 0? */
static bool
is_right(const uint8_t *values, unsigned payload, unsigned bits)
{
	unsigned spare = payload * 5 - bits;

	return values[payload] * 32U + values[payload + 1] == check_of(values, payload) &&
	       (values[payload - 1] & ((1U << spare) - 1)) == 0;
}

enum jx_err
code_read(const char *text, unsigned bits, uint8_t *bytes)
{
	unsigned payload = payload_count(bits);
	uint8_t values[CHARACTER_COUNT_MAX];
	enum jx_err err = read_values(text, payload + CHECK_COUNT, values);

	if (err == JX_OK && !is_right(values, payload, bits))
		err = JX_E_FIELD;
	if (err == JX_OK) {
		memset(bytes, 0, (bits + 7) / 8);
		for (unsigned i = 0; i < bits; i++)
			bytes[i / 8] |= (uint8_t)((values[i / 5] >> (4 - i % 5) & 1) << (7 - i % 8));
	}
	sodium_memzero(values, sizeof values);
	return err;
}
