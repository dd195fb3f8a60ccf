#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	FOLDER_SOCKET_PATH_MAX = 107 - (int)sizeof "/.s.PGSQL.5432.lock", /* sockaddr_un */
	FOLDER_LOG_SIZE_MAX = 16 << 20,
	FOLDER_INITDB_MS_MAX = 120000,
	FOLDER_LOCK_MS_MAX = 3000,
	FOLDER_LOCK_POLL_MS = 20,
	FOLDER_VERSION_PREFERRED = 15, /* what we test with */
	FOLDER_VERSION_MIN = 15,
};

#define FOLDER_BIN_ROOT "/usr/lib/postgresql"

__attribute__((format(printf, 2, 3))) static enum jx_err
folder_fail(const struct folder *folder, const char *format, ...)
{
	char text[PATH_MAX + 256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	log_say(folder->log, LOG_LEVEL_ERROR, "cluster_folder", "%s", text);
	return JX_E_UNAVAILABLE;
}

/* ---- Folders. */

/* May the server's user pass through there? Root's own eyes would not see that. */
static bool
folder_may_pass(const struct child_user *user, const struct stat *info)
{
	if (info->st_uid == user->uid)
		return (info->st_mode & S_IXUSR) != 0;
	for (int i = 0; i < user->group_count; i++)
		if (info->st_gid == user->groups[i])
			return (info->st_mode & S_IXGRP) != 0;
	return (info->st_mode & S_IXOTH) != 0;
}

static enum jx_err
folder_check_way(const struct folder *folder)
{
	char path[PATH_MAX];
	struct stat info;

	if (!folder->user.is_other)
		return JX_OK;
	for (const char *end = folder->dir; end != NULL; end = strchr(end + 1, '/')) {
		const char *next = strchr(end + 1, '/');
		int size = next == NULL ? (int)strlen(folder->dir) : (int)(next - folder->dir);

		snprintf(path, sizeof path, "%.*s", size, folder->dir);
		if (stat(path, &info) != 0)
			return folder_fail(folder, "%s: %s", path, strerror(errno));
		if (!folder_may_pass(&folder->user, &info))
			return folder_fail(folder,
			    "PostgreSQL runs as user postgres, who may not pass through %s (mode "
			    "%03o): choose"
			    " another data folder, or: chmod o+x %s",
			    path, info.st_mode & 0777, path);
	}
	return JX_OK;
}

/* A private folder of the server's user: made, or found to be one. */
static enum jx_err
folder_make_private(const struct folder *folder, const char *path)
{
	uid_t owner = folder->user.is_other ? folder->user.uid : geteuid();
	struct stat info;

	if (mkdir(path, 0700) == 0) {
		if (folder->user.is_other && chown(path, folder->user.uid, folder->user.gid) != 0)
			return folder_fail(folder, "%s: %s", path, strerror(errno));
		return JX_OK;
	}
	if (errno != EEXIST || lstat(path, &info) != 0)
		return folder_fail(folder, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(info.st_mode) || info.st_uid != owner || (info.st_mode & 077) != 0)
		return folder_fail(
		    folder, "%s is not a private folder of the user PostgreSQL runs as", path);
	return JX_OK;
}

static enum jx_err
folder_open_socket(struct folder *folder)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	uint8_t hash[8];
	char hex[2 * sizeof hash + 1];

	snprintf(folder->socket, sizeof folder->socket, "%s/run", folder->dir);
	if (strlen(folder->socket) > FOLDER_SOCKET_PATH_MAX) {
		if (base == NULL || *base != '/' || strlen(base) > 40 || folder->user.is_other)
			base = "/tmp";
		crypto_generichash(
		    hash, sizeof hash, (const uint8_t *)folder->dir, strlen(folder->dir), NULL, 0);
		sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
		snprintf(folder->socket, sizeof folder->socket, "%s/jixiao-%u-%s", base,
		    (unsigned)geteuid(), hex);
	}
	return folder_make_private(folder, folder->socket);
}

