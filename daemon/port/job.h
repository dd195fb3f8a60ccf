/*
 * port/job.h: long work off the loop: passwords on a thread, calculations in a
 * worker process without database and network.
 *
 * Every start is answered by exactly one finished (from the loop, by ticket),
 * also after cancel. Queues are bounded: a full one answers JX_E_BUSY.
 */
#ifndef JX_PORT_JOB_H
#define JX_PORT_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/bytes.h"

enum {
	JOB_PASSWORD_COUNT_MAX = 16,  /* waiting hashes; at 0.1 s each the last waits 1.6 s */
	JOB_WORK_COUNT_MAX = 8,       /* waiting or running calculations */
	JOB_PASSWORD_HASH_SIZE = 128, /* crypto_pwhash_STRBYTES */
};

/*
 * A piece of a work's input: what it is, and its bytes. The worker sees the
 * pieces in order (work.h of the core says which ones a work takes).
 */
struct job_piece {
	uint32_t tag;
	uint32_t number;    /* with the tag: e.g. a record kind */
	struct bytes bytes; /* malloc'ed; ownership moves to the job with start */
};

struct job_port {
	void *arg;
	/* password and hash are copied and wiped after use. hash NULL: make one (answer: text).
	 * Else: verify (answer: err JX_OK or JX_E_LOGIN). */
	JX_MUST_USE enum jx_err (*password)(
	    void *arg, const char *password, const char *hash, uint64_t ticket);
	/* pieces (the array) is borrowed, their bytes are taken, also on failure. JX_E_BUSY. */
	JX_MUST_USE enum jx_err (*work)(
	    void *arg, struct job_piece *pieces, size_t piece_count, uint64_t ticket);
	/* The work ends soon with JX_E_CANCELLED, or as it would have. */
	void (*cancel)(void *arg, uint64_t ticket);
};

struct job_events {
	void *arg;
	void (*hashed)(void *arg, uint64_t ticket, enum jx_err err, const char *hash);
	/* Progress and output pieces of a work, in order; borrowed until the call returns. */
	void (*output)(
	    void *arg, uint64_t ticket, uint32_t tag, uint32_t number, struct bytes bytes);
	/* err: JX_OK, or why it ended (JX_E_CANCELLED, JX_E_INTERNAL: the worker died). */
	void (*finished)(void *arg, uint64_t ticket, enum jx_err err);
};

/*
 * What a worker process runs: pure. next gives the input pieces in order (tag
 * 0: no more; bytes valid until the work ends); give sends an output piece.
 * Implemented by core/work.c; handed to the job room by main.c, to the
 * simulator by the tests.
 */
struct job_io {
	void *arg;
	bool (*next)(void *arg, uint32_t *tag, uint32_t *number, struct bytes *bytes);
	void (*give)(void *arg, uint32_t tag, uint32_t number, struct bytes bytes);
};
typedef enum jx_err (*job_work_fn)(const struct job_io *io);

#endif
