#include "wire/chunk.h"

#include "wire/limits.h"

uint64_t
chunk_count(uint64_t size)
{
	return size / LIMIT_CHUNK_SIZE + (size % LIMIT_CHUNK_SIZE != 0);
}

uint64_t
chunk_page_count(uint64_t size)
{
	uint64_t count = chunk_count(size);

	return count / LIMIT_CHUNK_LIST_COUNT_MAX + (count % LIMIT_CHUNK_LIST_COUNT_MAX != 0);
}

uint32_t
chunk_size_at(uint64_t size, uint64_t place)
{
	uint64_t count = chunk_count(size);

	if (place >= count)
		return 0;
	return place + 1 < count ? LIMIT_CHUNK_SIZE : (uint32_t)(size - place * LIMIT_CHUNK_SIZE);
}

uint32_t
chunk_page_hashes(uint64_t size, uint64_t page)
{
	uint64_t pages = chunk_page_count(size);

	if (page >= pages)
		return 0;
	return page + 1 < pages
		   ? LIMIT_CHUNK_LIST_COUNT_MAX
		   : (uint32_t)(chunk_count(size) - page * LIMIT_CHUNK_LIST_COUNT_MAX);
}

bool
chunk_page_is_good(uint64_t size, uint64_t page, struct bytes hashes)
{
	uint32_t count = chunk_page_hashes(size, page);

	return count > 0 && hashes.size == (size_t)count * CHUNK_HASH_SIZE;
}
