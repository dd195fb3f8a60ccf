/*
 * sim/sim.h: the whole core and some clients in one thread, in made-up time.
 *
 * Clock, network, store and jobs are seeded: the same seed gives the same run,
 * event by event. The core is the one that ships; only the ports are ours.
 */
#ifndef JX_SIM_SIM_H
#define JX_SIM_SIM_H

#include <jx/deed.pb-c.h>

#include "core/core.h"
#include "core/session.h"
#include "records/kinds.h"

enum {
	SIM_CLIENT_COUNT_MAX = 6,
	SIM_CONN_COUNT_MAX = 32,
	SIM_POLL_COUNT_MAX = 4,
	SIM_CARD_COUNT = 5,
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

/* A write that some client sent, and what it was told about it. */
struct sim_op {
	struct sim_op *next;
	uint8_t op_id[16];
	const char *action;
	char actor[32];
	uint8_t content_hash[32];
	bool is_acked;
	bool is_refused; /* with a code after which nobody asks again, or a dry run */
	bool is_unchanged;
	uint8_t *receipt; /* as first given */
	size_t receipt_size;
};

/* A poll that some client may have opened, and its cards. */
struct sim_card {
	uint8_t token[32], hash[32];
	bool is_sent[2]; /* what it says was sent, in either of two contents */
	int acked;       /* the content that was acknowledged; -1: none */
	uint8_t *receipt;
	size_t receipt_size;
};
struct sim_poll {
	char name[16];
	bool is_asked; /* its opening was sent */
	struct sim_card cards[SIM_CARD_COUNT];
};

/* Which rows of the daemon's map were used, over all seeds. By route_index. */
struct sim_cover {
	uint64_t accepted[ROUTE_COUNT_MAX];
	uint64_t refused[ROUTE_COUNT_MAX];
	uint64_t denied[ROUTE_COUNT_MAX]; /* of the refused: for want of rights */
};

struct sim_base;
struct sim_store;
struct sim_net;
struct sim_job;
struct sim_vault;
struct sim_client;

struct sim {
	uint64_t random, now_us, order;
	struct sim_event *heap;
	size_t heap_count, heap_capacity;
	uint32_t epoch; /* life of the daemon, from 1 */
	bool is_faulty; /* faults are drawn; off in the end, so that everything completes */
	bool is_tracing;
	void (*kill)(struct sim *sim); /* kill -9 of the daemon, between two turns */
	struct core *core;             /* NULL: dead */
	struct core_world world;
	struct core_config config;
	struct clock_port clock;
	struct rng_port rng;
	struct log_port log;
	struct net_port net_port;
	struct store_port store_port;
	struct job_port job_port;
	struct vault_port vault_port;
	struct sim_store *store;
	struct sim_net *net;
	struct sim_job *job;
	struct sim_vault *vault;
	struct sim_poll polls[SIM_POLL_COUNT_MAX];
	struct sim_client *clients[SIM_CLIENT_COUNT_MAX];
	size_t client_count;
	struct sim_op *ops;
	struct sim_cover *cover;
	bool is_ready;
	uint64_t tick_us;
	char violation[256]; /* the first; "" while all is well */
	/* The city that imports are made of; shared by all seeds. */
	const Jx__Records *city;
	struct bytes scheme_text;
	const struct scheme *scheme;
};

/* ---- sim_time.c: chance, and what happens when. */
uint64_t sim_random(struct sim *sim);
uint64_t sim_below(struct sim *sim, uint64_t bound); /* 0..bound-1 */
bool sim_chance(struct sim *sim, unsigned percent);  /* false once faults are off */
/* fn(a, b) at now + delay; of this life of the daemon only, or of any. */
void sim_after(
    struct sim *sim, uint64_t delay_us, sim_fn fn, uint64_t a, uint64_t b, bool this_life_only);
/* The next event; false: there is none. */
bool sim_turn(struct sim *sim);
__attribute__((format(printf, 2, 3))) void sim_violate(struct sim *sim, const char *format, ...);
__attribute__((format(printf, 2, 3))) void sim_trace(struct sim *sim, const char *format, ...);

/* ---- sim_play.c: one seed; a common sim is copied. */
struct sim_outcome {
	char violation[256];            /* "": none */
	uint64_t order, now_us, random; /* equal whenever the seed is */
};
struct sim_outcome sim_play(const struct sim *common, uint64_t seed, bool is_tracing);

/* ---- sim_city.c: the small city, in variants. */
/* Few units, every kind of record; borrowed from full and arena. */
const Jx__Records *sim_city_cut(const Jx__Records *full, struct arena *arena);
struct sim_city {
	Jx__Records *records;
	struct bytes scheme;
	uint8_t digest[32];
};
struct sim_city sim_city_make(const struct sim *sim, unsigned variant, struct arena *arena);
/* The records of some kinds only: a chunk. */
Jx__Records sim_city_kinds(const Jx__Records *records, unsigned first, unsigned last);

/* ---- sim_store.c: port/store.h, with its faults. */
struct sim_store *sim_store_new(struct sim *sim);
void sim_store_free(struct sim_store *store);
struct store_port sim_store_port(struct sim_store *store);
/* The daemon's new life connects; its old one's answers are lost. */
void sim_store_connect(struct sim_store *store, const struct store_events *events);
/* The database goes this very moment, and comes back a while later. */
void sim_store_crash(struct sim_store *store);
struct sim_base *sim_store_base(struct sim_store *store);

/* ---- sim_check.c: what must hold of everything stored. */
void sim_check_base(struct sim *sim, const struct sim_base *base);

/* ---- sim_book.c: a view's row is a stored version, whole; the years in memory are the store's. */
void sim_book_check_row(struct sim *sim, enum record_kind kind, const Jx__Table *table, size_t row);
void sim_check_books(struct sim *sim, const struct sim_base *base);

/* ---- sim_net.c */
struct sim_net *sim_net_new(struct sim *sim);
void sim_net_free(struct sim_net *net);
struct net_port sim_net_port(struct sim_net *net);
void sim_net_connect(struct sim_net *net, const struct net_events *events);
/* A client's side: 0 when refused. The client hears by sim_client_on_…. */
net_handle sim_net_dial(struct sim_net *net, uint32_t client);
void sim_net_write(struct sim_net *net, net_handle conn, struct bytes bytes);
void sim_net_hang_up(struct sim_net *net, net_handle conn);
/* Somebody who is no client connects, sends some bytes and then nothing any more. */
void sim_net_squat(struct sim_net *net);
/* Every connection is cut: the daemon died. */
void sim_net_cut_all(struct sim_net *net);
void sim_net_cut_one(struct sim_net *net);

/* ---- sim_job.c */
struct sim_job *sim_job_new(struct sim *sim);
void sim_job_free(struct sim_job *job);
struct job_port sim_job_port(struct sim_job *job);
void sim_job_connect(struct sim_job *job, const struct job_events *events);

/* ---- sim_vault.c: a disk that sometimes refuses, and outlives the daemon. */
struct sim_vault *sim_vault_new(struct sim *sim);
void sim_vault_free(struct sim_vault *vault);
struct vault_port sim_vault_port(struct sim_vault *vault);
void sim_vault_connect(struct sim_vault *vault, const struct vault_events *events);
const uint8_t *sim_vault_key(const struct sim_vault *vault, uint32_t slot);

/* ---- sim_cast.c: polls of a year of their own: made, seeded, freed; what must hold of them in the end. */
void sim_cast_begin(struct sim *sim);
void sim_cast_clear(struct sim *sim);
void sim_cast_check(struct sim *sim, const struct sim_base *base);
uint32_t sim_cast_year(const struct sim *sim);

/* ---- sim_client.c */
struct sim_client *sim_client_new(struct sim *sim, uint32_t index);
void sim_client_free(struct sim_client *client);
void sim_client_start(struct sim_client *client);
void sim_client_on_bytes(struct sim_client *client, net_handle conn, struct bytes bytes);
void sim_client_on_lost(struct sim_client *client, net_handle conn);
bool sim_client_is_done(const struct sim_client *client);
const char *sim_client_doing(const struct sim_client *client);
/* The account it logs in with, as the body of account_add. */
void sim_client_describe(const struct sim_client *client, char *body, size_t size);
/* Its device, as the body of device_add. */
void sim_carry_describe(const struct sim_client *client, char *body, size_t size);

#endif
