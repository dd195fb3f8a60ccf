/* Submissions and receipts as files on a stick (R-field; design G1, G2): hostile ones too. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "outbox/packet_file.h"
#include "wire/message.h"
#include "wire/packet.h"

/* A daemon, a device, and room. */
struct stick {
	uint8_t device[32], device_secret[64], server[32], server_secret[64];
	struct arena *arena;
};

static struct stick
stick_start(void)
{
	struct stick stick = {.arena = arena_new(PACKET_FILE_ARENA_SIZE)};

	cr_assert(sodium_init() >= 0);
	cr_assert_not_null(stick.arena);
	crypto_sign_keypair(stick.device, stick.device_secret);
	crypto_sign_keypair(stick.server, stick.server_secret);
	return stick;
}

static struct packet_file
stick_file(struct stick *stick, size_t count, size_t deed_size)
{
	struct packet_file file = {.count = count};

	packet_key_id(stick->server, file.server_key);
	file.entries = arena_alloc(stick->arena, count * sizeof *file.entries);
	cr_assert_not_null(file.entries);
	for (size_t i = 0; i < count; i++) {
		uint8_t *deed = arena_alloc(stick->arena, deed_size);

		cr_assert_not_null(deed);
		memset(deed, (int)i + 1, deed_size);
		memcpy(file.entries[i].op_id, &i, sizeof i);
		cr_assert_eq(
		    packet_file_seal(stick->arena, "zhangsan", (struct bytes){deed, deed_size},
			stick->device_secret, stick->server, &file.entries[i].packet),
		    JX_OK);
	}
	return file;
}

static struct bytes
stick_write(struct stick *stick, const struct packet_file *file)
{
	struct bytes bytes = {NULL, 0};

	cr_assert_eq(packet_file_write(stick->arena, file, stick->device_secret, &bytes), JX_OK);
	return bytes;
}

/* As the daemon does. */
static Jx__Packet *
stick_open(struct stick *stick, struct bytes packet)
{
	uint8_t box_public[32], box_secret[32];
	size_t size = packet.size - crypto_box_SEALBYTES;
	uint8_t *plain = arena_alloc(stick->arena, size);
	ProtobufCMessage *message;
	const char *field;

	cr_assert_eq(crypto_sign_ed25519_pk_to_curve25519(box_public, stick->server), 0);
	cr_assert_eq(crypto_sign_ed25519_sk_to_curve25519(box_secret, stick->server_secret), 0);
	cr_assert_eq(
	    crypto_box_seal_open(plain, packet.data, packet.size, box_public, box_secret), 0);
	cr_assert_eq(message_read(stick->arena, &jx__packet__descriptor,
			 (struct bytes){plain, size}, &message, &field),
	    JX_OK);
	return (Jx__Packet *)message;
}

Test(packet, the_daemon_reads_what_the_device_signed)
{
	struct stick stick = stick_start();
	struct packet_file file = stick_file(&stick, 3, 1000), found = {.count = 0};
	struct bytes bytes = stick_write(&stick, &file), to_sign;
	uint8_t device_id[8];

	cr_assert_eq(packet_file_read(stick.arena, bytes, &found), JX_OK);
	cr_assert_eq(found.count, 3);
	cr_assert_eq(memcmp(found.device, stick.device, 32), 0);
	cr_assert_eq(memcmp(found.server_key, file.server_key, 8), 0);
	packet_key_id(stick.device, device_id);
	for (size_t i = 0; i < 3; i++) {
		Jx__Packet *packet = stick_open(&stick, found.entries[i].packet);
		struct bytes deed = {packet->deed.data, packet->deed.len};

		cr_assert_eq(memcmp(found.entries[i].op_id, file.entries[i].op_id, 16), 0);
		cr_assert_str_eq(packet->account, "zhangsan");
		cr_assert_eq(packet->device.len, 8);
		cr_assert_eq(memcmp(packet->device.data, device_id, 8), 0);
		cr_assert_eq(deed.size, 1000);
		cr_assert_eq(deed.data[999], i + 1);
		to_sign = packet_signed_bytes(stick.arena, "zhangsan", deed);
		cr_assert_eq(packet->signature.len, crypto_sign_BYTES);
		cr_assert_eq(crypto_sign_verify_detached(
				 packet->signature.data, to_sign.data, to_sign.size, stick.device),
		    0);
	}
	arena_free(stick.arena);
}

