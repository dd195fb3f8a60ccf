#include "core/work_input.h"

#include <string.h>

#include "records/json.h"

/* Pieces of one text follow each other. */
static enum jx_err
work_input_append(struct arena *arena, struct bytes *to, struct bytes piece)
{
	uint8_t *joined = arena_alloc(arena, to->size + piece.size + 1);

	if (joined == NULL)
		return JX_E_MEMORY;
	if (to->size > 0)
		memcpy(joined, to->data, to->size);
	if (piece.size > 0)
		memcpy(joined + to->size, piece.data, piece.size);
	*to = (struct bytes){joined, to->size + piece.size};
	return JX_OK;
}

static enum jx_err
work_input_take(struct work_input *input, uint32_t tag, uint32_t number, struct bytes bytes)
{
	Jx__Records *chunk;

	switch ((enum work_in)tag) {
	case WORK_IN_KIND:
		input->kind = (enum work_kind)number;
		return JX_OK;
	case WORK_IN_LANG:
		input->lang = (enum jx_lang)number;
		return JX_OK;
	case WORK_IN_FINAL:
		input->is_final = number != 0;
		return JX_OK;
	case WORK_IN_YEAR:
		input->year = number;
		return work_input_append(input->arena, &input->city, bytes);
	case WORK_IN_BASE:
		return work_input_append(input->arena, &input->base, bytes);
	case WORK_IN_DIGEST:
		return work_input_append(input->arena, &input->digest, bytes);
	case WORK_IN_SCHEME:
		return work_input_append(input->arena, &input->scheme, bytes);
	case WORK_IN_OLD_SCHEME:
		return work_input_append(input->arena, &input->old_scheme, bytes);
	case WORK_IN_RECORDS:
		chunk = jx__records__unpack(arena_allocator(input->arena), bytes.size, bytes.data);
		return chunk == NULL ? JX_E_MALFORMED
				     : records_builder_append(input->records, chunk);
	case WORK_IN_JSON:
		if (number >= RECORD_KIND_COUNT)
			return JX_E_MALFORMED;
		return records_json_read(input->old_records, (enum record_kind)number, bytes);
	}
	return JX_E_MALFORMED;
}

enum jx_err
work_input_read(const struct job_io *io, struct work_input *input)
{
	uint32_t tag, number;
	struct bytes bytes;
	enum jx_err err = JX_OK;

	*input = (struct work_input){.arena = arena_new(WORK_ARENA_SIZE_MAX)};
	if (input->arena == NULL)
		return JX_E_MEMORY;
	input->records = records_builder_new(input->arena);
	input->old_records = records_builder_new(input->arena);
	if (input->records == NULL || input->old_records == NULL)
		return JX_E_MEMORY;
	while (err == JX_OK && io->next(io->arg, &tag, &number, &bytes))
		err = work_input_take(input, tag, number, bytes);
	return err;
}

void
work_input_clear(struct work_input *input)
{
	arena_free(input->arena);
	*input = (struct work_input){.arena = NULL};
}
