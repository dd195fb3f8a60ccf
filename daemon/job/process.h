/*
 * job/process.h: one work in a process of its own: pieces in, pieces out,
 * through one socket pair that never blocks the loop. Whatever the process
 * does, it ends in exactly one finished.
 */
#ifndef JX_JOB_PROCESS_H
#define JX_JOB_PROCESS_H

#include <event2/event.h>

#include "port/job.h"

struct process;

struct process_events {
	void *arg;
	/* Borrowed bytes, in the order of the worker. None after process_cancel. */
	void (*output)(void *arg, uint32_t tag, uint32_t number, struct bytes bytes);
	/* The process is gone and all of its output was given; it must be freed now or later.
	 * detail: for the log, how it died; NULL when it ended by itself. */
	void (*finished)(void *arg, enum jx_err err, const char *detail);
};

/*
 * Starts this program's worker. pieces (the array, and their bytes) are
 * borrowed until finished or process_free, but each piece's bytes are freed and
 * set to NULL as soon as they are sent. JX_E_INTERNAL: no process; JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err process_start(struct event_base *base, struct job_piece *pieces,
    size_t piece_count, const struct process_events *events, struct process **out);
/* Kills it; finished follows from the loop, JX_E_CANCELLED unless its result has come already. */
void process_cancel(struct process *process);
/* Kills it if it lives; nothing is called any more. Fine from inside finished. NULL is fine. */
void process_free(struct process *process);

#endif
