/*
 * port/store.h over the tables of sim_base.h, with what a real database and
 * the way to it do once a year: answers late or lost, a commit that nobody
 * knows the end of, the server gone, a dead daemon's commit that still arrives.
 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "sim_base.h"

enum {
	STORE_COMMIT_US = 20000, /* at most, as far as nothing goes wrong */
	STORE_READ_US = 8000,
	STORE_SLOW_US = SIM_US,
	STORE_LATE_US = 500000, /* a commit in doubt ends within it */
	/* Unless the disk stalls: longer than an intake waits. Others of that number wait for it.
	 */
	STORE_STALL_US = 16 * SIM_US,
	STORE_LIMIT_US = 2 * SIM_US, /* after which a link gives up a commit that waits */
	/* Whoever asked is answered before the server is back. */
	STORE_DOWN_US_MIN = 100000,
	STORE_DOWN_US_MAX = 12 * SIM_US, /* beyond what an intake waits */
};

/* A commit or read under way. */
struct sim_call {
	struct sim_call *next;
	uint64_t number, ticket;
	uint32_t epoch;
	uint64_t server; /* the life of the server that it was sent to; 0: there was none */
	bool is_commit, is_busy, is_late;
	/* commit */
	struct store_batch batch;
	struct store_item *items;
	/* read */
	enum store_question question;
	struct bytes params[STORE_PARAM_COUNT_MAX];
	size_t param_count;
	/* put: params hold city, unit, bytes */
	struct store_put put;
};

struct sim_store {
	struct sim *sim;
	struct sim_base *base;
	struct store_events events;
	uint32_t epoch;           /* of the daemon that is connected */
	bool is_up, is_told;      /* is_told: what the daemon has heard of it */
	uint64_t server;          /* its life, from 1 */
	uint64_t number, stalled; /* stalled: the call that all commits wait for; 0: none */
	struct sim_call *calls;
	size_t read_count, put_count;
	bool is_committing;
};

static struct bytes
bytes_copy(struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.size + 1);

	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	copy[bytes.size] = '\0';
	return (struct bytes){copy, bytes.size};
}

static void
bytes_free(struct bytes bytes)
{
	free((void *)(uintptr_t)bytes.data);
}

static void
call_free(struct sim_call *call)
{
	for (size_t i = 0; i < call->param_count; i++)
		bytes_free(call->params[i]);
	for (size_t i = 0; call->is_commit && i < call->batch.item_count; i++) {
		struct store_item *item = &call->items[i];

		free((void *)(uintptr_t)item->action);
		free((void *)(uintptr_t)item->actor);
		free((void *)(uintptr_t)item->city);
		bytes_free(item->body);
		bytes_free(item->receipt);
		for (size_t j = 0; j < item->blob_count; j++)
			bytes_free(item->blobs[j]);
		free((void *)(uintptr_t)item->blobs);
	}
	free(call->items);
	free(call);
}

static struct sim_call *
call_take(struct sim_store *store, uint64_t number)
{
	for (struct sim_call **link = &store->calls; *link != NULL; link = &(*link)->next)
		if ((*link)->number == number) {
			struct sim_call *call = *link;

			*link = call->next;
			return call;
		}
	return NULL;
}

static struct sim_call *
call_new(struct sim_store *store, uint64_t ticket)
{
	struct sim_call *call = calloc(1, sizeof *call);

	call->number = ++store->number;
	call->ticket = ticket;
	call->epoch = store->sim->epoch;
	call->server = store->is_up ? store->server : 0;
	call->next = store->calls;
	store->calls = call;
	return call;
}

/* ---- Commits. */

/* A commit of which the daemon heard only that the connection broke. */
static void
on_late(struct sim *sim, uint64_t number, uint64_t unused)
{
	struct sim_store *store = sim->store;
	struct sim_call *call = call_take(store, number);
	struct store_verdict verdicts[STORE_BATCH_ITEM_COUNT_MAX];
	enum store_outcome outcome = STORE_FAILED; /* the server has died since */

	(void)unused;
	if (call == NULL)
		return; /* it was hurried */
	if (store->stalled == number)
		store->stalled = 0;
	if (call->server == store->server)
		outcome = sim_base_commit(store->base, &call->batch, verdicts);
	sim_trace(sim, "commit %llu arrives late: outcome %d",
	    (unsigned long long)call->batch.number, (int)outcome);
	call_free(call);
}

static void
commit_is_late(struct sim_store *store, struct sim_call *call)
{
	struct sim *sim = store->sim;
	uint64_t late_us = sim_below(sim, STORE_LATE_US);

	if (sim_chance(sim, 40)) {
		late_us = sim_below(sim, STORE_STALL_US);
		store->stalled = call->number;
		sim_trace(sim, "the disk stalls");
	}
	call->is_late = true;
	call->next = store->calls;
	store->calls = call;
	sim_after(sim, late_us, on_late, call->number, 0, false);
}

