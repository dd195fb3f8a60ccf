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

/* The notices among the changes that this reader may see. */
static void
watch_tell(struct core *core, struct request *req, const struct book *book, const struct deed_change *changes,
    size_t change_count)
{
	for (size_t i = 0; i < change_count; i++) {
		const struct deed_change *change = &changes[i];
		const Jx__Notice *notice = (const Jx__Notice *)change->record;
		Jx__NoticeEvent event = JX__NOTICE_EVENT__INIT;

		if (change->kind != PAPER_NOTICES || change->withdrawn ||
		    !sight_may(book, &req->actor, PAPER_NOTICES, change->record))
			continue;
		event.notice = notice->notice;
		event.text = notice->text;
		event.has_at_us = true;
		event.at_us = notice->at_us;
		request_event_with(core, req, JX__ENVELOPE__BODY_NOTICE, &event);
	}
}

/* Somebody who takes no answers would have his notices pile up here for ever (G9). */
static bool
watch_is_deaf(struct core *core, const struct request *req)
{
	const struct session *session = session_find(core, req->session);
	const struct net_port *net = core->world.net;

	return session == NULL || net->pending(net->arg, session->conn) > SESSION_PENDING_SIZE_MAX;
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
		if (watch_is_deaf(core, req))
			request_fail(core, req, JX_E_BUSY, NULL); /* watch_tick takes it off the list */
		else
			watch_tell(core, req, book, changes, change_count);
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
