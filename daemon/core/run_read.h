/* core/run_read.h: what a finished run gave, read whole for a deed or a view. */
#ifndef JX_CORE_RUN_READ_H
#define JX_CORE_RUN_READ_H

#include "core/request.h"
#include "deeds/deed.h"

/* run lives in the request's arena. JX_E_NOT_FOUND: no such run, or it gave nothing. */
typedef void (*run_read_fn)(struct core *core, struct request *req, const struct deed_run *run, enum jx_err err);
/* number 0: the newest that is done. fn is called from a later event, once; never when the request is gone. */
void run_read_start(struct core *core, struct request *req, const char *city, uint32_t year, uint32_t number, run_read_fn fn);

#endif
