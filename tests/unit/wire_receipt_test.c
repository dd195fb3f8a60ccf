/* Merkle trees and receipts: what is signed holds, and anything changed shows. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <string.h>

#include "wire/merkle.h"
#include "wire/receipt.h"

enum { ARENA_SIZE = 4 << 20 };

static void
leaves_fill(struct merkle_hash *leaves, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		crypto_hash_sha256(leaves[i].bytes, (const uint8_t *)&i, sizeof i);
}

Test(merkle, every_leaf_of_every_size_climbs_to_the_root)
{
	struct merkle_hash leaves[MERKLE_LEAF_COUNT_MAX], root, reached;
	struct merkle_path path;

	leaves_fill(leaves, MERKLE_LEAF_COUNT_MAX);
	for (uint32_t count = 1; count <= MERKLE_LEAF_COUNT_MAX; count += count < 20 ? 1 : 59) {
		merkle_root(leaves, count, &root);
		for (uint32_t i = 0; i < count; i++) {
			merkle_path(leaves, count, i, &path);
			cr_assert_leq(path.count, MERKLE_PATH_COUNT_MAX);
			cr_assert_eq(merkle_climb(&leaves[i], count, i, &path, &reached), JX_OK);
			cr_assert_arr_eq(
			    reached.bytes, root.bytes, MERKLE_HASH_SIZE, "%u of %u", i, count);
		}
	}
}

/* No path may be read as one of another place, or of another tree. */
Test(merkle, a_path_proves_one_index_and_one_count_only)
{
	struct merkle_hash leaves[20], root, reached;
	struct merkle_path path;

	leaves_fill(leaves, 20);
	for (uint32_t count = 1; count <= 12; count++) {
		merkle_root(leaves, count, &root);
		for (uint32_t i = 0; i < count; i++) {
			merkle_path(leaves, count, i, &path);
			for (uint32_t n = 0; n <= 20; n++) {
				for (uint32_t k = 0; k <= 20; k++) {
					if (n == count && k == i)
						continue;
					if (merkle_climb(&leaves[i], n, k, &path, &reached) ==
					    JX_OK)
						cr_assert_neq(memcmp(&reached, &root, sizeof root),
						    0, "%u of %u passes as %u of %u", i, count, k,
						    n);
				}
			}
		}
	}
}

Test(merkle, three_leaves_are_hashed_as_written)
{
	struct merkle_hash leaves[3], root;
	uint8_t pair[65] = {1}, top[65] = {1}, seal[37] = {2, 0, 0, 0, 3}, expected[32];

	leaves_fill(leaves, 3);
	memcpy(pair + 1, leaves[0].bytes, 32);
	memcpy(pair + 33, leaves[1].bytes, 32);
	crypto_hash_sha256(top + 1, pair, sizeof pair);
	memcpy(top + 33, leaves[2].bytes, 32); /* odd: it rose */
	crypto_hash_sha256(seal + 5, top, sizeof top);
	crypto_hash_sha256(expected, seal, sizeof seal);
	merkle_root(leaves, 3, &root);
	cr_assert_arr_eq(root.bytes, expected, 32);
}

struct sealed {
	struct arena *arena;
	uint8_t public_key[RECEIPT_PUBLIC_SIZE];
	uint8_t secret[RECEIPT_SECRET_SIZE];
	struct receipt_batch batch;
	struct bytes receipts[MERKLE_LEAF_COUNT_MAX];
};

static void
sealed_make(struct sealed *sealed, size_t leaf_count)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = "a seed that is no secret at all";
	struct receipt_leaf leaves[MERKLE_LEAF_COUNT_MAX];

	*sealed = (struct sealed){
	    .arena = arena_new(ARENA_SIZE), .batch = {.number = 17, .sealed_us = 1767225600000000}};
	memset(sealed->batch.prev_hash, 0xAB, sizeof sealed->batch.prev_hash);
	crypto_sign_seed_keypair(sealed->public_key, sealed->secret, seed);
	for (size_t i = 0; i < leaf_count; i++) {
		leaves[i] = (struct receipt_leaf){
		    .actor = "绩效办", .action = "import", .received_us = 1767225500000000 + i};
		memset(leaves[i].op_id, (int)i, sizeof leaves[i].op_id);
		memset(leaves[i].content_hash, (int)(i ^ 0x5A), sizeof leaves[i].content_hash);
	}
	cr_assert_eq(receipt_make(sealed->arena, leaves, leaf_count, sealed->secret, &sealed->batch,
			 sealed->receipts),
	    JX_OK);
}

