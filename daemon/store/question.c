#include "store/question.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/array.h"

#define TYPES(...) (const Oid[]){__VA_ARGS__}, sizeof((const Oid[]){__VA_ARGS__}) / sizeof(Oid)

/* clang-format off */
const struct link_statement question_statements[QUESTION_COUNT] = {
	[QUESTION_HEAD] = {"head", "SELECT * FROM jx.question_head()", NULL, 0},
	[QUESTION_OP] = {"op", "SELECT * FROM jx.question_op($1)", TYPES(OID_BYTEA)},
	[QUESTION_ACCOUNT] = {"account", "SELECT * FROM jx.question_account($1)", TYPES(OID_TEXT)},
	[QUESTION_ACCOUNTS] = {"accounts", "SELECT * FROM jx.question_accounts()", NULL, 0},
	[QUESTION_YEARS] = {"years", "SELECT * FROM jx.question_years()", NULL, 0},
	[QUESTION_SCHEME] = {"scheme", "SELECT * FROM jx.question_scheme($1, $2, $3)",
	    TYPES(OID_TEXT, OID_INT8, OID_INT8)},
	[QUESTION_RECORDS] = {"records", "SELECT * FROM jx.question_records($1, $2, $3)",
	    TYPES(OID_TEXT, OID_INT8, OID_INT8)},
	[QUESTION_RECORDS_PAGE] = {"records_page",
	    "SELECT * FROM jx.question_records_page($1, $2, $3, $4, $5, $6)",
	    TYPES(OID_TEXT, OID_INT8, OID_INT8, OID_TEXT, OID_INT8, OID_INT8)},
	[QUESTION_RUNS] = {"runs", "SELECT * FROM jx.question_runs($1, $2)", TYPES(OID_TEXT, OID_INT8)},
	[QUESTION_RUN] = {"run", "SELECT * FROM jx.question_run($1, $2, $3)",
	    TYPES(OID_TEXT, OID_INT8, OID_INT8)},
	[QUESTION_RUNS_OPEN] = {"runs_open", "SELECT * FROM jx.question_runs_open()", NULL, 0},
	[QUESTION_RUN_PAGE] = {"run_page", "SELECT * FROM jx.question_run_page($1, $2, $3, $4, $5)",
	    TYPES(OID_TEXT, OID_INT8, OID_INT8, OID_TEXT, OID_INT8)},
	[QUESTION_PAPERS] = {"papers", "SELECT * FROM jx.question_papers($1, $2)",
	    TYPES(OID_TEXT, OID_INT8)},
	[QUESTION_HISTORY] = {"history", "SELECT * FROM jx.question_history($1, $2, $3, $4)",
	    TYPES(OID_TEXT, OID_INT8, OID_TEXT, OID_TEXT)},
	[QUESTION_DEVICE] = {"device", "SELECT * FROM jx.question_device($1, $2)",
	    TYPES(OID_TEXT, OID_BYTEA)},
	[QUESTION_CARD] = {"card", "SELECT * FROM jx.question_card($1)", TYPES(OID_BYTEA)},
	[QUESTION_POLLS] = {"polls", "SELECT * FROM jx.question_polls()", NULL, 0},
	[QUESTION_CASTS] = {"casts", "SELECT * FROM jx.question_casts($1, $2)", TYPES(OID_TEXT, OID_INT8)},
	[QUESTION_VOTES] = {"votes", "SELECT * FROM jx.question_votes($1, $2, $3, $4, $5)",
	    TYPES(OID_TEXT, OID_INT8, OID_TEXT, OID_TEXT, OID_INT8)},
	[QUESTION_KEYS] = {"keys", "SELECT * FROM jx.question_keys()", NULL, 0},
	[QUESTION_FILE] = {"file", "SELECT * FROM jx.question_file($1, $2, $3, $4, $5)",
	    TYPES(OID_TEXT, OID_INT8, OID_TEXT, OID_BYTEA, OID_INT8)},
	[QUESTION_FILE_CHUNKS] = {"file_chunks",
	    "SELECT * FROM jx.question_file_chunks($1, $2, $3, $4, $5, $6, $7)",
	    TYPES(OID_TEXT, OID_INT8, OID_TEXT, OID_BYTEA, OID_INT8, OID_INT8, OID_INT8)},
};
/* clang-format on */

/* Decimal text; what no bigint holds is as good as the greatest (a batch of the far future is
 * "now"). */
static void
question_write_number(char *to, struct bytes number)
{
	const unsigned long long max = LLONG_MAX;
	unsigned long long value = 0;

	for (size_t i = 0; i < number.size; i++) {
		unsigned digit = number.data[i] - (unsigned)'0';

		assert(digit <= 9);
		value = value > (max - digit) / 10 ? max : value * 10 + digit;
	}
	sprintf(to, "%llu", value);
}

enum { QUESTION_NUMBER_SIZE = 24 };

enum jx_err
question_params_init(struct question_params *out, enum store_question question,
    const struct bytes *params, size_t param_count)
{
	const struct link_statement *statement = &question_statements[question];
	size_t size = 1;
	char *to;

	assert(question < QUESTION_COUNT && param_count == (size_t)statement->param_count);
	for (size_t i = 0; i < param_count; i++)
		size += statement->types[i] == OID_INT8 ? QUESTION_NUMBER_SIZE : params[i].size + 1;
	*out = (struct question_params){.memory = malloc(size)};
	to = out->memory;
	if (to == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < param_count; i++) {
		bool is_number = statement->types[i] == OID_INT8;

		out->values[i] = to;
		out->formats[i] = !is_number; /* text's and bytea's binary forms are the bytes */
		if (is_number) {
			question_write_number(to, params[i]);
			to += QUESTION_NUMBER_SIZE;
			continue;
		}
		if (params[i].size > 0)
			memcpy(to, params[i].data, params[i].size);
		out->sizes[i] = (int)params[i].size;
		to += params[i].size + 1;
	}
	return JX_OK;
}

void
question_params_clear(struct question_params *params)
{
	free(params->memory);
	params->memory = NULL;
}
