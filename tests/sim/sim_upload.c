/*
 * Files of evidence: offered, listed, sent chunk by chunk, kept, read again.
 * Whatever happens between, a chunk that was acknowledged is there, a file that
 * was kept reads as it was sent, and one that is not what it is named is never
 * kept. Few files and units, so that clients send the same ones at once.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_client.h"
#include "wire/chunk.h"
#include "wire/limits.h"

#define SEND(client, upper, message)                                                               \
	sim_client_send(client, JX__ENVELOPE__BODY_##upper, &(message), ASK_MAIN)

enum { UPLOAD_OFFER, UPLOAD_LIST, UPLOAD_CHUNK, UPLOAD_KEEP, UPLOAD_READ };
enum { FILE_COUNT = 4, CHUNKS_MAX = 2, FILE_SIZE_MAX = LIMIT_CHUNK_SIZE + 100 };

struct upload {
	const char *unit;
	uint8_t bytes[FILE_SIZE_MAX];
	size_t size;
	uint8_t hash[CHUNK_HASH_SIZE];
	char hex[2 * CHUNK_HASH_SIZE + 1];
};

static char *
text(const char *text)
{
	return (char *)(uintptr_t)text;
}

static bool
is_wrong(const struct sim_client *client)
{
	return client->tasks[client->task_index]->send == sim_upload_send_wrong;
}

/* Of the same variant, the same file. One that is wrong is named by a hash that no file has. */
static const struct upload *
upload_make(const struct sim_client *client)
{
	static struct upload upload;
	unsigned number = client->variant % FILE_COUNT;

	upload.unit = client->variant / FILE_COUNT % 2 == 0 ? "X1" : "E1";
	upload.size = number == 0 ? FILE_SIZE_MAX : 200 + number * 37;
	for (size_t i = 0; i < upload.size; i++)
		upload.bytes[i] = (uint8_t)(i / 251 + i * 7 + number * 31);
	crypto_hash_sha256(upload.hash, upload.bytes, upload.size);
	if (is_wrong(client)) {
		upload.hash[0] = (uint8_t)client->index;
		upload.hash[1] = (uint8_t)client->task_index;
	}
	sodium_bin2hex(upload.hex, sizeof upload.hex, upload.hash, sizeof upload.hash);
	return &upload;
}

static ProtobufCBinaryData
chunk_of(const struct upload *upload, uint32_t place)
{
	return (ProtobufCBinaryData){chunk_size_at(upload->size, place),
	    (uint8_t *)(uintptr_t)upload->bytes + place * LIMIT_CHUNK_SIZE};
}

/* ---- Sending. */

static void
send_offer(struct sim_client *client, const struct upload *upload)
{
	Jx__EvidenceOffer offer = JX__EVIDENCE_OFFER__INIT;

	offer.has_year = offer.has_file = offer.has_size = true;
	offer.city = text(client->sim->scheme->city);
	offer.year = client->sim->scheme->year;
	offer.unit = text(upload->unit);
	offer.file = (ProtobufCBinaryData){sizeof upload->hash, (uint8_t *)(uintptr_t)upload->hash};
	offer.size = upload->size;
	SEND(client, EVIDENCE_OFFER, offer);
}

static void
send_list(struct sim_client *client, const struct upload *upload)
{
	Jx__EvidenceList list = JX__EVIDENCE_LIST__INIT;
	uint8_t hashes[CHUNKS_MAX * CHUNK_HASH_SIZE];
	size_t count = chunk_count(upload->size);

	for (uint32_t i = 0; i < count; i++)
		crypto_hash_sha256(
		    hashes + i * CHUNK_HASH_SIZE, chunk_of(upload, i).data, chunk_of(upload, i).len);
	list.has_year = list.has_file = list.has_size = list.has_page = list.has_hashes = true;
	list.city = text(client->sim->scheme->city);
	list.year = client->sim->scheme->year;
	list.unit = text(upload->unit);
	list.file = (ProtobufCBinaryData){sizeof upload->hash, (uint8_t *)(uintptr_t)upload->hash};
	list.size = upload->size;
	list.hashes = (ProtobufCBinaryData){count * CHUNK_HASH_SIZE, hashes};
	SEND(client, EVIDENCE_LIST, list);
}