/* An op was just said not to be there, while it is on its way: the worst moment for it to land. */
static void
commit_hurry(struct sim_store *store, const struct sim_call *asked)
{
	for (const struct sim_call *call = store->calls; call != NULL; call = call->next)
		for (size_t i = 0; call->is_late && i < call->batch.item_count; i++)
			if (memcmp(call->items[i].op_id, asked->params[0].data, 16) == 0 &&
			    sim_chance(store->sim, 50))
				sim_after(store->sim, sim_below(store->sim, 200), on_late,
				    call->number, 0, false);
}

static void
call_answer(struct sim_store *store, const struct sim_call *call, enum store_outcome outcome,
    const struct store_verdict *verdicts)
{
	bool has_verdicts = outcome == STORE_COMMITTED || outcome == STORE_REFUSED;

	sim_trace(store->sim, "commit %llu of %zu (%s of %s ...): outcome %d",
	    (unsigned long long)call->batch.number, call->batch.item_count, call->items[0].action,
	    call->items[0].actor, (int)outcome);
	if (call->epoch != store->sim->epoch)
		return; /* whoever asked is dead */
	store->is_committing = false;
	store->events.committed(store->events.arg, call->ticket, outcome, verdicts,
	    has_verdicts ? call->batch.item_count : 0);
}

static void
on_commit(struct sim *sim, uint64_t number, uint64_t waited)
{
	struct sim_store *store = sim->store;
	struct sim_call *call;
	struct store_verdict verdicts[STORE_BATCH_ITEM_COUNT_MAX];
	enum store_outcome outcome = STORE_FAILED;
	bool is_broken;

	if (store->stalled != 0 && !waited) {
		sim_after(sim, sim_below(sim, STORE_LIMIT_US), on_commit, number, true, false);
		return;
	}
	call = call_take(store, number);
	is_broken = call->server != 0 &&
		    (call->server != store->server || store->stalled != 0 || sim_chance(sim, 6));
	if (is_broken) {
		unsigned way = (unsigned)sim_below(sim, 3);

		/* It may have run, or never; or run yet, if the server still lives. */
		outcome = STORE_UNCERTAIN;
		if (way == 0 && store->stalled == 0)
			(void)sim_base_commit(store->base, &call->batch, verdicts);
		if (way == 1 && store->stalled == 0 && call->server == store->server) {
			call_answer(store, call, outcome, NULL);
			commit_is_late(store, call);
			return;
		}
	} else if (call->server != 0 && !sim_chance(sim, 3)) {
		outcome = sim_base_commit(store->base, &call->batch, verdicts);
		if (sim->core != NULL && sim_chance(sim, 2))
			sim->kill(sim); /* between the commit and its answer */
	}
	call_answer(store, call, outcome, verdicts);
	call_free(call);
}

static void
store_commit(void *arg, const struct store_batch *batch, uint64_t ticket)
{
	struct sim_store *store = arg;
	struct sim_call *call = call_new(store, ticket);

	if (store->is_committing)
		sim_violate(store->sim, "two batches in flight");
	if (batch->item_count == 0 || batch->item_count > STORE_BATCH_ITEM_COUNT_MAX)
		sim_violate(store->sim, "a batch of %zu", batch->item_count);
	store->is_committing = true;
	call->is_commit = true;
	call->batch = *batch;
	call->items = calloc(batch->item_count, sizeof *call->items);
	call->batch.items = call->items;
	for (size_t i = 0; i < batch->item_count; i++) {
		const struct store_item *from = &batch->items[i];
		struct store_item *to = &call->items[i];
		struct bytes *blobs = calloc(from->blob_count + 1, sizeof *blobs);

		*to = *from;
		to->action = strdup(from->action);
		to->actor = strdup(from->actor);
		to->city = strdup(from->city);
		to->body = bytes_copy(from->body);
		to->receipt = bytes_copy(from->receipt);
		for (size_t j = 0; j < from->blob_count; j++)
			blobs[j] = bytes_copy(from->blobs[j]);
		to->blobs = blobs;
	}
	sim_after(store->sim,
	    500 +
		sim_below(store->sim, sim_chance(store->sim, 15) ? STORE_SLOW_US : STORE_COMMIT_US),
	    on_commit, call->number, 0, false);
}

/* ---- Reads. */

static void
on_read(struct sim *sim, uint64_t number, uint64_t unused)
{
	struct sim_store *store = sim->store;
	struct sim_call *call = call_take(store, number);
	struct arena *arena = arena_new(64 << 20);
	struct store_rows rows = {.err = JX_OK};

	(void)unused;
	if (call->is_busy)
		rows.err = JX_E_BUSY;
	else if (call->server == 0 || call->server != store->server || sim_chance(sim, 3))
		rows.err = JX_E_UNAVAILABLE;
	else
		sim_base_answer(
		    store->base, call->question, call->params, call->param_count, arena, &rows);
	if (call->question == QUESTION_OP && rows.err == JX_OK && rows.row_count == 0)
		commit_hurry(store, call);
	if (call->epoch == sim->epoch) {
		store->read_count -= !call->is_busy;
		store->events.answered(store->events.arg, call->ticket, &rows);
	}
	arena_free(arena);
	call_free(call);
}

