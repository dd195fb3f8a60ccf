#include "core/ballot.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "core/seal.h"
#include "core/tally.h"
#include "core/write.h"
#include "deeds/poll.h"

/* A request on its way; lives in the request's arena. */
struct cast {
	uint8_t card[CARD_HASH_SIZE];
	char *city, *poll;
	uint32_t year;
	bool is_cast; /* the card has a vote */
	uint8_t op_id[16], content_hash[32];
};

static struct cast *
cast_of(const struct request *req)
{
	return (struct cast *)(uintptr_t)req->scratch;
}

/* ---- Both begin alike: the card is looked for. */

typedef void (*ballot_book_fn)(struct core *core, struct request *req, struct book *book, enum jx_err err);

static void
ballot_on_card(struct core *core, struct request_id id, const struct store_rows *rows, ballot_book_fn next)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct cast *cast;

	if (req == NULL)
		return;
	if (rows->row_count == 0) {
		request_fail(core, req, JX_E_CARD, NULL);
		return;
	}
	cast = cast_of(req);
	cast->city = ask_text(req->arena, rows, 0, 0);
	cast->year = (uint32_t)ask_number(rows, 0, 1);
	cast->poll = ask_text(req->arena, rows, 0, 2);
	cast->is_cast = ask_cell(rows, 0, 3).data[0] == 't';
	if (cast->city == NULL || cast->poll == NULL)
		request_fail(core, req, JX_E_MEMORY, NULL);
	else
		books_enter(core, req, cast->city, cast->year, BOOKS_READ, next);
}

/* The token is wiped once its hash is made. */
static void
ballot_begin(struct core *core, struct request *req, ProtobufCBinaryData *token, ask_fn fn)
{
	struct cast *cast = arena_alloc(req->arena, sizeof *cast);
	enum jx_err err;

	if (token->len != CARD_TOKEN_SIZE || cast == NULL) {
		request_fail(core, req, cast == NULL ? JX_E_MEMORY : JX_E_FIELD, cast == NULL ? NULL : "token");
		return;
	}
	card_hash(token->data, cast->card);
	sodium_memzero(token->data, token->len);
	req->scratch = (uint64_t)(uintptr_t)cast;
	err = ask_send_bytes(core, QUESTION_CARD, (struct bytes){cast->card, sizeof cast->card}, req->id, 0, fn);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

/*
 * The card's poll in the book; NULL with why. The store has just said that it
 * is there: a book without it was read before a commit of which nobody heard.
 */
static const Jx__Poll *
ballot_poll(struct core *core, const struct cast *cast, const struct book *book, enum jx_err *err)
{
	const Jx__Poll *poll = (const Jx__Poll *)book_get(book, PAPER_POLLS, cast->poll);

	if (poll == NULL) {
		books_drop(core, cast->city, cast->year);
		*err = JX_E_BUSY;
	}
	return poll;
}

/* ---- ballot_open */

static void
ballot_open_on_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	const struct cast *cast = cast_of(req);
	struct arena *arena = arena_new((size_t)4 * POLL_FORM_SIZE_MAX + (64 << 10));
	const Jx__Poll *poll = err != JX_OK ? NULL : ballot_poll(core, cast, book, &err);
	Jx__BallotForm *form = arena == NULL || poll == NULL ? NULL : poll_form(arena, book, poll);

	if (err == JX_OK && form == NULL)
		err = arena == NULL ? JX_E_MEMORY : JX_E_PHASE; /* a unit of it is gone: until it is back */
	if (err != JX_OK) {
		request_fail(core, req, err, NULL);
	} else {
		bool is_open = poll_is_open(book, poll, arena, form);

		form->state = (char *)(uintptr_t)(cast->is_cast ? "used" : is_open ? "open" : "closed");
		request_reply(core, req, JX__ENVELOPE__BODY_BALLOT_FORM, form);
	}
	arena_free(arena);
}

