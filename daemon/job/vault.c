#include "job/vault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VAULT_SIZE = VAULT_SLOT_COUNT * VAULT_KEY_SIZE };

enum slot_state { SLOT_QUIET = 0, SLOT_WAITING, SLOT_WRITING, SLOT_WRITTEN };

struct vault {
	struct vault_events events;
	struct log_port log;
	uint8_t *keys; /* VAULT_SIZE, locked in memory; the loop's */
	int fd, done_fd;
	struct event *on_done;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex;
	pthread_cond_t work;
	/* Under the mutex. */
	struct {
		enum slot_state state;
		uint64_t ticket;
		enum jx_err err;
		uint8_t key[VAULT_KEY_SIZE]; /* the new one, from SLOT_WRITTEN on */
	} slots[VAULT_SLOT_COUNT];
	bool is_closing;
};

/* ---- The file. */

static bool
write_at(int fd, const uint8_t *bytes, size_t size, off_t at)
{
	while (size > 0) {
		ssize_t part = pwrite(fd, bytes, size, at);

		if (part < 0 && errno == EINTR)
			continue;
		if (part <= 0)
			return false;
		bytes += part;
		size -= (size_t)part;
		at += part;
	}
	return true;
}

static bool
sync_folder(const char *path)
{
	char *folder = strdup(path), *slash = folder == NULL ? NULL : strrchr(folder, '/');
	bool is_good;
	int fd;

	if (slash != NULL)
		*slash = '\0';
	fd = slash == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is_good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	free(folder);
	return is_good;
}

/* Made whole beside it first: a start that is cut off leaves no half vault. */
static bool
make_file(const char *path, uint8_t *keys)
{
	char aside[4096];
	bool is_good;
	int fd;

	if (snprintf(aside, sizeof aside, "%s.new", path) >= (int)sizeof aside)
		return false;
	randombytes_buf(keys, VAULT_SIZE);
	fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	is_good = write_at(fd, keys, VAULT_SIZE, 0) && fsync(fd) == 0;
	is_good = close(fd) == 0 && is_good;
	return is_good && rename(aside, path) == 0 && sync_folder(path);
}

static enum jx_err
open_file(struct vault *vault, const char *path)
{
	const char *why = NULL;
	struct stat stat_of;

	if (access(path, F_OK) != 0 && errno == ENOENT && !make_file(path, vault->keys))
		why = strerror(errno);
	vault->fd = why == NULL ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (why == NULL && (vault->fd < 0 || fstat(vault->fd, &stat_of) != 0))
		why = strerror(errno);
	else if (why == NULL && (!S_ISREG(stat_of.st_mode) || (stat_of.st_mode & 077) != 0))
		why = "他人可读，请 chmod 600 / others may read it: chmod 600";
	else if (why == NULL && (stat_of.st_size != VAULT_SIZE || pread(vault->fd, vault->keys, VAULT_SIZE, 0) != VAULT_SIZE))
		why = "不是密钥柜文件 / not a vault";
	if (why == NULL)
		return JX_OK;
	log_say(&vault->log, LOG_LEVEL_ERROR, "vault", "%s: %s", path, why);
	return JX_E_FILE;
}

/* ---- The thread. */

static enum jx_err
overwrite(const struct vault *vault, uint32_t slot, uint8_t key[VAULT_KEY_SIZE])
{
	randombytes_buf(key, VAULT_KEY_SIZE);
	return write_at(vault->fd, key, VAULT_KEY_SIZE, (off_t)slot * VAULT_KEY_SIZE) && fdatasync(vault->fd) == 0
		   ? JX_OK
		   : JX_E_FILE;
}

/* The next slot in that state; VAULT_SLOT_COUNT: none. */
static uint32_t
find_slot(const struct vault *vault, enum slot_state state)
{
	uint32_t slot = 0;

	while (slot < VAULT_SLOT_COUNT && vault->slots[slot].state != state)
		slot++;
	return slot;
}

static void *
vault_run(void *arg)
{
	struct vault *vault = arg;
	const uint64_t one = 1;

	pthread_mutex_lock(&vault->mutex);
	while (!vault->is_closing) {
		uint32_t slot = find_slot(vault, SLOT_WAITING);
		uint8_t key[VAULT_KEY_SIZE];
		enum jx_err err;
		ssize_t written;

		if (slot == VAULT_SLOT_COUNT) {
			pthread_cond_wait(&vault->work, &vault->mutex);
			continue;
		}
		vault->slots[slot].state = SLOT_WRITING;
		pthread_mutex_unlock(&vault->mutex);
		err = overwrite(vault, slot, key);
		pthread_mutex_lock(&vault->mutex);
		memcpy(vault->slots[slot].key, key, sizeof key);
		sodium_memzero(key, sizeof key);
		vault->slots[slot].err = err;
		vault->slots[slot].state = SLOT_WRITTEN;
		written = write(vault->done_fd, &one, sizeof one);
		assert(written == sizeof one); /* a counter of 64 bits is never full */
	}
	pthread_mutex_unlock(&vault->mutex);
	return NULL;
}

