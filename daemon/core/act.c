#include "core/act.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/act_poll.h"
#include "core/inside.h"
#include "core/run_read.h"
#include "core/tally.h"
#include "core/watch.h"
#include "core/write.h"
#include "deeds/deed.h"
#include "deeds/proof.h"
#include "records/json.h"
#include "records/paper.h"

/* Lives in the request's arena. */
struct act {
	struct deed_ctx ctx;
	Jx__Deed args; /* the message with "" for what was left out */
	Jx__Records no_rows;
	struct book *book;
	uint32_t tries;
	char print[SEAL_PRINT_SIZE]; /* of the slot that ctx offers */
	struct tally *tally;         /* ctx.tally is its counts; NULL: none */
	uint8_t hash[32]; /* of the content, before the deed takes the request's memory */
	enum jx_err err; /* why it was refused, while the op is asked for */
	const char *field;
	Jx__Fail faults; /* what the rows lack, for the answer */
};

static struct act *
act_of(const struct request *req)
{
	return (struct act *)(uintptr_t)req->scratch;
}

/* ---- Answers. */

/* As many as fit: what was stored must not go unanswered because there is much to say about it. */
static size_t
act_texts(struct arena *arena, const char **texts, size_t count, char ***list)
{
	size_t shown = 0, size = 0;

	*list = arena_alloc(arena, (count + 1) * sizeof **list);
	for (; *list != NULL && shown < count; shown++) {
		size += strlen(texts[shown]) + 4;
		if (size > ACT_SHOWN_SIZE_MAX)
			break;
		(*list)[shown] = (char *)(uintptr_t)texts[shown];
	}
	return shown;
}

static void
act_list_faults(struct request *req, const struct faults *faults, Jx__Fail *fail)
{
	size_t kept = faults_kept(faults), size = 0;

	kept = kept > ACT_CHANGE_COUNT_MAX ? ACT_CHANGE_COUNT_MAX : kept;
	fail->faults = arena_alloc(req->arena, (kept + 1) * sizeof *fail->faults);
	for (size_t i = 0; fail->faults != NULL && i < kept; i++) {
		const struct fault *fault = faults_at(faults, i);
		Jx__Fault *made = arena_alloc(req->arena, sizeof *made);

		if (made == NULL)
			break;
		jx__fault__init(made);
		made->file = arena_strdup(req->arena, fault->file);
		made->has_line = made->has_column = true;
		made->line = fault->line;
		made->column = fault->column;
		made->value = arena_strdup(req->arena, fault->value);
		made->expected = arena_strdup(req->arena, fault->expected);
		size += jx__fault__get_packed_size(made) + 4;
		if (size > ACT_SHOWN_SIZE_MAX)
			break;
		fail->faults[fail->n_faults++] = made;
	}
	if (faults_count(faults) > 0) {
		fail->has_fault_count = true;
		fail->fault_count = faults_count(faults);
	}
}

static void
act_fail(struct core *core, struct request *req, enum jx_err err, const char *field)
{
	struct act *act = act_of(req);
	Jx__Fail fail = act->faults;

	fail.field = (char *)(uintptr_t)field;
	fail.n_why = act_texts(req->arena, act->ctx.why, act->ctx.why_count, &fail.why);
	request_fail_with(core, req, err, &fail);
}

/* One field that differs, as a Change; NULL: memory out. */
static Jx__Change *
act_change(struct arena *arena, const struct deed_change *change, const char *key, size_t field)
{
	char before[RECORD_TEXT_SIZE], after[RECORD_TEXT_SIZE];
	const char *old = change->before == NULL
			      ? ""
			      : record_field_text(change->before, change->kind, field, before);
	const char *new = change->withdrawn
			      ? ""
			      : record_field_text(change->record, change->kind, field, after);
	Jx__Change *made;

	if (strcmp(old, new) == 0)
		return NULL;
	made = arena_alloc(arena, sizeof *made);
	if (made == NULL)
		return NULL;
	jx__change__init(made);
	made->kind = (char *)(uintptr_t)record_kinds[change->kind].name;
	made->key = (char *)(uintptr_t)key;
	made->field = (char *)(uintptr_t)record_kinds[change->kind].fields[field].name;
	made->before = change->before == NULL ? NULL : arena_strdup(arena, old);
	made->after = change->withdrawn ? NULL : arena_strdup(arena, new);
	return made;
}

