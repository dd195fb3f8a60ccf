/*
 * wire/chunk.h: how a file is cut (R44): chunks of LIMIT_CHUNK_SIZE but the
 * last, their hashes in pages of LIMIT_CHUNK_LIST_COUNT_MAX.
 *
 * Pure; both ends compute the same. Sizes are of the file, 1..UINT32_MAX.
 */
#ifndef JX_WIRE_CHUNK_H
#define JX_WIRE_CHUNK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/bytes.h"

enum { CHUNK_HASH_SIZE = 32 };

/* How many chunks; how many pages of their list. */
uint64_t chunk_count(uint64_t size);
uint64_t chunk_page_count(uint64_t size);
/* Bytes of the chunk at that place, hashes of that page; 0 beyond the end. */
uint32_t chunk_size_at(uint64_t size, uint64_t place);
uint32_t chunk_page_hashes(uint64_t size, uint64_t page);
/* Is it a page as a client may send it: exactly the hashes of that page? */
bool chunk_page_is_good(uint64_t size, uint64_t page, struct bytes hashes);

#endif
