/*
 * wire/envelope.h: the one message of a frame's body, in and out.
 */
#ifndef JX_WIRE_ENVELOPE_H
#define JX_WIRE_ENVELOPE_H

#include <jx/envelope.pb-c.h>

#include "wire/bytes.h"

/*
 * A frame's body, checked (message_scan) and unpacked into arena, where *out
 * lives. A body case this version does not know comes out as
 * JX__ENVELOPE__BODY__NOT_SET with its request_id: the answer is
 * JX_E_UNKNOWN_REQUEST, not a hang-up.
 *
 * JX_E_MALFORMED, JX_E_TEXT, JX_E_TOO_BIG: *out is untouched; *field names the
 * field where it went wrong (static) or is NULL.
 */
JX_MUST_USE enum jx_err envelope_read(
    struct arena *arena, struct bytes body, Jx__Envelope **out, const char **field);

/*
 * The whole frame, header and body, in arena: what is sent. JX_E_TOO_BIG: a
 * body beyond FRAME_BODY_SIZE_MAX; JX_E_MEMORY: the arena is full.
 */
JX_MUST_USE enum jx_err envelope_write(
    struct arena *arena, const Jx__Envelope *envelope, struct bytes *frame);

#endif