/* Whether the answer shows these rows: not the copies that stand for secrecy or for others' mail. */
static bool
act_shows(enum record_kind kind)
{
	return kind != RECORD_LEADER_MARKS && kind != RECORD_BALLOTS && kind != PAPER_SHEET_LINES &&
	       kind != PAPER_PAPER_LINES && kind != PAPER_STACK_CARDS && kind != PAPER_NOTICES;
}

static void
act_list_changes(struct request *req, const struct act *act, Jx__DeedReply *reply)
{
	size_t size = 0;

	reply->changes = arena_alloc(req->arena, ACT_CHANGE_COUNT_MAX * sizeof *reply->changes);
	reply->has_change_count = true;
	for (size_t i = 0; i < act->ctx.change_count; i++) {
		const struct deed_change *change = &act->ctx.changes[i];
		const char *key;

		if (!act_shows(change->kind))
			continue;
		reply->change_count++;
		key = paper_key(req->arena, change->kind, change->record);
		for (size_t f = 0; key != NULL && f < record_kinds[change->kind].field_count; f++) {
			Jx__Change *made;

			if (reply->changes == NULL || reply->n_changes == ACT_CHANGE_COUNT_MAX ||
			    size > ACT_SHOWN_SIZE_MAX)
				break;
			made = act_change(req->arena, change, key, f);
			size += made == NULL ? 0 : jx__change__get_packed_size(made) + 4;
			if (made != NULL && size <= ACT_SHOWN_SIZE_MAX)
				reply->changes[reply->n_changes++] = made;
		}
	}
}

static void
act_reply(struct core *core, struct request *req, const struct intake_outcome *outcome)
{
	struct act *act = act_of(req);
	Jx__DeedReply reply = JX__DEED_REPLY__INIT;

	if (outcome != NULL) {
		reply.receipt = write_receipt(req->arena, outcome->receipt);
		reply.has_replayed = true;
		reply.replayed = outcome->replayed;
	}
	if (outcome == NULL || !outcome->replayed) {
		if (!req->is_carried) {
			act_list_changes(req, act, &reply);
			reply.n_notes =
			    act_texts(req->arena, act->ctx.notes, act->ctx.note_count, &reply.notes);
		}
		if (act->ctx.is_late)
			reply.late = (char *)(uintptr_t) "yes";
	}
	request_reply(core, req, JX__ENVELOPE__BODY_DEED_REPLY, &reply);
}

/* ---- Into the store. */

static bool
act_add_change(json_t *body, struct arena *arena, const struct deed_change *change)
{
	const struct record_row *row = &record_kinds[change->kind];
	const char *text = record_json_write(arena, change->kind, change->record);
	json_t *object = text == NULL ? NULL : json_loads(text, 0, NULL), *list;
	char *key;

	if (object == NULL)
		return false;
	if (change->kind < RECORD_KIND_COUNT) {
		json_t *changes = json_object_get(body, "changes");

		list = json_object_get(changes, row->name);
		if (list == NULL) {
			list = json_array();
			if (json_object_set_new(changes, row->name, list) != 0)
				return false;
		}
		if (change->withdrawn)
			json_object_set_new(object, "withdrawn", json_true());
		return json_array_append_new(list, object) == 0;
	}
	key = paper_key(arena, change->kind, change->record);
	list = json_object_get(body, "papers");
	return key != NULL &&
	       json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}", "kind", row->name, "key", key,
						   "withdrawn", change->withdrawn, "row", object)) == 0;
}

static json_t *
act_body(struct request *req, const struct act *act)
{
	const Jx__Deed *args = act->ctx.args;
	json_t *body = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:[]}", "base_batch",
	    (json_int_t)book_batch(act->book), "deed", act->ctx.deed->name, "unit", args->unit, "object",
	    args->object, "value", args->value, "reason", args->reason, "document", args->document, "changes",
	    "papers");

	if (body != NULL && args->cards.len > 0 && json_object_set_new(body, "cards", act_poll_cards(args)) != 0) {
		json_decref(body);
		return NULL;
	}
	for (size_t i = 0; body != NULL && i < act->ctx.change_count; i++)
		if (!act_add_change(body, req->arena, &act->ctx.changes[i])) {
			json_decref(body);
			body = NULL;
		}
	return body;
}

