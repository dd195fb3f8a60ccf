/*
 * records/order.h: a kind's records in the order of their keys, without moving
 * them: finds a record by its key and shows which share one. Sorted, not
 * hashed, so that no choice of keys makes it slow.
 */
#ifndef JX_RECORDS_ORDER_H
#define JX_RECORDS_ORDER_H

#include "records/kinds.h"

enum { ORDER_NOT_FOUND = UINT32_MAX };

struct order {
	const Jx__Records *records;
	enum record_kind kind;
	const uint32_t *indexes; /* of records, by key, equal keys by index */
	size_t count;
};

/* JX_E_MEMORY. The order lives in arena and borrows records. */
JX_MUST_USE enum jx_err order_make(
    struct arena *arena, const Jx__Records *records, enum record_kind kind, struct order *out);
/* The kind's first key field, and the second unless NULL; both text. A record's index or
 * ORDER_NOT_FOUND. */
uint32_t order_find(const struct order *order, const char *first, const char *second);
/* The record that stands at that place of the order. */
const ProtobufCMessage *order_at(const struct order *order, size_t place);

#endif
