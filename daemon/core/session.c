#include "core/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "core/life.h"
#include "wire/envelope.h"
#include "wire/frame.h"

enum jx_err
session_table_init(struct session_table *table, uint32_t count_max)
{
	table->slots = calloc(count_max, sizeof *table->slots);
	if (table->slots == NULL)
		return JX_E_MEMORY;
	table->count_max = count_max;
	table->count = 0;
	return JX_OK;
}

void
session_table_clear(struct session_table *table)
{
	free(table->slots);
	memset(table, 0, sizeof *table);
}

void
session_move(struct session *session, enum session_event event)
{
	session->state = (enum session_state)life_move(&life_session, session->state, event);
}

struct session *
session_find(struct core *core, struct session_id id)
{
	struct session *session;

	if (id.generation == 0 || id.slot >= core->sessions.count_max)
		return NULL;
	session = &core->sessions.slots[id.slot];
	return session->is_used && session->id.generation == id.generation ? session : NULL;
}

/* A session sits in the slot of its connection. */
static struct session *
session_of_conn(struct core *core, net_handle conn)
{
	uint32_t slot = (uint32_t)conn;
	struct session *session;

	if (slot >= core->sessions.count_max)
		return NULL;
	session = &core->sessions.slots[slot];
	return session->is_used && session->conn == conn ? session : NULL;
}

static uint32_t
session_count_address(const struct core *core, const char *address)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < core->sessions.count_max; i++)
		if (core->sessions.slots[i].is_used &&
		    strcmp(core->sessions.slots[i].address, address) == 0)
			count++;
	return count;
}

bool
session_on_opened(struct core *core, net_handle conn, const char *address)
{
	struct session_table *table = &core->sessions;
	uint32_t slot = (uint32_t)conn;
	struct session *session;

	if (core->is_draining || !core->is_ready || slot >= table->count_max ||
	    session_count_address(core, address) >= core->config.session_count_max_address)
		return false;
	session = &table->slots[slot];
	assert(!session->is_used);
	*session = (struct session){
	    .id = {.slot = slot, .generation = session->id.generation + 1},
	    .is_used = true,
	    .conn = conn,
	    .state = SESSION_NEW,
	    .opened_us = core->now.mono_us,
	    .heard_us = core->now.mono_us,
	};
	if (session->id.generation == 0)
		session->id.generation = 1;
	strncpy(session->address, address, sizeof session->address - 1);
	table->count++;
	return true;
}

/* What the peer did wrong ends the connection; it is told why first. */
static void
session_refuse(struct core *core, struct session *session, enum jx_err err)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	Jx__Fail fail = JX__FAIL__INIT;
	struct arena *arena = arena_new(4 << 10);
	struct bytes frame;

	fail.code = (char *)(uintptr_t)err_name(err);
	fail.message = (char *)(uintptr_t)err_what(err, session->lang);
	envelope.body_case = JX__ENVELOPE__BODY_FAIL;
	envelope.fail = &fail;
	if (arena != NULL && envelope_write(arena, &envelope, &frame) == JX_OK)
		core->world.net->send(core->world.net->arg, session->conn, frame);
	arena_free(arena);
	session_close(core, session);
}

/* One whole frame. */
static void
session_take_frame(struct core *core, struct session *session, struct bytes body)
{
	bool is_ready = session->state == SESSION_READY;
	struct arena *arena =
	    arena_new(is_ready ? REQUEST_ARENA_SIZE_MAX : REQUEST_ARENA_SIZE_MAX_PREAUTH);
	Jx__Envelope *envelope;
	const char *field;
	enum jx_err err;

	if (arena == NULL) {
		session_refuse(core, session, JX_E_BUSY);
		return;
	}
	err = envelope_read(arena, body, &envelope, &field);
	if (err != JX_OK) {
		arena_free(arena);
		session_refuse(core, session, err);
		return;
	}
	route_dispatch(core, session, envelope, body.size, arena);
}

/*
 * How many requests one session may have under way. When the table of all fills,
 * that is less: those who have many wait, and whoever has none still gets in.
 */
static uint32_t
session_allowance(const struct core *core)
{
	uint32_t free_count = core->requests.free_count;

	if (free_count >= REQUEST_COUNT_MAX / 2)
		return SESSION_INFLIGHT_MAX;
	if (free_count >= REQUEST_COUNT_MAX / 4)
		return SESSION_INFLIGHT_MAX / 4;
	return free_count >= REQUEST_COUNT_MAX / 16;
}

/* Reading waits while the peer has too much under way or does not take its answers; at the end, for good. */
static void
session_weigh(struct core *core, struct session *session)
{
	const struct net_port *net = core->world.net;
	bool must_pause = core->is_draining || session->memory > SESSION_MEMORY_MAX ||
			  session->inflight_count >= session_allowance(core) ||
			  net->pending(net->arg, session->conn) > SESSION_PENDING_SIZE_MAX;

	if (must_pause != session->is_paused && session->state != SESSION_CLOSING) {
		session->is_paused = must_pause;
		net->pause(net->arg, session->conn, must_pause);
	}
}

