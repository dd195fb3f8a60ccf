#include "wire/message.h"

#include <assert.h>
#include <stdbool.h>

#include "wire/limits.h"
#include "wire/text.h"

enum {
	VARINT_SIZE_MAX = 10,
	VARINT_SIZE_MAX_32 = 5,        /* tags and lengths: what protobuf-c reads of them */
	MESSAGE_FIELD_COUNT_MAX = 128, /* of one type: bits of message_level.seen */
};

/* How a type stands on the wire, and the largest varint that fits into it. */
struct message_type {
	ProtobufCWireType wire;
	uint64_t varint_max;
};

static const struct message_type message_types[] = {
    [PROTOBUF_C_TYPE_INT32] = {PROTOBUF_C_WIRE_TYPE_VARINT,
	UINT64_MAX}, /* negative ones are sign-extended */
    [PROTOBUF_C_TYPE_SINT32] = {PROTOBUF_C_WIRE_TYPE_VARINT, UINT32_MAX},
    [PROTOBUF_C_TYPE_SFIXED32] = {PROTOBUF_C_WIRE_TYPE_32BIT, 0},
    [PROTOBUF_C_TYPE_INT64] = {PROTOBUF_C_WIRE_TYPE_VARINT, UINT64_MAX},
    [PROTOBUF_C_TYPE_SINT64] = {PROTOBUF_C_WIRE_TYPE_VARINT, UINT64_MAX},
    [PROTOBUF_C_TYPE_SFIXED64] = {PROTOBUF_C_WIRE_TYPE_64BIT, 0},
    [PROTOBUF_C_TYPE_UINT32] = {PROTOBUF_C_WIRE_TYPE_VARINT, UINT32_MAX},
    [PROTOBUF_C_TYPE_FIXED32] = {PROTOBUF_C_WIRE_TYPE_32BIT, 0},
    [PROTOBUF_C_TYPE_UINT64] = {PROTOBUF_C_WIRE_TYPE_VARINT, UINT64_MAX},
    [PROTOBUF_C_TYPE_FIXED64] = {PROTOBUF_C_WIRE_TYPE_64BIT, 0},
    [PROTOBUF_C_TYPE_FLOAT] = {PROTOBUF_C_WIRE_TYPE_32BIT, 0},
    [PROTOBUF_C_TYPE_DOUBLE] = {PROTOBUF_C_WIRE_TYPE_64BIT, 0},
    [PROTOBUF_C_TYPE_BOOL] = {PROTOBUF_C_WIRE_TYPE_VARINT, 1},
    [PROTOBUF_C_TYPE_ENUM] = {PROTOBUF_C_WIRE_TYPE_VARINT, INT32_MAX},
    [PROTOBUF_C_TYPE_STRING] = {PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, 0},
    [PROTOBUF_C_TYPE_BYTES] = {PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, 0},
    [PROTOBUF_C_TYPE_MESSAGE] = {PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, 0},
};

static const struct message_limits message_limits_of_frame = {
    LIMIT_MESSAGE_COUNT_MAX, LIMIT_FIELD_COUNT_MAX};

/* One message that the walk is inside of. */
struct message_level {
	const ProtobufCMessageDescriptor *descriptor;
	struct bytes rest;
	uint64_t seen[MESSAGE_FIELD_COUNT_MAX / 64]; /* bit i: fields[i] has been there */
};

struct message_walk {
	const struct message_limits *limits;
	struct message_level levels[LIMIT_DEPTH_MAX];
	unsigned depth;
	unsigned message_count, field_count;
	const char *field;
};

/* One field as it stands: its number, and its value, or the bytes of it. */
struct message_token {
	uint32_t number;
	ProtobufCWireType wire;
	uint64_t varint;
	struct bytes bytes;
};

static bool
message_take(struct bytes *rest, size_t size, struct bytes *out)
{
	if (size > rest->size)
		return false;
	*out = (struct bytes){rest->data, size};
	*rest = (struct bytes){rest->data + size, rest->size - size};
	return true;
}

