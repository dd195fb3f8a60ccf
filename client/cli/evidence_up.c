#include "cli/evidence_up.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "link/link.h"
#include "link/pipe.h"
#include "wire/limits.h"

enum {
	PAGE_COUNT = LIMIT_CHUNK_LIST_COUNT_MAX, /* chunks in one page of the list */
	ARENA_SIZE_MAX = 4 << 20, /* 9 bytes a chunk, of at most 90,000 */
	/* A tag is a chunk's number, or with this bit a page's. */
	TAG_PAGE = 1u << 31,
	WHAT_SIZE = 96,
};

enum state {
	UNKNOWN, /* the daemon has not said whether it has it */
	ASKED,   /* a page only */
	MISSING,
	SENDING,
	STORED,
	TWIN, /* of the same bytes as one before it: never sent itself */
};

struct up {
	struct cli *cli;
	const struct evidence_file *file;
	const struct online_year *year;
	const char *unit;
	struct evidence_sent *sent;
	struct arena *arena;
	uint8_t *chunks; /* enum state of each */
	uint8_t *pages;
	uint32_t page_count;
	uint32_t cursor;  /* no chunk before it is MISSING */
	uint64_t total;   /* bytes of all chunks but twins */
	uint64_t stored;  /* of them, those that the daemon has */
	uint64_t quota_left;
	bool is_listed; /* the whole list was known once */
	int read_errno; /* of JX_E_FILE; 0: the file has changed */
	/* What is on its way out: one request is packed at a time. */
	uint8_t *data;
	Jx__EvidenceList list;
	Jx__EvidenceChunk chunk;
	struct progress_pace pace;
	char what[WHAT_SIZE];
};

static uint64_t
chunk_size(const struct up *up, uint32_t chunk)
{
	uint64_t before = (uint64_t)chunk * LIMIT_CHUNK_SIZE, left = up->file->size - before;

	return left < LIMIT_CHUNK_SIZE ? left : LIMIT_CHUNK_SIZE;
}

/* ---- Chunks of the same bytes. */

static int
compare_chunks(const void *a, const void *b, void *arg)
{
	const struct evidence_file *file = arg;
	uint32_t left, right;
	int order;

	memcpy(&left, a, sizeof left);
	memcpy(&right, b, sizeof right);
	order = memcmp(file->chunks[left], file->chunks[right], EVIDENCE_HASH_SIZE);
	if (order != 0)
		return order;
	return left < right ? -1 : left > right;
}

static enum jx_err
find_twins(struct up *up)
{
	uint32_t count = up->file->chunk_count;
	uint32_t *order = arena_alloc(up->arena, count * sizeof *order);

	if (order == NULL)
		return JX_E_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, count, sizeof *order, compare_chunks, (void *)(uintptr_t)up->file);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && memcmp(up->file->chunks[order[i]], up->file->chunks[order[i - 1]], EVIDENCE_HASH_SIZE) == 0)
			up->chunks[order[i]] = TWIN;
		else
			up->total += chunk_size(up, order[i]);
	}
	return JX_OK;
}

/* ---- What the pipe asks for. */

static enum jx_err
ask_page(struct up *up, uint32_t page, struct pipe_request *request)
{
	uint32_t first = page * PAGE_COUNT, left = up->file->chunk_count - first;
	uint32_t count = left < PAGE_COUNT ? left : PAGE_COUNT;
	Jx__EvidenceList *list = &up->list;

	jx__evidence_list__init(list);
	list->city = ONLINE_TEXT(up->year->city);
	list->unit = ONLINE_TEXT(up->unit);
	list->has_year = list->has_file = list->has_size = list->has_page = list->has_hashes = true;
	list->year = up->year->year;
	list->file = (ProtobufCBinaryData){EVIDENCE_HASH_SIZE, (uint8_t *)(uintptr_t)up->file->hash};
	list->size = up->file->size;
	list->page = page;
	list->hashes = (ProtobufCBinaryData){(size_t)count * EVIDENCE_HASH_SIZE, up->file->chunks[first]};
	request->envelope.body_case = JX__ENVELOPE__BODY_EVIDENCE_LIST;
	request->envelope.evidence_list = list;
	request->reply = JX__ENVELOPE__BODY_EVIDENCE_LIST_REPLY;
	request->tag = page | TAG_PAGE;
	up->pages[page] = ASKED;
	return JX_OK;
}

