#include "wire/receipt.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "wire/message.h"

_Static_assert(RECEIPT_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "Ed25519");
_Static_assert(RECEIPT_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(RECEIPT_SIGNATURE_SIZE == crypto_sign_BYTES, "Ed25519");

static const char receipt_batch_domain[] =
    "jixiao-batch-1"; /* the signature means this, nothing else */

static void
receipt_hash_u64(crypto_hash_sha256_state *state, uint64_t value)
{
	uint8_t be[8];

	for (int i = 0; i < 8; i++)
		be[i] = (uint8_t)(value >> (56 - 8 * i));
	crypto_hash_sha256_update(state, be, sizeof be);
}

static void
receipt_hash_text(crypto_hash_sha256_state *state, const char *text)
{
	size_t size = strlen(text);
	uint8_t be[4] = {
	    (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};

	assert(size <= UINT32_MAX);
	crypto_hash_sha256_update(state, be, sizeof be);
	crypto_hash_sha256_update(state, (const uint8_t *)text, size);
}

static void
receipt_leaf_hash(const struct receipt_leaf *leaf, struct merkle_hash *hash)
{
	static const uint8_t prefix = MERKLE_LEAF_PREFIX;
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, &prefix, 1);
	crypto_hash_sha256_update(&state, leaf->op_id, sizeof leaf->op_id);
	crypto_hash_sha256_update(&state, leaf->content_hash, sizeof leaf->content_hash);
	receipt_hash_text(&state, leaf->actor);
	receipt_hash_text(&state, leaf->action);
	receipt_hash_u64(&state, leaf->received_us);
	crypto_hash_sha256_final(&state, hash->bytes);
}

void
receipt_batch_hash(const struct receipt_batch *batch, struct merkle_hash *hash)
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(
	    &state, (const uint8_t *)receipt_batch_domain, sizeof receipt_batch_domain - 1);
	receipt_hash_u64(&state, batch->number);
	crypto_hash_sha256_update(&state, batch->prev_hash, sizeof batch->prev_hash);
	crypto_hash_sha256_update(&state, batch->root, sizeof batch->root);
	receipt_hash_u64(&state, batch->sealed_us);
	crypto_hash_sha256_final(&state, hash->bytes);
}

void
receipt_key_id(const uint8_t *public_key, uint8_t *id)
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, public_key, RECEIPT_PUBLIC_SIZE);
	memcpy(id, hash, RECEIPT_KEY_ID_SIZE);
}

/* protobuf-c's pointers are not const; packing only reads. */
static ProtobufCBinaryData
receipt_binary(const uint8_t *data, size_t size)
{
	return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)data};
}

static enum jx_err
receipt_pack(struct arena *arena, const struct receipt_leaf *leaf,
    const struct receipt_batch *batch, Jx__Receipt *receipt, struct bytes *out)
{
	receipt->has_op_id = receipt->has_content_hash = receipt->has_received_us = true;
	receipt->has_batch = receipt->has_prev_hash = receipt->has_root = receipt->has_sealed_us =
	    true;
	receipt->has_key_id = receipt->has_signature = true;
	receipt->op_id = receipt_binary(leaf->op_id, sizeof leaf->op_id);
	receipt->content_hash = receipt_binary(leaf->content_hash, sizeof leaf->content_hash);
	receipt->action = (char *)(uintptr_t)leaf->action;
	receipt->actor = (char *)(uintptr_t)leaf->actor;
	receipt->received_us = leaf->received_us;
	receipt->batch = batch->number;
	receipt->prev_hash = receipt_binary(batch->prev_hash, sizeof batch->prev_hash);
	receipt->root = receipt_binary(batch->root, sizeof batch->root);
	receipt->sealed_us = batch->sealed_us;
	receipt->key_id = receipt_binary(batch->key_id, sizeof batch->key_id);
	receipt->signature = receipt_binary(batch->signature, sizeof batch->signature);
	return message_write(arena, &receipt->base, out);
}

