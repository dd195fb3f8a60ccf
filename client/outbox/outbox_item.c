/* Submissions: what is sealed in one box that never changes, its state in another beside it. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "outbox/outbox.h"
#include "outbox/outbox_db.h"
#include "outbox/outbox_folder.h"
#include "outbox/outbox_head.h"

/* In the boxes: numbers big-endian, texts and bytes at the end, each behind its size. */
enum {
	SEALED_OP_ID = 0,
	SEALED_CONTENT = SEALED_OP_ID + OUTBOX_OP_ID_SIZE,
	SEALED_TIME = SEALED_CONTENT + 32,
	SEALED_REPLACES = SEALED_TIME + 8,
	SEALED_PATH_SIZE = SEALED_REPLACES + 8,
	SEALED_PATH = SEALED_PATH_SIZE + 8,

	STATE_STATE = 0,
	STATE_TRIES = STATE_STATE + 8,
	STATE_CHANGED = STATE_TRIES + 8,
	STATE_FAIL_SIZE = STATE_CHANGED + 8,
	STATE_FAIL = STATE_FAIL_SIZE + 8,

	NAME_SPACE_ITEM = 0,  /* beside the kinds of things */
	ARENA_SIZE = 4 << 20, /* a state with its proof, many times over */
};

/* What may become of an item. */
struct move {
	enum outbox_state from;
	unsigned to; /* a mask */
};

static const struct move moves[] = {
    {OUTBOX_WAITING,
	OUTBOX_SENDING | OUTBOX_SENT | OUTBOX_REFUSED | OUTBOX_REPLACED | OUTBOX_DROPPED},
    {OUTBOX_SENDING, OUTBOX_WAITING | OUTBOX_SENT | OUTBOX_REFUSED},
    {OUTBOX_REFUSED, OUTBOX_WAITING | OUTBOX_SENT | OUTBOX_REPLACED | OUTBOX_DROPPED},
    /* A copy that left by hand had arrived. */
    {OUTBOX_REPLACED, OUTBOX_SENT},
    {OUTBOX_DROPPED, OUTBOX_SENT},
};

struct state {
	enum outbox_state state;
	uint32_t tries;
	uint64_t changed_us;
	struct bytes fail, receipt;
};

/* A row's number as the boxes' place wants it. */
struct row {
	uint8_t number[8];
};

static struct outbox_place
item_place(enum outbox_box box, int64_t number, struct row *row)
{
	outbox_db_put64(row->number, (uint64_t)number);
	return (struct outbox_place){box, {row->number, sizeof row->number}};
}

static bool
may_move(enum outbox_state from, enum outbox_state to)
{
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
		if (moves[i].from == from)
			return (moves[i].to & to) != 0;
	return false;
}

/* ---- In and out of boxes. */

static void
put_bytes(uint8_t *at, struct bytes bytes)
{
	if (bytes.size > 0)
		memcpy(at, bytes.data, bytes.size);
}

/* size bytes at offset, or false when there are not as many. */
static bool
take_bytes(struct bytes plain, size_t offset, uint64_t size, struct bytes *out)
{
	if (offset > plain.size || size > plain.size - offset)
		return false;
	*out = (struct bytes){plain.data + offset, (size_t)size};
	return true;
}

static enum jx_err
item_read_sealed(struct arena *arena, struct bytes plain, struct outbox_item *item)
{
	struct bytes path;

	if (plain.size < SEALED_PATH ||
	    !take_bytes(plain, SEALED_PATH, outbox_db_get64(plain.data + SEALED_PATH_SIZE), &path))
		return outbox_db_damaged();
	memcpy(item->op_id, plain.data + SEALED_OP_ID, sizeof item->op_id);
	memcpy(item->content_hash, plain.data + SEALED_CONTENT, sizeof item->content_hash);
	item->sealed_us = outbox_db_get64(plain.data + SEALED_TIME);
	item->replaces = (int64_t)outbox_db_get64(plain.data + SEALED_REPLACES);
	item->path = arena_strndup(arena, (const char *)path.data, path.size);
	item->deed = (struct bytes){path.data + path.size, plain.size - SEALED_PATH - path.size};
	return item->path == NULL ? JX_E_MEMORY : JX_OK;
}

