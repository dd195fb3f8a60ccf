#include "bundle/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "bundle/csv.h"
#include "records/field.h"
#include "wire/text.h"

enum {
	TABLE_CACHE_COUNT = 4096, /* codes repeat from row to row: one copy serves most of them */
	TABLE_LINES_FIRST = 64,
};

struct table { /* one file: where its records stand */
	const char *file;
	uint32_t *lines; /* by record */
	size_t line_count, line_capacity;
	uint32_t columns[RECORD_FIELD_COUNT_MAX]; /* by field; 0: no such column */
	uint32_t *answer_columns;                 /* by question */
};

struct column {    /* what a cell of the file goes to */
	int field; /* -1: nowhere */
	size_t answer;
};

struct table_reader {
	struct records_builder *builder;
	struct arena *arena;
	const struct scheme *scheme;
	struct faults *faults;
	struct records_locator locator;
	struct table tables[RECORD_KIND_COUNT];
	char *blank; /* "" */
	char *cache[TABLE_CACHE_COUNT];
	/* Of the file being read: */
	enum record_kind kind;
	struct table *table;
	struct csv_row row;
	struct column columns[CSV_COLUMN_COUNT_MAX];
	size_t column_count;
	char **answers; /* of the row */
};

static struct records_place
locate(void *arg, enum record_kind kind, size_t index, int field, size_t answer)
{
	const struct table_reader *reader = arg;
	const struct table *table = &reader->tables[kind];
	struct records_place place = {.file = table->file};

	assert(index < table->line_count);
	place.line = table->lines[index];
	if (field < 0)
		place.column = 0;
	else if (record_kinds[kind].fields[field].type == FIELD_ANSWERS)
		place.column = table->answer_columns[answer];
	else
		place.column = table->columns[field];
	return place;
}

static size_t
question_count(const struct table_reader *reader)
{
	return reader->scheme == NULL ? 0 : reader->scheme->question_count;
}

struct table_reader *
table_reader_new(
    struct records_builder *builder, const struct scheme *scheme, struct faults *faults)
{
	struct arena *arena = records_builder_arena(builder);
	struct table_reader *reader;
	struct table *ballots;

	reader = arena_alloc(arena, sizeof(*reader));
	if (reader == NULL)
		return NULL;
	reader->builder = builder;
	reader->arena = arena;
	reader->scheme = scheme;
	reader->faults = faults;
	reader->locator.arg = reader;
	reader->locator.locate = locate;
	reader->locator.absent_reported = true;
	reader->blank = arena_strdup(arena, "");
	ballots = &reader->tables[RECORD_BALLOTS];
	ballots->answer_columns =
	    arena_alloc(arena, (question_count(reader) + 1) * sizeof(*ballots->answer_columns));
	if (reader->blank == NULL || ballots->answer_columns == NULL)
		return NULL;
	return reader;
}

const struct records_locator *
table_locator(const struct table_reader *reader)
{
	return &reader->locator;
}

void
table_mark_incomplete(struct table_reader *reader, enum record_kind kind)
{
	reader->locator.incomplete[kind] = true;
}

#define CELL_FAULT(reader, cell, column, ...)                                                      \
	faults_add((reader)->faults, (reader)->table->file, (cell)->line, (uint32_t)(column) + 1,  \
	    (cell)->text, __VA_ARGS__)

/* ---- One cell. On JX_OK *text is NULL when there was a fault. */

static char **
cache_slot(struct table_reader *reader, const struct csv_cell *cell)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	size_t i;

	for (i = 0; i < cell->size; i++)
		hash = (hash ^ (uint8_t)cell->text[i]) * 16777619u;
	return &reader->cache[hash % TABLE_CACHE_COUNT];
}

