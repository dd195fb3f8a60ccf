/*
 * A file from somebody's stick: the first byte says how it is read: as packets,
 * as packets that some device did sign (so that the fuzzer gets beyond the
 * signature), or as receipts. Beyond "no crash": what is taken keeps to every
 * limit, and is the same when written and read again.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "outbox/packet_file.h"
#include "wire/err.h"
#include "wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise stops the fuzzer like a crash. */
static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
take_packets(struct arena *arena, struct bytes bytes)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = {7};
	struct packet_file file = {.count = 0}, again = {.count = 0};
	uint8_t device[32], secret[64];
	struct bytes written;

	if (packet_file_read(arena, bytes, &file) != JX_OK) {
		must(file.count == 0 && file.entries == NULL);
		return;
	}
	must(file.count > 0 && file.count <= PACKET_FILE_COUNT_MAX);
	for (size_t i = 0; i < file.count; i++)
		must(file.entries[i].packet.size > crypto_box_SEALBYTES &&
		     file.entries[i].packet.size <= PACKET_FILE_PACKET_SIZE_MAX);
	crypto_sign_seed_keypair(device, secret, seed);
	must(packet_file_write(arena, &file, secret, &written) == JX_OK);
	must(packet_file_read(arena, written, &again) == JX_OK);
	must(again.count == file.count && memcmp(again.device, device, 32) == 0);
	must(memcmp(again.server_key, file.server_key, sizeof file.server_key) == 0);
	for (size_t i = 0; i < file.count; i++) {
		const struct packet_file_entry *one = &file.entries[i], *two = &again.entries[i];

		must(memcmp(one->op_id, two->op_id, sizeof one->op_id) == 0);
		must(one->packet.size == two->packet.size &&
		     memcmp(one->packet.data, two->packet.data, one->packet.size) == 0);
	}
}

/* As a hostile client would have it: any message, with a signature that is good. */
static void
take_signed(struct arena *arena, struct bytes bytes)
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = {9};
	uint8_t device[32], secret[64], signature[crypto_sign_BYTES];
	ProtobufCMessage *base;
	Jx__PacketFile *message;
	const char *field;
	struct bytes packed;

	if (message_read(arena, &jx__packet_file__descriptor, bytes, &base, &field) != JX_OK)
		return;
	message = (Jx__PacketFile *)base;
	crypto_sign_seed_keypair(device, secret, seed);
	message->has_device = true;
	message->device = (ProtobufCBinaryData){sizeof device, device};
	message->has_signature = false;
	must(message_write(arena, base, &packed) == JX_OK);
	crypto_sign_detached(signature, NULL, packed.data, packed.size, secret);
	message->has_signature = true;
	message->signature = (ProtobufCBinaryData){sizeof signature, signature};
	must(message_write(arena, base, &packed) == JX_OK);
	take_packets(arena, packed);
}

static void
take_receipts(struct arena *arena, struct bytes bytes)
{
	Jx__ReceiptFile *file = NULL, *again;
	struct bytes written, written_again;

	if (packet_file_read_receipts(arena, bytes, &file) != JX_OK) {
		must(file == NULL);
		return;
	}
	must(file->n_delivered <= PACKET_FILE_COUNT_MAX);
	for (size_t i = 0; i < file->n_delivered; i++) {
		const Jx__Delivered *one = file->delivered[i];

		must(one->op_id.len == PACKET_FILE_OP_ID_SIZE);
		must((one->receipt == NULL) == (one->code != NULL));
		must(one->code == NULL || err_find(one->code) != JX_OK);
	}
	must(packet_file_write_receipts(arena, file->delivered, file->n_delivered, &written) ==
	     JX_OK);
	must(packet_file_read_receipts(arena, written, &again) == JX_OK);
	must(packet_file_write_receipts(
		 arena, again->delivered, again->n_delivered, &written_again) == JX_OK);
	must(written.size == written_again.size &&
	     memcmp(written.data, written_again.data, written.size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const takes[])(struct arena *, struct bytes) = {
	    take_packets, take_signed, take_receipts};
	struct arena *arena;

	if (size == 0)
		return 0;
	arena = arena_new(PACKET_FILE_ARENA_SIZE);
	must(arena != NULL && sodium_init() >= 0);
	takes[data[0] % 3](arena, (struct bytes){data + 1, size - 1});
	arena_free(arena);
	return 0;
}