static enum jx_err
state_unpack(struct bytes plain, struct state *state)
{
	struct bytes fail;

	if (plain.size < STATE_FAIL ||
	    !take_bytes(plain, STATE_FAIL, outbox_db_get64(plain.data + STATE_FAIL_SIZE), &fail))
		return outbox_db_damaged();
	state->state = (enum outbox_state)outbox_db_get64(plain.data + STATE_STATE);
	state->tries = (uint32_t)outbox_db_get64(plain.data + STATE_TRIES);
	state->changed_us = outbox_db_get64(plain.data + STATE_CHANGED);
	state->fail = fail;
	state->receipt = (struct bytes){fail.data + fail.size, plain.size - STATE_FAIL - fail.size};
	return JX_OK;
}

/* The row under the statement: whole, in arena. out is untouched on failure. */
static enum jx_err
item_read(
    struct outbox *outbox, struct arena *arena, sqlite3_stmt *statement, struct outbox_item *out)
{
	struct outbox_item item = {.number = sqlite3_column_int64(statement, 0)};
	struct state state;
	struct bytes plain;
	struct row row;
	enum jx_err err = outbox_db_unbox(
	    outbox, arena, statement, 1, item_place(OUTBOX_BOX_SEALED, item.number, &row), &plain);

	if (err == JX_OK)
		err = item_read_sealed(arena, plain, &item);
	if (err == JX_OK)
		err = outbox_db_unbox(outbox, arena, statement, 2,
		    item_place(OUTBOX_BOX_STATE, item.number, &row), &plain);
	if (err == JX_OK)
		err = state_unpack(plain, &state);
	if (err != JX_OK)
		return err;
	item.state = state.state;
	item.tries = state.tries;
	item.changed_us = state.changed_us;
	item.fail = state.fail;
	item.receipt = state.receipt;
	*out = item;
	return JX_OK;
}

/* The state in its box, as a row's box, to the statement's second parameter; runs it. */
static enum jx_err
state_write(struct outbox *outbox, enum outbox_sql sql, int64_t number, const struct state *state)
{
	size_t size = STATE_FAIL + state->fail.size + state->receipt.size;
	uint8_t *plain = malloc(size);
	sqlite3_stmt *statement;
	struct row row;
	enum jx_err err;

	if (plain == NULL)
		return JX_E_MEMORY;
	outbox_db_put64(plain + STATE_STATE, state->state);
	outbox_db_put64(plain + STATE_TRIES, state->tries);
	outbox_db_put64(plain + STATE_CHANGED, state->changed_us);
	outbox_db_put64(plain + STATE_FAIL_SIZE, state->fail.size);
	put_bytes(plain + STATE_FAIL, state->fail);
	put_bytes(plain + STATE_FAIL + state->fail.size, state->receipt);
	err = outbox_db_use(outbox, sql, &statement);
	if (err == JX_OK)
		err = outbox_db_bind_box(outbox, statement, 2,
		    item_place(OUTBOX_BOX_STATE, number, &row), (struct bytes){plain, size});
	free(plain);
	if (err != JX_OK)
		return err;
	if (sqlite3_bind_int64(statement, 1, number) != SQLITE_OK)
		return JX_E_MEMORY;
	err = outbox_db_run(outbox, statement);
	if (err == JX_OK && outbox_db_changes(outbox) != 1)
		err = outbox_db_damaged();
	return err;
}

/* The number's state now. JX_E_NOT_FOUND. */
static enum jx_err
state_read(struct outbox *outbox, struct arena *arena, int64_t number, struct state *state)
{
	sqlite3_stmt *statement;
	struct bytes plain;
	struct row row;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_STATE_READ, &statement);

	if (err == JX_OK && sqlite3_bind_int64(statement, 1, number) != SQLITE_OK)
		err = JX_E_MEMORY;
	if (err == JX_OK)
		err = outbox_db_step(outbox, statement);
	if (err != JX_OK)
		return err;
	err = outbox_db_unbox(
	    outbox, arena, statement, 0, item_place(OUTBOX_BOX_STATE, number, &row), &plain);
	outbox_db_done(statement);
	return err == JX_OK ? state_unpack(plain, state) : err;
}

/* ---- Sealing. */

static void
item_name(const struct outbox *outbox, const uint8_t op_id[OUTBOX_OP_ID_SIZE],
    uint8_t name[OUTBOX_CRYPT_NAME_SIZE])
{
	outbox_crypt_name(
	    &outbox->keys, NAME_SPACE_ITEM, (struct bytes){op_id, OUTBOX_OP_ID_SIZE}, name);
}

