/*
 * The database in memory: port/store.h with all its outcomes, also the ones
 * that a real one shows once a year. All actions, all questions.
 */
#include <assert.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/json.h"
#include "sim.h"
#include "wire/receipt.h"

struct stored_op {
	uint8_t op_id[16], content_hash[32];
	char action[32], actor[72];
	struct bytes receipt;
	int64_t value;
	uint64_t batch;
};

struct stored_batch {
	uint64_t number, sealed_us;
	uint8_t prev_hash[32], root[32], hash[32];
	size_t op_count;
};

struct stored_account {
	char name[72], role[16], city[72], hash[160];
	bool is_disabled;
	unsigned version;
	uint64_t since_us;
};

/* The year as of one batch: everything, so that any moment can be read again. */
struct stored_state {
	uint64_t batch;
	char *scheme, *city_name;
	json_t *kinds; /* {kind: {key: row}} */
};

struct stored_run {
	unsigned number;
	bool is_final;
	char state[16], asked_by[72];
	uint64_t asked_us, finished_us, batch;
	json_t *end; /* the body of run_finish */
	struct bytes *pages;
	size_t page_count;
};

struct stored_year {
	char city[72];
	unsigned year;
	struct stored_state *states;
	size_t state_count;
	struct stored_run *runs;
	size_t run_count;
};

/* A commit or read under way. */
struct sim_call {
	struct sim_call *next;
	uint64_t number, ticket;
	bool is_commit;
	uint32_t epoch;
	/* commit */
	struct store_batch batch;
	struct store_item *items;
	/* read */
	enum store_question question;
	char *params[STORE_PARAM_COUNT_MAX];
	size_t sizes[STORE_PARAM_COUNT_MAX], param_count;
};

struct sim_store {
	struct sim *sim;
	struct store_events events;
	bool is_up;
	uint64_t calls_made;
	struct sim_call *calls;
	struct stored_op *ops;
	size_t op_count;
	struct stored_batch *batches;
	size_t batch_count;
	struct stored_account *accounts;
	size_t account_count;
	struct stored_year *years;
	size_t year_count;
	json_t *keys; /* [[key_id hex, public_key hex]] */
};

#define GROW(array, count)                                                                         \
	((array) = realloc((array), ((count) + 1) * sizeof *(array)), &(array)[(count)++])

static struct bytes
copy_bytes(struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.size + 1);

	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	copy[bytes.size] = '\0';
	return (struct bytes){copy, bytes.size};
}

/* ---- Finding. */

static struct stored_op *
find_op(const struct sim_store *store, const uint8_t *op_id)
{
	for (size_t i = 0; i < store->op_count; i++)
		if (memcmp(store->ops[i].op_id, op_id, 16) == 0)
			return &store->ops[i];
	return NULL;
}

static struct stored_account *
find_account(const struct sim_store *store, const char *name)
{
	for (size_t i = 0; i < store->account_count; i++)
		if (strcmp(store->accounts[i].name, name) == 0)
			return &store->accounts[i];
	return NULL;
}

static struct stored_year *
find_year(const struct sim_store *store, const char *city, unsigned year)
{
	for (size_t i = 0; i < store->year_count; i++)
		if (strcmp(store->years[i].city, city) == 0 && store->years[i].year == year)
			return &store->years[i];
	return NULL;
}

static struct stored_run *
find_run(const struct stored_year *year, unsigned number)
{
	return year == NULL || number == 0 || number > year->run_count ? NULL
								       : &year->runs[number - 1];
}

static const struct stored_state *
find_state(const struct stored_year *year, uint64_t batch)
{
	const struct stored_state *found = NULL;

	for (size_t i = 0; year != NULL && i < year->state_count; i++)
		if (batch == 0 || year->states[i].batch <= batch)
			found = &year->states[i];
	return found;
}

static const char *
text_of(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));

	return text == NULL ? "" : text;
}

static uint64_t
whole_of(const json_t *body, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(body, name));
}

/* ---- Would the item be refused? Earlier items of the batch count as done. */

