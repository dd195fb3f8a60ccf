#include "sim_base.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROW(array, count)                                                                         \
	((array) = realloc((array), ((count) + 1) * sizeof *(array)), &(array)[(count)++])

struct sim_base *
sim_base_new(void)
{
	return calloc(1, sizeof(struct sim_base));
}

/* Back to how much there was. */
static void
base_cut(struct sim_base *base, const struct base_counts *before)
{
	for (size_t i = before->states; i < base->counts.states; i++) {
		free(base->states[i].scheme);
		free(base->states[i].city_name);
		for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
			json_decref(base->states[i].kinds[kind]);
		for (int kind = 0; kind < PAPER_END; kind++)
			json_decref(base->states[i].heads[kind]);
		json_decref(base->states[i].deed);
	}
	for (size_t i = before->versions; i < base->counts.versions; i++) {
		free(base->versions[i].key);
		json_decref(base->versions[i].row);
	}
	for (size_t i = before->ends; i < base->counts.ends; i++) {
		for (size_t j = 0; j < base->ends[i].page_count; j++)
			free((void *)(uintptr_t)base->ends[i].pages[j].data);
		free(base->ends[i].pages);
		json_decref(base->ends[i].body);
	}
	for (size_t i = before->votes; i < base->counts.votes; i++)
		free((void *)(uintptr_t)base->votes[i].sealed.data);
	for (size_t i = before->ops; i < base->counts.ops; i++)
		free((void *)(uintptr_t)base->ops[i].receipt.data);
	base->counts = *before;
}

void
sim_base_free(struct sim_base *base)
{
	static const struct base_counts nothing;

	base_cut(base, &nothing);
	free(base->keys);
	free(base->devices);
	free(base->accounts);
	free(base->states);
	free(base->versions);
	free(base->runs);
	free(base->ends);
	free(base->ops);
	free(base->batches);
	sim_evidence_free(base);
	free(base->polls);
	free(base->cards);
	free(base->votes);
	free(base->poll_ends);
	free(base);
}

/* ---- Finding. */

const struct base_op *
sim_base_op(const struct sim_base *base, const uint8_t *op_id)
{
	for (size_t i = 0; i < base->counts.ops; i++)
		if (memcmp(base->ops[i].op_id, op_id, sizeof base->ops[i].op_id) == 0)
			return &base->ops[i];
	return NULL;
}

const struct base_account *
sim_base_account(const struct sim_base *base, const char *name)
{
	for (size_t i = base->counts.accounts; i > 0; i--)
		if (strcmp(base->accounts[i - 1].name, name) == 0)
			return &base->accounts[i - 1];
	return NULL;
}

const struct base_state *
sim_base_state(const struct sim_base *base, const char *city, uint32_t year, uint64_t batch)
{
	for (size_t i = base->counts.states; i > 0; i--) {
		const struct base_state *state = &base->states[i - 1];

		if (state->year == year && strcmp(state->city, city) == 0 &&
		    (batch == 0 || state->batch <= batch))
			return state;
	}
	return NULL;
}

static uint32_t
base_run_count(const struct sim_base *base, const char *city, uint32_t year)
{
	uint32_t count = 0;

	for (size_t i = 0; i < base->counts.runs; i++)
		count += base->runs[i].year == year && strcmp(base->runs[i].city, city) == 0;
	return count;
}

const struct base_end *
sim_base_end(const struct sim_base *base, const char *city, uint32_t year, uint32_t run)
{
	for (size_t i = 0; i < base->counts.ends; i++)
		if (base->ends[i].run == run && base->ends[i].year == year &&
		    strcmp(base->ends[i].city, city) == 0)
			return &base->ends[i];
	return NULL;
}

/* ---- Bodies. */

const char *
sim_base_text(const json_t *body, const char *name)
{
	const char *text = json_string_value(json_object_get(body, name));

	return text == NULL ? "" : text;
}

uint64_t
sim_base_whole(const json_t *body, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(body, name));
}

/* Members that must be there as text, NULL-ended. */
static bool
base_has_texts(const json_t *body, const char *const *names)
{
	for (; *names != NULL; names++)
		if (!json_is_string(json_object_get(body, *names)))
			return false;
	return true;
}

#define HAS_TEXTS(body, ...) base_has_texts(body, (const char *const[]){__VA_ARGS__, NULL})

