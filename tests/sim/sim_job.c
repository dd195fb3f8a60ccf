/* Jobs: passwords by a stand-in hash, works by the very function that ships, both after a while. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/work.h"
#include "sim.h"

struct sim_task {
	struct sim_task *next;
	uint64_t number, ticket;
	bool is_work, is_cancelled;
	struct job_piece *pieces; /* in */
	size_t piece_count;
	struct job_piece *given; /* out, on their way */
	size_t given_count, told_count;
	enum jx_err err;
	char hash[JOB_PASSWORD_HASH_SIZE];
};

struct sim_job {
	struct sim *sim;
	struct job_events events;
	struct sim_task *tasks;
	uint64_t number;
	size_t work_count, password_count;
};

static void
task_free(struct sim_task *task)
{
	for (size_t i = 0; i < task->piece_count; i++)
		free((void *)(uintptr_t)task->pieces[i].bytes.data);
	for (size_t i = 0; i < task->given_count; i++)
		free((void *)(uintptr_t)task->given[i].bytes.data);
	free(task->pieces);
	free(task->given);
	free(task);
}

static struct sim_task *
job_take(struct sim_job *job, uint64_t number)
{
	for (struct sim_task **link = &job->tasks; *link != NULL; link = &(*link)->next)
		if ((*link)->number == number) {
			struct sim_task *task = *link;

			*link = task->next;
			return task;
		}
	return NULL;
}

static struct sim_task *
job_find(struct sim_job *job, uint64_t number)
{
	struct sim_task *task = job->tasks;

	while (task->number != number)
		task = task->next;
	return task;
}

static struct sim_task *
job_add(struct sim_job *job, uint64_t ticket)
{
	struct sim_task *task = calloc(1, sizeof *task);

	task->number = ++job->number;
	task->ticket = ticket;
	task->next = job->tasks;
	job->tasks = task;
	return task;
}

static void
on_hashed(struct sim *sim, uint64_t number, uint64_t unused)
{
	struct sim_task *task = job_take(sim->job, number);

	(void)unused;
	sim->job->password_count--;
	sim->job->events.hashed(
	    sim->job->events.arg, task->ticket, task->err, task->err == JX_OK ? task->hash : NULL);
	task_free(task);
}

static enum jx_err
job_password(void *arg, const char *password, const char *hash, uint64_t ticket)
{
	struct sim_job *job = arg;
	struct sim_task *task;

	if (job->password_count >= JOB_PASSWORD_COUNT_MAX || sim_chance(job->sim, 2))
		return JX_E_BUSY;
	job->password_count++;
	task = job_add(job, ticket);
	snprintf(task->hash, sizeof task->hash, "stand-in:%.100s", password);
	if (hash != NULL && strcmp(hash, task->hash) != 0)
		task->err = JX_E_LOGIN;
	sim_after(job->sim, 1000 + sim_below(job->sim, 100000), on_hashed, task->number, 0, true);
	return JX_OK;
}

/* What work_main reads and writes. */
struct sim_io {
	struct sim_task *task;
	size_t index;
};

static bool
work_next(void *arg, uint32_t *tag, uint32_t *number, struct bytes *bytes)
{
	struct sim_io *io = arg;

	if (io->index == io->task->piece_count)
		return false;
	*tag = io->task->pieces[io->index].tag;
	*number = io->task->pieces[io->index].number;
	*bytes = io->task->pieces[io->index++].bytes;
	return true;
}

static void
work_give(void *arg, uint32_t tag, uint32_t number, struct bytes bytes)
{
	struct sim_task *task = ((struct sim_io *)arg)->task;
	uint8_t *copy = malloc(bytes.size + 1);

	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	task->given = realloc(task->given, (task->given_count + 1) * sizeof *task->given);
	task->given[task->given_count++] = (struct job_piece){tag, number, {copy, bytes.size}};
}

/* Output pieces come one after another, some together; then the end. */
static void
on_output(struct sim *sim, uint64_t number, uint64_t unused)
{
	struct sim_job *job = sim->job;
	struct sim_task *task = job_find(job, number);
	size_t together = 1 + sim_below(sim, 8);

	(void)unused;
	if (task->is_cancelled && sim_below(sim, 2) == 0) { /* or as it would have */
		task->err = JX_E_CANCELLED;
		task->told_count = task->given_count;
	}
	while (task->told_count < task->given_count && together-- > 0) {
		const struct job_piece *piece = &task->given[task->told_count++];

		job->events.output(
		    job->events.arg, task->ticket, piece->tag, piece->number, piece->bytes);
	}
	if (task->told_count < task->given_count) {
		sim_after(sim, sim_below(sim, 2000), on_output, number, 0, true);
		return;
	}
	task = job_take(job, number);
	job->work_count--;
	job->events.finished(job->events.arg, task->ticket, task->err);
	task_free(task);
}

static void
on_worked(struct sim *sim, uint64_t number, uint64_t unused)
{
	struct sim_task *task = job_find(sim->job, number);
	struct sim_io io = {.task = task};
	const struct job_io port = {&io, work_next, work_give};

	(void)unused;
	task->err = task->is_cancelled ? JX_E_CANCELLED : work_main(&port);
	if (task->err == JX_OK && sim_chance(sim, 4)) {
		/* The worker died on its way; what it had given until then has arrived. */
		task->err = JX_E_INTERNAL;
		task->told_count = sim_below(sim, task->given_count + 1);
		for (size_t i = task->told_count; i < task->given_count; i++)
			free((void *)(uintptr_t)task->given[i].bytes.data);
		task->given_count = task->told_count;
		task->told_count = 0;
	}
	sim_after(sim, sim_below(sim, 2000), on_output, number, 0, true);
}

static enum jx_err
job_work(void *arg, struct job_piece *pieces, size_t piece_count, uint64_t ticket)
{
	struct sim_job *job = arg;
	struct sim_task *task;

	if (job->work_count >= JOB_WORK_COUNT_MAX || sim_chance(job->sim, 3)) {
		for (size_t i = 0; i < piece_count; i++)
			free((void *)(uintptr_t)pieces[i].bytes.data);
		return JX_E_BUSY;
	}
	job->work_count++;
	task = job_add(job, ticket);
	task->is_work = true;
	task->pieces = malloc(piece_count * sizeof *pieces);
	memcpy(task->pieces, pieces, piece_count * sizeof *pieces);
	task->piece_count = piece_count;
	sim_after(job->sim, 5000 + sim_below(job->sim, 300000), on_worked, task->number, 0, true);
	return JX_OK;
}

static void
job_cancel(void *arg, uint64_t ticket)
{
	struct sim_job *job = arg;

	for (struct sim_task *task = job->tasks; task != NULL; task = task->next)
		if (task->is_work && task->ticket == ticket)
			task->is_cancelled = true;
}

struct job_port
sim_job_port(struct sim_job *job)
{
	return (struct job_port){job, job_password, job_work, job_cancel};
}

void
sim_job_connect(struct sim_job *job, const struct job_events *events)
{
	/* What the old life had started is of nobody's interest now. */
	while (job->tasks != NULL)
		task_free(job_take(job, job->tasks->number));
	job->work_count = job->password_count = 0;
	job->events = *events;
}

struct sim_job *
sim_job_new(struct sim *sim)
{
	struct sim_job *job = calloc(1, sizeof *job);

	job->sim = sim;
	return job;
}

void
sim_job_free(struct sim_job *job)
{
	while (job->tasks != NULL)
		task_free(job_take(job, job->tasks->number));
	free(job);
}
