#include "job/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/head.h"

enum { PROCESS_TURN_SIZE_MAX = 256 << 10 }; /* moved in one turn each way: under a millisecond */

struct process {
	struct process_events events;
	pid_t pid;
	int fd, pid_fd;
	struct event *on_readable, *on_writable, *on_dead;
	/* Out: the pieces, then the end. sent: bytes of the current head and piece. */
	struct job_piece *pieces;
	size_t piece_count, piece_index, sent;
	/* In: the current head, then its bytes. */
	struct head head;
	size_t received;
	uint8_t *bytes;
	bool is_cancelled, is_broken, has_result;
	enum jx_err result;
};

/* Between fork and exec: only what is safe when another thread held a lock at the fork. */
static _Noreturn void
process_become_worker(int fd, pid_t parent)
{
	char *const argv[] = {"jixiaod", "--worker", NULL};
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || dup2(fd, 0) != 0 ||
	    dup2(fd, 1) != 1 || close_range(3, ~0U, 0) != 0)
		_exit(126);
	execve("/proc/self/exe", argv, environ);
	_exit(127);
}

static bool
process_fork(struct process *process)
{
	int fds[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		return false;
	process->pid = fork();
	if (process->pid == 0)
		process_become_worker(fds[1], parent);
	close(fds[1]);
	process->fd = fds[0];
	if (process->pid < 0)
		return false;
	process->pid_fd = pidfd_open(process->pid, 0);
	return process->pid_fd >= 0 && fcntl(process->fd, F_SETFL, O_NONBLOCK) == 0;
}

/* ---- To the worker. */

/* What is sent now: the rest of the current head and piece. 0: all is sent. */
static int
process_out(const struct process *process, struct head *head, struct iovec out[2])
{
	const struct job_piece *piece = &process->pieces[process->piece_index];
	size_t sent = process->sent, sent_bytes;
	int count = 0;

	if (process->piece_index > process->piece_count)
		return 0;
	*head = (struct head){.tag = HEAD_TAG_END};
	if (process->piece_index < process->piece_count)
		*head = (struct head){piece->tag, piece->number, piece->bytes.size};
	if (sent < sizeof *head)
		out[count++] = (struct iovec){(uint8_t *)head + sent, sizeof *head - sent};
	sent_bytes = sent > sizeof *head ? sent - sizeof *head : 0;
	if (head->size > sent_bytes) {
		size_t rest = head->size - sent_bytes;

		out[count++] = (struct iovec){(uint8_t *)piece->bytes.data + sent_bytes,
		    rest < PROCESS_TURN_SIZE_MAX ? rest : PROCESS_TURN_SIZE_MAX};
	}
	return count;
}

static void
process_sent(struct process *process, const struct head *head, size_t size)
{
	process->sent += size;
	assert(process->sent <= sizeof *head + head->size);
	if (process->sent < sizeof *head + head->size)
		return;
	if (process->piece_index < process->piece_count) {
		struct bytes *bytes = &process->pieces[process->piece_index].bytes;

		free((void *)bytes->data);
		*bytes = (struct bytes){NULL, 0};
	}
	process->piece_index++;
	process->sent = 0;
}

static void
process_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct process *process = arg;
	size_t turn = 0;

	(void)what;
	while (turn < PROCESS_TURN_SIZE_MAX) {
		struct head head;
		struct iovec out[2];
		struct msghdr message = {.msg_iov = out};
		ssize_t size;

		message.msg_iovlen = (size_t)process_out(process, &head, out);
		if (message.msg_iovlen == 0) {
			event_del(process->on_writable);
			return;
		}
		size = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (size < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (size < 0) { /* it reads no more: its death or its result says why */
			event_del(process->on_writable);
			return;
		}
		process_sent(process, &head, (size_t)size);
		turn += (size_t)size;
	}
}

/* ---- From the worker. */

static void
process_frame(struct process *process)
{
	const struct head head = process->head;
	uint8_t *bytes = process->bytes;

	process->bytes = NULL;
	process->received = 0;
	if (process->is_cancelled || process->has_result) {
		; /* nobody waits for it */
	} else if (head.tag == HEAD_TAG_RESULT) {
		process->has_result = true;
		process->result =
		    head.number < JX_ERR_COUNT ? (enum jx_err)head.number : JX_E_INTERNAL;
	} else {
		process->events.output(process->events.arg, head.tag, head.number,
		    (struct bytes){head.size == 0 ? NULL : bytes, head.size});
	}
	free(bytes);
}

/* Reads once. Bytes that came; 0: the end, or none for now (*is_end says which). */
static size_t
process_read(struct process *process, bool *is_end)
{
	uint8_t *to = (uint8_t *)&process->head + process->received;
	size_t wanted = sizeof process->head - process->received;
	ssize_t size;

	if (process->received >= sizeof process->head) {
		to = process->bytes + (process->received - sizeof process->head);
		wanted = sizeof process->head + process->head.size - process->received;
	}
	size = recv(process->fd, to,
	    wanted < PROCESS_TURN_SIZE_MAX ? wanted : PROCESS_TURN_SIZE_MAX, MSG_DONTWAIT);
	*is_end = size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
	return size < 0 ? 0 : (size_t)size;
}

/* Up to size_max bytes; true: the end was seen. */
static bool
process_receive(struct process *process, size_t size_max)
{
	size_t turn = 0;

	while (turn < size_max && !process->is_broken) {
		bool is_end;
		size_t size = process_read(process, &is_end);

		if (size == 0)
			return is_end;
		turn += size;
		process->received += size;
		if (process->received == sizeof process->head && process->head.size > 0) {
			process->bytes =
			    process->head.size > HEAD_SIZE_MAX ? NULL : malloc(process->head.size);
			if (process->bytes == NULL) {
				process->is_broken = true;
				kill(process->pid, SIGKILL);
			}
		}
		if (process->received >= sizeof process->head &&
		    process->received == sizeof process->head + process->head.size)
			process_frame(process);
	}
	return process->is_broken;
}

static void
process_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct process *process = arg;

	(void)fd;
	(void)what;
	/* The end itself is told by on_dead. */
	if (process_receive(process, PROCESS_TURN_SIZE_MAX))
		event_del(process->on_readable);
}

