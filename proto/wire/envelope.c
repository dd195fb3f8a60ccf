#include "wire/envelope.h"

#include <assert.h>

#include "wire/frame.h"
#include "wire/message.h"

enum jx_err
envelope_read(struct arena *arena, struct bytes body, Jx__Envelope **out, const char **field)
{
	ProtobufCMessage *message;
	enum jx_err err = message_read(arena, &jx__envelope__descriptor, body, &message, field);

	if (err == JX_OK)
		*out = (Jx__Envelope *)message; /* its first member */
	return err;
}

enum jx_err
envelope_write(struct arena *arena, const Jx__Envelope *envelope, struct bytes *frame)
{
	size_t body_size = jx__envelope__get_packed_size(envelope);
	uint8_t *data;

	assert(body_size > 0);
	if (body_size > FRAME_BODY_SIZE_MAX)
		return JX_E_TOO_BIG;
	data = arena_alloc(arena, FRAME_HEADER_SIZE + body_size);
	if (data == NULL)
		return JX_E_MEMORY;
	frame_write_header(data, (uint32_t)body_size);
	jx__envelope__pack(envelope, data + FRAME_HEADER_SIZE);
	*frame = (struct bytes){data, FRAME_HEADER_SIZE + body_size};
	return JX_OK;
}