enum jx_err
receipt_make(struct arena *arena, const struct receipt_leaf *leaves, size_t leaf_count,
    const uint8_t *secret, struct receipt_batch *batch, struct bytes *receipts)
{
	struct merkle_hash hashes[MERKLE_LEAF_COUNT_MAX], root, hash;
	uint8_t public_key[RECEIPT_PUBLIC_SIZE];
	enum jx_err err = JX_OK;

	assert(leaf_count >= 1 && leaf_count <= MERKLE_LEAF_COUNT_MAX);
	for (size_t i = 0; i < leaf_count; i++)
		receipt_leaf_hash(&leaves[i], &hashes[i]);
	merkle_root(hashes, (uint32_t)leaf_count, &root);
	memcpy(batch->root, root.bytes, sizeof batch->root);
	receipt_batch_hash(batch, &hash);
	memcpy(batch->hash, hash.bytes, sizeof batch->hash);
	crypto_sign_detached(batch->signature, NULL, batch->hash, sizeof batch->hash, secret);
	crypto_sign_ed25519_sk_to_pk(public_key, secret);
	receipt_key_id(public_key, batch->key_id);

	for (uint32_t i = 0; i < leaf_count && err == JX_OK; i++) {
		Jx__Receipt receipt = JX__RECEIPT__INIT;
		ProtobufCBinaryData siblings[MERKLE_PATH_COUNT_MAX];
		struct merkle_path path;

		merkle_path(hashes, (uint32_t)leaf_count, i, &path);
		for (uint32_t k = 0; k < path.count; k++)
			siblings[k] = receipt_binary(path.hashes[k].bytes, MERKLE_HASH_SIZE);
		receipt.has_index = receipt.has_leaf_count = true;
		receipt.index = i;
		receipt.leaf_count = (uint32_t)leaf_count;
		receipt.n_path = path.count;
		receipt.path = siblings;
		err = receipt_pack(arena, &leaves[i], batch, &receipt, &receipts[i]);
	}
	return err;
}

enum jx_err
receipt_read(struct arena *arena, struct bytes bytes, Jx__Receipt **out)
{
	ProtobufCMessage *message;
	const char *field;

	if (message_read(arena, &jx__receipt__descriptor, bytes, &message, &field) != JX_OK)
		return JX_E_RECEIPT;
	*out = (Jx__Receipt *)message;
	return JX_OK;
}

/* The bytes of a field into out, when it is there and has just that size. */
static bool
receipt_take(protobuf_c_boolean has, ProtobufCBinaryData field, uint8_t *out, size_t size)
{
	if (!has || field.len != size)
		return false;
	memcpy(out, field.data, size);
	return true;
}

static bool
receipt_take_leaf(const Jx__Receipt *receipt, struct receipt_leaf *leaf)
{
	if (!receipt->has_received_us || receipt->actor == NULL || receipt->action == NULL)
		return false;
	leaf->received_us = receipt->received_us;
	leaf->actor = receipt->actor;
	leaf->action = receipt->action;
	return receipt_take(receipt->has_op_id, receipt->op_id, leaf->op_id, sizeof leaf->op_id) &&
	       receipt_take(receipt->has_content_hash, receipt->content_hash, leaf->content_hash,
		   sizeof leaf->content_hash);
}

static bool
receipt_take_batch(const Jx__Receipt *receipt, struct receipt_batch *batch)
{
	if (!receipt->has_batch || !receipt->has_sealed_us)
		return false;
	batch->number = receipt->batch;
	batch->sealed_us = receipt->sealed_us;
	return receipt_take(receipt->has_prev_hash, receipt->prev_hash, batch->prev_hash,
		   sizeof batch->prev_hash) &&
	       receipt_take(receipt->has_root, receipt->root, batch->root, sizeof batch->root) &&
	       receipt_take(receipt->has_signature, receipt->signature, batch->signature,
		   sizeof batch->signature) &&
	       receipt_take(
		   receipt->has_key_id, receipt->key_id, batch->key_id, sizeof batch->key_id);
}

static bool
receipt_take_path(const Jx__Receipt *receipt, struct merkle_path *path)
{
	if (!receipt->has_index || !receipt->has_leaf_count ||
	    receipt->n_path > MERKLE_PATH_COUNT_MAX)
		return false;
	path->count = (uint32_t)receipt->n_path;
	for (uint32_t i = 0; i < path->count; i++)
		if (!receipt_take(true, receipt->path[i], path->hashes[i].bytes, MERKLE_HASH_SIZE))
			return false;
	return true;
}

enum jx_err
receipt_check(const Jx__Receipt *receipt, const uint8_t *public_key)
{
	struct receipt_leaf leaf;
	struct receipt_batch batch;
	struct merkle_path path;
	struct merkle_hash node, root;
	uint8_t key_id[RECEIPT_KEY_ID_SIZE];

	if (!receipt_take_leaf(receipt, &leaf) || !receipt_take_batch(receipt, &batch) ||
	    !receipt_take_path(receipt, &path))
		return JX_E_RECEIPT;
	receipt_leaf_hash(&leaf, &node);
	if (merkle_climb(&node, receipt->leaf_count, receipt->index, &path, &root) != JX_OK ||
	    memcmp(root.bytes, batch.root, sizeof batch.root) != 0)
		return JX_E_RECEIPT;
	receipt_key_id(public_key, key_id);
	if (memcmp(key_id, batch.key_id, sizeof key_id) != 0)
		return JX_E_RECEIPT;
	receipt_batch_hash(&batch, &node);
	if (crypto_sign_verify_detached(
		batch.signature, node.bytes, sizeof node.bytes, public_key) != 0)
		return JX_E_RECEIPT;
	return JX_OK;
}
