#include "bundle/csv.h"

#include <assert.h>
#include <string.h>

void
csv_init(struct csv *csv, char *text, size_t size)
{
	*csv = (struct csv){text, size, 0, 1};
}

static bool
is_end(const struct csv *csv)
{
	return csv->at == csv->size;
}

/*
 * The first fault of a row stands: what follows it may come from it. Its place
 * is where the cell starts, which is where somebody has to look.
 */
static void
fault_add(struct csv_row *row, enum csv_fault fault, uint32_t line, size_t column)
{
	if (row->fault != CSV_FINE)
		return;
	row->fault = fault;
	row->fault_line = line;
	row->fault_column = (uint32_t)column + 1;
}

/* The row's structure is lost: go on behind the next line feed. */
static void
skip_line(struct csv *csv)
{
	const char *end = memchr(csv->text + csv->at, '\n', csv->size - csv->at);

	if (end == NULL) {
		csv->at = csv->size;
		return;
	}
	csv->at = (size_t)(end - csv->text) + 1;
	csv->line++;
}

/* false: the structure is lost. On true, at stands behind the cell's last byte. */
static bool
read_plain(struct csv *csv, struct csv_row *row, struct csv_cell *cell)
{
	char c = '\0';

	cell->text = csv->text + csv->at;
	for (; !is_end(csv); csv->at++) {
		c = csv->text[csv->at];
		if (c == ',' || c == '\n' || c == '\r')
			break;
		if (c == '"' || c == '\0') {
			fault_add(
			    row, c == '"' ? CSV_QUOTE_STRAY : CSV_NUL, cell->line, row->count);
			return false;
		}
	}
	cell->size = (size_t)(csv->text + csv->at - cell->text);
	return true;
}

/* As read_plain; doubled quotes are folded in place. */
static bool
read_quoted(struct csv *csv, struct csv_row *row, struct csv_cell *cell)
{
	bool is_closed = false;
	char *to;
	char c;

	csv->at++;
	cell->text = to = csv->text + csv->at;
	for (; !is_end(csv); csv->at++) {
		c = csv->text[csv->at];
		if (c == '\0') {
			fault_add(row, CSV_NUL, cell->line, row->count);
			return false;
		}
		if (c == '"') {
			csv->at++;
			is_closed = is_end(csv) || csv->text[csv->at] != '"';
			if (is_closed)
				break;
		}
		csv->line += c == '\n';
		*to++ = c;
	}
	if (!is_closed) {
		fault_add(row, CSV_QUOTE_OPEN, cell->line, row->count);
		return false;
	}
	cell->size = (size_t)(to - cell->text);
	if (is_end(csv))
		return true;
	c = csv->text[csv->at];
	if (c == ',' || c == '\n' || c == '\r')
		return true;
	fault_add(row, c == '\0' ? CSV_NUL : CSV_QUOTE_TAIL, cell->line, row->count);
	return false;
}

static void
cell_add(struct csv_row *row, const struct csv_cell *cell)
{
	if (cell->size > CSV_CELL_SIZE_MAX)
		fault_add(row, CSV_CELL_BIG, cell->line, row->count);
	else if (row->count == CSV_COLUMN_COUNT_MAX)
		fault_add(row, CSV_COLUMN_MANY, cell->line, row->count);
	if (row->count < CSV_COLUMN_COUNT_MAX)
		row->cells[row->count++] = *cell;
}

/* Takes what stands behind a cell. true: another cell of this row follows. */
static bool
read_delimiter(struct csv *csv, struct csv_row *row)
{
	char c;

	if (is_end(csv))
		return false;
	c = csv->text[csv->at++];
	if (c == ',')
		return true;
	if (c == '\r') {
		if (is_end(csv) || csv->text[csv->at] != '\n') {
			/* It ends the last cell. */
			fault_add(row, CSV_CR, csv->line, row->count - 1);
			csv->at = csv->size;
			return false;
		}
		c = csv->text[csv->at++];
	}
	assert(c == '\n');
	csv->line++;
	return false;
}

bool
csv_next(struct csv *csv, struct csv_row *row)
{
	struct csv_cell cell;
	bool is_whole, is_more;

	if (is_end(csv))
		return false;
	row->count = 0;
	row->line = csv->line;
	row->fault = CSV_FINE;
	do {
		cell = (struct csv_cell){.line = csv->line};
		if (!is_end(csv) && csv->text[csv->at] == '"')
			is_whole = read_quoted(csv, row, &cell);
		else
			is_whole = read_plain(csv, row, &cell);
		if (!is_whole) {
			skip_line(csv);
			break;
		}
		cell_add(row, &cell);
		is_more = read_delimiter(csv, row);
		/* Behind the delimiter nobody looks any more. */
		cell.text[cell.size] = '\0';
	} while (is_more);
	assert(row->count >= 1 || row->fault != CSV_FINE);
	return true;
}
