/*
 * core/put.h: a put to the store (port/store.h) on behalf of a request, and
 * what to do with the answer. The request may be gone by then.
 */
#ifndef JX_CORE_PUT_H
#define JX_CORE_PUT_H

#include "core/request.h"
#include "port/store.h"

enum { PUT_COUNT_MAX = 2 * STORE_PUT_COUNT_MAX /* waiting answers, those that say "busy" too */ };

/* have: borrowed until it returns. */
typedef void (*put_fn)(struct core *core, struct request_id req, uint64_t handle, enum jx_err err,
    struct bytes have);

struct put_slot {
	bool is_used;
	uint32_t generation;
	struct request_id req;
	uint64_t handle;
	put_fn fn;
};

struct put_table {
	struct put_slot slots[PUT_COUNT_MAX];
};

/* fn is called exactly once, from a later event. JX_E_BUSY: not put, and fn is never called. */
JX_MUST_USE enum jx_err put_send(struct core *core, const struct store_put *put,
    struct request_id req, uint64_t handle, put_fn fn);
/* Event of port/store.h. */
void put_on_done(struct core *core, uint64_t ticket, enum jx_err err, struct bytes have);

#endif
