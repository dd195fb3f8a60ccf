/*
 * outbox/packet_file.h: submissions and receipts as files on a USB stick
 * (离线报送包; proto/jx/packet.proto). Bytes in, bytes out: no disk, no clock.
 *
 * The carrier reads nothing: each packet is encrypted to the daemon. The file's
 * signature says that it is whole, as the device wrote it that it names; whose
 * device that is the daemon knows, by each packet's own signature.
 */
#ifndef JX_OUTBOX_PACKET_FILE_H
#define JX_OUTBOX_PACKET_FILE_H

#include <jx/packet.pb-c.h>

#include "wire/bytes.h"

enum {
	PACKET_FILE_SIZE_MAX = 16 << 20,        /* of either file: what is read whole into memory */
	PACKET_FILE_COUNT_MAX = 4096,           /* a clerk's whole year, many times over */
	PACKET_FILE_PACKET_SIZE_MAX = 62 << 10, /* encrypted: Deliver must fit into a frame */
	PACKET_FILE_ARENA_SIZE = 64 << 20,      /* enough to write or read any of them */
	PACKET_FILE_OP_ID_SIZE = 16,
};

/* One submission, encrypted, and the op id by which its client knows it. */
struct packet_file_entry {
	uint8_t op_id[PACKET_FILE_OP_ID_SIZE];
	struct bytes packet; /* what Deliver carries */
};

struct packet_file {
	uint8_t server_key[8]; /* packet_key_id of the daemon's key they are encrypted to */
	uint8_t device[32];
	size_t count; /* 1..PACKET_FILE_COUNT_MAX */
	struct packet_file_entry *entries;
};

/*
 * A packed Deed of that account, signed with the device's secret key and
 * encrypted to the daemon's signing key: in arena. JX_E_TOO_BIG: beyond
 * PACKET_FILE_PACKET_SIZE_MAX; JX_E_FIELD: server_key is no key; JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err packet_file_seal(struct arena *arena, const char *account,
    struct bytes deed, const uint8_t device_secret[64], const uint8_t server_key[32],
    struct bytes *packet);

/* The file's bytes, in arena; device and server_key are filled in from the keys. JX_E_TOO_BIG: make
 * two of it. JX_E_MEMORY. */
JX_MUST_USE enum jx_err packet_file_write(struct arena *arena, const struct packet_file *file,
    const uint8_t device_secret[64], struct bytes *out);
/* JX_E_PACKET: anything is not as it must be; *out is untouched. In arena, apart from bytes. */
JX_MUST_USE enum jx_err packet_file_read(
    struct arena *arena, struct bytes bytes, struct packet_file *out);

/*
 * What became of them. Each Delivered has an op id, and either the receipt of
 * that op id, or the code of a refusal with its message and reasons.
 *
 * The file is not signed: a receipt proves itself (wire/receipt.h: the caller
 * checks it before he believes it), a refusal is the carrier's word.
 */
JX_MUST_USE enum jx_err packet_file_write_receipts(
    struct arena *arena, Jx__Delivered *const *delivered, size_t count, struct bytes *out);
JX_MUST_USE enum jx_err packet_file_read_receipts(
    struct arena *arena, struct bytes bytes, Jx__ReceiptFile **out);

#endif
