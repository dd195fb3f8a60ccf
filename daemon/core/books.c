#include "core/books.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "records/json.h"

static void books_pump(struct core *core, struct books_slot *slot);
static void books_load(struct core *core, struct books_slot *slot);

static void
slot_forget(struct books_slot *slot)
{
	book_free(slot->book);
	slot->book = NULL;
	scheme_free(slot->scheme);
	slot->scheme = NULL;
}

void
books_table_clear(struct books_table *table)
{
	for (int i = 0; i < BOOKS_COUNT_MAX; i++) {
		slot_forget(&table->slots[i]);
		free(table->slots[i].queue);
	}
	memset(table, 0, sizeof *table);
}

static struct books_slot *
books_find(struct core *core, const char *city, uint32_t year)
{
	for (int i = 0; i < BOOKS_COUNT_MAX; i++) {
		struct books_slot *slot = &core->books.slots[i];

		if (slot->state != BOOKS_FREE && slot->year == year && strcmp(slot->city, city) == 0)
			return slot;
	}
	return NULL;
}

/* A free slot, or that of the year that nobody uses and that was used longest ago; NULL: none. */
static struct books_slot *
books_place(struct core *core)
{
	struct books_slot *oldest = NULL;

	for (int i = 0; i < BOOKS_COUNT_MAX; i++) {
		struct books_slot *slot = &core->books.slots[i];

		if (slot->state == BOOKS_FREE)
			return slot;
		if (slot->state != BOOKS_LOADING && !slot->is_busy && !slot->is_pumping &&
		    slot->count == 0 && (oldest == NULL || slot->used_us < oldest->used_us))
			oldest = slot;
	}
	return oldest;
}

static struct books_slot *
books_take(struct core *core, const char *city, uint32_t year)
{
	struct books_slot *slot = books_find(core, city, year);
	struct books_waiter *queue;

	if (slot != NULL)
		return slot;
	slot = books_place(core);
	if (slot == NULL)
		return NULL;
	queue = slot->queue == NULL ? calloc(BOOKS_QUEUE_MAX, sizeof *queue) : slot->queue;
	if (queue == NULL)
		return NULL;
	slot_forget(slot);
	*slot = (struct books_slot){
	    .state = BOOKS_COLD, .year = year, .generation = slot->generation + 1, .queue = queue};
	snprintf(slot->city, sizeof slot->city, "%s", city);
	return slot;
}

static uint64_t
slot_handle(struct core *core, const struct books_slot *slot)
{
	return (uint64_t)slot->generation << 32 | (uint64_t)(slot - core->books.slots);
}

static struct books_slot *
slot_of_handle(struct core *core, uint64_t handle)
{
	struct books_slot *slot = &core->books.slots[(uint32_t)handle];

	return slot->generation == handle >> 32 ? slot : NULL;
}

static struct books_waiter
slot_take_waiter(struct books_slot *slot)
{
	struct books_waiter waiter = slot->queue[slot->first];

	slot->first = (slot->first + 1) % BOOKS_QUEUE_MAX;
	slot->count--;
	return waiter;
}

/* Everybody who waits now hears it; whoever asks while they hear it begins a reading of his own. */
static void
books_fail(struct core *core, struct books_slot *slot, enum jx_err err)
{
	uint32_t generation = slot->generation;

	assert(!slot->is_busy); /* a year that a deed is under way in is not read */
	slot_forget(slot);
	slot->state = BOOKS_COLD;
	for (uint32_t left = slot->count; left > 0 && slot->count > 0; left--) {
		struct books_waiter waiter = slot_take_waiter(slot);
		struct request *req = request_find(core, waiter.req);

		if (req != NULL)
			waiter.fn(core, req, NULL, err);
		if (slot->generation != generation)
			return;
	}
	if (slot->state == BOOKS_COLD && slot->count == 0)
		slot->state = BOOKS_FREE;
}

/* ---- Reading a year. */

/* Of ballots the store tells only that there is one: it becomes the least that counts as one. */
static bool
books_fill_ballot(struct arena *arena, const struct scheme *scheme, Jx__Ballot *ballot)
{
	ballot->answers = arena_alloc(arena, (scheme->question_count + 1) * sizeof *ballot->answers);
	if (ballot->answers == NULL)
		return false;
	ballot->n_answers = scheme->question_count;
	for (size_t i = 0; i < scheme->question_count; i++)
		ballot->answers[i] = (char *)(uintptr_t)(i == 0 && scheme->option_count > 0 ? scheme->options[0].code : "");
	return true;
}

