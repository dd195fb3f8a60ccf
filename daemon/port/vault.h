/*
 * port/vault.h: keys that can be forgotten: a few slots of random bytes, kept
 * outside the database. Sealed votes are read with them; once a slot is
 * forgotten, nobody can (design G8).
 */
#ifndef JX_PORT_VAULT_H
#define JX_PORT_VAULT_H

#include <stdint.h>

#include "wire/err.h"

enum {
	VAULT_SLOT_COUNT = 64,
	VAULT_KEY_SIZE = 32,
};

struct vault_port {
	void *arg;
	/* The bytes that lie in the slot now: VAULT_KEY_SIZE; valid until its forgetting has been answered. */
	const uint8_t *(*get)(void *arg, uint32_t slot);
	/*
	 * Overwrites the slot with new random bytes, on the disk too, before it answers: by event
	 * forgotten, from the loop, exactly once. One at a time for a slot.
	 */
	void (*forget)(void *arg, uint32_t slot, uint64_t ticket);
};

struct vault_events {
	void *arg;
	/* JX_OK: the old bytes are gone. JX_E_FILE: the disk refused; they may still be there. */
	void (*forgotten)(void *arg, uint64_t ticket, enum jx_err err);
};

#endif
