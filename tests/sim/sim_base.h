/*
 * sim/sim_base.h: the database's tables in memory, and its one transaction.
 * No chance, no time, no faults: those are sim_store.c's.
 *
 * Rows are only ever appended, as in the real one: going back to before a
 * transaction is cutting the arrays.
 */
#ifndef JX_SIM_BASE_H
#define JX_SIM_BASE_H

#include <jansson.h>

#include "port/store.h"
#include "records/kinds.h"

enum { BASE_NAME_SIZE = 72, BASE_HASH_SIZE = 160, BASE_DEVICE_COUNT_MAX = 32 /* of an account */ };

struct base_key {
	uint8_t key_id[8], public_key[32];
	uint64_t since_us;
};

struct base_device {
	char account[BASE_NAME_SIZE];
	uint8_t key_id[8], public_key[32];
};

/* A version of an account; the last of its name counts. */
struct base_account {
	char name[BASE_NAME_SIZE], role[16], city[BASE_NAME_SIZE], hash[BASE_HASH_SIZE];
	char unit[BASE_NAME_SIZE], subject[BASE_NAME_SIZE];
	bool is_disabled;
	uint64_t version, since_us, batch;
};

/* A year as of one batch, whole: any moment can be read again. */
struct base_state {
	char city[BASE_NAME_SIZE];
	uint32_t year;
	uint64_t batch;
	char *scheme, *city_name;
	json_t *kinds[RECORD_KIND_COUNT]; /* {key to sort by: row}; NULL: none */
	json_t *heads[PAPER_END];         /* {key: index of its last version}; NULL: none */
	json_t *deed;                     /* what it came of; NULL: an import */
};

/* A version of a record or paper. */
struct base_version {
	char city[BASE_NAME_SIZE];
	uint32_t year;
	enum record_kind kind;
	char *key; /* its key fields joined by "/" */
	uint64_t version, batch;
	bool is_withdrawn;
	json_t *row;
};

struct base_run {
	char city[BASE_NAME_SIZE];
	uint32_t year, number;
	bool is_final;
	char asked_by[BASE_NAME_SIZE];
	uint64_t asked_us, batch;
};

struct base_end {
	char city[BASE_NAME_SIZE];
	uint32_t year, run;
	char state[16];
	uint64_t finished_us;
	json_t *body; /* of run_finish; NULL: cancelled */
	struct bytes *pages;
	size_t page_count;
};

struct base_op {
	uint8_t op_id[16], content_hash[32];
	char action[32], actor[BASE_NAME_SIZE], city[BASE_NAME_SIZE];
	uint32_t year;
	struct bytes receipt;
	uint64_t received_us;
	int64_t value;
	uint64_t batch;
	size_t index;
};

struct base_batch {
	uint64_t number, sealed_us;
	uint8_t prev_hash[32], root[32], hash[32];
	size_t op_count;
};

struct base_poll {
	char city[BASE_NAME_SIZE], poll[BASE_NAME_SIZE], print[BASE_NAME_SIZE];
	uint32_t year, slot;
};

/* By a poll's index in polls. */
struct base_card {
	uint8_t card[32];
	size_t poll;
};

struct base_vote {
	uint8_t card[32];
	struct bytes sealed;
};

struct base_poll_end {
	size_t poll;
	uint64_t votes;
};

struct base_counts {
	size_t keys, devices, accounts, states, versions, runs, ends, ops, batches, polls, cards, votes, poll_ends;
};

struct sim_base {
	struct base_counts counts;
	struct base_key *keys;
	struct base_device *devices;
	struct base_account *accounts;
	struct base_state *states;
	struct base_version *versions;
	struct base_run *runs;
	struct base_end *ends;
	struct base_op *ops;
	struct base_batch *batches;
	struct sim_evidence *evidence; /* beside the batches: NULL: nothing was put */
	struct base_poll *polls;
	struct base_card *cards;
	struct base_vote *votes;
	struct base_poll_end *poll_ends;
};

struct sim_base *sim_base_new(void);
void sim_base_free(struct sim_base *base);

