/*
 * core/intake.h: the one way to write (报送). Everything that waits goes into
 * one batch: one transaction, one Merkle root, one signature; each op gets its
 * own verdict and receipt, only after the transaction has ended (G1, G2, G3).
 *
 * One batch is in flight at a time: numbers and the hash chain need no lock.
 * A commit whose outcome is unknown (JX_UNCERTAIN) is resolved by reading the
 * chain's head and offering the same ops again: what was stored answers as a
 * replay. Nobody outside sees the uncertainty.
 */
#ifndef JX_CORE_INTAKE_H
#define JX_CORE_INTAKE_H

#include "core/request.h"
#include "port/store.h"

enum {
	INTAKE_OP_COUNT_MAX = 512,
	INTAKE_SIZE_MAX = 256 << 20,     /* bytes of bodies and blobs waiting */
	INTAKE_BATCH_SIZE_MAX = 8 << 20, /* a batch beyond it takes no second op */
	INTAKE_WAIT_US_MAX = 10000000,   /* without a database, then E_UNAVAILABLE */
	INTAKE_RETRY_US = 200000,
};

struct intake_outcome {
	enum jx_err err; /* JX_OK: stored */
	bool replayed;
	int64_t value;
	struct bytes receipt; /* packed Jx__Receipt; borrowed until the callback returns */
};
typedef void (*intake_fn)(struct core *core, struct request_id req, uint64_t handle,
    const struct intake_outcome *outcome);

/* What intake_add takes; text is copied, body and blobs are taken (malloc'ed), also on failure. */
struct intake_op {
	uint8_t op_id[16], content_hash[32];
	const char *action, *actor, *city;
	uint32_t year;
	uint64_t received_us;
	char *body;          /* JSON, NUL-ended */
	struct bytes *blobs; /* malloc'ed array of malloc'ed bytes; NULL when none */
	size_t blob_count;
	struct request_id req;
	uint64_t handle;
	intake_fn fn;
};

struct intake_entry;

enum intake_state {
	INTAKE_BLIND,  /* the chain's head is not known */
	INTAKE_ASKING, /* … and has been asked for */
	INTAKE_IDLE,
	INTAKE_COMMITTING,
};

struct intake {
	enum intake_state state;
	bool is_available;
	struct intake_entry *first, *last; /* waiting, in order of arrival */
	struct intake_entry *batch[STORE_BATCH_ITEM_COUNT_MAX];
	size_t batch_count;
	size_t count, size;
	uint64_t ticket; /* of the commit in flight */
	uint64_t head_number;
	uint8_t head_hash[32];
	uint8_t sent_hash[32]; /* of the batch in flight */
	uint64_t retry_us;     /* monotonic: not before */
	uint64_t committed_batches, committed_ops;
};

void intake_clear(struct core *core);
/* JX_E_BUSY: full; fn is then never called. Otherwise fn is called exactly once, from a later
 * event. */
JX_MUST_USE enum jx_err intake_add(struct core *core, const struct intake_op *op);
bool intake_is_idle(const struct intake *intake);
/* Forms and sends the next batch if one can go. Called at the end of each turn. */
void intake_settle(struct core *core);
void intake_tick(struct core *core);
void intake_on_committed(struct core *core, uint64_t ticket, enum store_outcome outcome,
    const struct store_verdict *verdicts, size_t verdict_count);
void intake_on_available(struct core *core, bool is_available);

#endif
