/* Drafts and copies: found by a keyed hash of kind and name; the name itself is in the label's box.
 */
#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "outbox/outbox.h"
#include "outbox/outbox_db.h"
#include "outbox/outbox_head.h"

enum {
	THING_DEVICE = 64, /* a kind of our own: the key of packets */

	LABEL_SAVED = 0,
	LABEL_KIND = LABEL_SAVED + 8,
	LABEL_NAME = LABEL_KIND + 1,
	LABEL_SIZE_MAX = LABEL_NAME + OUTBOX_NAME_SIZE_MAX,

	LIST_SIZE_MAX = 64 << 20, /* memory for the names of one listing */
};

/* The row's name is its place, and the label's kind and name give the row's name. */
struct label {
	uint8_t row[OUTBOX_CRYPT_NAME_SIZE];
	const char *name;
};

static void
thing_row(const struct outbox *outbox, uint8_t kind, const char *name,
    uint8_t row[OUTBOX_CRYPT_NAME_SIZE])
{
	outbox_crypt_name(
	    &outbox->keys, kind, (struct bytes){(const uint8_t *)name, strlen(name)}, row);
}

static struct outbox_place
thing_place(enum outbox_box box, const uint8_t row[OUTBOX_CRYPT_NAME_SIZE])
{
	return (struct outbox_place){box, {row, OUTBOX_CRYPT_NAME_SIZE}};
}

static enum jx_err
use_row(struct outbox *outbox, enum outbox_sql sql, const uint8_t row[OUTBOX_CRYPT_NAME_SIZE],
    sqlite3_stmt **statement)
{
	enum jx_err err = outbox_db_use(outbox, sql, statement);

	if (err == JX_OK && sqlite3_bind_blob(*statement, 1, row, OUTBOX_CRYPT_NAME_SIZE,
				SQLITE_STATIC) != SQLITE_OK)
		err = JX_E_MEMORY;
	return err;
}

static enum jx_err
change_count(struct outbox *outbox, int by)
{
	struct outbox_head head;
	enum jx_err err = outbox_head_read(outbox, &head);

	if (err != JX_OK)
		return err == JX_E_NOT_FOUND ? outbox_db_damaged() : err;
	head.thing_count += by;
	return outbox_head_write(outbox, &head);
}

static enum jx_err
write_row(struct outbox *outbox, enum outbox_sql sql, const uint8_t row[OUTBOX_CRYPT_NAME_SIZE],
    struct bytes label, struct bytes content)
{
	sqlite3_stmt *statement;
	enum jx_err err = use_row(outbox, sql, row, &statement);

	if (err == JX_OK)
		err = outbox_db_bind_box(
		    outbox, statement, 2, thing_place(OUTBOX_BOX_LABEL, row), label);
	if (err == JX_OK)
		err = outbox_db_bind_box(
		    outbox, statement, 3, thing_place(OUTBOX_BOX_CONTENT, row), content);
	return err == JX_OK ? outbox_db_run(outbox, statement) : err;
}

/* Inside a transaction. */
static enum jx_err
put_within(
    struct outbox *outbox, uint8_t kind, const char *name, struct bytes content, uint64_t now_us)
{
	uint8_t label[LABEL_SIZE_MAX], row[OUTBOX_CRYPT_NAME_SIZE];
	size_t name_size = strlen(name);
	struct bytes label_bytes = {label, LABEL_NAME + name_size};
	enum jx_err err;

	outbox_db_put64(label + LABEL_SAVED, now_us);
	label[LABEL_KIND] = kind;
	memcpy(label + LABEL_NAME, name, name_size);
	thing_row(outbox, kind, name, row);
	err = write_row(outbox, OUTBOX_SQL_THING_WRITE, row, label_bytes, content);
	if (err != JX_OK || outbox_db_changes(outbox) == 1)
		return err;
	err = write_row(outbox, OUTBOX_SQL_THING_ADD, row, label_bytes, content);
	return err == JX_OK ? change_count(outbox, +1) : err;
}