static enum jx_err
sealed_write(struct outbox *outbox, int64_t number, const uint8_t name[OUTBOX_CRYPT_NAME_SIZE],
    const struct outbox_item *item, uint64_t now_us)
{
	size_t path_size = strlen(item->path), size = SEALED_PATH + path_size + item->deed.size;
	uint8_t *plain = malloc(size);
	sqlite3_stmt *statement;
	struct row row;
	enum jx_err err;

	if (plain == NULL)
		return JX_E_MEMORY;
	memcpy(plain + SEALED_OP_ID, item->op_id, sizeof item->op_id);
	memcpy(plain + SEALED_CONTENT, item->content_hash, sizeof item->content_hash);
	outbox_db_put64(plain + SEALED_TIME, now_us);
	outbox_db_put64(plain + SEALED_REPLACES, (uint64_t)item->replaces);
	outbox_db_put64(plain + SEALED_PATH_SIZE, path_size);
	memcpy(plain + SEALED_PATH, item->path, path_size);
	put_bytes(plain + SEALED_PATH + path_size, item->deed);
	err = outbox_db_use(outbox, OUTBOX_SQL_ITEM_ADD, &statement);
	if (err == JX_OK)
		err = outbox_db_bind_box(outbox, statement, 3,
		    item_place(OUTBOX_BOX_SEALED, number, &row), (struct bytes){plain, size});
	free(plain);
	if (err != JX_OK)
		return err;
	if (sqlite3_bind_int64(statement, 1, number) != SQLITE_OK ||
	    sqlite3_bind_blob(statement, 2, name, OUTBOX_CRYPT_NAME_SIZE, SQLITE_STATIC) !=
		SQLITE_OK)
		return JX_E_MEMORY;
	return outbox_db_run(outbox, statement);
}

/* JX_E_LIFE: no such move. */
static enum jx_err
move_within(struct outbox *outbox, int64_t number, enum outbox_state to, struct bytes proof,
    uint64_t now_us)
{
	struct arena *arena = arena_new(ARENA_SIZE);
	struct state state;
	enum jx_err err = arena == NULL ? JX_E_MEMORY : state_read(outbox, arena, number, &state);

	if (err == JX_OK && !may_move(state.state, to))
		err = JX_E_LIFE;
	if (err == JX_OK) {
		state.state = to;
		state.changed_us = now_us;
		if (to == OUTBOX_SENDING)
			state.tries++;
		if (to == OUTBOX_REFUSED)
			state.fail = proof;
		if (to == OUTBOX_WAITING || to == OUTBOX_SENT)
			state.fail = (struct bytes){NULL, 0};
		if (to == OUTBOX_SENT)
			state.receipt = proof;
		err = state_write(outbox, OUTBOX_SQL_STATE_WRITE, number, &state);
	}
	arena_free(arena);
	return err;
}

/* JX_E_EXISTS: that op id is sealed already. */
static enum jx_err
name_is_free(struct outbox *outbox, const uint8_t name[OUTBOX_CRYPT_NAME_SIZE])
{
	sqlite3_stmt *statement;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_ITEM_FIND_NAME, &statement);

	if (err == JX_OK && sqlite3_bind_blob(statement, 1, name, OUTBOX_CRYPT_NAME_SIZE,
				SQLITE_STATIC) != SQLITE_OK)
		err = JX_E_MEMORY;
	if (err == JX_OK)
		err = outbox_db_step(outbox, statement);
	if (err != JX_OK)
		return err == JX_E_NOT_FOUND ? JX_OK : err;
	outbox_db_done(statement);
	return JX_E_EXISTS;
}

static enum jx_err
seal_within(struct outbox *outbox, const struct outbox_item *item, uint64_t now_us, int64_t *number)
{
	static const struct bytes none = {NULL, 0};
	struct state state = {OUTBOX_WAITING, 0, now_us, {NULL, 0}, {NULL, 0}};
	uint8_t name[OUTBOX_CRYPT_NAME_SIZE];
	struct outbox_head head;
	enum jx_err err;

	item_name(outbox, item->op_id, name);
	err = name_is_free(outbox, name);
	if (err == JX_OK)
		err = outbox_head_read(outbox, &head);
	if (err == JX_E_NOT_FOUND)
		err = outbox_db_damaged();
	if (err == JX_OK)
		outbox_head_add(&head, head.item_last + 1, name);
	if (err == JX_OK && item->replaces != 0)
		err = move_within(outbox, item->replaces, OUTBOX_REPLACED, none, now_us);
	if (err == JX_OK)
		err = sealed_write(outbox, head.item_last, name, item, now_us);
	if (err == JX_OK)
		err = state_write(outbox, OUTBOX_SQL_STATE_ADD, head.item_last, &state);
	if (err == JX_OK)
		err = outbox_head_write(outbox, &head);
	if (err == JX_OK)
		*number = head.item_last;
	return err;
}

