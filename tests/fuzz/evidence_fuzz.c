/*
 * A file from anywhere, as evidence: what it is (deeds/sniff.h), which files a
 * field names and what a name may be (deeds/proof.h), and how it is cut and
 * listed (wire/chunk.h). Beyond "no crash": cut as the sender cuts and put
 * together as the daemon does, it is the same again; a page is good exactly
 * when it holds what that page of that file must.
 */
#include <stdlib.h>
#include <string.h>

#include "deeds/proof.h"
#include "deeds/sniff.h"
#include "wire/chunk.h"
#include "wire/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise stops the fuzzer like a crash. */
static void
expect(bool is_kept)
{
	if (!is_kept)
		abort();
}

static uint64_t
number(const uint8_t *data)
{
	uint64_t value;

	memcpy(&value, data, sizeof value);
	return value;
}

/* Any size and page: a page list covers each chunk once, and only its own length is good. */
static void
check_list(uint64_t size, uint64_t page, struct bytes hashes)
{
	uint64_t pages = chunk_page_count(size), count = chunk_count(size);
	uint32_t here = chunk_page_hashes(size, page);

	expect((here > 0) == (page < pages));
	expect(here <= LIMIT_CHUNK_LIST_COUNT_MAX);
	expect(chunk_page_is_good(size, page, hashes) ==
	       (here > 0 && hashes.size == (size_t)here * CHUNK_HASH_SIZE));
	if (size == 0) {
		expect(count == 0 && pages == 0);
		return;
	}
	expect((pages - 1) * LIMIT_CHUNK_LIST_COUNT_MAX + chunk_page_hashes(size, pages - 1) == count);
	expect((count - 1) * LIMIT_CHUNK_SIZE + chunk_size_at(size, count - 1) == size);
	expect(chunk_size_at(size, count) == 0);
}

/* The daemon takes chunks in order, each of its size, and nothing else. */
static void
put_together(struct bytes file)
{
	uint8_t *whole = malloc(file.size + 1);
	size_t used = 0;

	expect(whole != NULL);
	for (uint64_t place = 0; place < chunk_count(file.size); place++) {
		uint32_t piece = chunk_size_at(file.size, place);

		expect(piece > 0 && piece <= LIMIT_CHUNK_SIZE && used + piece <= file.size);
		memcpy(whole + used, file.data + place * LIMIT_CHUNK_SIZE, piece);
		used += piece;
	}
	expect(used == file.size && (used == 0 || memcmp(whole, file.data, used) == 0));
	free(whole);
}

static void
check_text(const char *text)
{
	char hex[PROOF_HEX_SIZE + 1];
	size_t cursor = 0, before = 0, size = strlen(text);
	uint8_t hash[CHUNK_HASH_SIZE];

	while (proof_next(text, &cursor, hex)) {
		expect(cursor > before && cursor <= size);
		expect(proof_is_hash(hex) && proof_hash(hex, hash));
		before = cursor;
	}
	if (proof_is_hash(text))
		expect(before == size);
	if (proof_is_name(text))
		expect(strpbrk(text, "/\\") == NULL && strcmp(text, "..") != 0);
	expect(proof_is_shared(text, text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	expect(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	expect(*sniff_type((struct bytes){data, size}) != '\0');
	put_together((struct bytes){data, size});
	check_text(text);
	if (size >= 16) {
		struct bytes rest = {data + 16, size - 16};

		check_list(number(data), number(data + 8), rest);
		check_list(number(data) % (UINT64_C(1) << 32), data[8] % 8, rest);
		check_list(number(data) % 2000, 0, rest);
	}
	free(text);
	return 0;
}