static enum jx_err
read_text(struct table_reader *reader, const struct csv_cell *cell, size_t column, size_t size_max,
    char **text)
{
	struct bytes raw = {(const uint8_t *)cell->text, cell->size};
	char **slot = NULL;

	if (cell->size <= TEXT_CODE_SIZE_MAX) {
		slot = cache_slot(reader, cell);
		/* Equal to what was normal is normal. */
		if (*slot != NULL && strcmp(*slot, cell->text) == 0) {
			*text = *slot;
			return JX_OK;
		}
	}
	*text = text_normal(reader->arena, raw, size_max);
	if (*text == NULL) {
		if (!text_is_clean(raw))
			CELL_FAULT(reader, cell, column,
			    "含有不允许的字符（控制字符、不可见字符等）",
			    "holds characters that are not allowed (control, invisible)");
		else if (cell->size > size_max / 3) /* normal text is at most 3 times as long */
			CELL_FAULT(
			    reader, cell, column, "最多 %zu 字节", "at most %zu bytes", size_max);
		else
			return JX_E_MEMORY;
	} else if (**text == '\0') {
		*text = NULL;
		CELL_FAULT(reader, cell, column, "不能为空", "must not be empty");
	} else if (slot != NULL) {
		*slot = *text;
	}
	return JX_OK;
}

/*
 * An option's or a tier's code. A full-width one (Ａ) is taken for the plain one
 * where only that is in the list; what is in no list is left for records_check.
 */
static enum jx_err
read_option(struct table_reader *reader, const struct csv_cell *cell, size_t column,
    const struct scheme_option *options, size_t count, char **text)
{
	utf8proc_uint8_t *folded = NULL;
	enum jx_err err;
	int found;

	err = read_text(reader, cell, column, TEXT_CODE_SIZE_MAX, text);
	if (err != JX_OK || *text == NULL || scheme_option_find(options, count, *text) >= 0)
		return err;
	if (utf8proc_map((const utf8proc_uint8_t *)*text, 0, &folded,
		UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT) < 0)
		return JX_E_MEMORY;
	found = scheme_option_find(options, count, (const char *)folded);
	if (found >= 0)
		*text = arena_strdup(reader->arena, (const char *)folded);
	free(folded);
	return *text == NULL ? JX_E_MEMORY : JX_OK;
}

static bool
read_points(
    struct table_reader *reader, const struct csv_cell *cell, size_t column, int64_t *hundredths)
{
	struct bytes raw = {(const uint8_t *)cell->text, cell->size};

	if (text_hundredths(raw, hundredths) == JX_OK)
		return true;
	CELL_FAULT(reader, cell, column, "应为不带符号的数，最多两位小数",
	    "expected a plain number with at most 2 decimals");
	return false;
}

static bool
read_whole(struct table_reader *reader, const struct csv_cell *cell, size_t column, uint32_t *whole)
{
	struct bytes raw = {(const uint8_t *)cell->text, cell->size};

	if (text_whole(raw, whole) == JX_OK)
		return true;
	CELL_FAULT(reader, cell, column, "应为不带符号的整数", "expected a plain whole number");
	return false;
}

/* A leader's mark in its canonical form, which depends on the row's kind. */
static enum jx_err
read_value(struct table_reader *reader, const ProtobufCMessage *record, const struct csv_cell *cell,
    size_t column, char **text)
{
	const char *method = ((const Jx__LeaderMark *)record)->kind;
	const struct scheme *scheme = reader->scheme;
	char plain[TEXT_DECIMAL_SIZE];
	int64_t hundredths;
	uint32_t whole;

	*text = NULL;
	if (method == NULL || scheme == NULL)
		return JX_OK; /* cannot be told; the kind or the scheme has its fault already */
	if (strcmp(method, leader_method_code(LEADER_MARK)) == 0) {
		if (!read_points(reader, cell, column, &hundredths))
			return JX_OK;
	} else if (strcmp(method, leader_method_code(LEADER_RANK)) == 0) {
		if (!read_whole(reader, cell, column, &whole))
			return JX_OK;
		hundredths = (int64_t)whole * 100;
	} else {
		return read_option(reader, cell, column, scheme->tiers, scheme->tier_count, text);
	}
	*text = arena_strdup(reader->arena, text_decimal(hundredths, plain));
	return *text == NULL ? JX_E_MEMORY : JX_OK;
}

