/* The intake through the ports: what a batch may hold, and when somebody is answered. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"

enum { OPS_MAX = INTAKE_OP_COUNT_MAX + 8, MIB = 1 << 20 };

/* A store that keeps what it was sent and says what the test wants. */
struct stub {
	struct core *core;
	struct store_events events;
	uint64_t now_us;
	/* The batch in flight. */
	unsigned commits;
	uint64_t ticket, number;
	size_t item_count;
	unsigned items[STORE_BATCH_ITEM_COUNT_MAX]; /* by the first byte pair of op_id */
	uint8_t prev_hash[32], hash[32];
	/* Reads. */
	unsigned head_reads;
	uint64_t read_ticket;
	/* Answers, by op. */
	unsigned answered[OPS_MAX];
	enum jx_err err[OPS_MAX];
	bool replayed[OPS_MAX];
};

static struct moment
stub_now(void *arg)
{
	const struct stub *stub = arg;

	return (struct moment){stub->now_us, stub->now_us};
}

static void
stub_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg;
	(void)text;
	cr_assert_neq(level, LOG_LEVEL_ERROR, "%s", event);
}

static void
stub_commit(void *arg, const struct store_batch *batch, uint64_t ticket)
{
	struct stub *stub = arg;

	stub->commits++;
	stub->ticket = ticket;
	stub->number = batch->number;
	stub->item_count = batch->item_count;
	memcpy(stub->prev_hash, batch->prev_hash, 32);
	memcpy(stub->hash, batch->hash, 32);
	for (size_t i = 0; i < batch->item_count; i++) {
		cr_assert_gt(batch->items[i].receipt.size, 0u);
		stub->items[i] = batch->items[i].op_id[0] | batch->items[i].op_id[1] << 8;
	}
}

static void
stub_read(void *arg, enum store_question question, const struct bytes *params, size_t param_count,
    uint64_t ticket)
{
	struct stub *stub = arg;

	(void)params;
	(void)param_count;
	if (question != QUESTION_HEAD)
		return; /* the core starts: of no interest here */
	stub->head_reads++;
	stub->read_ticket = ticket;
}

static enum jx_err
stub_password(void *arg, const char *password, const char *hash, uint64_t ticket)
{
	(void)arg;
	(void)password;
	(void)hash;
	(void)ticket;
	return JX_OK; /* never answered: the core stays at its start and writes nothing itself */
}

static void
stub_fill(void *arg, void *buffer, size_t size)
{
	(void)arg;
	memset(buffer, 7, size);
}

static const struct store_verdict all_stored[STORE_BATCH_ITEM_COUNT_MAX];

static void
stub_on_done(
    struct core *core, struct request_id req, uint64_t op, const struct intake_outcome *outcome)
{
	struct stub *stub = (struct stub *)core->world.ready_arg;

	(void)req;
	stub->answered[op]++;
	stub->err[op] = outcome->err;
	stub->replayed[op] = outcome->replayed;
	cr_assert(outcome->err != JX_OK || outcome->receipt.size > 0);
}

/* A body of that size, under the op_id of that number; the body of the i-th is its own. */
static enum jx_err
stub_add(struct stub *stub, unsigned op, unsigned op_id, size_t size)
{
	struct intake_op added = {.action = "account_add",
	    .actor = "office",
	    .city = "*",
	    .body = calloc(1, size + 1),
	    .handle = op,
	    .fn = stub_on_done};

	memset(added.body, ' ', size);
	added.op_id[0] = (uint8_t)op_id;
	added.op_id[1] = (uint8_t)(op_id >> 8);
	return intake_add(stub->core, &added);
}

/* Time passes; what became due is done. */
static void
stub_tick(struct stub *stub, uint64_t us)
{
	stub->now_us += us;
	core_tick(stub->core);
}

static void
stub_answer(struct stub *stub, enum store_outcome outcome, const struct store_verdict *verdicts)
{
	bool has_verdicts = outcome == STORE_COMMITTED || outcome == STORE_REFUSED;

	stub->events.committed(
	    stub->events.arg, stub->ticket, outcome, verdicts, has_verdicts ? stub->item_count : 0);
}

/* The head as told: that batch, with that hash. */
static void
stub_tell_head(struct stub *stub, const char *number, const uint8_t hash[32])
{
	const struct bytes cells[2] = {{(const uint8_t *)number, strlen(number)}, {hash, 32}};
	const struct store_rows rows = {JX_OK, *number == '0' ? 0 : 1, 2, cells};

	stub->events.answered(stub->events.arg, stub->read_ticket, &rows);
}

