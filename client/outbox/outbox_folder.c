#include "outbox/outbox_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ours, and only here; closed to everybody else (made so when it was open). */
bool
outbox_folder_guard(int folder_fd, const char *name)
{
	struct stat stat;

	if (fstatat(folder_fd, name, &stat, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if (!S_ISREG(stat.st_mode) || stat.st_uid != geteuid() || stat.st_nlink != 1) {
		errno = S_ISLNK(stat.st_mode) ? ELOOP : EPERM;
		return false;
	}
	return (stat.st_mode & 077) == 0 || fchmodat(folder_fd, name, 0600, 0) == 0;
}

bool
outbox_folder_make(int folder_fd, const char *name)
{
	int fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd != -1) {
		close(fd);
		return fsync(folder_fd) == 0;
	}
	return errno == EEXIST && outbox_folder_guard(folder_fd, name);
}

int
outbox_folder_open_file(int folder_fd, const char *name)
{
	if (!outbox_folder_make(folder_fd, name))
		return -1;
	return openat(folder_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
}

/* The folder, durable in the one above. */
static bool
make_one(const char *path)
{
	char above[PATH_MAX + 4];
	bool is_synced;
	int fd;

	if (mkdir(path, 0700) != 0)
		return errno == EEXIST || errno == EISDIR;
	snprintf(above, sizeof above, "%s/..", path);
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return false;
	is_synced = fsync(fd) == 0;
	close(fd);
	return is_synced;
}

/* The folder and what leads to it. */
static bool
make_all(const char *folder)
{
	char path[PATH_MAX];
	size_t size = strlen(folder);

	if (size == 0 || size >= sizeof path) {
		errno = size == 0 ? ENOENT : ENAMETOOLONG;
		return false;
	}
	memcpy(path, folder, size + 1);
	for (size_t i = 1; i <= size; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		path[i] = '\0';
		if (!make_one(path))
			return false;
		path[i] = folder[i];
	}
	return true;
}

/* Ours, and closed to everybody else (made so when it was open). */
static bool
guard_folder(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) != 0)
		return false;
	if (stat.st_uid != geteuid()) {
		errno = EPERM;
		return false;
	}
	return (stat.st_mode & 077) == 0 || fchmod(fd, 0700) == 0;
}

int
outbox_folder_open(const char *folder)
{
	int fd, cause;

	if (!make_all(folder))
		return -1;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || guard_folder(fd))
		return fd;
	cause = errno;
	close(fd);
	errno = cause;
	return -1;
}
