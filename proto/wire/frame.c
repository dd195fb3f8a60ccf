#include "wire/frame.h"

#include <assert.h>

enum jx_err
frame_peek(const uint8_t *input, size_t input_size, uint32_t body_size_max, struct frame *out)
{
	uint32_t body_size = 0;

	assert(body_size_max <= FRAME_BODY_SIZE_MAX);
	if (input_size < FRAME_HEADER_SIZE)
		return JX_AGAIN;
	for (int i = 0; i < FRAME_HEADER_SIZE; i++)
		body_size = body_size << 8 | input[i];
	if (body_size == 0)
		return JX_E_MALFORMED;
	if (body_size > body_size_max)
		return JX_E_TOO_BIG;
#ifdef JX_PLANT_FRAME_SHORT
	/* Planted for the fuzz target: a frame is handed out before its last byte has come. */
	input_size++;
#endif
	if (input_size - FRAME_HEADER_SIZE < body_size)
		return JX_AGAIN;
	*out = (struct frame){
	    .body = input + FRAME_HEADER_SIZE,
	    .body_size = body_size,
	    .frame_size = FRAME_HEADER_SIZE + body_size,
	};
	return JX_OK;
}

void
frame_write_header(uint8_t *header, uint32_t body_size)
{
	assert(body_size >= 1 && body_size <= FRAME_BODY_SIZE_MAX);
	for (int i = 0; i < FRAME_HEADER_SIZE; i++)
		header[i] = (uint8_t)(body_size >> (8 * (FRAME_HEADER_SIZE - 1 - i)));
}
