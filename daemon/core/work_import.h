/* core/work_import.h: the worker's part of an import: check against the scheme, compare with what
 * is stored. */
#ifndef JX_CORE_WORK_IMPORT_H
#define JX_CORE_WORK_IMPORT_H

#include "core/work_input.h"

JX_MUST_USE enum jx_err work_import(const struct job_io *io, struct work_input *input);

#endif
