/*
 * core/put.h: a put to the store (port/store.h) on behalf of a request, and
 * what to do with the answer. The request may be gone by then.
 */
#ifndef JX_CORE_PUT_H
#define JX_CORE_PUT_H

#include "core/request.h"
#include "port/store.h"

enum {
	PUT_COUNT_MAX = 2 * STORE_PUT_COUNT_MAX, /* waiting answers, those that say "busy" too */
	PUT_ROOM = STORE_PUT_COUNT_MAX - 8,      /* of uploads; the rest is for what a deed puts */
	PUT_WAITER_COUNT_MAX = 1024,             /* requests that wait for their turn */
};

/* have: borrowed until it returns. */
typedef void (*put_fn)(struct core *core, struct request_id req, uint64_t handle, enum jx_err err,
    struct bytes have);

/* Its turn: it puts what it has to put, or answers the request. */
typedef void (*put_turn_fn)(struct core *core, struct request *req);

struct put_waiter {
	struct request_id req;
	uint64_t round;
	put_turn_fn fn;
};

struct put_slot {
	bool is_used;
	uint32_t generation;
	struct request_id req;
	uint64_t handle;
	put_fn fn;
};

struct put_table {
	struct put_slot slots[PUT_COUNT_MAX];
	uint32_t count;
	struct put_waiter waiters[PUT_WAITER_COUNT_MAX]; /* in order of arrival */
	uint32_t waiter_count;
	uint64_t round; /* the latest that somebody was served in */
};

/* fn is called exactly once, from a later event. JX_E_BUSY: not put, and fn is never called. */
JX_MUST_USE enum jx_err put_send(struct core *core, const struct store_put *put,
    struct request_id req, uint64_t handle, put_fn fn);
/* Calls fn, now or when there is room, in rounds: one put of every session (session_round). */
void put_wait(struct core *core, struct request *req, put_turn_fn fn);
/* Event of port/store.h. */
void put_on_done(struct core *core, uint64_t ticket, enum jx_err err, struct bytes have);

#endif
