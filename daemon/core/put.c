#include "core/put.h"

#include <assert.h>
#include <string.h>

#include "core/inside.h"

enum jx_err
put_send(struct core *core, const struct store_put *put, struct request_id req, uint64_t handle,
    put_fn fn)
{
	for (uint32_t i = 0; i < PUT_COUNT_MAX; i++) {
		struct put_slot *slot = &core->puts.slots[i];

		if (slot->is_used)
			continue;
		*slot = (struct put_slot){.is_used = true,
		    .generation = slot->generation + 1,
		    .req = req,
		    .handle = handle,
		    .fn = fn};
		core->puts.count++;
		core->world.store->put(
		    core->world.store->arg, put, (uint64_t)slot->generation << 32 | i);
		return JX_OK;
	}
	return JX_E_BUSY;
}

static struct put_waiter
put_take_waiter(struct put_table *table)
{
	struct put_waiter *waiters = table->waiters, taken;
	uint32_t best = 0;

	for (uint32_t i = 1; i < table->waiter_count; i++)
		if (waiters[i].round < waiters[best].round)
			best = i;
	taken = waiters[best];
	table->waiter_count--;
	memmove(&waiters[best], &waiters[best + 1], (table->waiter_count - best) * sizeof *waiters);
	if (taken.round > table->round)
		table->round = taken.round;
	return taken;
}

static void
put_pump(struct core *core)
{
	struct put_table *table = &core->puts;

	while (table->count < PUT_ROOM && table->waiter_count > 0) {
		struct put_waiter waiter = put_take_waiter(table);
		struct request *req = request_find(core, waiter.req);

		if (req != NULL)
			waiter.fn(core, req);
	}
}

void
put_wait(struct core *core, struct request *req, put_turn_fn fn)
{
	struct put_table *table = &core->puts;

	if (table->waiter_count == PUT_WAITER_COUNT_MAX) {
		request_fail(core, req, JX_E_BUSY, NULL);
		return;
	}
	table->waiters[table->waiter_count++] = (struct put_waiter){
	    .req = req->id,
	    .round = session_round(core, req->session, SESSION_QUEUE_PUTS, table->round),
	    .fn = fn,
	};
	put_pump(core);
}

void
put_on_done(struct core *core, uint64_t ticket, enum jx_err err, struct bytes have)
{
	struct put_slot *slot;
	struct put_slot done;

	assert((uint32_t)ticket < PUT_COUNT_MAX);
	slot = &core->puts.slots[(uint32_t)ticket];
	assert(slot->is_used && slot->generation == ticket >> 32);
	done = *slot;
	slot->is_used = false;
	core->puts.count--;
	done.fn(core, done.req, done.handle, err, have);
	put_pump(core);
}
