/* sys/lock.h: one daemon a data folder: a lock that dies with its holder. */
#ifndef JX_SYS_LOCK_H
#define JX_SYS_LOCK_H

#include "port/log.h"
#include "wire/err.h"

/* Holds DIR/lock until the process ends or *fd is closed. JX_E_EXISTS: another daemon has it;
 * JX_E_FILE. Both are in the log, in words. */
JX_MUST_USE enum jx_err lock_take(const char *dir, const struct log_port *log, int *fd);

#endif
