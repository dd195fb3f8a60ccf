/*
 * print/secret.h: bytes that grow, and are wiped wherever they have been.
 */
#ifndef JX_PRINT_SECRET_H
#define JX_PRINT_SECRET_H

#include "wire/bytes.h"

struct secret { /* all zero: empty */
	uint8_t *data;
	size_t size, capacity;
};

/* JX_E_MEMORY: unchanged. */
JX_MUST_USE enum jx_err secret_add(struct secret *secret, const void *data, size_t size);
void secret_clear(struct secret *secret); /* wipes, frees, empties */

#endif