enum jx_err
outbox_put(struct outbox *outbox, enum outbox_kind kind, const char *name, struct bytes bytes,
    uint64_t now_us)
{
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	if (strlen(name) > OUTBOX_NAME_SIZE_MAX || bytes.size > OUTBOX_THING_SIZE_MAX)
		return JX_E_TOO_BIG;
	err = outbox_db_begin(outbox);
	if (err != JX_OK)
		return err;
	return outbox_db_end(outbox, put_within(outbox, (uint8_t)kind, name, bytes, now_us));
}

/* The label in the statement's column; its name ends at its size. */
static enum jx_err
read_label(struct outbox *outbox, struct arena *arena, sqlite3_stmt *statement, int column,
    const uint8_t row[OUTBOX_CRYPT_NAME_SIZE], struct bytes *label)
{
	enum jx_err err = outbox_db_unbox(
	    outbox, arena, statement, column, thing_place(OUTBOX_BOX_LABEL, row), label);

	return err == JX_OK && label->size < LABEL_NAME ? outbox_db_damaged() : err;
}

static enum jx_err
get(struct outbox *outbox, struct arena *arena, uint8_t kind, const char *name,
    struct outbox_thing *out)
{
	uint8_t row[OUTBOX_CRYPT_NAME_SIZE];
	struct bytes label, content;
	sqlite3_stmt *statement;
	char *copy;
	enum jx_err err;

	thing_row(outbox, kind, name, row);
	err = use_row(outbox, OUTBOX_SQL_THING_READ, row, &statement);
	if (err == JX_OK)
		err = outbox_db_step(outbox, statement);
	if (err != JX_OK)
		return err;
	err = read_label(outbox, arena, statement, 0, row, &label);
	if (err == JX_OK)
		err = outbox_db_unbox(
		    outbox, arena, statement, 1, thing_place(OUTBOX_BOX_CONTENT, row), &content);
	outbox_db_done(statement);
	if (err != JX_OK)
		return err;
	copy = arena_strdup(arena, name);
	if (copy == NULL)
		return JX_E_MEMORY;
	*out = (struct outbox_thing){copy, content, outbox_db_get64(label.data + LABEL_SAVED)};
	return JX_OK;
}

enum jx_err
outbox_get(struct outbox *outbox, struct arena *arena, enum outbox_kind kind, const char *name,
    struct outbox_thing *out)
{
	return outbox->is_unlocked ? get(outbox, arena, (uint8_t)kind, name, out) : JX_E_LOCKED;
}

enum jx_err
outbox_remove(struct outbox *outbox, enum outbox_kind kind, const char *name)
{
	uint8_t row[OUTBOX_CRYPT_NAME_SIZE];
	sqlite3_stmt *statement;
	enum jx_err err;

	if (!outbox->is_unlocked)
		return JX_E_LOCKED;
	thing_row(outbox, (uint8_t)kind, name, row);
	err = outbox_db_begin(outbox);
	if (err != JX_OK)
		return err;
	err = use_row(outbox, OUTBOX_SQL_THING_REMOVE, row, &statement);
	if (err == JX_OK)
		err = outbox_db_run(outbox, statement);
	if (err == JX_OK)
		err = outbox_db_changes(outbox) == 1 ? change_count(outbox, -1) : JX_E_NOT_FOUND;
	return outbox_db_end(outbox, err);
}

/* ---- Listing. */

static int
compare_labels(const void *a, const void *b)
{
	return strcmp(((const struct label *)a)->name, ((const struct label *)b)->name);
}

/* One more label of that kind, into *labels. */
static enum jx_err
take_label(struct outbox *outbox, struct arena *arena, sqlite3_stmt *statement, uint8_t kind,
    struct label **labels, size_t *count)
{
	struct bytes row = outbox_db_blob(statement, 0), plain;
	struct label *grown, label;
	enum jx_err err;

