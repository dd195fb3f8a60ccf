#include "bundle/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_NAME_SIZE = 64, FILE_ROOM_FIRST = 4096 };

/* A link that leads nowhere is no absent file: somebody meant it to be there. */
static enum jx_err
open_failed(int folder, const char *name)
{
	int cause = errno;
	struct stat stat;

	if (cause == ENOENT && fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) == -1 &&
	    errno == ENOENT)
		return JX_E_NOT_FOUND;
	errno = cause;
	return JX_E_FILE;
}

/* Reads to the end, whatever size was promised: the file may grow meanwhile. */
static enum jx_err
read_all(int fd, size_t room, size_t size_max, char **text, size_t *size)
{
	char *buffer = NULL, *grown;
	size_t used = 0;
	ssize_t got;

	for (;;) {
		grown = realloc(buffer, room + 1);
		if (grown == NULL) {
			free(buffer);
			return JX_E_MEMORY;
		}
		buffer = grown;
		while (used < room && (got = read(fd, buffer + used, room - used)) != 0) {
			if (got > 0) {
				used += (size_t)got;
			} else if (errno != EINTR) {
				free(buffer);
				return JX_E_FILE;
			}
		}
		if (used < room)
			break;
		if (room > size_max) {
			free(buffer);
			return JX_E_TOO_BIG;
		}
		room *= 2;
	}
	if (used > size_max) {
		free(buffer);
		return JX_E_TOO_BIG;
	}
	buffer[used] = '\0';
	*text = buffer;
	*size = used;
	return JX_OK;
}

enum jx_err
file_read(int folder, const char *name, size_t size_max, char **text, size_t *size)
{
	enum jx_err err;
	struct stat stat;
	int fd;

	/* O_NONBLOCK: a pipe without a writer must not hold us up. */
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return open_failed(folder, name);
	if (fstat(fd, &stat) == -1) {
		err = JX_E_FILE;
	} else if (!S_ISREG(stat.st_mode)) {
		errno = 0;
		err = JX_E_FILE;
	} else if ((uint64_t)stat.st_size > size_max) {
		err = JX_E_TOO_BIG;
	} else {
		/* One more than is there, so that the end shows in the first round. */
		err = read_all(fd, (size_t)stat.st_size + FILE_ROOM_FIRST, size_max, text, size);
	}
	close(fd);
	return err;
}

static void
name_aside(const char *name, char buffer[FILE_NAME_SIZE])
{
	int size = snprintf(buffer, FILE_NAME_SIZE, ".%s.part", name);

	assert(size > 0 && size < FILE_NAME_SIZE);
}

FILE *
file_create(int folder, const char *name)
{
	char aside[FILE_NAME_SIZE];
	FILE *file;
	int fd;

	name_aside(name, aside);
	fd = openat(folder, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd == -1)
		return NULL;
	file = fdopen(fd, "w");
	if (file == NULL) {
		close(fd);
		unlinkat(folder, aside, 0);
	}
	return file;
}

enum jx_err
file_seal(int folder, const char *name, FILE *file)
{
	char aside[FILE_NAME_SIZE];
	bool is_good;
	int cause;

	name_aside(name, aside);
	is_good = fflush(file) == 0 && !ferror(file) && fsync(fileno(file)) == 0;
	cause = errno;
	if (fclose(file) != 0 && is_good) {
		is_good = false;
		cause = errno;
	}
	if (is_good && renameat(folder, aside, folder, name) == 0)
		return JX_OK;
	if (is_good)
		cause = errno;
	unlinkat(folder, aside, 0);
	errno = cause;
	return JX_E_FILE;
}
