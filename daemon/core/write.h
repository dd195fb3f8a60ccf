/*
 * core/write.h: a small write on behalf of a request: a JSON body into the
 * intake, a Done with its receipt out.
 */
#ifndef JX_CORE_WRITE_H
#define JX_CORE_WRITE_H

#include <jansson.h>

#include "core/intake.h"

/* SHA-256 over the request's name and its packed message: what "the same content" means for a small
 * write. */
void write_content_hash(
    const struct request *req, const ProtobufCMessage *message, uint8_t hash[32]);

/*
 * Puts body (taken; NULL: memory out) into the intake as `action` of req, with
 * the op_id of its message; year from the message where it has one. fn is
 * called as intake.h says. false: it did not come so far; the request is
 * answered and fn will not be called.
 */
bool write_start(struct core *core, struct request *req, const char *action, json_t *body,
    uint64_t handle, const uint8_t content_hash[32], intake_fn fn);

/* The same; more: further members of body as JSON text, beginning with a comma (borrowed), or NULL. */
bool write_start_with(struct core *core, struct request *req, const char *action, json_t *body, const char *more,
    uint64_t handle, const uint8_t content_hash[32], intake_fn fn);

/* The usual end: Done with the receipt, or the failure. */
void write_on_stored(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome);

/*
 * Does the row (QUESTION_OP) hold this request's own earlier self: same account,
 * same action and, unless NULL, same content? JX_OK: *outcome is filled, its
 * receipt borrowed from rows. JX_E_NOT_FOUND: no row. JX_E_CONFLICT: another op.
 */
JX_MUST_USE enum jx_err write_find_replay(struct request *req, const struct store_rows *rows,
    const char *action, const uint8_t content_hash[32], struct intake_outcome *outcome);

/* A receipt unpacked into arena; NULL: memory out. */
Jx__Receipt *write_receipt(struct arena *arena, struct bytes packed);

#endif
