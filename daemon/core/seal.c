#include "core/seal.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert(SEAL_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "the nonce is libsodium's");
_Static_assert(SEAL_SIZE == SEAL_NONCE_SIZE + CARD_BALLOT_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    "nonce, ballot, tag");

/* 32 bytes that follow from the key, for one use. */
static void
seal_derive(const uint8_t *key, const char *use, const char *about, uint8_t out[32])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, key, 32, 32);
	crypto_generichash_update(&state, (const uint8_t *)use, strlen(use) + 1);
	crypto_generichash_update(&state, (const uint8_t *)about, strlen(about) + 1);
	crypto_generichash_final(&state, out, 32);
	sodium_memzero(&state, sizeof state);
}

void
seal_init(struct seal *seal, const uint8_t *key, const char *city, uint32_t year, const char *poll)
{
	char about[256];

	/* City and poll are codes of at most 64 bytes. */
	snprintf(about, sizeof about, "%s\n%u\n%s", city, year, poll);
	seal_derive(key, "jixiao-vote-box-1", about, seal->box);
	seal_derive(key, "jixiao-vote-nonce-1", about, seal->nonce);
	seal_derive(key, "jixiao-vote-op-1", about, seal->op);
}

void
seal_clear(struct seal *seal)
{
	sodium_memzero(seal, sizeof *seal);
}

void
seal_print(const uint8_t *key, char print[SEAL_PRINT_SIZE])
{
	uint8_t hash[32];

	seal_derive(key, "jixiao-vote-print-1", "", hash);
	sodium_bin2hex(print, SEAL_PRINT_SIZE, hash, 8);
}

void
seal_close(const struct seal *seal, const uint8_t card[CARD_HASH_SIZE], const uint8_t *ballot, uint8_t *sealed)
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, seal->nonce, sizeof seal->nonce, SEAL_NONCE_SIZE);
	crypto_generichash_update(&state, card, CARD_HASH_SIZE);
	crypto_generichash_update(&state, ballot, CARD_BALLOT_SIZE);
	crypto_generichash_final(&state, sealed, SEAL_NONCE_SIZE);
	sodium_memzero(&state, sizeof state);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + SEAL_NONCE_SIZE, NULL, ballot, CARD_BALLOT_SIZE, card,
	    CARD_HASH_SIZE, NULL, sealed, seal->box);
}

bool
seal_open(const struct seal *seal, const uint8_t card[CARD_HASH_SIZE], const uint8_t *sealed, uint8_t *ballot)
{
	return crypto_aead_xchacha20poly1305_ietf_decrypt(ballot, NULL, NULL, sealed + SEAL_NONCE_SIZE,
		   SEAL_SIZE - SEAL_NONCE_SIZE, card, CARD_HASH_SIZE, sealed, seal->box) == 0;
}

void
seal_op_id(const struct seal *seal, const uint8_t card[CARD_HASH_SIZE], uint8_t op_id[16])
{
	crypto_generichash(op_id, 16, card, CARD_HASH_SIZE, seal->op, sizeof seal->op);
}

void
seal_content(const char *poll, const uint8_t card[CARD_HASH_SIZE], struct bytes bytes, uint8_t hash[32])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)"ballot", sizeof "ballot");
	crypto_hash_sha256_update(&state, (const uint8_t *)poll, strlen(poll) + 1);
	crypto_hash_sha256_update(&state, card, CARD_HASH_SIZE);
	crypto_hash_sha256_update(&state, bytes.data, bytes.size);
	crypto_hash_sha256_final(&state, hash);
}
