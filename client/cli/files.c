#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
files_home(struct arena *arena, const char *variable, const char *fallback, const char *name)
{
	const char *folder = getenv(variable), *home = getenv("HOME");

	if (folder != NULL && folder[0] == '/') /* XDG: a relative one is to be ignored */
		return arena_printf(arena, "%s/jixiao/%s", folder, name);
	if (home == NULL || home[0] == '\0')
		return NULL;
	return arena_printf(arena, "%s/%s/jixiao/%s", home, fallback, name);
}

static enum jx_err
read_all(struct arena *arena, int fd, size_t size_max, struct bytes *out)
{
	uint8_t *buffer = arena_alloc(arena, size_max + 1);
	size_t size = 0;

	if (buffer == NULL)
		return JX_E_MEMORY;
	for (;;) {
		ssize_t got = read(fd, buffer + size, size_max + 1 - size);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return JX_E_FILE;
		size += (size_t)got;
		if (size > size_max) {
			errno = EFBIG;
			return JX_E_TOO_BIG;
		}
		if (got == 0)
			break;
	}
	buffer[size] = '\0';
	*out = (struct bytes){buffer, size};
	return JX_OK;
}

enum jx_err
files_read(struct arena *arena, const char *path, size_t size_max, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum jx_err err;
	int number;

	if (fd == -1)
		return JX_E_FILE;
	err = read_all(arena, fd, size_max, out);
	number = errno;
	close(fd);
	errno = number;
	return err;
}

/* path is changed and restored on the way. */
static enum jx_err
make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		int status;

		*slash = '\0';
		status = mkdir(path, 0700);
		*slash = '/';
		if (status == -1 && errno != EEXIST)
			return JX_E_FILE;
	}
	return JX_OK;
}

static enum jx_err
write_all(int fd, struct bytes bytes)
{
	while (bytes.size > 0) {
		ssize_t written = write(fd, bytes.data, bytes.size);

		if (written == -1 && errno == EINTR)
			continue;
		if (written == -1)
			return JX_E_FILE;
		bytes.data += written;
		bytes.size -= (size_t)written;
	}
	return fsync(fd) == 0 ? JX_OK : JX_E_FILE;
}

enum jx_err
files_sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum jx_err err = fd != -1 && fsync(fd) == 0 ? JX_OK : JX_E_FILE;
	int number = errno;

	if (fd != -1)
		close(fd);
	free(folder);
	errno = number;
	return err;
}

bool
files_rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL)
		return false;
	/* A file system that cannot: a second name, where one is there it fails; else look first. */
	if (link(from, to) == 0)
		return unlink(from) == 0;
	if (errno == EEXIST)
		return false;
	errno = EEXIST;
	return access(to, F_OK) == -1 && rename(from, to) == 0;
}

enum jx_err
files_write(struct arena *arena, const char *path, struct bytes bytes)
{
	char *aside = arena_printf(arena, "%s.XXXXXX", path);
	enum jx_err err;
	int fd, number;

	if (aside == NULL)
		return JX_E_MEMORY;
	err = make_folders(aside);
	if (err != JX_OK)
		return err;
	fd = mkostemp(aside, O_CLOEXEC); /* 0600 */
	if (fd == -1)
		return JX_E_FILE;
	err = write_all(fd, bytes);
	if (close(fd) == -1)
		err = JX_E_FILE;
	if (err == JX_OK && rename(aside, path) == -1)
		err = JX_E_FILE;
	if (err != JX_OK) {
		number = errno;
		unlink(aside);
		errno = number;
		return err;
	}
	return files_sync_folder(path);
}

enum jx_err
files_move(const char *path, const char *to)
{
	return rename(path, to) == 0 ? files_sync_folder(to) : JX_E_FILE;
}
