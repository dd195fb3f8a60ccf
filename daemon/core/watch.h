/* core/watch.h: notices (通知) as events while their readers are connected. */
#ifndef JX_CORE_WATCH_H
#define JX_CORE_WATCH_H

#include "core/request.h"
#include "deeds/deed.h"

enum { WATCH_COUNT_MAX = 512 };

struct watch_table {
	struct request_id watchers[WATCH_COUNT_MAX];
	uint32_t count;
};

void watch_handle(struct core *core, struct request *req);
/* A deed was committed: its notices go to those who watch and may see them. */
void watch_on_changes(struct core *core, const char *city, uint32_t year, const struct book *book,
    const struct deed_change *changes, size_t change_count);
/* Ends those whose connection has gone, and all of them when the daemon drains. */
void watch_tick(struct core *core);

#endif
