#include "cli/evidence_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/progress.h"
#include "wire/limits.h"

/* Hashes of chunks: a file of 4 GiB, the largest a record can tell of, has 3 MiB of them. */
enum { ARENA_SIZE_MAX = 16 << 20 };

const char *
evidence_file_hex(const uint8_t hash[EVIDENCE_HASH_SIZE], char hex[EVIDENCE_HEX_SIZE])
{
	return sodium_bin2hex(hex, EVIDENCE_HEX_SIZE, hash, EVIDENCE_HASH_SIZE);
}

bool
evidence_file_unhex(const char *hex, uint8_t hash[EVIDENCE_HASH_SIZE])
{
	size_t size;

	return strlen(hex) == EVIDENCE_HEX_SIZE - 1 &&
	       sodium_hex2bin(hash, EVIDENCE_HASH_SIZE, hex, EVIDENCE_HEX_SIZE - 1, NULL, &size, NULL) == 0 &&
	       size == EVIDENCE_HASH_SIZE;
}

/* Up to size bytes at offset; fewer only at the file's end. false: errno. */
static bool
read_at(int fd, uint64_t offset, uint8_t *buffer, size_t size, size_t *got)
{
	*got = 0;
	while (*got < size) {
		ssize_t piece = pread(fd, buffer + *got, size - *got, (off_t)(offset + *got));

		if (piece == -1 && errno == EINTR)
			continue;
		if (piece == -1)
			return false;
		if (piece == 0)
			break;
		*got += (size_t)piece;
	}
	return true;
}

static uint64_t
changed_ns_of(const struct stat *status)
{
	return (uint64_t)status->st_mtim.tv_sec * 1000000000u + (uint64_t)status->st_mtim.tv_nsec;
}

/* JX_E_FILE with errno 0: somebody writes to it. */
static enum jx_err
read_through(struct cli *cli, struct evidence_file *file)
{
	struct progress_pace pace = {.count = 0};
	crypto_hash_sha256_state whole;
	uint8_t *buffer = arena_alloc(file->arena, LIMIT_CHUNK_SIZE);
	uint64_t offset = 0;
	struct stat status;
	size_t size;

	file->chunks = arena_alloc(file->arena, (size_t)file->chunk_count * sizeof *file->chunks);
	if (buffer == NULL || file->chunks == NULL)
		return JX_E_MEMORY;
	crypto_hash_sha256_init(&whole);
	for (uint32_t i = 0; i < file->chunk_count; i++, offset += size) {
		if (*cli->stop != 0)
			return JX_E_CANCELLED;
		if (!read_at(file->fd, offset, buffer, LIMIT_CHUNK_SIZE, &size))
			return JX_E_FILE;
		crypto_hash_sha256_update(&whole, buffer, size);
		crypto_hash_sha256(file->chunks[i], buffer, size);
		progress_bytes(cli, &pace, cli_say(cli, "读取", "reading"), offset + size, file->size);
	}
	crypto_hash_sha256_final(&whole, file->hash);
	if (fstat(file->fd, &status) == -1)
		return JX_E_FILE;
	errno = 0;
	return offset == file->size && (uint64_t)status.st_size == file->size &&
		       changed_ns_of(&status) == file->changed_ns
		   ? JX_OK
		   : JX_E_FILE;
}

static int
open_it(struct cli *cli, struct evidence_file *file)
{
	struct stat status;

	/* Without waiting: a pipe of that name must not hold us up. */
	file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd == -1 || fstat(file->fd, &status) == -1)
		return cli_error_file(cli, file->path, errno);
	if (S_ISDIR(status.st_mode))
		return cli_error_file(cli, file->path, EISDIR);
	if (!S_ISREG(status.st_mode))
		return cli_error(cli, JX_E_FILE, "%s：不是普通文件", "%s: not a plain file",
		    cli_shown(cli, file->path));
	if (status.st_size == 0)
		return cli_error(cli, JX_E_FILE, "%s：是空文件", "%s: the file is empty", cli_shown(cli, file->path));
	if ((uint64_t)status.st_size > UINT32_MAX)
		return cli_error(cli, JX_E_TOO_BIG, "%s", "%s", cli_shown(cli, file->path));
	file->size = (uint64_t)status.st_size;
	file->chunk_count = (uint32_t)((file->size + LIMIT_CHUNK_SIZE - 1) / LIMIT_CHUNK_SIZE);
	file->changed_ns = changed_ns_of(&status);
	return CLI_EXIT_OK;
}

int
evidence_file_open(struct cli *cli, const char *path, struct evidence_file *out)
{
	enum jx_err err = JX_OK;
	int status, number = 0;

	*out = (struct evidence_file){.path = path, .fd = -1, .arena = arena_new(ARENA_SIZE_MAX)};
	if (out->arena == NULL)
		return cli_error_memory(cli);
	status = open_it(cli, out);
	if (status == CLI_EXIT_OK) {
		err = read_through(cli, out);
		number = errno;
		progress_end(cli);
	}
	if (err == JX_E_FILE && number == 0)
		status = cli_error(cli, err, "%s：读取时文件被改动，请待其存好后再办",
		    "%s: it was changed while it was read; wait until it is saved", cli_shown(cli, path));
	else if (err == JX_E_FILE)
		status = cli_error_file(cli, path, number);
	else if (err != JX_OK)
		status = cli_error(cli, err, "%s", "%s", "");
	if (status != CLI_EXIT_OK)
		evidence_file_close(out);
	return status;
}

void
evidence_file_close(struct evidence_file *file)
{
	if (file->fd != -1)
		close(file->fd);
	arena_free(file->arena);
	*file = (struct evidence_file){.fd = -1};
}

enum jx_err
evidence_file_read(const struct evidence_file *file, uint32_t chunk, uint8_t *buffer, size_t *size)
{
	uint8_t hash[EVIDENCE_HASH_SIZE];

	if (!read_at(file->fd, (uint64_t)chunk * LIMIT_CHUNK_SIZE, buffer, LIMIT_CHUNK_SIZE, size))
		return JX_E_FILE;
	crypto_hash_sha256(hash, buffer, *size);
	errno = 0;
	return memcmp(hash, file->chunks[chunk], sizeof hash) == 0 ? JX_OK : JX_E_FILE;
}

bool
evidence_file_has_changed(const struct evidence_file *file)
{
	struct stat opened, named;

	return fstat(file->fd, &opened) == -1 || stat(file->path, &named) == -1 ||
	       opened.st_dev != named.st_dev || opened.st_ino != named.st_ino ||
	       (uint64_t)opened.st_size != file->size || changed_ns_of(&opened) != file->changed_ns;
}
