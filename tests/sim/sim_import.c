/*
 * An import: begin, chunks (some at once), commit. After a loss the same commit
 * goes out again first; E_NOT_FOUND means that the upload itself is gone.
 */
#include <string.h>

#include "records/build.h"
#include "sim_client.h"

enum { IMPORT_BEGIN, IMPORT_CHUNKS, IMPORT_COMMIT };
enum { CHUNK_SCHEME, CHUNK_FIRST, CHUNK_SECOND, CHUNK_COUNT };
enum way { WAY_WHOLE, WAY_DRY, WAY_FAULTY, WAY_OTHER, WAY_HALF };

static void
import_send_begin(struct sim_client *client, ProtobufCBinaryData digest)
{
	Jx__ImportBegin begin = JX__IMPORT_BEGIN__INIT;

	begin.has_op_id = begin.has_digest = begin.has_year = true;
	begin.op_id = sim_write_op_id(client, "import");
	begin.digest = digest;
	begin.city = (char *)(uintptr_t)client->sim->scheme->city;
	begin.year = client->sim->scheme->year;
	sim_client_send(client, JX__ENVELOPE__BODY_IMPORT_BEGIN, &begin, ASK_MAIN);
}

static void
import_send_chunk(struct sim_client *client, const struct sim_city *city, uint32_t number)
{
	Jx__ImportChunk chunk = JX__IMPORT_CHUNK__INIT;
	Jx__Records records =
	    number == CHUNK_FIRST
		? sim_city_kinds(city->records, RECORD_UNITS, RECORD_SELF)
		: sim_city_kinds(city->records, RECORD_COMMON, RECORD_KIND_COUNT - 1);

	chunk.has_op_id = chunk.has_number = chunk.has_year = true;
	chunk.op_id = sim_write_op_id(client, "import");
	chunk.number = number;
	chunk.city = (char *)(uintptr_t)client->sim->scheme->city;
	chunk.year = client->sim->scheme->year;
	if (number == CHUNK_SCHEME) {
		chunk.has_scheme = true;
		chunk.scheme = (ProtobufCBinaryData){
		    city->scheme.size, (uint8_t *)(uintptr_t)city->scheme.data};
	} else {
		chunk.records = &records;
	}
	client->chunks_waited++;
	sim_client_send(client, JX__ENVELOPE__BODY_IMPORT_CHUNK, &chunk, ASK_CHUNK);
}

static void
import_send_commit(struct sim_client *client, ProtobufCBinaryData digest, enum way way)
{
	Jx__ImportCommit commit = JX__IMPORT_COMMIT__INIT;

	commit.has_op_id = commit.has_digest = commit.has_year = commit.has_dry_run = true;
	commit.op_id = sim_write_op_id(client, "import");
	commit.digest = digest;
	commit.city = (char *)(uintptr_t)client->sim->scheme->city;
	commit.year = client->sim->scheme->year;
	commit.dry_run = way == WAY_DRY;
	sim_client_send(client, JX__ENVELOPE__BODY_IMPORT_COMMIT, &commit, ASK_MAIN);
}

/* The digest of what is sent; the op keeps it from the first try on. */
static ProtobufCBinaryData
import_digest(struct sim_client *client, enum way way)
{
	struct arena *arena;

	if (client->op == NULL) {
		(void)sim_write_op_id(client, "import");
		arena = arena_new(8 << 20);
		memcpy(client->op->content_hash,
		    sim_city_make(client->sim, client->variant, arena).digest, 32);
		client->op->content_hash[0] ^= way == WAY_OTHER;
		arena_free(arena);
	}
	return (ProtobufCBinaryData){32, client->op->content_hash};
}

static void
import_send_chunks(struct sim_client *client, enum way way)
{
	struct arena *arena = arena_new(8 << 20);
	struct sim_city city = sim_city_make(client->sim, client->variant, arena);

	if (way == WAY_FAULTY) { /* a unit that there is not */
		city.records->basic[0] = arena_alloc(arena, sizeof(Jx__Basic));
		*city.records->basic[0] = *city.records->basic[1];
		city.records->basic[0]->unit = (char *)(uintptr_t) "X9";
	}
	for (uint32_t number = client->chunk; number < CHUNK_COUNT; number++)
		import_send_chunk(client, &city, number);
	arena_free(arena);
}

