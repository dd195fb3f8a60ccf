#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/batch.h"
#include "store/link.h"
#include "store/migrate.h"
#include "store/put.h"
#include "store/question.h"

enum {
	STORE_READ_LINK_COUNT = 3,
	STORE_READ_LINK_COUNT_MAX = 16,
	STORE_READ_DEPTH =
	    4, /* in flight on one connection: enough to hide the way there and back */
	STORE_READ_MS_MAX = 30000,
	STORE_COMMIT_MS_MAX = 60000, /* an import of a province's ballots */
	STORE_PUT_LINK_COUNT = 2,    /* one writes while the other waits for the disk */
	STORE_PUT_DEPTH = 4,
	STORE_PUT_MS_MAX = 30000,
};

struct store_read {
	struct link_call call; /* first: a call is cast back */
	struct store *store;
	struct store_read *next;
	enum store_question question;
	struct question_params params;
	uint64_t ticket;
	enum jx_err err; /* the answer of one that was never sent */
};

struct store_reads {
	struct store_read *first, **last;
};

struct store_commit {
	struct link_call call;
	bool is_busy;   /* committed is owed */
	bool is_unsent; /* by the next turn: STORE_FAILED */
	size_t item_count;
	uint64_t ticket;
};

struct store_waiting_put {
	struct link_call call; /* first: a call is cast back */
	struct store *store;
	struct store_waiting_put *next;
	enum store_put_kind kind;
	struct put_params params;
	uint64_t ticket;
	enum jx_err err; /* the answer of one that was never sent */
};

struct store_puts {
	struct store_waiting_put *first, **last;
};

struct store {
	struct store_events events;
	struct log_port log;
	char *pool_url;
	struct link *write_link, *read_links[STORE_READ_LINK_COUNT_MAX];
	unsigned read_link_count;
	struct event *turn; /* what must come from the loop, and sending what waits */
	struct store_reads waiting, refused;
	size_t read_count; /* waiting or in flight */
	struct link *put_links[STORE_PUT_LINK_COUNT];
	struct store_puts puts, refused_puts;
	size_t put_count; /* waiting or in flight */
	struct store_commit commit;
	bool is_available, is_closing;
};

static void
reads_init(struct store_reads *reads)
{
	reads->first = NULL;
	reads->last = &reads->first;
}

static void
reads_add(struct store_reads *reads, struct store_read *read)
{
	read->next = NULL;
	*reads->last = read;
	reads->last = &read->next;
}

static struct store_read *
reads_take(struct store_reads *reads)
{
	struct store_read *read = reads->first;

	if (read == NULL)
		return NULL;
	reads->first = read->next;
	if (reads->first == NULL)
		reads->last = &reads->first;
	return read;
}

/* ---- Availability. */

static struct link *
store_find_link(struct link *const *links, unsigned count)
{
	struct link *best = NULL;

	for (unsigned i = 0; i < count; i++) {
		struct link *link = links[i];

		if (link != NULL && link_is_ready(link) &&
		    (best == NULL || link_inflight(link) < link_inflight(best)))
			best = link;
	}
	return best;
}

static struct link *
store_find_read_link(const struct store *store)
{
	return store_find_link(store->read_links, store->read_link_count);
}

static void
store_on_link_changed(void *arg, bool is_ready)
{
	struct store *store = arg;
	bool is_available;

	(void)is_ready;
	if (store->is_closing)
		return;
	event_active(store->turn, EV_TIMEOUT, 0);
	is_available = store->write_link != NULL && link_is_ready(store->write_link) &&
		       store_find_read_link(store) != NULL;
	if (is_available == store->is_available)
		return;
	store->is_available = is_available;
	log_say(&store->log, is_available ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
	    is_available ? "store_available" : "store_gone", "the database %s",
	    is_available ? "can be used" : "cannot be used for now");
	store->events.available(store->events.arg, is_available);
}

/* ---- Reads. */

static void
store_answer(struct store_read *read, const struct store_rows *rows)
{
	struct store *store = read->store;
	uint64_t ticket = read->ticket;

	question_params_clear(&read->params);
	free(read);
	if (!store->is_closing)
		store->events.answered(store->events.arg, ticket, rows);
}

