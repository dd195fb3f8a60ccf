#include "core/whole.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/inside.h"
#include "deeds/sniff.h"

/* A request for a file that is being read for another: one that was sent again when its line broke. */
struct whole_waiter {
	struct request_id id;
	struct whole_file file; /* with texts of its own request */
	whole_fn fn;
};

/* In the request's arena; the request lives until fn answers it. */
struct whole {
	struct whole_file file;
	crypto_hash_sha256_state content, list;
	uint64_t place, count;
	uint32_t tries;
	bool is_sealed;
	const char *type;
	whole_fn fn;
	struct whole_waiter waiters[WHOLE_WAITING_MAX];
	size_t waiter_count;
};

static void whole_ask(struct core *core, struct request *req, struct whole *whole);

static struct whole *
whole_of(uint64_t handle)
{
	return (struct whole *)(uintptr_t)handle;
}

static void
whole_end(struct core *core, struct request *req, struct whole *whole, enum jx_err err, uint64_t missing)
{
	struct whole_outcome outcome = {.err = err, .missing = missing, .type = whole->type};
	struct whole_waiter waiters[WHOLE_WAITING_MAX];
	size_t waiter_count = whole->waiter_count;

	memcpy(waiters, whole->waiters, sizeof waiters);
	for (size_t i = 0; i < WHOLE_COUNT_MAX; i++)
		if (core->wholes.slots[i] == whole)
			core->wholes.slots[i] = NULL;
	whole->fn(core, req, &outcome); /* and all of whole is gone */
	for (size_t i = 0; i < waiter_count; i++) {
		struct request *waiting = request_find(core, waiters[i].id);

		/* What was whole when the first asked, is so for who asked later; what was not, may be. */
		if (waiting != NULL && err == JX_OK)
			waiters[i].fn(core, waiting, &outcome);
		else if (waiting != NULL)
			whole_start(core, waiting, &waiters[i].file, waiters[i].fn);
	}
}

static void
whole_tell(struct core *core, struct request *req, const struct whole *whole)
{
	request_event(core, req, "checking", whole->place, whole->count);
	for (size_t i = 0; i < whole->waiter_count; i++) {
		struct request *waiting = request_find(core, whole->waiters[i].id);

		if (waiting != NULL)
			request_event(core, waiting, "checking", whole->place, whole->count);
	}
}

/* A question about the file, with the numbers that follow its size. */
static enum jx_err
whole_question(struct core *core, struct request *req, struct whole *whole,
    enum store_question question, uint64_t count, ask_fn fn)
{
	const struct whole_file *file = &whole->file;
	char year[16], size[24], first[24], number[24];
	struct bytes cells[] = {
	    {(const uint8_t *)file->city, strlen(file->city)},
	    {(const uint8_t *)year, (size_t)snprintf(year, sizeof year, "%u", file->year)},
	    {(const uint8_t *)file->unit, strlen(file->unit)},
	    {file->hash, sizeof file->hash},
	    {(const uint8_t *)size,
		(size_t)snprintf(size, sizeof size, "%llu", (unsigned long long)file->size)},
	    {(const uint8_t *)first,
		(size_t)snprintf(first, sizeof first, "%llu", (unsigned long long)whole->place)},
	    {(const uint8_t *)number,
		(size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)count)},
	};
	size_t cell_count = question == QUESTION_FILE ? 5 : 7;

	return ask_send_cells(core, question, cells, cell_count, req->id, (uint64_t)(uintptr_t)whole, fn);
}

/* ---- Sealed, and so is its answer. */

static void
whole_on_sealed(struct core *core, struct request_id id, uint64_t handle, enum jx_err err, struct bytes have)
{
	struct request *req = request_find(core, id);
	struct whole *whole = whole_of(handle);

	(void)have;
	if (req == NULL)
		return;
	if (err == JX_E_STALE && ++whole->tries < WHOLE_TRIES_MAX)
		whole_ask(core, req, whole);
	else
		whole_end(core, req, whole, err, 0);
}

static void
whole_seal(struct core *core, struct request *req, struct whole *whole)
{
	struct store_put put = {.kind = STORE_PUT_SEAL,
	    .city = whole->file.city,
	    .year = whole->file.year,
	    .unit = whole->file.unit,
	    .size = whole->file.size};
	uint8_t content[CHUNK_HASH_SIZE], list[CHUNK_HASH_SIZE];
	enum jx_err err = JX_E_CONFLICT;

	crypto_hash_sha256_final(&whole->content, content);
	crypto_hash_sha256_final(&whole->list, list);
	memcpy(put.hash, whole->file.hash, sizeof put.hash);
	put.bytes = (struct bytes){list, sizeof list};
	if (memcmp(content, whole->file.hash, sizeof content) == 0)
		err = put_send(core, &put, req->id, (uint64_t)(uintptr_t)whole, whole_on_sealed);
	if (err != JX_OK)
		whole_end(core, req, whole, err, 0);
}

/* ---- Read. */

static void whole_on_chunks(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows);

static void
whole_read(struct core *core, struct request *req, struct whole *whole)
{
	enum jx_err err = whole_question(core, req, whole, QUESTION_FILE_CHUNKS,
	    whole->is_sealed ? 1 : WHOLE_READ_COUNT, whole_on_chunks);

	if (err != JX_OK)
		whole_end(core, req, whole, err, 0);
}

