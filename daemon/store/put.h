/*
 * store/put.h: puts (port/store.h) as parameters of the functions jx.put_…, and
 * their one row as an answer. Pure but for memory.
 */
#ifndef JX_STORE_PUT_H
#define JX_STORE_PUT_H

#include "port/store.h"
#include "store/link.h"

enum { PUT_PARAM_COUNT_MAX = 8, PUT_KIND_COUNT = STORE_PUT_SEAL + 1 };

/* By enum store_put_kind. */
extern const struct link_statement put_statements[PUT_KIND_COUNT];

struct put_params {
	int count;
	const char *values[PUT_PARAM_COUNT_MAX];
	int sizes[PUT_PARAM_COUNT_MAX], formats[PUT_PARAM_COUNT_MAX];
	uint8_t numbers[PUT_PARAM_COUNT_MAX][8];
	uint8_t *memory; /* owned: all that the put borrowed */
};

/* JX_E_MEMORY; clear in any case. */
JX_MUST_USE enum jx_err put_params_init(struct put_params *out, const struct store_put *put);
void put_params_clear(struct put_params *params);

/* have borrows from result. JX_E_INTERNAL: this is no row of jx.put_…. */
JX_MUST_USE enum jx_err put_read(const PGresult *result, struct bytes *have);

#endif
