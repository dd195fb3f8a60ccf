#include "wire/countersign.h"

#include <sodium.h>
#include <string.h>

static const char domain[] = "jixiao-countersign-1";

/* Writes to `at` unless it is NULL; the size either way. */
static size_t
put_number(uint8_t *at, size_t number)
{
	for (int i = 0; at != NULL && i < 4; i++)
		at[i] = (uint8_t)(number >> (24 - 8 * i));
	return 4;
}

static size_t
put_text(uint8_t *at, const char *text)
{
	size_t size = strlen(text);

	(void)put_number(at, size);
	if (at != NULL)
		memcpy(at + 4, text, size);
	return 4 + size;
}

static void
hash_text(crypto_generichash_state *state, const char *text)
{
	uint8_t size[4];

	crypto_generichash_update(state, size, put_number(size, strlen(text)));
	crypto_generichash_update(state, (const uint8_t *)text, strlen(text));
}

void
countersign_key(const uint8_t code[CODE_SHORT_SIZE], const char *city, uint32_t year, const char *unit,
    uint8_t public_key[COUNTERSIGN_PUBLIC_SIZE], uint8_t secret_key[COUNTERSIGN_SECRET_SIZE])
{
	uint8_t seed[crypto_sign_SEEDBYTES], number[4];
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, sizeof seed);
	crypto_generichash_update(&state, (const uint8_t *)domain, sizeof domain);
	hash_text(&state, city);
	crypto_generichash_update(&state, number, put_number(number, year));
	hash_text(&state, unit);
	crypto_generichash_update(&state, code, CODE_SHORT_SIZE);
	crypto_generichash_final(&state, seed, sizeof seed);
	crypto_sign_seed_keypair(public_key, secret_key, seed);
	sodium_memzero(seed, sizeof seed);
	sodium_memzero(&state, sizeof state);
}

static size_t
put_all(uint8_t *bytes, const struct countersign *sign)
{
	const char *const rest[] = {
	    sign->unit, sign->object, sign->by, sign->content, sign->name, sign->verdict, sign->text};
	size_t size = sizeof domain;

#define AT (bytes == NULL ? NULL : bytes + size)
	if (bytes != NULL)
		memcpy(bytes, domain, sizeof domain);
	size += put_text(AT, sign->city);
	size += put_number(AT, sign->year);
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		size += put_text(AT, rest[i]);
#undef AT
	return size;
}

struct bytes
countersign_bytes(struct arena *arena, const struct countersign *sign)
{
	size_t size = put_all(NULL, sign);
	uint8_t *bytes = arena_alloc(arena, size);

	if (bytes == NULL)
		return (struct bytes){NULL, 0};
	(void)put_all(bytes, sign);
	return (struct bytes){bytes, size};
}

enum jx_err
countersign_make(struct arena *arena, const struct countersign *sign,
    const uint8_t secret_key[COUNTERSIGN_SECRET_SIZE], uint8_t signature[COUNTERSIGN_SIZE])
{
	struct bytes bytes = countersign_bytes(arena, sign);

	if (bytes.data == NULL)
		return JX_E_MEMORY;
	crypto_sign_detached(signature, NULL, bytes.data, bytes.size, secret_key);
	return JX_OK;
}

enum jx_err
countersign_check(struct arena *arena, const struct countersign *sign,
    const uint8_t public_key[COUNTERSIGN_PUBLIC_SIZE], const uint8_t signature[COUNTERSIGN_SIZE])
{
	struct bytes bytes = countersign_bytes(arena, sign);

	if (bytes.data == NULL)
		return JX_E_MEMORY;
	return crypto_sign_verify_detached(signature, bytes.data, bytes.size, public_key) == 0 ? JX_OK : JX_E_FIELD;
}
