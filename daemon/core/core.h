/*
 * core/core.h: the daemon without the world: state machines over port/.
 *
 * main.c builds the ports, makes a core, hands its events to the adapters and
 * runs the loop; the simulator does the same with ports of its own. One
 * thread. No call below blocks, and no port calls back from inside a call.
 */
#ifndef JX_CORE_CORE_H
#define JX_CORE_CORE_H

#include "port/clock.h"
#include "port/job.h"
#include "port/log.h"
#include "port/net.h"
#include "port/rng.h"
#include "port/store.h"
#include "port/vault.h"

struct core;

struct core_world {
	const struct clock_port *clock;
	const struct rng_port *rng;
	const struct net_port *net;
	const struct store_port *store;
	const struct job_port *job;
	const struct log_port *log;
	const struct vault_port *vault;
	/* Called once, when logins can be served: from an event, never from inside a call of
	 * main's. */
	void (*ready)(void *arg);
	void *ready_arg;
};

enum { CORE_FORMER_KEY_COUNT_MAX = 16 };

struct core_config {
	uint8_t signing_secret[64]; /* Ed25519, libsodium's form */
	uint8_t signing_public[32];
	/* Keys that were rotated out: packets (deliver.h) sealed to them are still opened. */
	uint8_t former_secret[CORE_FORMER_KEY_COUNT_MAX][64];
	size_t former_count;
	uint8_t token_key[32];      /* login tokens are sealed with it */
	const char *admin_password; /* of the account "admin", made when the store has no account;
				       borrowed until ready */
	uint32_t session_count_max; /* connections in all */
	uint32_t session_count_max_address; /* and from one address */
	uint32_t login_seconds_max; /* a connection that has not logged in by then is closed */
	uint32_t idle_seconds_max;  /* a silent one likewise */
	uint32_t frame_seconds_max; /* a frame must be whole this long after its first byte */
	uint32_t upload_bytes_max;  /* chunks of all imports under way, held in memory */
	uint32_t token_hours;       /* a kept login lasts */
	uint32_t evidence_size_max; /* bytes of one file of evidence */
	uint64_t evidence_unit_size_max; /* and of all that a unit sends in a year */
};

/* Sensible values for all but keys and password. */
struct core_config core_config_default(void);

/* world and config are copied. NULL: memory out. */
struct core *core_new(const struct core_world *world, const struct core_config *config);
void core_free(struct core *core);

struct net_events core_net_events(struct core *core);
struct store_events core_store_events(struct core *core);
struct job_events core_job_events(struct core *core);
struct vault_events core_vault_events(struct core *core);

/* Every CORE_TICK_MS: time limits, retries. */
enum { CORE_TICK_MS = 100 };
void core_tick(struct core *core);

/* SIGTERM: no new connections, requests under way are finished, then every connection is closed. */
void core_drain(struct core *core);
bool core_is_drained(const struct core *core);

/* --routes, --lives: the tables as text, malloc'ed; NULL: memory out. */
char *core_routes_text(void);
char *core_lives_text(void);

#endif