static enum jx_err
send_chunk(struct up *up, uint32_t number, struct pipe_request *request)
{
	Jx__EvidenceChunk *chunk = &up->chunk;
	enum jx_err err;
	size_t size;

	err = evidence_file_read(up->file, number, up->data, &size);
	up->read_errno = errno;
	if (err != JX_OK)
		return err;
	jx__evidence_chunk__init(chunk);
	chunk->city = ONLINE_TEXT(up->year->city);
	chunk->unit = ONLINE_TEXT(up->unit);
	chunk->has_year = chunk->has_data = true;
	chunk->year = up->year->year;
	chunk->data = (ProtobufCBinaryData){size, up->data};
	request->envelope.body_case = JX__ENVELOPE__BODY_EVIDENCE_CHUNK;
	request->envelope.evidence_chunk = chunk;
	request->reply = JX__ENVELOPE__BODY_EVIDENCE_CHUNK_REPLY;
	request->tag = number;
	request->is_measure = true;
	up->chunks[number] = SENDING;
	up->sent->bytes_sent += size;
	up->sent->chunks_sent++;
	return JX_OK;
}

/* Has the unit room for what is missing? Known before a byte of it is sent. */
static enum jx_err
check_quota(struct up *up)
{
	uint64_t missing = 0;

	for (uint32_t i = 0; i < up->file->chunk_count; i++)
		if (up->chunks[i] == MISSING)
			missing += chunk_size(up, i);
	return missing > up->quota_left ? JX_E_QUOTA : JX_OK;
}

static enum jx_err
up_next(void *arg, struct pipe_request *request)
{
	struct up *up = arg;
	bool is_asked = false;
	enum jx_err err = JX_OK;

	for (uint32_t i = 0; i < up->page_count; i++) {
		if (up->pages[i] == UNKNOWN)
			return ask_page(up, i, request);
		is_asked = is_asked || up->pages[i] == ASKED;
	}
	if (is_asked)
		return JX_AGAIN; /* one thing after the other: the list is short */
	if (!up->is_listed) {
		up->is_listed = true;
		up->sent->bytes_had = up->stored;
		err = check_quota(up);
	}
	while (err == JX_OK && up->cursor < up->file->chunk_count && up->chunks[up->cursor] != MISSING)
		up->cursor++;
	if (err != JX_OK)
		return err;
	return up->cursor == up->file->chunk_count ? JX_AGAIN : send_chunk(up, up->cursor++, request);
}

/* ---- What comes back. */

static void
set_stored(struct up *up, uint32_t chunk)
{
	if (up->chunks[chunk] != STORED)
		up->stored += chunk_size(up, chunk);
	up->chunks[chunk] = STORED;
}

static enum jx_err
on_page(struct up *up, uint32_t page, const Jx__EvidenceListReply *reply)
{
	uint32_t first = page * PAGE_COUNT, left = up->file->chunk_count - first;
	uint32_t count = left < PAGE_COUNT ? left : PAGE_COUNT;

	if (!reply->has_have || reply->have.len != (count + 7) / 8)
		return JX_E_MALFORMED;
	for (uint32_t i = 0; i < count; i++) {
		if (up->chunks[first + i] != UNKNOWN)
			continue;
		if ((reply->have.data[i / 8] >> (i % 8) & 1) != 0)
			set_stored(up, first + i);
		else
			up->chunks[first + i] = MISSING;
	}
	up->pages[page] = STORED;
	return JX_OK;
}

static enum jx_err
on_chunk(struct up *up, uint32_t chunk, const Jx__EvidenceChunkReply *reply)
{
	if (!reply->has_hash || reply->hash.len != EVIDENCE_HASH_SIZE ||
	    memcmp(reply->hash.data, up->file->chunks[chunk], EVIDENCE_HASH_SIZE) != 0)
		return JX_E_MALFORMED;
	set_stored(up, chunk);
	return JX_OK;
}

static enum jx_err
up_on_reply(void *arg, uint64_t tag, const Jx__Envelope *reply)
{
	struct up *up = arg;
	enum jx_err err = (tag & TAG_PAGE) != 0
			      ? on_page(up, (uint32_t)tag & ~TAG_PAGE, reply->evidence_list_reply)
			      : on_chunk(up, (uint32_t)tag, reply->evidence_chunk_reply);

	progress_bytes(up->cli, &up->pace, up->what, up->stored, up->total);
	return err;
}

/* Of pages that are not all there the daemon is asked again: some may have arrived unheard. */
static void
up_on_lost(void *arg)
{
	struct up *up = arg;

	up->sent->breaks++;
	up->cursor = 0;
	for (uint32_t i = 0; i < up->file->chunk_count; i++)
		if (up->chunks[i] != TWIN && up->chunks[i] != STORED) {
			up->chunks[i] = UNKNOWN;
			up->pages[i / PAGE_COUNT] = UNKNOWN;
		}
	for (uint32_t i = 0; i < up->page_count; i++)
		if (up->pages[i] == ASKED)
			up->pages[i] = UNKNOWN;
}

/* ---- All of it. */

