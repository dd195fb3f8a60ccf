#include "wire/merkle.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum {
	MERKLE_NODE_PREFIX = 0x01,
	MERKLE_ROOT_PREFIX = 0x02,
};

_Static_assert(MERKLE_HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(MERKLE_LEAF_COUNT_MAX == 1 << MERKLE_PATH_COUNT_MAX, "a path per level");

static void
merkle_node(
    const struct merkle_hash *left, const struct merkle_hash *right, struct merkle_hash *out)
{
	uint8_t input[1 + 2 * MERKLE_HASH_SIZE] = {MERKLE_NODE_PREFIX};

	memcpy(input + 1, left->bytes, MERKLE_HASH_SIZE);
	memcpy(input + 1 + MERKLE_HASH_SIZE, right->bytes, MERKLE_HASH_SIZE);
	crypto_hash_sha256(out->bytes, input, sizeof input);
}

static void
merkle_seal(const struct merkle_hash *top, uint32_t leaf_count, struct merkle_hash *root)
{
	uint8_t input[1 + 4 + MERKLE_HASH_SIZE] = {MERKLE_ROOT_PREFIX, (uint8_t)(leaf_count >> 24),
	    (uint8_t)(leaf_count >> 16), (uint8_t)(leaf_count >> 8), (uint8_t)leaf_count};

	memcpy(input + 5, top->bytes, MERKLE_HASH_SIZE);
	crypto_hash_sha256(root->bytes, input, sizeof input);
}

/* Has the node a sibling at its level of count nodes? The odd last one has not: it rises. */
static bool
merkle_has_sibling(uint32_t index, uint32_t count)
{
	return (index ^ 1) < count;
}

/* One level up, in place. Returns its number of nodes. */
static uint32_t
merkle_rise(struct merkle_hash *nodes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i += 2) {
		if (merkle_has_sibling(i, count))
			merkle_node(&nodes[i], &nodes[i + 1], &nodes[i / 2]);
		else
			nodes[i / 2] = nodes[i];
	}
	return (count + 1) / 2;
}

void
merkle_root(const struct merkle_hash *leaves, uint32_t leaf_count, struct merkle_hash *root)
{
	struct merkle_hash nodes[MERKLE_LEAF_COUNT_MAX];
	uint32_t count = leaf_count;

	assert(leaf_count >= 1 && leaf_count <= MERKLE_LEAF_COUNT_MAX);
	memcpy(nodes, leaves, leaf_count * sizeof *leaves);
	while (count > 1)
		count = merkle_rise(nodes, count);
	merkle_seal(&nodes[0], leaf_count, root);
}

void
merkle_path(
    const struct merkle_hash *leaves, uint32_t leaf_count, uint32_t index, struct merkle_path *path)
{
	struct merkle_hash nodes[MERKLE_LEAF_COUNT_MAX];
	uint32_t count = leaf_count;

	assert(leaf_count >= 1 && leaf_count <= MERKLE_LEAF_COUNT_MAX && index < leaf_count);
	memcpy(nodes, leaves, leaf_count * sizeof *leaves);
	path->count = 0;
	while (count > 1) {
		if (merkle_has_sibling(index, count))
			path->hashes[path->count++] = nodes[index ^ 1];
		count = merkle_rise(nodes, count);
		index /= 2;
	}
}

enum jx_err
merkle_climb(const struct merkle_hash *leaf, uint32_t leaf_count, uint32_t index,
    const struct merkle_path *path, struct merkle_hash *root)
{
	struct merkle_hash node = *leaf;
	uint32_t used = 0;

	if (leaf_count < 1 || leaf_count > MERKLE_LEAF_COUNT_MAX || index >= leaf_count)
		return JX_E_RECEIPT;
	for (uint32_t count = leaf_count; count > 1; count = (count + 1) / 2, index /= 2) {
		if (!merkle_has_sibling(index, count))
			continue;
		if (used == path->count)
			return JX_E_RECEIPT;
		if (index % 2 == 0)
			merkle_node(&node, &path->hashes[used], &node);
		else
			merkle_node(&path->hashes[used], &node, &node);
		used++;
	}
	if (used != path->count)
		return JX_E_RECEIPT;
	merkle_seal(&node, leaf_count, root);
	return JX_OK;
}
