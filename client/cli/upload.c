#include "cli/upload.h"

#include <string.h>

#include "cli/progress.h"
#include "link/opid.h"

enum {
	/* Packed; a frame takes 64 KiB, and 48 KiB leave room for what is around it. */
	CHUNK_SIZE_MAX = 48 << 10,
	RECORD_OVERHEAD = 6, /* a record's tag and length */
	/* An upload that the daemon forgets again and again (a restart each time) is given up in the end. */
	BEGIN_COUNT_MAX = 100,
};

static Jx__ImportChunk *
add_chunk(struct upload *upload, struct arena *arena)
{
	Jx__ImportChunk *chunk;

	if ((upload->chunk_count & (upload->chunk_count + 1)) == 0) { /* full at 1, 3, 7 … */
		size_t capacity = 2 * (size_t)upload->chunk_count + 1;
		Jx__ImportChunk *grown = arena_alloc(arena, (capacity + 1) * sizeof *grown);

		if (grown == NULL)
			return NULL;
		if (upload->chunk_count > 0)
			memcpy(grown, upload->chunks, upload->chunk_count * sizeof *grown);
		upload->chunks = grown;
	}
	chunk = &upload->chunks[upload->chunk_count];
	jx__import_chunk__init(chunk);
	chunk->has_op_id = chunk->has_number = chunk->has_year = true;
	chunk->op_id = (ProtobufCBinaryData){sizeof upload->op_id, upload->op_id};
	chunk->number = upload->chunk_count++;
	chunk->city = ONLINE_TEXT(upload->bundle->scheme->city);
	chunk->year = upload->bundle->scheme->year;
	return chunk;
}

static enum jx_err
cut_scheme(struct upload *upload, struct arena *arena)
{
	struct bytes rest = upload->bundle->scheme_text;

	while (rest.size > 0) {
		size_t size = rest.size < CHUNK_SIZE_MAX ? rest.size : CHUNK_SIZE_MAX;
		Jx__ImportChunk *chunk = add_chunk(upload, arena);

		if (chunk == NULL)
			return JX_E_MEMORY;
		chunk->has_scheme = true;
		chunk->scheme = (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)rest.data};
		upload->size += size;
		rest = (struct bytes){rest.data + size, rest.size - size};
	}
	return JX_OK;
}

/* A chunk's records: those of one kind from first on, borrowed from the bundle's. */
static Jx__Records *
slice(
    const Jx__Records *all, enum record_kind kind, size_t first, size_t count, struct arena *arena)
{
	const ProtobufCFieldDescriptor *field = &jx__records__descriptor.fields[kind];
	Jx__Records *part = arena_alloc(arena, sizeof *part);
	uint8_t *list;

	if (part == NULL)
		return NULL;
	jx__records__init(part);
	memcpy(&list, (const uint8_t *)all + field->offset, sizeof list);
	list += first * sizeof(void *);
	memcpy((uint8_t *)part + field->offset, &list, sizeof list);
	memcpy((uint8_t *)part + field->quantifier_offset, &count, sizeof count);
	return part;
}

static enum jx_err
cut_kind(struct upload *upload, enum record_kind kind, struct arena *arena)
{
	const Jx__Records *records = upload->bundle->records;
	size_t count = records_count(records, kind), first = 0;

	while (first < count) {
		Jx__ImportChunk *chunk = add_chunk(upload, arena);
		size_t size = 0, next = first;

		while (next < count) {
			size_t more = RECORD_OVERHEAD + protobuf_c_message_get_packed_size(
							    records_at(records, kind, next));

			if (next > first && size + more > CHUNK_SIZE_MAX)
				break;
			size += more;
			next++;
		}
		if (chunk != NULL)
			chunk->records = slice(records, kind, first, next - first, arena);
		if (chunk == NULL || chunk->records == NULL)
			return JX_E_MEMORY;
		upload->size += protobuf_c_message_get_packed_size(&chunk->records->base);
		first = next;
	}
	return JX_OK;
}