static void
send_chunk(struct sim_client *client, const struct upload *upload)
{
	Jx__EvidenceChunk chunk = JX__EVIDENCE_CHUNK__INIT;

	chunk.has_year = chunk.has_data = true;
	chunk.city = text(client->sim->scheme->city);
	chunk.year = client->sim->scheme->year;
	chunk.unit = text(upload->unit);
	chunk.data = chunk_of(upload, client->chunk);
	SEND(client, EVIDENCE_CHUNK, chunk);
}

static void
send_keep(struct sim_client *client, const struct upload *upload)
{
	Jx__Deed deed = JX__DEED__INIT;
	Jx__Records rows = JX__RECORDS__INIT;
	Jx__File file = JX__FILE__INIT, *list[] = {&file};

	file.unit = text(upload->unit);
	file.file = text(upload->hex);
	file.name = text("file.bin");
	file.has_size = true;
	file.size = (uint32_t)upload->size;
	rows.n_files = 1;
	rows.files = list;
	deed.has_op_id = deed.has_year = true;
	deed.op_id = sim_write_op_id(client, "deed");
	deed.city = text(client->sim->scheme->city);
	deed.year = client->sim->scheme->year;
	deed.deed = text("photo.keep");
	deed.unit = text(upload->unit);
	deed.rows = &rows;
	if (!client->op->is_acked)
		sim_write_sign(client, "deed", &deed.base);
	SEND(client, DEED, deed);
}

static void
send_read(struct sim_client *client, const struct upload *upload)
{
	Jx__EvidenceRead read = JX__EVIDENCE_READ__INIT;

	read.has_year = read.has_file = read.has_offset = read.has_length = true;
	read.city = text(client->sim->scheme->city);
	read.year = client->sim->scheme->year;
	read.unit = text(upload->unit);
	read.file = (ProtobufCBinaryData){sizeof upload->hash, (uint8_t *)(uintptr_t)upload->hash};
	read.offset = upload->size / 3;
	read.length = LIMIT_CHUNK_SIZE;
	SEND(client, EVIDENCE_READ, read);
}

void
sim_upload_send(struct sim_client *client)
{
	static void (*const sends[])(struct sim_client *, const struct upload *) = {
	    [UPLOAD_OFFER] = send_offer,
	    [UPLOAD_LIST] = send_list,
	    [UPLOAD_CHUNK] = send_chunk,
	    [UPLOAD_KEEP] = send_keep,
	    [UPLOAD_READ] = send_read,
	};

	sends[client->phase](client, upload_make(client));
}

void
sim_upload_send_wrong(struct sim_client *client)
{
	sim_upload_send(client);
}

/* ---- Answers. */

static void
go_to(struct sim_client *client, unsigned phase)
{
	client->phase = phase;
	sim_client_again(client, 0);
}

static void
on_listed(struct sim_client *client, const struct upload *upload, const Jx__EvidenceListReply *reply)
{
	uint32_t all = (1u << chunk_count(upload->size)) - 1;
	uint32_t have = reply->have.len == 1 ? reply->have.data[0] : ~0u;

	if ((have & ~all) != 0)
		sim_violate(client->sim, "a list of %zu answered with %zu bytes, %x",
		    (size_t)chunk_count(upload->size), reply->have.len, have);
	if ((client->chunks_acked & ~have) != 0)
		sim_violate(client->sim, "a chunk was acknowledged, and is not there");
	client->chunks_have = have;
	for (client->chunk = 0; (have >> client->chunk & 1) != 0; client->chunk++)
		;
	/* Some try it with less. */
	if (have != all && client->variant / 8 % 5 == 0 && !client->is_doubting) {
		client->is_doubting = true;
		go_to(client, UPLOAD_KEEP);
	} else {
		go_to(client, have == all ? UPLOAD_KEEP : UPLOAD_CHUNK);
	}
}

