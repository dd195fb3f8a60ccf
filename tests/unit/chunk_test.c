/* How a file is cut (R44): the same at both ends, and no page but the right one. */
#include <criterion/criterion.h>

#include "wire/chunk.h"
#include "wire/limits.h"

Test(chunk, a_file_is_cut_whole)
{
	const uint64_t chunk = LIMIT_CHUNK_SIZE, page = chunk * LIMIT_CHUNK_LIST_COUNT_MAX;
	const struct {
		uint64_t size, count, pages;
		uint32_t last, last_hashes;
	} rows[] = {
	    {1, 1, 1, 1, 1},
	    {chunk - 1, 1, 1, LIMIT_CHUNK_SIZE - 1, 1},
	    {chunk, 1, 1, LIMIT_CHUNK_SIZE, 1},
	    {chunk + 1, 2, 1, 1, 2},
	    {page, LIMIT_CHUNK_LIST_COUNT_MAX, 1, LIMIT_CHUNK_SIZE, LIMIT_CHUNK_LIST_COUNT_MAX},
	    {page + 1, LIMIT_CHUNK_LIST_COUNT_MAX + 1, 2, 1, 1},
	    {UINT64_C(200) << 20, 4267, 5, 32768, 171},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t size = rows[i].size, sum = 0, hashes = 0;

		cr_expect_eq(chunk_count(size), rows[i].count, "row %zu", i);
		cr_expect_eq(chunk_page_count(size), rows[i].pages, "row %zu", i);
		cr_expect_eq(chunk_size_at(size, rows[i].count - 1), rows[i].last, "row %zu", i);
		cr_expect_eq(chunk_page_hashes(size, rows[i].pages - 1), rows[i].last_hashes, "row %zu", i);
		for (uint64_t place = 0; place <= rows[i].count; place++)
			sum += chunk_size_at(size, place);
		for (uint64_t p = 0; p <= rows[i].pages; p++)
			hashes += chunk_page_hashes(size, p);
		cr_expect_eq(sum, size, "row %zu", i);
		cr_expect_eq(hashes, rows[i].count, "row %zu", i);
	}
	cr_expect(chunk_count(0) == 0 && chunk_page_count(0) == 0 && chunk_size_at(0, 0) == 0);
	cr_expect_eq(chunk_size_at(UINT64_MAX, UINT64_MAX), 0u);
}

Test(chunk, a_page_holds_exactly_its_hashes)
{
	static const uint8_t hashes[3 * CHUNK_HASH_SIZE];
	uint64_t two = LIMIT_CHUNK_SIZE + 1;

	for (size_t size = 0; size <= sizeof hashes; size++)
		cr_expect_eq(chunk_page_is_good(two, 0, (struct bytes){hashes, size}), size == 64, "%zu bytes", size);
	cr_expect_not(chunk_page_is_good(two, 1, (struct bytes){hashes, 32}));
	cr_expect_not(chunk_page_is_good(two, UINT64_MAX, (struct bytes){hashes, 32}));
	cr_expect_not(chunk_page_is_good(0, 0, (struct bytes){hashes, 0}));
}
