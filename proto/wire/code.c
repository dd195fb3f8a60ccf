#include "wire/code.h"

#include <string.h>

enum { CHECK_MODULUS = 1021, /* the greatest prime that two characters hold */ CHARACTER_COUNT_MAX = 28, CHECK_COUNT = 2 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static unsigned
payload_count(unsigned bits)
{
	return (bits + 4) / 5;
}

/* Weights 1, 2, 3 … differ below the prime, so a wrong character or a swap changes the sum. */
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

enum jx_err
code_read(const char *text, unsigned bits, uint8_t *bytes)
{
	unsigned payload = payload_count(bits), count = 0;
	uint8_t values[CHARACTER_COUNT_MAX];

	for (; *text != '\0'; text++) {
		int value = value_of(*text);

		if (*text == ' ' || *text == '-')
			continue;
		if (value < 0 || count == payload + CHECK_COUNT)
			return JX_E_FIELD;
		values[count++] = (uint8_t)value;
	}
	if (count != payload + CHECK_COUNT ||
	    values[payload] * 32U + values[payload + 1] != check_of(values, payload))
		return JX_E_FIELD;
	memset(bytes, 0, (bits + 7) / 8);
	for (unsigned i = 0; i < bits; i++)
		bytes[i / 8] |= (uint8_t)((values[i / 5] >> (4 - i % 5) & 1) << (7 - i % 8));
	for (unsigned i = bits; i < payload * 5; i++)
		if ((values[i / 5] >> (4 - i % 5) & 1) != 0)
			return JX_E_FIELD; /* one number has one text */
	return JX_OK;
}
