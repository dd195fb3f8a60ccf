/* core/work_input.h: the pieces of a work (work.h), gathered and read. */
#ifndef JX_CORE_WORK_INPUT_H
#define JX_CORE_WORK_INPUT_H

#include "core/work.h"
#include "records/build.h"

enum { WORK_ARENA_SIZE_MAX = 2000 << 20 };

struct work_input {
	struct arena *arena; /* owns all below */
	enum work_kind kind;
	enum jx_lang lang;
	bool is_final;
	uint32_t year;
	struct bytes city, base, digest;
	struct bytes scheme, old_scheme;
	struct records_builder *records, *old_records; /* as sent; as stored */
};

/* JX_E_MEMORY, JX_E_MALFORMED. *input is cleared by the caller in any case. */
JX_MUST_USE enum jx_err work_input_read(const struct job_io *io, struct work_input *input);
void work_input_clear(struct work_input *input);

#endif
