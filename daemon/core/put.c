#include "core/put.h"

#include <assert.h>

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
		core->world.store->put(
		    core->world.store->arg, put, (uint64_t)slot->generation << 32 | i);
		return JX_OK;
	}
	return JX_E_BUSY;
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
	done.fn(core, done.req, done.handle, err, have);
}