/* ---- Programs. */

/* The version of the data, or 0: none yet. */
static int
folder_data_version(const struct folder *folder)
{
	char path[PATH_MAX + 16];
	FILE *file;
	int version = 0;

	snprintf(path, sizeof path, "%s/PG_VERSION", folder->data);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%d", &version) != 1)
		version = 0;
	fclose(file);
	return version;
}

static enum jx_err
folder_find_bin(struct folder *folder)
{
	int version = folder_data_version(folder), newest = 0;
	glob_t found;

	if (version == 0) {
		if (glob(FOLDER_BIN_ROOT "/*/bin/postgres", 0, NULL, &found) == 0) {
			for (size_t i = 0; i < found.gl_pathc; i++) {
				int number = atoi(found.gl_pathv[i] + sizeof FOLDER_BIN_ROOT);

				if (number == FOLDER_VERSION_PREFERRED)
					version = number;
				newest = number > newest ? number : newest;
			}
			globfree(&found);
		}
		version = version != 0 ? version : newest;
		if (version < FOLDER_VERSION_MIN)
			return folder_fail(folder, "no PostgreSQL %d or newer under %s: install it",
			    FOLDER_VERSION_MIN, FOLDER_BIN_ROOT);
	}
	snprintf(folder->bin, sizeof folder->bin, "%s/%d/bin", FOLDER_BIN_ROOT, version);
	if (access(folder->bin, X_OK) != 0)
		return folder_fail(folder,
		    "the data is of PostgreSQL %d, which is not installed: no %s", version,
		    folder->bin);
	return JX_OK;
}

/* ---- Data. */

static int
folder_remove_entry(const char *path, const struct stat *info, int flag, struct FTW *place)
{
	(void)info;
	(void)flag;
	(void)place;
	return remove(path);
}

