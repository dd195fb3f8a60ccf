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
	RECORD_KIND_COUNT, /* of a bundle */
	/* Papers (proto/jx/papers.proto): stored beside the records, in no bundle. */
	PAPER_PHASES = RECORD_KIND_COUNT,
	PAPER_EXTENSIONS,
	PAPER_ROUNDS,
	PAPER_TASKS,
	PAPER_PLANS,
	PAPER_PLAN_GOALS,
	PAPER_REVIEWERS,
	PAPER_OPINIONS,
	PAPER_APPROVALS,
	PAPER_METHODS,
	PAPER_STEPS,
	PAPER_ADJUSTMENTS,
	PAPER_ADJUSTMENT_GOALS,
	PAPER_MATERIALS,
	PAPER_BASIC_NOTES,
	PAPER_ROUND_REPORTS,
	PAPER_GOAL_REPORTS,
	PAPER_DRAWS,
	PAPER_VISIT_PLANS,
	PAPER_VISIT_MEMBERS,
	PAPER_FINDINGS,
	PAPER_SELF_REPORTS,
	PAPER_SELF_LINES,
	PAPER_CLAIMS,
	PAPER_VETO_CASES,
	PAPER_DAILIES,
	PAPER_COMMON_NOTES,
	PAPER_SUBSTITUTES,
	PAPER_TEAMS,
	PAPER_MEMBERS,
	PAPER_STAND_INS,
	PAPER_GROUP_NOTES,
	PAPER_FIGURES,
	PAPER_STACKS,
	PAPER_STACK_CARDS,
	PAPER_REMARKS,
	PAPER_SESSIONS,
	PAPER_SUMMARY,
	PAPER_SHEETS,
	PAPER_SHEET_LINES,
	PAPER_PAPER_LINES,
	PAPER_OUTCOMES,
	PAPER_AWARD_LINES,
	PAPER_CONSENTS,
	PAPER_OBJECTIONS,
	PAPER_DECISIONS,
	PAPER_CONFIRMATIONS,
	PAPER_PROMISES,
	PAPER_MEASURES,
	PAPER_NOTICES,
	PAPER_SEEN,
	PAPER_FILES,
	PAPER_COMMIT_CODES,
	PAPER_LEASES,
	PAPER_SIGNERS,
	PAPER_COUNTERSIGNS,
	PAPER_POLLS,
	PAPER_END
};

enum field_type {
	FIELD_CODE,    /* text, 1..TEXT_CODE_SIZE_MAX bytes */
	FIELD_NAME,    /* text, 1..TEXT_NAME_SIZE_MAX bytes */
	FIELD_CHOICE,  /* one of choices */
	FIELD_POINTS,  /* hundredths, 0..max (a record's own full points are checked with the scheme) */
	FIELD_WHOLE,   /* whole number, >= 1 */
	FIELD_VALUE,   /* a leader's mark, by its kind; canonical text */
	FIELD_ANSWERS, /* one a question of the scheme: CSV columns named by the scheme */
	/* Of papers only. */
	FIELD_TEXT,   /* text, up to FIELD_TEXT_SIZE_MAX bytes */
	FIELD_DATE,   /* YYYY-MM-DD, a real date */
	FIELD_MOMENT, /* UTC microseconds */
	FIELD_COUNT,  /* whole number, >= 0 */
};

struct record_field {
	const char *name;           /* = protobuf field = CSV column = SQL column */
	const char *zh, *en;
	enum field_type type;
	bool key;                   /* part of the record's identity (keys lead the row, in this order) */
	const char *const *choices; /* FIELD_CHOICE: NULL-ended */
	int64_t max;                /* FIELD_POINTS: hundredths; 0: none but the scheme's */
	bool optional;              /* papers only: may be absent */
};

enum { FIELD_TEXT_SIZE_MAX = 3000 /* 1,000 Chinese characters */ };
enum { RECORD_FIELD_COUNT_MAX = 16, RECORD_COUNT_MAX = 2000000 /* rows of a bundle: a province's ballots */ };

struct record_row {
	const char *name; /* = Records field = CSV file without ".csv" = SQL table */
	const char *zh, *en;
	const ProtobufCMessageDescriptor *message;
	struct record_field fields[RECORD_FIELD_COUNT_MAX];
	size_t field_count;
};

extern const struct record_row record_kinds[PAPER_END];

/* The bundle's kind of that name, or RECORD_KIND_COUNT. */
enum record_kind record_kind_find(const char *name);
/* The kind of that name, papers too, or PAPER_END. */
enum record_kind paper_kind_find(const char *name);

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
