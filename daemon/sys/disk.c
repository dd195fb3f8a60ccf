#include "sys/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum jx_err
disk_read(const char *path, char **text, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum jx_err err = JX_E_FILE;
	struct stat stat;
	char *buffer = NULL;
	size_t got = 0;
	ssize_t part = 1;

	if (fd < 0)
		return errno == ENOENT ? JX_E_NOT_FOUND : JX_E_FILE;
	if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
		goto done;
	if (stat.st_size > DISK_FILE_SIZE_MAX) {
		err = JX_E_TOO_BIG;
		goto done;
	}
	buffer = calloc(1, (size_t)stat.st_size + 1);
	if (buffer == NULL) {
		err = JX_E_MEMORY;
		goto done;
	}
	while (got < (size_t)stat.st_size && part > 0) {
		part = read(fd, buffer + got, (size_t)stat.st_size - got);
		if (part > 0)
			got += (size_t)part;
	}
	err = part < 0 ? JX_E_FILE : JX_OK;
done:
	close(fd);
	if (err != JX_OK) {
		free(buffer);
		return err;
	}
	*text = buffer;
	*size = got;
	return JX_OK;
}

static bool
disk_sync_dir(const char *path)
{
	char copy[PATH_MAX];
	bool is_synced;
	int fd;

	if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
		return false;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is_synced = fsync(fd) == 0;
	close(fd);
	return is_synced;
}

enum jx_err
disk_write(const char *path, mode_t mode, struct bytes bytes)
{
	char aside[PATH_MAX];
	size_t done = 0;
	bool is_good;
	int fd;

	if (snprintf(aside, sizeof aside, "%s.new", path) >= (int)sizeof aside) {
		errno = ENAMETOOLONG;
		return JX_E_FILE;
	}
	unlink(aside); /* of a start that was cut short; may have other rights */
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return JX_E_FILE;
	is_good = fchmod(fd, mode) == 0;
	while (is_good && done < bytes.size) {
		ssize_t part = write(fd, bytes.data + done, bytes.size - done);

		is_good = part > 0;
		done += is_good ? (size_t)part : 0;
	}
	is_good = is_good && fsync(fd) == 0;
	is_good = close(fd) == 0 && is_good;
	is_good = is_good && rename(aside, path) == 0 && disk_sync_dir(path);
	return is_good ? JX_OK : JX_E_FILE;
}

enum jx_err
disk_make_dir(const char *path, mode_t mode)
{
	struct stat stat_of;

	if (mkdir(path, mode) == 0)
		return chmod(path, mode) == 0 && disk_sync_dir(path) ? JX_OK : JX_E_FILE;
	if (errno == EEXIST && stat(path, &stat_of) == 0 && S_ISDIR(stat_of.st_mode))
		return JX_OK;
	return JX_E_FILE;
}
