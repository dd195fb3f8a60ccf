/* One seed: the daemon's lives, the faults, the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "sim.h"
#include "sim_base.h"

enum {
	CHAOS_US = 30 * SIM_US, /* faults for so long at most */
	CALM_US = 900 * SIM_US, /* then every client must be done within this */
	/* What the core does for nobody any more ends too: silent sessions, forgotten uploads. */
	SETTLE_US = 700 * SIM_US,
	SETTLE_TICK_US = 5 * SIM_US,
	DRAIN_US = 10 * SIM_US, /* a daemon that was asked to stop does by then, ready or not */
	DRAIN_LOOK_US = SIM_US / 5,
};

/* ---- Ports that need no file of their own. */

static struct moment
clock_now(void *arg)
{
	const struct sim *sim = arg;

	return (struct moment){sim->now_us, UINT64_C(1767225600000000) + sim->now_us};
}

static void
rng_fill(void *arg, void *buffer, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)buffer)[i] = (uint8_t)sim_random(arg);
}

static void
log_write(void *arg, enum log_level level, const char *event, const char *text)
{
	struct sim *sim = arg;

	sim_trace(sim, "log %d %s %s", (int)level, event, text);
	/* A worker that died and a disk that refused are errors that we made ourselves. */
	if (level == LOG_LEVEL_ERROR && strcmp(event, "run_failed") != 0 &&
	    strcmp(event, "vault_not_forgotten") != 0)
		sim_violate(sim, "an unexpected error in the log: %s %s", event, text);
}

static void
on_core_ready(void *arg)
{
	((struct sim *)arg)->is_ready = true;
}

/* ---- Lives of the daemon. */

static void
on_tick(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	(void)unused;
	(void)unused_too;
	core_tick(sim->core);
	sim_after(sim, sim->tick_us, on_tick, 0, 0, true);
}

static void
on_start(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	struct net_events net_events;
	struct store_events store_events;
	struct job_events job_events;
	struct vault_events vault_events;

	(void)unused;
	(void)unused_too;
	sim->epoch++;
	sim->world = (struct core_world){&sim->clock, &sim->rng, &sim->net_port, &sim->store_port,
	    &sim->job_port, &sim->log, &sim->vault_port, on_core_ready, sim};
	sim->core = core_new(&sim->world, &sim->config);
	net_events = core_net_events(sim->core);
	store_events = core_store_events(sim->core);
	job_events = core_job_events(sim->core);
	sim_net_connect(sim->net, &net_events);
	sim_job_connect(sim->job, &job_events);
	vault_events = core_vault_events(sim->core);
	sim_vault_connect(sim->vault, &vault_events);
	sim_store_connect(sim->store, &store_events);
	sim_after(sim, sim->tick_us, on_tick, 0, 0, true);
}

/*
 * kill -9: nothing is said, nothing is saved; what was on its way to the
 * database may still arrive there.
 */
static void
play_kill(struct sim *sim)
{
	sim_trace(sim, "kill -9");
	sim->epoch++;
	sim->is_ready = false;
	sim_net_cut_all(sim->net);
	core_free(sim->core);
	sim->core = NULL;
	sim_after(sim, 1000 + sim_below(sim, 200000), on_start, 0, 0, false);
}

/* SIGTERM: what is under way comes to its end; then the process goes. */
static void
on_drain(struct sim *sim, uint64_t until_us, uint64_t unused)
{
	(void)unused;
	if (!core_is_drained(sim->core) && sim->now_us < until_us) {
		sim_after(sim, DRAIN_LOOK_US, on_drain, until_us, 0, true);
		return;
	}
	if (sim->core->watches.count != 0)
		sim_violate(sim, "%u watches hold up the end", sim->core->watches.count);
	sim->kill(sim);
}

static void
play_drain(struct sim *sim)
{
	sim_trace(sim, "SIGTERM");
	core_drain(sim->core);
	sim_after(sim, DRAIN_LOOK_US, on_drain, sim->now_us + DRAIN_US, 0, true);
}

