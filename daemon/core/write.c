#include "core/write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "wire/content.h"

void
write_content_hash(const struct request *req, const ProtobufCMessage *message, uint8_t hash[32])
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *packed = arena_alloc(req->arena, size + 1);

	if (packed == NULL) /* an arena that is full fails the request at its answer */
		size = 0;
	else
		protobuf_c_message_pack(message, packed);
	content_hash(req->route->name, (struct bytes){packed, size}, hash);
}

/* The value of a field that the message's type may lack. */
static const void *
write_field(const ProtobufCMessage *message, const char *name)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);

	return field == NULL ? NULL : (const uint8_t *)message + field->offset;
}

/* The object as text, with more before its closing brace; NULL: memory out. */
static char *
write_text(const json_t *body, const char *more)
{
	char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT), *joined;
	size_t size = text == NULL ? 0 : strlen(text), more_size = more == NULL ? 0 : strlen(more);

	if (text == NULL || more == NULL)
		return text;
	joined = realloc(text, size + more_size + 1);
	if (joined == NULL) {
		free(text);
		return NULL;
	}
	memcpy(joined + size - 1, more, more_size);
	memcpy(joined + size - 1 + more_size, "}", 2);
	return joined;
}

bool
write_start(struct core *core, struct request *req, const char *action, json_t *body,
    uint64_t handle, const uint8_t content_hash[32], intake_fn fn)
{
	return write_start_with(core, req, action, body, NULL, handle, content_hash, fn);
}

bool
write_start_with(struct core *core, struct request *req, const char *action, json_t *body, const char *more,
    uint64_t handle, const uint8_t content_hash[32], intake_fn fn)
{
	ProtobufCBinaryData op_id;
	const void *year = write_field(req->message, "year");
	const void *city = write_field(req->message, "city");
	struct intake_op op = {
	    .action = action,
	    .actor = req->actor.account,
	    .city = "*",
	    .received_us = req->received.wall_us,
	    .req = req->id,
	    .handle = handle,
	    .fn = fn,
	};
	enum jx_err err = JX_E_MEMORY;

	memcpy(&op_id, write_field(req->message, "op_id"), sizeof op_id);
	assert(op_id.len == sizeof op.op_id); /* route_check */
	memcpy(op.op_id, op_id.data, sizeof op.op_id);
	memcpy(op.content_hash, content_hash, sizeof op.content_hash);
	if (year != NULL && city != NULL) {
		memcpy(&op.year, year, sizeof op.year);
		memcpy(&op.city, city, sizeof op.city);
	}
	op.body = write_text(body, more);
	json_decref(body);
	if (op.body != NULL)
		err = intake_add(core, &op);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
	return err == JX_OK;
}

Jx__Receipt *
write_receipt(struct arena *arena, struct bytes packed)
{
	return jx__receipt__unpack(arena_allocator(arena), packed.size, packed.data);
}

void
write_on_stored(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct request *req = request_find(core, id);
	Jx__Done done = JX__DONE__INIT;

	(void)handle;
	if (req == NULL)
		return;
	if (outcome->err != JX_OK) {
		request_fail(core, req, outcome->err, NULL);
		return;
	}
	done.receipt = write_receipt(req->arena, outcome->receipt);
	done.has_replayed = true;
	done.replayed = outcome->replayed;
	if (done.receipt == NULL)
		request_fail(core, req, JX_E_MEMORY, NULL);
	else
		request_reply(core, req, JX__ENVELOPE__BODY_DONE, &done);
}

enum jx_err
write_find_replay(struct request *req, const struct store_rows *rows, const char *action,
    const uint8_t content_hash[32], struct intake_outcome *outcome)
{
	const Jx__Receipt *receipt;
	struct bytes hash;

	if (rows->err != JX_OK)
		return rows->err;
	if (rows->row_count == 0)
		return JX_E_NOT_FOUND;
	hash = ask_cell(rows, 0, 0);
	receipt = write_receipt(req->arena, ask_cell(rows, 0, 1));
	if (receipt == NULL)
		return JX_E_MEMORY;
	if (strcmp(receipt->actor, req->actor.account) != 0 ||
	    strcmp(receipt->action, action) != 0 ||
	    (content_hash != NULL && (hash.size != 32 || memcmp(hash.data, content_hash, 32) != 0)))
		return JX_E_CONFLICT;
	*outcome = (struct intake_outcome){.err = JX_OK,
	    .replayed = true,
	    .value = (int64_t)ask_number(rows, 0, 2),
	    .receipt = ask_cell(rows, 0, 1)};
	return JX_OK;
}