static bool
base_read_hex(const json_t *body, const char *name, uint8_t *raw, size_t size)
{
	const char *hex = sim_base_text(body, name);
	size_t read;

	return sodium_hex2bin(raw, size, hex, strlen(hex), NULL, &read, NULL) == 0 && read == size;
}

static void
base_copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* ---- The actions. */

static enum jx_err
base_key_add(struct sim_base *base, const struct store_item *item, const json_t *body)
{
	struct base_key key = {.since_us = item->received_us};

	if (!base_read_hex(body, "key_id", key.key_id, sizeof key.key_id) ||
	    !base_read_hex(body, "public_key", key.public_key, sizeof key.public_key))
		return JX_E_INTERNAL;
	for (size_t i = 0; i < base->counts.keys; i++)
		if (memcmp(base->keys[i].key_id, key.key_id, sizeof key.key_id) == 0)
			return memcmp(base->keys[i].public_key, key.public_key, 32) == 0
				   ? JX_OK
				   : JX_E_INTERNAL;
	*GROW(base->keys, base->counts.keys) = key;
	return JX_OK;
}

static enum jx_err
base_device_add(struct sim_base *base, const json_t *body)
{
	struct base_device device = {.account = ""};
	size_t count = 0;

	if (!HAS_TEXTS(body, "account") || !base_read_hex(body, "key_id", device.key_id, sizeof device.key_id) ||
	    !base_read_hex(body, "public_key", device.public_key, sizeof device.public_key))
		return JX_E_INTERNAL;
	base_copy(device.account, sizeof device.account, sim_base_text(body, "account"));
	for (size_t i = 0; i < base->counts.devices; i++) {
		if (strcmp(base->devices[i].account, device.account) != 0)
			continue;
		count++;
		if (memcmp(base->devices[i].key_id, device.key_id, sizeof device.key_id) == 0)
			return memcmp(base->devices[i].public_key, device.public_key, 32) == 0 ? JX_OK : JX_E_EXISTS;
	}
	if (count >= BASE_DEVICE_COUNT_MAX)
		return JX_E_QUOTA;
	*GROW(base->devices, base->counts.devices) = device;
	return JX_OK;
}

static enum jx_err
base_account_add(
    struct sim_base *base, const struct store_item *item, const json_t *body, uint64_t batch)
{
	struct base_account *account;

	if (!HAS_TEXTS(body, "account", "role", "city", "password_hash"))
		return JX_E_INTERNAL;
	if (sim_base_account(base, sim_base_text(body, "account")) != NULL)
		return JX_E_EXISTS;
	account = GROW(base->accounts, base->counts.accounts);
	*account =
	    (struct base_account){.version = 1, .since_us = item->received_us, .batch = batch};
	base_copy(account->name, sizeof account->name, sim_base_text(body, "account"));
	base_copy(account->role, sizeof account->role, sim_base_text(body, "role"));
	base_copy(account->city, sizeof account->city, sim_base_text(body, "city"));
	base_copy(account->hash, sizeof account->hash, sim_base_text(body, "password_hash"));
	base_copy(account->unit, sizeof account->unit, sim_base_text(body, "unit"));
	base_copy(account->subject, sizeof account->subject, sim_base_text(body, "subject"));
	return JX_OK;
}

static enum jx_err
base_account_change(
    struct sim_base *base, const struct store_item *item, const json_t *body, uint64_t batch)
{
	const struct base_account *before = sim_base_account(base, sim_base_text(body, "account"));
	bool is_disable = strcmp(item->action, "account_disable") == 0;
	struct base_account after;

	if (is_disable ? !HAS_TEXTS(body, "account", "reason")
		       : !HAS_TEXTS(body, "account", "password_hash"))
		return JX_E_INTERNAL;
	if (before == NULL)
		return JX_E_NOT_FOUND;
	if (is_disable && before->is_disabled)
		return JX_OK;
	if (!is_disable && before->version != sim_base_whole(body, "version"))
		return JX_E_STALE;
	after = *before;
	after.version++;
	after.batch = batch;
	if (is_disable)
		after.is_disabled = true;
	else
		base_copy(after.hash, sizeof after.hash, sim_base_text(body, "password_hash"));
	*GROW(base->accounts, base->counts.accounts) = after;
	return JX_OK;
}