static enum jx_err
check_item(const struct sim_store *store, const struct store_batch *batch, size_t index,
    const json_t *body)
{
	const struct store_item *item = &batch->items[index];
	const struct stored_year *year = find_year(store, item->city, item->year);
	const struct stored_account *account = find_account(store, text_of(body, "account"));
	const struct stored_run *run = find_run(year, (unsigned)whole_of(body, "run"));
	bool repeats = false; /* an item of the batch before it touches the same thing */

	for (size_t i = 0; i < index; i++) {
		const struct store_item *other = &batch->items[i];
		json_t *other_body =
		    json_loadb((const char *)other->body.data, other->body.size, 0, NULL);

		repeats |= strcmp(text_of(body, "account"), "") != 0 &&
			   strcmp(other->action, "account_disable") != 0 &&
			   strcmp(text_of(body, "account"), text_of(other_body, "account")) == 0;
		repeats |= strcmp(other->action, "import") == 0 &&
			   strcmp(item->action, "import") == 0 &&
			   strcmp(other->city, item->city) == 0 && other->year == item->year;
		repeats |= strncmp(other->action, "run_", 4) == 0 && whole_of(body, "run") != 0 &&
			   whole_of(other_body, "run") == whole_of(body, "run") &&
			   other->year == item->year;
		json_decref(other_body);
	}
	if (strcmp(item->action, "key_add") == 0)
		return JX_OK;
	if (strcmp(item->action, "account_add") == 0)
		return account != NULL || repeats ? JX_E_EXISTS : JX_OK;
	if (strcmp(item->action, "account_disable") == 0)
		return account == NULL && !repeats ? JX_E_NOT_FOUND : JX_OK;
	if (strcmp(item->action, "passwd") == 0)
		return account == NULL                                            ? JX_E_NOT_FOUND
		       : account->version != whole_of(body, "version") || repeats ? JX_E_STALE
										  : JX_OK;
	if (strcmp(item->action, "import") == 0) {
		uint64_t now = year == NULL ? 0 : year->states[year->state_count - 1].batch;

		return whole_of(body, "base_batch") != now || repeats ? JX_E_STALE : JX_OK;
	}
	if (strcmp(item->action, "run_start") == 0)
		return year == NULL ? JX_E_NOT_FOUND : JX_OK;
	if (strcmp(item->action, "run_finish") == 0 || strcmp(item->action, "run_cancel") == 0)
		return run == NULL                                     ? JX_E_NOT_FOUND
		       : strcmp(run->state, "running") != 0 || repeats ? JX_E_STALE
								       : JX_OK;
	return JX_E_INTERNAL;
}

/* ---- Applying. */

static char *
key_of(enum record_kind kind, const json_t *row)
{
	char *key = strdup("");

	for (size_t i = 0; i < record_kinds[kind].field_count && record_kinds[kind].fields[i].key;
	     i++) {
		const json_t *value = json_object_get(row, record_kinds[kind].fields[i].name);
		char number[32], *longer;

		snprintf(number, sizeof number, "%010lld", (long long)json_integer_value(value));
		if (asprintf(&longer, "%s%s\x1f", key,
			json_is_string(value) ? json_string_value(value) : number) < 0)
			abort();
		free(key);
		key = longer;
	}
	return key;
}

static void
apply_import(
    struct sim_store *store, const struct store_item *item, const json_t *body, uint64_t batch)
{
	struct stored_year *year = find_year(store, item->city, item->year);
	const struct stored_state *before;
	struct stored_state *after;
	const char *name;
	json_t *rows;

	if (year == NULL) {
		year = GROW(store->years, store->year_count);
		*year = (struct stored_year){.year = item->year};
		snprintf(year->city, sizeof year->city, "%s", item->city);
	}
	after = GROW(year->states, year->state_count);
	before = year->state_count > 1 ? after - 1 : NULL;
	*after = (struct stored_state){.batch = batch};
	after->scheme =
	    strdup(json_is_string(json_object_get(body, "scheme")) ? text_of(body, "scheme")
								   : before->scheme);
	after->city_name =
	    strdup(json_is_string(json_object_get(body, "city_name")) ? text_of(body, "city_name")
								      : before->city_name);
	after->kinds = before == NULL ? json_object() : json_deep_copy(before->kinds);
	json_object_foreach(json_object_get(body, "changes"), name, rows)
	{
		enum record_kind kind = record_kind_find(name);
		json_t *kept = json_object_get(after->kinds, name), *row;
		size_t i;

		if (kept == NULL) {
			kept = json_object();
			json_object_set_new(after->kinds, name, kept);
		}
		json_array_foreach(rows, i, row)
		{
			char *key = key_of(kind, row);

			if (json_is_true(json_object_get(row, "withdrawn")))
				json_object_del(kept, key);
			else
				json_object_set(kept, key, row);
			free(key);
		}
	}
}

