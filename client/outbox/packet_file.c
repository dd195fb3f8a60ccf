#include "outbox/packet_file.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "wire/message.h"
#include "wire/packet.h"
#include "wire/text.h"

enum {
	SCRATCH_SIZE = 512 << 10, /* a packet, its signed bytes and itself packed */
	ACCOUNT_SIZE_MAX = TEXT_CODE_SIZE_MAX,
	KEY_ID_SIZE = 8,
};

static char packets_format[] = "jixiao-packets-1", receipts_format[] = "jixiao-receipts-1";

/*
 * A sealed packet is a message of 2 fields; what became of it 2 messages and
 * some 40 fields: receipts have up to 14 and a path, refusals a reason a line.
 */
static const struct message_limits packet_limits = {
    2 * PACKET_FILE_COUNT_MAX + 1, 64 * PACKET_FILE_COUNT_MAX};

/* ---- One packet. */

static enum jx_err
seal_within(struct arena *scratch, Jx__Packet *packet, const uint8_t device_secret[64],
    const uint8_t box_key[32], uint8_t sealed[PACKET_FILE_PACKET_SIZE_MAX], size_t *sealed_size)
{
	uint8_t signature[crypto_sign_BYTES];
	struct bytes packed, to_sign = packet_signed_bytes(scratch, packet->account,
				 (struct bytes){packet->deed.data, packet->deed.len});
	enum jx_err err;

	if (to_sign.data == NULL)
		return JX_E_MEMORY;
	crypto_sign_detached(signature, NULL, to_sign.data, to_sign.size, device_secret);
	packet->has_signature = true;
	packet->signature = (ProtobufCBinaryData){sizeof signature, signature};
	err = message_write(scratch, &packet->base, &packed);
	if (err != JX_OK)
		return err;
	if (packed.size > PACKET_FILE_PACKET_SIZE_MAX - crypto_box_SEALBYTES)
		return JX_E_TOO_BIG;
	*sealed_size = packed.size + crypto_box_SEALBYTES;
	return crypto_box_seal(sealed, packed.data, packed.size, box_key) == 0 ? JX_OK : JX_E_FIELD;
}

enum jx_err
packet_file_seal(struct arena *arena, const char *account, struct bytes deed,
    const uint8_t device_secret[64], const uint8_t server_key[32], struct bytes *packet)
{
	Jx__Packet message = JX__PACKET__INIT;
	uint8_t device[32], device_id[KEY_ID_SIZE], box_key[32];
	uint8_t sealed[PACKET_FILE_PACKET_SIZE_MAX];
	struct arena *scratch;
	struct bytes copy;
	size_t size = 0;
	enum jx_err err;

	if (deed.size > PACKET_FILE_PACKET_SIZE_MAX || strlen(account) > ACCOUNT_SIZE_MAX)
		return JX_E_TOO_BIG;
	if (crypto_sign_ed25519_pk_to_curve25519(box_key, server_key) != 0)
		return JX_E_FIELD;
	scratch = arena_new(SCRATCH_SIZE);
	if (scratch == NULL)
		return JX_E_MEMORY;
	crypto_sign_ed25519_sk_to_pk(device, device_secret);
	packet_key_id(device, device_id);
	message.account = arena_strdup(scratch, account);
	message.has_device = message.has_deed = true;
	message.device = (ProtobufCBinaryData){sizeof device_id, device_id};
	copy = arena_copy(scratch, deed);
	message.deed = (ProtobufCBinaryData){copy.size, (uint8_t *)(uintptr_t)copy.data};
	err = message.account == NULL || copy.data == NULL
		  ? JX_E_MEMORY
		  : seal_within(scratch, &message, device_secret, box_key, sealed, &size);
	arena_free(scratch);
	if (err != JX_OK)
		return err;
	copy = arena_copy(arena, (struct bytes){sealed, size});
	if (copy.data == NULL)
		return JX_E_MEMORY;
	*packet = copy;
	return JX_OK;
}

/* ---- The file of packets. */