/* Every column, of its type. */
static bool
base_is_row(enum record_kind kind, const json_t *row)
{
	const struct record_row *columns = &record_kinds[kind];

	for (size_t i = 0; i < columns->field_count; i++) {
		const json_t *value = json_object_get(row, columns->fields[i].name);
		enum field_type type = columns->fields[i].type;

		if (type == FIELD_POINTS || type == FIELD_WHOLE
			? !json_is_integer(value) || json_integer_value(value) < 0
		    : type == FIELD_ANSWERS ? !json_is_array(value)
					    : !json_is_string(value))
			return false;
	}
	return true;
}

/* Sorts as the key does: text by bytes, numbers by value. */
static void
base_row_key(enum record_kind kind, const json_t *row, char key[256])
{
	size_t used = 0;

	for (size_t i = 0; i < record_kinds[kind].field_count && record_kinds[kind].fields[i].key;
	     i++) {
		const json_t *value = json_object_get(row, record_kinds[kind].fields[i].name);

		if (json_is_string(value))
			used += (size_t)snprintf(
			    key + used, 256 - used, "%s\x1f", json_string_value(value));
		else
			used += (size_t)snprintf(key + used, 256 - used, "%010lld\x1f",
			    (long long)json_integer_value(value));
	}
}

void
sim_base_own(json_t **map)
{
	json_t *shared = *map;

	*map = shared == NULL ? json_object() : json_copy(shared);
	json_decref(shared);
}

enum jx_err
sim_base_change_kind(
    struct sim_base *base, struct base_state *state, enum record_kind kind, json_t *rows)
{
	json_t *row;
	char key[256];
	size_t i;

	sim_base_own(&state->kinds[kind]);
	sim_base_own(&state->heads[kind]);
	json_array_foreach(rows, i, row)
	{
		if (!base_is_row(kind, row) ||
		    sim_paper_append_record(base, state, kind, row) != JX_OK)
			return JX_E_INTERNAL;
		base_row_key(kind, row, key);
		if (json_is_true(json_object_get(row, "withdrawn")))
			json_object_del(state->kinds[kind], key);
		else
			json_object_set(state->kinds[kind], key, row);
	}
	return JX_OK;
}

/* The year as of this batch, so far as it was before. */
static struct base_state *
base_next_state(struct sim_base *base, const struct store_item *item,
    const struct base_state *before, uint64_t batch)
{
	struct base_state *state = GROW(base->states, base->counts.states);

	*state = (struct base_state){.year = item->year, .batch = batch};
	base_copy(state->city, sizeof state->city, item->city);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		state->kinds[kind] = json_incref(before->kinds[kind]);
	for (int kind = 0; kind < PAPER_END; kind++)
		state->heads[kind] = json_incref(before->heads[kind]);
	return state;
}

static enum jx_err
base_change(struct sim_base *base, struct base_state *state, json_t *changes)
{
	const char *name;
	json_t *rows;

	json_object_foreach(changes, name, rows)
	{
		enum record_kind kind = record_kind_find(name);

		if (kind == RECORD_KIND_COUNT || sim_base_change_kind(base, state, kind, rows) != JX_OK)
			return JX_E_INTERNAL;
	}
	return JX_OK;
}

static enum jx_err
base_import(struct sim_base *base, const struct store_item *item, json_t *body, uint64_t batch)
{
	const struct base_state *found = sim_base_state(base, item->city, item->year, 0);
	bool has_scheme = HAS_TEXTS(body, "scheme", "city_name");
	struct base_state before = {.batch = 0}, *state;

	if (found != NULL)
		before = *found;
	if (before.batch != sim_base_whole(body, "base_batch"))
		return JX_E_STALE;
	if ((before.batch == 0 && !has_scheme) ||
	    !json_is_object(json_object_get(body, "changes")) ||
	    !json_is_integer(json_object_get(body, "base_batch")))
		return JX_E_INTERNAL;
	state = base_next_state(base, item, &before, batch);
	state->scheme = strdup(has_scheme ? sim_base_text(body, "scheme") : before.scheme);
	state->city_name = strdup(has_scheme ? sim_base_text(body, "city_name") : before.city_name);
	return base_change(base, state, json_object_get(body, "changes"));
}