static void
apply_run_finish(struct stored_run *run, const struct store_item *item, const json_t *body)
{
	snprintf(run->state, sizeof run->state, "%s", text_of(body, "state"));
	run->finished_us = item->received_us;
	run->end = json_deep_copy(body);
	run->pages = calloc(item->blob_count + 1, sizeof *run->pages);
	run->page_count = item->blob_count;
	for (size_t i = 0; i < item->blob_count; i++)
		run->pages[i] = copy_bytes(item->blobs[i]);
}

static int64_t
apply_account(struct sim_store *store, const struct store_item *item, const json_t *body)
{
	struct stored_account *account = find_account(store, text_of(body, "account"));

	if (strcmp(item->action, "account_add") == 0) {
		account = GROW(store->accounts, store->account_count);
		*account = (struct stored_account){.since_us = item->received_us};
		snprintf(account->name, sizeof account->name, "%s", text_of(body, "account"));
		snprintf(account->role, sizeof account->role, "%s", text_of(body, "role"));
		snprintf(account->city, sizeof account->city, "%s", text_of(body, "city"));
	}
	if (strcmp(item->action, "account_disable") == 0)
		account->is_disabled = true;
	else
		snprintf(account->hash, sizeof account->hash, "%s", text_of(body, "password_hash"));
	account->version++;
	return 0;
}

static int64_t
apply_item(
    struct sim_store *store, const struct store_item *item, const json_t *body, uint64_t batch)
{
	struct stored_year *year = find_year(store, item->city, item->year);
	struct stored_run *run;

	if (strcmp(item->action, "key_add") == 0) {
		json_array_append_new(store->keys,
		    json_pack("[s, s]", text_of(body, "key_id"), text_of(body, "public_key")));
		return 0;
	}
	if (strcmp(item->action, "import") == 0) {
		apply_import(store, item, body, batch);
		return 0;
	}
	if (strcmp(item->action, "run_start") == 0) {
		run = GROW(year->runs, year->run_count);
		*run = (struct stored_run){.number = (unsigned)year->run_count,
		    .is_final = json_is_true(json_object_get(body, "final")),
		    .asked_us = item->received_us,
		    .batch = year->states[year->state_count - 1].batch};
		snprintf(run->state, sizeof run->state, "running");
		snprintf(run->asked_by, sizeof run->asked_by, "%s", item->actor);
		return run->number;
	}
	if (strncmp(item->action, "run_", 4) == 0) {
		run = find_run(year, (unsigned)whole_of(body, "run"));
		if (strcmp(item->action, "run_cancel") == 0)
			snprintf(run->state, sizeof run->state, "cancelled");
		else
			apply_run_finish(run, item, body);
		return run->number;
	}
	return apply_account(store, item, body);
}

