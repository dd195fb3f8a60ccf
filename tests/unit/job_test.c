/*
 * daemon/job: works in processes of their own, passwords on a thread. A plain
 * program: its own main is also the worker's.
 */
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job/job.h"

/* What the worker does is told by the tag of its first piece. */
enum deed {
	DEED_ECHO = 1, /* every further piece comes back; the result is number */
	DEED_ABORT,
	DEED_EXIT, /* without a result */
	DEED_SOCKET,
	DEED_OPEN,
	DEED_FORK,
	DEED_KILL_PARENT,
	DEED_HANG,
	DEED_SORT,         /* qsort of many */
	DEED_IGNORE_INPUT, /* a result at once, input unread */
};

static int
by_value(const void *left, const void *right)
{
	uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;

	return (l > r) - (l < r);
}

static enum jx_err
deed_sort(const struct job_io *io)
{
	enum { COUNT = 200000 };
	uint32_t *values = malloc(COUNT * sizeof *values);

	if (values == NULL)
		return JX_E_MEMORY;
	for (uint32_t i = 0; i < COUNT; i++)
		values[i] = (i * 2654435761u) % 1000003;
	qsort(values, COUNT, sizeof *values, by_value);
	io->give(io->arg, 7, values[0] <= values[COUNT - 1], (struct bytes){(uint8_t *)values, 4});
	free(values);
	return JX_OK;
}

static enum jx_err
deed_echo(const struct job_io *io, enum jx_err result)
{
	uint32_t tag, number;
	struct bytes bytes;

	while (io->next(io->arg, &tag, &number, &bytes))
		io->give(io->arg, tag, number, bytes);
	return result;
}

static enum jx_err
work(const struct job_io *io)
{
	uint32_t tag = 0, number = 0;
	struct bytes bytes;

	if (!io->next(io->arg, &tag, &number, &bytes))
		return JX_E_MALFORMED;
	switch ((enum deed)tag) {
	case DEED_ECHO:
		return deed_echo(io, (enum jx_err)number);
	case DEED_ABORT:
		abort();
	case DEED_EXIT:
		_exit(0);
	case DEED_SOCKET:
		return socket(AF_INET, SOCK_STREAM, 0) < 0 ? JX_E_DENIED : JX_OK;
	case DEED_OPEN:
		return open("/etc/passwd", O_RDONLY) < 0 ? JX_E_DENIED : JX_OK;
	case DEED_FORK:
		return fork() < 0 ? JX_E_DENIED : JX_OK;
	case DEED_KILL_PARENT:
		return kill((pid_t)number, SIGKILL) < 0 ? JX_E_DENIED : JX_OK;
	case DEED_HANG:
		io->give(io->arg, 5, 0, (struct bytes){NULL, 0});
		for (volatile bool is_on = true; is_on;)
			;
		return JX_OK;
	case DEED_SORT:
		return deed_sort(io);
	case DEED_IGNORE_INPUT:
		return JX_E_STALE;
	}
	return JX_E_MALFORMED;
}

/* ---- The parent's side. */

enum { TICKET_COUNT_MAX = 40, WAIT_SECONDS_MAX = 60 };

static struct {
	struct event_base *base;
	struct job *job;
	struct job_port port;
	bool is_inside; /* a call of the port is on the stack */
	unsigned passed, failed;
	/* by ticket */
	unsigned finished_count[TICKET_COUNT_MAX], output_count[TICKET_COUNT_MAX];
	enum jx_err err[TICKET_COUNT_MAX];
	size_t output_size[TICKET_COUNT_MAX];
	uint8_t output_hash[TICKET_COUNT_MAX][32]; /* of the last */
	uint32_t output_number[TICKET_COUNT_MAX];
	char hash[TICKET_COUNT_MAX][JOB_PASSWORD_HASH_SIZE];
	unsigned order[TICKET_COUNT_MAX], all_count;
	uint64_t cancel_at_output; /* ticket */
} t;

static void
check(bool is_good, const char *what)
{
	if (is_good) {
		t.passed++;
	} else {
		t.failed++;
		printf("FAILED: %s\n", what);
	}
}

static void
on_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg, (void)level, (void)event, (void)text;
}

static void
on_hashed(void *arg, uint64_t ticket, enum jx_err err, const char *hash)
{
	(void)arg;
	check(!t.is_inside, "no answer from inside a call");
	t.finished_count[ticket]++;
	t.order[ticket] = ++t.all_count;
	t.err[ticket] = err;
	if (hash != NULL)
		strcpy(t.hash[ticket], hash);
}

