/*
 * core/result.h: what a run gave, page by page; and why (explain). Pages are
 * stored ready-made: reading one is two rows and no computing.
 */
#ifndef JX_CORE_RESULT_H
#define JX_CORE_RESULT_H

#include "core/request.h"

void result_handle_read(struct core *core, struct request *req);
/* An auditor sees no single leader's mark (G7, R42): that component comes without its children. */
void result_handle_explain(struct core *core, struct request *req);

#endif
