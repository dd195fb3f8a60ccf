#include "outbox/outbox_head.h"

#include <sodium.h>
#include <string.h>

enum { HEAD_SIZE = 3 * 8 + OUTBOX_CRYPT_NAME_SIZE, HEAD_ARENA_SIZE = 4 << 10 };

static struct outbox_place
head_place(void)
{
	static const uint8_t row[] = {1};

	return (struct outbox_place){OUTBOX_BOX_HEAD, {row, sizeof row}};
}

enum jx_err
outbox_head_read(struct outbox *outbox, struct outbox_head *head)
{
	sqlite3_stmt *statement;
	struct bytes box;
	uint8_t plain[HEAD_SIZE];
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_HEAD_READ, &statement);

	if (err == JX_OK)
		err = outbox_db_step(outbox, statement);
	if (err != JX_OK)
		return err;
	box = outbox_db_blob(statement, 0);
	if (box.size != HEAD_SIZE + OUTBOX_CRYPT_BOX_EXTRA ||
	    !outbox_crypt_open(outbox->keys.boxes, head_place(), box, plain)) {
		outbox_db_done(statement);
		return outbox_db_damaged();
	}
	outbox_db_done(statement);
	head->item_last = (int64_t)outbox_db_get64(plain);
	head->item_count = (int64_t)outbox_db_get64(plain + 8);
	head->thing_count = (int64_t)outbox_db_get64(plain + 16);
	memcpy(head->items, plain + 24, sizeof head->items);
	return JX_OK;
}

enum jx_err
outbox_head_write(struct outbox *outbox, const struct outbox_head *head)
{
	sqlite3_stmt *statement;
	uint8_t plain[HEAD_SIZE];
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_HEAD_WRITE, &statement);

	outbox_db_put64(plain, (uint64_t)head->item_last);
	outbox_db_put64(plain + 8, (uint64_t)head->item_count);
	outbox_db_put64(plain + 16, (uint64_t)head->thing_count);
	memcpy(plain + 24, head->items, sizeof head->items);
	if (err == JX_OK)
		err = outbox_db_bind_box(
		    outbox, statement, 1, head_place(), (struct bytes){plain, sizeof plain});
	return err == JX_OK ? outbox_db_run(outbox, statement) : err;
}

void
outbox_head_add(
    struct outbox_head *head, int64_t number, const uint8_t name[OUTBOX_CRYPT_NAME_SIZE])
{
	crypto_generichash_state state;
	uint8_t bytes[8];

	outbox_db_put64(bytes, (uint64_t)number);
	crypto_generichash_init(&state, NULL, 0, sizeof head->items);
	crypto_generichash_update(&state, head->items, sizeof head->items);
	crypto_generichash_update(&state, bytes, sizeof bytes);
	crypto_generichash_update(&state, name, OUTBOX_CRYPT_NAME_SIZE);
	crypto_generichash_final(&state, head->items, sizeof head->items);
	head->item_last = number;
	head->item_count++;
}

enum jx_err
outbox_head_recount(struct outbox *outbox, struct outbox_head *head)
{
	struct outbox_head counted = {.thing_count = head->thing_count};
	sqlite3_stmt *statement;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_ITEM_NAMES, &statement);

	while (err == JX_OK && (err = outbox_db_step(outbox, statement)) == JX_OK) {
		struct bytes name = outbox_db_blob(statement, 1);

		if (name.size != OUTBOX_CRYPT_NAME_SIZE) {
			outbox_db_done(statement);
			return outbox_db_damaged();
		}
		outbox_head_add(&counted, sqlite3_column_int64(statement, 0), name.data);
	}
	if (err != JX_E_NOT_FOUND)
		return err;
	counted.item_last = head->item_last; /* numbers are not used again */
	*head = counted;
	return JX_OK;
}

/* The pages, their order, and the indexes against their tables. */
static enum jx_err
check_pages(struct outbox *outbox)
{
	sqlite3_stmt *statement;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_CHECK, &statement);
	const unsigned char *word;

	if (err == JX_OK)
		err = outbox_db_step(outbox, statement);
	if (err != JX_OK)
		return err == JX_E_NOT_FOUND ? outbox_db_damaged() : err;
	word = sqlite3_column_text(statement, 0);
	if (word == NULL || strcmp((const char *)word, "ok") != 0)
		err = outbox_db_damaged();
	outbox_db_done(statement);
	if (err == JX_OK)
		err = outbox_db_use(outbox, OUTBOX_SQL_CHECK_LINKS, &statement);
	return err == JX_OK ? outbox_db_run(outbox, statement) : err;
}

static enum jx_err
count_states(struct outbox *outbox, int64_t *count)
{
	sqlite3_stmt *statement;
	enum jx_err err = outbox_db_use(outbox, OUTBOX_SQL_STATE_COUNT, &statement);

	if (err == JX_OK)
		err = outbox_db_step(outbox, statement);
	if (err != JX_OK)
		return err;
	*count = sqlite3_column_int64(statement, 0);
	outbox_db_done(statement);
	return JX_OK;
}

/* Every thing's name, by its label's box: which names the row that it stands in. */
static enum jx_err
count_things(struct outbox *outbox, int64_t *count)
{
	struct arena *arena = arena_new(HEAD_ARENA_SIZE);
	sqlite3_stmt *statement;
	enum jx_err err = arena == NULL
			      ? JX_E_MEMORY
			      : outbox_db_use(outbox, OUTBOX_SQL_THING_LABELS, &statement);

	*count = 0;
	while (err == JX_OK && (err = outbox_db_step(outbox, statement)) == JX_OK) {
		struct outbox_place place = {OUTBOX_BOX_LABEL, outbox_db_blob(statement, 0)};
		struct bytes plain;

		if (place.row.size != OUTBOX_CRYPT_NAME_SIZE)
			err = outbox_db_damaged();
		else
			err = outbox_db_unbox(outbox, arena, statement, 1, place, &plain);
		(*count)++;
		arena_free(arena);
		arena = arena_new(HEAD_ARENA_SIZE);
		if (err == JX_OK && arena == NULL)
			err = JX_E_MEMORY;
		if (err != JX_OK)
			outbox_db_done(statement);
	}
	arena_free(arena);
	return err == JX_E_NOT_FOUND ? JX_OK : err;
}

static enum jx_err
check_rows(struct outbox *outbox)
{
	struct outbox_head head, counted;
	int64_t state_count = 0, thing_count = 0;
	enum jx_err err = outbox_head_read(outbox, &head);

	if (err != JX_OK)
		return err == JX_E_NOT_FOUND ? outbox_db_damaged() : err;
	counted = head;
	err = outbox_head_recount(outbox, &counted);
	if (err == JX_OK)
		err = count_states(outbox, &state_count);
	if (err == JX_OK)
		err = count_things(outbox, &thing_count);
	if (err != JX_OK)
		return err;
	if (counted.item_count != head.item_count || state_count != head.item_count ||
	    thing_count != head.thing_count ||
	    memcmp(counted.items, head.items, sizeof head.items) != 0)
		return outbox_db_damaged();
	return JX_OK;
}

enum jx_err
outbox_head_check(struct outbox *outbox)
{
	enum jx_err err = check_pages(outbox);

	return err == JX_OK ? check_rows(outbox) : err;
}
