/*
 * store/batch.h: a batch as parameters of jx.batch_commit, and its rows as
 * verdicts. Pure but for memory.
 */
#ifndef JX_STORE_BATCH_H
#define JX_STORE_BATCH_H

#include "port/store.h"
#include "store/array.h"
#include "store/link.h"

enum { BATCH_PARAM_COUNT = 18, BATCH_ARRAY_COUNT = 11 };

extern const struct link_statement batch_statement;

struct batch_params {
	const char *values[BATCH_PARAM_COUNT];
	int sizes[BATCH_PARAM_COUNT], formats[BATCH_PARAM_COUNT];
	uint8_t number[8], sealed[8];
	struct array arrays[BATCH_ARRAY_COUNT];
};

/* Borrows from batch. JX_E_MEMORY; clear in any case. */
JX_MUST_USE enum jx_err batch_params_init(
    struct batch_params *out, const struct store_batch *batch);
void batch_params_clear(struct batch_params *params);

/*
 * What the rows say. verdicts: item_count of them, filled unless the outcome is
 * STORE_BEHIND; receipts borrow from result. JX_E_INTERNAL: these are not rows
 * of batch_commit.
 */
JX_MUST_USE enum jx_err batch_read(const PGresult *result, size_t item_count,
    struct store_verdict *verdicts, enum store_outcome *outcome);

#endif
