#include "outbox/outbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outbox/outbox_db.h"
#include "outbox/outbox_head.h"

enum { WRAPPED_SIZE = OUTBOX_KEY_SIZE + OUTBOX_CRYPT_BOX_EXTRA };

_Static_assert((int)OUTBOX_KEY_SIZE == (int)OUTBOX_CRYPT_KEY_SIZE, "one size of keys");

/* The key as it lies in the file. */
struct lock {
	uint8_t salt[OUTBOX_CRYPT_SALT_SIZE], wrapped[WRAPPED_SIZE];
};

enum jx_err
outbox_open(const char *folder, const char *server, const char *account, struct outbox **out)
{
	struct outbox *outbox;
	enum jx_err err;
	int cause;

	if (sodium_init() < 0)
		return JX_E_MEMORY;
	outbox = calloc(1, sizeof *outbox);
	if (outbox == NULL)
		return JX_E_MEMORY;
	outbox->folder_fd = outbox->lock_fd = -1;
	outbox_db_id(server, account, outbox->id);
	err = outbox_db_open(outbox, folder);
	if (err == JX_OK) {
		*out = outbox;
		return JX_OK;
	}
	cause = errno;
	outbox_close(outbox);
	errno = cause;
	return err;
}

void
outbox_close(struct outbox *outbox)
{
	if (outbox == NULL)
		return;
	outbox_unlock_sending(outbox);
	outbox_db_close(outbox);
	sodium_memzero(outbox, sizeof *outbox);
	free(outbox);
}

bool
outbox_exists(const char *folder, const char *server, const char *account)
{
	uint8_t id[OUTBOX_DB_ID_SIZE];
	char name[OUTBOX_DB_NAME_SIZE];
	struct stat stat;
	bool is_there;
	int fd;

	outbox_db_id(server, account, id);
	outbox_db_name(id, ".db", name);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return false;
	is_there = fstatat(fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode);
	close(fd);
	return is_there;
}

/* The last handle to close puts into the file itself what was beside it. */
static enum jx_err
fold(const char *folder, int folder_fd, const char *server, const char *account)
{
	char name[OUTBOX_DB_NAME_SIZE];
	uint8_t id[OUTBOX_DB_ID_SIZE];
	struct outbox *outbox;
	enum jx_err err = outbox_open(folder, server, account, &outbox);

	if (err == JX_E_FILE && errno == EBUSY)
		return err;
	if (err != JX_OK)
		return JX_OK; /* damaged: it goes as it is */
	outbox_close(outbox);
	outbox_db_id(server, account, id);
	outbox_db_name(id, ".db-wal", name);
	if (faccessat(folder_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return JX_OK;
	errno = EBUSY;
	return JX_E_FILE;
}

static enum jx_err
rename_all(int folder_fd, const char *server, const char *account, uint64_t now_us)
{
	/* The file last: until then it stands where it stood. */
	static const char *const endings[] = {".db-wal", ".db-shm", ".db-journal", ".db"};
	enum { ASIDE_SIZE = OUTBOX_DB_NAME_SIZE + 24 };
	char name[OUTBOX_DB_NAME_SIZE], start[OUTBOX_DB_NAME_SIZE], aside[ASIDE_SIZE];
	uint8_t id[OUTBOX_DB_ID_SIZE];

	outbox_db_id(server, account, id);
	outbox_db_name(id, "", start);
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		outbox_db_name(id, endings[i], name);
		snprintf(aside, sizeof aside, "%s-%llu%s", start, (unsigned long long)now_us,
		    endings[i]);
		if (renameat2(folder_fd, name, folder_fd, aside, RENAME_NOREPLACE) != 0 &&
		    errno != ENOENT)
			return JX_E_FILE;
	}
	return fsync(folder_fd) == 0 ? JX_OK : JX_E_FILE;
}

enum jx_err
outbox_set_aside(const char *folder, const char *server, const char *account, uint64_t now_us)
{
	enum jx_err err;
	int fd, cause;

	if (!outbox_exists(folder, server, account))
		return JX_E_NOT_FOUND;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return JX_E_FILE;
	err = fold(folder, fd, server, account);
	if (err == JX_OK)
		err = rename_all(fd, server, account, now_us);
	cause = errno;
	close(fd);
	errno = cause;
	return err;
}

/* ---- The key. */

static struct outbox_place
key_place(const struct outbox *outbox)
{
	return (struct outbox_place){OUTBOX_BOX_KEY, {outbox->id, sizeof outbox->id}};
}

static enum jx_err
lock_make(const struct outbox *outbox, const char *password, const uint8_t key[OUTBOX_KEY_SIZE],
    struct lock *lock)
{
	uint8_t outer[OUTBOX_CRYPT_KEY_SIZE];
	enum jx_err err;

	randombytes_buf(lock->salt, sizeof lock->salt);
	err = outbox_crypt_password(password, lock->salt, outer);
	if (err == JX_OK)
		outbox_crypt_shut(
		    outer, key_place(outbox), (struct bytes){key, OUTBOX_KEY_SIZE}, lock->wrapped);
	sodium_memzero(outer, sizeof outer);
	return err;
}

static enum jx_err
lock_open(const struct outbox *outbox, const char *password, const struct lock *lock,
    uint8_t key[OUTBOX_KEY_SIZE])
{
	uint8_t outer[OUTBOX_CRYPT_KEY_SIZE];
	enum jx_err err = outbox_crypt_password(password, lock->salt, outer);

	if (err == JX_OK && !outbox_crypt_open(outer, key_place(outbox),
				(struct bytes){lock->wrapped, sizeof lock->wrapped}, key))
		err = JX_E_LOCKED;
	sodium_memzero(outer, sizeof outer);
	return err;
}

/* JX_E_NOT_FOUND: a new file. */
static enum jx_err
lock_read(struct outbox *outbox, struct lock *lock)
{
	sqlite3_stmt *statement;
	struct bytes salt, wrapped;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_LOCK_READ, &statement);

	if (err == JX_OK)
		err = outbox_db_step(outbox, statement);
	if (err != JX_OK)
		return err;
	salt = outbox_db_blob(statement, 0);
	wrapped = outbox_db_blob(statement, 1);
	if (salt.size == sizeof lock->salt && wrapped.size == sizeof lock->wrapped) {
		memcpy(lock->salt, salt.data, salt.size);
		memcpy(lock->wrapped, wrapped.data, wrapped.size);
	} else {
		err = outbox_db_damaged();
	}
	outbox_db_done(statement);
	return err;
}

