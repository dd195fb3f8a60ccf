#include "core/evidence.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/inside.h"
#include "deeds/proof.h"
#include "wire/chunk.h"
#include "wire/limits.h"

/* A request's file, in its arena: the messages differ, this is what they share. */
struct evidence {
	const char *city, *unit;
	uint32_t year;
	uint8_t file[CHUNK_HASH_SIZE];
	const char *hex;
	uint64_t size;
	/* offer */
	uint64_t at_us; /* 0: not kept */
	/* chunk */
	uint8_t hash[CHUNK_HASH_SIZE];
	/* read */
	uint64_t offset;
	uint32_t length;
	const char *name, *type;
};

static struct evidence *
evidence_of(const struct request *req)
{
	return (struct evidence *)(uintptr_t)req->scratch;
}

/* Begins: the unit, and the file unless NULL. NULL: the request is answered. */
static struct evidence *
evidence_begin(struct core *core, struct request *req, const char *city, uint32_t year, const char *unit,
    const ProtobufCBinaryData *file)
{
	struct evidence *evidence = arena_alloc(req->arena, sizeof *evidence);

	if (evidence == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return NULL;
	}
	if (unit == NULL || *unit == '\0' || strlen(unit) >= ACTOR_NAME_SIZE) {
		request_fail(core, req, JX_E_FIELD, "unit");
		return NULL;
	}
	*evidence = (struct evidence){.city = city, .unit = unit, .year = year};
	if (file != NULL && file->len != sizeof evidence->file) {
		request_fail(core, req, JX_E_FIELD, "file");
		return NULL;
	}
	if (file != NULL) {
		memcpy(evidence->file, file->data, sizeof evidence->file);
		evidence->hex = proof_hex(req->arena, evidence->file);
		if (evidence->hex == NULL) {
			request_fail(core, req, JX_E_MEMORY, NULL);
			return NULL;
		}
	}
	req->scratch = (uint64_t)(uintptr_t)evidence;
	return evidence;
}

/* false: the request is answered. */
static bool
evidence_check_size(struct core *core, struct request *req, uint64_t size)
{
	if (size == 0)
		request_fail(core, req, JX_E_FIELD, "size");
	else if (size > core->config.evidence_size_max)
		request_fail(core, req, JX_E_TOO_BIG, "size");
	return size > 0 && size <= core->config.evidence_size_max;
}

/* The year is there and the unit is one the actor may send for. false: answered. */
static bool
evidence_may_send(struct core *core, struct request *req, const struct book *book, enum jx_err err)
{
	if (err == JX_OK && proof_may_send(book, &req->actor, evidence_of(req)->unit))
		return true;
	if (err != JX_OK)
		request_fail(core, req, err, err == JX_E_NOT_FOUND ? "year" : NULL);
	else
		request_fail(core, req, JX_E_DENIED, "unit");
	return false;
}

/* A question about the request's file; the last two: of QUESTION_FILE_CHUNKS only. */
static enum jx_err
evidence_ask(struct core *core, struct request *req, enum store_question question, uint64_t first,
    uint64_t count, ask_fn fn)
{
	const struct evidence *evidence = evidence_of(req);
	char year[16], size[24], from[24], number[24];
	struct bytes cells[] = {
	    {(const uint8_t *)evidence->city, strlen(evidence->city)},
	    {(const uint8_t *)year, (size_t)snprintf(year, sizeof year, "%u", evidence->year)},
	    {(const uint8_t *)evidence->unit, strlen(evidence->unit)},
	    {evidence->file, sizeof evidence->file},
	    {(const uint8_t *)size,
		(size_t)snprintf(size, sizeof size, "%llu", (unsigned long long)evidence->size)},
	    {(const uint8_t *)from,
		(size_t)snprintf(from, sizeof from, "%llu", (unsigned long long)first)},
	    {(const uint8_t *)number,
		(size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)count)},
	};

	return ask_send_cells(
	    core, question, cells, question == QUESTION_FILE ? 5 : 7, req->id, 0, fn);
}