/* The transaction. Receipts in verdicts are borrowed until the next one. */
enum store_outcome sim_base_commit(
    struct sim_base *base, const struct store_batch *batch, struct store_verdict *verdicts);
/* An item as if it had been there before the story begins: in no batch. */
void sim_base_seed(struct sim_base *base, const struct store_item *item);

const struct base_op *sim_base_op(const struct sim_base *base, const uint8_t *op_id);
const struct base_account *sim_base_account(const struct sim_base *base, const char *name);
/* The state as of that batch; 0: now. */
const struct base_state *sim_base_state(
    const struct sim_base *base, const char *city, uint32_t year, uint64_t batch);
/* NULL: it runs. */
const struct base_end *sim_base_end(
    const struct sim_base *base, const char *city, uint32_t year, uint32_t run);

/* Index of the poll; counts.polls: none. Whether it has ended; how many votes it has. */
size_t sim_poll_find(const struct sim_base *base, const char *city, uint32_t year, const char *poll);
bool sim_poll_is_ended(const struct sim_base *base, size_t poll);
uint64_t sim_poll_votes(const struct sim_base *base, size_t poll);
/* NULL: no such card; no vote. */
const struct base_card *sim_poll_card(const struct sim_base *base, const uint8_t *card);
const struct base_vote *sim_poll_vote(const struct sim_base *base, const uint8_t *card);

/* "" and 0 where it is missing. */
const char *sim_base_text(const json_t *body, const char *name);
uint64_t sim_base_whole(const json_t *body, const char *name);
/* A map that states share becomes this state's own; the values in it stay shared. */
void sim_base_own(json_t **map);

/* ---- sim_answer.c: params are NUL-ended beyond their size; the rows live in arena. */
void sim_base_answer(const struct sim_base *base, enum store_question question,
    const struct bytes *params, size_t param_count, struct arena *arena, struct store_rows *rows);
/* Rows of a kind in canonical order, from offset; a new reference. */
json_t *sim_base_rows(
    const struct base_state *state, enum record_kind kind, uint64_t offset, uint64_t limit);

/* ---- sim_evidence.c: chunks, lists, files. of: whose, and which file (city, year, unit, hash, size). */
enum { SIM_HAVE_SIZE = 128 };
struct sim_file {
	uint64_t used, listed, missing, had, newest_us;
	bool is_sealed;
};
/* One put = one transaction. have: in bits. */
enum jx_err sim_evidence_put(struct sim_base *base, const struct store_put *put,
    uint8_t bits[SIM_HAVE_SIZE], struct bytes *have);
void sim_evidence_free(struct sim_base *base);
struct sim_file sim_evidence_file(const struct sim_base *base, const struct store_put *of);
/* false: not listed. bytes "": not sent. */
bool sim_evidence_chunk(const struct sim_base *base, const struct store_put *of, uint64_t place,
    struct bytes *hash, struct bytes *bytes);
/* ---- sim_poll.c: what a deed does to polls and cards (after its papers); a vote. state: the deed's. */
enum jx_err sim_poll_deed(struct sim_base *base, struct base_state *state, const json_t *body);
enum jx_err sim_poll_ballot(struct sim_base *base, const struct store_item *item, const json_t *body);
/* Records of a kind, appended to the state. */
enum jx_err sim_base_change_kind(
    struct sim_base *base, struct base_state *state, enum record_kind kind, json_t *rows);

/* ---- sim_paper.c: versions. State's own heads must be there for records. */
enum { SIM_PAPER_KEY_SIZE = 1024 };
enum jx_err sim_paper_append_record(
    struct sim_base *base, struct base_state *state, enum record_kind kind, json_t *row);
/* paper: of a deed's body. */
enum jx_err sim_paper_append(struct sim_base *base, struct base_state *state, const json_t *paper);
/* New references: the row as its kind has it; the rows and batches of QUESTION_PAPERS. */
json_t *sim_paper_row(const struct base_version *version);
json_t *sim_paper_rows(
    const struct sim_base *base, const struct base_state *state, enum record_kind kind);
json_t *sim_paper_changed(const struct sim_base *base, const struct base_state *state);

#endif
