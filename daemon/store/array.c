#include "store/array.h"

#include <stdlib.h>
#include <string.h>

static void
array_put(struct array *array, const void *data, size_t size)
{
	if (array->data == NULL || size == 0)
		return;
	if (array->size + size > array->capacity) {
		size_t capacity = (array->size + size) * 2;
		uint8_t *grown = realloc(array->data, capacity);

		if (grown == NULL) {
			array_clear(array);
			return;
		}
		array->data = grown;
		array->capacity = capacity;
	}
	memcpy(array->data + array->size, data, size);
	array->size += size;
}

static void
array_put_be32(struct array *array, uint32_t value)
{
	uint8_t be[4] = {
	    (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};

	array_put(array, be, sizeof be);
}

void
array_init(struct array *array, uint32_t type, size_t count)
{
	*array = (struct array){.data = malloc(256), .capacity = 256};
	array_put_be32(array, count == 0 ? 0 : 1); /* dimensions */
	array_put_be32(array, 0);                  /* no NULLs */
	array_put_be32(array, type);
	if (count == 0)
		return;
	array_put_be32(array, (uint32_t)count);
	array_put_be32(array, 1); /* the first index */
}

void
array_clear(struct array *array)
{
	free(array->data);
	*array = (struct array){.data = NULL};
}

void
array_add(struct array *array, const void *data, size_t size)
{
	array_put_be32(array, (uint32_t)size);
	array_put(array, data, size);
}

void
array_add_int8(struct array *array, uint64_t value)
{
	array_put_be32(array, 8);
	array_put_be32(array, (uint32_t)(value >> 32));
	array_put_be32(array, (uint32_t)value);
}

void
array_add_int4(struct array *array, uint32_t value)
{
	array_put_be32(array, 4);
	array_put_be32(array, value);
}