Test(packet, the_carrier_reads_nothing)
{
	struct stick stick = stick_start();
	static const char secret[] = "关于永安区财政局的扣分意见";
	struct packet_file file = stick_file(&stick, 1, 10);
	struct bytes bytes;

	cr_assert_eq(packet_file_seal(stick.arena, "lisi-account",
			 (struct bytes){(const uint8_t *)secret, sizeof secret},
			 stick.device_secret, stick.server, &file.entries[0].packet),
	    JX_OK);
	bytes = stick_write(&stick, &file);
	cr_assert_null(memmem(bytes.data, bytes.size, secret, 12));
	cr_assert_null(memmem(bytes.data, bytes.size, "lisi", 4));
	arena_free(stick.arena);
}

Test(packet, a_changed_or_cut_file_is_none)
{
	struct stick stick = stick_start();
	struct packet_file file = stick_file(&stick, 2, 50), found = {.count = 77};
	struct bytes bytes = stick_write(&stick, &file);
	uint8_t *copy = malloc(bytes.size);
	struct arena *arena;

	for (size_t i = 0; i < bytes.size; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, bytes.data, bytes.size);
			copy[i] ^= (uint8_t)(1 << bit);
			arena = arena_new(PACKET_FILE_ARENA_SIZE);
			cr_assert_eq(
			    packet_file_read(arena, (struct bytes){copy, bytes.size}, &found),
			    JX_E_PACKET, "bit %d of byte %zu", bit, i);
			arena_free(arena);
		}
	for (size_t size = 0; size < bytes.size; size++) {
		/* A copy of that size, so that a sanitizer sees a step beyond. */
		uint8_t *cut = malloc(size + 1);

		memcpy(cut, bytes.data, size);
		arena = arena_new(PACKET_FILE_ARENA_SIZE);
		cr_assert_eq(packet_file_read(arena, (struct bytes){cut, size}, &found),
		    JX_E_PACKET, "%zu bytes", size);
		arena_free(arena);
		free(cut);
	}
	cr_assert_eq(found.count, 77, "nothing was given out");
	free(copy);
	arena_free(stick.arena);
}

/* The file as another client would have packed it: what is wrong, and signed all the same. */
static enum jx_err
read_signed(struct stick *stick, Jx__PacketFile *message)
{
	struct packet_file found;
	uint8_t signature[crypto_sign_BYTES];
	struct bytes bytes;

	message->has_signature = false;
	cr_assert_eq(message_write(stick->arena, &message->base, &bytes), JX_OK);
	crypto_sign_detached(signature, NULL, bytes.data, bytes.size, stick->device_secret);
	message->has_signature = true;
	message->signature = (ProtobufCBinaryData){sizeof signature, signature};
	cr_assert_eq(message_write(stick->arena, &message->base, &bytes), JX_OK);
	return packet_file_read(stick->arena, bytes, &found);
}

