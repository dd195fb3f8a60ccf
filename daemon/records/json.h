/*
 * records/json.h: records as JSON rows, the form in which they pass between
 * the daemon and the database's functions: an array of objects whose names are
 * the columns; points are whole hundredths; answers an array of text.
 */
#ifndef JX_RECORDS_JSON_H
#define JX_RECORDS_JSON_H

#include <jansson.h>

#include "records/build.h"

/* Appends every object of the array to the builder. JX_E_MALFORMED, JX_E_MEMORY. Text is trusted (it comes from our database) but shape is not. */
JX_MUST_USE enum jx_err records_json_read(struct records_builder *builder, enum record_kind kind, struct bytes json);
/* One record from its object, which may hold more (version, batch); NULL: it is none, or memory is out. */
ProtobufCMessage *record_json_object(struct arena *arena, enum record_kind kind, const json_t *object);
/* One record as a compact JSON object in arena; NULL: memory out. */
char *record_json_write(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record);

#endif