/* The transaction. Verdicts' receipts are borrowed from the store. */
static enum store_outcome
run_batch(struct sim_store *store, const struct store_batch *batch, struct store_verdict *verdicts)
{
	const struct stored_batch *last =
	    store->batch_count == 0 ? NULL : &store->batches[store->batch_count - 1];
	static const uint8_t zeros[32];
	struct stored_batch *stored;
	bool is_refused = false;

	if (batch->number != (last == NULL ? 1 : last->number + 1) ||
	    memcmp(batch->prev_hash, last == NULL ? zeros : last->hash, 32) != 0)
		return STORE_BEHIND;
	for (size_t i = 0; i < batch->item_count; i++) {
		const struct store_item *item = &batch->items[i];
		const struct stored_op *known = find_op(store, item->op_id);
		json_t *body = json_loadb((const char *)item->body.data, item->body.size, 0, NULL);

		verdicts[i] = (struct store_verdict){.err = JX_OK};
#ifdef JX_PLANT_REPLAY_APPLIES
		known = NULL; /* planted: the unique key on op_id is missing */
#endif
		if (known != NULL && memcmp(known->content_hash, item->content_hash, 32) == 0 &&
		    strcmp(known->action, item->action) == 0 &&
		    strcmp(known->actor, item->actor) == 0)
			verdicts[i] = (struct store_verdict){.err = JX_OK,
			    .replayed = true,
			    .value = known->value,
			    .receipt = known->receipt};
		else if (known != NULL)
			verdicts[i].err = JX_E_CONFLICT;
		else
			verdicts[i].err = check_item(store, batch, i, body);
		is_refused |= verdicts[i].err != JX_OK || verdicts[i].replayed;
		json_decref(body);
	}
	if (is_refused)
		return STORE_REFUSED;
	for (size_t i = 0; i < batch->item_count; i++) {
		const struct store_item *item = &batch->items[i];
		json_t *body = json_loadb((const char *)item->body.data, item->body.size, 0, NULL);
		struct stored_op *op = GROW(store->ops, store->op_count);

		*op = (struct stored_op){
		    .batch = batch->number, .receipt = copy_bytes(item->receipt)};
		memcpy(op->op_id, item->op_id, 16);
		memcpy(op->content_hash, item->content_hash, 32);
		snprintf(op->action, sizeof op->action, "%s", item->action);
		snprintf(op->actor, sizeof op->actor, "%s", item->actor);
		verdicts[i].value = op->value = apply_item(store, item, body, batch->number);
		json_decref(body);
	}
	stored = GROW(store->batches, store->batch_count);
	*stored = (struct stored_batch){
	    .number = batch->number, .sealed_us = batch->sealed_us, .op_count = batch->item_count};
	memcpy(stored->prev_hash, batch->prev_hash, 32);
	memcpy(stored->root, batch->root, 32);
	memcpy(stored->hash, batch->hash, 32);
	return STORE_COMMITTED;
}

/* ---- Answers. */

struct answer {
	struct bytes cells[4096];
	size_t cell_count;
	size_t columns;
	struct arena *arena;
};

static void
add_bytes(struct answer *answer, struct bytes bytes)
{
	assert(answer->cell_count < sizeof answer->cells / sizeof *answer->cells);
	answer->cells[answer->cell_count++] = arena_copy(answer->arena, bytes);
}

static void
add_text(struct answer *answer, const char *text)
{
	add_bytes(answer, (struct bytes){(const uint8_t *)text, strlen(text)});
}

static void
add_whole(struct answer *answer, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof text, "%llu", (unsigned long long)number);
	add_text(answer, text);
}

static void
add_hex(struct answer *answer, const char *hex)
{
	uint8_t raw[64];
	size_t size = 0;

	sodium_hex2bin(raw, sizeof raw, hex, strlen(hex), NULL, &size, NULL);
	add_bytes(answer, (struct bytes){raw, size});
}

static void
add_run(struct answer *answer, const struct stored_year *year, const struct stored_run *run)
{
	static const char *const numbers[] = {"unit_count", "hole_count", "digits"};

	answer->columns = 16;
	add_whole(answer, run->number);
	add_text(answer, year->city);
	add_whole(answer, year->year);
	add_text(answer, run->is_final ? "final" : "provisional");
	add_text(answer, run->state);
	add_text(answer, run->asked_by);
	add_whole(answer, run->asked_us);
	if (run->finished_us != 0)
		add_whole(answer, run->finished_us);
	else
		add_text(answer, "");
	add_whole(answer, run->batch);
	add_hex(answer, text_of(run->end, "scheme_digest"));
	add_hex(answer, text_of(run->end, "input_digest"));
	add_text(answer, text_of(run->end, "engine"));
	add_hex(answer, text_of(run->end, "result_digest"));
	for (size_t i = 0; i < 3; i++)
		if (json_is_integer(json_object_get(run->end, numbers[i])))
			add_whole(answer, whole_of(run->end, numbers[i]));
		else
			add_text(answer, "");
}

