/* port/vault.h: the disk keeps its slots over the daemon's lives; overwriting one takes a while, and may fail. */
#include <stdlib.h>

#include "sim.h"

enum { VAULT_US = 30000 };

struct sim_vault {
	struct sim *sim;
	struct vault_events events;
	uint8_t keys[VAULT_SLOT_COUNT][VAULT_KEY_SIZE];
	uint64_t tickets[VAULT_SLOT_COUNT];
};

static void
draw_key(struct sim_vault *vault, uint32_t slot)
{
	for (size_t i = 0; i < VAULT_KEY_SIZE; i++)
		vault->keys[slot][i] = (uint8_t)sim_random(vault->sim);
}

/* The write reaches the disk; the daemon may be dead by the time it would hear of it. */
static void
on_written(struct sim *sim, uint64_t slot, uint64_t epoch)
{
	struct sim_vault *vault = sim->vault;
	bool is_refused = sim_chance(sim, 20);

	if (!is_refused)
		draw_key(vault, (uint32_t)slot);
	sim_trace(sim, "slot %llu is %s", (unsigned long long)slot, is_refused ? "still there" : "forgotten");
	if (epoch != sim->epoch || sim->core == NULL)
		return;
	if (sim_chance(sim, 10)) {
		sim->kill(sim);
		return;
	}
	vault->events.forgotten(vault->events.arg, vault->tickets[slot], is_refused ? JX_E_FILE : JX_OK);
}

static const uint8_t *
vault_get(void *arg, uint32_t slot)
{
	return ((struct sim_vault *)arg)->keys[slot];
}

static void
vault_forget(void *arg, uint32_t slot, uint64_t ticket)
{
	struct sim_vault *vault = arg;

	vault->tickets[slot] = ticket;
	/* A kill -9 before it begins: nothing was written. */
	sim_after(vault->sim, sim_below(vault->sim, VAULT_US), on_written, slot, vault->sim->epoch, sim_chance(vault->sim, 30));
}

const uint8_t *
sim_vault_key(const struct sim_vault *vault, uint32_t slot)
{
	return vault->keys[slot];
}

void
sim_vault_connect(struct sim_vault *vault, const struct vault_events *events)
{
	vault->events = *events;
}

struct vault_port
sim_vault_port(struct sim_vault *vault)
{
	return (struct vault_port){vault, vault_get, vault_forget};
}

struct sim_vault *
sim_vault_new(struct sim *sim)
{
	struct sim_vault *vault = calloc(1, sizeof *vault);

	vault->sim = sim;
	for (uint32_t slot = 0; slot < VAULT_SLOT_COUNT; slot++)
		draw_key(vault, slot);
	return vault;
}

void
sim_vault_free(struct sim_vault *vault)
{
	free(vault);
}
