#include "core/pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ask.h"
#include "core/work.h"
#include "records/kinds.h"

enum jx_err
pieces_add(struct pieces *pieces, uint32_t tag, uint32_t number, struct bytes bytes)
{
	struct job_piece *grown = realloc(pieces->list, (pieces->count + 1) * sizeof *grown);
	uint8_t *copy = malloc(bytes.size + 1);

	if (grown != NULL)
		pieces->list = grown;
	if (grown == NULL || copy == NULL) {
		free(copy);
		return JX_E_MEMORY;
	}
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	pieces->list[pieces->count++] = (struct job_piece){tag, number, {copy, bytes.size}};
	return JX_OK;
}

enum jx_err
pieces_add_number(struct pieces *pieces, uint32_t tag, uint32_t number)
{
	return pieces_add(pieces, tag, number, (struct bytes){NULL, 0});
}

enum jx_err
pieces_add_records(struct pieces *pieces, const struct store_rows *rows)
{
	enum jx_err err = rows->err;

	for (size_t i = 0; err == JX_OK && i < rows->row_count; i++) {
		struct bytes name = ask_cell(rows, i, 0);
		char kind[32];

		snprintf(kind, sizeof kind, "%.*s", (int)name.size, (const char *)name.data);
		err =
		    pieces_add(pieces, WORK_IN_JSON, record_kind_find(kind), ask_cell(rows, i, 1));
	}
	return err;
}

enum jx_err
pieces_start(struct pieces *pieces, const struct job_port *job, uint64_t ticket)
{
	enum jx_err err = job->work(job->arg, pieces->list, pieces->count, ticket);

	pieces->count = 0; /* the bytes are the job's, also when it refused */
	pieces_clear(pieces);
	return err;
}

void
pieces_clear(struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->count; i++)
		free((void *)(uintptr_t)pieces->list[i].bytes.data);
	free(pieces->list);
	*pieces = (struct pieces){NULL, 0};
}
