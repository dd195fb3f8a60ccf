/* The years in memory against the store: every row shown is a stored version; in the end all are equal. */
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "records/json.h"
#include "sim.h"
#include "sim_base.h"

static bool
is_version(const struct base_version *version, enum record_kind kind, const Jx__Table *table,
    const Jx__Row *row)
{
	if (version->kind != kind || version->version != row->version || version->is_withdrawn)
		return false;
	for (size_t i = 0; i < table->n_columns; i++)
		if (strcmp(table->columns[i]->type, "text") == 0 &&
		    json_is_string(json_object_get(version->row, table->columns[i]->name)) &&
		    strcmp(sim_base_text(version->row, table->columns[i]->name), row->cells[i]) !=
			0)
			return false;
	return true;
}

void
sim_book_check_row(struct sim *sim, enum record_kind kind, const Jx__Table *table, size_t index)
{
	const struct sim_base *base = sim_store_base(sim->store);
	const Jx__Row *row = table->rows[index];

	for (size_t i = 0; i < base->counts.versions; i++)
		if (is_version(&base->versions[i], kind, table, row))
			return;
	sim_violate(sim, "a view shows version %llu of %s %s, which was never stored",
	    (unsigned long long)row->version, record_kinds[kind].name, row->cells[0]);
}

static bool
is_same_record(const ProtobufCMessage *left, const ProtobufCMessage *right)
{
	size_t size = protobuf_c_message_get_packed_size(left);
	uint8_t *packed = calloc(2, size + 1);
	bool is_same = protobuf_c_message_get_packed_size(right) == size;

	if (is_same) {
		protobuf_c_message_pack(left, packed);
		protobuf_c_message_pack(right, packed + size);
		is_same = memcmp(packed, packed + size, size) == 0;
	}
	free(packed);
	return is_same;
}

static void
check_shelf(struct sim *sim, const struct book *book, enum record_kind kind, const json_t *rows)
{
	struct arena *arena = arena_new(16 << 20);
	json_t *row;
	size_t i;

	if (book_count(book, kind) != json_array_size(rows))
		sim_violate(sim, "the book has %zu %s, the store %zu", book_count(book, kind),
		    record_kinds[kind].name, json_array_size(rows));
	json_array_foreach(rows, i, row)
	{
		ProtobufCMessage *record = record_json_object(arena, kind, row);
		const struct book_entry *entry = book_find(book, kind, record);

		/* Of ballots the book holds only that there are some. */
		if (kind == RECORD_BALLOTS)
			continue;
		if (entry == NULL || entry->version != sim_base_whole(row, "version") ||
		    entry->batch != sim_base_whole(row, "batch") ||
		    !is_same_record(entry->record, record))
			sim_violate(sim, "the book's %s are not the store's",
			    record_kinds[kind].name);
	}
	arena_free(arena);
}

static void
check_book(struct sim *sim, const struct sim_base *base, const struct books_slot *slot)
{
	const struct base_state *state = sim_base_state(base, slot->city, slot->year, 0);
	json_t *changed;

	if (state == NULL || book_batch(slot->book) != state->batch) {
		sim_violate(sim, "the book is of batch %llu, the year of %llu",
		    (unsigned long long)book_batch(slot->book),
		    state == NULL ? 0 : (unsigned long long)state->batch);
		return;
	}
	changed = sim_paper_changed(base, state);
	for (int kind = 0; kind < PAPER_END; kind++) {
		json_t *rows = sim_paper_rows(base, state, (enum record_kind)kind);

		check_shelf(sim, slot->book, (enum record_kind)kind, rows);
		if (book_changed(slot->book, (enum record_kind)kind) !=
		    sim_base_whole(changed, record_kinds[kind].name))
			sim_violate(sim, "the book knows another last change of %s",
			    record_kinds[kind].name);
		json_decref(rows);
	}
	json_decref(changed);
}

/*
 * A dead daemon's commit may arrive after the year was read, and nobody may
 * have written since: only then does the daemon not know the chain's end.
 */
void
sim_check_books(struct sim *sim, const struct sim_base *base)
{
	const struct core *core = sim->core;

	if (core->intake.head_number != base->counts.batches)
		return;
	for (int i = 0; i < BOOKS_COUNT_MAX; i++)
		if (core->books.slots[i].state == BOOKS_READY)
			check_book(sim, base, &core->books.slots[i]);
}
