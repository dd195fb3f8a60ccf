/*
 * contract/store_contract.h: what port/store.h promises, as scenarios that know
 * nothing but port/store.h. The same table runs on the real store
 * (real_test.c) and on the simulated one.
 *
 * Whoever runs it: contract_init, open a store with contract_events and the
 * contract as their arg, fill world, call a scenario; each on an empty store. A
 * broken promise is printed with file and line, and the process aborts.
 */
#ifndef JX_CONTRACT_STORE_CONTRACT_H
#define JX_CONTRACT_STORE_CONTRACT_H

#include <stdio.h>
#include <stdlib.h>

#include "port/store.h"

struct contract_world {
	void *arg;
	struct store_port port;
	/* Lets the loop run, at most ms; returns after the first events. */
	void (*pump)(void *arg, unsigned ms);
	/* Kills the database this very moment; it comes back by itself. */
	void (*crash)(void *arg);
};

enum {
	CONTRACT_TICKETS_MAX = 1024,
	CONTRACT_WAIT_MS_MAX = 60000,
};

/* An answer to a read, copied. */
struct contract_rows {
	bool is_done;
	enum jx_err err;
	size_t row_count, column_count;
	struct bytes *cells; /* owned, each NUL-ended beyond its size */
};

/* An answer to a put. */
struct contract_put {
	bool is_done;
	enum jx_err err;
	uint8_t have[128];
	size_t have_size;
};

struct contract {
	struct contract_world world;
	uint64_t head_number;
	uint8_t head_hash[32], sent_hash[32], secret[64], public_key[32];
	bool is_inside; /* a call of the port: no event may come */
	bool is_available;
	unsigned available_count, gone_count;
	uint64_t next_ticket;
	/* The last commit. */
	bool is_committed;
	enum store_outcome outcome;
	struct store_verdict verdicts[STORE_BATCH_ITEM_COUNT_MAX];
	size_t verdict_count;
	struct contract_rows answers[CONTRACT_TICKETS_MAX]; /* by ticket */
	struct contract_put puts[CONTRACT_TICKETS_MAX];     /* likewise */
};

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

void contract_init(struct contract *contract);
void contract_clear(struct contract *contract);
struct store_events contract_events(struct contract *contract);

/* ---- For scenarios. */

/* What an item says; the rest (hashes, receipt, batch) is made for it. */
struct contract_item {
	const char *action, *city;
	uint32_t year;
	uint64_t op;      /* the op_id comes from this number */
	uint64_t content; /* and the content hash from this */
	const char *body;
	const char *actor; /* NULL: "office" */
	const struct bytes *blobs;
	size_t blob_count;
	uint64_t received_us; /* 0: by the number of the op */
};

/* Sends the batch that follows the head and waits. After STORE_COMMITTED the head has moved. */
enum store_outcome contract_commit(
    struct contract *contract, const struct contract_item *items, size_t count);
/* Sends only; contract_wait_commit waits. */
void contract_send(struct contract *contract, const struct contract_item *items, size_t count);
enum store_outcome contract_wait_commit(struct contract *contract);
/* After a commit that was awaited and done: the next batch follows the one sent (no question
 * asked). */
void contract_follow(struct contract *contract);
/* One item that must be committed; its value. */
int64_t contract_must(struct contract *contract, const struct contract_item *item);
/* One item that must be refused so. */
void contract_must_not(
    struct contract *contract, const struct contract_item *item, enum jx_err err);

/* Asks with texts (NULL ends) and waits; valid until contract_clear. */
const struct contract_rows *contract_ask(
    struct contract *contract, enum store_question question, ...);
/* The ticket of a read that is only sent. */
uint64_t contract_send_read(struct contract *contract, enum store_question question,
    const struct bytes *params, size_t count);
const struct contract_rows *contract_wait_read(struct contract *contract, uint64_t ticket);
const struct contract_rows *contract_ask_op(struct contract *contract, uint64_t op);
/* The ticket of a put that is only sent; puts and waits. */
uint64_t contract_send_put(struct contract *contract, const struct store_put *put);
const struct contract_put *contract_wait_put(struct contract *contract, uint64_t ticket);
const struct contract_put *contract_put(struct contract *contract, const struct store_put *put);
/* The head as the store knows it, taken over into contract. */
void contract_read_head(struct contract *contract);
void contract_wait_available(struct contract *contract, bool is_available);

const char *contract_cell(const struct contract_rows *rows, size_t row, size_t column);
bool contract_cell_is(
    const struct contract_rows *rows, size_t row, size_t column, const char *text);

/* ---- The scenarios. */

struct contract_scenario {
	const char *name;
	void (*run)(struct contract *contract);
};
extern const struct contract_scenario contract_scenarios[];
extern const size_t contract_scenario_count;

#endif
