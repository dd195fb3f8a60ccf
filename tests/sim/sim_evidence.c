/* Evidence in the simulated database: chunks, who sent which, lists, sealed files. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sim_base.h"

enum { HASH_SIZE = 32, PAGE_HASHES = 1024, BLOCK_SIZE = 4096 };

/* One a unit and chunk: the bytes with it, though a real database has them once. */
struct evidence_chunk {
	char city[BASE_NAME_SIZE], unit[BASE_NAME_SIZE];
	uint32_t year;
	uint8_t hash[HASH_SIZE];
	struct bytes bytes;
	uint64_t received_us;
};

struct evidence_page {
	char city[BASE_NAME_SIZE], unit[BASE_NAME_SIZE];
	uint32_t year, page;
	uint8_t file[HASH_SIZE];
	uint64_t size;
	struct bytes hashes;
	bool is_sealed;
};

struct sim_evidence {
	struct evidence_chunk *chunks;
	size_t chunk_count;
	struct evidence_page *pages;
	size_t page_count;
};

static bool
is_owner(const struct store_put *put, const char *city, uint32_t year, const char *unit)
{
	return put->year == year && strcmp(put->city, city) == 0 && strcmp(put->unit, unit) == 0;
}

static uint64_t
charge(size_t size)
{
	return (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
}

static const struct evidence_chunk *
find_chunk(const struct sim_evidence *evidence, const struct store_put *of, const uint8_t *hash)
{
	for (size_t i = 0; i < evidence->chunk_count; i++) {
		const struct evidence_chunk *chunk = &evidence->chunks[i];

		if (is_owner(of, chunk->city, chunk->year, chunk->unit) &&
		    memcmp(chunk->hash, hash, HASH_SIZE) == 0)
			return chunk;
	}
	return NULL;
}

static struct evidence_page *
find_page(const struct sim_evidence *evidence, const struct store_put *of, uint32_t number)
{
	for (size_t i = 0; i < evidence->page_count; i++) {
		struct evidence_page *page = &evidence->pages[i];

		if (is_owner(of, page->city, page->year, page->unit) && page->page == number &&
		    page->size == of->size && memcmp(page->file, of->hash, HASH_SIZE) == 0)
			return page;
	}
	return NULL;
}

static uint64_t
used_by(const struct sim_evidence *evidence, const struct store_put *of)
{
	uint64_t used = 0;

	for (size_t i = 0; i < evidence->chunk_count; i++)
		if (is_owner(of, evidence->chunks[i].city, evidence->chunks[i].year, evidence->chunks[i].unit))
			used += charge(evidence->chunks[i].bytes.size);
	for (size_t i = 0; i < evidence->page_count; i++)
		if (is_owner(of, evidence->pages[i].city, evidence->pages[i].year, evidence->pages[i].unit))
			used += charge(evidence->pages[i].hashes.size);
	return used;
}

static struct bytes
copy_of(struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.size + 1);

	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return (struct bytes){copy, bytes.size};
}

static void
copy_name(char to[BASE_NAME_SIZE], const char *from)
{
	memset(to, 0, BASE_NAME_SIZE);
	strncpy(to, from, BASE_NAME_SIZE - 1);
}

/* ---- Puts. */

static enum jx_err
put_chunk(struct sim_evidence *evidence, const struct store_put *put)
{
	struct evidence_chunk *chunk;

	if (find_chunk(evidence, put, put->hash) != NULL)
		return JX_OK;
	if (used_by(evidence, put) + charge(put->bytes.size) > put->quota)
		return JX_E_QUOTA;
	evidence->chunks =
	    realloc(evidence->chunks, (evidence->chunk_count + 1) * sizeof *evidence->chunks);
	chunk = &evidence->chunks[evidence->chunk_count++];
	*chunk = (struct evidence_chunk){
	    .year = put->year, .bytes = copy_of(put->bytes), .received_us = put->received_us};
	copy_name(chunk->city, put->city);
	copy_name(chunk->unit, put->unit);
	memcpy(chunk->hash, put->hash, HASH_SIZE);
	return JX_OK;
}

static bool
is_sealed(const struct sim_evidence *evidence, const struct store_put *of, bool any_size)
{
	for (size_t i = 0; i < evidence->page_count; i++) {
		const struct evidence_page *page = &evidence->pages[i];

		if (page->is_sealed && is_owner(of, page->city, page->year, page->unit) &&
		    (any_size || page->size == of->size) && memcmp(page->file, of->hash, HASH_SIZE) == 0)
			return true;
	}
	return false;
}

