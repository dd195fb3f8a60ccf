#include "cli/ballot_file.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/csv.h"
#include "cli/rows_file.h"
#include "wire/fault.h"

enum { FILE_SIZE_MAX = 1 << 20, COLUMN_UNIT = -1, COLUMN_OPINION = -2 };

struct reading {
	struct cli *cli;
	struct ballot *ballot;
	struct faults *faults;
	const char *file;
	int columns[CSV_COLUMN_COUNT_MAX]; /* the question, or COLUMN_… */
	size_t column_count;
	bool is_seen[CARD_UNIT_COUNT_MAX];
};

static void
fault_at(struct reading *reading, uint32_t line, size_t column, const char *value, const char *zh, const char *en)
{
	const char *said = cli_say(reading->cli, zh, en);

	faults_add(reading->faults, reading->file, line, (uint32_t)column, value, "%s", "%s", said);
}

/* ---- CSV. */

static void
read_head(struct reading *reading, struct csv_row *row)
{
	bool is_there[CARD_QUESTION_COUNT_MAX + 2] = {false}; /* questions, unit, opinion */
	const size_t count = reading->ballot->question_count;

	for (size_t i = 0; i < row->count; i++) {
		const char *name = row->cells[i].text;
		bool is_unit = strcmp(name, "unit") == 0, is_opinion = strcmp(name, "opinion") == 0;
		int question = is_unit ? COLUMN_UNIT : is_opinion ? COLUMN_OPINION : ballot_question(reading->ballot, name);
		size_t place = is_unit ? count : is_opinion ? count + 1 : (size_t)question;

		if (!is_unit && !is_opinion && question < 0) {
			fault_at(reading, row->line, i + 1, name, "没有这个题目", "no such question");
			continue;
		}
		if (is_there[place])
			fault_at(reading, row->line, i + 1, name, "此列重复", "this column stands twice");
		is_there[place] = true;
		reading->columns[i] = question;
	}
	reading->column_count = row->count;
	if (!is_there[count])
		fault_at(reading, row->line, 1, "unit", "缺少此列", "this column is missing");
	for (size_t i = 0; i < count; i++)
		if (!is_there[i])
			fault_at(reading, row->line, 1, reading->ballot->form->questions[i], "缺少此列", "this column is missing");
}

/* The unit a row is of, or -1. */
static int
read_unit(struct reading *reading, struct csv_row *row)
{
	for (size_t i = 0; i < row->count && i < reading->column_count; i++) {
		int unit;

		if (reading->columns[i] != COLUMN_UNIT)
			continue;
		unit = ballot_unit(reading->ballot, row->cells[i].text);
		if (unit >= 0 && !reading->is_seen[unit]) {
			reading->is_seen[unit] = true;
			return unit;
		}
		if (unit < 0)
			fault_at(reading, row->line, i + 1, row->cells[i].text, "评价表中没有这个单位", "this unit is not on the form");
		else
			fault_at(reading, row->line, i + 1, row->cells[i].text, "此单位重复", "this unit stands twice");
	}
	return -1;
}

static void
read_cell(struct reading *reading, struct csv_cell *cell, size_t column, size_t unit)
{
	struct ballot *ballot = reading->ballot;
	int question = reading->columns[column], option;

	if (question == COLUMN_UNIT)
		return;
	if (question == COLUMN_OPINION) {
		if (ballot_opine(ballot, unit, cell->text) != JX_OK)
			fault_at(reading, cell->line, column + 1, cell->text, "意见过长、过多或含有特殊字符", "too long, too many, or with special characters");
		return;
	}
	ballot_fold(cell->text);
	option = ballot_option(ballot, cell->text, false);
	if (option < 0)
		fault_at(reading, cell->line, column + 1, cell->text, "没有这个选项", "no such option");
	else
		*ballot_answer(ballot, unit, (size_t)question) = (uint8_t)option;
}

static bool
is_blank(const struct csv_row *row)
{
	return row->count == 1 && row->cells[0].size == 0;
}

static void
read_rows(struct reading *reading, char *text, size_t size)
{
	struct csv_row *row = malloc(sizeof *row);
	bool has_head = false;
	struct csv csv;

	csv_init(&csv, text, size);
	while (row != NULL && csv_next(&csv, row)) {
		int unit;

		if (row->fault != CSV_FINE) {
			fault_at(reading, row->fault_line, row->fault_column, "", "不是 CSV", "no CSV");
			continue;
		}
		if (is_blank(row))
			continue;
		if (!has_head) {
			read_head(reading, row);
			has_head = true;
			if (faults_count(reading->faults) > 0)
				break;
			continue;
		}
		if (row->count > reading->column_count) {
			fault_at(reading, row->line, reading->column_count + 1, "", "多出一列", "a cell too many");
			continue;
		}
		unit = read_unit(reading, row);
		for (size_t i = 0; unit >= 0 && i < row->count; i++)
			read_cell(reading, &row->cells[i], i, (size_t)unit);
	}
	if (!has_head)
		fault_at(reading, 1, 1, "", "缺少表头", "the head is missing");
	free(row);
}

int
ballot_file_read(struct cli *cli, const char *path, struct ballot *ballot)
{
	struct reading reading = {.cli = cli, .ballot = ballot, .file = rows_file_name(cli, path)};
	char *text = NULL;
	size_t size = 0;
	int status = rows_file_load(cli, path, FILE_SIZE_MAX, &text, &size);

	if (status != CLI_EXIT_OK)
		return status;
	reading.faults = faults_new(cli->lang);
	if (reading.faults == NULL) {
		status = cli_error_memory(cli);
	} else {
		read_rows(&reading, text, size);
		if (faults_count(reading.faults) > 0) {
			faults_sort(reading.faults);
			status = rows_file_faults(cli, reading.faults);
		}
	}
	faults_free(reading.faults);
	sodium_memzero(text, size);
	free(text);
	return status;
}
