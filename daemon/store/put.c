#include "store/put.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "store/array.h"

enum { COLUMN_VERDICT, COLUMN_HAVE, COLUMN_COUNT };

static const Oid chunk_types[] = {
    OID_TEXT, OID_INT8, OID_TEXT, OID_BYTEA, OID_BYTEA, OID_INT8, OID_INT8};
static const Oid list_types[] = {
    OID_TEXT, OID_INT8, OID_TEXT, OID_BYTEA, OID_INT8, OID_INT8, OID_BYTEA, OID_INT8};
static const Oid seal_types[] = {OID_TEXT, OID_INT8, OID_TEXT, OID_BYTEA, OID_INT8, OID_BYTEA};

#define COUNT(types) (int)(sizeof(types) / sizeof *(types))

const struct link_statement put_statements[PUT_KIND_COUNT] = {
    [STORE_PUT_CHUNK] = {"put_chunk", "SELECT * FROM jx.put_chunk($1, $2, $3, $4, $5, $6, $7)",
	chunk_types, COUNT(chunk_types)},
    [STORE_PUT_LIST] = {"put_list", "SELECT * FROM jx.put_list($1, $2, $3, $4, $5, $6, $7, $8)",
	list_types, COUNT(list_types)},
    [STORE_PUT_SEAL] = {"put_seal", "SELECT * FROM jx.put_seal($1, $2, $3, $4, $5, $6)", seal_types,
	COUNT(seal_types)},
};

/* All parameters go in the binary form. */
static void
put_add(struct put_params *params, const void *data, size_t size)
{
	int at = params->count++;

	assert(at < PUT_PARAM_COUNT_MAX && size <= INT_MAX);
	params->values[at] = data;
	params->sizes[at] = (int)size;
	params->formats[at] = 1;
}

static void
put_add_number(struct put_params *params, uint64_t number)
{
	uint8_t *be = params->numbers[params->count];

	/* A bigint: what is beyond is as good as the greatest. */
	number = number > INT64_MAX ? INT64_MAX : number;
	for (int i = 0; i < 8; i++)
		be[i] = (uint8_t)(number >> (56 - 8 * i));
	put_add(params, be, 8);
}

/* Copied to *to, which moves on. */
static void
put_add_copy(struct put_params *params, uint8_t **to, const void *data, size_t size)
{
	if (size > 0)
		memcpy(*to, data, size);
	put_add(params, *to, size);
	*to += size + 1;
}

enum jx_err
put_params_init(struct put_params *out, const struct store_put *put)
{
	size_t city = strlen(put->city), unit = strlen(put->unit);
	uint8_t *to;

	memset(out, 0, sizeof *out);
	/* A NUL beyond each, so that none of them is a NULL of libpq's. */
	out->memory = calloc(1, city + unit + sizeof put->hash + put->bytes.size + 4);
	if (out->memory == NULL)
		return JX_E_MEMORY;
	to = out->memory;
	put_add_copy(out, &to, put->city, city);
	put_add_number(out, put->year);
	put_add_copy(out, &to, put->unit, unit);
	put_add_copy(out, &to, put->hash, sizeof put->hash);
	if (put->kind != STORE_PUT_CHUNK)
		put_add_number(out, put->size);
	if (put->kind == STORE_PUT_LIST)
		put_add_number(out, put->page);
	put_add_copy(out, &to, put->bytes.data, put->bytes.size);
	if (put->kind == STORE_PUT_CHUNK)
		put_add_number(out, put->received_us);
	if (put->kind != STORE_PUT_SEAL)
		put_add_number(out, put->quota);
	assert(out->count == put_statements[put->kind].param_count);
	return JX_OK;
}

void
put_params_clear(struct put_params *params)
{
	free(params->memory);
	params->memory = NULL;
}

enum jx_err
put_read(const PGresult *result, struct bytes *have)
{
	const char *verdict;

	*have = (struct bytes){NULL, 0};
	if (PQnfields(result) != COLUMN_COUNT || PQntuples(result) != 1)
		return JX_E_INTERNAL;
	if (!PQgetisnull(result, 0, COLUMN_HAVE))
		*have = (struct bytes){(const uint8_t *)PQgetvalue(result, 0, COLUMN_HAVE),
		    (size_t)PQgetlength(result, 0, COLUMN_HAVE)};
	verdict = PQgetvalue(result, 0, COLUMN_VERDICT);
	return strcmp(verdict, "OK") == 0 ? JX_OK : err_find(verdict);
}
