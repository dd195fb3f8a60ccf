/* Rows as CSV. */
#include "bundle/csv.h"

#include <assert.h>
#include <string.h>

#include "records/field.h"
#include "rows/reader.h"
#include "wire/text.h"

static const char kind_column[] = "record";

struct table {
	struct csv csv;
	struct csv_row row;
	const char *names[CSV_COLUMN_COUNT_MAX]; /* of the columns; NULL: had a fault */
	size_t column_count;
	size_t kind_column; /* column_count: there is none */
};

static struct bytes
cell_bytes(const struct csv_cell *cell)
{
	return (struct bytes){(const uint8_t *)cell->text, cell->size};
}

static struct rows_at
cell_place(const struct csv_cell *cell, size_t column)
{
	return (struct rows_at){cell->line, (uint32_t)column + 1};
}

static void
row_lost(struct rows *rows, const struct csv_row *row)
{
	static const struct {
		const char *zh, *en;
	} texts[CSV_FAULT_COUNT] = {
	    [CSV_QUOTE_OPEN] = {"引号没有结束", "this quote is never closed"},
	    [CSV_QUOTE_STRAY] = {"未加引号的单元格内不得有引号", "a quote within an unquoted cell"},
	    [CSV_QUOTE_TAIL] = {"引号之后应为逗号或行尾",
		"expected a comma or the line's end after the quote"},
	    [CSV_CR] = {"行尾应为 LF 或 CRLF", "expected lines to end in LF or CRLF"},
	    [CSV_NUL] = {"不得有 NUL 字节（请另存为 UTF-8）",
		"NUL bytes are not allowed (save it as UTF-8)"},
	    [CSV_CELL_BIG] = {"单元格过大", "the cell is too big"},
	    [CSV_COLUMN_MANY] = {"列数过多", "too many columns"},
	};
	const struct rows_at at = {row->fault_line, row->fault_column};

	assert(row->fault > CSV_FINE && row->fault < CSV_FAULT_COUNT);
	ROWS_FAULT(rows, at, "", "%s", "%s",
	    faults_lang(rows->faults) == JX_EN ? texts[row->fault].en : texts[row->fault].zh);
}

static bool
is_blank(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (row->cells[i].size > 0)
			return false;
	return true;
}

static bool
is_column(const struct rows *rows, const char *name)
{
	if (strcmp(name, kind_column) == 0)
		return true;
	for (size_t i = 0; i < rows->kind_count; i++)
		if (field_find(rows->kinds[i], name) >= 0)
			return true;
	return false;
}

static const char *
columns_of(const struct rows *rows)
{
	return rows->kind_count == 1 ? rows_field_names(rows, rows->kinds[0])
				     : rows_kind_names(rows);
}

/* false: memory out. */
static bool
read_header(struct rows *rows, struct table *table)
{
	const struct csv_row *row = &table->row;
	const struct rows_at start = {row->line, 1};

	table->column_count = table->kind_column = row->count;
	for (size_t i = 0; i < row->count; i++) {
		const struct csv_cell *cell = &row->cells[i];
		const char *name = text_normal(rows->arena, cell_bytes(cell), TEXT_CODE_SIZE_MAX);
		const char *columns = columns_of(rows);

		table->names[i] = NULL;
		if (name == NULL || !is_column(rows, name)) {
			ROWS_FAULT(rows, cell_place(cell, i), rows_text(rows, cell_bytes(cell)),
			    "没有这一列；应为 %s", "no such column; expected %s", columns);
			continue;
		}
		for (size_t k = 0; k < i; k++)
			if (table->names[k] != NULL && strcmp(table->names[k], name) == 0) {
				ROWS_FAULT(rows, cell_place(cell, i), name, "与第 %zu 列重复",
				    "stands in column %zu already", k + 1);
				name = NULL;
				break;
			}
		table->names[i] = name;
		if (name != NULL && strcmp(name, kind_column) == 0)
			table->kind_column = i;
	}
	if (table->kind_column < table->column_count || rows->kind_count == 1)
		return true;
	ROWS_FAULT(rows, start, "", "应有 record 列，写明每行是哪一类：%s",
	    "expected a column record that names each row's kind: %s", rows_kind_names(rows));
	return false;
}

/* PAPER_END: a fault was added. */
static enum record_kind
kind_of(struct rows *rows, const struct table *table)
{
	const struct csv_cell *cell;
	enum record_kind kind;
	const char *name, *names = rows_kind_names(rows);

	if (table->kind_column == table->column_count)
		return rows->kinds[0];
	cell = &table->row.cells[table->kind_column];
	name = rows_text(rows, cell_bytes(cell));
	kind = rows_kind(rows, name);
	if (kind == PAPER_END)
		ROWS_FAULT(rows, cell_place(cell, table->kind_column), name, "应为 %s",
		    "expected %s", names);
	return kind;
}

static enum jx_err
read_row(struct rows *rows, const struct table *table)
{
	const struct csv_row *row = &table->row;
	const struct rows_at start = {row->line, 0};
	enum record_kind kind;
	enum jx_err err = JX_OK;

	if (row->count != table->column_count) {
		ROWS_FAULT(rows, start, "", "应有 %zu 列，现有 %zu 列",
		    "expected %zu cells, found %zu", table->column_count, row->count);
		return JX_OK;
	}
	kind = kind_of(rows, table);
	if (kind == PAPER_END)
		return JX_OK;
	if (rows_add(rows, kind, start) == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; err == JX_OK && i < row->count; i++) {
		const struct csv_cell *cell = &row->cells[i];
		int field;

		if (table->names[i] == NULL || i == table->kind_column)
			continue;
		field = field_find(kind, table->names[i]);
		if (field >= 0)
			err = rows_set(
			    rows, (size_t)field, cell_bytes(cell), cell_place(cell, i));
		else if (cell->size > 0)
			ROWS_FAULT(rows, cell_place(cell, i), rows_text(rows, cell_bytes(cell)),
			    "%s 没有字段 %s", "%s has no field %s", record_kinds[kind].name,
			    table->names[i]);
	}
	return err;
}

enum jx_err
rows_read_csv(struct rows *rows, char *text, size_t size)
{
	const struct rows_at start = {1, 1};
	struct table *table = arena_alloc(rows->arena, sizeof *table);
	enum jx_err err = JX_OK;

	if (table == NULL)
		return JX_E_MEMORY;
	csv_init(&table->csv, text, size);
	if (!csv_next(&table->csv, &table->row)) {
		ROWS_FAULT(rows, start, "", "文件是空的；第一行应为列名",
		    "the file is empty; expected column names in the first row");
		return JX_OK;
	}
	if (table->row.fault != CSV_FINE) {
		row_lost(rows, &table->row);
		return JX_OK;
	}
	if (!read_header(rows, table))
		return JX_OK;
	while (err == JX_OK && csv_next(&table->csv, &table->row)) {
		if (table->row.fault != CSV_FINE)
			row_lost(rows, &table->row);
		else if (!is_blank(&table->row)) /* spreadsheets leave such rows */
			err = read_row(rows, table);
	}
	return err;
}
