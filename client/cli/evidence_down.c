#include "cli/evidence_down.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/progress.h"
#include "cli/safe_name.h"
#include "link/link.h"
#include "link/pipe.h"
#include "link/window.h"
#include "wire/limits.h"

enum {
	/* No range is asked for that lies further behind the first one missing: so all of a partial
	 * file but its end is whole. */
	AHEAD_COUNT_MAX = WINDOW_SIZE_MAX,
	WHAT_SIZE = 96,
	HINT_SIZE = 16, /* digits of the hash in the partial file's name */
};

enum state { MISSING, ASKED, WRITTEN };

struct down {
	struct cli *cli;
	const struct evidence_wanted *wanted;
	struct evidence_got *got;
	struct arena *arena;
	const char *partial;
	int fd;
	uint32_t count;  /* of ranges, of LIMIT_CHUNK_SIZE each, the last as long as it is */
	uint32_t first;  /* all before it are WRITTEN */
	uint8_t *ranges; /* enum state of each */
	int write_errno; /* of JX_E_FILE */
	Jx__EvidenceRead read;
	struct progress_pace pace;
	char what[WHAT_SIZE];
};

static uint32_t
range_size(const struct down *down, uint32_t range)
{
	uint64_t left = down->got->size - (uint64_t)range * LIMIT_CHUNK_SIZE;

	return left < LIMIT_CHUNK_SIZE ? (uint32_t)left : LIMIT_CHUNK_SIZE;
}

static Jx__EvidenceRead *
fill_read(struct down *down, uint32_t range, uint32_t size)
{
	Jx__EvidenceRead *read = &down->read;

	jx__evidence_read__init(read);
	read->city = ONLINE_TEXT(down->wanted->year.city);
	read->unit = ONLINE_TEXT(down->wanted->unit);
	read->has_year = read->has_file = read->has_offset = read->has_length = true;
	read->year = down->wanted->year.year;
	read->file = (ProtobufCBinaryData){EVIDENCE_HASH_SIZE, (uint8_t *)(uintptr_t)down->wanted->hash};
	read->offset = (uint64_t)range * LIMIT_CHUNK_SIZE;
	read->length = size;
	return read;
}

/* ---- The pipe. */

static enum jx_err
down_next(void *arg, struct pipe_request *request)
{
	struct down *down = arg;
	uint32_t end = down->first + AHEAD_COUNT_MAX < down->count ? down->first + AHEAD_COUNT_MAX : down->count;
	uint32_t range = down->first;

	while (range < end && down->ranges[range] != MISSING)
		range++;
	if (range == end)
		return JX_AGAIN;
	down->ranges[range] = ASKED;
	request->envelope.body_case = JX__ENVELOPE__BODY_EVIDENCE_READ;
	request->envelope.evidence_read = fill_read(down, range, range_size(down, range));
	request->reply = JX__ENVELOPE__BODY_EVIDENCE_DATA;
	request->tag = range;
	request->is_measure = true;
	return JX_OK;
}

static enum jx_err
write_range(struct down *down, uint32_t range, const uint8_t *data, size_t size)
{
	uint64_t offset = (uint64_t)range * LIMIT_CHUNK_SIZE;

	while (size > 0) {
		ssize_t written = pwrite(down->fd, data, size, (off_t)offset);

		if (written == -1 && errno == EINTR)
			continue;
		if (written == -1) {
			down->write_errno = errno;
			return JX_E_FILE;
		}
		data += written;
		offset += (uint64_t)written;
		size -= (size_t)written;
	}
	return JX_OK;
}

static enum jx_err
down_on_reply(void *arg, uint64_t tag, const Jx__Envelope *reply)
{
	struct down *down = arg;
	const Jx__EvidenceData *data = reply->evidence_data;
	enum jx_err err;

	if (!data->has_data || data->data.len != range_size(down, (uint32_t)tag))
		return JX_E_MALFORMED;
	err = write_range(down, (uint32_t)tag, data->data.data, data->data.len);
	if (err != JX_OK)
		return err;
	down->ranges[tag] = WRITTEN;
	while (down->first < down->count && down->ranges[down->first] == WRITTEN)
		down->first++;
	progress_bytes(down->cli, &down->pace, down->what, (uint64_t)down->first * LIMIT_CHUNK_SIZE, down->got->size);
	return JX_OK;
}