static enum jx_err
prepare(struct up *up)
{
	const char *slash = strrchr(up->file->path, '/');

	snprintf(up->what, sizeof up->what, "%s %s", cli_say(up->cli, "上传", "sending"),
	    progress_name(up->cli, slash == NULL ? up->file->path : slash + 1));
	up->page_count = (up->file->chunk_count + PAGE_COUNT - 1) / PAGE_COUNT;
	up->chunks = arena_alloc(up->arena, up->file->chunk_count);
	up->pages = arena_alloc(up->arena, up->page_count);
	up->data = arena_alloc(up->arena, LIMIT_CHUNK_SIZE);
	if (up->chunks == NULL || up->pages == NULL || up->data == NULL)
		return JX_E_MEMORY;
	return find_twins(up);
}

/* What the daemon knows of the file. */
static int
offer(struct up *up)
{
	Jx__EvidenceOffer message = JX__EVIDENCE_OFFER__INIT;
	const struct online_call call = {JX__ENVELOPE__BODY_EVIDENCE_OFFER, &message,
	    JX__ENVELOPE__BODY_EVIDENCE_OFFER_REPLY};
	const Jx__EvidenceOfferReply *reply;
	char text[PROGRESS_SIZE_TEXT], limit[PROGRESS_SIZE_TEXT];
	int status;

	message.city = ONLINE_TEXT(up->year->city);
	message.unit = ONLINE_TEXT(up->unit);
	message.has_year = message.has_file = message.has_size = true;
	message.year = up->year->year;
	message.file = (ProtobufCBinaryData){EVIDENCE_HASH_SIZE, (uint8_t *)(uintptr_t)up->file->hash};
	message.size = up->file->size;
	status = online_ask(up->cli, &call, (const void **)&reply);
	if (status != CLI_EXIT_OK)
		return status;
	up->sent->was_kept = reply->is_kept;
	up->sent->kept_us = reply->at_us;
	if (reply->is_kept)
		return CLI_EXIT_OK;
	if (reply->has_size_max && up->file->size > reply->size_max)
		return cli_error(up->cli, JX_E_QUOTA, "%s：%s，单个文件最多 %s", "%s: %s, a file may have %s",
		    cli_shown(up->cli, up->file->path), progress_size(up->file->size, text),
		    progress_size(reply->size_max, limit));
	if (reply->has_chunk_size && reply->chunk_size != LIMIT_CHUNK_SIZE)
		return cli_error(up->cli, JX_E_VERSION, "%s", "%s", "");
	up->quota_left = reply->has_quota_left ? reply->quota_left : UINT64_MAX;
	return CLI_EXIT_OK;
}

static int
tell(const struct up *up, enum jx_err err)
{
	const char *path = cli_shown(up->cli, up->file->path);
	char text[PROGRESS_SIZE_TEXT];

	if (err == JX_E_FILE && up->read_errno == 0)
		return cli_error(up->cli, err, "%s：上传途中文件被改动，请重新发送", "%s: it was changed while it was sent; send it again", path);
	if (err == JX_E_FILE)
		return cli_error_file(up->cli, up->file->path, up->read_errno);
	if (err == JX_E_QUOTA && link_problem(up->cli->link)->fail == NULL)
		return cli_error(up->cli, err, "%s：本单位还可传 %s", "%s: the unit has %s left", path,
		    progress_size(up->quota_left, text));
	if (err == JX_E_CANCELLED)
		cli_note(up->cli, "%s：已传的部分留在服务器，再次报送即续传", "%s: what has arrived stays; send it again to go on", path);
	return online_fail(up->cli);
}

int
evidence_up_send(struct cli *cli, const struct evidence_file *file, const struct online_year *year,
    const char *unit, struct evidence_sent *sent)
{
	struct up up = {.cli = cli, .file = file, .year = year, .unit = unit, .sent = sent};
	const struct pipe_source source = {up_next, up_on_reply, up_on_lost, &up};
	enum jx_err err;
	int status;

	*sent = (struct evidence_sent){.was_kept = false};
	status = offer(&up);
	if (status != CLI_EXIT_OK || sent->was_kept)
		return status;
	up.arena = arena_new(ARENA_SIZE_MAX);
	err = up.arena == NULL ? JX_E_MEMORY : prepare(&up);
	if (err != JX_OK) {
		arena_free(up.arena);
		return cli_error_memory(cli);
	}
	link_be_patient(cli->link, !options_has(&cli->options, OPTION_TIMEOUT));
	err = pipe_run(cli->link, &source);
	link_be_patient(cli->link, false);
	progress_end(cli);
	sent->bytes_twice = sent->bytes_sent + sent->bytes_had - up.stored;
	status = err == JX_OK ? CLI_EXIT_OK : tell(&up, err);
	arena_free(up.arena);
	return status;
}