static enum jx_err
base_deed(struct sim_base *base, const struct store_item *item, json_t *body, uint64_t batch)
{
	const struct base_state *found = sim_base_state(base, item->city, item->year, 0);
	json_t *changes = json_object_get(body, "changes");
	json_t *papers = json_object_get(body, "papers"), *paper;
	struct base_state before, *state;
	size_t i;

	if (!json_is_integer(json_object_get(body, "base_batch")))
		return JX_E_INTERNAL;
	if (found == NULL)
		return JX_E_NOT_FOUND;
	before = *found;
	if (before.batch != sim_base_whole(body, "base_batch"))
		return JX_E_STALE;
	if (sim_base_text(body, "deed")[0] == '\0' ||
	    (changes != NULL && !json_is_object(changes)) ||
	    (papers != NULL && !json_is_array(papers)))
		return JX_E_INTERNAL;
	state = base_next_state(base, item, &before, batch);
	state->scheme = strdup(before.scheme);
	state->city_name = strdup(before.city_name);
	state->deed = json_incref(body);
	json_array_foreach(papers, i, paper)
	{
		if (sim_paper_append(base, state, paper) != JX_OK)
			return JX_E_INTERNAL;
	}
	return base_change(base, state, changes) != JX_OK ? JX_E_INTERNAL : sim_poll_deed(base, state, body);
}

static enum jx_err
base_run_start(
    struct sim_base *base, const struct store_item *item, const json_t *body, int64_t *value)
{
	const struct base_state *state = sim_base_state(base, item->city, item->year, 0);
	struct base_run *run;

	if (!json_is_boolean(json_object_get(body, "final")))
		return JX_E_INTERNAL;
	if (state == NULL)
		return JX_E_NOT_FOUND;
	*value = (int64_t)base_run_count(base, item->city, item->year) + 1;
	run = GROW(base->runs, base->counts.runs);
	*run = (struct base_run){.year = item->year,
	    .number = (uint32_t)*value,
	    .is_final = json_is_true(json_object_get(body, "final")),
	    .asked_us = item->received_us,
	    .batch = state->batch};
	base_copy(run->city, sizeof run->city, item->city);
	base_copy(run->asked_by, sizeof run->asked_by, item->actor);
	return JX_OK;
}

static enum jx_err
base_run_end(struct sim_base *base, const struct store_item *item, json_t *body, int64_t *value)
{
	uint64_t number = sim_base_whole(body, "run");
	bool is_finish = strcmp(item->action, "run_finish") == 0;
	struct base_end *end;

	if (!json_is_integer(json_object_get(body, "run")) ||
	    (is_finish && (!HAS_TEXTS(body, "state") ||
			      json_array_size(json_object_get(body, "pages")) != item->blob_count)))
		return JX_E_INTERNAL;
	if (number == 0 || number > base_run_count(base, item->city, item->year))
		return JX_E_NOT_FOUND;
	if (sim_base_end(base, item->city, item->year, (uint32_t)number) != NULL)
		return JX_E_STALE;
	*value = (int64_t)number;
	end = GROW(base->ends, base->counts.ends);
	*end = (struct base_end){
	    .year = item->year, .run = (uint32_t)number, .finished_us = item->received_us};
	base_copy(end->city, sizeof end->city, item->city);
	base_copy(
	    end->state, sizeof end->state, is_finish ? sim_base_text(body, "state") : "cancelled");
	if (!is_finish)
		return JX_OK;
	end->body = json_incref(body);
	end->pages = calloc(item->blob_count + 1, sizeof *end->pages);
	for (; end->page_count < item->blob_count; end->page_count++) {
		const struct bytes *blob = &item->blobs[end->page_count];
		uint8_t *copy = malloc(blob->size + 1);

		if (blob->size > 0)
			memcpy(copy, blob->data, blob->size);
		end->pages[end->page_count] = (struct bytes){copy, blob->size};
	}
	return JX_OK;
}

static enum jx_err
base_apply(struct sim_base *base, const struct store_item *item, uint64_t batch, int64_t *value)
{
	json_t *body = json_loadb((const char *)item->body.data, item->body.size, 0, NULL);
	enum jx_err err = JX_E_INTERNAL;

	*value = 0;
	if (body == NULL)
		return JX_E_INTERNAL;
	if (strcmp(item->action, "key_add") == 0)
		err = base_key_add(base, item, body);
	else if (strcmp(item->action, "device_add") == 0)
		err = base_device_add(base, body);
	else if (strcmp(item->action, "account_add") == 0)
		err = base_account_add(base, item, body, batch);
	else if (strcmp(item->action, "account_disable") == 0 ||
		 strcmp(item->action, "passwd") == 0)
		err = base_account_change(base, item, body, batch);
	else if (strcmp(item->action, "import") == 0)
		err = base_import(base, item, body, batch);
	else if (strcmp(item->action, "deed") == 0) {
		err = base_deed(base, item, body, batch);
		*value = (int64_t)batch;
	} else if (strcmp(item->action, "ballot") == 0)
		err = sim_poll_ballot(base, item, body);
	else if (strcmp(item->action, "run_start") == 0)
		err = base_run_start(base, item, body, value);
	else if (strcmp(item->action, "run_finish") == 0 || strcmp(item->action, "run_cancel") == 0)
		err = base_run_end(base, item, body, value);
	json_decref(body);
	return err;
}