static enum jx_err
read_cell(struct table_reader *reader, ProtobufCMessage *record, size_t column)
{
	const struct column *to = &reader->columns[column];
	const struct csv_cell *cell = &reader->row.cells[column];
	const struct record_field *field = &record_kinds[reader->kind].fields[to->field];
	size_t size_max = field->type == FIELD_NAME ? TEXT_NAME_SIZE_MAX : TEXT_CODE_SIZE_MAX;
	enum jx_err err = JX_OK;
	char *text = NULL;
	int64_t points;
	uint32_t whole;

	if (strpbrk(cell->text, "\r\n") != NULL) {
		CELL_FAULT(
		    reader, cell, column, "单元格内不得换行", "no line breaks within a cell");
		return JX_OK;
	}
	switch (field->type) {
	case FIELD_POINTS:
		if (read_points(reader, cell, column, &points))
			field_set_number(record, reader->kind, (size_t)to->field, points);
		return JX_OK;
	case FIELD_WHOLE:
		if (read_whole(reader, cell, column, &whole))
			field_set_number(record, reader->kind, (size_t)to->field, whole);
		return JX_OK;
	case FIELD_ANSWERS:
		if (cell->size > 0 && strspn(cell->text, " ") < cell->size)
			err = read_option(reader, cell, column, reader->scheme->options,
			    reader->scheme->option_count, &text);
		if (text != NULL)
			reader->answers[to->answer] = text;
		return err;
	case FIELD_VALUE:
		err = read_value(reader, record, cell, column, &text);
		break;
	case FIELD_CODE:
	case FIELD_NAME:
	case FIELD_CHOICE:
	case FIELD_TEXT:
	case FIELD_DATE:
	case FIELD_MOMENT:
	case FIELD_COUNT:
		err = read_text(reader, cell, column, size_max, &text);
		break;
	}
	if (text != NULL)
		field_set_text(record, reader->kind, (size_t)to->field, text);
	return err;
}

/* ---- Rows. */

static enum jx_err
line_add(struct table_reader *reader)
{
	struct table *table = reader->table;
	size_t capacity = table->line_capacity * 2;
	uint32_t *grown;

	if (table->line_count == table->line_capacity) {
		if (capacity == 0)
			capacity = TABLE_LINES_FIRST;
		grown = arena_alloc(reader->arena, capacity * sizeof(*grown));
		if (grown == NULL)
			return JX_E_MEMORY;
		if (table->line_count > 0)
			memcpy(grown, table->lines, table->line_count * sizeof(*grown));
		table->lines = grown;
		table->line_capacity = capacity;
	}
	table->lines[table->line_count++] = reader->row.line;
	return JX_OK;
}

static enum jx_err
answers_add(struct table_reader *reader, ProtobufCMessage *record, size_t field)
{
	size_t count = question_count(reader), i;

	reader->answers = arena_alloc(reader->arena, (count + 1) * sizeof(*reader->answers));
	if (reader->answers == NULL)
		return JX_E_MEMORY;
	for (i = 0; i < count; i++)
		reader->answers[i] = reader->blank;
	field_set_answers(record, reader->kind, field, reader->answers, count);
	return JX_OK;
}

/* A row whose key is not whole is lost for whoever refers to it. */
static void
key_look(struct table_reader *reader, const ProtobufCMessage *record)
{
	const struct record_row *row = &record_kinds[reader->kind];
	int64_t number;
	size_t i;

	for (i = 0; i < row->field_count && row->fields[i].key; i++)
		if (row->fields[i].type == FIELD_WHOLE
			? !field_number(record, reader->kind, i, &number)
			: field_text(record, reader->kind, i) == NULL)
			table_mark_incomplete(reader, reader->kind);
}