enum jx_err
upload_init(struct upload *upload, struct bundle *bundle, bool is_dry_run, struct arena *arena)
{
	enum jx_err err;

	*upload = (struct upload){.bundle = bundle, .is_dry_run = is_dry_run};
	opid_make(upload->op_id);
	records_digest(bundle->records, bundle->scheme_text, upload->digest);
	err = cut_scheme(upload, arena);
	for (int kind = 0; err == JX_OK && kind < RECORD_KIND_COUNT; kind++)
		err = cut_kind(upload, (enum record_kind)kind, arena);
	return err;
}

/* *next: the chunk to go on with. */
static enum jx_err
send_begin(struct cli *cli, struct upload *upload, uint32_t *next)
{
	Jx__ImportBegin begin = JX__IMPORT_BEGIN__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_IMPORT_BEGIN, &begin, JX__ENVELOPE__BODY_IMPORT_BEGIN_REPLY};
	const Jx__ImportBeginReply *reply;
	enum jx_err err;

	begin.has_op_id = begin.has_year = begin.has_digest = begin.has_size = true;
	begin.op_id = (ProtobufCBinaryData){sizeof upload->op_id, upload->op_id};
	begin.city = ONLINE_TEXT(upload->bundle->scheme->city);
	begin.year = upload->bundle->scheme->year;
	begin.digest = (ProtobufCBinaryData){sizeof upload->digest, upload->digest};
	begin.size = upload->size;
	err = online_try(cli, &call, (const void **)&reply);
	if (err == JX_OK)
		*next = reply->next;
	return err;
}

static enum jx_err
send_chunks(struct cli *cli, struct upload *upload, uint32_t next)
{
	const char *what = cli_say(cli, "上传", "uploading");

	while (next < upload->chunk_count) {
		const struct online_call call = {JX__ENVELOPE__BODY_IMPORT_CHUNK,
		    &upload->chunks[next], JX__ENVELOPE__BODY_IMPORT_CHUNK_REPLY};
		const Jx__ImportChunkReply *reply;
		enum jx_err err;

		progress_show(cli, what, next, upload->chunk_count);
		err = online_try(cli, &call, (const void **)&reply);
		if (err != JX_OK)
			return err;
		next++;
	}
	return JX_OK;
}

static enum jx_err
send_commit(struct cli *cli, struct upload *upload, const Jx__ImportReply **reply)
{
	Jx__ImportCommit commit = JX__IMPORT_COMMIT__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_IMPORT_COMMIT, &commit, JX__ENVELOPE__BODY_IMPORT_REPLY};

	commit.has_op_id = commit.has_year = commit.has_dry_run = commit.has_digest = true;
	commit.op_id = (ProtobufCBinaryData){sizeof upload->op_id, upload->op_id};
	commit.city = ONLINE_TEXT(upload->bundle->scheme->city);
	commit.year = upload->bundle->scheme->year;
	commit.dry_run = upload->is_dry_run;
	commit.digest = (ProtobufCBinaryData){sizeof upload->digest, upload->digest};
	progress_show(cli, cli_say(cli, "核对", "checking"), 0, 0);
	return online_try(cli, &call, (const void **)reply);
}

int
upload_send(struct cli *cli, struct upload *upload, const Jx__ImportReply **reply)
{
	enum jx_err err = JX_E_NOT_FOUND;
	uint32_t next = 0;
	int status;

	status = online_prepare(cli);
	if (status != CLI_EXIT_OK)
		return status;
	/* E_NOT_FOUND: a daemon started anew knows nothing of the upload. */
	for (int i = 0; err == JX_E_NOT_FOUND && i < BEGIN_COUNT_MAX; i++) {
		err = send_begin(cli, upload, &next);
		if (err == JX_OK)
			err = send_chunks(cli, upload, next);
		if (err == JX_OK)
			err = send_commit(cli, upload, reply);
	}
	progress_end(cli);
	return err == JX_OK ? CLI_EXIT_OK : online_fail(cli);
}
