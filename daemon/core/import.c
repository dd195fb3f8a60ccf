#include "core/import.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "core/life.h"
#include "core/work.h"
#include "core/write.h"
#include "records/kinds.h"

static void
import_move(struct import *import, enum import_event event)
{
	import->state = (enum import_state)life_move(&life_import, import->state, event);
}

static void
import_free(struct import *import)
{
	uint32_t generation = import->generation;

	pieces_clear(&import->pieces);
	free((void *)(uintptr_t)import->fail.data);
	free((void *)(uintptr_t)import->summary.data);
	free((void *)(uintptr_t)import->body.data);
	*import = (struct import){.generation = generation};
}

void
import_table_clear(struct import_table *table)
{
	for (int i = 0; i < IMPORT_COUNT_MAX; i++)
		import_free(&table->slots[i]);
}

static uint64_t
import_handle(const struct core *core, const struct import *import)
{
	return (uint64_t)import->generation << 32 | (uint64_t)(import - core->imports.slots);
}

static struct import *
import_of_handle(struct core *core, uint64_t handle)
{
	uint32_t slot = (uint32_t)handle;
	struct import *import = &core->imports.slots[slot];

	assert(slot < IMPORT_COUNT_MAX);
	return import->state != IMPORT_FREE && import->generation == handle >> 32 ? import : NULL;
}

/* The upload of that op by that account. */
static struct import *
import_find(struct core *core, const struct request *req, ProtobufCBinaryData op_id)
{
	for (int i = 0; i < IMPORT_COUNT_MAX; i++) {
		struct import *import = &core->imports.slots[i];

		if (import->state != IMPORT_FREE &&
		    memcmp(import->op_id, op_id.data, sizeof import->op_id) == 0 &&
		    strcmp(import->actor.account, req->actor.account) == 0)
			return import;
	}
	return NULL;
}

static void
import_reply_begin(struct core *core, struct request *req, const struct import *import)
{
	Jx__ImportBeginReply reply = JX__IMPORT_BEGIN_REPLY__INIT;

	reply.has_next = true;
	reply.next = import->chunk_count;
	request_reply(core, req, JX__ENVELOPE__BODY_IMPORT_BEGIN_REPLY, &reply);
}

static void
import_begin(struct core *core, struct request *req)
{
	const Jx__ImportBegin *begin = (const Jx__ImportBegin *)req->message;
	struct import *import = import_find(core, req, begin->op_id);

	if (begin->digest.len != sizeof import->digest) {
		request_fail(core, req, JX_E_FIELD, "digest");
		return;
	}
	if (begin->size > core->config.upload_bytes_max) {
		request_fail(core, req, JX_E_TOO_BIG, "size");
		return;
	}
	for (int i = 0; import == NULL && i < IMPORT_COUNT_MAX; i++)
		if (core->imports.slots[i].state == IMPORT_FREE) {
			import = &core->imports.slots[i];
			*import = (struct import){
			    .state = (enum import_state)life_move(
				&life_import, import->state, IMPORT_ON_BEGIN),
			    .generation = (import->generation + 1) & 0x3fffffff,
			    .actor = req->actor,
			    .year = begin->year,
			};
			memcpy(import->op_id, begin->op_id.data, sizeof import->op_id);
			memcpy(import->digest, begin->digest.data, sizeof import->digest);
			strncpy(import->city, begin->city,
			    sizeof import->city - 1); /* length: route_check_city */
		}
	if (import == NULL) {
		request_fail(core, req, JX_E_BUSY, NULL);
	} else if (memcmp(import->digest, begin->digest.data, sizeof import->digest) != 0) {
		request_fail(core, req, JX_E_CONFLICT, "op_id");
	} else {
		import->heard_us = core->now.mono_us;
		import_reply_begin(core, req, import);
	}
}

static enum jx_err
import_keep(struct import *import, uint32_t tag, struct bytes bytes)
{
	enum jx_err err = pieces_add(&import->pieces, tag, 0, bytes);

	if (err == JX_OK) {
		import->chunk_count++;
		import->size += bytes.size;
	}
	return err;
}

/* All uploads together: what the daemon lends its memory for. */
static size_t
import_total_size(const struct core *core)
{
	size_t size = 0;

	for (int i = 0; i < IMPORT_COUNT_MAX; i++)
		size += core->imports.slots[i].size;
	return size;
}

static void
import_reply_chunk(struct core *core, struct request *req, const struct import *import)
{
	Jx__ImportChunkReply reply = JX__IMPORT_CHUNK_REPLY__INIT;

	reply.has_next = true;
	reply.next = import->chunk_count;
	request_reply(core, req, JX__ENVELOPE__BODY_IMPORT_CHUNK_REPLY, &reply);
}

