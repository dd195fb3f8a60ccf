#include "outbox/outbox_db.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "outbox/outbox_folder.h"

enum {
	DB_VERSION = 1,
	DB_BUSY_MS = 10 * 1000,     /* what others do to the file takes milliseconds */
	DB_ROW_SIZE_MAX = 64 << 20, /* no honest row is longer */
};

/* Version 1, in this order; an open compares, so that no foreign trigger or table gets in. */
static const char *const db_schema[] = {
    "CREATE TABLE lock (id INTEGER PRIMARY KEY CHECK (id = 1), salt BLOB NOT NULL, "
    "box BLOB NOT NULL) STRICT",
    "CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), box BLOB NOT NULL) STRICT",
    "CREATE TABLE item (number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, "
    "box BLOB NOT NULL) STRICT",
    "CREATE TABLE item_state (number INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE, "
    "box BLOB NOT NULL) STRICT",
    "CREATE TABLE thing (name BLOB PRIMARY KEY, label BLOB NOT NULL, box BLOB NOT NULL) "
    "STRICT, WITHOUT ROWID",
};

enum { DB_SCHEMA_COUNT = sizeof db_schema / sizeof db_schema[0] };

#define DB_ITEM                                                                                    \
	"SELECT item.number, item.box, item_state.box FROM item LEFT JOIN item_state USING "       \
	"(number) "

static const char *const db_sql[OUTBOX_SQL_COUNT] = {
    [OUTBOX_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [OUTBOX_SQL_BEGIN_READ] = "BEGIN",
    [OUTBOX_SQL_COMMIT] = "COMMIT",
    [OUTBOX_SQL_ROLLBACK] = "ROLLBACK",
    [OUTBOX_SQL_LOCK_READ] = "SELECT salt, box FROM lock WHERE id = 1",
    [OUTBOX_SQL_LOCK_WRITE] = "INSERT OR REPLACE INTO lock (id, salt, box) VALUES (1, ?1, ?2)",
    [OUTBOX_SQL_HEAD_READ] = "SELECT box FROM head WHERE id = 1",
    [OUTBOX_SQL_HEAD_WRITE] = "INSERT OR REPLACE INTO head (id, box) VALUES (1, ?1)",
    [OUTBOX_SQL_ITEM_ADD] = "INSERT INTO item (number, name, box) VALUES (?1, ?2, ?3)",
    [OUTBOX_SQL_ITEM_NEXT] = DB_ITEM "WHERE item.number > ?1 ORDER BY item.number",
    [OUTBOX_SQL_ITEM_FIND] = DB_ITEM "WHERE item.number = ?1",
    [OUTBOX_SQL_ITEM_FIND_NAME] = DB_ITEM "WHERE item.name = ?1",
    [OUTBOX_SQL_ITEM_REMOVE] = "DELETE FROM item WHERE number = ?1",
    [OUTBOX_SQL_ITEM_NAMES] = "SELECT number, name FROM item NOT INDEXED ORDER BY number",
    [OUTBOX_SQL_STATE_ADD] = "INSERT INTO item_state (number, box) VALUES (?1, ?2)",
    [OUTBOX_SQL_STATE_READ] = "SELECT box FROM item_state WHERE number = ?1",
    [OUTBOX_SQL_STATE_WRITE] = "UPDATE item_state SET box = ?2 WHERE number = ?1",
    [OUTBOX_SQL_STATE_NEXT] =
	"SELECT number, box FROM item_state WHERE number > ?1 ORDER BY number",
    [OUTBOX_SQL_STATE_COUNT] = "SELECT count(*) FROM item_state",
    [OUTBOX_SQL_THING_ADD] = "INSERT INTO thing (name, label, box) VALUES (?1, ?2, ?3)",
    [OUTBOX_SQL_THING_WRITE] = "UPDATE thing SET label = ?2, box = ?3 WHERE name = ?1",
    [OUTBOX_SQL_THING_READ] = "SELECT label, box FROM thing WHERE name = ?1",
    [OUTBOX_SQL_THING_REMOVE] = "DELETE FROM thing WHERE name = ?1",
    [OUTBOX_SQL_THING_LABELS] = "SELECT name, label FROM thing",
    [OUTBOX_SQL_CHECK] = "PRAGMA integrity_check(1)",
    [OUTBOX_SQL_CHECK_LINKS] = "PRAGMA foreign_key_check",
};

enum jx_err
outbox_db_damaged(void)
{
	errno = EBADMSG;
	return JX_E_FILE;
}

static enum jx_err
db_error(struct outbox *outbox, int code)
{
	int cause = outbox->db == NULL ? 0 : sqlite3_system_errno(outbox->db);

	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return JX_E_MEMORY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT: /* rows and head contradict one another */
	case SQLITE_ERROR:      /* a page with another schema */
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return outbox_db_damaged();
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		errno = EBUSY;
		return JX_E_FILE;
	case SQLITE_FULL:
		errno = ENOSPC;
		return JX_E_FILE;
	case SQLITE_READONLY:
		errno = EROFS;
		return JX_E_FILE;
	default:
		errno = cause != 0 ? cause : EIO;
		return JX_E_FILE;
	}
}