static void
vault_on_done(evutil_socket_t fd, short what, void *arg)
{
	struct vault *vault = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof count) != sizeof count)
		return;
	for (; count > 0; count--) {
		uint64_t ticket;
		enum jx_err err;
		uint32_t slot;

		pthread_mutex_lock(&vault->mutex);
		slot = find_slot(vault, SLOT_WRITTEN);
		assert(slot < VAULT_SLOT_COUNT);
		ticket = vault->slots[slot].ticket;
		err = vault->slots[slot].err;
		/* Half written, the old bytes are no key any more either. */
		memcpy(vault->keys + slot * VAULT_KEY_SIZE, vault->slots[slot].key, VAULT_KEY_SIZE);
		sodium_memzero(vault->slots[slot].key, VAULT_KEY_SIZE);
		vault->slots[slot].state = SLOT_QUIET;
		pthread_mutex_unlock(&vault->mutex);
		vault->events.forgotten(vault->events.arg, ticket, err);
	}
}

/* Signals are the loop's: the thread takes none. */
static bool
start_thread(struct vault *vault)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	vault->has_thread = pthread_create(&vault->thread, NULL, vault_run, vault) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return vault->has_thread;
}

/* ---- The port. */

static const uint8_t *
vault_get(void *arg, uint32_t slot)
{
	const struct vault *vault = arg;

	assert(slot < VAULT_SLOT_COUNT);
	return vault->keys + slot * VAULT_KEY_SIZE;
}

static void
vault_forget(void *arg, uint32_t slot, uint64_t ticket)
{
	struct vault *vault = arg;

	pthread_mutex_lock(&vault->mutex);
	assert(slot < VAULT_SLOT_COUNT && vault->slots[slot].state == SLOT_QUIET);
	vault->slots[slot].state = SLOT_WAITING;
	vault->slots[slot].ticket = ticket;
	pthread_cond_signal(&vault->work);
	pthread_mutex_unlock(&vault->mutex);
}

struct vault_port
vault_port(struct vault *vault)
{
	return (struct vault_port){vault, vault_get, vault_forget};
}

enum jx_err
vault_open(struct event_base *base, const char *path, const struct vault_events *events, const struct log_port *log,
    struct vault **out)
{
	struct vault *vault = calloc(1, sizeof *vault);
	enum jx_err err;

	if (vault == NULL)
		return JX_E_MEMORY;
	vault->events = *events;
	vault->log = *log;
	vault->fd = -1;
	pthread_mutex_init(&vault->mutex, NULL);
	pthread_cond_init(&vault->work, NULL);
	vault->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* Neither swapped out nor in a core file, where the system allows it. */
	vault->keys = sodium_malloc(VAULT_SIZE);
	err = vault->done_fd < 0 || vault->keys == NULL ? JX_E_MEMORY : open_file(vault, path);
	if (err == JX_OK) {
		vault->on_done = event_new(base, vault->done_fd, EV_READ | EV_PERSIST, vault_on_done, vault);
		if (vault->on_done == NULL || event_add(vault->on_done, NULL) != 0 || !start_thread(vault))
			err = JX_E_MEMORY;
	}
	if (err != JX_OK)
		vault_close(vault);
	else
		*out = vault;
	return err;
}

void
vault_close(struct vault *vault)
{
	if (vault == NULL)
		return;
	if (vault->has_thread) {
		pthread_mutex_lock(&vault->mutex);
		vault->is_closing = true;
		pthread_cond_signal(&vault->work);
		pthread_mutex_unlock(&vault->mutex);
		pthread_join(vault->thread, NULL);
	}
	if (vault->on_done != NULL)
		event_free(vault->on_done);
	if (vault->done_fd >= 0)
		close(vault->done_fd);
	if (vault->fd >= 0)
		close(vault->fd);
	sodium_free(vault->keys);
	pthread_cond_destroy(&vault->work);
	pthread_mutex_destroy(&vault->mutex);
	sodium_memzero(vault, sizeof *vault);
	free(vault);
}