static void
store_on_read(struct link_call *call, enum link_end end, const PGresult *result)
{
	struct store_read *read = (struct store_read *)call;
	struct store *store = read->store;
	struct store_rows rows = {.err = JX_E_UNAVAILABLE};
	struct bytes *cells = NULL;

	store->read_count--;
	if (store->waiting.first != NULL && !store->is_closing)
		event_active(store->turn, EV_TIMEOUT, 0);
	if (end == LINK_DONE) {
		rows.row_count = (size_t)PQntuples(result);
		rows.column_count = (size_t)PQnfields(result);
		cells = calloc(rows.row_count * rows.column_count + 1, sizeof *cells);
		if (cells != NULL)
			rows.err = JX_OK;
	}
	for (size_t i = 0; cells != NULL && i < rows.row_count * rows.column_count; i++) {
		int row = (int)(i / rows.column_count), column = (int)(i % rows.column_count);

		if (!PQgetisnull(result, row, column))
			cells[i] = (struct bytes){(const uint8_t *)PQgetvalue(result, row, column),
			    (size_t)PQgetlength(result, row, column)};
	}
	rows.cells = cells;
	store_answer(read, &rows);
	free(cells);
}

static void
store_dispatch(struct store *store)
{
	while (store->waiting.first != NULL) {
		struct link *link = store_find_read_link(store);
		struct store_read *read;
		struct link_params params;

		if (link != NULL && link_inflight(link) >= STORE_READ_DEPTH)
			return;
		read = reads_take(&store->waiting);
		params = (struct link_params){question_statements[read->question].param_count,
		    read->params.values, read->params.sizes, read->params.formats};
		if (link == NULL || !link_send(link, &read->call,
					question_statements[read->question].name, &params)) {
			store->read_count--;
			read->err = JX_E_UNAVAILABLE;
			reads_add(&store->refused, read);
			event_active(store->turn, EV_TIMEOUT, 0);
		}
	}
}

static void
store_read(void *arg, enum store_question question, const struct bytes *params, size_t param_count,
    uint64_t ticket)
{
	struct store *store = arg;
	struct store_read *read = calloc(1, sizeof *read);

	/* A port that owes an answer needs at least the room to remember that. */
	assert(read != NULL);
	read->call.done = store_on_read;
	read->store = store;
	read->question = question;
	read->ticket = ticket;
	if (store->read_count >= STORE_READ_COUNT_MAX)
		read->err = JX_E_BUSY;
	else if (store_find_read_link(store) == NULL)
		read->err = JX_E_UNAVAILABLE;
	else if (question_params_init(&read->params, question, params, param_count) != JX_OK)
		read->err = JX_E_BUSY;
	if (read->err != JX_OK) {
		reads_add(&store->refused, read);
	} else {
		store->read_count++;
		reads_add(&store->waiting, read);
	}
	event_active(store->turn, EV_TIMEOUT, 0);
}

/* ---- Commits. */

static void
store_finish_commit(
    struct store *store, enum store_outcome outcome, const struct store_verdict *verdicts)
{
	bool has_verdicts = outcome == STORE_COMMITTED || outcome == STORE_REFUSED;
	size_t count = has_verdicts ? store->commit.item_count : 0;

	assert(store->commit.is_busy);
	store->commit.is_busy = store->commit.is_unsent = false;
	if (!store->is_closing)
		store->events.committed(store->events.arg, store->commit.ticket, outcome,
		    has_verdicts ? verdicts : NULL, count);
}

static void
store_on_commit(struct link_call *call, enum link_end end, const PGresult *result)
{
	struct store *store = (struct store *)((char *)call - offsetof(struct store, commit.call));
	struct store_verdict verdicts[STORE_BATCH_ITEM_COUNT_MAX];
	enum store_outcome outcome = STORE_FAILED;

	if (end == LINK_LOST)
		outcome = STORE_UNCERTAIN;
	else if (end == LINK_DONE &&
		 batch_read(result, store->commit.item_count, verdicts, &outcome) != JX_OK) {
		/* The transaction ended, but not in words we know: the op ids can be asked for. */
		log_say(&store->log, LOG_LEVEL_ERROR, "store_verdicts",
		    "batch_commit answered something else");
		outcome = STORE_UNCERTAIN;
	}
	for (size_t i = 0; outcome == STORE_REFUSED && i < store->commit.item_count; i++)
		if (verdicts[i].err == JX_E_INTERNAL)
			log_say(&store->log, LOG_LEVEL_ERROR, "store_item",
			    "the database could not apply item %zu of a batch: see its log", i);
	store_finish_commit(store, outcome, verdicts);
}

