#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job/filter.h"
#include "job/head.h"
#include "job/job.h"

enum { WORKER_STATUS_LOST = 3 }; /* the daemon does not listen any more, or talks nonsense */

/* A piece that was read; kept until the end, as the work may keep pointers into it. */
struct worker_piece {
	struct worker_piece *next;
	uint8_t bytes[];
};

struct worker {
	struct worker_piece *pieces;
	bool is_ended;
};

static void
worker_read(void *to, size_t size)
{
	while (size > 0) {
		ssize_t got = read(STDIN_FILENO, to, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			_exit(WORKER_STATUS_LOST);
		to = (uint8_t *)to + got;
		size -= (size_t)got;
	}
}

static void
worker_write(const void *from, size_t size)
{
	while (size > 0) {
		ssize_t written = write(STDOUT_FILENO, from, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			_exit(WORKER_STATUS_LOST);
		from = (const uint8_t *)from + written;
		size -= (size_t)written;
	}
}

static void
worker_give(void *arg, uint32_t tag, uint32_t number, struct bytes bytes)
{
	const struct head head = {tag, number, bytes.size};

	(void)arg;
	worker_write(&head, sizeof head);
	worker_write(bytes.data, bytes.size);
}

static bool
worker_next(void *arg, uint32_t *tag, uint32_t *number, struct bytes *bytes)
{
	struct worker *worker = arg;
	struct worker_piece *piece;
	struct head head = {.tag = HEAD_TAG_END};

	if (!worker->is_ended)
		worker_read(&head, sizeof head);
	if (head.tag == HEAD_TAG_END) {
		worker->is_ended = true;
		return false;
	}
	piece = head.size > HEAD_SIZE_MAX ? NULL : malloc(sizeof *piece + head.size);
	if (piece == NULL)
		_exit(WORKER_STATUS_LOST);
	piece->next = worker->pieces;
	worker->pieces = piece;
	worker_read(piece->bytes, head.size);
	*tag = head.tag;
	*number = head.number;
	*bytes = (struct bytes){head.size == 0 ? NULL : piece->bytes, head.size};
	return true;
}

int
job_worker_main(job_work_fn work)
{
	struct worker worker = {NULL, false};
	const struct job_io io = {&worker, worker_next, worker_give};
	enum jx_err err = filter_apply();

	if (err == JX_OK)
		err = work(&io);
	worker_give(&worker, HEAD_TAG_RESULT, (uint32_t)err, (struct bytes){NULL, 0});
	while (worker.pieces != NULL) {
		struct worker_piece *piece = worker.pieces;

		worker.pieces = piece->next;
		free(piece);
	}
	return 0;
}