static Jx__PacketFile *
good_message(struct stick *stick, size_t count, size_t packet_size)
{
	Jx__PacketFile *message = arena_alloc(stick->arena, sizeof *message);
	Jx__SealedPacket *packets = arena_alloc(stick->arena, count * sizeof *packets);
	uint8_t *zeros = arena_alloc(stick->arena, packet_size + 64);

	cr_assert(message != NULL && packets != NULL && zeros != NULL);
	jx__packet_file__init(message);
	message->format = arena_strdup(stick->arena, "jixiao-packets-1");
	message->has_server_key = message->has_device = true;
	message->server_key = (ProtobufCBinaryData){8, zeros};
	message->device = (ProtobufCBinaryData){32, stick->device};
	message->n_packets = count;
	message->packets = arena_alloc(stick->arena, count * sizeof *message->packets);
	for (size_t i = 0; i < count; i++) {
		jx__sealed_packet__init(&packets[i]);
		packets[i].has_op_id = packets[i].has_packet = true;
		packets[i].op_id = (ProtobufCBinaryData){16, zeros};
		packets[i].packet = (ProtobufCBinaryData){packet_size, zeros};
		message->packets[i] = &packets[i];
	}
	return message;
}

static void
break_format(Jx__PacketFile *message)
{
	message->format[0] = 'J';
}

static void
drop_format(Jx__PacketFile *message)
{
	message->format = NULL;
}

static void
cut_server_key(Jx__PacketFile *message)
{
	message->server_key.len = 7;
}

static void
drop_server_key(Jx__PacketFile *message)
{
	message->has_server_key = false;
}

static void
cut_device(Jx__PacketFile *message)
{
	message->device.len = 31;
}

static void
drop_packets(Jx__PacketFile *message)
{
	message->n_packets = 0;
}

static void
cut_op_id(Jx__PacketFile *message)
{
	message->packets[0]->op_id.len = 15;
}

static void
lengthen_op_id(Jx__PacketFile *message)
{
	message->packets[1]->op_id.len = 17;
}

static void
drop_packet(Jx__PacketFile *message)
{
	message->packets[1]->has_packet = false;
}

static void
empty_packet(Jx__PacketFile *message)
{
	message->packets[1]->packet.len = crypto_box_SEALBYTES;
}

Test(packet, a_signed_file_that_is_not_as_it_must_be_is_none)
{
	static void (*const breaks[])(Jx__PacketFile *) = {break_format, drop_format,
	    cut_server_key, drop_server_key, cut_device, drop_packets, cut_op_id, lengthen_op_id,
	    drop_packet, empty_packet};
	struct stick stick = stick_start();

	cr_assert_eq(read_signed(&stick, good_message(&stick, 2, 200)), JX_OK);
	for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
		Jx__PacketFile *message = good_message(&stick, 2, 200);

		breaks[i](message);
		cr_assert_eq(read_signed(&stick, message), JX_E_PACKET, "break %zu", i);
	}
	arena_free(stick.arena);
}

Test(packet, files_go_up_to_their_limits)
{
	struct stick stick = stick_start();
	struct packet_file file, found;
	struct bytes bytes;

	cr_assert_eq(read_signed(&stick, good_message(&stick, PACKET_FILE_COUNT_MAX, 100)), JX_OK);
	cr_assert_eq(
	    read_signed(&stick, good_message(&stick, PACKET_FILE_COUNT_MAX + 1, 100)), JX_E_PACKET);
	arena_free(stick.arena);
	stick.arena = arena_new(PACKET_FILE_ARENA_SIZE);
	cr_assert_eq(
	    read_signed(&stick, good_message(&stick, 1, PACKET_FILE_PACKET_SIZE_MAX)), JX_OK);
	cr_assert_eq(read_signed(&stick, good_message(&stick, 1, PACKET_FILE_PACKET_SIZE_MAX + 1)),
	    JX_E_PACKET);
	/* 264 of the largest just fit; one more does not. */
	file = stick_file(&stick, 1, 1000);
	file.count = 265;
	file.entries = arena_alloc(stick.arena, file.count * sizeof *file.entries);
	for (size_t i = 0; i < file.count; i++)
		file.entries[i].packet =
		    (struct bytes){arena_alloc(stick.arena, 1), PACKET_FILE_PACKET_SIZE_MAX};
	{
		uint8_t *large = calloc(1, PACKET_FILE_PACKET_SIZE_MAX);

		for (size_t i = 0; i < file.count; i++)
			file.entries[i].packet.data = large;
		cr_assert_eq(packet_file_write(stick.arena, &file, stick.device_secret, &bytes),
		    JX_E_TOO_BIG);
		file.count = 264;
		bytes = stick_write(&stick, &file);
		cr_assert(bytes.size > PACKET_FILE_SIZE_MAX - (64 << 10));
		arena_free(stick.arena);
		free(large);
	}
	stick.arena = arena_new(PACKET_FILE_ARENA_SIZE);
	cr_assert_eq(packet_file_read(stick.arena,
			 (struct bytes){stick.device, PACKET_FILE_SIZE_MAX + 1}, &found),
	    JX_E_PACKET, "not even looked at");
	arena_free(stick.arena);
}

