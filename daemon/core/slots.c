#include "core/slots.h"

#include <string.h>

#include "core/inside.h"

static const uint8_t *
slots_bytes(struct core *core, uint32_t slot)
{
	return core->world.vault->get(core->world.vault->arg, slot);
}

const uint8_t *
slots_key(struct core *core, uint32_t slot, const char *print)
{
	char now[SEAL_PRINT_SIZE];
	const uint8_t *key;

	if (slot >= VAULT_SLOT_COUNT || print == NULL || core->slots.use[slot] == SLOTS_FORGETTING)
		return NULL;
	key = slots_bytes(core, slot);
	seal_print(key, now);
	return strcmp(now, print) == 0 ? key : NULL;
}

/* Forgets what is due. */
static void
slots_settle(struct core *core)
{
	struct slots *slots = &core->slots;

	for (uint32_t i = 0; i < VAULT_SLOT_COUNT; i++) {
		if (slots->use[i] != SLOTS_DUE)
			continue;
		slots->use[i] = SLOTS_FORGETTING;
		core->world.vault->forget(core->world.vault->arg, i, i);
	}
}

static void
slots_on_polls(struct core *core, struct request_id req, uint64_t handle, const struct store_rows *rows)
{
	struct slots *slots = &core->slots;
	enum { CITY, YEAR, POLL, SLOT, PRINT, ENDED };

	(void)req;
	(void)handle;
	slots->is_asking = false;
	if (rows->err != JX_OK) {
		slots->retry_us = core->now.mono_us + SLOTS_RETRY_US;
		return;
	}
	for (uint32_t i = 0; i < VAULT_SLOT_COUNT; i++)
		if (slots->use[i] == SLOTS_TAKEN)
			slots->use[i] = SLOTS_FREE;
	for (size_t row = 0; row < rows->row_count; row++) {
		struct bytes print = ask_cell(rows, row, PRINT);
		uint32_t slot = (uint32_t)ask_number(rows, row, SLOT);
		char text[SEAL_PRINT_SIZE] = "";

		if (slot >= VAULT_SLOT_COUNT || print.size >= sizeof text)
			continue;
		memcpy(text, print.data, print.size);
		if (ask_cell(rows, row, ENDED).data[0] == 't')
			slots_on_ended(core, slot, text);
		else
			slots_on_opened(core, slot);
	}
	slots->is_known = true;
	slots_settle(core);
}

static void
slots_ask(struct core *core)
{
	struct slots *slots = &core->slots;

	slots->is_asking = ask_send(core, QUESTION_POLLS, NULL, (struct request_id){0, 0}, 0, slots_on_polls) == JX_OK;
	if (!slots->is_asking)
		slots->retry_us = core->now.mono_us + SLOTS_RETRY_US;
}

void
slots_start(struct core *core)
{
	if (core->world.vault != NULL && !core->slots.is_asking)
		slots_ask(core);
}

bool
slots_offer(struct core *core, uint32_t *slot, char print[SEAL_PRINT_SIZE], bool *is_known)
{
	*is_known = core->slots.is_known;
	for (uint32_t i = 0; *is_known && i < VAULT_SLOT_COUNT; i++)
		if (core->slots.use[i] == SLOTS_FREE) {
			*slot = i;
			seal_print(slots_bytes(core, i), print);
			return true;
		}
	return false;
}

void
slots_on_opened(struct core *core, uint32_t slot)
{
	/* One that is being forgotten was another poll's: its new key is nobody's yet. */
	if (slot < VAULT_SLOT_COUNT && core->slots.use[slot] == SLOTS_FREE)
		core->slots.use[slot] = SLOTS_TAKEN;
}

void
slots_on_ended(struct core *core, uint32_t slot, const char *print)
{
	if (slot >= VAULT_SLOT_COUNT || slots_key(core, slot, print) == NULL)
		return; /* forgotten before, or being forgotten */
#ifdef JX_PLANT_VAULT_REMEMBERS
	return; /* planted for tests/sim: the key outlives its poll */
#endif
	core->slots.use[slot] = SLOTS_DUE;
	if (core->slots.is_known)
		slots_settle(core);
}

void
slots_doubt(struct core *core)
{
	core->slots.is_known = false;
	core->slots.retry_us = 0;
}

void
slots_on_forgotten(struct core *core, uint64_t ticket, enum jx_err err)
{
	struct slots *slots = &core->slots;

	if (err == JX_OK) {
		slots->use[ticket] = SLOTS_FREE;
		return;
	}
	log_say(core->world.log, LOG_LEVEL_ERROR, "vault_not_forgotten", "slot %u: %s; it is tried again",
	    (unsigned)ticket, err_name(err));
	slots->use[ticket] = SLOTS_DUE;
	slots->retry_us = core->now.mono_us + SLOTS_RETRY_US;
}

void
slots_tick(struct core *core)
{
	struct slots *slots = &core->slots;

	if (!core->is_ready || core->world.vault == NULL || core->now.mono_us < slots->retry_us)
		return;
	if (!slots->is_known && !slots->is_asking && core->intake.is_available)
		slots_ask(core);
	slots_settle(core);
}
