/*
 * outbox/outbox_db.h: the SQLite file under an outbox, for the room's own files
 * only: the schema, the statements, transactions.
 *
 * What goes in and out here are boxes (outbox_crypt.h) and keyed hashes; SQLite
 * never sees a plain word.
 */
#ifndef JX_OUTBOX_OUTBOX_DB_H
#define JX_OUTBOX_OUTBOX_DB_H

#include <sqlite3.h>

#include "outbox/outbox.h"
#include "outbox/outbox_crypt.h"

enum { OUTBOX_DB_ID_SIZE = 16, OUTBOX_DB_NAME_SIZE = 2 * OUTBOX_DB_ID_SIZE + 16 };

enum outbox_sql {
	OUTBOX_SQL_BEGIN,
	OUTBOX_SQL_BEGIN_READ,
	OUTBOX_SQL_COMMIT,
	OUTBOX_SQL_ROLLBACK,
	OUTBOX_SQL_LOCK_READ,
	OUTBOX_SQL_LOCK_WRITE,
	OUTBOX_SQL_HEAD_READ,
	OUTBOX_SQL_HEAD_WRITE,
	OUTBOX_SQL_ITEM_ADD,
	OUTBOX_SQL_ITEM_NEXT,
	OUTBOX_SQL_ITEM_FIND,
	OUTBOX_SQL_ITEM_FIND_NAME,
	OUTBOX_SQL_ITEM_REMOVE,
	OUTBOX_SQL_ITEM_NAMES,
	OUTBOX_SQL_STATE_ADD,
	OUTBOX_SQL_STATE_READ,
	OUTBOX_SQL_STATE_WRITE,
	OUTBOX_SQL_STATE_NEXT,
	OUTBOX_SQL_STATE_COUNT,
	OUTBOX_SQL_THING_ADD,
	OUTBOX_SQL_THING_WRITE,
	OUTBOX_SQL_THING_READ,
	OUTBOX_SQL_THING_REMOVE,
	OUTBOX_SQL_THING_LABELS,
	OUTBOX_SQL_CHECK,
	OUTBOX_SQL_CHECK_LINKS,
	OUTBOX_SQL_COUNT,
};

struct outbox {
	sqlite3 *db;
	sqlite3_stmt *statements[OUTBOX_SQL_COUNT]; /* prepared when first used */
	uint8_t id[OUTBOX_DB_ID_SIZE];              /* of server and account: the file's name */
	int folder_fd;
	int lock_fd; /* -1: this handle does not send */
	bool is_unlocked;
	uint8_t key[OUTBOX_KEY_SIZE];
	struct outbox_keys keys; /* made from key */
};

void outbox_db_id(const char *server, const char *account, uint8_t id[OUTBOX_DB_ID_SIZE]);
/* "3f…-lock": the file of that id with that ending, in the folder. */
void outbox_db_name(
    const uint8_t id[OUTBOX_DB_ID_SIZE], const char *ending, char name[OUTBOX_DB_NAME_SIZE]);
/* Fills db and folder_fd; what stands open after a failure is closed by outbox_db_close. */
JX_MUST_USE enum jx_err outbox_db_open(struct outbox *outbox, const char *folder);
void outbox_db_close(struct outbox *outbox);

/* The statement, with nothing bound. */
JX_MUST_USE enum jx_err outbox_db_use(
    struct outbox *outbox, enum outbox_sql sql, sqlite3_stmt **out);
/* JX_OK: a row, which holds until outbox_db_done; JX_E_NOT_FOUND: no more. */
JX_MUST_USE enum jx_err outbox_db_step(struct outbox *outbox, sqlite3_stmt *statement);
void outbox_db_done(sqlite3_stmt *statement);
/* A statement that gives no row. */
JX_MUST_USE enum jx_err outbox_db_run(struct outbox *outbox, sqlite3_stmt *statement);
/* The number of rows that the last statement changed. */
int outbox_db_changes(const struct outbox *outbox);
struct bytes outbox_db_blob(sqlite3_stmt *statement, int column); /* until the next step */

JX_MUST_USE enum jx_err outbox_db_begin(struct outbox *outbox); /* to write */
JX_MUST_USE enum jx_err outbox_db_begin_read(
    struct outbox *outbox); /* everything as of one moment */
/* Commits when err is JX_OK, else rolls back; JX_OK: it is on the disk. */
JX_MUST_USE enum jx_err outbox_db_end(struct outbox *outbox, enum jx_err err);
/* JX_E_FILE, errno EBADMSG: something in the file is not what was written. */
JX_MUST_USE enum jx_err outbox_db_damaged(void);

/* A box of that place around plain, bound to a statement's parameter. */
JX_MUST_USE enum jx_err outbox_db_bind_box(struct outbox *outbox, sqlite3_stmt *statement,
    int parameter, struct outbox_place place, struct bytes plain);
/* What is in a row's box, in arena. */
JX_MUST_USE enum jx_err outbox_db_unbox(struct outbox *outbox, struct arena *arena,
    sqlite3_stmt *statement, int column, struct outbox_place place, struct bytes *plain);

/* Numbers in a box: big-endian. */
void outbox_db_put64(uint8_t *at, uint64_t value);
uint64_t outbox_db_get64(const uint8_t *at);

#endif
