/*
 * A connection's bytes, as the daemon takes them in: frames, then envelopes.
 * Beyond "no crash": what is let in is clean text, needs no more memory than a
 * request has, and can be written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/envelope.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include "wire/message.h"
#include "wire/text.h"

enum { ARENA_SIZE = 4 << 20 }; /* what a request may hold */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise stops the fuzzer like a crash. */
static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
take_body(struct bytes body)
{
	struct arena *arena = arena_new(ARENA_SIZE), *arena_again = arena_new(ARENA_SIZE);
	Jx__Envelope *envelope = NULL, *again = NULL;
	const char *field;
	struct bytes written;
	struct frame frame;
	bool is_fit;

	must(arena != NULL && arena_again != NULL);
	is_fit = message_scan(&jx__envelope__descriptor, body, &field) == JX_OK;
	if (envelope_read(arena, body, &envelope, &field) != JX_OK) {
		/* What the scan lets pass can only fail for memory, and a frame never needs that
		 * much. */
		must(!is_fit && envelope == NULL);
		arena_free(arena);
		arena_free(arena_again);
		return;
	}
	must(is_fit && field == NULL);
	must(text_check_message(&envelope->base, LIMIT_STRING_SIZE_MAX, &field) == JX_OK);
	if (jx__envelope__get_packed_size(envelope) > 0) {
		must(jx__envelope__get_packed_size(envelope) <= body.size);
		must(envelope_write(arena, envelope, &written) == JX_OK);
		must(frame_peek(written.data, written.size, FRAME_BODY_SIZE_MAX, &frame) == JX_OK);
		must(envelope_read(arena_again, (struct bytes){frame.body, frame.body_size}, &again,
			 &field) == JX_OK);
		must(again->request_id == envelope->request_id &&
		     again->body_case == envelope->body_case);
	}
	arena_free(arena);
	arena_free(arena_again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame frame;

	while (frame_peek(data, size, FRAME_BODY_SIZE_MAX, &frame) == JX_OK) {
		must(frame.frame_size <= size);
		take_body((struct bytes){frame.body, frame.body_size});
		data += frame.frame_size;
		size -= frame.frame_size;
	}
	return 0;
}
