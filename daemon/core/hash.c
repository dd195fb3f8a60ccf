#include "core/hash.h"

#include <assert.h>

#include "core/inside.h"

enum jx_err
hash_start(
    struct core *core, const char *password, const char *hash, struct request_id req, hash_fn fn)
{
	for (uint32_t i = 0; i < JOB_PASSWORD_COUNT_MAX; i++) {
		struct hash_slot *slot = &core->hashes.slots[i];
		enum jx_err err;

		if (slot->is_used)
			continue;
		err = core->world.job->password(core->world.job->arg, password, hash,
		    (uint64_t)(slot->generation + 1) << 32 | i);
		if (err != JX_OK)
			return err;
		slot->is_used = true;
		slot->generation++;
		slot->req = req;
		slot->fn = fn;
		return JX_OK;
	}
	return JX_E_BUSY;
}

void
hash_on_hashed(struct core *core, uint64_t ticket, enum jx_err err, const char *hash)
{
	uint32_t index = (uint32_t)ticket;
	struct hash_slot *slot;

	assert(index < JOB_PASSWORD_COUNT_MAX);
	slot = &core->hashes.slots[index];
	assert(slot->is_used && slot->generation == ticket >> 32);
	slot->is_used = false;
	slot->fn(core, slot->req, err, hash);
}