void
import_handle_chunk(struct core *core, struct request *req)
{
	const Jx__ImportChunk *chunk = (const Jx__ImportChunk *)req->message;
	struct import *import = import_find(core, req, chunk->op_id);
	enum jx_err err = JX_OK;

	if (import == NULL || import->state != IMPORT_UPLOADING ||
	    chunk->number > import->chunk_count) {
		/* Forgotten, or a gap: the client asks ImportBegin where to go on. */
		request_fail(core, req, JX_E_NOT_FOUND, "op_id");
		return;
	}
	import->heard_us = core->now.mono_us;
	if (chunk->number < import->chunk_count) { /* sent twice */
		import_reply_chunk(core, req, import);
		return;
	}
	if ((chunk->records != NULL) == (chunk->has_scheme != 0))
		err = JX_E_FIELD;
	else if (import->chunk_count >= IMPORT_CHUNK_COUNT_MAX ||
		 import->size > core->config.upload_bytes_max)
		err = JX_E_TOO_BIG;
	else if (import_total_size(core) > core->config.upload_bytes_max)
		err = JX_E_BUSY; /* others' uploads will end */
	else if (chunk->has_scheme)
		err = import_keep(
		    import, WORK_IN_SCHEME, (struct bytes){chunk->scheme.data, chunk->scheme.len});
	else {
		size_t size = protobuf_c_message_get_packed_size(&chunk->records->base);
		uint8_t *packed = arena_alloc(req->arena, size + 1);

		if (packed == NULL)
			err = JX_E_MEMORY;
		else {
			protobuf_c_message_pack(&chunk->records->base, packed);
			err = import_keep(import, WORK_IN_RECORDS, (struct bytes){packed, size});
		}
	}
	if (err != JX_OK)
		request_fail(core, req, err, "records");
	else
		import_reply_chunk(core, req, import);
}

/* ---- The commit: read the stored state, check and compare in a worker, store. */

/* Answers everybody who waits, then the upload is gone. */
static void
import_end(
    struct core *core, struct import *import, enum jx_err err, const struct intake_outcome *stored)
{
	for (uint32_t i = 0; i < import->waiter_count; i++) {
		struct request *req = request_find(core, import->waiters[i]);
		Jx__ImportReply *reply;
		Jx__Fail *fail;

		if (req == NULL)
			continue;
		if (import->fail.size > 0) {
			fail = jx__fail__unpack(
			    arena_allocator(req->arena), import->fail.size, import->fail.data);
			if (fail == NULL)
				request_fail(core, req, JX_E_MEMORY, NULL);
			else
				request_fail_with(core, req, err_find(fail->code), fail);
			continue;
		}
		if (err != JX_OK) {
			request_fail(core, req, err, NULL);
			continue;
		}
		reply = jx__import_reply__unpack(
		    arena_allocator(req->arena), import->summary.size, import->summary.data);
		if (reply != NULL && stored != NULL) {
			reply->receipt = write_receipt(req->arena, stored->receipt);
			reply->has_replayed = reply->has_batch = true;
			reply->replayed = stored->replayed;
			reply->batch = reply->receipt == NULL ? 0 : reply->receipt->batch;
		}
		if (reply == NULL || (stored != NULL && reply->receipt == NULL))
			request_fail(core, req, JX_E_MEMORY, NULL);
		else
			request_reply(core, req, JX__ENVELOPE__BODY_IMPORT_REPLY, reply);
	}
	import_move(import, IMPORT_ON_END);
	import_free(import);
}

static void
import_on_stored(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct import *import = import_of_handle(core, handle);

	(void)id;
	if (import == NULL)
		return;
	books_drop(core, import->city, import->year);
	import_end(core, import, outcome->err, outcome);
}

static void
import_store(struct core *core, struct import *import)
{
	struct intake_op op = {
	    .action = "import",
	    .actor = import->actor.account,
	    .city = import->city,
	    .year = import->year,
	    .received_us = import->received_us,
	    .body = (char *)(uintptr_t)import->body.data, /* NUL-ended by import_on_output */
	    .handle = import_handle(core, import),
	    .fn = import_on_stored,
	};
	enum jx_err err;

	memcpy(op.op_id, import->op_id, sizeof op.op_id);
	memcpy(op.content_hash, import->digest, sizeof op.content_hash);
	import->body = (struct bytes){NULL, 0}; /* the intake's now */
	import_move(import, IMPORT_ON_CHECKED);
	err = intake_add(core, &op);
	if (err != JX_OK)
		import_end(core, import, err, NULL);
}

/* Everything is there: chunks, stored state; the worker starts. */
static void
import_check(struct core *core, struct import *import)
{
	enum jx_err err;

	import_move(import, IMPORT_ON_READ);
	err = pieces_start(&import->pieces, core->world.job,
	    work_ticket(WORK_IMPORT, import_handle(core, import)));
	if (err != JX_OK)
		import_end(core, import, err, NULL);
}

