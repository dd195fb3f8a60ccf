#include "core/watch.h"

#include <string.h>

#include "core/inside.h"
#include "deeds/sight.h"

void
watch_handle(struct core *core, struct request *req)
{
	if (core->watches.count == WATCH_COUNT_MAX)
		request_fail(core, req, JX_E_BUSY, NULL);
	else
		core->watches.watchers[core->watches.count++] = req->id;
}

void
watch_on_changes(struct core *core, const char *city, uint32_t year, const struct book *book,
    const struct deed_change *changes, size_t change_count)
{
	for (uint32_t i = 0; i < core->watches.count; i++) {
		struct request *req = request_find(core, core->watches.watchers[i]);
		const Jx__Watch *watch = req == NULL ? NULL : (const Jx__Watch *)req->message;

		if (watch == NULL || watch->year != year || strcmp(watch->city, city) != 0)
			continue;
		for (size_t j = 0; j < change_count; j++) {
			const Jx__Notice *notice = (const Jx__Notice *)changes[j].record;
			Jx__NoticeEvent event = JX__NOTICE_EVENT__INIT;

			if (changes[j].kind != PAPER_NOTICES || changes[j].withdrawn ||
			    !sight_may(book, &req->actor, PAPER_NOTICES, changes[j].record))
				continue;
			event.notice = notice->notice;
			event.text = notice->text;
			event.has_at_us = true;
			event.at_us = notice->at_us;
			request_event_with(core, req, JX__ENVELOPE__BODY_NOTICE, &event);
		}
	}
}

void
watch_tick(struct core *core)
{
	struct watch_table *table = &core->watches;

	for (uint32_t i = 0; i < table->count;) {
		struct request *req = request_find(core, table->watchers[i]);
		bool is_gone = req != NULL && session_find(core, req->session) == NULL;

		if (req != NULL && !is_gone && !core->is_draining) {
			i++;
			continue;
		}
		table->watchers[i] = table->watchers[--table->count];
		if (req != NULL)
			request_fail(core, req, JX_E_UNAVAILABLE, NULL);
	}
}
