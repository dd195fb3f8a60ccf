/*
 * records/kinds.h: the kinds of record, each declared once.
 *
 * A kind is a protobuf message (proto/jx/records.proto: names and types) and
 * one row here (ranges, references, key, words). CSV in and out, checks, JSON
 * for the database, comparison, pages of an export, the daemon's import and
 * the tests all walk this table; nothing lists the kinds a second time (the SQL
 * tables are held against it by a test).
 *
 * Pure, immutable, any thread.
 */
#ifndef JX_RECORDS_KINDS_H
#define JX_RECORDS_KINDS_H

#include <jx/records.pb-c.h>

#include "scheme/scheme.h"

/* In the order of Records' fields: index i is field number i + 1. */
enum record_kind {
	RECORD_UNITS,
	RECORD_LEADERS,
	RECORD_SUPERVISION,
	RECORD_GOALS,
	RECORD_BASIC,
	RECORD_PROGRESS,
	RECORD_VISITS,
	RECORD_SELF,
	RECORD_COMMON,
	RECORD_BALLOTS,
	RECORD_GROUP,
	RECORD_LEADER_MARKS,
	RECORD_BONUS,
	RECORD_VETOES,
	RECORD_CONTRIBUTIONS,
	RECORD_KIND_COUNT
};

enum field_type {
	FIELD_CODE,    /* text, 1..TEXT_CODE_SIZE_MAX bytes */
	FIELD_NAME,    /* text, 1..TEXT_NAME_SIZE_MAX bytes */
	FIELD_CHOICE,  /* one of choices */
	FIELD_POINTS,  /* hundredths, 0..max (a record's own full points are checked with the scheme) */
	FIELD_WHOLE,   /* whole number, >= 1 */
	FIELD_VALUE,   /* a leader's mark, by its kind; canonical text */
	FIELD_ANSWERS, /* one a question of the scheme: CSV columns named by the scheme */
};

struct record_field {
	const char *name;           /* = protobuf field = CSV column = SQL column */
	const char *zh, *en;
	enum field_type type;
	bool key;                   /* part of the record's identity (keys lead the row, in this order) */
	const char *const *choices; /* FIELD_CHOICE: NULL-ended */
	int64_t max;                /* FIELD_POINTS: hundredths; 0: none but the scheme's */
};

enum { RECORD_FIELD_COUNT_MAX = 8, RECORD_COUNT_MAX = 2000000 /* rows of a bundle: a province's ballots */ };

struct record_row {
	const char *name; /* = Records field = CSV file without ".csv" = SQL table */
	const char *zh, *en;
	const ProtobufCMessageDescriptor *message;
	struct record_field fields[RECORD_FIELD_COUNT_MAX];
	size_t field_count;
};

extern const struct record_row record_kinds[RECORD_KIND_COUNT];

/* The kind of that name, or RECORD_KIND_COUNT. */
enum record_kind record_kind_find(const char *name);

/* ---- Records seen generically: one array a kind inside a Jx__Records. */
size_t records_count(const Jx__Records *records, enum record_kind kind);
ProtobufCMessage *records_at(const Jx__Records *records, enum record_kind kind, size_t index);
size_t records_count_all(const Jx__Records *records);

/* A field's value, canonical, as text in buffer or pointing into the message; answers joined by "/". */
enum { RECORD_TEXT_SIZE = 1024 };
const char *record_field_text(const ProtobufCMessage *record, enum record_kind kind, size_t field, char *buffer);

/* Order by key fields (bytes; whole numbers by value): <0, 0, >0. */
int record_compare_key(const ProtobufCMessage *left, const ProtobufCMessage *right, enum record_kind kind);
bool record_equal(const ProtobufCMessage *left, const ProtobufCMessage *right, enum record_kind kind);
/* Sorts every kind by key: the canonical order, on which digests stand. */
void records_sort(Jx__Records *records);
/* SHA-256 over scheme bytes and the records in canonical order (they must be sorted): what "the same inputs" means. */
void records_digest(const Jx__Records *records, struct bytes scheme_text, uint8_t digest[32]);

#endif
