/*
 * usage: sim [--seeds FROM COUNT] [--seed N [--trace]] [--expect-violation]
 *
 * Plays seeds; the first violation is printed with the line that reproduces it.
 * --expect-violation: passes only if some seed finds one (a bug is planted).
 */
#include "sim.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bundle/bundle.h"
#include "core/inside.h"

enum {
	CHAOS_US = 30 * SIM_US,       /* faults for so long */
	CALM_US = 900 * (SIM_US / 1), /* then everything must complete within this */
};

/* ---- Chance and time. */

uint64_t
sim_random(struct sim *sim)
{
	uint64_t z = (sim->random += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t
sim_below(struct sim *sim, uint64_t bound)
{
	return sim_random(sim) % bound;
}

bool
sim_chance(struct sim *sim, unsigned percent)
{
	return sim->is_faulty && sim_below(sim, 100) < percent;
}

static bool
event_before(const struct sim_event *left, const struct sim_event *right)
{
	return left->at_us != right->at_us ? left->at_us < right->at_us
					   : left->order < right->order;
}

void
sim_after(
    struct sim *sim, uint64_t delay_us, sim_fn fn, uint64_t a, uint64_t b, bool this_life_only)
{
	struct sim_event event = {
	    sim->now_us + delay_us, ++sim->order, fn, a, b, this_life_only ? sim->epoch : 0};
	size_t i;

	if (sim->heap_count == sim->heap_capacity) {
		sim->heap_capacity = sim->heap_capacity == 0 ? 256 : sim->heap_capacity * 2;
		sim->heap = realloc(sim->heap, sim->heap_capacity * sizeof *sim->heap);
	}
	for (i = sim->heap_count++; i > 0 && event_before(&event, &sim->heap[(i - 1) / 2]);
	     i = (i - 1) / 2)
		sim->heap[i] = sim->heap[(i - 1) / 2];
	sim->heap[i] = event;
}

static bool
sim_turn(struct sim *sim)
{
	struct sim_event event, last;
	size_t i = 0;

	if (sim->heap_count == 0)
		return false;
	event = sim->heap[0];
	last = sim->heap[--sim->heap_count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= sim->heap_count)
			break;
		if (child + 1 < sim->heap_count &&
		    event_before(&sim->heap[child + 1], &sim->heap[child]))
			child++;
		if (!event_before(&sim->heap[child], &last))
			break;
		sim->heap[i] = sim->heap[child];
		i = child;
	}
	if (sim->heap_count > 0)
		sim->heap[i] = last;
	sim->now_us = event.at_us;
	if (event.epoch == 0 || event.epoch == sim->epoch)
		event.fn(sim, event.a, event.b);
	return true;
}

void
sim_violate(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (sim->violation[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(sim->violation, sizeof sim->violation, format, args);
	va_end(args);
}

void
sim_trace(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (!sim->is_tracing)
		return;
	fprintf(stderr, "%10.6f ", (double)sim->now_us / SIM_US);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

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

	sim_trace(sim, "log %d %s %s", level, event, text);
	/* A worker that died is an error that we made ourselves. */
	if (level == LOG_LEVEL_ERROR && strcmp(event, "run_failed") != 0)
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
	sim_after(sim, CORE_TICK_MS * UINT64_C(1000), on_tick, 0, 0, true);
}

static void
sim_start_daemon(struct sim *sim)
{
	static struct net_port net;
	static struct store_port store;
	static struct job_port job;
	struct net_events net_events;
	struct store_events store_events;
	struct job_events job_events;

	sim->epoch++;
	sim->is_ready = false;
	net = sim_net_port(sim->net);
	store = sim_store_port(sim->store);
	job = sim_job_port(sim->job);
	sim->world = (struct core_world){
	    &sim->clock, &sim->rng, &net, &store, &job, &sim->log, on_core_ready, sim};
	sim->core = core_new(&sim->world, &sim->config);
	net_events = core_net_events(sim->core);
	store_events = core_store_events(sim->core);
	job_events = core_job_events(sim->core);
	sim_net_connect(sim->net, &net_events);
	sim_job_connect(sim->job, &job_events);
	sim_store_connect(sim->store, &store_events);
	sim_after(sim, CORE_TICK_MS * UINT64_C(1000), on_tick, 0, 0, true);
}

static void
on_restart(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	(void)unused;
	(void)unused_too;
	sim_start_daemon(sim);
}

/* kill -9: nothing is said, nothing is saved; what was on its way to the database may still arrive
 * there. */
static void
sim_kill_daemon(struct sim *sim)
{
	sim_trace(sim, "kill -9");
	sim->epoch++;
	sim->is_ready = false;
	sim_net_cut_all(sim->net);
	core_free(sim->core);
	sim->core = NULL;
	sim_after(sim, 100000, on_restart, 0, 0, true);
}

static void
on_chaos(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	(void)unused;
	(void)unused_too;
	if (!sim->is_faulty)
		return;
	switch (sim_below(sim, 8)) {
	case 0:
	case 1:
		sim_store_flap(sim->store);
		break;
	case 2:
		if (sim->core != NULL)
			sim_kill_daemon(sim);
		break;
	default:
		sim_net_cut_one(sim->net);
		break;
	}
	sim_after(sim, SIM_US / 10 + sim_below(sim, 4 * SIM_US), on_chaos, 0, 0, false);
}

/* ---- The end: what must hold. */

static void
check_ops(struct sim *sim)
{
	for (const struct sim_op *op = sim->ops; op != NULL; op = op->next) {
		struct bytes receipt = {NULL, 0};
		bool is_stored = sim_store_has(sim->store, op->op_id, &receipt);

		if (op->is_acked && !is_stored)
			sim_violate(sim, "acknowledged, but not stored");
		else if (op->is_acked && (receipt.size != op->receipt_size ||
					     memcmp(receipt.data, op->receipt, receipt.size) != 0))
			sim_violate(sim, "the stored receipt is not the one that was given");
		if (op->is_refused && is_stored)
			sim_violate(sim, "refused, but stored");
	}
}

static void
check_core(struct sim *sim)
{
	const struct core *core = sim->core;
	size_t asks = ASK_COUNT_MAX - core->asks.free_count;

	if (request_count(&core->requests) != 0)
		sim_violate(sim, "%u requests are left", request_count(&core->requests));
	if (core->sessions.count != 0)
		sim_violate(sim, "%u sessions are left", core->sessions.count);
	if (asks != 0 || !intake_is_idle(&core->intake) || !run_is_idle(&core->runs))
		sim_violate(sim, "left over: %zu asks, %zu ops, runs %s", asks, core->intake.count,
		    run_is_idle(&core->runs) ? "none" : "some");
}

static bool
sim_is_done(const struct sim *sim)
{
	for (size_t i = 0; i < sim->client_count; i++)
		if (!sim_client_is_done(sim->clients[i]))
			return false;
	return true;
}

/* ---- One seed. */

static void
on_end_of_chaos(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	(void)unused;
	(void)unused_too;
	sim->is_faulty = false;
}

/* The clients' accounts. A client that is alone is admin, whom the daemon makes itself. */
static void
sim_make_accounts(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->client_count; i++) {
		struct store_item item = {.action = "account_add", .actor = "office", .city = "*"};
		char body[256];

		snprintf(body, sizeof body,
		    "{\"account\":\"%s\",\"role\":\"office\",\"city\":\"*\",\"password_hash\":"
		    "\"stand-in:first-password\"}",
		    sim_client_account(sim->clients[i]));
		item.body = (struct bytes){(const uint8_t *)body, strlen(body)};
		sim_store_seed(sim->store, &item);
	}
}

static void
sim_play(struct sim *sim)
{
	uint64_t settle_us;

	sim->is_faulty = true;
	sim->clock = (struct clock_port){sim, clock_now};
	sim->rng = (struct rng_port){sim, rng_fill};
	sim->log = (struct log_port){sim, log_write};
	sim->store = sim_store_new(sim);
	sim->net = sim_net_new(sim);
	sim->job = sim_job_new(sim);
	sim->client_count = 1 + sim_below(sim, SIM_CLIENT_COUNT_MAX);
	for (uint32_t i = 0; i < sim->client_count; i++)
		sim->clients[i] = sim_client_new(sim, i);
	if (sim->client_count > 1)
		sim_make_accounts(sim);
	sim_start_daemon(sim);
	for (uint32_t i = 0; i < sim->client_count; i++)
		sim_client_start(sim->clients[i]);
	sim_after(sim, SIM_US, on_chaos, 0, 0, false);
	sim_after(sim, CHAOS_US, on_end_of_chaos, 0, 0, false);
	while (sim->violation[0] == '\0' && sim->now_us < CHAOS_US + CALM_US && !sim_is_done(sim) &&
	       sim_turn(sim))
		;
	sim->is_faulty = false;
	if (!sim_is_done(sim))
		for (size_t i = 0; i < sim->client_count; i++)
			if (!sim_client_is_done(sim->clients[i]))
				sim_violate(sim, "client %zu never finished: %s", i,
				    sim_client_doing(sim->clients[i]));
	/* What the core still does for nobody in particular ends too. */
	settle_us = sim->now_us + 60 * SIM_US;
	while (sim->violation[0] == '\0' && sim->now_us < settle_us && sim_turn(sim))
		;
	if (sim->violation[0] == '\0') {
		check_core(sim);
		check_ops(sim);
		sim_store_check(sim->store);
	}
}

static void
sim_clear(struct sim *sim)
{
	for (size_t i = 0; i < sim->client_count; i++) {
		sim_client_free(sim->clients[i]);
		sim->clients[i] = NULL;
	}
	if (sim->core != NULL)
		core_free(sim->core);
	sim_net_free(sim->net);
	sim_job_free(sim->job);
	sim_store_free(sim->store);
	while (sim->ops != NULL) {
		struct sim_op *op = sim->ops;

		sim->ops = op->next;
		free(op->receipt);
		free(op);
	}
	free(sim->heap);
}

/* "" or what was violated. */
static bool
play_seed(const struct sim *common, uint64_t seed, bool is_tracing)
{
	struct sim sim = *common;

	sim.seed = seed;
	sim.random = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
	sim.is_tracing = is_tracing;
	sim_play(&sim);
	if (sim.violation[0] != '\0')
		printf("seed %llu: %s\nreproduce: sim --seed %llu --trace\n",
		    (unsigned long long)seed, sim.violation, (unsigned long long)seed);
	sim_clear(&sim);
	return sim.violation[0] == '\0';
}

int
main(int argc, char **argv)
{
	uint64_t first = 1, count = 2000, played = 0;
	bool is_tracing = false, expects_violation = false, is_clean = true;
	struct faults *faults = faults_new(JX_EN);
	struct bundle bundle = {0};
	struct sim common = {0};
	struct timespec started, ended;
	uint8_t seed[32] = {1};
	double seconds;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--seeds") == 0 && i + 2 < argc) {
			first = strtoull(argv[++i], NULL, 10);
			count = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			first = strtoull(argv[++i], NULL, 10);
			count = 1;
		} else if (strcmp(argv[i], "--trace") == 0) {
			is_tracing = true;
		} else if (strcmp(argv[i], "--expect-violation") == 0) {
			expects_violation = true;
		} else {
			fprintf(stderr, "usage: sim [--seeds FROM COUNT] [--seed N [--trace]] "
					"[--expect-violation]\n");
			return 2;
		}
	}
	if (sodium_init() < 0 ||
	    bundle_read(JX_SOURCE_DIR "/tests/data/small", faults, &bundle) != JX_OK) {
		fprintf(stderr, "the small city cannot be read\n");
		return 2;
	}
	common.city = bundle.records;
	common.scheme_text = bundle.scheme_text;
	common.scheme = bundle.scheme;
	common.config = core_config_default();
	common.config.session_count_max = SIM_CONN_COUNT_MAX;
	common.config.admin_password = "first-password";
	crypto_sign_seed_keypair(common.config.signing_public, common.config.signing_secret, seed);
	clock_gettime(CLOCK_MONOTONIC, &started);
	for (; played < count && is_clean; played++)
		is_clean = play_seed(&common, first + played, is_tracing);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	seconds = (double)(ended.tv_sec - started.tv_sec) +
		  (double)(ended.tv_nsec - started.tv_nsec) / 1e9;
	printf("%llu seeds in %.1f s, %.0f seeds/s\n", (unsigned long long)played, seconds,
	    (double)played / seconds);
	bundle_clear(&bundle);
	faults_free(faults);
	printf(
	    "%d passed, %d failed\n", is_clean != expects_violation, is_clean == expects_violation);
	return is_clean != expects_violation ? 0 : 1;
}