static void
down_on_lost(void *arg)
{
	struct down *down = arg;

	for (uint32_t i = down->first; i < down->count; i++)
		if (down->ranges[i] == ASKED)
			down->ranges[i] = MISSING;
}

/* ---- The file. */

/* What the daemon says of the file, and what it will be called here. */
static int
look(struct down *down)
{
	const struct online_call call = {JX__ENVELOPE__BODY_EVIDENCE_READ,
	    fill_read(down, 0, LIMIT_CHUNK_SIZE), JX__ENVELOPE__BODY_EVIDENCE_DATA};
	char name[SAFE_NAME_SIZE_MAX + 1], hex[EVIDENCE_HEX_SIZE];
	const char *out = down->wanted->out;
	const Jx__EvidenceData *reply;
	struct stat status;
	int failed = online_ask(down->cli, &call, (const void **)&reply);

	if (failed != CLI_EXIT_OK)
		return failed;
	if (!reply->has_size || reply->size == 0 || reply->size > UINT32_MAX)
		return cli_error(down->cli, JX_E_MALFORMED, "%s", "%s", "");
	down->got->size = reply->size;
	down->got->at_us = reply->at_us;
	down->got->type = reply->type == NULL ? "" : reply->type;
	evidence_file_hex(down->wanted->hash, hex);
	hex[HINT_SIZE] = '\0';
	safe_name(reply->name == NULL ? "" : reply->name, hex, name);
	if (out == NULL)
		out = arena_strdup(down->cli->arena, name);
	else if (stat(out, &status) == 0 && S_ISDIR(status.st_mode))
		out = arena_printf(down->cli->arena, "%s/%s", out, name);
	down->got->path = out;
	down->partial = arena_printf(down->cli->arena, "%s.%s.part", out, hex);
	if (out == NULL || down->partial == NULL)
		return cli_error_memory(down->cli);
	snprintf(down->what, sizeof down->what, "%s %s", cli_say(down->cli, "下载", "fetching"),
	    progress_name(down->cli, name));
	if (!down->wanted->may_replace && lstat(out, &status) == 0)
		return cli_error(down->cli, JX_E_FILE, "%s：已经存在（--force 可覆盖）", "%s: it exists (--force replaces it)",
		    cli_shown(down->cli, out));
	return CLI_EXIT_OK;
}

/* Opens the partial file, made by us alone, and sees how much of it can be relied on. */
static int
open_partial(struct down *down)
{
	struct stat status;
	uint64_t whole;

	down->fd = open(down->partial, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (down->fd == -1 || fstat(down->fd, &status) == -1)
		return cli_error_file(down->cli, down->partial, errno);
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || status.st_nlink != 1)
		return cli_error_file(down->cli, down->partial, EEXIST);
	if (flock(down->fd, LOCK_EX | LOCK_NB) == -1)
		return cli_error(down->cli, JX_E_FILE, "%s：正由另一个 jixiao 下载", "%s: another jixiao is fetching it",
		    cli_shown(down->cli, down->partial));
	if (fchmod(down->fd, 0600) == -1)
		return cli_error_file(down->cli, down->partial, errno);
	whole = (uint64_t)status.st_size <= down->got->size ? (uint64_t)status.st_size / LIMIT_CHUNK_SIZE : 0;
	down->first = whole > AHEAD_COUNT_MAX ? (uint32_t)whole - AHEAD_COUNT_MAX : 0;
	down->got->bytes_had = (uint64_t)down->first * LIMIT_CHUNK_SIZE;
	return CLI_EXIT_OK;
}