static void act_on_turn(struct core *core, struct request *req, struct book *book, enum jx_err err);

/* After the commit: the book follows. */
static bool
act_apply(struct act *act, uint64_t batch)
{
	for (size_t i = 0; i < act->ctx.change_count; i++) {
		const struct deed_change *change = &act->ctx.changes[i];

#ifdef JX_PLANT_BOOK_FORGETS
		break; /* planted for tests/sim: the store has it, the book never hears of it */
#endif
		if (book_put(act->book, change->kind, change->record, change->withdrawn, 0, batch) != JX_OK)
			return false;
	}
	book_set_batch(act->book, batch);
	return true;
}

static void
act_on_stored(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct request *req = request_find(core, id);
	struct act *act;
	bool is_good;

	(void)handle;
	assert(req != NULL); /* only an answer ends it, and this is the answer */
	act = act_of(req);
	tally_end(act->tally);
	act->tally = NULL;
	act->ctx.tally = NULL;
	/* Stored before, by a commit of which nobody heard: the book has not followed it. */
	if (outcome->replayed)
		is_good = outcome->err == JX_OK && (uint64_t)outcome->value <= book_batch(act->book);
	else
		is_good = outcome->err == JX_OK && act_apply(act, (uint64_t)outcome->value);
	if (is_good && !outcome->replayed)
		watch_on_changes(core, act->args.city, act->args.year, act->book, act->ctx.changes,
		    act->ctx.change_count);
	act_poll_settle(core, &act->ctx, outcome);
	/* Counting a poll stored more than the deed put: the book is read anew. */
	books_leave(core, act->args.city, act->args.year,
	    is_good && (act->ctx.deed->needs & DEED_NEEDS_TALLY) == 0);
	if (outcome->err == JX_E_STALE && ++act->tries < ACT_TRIES_MAX)
		books_enter(core, req, act->args.city, act->args.year, BOOKS_WRITE, act_on_turn);
	else if (outcome->err != JX_OK)
		act_fail(core, req, outcome->err, NULL);
	else
		act_reply(core, req, outcome);
}

/* ---- Judged. */

/*
 * A deed that is refused, or changes nothing, may be the second sending of one
 * that was done: then it is answered as then.
 */
static void
act_on_op(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	struct intake_outcome stored;
	struct act *act;
	enum jx_err err;

	(void)handle;
	if (req == NULL)
		return;
	act = act_of(req);
	err = write_find_replay(req, rows, "deed", act->hash, &stored);
	if (err == JX_OK)
		act_reply(core, req, &stored);
	else if (err == JX_E_NOT_FOUND && act->err == JX_OK)
		act_reply(core, req, NULL); /* nothing to change */
	else if (err == JX_E_NOT_FOUND)
		act_fail(core, req, act->err, act->field);
	else
		act_fail(core, req, err, NULL);
}

static void
act_ask_op(struct core *core, struct request *req)
{
	struct act *act = act_of(req);
	enum jx_err err = ask_send_bytes(core, QUESTION_OP,
	    (struct bytes){act->args.op_id.data, act->args.op_id.len}, req->id, 0, act_on_op);

	if (err != JX_OK)
		act_fail(core, req, err, NULL);
}