static bool
message_varint(struct bytes *rest, unsigned size_max, uint64_t *out)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size_max && i < rest->size; i++) {
		uint8_t byte = rest->data[i];

		if (i == VARINT_SIZE_MAX - 1 && byte > 1)
			return false; /* beyond 64 bits */
		value |= (uint64_t)(byte & 0x7F) << (7 * i);
		if ((byte & 0x80) == 0) {
			*rest = (struct bytes){rest->data + i + 1, rest->size - i - 1};
			*out = value;
			return true;
		}
	}
	return false;
}

static bool
message_token(struct bytes *rest, struct message_token *out)
{
	struct message_token token = {0};
	uint64_t value;

	if (!message_varint(rest, VARINT_SIZE_MAX_32, &value) || value > UINT32_MAX ||
	    value >> 3 == 0)
		return false;
	token.number = (uint32_t)(value >> 3);
	token.wire = (ProtobufCWireType)(value & 7);
	switch ((int)token.wire) {
	case PROTOBUF_C_WIRE_TYPE_VARINT:
		if (!message_varint(rest, VARINT_SIZE_MAX, &token.varint))
			return false;
		break;
	case PROTOBUF_C_WIRE_TYPE_64BIT:
		if (!message_take(rest, 8, &token.bytes))
			return false;
		break;
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		if (!message_varint(rest, VARINT_SIZE_MAX_32, &value) ||
		    !message_take(rest, value, &token.bytes))
			return false;
		break;
	case PROTOBUF_C_WIRE_TYPE_32BIT:
		if (!message_take(rest, 4, &token.bytes))
			return false;
		break;
	default: /* groups, and numbers that mean nothing */
		return false;
	}
	*out = token;
	return true;
}

/* May the field stand here (again)? Notes that it has. */
static bool
message_may_stand(struct message_level *level, const ProtobufCFieldDescriptor *field)
{
	unsigned index = (unsigned)(field - level->descriptor->fields);
	bool is_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return true;
	if ((level->seen[index / 64] >> index % 64 & 1) != 0)
		return false;
	for (unsigned i = 0; is_oneof && i < level->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *other = &level->descriptor->fields[i];

		if ((level->seen[i / 64] >> i % 64 & 1) != 0 &&
		    (other->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		    other->quantifier_offset == field->quantifier_offset)
			return false;
	}
	level->seen[index / 64] |= (uint64_t)1 << index % 64;
	return true;
}

static enum jx_err
message_enter(
    struct message_walk *walk, const ProtobufCMessageDescriptor *descriptor, struct bytes bytes)
{
	assert(descriptor->n_fields <= MESSAGE_FIELD_COUNT_MAX);
	if (walk->depth == LIMIT_DEPTH_MAX ||
	    walk->message_count == walk->limits->message_count_max)
		return JX_E_TOO_BIG;
	walk->message_count++;
	walk->levels[walk->depth++] = (struct message_level){descriptor, bytes, {0}};
	return JX_OK;
}

static enum jx_err
message_check(struct message_walk *walk, const ProtobufCFieldDescriptor *field,
    const struct message_token *token)
{
	const struct message_type *type;

	assert(field->type < sizeof message_types / sizeof message_types[0]);
	/* None of our types packs its numbers: lists of them would need a count of their own. */
	assert((field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) == 0);
	type = &message_types[field->type];
	if (token->wire != type->wire || !message_may_stand(&walk->levels[walk->depth - 1], field))
		return JX_E_MALFORMED;
	if (token->wire == PROTOBUF_C_WIRE_TYPE_VARINT && token->varint > type->varint_max)
		return JX_E_MALFORMED;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return message_enter(walk, field->descriptor, token->bytes);
	if (field->type != PROTOBUF_C_TYPE_STRING)
		return JX_OK;
	if (token->bytes.size > LIMIT_STRING_SIZE_MAX)
		return JX_E_TOO_BIG;
	return text_is_clean(token->bytes) ? JX_OK : JX_E_TEXT;
}

/* The next field of the innermost message, or out of it. */
static enum jx_err
message_step(struct message_walk *walk)
{
	struct message_level *level = &walk->levels[walk->depth - 1];
	const ProtobufCFieldDescriptor *field;
	struct message_token token;

	if (level->rest.size == 0) {
		walk->depth--;
		return JX_OK;
	}
	if (walk->field_count == walk->limits->field_count_max)
		return JX_E_TOO_BIG;
	walk->field_count++;
	walk->field = NULL;
	if (!message_token(&level->rest, &token))
		return JX_E_MALFORMED;
	field = protobuf_c_message_descriptor_get_field(level->descriptor, token.number);
	if (field == NULL)
		return JX_OK;
	walk->field = field->name;
	return message_check(walk, field, &token);
}

static enum jx_err
message_scan_within(const ProtobufCMessageDescriptor *descriptor, struct bytes bytes,
    const struct message_limits *limits, const char **field)
{
	struct message_walk walk = {.limits = limits};
	enum jx_err err = message_enter(&walk, descriptor, bytes);

	while (err == JX_OK && walk.depth > 0)
		err = message_step(&walk);
	*field = err == JX_OK ? NULL : walk.field;
	return err;
}

enum jx_err
message_scan(const ProtobufCMessageDescriptor *descriptor, struct bytes bytes, const char **field)
{
	return message_scan_within(descriptor, bytes, &message_limits_of_frame, field);
}

/*
 * Forgets what a newer peer sent and we do not know, so that it neither travels
 * on nor enters a digest. As deep as the types, which end (message_depth).
 */
static void
message_forget_unknown(ProtobufCMessage *message)
{
	uint8_t *base = (uint8_t *)message;

	message->n_unknown_fields = 0;
	message->unknown_fields = NULL;
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		void *member = base + field->offset, *quantifier = base + field->quantifier_offset;

		if (field->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			for (size_t k = 0; k < *(size_t *)quantifier; k++)
				message_forget_unknown((*(ProtobufCMessage ***)member)[k]);
			continue;
		}
		if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		    *(uint32_t *)quantifier != field->id)
			continue;
		if (*(ProtobufCMessage **)member != NULL)
			message_forget_unknown(*(ProtobufCMessage **)member);
	}
}