static enum jx_err
lock_write(struct outbox *outbox, const struct lock *lock)
{
	sqlite3_stmt *statement;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_LOCK_WRITE, &statement);

	if (err != JX_OK)
		return err;
	if (sqlite3_bind_blob(statement, 1, lock->salt, sizeof lock->salt, SQLITE_STATIC) !=
		SQLITE_OK ||
	    sqlite3_bind_blob(statement, 2, lock->wrapped, sizeof lock->wrapped, SQLITE_STATIC) !=
		SQLITE_OK)
		return JX_E_MEMORY;
	return outbox_db_run(outbox, statement);
}

/* Takes the key, if it is the file's and the file is what was written. */
static enum jx_err
take_key(struct outbox *outbox, const uint8_t key[OUTBOX_KEY_SIZE])
{
	struct outbox_keys former = outbox->keys;
	enum jx_err err;

	outbox_crypt_keys(key, &outbox->keys);
	err = outbox_db_begin_read(outbox);
	if (err == JX_OK)
		err = outbox_db_end(outbox, outbox_head_check(outbox));
	if (err == JX_OK) {
		memcpy(outbox->key, key, OUTBOX_KEY_SIZE);
		outbox->is_unlocked = true;
	} else {
		outbox->keys = former;
	}
	sodium_memzero(&former, sizeof former);
	return err;
}

/*
 * A new file's key and head, unless another process was faster (JX_E_EXISTS).
 * A file without a key but with anything else in it has lost it: no new key.
 */
static enum jx_err
start_file(struct outbox *outbox, const struct lock *lock, const uint8_t key[OUTBOX_KEY_SIZE])
{
	struct outbox_head head = {0}, found;
	struct outbox_keys former = outbox->keys;
	struct lock theirs;
	enum jx_err err = outbox_db_begin(outbox);

	if (err != JX_OK)
		return err;
	outbox_crypt_keys(key, &outbox->keys);
	err = lock_read(outbox, &theirs);
	if (err == JX_OK)
		err = JX_E_EXISTS;
	else if (err == JX_E_NOT_FOUND)
		err = outbox_head_read(outbox, &found) == JX_E_NOT_FOUND ? JX_OK
									 : outbox_db_damaged();
	if (err == JX_OK)
		err = lock_write(outbox, lock);
	if (err == JX_OK)
		err = outbox_head_write(outbox, &head);
	if (err == JX_OK)
		err = outbox_head_check(outbox); /* nothing else is there */
	outbox->keys = former;
	return outbox_db_end(outbox, err);
}

enum jx_err
outbox_unlock(struct outbox *outbox, const char *password)
{
	struct lock lock;
	uint8_t key[OUTBOX_KEY_SIZE];
	enum jx_err err = lock_read(outbox, &lock);

	if (err == JX_E_NOT_FOUND) {
		randombytes_buf(key, sizeof key);
		err = lock_make(outbox, password, key, &lock);
		if (err == JX_OK)
			err = start_file(outbox, &lock, key);
		if (err == JX_OK || err == JX_E_EXISTS)
			err = lock_read(outbox, &lock);
		if (err == JX_E_NOT_FOUND)
			err = outbox_db_damaged();
	}
	if (err == JX_OK)
		err = lock_open(outbox, password, &lock, key);
	if (err == JX_OK)
		err = take_key(outbox, key);
	sodium_memzero(key, sizeof key);
	return err;
}

enum jx_err
outbox_unlock_key(struct outbox *outbox, const uint8_t key[OUTBOX_KEY_SIZE])
{
	struct outbox_keys former = outbox->keys;
	struct outbox_head head;
	enum jx_err err;

	/* A head that does not open says that the key is another one. */
	outbox_crypt_keys(key, &outbox->keys);
	err = outbox_head_read(outbox, &head);
	outbox->keys = former;
	sodium_memzero(&former, sizeof former);
	if (err == JX_E_NOT_FOUND || (err == JX_E_FILE && errno == EBADMSG))
		return JX_E_LOCKED;
	return err == JX_OK ? take_key(outbox, key) : err;
}

void
outbox_key(const struct outbox *outbox, uint8_t key[OUTBOX_KEY_SIZE])
{
	assert(outbox->is_unlocked);
	memcpy(key, outbox->key, OUTBOX_KEY_SIZE);
}

enum jx_err
outbox_relock(struct outbox *outbox, const char *password)
{
	struct lock lock;
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	err = lock_make(outbox, password, outbox->key, &lock);
	if (err == JX_OK)
		err = outbox_db_begin(outbox);
	return err == JX_OK ? outbox_db_end(outbox, lock_write(outbox, &lock)) : err;
}
