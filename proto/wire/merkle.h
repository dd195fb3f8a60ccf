/*
 * wire/merkle.h: one hash for a list of leaves, and for each leaf the short
 * path that proves it is in there. SHA-256.
 *
 *   leaf  = SHA-256(0x00 || leaf bytes)
 *   node  = SHA-256(0x01 || left || right); an odd node at the end of a level
 *           rises as it is
 *   root  = SHA-256(0x02 || number of leaves, be32 || top node)
 *
 * The prefixes keep one kind from passing for another; the number in the root
 * binds the shape of the tree, without which a path could be read with another
 * index or count. Leaves here are leaf hashes. Pure.
 */
#ifndef JX_WIRE_MERKLE_H
#define JX_WIRE_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "wire/err.h"

enum {
	MERKLE_HASH_SIZE = 32,
	MERKLE_LEAF_PREFIX = 0x00,
	MERKLE_LEAF_COUNT_MAX = 256, /* four times a batch (store); a level fits on the stack */
	MERKLE_PATH_COUNT_MAX = 8,   /* levels above that many leaves */
};

struct merkle_hash {
	uint8_t bytes[MERKLE_HASH_SIZE];
};

struct merkle_path {
	struct merkle_hash hashes[MERKLE_PATH_COUNT_MAX]; /* siblings, from the leaf up */
	uint32_t count;
};

/* 1..MERKLE_LEAF_COUNT_MAX leaves. */
void merkle_root(const struct merkle_hash *leaves, uint32_t leaf_count, struct merkle_hash *root);
/* index < leaf_count. */
void merkle_path(const struct merkle_hash *leaves, uint32_t leaf_count, uint32_t index,
    struct merkle_path *path);
/*
 * The root to which the path leads; the caller compares. JX_E_RECEIPT: there is
 * no such leaf, or the path has another length than that leaf's. Takes foreign
 * values; *root is untouched on failure.
 */
JX_MUST_USE enum jx_err merkle_climb(const struct merkle_hash *leaf, uint32_t leaf_count,
    uint32_t index, const struct merkle_path *path, struct merkle_hash *root);

#endif
