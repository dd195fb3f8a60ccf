/*
 * sys/log.h: port/log.h onto stderr, a line an event:
 *   2026-11-23T18:00:00.123Z INFO event text
 */
#ifndef JX_SYS_LOG_H
#define JX_SYS_LOG_H

#include "port/log.h"

struct log {
	enum log_level level; /* less important events are left out; may be changed at any time */
};

/* log is borrowed by the port. */
struct log_port log_port(struct log *log);
const char *log_level_name(enum log_level level); /* "debug", "info", "warning", "error" */

#endif