static enum jx_err
sealed_check(struct sealed *sealed, struct bytes packed)
{
	struct arena *arena = arena_new(1 << 16);
	Jx__Receipt *receipt;
	enum jx_err err = receipt_read(arena, packed, &receipt);

	if (err == JX_OK)
		err = receipt_check(receipt, sealed->public_key);
	arena_free(arena);
	return err;
}

Test(receipt, of_every_place_in_a_batch_verifies)
{
	static const size_t counts[] = {1, 2, 3, 5, 64, MERKLE_LEAF_COUNT_MAX};

	for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
		struct sealed sealed;

		sealed_make(&sealed, counts[c]);
		for (size_t i = 0; i < counts[c]; i++)
			cr_assert_eq(sealed_check(&sealed, sealed.receipts[i]), JX_OK, "%zu of %zu",
			    i, counts[c]);
		arena_free(sealed.arena);
	}
}

Test(receipt, with_any_bit_flipped_fails)
{
	struct sealed sealed;

	sealed_make(&sealed, 5);
	for (size_t i = 0; i < 5; i++) {
		uint8_t *data = (uint8_t *)(uintptr_t)sealed.receipts[i].data;

		for (size_t bit = 0; bit < sealed.receipts[i].size * 8; bit++) {
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			cr_assert_eq(sealed_check(&sealed, sealed.receipts[i]), JX_E_RECEIPT,
			    "receipt %zu holds with bit %zu of byte %zu flipped", i, bit % 8,
			    bit / 8);
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t size = 0; size < sealed.receipts[i].size; size++)
			cr_assert_eq(sealed_check(&sealed, (struct bytes){data, size}),
			    JX_E_RECEIPT, "cut at %zu", size);
		cr_assert_eq(sealed_check(&sealed, sealed.receipts[i]), JX_OK);
	}
	arena_free(sealed.arena);
}

Test(receipt, of_another_key_fails)
{
	struct sealed sealed;

	sealed_make(&sealed, 2);
	for (size_t bit = 0; bit < sizeof sealed.public_key * 8; bit++) {
		sealed.public_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert_eq(sealed_check(&sealed, sealed.receipts[0]), JX_E_RECEIPT);
		sealed.public_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	arena_free(sealed.arena);
}

/* Where one text ends and the next begins is part of what is signed. */
Test(receipt, texts_cannot_flow_into_each_other)
{
	struct sealed sealed;
	struct arena *arena = arena_new(1 << 16);
	Jx__Receipt *receipt;

	sealed_make(&sealed, 1);
	cr_assert_eq(receipt_read(arena, sealed.receipts[0], &receipt), JX_OK);
	cr_assert_eq(receipt_check(receipt, sealed.public_key), JX_OK);
	receipt->actor = (char *)"绩效办i";
	receipt->action = (char *)"mport";
	cr_assert_eq(receipt_check(receipt, sealed.public_key), JX_E_RECEIPT);
	arena_free(arena);
	arena_free(sealed.arena);
}

Test(receipt, same_batch_gives_same_bytes_and_names_the_one_before)
{
	struct sealed first, second;
	struct merkle_hash hash;

	sealed_make(&first, 3);
	sealed_make(&second, 3);
	cr_assert_eq(first.receipts[2].size, second.receipts[2].size);
	cr_assert_arr_eq(first.receipts[2].data, second.receipts[2].data, first.receipts[2].size);
	receipt_batch_hash(&first.batch, &hash);
	cr_assert_arr_eq(hash.bytes, first.batch.hash, sizeof first.batch.hash);
	second.batch.prev_hash[0] ^= 1;
	receipt_batch_hash(&second.batch, &hash);
	cr_assert_neq(memcmp(hash.bytes, first.batch.hash, sizeof first.batch.hash), 0);
	arena_free(first.arena);
	arena_free(second.arena);
}

Test(receipt, without_memory_is_not_made)
{
	struct sealed sealed;
	struct receipt_leaf leaf = {.actor = "a", .action = "b"};
	struct arena *small = arena_new(64);

	sealed_make(&sealed, 1);
	cr_assert_eq(receipt_make(small, &leaf, 1, sealed.secret, &sealed.batch, sealed.receipts),
	    JX_E_MEMORY);
	arena_free(small);
	arena_free(sealed.arena);
}