/* ---- The file's name, and what lies beside it. */

void
outbox_db_id(const char *server, const char *account, uint8_t id[OUTBOX_DB_ID_SIZE])
{
	static const char what[] = "jixiao-outbox-1";
	crypto_generichash_state state;

	/* With their NULs, so that no two pairs read the same. */
	crypto_generichash_init(&state, NULL, 0, OUTBOX_DB_ID_SIZE);
	crypto_generichash_update(&state, (const uint8_t *)what, sizeof what);
	crypto_generichash_update(&state, (const uint8_t *)server, strlen(server) + 1);
	crypto_generichash_update(&state, (const uint8_t *)account, strlen(account) + 1);
	crypto_generichash_final(&state, id, OUTBOX_DB_ID_SIZE);
}

void
outbox_db_name(
    const uint8_t id[OUTBOX_DB_ID_SIZE], const char *ending, char name[OUTBOX_DB_NAME_SIZE])
{
	size_t size = strlen(ending);

	assert(2 * OUTBOX_DB_ID_SIZE + size < OUTBOX_DB_NAME_SIZE);
	sodium_bin2hex(name, OUTBOX_DB_NAME_SIZE, id, OUTBOX_DB_ID_SIZE);
	memcpy(name + 2 * (size_t)OUTBOX_DB_ID_SIZE, ending, size + 1);
}

/* What SQLite lays beside the file must be ours too. */
static bool
side_files_are_private(const struct outbox *outbox)
{
	static const char *const endings[] = {".db-wal", ".db-shm", ".db-journal"};
	char name[OUTBOX_DB_NAME_SIZE];

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		outbox_db_name(outbox->id, endings[i], name);
		if (!outbox_folder_guard(outbox->folder_fd, name) && errno != ENOENT)
			return false;
	}
	return true;
}

/* ---- Opening. */

/* The answer of a PRAGMA or count, as a number; text: at most size bytes of it. */
static enum jx_err
ask(struct outbox *outbox, const char *sql, int64_t *number, char *text, int size)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(outbox->db, sql, -1, &statement, NULL);

	if (code != SQLITE_OK)
		return db_error(outbox, code);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		const unsigned char *is = sqlite3_column_text(statement, 0);

		*number = sqlite3_column_int64(statement, 0);
		if (text != NULL)
			snprintf(text, (size_t)size, "%s", is == NULL ? "" : (const char *)is);
	}
	sqlite3_finalize(statement);
	if (code == SQLITE_ROW)
		return JX_OK;
	return code == SQLITE_DONE ? outbox_db_damaged() : db_error(outbox, code);
}

