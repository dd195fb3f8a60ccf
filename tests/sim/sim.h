/*
 * sim/sim.h: the whole core and some clients in one thread, in made-up time.
 *
 * Clock, network, store and jobs are seeded: the same seed gives the same run,
 * event by event. The core is the one that ships; only the ports are ours.
 */
#ifndef JX_SIM_SIM_H
#define JX_SIM_SIM_H

#include "core/core.h"
#include "records/kinds.h"

enum {
	SIM_CLIENT_COUNT_MAX = 6,
	SIM_CONN_COUNT_MAX = 32,
	SIM_US = 1000000,
};

struct sim;
typedef void (*sim_fn)(struct sim *sim, uint64_t a, uint64_t b);

struct sim_event {
	uint64_t at_us, order;
	sim_fn fn;
	uint64_t a, b;
	uint32_t epoch; /* 0: of every life of the daemon; else only of that one */
};

/* What the clients want to be true afterwards. */
struct sim_op {
	uint8_t op_id[16];
	bool is_acked, is_refused; /* refused: with a code after which nobody asks again */
	uint8_t *receipt;
	size_t receipt_size;
	struct sim_op *next;
};

struct sim_store;
struct sim_net;
struct sim_job;
struct sim_client;

struct sim {
	uint64_t seed, random;
	uint64_t now_us;
	uint64_t order;
	struct sim_event *heap;
	size_t heap_count, heap_capacity;
	uint32_t epoch; /* life of the daemon, from 1 */
	bool is_faulty; /* faults are drawn; off in the end, so that everything completes */
	bool is_tracing;
	struct core *core;
	struct core_world world;
	struct core_config config;
	struct clock_port clock;
	struct rng_port rng;
	struct log_port log;
	struct sim_store *store;
	struct sim_net *net;
	struct sim_job *job;
	struct sim_client *clients[SIM_CLIENT_COUNT_MAX];
	size_t client_count;
	struct sim_op *ops; /* every write any client sent */
	bool is_ready;
	char violation[256]; /* the first; "" while all is well */
	/* The city that imports are made of; shared by all seeds. */
	const Jx__Records *city;
	struct bytes scheme_text;
	const struct scheme *scheme;
};

/* Seeded chance. */
uint64_t sim_random(struct sim *sim);
uint64_t sim_below(struct sim *sim, uint64_t bound); /* 0..bound-1 */
bool sim_chance(struct sim *sim, unsigned percent);  /* false once faults are off */

/* fn(a, b) at now + delay; of this life of the daemon only, or of any. */
void sim_after(
    struct sim *sim, uint64_t delay_us, sim_fn fn, uint64_t a, uint64_t b, bool this_life_only);
__attribute__((format(printf, 2, 3))) void sim_violate(struct sim *sim, const char *format, ...);
__attribute__((format(printf, 2, 3))) void sim_trace(struct sim *sim, const char *format, ...);

/* ---- sim_store.c */
struct sim_store *sim_store_new(struct sim *sim);
void sim_store_free(struct sim_store *store);
struct store_port sim_store_port(struct sim_store *store);
/* The daemon's new life connects; its old one's answers are lost. */
void sim_store_connect(struct sim_store *store, const struct store_events *events);
/* An op as if committed before the story begins, in a batch of its own. */
void sim_store_seed(struct sim_store *store, const struct store_item *item);
void sim_store_flap(struct sim_store *store);
bool sim_store_has(const struct sim_store *store, const uint8_t op_id[16], struct bytes *receipt);
/* What must hold of the whole store: chain, ops once, receipts, runs. */
void sim_store_check(struct sim_store *store);

/* ---- sim_net.c */
struct sim_net *sim_net_new(struct sim *sim);
void sim_net_free(struct sim_net *net);
struct net_port sim_net_port(struct sim_net *net);
void sim_net_connect(struct sim_net *net, const struct net_events *events);
/* A client's side: 0 when refused. The client hears by sim_client_on_…. */
net_handle sim_net_dial(struct sim_net *net, uint32_t client);
void sim_net_write(struct sim_net *net, net_handle conn, struct bytes bytes);
void sim_net_hang_up(struct sim_net *net, net_handle conn);
/* Every connection is cut: the daemon died. */
void sim_net_cut_all(struct sim_net *net);
bool sim_net_cut_one(struct sim_net *net);

/* ---- sim_job.c */
struct sim_job *sim_job_new(struct sim *sim);
void sim_job_free(struct sim_job *job);
struct job_port sim_job_port(struct sim_job *job);
void sim_job_connect(struct sim_job *job, const struct job_events *events);

/* ---- sim_client.c */
struct sim_client *sim_client_new(struct sim *sim, uint32_t index);
void sim_client_free(struct sim_client *client);
void sim_client_start(struct sim_client *client);
void sim_client_on_bytes(struct sim_client *client, net_handle conn, struct bytes bytes);
void sim_client_on_lost(struct sim_client *client, net_handle conn);
bool sim_client_is_done(const struct sim_client *client);
const char *sim_client_account(const struct sim_client *client);
const char *sim_client_doing(const struct sim_client *client);

#endif
