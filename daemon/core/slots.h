/*
 * core/slots.h: which slots of the vault (port/vault.h) hold the key of an open
 * poll, which are free, and which must still be forgotten: those whose poll has
 * ended and whose key is still the one that the poll names. The store knows the
 * polls; this is read from it at the start and whenever it is in doubt.
 */
#ifndef JX_CORE_SLOTS_H
#define JX_CORE_SLOTS_H

#include <stdbool.h>

#include "core/seal.h"
#include "port/vault.h"

enum { SLOTS_RETRY_US = 1000000 };

enum slots_use {
	SLOTS_FREE = 0,
	SLOTS_TAKEN,      /* its poll is open */
	SLOTS_DUE,        /* its poll has ended: to be forgotten */
	SLOTS_FORGETTING, /* the vault is at it */
};

struct slots {
	bool is_known, is_asking;
	uint64_t retry_us; /* monotonic: not before */
	enum slots_use use[VAULT_SLOT_COUNT];
};

struct core;

/* Reads the polls; what has ended is forgotten. */
void slots_start(struct core *core);
/* A free slot and its key's print. false: all are taken (*is_known), or it is not known yet. */
bool slots_offer(struct core *core, uint32_t *slot, char print[SEAL_PRINT_SIZE], bool *is_known);
/* A poll was opened with it, or has ended: the store has committed it. */
void slots_on_opened(struct core *core, uint32_t slot);
void slots_on_ended(struct core *core, uint32_t slot, const char *print);
/* Somebody else may have opened or ended a poll. */
void slots_doubt(struct core *core);
/* The key of a poll, while it lies in its slot; NULL: another key lies there. */
const uint8_t *slots_key(struct core *core, uint32_t slot, const char *print);

void slots_on_forgotten(struct core *core, uint64_t ticket, enum jx_err err);
void slots_tick(struct core *core);

#endif