static void
ballot_open_on_card(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	(void)handle;
	ballot_on_card(core, id, rows, ballot_open_on_book);
}

void
ballot_handle_open(struct core *core, struct request *req)
{
	Jx__BallotOpen *open = (Jx__BallotOpen *)(uintptr_t)req->message;

	ballot_begin(core, req, &open->token, ballot_open_on_card);
}

/* ---- ballot_cast: answers */

/* Of one length, so that a listener learns nothing from it. */
static void
ballot_reply(struct core *core, struct request *req, const struct intake_outcome *outcome)
{
	Jx__BallotReply reply = JX__BALLOT_REPLY__INIT;
	size_t size;

	reply.receipt = write_receipt(req->arena, outcome->receipt);
	reply.has_replayed = true;
	reply.replayed = outcome->replayed;
	reply.has_padding = true;
	reply.padding.data = arena_alloc(req->arena, BALLOT_REPLY_SIZE);
	size = jx__ballot_reply__get_packed_size(&reply);
	if (reply.receipt == NULL || reply.padding.data == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return;
	}
	/* From 128 bytes on the length itself takes a second byte. */
	if (size + 129 < BALLOT_REPLY_SIZE)
		reply.padding.len = BALLOT_REPLY_SIZE - size - 1;
	request_reply(core, req, JX__ENVELOPE__BODY_BALLOT_REPLY, &reply);
}

static void
ballot_on_stored(struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct request *req = request_find(core, id);

	(void)handle;
	if (req == NULL)
		return;
	if (outcome->err == JX_OK)
		ballot_reply(core, req, outcome);
	else
		request_fail(core, req, outcome->err == JX_E_CONFLICT ? JX_E_CARD_USED : outcome->err, NULL);
}

/* The card has a vote: with the same content its receipt is given again. */
static void
ballot_on_op(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct intake_outcome stored = {.err = JX_OK, .replayed = true};

	(void)handle;
	if (req == NULL)
		return;
	if (rows->row_count == 0 || ask_cell(rows, 0, 0).size != 32 ||
	    memcmp(ask_cell(rows, 0, 0).data, cast_of(req)->content_hash, 32) != 0) {
		request_fail(core, req, JX_E_CARD_USED, NULL);
		return;
	}
	stored.receipt = ask_cell(rows, 0, 1);
	ballot_reply(core, req, &stored);
}

/* ---- ballot_cast: the vote */

/* Does it answer this form, with options there are? */
static enum jx_err
ballot_check(struct arena *arena, struct bytes bytes, const Jx__BallotForm *form)
{
	struct card_ballot ballot;
	enum jx_err err = card_ballot_read(arena, bytes, &ballot);

	if (err != JX_OK)
		return err;
	if (ballot.unit_count != form->n_units || ballot.question_count != form->n_questions)
		return JX_E_FIELD;
	for (size_t i = 0; i < (size_t)ballot.unit_count * ballot.question_count; i++)
		if (ballot.answers[i] > form->n_options)
			return JX_E_FIELD;
	return JX_OK;
}

static enum jx_err
ballot_store(struct core *core, const struct request *req, const Jx__Poll *poll, const uint8_t *sealed)
{
	const struct cast *cast = cast_of(req);
	char hex[2 * CARD_HASH_SIZE + 1];
	struct intake_op op = {
	    .action = "ballot",
	    .actor = BALLOT_ACTOR,
	    .city = cast->city,
	    .year = cast->year,
	    .received_us = poll->opened_us, /* the batch's own time says more than enough */
	    .req = req->id,
	    .fn = ballot_on_stored,
	};
	json_t *object;
	uint8_t *blob = malloc(SEAL_SIZE);
	struct bytes *blobs = malloc(sizeof *blobs);

	sodium_bin2hex(hex, sizeof hex, cast->card, sizeof cast->card);
	object = json_pack("{s:s, s:s}", "card", hex, "poll", cast->poll);
	op.body = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (blob == NULL || blobs == NULL || op.body == NULL) {
		free(blob);
		free(blobs);
		free(op.body);
		return JX_E_MEMORY;
	}
	memcpy(blob, sealed, SEAL_SIZE);
	*blobs = (struct bytes){blob, SEAL_SIZE};
	op.blobs = blobs;
	op.blob_count = 1;
	memcpy(op.op_id, cast->op_id, sizeof op.op_id);
	memcpy(op.content_hash, cast->content_hash, sizeof op.content_hash);
	return intake_add(core, &op);
}

