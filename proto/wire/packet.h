/*
 * wire/packet.h: what a packet's signature is over: "jixiao-packet-1", NUL, the
 * account's size (4 bytes, big-endian) and text, the deed's bytes. Pure.
 */
#ifndef JX_WIRE_PACKET_H
#define JX_WIRE_PACKET_H

#include <stdint.h>

#include "wire/bytes.h"

/* In arena; data NULL: memory out. */
struct bytes packet_signed_bytes(struct arena *arena, const char *account, struct bytes deed);
/* First 8 bytes of SHA-256 of a public key: what names it (receipts' key_id likewise). */
void packet_key_id(const uint8_t public_key[32], uint8_t id[8]);

#endif
