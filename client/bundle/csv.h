/*
 * bundle/csv.h: RFC 4180, read in place: text in, rows of cells out.
 *
 * Own, because the format is the project's border: every fault is placed and
 * named, and no input makes it slow or large. Pure: no I/O, no allocation.
 *
 * Stricter than Excel where a file would otherwise be guessed at: a quote
 * within an unquoted cell and a line that ends in CR alone are refused.
 */
#ifndef JX_BUNDLE_CSV_H
#define JX_BUNDLE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CSV_CELL_SIZE_MAX = 64 << 10, /* bytes; the longest text a bundle takes is 600 */
	CSV_COLUMN_COUNT_MAX = 256,   /* three keys and a ballot of 250 questions */
};

enum csv_fault {
	CSV_FINE,
	CSV_QUOTE_OPEN,  /* the text ends within quotes */
	CSV_QUOTE_STRAY, /* a quote within an unquoted cell */
	CSV_QUOTE_TAIL,  /* something after the closing quote */
	CSV_CR,          /* a CR without LF; reading stops there */
	CSV_NUL,         /* a NUL byte */
	CSV_CELL_BIG,
	CSV_COLUMN_MANY,
	CSV_FAULT_COUNT
};

struct csv {
	char *text;
	size_t size, at;
	uint32_t line;
};

struct csv_cell {
	char *text; /* unquoted, NUL-terminated */
	size_t size;
	uint32_t line; /* where it starts */
};

struct csv_row {
	struct csv_cell cells[CSV_COLUMN_COUNT_MAX];
	size_t count;
	uint32_t line;
	enum csv_fault fault; /* the first in this row; its cells are not to be used then */
	uint32_t fault_line, fault_column;
};

/* text is changed while it is read; text[size] must be writable. Both outlive the rows. */
void csv_init(struct csv *csv, char *text, size_t size);
/* false: the end, *row untouched. A blank line is a row of one empty cell. After a fault, reading
 * goes on with the next line. */
bool csv_next(struct csv *csv, struct csv_row *row);

#endif
