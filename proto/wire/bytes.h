/*
 * wire/bytes.h: a borrowed run of bytes; and the arena, the one owner of what a
 * request (or a parsed file) allocates.
 *
 * An arena only grows, up to its cap; everything in it dies with it. Not thread
 * safe; one owner. It takes memory as it grows, at most about twice what it has
 * given out.
 */
#ifndef JX_WIRE_BYTES_H
#define JX_WIRE_BYTES_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/err.h"

struct bytes {
	const uint8_t *data; /* borrowed; NULL only when size is 0 */
	size_t size;
};

struct arena;

/* NULL when memory is out. capacity_max: bytes it may ever give out in all, each piece rounded up
 * to 16. */
struct arena *arena_new(size_t capacity_max);
void arena_free(struct arena *arena); /* NULL is fine */
/* 16-byte aligned, zeroed. NULL when the cap is reached: the caller must look. */
void *arena_alloc(struct arena *arena, size_t size);
/* These three: NULL likewise. strndup copies exactly size bytes and ends them with NUL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t size);
__attribute__((format(printf, 2, 3))) char *arena_printf(
    struct arena *arena, const char *format, ...);
struct bytes arena_copy(struct arena *arena, struct bytes bytes); /* {NULL,0} on failure */
size_t arena_used(const struct arena *arena);
/* An allocator over the arena for protobuf-c's unpack; free is a no-op. Valid while the arena
 * lives. */
ProtobufCAllocator *arena_allocator(struct arena *arena);

#endif
