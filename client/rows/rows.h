/*
 * rows/rows.h: the rows a deed takes, as people write and keep them: YAML or
 * CSV in, YAML out. What is pulled and pushed back unchanged changes nothing.
 *
 * YAML: a list of mappings (where one kind is taken), or a mapping from kinds
 * to lists of mappings; beside the kinds may stand city, year, unit and
 * based_on, as a pull writes them. CSV: column names first, one kind a file, or
 * a column "record" that names each row's kind. Fields left out, or empty, were
 * not given.
 *
 * Every fault is placed (line and column as the user sees them) and none stops
 * the reading. Which fields a deed needs is the daemon's to say; rows_place
 * tells where in the file its faults are. Pure. Everything lives in the arena.
 */
#ifndef JX_ROWS_ROWS_H
#define JX_ROWS_ROWS_H

#include <stdio.h>

#include "records/kinds.h"
#include "wire/fault.h"

enum {
	ROWS_FILE_SIZE_MAX = 1 << 20,
	ROWS_KIND_COUNT_MAX = PAPER_END,
};

/* What stands beside the kinds; absent: NULL, 0, false. */
struct rows_head {
	const char *city, *unit;
	uint32_t year;
	uint64_t based_on;
	bool has_based_on;
};

struct rows_at {
	uint32_t line, column;
};

struct rows;

/* kinds, file (its name in faults) and faults are borrowed. NULL: memory out. */
struct rows *rows_new(struct arena *arena, const enum record_kind *kinds, size_t kind_count,
    const char *file, struct faults *faults);
/* UTF-8 without BOM (bundle/charset.h). JX_OK also when there were faults; JX_E_MEMORY. */
JX_MUST_USE enum jx_err rows_read_yaml(struct rows *rows, struct bytes text);
/* text is changed, and text[size] must be writable. */
JX_MUST_USE enum jx_err rows_read_csv(struct rows *rows, char *text, size_t size);

/* One row by hand: a new record of that kind; NULL: memory out. */
ProtobufCMessage *rows_add(struct rows *rows, enum record_kind kind, struct rows_at at);
/* A field of the record added last, from its text; empty text leaves it absent. JX_E_MEMORY. */
JX_MUST_USE enum jx_err rows_set(
    struct rows *rows, size_t field, struct bytes text, struct rows_at at);

/* Rows that must say whose they are and do not: they are that unit's (borrowed). */
void rows_fill_unit(struct rows *rows, char *unit);

struct rows_head *rows_head(struct rows *rows);
Jx__Records *rows_records(const struct rows *rows);
size_t rows_count(const struct rows *rows);
/*
 * Where the daemon's fault is in the file: row from 1 of that kind, field from 1
 * (0: the row as a whole). false: there is no such row.
 */
bool rows_place(const struct rows *rows, const char *kind, uint32_t row, uint32_t field,
    struct rows_at *at);

/* The YAML of it: head, then each kind with its records, fields in their order. Errors show in
 * ferror(file). */
void rows_write(FILE *file, const struct rows_head *head, const Jx__Records *records,
    const enum record_kind *kinds, size_t kind_count);

#endif