static void
add_account(struct answer *answer, const struct stored_account *account, bool with_secret)
{
	answer->columns = with_secret ? 7 : 5;
	add_text(answer, account->name);
	add_text(answer, account->role);
	add_text(answer, account->city);
	add_text(answer, account->is_disabled ? "t" : "f");
	add_whole(answer, account->since_us);
	if (with_secret) {
		add_text(answer, account->hash);
		add_whole(answer, account->version);
	}
}

static json_t *
rows_of(const struct stored_state *state, const char *kind, uint64_t offset, uint64_t limit)
{
	json_t *kept = json_object_get(state->kinds, kind), *rows = json_array();
	size_t count = json_object_size(kept), i = 0;
	const char **keys = calloc(count + 1, sizeof *keys);
	const char *key;
	json_t *row;

	json_object_foreach(kept, key, row) keys[i++] = key;
	for (size_t a = 1; a < count; a++) /* insertion: they come nearly sorted */
		for (size_t b = a; b > 0 && strcmp(keys[b - 1], keys[b]) > 0; b--) {
			const char *held = keys[b];

			keys[b] = keys[b - 1];
			keys[b - 1] = held;
		}
	for (i = offset; i < count && i < offset + limit; i++)
		json_array_append(rows, json_object_get(kept, keys[i]));
	free(keys);
	return rows;
}

static void
add_rows(struct answer *answer, json_t *rows)
{
	char *text = json_dumps(rows, JSON_COMPACT);

	add_text(answer, text);
	free(text);
	json_decref(rows);
}

static uint64_t
param_number(const struct sim_call *call, size_t index)
{
	return call->param_count > index ? strtoull(call->params[index], NULL, 10) : 0;
}

/* The questions about one year. */
static void
answer_year(struct sim_store *store, const struct sim_call *call, struct answer *answer)
{
	struct stored_year *year =
	    find_year(store, call->params[0], (unsigned)param_number(call, 1));
	const struct stored_state *state = find_state(year, param_number(call, 2));
	const struct stored_run *run = find_run(year, (unsigned)param_number(call, 2));

	switch ((int)call->question) {
	case QUESTION_SCHEME:
		answer->columns = 2;
		if (state != NULL) {
			add_text(answer, state->scheme);
			add_whole(answer, state->batch);
		}
		break;
	case QUESTION_RECORDS:
		answer->columns = 2;
		for (int kind = 0; state != NULL && kind < RECORD_KIND_COUNT; kind++)
			if (json_object_size(
				json_object_get(state->kinds, record_kinds[kind].name)) > 0) {
				add_text(answer, record_kinds[kind].name);
				add_rows(
				    answer, rows_of(state, record_kinds[kind].name, 0, UINT32_MAX));
			}
		break;
	case QUESTION_RECORDS_PAGE:
		answer->columns = 1;
		if (state != NULL)
			add_rows(answer, rows_of(state, call->params[3], param_number(call, 4),
					     param_number(call, 5)));
		break;
	case QUESTION_RUNS:
		answer->columns = 16;
		for (size_t i = year == NULL ? 0 : year->run_count; i > 0; i--)
			add_run(answer, year, &year->runs[i - 1]);
		break;
	case QUESTION_RUN:
		answer->columns = 16;
		for (size_t i = year == NULL ? 0 : year->run_count;
		     run == NULL && param_number(call, 2) == 0 && i > 0; i--)
			if (strcmp(year->runs[i - 1].state, "done") == 0)
				run = &year->runs[i - 1];
		if (run != NULL)
			add_run(answer, year, run);
		break;
	case QUESTION_RUN_PAGE:
		answer->columns = 1;
		for (size_t i = 0; run != NULL && i < run->page_count; i++) {
			const json_t *name = json_array_get(json_object_get(run->end, "pages"), i);

			if (strcmp(json_string_value(json_array_get(name, 0)), call->params[3]) ==
				0 &&
			    (uint64_t)json_integer_value(json_array_get(name, 1)) ==
				param_number(call, 4))
				add_bytes(answer, run->pages[i]);
		}
		break;
	default:
		abort();
	}
}