Test(packet, a_deed_goes_up_to_what_a_frame_can_deliver)
{
	struct stick stick = stick_start();
	static uint8_t deed[PACKET_FILE_PACKET_SIZE_MAX + 1];
	struct bytes packet = {NULL, 0};
	size_t most = 0;

	for (size_t size = PACKET_FILE_PACKET_SIZE_MAX - 256; size <= sizeof deed; size++) {
		enum jx_err err = packet_file_seal(stick.arena, "zhangsan",
		    (struct bytes){deed, size}, stick.device_secret, stick.server, &packet);

		if (err == JX_OK)
			most = size;
		else
			cr_assert_eq(err, JX_E_TOO_BIG);
		cr_assert(err == JX_OK ? most == size : most < size, "no hole");
	}
	cr_assert_eq(packet.size, PACKET_FILE_PACKET_SIZE_MAX);
	cr_assert(most > (61 << 10));
	memset(stick.server, 0, sizeof stick.server);
	cr_assert_eq(packet_file_seal(stick.arena, "zhangsan", (struct bytes){deed, 10},
			 stick.device_secret, stick.server, &packet),
	    JX_E_FIELD, "no key of a daemon");
	arena_free(stick.arena);
}

/* ---- What became of them. */

static Jx__Delivered *
delivered(struct stick *stick, uint8_t n, bool is_refused)
{
	Jx__Delivered *one = arena_alloc(stick->arena, sizeof *one);
	Jx__Receipt *receipt = arena_alloc(stick->arena, sizeof *receipt);
	uint8_t *op_id = arena_alloc(stick->arena, 16);

	memset(op_id, n, 16);
	jx__delivered__init(one);
	one->has_op_id = true;
	one->op_id = (ProtobufCBinaryData){16, op_id};
	if (is_refused) {
		one->code = arena_strdup(stick->arena, "E_PHASE");
		one->message = arena_strdup(stick->arena, "当前阶段不受理");
		return one;
	}
	jx__receipt__init(receipt);
	receipt->has_op_id = true;
	receipt->op_id = one->op_id;
	receipt->actor = arena_strdup(stick->arena, "zhangsan");
	one->receipt = receipt;
	return one;
}

static enum jx_err
read_receipts(struct stick *stick, Jx__Delivered *const *list, size_t count, Jx__ReceiptFile **out)
{
	struct bytes bytes;

	cr_assert_eq(packet_file_write_receipts(stick->arena, list, count, &bytes), JX_OK);
	return packet_file_read_receipts(stick->arena, bytes, out);
}

Test(packet, receipts_and_refusals_come_back)
{
	struct stick stick = stick_start();
	Jx__Delivered *list[] = {delivered(&stick, 1, false), delivered(&stick, 2, true)};
	Jx__ReceiptFile *file = NULL;

	cr_assert_eq(read_receipts(&stick, list, 2, &file), JX_OK);
	cr_assert_eq(file->n_delivered, 2);
	cr_assert_eq(file->delivered[0]->op_id.data[0], 1);
	cr_assert_str_eq(file->delivered[0]->receipt->actor, "zhangsan");
	cr_assert_str_eq(file->delivered[1]->code, "E_PHASE");
	cr_assert_str_eq(file->delivered[1]->message, "当前阶段不受理");
	cr_assert_eq(read_receipts(&stick, list, 0, &file), JX_OK);
	cr_assert_eq(file->n_delivered, 0);
	arena_free(stick.arena);
}

