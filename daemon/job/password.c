#include "job/password.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	PASSWORD_OPS = 2, /* with the memory: 0.1 s, design's figure */
	PASSWORD_MEMORY = 64 << 20,
};

_Static_assert(JOB_PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "the port's size is libsodium's");

struct password_entry {
	uint64_t ticket;
	char *text;
	char hash[JOB_PASSWORD_HASH_SIZE];
	bool is_check;
	enum jx_err err;
};

struct password {
	const struct job_events *events;
	struct event *on_done;
	int done_fd;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex;
	pthread_cond_t work;
	/* Under the mutex; answered <= done <= added <= answered + JOB_PASSWORD_COUNT_MAX.
	 * An entry in [done, added) is the thread's, all others are the loop's. */
	struct password_entry entries[JOB_PASSWORD_COUNT_MAX];
	uint64_t added, done, answered;
	bool is_closing;
};

static struct password_entry *
password_entry(struct password *password, uint64_t number)
{
	return &password->entries[number % JOB_PASSWORD_COUNT_MAX];
}

static void
password_wipe(struct password_entry *entry)
{
	if (entry->text != NULL)
		sodium_memzero(entry->text, strlen(entry->text));
	free(entry->text);
	sodium_memzero(entry, sizeof *entry);
}

static enum jx_err
password_compute(struct password_entry *entry)
{
	size_t size = strlen(entry->text);

	if (entry->is_check)
		return crypto_pwhash_str_verify(entry->hash, entry->text, size) == 0 ? JX_OK
										     : JX_E_LOGIN;
	return crypto_pwhash_str(entry->hash, entry->text, size, PASSWORD_OPS, PASSWORD_MEMORY) == 0
		   ? JX_OK
		   : JX_E_MEMORY;
}

static void *
password_run(void *arg)
{
	struct password *password = arg;
	const uint64_t one = 1;

	pthread_mutex_lock(&password->mutex);
	while (!password->is_closing) {
		struct password_entry *entry;
		ssize_t written;

		if (password->done == password->added) {
			pthread_cond_wait(&password->work, &password->mutex);
			continue;
		}
		entry = password_entry(password, password->done);
		pthread_mutex_unlock(&password->mutex);
		entry->err = password_compute(entry);
		pthread_mutex_lock(&password->mutex);
		password->done++;
		written = write(password->done_fd, &one, sizeof one);
		assert(written == sizeof one); /* a counter of 64 bits is never full */
	}
	pthread_mutex_unlock(&password->mutex);
	return NULL;
}

static void
password_on_done(evutil_socket_t fd, short what, void *arg)
{
	struct password *password = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof count) != sizeof count)
		return;
	for (; count > 0; count--) {
		struct password_entry *entry, answer;

		pthread_mutex_lock(&password->mutex);
		assert(password->answered < password->done);
		entry = password_entry(password, password->answered);
		answer = *entry;
		entry->text = NULL;
		password_wipe(entry);
		password->answered++;
		pthread_mutex_unlock(&password->mutex);
		/* The queue is whole again: the answer may ask for the next hash. */
		password->events->hashed(password->events->arg, answer.ticket, answer.err,
		    answer.err == JX_OK && !answer.is_check ? answer.hash : NULL);
		password_wipe(&answer);
	}
}

/* Signals are the loop's: the thread takes none. */
static bool
password_thread_start(struct password *password)
{
	sigset_t all, before;
	bool is_started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	is_started = pthread_create(&password->thread, NULL, password_run, password) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return is_started;
}

enum jx_err
password_open(struct event_base *base, const struct job_events *events, struct password **out)
{
	struct password *password = calloc(1, sizeof *password);

	if (password == NULL)
		return JX_E_MEMORY;
	password->events = events;
	pthread_mutex_init(&password->mutex, NULL);
	pthread_cond_init(&password->work, NULL);
	password->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (password->done_fd >= 0)
		password->on_done = event_new(
		    base, password->done_fd, EV_READ | EV_PERSIST, password_on_done, password);
	if (password->on_done != NULL && event_add(password->on_done, NULL) == 0)
		password->has_thread = password_thread_start(password);
	if (!password->has_thread) {
		password_close(password);
		return JX_E_MEMORY;
	}
	*out = password;
	return JX_OK;
}

enum jx_err
password_add(struct password *password, const char *text, const char *hash, uint64_t ticket)
{
	struct password_entry *entry;
	enum jx_err err = JX_OK;

	if (hash != NULL && strlen(hash) >= JOB_PASSWORD_HASH_SIZE)
		return JX_E_FIELD;
	pthread_mutex_lock(&password->mutex);
	if (password->added - password->answered == JOB_PASSWORD_COUNT_MAX) {
		err = JX_E_BUSY;
	} else {
		entry = password_entry(password, password->added);
		*entry = (struct password_entry){
		    .ticket = ticket, .text = strdup(text), .is_check = hash != NULL};
		if (hash != NULL)
			strcpy(entry->hash, hash);
		if (entry->text == NULL) {
			err = JX_E_MEMORY;
		} else {
			password->added++;
			pthread_cond_signal(&password->work);
		}
	}
	pthread_mutex_unlock(&password->mutex);
	return err;
}

void
password_close(struct password *password)
{
	if (password == NULL)
		return;
	if (password->has_thread) {
		pthread_mutex_lock(&password->mutex);
		password->is_closing = true;
		pthread_cond_signal(&password->work);
		pthread_mutex_unlock(&password->mutex);
		pthread_join(password->thread, NULL);
	}
	for (size_t i = 0; i < JOB_PASSWORD_COUNT_MAX; i++)
		password_wipe(&password->entries[i]);
	if (password->on_done != NULL)
		event_free(password->on_done);
	if (password->done_fd >= 0)
		close(password->done_fd);
	pthread_cond_destroy(&password->work);
	pthread_mutex_destroy(&password->mutex);
	free(password);
}
