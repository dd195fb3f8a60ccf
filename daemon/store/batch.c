#include "store/batch.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The parameters of jx.batch_commit, in order. */
enum {
	PARAM_NUMBER,
	PARAM_PREV_HASH,
	PARAM_ROOT,
	PARAM_HASH,
	PARAM_SIGNATURE,
	PARAM_KEY_ID,
	PARAM_SEALED_US,
	PARAM_ARRAYS,
	/* From here: the arrays. */
	ARRAY_ACTIONS = 0,
	ARRAY_ACTORS,
	ARRAY_CITIES,
	ARRAY_YEARS,
	ARRAY_OP_IDS,
	ARRAY_CONTENT_HASHES,
	ARRAY_RECEIVED,
	ARRAY_BODIES,
	ARRAY_BLOBS,
	ARRAY_BLOB_COUNTS,
	ARRAY_RECEIPTS,
};

enum { COLUMN_INDEX, COLUMN_VERDICT, COLUMN_REPLAYED, COLUMN_VALUE, COLUMN_RECEIPT, COLUMN_COUNT };

static const Oid param_types[BATCH_PARAM_COUNT] = {OID_INT8, OID_BYTEA, OID_BYTEA, OID_BYTEA,
    OID_BYTEA, OID_BYTEA, OID_INT8, OID_TEXT_ARRAY, OID_TEXT_ARRAY, OID_TEXT_ARRAY, OID_INT8_ARRAY,
    OID_BYTEA_ARRAY, OID_BYTEA_ARRAY, OID_INT8_ARRAY, OID_TEXT_ARRAY, OID_BYTEA_ARRAY,
    OID_INT4_ARRAY, OID_BYTEA_ARRAY};

static const uint32_t element_types[BATCH_ARRAY_COUNT] = {
    [ARRAY_ACTIONS] = OID_TEXT,
    [ARRAY_ACTORS] = OID_TEXT,
    [ARRAY_CITIES] = OID_TEXT,
    [ARRAY_YEARS] = OID_INT8,
    [ARRAY_OP_IDS] = OID_BYTEA,
    [ARRAY_CONTENT_HASHES] = OID_BYTEA,
    [ARRAY_RECEIVED] = OID_INT8,
    [ARRAY_BODIES] = OID_TEXT,
    [ARRAY_BLOBS] = OID_BYTEA,
    [ARRAY_BLOB_COUNTS] = OID_INT4,
    [ARRAY_RECEIPTS] = OID_BYTEA,
};

const struct link_statement batch_statement = {"batch",
    "SELECT * FROM jx.batch_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
    "$15, $16,"
    " $17, $18)",
    param_types, BATCH_PARAM_COUNT};

static void
batch_write_int8(uint8_t be[8], uint64_t value)
{
	for (int i = 0; i < 8; i++)
		be[i] = (uint8_t)(value >> (56 - 8 * i));
}

static void
batch_set(struct batch_params *params, int param, const void *data, size_t size)
{
	assert(size <= INT_MAX); /* the core bounds a batch far below */
	params->values[param] = data;
	params->sizes[param] = (int)size;
	params->formats[param] = 1;
}

static void
batch_add_item(struct array *arrays, const struct store_item *item)
{
	array_add(&arrays[ARRAY_ACTIONS], item->action, strlen(item->action));
	array_add(&arrays[ARRAY_ACTORS], item->actor, strlen(item->actor));
	array_add(&arrays[ARRAY_CITIES], item->city, strlen(item->city));
	array_add_int8(&arrays[ARRAY_YEARS], item->year);
	array_add(&arrays[ARRAY_OP_IDS], item->op_id, sizeof item->op_id);
	array_add(&arrays[ARRAY_CONTENT_HASHES], item->content_hash, sizeof item->content_hash);
	array_add_int8(&arrays[ARRAY_RECEIVED], item->received_us);
	array_add(&arrays[ARRAY_BODIES], item->body.data, item->body.size);
	for (size_t i = 0; i < item->blob_count; i++)
		array_add(&arrays[ARRAY_BLOBS], item->blobs[i].data, item->blobs[i].size);
	array_add_int4(&arrays[ARRAY_BLOB_COUNTS], (uint32_t)item->blob_count);
	array_add(&arrays[ARRAY_RECEIPTS], item->receipt.data, item->receipt.size);
}

