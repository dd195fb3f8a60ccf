/*
 * core/deliver.h: submissions that travel by hand (离线报送包): whoever is logged
 * in may bring a packet; it is done as if its account had sent it, received now
 * (G4), exactly once however often and by however many it is brought (G2).
 *
 * Opened with the X25519 form of the signing key, or else of a former one (in
 * no order); then everything in it is foreign bytes. Device and account are looked
 * up, the signature verified, and the deed passes every gate of its own row.
 *
 * What the carrier learns: the receipt and whether it was late; of a refusal
 * the code and its general words, never the whys and faults, which quote the
 * content. The account sees those by sending the same deed itself. Whatever is
 * wrong with the packet (not ours, cut, wrong signature, no such device or
 * account): E_PACKET, in the same words. A disabled account: E_DENIED.
 *
 * Garbage costs one X25519 a key (~50 µs, at most 17 keys) and no question to
 * the store; four of a session wait for the store at a time.
 */
#ifndef JX_CORE_DELIVER_H
#define JX_CORE_DELIVER_H

#include "core/core.h"
#include "core/request.h"

enum { DELIVER_KEY_COUNT_MAX = CORE_FORMER_KEY_COUNT_MAX + 1 };

struct deliver_keys {
	struct {
		uint8_t box_public[32], box_secret[32]; /* X25519 */
	} rows[DELIVER_KEY_COUNT_MAX];
	size_t count;
};

/* core->deliver from core->config. */
void deliver_keys_init(struct core *core);
void deliver_handle(struct core *core, struct request *req);

#endif
