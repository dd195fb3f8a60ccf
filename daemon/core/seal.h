/*
 * core/seal.h: a vote as the database holds it: sealed under keys that follow
 * from a slot of the vault, the year and the poll.
 *
 * The same card with the same answers gives the same bytes (the nonce is a
 * keyed hash of both), so that a second try is known as such; without the key
 * nothing can be tried: neither the bytes nor what is hashed over them says
 * anything about the answers. libsodium's XChaCha20-Poly1305 and BLAKE2b. Pure.
 */
#ifndef JX_CORE_SEAL_H
#define JX_CORE_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/card.h"

enum {
	SEAL_NONCE_SIZE = 24,
	SEAL_SIZE = SEAL_NONCE_SIZE + CARD_BALLOT_SIZE + 16, /* as sql/005_ballot.sql has it */
	SEAL_PRINT_SIZE = 17,
};

struct seal {
	uint8_t box[32], nonce[32], op[32];
};

/* key: VAULT_KEY_SIZE bytes. */
void seal_init(struct seal *seal, const uint8_t *key, const char *city, uint32_t year, const char *poll);
void seal_clear(struct seal *seal); /* wipes */
/* Which key it is, as 16 hex digits that say nothing else about it. */
void seal_print(const uint8_t *key, char print[SEAL_PRINT_SIZE]);

/* ballot: CARD_BALLOT_SIZE bytes; sealed: SEAL_SIZE. */
void seal_close(const struct seal *seal, const uint8_t card[CARD_HASH_SIZE], const uint8_t *ballot, uint8_t *sealed);
/* false: not sealed with this key for this card. */
bool seal_open(const struct seal *seal, const uint8_t card[CARD_HASH_SIZE], const uint8_t *sealed, uint8_t *ballot);
/* The op of a card's vote: one a card, whatever it says. */
void seal_op_id(const struct seal *seal, const uint8_t card[CARD_HASH_SIZE], uint8_t op_id[16]);
/* What its receipt names: SHA-256 over poll, card and bytes: the sealed ones. */
void seal_content(const char *poll, const uint8_t card[CARD_HASH_SIZE], struct bytes bytes, uint8_t hash[32]);

#endif