static enum jx_err
put_list(struct sim_evidence *evidence, const struct store_put *put, uint8_t *bits)
{
	struct evidence_page *page = find_page(evidence, put, put->page);
	uint64_t before = page == NULL ? 0 : charge(page->hashes.size);

	if (!is_sealed(evidence, put, true)) {
		if (used_by(evidence, put) - before + charge(put->bytes.size) > put->quota)
			return JX_E_QUOTA;
		if (page == NULL) {
			evidence->pages = realloc(
			    evidence->pages, (evidence->page_count + 1) * sizeof *evidence->pages);
			page = &evidence->pages[evidence->page_count++];
			*page = (struct evidence_page){
			    .year = put->year, .page = put->page, .size = put->size};
			copy_name(page->city, put->city);
			copy_name(page->unit, put->unit);
			memcpy(page->file, put->hash, HASH_SIZE);
		}
		free((void *)(uintptr_t)page->hashes.data);
		page->hashes = copy_of(put->bytes);
	}
	for (size_t i = 0; i < put->bytes.size / HASH_SIZE; i++)
		if (find_chunk(evidence, put, put->bytes.data + i * HASH_SIZE) != NULL)
			bits[i / 8] = (uint8_t)(bits[i / 8] | 1 << i % 8);
	return JX_OK;
}

static enum jx_err
put_seal(struct sim_evidence *evidence, const struct store_put *put)
{
	crypto_hash_sha256_state state;
	struct evidence_page *page;
	uint8_t list[HASH_SIZE];

	if (is_sealed(evidence, put, false))
		return JX_OK;
	crypto_hash_sha256_init(&state);
	for (uint32_t i = 0; (page = find_page(evidence, put, i)) != NULL; i++) {
		crypto_hash_sha256_update(&state, page->hashes.data, page->hashes.size);
		for (size_t h = 0; h < page->hashes.size; h += HASH_SIZE)
			if (find_chunk(evidence, put, page->hashes.data + h) == NULL)
				return JX_E_STALE;
	}
	crypto_hash_sha256_final(&state, list);
	if (put->bytes.size != HASH_SIZE || memcmp(list, put->bytes.data, HASH_SIZE) != 0)
		return JX_E_STALE;
	for (uint32_t i = 0; (page = find_page(evidence, put, i)) != NULL; i++)
		page->is_sealed = true;
	return JX_OK;
}

enum jx_err
sim_evidence_put(
    struct sim_base *base, const struct store_put *put, uint8_t bits[SIM_HAVE_SIZE], struct bytes *have)
{
	enum jx_err err = JX_OK;

	if (base->evidence == NULL)
		base->evidence = calloc(1, sizeof *base->evidence);
	memset(bits, 0, SIM_HAVE_SIZE);
	*have = (struct bytes){NULL, 0};
	switch (put->kind) {
	case STORE_PUT_CHUNK:
		return put_chunk(base->evidence, put);
	case STORE_PUT_LIST:
		err = put_list(base->evidence, put, bits);
		if (err == JX_OK)
			*have = (struct bytes){bits, (put->bytes.size / HASH_SIZE + 7) / 8};
		return err;
	case STORE_PUT_SEAL:
		return put_seal(base->evidence, put);
	}
	return JX_E_INTERNAL;
}

void
sim_evidence_free(struct sim_base *base)
{
	struct sim_evidence *evidence = base->evidence;

	if (evidence == NULL)
		return;
	for (size_t i = 0; i < evidence->chunk_count; i++)
		free((void *)(uintptr_t)evidence->chunks[i].bytes.data);
	for (size_t i = 0; i < evidence->page_count; i++)
		free((void *)(uintptr_t)evidence->pages[i].hashes.data);
	free(evidence->chunks);
	free(evidence->pages);
	free(evidence);
}

/* ---- Questions. */

bool
sim_evidence_chunk(const struct sim_base *base, const struct store_put *of, uint64_t place,
    struct bytes *hash, struct bytes *bytes)
{
	const struct evidence_page *page =
	    base->evidence == NULL
		? NULL
		: find_page(base->evidence, of, (uint32_t)(place / PAGE_HASHES));
	size_t at = place % PAGE_HASHES * HASH_SIZE;
	const struct evidence_chunk *chunk;

	if (page == NULL || at >= page->hashes.size)
		return false;
	*hash = (struct bytes){page->hashes.data + at, HASH_SIZE};
	chunk = find_chunk(base->evidence, of, hash->data);
	*bytes = chunk == NULL ? (struct bytes){NULL, 0} : chunk->bytes;
	return true;
}

struct sim_file
sim_evidence_file(const struct sim_base *base, const struct store_put *of)
{
	struct sim_file file = {0};

	if (base->evidence == NULL)
		return file;
	file.used = used_by(base->evidence, of);
	file.is_sealed = is_sealed(base->evidence, of, false);
	for (size_t p = 0; p < base->evidence->page_count; p++) {
		const struct evidence_page *page = &base->evidence->pages[p];

		if (find_page(base->evidence, of, page->page) != page)
			continue;
		for (size_t h = 0; h < page->hashes.size; h += HASH_SIZE) {
			const struct evidence_chunk *chunk =
			    find_chunk(base->evidence, of, page->hashes.data + h);

			file.listed++;
			file.missing += chunk == NULL;
			if (chunk == NULL)
				continue;
			file.had += chunk->bytes.size;
			if (chunk->received_us > file.newest_us)
				file.newest_us = chunk->received_us;
		}
	}
	return file;
}