static ProtobufCBinaryData
borrowed(const uint8_t *data, size_t size)
{
	return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)data};
}

static enum jx_err
entries_pack(struct arena *arena, const struct packet_file *file, Jx__PacketFile *message)
{
	Jx__SealedPacket *packets = arena_alloc(arena, file->count * sizeof *packets);
	Jx__SealedPacket **list = arena_alloc(arena, file->count * sizeof *list);

	if (packets == NULL || list == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < file->count; i++) {
		const struct packet_file_entry *entry = &file->entries[i];

		if (entry->packet.size > PACKET_FILE_PACKET_SIZE_MAX)
			return JX_E_TOO_BIG;
		jx__sealed_packet__init(&packets[i]);
		packets[i].has_op_id = packets[i].has_packet = true;
		packets[i].op_id = borrowed(entry->op_id, sizeof entry->op_id);
		packets[i].packet = borrowed(entry->packet.data, entry->packet.size);
		list[i] = &packets[i];
	}
	message->n_packets = file->count;
	message->packets = list;
	return JX_OK;
}

/* The bytes that the signature is over: the message without it. In a scratch of its own. */
static enum jx_err
signed_bytes(const Jx__PacketFile *message, struct arena **scratch, struct bytes *out)
{
	Jx__PacketFile bare = *message;
	enum jx_err err;

	bare.has_signature = false;
	bare.signature = (ProtobufCBinaryData){0, NULL};
	*scratch = arena_new(PACKET_FILE_SIZE_MAX + (1 << 20));
	err = *scratch == NULL ? JX_E_MEMORY : message_write(*scratch, &bare.base, out);
	return err;
}

enum jx_err
packet_file_write(struct arena *arena, const struct packet_file *file,
    const uint8_t device_secret[64], struct bytes *out)
{
	Jx__PacketFile message = JX__PACKET_FILE__INIT;
	uint8_t device[32], signature[crypto_sign_BYTES];
	struct arena *scratch = NULL;
	struct bytes bytes;
	enum jx_err err;

	assert(file->count > 0);
	if (file->count > PACKET_FILE_COUNT_MAX)
		return JX_E_TOO_BIG;
	crypto_sign_ed25519_sk_to_pk(device, device_secret);
	message.format = packets_format;
	message.has_server_key = message.has_device = message.has_signature = true;
	message.server_key = borrowed(file->server_key, sizeof file->server_key);
	message.device = borrowed(device, sizeof device);
	message.signature = borrowed(signature, sizeof signature);
	err = entries_pack(arena, file, &message);
	if (err != JX_OK)
		return err;
	if (jx__packet_file__get_packed_size(&message) > PACKET_FILE_SIZE_MAX)
		return JX_E_TOO_BIG;
	err = signed_bytes(&message, &scratch, &bytes);
	if (err == JX_OK)
		crypto_sign_detached(signature, NULL, bytes.data, bytes.size, device_secret);
	arena_free(scratch);
	return err == JX_OK ? message_write(arena, &message.base, out) : err;
}

static bool
is_signed(const Jx__PacketFile *message)
{
	struct arena *scratch = NULL;
	struct bytes bytes;
	bool is_good = signed_bytes(message, &scratch, &bytes) == JX_OK &&
		       crypto_sign_verify_detached(message->signature.data, bytes.data, bytes.size,
			   message->device.data) == 0;

	arena_free(scratch);
	return is_good;
}

static bool
is_packet_file(const Jx__PacketFile *message)
{
	if (message->format == NULL || strcmp(message->format, packets_format) != 0 ||
	    !message->has_server_key || message->server_key.len != KEY_ID_SIZE ||
	    !message->has_device || message->device.len != crypto_sign_PUBLICKEYBYTES ||
	    !message->has_signature || message->signature.len != crypto_sign_BYTES ||
	    message->n_packets == 0 || message->n_packets > PACKET_FILE_COUNT_MAX)
		return false;
	for (size_t i = 0; i < message->n_packets; i++) {
		const Jx__SealedPacket *packet = message->packets[i];

		/* One that is not there has no size. */
		if (packet->op_id.len != PACKET_FILE_OP_ID_SIZE ||
		    packet->packet.len > PACKET_FILE_PACKET_SIZE_MAX)
			return false;
#ifndef JX_PLANT_PACKET_EMPTY
		if (packet->packet.len <= crypto_box_SEALBYTES)
			return false;
#endif
	}
	return is_signed(message);
}

