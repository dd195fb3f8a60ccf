#include "deeds/book.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "deeds/deed.h"
#include "records/field.h"

struct shelf { /* a kind's records, by key */
	struct book_entry *entries;
	size_t count, capacity;
	uint64_t changed;
};

struct book {
	struct scheme *scheme;
	uint64_t batch;
	struct shelf shelves[PAPER_END];
};

struct book *
book_new(struct scheme *scheme, uint64_t batch)
{
	struct book *book = calloc(1, sizeof *book);

	if (book == NULL) {
		scheme_free(scheme);
		return NULL;
	}
	book->scheme = scheme;
	book->batch = batch;
	return book;
}

static void
record_free(const ProtobufCMessage *record)
{
	protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)record, NULL);
}

void
book_free(struct book *book)
{
	if (book == NULL)
		return;
	for (int kind = 0; kind < PAPER_END; kind++) {
		for (size_t i = 0; i < book->shelves[kind].count; i++)
			record_free(book->shelves[kind].entries[i].record);
		free(book->shelves[kind].entries);
	}
	scheme_free(book->scheme);
	free(book);
}

const struct scheme *
book_scheme(const struct book *book)
{
	return book->scheme;
}

uint64_t
book_batch(const struct book *book)
{
	return book->batch;
}

uint64_t
book_changed(const struct book *book, enum record_kind kind)
{
	return book->shelves[kind].changed;
}

size_t
book_count(const struct book *book, enum record_kind kind)
{
	return book->shelves[kind].count;
}

const struct book_entry *
book_at(const struct book *book, enum record_kind kind, size_t index)
{
	assert(index < book->shelves[kind].count);
	return &book->shelves[kind].entries[index];
}

/* The place of key: of the entry that has it (*found), or where it would stand. */
static size_t
shelf_place(const struct shelf *shelf, enum record_kind kind, const ProtobufCMessage *key, bool *found)
{
	size_t low = 0, high = shelf->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = record_compare_key(shelf->entries[middle].record, key, kind);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct book_entry *
book_find(const struct book *book, enum record_kind kind, const ProtobufCMessage *key)
{
	const struct shelf *shelf = &book->shelves[kind];
	bool found;
	size_t place = shelf_place(shelf, kind, key, &found);

	return found ? &shelf->entries[place] : NULL;
}

size_t
book_lower(const struct book *book, enum record_kind kind, const char *text)
{
	const struct shelf *shelf = &book->shelves[kind];
	size_t low = 0, high = shelf->count;

	assert(record_kinds[kind].fields[0].type != FIELD_WHOLE);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(deed_str(field_text(shelf->entries[middle].record, kind, 0)), text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static ProtobufCMessage *
record_copy(const ProtobufCMessage *record)
{
	size_t size = protobuf_c_message_get_packed_size(record);
	uint8_t *packed = malloc(size + 1);
	ProtobufCMessage *copy = NULL;

	if (packed != NULL) {
		protobuf_c_message_pack(record, packed);
		copy = protobuf_c_message_unpack(record->descriptor, NULL, size, packed);
	}
	free(packed);
	return copy;
}

static enum jx_err
shelf_insert(struct shelf *shelf, size_t place)
{
	if (shelf->count == shelf->capacity) {
		size_t capacity = shelf->capacity == 0 ? 16 : 2 * shelf->capacity;
		struct book_entry *grown =
		    realloc(shelf->entries, capacity * sizeof *shelf->entries);

		if (grown == NULL)
			return JX_E_MEMORY;
		shelf->entries = grown;
		shelf->capacity = capacity;
	}
	memmove(&shelf->entries[place + 1], &shelf->entries[place],
	    (shelf->count - place) * sizeof *shelf->entries);
	shelf->entries[place] = (struct book_entry){0};
	shelf->count++;
	return JX_OK;
}

enum jx_err
book_put(struct book *book, enum record_kind kind, const ProtobufCMessage *record, bool withdrawn,
    uint64_t version, uint64_t batch)
{
	struct shelf *shelf = &book->shelves[kind];
	ProtobufCMessage *copy;
	bool found;
	size_t place = shelf_place(shelf, kind, record, &found);
	struct book_entry *entry;

	if (batch > shelf->changed)
		shelf->changed = batch;
	if (withdrawn) {
		if (found) {
			record_free(shelf->entries[place].record);
			shelf->count--;
			memmove(&shelf->entries[place], &shelf->entries[place + 1],
			    (shelf->count - place) * sizeof *shelf->entries);
		}
		return JX_OK;
	}
	copy = record_copy(record);
	if (copy == NULL || (!found && shelf_insert(shelf, place) != JX_OK)) {
		protobuf_c_message_free_unpacked(copy, NULL);
		return JX_E_MEMORY;
	}
	entry = &shelf->entries[place];
	if (found)
		record_free(entry->record);
	entry->record = copy;
	entry->version = version != 0 ? version : entry->version + 1;
	entry->batch = batch;
	return JX_OK;
}

void
book_set_changed(struct book *book, enum record_kind kind, uint64_t batch)
{
	if (batch > book->shelves[kind].changed)
		book->shelves[kind].changed = batch;
}

void
book_set_batch(struct book *book, uint64_t batch)
{
	book->batch = batch;
}

void
book_set_scheme(struct book *book, struct scheme *scheme)
{
	scheme_free(book->scheme);
	book->scheme = scheme;
}

Jx__Records *
book_records(const struct book *book, struct arena *arena)
{
	Jx__Records *records = arena_alloc(arena, sizeof *records);

	if (records == NULL)
		return NULL;
	jx__records__init(records);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		const ProtobufCFieldDescriptor *field = &jx__records__descriptor.fields[kind];
		const struct shelf *shelf = &book->shelves[kind];
		ProtobufCMessage **list = arena_alloc(arena, (shelf->count + 1) * sizeof *list);

		if (list == NULL)
			return NULL;
		for (size_t i = 0; i < shelf->count; i++)
			list[i] = (ProtobufCMessage *)(uintptr_t)shelf->entries[i].record;
		memcpy((uint8_t *)records + field->quantifier_offset, &shelf->count, sizeof shelf->count);
		memcpy((uint8_t *)records + field->offset, &list, sizeof list);
	}
	return records;
}
