#include "records/field.h"

#include <assert.h>
#include <string.h>

static const ProtobufCFieldDescriptor *
descriptor_of(const ProtobufCMessage *record, enum record_kind kind, size_t field)
{
	assert(kind < PAPER_END);
	assert(field < record_kinds[kind].field_count);
	assert(record->descriptor == record_kinds[kind].message);
	return &record->descriptor->fields[field];
}

static const void *
member(const ProtobufCMessage *record, unsigned offset)
{
	return (const char *)record + offset;
}

static void *
member_to_set(ProtobufCMessage *record, unsigned offset)
{
	return (char *)record + offset;
}

const char *
field_text(const ProtobufCMessage *record, enum record_kind kind, size_t field)
{
	const ProtobufCFieldDescriptor *descriptor = descriptor_of(record, kind, field);

	assert(descriptor->type == PROTOBUF_C_TYPE_STRING);
	assert(descriptor->label == PROTOBUF_C_LABEL_OPTIONAL);
	return *(const char *const *)member(record, descriptor->offset);
}

bool
field_number(const ProtobufCMessage *record, enum record_kind kind, size_t field, int64_t *number)
{
	const ProtobufCFieldDescriptor *descriptor = descriptor_of(record, kind, field);

	if (!*(const protobuf_c_boolean *)member(record, descriptor->quantifier_offset))
		return false;
	if (descriptor->type == PROTOBUF_C_TYPE_UINT32) {
		*number = *(const uint32_t *)member(record, descriptor->offset);
	} else if (descriptor->type == PROTOBUF_C_TYPE_UINT64) {
		*number = (int64_t)(*(const uint64_t *)member(record, descriptor->offset) & INT64_MAX);
	} else {
		assert(descriptor->type == PROTOBUF_C_TYPE_SINT64);
		*number = *(const int64_t *)member(record, descriptor->offset);
	}
	return true;
}

char *const *
field_answers(const ProtobufCMessage *record, enum record_kind kind, size_t field, size_t *count)
{
	const ProtobufCFieldDescriptor *descriptor = descriptor_of(record, kind, field);

	assert(descriptor->label == PROTOBUF_C_LABEL_REPEATED);
	*count = *(const size_t *)member(record, descriptor->quantifier_offset);
	return *(char *const *const *)member(record, descriptor->offset);
}

void
field_set_text(ProtobufCMessage *record, enum record_kind kind, size_t field, char *text)
{
	const ProtobufCFieldDescriptor *descriptor = descriptor_of(record, kind, field);

	assert(descriptor->type == PROTOBUF_C_TYPE_STRING);
	assert(descriptor->label == PROTOBUF_C_LABEL_OPTIONAL);
	*(char **)member_to_set(record, descriptor->offset) = text;
}

void
field_set_number(ProtobufCMessage *record, enum record_kind kind, size_t field, int64_t number)
{
	const ProtobufCFieldDescriptor *descriptor = descriptor_of(record, kind, field);

	if (descriptor->type == PROTOBUF_C_TYPE_UINT32) {
		assert(number >= 0 && number <= UINT32_MAX);
		*(uint32_t *)member_to_set(record, descriptor->offset) = (uint32_t)number;
	} else if (descriptor->type == PROTOBUF_C_TYPE_UINT64) {
		*(uint64_t *)member_to_set(record, descriptor->offset) = (uint64_t)number;
	} else {
		assert(descriptor->type == PROTOBUF_C_TYPE_SINT64);
		*(int64_t *)member_to_set(record, descriptor->offset) = number;
	}
	*(protobuf_c_boolean *)member_to_set(record, descriptor->quantifier_offset) = 1;
}

void
field_set_answers(
    ProtobufCMessage *record, enum record_kind kind, size_t field, char **answers, size_t count)
{
	const ProtobufCFieldDescriptor *descriptor = descriptor_of(record, kind, field);

	assert(descriptor->label == PROTOBUF_C_LABEL_REPEATED);
	*(char ***)member_to_set(record, descriptor->offset) = answers;
	*(size_t *)member_to_set(record, descriptor->quantifier_offset) = count;
}

bool
field_is_number(enum field_type type)
{
	return type == FIELD_POINTS || type == FIELD_WHOLE || type == FIELD_MOMENT ||
	       type == FIELD_COUNT;
}

int
field_find(enum record_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < record_kinds[kind].field_count; i++)
		if (strcmp(record_kinds[kind].fields[i].name, name) == 0)
			return (int)i;
	return -1;
}