enum jx_err
message_read(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, struct bytes bytes,
    ProtobufCMessage **out, const char **field)
{
	return message_read_within(arena, descriptor, bytes, &message_limits_of_frame, out, field);
}

enum jx_err
message_read_within(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
    struct bytes bytes, const struct message_limits *limits, ProtobufCMessage **out,
    const char **field)
{
	enum jx_err err = message_scan_within(descriptor, bytes, limits, field);
	ProtobufCMessage *message;

	if (err != JX_OK)
		return err;
	message =
	    protobuf_c_message_unpack(descriptor, arena_allocator(arena), bytes.size, bytes.data);
	if (message == NULL)
		return JX_E_TOO_BIG; /* the scan has seen to every other reason */
	message_forget_unknown(message);
	*out = message;
	return JX_OK;
}

enum jx_err
message_write(struct arena *arena, const ProtobufCMessage *message, struct bytes *out)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *data = arena_alloc(arena, size);

	if (data == NULL)
		return JX_E_MEMORY;
	protobuf_c_message_pack(message, data);
	*out = (struct bytes){data, size};
	return JX_OK;
}

/* Recursive, but never deeper than levels_max. */
static unsigned
message_depth_within(const ProtobufCMessageDescriptor *descriptor, unsigned levels_max)
{
	unsigned deepest = 0;

	if (levels_max == 0)
		return 0;
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		unsigned depth;

		if (descriptor->fields[i].type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		depth = message_depth_within(descriptor->fields[i].descriptor, levels_max - 1);
		if (depth == 0)
			return 0;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest + 1;
}

unsigned
message_depth(const ProtobufCMessageDescriptor *descriptor)
{
	return message_depth_within(descriptor, LIMIT_DEPTH_MAX);
}
