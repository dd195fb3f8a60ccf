/*
 * Deeds that travel by hand: sealed and signed with an account's device key,
 * brought by its own client or by another's, and sent directly in between.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_base.h"
#include "sim_client.h"
#include "wire/packet.h"

#define SEND(client, upper, message)                                                               \
	sim_client_send(client, JX__ENVELOPE__BODY_##upper, &(message), ASK_MAIN)

enum { CARRY_DO, CARRY_LOOK, CARRY_DISABLED = 5 /* the client whose account others may disable */ };

/* The same in every life: a client's own, and a few that it makes known besides. */
static void
carry_key(unsigned number, uint8_t public_key[32], uint8_t secret_key[64])
{
	uint8_t seed[32] = {'k', 'e', 'y', (uint8_t)number};

	crypto_sign_seed_keypair(public_key, secret_key, seed);
}

void
sim_carry_describe(const struct sim_client *client, char *body, size_t size)
{
	uint8_t public_key[32], secret_key[64], id[8];
	char id_hex[17], key_hex[65];

	carry_key(client->index, public_key, secret_key);
	packet_key_id(public_key, id);
	sodium_bin2hex(id_hex, sizeof id_hex, id, sizeof id);
	sodium_bin2hex(key_hex, sizeof key_hex, public_key, sizeof public_key);
	snprintf(body, size, "{\"account\":\"%s\",\"key_id\":\"%s\",\"public_key\":\"%s\"}", client->account, id_hex,
	    key_hex);
}

void
sim_carry_device_add(struct sim_client *client)
{
	Jx__DeviceAdd add = JX__DEVICE_ADD__INIT;
	uint8_t public_key[32], secret_key[64];

	carry_key(client->variant % 8 == 7 ? client->index : 100 + client->variant % 8, public_key, secret_key);
	add.has_op_id = add.has_public_key = true;
	add.op_id = sim_write_op_id(client, "device_add");
	add.public_key = (ProtobufCBinaryData){sizeof public_key, public_key};
	if (!client->op->is_acked)
		sim_write_sign(client, "device_add", &add.base);
	SEND(client, DEVICE_ADD, add);
}

/* Whose deed it is: its own client's, or that of another who may do it. */
static const struct sim_client *
carry_owner(const struct sim_client *client)
{
	const struct sim *sim = client->sim;
	const struct sim_client *other = sim->clients[client->variant / 8 % sim->client_count];

	return (other->who == WHO_OFFICE || other->who == WHO_CITY) && other->index != CARRY_DISABLED ? other : client;
}

static void
carry_seal(const struct sim_client *client, const struct sim_client *owner, const Jx__Deed *deed, uint8_t **sealed,
    size_t *size)
{
	struct arena *arena = arena_new(1 << 20);
	uint8_t public_key[32], secret_key[64], id[8], signature[64], box[32];
	struct bytes packed = {NULL, jx__deed__get_packed_size(deed)}, to_sign;
	Jx__Packet packet = JX__PACKET__INIT;
	uint8_t *bytes = malloc(packed.size);

	carry_key(owner->index, public_key, secret_key);
	packet_key_id(public_key, id);
	packed.data = bytes;
	jx__deed__pack(deed, bytes);
	to_sign = packet_signed_bytes(arena, owner->account, packed);
	crypto_sign_detached(signature, NULL, to_sign.data, to_sign.size, secret_key);
	packet.account = (char *)(uintptr_t)owner->account;
	packet.has_device = packet.has_deed = packet.has_signature = true;
	packet.device = (ProtobufCBinaryData){sizeof id, id};
	packet.deed = (ProtobufCBinaryData){packed.size, bytes};
	packet.signature = (ProtobufCBinaryData){sizeof signature, signature};
	*size = jx__packet__get_packed_size(&packet);
	*sealed = malloc(*size + crypto_box_SEALBYTES);
	jx__packet__pack(&packet, *sealed);
	if (crypto_sign_ed25519_pk_to_curve25519(box, client->sim->config.signing_public) != 0 ||
	    crypto_box_seal(*sealed, memcpy(arena_alloc(arena, *size), *sealed, *size), *size, box) != 0)
		abort();
	*size += crypto_box_SEALBYTES;
	free(bytes);
	arena_free(arena);
}

void
sim_carry_send(struct sim_client *client)
{
	const struct sim_client *owner = carry_owner(client);
	Jx__Deliver deliver = JX__DELIVER__INIT;
	uint8_t *sealed;
	Jx__Deed deed;

	/* Alone it is admin, whose device nobody made known. */
	client->is_carried = client->phase == CARRY_DO && client->sim->client_count > 1 && client->index != CARRY_DISABLED &&
			     (owner != client || sim_below(client->sim, 2) == 0);
	if (!client->is_carried) {
		sim_deed_send(client);
		return;
	}
	sim_deed_make(client, &deed);
	snprintf(client->op->actor, sizeof client->op->actor, "%s", owner->account);
	if (!client->op->is_acked)
		sim_write_sign(client, "deed", &deed.base);
	carry_seal(client, owner, &deed, &sealed, &deliver.packet.len);
	deliver.has_packet = true;
	deliver.packet.data = sealed;
	SEND(client, DELIVER, deliver);
	free(sealed);
}

void
sim_carry_answered(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__DeedReply *reply = envelope->deed_reply;

	if (envelope->body_case == JX__ENVELOPE__BODY_TABLE) {
		sim_deed_answered(client, envelope);
		return;
	}
	if (client->is_carried && (reply->n_changes > 0 || reply->has_change_count || reply->n_notes > 0))
		sim_violate(client->sim, "a carrier is told what it carried");
	if (client->is_doubting && !reply->replayed)
		sim_violate(client->sim, "a deed was done a second time");
	if (sim_write_on_receipt(client, reply->receipt)) {
		sim_client_again(client, sim_below(client->sim, 10000));
		return;
	}
	if (reply->receipt == NULL || carry_owner(client) != client) {
		sim_client_next(client);
		return;
	}
	client->batch = reply->receipt->batch;
	client->phase = CARRY_LOOK;
	sim_client_again(client, 0);
}