static enum jx_err
run_text(struct outbox *outbox, const char *sql)
{
	int code = sqlite3_exec(outbox->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? JX_OK : db_error(outbox, code);
}

static enum jx_err
set_up(struct outbox *outbox)
{
	static const char settings[] = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
				       "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; "
				       "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; "
				       "PRAGMA mmap_size = 0";
	char mode[8];
	int64_t unused;
	enum jx_err err;

	sqlite3_extended_result_codes(outbox->db, 1);
	sqlite3_busy_timeout(outbox->db, DB_BUSY_MS);
	sqlite3_limit(outbox->db, SQLITE_LIMIT_LENGTH, DB_ROW_SIZE_MAX);
	sqlite3_limit(outbox->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(outbox->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(outbox->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(outbox->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	err = run_text(outbox, settings);
	if (err == JX_OK)
		err = ask(outbox, "PRAGMA journal_mode = WAL", &unused, mode, sizeof mode);
	if (err == JX_OK && strcmp(mode, "wal") != 0)
		err = outbox_db_damaged();
#ifdef JX_PLANT_OUTBOX_WITHOUT_SYNC
	if (err == JX_OK)
		err = run_text(outbox, "PRAGMA synchronous = OFF");
#endif
	return err;
}

static enum jx_err
make_schema(struct outbox *outbox)
{
	char version[64];
	enum jx_err err = run_text(outbox, "BEGIN IMMEDIATE");

	for (int i = 0; err == JX_OK && i < DB_SCHEMA_COUNT; i++)
		err = run_text(outbox, db_schema[i]);
	snprintf(version, sizeof version, "PRAGMA user_version = %d", DB_VERSION);
	if (err == JX_OK)
		err = run_text(outbox, version);
	if (err == JX_OK)
		err = run_text(outbox, "COMMIT");
	return err; /* what is not committed goes with the handle */
}

static enum jx_err
check_schema(struct outbox *outbox)
{
	sqlite3_stmt *statement;
	int count = 0, code;
	bool is_same = true;

	code = sqlite3_prepare_v2(outbox->db,
	    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid", -1, &statement,
	    NULL);
	if (code != SQLITE_OK)
		return db_error(outbox, code);
	while (is_same && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		const char *sql = (const char *)sqlite3_column_text(statement, 0);

		is_same =
		    count < DB_SCHEMA_COUNT && sql != NULL && strcmp(sql, db_schema[count]) == 0;
		count++;
	}
	sqlite3_finalize(statement);
	if (is_same && code != SQLITE_DONE)
		return db_error(outbox, code);
	return is_same && count == DB_SCHEMA_COUNT ? JX_OK : outbox_db_damaged();
}

static enum jx_err
open_schema(struct outbox *outbox)
{
	int64_t version, count;
	enum jx_err err = ask(outbox, "PRAGMA user_version", &version, NULL, 0);

	if (err == JX_OK)
		err = ask(outbox, "SELECT count(*) FROM sqlite_schema", &count, NULL, 0);
	if (err != JX_OK)
		return err;
	if (version == 0 && count == 0) {
		err = make_schema(outbox);
		if (err != JX_OK)
			return err;
	} else if (version > DB_VERSION) {
		return JX_E_VERSION;
	} else if (version != DB_VERSION) {
		return outbox_db_damaged();
	}
	return check_schema(outbox);
}

static enum jx_err
open_file(struct outbox *outbox, const char *folder)
{
	char real[PATH_MAX], path[PATH_MAX + OUTBOX_DB_NAME_SIZE], name[OUTBOX_DB_NAME_SIZE];
	enum jx_err err;
	int code;

	outbox_db_name(outbox->id, ".db", name);
	if (realpath(folder, real) == NULL || !outbox_folder_make(outbox->folder_fd, name) ||
	    !side_files_are_private(outbox))
		return JX_E_FILE;
	snprintf(path, sizeof path, "%s/%s", real, name);
	code = sqlite3_open_v2(path, &outbox->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_PRIVATECACHE,
	    NULL);
	if (code != SQLITE_OK)
		return db_error(outbox, code);
	err = set_up(outbox);
	return err == JX_OK ? open_schema(outbox) : err;
}

enum jx_err
outbox_db_open(struct outbox *outbox, const char *folder)
{
	enum jx_err err;
	int cause;

	outbox->folder_fd = outbox_folder_open(folder);
	if (outbox->folder_fd == -1)
		return JX_E_FILE;
	/* One at a time opens: two could not turn a new file to WAL. */
	while (flock(outbox->folder_fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return JX_E_FILE;
	err = open_file(outbox, folder);
	cause = errno;
	flock(outbox->folder_fd, LOCK_UN);
	errno = cause;
	return err;
}

void
outbox_db_close(struct outbox *outbox)
{
	int code;

#ifdef JX_PLANT_OUTBOX_ACK_BEFORE_COMMIT
	sqlite3_exec(outbox->db, "COMMIT", NULL, NULL, NULL);
#endif
	for (int i = 0; i < OUTBOX_SQL_COUNT; i++)
		sqlite3_finalize(outbox->statements[i]);
	code = sqlite3_close(outbox->db);
	assert(code == SQLITE_OK);
	if (outbox->folder_fd != -1)
		close(outbox->folder_fd);
}

/* ---- Statements. */

enum jx_err
outbox_db_use(struct outbox *outbox, enum outbox_sql sql, sqlite3_stmt **out)
{
	sqlite3_stmt **statement = &outbox->statements[sql];

	if (*statement == NULL) {
		int code = sqlite3_prepare_v3(
		    outbox->db, db_sql[sql], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);

		if (code != SQLITE_OK)
			return db_error(outbox, code);
	}
	outbox_db_done(*statement);
	*out = *statement;
	return JX_OK;
}

void
outbox_db_done(sqlite3_stmt *statement)
{
	int cause = errno;

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	errno = cause;
}

enum jx_err
outbox_db_step(struct outbox *outbox, sqlite3_stmt *statement)
{
	int code = sqlite3_step(statement);
	enum jx_err err;

	if (code == SQLITE_ROW)
		return JX_OK;
	err = code == SQLITE_DONE ? JX_E_NOT_FOUND : db_error(outbox, code);
	outbox_db_done(statement);
	return err;
}

enum jx_err
outbox_db_run(struct outbox *outbox, sqlite3_stmt *statement)
{
	enum jx_err err = outbox_db_step(outbox, statement);

	if (err == JX_OK) {
		outbox_db_done(statement);
		return outbox_db_damaged();
	}
	return err == JX_E_NOT_FOUND ? JX_OK : err;
}

int
outbox_db_changes(const struct outbox *outbox)
{
	return sqlite3_changes(outbox->db);
}

struct bytes
outbox_db_blob(sqlite3_stmt *statement, int column)
{
	const void *data = sqlite3_column_blob(statement, column);
	int size = sqlite3_column_bytes(statement, column);

	return (struct bytes){data, data == NULL ? 0 : (size_t)size};
}

static enum jx_err
run_alone(struct outbox *outbox, enum outbox_sql sql)
{
	sqlite3_stmt *statement;
	enum jx_err err;

#ifdef JX_PLANT_OUTBOX_ACK_BEFORE_COMMIT
	if (sqlite3_get_autocommit(outbox->db) == 0 &&
	    (sql == OUTBOX_SQL_BEGIN || sql == OUTBOX_SQL_BEGIN_READ) &&
	    run_alone(outbox, OUTBOX_SQL_COMMIT) != JX_OK)
		return JX_E_FILE;
#endif
	err = outbox_db_use(outbox, sql, &statement);
	return err == JX_OK ? outbox_db_run(outbox, statement) : err;
}

enum jx_err
outbox_db_begin(struct outbox *outbox)
{
	return run_alone(outbox, OUTBOX_SQL_BEGIN);
}

enum jx_err
outbox_db_begin_read(struct outbox *outbox)
{
	return run_alone(outbox, OUTBOX_SQL_BEGIN_READ);
}

enum jx_err
outbox_db_end(struct outbox *outbox, enum jx_err err)
{
	int cause;

#ifdef JX_PLANT_OUTBOX_ACK_BEFORE_COMMIT
	if (err == JX_OK && sqlite3_txn_state(outbox->db, NULL) == SQLITE_TXN_WRITE)
		return JX_OK;
#endif
	if (err == JX_OK)
		err = run_alone(outbox, OUTBOX_SQL_COMMIT);
	if (err == JX_OK)
		return JX_OK;
	cause = errno;
	/* It may be over already: SQLite ends some failed transactions by itself. */
	if (sqlite3_get_autocommit(outbox->db) == 0 &&
	    run_alone(outbox, OUTBOX_SQL_ROLLBACK) != JX_OK)
		err = JX_E_FILE;
	errno = cause;
	return err;
}

/* ---- Boxes. */

enum jx_err
outbox_db_bind_box(struct outbox *outbox, sqlite3_stmt *statement, int parameter,
    struct outbox_place place, struct bytes plain)
{
	size_t size = plain.size + OUTBOX_CRYPT_BOX_EXTRA;
	uint8_t *box = malloc(size);
	int code;

	if (box == NULL)
		return JX_E_MEMORY;
	outbox_crypt_shut(outbox->keys.boxes, place, plain, box);
	code = sqlite3_bind_blob64(statement, parameter, box, size, free);
	return code == SQLITE_OK ? JX_OK : db_error(outbox, code);
}

enum jx_err
outbox_db_unbox(struct outbox *outbox, struct arena *arena, sqlite3_stmt *statement, int column,
    struct outbox_place place, struct bytes *plain)
{
	struct bytes box = outbox_db_blob(statement, column);
	uint8_t *data;

	if (box.size < OUTBOX_CRYPT_BOX_EXTRA)
		return sqlite3_errcode(outbox->db) == SQLITE_NOMEM ? JX_E_MEMORY
								   : outbox_db_damaged();
	data = arena_alloc(arena, box.size - OUTBOX_CRYPT_BOX_EXTRA);
	if (data == NULL)
		return JX_E_MEMORY;
	if (!outbox_crypt_open(outbox->keys.boxes, place, box, data))
		return outbox_db_damaged();
	*plain = (struct bytes){data, box.size - OUTBOX_CRYPT_BOX_EXTRA};
	return JX_OK;
}

void
outbox_db_put64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}

uint64_t
outbox_db_get64(const uint8_t *at)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | at[i];
	return value;
}