static void
import_on_records(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct import *import = import_of_handle(core, handle);
	enum jx_err err;

	(void)id;
	if (import == NULL)
		return;
	err = pieces_add_records(&import->pieces, rows);
	if (err != JX_OK)
		import_end(core, import, err, NULL);
	else
		import_check(core, import);
}

/* The stored scheme tells the state to compare with; no row: the year is new. */
static void
import_on_scheme(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct import *import = import_of_handle(core, handle);
	char year[16];
	struct ask_params params = {{NULL}};
	enum jx_err err = rows->err;

	(void)id;
	if (import == NULL)
		return;
	snprintf(import->base_batch, sizeof import->base_batch, "0");
	if (err == JX_OK && rows->row_count > 0) {
		snprintf(import->base_batch, sizeof import->base_batch, "%llu",
		    (unsigned long long)ask_number(rows, 0, 1));
		err = pieces_add(&import->pieces, WORK_IN_OLD_SCHEME, 0, ask_cell(rows, 0, 0));
	}
	if (err == JX_OK)
		err = pieces_add(&import->pieces, WORK_IN_BASE, 0,
		    (struct bytes){
			(const uint8_t *)import->base_batch, strlen(import->base_batch)});
	if (err != JX_OK) {
		import_end(core, import, err, NULL);
		return;
	}
	if (strcmp(import->base_batch, "0") == 0) {
		import_check(core, import);
		return;
	}
	snprintf(year, sizeof year, "%u", import->year);
	params.text[0] = import->city;
	params.text[1] = year;
	params.text[2] = import->base_batch;
	err = ask_send(
	    core, QUESTION_RECORDS, &params, (struct request_id){0, 0}, handle, import_on_records);
	if (err != JX_OK)
		import_end(core, import, err, NULL);
}

static void
import_start(struct core *core, struct import *import)
{
	char year[16];
	struct ask_params params = {{import->city, year, "0"}};
	enum jx_err err = pieces_add_number(&import->pieces, WORK_IN_KIND, WORK_IMPORT);

	snprintf(year, sizeof year, "%u", import->year);
	if (err == JX_OK)
		err = pieces_add_number(&import->pieces, WORK_IN_LANG, import->lang);
	if (err == JX_OK)
		err = pieces_add(&import->pieces, WORK_IN_YEAR, import->year,
		    (struct bytes){(const uint8_t *)import->city, strlen(import->city)});
	if (err == JX_OK)
		err = pieces_add(&import->pieces, WORK_IN_DIGEST, 0,
		    (struct bytes){import->digest, sizeof import->digest});
	import_move(import, IMPORT_ON_COMMIT);
	if (err == JX_OK)
		err = ask_send(core, QUESTION_SCHEME, &params, (struct request_id){0, 0},
		    import_handle(core, import), import_on_scheme);
	if (err != JX_OK)
		import_end(core, import, err, NULL);
}

/* No upload of that op: it may have been stored before (the answer was lost), or the upload was. */
static void
import_on_op(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	const Jx__ImportCommit *commit;
	Jx__ImportReply reply = JX__IMPORT_REPLY__INIT;
	struct intake_outcome stored;
	enum jx_err err;

	(void)handle;
	if (req == NULL)
		return;
	commit = (const Jx__ImportCommit *)req->message;
	err = write_find_replay(
	    req, rows, "import", commit->digest.len == 32 ? commit->digest.data : NULL, &stored);
	if (err == JX_OK && (reply.receipt = write_receipt(req->arena, stored.receipt)) == NULL)
		err = JX_E_MEMORY;
	if (err != JX_OK) {
		request_fail(core, req, err, "op_id");
		return;
	}
	reply.has_replayed = reply.has_batch = true;
	reply.replayed = true;
	reply.batch = reply.receipt->batch;
	request_reply(core, req, JX__ENVELOPE__BODY_IMPORT_REPLY, &reply);
}

static void
import_commit(struct core *core, struct request *req)
{
	const Jx__ImportCommit *commit = (const Jx__ImportCommit *)req->message;
	struct import *import = import_find(core, req, commit->op_id);
	enum jx_err err = JX_OK;

	if (import == NULL) {
		err = ask_send_bytes(core, QUESTION_OP,
		    (struct bytes){commit->op_id.data, commit->op_id.len}, req->id, 0,
		    import_on_op);
	} else if (import->waiter_count >= IMPORT_WAITER_COUNT_MAX) {
		err = JX_E_BUSY;
	} else if (strcmp(import->city, commit->city) != 0 || import->year != commit->year ||
		   (import->state != IMPORT_UPLOADING &&
		       import->is_dry_run != (commit->dry_run != 0))) {
		err = JX_E_CONFLICT;
	} else {
		import->waiters[import->waiter_count++] = req->id;
		if (import->state != IMPORT_UPLOADING)
			return; /* under way already: the same answer for both */
		import->is_dry_run = commit->dry_run;
		import->lang = req->lang;
		import->received_us = req->received.wall_us;
		import_start(core, import);
		return;
	}
	if (err != JX_OK)
		request_fail(core, req, err, "op_id");
}