static void
evidence_put(struct core *core, struct request *req, struct store_put *put, put_fn fn)
{
	const struct evidence *evidence = evidence_of(req);
	enum jx_err err;

	put->city = evidence->city;
	put->year = evidence->year;
	put->unit = evidence->unit;
	put->quota = core->config.evidence_unit_size_max;
	err = put_send(core, put, req->id, 0, fn);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

/* The request, when it has an answer that is good; NULL: gone, or told why not. */
static struct request *
evidence_put_owner(struct core *core, struct request_id id, enum jx_err err)
{
	struct request *req = request_find(core, id);

	if (req != NULL && err != JX_OK)
		request_fail(core, req, err, NULL);
	return err == JX_OK ? req : NULL;
}

/* ---- Offer. */

static void
evidence_on_offered(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "file");
	Jx__EvidenceOfferReply reply = JX__EVIDENCE_OFFER_REPLY__INIT;
	uint64_t quota = core->config.evidence_unit_size_max, used, had;
	const struct evidence *evidence;

	(void)handle;
	if (req == NULL)
		return;
	evidence = evidence_of(req);
	used = ask_number(rows, 0, 0);
	had = ask_number(rows, 0, 4); /* a wrong list may come to more than the file */
	reply.has_is_kept = reply.has_chunk_size = reply.has_quota_left = reply.has_size_max = true;
	reply.is_kept = evidence->at_us != 0;
	reply.has_at_us = reply.is_kept;
	reply.at_us = evidence->at_us;
	reply.chunk_size = LIMIT_CHUNK_SIZE;
	reply.quota_left = used < quota ? quota - used : 0;
	reply.size_max = core->config.evidence_size_max;
	/* What was sent of it is used already. */
	if (!reply.is_kept && evidence->size > had && evidence->size - had > reply.quota_left)
		request_fail(core, req, JX_E_QUOTA, "size");
	else
		request_reply(core, req, JX__ENVELOPE__BODY_EVIDENCE_OFFER_REPLY, &reply);
}

static void
evidence_on_offer_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	struct evidence *evidence = evidence_of(req);
	const Jx__File *kept;

	if (!evidence_may_send(core, req, book, err))
		return;
	kept = proof_find(book, evidence->unit, evidence->hex);
	/* Of what visitors have kept, the unit knows nothing by asking. */
	if (kept != NULL && proof_may_read(book, &req->actor, kept))
		evidence->at_us = kept->at_us;
	err = evidence_ask(core, req, QUESTION_FILE, 0, 0, evidence_on_offered);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

void
evidence_handle_offer(struct core *core, struct request *req)
{
	const Jx__EvidenceOffer *message = (const Jx__EvidenceOffer *)req->message;
	struct evidence *evidence =
	    evidence_begin(core, req, message->city, message->year, message->unit, &message->file);

	if (evidence == NULL || !evidence_check_size(core, req, message->size))
		return;
	evidence->size = message->size;
	books_enter(core, req, evidence->city, evidence->year, BOOKS_READ, evidence_on_offer_book);
}

/* ---- A page of its list. */

static void
evidence_on_listed(struct core *core, struct request_id id, uint64_t handle, enum jx_err err, struct bytes have)
{
	struct request *req = evidence_put_owner(core, id, err);
	Jx__EvidenceListReply reply = JX__EVIDENCE_LIST_REPLY__INIT;

	(void)handle;
	if (req == NULL)
		return;
	reply.has_have = true;
	reply.have.data = (uint8_t *)(uintptr_t)have.data;
	reply.have.len = have.size;
	request_reply(core, req, JX__ENVELOPE__BODY_EVIDENCE_LIST_REPLY, &reply);
}

static void
evidence_put_list(struct core *core, struct request *req)
{
	const Jx__EvidenceList *message = (const Jx__EvidenceList *)req->message;
	struct store_put put = {.kind = STORE_PUT_LIST,
	    .size = message->size,
	    .page = message->page,
	    .bytes = {message->hashes.data, message->hashes.len}};

	memcpy(put.hash, evidence_of(req)->file, sizeof put.hash);
	evidence_put(core, req, &put, evidence_on_listed);
}

static void
evidence_on_list_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	if (evidence_may_send(core, req, book, err))
		put_wait(core, req, evidence_put_list);
}