static void
on_output(void *arg, uint64_t ticket, uint32_t tag, uint32_t number, struct bytes bytes)
{
	(void)arg, (void)tag;
	if (t.is_inside || t.finished_count[ticket] > 0)
		check(false, "output from the loop, before the end");
	t.output_count[ticket]++;
	t.output_size[ticket] += bytes.size;
	t.output_number[ticket] = number;
	crypto_hash_sha256(t.output_hash[ticket], bytes.data, bytes.size);
	if (t.cancel_at_output == ticket)
		t.port.cancel(t.port.arg, ticket);
}

static void
on_finished(void *arg, uint64_t ticket, enum jx_err err)
{
	on_hashed(arg, ticket, err, NULL);
}

static struct bytes
copy_of(const void *data, size_t size)
{
	void *copy = malloc(size + 1);

	if (copy == NULL)
		abort();
	memcpy(copy, data, size);
	return (struct bytes){copy, size};
}

static enum jx_err
start(enum deed deed, uint32_t number, struct bytes more, uint64_t ticket)
{
	struct job_piece pieces[] = {
	    {deed, number, copy_of("deed", 4)}, {6, 66, more}, {8, 88, {NULL, 0}}};
	enum jx_err err;

	t.is_inside = true;
	err = t.port.work(t.port.arg, pieces, more.data == NULL ? 1 : 3, ticket);
	t.is_inside = false;
	return err;
}

static enum jx_err
hash(const char *password, const char *against, uint64_t ticket)
{
	enum jx_err err;

	t.is_inside = true;
	err = t.port.password(t.port.arg, password, against, ticket);
	t.is_inside = false;
	return err;
}

/* Runs the loop until all of these tickets are answered. */
static bool
wait_for(uint64_t first, uint64_t last)
{
	const struct timeval turn = {0, 50000};

	for (int i = 0; i < WAIT_SECONDS_MAX * 20; i++) {
		uint64_t ticket = first;

		while (ticket <= last && t.finished_count[ticket] > 0)
			ticket++;
		if (ticket > last)
			return true;
		event_base_loopexit(t.base, &turn);
		event_base_dispatch(t.base);
	}
	return false;
}

static void
begin(void)
{
	static const struct job_events events = {NULL, on_hashed, on_output, on_finished};
	static const struct log_port log = {NULL, on_log};

	memset(t.finished_count, 0, sizeof t.finished_count);
	memset(t.output_count, 0, sizeof t.output_count);
	memset(t.output_size, 0, sizeof t.output_size);
	t.all_count = 0;
	t.cancel_at_output = 0;
	t.base = event_base_new();
	if (t.base == NULL || job_open(t.base, &events, &log, &t.job) != JX_OK)
		abort();
	t.port = job_port(t.job);
}

static void
end(void)
{
	for (unsigned i = 0; i < TICKET_COUNT_MAX; i++)
		if (t.finished_count[i] > 1)
			check(false, "answered once");
	job_close(t.job);
	event_base_free(t.base);
}

static void
what_goes_in_comes_out_with_the_workers_result(void)
{
	begin();
	check(start(DEED_ECHO, JX_OK, copy_of("hello", 5), 1) == JX_OK, "start");
	check(start(DEED_ECHO, JX_E_FAULTS, (struct bytes){NULL, 0}, 2) == JX_OK, "start");
	check(start(DEED_SORT, 0, (struct bytes){NULL, 0}, 3) == JX_OK, "start");
	check(wait_for(1, 3), "all end");
	check(t.err[1] == JX_OK && t.output_count[1] == 2 && t.output_size[1] == 5 &&
		  t.output_number[1] == 88,
	    "echo");
	check(t.err[2] == JX_E_FAULTS && t.output_count[2] == 0, "result of the work");
	check(t.err[3] == JX_OK && t.output_number[3] == 1, "sort");
	end();
}

static void
a_worker_that_dies_or_reaches_out_is_an_internal_error(void)
{
	static const enum deed deeds[] = {
	    DEED_ABORT, DEED_EXIT, DEED_SOCKET, DEED_OPEN, DEED_FORK, DEED_KILL_PARENT};
	enum { COUNT = sizeof deeds / sizeof *deeds };

	begin();
	for (uint64_t i = 0; i < COUNT; i++)
		check(start(deeds[i], (uint32_t)getpid(), copy_of("x", 1), i) == JX_OK, "start");
	check(wait_for(0, COUNT - 1), "all end");
	for (uint64_t i = 0; i < COUNT; i++)
		check(t.err[i] == JX_E_INTERNAL && t.output_count[i] == 0, "dies of it");
	end();
}