static void
store_commit(void *arg, const struct store_batch *batch, uint64_t ticket)
{
	struct store *store = arg;
	struct batch_params encoded;

	assert(!store->commit.is_busy);
	store->commit = (struct store_commit){
	    .call.done = store_on_commit,
	    .is_busy = true,
	    .is_unsent = true,
	    .item_count = batch->item_count,
	    .ticket = ticket,
	};
	/* Once it was said to be gone, nothing is tried on what is left of it: that it failed is then certain. */
	if (batch_params_init(&encoded, batch) == JX_OK && store->is_available) {
		struct link_params params = {
		    BATCH_PARAM_COUNT, encoded.values, encoded.sizes, encoded.formats};

		store->commit.is_unsent = !link_send(
		    store->write_link, &store->commit.call, batch_statement.name, &params);
	}
	batch_params_clear(&encoded);
	if (store->commit.is_unsent)
		event_active(store->turn, EV_TIMEOUT, 0);
}

/* ---- Puts. */

static void
puts_init(struct store_puts *puts)
{
	puts->first = NULL;
	puts->last = &puts->first;
}

static void
puts_add(struct store_puts *puts, struct store_waiting_put *put)
{
	put->next = NULL;
	*puts->last = put;
	puts->last = &put->next;
}

static struct store_waiting_put *
puts_take(struct store_puts *puts)
{
	struct store_waiting_put *put = puts->first;

	if (put == NULL)
		return NULL;
	puts->first = put->next;
	if (puts->first == NULL)
		puts->last = &puts->first;
	return put;
}

static void
store_answer_put(struct store_waiting_put *put, enum jx_err err, struct bytes have)
{
	struct store *store = put->store;
	uint64_t ticket = put->ticket;

	put_params_clear(&put->params);
	free(put);
	if (!store->is_closing)
		store->events.put_done(store->events.arg, ticket, err, have);
}

static void
store_on_put(struct link_call *call, enum link_end end, const PGresult *result)
{
	struct store_waiting_put *put = (struct store_waiting_put *)call;
	struct store *store = put->store;
	struct bytes have = {NULL, 0};
	enum jx_err err = end == LINK_LOST ? JX_E_UNAVAILABLE : JX_E_INTERNAL;

	store->put_count--;
	if (store->puts.first != NULL && !store->is_closing)
		event_active(store->turn, EV_TIMEOUT, 0);
	if (end == LINK_DONE)
		err = put_read(result, &have);
	store_answer_put(put, err, have);
}

static void
store_refuse_put(struct store *store, struct store_waiting_put *put, enum jx_err err)
{
	put->err = err;
	puts_add(&store->refused_puts, put);
	event_active(store->turn, EV_TIMEOUT, 0);
}

static void
store_dispatch_puts(struct store *store)
{
	while (store->puts.first != NULL) {
		struct link *link = store_find_link(store->put_links, STORE_PUT_LINK_COUNT);
		struct store_waiting_put *put;
		struct link_params params;

		if (link != NULL && link_inflight(link) >= STORE_PUT_DEPTH)
			return;
		put = puts_take(&store->puts);
		params = (struct link_params){
		    put->params.count, put->params.values, put->params.sizes, put->params.formats};
		if (link != NULL &&
		    link_send(link, &put->call, put_statements[put->kind].name, &params)) {
			put_params_clear(&put->params); /* the connection has its own copy */
			continue;
		}
		store->put_count--;
		store_refuse_put(store, put, JX_E_UNAVAILABLE);
	}
}

static void
store_put(void *arg, const struct store_put *asked, uint64_t ticket)
{
	struct store *store = arg;
	struct store_waiting_put *put = calloc(1, sizeof *put);

	assert(put != NULL); /* as in store_read */
	put->call.done = store_on_put;
	put->store = store;
	put->kind = asked->kind;
	put->ticket = ticket;
	if (store->put_count >= STORE_PUT_COUNT_MAX) {
		store_refuse_put(store, put, JX_E_BUSY);
	} else if (store_find_link(store->put_links, STORE_PUT_LINK_COUNT) == NULL) {
		store_refuse_put(store, put, JX_E_UNAVAILABLE);
	} else if (put_params_init(&put->params, asked) != JX_OK) {
		store_refuse_put(store, put, JX_E_BUSY);
	} else {
		store->put_count++;
		puts_add(&store->puts, put);
		event_active(store->turn, EV_TIMEOUT, 0);
	}
}

/* ---- The turn: what may not happen inside a call. */

