/*
 * wire/message.h: foreign bytes, looked at before protobuf-c does; then
 * unpacked, into an arena.
 *
 * protobuf-c takes strings with NUL (and cuts them there) or invalid UTF-8,
 * cuts numbers that are too long, knows no bound on depth or count, and merges
 * a field that stands twice. So the raw bytes are walked first, along the same
 * descriptors, without recursion and without allocating.
 */
#ifndef JX_WIRE_MESSAGE_H
#define JX_WIRE_MESSAGE_H

#include <protobuf-c/protobuf-c.h>

#include "wire/bytes.h"

/*
 * Are these bytes a message of that type that may be unpacked?
 *
 * JX_E_MALFORMED cut short, wrong wire type, group, a number beyond its type,
 *                a field or member of a oneof twice that may stand once.
 * JX_E_TEXT      a string that is not clean (text_is_clean).
 * JX_E_TOO_BIG   more than wire/limits.h allows.
 *
 * *field: the name of the field where it went wrong (static), or NULL.
 * Unknown fields are skipped, not looked into. A field of type bytes is not text.
 */
JX_MUST_USE enum jx_err message_scan(
    const ProtobufCMessageDescriptor *descriptor, struct bytes bytes, const char **field);

/*
 * Scans, then unpacks into arena; *out lives as long as that and holds no
 * unknown fields. As message_scan; JX_E_TOO_BIG also when the arena is full.
 * *out is untouched on failure.
 */
JX_MUST_USE enum jx_err message_read(struct arena *arena,
    const ProtobufCMessageDescriptor *descriptor, struct bytes bytes, ProtobufCMessage **out,
    const char **field);

/* How much may stand in one message, at any depth. */
struct message_limits {
	unsigned message_count_max, field_count_max;
};

/* As message_read, of what is no frame but a file: with limits of its own. */
JX_MUST_USE enum jx_err message_read_within(struct arena *arena,
    const ProtobufCMessageDescriptor *descriptor, struct bytes bytes,
    const struct message_limits *limits, ProtobufCMessage **out, const char **field);

/* The packed message, in arena. JX_E_MEMORY when that is full. */
JX_MUST_USE enum jx_err message_write(
    struct arena *arena, const ProtobufCMessage *message, struct bytes *out);

/*
 * How many levels of messages that type has: 1 without sub-messages. 0: more
 * than LIMIT_DEPTH_MAX, thus also a type that contains itself, directly or
 * through others.
 */
unsigned message_depth(const ProtobufCMessageDescriptor *descriptor);

#endif
