/* core/look.h: views (deeds/view.h) and the history of one record, for who may see them. */
#ifndef JX_CORE_LOOK_H
#define JX_CORE_LOOK_H

#include "core/request.h"

enum {
	LOOK_PAGE_SIZE_MAX = 40 << 10, /* packed rows of one answer; a frame is 64 KiB */
	LOOK_VIEW_SIZE_MAX = 64 << 20, /* memory that one view may take while it is made */
};

void look_handle_view(struct core *core, struct request *req);
void look_handle_history(struct core *core, struct request *req);

#endif
