/*
 * wire/frame.h: length-prefixed frames. Bytes in, whole frames out.
 *
 * Pure: no I/O, no clock, no allocation. The daemon, the client, the fuzz
 * target and the simulator all use this file unchanged.
 *
 * Ownership: the caller owns the bytes. A struct frame borrows them and dies
 * when the caller drains or moves its buffer.
 */
#ifndef JX_WIRE_FRAME_H
#define JX_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "wire/err.h"

enum {
	FRAME_HEADER_SIZE = 4, /* u32, big endian, body only */
	/* protobuf-c makes up to a hundred bytes of two: small frames bound what one can cost. */
	FRAME_BODY_SIZE_MAX = 64 << 10,
	FRAME_BODY_SIZE_MAX_PREAUTH = 4 << 10, /* Hello and Login; a stranger gets no more */
};

struct frame {
	const uint8_t *body; /* borrowed */
	uint32_t body_size;  /* 1..body_size_max */
	uint32_t frame_size; /* header + body: what the caller drains */
};

/*
 * Look for one whole frame at the start of input.
 *
 * JX_OK          *out is filled.
 * JX_AGAIN       too few bytes yet; *out is untouched.
 * JX_E_MALFORMED the header announces an empty body.
 * JX_E_TOO_BIG   the header announces more than body_size_max; known from the
 *                header alone, so the peer is dropped before its body arrives.
 */
JX_MUST_USE enum jx_err frame_peek(
    const uint8_t *input, size_t input_size, uint32_t body_size_max, struct frame *out);

/* The FRAME_HEADER_SIZE bytes that announce a body of 1..FRAME_BODY_SIZE_MAX bytes. */
void frame_write_header(uint8_t *header, uint32_t body_size);

#endif
