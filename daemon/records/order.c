#include "records/order.h"

#include <stdlib.h>
#include <string.h>

#include "records/field.h"

static int
compare_for_sort(const void *left, const void *right, void *arg)
{
	const struct order *order = arg;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	int result;

	result = record_compare_key(records_at(order->records, order->kind, a),
	    records_at(order->records, order->kind, b), order->kind);
	if (result != 0)
		return result;
	return (a > b) - (a < b);
}

enum jx_err
order_make(
    struct arena *arena, const Jx__Records *records, enum record_kind kind, struct order *out)
{
	struct order order = {records, kind, NULL, records_count(records, kind)};
	uint32_t *indexes;
	size_t i;

	indexes = arena_alloc(arena, (order.count + 1) * sizeof(*indexes));
	if (indexes == NULL)
		return JX_E_MEMORY;
	for (i = 0; i < order.count; i++)
		indexes[i] = (uint32_t)i;
	for (i = 1; i < order.count; i++)
		if (compare_for_sort(&indexes[i - 1], &indexes[i], &order) > 0)
			break;
	if (i < order.count)
		qsort_r(indexes, order.count, sizeof(*indexes), compare_for_sort, &order);
	order.indexes = indexes;
	*out = order;
	return JX_OK;
}

const ProtobufCMessage *
order_at(const struct order *order, size_t place)
{
	return records_at(order->records, order->kind, order->indexes[place]);
}

/* An absent key field stands before every text. */
static int
compare_with(const struct order *order, size_t place, const char *first, const char *second)
{
	const ProtobufCMessage *record = order_at(order, place);
	const char *text = field_text(record, order->kind, 0);
	int result;

	result = text == NULL ? -1 : strcmp(text, first);
	if (result != 0 || second == NULL)
		return result;
	text = field_text(record, order->kind, 1);
	return text == NULL ? -1 : strcmp(text, second);
}

uint32_t
order_find(const struct order *order, const char *first, const char *second)
{
	size_t low = 0, high = order->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare_with(order, middle, first, second) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == order->count || compare_with(order, low, first, second) != 0)
		return ORDER_NOT_FOUND;
	return order->indexes[low];
}