size_t
session_on_received(struct core *core, net_handle conn, struct bytes bytes)
{
	struct session *session = session_of_conn(core, conn);
	struct session_id id;
	uint32_t frame_count = 0;
	size_t used = 0;

	if (session == NULL)
		return bytes.size;
	id = session->id;
	session->heard_us = core->now.mono_us;
	session_weigh(core, session);
	while (session != NULL && session->state != SESSION_CLOSING && !session->is_paused &&
	       frame_count++ < SESSION_TURN_FRAME_MAX) {
		struct frame frame;
		enum jx_err err = frame_peek(bytes.data + used, bytes.size - used,
		    session->state == SESSION_READY ? FRAME_BODY_SIZE_MAX
						    : FRAME_BODY_SIZE_MAX_PREAUTH,
		    &frame);

		if (err == JX_AGAIN)
			break;
		if (err != JX_OK) {
			session_refuse(core, session, err);
			break;
		}
		used += frame.frame_size;
		session->frame_us = 0;
		session_take_frame(core, session, (struct bytes){frame.body, frame.body_size});
		session = session_find(core, id);
		if (session != NULL)
			session_weigh(core, session);
	}
	if (session == NULL || session->state == SESSION_CLOSING)
		return bytes.size; /* nothing more is wanted from it */
	if (used == bytes.size || session->is_paused)
		session->frame_us = 0;
	else if (session->frame_us == 0)
		session->frame_us = core->now.mono_us;
	return used;
}

void
session_on_drained(struct core *core, net_handle conn)
{
	struct session *session = session_of_conn(core, conn);

	if (session != NULL)
		session_weigh(core, session);
}

void
session_on_closed(struct core *core, net_handle conn, bool clean)
{
	struct session *session = session_of_conn(core, conn);

	(void)clean; /* a Bye tells a wanted end; everything else is a lost link, and no fault */
	if (session == NULL)
		return;
	session->is_used = false;
	core->sessions.count--;
}

uint64_t
session_round(struct core *core, struct session_id id, enum session_queue queue, uint64_t round)
{
	struct session *session = session_find(core, id);

	if (session == NULL)
		return round;
	if (session->rounds[queue] >= round)
		round = session->rounds[queue] + 1;
	session->rounds[queue] = round;
	return round;
}

void
session_send(struct core *core, struct session_id id, struct bytes frame)
{
	struct session *session = session_find(core, id);

	if (session != NULL)
		core->world.net->send(core->world.net->arg, session->conn, frame);
}

void
session_close(struct core *core, struct session *session)
{
	if (session->state == SESSION_CLOSING)
		return;
	session_move(session, SESSION_ON_CLOSE);
	core->world.net->close(core->world.net->arg, session->conn);
}

void
session_close_account(struct core *core, const char *account, struct session_id except)
{
	for (uint32_t i = 0; i < core->sessions.count_max; i++) {
		struct session *session = &core->sessions.slots[i];

		if (session->is_used && session->state == SESSION_READY &&
		    strcmp(session->actor.account, account) == 0 &&
		    (session->id.slot != except.slot ||
			session->id.generation != except.generation))
			session_refuse(core, session, JX_E_SESSION);
	}
}

void
session_on_answered(struct core *core, struct session_id id, unsigned route_index, size_t memory)
{
	struct session *session = session_find(core, id);

	if (session == NULL)
		return;
	assert(session->inflight_count > 0);
	session->inflight_count--;
	session->memory -= memory;
	if (route_index < ROUTE_COUNT_MAX && session->inflight_route[route_index] > 0)
		session->inflight_route[route_index]--;
	if (core->is_draining && session->inflight_count == 0)
		session_close(core, session);
	else
		session_weigh(core, session);
}

/* Why a session must end now, or JX_OK. */
static enum jx_err
session_overdue(const struct core *core, const struct session *session)
{
	const struct core_config *config = &core->config;
	uint64_t now = core->now.mono_us;

	if (session->state != SESSION_READY &&
	    now - session->opened_us > (uint64_t)config->login_seconds_max * 1000000)
		return JX_E_STATE;
	if (session->frame_us != 0 &&
	    now - session->frame_us > (uint64_t)config->frame_seconds_max * 1000000)
		return JX_E_MALFORMED;
	if (session->inflight_count == 0 &&
	    now - session->heard_us > (uint64_t)config->idle_seconds_max * 1000000)
		return JX_E_SESSION;
	return JX_OK;
}

void
session_tick(struct core *core)
{
	for (uint32_t i = 0; i < core->sessions.count_max; i++) {
		struct session *session = &core->sessions.slots[i];
		enum jx_err err;

		if (!session->is_used || session->state == SESSION_CLOSING)
			continue;
		err = session_overdue(core, session);
		if (err != JX_OK)
			session_refuse(core, session, err);
		else if (core->is_draining && session->inflight_count == 0)
			session_close(core, session);
		else if (session->is_paused || core->is_draining)
			session_weigh(core, session); /* others have left room */
	}
}
