#include "link/opid.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void
opid_write(uint64_t unix_ms, const uint8_t random[OPID_RANDOM_SIZE], uint8_t id[OPID_SIZE])
{
	for (int i = 0; i < 6; i++)
		id[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
	memcpy(id + 6, random, OPID_RANDOM_SIZE);
	id[6] = (uint8_t)(0x70 | (id[6] & 0x0f)); /* version 7 */
	id[8] = (uint8_t)(0x80 | (id[8] & 0x3f)); /* variant of the RFC */
}

void
opid_make(uint8_t id[OPID_SIZE])
{
	struct timespec now;
	uint8_t random[OPID_RANDOM_SIZE];

	clock_gettime(CLOCK_REALTIME, &now);
	randombytes_buf(random, sizeof random);
	opid_write((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, random, id);
}

const char *
opid_text(const uint8_t id[OPID_SIZE], char *text)
{
	char hex[2 * OPID_SIZE + 1];

	sodium_bin2hex(hex, sizeof hex, id, OPID_SIZE);
	snprintf(text, OPID_TEXT_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
	    hex + 16, hex + 20);
	return text;
}