Test(packet, receipts_of_something_else_are_none)
{
	struct stick stick = stick_start();
	Jx__Delivered *one;
	Jx__ReceiptFile *untouched = NULL, *file = untouched;
	uint8_t other[16] = {9};

	one = delivered(&stick, 1, false);
	one->receipt->op_id.data = other;
	cr_assert_eq(read_receipts(&stick, &one, 1, &file), JX_E_PACKET, "another op id");
	one = delivered(&stick, 1, false);
	one->receipt->has_op_id = false;
	cr_assert_eq(read_receipts(&stick, &one, 1, &file), JX_E_PACKET, "none");
	one = delivered(&stick, 1, false);
	one->code = arena_strdup(stick.arena, "E_PHASE");
	cr_assert_eq(read_receipts(&stick, &one, 1, &file), JX_E_PACKET, "both");
	one = delivered(&stick, 1, true);
	one->code = NULL;
	cr_assert_eq(read_receipts(&stick, &one, 1, &file), JX_E_PACKET, "neither");
	one = delivered(&stick, 1, true);
	one->code = arena_strdup(stick.arena, "");
	cr_assert_eq(read_receipts(&stick, &one, 1, &file), JX_E_PACKET, "no reason");
	one = delivered(&stick, 1, true);
	one->op_id.len = 15;
	cr_assert_eq(read_receipts(&stick, &one, 1, &file), JX_E_PACKET, "half an op id");
	cr_assert_eq(packet_file_read_receipts(
			 stick.arena, (struct bytes){(const uint8_t *)"\x0a\x01x", 3}, &file),
	    JX_E_PACKET, "another format");
	cr_assert_eq(
	    packet_file_read_receipts(stick.arena, (struct bytes){NULL, 0}, &file), JX_E_PACKET);
	cr_assert_eq(file, untouched);
	arena_free(stick.arena);
}

/* As many as packets can be, each receipt as large as one gets. */
Test(packet, as_many_receipts_come_back_as_packets_go)
{
	struct stick stick = stick_start();
	size_t count = PACKET_FILE_COUNT_MAX;
	Jx__Delivered **list = malloc((count + 1) * sizeof *list);
	ProtobufCBinaryData path[20];
	static uint8_t hash[64];
	Jx__ReceiptFile *file;
	struct bytes bytes;

	for (size_t i = 0; i < 20; i++)
		path[i] = (ProtobufCBinaryData){32, hash};
	for (size_t i = 0; i <= count; i++) {
		Jx__Receipt *receipt;

		list[i] = delivered(&stick, (uint8_t)i, false);
		receipt = list[i]->receipt;
		receipt->action = receipt->actor;
		receipt->has_content_hash = receipt->has_received_us = receipt->has_batch =
		    receipt->has_prev_hash = receipt->has_root = receipt->has_index =
			receipt->has_leaf_count = receipt->has_sealed_us = receipt->has_key_id =
			    receipt->has_signature = true;
		receipt->content_hash = receipt->prev_hash = receipt->root = path[0];
		receipt->key_id = (ProtobufCBinaryData){8, hash};
		receipt->signature = (ProtobufCBinaryData){64, hash};
		receipt->n_path = 20;
		receipt->path = path;
	}
	cr_assert_eq(read_receipts(&stick, list, count, &file), JX_OK);
	cr_assert_eq(file->n_delivered, count);
	cr_assert_eq(
	    packet_file_write_receipts(stick.arena, list, count + 1, &bytes), JX_E_TOO_BIG);
	free(list);
	arena_free(stick.arena);
}
