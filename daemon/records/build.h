/*
 * records/build.h: makes a Jx__Records, record by record, in one arena.
 * Ownership: everything lives in the arena given; the builder itself too.
 * Not thread safe.
 */
#ifndef JX_RECORDS_BUILD_H
#define JX_RECORDS_BUILD_H

#include "records/kinds.h"

struct records_builder;

/* NULL: memory out. */
struct records_builder *records_builder_new(struct arena *arena);
/* A new empty record of that kind, appended; NULL: memory out or RECORD_COUNT_MAX reached. */
ProtobufCMessage *records_builder_add(struct records_builder *builder, enum record_kind kind);
/* Appends every record of a chunk (borrowed: the chunk must outlive the result). */
JX_MUST_USE enum jx_err records_builder_append(struct records_builder *builder, const Jx__Records *chunk);
/* The arena given: for the text of the records added. */
struct arena *records_builder_arena(struct records_builder *builder);
/* The whole, valid while the arena lives. Further adds go on into it. */
Jx__Records *records_builder_get(struct records_builder *builder);

#endif
