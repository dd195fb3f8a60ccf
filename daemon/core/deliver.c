#include "core/deliver.h"

#include <sodium.h>
#include <string.h>

#include "core/inside.h"
#include "core/login.h"
#include "wire/message.h"
#include "wire/packet.h"
#include "wire/text.h"

static void
deliver_add_key(struct deliver_keys *keys, const uint8_t secret[64])
{
	/* The second half of libsodium's secret is the public key. A key that has no X25519 form is none of ours. */
	if (crypto_sign_ed25519_pk_to_curve25519(keys->rows[keys->count].box_public, secret + 32) == 0 &&
	    crypto_sign_ed25519_sk_to_curve25519(keys->rows[keys->count].box_secret, secret) == 0)
		keys->count++;
}

void
deliver_keys_init(struct core *core)
{
	const struct core_config *config = &core->config;

	deliver_add_key(&core->deliver, config->signing_secret);
	for (size_t i = 0; i < config->former_count && i < CORE_FORMER_KEY_COUNT_MAX; i++)
		deliver_add_key(&core->deliver, config->former_secret[i]);
}

/* What was sealed. JX_E_PACKET: for none of our keys, or not whole. JX_E_MEMORY. */
static enum jx_err
deliver_open(const struct core *core, struct arena *arena, ProtobufCBinaryData sealed, struct bytes *out)
{
	uint8_t *opened;

	if (sealed.len <= crypto_box_SEALBYTES)
		return JX_E_PACKET;
	*out = (struct bytes){NULL, sealed.len - crypto_box_SEALBYTES};
	out->data = opened = arena_alloc(arena, out->size);
	if (opened == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < core->deliver.count; i++)
		if (crypto_box_seal_open(opened, sealed.data, sealed.len, core->deliver.rows[i].box_public,
			core->deliver.rows[i].box_secret) == 0)
			return JX_OK;
	return JX_E_PACKET;
}

/* The packet in its parts, into the request's arena. JX_E_PACKET: it is none. JX_E_MEMORY. */
static enum jx_err
deliver_read(const struct core *core, struct request *req, const Jx__Packet **out)
{
	const Jx__Deliver *deliver = (const Jx__Deliver *)req->message;
	ProtobufCMessage *message;
	const Jx__Packet *packet;
	const char *field;
	struct bytes opened;
	enum jx_err err = deliver_open(core, req->arena, deliver->packet, &opened);

	if (err != JX_OK)
		return err;
	if (message_read(req->arena, &jx__packet__descriptor, opened, &message, &field) != JX_OK)
		return JX_E_PACKET;
	*out = packet = (const Jx__Packet *)message;
	return packet->account == NULL || *packet->account == '\0' ||
		       strlen(packet->account) > TEXT_CODE_SIZE_MAX || packet->device.len != 8 ||
		       packet->signature.len != crypto_sign_BYTES
		   ? JX_E_PACKET
		   : JX_OK;
}

/* Signed by the device whose public key this is? JX_E_PACKET: no. JX_E_MEMORY. */
static enum jx_err
deliver_verify(struct request *req, const Jx__Packet *packet, struct bytes public_key)
{
	struct bytes signed_bytes = packet_signed_bytes(
	    req->arena, packet->account, (struct bytes){packet->deed.data, packet->deed.len});

	if (signed_bytes.data == NULL)
		return JX_E_MEMORY;
	return public_key.size == crypto_sign_PUBLICKEYBYTES &&
		       crypto_sign_verify_detached(packet->signature.data, signed_bytes.data,
			   signed_bytes.size, public_key.data) == 0
		   ? JX_OK
		   : JX_E_PACKET;
}

static const Jx__Packet *
deliver_packet(const struct request *req)
{
	return (const Jx__Packet *)(uintptr_t)req->scratch;
}

/* The account is as it is now: what is inside becomes its request. */
static void
deliver_on_account(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct login_account account;
	const Jx__Packet *packet;
	ProtobufCMessage *message;
	struct actor actor = {.role = ROLE_NONE};
	const char *field;
	enum jx_err err;

	(void)handle;
	if (req == NULL)
		return;
	packet = deliver_packet(req);
	if (!login_read_account(req->arena, rows, &account) ||
	    message_read(req->arena, &jx__deed__descriptor,
		(struct bytes){packet->deed.data, packet->deed.len}, &message, &field) != JX_OK ||
	    ((const Jx__Deed *)message)->dry_run) { /* its answer would be for the carrier */
		request_fail(core, req, JX_E_PACKET, NULL);
		return;
	}
	if (account.is_disabled) {
		request_fail(core, req, JX_E_DENIED, NULL);
		return;
	}
	log_say(core->world.log, LOG_LEVEL_INFO, "delivered", "account %s by %s", account.account,
	    req->actor.account);
	login_actor(&account, &actor);
	req->is_carried = true;
	request_weigh(core, req);
	err = route_enter(core, req, JX__ENVELOPE__BODY_DEED, message, packet->deed.len, &actor, &field);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
	else
		req->route->handle(core, req);
}

static void
deliver_on_device(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct ask_params params = {{NULL}};
	enum jx_err err = JX_E_PACKET;

	(void)handle;
	if (req == NULL)
		return;
	params.text[0] = deliver_packet(req)->account;
	if (rows->row_count > 0)
		err = deliver_verify(req, deliver_packet(req), ask_cell(rows, 0, 0));
	if (err == JX_OK)
		err = ask_send(core, QUESTION_ACCOUNT, &params, id, 0, deliver_on_account);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

void
deliver_handle(struct core *core, struct request *req)
{
	const Jx__Packet *packet;
	struct bytes params[2];
	enum jx_err err = deliver_read(core, req, &packet);

	if (err == JX_OK) {
		req->scratch = (uint64_t)(uintptr_t)packet;
		params[0] = (struct bytes){(const uint8_t *)packet->account, strlen(packet->account)};
		params[1] = (struct bytes){packet->device.data, packet->device.len};
		err = ask_send_cells(core, QUESTION_DEVICE, params, 2, req->id, 0, deliver_on_device);
	}
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}