/* After each the list is asked for once more: what was acknowledged stands in it. */
static void
on_chunk(struct sim_client *client, const struct upload *upload, const Jx__EvidenceChunkReply *reply)
{
	uint8_t hash[CHUNK_HASH_SIZE];

	crypto_hash_sha256(hash, chunk_of(upload, client->chunk).data, chunk_of(upload, client->chunk).len);
	if (reply->hash.len != sizeof hash || memcmp(reply->hash.data, hash, sizeof hash) != 0)
		sim_violate(client->sim, "another chunk was stored than was sent");
	client->chunks_acked |= 1u << client->chunk;
	go_to(client, UPLOAD_LIST);
}

static void
on_kept(struct sim_client *client, const Jx__DeedReply *reply)
{
	if (is_wrong(client))
		sim_violate(client->sim, "kept, though it is not the file that is named");
	if (reply->receipt == NULL)
		client->op->is_unchanged = true; /* others have kept it */
	else if (sim_write_on_receipt(client, reply->receipt)) {
		go_to(client, UPLOAD_KEEP);
		return;
	}
	go_to(client, UPLOAD_READ);
}

static void
on_read(struct sim_client *client, const struct upload *upload, const Jx__EvidenceData *data)
{
	size_t offset = upload->size / 3, length = upload->size - offset;

	length = length > LIMIT_CHUNK_SIZE ? LIMIT_CHUNK_SIZE : length;
	if (data->size != upload->size || data->data.len != length ||
	    memcmp(data->data.data, upload->bytes + offset, length) != 0)
		sim_violate(client->sim, "a kept file reads otherwise than it was sent");
	sim_client_next(client);
}

void
sim_upload_answered(struct sim_client *client, const Jx__Envelope *envelope)
{
	const struct upload *upload = upload_make(client);

	switch (client->phase) {
	case UPLOAD_OFFER:
		go_to(client, UPLOAD_LIST);
		break;
	case UPLOAD_LIST:
		on_listed(client, upload, envelope->evidence_list_reply);
		break;
	case UPLOAD_CHUNK:
		on_chunk(client, upload, envelope->evidence_chunk_reply);
		break;
	case UPLOAD_KEEP:
		on_kept(client, envelope->deed_reply);
		break;
	default:
		on_read(client, upload, envelope->evidence_data);
		break;
	}
}

/* E_DENIED and E_NOT_FOUND: of whoever may not, or no year is there yet. */
void
sim_upload_refused(struct sim_client *client, const char *code)
{
	const struct upload *upload = upload_make(client);
	bool is_whole = client->chunks_have == (1u << chunk_count(upload->size)) - 1;
	bool is_early = client->phase == UPLOAD_KEEP && !is_whole && strcmp(code, "E_INCOMPLETE") == 0;
	bool is_known = strcmp(code, "E_DENIED") == 0 || strcmp(code, "E_NOT_FOUND") == 0;

	if (client->phase == UPLOAD_KEEP)
		is_known = is_early || strcmp(code, "E_STALE") == 0 ||
			   (is_wrong(client) && is_whole && strcmp(code, "E_RULE") == 0);
	if (client->phase == UPLOAD_READ)
		is_known = false;
	if (!is_known)
		sim_violate(client->sim, "%s for %s, step %u", code, sim_client_doing(client), client->phase);
	if (client->op != NULL && client->op->is_acked)
		sim_violate(client->sim, "kept, then refused with %s", code);
	else if (client->op != NULL)
		client->op->is_refused = true;
	client->op = NULL;
	if (is_early)
		go_to(client, UPLOAD_LIST);
	else
		sim_client_next(client);
}

/* ---- What no client should send. */

void
sim_upload_send_bad(struct sim_client *client)
{
	struct upload upload = *upload_make(client);

	switch (client->variant / 8 % 4) {
	case 0:
		upload.size = 0;
		send_offer(client, &upload);
		break;
	case 1:
		upload.unit = "";
		send_list(client, &upload);
		break;
	case 2:
		client->chunk = CHUNKS_MAX; /* beyond the end: no bytes */
		send_chunk(client, &upload);
		break;
	default:
		upload.unit = "";
		send_read(client, &upload);
		break;
	}
}

void
sim_upload_on_bad(struct sim_client *client, const Jx__Envelope *envelope)
{
	sim_violate(client->sim, "accepted: %s (body %d)", sim_client_doing(client), (int)envelope->body_case);
}
