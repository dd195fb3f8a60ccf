/*
 * job/job.h: port/job.h done for real. Passwords: a thread (password.h).
 * Calculations: a process each (process.h), this program again as
 * "jixiaod --worker", without files, sockets and rights (filter.h).
 *
 * One thread, that of the event base, calls everything here; nothing blocks.
 */
#ifndef JX_JOB_JOB_H
#define JX_JOB_JOB_H

#include <event2/event.h>

#include "port/job.h"
#include "port/log.h"

struct job;

enum { JOB_WORKER_COUNT_MAX = 2 }; /* calculating at once: an import beside a run */

/* events and log are copied; what they point at must outlive the job. JX_E_MEMORY. */
JX_MUST_USE enum jx_err job_open(struct event_base *base, const struct job_events *events,
    const struct log_port *log, struct job **out);
/* Valid while the job is open. */
struct job_port job_port(struct job *job);
/* Kills the workers; what is under way is not answered any more. Not from inside an event; NULL is
 * fine. */
void job_close(struct job *job);

/*
 * The worker's side, for "--worker": gives up every right but to compute, runs
 * work on what stands on fd 0, answers on fd 1. Returns the exit status, for
 * _exit (exit would ask for rights that are gone).
 */
int job_worker_main(job_work_fn work);

#endif
