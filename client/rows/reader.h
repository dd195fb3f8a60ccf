/*
 * rows/reader.h: what the readers of YAML and CSV share. Of this room only.
 */
#ifndef JX_ROWS_READER_H
#define JX_ROWS_READER_H

#include "records/build.h"
#include "rows/rows.h"

struct rows_row { /* where one record stands */
	struct rows_at at, fields[RECORD_FIELD_COUNT_MAX];
};

struct rows {
	struct arena *arena;
	struct records_builder *builder;
	struct faults *faults;
	const char *file;
	const enum record_kind *kinds; /* taken */
	size_t kind_count;
	struct rows_head head;
	struct rows_row *rows[PAPER_END]; /* by kind and index */
	size_t capacity[PAPER_END];
	/* The record added last. */
	ProtobufCMessage *record;
	enum record_kind kind;
	struct rows_row *row;
};

#define ROWS_FAULT(rows, at, value, ...)                                                           \
	faults_add((rows)->faults, (rows)->file, (at).line, (at).column, value, __VA_ARGS__)

/* The kind of that name among those taken, or PAPER_END. */
enum record_kind rows_kind(const struct rows *rows, const char *name);
/* "plan_goals、steps": the kinds taken, or the fields of a kind; "" when memory is out. */
const char *rows_kind_names(const struct rows *rows);
const char *rows_field_names(const struct rows *rows, enum record_kind kind);
/* text in the arena as it may be shown and compared; never NULL. */
const char *rows_text(struct rows *rows, struct bytes text);

#endif