/* On the book as it is now, as often as others were faster. Only the request's memory outlives the call. */
static enum jx_err
act_judge(struct core *core, struct request *req, struct book *book)
{
	struct act *act = act_of(req);
	struct deed_ctx *ctx = &act->ctx;
	enum jx_err err;
	bool is_known = true;

	ctx->slot.print = NULL;
	if ((ctx->deed->needs & DEED_NEEDS_SLOT) != 0 && slots_offer(core, &ctx->slot.number, act->print, &is_known))
		ctx->slot.print = act->print;
	if (!is_known)
		return JX_E_BUSY;
	act->book = book;
	jx__fail__init(&act->faults);
	ctx->book = book;
	ctx->changes = NULL;
	ctx->change_count = ctx->change_capacity = 0;
	ctx->why = ctx->notes = NULL;
	ctx->why_count = ctx->note_count = 0;
	ctx->is_late = ctx->out_of_memory = false;
	ctx->faults = faults_new(ctx->lang);
	if (ctx->faults == NULL)
		return JX_E_MEMORY;
	err = deed_run_it(ctx, &act->field);
	act_list_faults(req, ctx->faults, &act->faults);
	faults_free(ctx->faults);
	ctx->faults = NULL;
	return err;
}

/* The votes' rows join the body as text: a tree of a hundred thousand rows would stop the loop. JX_E_MEMORY. */
static enum jx_err
act_store(struct core *core, struct request *req)
{
	struct act *act = act_of(req);
	json_t *body = act_body(req, act);

	if (body == NULL)
		return JX_E_MEMORY;
	if (!write_start_with(core, req, "deed", body, act->tally == NULL ? NULL : act->tally->text, 0, act->hash,
		act_on_stored)) {
		tally_end(act->tally);
		books_leave(core, act->args.city, act->args.year, true); /* it has been told */
	}
	return JX_OK;
}

/* Refused, or there is nothing to store. */
static void
act_refuse(struct core *core, struct request *req, enum jx_err err)
{
	struct act *act = act_of(req);

	tally_end(act->tally);
	act->tally = NULL;
	books_leave(core, act->args.city, act->args.year, true);
	act->err = err;
	if (!act->args.dry_run)
		act_ask_op(core, req);
	else if (err == JX_OK)
		act_reply(core, req, NULL);
	else
		act_fail(core, req, err, act->field);
}

static void
act_on_tally(struct core *core, struct request *req, struct tally *tally, enum jx_err err)
{
	struct act *act;

	assert(req != NULL); /* only an answer ends it */
	act = act_of(req);
	act->tally = tally;
	act->ctx.tally = tally == NULL ? NULL : &tally->counts;
	if (err == JX_OK)
		err = act_judge(core, req, act->book);
	if (err == JX_OK)
		err = act_store(core, req);
	if (err != JX_OK)
		act_refuse(core, req, err);
}

/* The poll of object, whose votes the deed needs. */
static enum jx_err
act_start_tally(struct core *core, struct request *req, struct book *book)
{
	struct act *act = act_of(req);
	const Jx__Poll *poll = (const Jx__Poll *)book_get(book, PAPER_POLLS, act->args.object);

	assert(poll != NULL); /* the deed has just been judged on it */
	return tally_start(core, req, act->args.city, act->args.year, book, poll, act_on_tally);
}

static void
act_on_turn(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	struct act *act = act_of(req);

	act->field = NULL;
	if (err != JX_OK) {
		act_fail(core, req, err, err == JX_E_NOT_FOUND ? "year" : NULL);
		return;
	}
	err = act_judge(core, req, book);
	if (err == JX_OK && !act->args.dry_run && act->ctx.change_count > 0) {
		err = (act->ctx.deed->needs & DEED_NEEDS_TALLY) != 0 ? act_start_tally(core, req, book)
								    : act_store(core, req);
		if (err == JX_OK)
			return;
	}
	act_refuse(core, req, err);
}

/* ---- Begins. */

static char *
act_or_empty(char *text)
{
	static char nothing[1];

	return text == NULL ? nothing : text;
}

static void
act_fill(struct act *act, struct request *req, const struct deed *deed)
{
	Jx__Deed *args = &act->args;
	uint64_t seed = 0;

	*args = *(const Jx__Deed *)req->message;
	args->unit = act_or_empty(args->unit);
	args->object = act_or_empty(args->object);
	args->value = act_or_empty(args->value);
	args->reason = act_or_empty(args->reason);
	args->document = act_or_empty(args->document);
	args->dated = act_or_empty(args->dated);
	jx__records__init(&act->no_rows);
	jx__fail__init(&act->faults);
	if (args->rows == NULL)
		args->rows = &act->no_rows;
	write_content_hash(req, req->message, act->hash);
	memcpy(&seed, args->op_id.data + args->op_id.len - sizeof seed, sizeof seed);
	act->ctx = (struct deed_ctx){
	    .actor = &req->actor,
	    .deed = deed,
	    .args = args,
	    .now_us = req->received.wall_us,
	    .content_hash = act->hash,
	    .seed = seed,
	    .lang = req->lang,
	    .arena = req->arena,
	};
}