static void
on_chaos(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	unsigned what = (unsigned)sim_below(sim, 17);

	(void)unused;
	(void)unused_too;
	if (!sim->is_faulty)
		return;
	if (what < 2)
		sim_store_crash(sim->store);
	else if (what < 4 && sim->core != NULL)
		sim->kill(sim);
	else if (what < 6)
		sim_net_squat(sim->net);
	else if (what < 7 && sim->core != NULL && !sim->core->is_draining)
		play_drain(sim);
	else
		sim_net_cut_one(sim->net);
	sim_after(sim, SIM_US / 50 + sim_below(sim, SIM_US), on_chaos, 0, 0, false);
}

static void
on_end_of_chaos(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	(void)unused;
	(void)unused_too;
	sim->is_faulty = false;
}

/* ---- The end: what must hold. */

static void
check_ops(struct sim *sim)
{
	for (const struct sim_op *op = sim->ops; op != NULL; op = op->next) {
		const struct base_op *stored = sim_base_op(sim_store_base(sim->store), op->op_id);

		if (op->is_acked && stored == NULL)
			sim_violate(sim, "acknowledged, but not stored (%s)", op->action);
		else if (op->is_acked &&
			 (stored->receipt.size != op->receipt_size ||
			     memcmp(stored->receipt.data, op->receipt, op->receipt_size) != 0))
			sim_violate(sim, "the stored receipt is not the one that was given (%s)",
			    op->action);
		if (op->is_refused && stored != NULL)
			sim_violate(sim, "refused, but stored (%s)", op->action);
		if (op->is_unchanged && stored != NULL)
			sim_violate(sim, "told that nothing changed, but stored (%s)", op->action);
	}
}

static void
check_core(struct sim *sim)
{
	const struct core *core = sim->core;
	size_t asks = ASK_COUNT_MAX - core->asks.free_count;
	unsigned imports = 0, hashes = 0;

	for (int i = 0; i < IMPORT_COUNT_MAX; i++)
		imports += core->imports.slots[i].state != IMPORT_FREE;
	for (int i = 0; i < JOB_PASSWORD_COUNT_MAX; i++)
		hashes += core->hashes.slots[i].is_used;
	if (request_count(&core->requests) != 0 || core->requests.memory != 0)
		sim_violate(sim, "%u requests are left", request_count(&core->requests));
	if (core->sessions.count != 0)
		sim_violate(sim, "%u sessions are left", core->sessions.count);
	for (int i = 0; i < PUT_COUNT_MAX; i++)
		if (core->puts.slots[i].is_used)
			sim_violate(sim, "a put is left");
	for (int i = 0; i < WHOLE_COUNT_MAX; i++)
		if (core->wholes.slots[i] != NULL)
			sim_violate(sim, "a file is still being read");
	if (asks != 0 || imports != 0 || hashes != 0)
		sim_violate(
		    sim, "left over: %zu asks, %u imports, %u hashes", asks, imports, hashes);
	for (int i = 0; i < BOOKS_COUNT_MAX; i++)
		if (core->books.slots[i].is_busy || core->books.slots[i].count != 0 ||
		    core->books.slots[i].state == BOOKS_LOADING)
			sim_violate(sim, "a year is still waited for");
	if (core->watches.count != 0)
		sim_violate(sim, "%u watches are left", core->watches.count);
	if (!intake_is_idle(&core->intake) || core->intake.size != 0 || !run_is_idle(&core->runs))
		sim_violate(sim, "left over: %zu ops, runs %s", core->intake.count,
		    run_is_idle(&core->runs) ? "none" : "some");
}

static bool
play_is_done(const struct sim *sim)
{
	for (size_t i = 0; i < sim->client_count; i++)
		if (!sim_client_is_done(sim->clients[i]))
			return false;
	return sim->core != NULL;
}