static void
import_send(struct sim_client *client, enum way way)
{
	ProtobufCBinaryData digest = import_digest(client, way);

	if (client->phase == IMPORT_BEGIN)
		import_send_begin(client, digest);
	else if (client->phase == IMPORT_COMMIT)
		import_send_commit(client, digest, way);
	else if (client->chunks_waited == 0)
		import_send_chunks(client, way);
	if (way == WAY_HALF && client->phase == IMPORT_CHUNKS) {
		/* Never to be heard of again: the daemon forgets it. */
		client->op->is_refused = true;
		sim_client_next(client);
		sim_client_hang_up(client);
	}
}

void
sim_import_send(struct sim_client *client)
{
	import_send(client, WAY_WHOLE);
}

void
sim_import_send_dry(struct sim_client *client)
{
	import_send(client, WAY_DRY);
}

void
sim_import_send_faulty(struct sim_client *client)
{
	import_send(client, WAY_FAULTY);
}

void
sim_import_send_other(struct sim_client *client)
{
	import_send(client, WAY_OTHER);
}

void
sim_import_send_half(struct sim_client *client)
{
	import_send(client, WAY_HALF);
}

static void
import_on_reply(struct sim_client *client, const Jx__ImportReply *reply)
{
	void (*send)(struct sim_client *) = client->tasks[client->task_index]->send;

	if (send == sim_import_send_dry) {
		if (reply->receipt != NULL)
			sim_violate(client->sim, "a dry run has a receipt");
		client->op->is_refused = true; /* that is: nothing is stored */
		sim_client_next(client);
	} else if (send != sim_import_send) {
		sim_violate(client->sim, "accepted: %s", sim_client_doing(client));
	} else if (reply->receipt == NULL && reply->change_count == 0 && !reply->scheme_changed &&
		   !client->op->is_acked) {
		client->op->is_unchanged = true;
		sim_client_next(client);
	} else if (sim_write_on_receipt(client, reply->receipt)) {
		sim_client_again(client, 0);
	} else {
		sim_client_next(client);
	}
}

void
sim_import_answered(struct sim_client *client, const Jx__Envelope *envelope)
{
	switch ((int)envelope->body_case) {
	case JX__ENVELOPE__BODY_IMPORT_REPLY:
		import_on_reply(client, envelope->import_reply);
		return;
	case JX__ENVELOPE__BODY_IMPORT_BEGIN_REPLY:
		client->chunk = envelope->import_begin_reply->next;
		client->phase = client->chunk < CHUNK_COUNT ? IMPORT_CHUNKS : IMPORT_COMMIT;
		break;
	default:
		/* Those that are missing are asked for when the last answer is there. */
		if (client->phase != IMPORT_CHUNKS || client->chunks_waited == 0 ||
		    --client->chunks_waited > 0)
			return;
		client->phase = IMPORT_COMMIT;
		break;
	}
	sim_client_again(client, 0);
}

void
sim_import_refused(struct sim_client *client, const char *code)
{
	void (*send)(struct sim_client *) = client->tasks[client->task_index]->send;

	if (client->phase == IMPORT_CHUNKS && client->chunks_waited > 0)
		client->chunks_waited--;
	if (strcmp(code, "E_NOT_FOUND") == 0) {
		client->phase = IMPORT_BEGIN; /* the upload was forgotten: again, same op */
		client->chunks_waited = 0;
		sim_client_again(client, 10000 + sim_below(client->sim, 100000));
	} else if (strcmp(code, "E_INTERNAL") == 0) {
		client->op->is_refused = true; /* the worker died */
		sim_client_next(client);
	} else {
		if ((strcmp(code, "E_FAULTS") == 0 && send != sim_import_send_faulty) ||
		    (strcmp(code, "E_FIELD") == 0 && send != sim_import_send_other))
			sim_violate(client->sim, "%s for %s", code, sim_client_doing(client));
		sim_write_on_refused(client, code);
	}
}