/* false: this is no chunk of that file. */
static bool
whole_take(struct whole *whole, struct bytes hash, struct bytes bytes)
{
	if (bytes.size == 0 || bytes.size != chunk_size_at(whole->file.size, whole->place))
		return false;
	if (whole->place == 0)
		whole->type = sniff_type(bytes);
	crypto_hash_sha256_update(&whole->content, bytes.data, bytes.size);
	crypto_hash_sha256_update(&whole->list, hash.data, hash.size);
	whole->place++;
	return true;
}

static void
whole_on_chunks(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	struct whole *whole = whole_of(handle);

	if (req == NULL)
		return;
	for (size_t i = 0; rows->err == JX_OK && i < rows->row_count; i++)
		if (!whole_take(whole, ask_cell(rows, i, 0), ask_cell(rows, i, 1))) {
			whole_end(core, req, whole, JX_E_CONFLICT, 0);
			return;
		}
	if (rows->err != JX_OK || rows->row_count == 0) {
		whole_end(core, req, whole, rows->err == JX_OK ? JX_E_STALE : rows->err, 0);
	} else if (whole->is_sealed) {
		whole_end(core, req, whole, JX_OK, 0);
	} else if (whole->place == whole->count) {
		whole_seal(core, req, whole);
	} else {
		if (whole->place % WHOLE_EVENT_COUNT == 0)
			whole_tell(core, req, whole);
		whole_read(core, req, whole);
	}
}

/* ---- Begins: is all of it there? */

static void
whole_on_state(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	struct whole *whole = whole_of(handle);
	uint64_t listed, missing, newest_us;

	if (req == NULL)
		return;
	if (rows->err != JX_OK || rows->row_count != 1) {
		whole_end(core, req, whole, rows->err == JX_OK ? JX_E_INTERNAL : rows->err, 0);
		return;
	}
	whole->is_sealed = *ask_cell(rows, 0, 1).data == 't';
	listed = ask_number(rows, 0, 2);
	missing = ask_number(rows, 0, 3);
	if (listed < whole->count)
		missing += whole->count - listed;
	/*
	 * What came after the request is not what it speaks of: of two sendings of one
	 * deed the first must not do what the second was refused (G2, G4). A chunk of a
	 * time that is yet to come is of a machine's clock that was set back since.
	 */
	newest_us = ask_number(rows, 0, 5);
	if (missing == 0 && newest_us > req->received.wall_us && newest_us <= core->now.wall_us)
		missing = 1;
	if (missing > 0)
		whole_end(core, req, whole, JX_E_INCOMPLETE, missing);
	else
		whole_read(core, req, whole);
}

static void
whole_ask(struct core *core, struct request *req, struct whole *whole)
{
	enum jx_err err;

	whole->place = 0;
	crypto_hash_sha256_init(&whole->content);
	crypto_hash_sha256_init(&whole->list);
	err = whole_question(core, req, whole, QUESTION_FILE, 0, whole_on_state);
	if (err != JX_OK)
		whole_end(core, req, whole, err, 0);
}

static bool
whole_is_unit(const struct whole_file *left, const struct whole_file *right)
{
	return left->year == right->year && strcmp(left->unit, right->unit) == 0 &&
	       strcmp(left->city, right->city) == 0;
}

/* The reading of that very file that is under way; NULL: none. */
static struct whole *
whole_find(struct core *core, const struct whole_file *file)
{
	for (size_t i = 0; i < WHOLE_COUNT_MAX; i++) {
		struct whole *whole = core->wholes.slots[i];

		if (whole != NULL && whole_is_unit(&whole->file, file) && whole->file.size == file->size &&
		    memcmp(whole->file.hash, file->hash, sizeof file->hash) == 0)
			return whole;
	}
	return NULL;
}

/* A free slot, unless the unit has its share; NULL: none. */
static struct whole **
whole_slot(struct core *core, const struct whole_file *file)
{
	struct whole **free_slot = NULL;
	unsigned of_unit = 0;

	for (size_t i = 0; i < WHOLE_COUNT_MAX; i++) {
		struct whole **slot = &core->wholes.slots[i];

		if (*slot == NULL)
			free_slot = slot;
		else
			of_unit += whole_is_unit(&(*slot)->file, file);
	}
	return of_unit < WHOLE_COUNT_MAX_UNIT ? free_slot : NULL;
}

void
whole_start(struct core *core, struct request *req, const struct whole_file *file, whole_fn fn)
{
	struct whole *whole = whole_find(core, file), **slot;
	struct whole_outcome busy = {.err = JX_E_BUSY};

	if (whole != NULL && whole->waiter_count < WHOLE_WAITING_MAX) {
		whole->waiters[whole->waiter_count++] = (struct whole_waiter){req->id, *file, fn};
		return;
	}
	slot = whole == NULL ? whole_slot(core, file) : NULL;
	whole = slot == NULL ? NULL : arena_alloc(req->arena, sizeof *whole);
	if (whole == NULL) {
		fn(core, req, &busy);
		return;
	}
	*slot = whole;
	*whole = (struct whole){.file = *file, .count = chunk_count(file->size), .type = "unknown", .fn = fn};
	whole_ask(core, req, whole);
}