/* ---- The end. */

static enum jx_err
process_verdict(const struct process *process, int status, char *detail, size_t detail_size)
{
	detail[0] = '\0';
	if (process->has_result && !process->is_broken)
		return process->result;
	if (process->is_cancelled)
		return JX_E_CANCELLED;
	if (process->is_broken)
		snprintf(detail, detail_size, "output too big, or memory out");
	else if (WIFSIGNALED(status))
		snprintf(detail, detail_size, "killed by signal %d (%s)", WTERMSIG(status),
		    sigabbrev_np(WTERMSIG(status)));
	else
		snprintf(detail, detail_size, "exit status %d", WEXITSTATUS(status));
	return JX_E_INTERNAL;
}

static void
process_on_dead(evutil_socket_t fd, short what, void *arg)
{
	struct process *process = arg;
	enum jx_err err;
	char detail[64];
	int status = 0;

	(void)fd;
	(void)what;
	if (waitpid(process->pid, &status, WNOHANG) != process->pid)
		return;
	process->pid = 0;
	event_del(process->on_dead);
	/* What it wrote last is in the socket: no more than the kernel's buffer. */
	process_receive(process, SIZE_MAX);
	event_del(process->on_readable);
	event_del(process->on_writable);
	err = process_verdict(process, status, detail, sizeof detail);
	process->events.finished(process->events.arg, err, detail[0] == '\0' ? NULL : detail);
}

enum jx_err
process_start(struct event_base *base, struct job_piece *pieces, size_t piece_count,
    const struct process_events *events, struct process **out)
{
	struct process *process = calloc(1, sizeof *process);

	if (process == NULL)
		return JX_E_MEMORY;
	*process = (struct process){.events = *events,
	    .pieces = pieces,
	    .piece_count = piece_count,
	    .fd = -1,
	    .pid_fd = -1};
	if (!process_fork(process)) {
		process_free(process);
		return JX_E_INTERNAL;
	}
	process->on_readable =
	    event_new(base, process->fd, EV_READ | EV_PERSIST, process_on_readable, process);
	process->on_writable =
	    event_new(base, process->fd, EV_WRITE | EV_PERSIST, process_on_writable, process);
	process->on_dead =
	    event_new(base, process->pid_fd, EV_READ | EV_PERSIST, process_on_dead, process);
	if (process->on_readable == NULL || process->on_writable == NULL ||
	    process->on_dead == NULL || event_add(process->on_readable, NULL) != 0 ||
	    event_add(process->on_writable, NULL) != 0 || event_add(process->on_dead, NULL) != 0) {
		process_free(process);
		return JX_E_MEMORY;
	}
	*out = process;
	return JX_OK;
}

void
process_cancel(struct process *process)
{
	process->is_cancelled = true;
	if (process->pid > 0)
		kill(process->pid, SIGKILL);
}

void
process_free(struct process *process)
{
	struct event *events[3];

	if (process == NULL)
		return;
	events[0] = process->on_readable;
	events[1] = process->on_writable;
	events[2] = process->on_dead;
	for (size_t i = 0; i < 3; i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (process->pid > 0) {
		kill(process->pid, SIGKILL);
		waitpid(process->pid, NULL, 0);
	}
	if (process->fd >= 0)
		close(process->fd);
	if (process->pid_fd >= 0)
		close(process->pid_fd);
	free(process->bytes);
	free(process);
}
