/* core/work_run.h: the worker's part of a run: scheme and records in, pages of results and
 * explanations out. */
#ifndef JX_CORE_WORK_RUN_H
#define JX_CORE_WORK_RUN_H

#include "core/work_input.h"

JX_MUST_USE enum jx_err work_run(const struct job_io *io, struct work_input *input);

#endif
