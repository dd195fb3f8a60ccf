#include "job/job.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "job/password.h"
#include "job/process.h"

enum job_work_state { JOB_FREE, JOB_WAITING, JOB_RUNNING };

struct job_work {
	struct job *job;
	enum job_work_state state;
	uint64_t ticket, number; /* number: order of asking */
	struct job_piece *pieces;
	size_t piece_count;
	struct process *process;
	bool is_cancelled;
};

struct job {
	struct event_base *base;
	struct job_events events;
	struct log_port log;
	struct password *password;
	struct job_work works[JOB_WORK_COUNT_MAX];
	uint64_t number;
	struct event *kick; /* what is to be done from the loop, not from inside a call */
};

static void
job_pieces_free(struct job_piece *pieces, size_t piece_count)
{
	for (size_t i = 0; i < piece_count; i++)
		free((void *)pieces[i].bytes.data);
}

static void
job_work_clear(struct job_work *work)
{
	process_free(work->process);
	job_pieces_free(work->pieces, work->piece_count);
	free(work->pieces);
	*work = (struct job_work){.job = work->job};
}

/* The slot is free before the answer is given: the answer may ask for the next work. */
static void
job_work_finish(struct job_work *work, enum jx_err err)
{
	struct job *job = work->job;
	uint64_t ticket = work->ticket;

	job_work_clear(work);
	event_active(job->kick, EV_TIMEOUT, 0);
	job->events.finished(job->events.arg, ticket, err);
}

static void
job_on_output(void *arg, uint32_t tag, uint32_t number, struct bytes bytes)
{
	struct job_work *work = arg;
	struct job *job = work->job;

	job->events.output(job->events.arg, work->ticket, tag, number, bytes);
}

static void
job_on_finished(void *arg, enum jx_err err, const char *detail)
{
	struct job_work *work = arg;

	if (detail != NULL)
		log_say(&work->job->log, LOG_LEVEL_ERROR, "worker_died", "%s", detail);
	job_work_finish(work, err);
}

static void
job_work_start(struct job_work *work)
{
	const struct process_events events = {work, job_on_output, job_on_finished};
	enum jx_err err = process_start(
	    work->job->base, work->pieces, work->piece_count, &events, &work->process);

	work->state = JOB_RUNNING;
	if (err == JX_OK)
		return;
	log_say(&work->job->log, LOG_LEVEL_ERROR, "worker_start", "no worker process: %s",
	    err_name(err));
	job_work_finish(work, err);
}

/* The oldest waiting work that may begin or end now; NULL: none. */
static struct job_work *
job_work_find_next(struct job *job)
{
	struct job_work *next = NULL;
	unsigned running_count = 0;

	for (size_t i = 0; i < JOB_WORK_COUNT_MAX; i++) {
		struct job_work *work = &job->works[i];

		running_count += work->state == JOB_RUNNING;
		if (work->state == JOB_WAITING && work->is_cancelled)
			return work;
		if (work->state == JOB_WAITING && (next == NULL || work->number < next->number))
			next = work;
	}
	return running_count < JOB_WORKER_COUNT_MAX ? next : NULL;
}

static void
job_on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;
	struct job_work *work = job_work_find_next(job);

	(void)fd;
	(void)what;
	if (work == NULL)
		return;
	event_active(job->kick, EV_TIMEOUT, 0); /* perhaps there is another */
	if (work->is_cancelled)
		job_work_finish(work, JX_E_CANCELLED);
	else
		job_work_start(work);
}

static enum jx_err
job_password(void *arg, const char *password, const char *hash, uint64_t ticket)
{
	struct job *job = arg;

	return password_add(job->password, password, hash, ticket);
}

static enum jx_err
job_work(void *arg, struct job_piece *pieces, size_t piece_count, uint64_t ticket)
{
	struct job *job = arg;
	struct job_work *work = job->works;
	struct job_piece *copy = NULL;
	enum jx_err err = JX_OK;

	while (work < job->works + JOB_WORK_COUNT_MAX && work->state != JOB_FREE)
		work++;
	if (work == job->works + JOB_WORK_COUNT_MAX)
		err = JX_E_BUSY;
	else if ((copy = malloc((piece_count + 1) * sizeof *copy)) == NULL)
		err = JX_E_MEMORY;
	if (err != JX_OK) {
		job_pieces_free(pieces, piece_count);
		return err;
	}
	if (piece_count > 0)
		memcpy(copy, pieces, piece_count * sizeof *copy);
	*work = (struct job_work){.job = job,
	    .state = JOB_WAITING,
	    .ticket = ticket,
	    .number = job->number++,
	    .pieces = copy,
	    .piece_count = piece_count};
	event_active(job->kick, EV_TIMEOUT, 0);
	return JX_OK;
}

static void
job_cancel(void *arg, uint64_t ticket)
{
	struct job *job = arg;

	for (size_t i = 0; i < JOB_WORK_COUNT_MAX; i++) {
		struct job_work *work = &job->works[i];

		if (work->state == JOB_FREE || work->ticket != ticket)
			continue;
		work->is_cancelled = true;
		if (work->state == JOB_RUNNING)
			process_cancel(work->process);
		else
			event_active(job->kick, EV_TIMEOUT, 0);
	}
}

enum jx_err
job_open(struct event_base *base, const struct job_events *events, const struct log_port *log,
    struct job **out)
{
	struct job *job = calloc(1, sizeof *job);
	enum jx_err err;

	if (job == NULL)
		return JX_E_MEMORY;
	job->base = base;
	job->events = *events;
	job->log = *log;
	for (size_t i = 0; i < JOB_WORK_COUNT_MAX; i++)
		job->works[i].job = job;
	job->kick = event_new(base, -1, 0, job_on_kick, job);
	err = job->kick == NULL ? JX_E_MEMORY : password_open(base, &job->events, &job->password);
	if (err != JX_OK) {
		job_close(job);
		return err;
	}
	*out = job;
	return JX_OK;
}

struct job_port
job_port(struct job *job)
{
	return (struct job_port){job, job_password, job_work, job_cancel};
}

void
job_close(struct job *job)
{
	if (job == NULL)
		return;
	for (size_t i = 0; i < JOB_WORK_COUNT_MAX; i++)
		job_work_clear(&job->works[i]);
	password_close(job->password);
	if (job->kick != NULL)
		event_free(job->kick);
	free(job);
}
