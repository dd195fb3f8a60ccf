#include "wire/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ARENA_ALIGN = 16,
	ARENA_CHUNK_SIZE_MIN = 4 << 10, /* most requests fit into one */
	ARENA_CHUNK_SIZE_MAX = 1 << 20, /* chunks double up to here: few of them, little slack */
};

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* of data */
	size_t used;
	_Alignas(ARENA_ALIGN) uint8_t data[];
};

struct arena {
	struct arena_chunk *chunks; /* the newest first; only it is filled further */
	size_t capacity_max;
	size_t used; /* rounded sizes of all that was given out */
	size_t chunk_size;
	ProtobufCAllocator allocator;
};

static void *
arena_protobuf_alloc(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void
arena_protobuf_free(void *arena, void *pointer)
{
	(void)arena, (void)pointer;
}

struct arena *
arena_new(size_t capacity_max)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (arena == NULL)
		return NULL;
	/* So that arena_new(n) can always give out n bytes at once. */
	arena->capacity_max = capacity_max > SIZE_MAX / 4
				  ? SIZE_MAX / 4
				  : (capacity_max + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	arena->chunk_size = ARENA_CHUNK_SIZE_MIN;
	arena->allocator = (ProtobufCAllocator){arena_protobuf_alloc, arena_protobuf_free, arena};
	return arena;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	while (arena->chunks != NULL) {
		struct arena_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		free(chunk);
	}
	free(arena);
}

/* size is rounded and within the cap. */
static struct arena_chunk *
arena_chunk_new(struct arena *arena, size_t size)
{
	size_t left = arena->capacity_max - arena->used;
	size_t chunk_size = arena->chunk_size < left ? arena->chunk_size : left;
	struct arena_chunk *chunk;

	assert(size <= left);
	if (chunk_size < size)
		chunk_size = size;
	chunk = calloc(1, sizeof *chunk + chunk_size);
	if (chunk == NULL)
		return NULL;
	chunk->size = chunk_size;
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	if (arena->chunk_size < ARENA_CHUNK_SIZE_MAX)
		arena->chunk_size *= 2;
	return chunk;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunks;
	size_t rounded;
	void *pointer;

	if (size > arena->capacity_max)
		return NULL;
	rounded = size == 0 ? ARENA_ALIGN : (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (rounded > arena->capacity_max - arena->used)
		return NULL;
	if (chunk == NULL || chunk->size - chunk->used < rounded)
		chunk = arena_chunk_new(arena, rounded);
	if (chunk == NULL)
		return NULL;
	pointer = chunk->data + chunk->used;
	chunk->used += rounded;
	arena->used += rounded;
	return pointer;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t size)
{
	char *copy = size < SIZE_MAX ? arena_alloc(arena, size + 1) : NULL;

	if (copy != NULL && size > 0)
		memcpy(copy, text, size);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size >= 0)
		text = arena_alloc(arena, (size_t)size + 1);
	if (text == NULL)
		return NULL;
	va_start(args, format);
	vsnprintf(text, (size_t)size + 1, format, args);
	va_end(args);
	return text;
}

struct bytes
arena_copy(struct arena *arena, struct bytes bytes)
{
	uint8_t *copy = arena_alloc(arena, bytes.size);

	if (copy == NULL)
		return (struct bytes){NULL, 0};
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return (struct bytes){copy, bytes.size};
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}

ProtobufCAllocator *
arena_allocator(struct arena *arena)
{
	return &arena->allocator;
}