static enum jx_err
read_record(struct table_reader *reader)
{
	const struct record_row *row = &record_kinds[reader->kind];
	ProtobufCMessage *record;
	enum jx_err err = JX_OK;
	enum field_type type;
	size_t i;
	int late;

	record = records_builder_add(reader->builder, reader->kind);
	if (record == NULL)
		return JX_E_MEMORY;
	err = line_add(reader);
	for (i = 0; err == JX_OK && i < row->field_count; i++)
		if (row->fields[i].type == FIELD_ANSWERS)
			err = answers_add(reader, record, i);
	/* A value's meaning depends on another cell of the row: it comes in the second round. */
	for (late = 0; late <= 1; late++) {
		for (i = 0; err == JX_OK && i < reader->column_count; i++) {
			if (reader->columns[i].field < 0)
				continue;
			type = row->fields[reader->columns[i].field].type;
			if ((type == FIELD_VALUE) == (late == 1))
				err = read_cell(reader, record, i);
		}
	}
	key_look(reader, record);
	return err;
}

static const struct {
	const char *zh, *en;
} csv_faults[CSV_FAULT_COUNT] = {
    [CSV_QUOTE_OPEN] = {"引号没有结束，文件不完整或缺少引号",
	"this quote is never closed: the file is cut short or a quote is missing"},
    [CSV_QUOTE_STRAY] = {"未加引号的单元格内不得有引号；请给单元格加引号，内部引号写两遍",
	"a quote within an unquoted cell: quote the cell and double the quotes in it"},
    [CSV_QUOTE_TAIL] = {"引号之后应为逗号或行尾",
	"expected a comma or the line's end after the quote"},
    [CSV_CR] = {"行尾应为 LF 或 CRLF，不得只有 CR",
	"expected lines to end in LF or CRLF, not in CR alone"},
    [CSV_NUL] = {"不得有 NUL 字节（文件可能是 UTF-16；请另存为 UTF-8）",
	"NUL bytes are not allowed (UTF-16? save it as UTF-8)"},
    [CSV_CELL_BIG] = {"单元格过大（最多 65536 字节）", "the cell is too big (at most 65536 bytes)"},
    [CSV_COLUMN_MANY] = {"列数过多（最多 256 列）", "too many columns (at most 256)"},
};

static void
row_lost(struct table_reader *reader)
{
	const struct csv_row *row = &reader->row;

	assert(row->fault > CSV_FINE && row->fault < CSV_FAULT_COUNT);
	faults_add(reader->faults, reader->table->file, row->fault_line, row->fault_column, "",
	    "%s", "%s",
	    faults_lang(reader->faults) == JX_EN ? csv_faults[row->fault].en
						 : csv_faults[row->fault].zh);
	table_mark_incomplete(reader, reader->kind);
}

static bool
is_blank(const struct csv_row *row)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (row->cells[i].size > 0)
			return false;
	return true;
}

/* false: its cells cannot be told apart by the header. */
static bool
row_fits(struct table_reader *reader)
{
	const struct csv_row *row = &reader->row;
	size_t least = row->count < reader->column_count ? row->count : reader->column_count;

	if (row->count == reader->column_count)
		return true;
	faults_add(reader->faults, reader->table->file, row->line, (uint32_t)least + 1,
	    row->count > least ? row->cells[least].text : "", "应有 %zu 列，现有 %zu 列",
	    "expected %zu cells, found %zu", reader->column_count, row->count);
	table_mark_incomplete(reader, reader->kind);
	return false;
}

static enum jx_err
read_rows(struct table_reader *reader, struct csv *csv)
{
	const char *file = reader->table->file;
	uint32_t blank_line = 0;
	enum jx_err err;

	while (csv_next(csv, &reader->row)) {
		if (reader->row.fault != CSV_FINE) {
			row_lost(reader);
			continue;
		}
		if (is_blank(&reader->row)) {
			/* Excel leaves such rows at the end. */
			if (blank_line == 0)
				blank_line = reader->row.line;
			continue;
		}
		if (blank_line > 0)
			faults_add(reader->faults, file, blank_line, 0, "", "数据中间不得有空行",
			    "no blank rows between the rows");
		blank_line = 0;
		if (!row_fits(reader))
			continue;
		if (records_count_all(records_builder_get(reader->builder)) == RECORD_COUNT_MAX) {
			faults_add(reader->faults, file, reader->row.line, 0, "",
			    "各文件合计最多 %d 行", "at most %d rows in all files together",
			    RECORD_COUNT_MAX);
			table_mark_incomplete(reader, reader->kind);
			break;
		}
		err = read_record(reader);
		if (err != JX_OK)
			return err;
	}
	return JX_OK;
}