static void
import_take(struct bytes *to, struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.size + 1);

	free((void *)(uintptr_t)to->data);
	*to = (struct bytes){NULL, 0};
	if (copy == NULL)
		return; /* import_on_finished then finds no summary and says so */
	memcpy(copy, bytes.data, bytes.size);
	copy[bytes.size] = '\0';
	*to = (struct bytes){copy, bytes.size};
}

void
import_on_output(
    struct core *core, uint64_t handle, uint32_t tag, uint32_t number, struct bytes bytes)
{
	struct import *import = import_of_handle(core, handle);

	if (import == NULL)
		return;
	switch (tag) {
	case WORK_OUT_PROGRESS:
		for (uint32_t i = 0; i < import->waiter_count; i++) {
			struct request *req = request_find(core, import->waiters[i]);

			if (req != NULL)
				request_event(core, req, "checking", number, 100);
		}
		break;
	case WORK_OUT_FAIL:
		import_take(&import->fail, bytes);
		break;
	case WORK_OUT_SUMMARY:
		import_take(&import->summary, bytes);
		break;
	case WORK_OUT_BODY:
		import_take(&import->body, bytes);
		break;
	default:
		break;
	}
}

/* Nothing changes: because it never would, or because this very op was stored a moment ago. */
static void
import_on_unchanged(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct import *import = import_of_handle(core, handle);
	struct request *req = NULL;
	struct intake_outcome stored;
	enum jx_err err = JX_E_NOT_FOUND;

	(void)id;
	if (import == NULL)
		return;
	for (uint32_t i = 0; req == NULL && i < import->waiter_count; i++)
		req = request_find(core, import->waiters[i]);
	if (req != NULL)
		err = write_find_replay(req, rows, "import", import->digest, &stored);
	import_end(
	    core, import, err == JX_E_NOT_FOUND ? JX_OK : err, err == JX_OK ? &stored : NULL);
}

/*
 * A commit of an earlier life of the daemon may arrive between the question for
 * its op (import_on_op) and the reading of the state: the new upload then finds
 * its own effect. Whoever asks for the op after that reading sees it.
 */
static void
import_ask_again(struct core *core, struct import *import)
{
	enum jx_err err =
	    ask_send_bytes(core, QUESTION_OP, (struct bytes){import->op_id, sizeof import->op_id},
		(struct request_id){0, 0}, import_handle(core, import), import_on_unchanged);

	if (err != JX_OK)
		import_end(core, import, err, NULL);
}

void
import_on_finished(struct core *core, uint64_t handle, enum jx_err err)
{
	struct import *import = import_of_handle(core, handle);

	if (import == NULL)
		return;
	assert(import->state == IMPORT_CHECKING);
	if (err == JX_OK && import->fail.size == 0 && import->summary.data == NULL)
		err = JX_E_INTERNAL;
	if (err != JX_OK || import->fail.size > 0 || import->is_dry_run)
		import_end(core, import, err, NULL);
	else if (import->body.size == 0)
		import_ask_again(core, import);
	else
		import_store(core, import);
}

void
import_tick(struct core *core)
{
	for (int i = 0; i < IMPORT_COUNT_MAX; i++) {
		struct import *import = &core->imports.slots[i];

		if (import->state == IMPORT_UPLOADING &&
		    core->now.mono_us - import->heard_us > IMPORT_IDLE_US_MAX) {
			import_move(import, IMPORT_ON_END);
			import_free(import);
		}
	}
}

static void
import_begin_on_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	err = import_may(book, err);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
	else
		import_begin(core, req);
}

static void
import_commit_on_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	const Jx__ImportCommit *commit = (const Jx__ImportCommit *)req->message;

	err = import_may(book, err);
	/* Without an upload it can only ask for the receipt of what was stored before. */
	if (err != JX_OK && import_find(core, req, commit->op_id) != NULL)
		request_fail(core, req, err, NULL);
	else
		import_commit(core, req);
}

void
import_handle_begin(struct core *core, struct request *req)
{
	const Jx__ImportBegin *begin = (const Jx__ImportBegin *)req->message;

	books_enter(core, req, begin->city, begin->year, BOOKS_READ, import_begin_on_book);
}

void
import_handle_commit(struct core *core, struct request *req)
{
	const Jx__ImportCommit *commit = (const Jx__ImportCommit *)req->message;

	books_enter(core, req, commit->city, commit->year, BOOKS_READ, import_commit_on_book);
}
