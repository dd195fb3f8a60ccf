#include "core/request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "wire/envelope.h"

enum jx_err
request_table_init(struct request_table *table)
{
	table->slots = calloc(REQUEST_COUNT_MAX, sizeof *table->slots);
	table->free_list = calloc(REQUEST_COUNT_MAX, sizeof *table->free_list);
	table->dead = calloc(REQUEST_COUNT_MAX, sizeof *table->dead);
	if (table->slots == NULL || table->free_list == NULL || table->dead == NULL)
		return JX_E_MEMORY;
	for (uint32_t i = 0; i < REQUEST_COUNT_MAX; i++)
		table->free_list[i] = REQUEST_COUNT_MAX - 1 - i;
	table->free_count = REQUEST_COUNT_MAX;
	table->dead_count = 0;
	return JX_OK;
}

void
request_table_clear(struct request_table *table)
{
	for (uint32_t i = 0; table->slots != NULL && i < REQUEST_COUNT_MAX; i++)
		arena_free(table->slots[i].arena);
	free(table->slots);
	free(table->free_list);
	free(table->dead);
	memset(table, 0, sizeof *table);
}

uint32_t
request_count(const struct request_table *table)
{
	return REQUEST_COUNT_MAX - table->free_count - table->dead_count;
}

struct request *
request_new(struct core *core, struct session *session, uint64_t wire_id, struct arena *arena)
{
	struct request_table *table = &core->requests;
	struct request *req;
	uint32_t slot;

	if (table->free_count == 0) {
		arena_free(arena);
		return NULL;
	}
	slot = table->free_list[--table->free_count];
	req = &table->slots[slot];
	*req = (struct request){
	    .id = {.slot = slot, .generation = req->id.generation + 1},
	    .is_open = true,
	    .session = session->id,
	    .wire_id = wire_id,
	    .arena = arena,
	    .actor = session->actor,
	    .received = core->now,
	    .lang = session->lang,
	    .memory = arena_used(arena),
	};
	table->memory += req->memory;
	session->memory += req->memory;
	if (req->id.generation == 0)
		req->id.generation = 1;
	return req;
}

void
request_weigh(struct core *core, struct request *req)
{
	struct session *session = session_find(core, req->session);
	size_t memory = arena_used(req->arena);

	core->requests.memory += memory - req->memory;
	if (session != NULL)
		session->memory += memory - req->memory;
	req->memory = memory;
}

struct request *
request_find(struct core *core, struct request_id id)
{
	struct request *req;

	if (id.generation == 0)
		return NULL;
	assert(id.slot < REQUEST_COUNT_MAX);
	req = &core->requests.slots[id.slot];
	return req->is_open && req->id.generation == id.generation ? req : NULL;
}

/* JX_E_TOO_BIG, JX_E_MEMORY: nothing was sent. */
static enum jx_err
request_send(struct core *core, struct request *req, Jx__Envelope *envelope)
{
	struct bytes frame;
	enum jx_err err;

	envelope->has_request_id = true;
	envelope->request_id = req->wire_id;
	err = envelope_write(req->arena, envelope, &frame);
	if (err == JX_OK)
		session_send(core, req->session, frame);
	return err;
}

/* A handler's answer does not fit a frame, or memory is out: the client must not wait for ever. */
static void
request_send_fault(struct core *core, struct request *req, enum jx_err err)
{
	struct session *session = session_find(core, req->session);
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	Jx__Fail fail = JX__FAIL__INIT;

	log_say(core->world.log, LOG_LEVEL_ERROR, "reply_failed", "%s: %s", req->route->name,
	    err_name(err));
	fail.code = (char *)(uintptr_t)err_name(JX_E_INTERNAL);
	fail.message = (char *)(uintptr_t)err_what(JX_E_INTERNAL, req->lang);
	envelope.body_case = JX__ENVELOPE__BODY_FAIL;
	envelope.fail = &fail;
	if (request_send(core, req, &envelope) != JX_OK && session != NULL)
		session_close(core, session);
}

/* The request is answered; its memory goes at the end of the turn. */
static void
request_end(struct core *core, struct request *req)
{
	struct request_table *table = &core->requests;

	assert(req->is_open);
	req->is_open = false;
	table->card_count -= req->is_card;
	table->dead[table->dead_count++] = req->id.slot;
	session_on_answered(core, req->session, route_index(req->route), req->memory);
}

/* A body case and the pointer to its message, put where protobuf-c wants it. */
void
request_reply(
    struct core *core, struct request *req, Jx__Envelope__BodyCase body, const void *message)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	enum jx_err err;

	assert(req->is_open);
	envelope.body_case = body;
	/* All members of the union are pointers to messages. */
	memcpy(&envelope.hello, &message, sizeof message);
	err = request_send(core, req, &envelope);
	if (err != JX_OK)
		request_send_fault(core, req, err);
	request_end(core, req);
}

void
request_fail_with(struct core *core, struct request *req, enum jx_err err, Jx__Fail *fail)
{
	if (req->is_carried) /* whys, faults and fields quote the content */
		jx__fail__init(fail);
	/* What is uncertain or out of memory inside is "try again" outside. */
	if (err == JX_UNCERTAIN)
		err = JX_E_UNAVAILABLE;
	if (err == JX_E_MEMORY)
		err = JX_E_BUSY;
	fail->code = (char *)(uintptr_t)err_name(err);
	fail->message =
	    arena_printf(req->arena, "%s · %s", err_what(err, req->lang), err_todo(err, req->lang));
	if (err_retry_ms(err) != 0 && !fail->has_retry_ms) {
		fail->has_retry_ms = true;
		fail->retry_ms = err_retry_ms(err);
	}
	request_reply(core, req, JX__ENVELOPE__BODY_FAIL, fail);
}

void
request_fail(struct core *core, struct request *req, enum jx_err err, const char *field)
{
	Jx__Fail fail = JX__FAIL__INIT;

	fail.field = (char *)(uintptr_t)field;
	request_fail_with(core, req, err, &fail);
}

void
request_event_with(
    struct core *core, struct request *req, Jx__Envelope__BodyCase body, const void *message)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	struct arena *arena;
	struct bytes frame;

	assert(req->is_open);
	envelope.body_case = body;
	memcpy(&envelope.hello, &message, sizeof message);
	envelope.has_request_id = true;
	envelope.request_id = req->wire_id;
	/* Not the request's own memory: a watch has events for months. One more or less: the answer is what counts. */
	arena = arena_new(REQUEST_EVENT_SIZE_MAX);
	if (arena != NULL && envelope_write(arena, &envelope, &frame) == JX_OK)
		session_send(core, req->session, frame);
	arena_free(arena);
}

void
request_event(
    struct core *core, struct request *req, const char *stage, uint64_t done, uint64_t total)
{
	Jx__ProgressEvent event = JX__PROGRESS_EVENT__INIT;

	event.stage = (char *)(uintptr_t)stage;
	event.has_done = event.has_total = true;
	event.done = done;
	event.total = total;
	request_event_with(core, req, JX__ENVELOPE__BODY_PROGRESS, &event);
}

void
request_settle(struct core *core)
{
	struct request_table *table = &core->requests;

	while (table->dead_count > 0) {
		struct request *req = &table->slots[table->dead[--table->dead_count]];

		table->memory -= req->memory;
		arena_free(req->arena);
		req->arena = NULL;
		table->free_list[table->free_count++] = req->id.slot;
	}
}