void
sim_base_seed(struct sim_base *base, const struct store_item *item)
{
	int64_t value;

	if (base_apply(base, item, 0, &value) != JX_OK)
		abort();
}

/* ---- The transaction. */

static void
base_keep_op(struct sim_base *base, const struct store_batch *batch, size_t index, int64_t value)
{
	const struct store_item *item = &batch->items[index];
	struct base_op *op = GROW(base->ops, base->counts.ops);
	uint8_t *receipt = malloc(item->receipt.size + 1);

	memcpy(receipt, item->receipt.data, item->receipt.size);
	*op = (struct base_op){.batch = batch->number,
	    .index = index,
	    .value = value,
	    .received_us = item->received_us,
	    .year = item->year,
	    .receipt = {receipt, item->receipt.size}};
	memcpy(op->op_id, item->op_id, sizeof op->op_id);
	memcpy(op->content_hash, item->content_hash, sizeof op->content_hash);
	base_copy(op->action, sizeof op->action, item->action);
	base_copy(op->actor, sizeof op->actor, item->actor);
	base_copy(op->city, sizeof op->city, item->city);
}

/* One item on what the items before it left. */
static struct store_verdict
base_commit_item(struct sim_base *base, const struct store_batch *batch, size_t index)
{
	const struct store_item *item = &batch->items[index];
	const struct base_op *known = sim_base_op(base, item->op_id);
	struct base_counts before = base->counts;
	struct store_verdict verdict = {.err = JX_OK};

#ifdef JX_PLANT_REPLAY_APPLIES
	known = NULL; /* planted: the unique key on op_id is missing */
#endif
	if (known != NULL) {
		if (known->batch == batch->number)
			verdict.err = JX_E_INTERNAL; /* twice in one batch: a mistake of ours */
		else if (memcmp(known->content_hash, item->content_hash, 32) != 0 ||
			 strcmp(known->action, item->action) != 0 ||
			 strcmp(known->actor, item->actor) != 0)
			verdict.err = JX_E_CONFLICT;
		else
			verdict = (struct store_verdict){JX_OK, true, known->value, known->receipt};
		return verdict;
	}
	verdict.err = base_apply(base, item, batch->number, &verdict.value);
	if (verdict.err == JX_OK) {
		base_keep_op(base, batch, index, verdict.value);
	} else {
		base_cut(base, &before);
		verdict.value = 0;
	}
	return verdict;
}

enum store_outcome
sim_base_commit(
    struct sim_base *base, const struct store_batch *batch, struct store_verdict *verdicts)
{
	static const struct base_batch nothing;
	const struct base_batch *last =
	    base->counts.batches == 0 ? &nothing : &base->batches[base->counts.batches - 1];
	struct base_counts before = base->counts;
	struct base_batch kept = {
	    .number = batch->number, .sealed_us = batch->sealed_us, .op_count = batch->item_count};
	bool is_refused = false;

	if (batch->number != last->number + 1 || memcmp(batch->prev_hash, last->hash, 32) != 0)
		return STORE_BEHIND;
	for (size_t i = 0; i < batch->item_count; i++) {
		verdicts[i] = base_commit_item(base, batch, i);
		is_refused |= verdicts[i].err != JX_OK || verdicts[i].replayed;
	}
	if (is_refused) {
		base_cut(base, &before);
		return STORE_REFUSED;
	}
	memcpy(kept.prev_hash, batch->prev_hash, sizeof kept.prev_hash);
	memcpy(kept.root, batch->root, sizeof kept.root);
	memcpy(kept.hash, batch->hash, sizeof kept.hash);
	*GROW(base->batches, base->counts.batches) = kept;
	return STORE_COMMITTED;
}
