#include "core/ask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"

struct ask {
	bool is_used;
	uint32_t generation;
	struct request_id req;
	uint64_t handle;
	ask_fn fn;
};

enum jx_err
ask_table_init(struct ask_table *table)
{
	table->slots = calloc(ASK_COUNT_MAX, sizeof *table->slots);
	table->free_list = calloc(ASK_COUNT_MAX, sizeof *table->free_list);
	if (table->slots == NULL || table->free_list == NULL)
		return JX_E_MEMORY;
	for (uint32_t i = 0; i < ASK_COUNT_MAX; i++)
		table->free_list[i] = ASK_COUNT_MAX - 1 - i;
	table->free_count = ASK_COUNT_MAX;
	return JX_OK;
}

void
ask_table_clear(struct ask_table *table)
{
	free(table->slots);
	free(table->free_list);
	memset(table, 0, sizeof *table);
}

enum jx_err
ask_send_cells(struct core *core, enum store_question question, const struct bytes *params,
    size_t param_count, struct request_id req, uint64_t handle, ask_fn fn)
{
	struct ask_table *table = &core->asks;
	struct ask *ask;
	uint32_t slot;

	if (table->free_count == 0)
		return JX_E_BUSY;
	slot = table->free_list[--table->free_count];
	ask = &table->slots[slot];
	assert(!ask->is_used);
	ask->is_used = true;
	ask->generation++;
	ask->req = req;
	ask->handle = handle;
	ask->fn = fn;
	core->world.store->read(core->world.store->arg, question, params, param_count,
	    (uint64_t)ask->generation << 32 | slot);
	return JX_OK;
}

enum jx_err
ask_send(struct core *core, enum store_question question, const struct ask_params *params,
    struct request_id req, uint64_t handle, ask_fn fn)
{
	struct bytes cells[STORE_PARAM_COUNT_MAX];
	size_t count = 0;

	while (params != NULL && count < STORE_PARAM_COUNT_MAX && params->text[count] != NULL) {
		cells[count] = (struct bytes){
		    (const uint8_t *)params->text[count], strlen(params->text[count])};
		count++;
	}
	return ask_send_cells(core, question, cells, count, req, handle, fn);
}

enum jx_err
ask_send_bytes(struct core *core, enum store_question question, struct bytes param,
    struct request_id req, uint64_t handle, ask_fn fn)
{
	return ask_send_cells(core, question, &param, 1, req, handle, fn);
}

void
ask_on_answered(struct core *core, uint64_t ticket, const struct store_rows *rows)
{
	struct ask_table *table = &core->asks;
	uint32_t slot = (uint32_t)ticket;
	struct ask ask;

	assert(slot < ASK_COUNT_MAX);
	assert(table->slots[slot].is_used && table->slots[slot].generation == ticket >> 32);
	ask = table->slots[slot];
	table->slots[slot].is_used = false;
	table->free_list[table->free_count++] = slot;
	ask.fn(core, ask.req, ask.handle, rows);
}

struct request *
ask_owner(
    struct core *core, struct request_id id, const struct store_rows *rows, const char *missing)
{
	struct request *req = request_find(core, id);

	if (req == NULL)
		return NULL;
	if (rows->err == JX_OK && (missing == NULL || rows->row_count > 0))
		return req;
	if (rows->err != JX_OK)
		request_fail(core, req, rows->err, NULL);
	else
		request_fail(core, req, JX_E_NOT_FOUND, missing);
	return NULL;
}

struct bytes
ask_cell(const struct store_rows *rows, size_t row, size_t column)
{
	assert(row < rows->row_count && column < rows->column_count);
	return rows->cells[row * rows->column_count + column];
}

char *
ask_text(struct arena *arena, const struct store_rows *rows, size_t row, size_t column)
{
	struct bytes cell = ask_cell(rows, row, column);

	return arena_strndup(arena, (const char *)cell.data, cell.size);
}

uint64_t
ask_number(const struct store_rows *rows, size_t row, size_t column)
{
	struct bytes cell = ask_cell(rows, row, column);
	uint64_t number = 0;

	for (size_t i = 0; i < cell.size && cell.data[i] >= '0' && cell.data[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(cell.data[i] - '0');
	return number;
}