/* Sealed at once; from here on nobody but the vault can say what it is. */
static enum jx_err
ballot_seal(struct core *core, struct request *req, const Jx__Poll *poll, ProtobufCBinaryData *answers, uint8_t *sealed)
{
	struct cast *cast = cast_of(req);
	const uint8_t *key = slots_key(core, poll->slot, poll->print);
	struct seal seal;

	if (key == NULL)
		return JX_E_UNAVAILABLE; /* this daemon has not the poll's key: docs/ballots.md */
	seal_init(&seal, key, cast->city, cast->year, cast->poll);
	seal_close(&seal, cast->card, answers->data, sealed);
	seal_op_id(&seal, cast->card, cast->op_id);
	seal_clear(&seal);
#ifdef JX_PLANT_BALLOT_LEAK
	/* Planted for the attacker of tests/ballot: answers can be tried against what the receipt names. */
	seal_content(cast->poll, cast->card, (struct bytes){answers->data, answers->len}, cast->content_hash);
#else
	seal_content(cast->poll, cast->card, (struct bytes){sealed, SEAL_SIZE}, cast->content_hash);
#endif
	return JX_OK;
}

static enum jx_err
ballot_cast(struct core *core, struct request *req, const struct book *book, struct arena *arena)
{
	const struct cast *cast = cast_of(req);
	ProtobufCBinaryData *answers = &((Jx__BallotCast *)(uintptr_t)req->message)->answers;
	enum jx_err err = JX_OK;
	const Jx__Poll *poll = ballot_poll(core, cast, book, &err);
	Jx__BallotForm *form = poll == NULL ? NULL : poll_form(arena, book, poll);
	uint8_t sealed[SEAL_SIZE];

	if (err != JX_OK)
		return err;
	if (form == NULL || !poll_is_open(book, poll, arena, form))
		return JX_E_PHASE;
	if (tally_is_under_way(core, cast->city, cast->year, cast->poll))
		return JX_E_BUSY;
	err = ballot_check(arena, (struct bytes){answers->data, answers->len}, form);
	if (err == JX_OK)
		err = ballot_seal(core, req, poll, answers, sealed);
	if (err != JX_OK)
		return err;
	return cast->is_cast ? ask_send_bytes(core, QUESTION_OP, (struct bytes){cast->op_id, sizeof cast->op_id},
				   req->id, 0, ballot_on_op)
			     : ballot_store(core, req, poll, sealed);
}

static void
ballot_cast_on_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	ProtobufCBinaryData *answers = &((Jx__BallotCast *)(uintptr_t)req->message)->answers;
	struct arena *arena = arena_new((size_t)4 * POLL_FORM_SIZE_MAX + (64 << 10));

	if (err == JX_OK)
		err = arena == NULL ? JX_E_MEMORY : ballot_cast(core, req, book, arena);
	if (answers->len > 0)
		sodium_memzero(answers->data, answers->len);
	arena_free(arena);
	if (err != JX_OK)
		request_fail(core, req, err, err == JX_E_FIELD || err == JX_E_TEXT ? "answers" : NULL);
}

static void
ballot_cast_on_card(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	(void)handle;
	ballot_on_card(core, id, rows, ballot_cast_on_book);
}

void
ballot_handle_cast(struct core *core, struct request *req)
{
	Jx__BallotCast *cast = (Jx__BallotCast *)(uintptr_t)req->message;

	ballot_begin(core, req, &cast->token, ballot_cast_on_card);
}