static void
store_on_turn(evutil_socket_t fd, short events, void *arg)
{
	struct store *store = arg;
	struct store_reads refused = store->refused;
	struct store_waiting_put *put, *refused_put = store->refused_puts.first;
	struct store_read *read;

	(void)fd;
	(void)events;
	if (refused.first != NULL) {
		*refused.last = NULL;
		reads_init(&store->refused);
	}
	while ((read = refused.first) != NULL) {
		struct store_rows rows = {.err = read->err};

		refused.first = read->next;
		store_answer(read, &rows);
	}
	puts_init(&store->refused_puts);
	while ((put = refused_put) != NULL) {
		refused_put = put->next;
		store_answer_put(put, put->err, (struct bytes){NULL, 0});
	}
	if (store->commit.is_unsent)
		store_finish_commit(store, STORE_FAILED, NULL);
	store_dispatch(store);
	store_dispatch_puts(store);
}

/* ---- Open and close. */

static enum jx_err
store_start(struct store *store, struct event_base *base)
{
	static const char *const names[STORE_READ_LINK_COUNT_MAX] = {"read 1", "read 2", "read 3",
	    "read 4", "read 5", "read 6", "read 7", "read 8", "read 9", "read 10", "read 11",
	    "read 12", "read 13", "read 14", "read 15", "read 16"};
	struct link_config config = {
	    .base = base,
	    .log = &store->log,
	    .name = "write",
	    .url = store->pool_url,
	    .statements = &batch_statement,
	    .statement_count = 1,
	    .call_ms_max = STORE_COMMIT_MS_MAX,
	    .arg = store,
	    .changed = store_on_link_changed,
	};

	store->turn = event_new(base, -1, 0, store_on_turn, store);
	store->write_link = link_new(&config);
	config.statements = question_statements;
	config.statement_count = QUESTION_COUNT;
	config.call_ms_max = STORE_READ_MS_MAX;
	for (unsigned i = 0; i < store->read_link_count; i++) {
		config.name = names[i];
		store->read_links[i] = link_new(&config);
		if (store->read_links[i] == NULL)
			return JX_E_MEMORY;
	}
	config.statements = put_statements;
	config.statement_count = PUT_KIND_COUNT;
	config.call_ms_max = STORE_PUT_MS_MAX;
	for (unsigned i = 0; i < STORE_PUT_LINK_COUNT; i++) {
		config.name = i == 0 ? "put 1" : "put 2";
		store->put_links[i] = link_new(&config);
		if (store->put_links[i] == NULL)
			return JX_E_MEMORY;
	}
	return store->turn == NULL || store->write_link == NULL ? JX_E_MEMORY : JX_OK;
}

enum jx_err
store_open(struct event_base *base, const struct store_config *config,
    const struct store_events *events, const struct log_port *log, struct store **out)
{
	struct store *store;
	enum jx_err err = migrate_run(config->url, log);

	if (err != JX_OK)
		return err;
	store = calloc(1, sizeof *store);
	if (store == NULL)
		return JX_E_MEMORY;
	reads_init(&store->waiting);
	reads_init(&store->refused);
	puts_init(&store->puts);
	puts_init(&store->refused_puts);
	store->events = *events;
	store->log = *log;
	store->read_link_count =
	    config->read_link_count == 0 ? STORE_READ_LINK_COUNT : config->read_link_count;
	assert(store->read_link_count <= STORE_READ_LINK_COUNT_MAX);
	store->pool_url = strdup(config->pool_url != NULL ? config->pool_url : config->url);
	err = store->pool_url == NULL ? JX_E_MEMORY : store_start(store, base);
	if (err != JX_OK) {
		store_close(store);
		return err;
	}
	*out = store;
	return JX_OK;
}

struct store_port
store_port(struct store *store)
{
	return (struct store_port){
	    .arg = store, .commit = store_commit, .read = store_read, .put = store_put};
}

void
store_close(struct store *store)
{
	struct store_read *read;
	struct store_waiting_put *put;
	const struct store_rows none = {.err = JX_E_UNAVAILABLE};

	if (store == NULL)
		return;
	store->is_closing = true;
	link_free(store->write_link);
	for (unsigned i = 0; i < STORE_PUT_LINK_COUNT; i++)
		link_free(store->put_links[i]);
	for (unsigned i = 0; i < store->read_link_count; i++)
		link_free(store->read_links[i]);
	while ((read = reads_take(&store->waiting)) != NULL ||
	       (read = reads_take(&store->refused)) != NULL)
		store_answer(read, &none);
	while ((put = puts_take(&store->puts)) != NULL ||
	       (put = puts_take(&store->refused_puts)) != NULL)
		store_answer_put(put, JX_E_UNAVAILABLE, (struct bytes){NULL, 0});
	if (store->turn != NULL)
		event_free(store->turn);
	free(store->pool_url);
	free(store);
}

enum jx_err
store_check(const struct store_config *config, const struct log_port *log, size_t *breach_count)
{
	return migrate_check(config->url, log, breach_count);
}
