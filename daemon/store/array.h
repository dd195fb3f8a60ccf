/*
 * store/array.h: PostgreSQL's binary form of a one-dimensional array, written
 * element by element into one growing buffer.
 */
#ifndef JX_STORE_ARRAY_H
#define JX_STORE_ARRAY_H

#include "wire/bytes.h"

enum { /* pg_type.oid, fixed for ever by PostgreSQL's catalog */
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_BYTEA_ARRAY = 1001,
	OID_INT4_ARRAY = 1007,
	OID_TEXT_ARRAY = 1009,
	OID_INT8_ARRAY = 1016,
};

struct array {
	uint8_t *data; /* owned; NULL: memory ran out, and what was added since is lost */
	size_t size, capacity;
};

/* The header of an array of count elements of that type (OID_…, not …_ARRAY). */
void array_init(struct array *array, uint32_t type, size_t count);
void array_clear(struct array *array);
void array_add(struct array *array, const void *data, size_t size);
void array_add_int8(struct array *array, uint64_t value);
void array_add_int4(struct array *array, uint32_t value);

#endif