	if (row.size != sizeof label.row)
		return outbox_db_damaged();
	memcpy(label.row, row.data, row.size);
	err = read_label(outbox, arena, statement, 1, label.row, &plain);
	if (err != JX_OK || plain.data[LABEL_KIND] != kind)
		return err;
	label.name =
	    arena_strndup(arena, (const char *)plain.data + LABEL_NAME, plain.size - LABEL_NAME);
	if (label.name == NULL)
		return JX_E_MEMORY;
	if ((*count & (*count - 1)) == 0) { /* a power of two, or none: full */
		grown = realloc(*labels, (*count == 0 ? 1 : 2 * *count) * sizeof label);
		if (grown == NULL)
			return JX_E_MEMORY;
		*labels = grown;
	}
	(*labels)[(*count)++] = label;
	return JX_OK;
}

static enum jx_err
list_labels(
    struct outbox *outbox, struct arena *arena, uint8_t kind, struct label **labels, size_t *count)
{
	sqlite3_stmt *statement;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_THING_LABELS, &statement);

	while (err == JX_OK && (err = outbox_db_step(outbox, statement)) == JX_OK) {
		err = take_label(outbox, arena, statement, kind, labels, count);
		if (err != JX_OK)
			outbox_db_done(statement);
	}
	if (err != JX_E_NOT_FOUND)
		return err;
	if (*count > 0)
		qsort(*labels, *count, sizeof **labels, compare_labels);
	return JX_OK;
}

enum jx_err
outbox_each(struct outbox *outbox, enum outbox_kind kind, outbox_each_fn *each, void *arg)
{
	struct arena *names = arena_new(LIST_SIZE_MAX), *arena;
	struct label *labels = NULL;
	size_t count = 0;
	bool goes_on = true;
	enum jx_err err = names == NULL ? JX_E_MEMORY : JX_OK;

	if (!outbox->is_unlocked)
		err = JX_E_LOCKED;
	if (err == JX_OK)
		err = list_labels(outbox, names, (uint8_t)kind, &labels, &count);
	for (size_t i = 0; err == JX_OK && goes_on && i < count; i++) {
		struct outbox_thing thing;

		arena = arena_new(OUTBOX_THING_SIZE_MAX + (64 << 10));
		err = arena == NULL ? JX_E_MEMORY
				    : get(outbox, arena, (uint8_t)kind, labels[i].name, &thing);
		if (err == JX_OK)
			goes_on = each(arg, &thing);
		else if (err == JX_E_NOT_FOUND)
			err = JX_OK; /* removed meanwhile */
		arena_free(arena);
	}
	free(labels);
	arena_free(names);
	return err;
}

/* ---- The device's key. */

enum jx_err
outbox_device(struct outbox *outbox, uint8_t public_key[32], uint8_t secret_key[64])
{
	static const char name[] = "device";
	struct arena *arena = arena_new(4 << 10);
	struct outbox_thing thing = {0};
	uint8_t seed[crypto_sign_SEEDBYTES];
	enum jx_err err = arena == NULL ? JX_E_MEMORY : JX_OK;

	if (!outbox->is_unlocked)
		err = JX_E_LOCKED;
	if (err == JX_OK)
		err = outbox_db_begin(outbox); /* so that there is one only */
	if (err == JX_OK) {
		err = get(outbox, arena, THING_DEVICE, name, &thing);
		if (err == JX_E_NOT_FOUND) {
			randombytes_buf(seed, sizeof seed);
			err = put_within(
			    outbox, THING_DEVICE, name, (struct bytes){seed, sizeof seed}, 0);
		} else if (err == JX_OK && thing.bytes.size == sizeof seed) {
			memcpy(seed, thing.bytes.data, sizeof seed);
		} else if (err == JX_OK) {
			err = outbox_db_damaged();
		}
		err = outbox_db_end(outbox, err);
	}
	if (err == JX_OK)
		crypto_sign_seed_keypair(public_key, secret_key, seed);
	sodium_memzero(seed, sizeof seed);
	arena_free(arena);
	return err;
}
