#include "core/run_row.h"

#include "core/ask.h"

static void
run_row_digest(
    struct arena *arena, struct bytes cell, protobuf_c_boolean *has, ProtobufCBinaryData *out)
{
	struct bytes copy = arena_copy(arena, cell);

	*has = copy.size > 0;
	*out = (ProtobufCBinaryData){copy.size, (uint8_t *)(uintptr_t)copy.data};
}

Jx__Run *
run_row_read(struct arena *arena, const struct store_rows *rows, size_t row)
{
	Jx__Run *run = arena_alloc(arena, sizeof *run);

	if (run == NULL)
		return NULL;
	jx__run__init(run);
	run->has_run = run->has_year = run->has_asked_us = run->has_batch = true;
	run->run = (uint32_t)ask_number(rows, row, 0);
	run->city = ask_text(arena, rows, row, 1);
	run->year = (uint32_t)ask_number(rows, row, 2);
	run->kind = ask_text(arena, rows, row, 3);
	run->state = ask_text(arena, rows, row, 4);
	run->asked_by = ask_text(arena, rows, row, 5);
	run->asked_us = ask_number(rows, row, 6);
	run->has_finished_us = ask_cell(rows, row, 7).size > 0;
	run->finished_us = ask_number(rows, row, 7);
	run->batch = ask_number(rows, row, 8);
	run_row_digest(arena, ask_cell(rows, row, 9), &run->has_scheme_digest, &run->scheme_digest);
	run_row_digest(arena, ask_cell(rows, row, 10), &run->has_input_digest, &run->input_digest);
	run->engine = ask_text(arena, rows, row, 11);
	run_row_digest(
	    arena, ask_cell(rows, row, 12), &run->has_result_digest, &run->result_digest);
	run->has_unit_count = ask_cell(rows, row, 13).size > 0;
	run->unit_count = (uint32_t)ask_number(rows, row, 13);
	run->has_hole_count = ask_cell(rows, row, 14).size > 0;
	run->hole_count = (uint32_t)ask_number(rows, row, 14);
	run->has_digits = ask_cell(rows, row, 15).size > 0;
	run->digits = (uint32_t)ask_number(rows, row, 15);
	if (run->city == NULL || run->kind == NULL || run->state == NULL || run->asked_by == NULL ||
	    run->engine == NULL)
		return NULL;
	return run;
}