static void
play_end(struct sim *sim)
{
	uint64_t until_us = sim->now_us + SETTLE_US;

	sim->is_faulty = false;
	for (size_t i = 0; sim->violation[0] == '\0' && i < sim->client_count; i++)
		if (!sim_client_is_done(sim->clients[i]))
			sim_violate(sim, "client %zu never finished: %s", i,
			    sim_client_doing(sim->clients[i]));
	sim->tick_us = SETTLE_TICK_US;
	while (sim->violation[0] == '\0' && sim->now_us < until_us && sim_turn(sim))
		;
	if (sim->violation[0] == '\0') {
		check_core(sim);
		check_ops(sim);
		sim_check_base(sim, sim_store_base(sim->store));
		sim_cast_check(sim, sim_store_base(sim->store));
		sim_check_books(sim, sim_store_base(sim->store));
	}
}

/* ---- From the first turn to the last. */

/* The clients' accounts. A client that is alone is admin, whom the daemon makes itself. */
static void
play_make_accounts(struct sim *sim)
{
	for (size_t i = 0; i < sim->client_count; i++) {
		struct store_item item = {.action = "account_add", .actor = "office", .city = "*"};
		char body[512];

		sim_client_describe(sim->clients[i], body, sizeof body);
		item.body = (struct bytes){(const uint8_t *)body, strlen(body)};
		sim_base_seed(sim_store_base(sim->store), &item);
		sim_carry_describe(sim->clients[i], body, sizeof body);
		item.action = "device_add";
		item.body.size = strlen(body);
		sim_base_seed(sim_store_base(sim->store), &item);
	}
}

static void
play_begin(struct sim *sim)
{
	sim->is_faulty = true;
	sim->tick_us = CORE_TICK_MS * UINT64_C(1000);
	sim->kill = play_kill;
	sim->clock = (struct clock_port){sim, clock_now};
	sim->rng = (struct rng_port){sim, rng_fill};
	sim->log = (struct log_port){sim, log_write};
	sim->store = sim_store_new(sim);
	sim->net = sim_net_new(sim);
	sim->job = sim_job_new(sim);
	sim->net_port = sim_net_port(sim->net);
	sim->store_port = sim_store_port(sim->store);
	sim->job_port = sim_job_port(sim->job);
	sim->vault = sim_vault_new(sim);
	sim->vault_port = sim_vault_port(sim->vault);
	sim_cast_begin(sim);
	sim->client_count = 1 + sim_below(sim, SIM_CLIENT_COUNT_MAX);
	for (uint32_t i = 0; i < sim->client_count; i++)
		sim->clients[i] = sim_client_new(sim, i);
	if (sim->client_count > 1)
		play_make_accounts(sim);
	on_start(sim, 0, 0);
	for (size_t i = 0; i < sim->client_count; i++)
		sim_client_start(sim->clients[i]);
	sim_after(sim, SIM_US / 10, on_chaos, 0, 0, false);
	sim_after(sim, CHAOS_US, on_end_of_chaos, 0, 0, false);
}

static void
play_clear(struct sim *sim)
{
	for (size_t i = 0; i < sim->client_count; i++)
		sim_client_free(sim->clients[i]);
	core_free(sim->core);
	sim_net_free(sim->net);
	sim_job_free(sim->job);
	sim_vault_free(sim->vault);
	sim_cast_clear(sim);
	sim_store_free(sim->store);
	while (sim->ops != NULL) {
		struct sim_op *op = sim->ops;

		sim->ops = op->next;
		free(op->receipt);
		free(op);
	}
	free(sim->heap);
}

struct sim_outcome
sim_play(const struct sim *common, uint64_t seed, bool is_tracing)
{
	struct sim sim = *common;
	struct sim_outcome outcome;

	sim.random = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
	sim.is_tracing = is_tracing;
	play_begin(&sim);
	while (sim.violation[0] == '\0' && sim.now_us < CHAOS_US + CALM_US && !play_is_done(&sim) &&
	       sim_turn(&sim))
		;
	play_end(&sim);
	outcome =
	    (struct sim_outcome){.order = sim.order, .now_us = sim.now_us, .random = sim.random};
	memcpy(outcome.violation, sim.violation, sizeof outcome.violation);
	play_clear(&sim);
	return outcome;
}