static enum jx_err
books_put_rows(struct books_slot *slot, enum record_kind kind, struct bytes json)
{
	struct arena *arena = arena_new((size_t)512 << 20);
	json_t *rows = json_loadb((const char *)json.data, json.size, 0, NULL);
	enum jx_err err = arena == NULL ? JX_E_MEMORY : rows == NULL ? JX_E_MALFORMED : JX_OK;
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		uint64_t version = (uint64_t)json_integer_value(json_object_get(row, "version"));
		uint64_t batch = (uint64_t)json_integer_value(json_object_get(row, "batch"));
		ProtobufCMessage *record;

		if (err != JX_OK)
			break;
		record = record_json_object(arena, kind, row);
		if (record == NULL ||
		    (kind == RECORD_BALLOTS &&
			!books_fill_ballot(arena, book_scheme(slot->book), (Jx__Ballot *)record)))
			err = JX_E_MALFORMED;
		else
			err = book_put(slot->book, kind, record, false, version, batch);
	}
	json_decref(rows);
	arena_free(arena);
	return err;
}

static enum jx_err
books_put_changed(struct books_slot *slot, struct bytes json)
{
	json_t *object = json_loadb((const char *)json.data, json.size, 0, NULL), *batch;
	const char *name;

	if (object == NULL)
		return JX_E_MALFORMED;
	json_object_foreach(object, name, batch)
	{
		enum record_kind kind = paper_kind_find(name);

		if (kind != PAPER_END)
			book_set_changed(slot->book, kind, (uint64_t)json_integer_value(batch));
	}
	json_decref(object);
	return JX_OK;
}

static bool
cell_is(struct bytes cell, const char *text)
{
	return cell.size == strlen(text) && memcmp(cell.data, text, cell.size) == 0;
}

static enum jx_err
books_fill(struct books_slot *slot, const struct store_rows *rows)
{
	enum jx_err err = JX_OK;

	slot->book = book_new(slot->scheme, slot->scheme_batch);
	slot->scheme = NULL;
	if (slot->book == NULL)
		return JX_E_MEMORY;
	for (size_t i = 1; err == JX_OK && i < rows->row_count; i++) {
		struct bytes name = ask_cell(rows, i, 0);
		char kind_name[64];
		enum record_kind kind;

		if (cell_is(name, "changed")) {
			err = books_put_changed(slot, ask_cell(rows, i, 1));
			continue;
		}
		snprintf(kind_name, sizeof kind_name, "%.*s", (int)name.size, (const char *)name.data);
		kind = paper_kind_find(kind_name);
		/* A kind of a newer daemon is not ours to read. */
		if (kind != PAPER_END)
			err = books_put_rows(slot, kind, ask_cell(rows, i, 1));
	}
	return err;
}

static void
books_on_papers(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct books_slot *slot = slot_of_handle(core, handle);
	enum jx_err err = rows->err;

	(void)id;
	if (slot == NULL || slot->state != BOOKS_LOADING)
		return;
	if (err == JX_OK && rows->row_count == 0)
		err = JX_E_NOT_FOUND;
	if (err == JX_OK && (slot->is_stale || ask_number(rows, 0, 1) != slot->scheme_batch)) {
		/* The year has moved between the two questions. */
		scheme_free(slot->scheme);
		slot->scheme = NULL;
		if (++slot->tries < BOOKS_LOAD_TRIES_MAX) {
			books_load(core, slot);
			return;
		}
		err = JX_E_BUSY;
	}
	if (err == JX_OK)
		err = books_fill(slot, rows);
	if (err != JX_OK) {
		if (err == JX_E_MALFORMED)
			log_say(core->world.log, LOG_LEVEL_ERROR, "book_unreadable", "%s %u", slot->city, slot->year);
		books_fail(core, slot, err == JX_E_MALFORMED ? JX_E_INTERNAL : err);
		return;
	}
	slot->state = BOOKS_READY;
	books_pump(core, slot);
}

static void
books_on_scheme(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct books_slot *slot = slot_of_handle(core, handle);
	struct faults *faults;
	struct ask_params params = {{NULL}};
	char year[16];
	enum jx_err err = rows->err;

	(void)id;
	if (slot == NULL || slot->state != BOOKS_LOADING)
		return;
	if (err == JX_OK && rows->row_count == 0)
		err = JX_E_NOT_FOUND;
	if (err == JX_OK) {
		faults = faults_new(JX_ZH);
		slot->scheme = faults == NULL ? NULL : scheme_read(ask_cell(rows, 0, 0), "scheme.yaml", faults);
		faults_free(faults);
		slot->scheme_batch = ask_number(rows, 0, 1);
		err = slot->scheme == NULL ? JX_E_INTERNAL : JX_OK;
	}
	snprintf(year, sizeof year, "%u", slot->year);
	params.text[0] = slot->city;
	params.text[1] = year;
	if (err == JX_OK)
		err = ask_send(core, QUESTION_PAPERS, &params, id, handle, books_on_papers);
	if (err != JX_OK)
		books_fail(core, slot, err);
}

