/*
 * wire/receipt.h: the daemon's signed proof that a submission is stored (回执),
 * made for a whole batch at once, checked by anyone with the public key.
 *
 *   leaf       = op_id (16) || content_hash (32) || actor || action ||
 *                received_us (be64); a text is its size (be32) and its bytes
 *   root       = of the batch's leaves (wire/merkle.h)
 *   batch hash = SHA-256("jixiao-batch-1" || number (be64) || prev_hash ||
 *                root || sealed_us (be64))
 *   signature  = Ed25519 over the batch hash
 *
 * prev_hash is the batch hash of number - 1 (zeros before the first): the
 * batches are a chain. Pure; the key is passed in, Ed25519 needs no random.
 */
#ifndef JX_WIRE_RECEIPT_H
#define JX_WIRE_RECEIPT_H

#include <jx/receipt.pb-c.h>

#include "wire/bytes.h"
#include "wire/merkle.h"

enum {
	RECEIPT_OP_ID_SIZE = 16,
	RECEIPT_SECRET_SIZE = 64, /* Ed25519, libsodium's form */
	RECEIPT_PUBLIC_SIZE = 32,
	RECEIPT_KEY_ID_SIZE = 8, /* the first bytes of SHA-256 of the public key */
	RECEIPT_SIGNATURE_SIZE = 64,
};

/* One submission. Texts are borrowed, not NULL. */
struct receipt_leaf {
	uint8_t op_id[RECEIPT_OP_ID_SIZE];
	uint8_t content_hash[MERKLE_HASH_SIZE];
	const char *actor;
	const char *action;
	uint64_t received_us;
};

struct receipt_batch {
	/* Given by the caller: */
	uint64_t number; /* from 1 */
	uint8_t prev_hash[MERKLE_HASH_SIZE];
	uint64_t sealed_us;
	/* Filled by receipt_make: */
	uint8_t root[MERKLE_HASH_SIZE];
	uint8_t hash[MERKLE_HASH_SIZE];
	uint8_t signature[RECEIPT_SIGNATURE_SIZE];
	uint8_t key_id[RECEIPT_KEY_ID_SIZE];
};

/*
 * Seals the batch and makes the receipt of each leaf: receipts[i], a packed
 * Jx__Receipt in arena. 1..MERKLE_LEAF_COUNT_MAX leaves. JX_E_MEMORY: the arena
 * is full; nothing may be used.
 */
JX_MUST_USE enum jx_err receipt_make(struct arena *arena, const struct receipt_leaf *leaves,
    size_t leaf_count, const uint8_t *secret, struct receipt_batch *batch, struct bytes *receipts);

/* A packed receipt, unpacked into arena. JX_E_RECEIPT: it is none. */
JX_MUST_USE enum jx_err receipt_read(struct arena *arena, struct bytes bytes, Jx__Receipt **out);

/*
 * Does the receipt prove, by that public key (RECEIPT_PUBLIC_SIZE bytes), what
 * it says? JX_E_RECEIPT otherwise: a field is missing, or anything was changed.
 * Whether the key is the daemon's, and the content the one sent, is the
 * caller's to compare.
 */
JX_MUST_USE enum jx_err receipt_check(const Jx__Receipt *receipt, const uint8_t *public_key);

/* The hash by which the next batch names this one: from number, prev_hash, root, sealed_us. */
void receipt_batch_hash(const struct receipt_batch *batch, struct merkle_hash *hash);
/* id: RECEIPT_KEY_ID_SIZE bytes. */
void receipt_key_id(const uint8_t *public_key, uint8_t *id);

#endif