static void
fifty_megabytes_pass_both_ways(void)
{
	enum { SIZE = 50 << 20 };
	uint8_t *data = malloc(SIZE), wanted[32];

	if (data == NULL)
		abort();
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * 31 + (i >> 12));
	crypto_hash_sha256(wanted, data, SIZE);
	begin();
	{
		struct job_piece pieces[] = {{DEED_ECHO, JX_OK, {NULL, 0}}, {6, 6, {data, SIZE}}};

		check(t.port.work(t.port.arg, pieces, 2, 1) == JX_OK, "start");
	}
	check(start(DEED_IGNORE_INPUT, 0, copy_of(wanted, 32), 2) == JX_OK, "start");
	check(wait_for(1, 2), "ends");
	check(t.err[1] == JX_OK && t.output_size[1] == SIZE &&
		  memcmp(t.output_hash[1], wanted, 32) == 0,
	    "same bytes");
	check(t.err[2] == JX_E_STALE, "a result without reading the input");
	end();
}

static void
a_work_is_cancelled_while_it_runs_and_while_it_waits(void)
{
	begin();
	t.cancel_at_output = 1;
	check(start(DEED_HANG, 0, (struct bytes){NULL, 0}, 1) == JX_OK, "start");
	check(start(DEED_HANG, 0, (struct bytes){NULL, 0}, 2) == JX_OK, "start");
	check(start(DEED_HANG, 0, (struct bytes){NULL, 0}, 3) == JX_OK, "start");
	check(start(DEED_ECHO, 0, copy_of("y", 1), 4) == JX_OK, "start");
	t.is_inside = true;
	t.port.cancel(t.port.arg, 3);
	t.port.cancel(t.port.arg, 39);
	t.is_inside = false;
	check(wait_for(3, 3) && t.err[3] == JX_E_CANCELLED && t.output_count[3] == 0,
	    "cancelled while waiting");
	check(wait_for(1, 1) && t.err[1] == JX_E_CANCELLED && t.output_count[1] == 1,
	    "cancelled while running");
	check(wait_for(4, 4) && t.err[4] == JX_OK, "the next gets its place");
	check(t.finished_count[2] == 0, "the other goes on");
	end();
}

static void
a_full_queue_is_busy_and_then_free_again(void)
{
	begin();
	for (uint64_t i = 0; i < JOB_WORK_COUNT_MAX; i++)
		check(start(DEED_HANG, 0, (struct bytes){NULL, 0}, i) == JX_OK, "start");
	check(start(DEED_ECHO, 0, copy_of("z", 1), 20) == JX_E_BUSY, "works: busy");
	for (uint64_t i = 0; i < JOB_WORK_COUNT_MAX; i++)
		t.port.cancel(t.port.arg, i);
	check(wait_for(0, JOB_WORK_COUNT_MAX - 1), "all cancelled");
	check(start(DEED_ECHO, 0, copy_of("z", 1), 20) == JX_OK && wait_for(20, 20) &&
		  t.err[20] == JX_OK,
	    "free again");
	for (uint64_t i = 0; i < JOB_PASSWORD_COUNT_MAX; i++)
		check(hash("password", NULL, 21 + i) == JX_OK, "password");
	check(hash("password", NULL, 39) == JX_E_BUSY, "passwords: busy");
	end(); /* with hashes under way */
}

static void
a_password_is_hashed_and_known_again(void)
{
	begin();
	check(hash("滴水穿石 123", NULL, 1) == JX_OK && wait_for(1, 1), "hash");
	check(t.err[1] == JX_OK && strncmp(t.hash[1], "$argon2id$v=19$m=65536,t=2,p=1$", 31) == 0,
	    "Argon2id");
	check(hash("滴水穿石 123", t.hash[1], 2) == JX_OK, "right one");
	check(hash("滴水穿石 124", t.hash[1], 3) == JX_OK, "wrong one");
	check(hash("", t.hash[1], 4) == JX_OK, "empty one");
	check(hash("滴水穿石 123", "nonsense", 5) == JX_OK, "broken hash");
	check(wait_for(2, 5), "all answered");
	check(t.err[2] == JX_OK && t.err[3] == JX_E_LOGIN && t.err[4] == JX_E_LOGIN &&
		  t.err[5] == JX_E_LOGIN,
	    "verdicts");
	check(t.order[2] < t.order[3] && t.order[3] < t.order[4] && t.order[4] < t.order[5],
	    "in order");
	end();
}

int
main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return 2;
	if (argc > 1 && strcmp(argv[1], "--worker") == 0)
		_exit(job_worker_main(work));
	what_goes_in_comes_out_with_the_workers_result();
	a_worker_that_dies_or_reaches_out_is_an_internal_error();
	fifty_megabytes_pass_both_ways();
	a_work_is_cancelled_while_it_runs_and_while_it_waits();
	a_full_queue_is_busy_and_then_free_again();
	a_password_is_hashed_and_known_again();
	printf("%u passed, %u failed\n", t.passed, t.failed);
	return t.failed > 0 || t.passed == 0;
}