/* ---- Its file (DEED_FILE). */

static void
act_on_whole(struct core *core, struct request *req, const struct whole_outcome *outcome)
{
	struct act *act = act_of(req);

	if (outcome->err == JX_E_INCOMPLETE) {
		deed_why(&act->ctx, "还缺 %llu 块", "%llu chunks are missing", (unsigned long long)outcome->missing);
		act->faults.has_fault_count = true;
		act->faults.fault_count = outcome->missing;
	} else if (outcome->err == JX_E_CONFLICT) {
		deed_why(&act->ctx, "传来的内容与所报文件摘要不符，请重新读取该文件后上传",
		    "what was sent is not the file that is named: read it again and send it anew");
	}
	if (outcome->err != JX_OK) {
		act_fail(core, req, outcome->err == JX_E_CONFLICT ? JX_E_RULE : outcome->err, "files");
		return;
	}
	act->ctx.file.type = outcome->type;
	books_enter(core, req, act->args.city, act->args.year, BOOKS_WRITE, act_on_turn);
}

/* Read it only for whom the deed is, and once: what is wrong with the row, the deed says itself. */
static void
act_on_file_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	struct act *act = act_of(req);
	const Jx__File *row = act->args.rows->files[0];
	struct whole_file file = {
	    .city = act->args.city, .unit = act->args.unit, .year = act->args.year, .size = row->size};

	if (err != JX_OK) {
		act_fail(core, req, err, err == JX_E_NOT_FOUND ? "year" : NULL);
	} else if (!proof_may_send(book, &req->actor, act->args.unit)) {
		act_fail(core, req, JX_E_DENIED, NULL);
	} else if (row->size > core->config.evidence_size_max) {
		act_fail(core, req, JX_E_TOO_BIG, "size");
	} else if (!proof_hash(deed_str(row->file), file.hash) || row->size == 0 ||
		   proof_find(book, act->args.unit, row->file) != NULL) {
		books_enter(core, req, act->args.city, act->args.year, BOOKS_WRITE, act_on_turn);
	} else {
		whole_start(core, req, &file, act_on_whole);
	}
}

static void
act_on_run(struct core *core, struct request *req, const struct deed_run *run, enum jx_err err)
{
	struct act *act = act_of(req);

	if (err != JX_OK) {
		act_fail(core, req, err, "run");
		return;
	}
	act->ctx.run = *run;
	books_enter(core, req, act->args.city, act->args.year, BOOKS_WRITE, act_on_turn);
}

void
act_handle(struct core *core, struct request *req)
{
	const Jx__Deed *message = (const Jx__Deed *)req->message;
	const struct deed *deed = message->deed == NULL ? NULL : deed_find(message->deed);
	struct act *act;

	if (deed == NULL) {
		request_fail(core, req, JX_E_UNKNOWN_REQUEST, "deed");
		return;
	}
	act = arena_alloc(req->arena, sizeof *act);
	if (act == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return;
	}
	act_fill(act, req, deed);
	req->scratch = (uint64_t)(uintptr_t)act;
	/* A role that may never do it does not even have a run read. */
	if ((deed->roles & req->actor.role) == 0)
		request_fail(core, req, JX_E_DENIED, NULL);
	else if ((deed->arguments & (DEED_RUN | DEED_MAY_RUN)) != 0 && message->run != 0)
		run_read_start(core, req, act->args.city, act->args.year, message->run, act_on_run);
	else if ((deed->arguments & DEED_FILE) != 0 && act->args.rows->n_files == 1)
		books_enter(core, req, act->args.city, act->args.year, BOOKS_READ, act_on_file_book);
	else
		books_enter(core, req, act->args.city, act->args.year, BOOKS_WRITE, act_on_turn);
}