void
evidence_handle_list(struct core *core, struct request *req)
{
	const Jx__EvidenceList *message = (const Jx__EvidenceList *)req->message;
	struct evidence *evidence =
	    evidence_begin(core, req, message->city, message->year, message->unit, &message->file);
	struct bytes hashes = {message->hashes.data, message->hashes.len};

	if (evidence == NULL || !evidence_check_size(core, req, message->size))
		return;
	if (chunk_page_hashes(message->size, message->page) == 0)
		request_fail(core, req, JX_E_FIELD, "page");
	else if (!chunk_page_is_good(message->size, message->page, hashes))
		request_fail(core, req, JX_E_FIELD, "hashes");
	else
		books_enter(core, req, evidence->city, evidence->year, BOOKS_READ, evidence_on_list_book);
}

/* ---- A chunk. */

static void
evidence_on_stored(struct core *core, struct request_id id, uint64_t handle, enum jx_err err, struct bytes have)
{
	struct request *req = evidence_put_owner(core, id, err);
	Jx__EvidenceChunkReply reply = JX__EVIDENCE_CHUNK_REPLY__INIT;

	(void)handle;
	(void)have;
	if (req == NULL)
		return;
	reply.has_hash = true;
	reply.hash.data = evidence_of(req)->hash;
	reply.hash.len = sizeof evidence_of(req)->hash;
	request_reply(core, req, JX__ENVELOPE__BODY_EVIDENCE_CHUNK_REPLY, &reply);
}

#ifdef JX_PLANT_CHUNK_ACK_EARLY
/* Planted for tests/sim: a chunk is acknowledged before it is there. */
static void
evidence_planted_ignore(
    struct core *core, struct request_id id, uint64_t handle, enum jx_err err, struct bytes have)
{
	(void)core, (void)id, (void)handle, (void)err, (void)have;
}
#endif

static void
evidence_put_chunk(struct core *core, struct request *req)
{
	const Jx__EvidenceChunk *message = (const Jx__EvidenceChunk *)req->message;
	struct evidence *evidence = evidence_of(req);
	struct store_put put = {.kind = STORE_PUT_CHUNK,
	    .bytes = {message->data.data, message->data.len},
	    .received_us = req->received.wall_us};

	crypto_hash_sha256(evidence->hash, message->data.data, message->data.len);
	memcpy(put.hash, evidence->hash, sizeof put.hash);
#ifdef JX_PLANT_CHUNK_ACK_EARLY
	evidence_put(core, req, &put, evidence_planted_ignore);
	evidence_on_stored(core, req->id, 0, JX_OK, put.bytes);
#else
	evidence_put(core, req, &put, evidence_on_stored);
#endif
}

static void
evidence_on_chunk_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	if (evidence_may_send(core, req, book, err))
		put_wait(core, req, evidence_put_chunk);
}

void
evidence_handle_chunk(struct core *core, struct request *req)
{
	const Jx__EvidenceChunk *message = (const Jx__EvidenceChunk *)req->message;
	struct evidence *evidence =
	    evidence_begin(core, req, message->city, message->year, message->unit, NULL);

	if (evidence == NULL)
		return;
	if (message->data.len == 0)
		request_fail(core, req, JX_E_FIELD, "data");
	else if (message->data.len > LIMIT_CHUNK_SIZE)
		request_fail(core, req, JX_E_TOO_BIG, "data");
	else
		books_enter(core, req, evidence->city, evidence->year, BOOKS_READ, evidence_on_chunk_book);
}

/* ---- A range of a kept file. */

static bool
evidence_is_reading(struct core *core, const struct request *req)
{
	const struct session *session = session_find(core, req->session);
	const struct evidence *evidence = evidence_of(req);
	const struct session_reading *reading = session == NULL ? NULL : &session->reading;

	return reading != NULL && core->now.mono_us < reading->until_us && reading->year == evidence->year &&
	       memcmp(reading->file, evidence->file, sizeof reading->file) == 0 &&
	       strcmp(reading->unit, evidence->unit) == 0 && strcmp(reading->city, evidence->city) == 0;
}

