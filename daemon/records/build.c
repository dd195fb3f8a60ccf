#include "records/build.h"

#include <assert.h>
#include <string.h>

enum { BUILD_CAPACITY_FIRST = 16 };

struct records_builder {
	struct arena *arena;
	Jx__Records records;
	size_t capacity[PAPER_END];
	size_t count_all;
};

struct records_builder *
records_builder_new(struct arena *arena)
{
	struct records_builder *builder;

	builder = arena_alloc(arena, sizeof(*builder));
	if (builder == NULL)
		return NULL;
	builder->arena = arena;
	jx__records__init(&builder->records);
	return builder;
}

/* Room for extra more of that kind. Arrays left behind stay in the arena: at most as much again. */
static enum jx_err
reserve(struct records_builder *builder, enum record_kind kind, size_t extra)
{
	const ProtobufCFieldDescriptor *field = &jx__records__descriptor.fields[kind];
	ProtobufCMessage ***list;
	ProtobufCMessage **grown;
	size_t count, capacity;

	count = records_count(&builder->records, kind);
	if (extra > RECORD_COUNT_MAX - builder->count_all)
		return JX_E_TOO_BIG;
	capacity = builder->capacity[kind];
	if (count + extra <= capacity)
		return JX_OK;
	if (capacity == 0)
		capacity = BUILD_CAPACITY_FIRST;
	while (capacity < count + extra)
		capacity *= 2;
	grown = arena_alloc(builder->arena, capacity * sizeof(*grown));
	if (grown == NULL)
		return JX_E_MEMORY;
	list = (ProtobufCMessage ***)((char *)&builder->records + field->offset);
	if (count > 0)
		memcpy(grown, *list, count * sizeof(*grown));
	*list = grown;
	builder->capacity[kind] = capacity;
	return JX_OK;
}

/* Room has been reserved. */
static void
push(struct records_builder *builder, enum record_kind kind, ProtobufCMessage *record)
{
	const ProtobufCFieldDescriptor *field = &jx__records__descriptor.fields[kind];
	char *base = (char *)&builder->records;
	size_t *count = (size_t *)(base + field->quantifier_offset);

	assert(*count < builder->capacity[kind]);
	(*(ProtobufCMessage ***)(base + field->offset))[*count] = record;
	(*count)++;
	builder->count_all++;
}

ProtobufCMessage *
records_builder_add(struct records_builder *builder, enum record_kind kind)
{
	const ProtobufCMessageDescriptor *descriptor = record_kinds[kind].message;
	ProtobufCMessage *record;

	if (reserve(builder, kind, 1) != JX_OK)
		return NULL;
	record = arena_alloc(builder->arena, descriptor->sizeof_message);
	if (record == NULL)
		return NULL;
	protobuf_c_message_init(descriptor, record);
	push(builder, kind, record);
	return record;
}

enum jx_err
records_builder_append(struct records_builder *builder, const Jx__Records *chunk)
{
	enum record_kind kind;
	enum jx_err err;
	size_t count, i;

	for (kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		count = records_count(chunk, kind);
		err = reserve(builder, kind, count);
		if (err != JX_OK)
			return err;
		for (i = 0; i < count; i++)
			push(builder, kind, records_at(chunk, kind, i));
	}
	return JX_OK;
}

struct arena *
records_builder_arena(struct records_builder *builder)
{
	return builder->arena;
}

Jx__Records *
records_builder_get(struct records_builder *builder)
{
	return &builder->records;
}