/* ---- The header. */

static int
answers_field(enum record_kind kind)
{
	size_t i;

	for (i = 0; i < record_kinds[kind].field_count; i++)
		if (record_kinds[kind].fields[i].type == FIELD_ANSWERS)
			return (int)i;
	return -1;
}

/* Where the column of that name is kept: NULL, no such column. */
static uint32_t *
column_find(struct table_reader *reader, const char *name, struct column *to)
{
	int answers = answers_field(reader->kind);
	int question;

	to->field = field_find(reader->kind, name);
	if (to->field >= 0 && to->field != answers)
		return &reader->table->columns[to->field];
	to->field = -1;
	if (answers < 0 || reader->scheme == NULL)
		return NULL;
	question =
	    scheme_term_find(reader->scheme->questions, reader->scheme->question_count, name);
	if (question < 0)
		return NULL;
	to->field = answers;
	to->answer = (size_t)question;
	return &reader->table->answer_columns[question];
}

static void
column_missing(struct table_reader *reader, const char *name)
{
	faults_add(reader->faults, reader->table->file, 1, (uint32_t)reader->column_count + 1, name,
	    "缺少这一列", "this column is missing");
}

static void
columns_missing(struct table_reader *reader)
{
	const struct record_row *row = &record_kinds[reader->kind];
	size_t i, question;

	for (i = 0; i < row->field_count; i++) {
		if (row->fields[i].type == FIELD_ANSWERS) {
			for (question = 0; question < question_count(reader); question++)
				if (reader->table->answer_columns[question] == 0)
					column_missing(
					    reader, reader->scheme->questions[question].code);
		} else if (reader->table->columns[i] == 0) {
			column_missing(reader, row->fields[i].name);
			if (row->fields[i].key)
				table_mark_incomplete(reader, reader->kind);
		}
	}
}

static enum jx_err
read_header(struct table_reader *reader)
{
	const struct csv_row *row = &reader->row;
	const struct csv_cell *cell;
	uint32_t *column;
	enum jx_err err;
	char *name;
	size_t i;

	reader->column_count = row->count;
	for (i = 0; i < row->count; i++) {
		cell = &row->cells[i];
		reader->columns[i] = (struct column){.field = -1};
		err = read_text(reader, cell, i, TEXT_CODE_SIZE_MAX, &name);
		if (err != JX_OK)
			return err;
		if (name == NULL)
			continue;
		column = column_find(reader, name, &reader->columns[i]);
		if (column == NULL) {
			/* Without a scheme nobody knows the ballots' questions. */
			if (reader->scheme != NULL || answers_field(reader->kind) < 0)
				CELL_FAULT(reader, cell, i, "没有这一列，请核对列名",
				    "no such column: check the name");
		} else if (*column != 0) {
			CELL_FAULT(reader, cell, i, "与第 %u 列重复", "stands in column %u already",
			    *column);
			reader->columns[i].field = -1;
		} else {
			*column = (uint32_t)i + 1;
		}
	}
	columns_missing(reader);
	return JX_OK;
}

enum jx_err
table_read(
    struct table_reader *reader, enum record_kind kind, const char *file, char *text, size_t size)
{
	struct csv csv;
	enum jx_err err;

	reader->kind = kind;
	reader->table = &reader->tables[kind];
	assert(reader->table->file == NULL);
	reader->table->file = file;
	csv_init(&csv, text, size);
	if (!csv_next(&csv, &reader->row)) {
		faults_add(reader->faults, file, 1, 1, "", "文件是空的；第一行应为列名",
		    "the file is empty; expected column names in the first row");
		table_mark_incomplete(reader, kind);
		return JX_OK;
	}
	if (reader->row.fault != CSV_FINE) {
		row_lost(reader);
		return JX_OK;
	}
	err = read_header(reader);
	return err == JX_OK ? read_rows(reader, &csv) : err;
}
