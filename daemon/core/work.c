#include "core/work.h"

#include "core/work_import.h"
#include "core/work_run.h"

enum jx_err
work_main(const struct job_io *io)
{
	struct work_input input;
	enum jx_err err = work_input_read(io, &input);

	if (err == JX_OK && input.kind == WORK_IMPORT)
		err = work_import(io, &input);
	else if (err == JX_OK && input.kind == WORK_RUN)
		err = work_run(io, &input);
	else if (err == JX_OK)
		err = JX_E_MALFORMED;
	work_input_clear(&input);
	return err;
}
