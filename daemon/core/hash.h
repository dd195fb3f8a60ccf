/*
 * core/hash.h: a password hashed or verified off the loop, on behalf of a
 * request.
 */
#ifndef JX_CORE_HASH_H
#define JX_CORE_HASH_H

#include "core/request.h"
#include "port/job.h"

/* err: JX_OK, JX_E_LOGIN (does not match), or a failure. hash: only when one was made; borrowed. */
typedef void (*hash_fn)(
    struct core *core, struct request_id req, enum jx_err err, const char *hash);

struct hash_slot {
	bool is_used;
	uint32_t generation;
	struct request_id req;
	hash_fn fn;
};

struct hash_table {
	struct hash_slot slots[JOB_PASSWORD_COUNT_MAX];
};

/* hash NULL: make one; else verify password against it. JX_E_BUSY: fn is never called. */
JX_MUST_USE enum jx_err hash_start(
    struct core *core, const char *password, const char *hash, struct request_id req, hash_fn fn);
void hash_on_hashed(struct core *core, uint64_t ticket, enum jx_err err, const char *hash);

#endif