enum jx_err
batch_params_init(struct batch_params *out, const struct store_batch *batch)
{
	size_t blob_count = 0;

	assert(batch->item_count >= 1 && batch->item_count <= STORE_BATCH_ITEM_COUNT_MAX);
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < batch->item_count; i++)
		blob_count += batch->items[i].blob_count;
	for (int i = 0; i < BATCH_ARRAY_COUNT; i++)
		array_init(&out->arrays[i], element_types[i],
		    i == ARRAY_BLOBS ? blob_count : batch->item_count);
	for (size_t i = 0; i < batch->item_count; i++)
		batch_add_item(out->arrays, &batch->items[i]);

	batch_write_int8(out->number, batch->number);
	batch_write_int8(out->sealed, batch->sealed_us);
	batch_set(out, PARAM_NUMBER, out->number, sizeof out->number);
	batch_set(out, PARAM_PREV_HASH, batch->prev_hash, sizeof batch->prev_hash);
	batch_set(out, PARAM_ROOT, batch->root, sizeof batch->root);
	batch_set(out, PARAM_HASH, batch->hash, sizeof batch->hash);
	batch_set(out, PARAM_SIGNATURE, batch->signature, sizeof batch->signature);
	batch_set(out, PARAM_KEY_ID, batch->key_id, sizeof batch->key_id);
	batch_set(out, PARAM_SEALED_US, out->sealed, sizeof out->sealed);
	for (int i = 0; i < BATCH_ARRAY_COUNT; i++) {
		if (out->arrays[i].data == NULL)
			return JX_E_MEMORY;
		batch_set(out, PARAM_ARRAYS + i, out->arrays[i].data, out->arrays[i].size);
	}
	return JX_OK;
}

void
batch_params_clear(struct batch_params *params)
{
	for (int i = 0; i < BATCH_ARRAY_COUNT; i++)
		array_clear(&params->arrays[i]);
}

/* A cell of a text column, in the binary form: its bytes, and a NUL of libpq's. */
static const char *
batch_cell(const PGresult *result, int row, int column)
{
	return PQgetvalue(result, row, column);
}

static enum jx_err
batch_read_row(const PGresult *result, int row, struct store_verdict *verdict)
{
	const char *name = batch_cell(result, row, COLUMN_VERDICT);

	if (strtol(batch_cell(result, row, COLUMN_INDEX), NULL, 10) != row)
		return JX_E_INTERNAL;
	*verdict = (struct store_verdict){
	    .err = strcmp(name, "OK") == 0 ? JX_OK : err_find(name),
	    .replayed = *batch_cell(result, row, COLUMN_REPLAYED) == 't',
	    .value = strtoll(batch_cell(result, row, COLUMN_VALUE), NULL, 10),
	};
	if (!PQgetisnull(result, row, COLUMN_RECEIPT))
		verdict->receipt =
		    (struct bytes){(const uint8_t *)PQgetvalue(result, row, COLUMN_RECEIPT),
			(size_t)PQgetlength(result, row, COLUMN_RECEIPT)};
	return JX_OK;
}

enum jx_err
batch_read(const PGresult *result, size_t item_count, struct store_verdict *verdicts,
    enum store_outcome *outcome)
{
	int rows = PQntuples(result);

	if (PQnfields(result) != COLUMN_COUNT ||
	    strncmp(PQcmdStatus((PGresult *)(uintptr_t)result), "SELECT", 6) != 0)
		return JX_E_INTERNAL;
	if (rows == 1 && strcmp(batch_cell(result, 0, COLUMN_VERDICT), "BEHIND") == 0) {
		*outcome = STORE_BEHIND;
		return JX_OK;
	}
	if ((size_t)rows != item_count)
		return JX_E_INTERNAL;
	*outcome = STORE_COMMITTED;
	for (int i = 0; i < rows; i++) {
		if (batch_read_row(result, i, &verdicts[i]) != JX_OK)
			return JX_E_INTERNAL;
		if (verdicts[i].err != JX_OK || verdicts[i].replayed)
			*outcome = STORE_REFUSED;
	}
	return JX_OK;
}