static void
books_load(struct core *core, struct books_slot *slot)
{
	struct ask_params params = {{NULL}};
	char year[16];
	enum jx_err err;

	slot->state = BOOKS_LOADING;
	slot->is_stale = false;
	snprintf(year, sizeof year, "%u", slot->year);
	params = (struct ask_params){{slot->city, year, "0"}};
	err = ask_send(core, QUESTION_SCHEME, &params, (struct request_id){0, 0},
	    slot_handle(core, slot), books_on_scheme);
	if (err != JX_OK)
		books_fail(core, slot, err);
}

/* ---- Turns. */

static struct books_waiter *
slot_waiter(const struct books_slot *slot, uint32_t place)
{
	return &slot->queue[(slot->first + place) % BOOKS_QUEUE_MAX];
}

/* The first of the earliest round who can go on: readers do not wait for the deed under way. */
static bool
books_next(struct core *core, struct books_slot *slot, struct books_waiter *waiter)
{
	uint32_t best = slot->count;

	for (uint32_t i = 0; i < slot->count; i++) {
		const struct books_waiter *other = slot_waiter(slot, i);

		if ((other->use != BOOKS_WRITE || !slot->is_busy) &&
		    (best == slot->count || other->round < slot_waiter(slot, best)->round))
			best = i;
	}
	if (best == slot->count)
		return false;
	*waiter = *slot_waiter(slot, best);
	for (; best > 0; best--)
		*slot_waiter(slot, best) = *slot_waiter(slot, best - 1);
	slot->first = (slot->first + 1) % BOOKS_QUEUE_MAX;
	slot->count--;
	if (waiter->round > core->books.round)
		core->books.round = waiter->round;
	return true;
}

/*
 * Whoever can go on goes on, in order of rounds. A deed that is through within
 * its turn comes back here by books_leave: the loop that called it goes on.
 */
static void
books_pump(struct core *core, struct books_slot *slot)
{
	struct books_waiter waiter;

	if (slot->is_pumping)
		return;
	slot->is_pumping = true;
	while (slot->state == BOOKS_READY && books_next(core, slot, &waiter)) {
		struct request *req = request_find(core, waiter.req);

		if (req == NULL)
			continue;
		if (waiter.use == BOOKS_WRITE)
			slot->is_busy = true;
		slot->used_us = core->now.mono_us;
		waiter.fn(core, req, slot->book, JX_OK);
	}
	slot->is_pumping = false;
}

void
books_enter(struct core *core, struct request *req, const char *city, uint32_t year, enum books_use use, books_fn fn)
{
	struct books_slot *slot = books_take(core, city, year);

	if (slot == NULL || slot->count == BOOKS_QUEUE_MAX) {
		request_fail(core, req, JX_E_BUSY, NULL);
		return;
	}
	*slot_waiter(slot, slot->count) = (struct books_waiter){
	    .req = req->id,
	    .round = session_round(core, req->session, SESSION_QUEUE_BOOKS, core->books.round),
	    .use = use,
	    .fn = fn,
	};
	slot->count++;
	if (slot->state == BOOKS_COLD) {
		slot->tries = 0;
		books_load(core, slot);
	} else {
		books_pump(core, slot);
	}
}

/* What is in memory is of no use any more; whoever waits waits for the next reading. */
static void
slot_drop(struct core *core, struct books_slot *slot)
{
	slot_forget(slot);
	slot->state = BOOKS_COLD;
	slot->tries = 0;
	if (slot->count > 0)
		books_load(core, slot);
}

void
books_leave(struct core *core, const char *city, uint32_t year, bool is_good)
{
	struct books_slot *slot = books_find(core, city, year);

	assert(slot != NULL && slot->is_busy && slot->state == BOOKS_READY);
	slot->is_busy = false;
	if (is_good)
		books_pump(core, slot);
	else
		slot_drop(core, slot);
}

struct book *
books_now(struct core *core, const char *city, uint32_t year)
{
	struct books_slot *slot = books_find(core, city, year);

	return slot == NULL || slot->state != BOOKS_READY ? NULL : slot->book;
}

static void
slot_doubt(struct core *core, struct books_slot *slot)
{
	if (slot->state == BOOKS_LOADING)
		slot->is_stale = true;
	/*
	 * A deed under way holds the book. It leaves it as good only when the store
	 * took it as based on the year's newest batch: then there was nothing to doubt.
	 */
	else if (slot->state == BOOKS_READY && !slot->is_busy)
		slot_drop(core, slot);
}

void
books_drop(struct core *core, const char *city, uint32_t year)
{
	struct books_slot *slot = books_find(core, city, year);

	if (slot != NULL)
		slot_doubt(core, slot);
}

void
books_drop_all(struct core *core)
{
	for (int i = 0; i < BOOKS_COUNT_MAX; i++)
		slot_doubt(core, &core->books.slots[i]);
}