static void
answer_call(struct sim_store *store, const struct sim_call *call, struct answer *answer)
{
	const struct stored_account *account;
	const struct stored_op *op;

	switch (call->question) {
	case QUESTION_HEAD:
		answer->columns = 2;
		if (store->batch_count > 0) {
			add_whole(answer, store->batches[store->batch_count - 1].number);
			add_bytes(answer,
			    (struct bytes){store->batches[store->batch_count - 1].hash, 32});
		}
		break;
	case QUESTION_OP:
		answer->columns = 3;
		op = find_op(store, (const uint8_t *)call->params[0]);
		if (op != NULL) {
			add_bytes(answer, (struct bytes){op->content_hash, 32});
			add_bytes(answer, op->receipt);
			add_whole(answer, (uint64_t)op->value);
		}
		break;
	case QUESTION_ACCOUNT:
		answer->columns = 7;
		account = find_account(store, call->params[0]);
		if (account != NULL)
			add_account(answer, account, true);
		break;
	case QUESTION_ACCOUNTS:
		answer->columns = 5;
		for (size_t i = 0; i < store->account_count; i++)
			add_account(answer, &store->accounts[i], false);
		break;
	case QUESTION_YEARS:
		answer->columns = 5;
		for (size_t i = 0; i < store->year_count; i++) {
			const struct stored_state *state = find_state(&store->years[i], 0);

			add_text(answer, store->years[i].city);
			add_whole(answer, store->years[i].year);
			add_text(answer, state->city_name);
			add_whole(answer, state->batch);
			add_whole(answer, json_object_size(json_object_get(state->kinds, "units")));
		}
		break;
	case QUESTION_RUNS_OPEN:
		answer->columns = 16;
		for (size_t i = 0; i < store->year_count; i++)
			for (size_t j = 0; j < store->years[i].run_count; j++)
				if (strcmp(store->years[i].runs[j].state, "running") == 0)
					add_run(answer, &store->years[i], &store->years[i].runs[j]);
		break;
	case QUESTION_KEYS:
		answer->columns = 3;
		for (size_t i = 0; i < json_array_size(store->keys); i++) {
			add_hex(answer,
			    json_string_value(json_array_get(json_array_get(store->keys, i), 0)));
			add_hex(answer,
			    json_string_value(json_array_get(json_array_get(store->keys, i), 1)));
			add_text(answer, "0");
		}
		break;
	case QUESTION_SCHEME:
	case QUESTION_RECORDS:
	case QUESTION_RECORDS_PAGE:
	case QUESTION_RUNS:
	case QUESTION_RUN:
	case QUESTION_RUN_PAGE:
		answer_year(store, call, answer);
		break;
	case QUESTION_COUNT:
		abort();
	}
}

/* ---- Calls under way. */

