/*
 * job/vault.h: port/vault.h done for real: one file of VAULT_SLOT_COUNT slots,
 * made with random bytes at the first start, readable by its owner only. A
 * slot is overwritten in place on a thread of its own (write, fdatasync).
 *
 * What a disk keeps beyond that (remapped sectors of an SSD, snapshots,
 * copy-on-write file systems, backups): docs/ballots.md.
 */
#ifndef JX_JOB_VAULT_H
#define JX_JOB_VAULT_H

#include <event2/event.h>

#include "port/log.h"
#include "port/vault.h"

struct vault;

/* Reads or makes the file. events and log are copied. JX_E_FILE: the log says why. */
JX_MUST_USE enum jx_err vault_open(struct event_base *base, const char *path, const struct vault_events *events,
    const struct log_port *log, struct vault **out);
struct vault_port vault_port(struct vault *vault);
/* Waits for the writing under way; what waits is forgotten at the next start. Wipes. NULL is fine. */
void vault_close(struct vault *vault);

#endif