/* Made aside and renamed: a start that was killed half-way leaves nothing that looks whole. */
static enum jx_err
folder_make_data(const struct folder *folder)
{
	char fresh[PATH_MAX], program[PATH_MAX + 16];
	const char *const argv[] = {program, "--pgdata", fresh, "--username=postgres",
	    "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C",
	    "--data-checksums", "--no-instructions", NULL};
	struct child_config config = {.path = program,
	    .argv = argv,
	    .user = &folder->user,
	    .dir = "/",
	    .log_fd = folder->log_fd,
	    .parent_death = SIGKILL};
	enum jx_err err;
	int status, dir_fd;
	pid_t pid;

	snprintf(fresh, sizeof fresh, "%.*s.new", (int)sizeof fresh - 8, folder->data);
	snprintf(program, sizeof program, "%s/initdb", folder->bin);
	nftw(fresh, folder_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	err = folder_make_private(folder, fresh);
	if (err != JX_OK)
		return err;
	pid = child_start(&config);
	if (pid == -1 || !child_wait(pid, FOLDER_INITDB_MS_MAX, &status) || status != 0)
		return folder_fail(folder, "initdb failed: see %s/postgres.log", folder->dir);
	if (rename(fresh, folder->data) != 0)
		return folder_fail(folder, "%s: %s", folder->data, strerror(errno));
	dir_fd = open(folder->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd != -1) {
		fsync(dir_fd);
		close(dir_fd);
	}
	return JX_OK;
}

static enum jx_err
folder_open_data(struct folder *folder)
{
	enum jx_err err = folder_find_bin(folder);

	if (err != JX_OK || folder_data_version(folder) != 0)
		return err;
	/* An empty folder may stand there; anything else is not ours to touch. */
	if (rmdir(folder->data) != 0 && errno != ENOENT)
		return folder_fail(
		    folder, "%s holds something that is no PostgreSQL data", folder->data);
	return folder_make_data(folder);
}

/* ---- Lock and log. */

/* One that is just ending, or was killed and has workers that end now, is waited for. */
static bool
folder_lock(int fd)
{
	const struct timespec pause = {.tv_nsec = FOLDER_LOCK_POLL_MS * 1000000L};

	for (int ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; ms += FOLDER_LOCK_POLL_MS) {
		if (ms >= FOLDER_LOCK_MS_MAX)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static enum jx_err
folder_open_files(struct folder *folder)
{
	char path[PATH_MAX], older[PATH_MAX];
	struct stat info;

	snprintf(path, sizeof path, "%s/pg.lock", folder->dir);
	folder->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (folder->lock_fd == -1)
		return folder_fail(folder, "%s: %s", path, strerror(errno));
	if (!folder_lock(folder->lock_fd))
		return folder_fail(folder, "another jixiaod uses %s", folder->dir);

	snprintf(path, sizeof path, "%s/postgres.log", folder->dir);
	snprintf(older, sizeof older, "%s/postgres.log.1", folder->dir);
	if (stat(path, &info) == 0 && info.st_size > FOLDER_LOG_SIZE_MAX)
		rename(path, older);
	folder->log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (folder->log_fd == -1)
		return folder_fail(folder, "%s: %s", path, strerror(errno));
	return JX_OK;
}

enum jx_err
folder_open(struct folder *folder, const char *dir, const struct log_port *log)
{
	char real[PATH_MAX];
	enum jx_err err;

	*folder = (struct folder){.log = log, .lock_fd = -1, .log_fd = -1};
	if (sodium_init() < 0)
		return JX_E_INTERNAL;
	if (geteuid() == 0 && !child_user_find("postgres", &folder->user))
		return folder_fail(
		    folder, "PostgreSQL refuses to run as root, and there is no user postgres");
	if (mkdir(dir, 0711) != 0 && errno != EEXIST)
		return folder_fail(folder, "%s: %s", dir, strerror(errno));
	if (realpath(dir, real) == NULL || strlen(real) >= sizeof folder->dir)
		return folder_fail(folder, "%s: %s", dir, strerror(errno));
	memcpy(folder->dir, real, strlen(real) + 1);
	snprintf(folder->data, sizeof folder->data, "%s/pg", folder->dir);

	err = folder_check_way(folder);
	if (err == JX_OK)
		err = folder_open_files(folder);
	if (err == JX_OK)
		err = folder_open_socket(folder);
	if (err == JX_OK)
		err = folder_open_data(folder);
	return err;
}

void
folder_close(struct folder *folder)
{
	if (folder->log_fd != -1)
		close(folder->log_fd);
	if (folder->lock_fd != -1)
		close(folder->lock_fd);
	folder->log_fd = folder->lock_fd = -1;
}

/* The pid file may be old, and its number another process's by now: a server stands in its data
 * folder. */
static bool
folder_is_server(const struct folder *folder, pid_t pid)
{
	char link[64], where[PATH_MAX];
	ssize_t size;

	snprintf(link, sizeof link, "/proc/%ld/cwd", (long)pid);
	size = readlink(link, where, sizeof where - 1);
	if (size <= 0)
		return false;
	where[size] = '\0';
	return strcmp(where, folder->data) == 0;
}

pid_t
folder_find_server(const struct folder *folder, bool *is_ready)
{
	char path[PATH_MAX + 32], line[256];
	long pid = 0;
	FILE *file;

	*is_ready = false;
	snprintf(path, sizeof path, "%s/postmaster.pid", folder->data);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	/* Line 1: the pid; line 8: the state. */
	for (int number = 1; fgets(line, sizeof line, file) != NULL; number++) {
		if (number == 1)
			pid = atol(line);
		else if (number == 8)
			*is_ready = strncmp(line, "ready", 5) == 0;
	}
	fclose(file);
	return pid > 1 && folder_is_server(folder, (pid_t)pid) ? (pid_t)pid : 0;
}