enum jx_err
outbox_seal(struct outbox *outbox, const struct outbox_item *item, uint64_t now_us, int64_t *number)
{
	int64_t sealed = 0;
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	if (item->deed.size > OUTBOX_DEED_SIZE_MAX || strlen(item->path) > OUTBOX_PATH_SIZE_MAX)
		return JX_E_TOO_BIG;
	err = outbox_db_begin(outbox);
	if (err != JX_OK)
		return err;
	err = outbox_db_end(outbox, seal_within(outbox, item, now_us, &sealed));
	if (err == JX_OK)
		*number = sealed;
	return err;
}

/* ---- Reading. */

/* The one row of a statement that has all it wants. */
static enum jx_err
find_with(
    struct outbox *outbox, struct arena *arena, sqlite3_stmt *statement, struct outbox_item *out)
{
	enum jx_err err = outbox_db_step(outbox, statement);

	if (err != JX_OK)
		return err;
	err = item_read(outbox, arena, statement, out);
	outbox_db_done(statement);
	return err;
}

enum jx_err
outbox_find(struct outbox *outbox, struct arena *arena, int64_t number, struct outbox_item *out)
{
	sqlite3_stmt *statement;
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	err = outbox_db_use(outbox, OUTBOX_SQL_ITEM_FIND, &statement);
	if (err == JX_OK && sqlite3_bind_int64(statement, 1, number) != SQLITE_OK)
		err = JX_E_MEMORY;
	return err == JX_OK ? find_with(outbox, arena, statement, out) : err;
}

enum jx_err
outbox_find_op(struct outbox *outbox, struct arena *arena, const uint8_t op_id[OUTBOX_OP_ID_SIZE],
    struct outbox_item *out)
{
	uint8_t name[OUTBOX_CRYPT_NAME_SIZE];
	sqlite3_stmt *statement;
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	item_name(outbox, op_id, name);
	err = outbox_db_use(outbox, OUTBOX_SQL_ITEM_FIND_NAME, &statement);
	if (err == JX_OK &&
	    sqlite3_bind_blob(statement, 1, name, sizeof name, SQLITE_TRANSIENT) != SQLITE_OK)
		err = JX_E_MEMORY;
	return err == JX_OK ? find_with(outbox, arena, statement, out) : err;
}

/* The first number after `after` whose state is among those. */
static enum jx_err
next_number(struct outbox *outbox, unsigned states, int64_t *number)
{
	struct arena *arena = NULL;
	sqlite3_stmt *statement;
	struct state state = {0};
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_STATE_NEXT, &statement);

	if (err == JX_OK && sqlite3_bind_int64(statement, 1, *number) != SQLITE_OK)
		err = JX_E_MEMORY;
	while (err == JX_OK && (err = outbox_db_step(outbox, statement)) == JX_OK) {
		struct bytes plain;
		struct row row;

		*number = sqlite3_column_int64(statement, 0);
		arena_free(arena);
		arena = arena_new(ARENA_SIZE);
		if (arena == NULL)
			err = JX_E_MEMORY;
		if (err == JX_OK)
			err = outbox_db_unbox(outbox, arena, statement, 1,
			    item_place(OUTBOX_BOX_STATE, *number, &row), &plain);
		if (err == JX_OK)
			err = state_unpack(plain, &state);
		if (err != JX_OK || (state.state & states) != 0) {
			outbox_db_done(statement);
			break;
		}
	}
	arena_free(arena);
	return err;
}

enum jx_err
outbox_next(struct outbox *outbox, struct arena *arena, unsigned states, int64_t after,
    struct outbox_item *out)
{
	int64_t number = after;
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	err = outbox_db_begin_read(outbox);
	if (err != JX_OK)
		return err;
	err = next_number(outbox, states, &number);
	if (err == JX_OK)
		err = outbox_find(outbox, arena, number, out);
	if (err == JX_E_FILE)
		out->number = number;
	return outbox_db_end(outbox, err);
}

/* ---- Moving. */