enum jx_err
packet_file_read(struct arena *arena, struct bytes bytes, struct packet_file *out)
{
	struct packet_file file = {.count = 0};
	const Jx__PacketFile *message;
	ProtobufCMessage *base;
	const char *field;

	if (bytes.size > PACKET_FILE_SIZE_MAX ||
	    message_read_within(
		arena, &jx__packet_file__descriptor, bytes, &packet_limits, &base, &field) != JX_OK)
		return JX_E_PACKET;
	message = (const Jx__PacketFile *)base;
	if (!is_packet_file(message))
		return JX_E_PACKET;
	file.count = message->n_packets;
	file.entries = arena_alloc(arena, file.count * sizeof *file.entries);
	if (file.entries == NULL)
		return JX_E_MEMORY;
	memcpy(file.server_key, message->server_key.data, sizeof file.server_key);
	memcpy(file.device, message->device.data, sizeof file.device);
	for (size_t i = 0; i < file.count; i++) {
		const Jx__SealedPacket *packet = message->packets[i];

		memcpy(file.entries[i].op_id, packet->op_id.data, PACKET_FILE_OP_ID_SIZE);
		file.entries[i].packet = (struct bytes){packet->packet.data, packet->packet.len};
	}
	*out = file;
	return JX_OK;
}

/* ---- The file of receipts. */

enum jx_err
packet_file_write_receipts(
    struct arena *arena, Jx__Delivered *const *delivered, size_t count, struct bytes *out)
{
	Jx__ReceiptFile message = JX__RECEIPT_FILE__INIT;

	if (count > PACKET_FILE_COUNT_MAX)
		return JX_E_TOO_BIG;
	message.format = receipts_format;
	message.n_delivered = count;
	message.delivered = (Jx__Delivered **)(uintptr_t)delivered; /* only read */
	if (jx__receipt_file__get_packed_size(&message) > PACKET_FILE_SIZE_MAX)
		return JX_E_TOO_BIG;
	return message_write(arena, &message.base, out);
}

static bool
is_delivered(const Jx__Delivered *delivered)
{
	const Jx__Receipt *receipt = delivered->receipt;
	bool is_refused = delivered->code != NULL && delivered->code[0] != '\0';

	if (!delivered->has_op_id || delivered->op_id.len != PACKET_FILE_OP_ID_SIZE)
		return false;
	if (receipt == NULL)
		return is_refused;
	return delivered->code == NULL && receipt->has_op_id &&
	       receipt->op_id.len == PACKET_FILE_OP_ID_SIZE &&
	       memcmp(receipt->op_id.data, delivered->op_id.data, PACKET_FILE_OP_ID_SIZE) == 0;
}

enum jx_err
packet_file_read_receipts(struct arena *arena, struct bytes bytes, Jx__ReceiptFile **out)
{
	Jx__ReceiptFile *message;
	ProtobufCMessage *base;
	const char *field;

	if (bytes.size > PACKET_FILE_SIZE_MAX ||
	    message_read_within(arena, &jx__receipt_file__descriptor, bytes, &packet_limits, &base,
		&field) != JX_OK)
		return JX_E_PACKET;
	message = (Jx__ReceiptFile *)base;
	if (message->format == NULL || strcmp(message->format, receipts_format) != 0 ||
	    message->n_delivered > PACKET_FILE_COUNT_MAX)
		return JX_E_PACKET;
	for (size_t i = 0; i < message->n_delivered; i++)
		if (!is_delivered(message->delivered[i]))
			return JX_E_PACKET;
	*out = message;
	return JX_OK;
}