/* A core whose database is there, and empty. */
static void
stub_open(struct stub *stub)
{
	static struct core_world world;
	static struct clock_port clock;
	static struct rng_port rng;
	static struct store_port store;
	static struct job_port job;
	static struct log_port log;
	struct core_config config = core_config_default();
	const uint8_t seed[32] = {1}, zeros[32] = {0};

	*stub = (struct stub){.now_us = 1000000};
	clock = (struct clock_port){stub, stub_now};
	rng = (struct rng_port){stub, stub_fill};
	store = (struct store_port){.arg = stub, .commit = stub_commit, .read = stub_read};
	job = (struct job_port){.arg = stub, .password = stub_password};
	log = (struct log_port){stub, stub_log};
	world = (struct core_world){.clock = &clock,
	    .rng = &rng,
	    .store = &store,
	    .job = &job,
	    .log = &log,
	    .ready_arg = stub};
	cr_assert_geq(sodium_init(), 0);
	crypto_sign_seed_keypair(config.signing_public, config.signing_secret, seed);
	stub->core = core_new(&world, &config);
	stub->events = core_store_events(stub->core);
	stub->events.available(stub->events.arg, true);
	cr_assert_eq(stub->head_reads, 1u);
	stub_tell_head(stub, "0", zeros);
}

Test(intake, forms_one_batch_of_all_that_waits_up_to_its_bound)
{
	struct stub stub;

	stub_open(&stub);
	for (unsigned i = 0; i < STORE_BATCH_ITEM_COUNT_MAX + 3; i++)
		cr_assert_eq(stub_add(&stub, i, i, 10), JX_OK);
	cr_assert_eq(stub.commits, 0u, "nothing is sent from inside a call");
	stub_tick(&stub, 1);
	cr_assert_eq(stub.commits, 1u);
	cr_assert_eq(stub.number, 1u);
	cr_assert_eq(stub.item_count, (size_t)STORE_BATCH_ITEM_COUNT_MAX);
	for (unsigned i = 0; i < STORE_BATCH_ITEM_COUNT_MAX; i++)
		cr_assert_eq(stub.items[i], i, "in order of arrival");
	core_free(stub.core);
}

Test(intake, has_one_batch_in_flight_and_answers_only_after_its_end)
{
	struct stub stub;
	uint8_t first_hash[32];

	stub_open(&stub);
	cr_assert_eq(stub_add(&stub, 0, 0, 10), JX_OK);
	stub_tick(&stub, 1);
	cr_assert_eq(stub_add(&stub, 1, 1, 10), JX_OK);
	stub_tick(&stub, 1);
	cr_assert_eq(stub.commits, 1u, "the second waits for the first");
	cr_assert_eq(stub.answered[0], 0u, "sent is not stored");
	memcpy(first_hash, stub.hash, 32);
	stub_answer(&stub, STORE_COMMITTED, all_stored);
	cr_assert_eq(stub.answered[0], 1u);
	cr_assert_eq(stub.commits, 2u, "the second follows in the same turn");
	cr_assert_eq(stub.number, 2u);
	cr_assert_arr_eq(stub.prev_hash, first_hash, 32);
	stub_answer(&stub, STORE_COMMITTED, all_stored);
	cr_assert_eq(stub.answered[1], 1u);
	cr_assert(intake_is_idle(&stub.core->intake));
	core_free(stub.core);
}

Test(intake, cuts_a_batch_by_size_but_takes_any_single_op)
{
	static const struct {
		size_t sizes[3]; /* MiB of what waits, in order */
		size_t first;    /* so many go into the first batch */
	} rows[] = {{{5, 5, 1}, 1}, {{3, 5, 1}, 2}, {{9, 1, 1}, 1}, {{1, 9, 1}, 1}, {{2, 2, 2}, 3}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stub stub;

		stub_open(&stub);
		for (unsigned j = 0; j < 3; j++)
			cr_assert_eq(stub_add(&stub, j, j, rows[i].sizes[j] * MIB), JX_OK);
		stub_tick(&stub, 1);
		cr_expect_eq(stub.item_count, rows[i].first, "row %zu: %zu", i, stub.item_count);
		core_free(stub.core);
	}
}

Test(intake, never_puts_one_op_id_twice_into_a_batch)
{
	struct stub stub;

	stub_open(&stub);
	cr_assert_eq(stub_add(&stub, 0, 7, 10), JX_OK);
	cr_assert_eq(stub_add(&stub, 1, 7, 10), JX_OK); /* a retry: another connection */
	cr_assert_eq(stub_add(&stub, 2, 8, 10), JX_OK);
	stub_tick(&stub, 1);
	cr_assert_eq(stub.item_count, 2u);
	cr_assert_eq(stub.items[0], 7u);
	cr_assert_eq(stub.items[1], 8u);
	stub_answer(&stub, STORE_COMMITTED, all_stored);
	cr_assert_eq(stub.answered[1], 0u);
	cr_assert_eq(stub.item_count, 1u);
	cr_assert_eq(stub.items[0], 7u, "the retry goes next, to be told that it is one");
	core_free(stub.core);
}