static void
call_free(struct sim_call *call)
{
	for (size_t i = 0; i < call->param_count; i++)
		free(call->params[i]);
	for (size_t i = 0; call->is_commit && i < call->batch.item_count; i++) {
		struct store_item *item = &call->items[i];

		free((void *)(uintptr_t)item->action);
		free((void *)(uintptr_t)item->actor);
		free((void *)(uintptr_t)item->city);
		free((void *)(uintptr_t)item->body.data);
		free((void *)(uintptr_t)item->receipt.data);
		for (size_t j = 0; j < item->blob_count; j++)
			free((void *)(uintptr_t)item->blobs[j].data);
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

/* The commit runs at the database, whoever still waits for it; then the answer travels, or is lost.
 */
static void
on_commit(struct sim *sim, uint64_t number, uint64_t unused)
{
	struct sim_store *store = sim->store;
	struct sim_call *call = call_take(store, number);
	struct store_verdict verdicts[STORE_BATCH_ITEM_COUNT_MAX];
	enum store_outcome outcome;
	bool is_lost = sim_chance(sim, 6);

	(void)unused;
	if (call == NULL)
		return;
	if (!store->is_up)
		outcome = STORE_FAILED;
	else if (sim_chance(sim, 5))
		outcome = is_lost ? STORE_UNCERTAIN : STORE_FAILED; /* it never ran */
	else {
		outcome = run_batch(store, &call->batch, verdicts);
		if (is_lost)
			outcome = STORE_UNCERTAIN; /* it ran, and nobody heard */
	}
	sim_trace(sim, "commit %llu of %zu: outcome %d", (unsigned long long)call->batch.number,
	    call->batch.item_count, outcome);
	if (call->epoch == sim->epoch)
		store->events.committed(store->events.arg, call->ticket, outcome, verdicts,
		    outcome == STORE_COMMITTED || outcome == STORE_REFUSED ? call->batch.item_count
									   : 0);
	call_free(call);
}

static void
on_read(struct sim *sim, uint64_t number, uint64_t unused)
{
	struct sim_store *store = sim->store;
	struct sim_call *call = call_take(store, number);
	struct answer *answer;
	struct store_rows rows = {.err = JX_OK};

	(void)unused;
	if (call == NULL)
		return;
	answer = calloc(1, sizeof *answer);
	answer->arena = arena_new(64 << 20);
	if (!store->is_up || sim_chance(sim, 3))
		rows.err = JX_E_UNAVAILABLE;
	else
		answer_call(store, call, answer);
	rows.column_count = answer->columns;
	rows.row_count = answer->columns == 0 ? 0 : answer->cell_count / answer->columns;
	rows.cells = answer->cells;
	if (call->epoch == sim->epoch)
		store->events.answered(store->events.arg, call->ticket, &rows);
	arena_free(answer->arena);
	free(answer);
	call_free(call);
}

static struct sim_call *
call_new(struct sim_store *store, uint64_t ticket)
{
	struct sim_call *call = calloc(1, sizeof *call);

	call->number = ++store->calls_made;
	call->ticket = ticket;
	call->epoch = store->sim->epoch;
	call->next = store->calls;
	store->calls = call;
	return call;
}

static void
store_commit(void *arg, const struct store_batch *batch, uint64_t ticket)
{
	struct sim_store *store = arg;
	struct sim_call *call = call_new(store, ticket);

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
		to->body = copy_bytes(from->body);
		to->receipt = copy_bytes(from->receipt);
		for (size_t j = 0; j < from->blob_count; j++)
			blobs[j] = copy_bytes(from->blobs[j]);
		to->blobs = blobs;
	}
	sim_after(
	    store->sim, 500 + sim_below(store->sim, 20000), on_commit, call->number, 0, false);
}

static void
store_read(void *arg, enum store_question question, const struct bytes *params, size_t param_count,
    uint64_t ticket)
{
	struct sim_store *store = arg;
	struct sim_call *call = call_new(store, ticket);

	call->question = question;
	call->param_count = param_count;
	for (size_t i = 0; i < param_count; i++) {
		call->params[i] = (char *)(uintptr_t)copy_bytes(params[i]).data;
		call->sizes[i] = params[i].size;
	}
	sim_after(store->sim, 200 + sim_below(store->sim, 8000), on_read, call->number, 0, false);
}

struct store_port
sim_store_port(struct sim_store *store)
{
	return (struct store_port){store, store_commit, store_read};
}

static void
on_up(struct sim *sim, uint64_t unused, uint64_t unused_too)
{
	(void)unused;
	(void)unused_too;
	if (sim->store->is_up)
		return;
	sim->store->is_up = true;
	if (sim->store->events.available != NULL)
		sim->store->events.available(sim->store->events.arg, true);
}

void
sim_store_connect(struct sim_store *store, const struct store_events *events)
{
	store->events = *events;
	store->is_up = false;
	sim_after(store->sim, 1000 + sim_below(store->sim, 50000), on_up, 0, 0, true);
}

/* The database goes, and comes back a while later. */
void
sim_store_flap(struct sim_store *store)
{
	if (!store->is_up)
		return;
	store->is_up = false;
	store->events.available(store->events.arg, false);
	sim_after(store->sim, 10000 + sim_below(store->sim, 3 * SIM_US), on_up, 0, 0, true);
}

void
sim_store_seed(struct sim_store *store, const struct store_item *item)
{
	json_t *body = json_loadb((const char *)item->body.data, item->body.size, 0, NULL);

	(void)apply_item(store, item, body, 0);
	json_decref(body);
}

bool
sim_store_has(const struct sim_store *store, const uint8_t op_id[16], struct bytes *receipt)
{
	const struct stored_op *op = find_op(store, op_id);

	if (op != NULL && receipt != NULL)
		*receipt = op->receipt;
	return op != NULL;
}

/* ---- What must hold. */

static void
check_op(struct sim_store *store, const struct stored_op *op)
{
	struct arena *arena = arena_new(1 << 20);
	Jx__Receipt *receipt;

	if (receipt_read(arena, op->receipt, &receipt) != JX_OK ||
	    receipt_check(receipt, store->sim->config.signing_public) != JX_OK)
		sim_violate(store->sim, "a stored receipt does not verify (%s of %s)", op->action,
		    op->actor);
	else if (receipt->batch != op->batch ||
		 memcmp(receipt->content_hash.data, op->content_hash, 32) != 0 ||
		 strcmp(receipt->actor, op->actor) != 0 || strcmp(receipt->action, op->action) != 0)
		sim_violate(store->sim, "a receipt says something else than what is stored (%s)",
		    op->action);
	arena_free(arena);
	for (const struct stored_op *other = store->ops; other < op; other++)
		if (memcmp(other->op_id, op->op_id, 16) == 0)
			sim_violate(
			    store->sim, "an op is stored twice (%s of %s)", op->action, op->actor);
}

static void
check_runs(struct sim_store *store, const struct stored_year *year)
{
	for (size_t i = 0; i < year->run_count; i++) {
		const struct stored_run *run = &year->runs[i];

		if (strcmp(run->state, "running") == 0)
			sim_violate(store->sim, "run %u never ended", run->number);
		for (size_t j = 0; j < i; j++)
			if (strcmp(run->state, "done") == 0 &&
			    strcmp(year->runs[j].state, "done") == 0 &&
			    run->batch == year->runs[j].batch &&
			    strcmp(text_of(run->end, "result_digest"),
				text_of(year->runs[j].end, "result_digest")) != 0)
				sim_violate(store->sim,
				    "runs %u and %u: same inputs, other results", run->number,
				    year->runs[j].number);
	}
}

void
sim_store_check(struct sim_store *store)
{
	uint8_t prev[32] = {0};
	size_t op_count = 0;

	for (size_t i = 0; i < store->batch_count; i++) {
		const struct stored_batch *batch = &store->batches[i];
		struct receipt_batch named = {
		    .number = batch->number, .sealed_us = batch->sealed_us};
		struct merkle_hash hash;

		memcpy(named.prev_hash, batch->prev_hash, 32);
		memcpy(named.root, batch->root, 32);
		receipt_batch_hash(&named, &hash);
		if (batch->number != i + 1 || memcmp(batch->prev_hash, prev, 32) != 0 ||
		    memcmp(&hash, batch->hash, 32) != 0)
			sim_violate(store->sim, "the chain is broken at batch %zu", i + 1);
		memcpy(prev, batch->hash, 32);
		op_count += batch->op_count;
	}
	if (op_count != store->op_count)
		sim_violate(
		    store->sim, "batches tell %zu ops, %zu are stored", op_count, store->op_count);
	for (size_t i = 0; i < store->op_count; i++)
		check_op(store, &store->ops[i]);
	for (size_t i = 0; i < store->year_count; i++)
		check_runs(store, &store->years[i]);
}

struct sim_store *
sim_store_new(struct sim *sim)
{
	struct sim_store *store = calloc(1, sizeof *store);

	store->sim = sim;
	store->keys = json_array();
	return store;
}

void
sim_store_free(struct sim_store *store)
{
	while (store->calls != NULL)
		call_free(call_take(store, store->calls->number));
	for (size_t i = 0; i < store->op_count; i++)
		free((void *)(uintptr_t)store->ops[i].receipt.data);
	for (size_t i = 0; i < store->year_count; i++) {
		struct stored_year *year = &store->years[i];

		for (size_t j = 0; j < year->state_count; j++) {
			free(year->states[j].scheme);
			free(year->states[j].city_name);
			json_decref(year->states[j].kinds);
		}
		for (size_t j = 0; j < year->run_count; j++) {
			for (size_t k = 0; k < year->runs[j].page_count; k++)
				free((void *)(uintptr_t)year->runs[j].pages[k].data);
			free(year->runs[j].pages);
			json_decref(year->runs[j].end);
		}
		free(year->states);
		free(year->runs);
	}
	json_decref(store->keys);
	free(store->ops);
	free(store->batches);
	free(store->accounts);
	free(store->years);
	free(store);
}
