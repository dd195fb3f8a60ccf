/*
 * store/migrate.h: the schema of the database, brought up to this version at
 * start; and its invariants, asked for. As the owner; blocking: before the loop.
 */
#ifndef JX_STORE_MIGRATE_H
#define JX_STORE_MIGRATE_H

#include "port/log.h"
#include "wire/err.h"

#include <stddef.h>

/* See store_open. */
JX_MUST_USE enum jx_err migrate_run(const char *url, const struct log_port *log);
/* See store_check. */
JX_MUST_USE enum jx_err migrate_check(
    const char *url, const struct log_port *log, size_t *breach_count);

#endif
