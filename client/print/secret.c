#include "print/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY_FIRST = 64 << 10 };

static enum jx_err
grow(struct secret *secret, size_t size)
{
	size_t capacity = secret->capacity == 0 ? CAPACITY_FIRST : secret->capacity;
	uint8_t *data;

	while (capacity - secret->size < size) {
		if (capacity > SIZE_MAX / 2)
			return JX_E_MEMORY;
		capacity *= 2;
	}
	if (capacity == secret->capacity)
		return JX_OK;
	data = malloc(capacity); /* not realloc: it would leave a copy behind */
	if (data == NULL)
		return JX_E_MEMORY;
	if (secret->size > 0)
		memcpy(data, secret->data, secret->size);
	if (secret->data != NULL)
		sodium_memzero(secret->data, secret->capacity);
	free(secret->data);
	secret->data = data;
	secret->capacity = capacity;
	return JX_OK;
}

enum jx_err
secret_add(struct secret *secret, const void *data, size_t size)
{
	enum jx_err err = grow(secret, size);

	if (err == JX_OK && size > 0) {
		memcpy(secret->data + secret->size, data, size);
		secret->size += size;
	}
	return err;
}

void
secret_clear(struct secret *secret)
{
	if (secret->data != NULL)
		sodium_memzero(secret->data, secret->capacity);
	free(secret->data);
	*secret = (struct secret){.data = NULL};
}