Test(intake, is_busy_when_full_and_then_never_calls_back)
{
	struct stub stub;
	unsigned i = 0;

	stub_open(&stub);
	for (; i < INTAKE_OP_COUNT_MAX; i++)
		cr_assert_eq(stub_add(&stub, i, i, 10), JX_OK);
	cr_assert_eq(stub_add(&stub, i, i, 10), JX_E_BUSY);
	for (int batch = 0; batch < INTAKE_OP_COUNT_MAX / STORE_BATCH_ITEM_COUNT_MAX; batch++) {
		stub_tick(&stub, 1);
		stub_answer(&stub, STORE_COMMITTED, all_stored);
	}
	for (i = 0; i < INTAKE_OP_COUNT_MAX; i++)
		cr_assert_eq(stub.answered[i], 1u, "op %u: %u answers", i, stub.answered[i]);
	cr_assert_eq(stub.answered[INTAKE_OP_COUNT_MAX], 0u);
	cr_assert_eq(stub_add(&stub, i, i, 10), JX_OK, "there is room again");
	core_free(stub.core);

	stub_open(&stub);
	for (i = 0; i < INTAKE_SIZE_MAX / (64 * MIB); i++)
		cr_assert_eq(stub_add(&stub, i, i, 64 * MIB), JX_OK);
	cr_assert_eq(stub_add(&stub, i, i, 1), JX_E_BUSY, "full by size");
	core_free(stub.core);
}

Test(intake, answers_whom_a_refusal_names_and_offers_the_others_again)
{
	struct store_verdict verdicts[4] = {{.err = JX_OK}, {.err = JX_E_EXISTS}, {.err = JX_OK},
	    {.err = JX_OK, .replayed = true, .receipt = {(const uint8_t *)"old", 3}}};
	struct stub stub;

	stub_open(&stub);
	for (unsigned i = 0; i < 4; i++)
		cr_assert_eq(stub_add(&stub, i, i, 10), JX_OK);
	stub_tick(&stub, 1);
	stub_answer(&stub, STORE_REFUSED, verdicts);
	cr_assert_eq(stub.answered[0] + stub.answered[2], 0u);
	cr_assert_eq(stub.err[1], JX_E_EXISTS);
	cr_assert(stub.answered[3] == 1 && stub.err[3] == JX_OK && stub.replayed[3]);
	cr_assert_eq(stub.number, 1u, "nothing was stored: the number is still free");
	cr_assert_eq(stub.item_count, 2u);
	cr_assert(stub.items[0] == 0 && stub.items[1] == 2);
	stub_answer(&stub, STORE_COMMITTED, all_stored);
	cr_assert(stub.answered[0] == 1 && stub.answered[2] == 1 && !stub.replayed[0]);
	core_free(stub.core);
}

/* Lost, behind or failed: nobody is told, the head is asked for, and the same ops go out again. */
Test(intake, resolves_every_doubt_by_the_head_and_the_same_ops)
{
	static const enum store_outcome outcomes[] = {STORE_UNCERTAIN, STORE_BEHIND, STORE_FAILED};

	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		const uint8_t hash[32] = {9};
		struct stub stub;

		stub_open(&stub);
		cr_assert_eq(stub_add(&stub, 0, 0, 10), JX_OK);
		cr_assert_eq(stub_add(&stub, 1, 1, 10), JX_OK);
		stub_tick(&stub, 1);
		stub_answer(&stub, outcomes[i], NULL);
		stub_tick(&stub, INTAKE_RETRY_US);
		cr_assert_eq(stub.head_reads, 2u, "outcome %d", (int)outcomes[i]);
		cr_assert_eq(stub.commits, 1u, "not before the head is known");
		cr_assert_eq(stub.answered[0] + stub.answered[1], 0u);
		stub_tell_head(&stub, "5", hash);
		stub_tick(&stub, 1);
		cr_assert_eq(stub.commits, 2u);
		cr_assert_eq(stub.number, 6u);
		cr_assert_arr_eq(stub.prev_hash, hash, 32);
		cr_assert(stub.item_count == 2 && stub.items[0] == 0 && stub.items[1] == 1);
		core_free(stub.core);
	}
}

Test(intake, gives_back_what_waits_too_long_but_not_what_is_in_flight)
{
	struct stub stub;

	stub_open(&stub);
	cr_assert_eq(stub_add(&stub, 0, 0, 10), JX_OK);
	stub_tick(&stub, 1);
	cr_assert_eq(stub_add(&stub, 1, 1, 10), JX_OK);
	stub_tick(&stub, INTAKE_WAIT_US_MAX);
	cr_assert_eq(stub.answered[1], 0u);
	stub_tick(&stub, 2);
	cr_assert(stub.answered[1] == 1 && stub.err[1] == JX_E_UNAVAILABLE);
	cr_assert_eq(stub.answered[0], 0u, "it may be stored this moment");
	stub_answer(&stub, STORE_COMMITTED, all_stored);
	cr_assert(stub.answered[0] == 1 && stub.err[0] == JX_OK);
	core_free(stub.core);
}
