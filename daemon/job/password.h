/*
 * job/password.h: Argon2id on a thread of its own. Hashes are made and checked
 * one after the other, in the order in which they came.
 */
#ifndef JX_JOB_PASSWORD_H
#define JX_JOB_PASSWORD_H

#include <event2/event.h>

#include "port/job.h"

struct password;

/* hashed is called from the loop of base. events is borrowed until close. JX_E_MEMORY. */
JX_MUST_USE enum jx_err password_open(
    struct event_base *base, const struct job_events *events, struct password **out);
/* As job_port.password. JX_E_BUSY: JOB_PASSWORD_COUNT_MAX are waiting. JX_E_MEMORY. */
JX_MUST_USE enum jx_err password_add(
    struct password *password, const char *text, const char *hash, uint64_t ticket);
/* Waits for the hash under way (0.1 s); what waits is not answered any more. NULL is fine. */
void password_close(struct password *password);

#endif