static enum jx_err
check_hash(struct down *down, bool *is_good)
{
	crypto_hash_sha256_state state;
	uint8_t hash[EVIDENCE_HASH_SIZE], *buffer = arena_alloc(down->arena, LIMIT_CHUNK_SIZE);
	off_t offset = 0;
	ssize_t got;

	if (buffer == NULL)
		return JX_E_MEMORY;
	crypto_hash_sha256_init(&state);
	while ((got = pread(down->fd, buffer, LIMIT_CHUNK_SIZE, offset)) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1) {
			down->write_errno = errno;
			return JX_E_FILE;
		}
		crypto_hash_sha256_update(&state, buffer, (size_t)got);
		offset += got;
	}
	crypto_hash_sha256_final(&state, hash);
	*is_good = memcmp(hash, down->wanted->hash, sizeof hash) == 0;
	return JX_OK;
}

/* The ranges that are missing, then the whole file's hash. */
static enum jx_err
fetch(struct down *down, bool *is_good)
{
	const struct pipe_source source = {down_next, down_on_reply, down_on_lost, down};
	enum jx_err err;

	down->write_errno = 0;
	memset(down->ranges, MISSING, down->count);
	memset(down->ranges, WRITTEN, down->first);
	if (ftruncate(down->fd, (off_t)((uint64_t)down->first * LIMIT_CHUNK_SIZE)) == -1) {
		down->write_errno = errno;
		return JX_E_FILE;
	}
	link_be_patient(down->cli->link, !options_has(&down->cli->options, OPTION_TIMEOUT));
	err = pipe_run(down->cli->link, &source);
	link_be_patient(down->cli->link, false);
	progress_end(down->cli);
	return err == JX_OK ? check_hash(down, is_good) : err;
}

static int
fetch_all(struct down *down)
{
	bool is_good = false;
	enum jx_err err = fetch(down, &is_good);

	if (err == JX_OK && !is_good && down->got->bytes_had > 0) {
		/* What was here from before was not what it seemed: loss of power, another's hand. */
		down->first = 0;
		down->got->bytes_had = 0;
		err = fetch(down, &is_good);
	}
	if (err == JX_E_FILE)
		return cli_error_file(down->cli, down->partial, down->write_errno);
	if (err != JX_OK)
		return online_fail(down->cli);
	if (is_good)
		return CLI_EXIT_OK;
	unlink(down->partial);
	return cli_error(down->cli, JX_E_INTERNAL, "收到的内容与文件摘要不符", "what came is not what the hash names");
}

/* Durable, and only now under its name. */
static int
give_name(struct down *down)
{
	const char *path = down->got->path;
	bool is_done;

	if (fsync(down->fd) == -1)
		return cli_error_file(down->cli, down->partial, errno);
	is_done = down->wanted->may_replace ? rename(down->partial, path) == 0
					    : files_rename_new(down->partial, path);
	if (!is_done || files_sync_folder(path) != JX_OK)
		return cli_error_file(down->cli, path, errno);
	return CLI_EXIT_OK;
}

int
evidence_down_get(struct cli *cli, const struct evidence_wanted *wanted, struct evidence_got *got)
{
	struct down down = {.cli = cli, .wanted = wanted, .got = got, .fd = -1};
	int status;

	*got = (struct evidence_got){.path = NULL};
	status = look(&down);
	if (status == CLI_EXIT_OK)
		status = open_partial(&down);
	if (status == CLI_EXIT_OK) {
		down.count = (uint32_t)((got->size + LIMIT_CHUNK_SIZE - 1) / LIMIT_CHUNK_SIZE);
		down.arena = arena_new((size_t)down.count + 2 * LIMIT_CHUNK_SIZE + 64);
		down.ranges = down.arena == NULL ? NULL : arena_alloc(down.arena, down.count);
		status = down.ranges == NULL ? cli_error_memory(cli) : fetch_all(&down);
	}
	if (status == CLI_EXIT_OK)
		status = give_name(&down);
	if (down.fd != -1)
		close(down.fd);
	arena_free(down.arena);
	return status;
}