static void
store_read(void *arg, enum store_question question, const struct bytes *params, size_t param_count,
    uint64_t ticket)
{
	struct sim_store *store = arg;
	struct sim_call *call = call_new(store, ticket);

	call->is_busy = store->read_count >= STORE_READ_COUNT_MAX;
	store->read_count += !call->is_busy;
	call->question = question;
	call->param_count = param_count;
	for (size_t i = 0; i < param_count; i++)
		call->params[i] = bytes_copy(params[i]);
	sim_after(store->sim,
	    200 + sim_below(store->sim, sim_chance(store->sim, 10) ? STORE_SLOW_US : STORE_READ_US),
	    on_read, call->number, 0, false);
}

/* ---- Puts. */

static void
on_put(struct sim *sim, uint64_t number, uint64_t is_late)
{
	struct sim_store *store = sim->store;
	struct sim_call *call = call_take(store, number);
	uint8_t bits[SIM_HAVE_SIZE];
	struct bytes have = {NULL, 0};
	enum jx_err err = JX_E_UNAVAILABLE;
	bool is_there = call->server != 0 && call->server == store->server;
	/* Nobody hears of it: it was done, or it was not, or it still will be. */
	bool is_lost = !is_there || sim_chance(sim, 4), is_coming = false;

	if (call->is_busy)
		err = JX_E_BUSY;
	else if (is_there && (!is_lost || is_late || sim_chance(sim, 50)))
		err = sim_evidence_put(store->base, &call->put, bits, &have);
	else
		is_coming = is_there && sim_chance(sim, 50);
	if (is_lost && !call->is_busy) {
		err = JX_E_UNAVAILABLE;
		have = (struct bytes){NULL, 0};
	}
	if (!is_late && call->epoch == sim->epoch) {
		store->put_count -= !call->is_busy;
		store->events.put_done(store->events.arg, call->ticket, err, have);
	}
	if (!is_coming) {
		call_free(call);
		return;
	}
	call->next = store->calls;
	store->calls = call;
	sim_after(sim, sim_below(sim, STORE_LATE_US), on_put, number, true, false);
}

static void
store_put(void *arg, const struct store_put *put, uint64_t ticket)
{
	struct sim_store *store = arg;
	struct sim_call *call = call_new(store, ticket);

	call->is_busy = store->put_count >= STORE_PUT_COUNT_MAX;
	store->put_count += !call->is_busy;
	call->put = *put;
	call->param_count = 3;
	call->params[0] = bytes_copy((struct bytes){(const uint8_t *)put->city, strlen(put->city)});
	call->params[1] = bytes_copy((struct bytes){(const uint8_t *)put->unit, strlen(put->unit)});
	call->params[2] = bytes_copy(put->bytes);
	call->put.city = (const char *)call->params[0].data;
	call->put.unit = (const char *)call->params[1].data;
	call->put.bytes = call->params[2];
	sim_after(store->sim,
	    200 + sim_below(store->sim, sim_chance(store->sim, 10) ? STORE_SLOW_US : STORE_READ_US),
	    on_put, call->number, false, false);
}

/* ---- The server comes and goes; the daemon notices a while after it is so. */

static void
on_tell(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	struct sim_store *store = sim->store;

	(void)unused;
	(void)unused_too;
	if (store->epoch != sim->epoch || store->is_told == store->is_up)
		return;
	store->is_told = store->is_up;
	store->events.available(store->events.arg, store->is_told);
}

static void
store_tell(struct sim_store *store)
{
	sim_after(store->sim, 1000 + sim_below(store->sim, 20000), on_tell, 0, 0, true);
}

static void
on_up(struct sim *sim, uint64_t server, uint64_t unused)
{
	struct sim_store *store = sim->store;

	(void)unused;
	if (store->server != server)
		return; /* it crashed again meanwhile */
	store->is_up = true;
	store_tell(store);
}

void
sim_store_connect(struct sim_store *store, const struct store_events *events)
{
	store->events = *events;
	store->epoch = store->sim->epoch;
	store->is_told = store->is_committing = false;
	store->read_count = store->put_count = 0;
	store_tell(store);
}

void
sim_store_crash(struct sim_store *store)
{
	if (!store->is_up)
		return;
	sim_trace(store->sim, "the database is gone");
	store->is_up = false;
	store->stalled = 0;
	store->server++;
	store_tell(store);
	sim_after(store->sim,
	    STORE_DOWN_US_MIN +
		sim_below(store->sim, sim_chance(store->sim, 15) ? STORE_DOWN_US_MAX : SIM_US),
	    on_up, store->server, 0, false);
}

struct sim_base *
sim_store_base(struct sim_store *store)
{
	return store->base;
}

struct store_port
sim_store_port(struct sim_store *store)
{
	return (struct store_port){store, store_commit, store_read, store_put};
}

struct sim_store *
sim_store_new(struct sim *sim)
{
	struct sim_store *store = calloc(1, sizeof *store);

	store->sim = sim;
	store->base = sim_base_new();
	store->server = 1;
	store->is_up = true;
	return store;
}

void
sim_store_free(struct sim_store *store)
{
	while (store->calls != NULL)
		call_free(call_take(store, store->calls->number));
	sim_base_free(store->base);
	free(store);
}