enum jx_err
outbox_move(struct outbox *outbox, int64_t number, enum outbox_state to, struct bytes proof,
    uint64_t now_us)
{
	bool is_proven = to == OUTBOX_SENT || to == OUTBOX_REFUSED;
	enum jx_err err;

	assert(is_proven == (proof.size > 0));
	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	if (proof.size > OUTBOX_PROOF_SIZE_MAX)
		return JX_E_TOO_BIG;
	err = outbox_db_begin(outbox);
	if (err != JX_OK)
		return err;
	return outbox_db_end(outbox, move_within(outbox, number, to, proof, now_us));
}

/* Calls each with every item's number and state, inside a transaction. */
typedef enum jx_err state_fn(
    struct outbox *outbox, int64_t number, const struct state *state, uint64_t time_us, bool *did);

static enum jx_err
each_state(struct outbox *outbox, state_fn *each, uint64_t time_us, bool *did)
{
	int64_t number = 0;
	enum jx_err err;

	do {
		struct arena *arena;
		struct state state;

		err = next_number(outbox, OUTBOX_ANY, &number);
		if (err != JX_OK)
			break;
		arena = arena_new(ARENA_SIZE);
		err = arena == NULL ? JX_E_MEMORY : state_read(outbox, arena, number, &state);
		if (err == JX_OK)
			err = each(outbox, number, &state, time_us, did);
		arena_free(arena);
	} while (err == JX_OK);
	return err == JX_E_NOT_FOUND ? JX_OK : err;
}

static enum jx_err
prune_one(
    struct outbox *outbox, int64_t number, const struct state *state, uint64_t before_us, bool *did)
{
	static const unsigned over = OUTBOX_SENT | OUTBOX_DROPPED | OUTBOX_REPLACED;
	sqlite3_stmt *statement;
	enum jx_err err;

	if ((state->state & over) == 0 || state->changed_us >= before_us)
		return JX_OK;
	err = outbox_db_use(outbox, OUTBOX_SQL_ITEM_REMOVE, &statement);
	if (err == JX_OK && sqlite3_bind_int64(statement, 1, number) != SQLITE_OK)
		err = JX_E_MEMORY;
	if (err == JX_OK)
		err = outbox_db_run(outbox, statement);
	*did = true;
	return err;
}

enum jx_err
outbox_prune(struct outbox *outbox, uint64_t before_us)
{
	struct outbox_head head;
	bool did = false;
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	err = outbox_db_begin(outbox);
	if (err != JX_OK)
		return err;
	err = each_state(outbox, prune_one, before_us, &did);
	if (err == JX_OK && did) {
		err = outbox_head_read(outbox, &head);
		if (err == JX_OK)
			err = outbox_head_recount(outbox, &head);
		if (err == JX_OK)
			err = outbox_head_write(outbox, &head);
		if (err == JX_E_NOT_FOUND)
			err = outbox_db_damaged();
	}
	return outbox_db_end(outbox, err);
}

/* ---- Who sends. */

/* Whoever was sending is no more. Its try counts; the time it began stays. */
static enum jx_err
wait_again(
    struct outbox *outbox, int64_t number, const struct state *state, uint64_t time_us, bool *did)
{
	static const struct bytes none = {NULL, 0};

	(void)time_us, (void)did;
	if (state->state != OUTBOX_SENDING)
		return JX_OK;
	return move_within(outbox, number, OUTBOX_WAITING, none, state->changed_us);
}

enum jx_err
outbox_lock_sending(struct outbox *outbox)
{
	char name[OUTBOX_DB_NAME_SIZE];
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	if (outbox->lock_fd != -1)
		return JX_OK;
	outbox_db_name(outbox->id, ".lock", name);
	outbox->lock_fd = outbox_folder_open_file(outbox->folder_fd, name);
	if (outbox->lock_fd == -1)
		return JX_E_FILE;
	if (flock(outbox->lock_fd, LOCK_EX | LOCK_NB) != 0)
		err = errno == EWOULDBLOCK ? JX_E_BUSY : JX_E_FILE;
	else
		err = outbox_db_begin(outbox);
	if (err == JX_OK)
		err = outbox_db_end(outbox, each_state(outbox, wait_again, 0, NULL));
	if (err != JX_OK)
		outbox_unlock_sending(outbox);
	return err;
}

void
outbox_unlock_sending(struct outbox *outbox)
{
	int cause = errno;

	if (outbox->lock_fd != -1)
		close(outbox->lock_fd); /* lets go of it */
	outbox->lock_fd = -1;
	errno = cause;
}