static void
evidence_set_reading(struct core *core, const struct request *req)
{
	struct session *session = session_find(core, req->session);
	const struct evidence *evidence = evidence_of(req);

	if (session == NULL)
		return;
	session->reading = (struct session_reading){
	    .year = evidence->year, .until_us = core->now.mono_us + EVIDENCE_READING_US};
	snprintf(session->reading.city, sizeof session->reading.city, "%s", evidence->city);
	snprintf(session->reading.unit, sizeof session->reading.unit, "%s", evidence->unit);
	memcpy(session->reading.file, evidence->file, sizeof session->reading.file);
}

/* The range lies in one chunk, or at the end of one and the beginning of the next. */
static void
evidence_on_range(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "file");
	Jx__EvidenceData reply = JX__EVIDENCE_DATA__INIT;
	const struct evidence *evidence;
	size_t skip, used = 0;

	(void)handle;
	if (req == NULL)
		return;
	evidence = evidence_of(req);
	skip = evidence->offset % LIMIT_CHUNK_SIZE;
	reply.data.data = arena_alloc(req->arena, evidence->length);
	for (size_t i = 0; reply.data.data != NULL && i < rows->row_count; i++) {
		struct bytes bytes = ask_cell(rows, i, 1);
		size_t size = bytes.size < skip ? 0 : bytes.size - skip;

		size = size > evidence->length - used ? evidence->length - used : size;
		if (size > 0)
			memcpy(reply.data.data + used, bytes.data + skip, size);
		used += size;
		skip = 0;
	}
	if (reply.data.data == NULL || used != evidence->length) {
		request_fail(core, req, reply.data.data == NULL ? JX_E_MEMORY : JX_E_INTERNAL, NULL);
		return;
	}
	reply.has_data = reply.has_size = reply.has_at_us = true;
	reply.data.len = used;
	reply.size = evidence->size;
	reply.at_us = evidence->at_us;
	reply.name = (char *)(uintptr_t)evidence->name;
	reply.type = (char *)(uintptr_t)evidence->type;
	request_reply(core, req, JX__ENVELOPE__BODY_EVIDENCE_DATA, &reply);
}

static void
evidence_ask_range(struct core *core, struct request *req)
{
	struct evidence *evidence = evidence_of(req);
	uint64_t first, last;
	enum jx_err err;

	if (evidence->offset >= evidence->size) {
		request_fail(core, req, JX_E_FIELD, "offset");
		return;
	}
	if (evidence->length > evidence->size - evidence->offset)
		evidence->length = (uint32_t)(evidence->size - evidence->offset);
	first = evidence->offset / LIMIT_CHUNK_SIZE;
	last = (evidence->offset + evidence->length - 1) / LIMIT_CHUNK_SIZE;
	err = evidence_ask(core, req, QUESTION_FILE_CHUNKS, first, last - first + 1, evidence_on_range);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

/* A file that is not there and one that may not be read get one answer. */
static void
evidence_on_read_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	struct evidence *evidence = evidence_of(req);
	const Jx__File *file = err == JX_OK ? proof_find(book, evidence->unit, evidence->hex) : NULL;

	if (file == NULL || !(evidence_is_reading(core, req) || proof_may_read(book, &req->actor, file))) {
		request_fail(core, req, err == JX_OK ? JX_E_NOT_FOUND : err, err == JX_OK ? "file" : "year");
		return;
	}
	if (!evidence_is_reading(core, req))
		evidence_set_reading(core, req);
	evidence->size = file->size;
	evidence->at_us = file->at_us;
	evidence->name = arena_strdup(req->arena, deed_str(file->name));
	evidence->type = arena_strdup(req->arena, deed_str(file->type));
	evidence_ask_range(core, req);
}

void
evidence_handle_read(struct core *core, struct request *req)
{
	const Jx__EvidenceRead *message = (const Jx__EvidenceRead *)req->message;
	struct evidence *evidence =
	    evidence_begin(core, req, message->city, message->year, message->unit, &message->file);

	if (evidence == NULL)
		return;
	if (message->length == 0 || message->length > LIMIT_CHUNK_SIZE) {
		request_fail(core, req, JX_E_FIELD, "length");
		return;
	}
	evidence->offset = message->offset;
	evidence->length = message->length;
	books_enter(core, req, evidence->city, evidence->year, BOOKS_READ, evidence_on_read_book);
}
