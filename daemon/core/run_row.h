/* core/run_row.h: a run as the store tells it (port/store.h, "A run row"). */
#ifndef JX_CORE_RUN_ROW_H
#define JX_CORE_RUN_ROW_H

#include <jx/run.pb-c.h>

#include "port/store.h"

/* As a message in arena; NULL: memory out. */
Jx__Run *run_row_read(struct arena *arena, const struct store_rows *rows, size_t row);

#endif
