/*
 * deeds/book.h: one city's one year in memory (簿): its scheme, its records and
 * its papers as of one batch. Deeds and views read it; only book_apply changes
 * it, after the database has committed.
 *
 * Of ballots it holds one a unit and voter group (that there is one), never
 * the ballots. Pure; not thread safe. Records handed out live until the book
 * changes.
 */
#ifndef JX_DEEDS_BOOK_H
#define JX_DEEDS_BOOK_H

#include "records/kinds.h"

struct book;

struct book_entry {
	const ProtobufCMessage *record;
	uint64_t version; /* how often this record has been written, from 1 */
	uint64_t batch;   /* that wrote it last */
};

/* NULL: memory out. scheme is taken. */
struct book *book_new(struct scheme *scheme, uint64_t batch);
void book_free(struct book *book); /* NULL is fine */

const struct scheme *book_scheme(const struct book *book);
uint64_t book_batch(const struct book *book); /* the state of the year */
/* The greatest batch that changed that kind (withdrawals too); 0: never. */
uint64_t book_changed(const struct book *book, enum record_kind kind);

size_t book_count(const struct book *book, enum record_kind kind);
const struct book_entry *book_at(const struct book *book, enum record_kind kind, size_t index); /* by key */
/* The entry with the key fields of key (a record of that kind, other fields ignored); NULL: none. */
const struct book_entry *book_find(const struct book *book, enum record_kind kind, const ProtobufCMessage *key);
/* Index of the first entry whose first key field is not before text: entries of one unit (leader …) stand together. */
size_t book_lower(const struct book *book, enum record_kind kind, const char *text);

/*
 * The record as of one more batch. version 0: one more than before. record
 * NULL: withdrawn (key names it). record is copied. JX_E_MEMORY: the book is
 * unusable from then on and must be read anew.
 */
JX_MUST_USE enum jx_err book_put(struct book *book, enum record_kind kind, const ProtobufCMessage *record,
    bool withdrawn, uint64_t version, uint64_t batch);
/* A change of which no record is left: a withdrawal. */
void book_set_changed(struct book *book, enum record_kind kind, uint64_t batch);
void book_set_batch(struct book *book, uint64_t batch);
void book_set_scheme(struct book *book, struct scheme *scheme); /* taken */

/* All bundle kinds as a Jx__Records that borrows from the book, in arena; NULL: memory out. */
Jx__Records *book_records(const struct book *book, struct arena *arena);

#endif
