/*
 * core/session.h: connections that speak the protocol: frames in, time limits,
 * who is logged in. A session is a slot with a generation, as a request is.
 */
#ifndef JX_CORE_SESSION_H
#define JX_CORE_SESSION_H

#include <stdbool.h>

#include "core/life.h"
#include "deeds/role.h"
#include "port/net.h"
#include "wire/bytes.h"
#include "wire/limits.h"

enum {
	SESSION_INFLIGHT_MAX = LIMIT_INFLIGHT_COUNT_MAX, /* beyond, its bytes wait */
	SESSION_PENDING_SIZE_MAX = 512
				   << 10, /* unsent bytes; beyond, nothing more is read from it */
	SESSION_MEMORY_MAX = 8 << 20, /* unpacked requests under way; beyond, likewise */
	SESSION_TURN_FRAME_MAX = 16,  /* then it is another connection's turn */
	SESSION_ADDRESS_SIZE = 64,
	ROUTE_COUNT_MAX = 64,
};

enum session_state {
	SESSION_NEW = 1 << 0,     /* TLS is up, no Hello yet */
	SESSION_GREETED = 1 << 1, /* Hello done, nobody logged in */
	SESSION_READY = 1 << 2,   /* logged in */
	SESSION_CLOSING = 1 << 3, /* nothing more is read */
};

struct session_id {
	uint32_t slot, generation;
};

/* The file that was last read from, so that who may read it is not looked for at every range. */
struct session_reading {
	char city[ACTOR_CITY_SIZE], unit[ACTOR_NAME_SIZE];
	uint32_t year;
	uint8_t file[32];
	uint64_t until_us; /* monotonic; then it is looked for anew. 0: none */
};

/* Where requests wait for their turn: in each round, one of every session. */
enum session_queue { SESSION_QUEUE_BOOKS, SESSION_QUEUE_PUTS, SESSION_QUEUE_COUNT };

struct session {
	struct session_id id;
	bool is_used;
	net_handle conn;
	enum session_state state;
	enum jx_lang lang;
	struct actor actor;
	char address[SESSION_ADDRESS_SIZE];
	uint64_t opened_us, heard_us; /* monotonic */
	uint64_t frame_us;            /* first byte of a frame not yet whole; 0: none */
	uint32_t inflight_count;
	size_t memory; /* of the requests in flight, unpacked */
	uint8_t inflight_route[ROUTE_COUNT_MAX];
	bool is_paused;
	uint64_t rounds[SESSION_QUEUE_COUNT]; /* the last in which it has a turn */
	struct session_reading reading;
};

struct session_table {
	struct session *slots;
	uint32_t count_max, count;
};

struct core;

JX_MUST_USE enum jx_err session_table_init(struct session_table *table, uint32_t count_max);
void session_table_clear(struct session_table *table);
/* Along an edge of its life only. */
void session_move(struct session *session, enum session_event event);
struct session *session_find(struct core *core, struct session_id id);

/* The events of port/net.h. */
bool session_on_opened(struct core *core, net_handle conn, const char *address);
size_t session_on_received(struct core *core, net_handle conn, struct bytes bytes);
void session_on_drained(struct core *core, net_handle conn);
void session_on_closed(struct core *core, net_handle conn, bool clean);

/* In which round a request of that session has its turn, when `round` is under way: in that, or, when
 * the session had or awaits its turn in it, in the next without it. Of a session that is gone: in that. */
uint64_t session_round(
    struct core *core, struct session_id id, enum session_queue queue, uint64_t round);

/* Packs and sends; nothing when the session is gone. */
void session_send(struct core *core, struct session_id id, struct bytes frame);
void session_close(struct core *core, struct session *session);
/* Every session of that account but `except` ({0, 0}: none): its password changed or it was
 * disabled. */
void session_close_account(struct core *core, const char *account, struct session_id except);
/* A request of it, of that much memory, was answered: counts, back-pressure, closing. */
void session_on_answered(
    struct core *core, struct session_id id, unsigned route_index, size_t memory);
/* Time limits, drain. */
void session_tick(struct core *core);

#endif
