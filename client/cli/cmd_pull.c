/* Records as YAML, such as a push takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/copies.h"
#include "cli/files.h"
#include "cli/made.h"
#include "cli/rows_file.h"
#include "scheme/yaml.h"

struct pull {
	enum record_kind kinds[ROWS_KIND_COUNT_MAX];
	size_t kind_count;
	struct online_year year;
	const char *unit; /* NULL: any */
	struct rows *rows;
};

static int
add_kind(const struct cli *cli, struct pull *pull, const char *name)
{
	enum record_kind kind = paper_kind_find(name);

	if (kind == PAPER_END)
		return cli_error(
		    cli, JX_E_USAGE, "没有这类数据：%s", "no such kind: %s", cli_shown(cli, name));
	for (size_t i = 0; i < pull->kind_count; i++)
		if (pull->kinds[i] == kind)
			return CLI_EXIT_OK;
	pull->kinds[pull->kind_count++] = kind;
	return CLI_EXIT_OK;
}

/* From the deed that takes them, or from the word "tasks,plans". */
static int
choose_kinds(const struct cli *cli, struct pull *pull)
{
	char *names, *save = NULL;
	int status = CLI_EXIT_OK;

	if (cli->made != NULL) {
		const enum record_kind *kinds = cli->made->deed->kinds;

		while (pull->kind_count < DEED_KIND_COUNT_MAX && kinds[pull->kind_count] != 0) {
			pull->kinds[pull->kind_count] = kinds[pull->kind_count];
			pull->kind_count++;
		}
	} else {
		names = arena_strdup(cli->arena, cli->options.words[0]);
		if (names == NULL)
			return cli_error_memory(cli);
		for (char *name = strtok_r(names, ",", &save);
		     status == CLI_EXIT_OK && name != NULL; name = strtok_r(NULL, ",", &save))
			status = add_kind(cli, pull, name);
	}
	if (status == CLI_EXIT_OK && pull->kind_count == 0)
		return cli_error(cli, JX_E_USAGE, "缺少数据的类", "missing: the kind");
	return status;
}

/* The unit of whoever pulls what its unit pushes. */
static int
choose_unit(struct cli *cli, struct pull *pull)
{
	const char *file;
	int status = CLI_EXIT_OK;

	if (cli->made != NULL &&
	    made_take_words(cli->made, &cli->options, &file) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "不认识 %s", "not understood: %s",
		    cli_shown(cli, cli->options.bad));
	if (cli->made != NULL && made_wants_unit(cli->made) && !options_has(&cli->options, OPTION_UNIT))
		status = online_own_unit(cli, &cli->options.values[OPTION_UNIT]);
	if (status == CLI_EXIT_OK && cli->made != NULL)
		status = made_check_required(cli, false, true);
	pull->unit = cli->options.values[OPTION_UNIT];
	return status;
}

static int
add_row(struct cli *cli, struct pull *pull, enum record_kind kind, const struct table *table, size_t row)
{
	const struct record_row *of = &record_kinds[kind];
	const struct rows_at at = {(uint32_t)row + 1, 0};

	if (rows_add(pull->rows, kind, at) == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < of->field_count; i++) {
		const char *cell = table_cell(table, row, of->fields[i].name);
		struct bytes text = {(const uint8_t *)cell, cell == NULL ? 0 : strlen(cell)};

		if (text.size > 0 && rows_set(pull->rows, i, text, at) != JX_OK)
			return cli_error_memory(cli);
	}
	return CLI_EXIT_OK;
}

static int
fetch_kind(struct cli *cli, struct pull *pull, enum record_kind kind)
{
	struct rows_head *head = rows_head(pull->rows);
	Jx__View view = JX__VIEW__INIT;
	struct table table;
	int status;

	view.city = ONLINE_TEXT(pull->year.city);
	view.has_year = true;
	view.year = pull->year.year;
	view.view = ONLINE_TEXT("list");
	view.kind = ONLINE_TEXT(record_kinds[kind].name);
	view.unit = ONLINE_TEXT(pull->unit);
	status = table_fetch(cli, &view, 0, &table);
	for (size_t row = 0; status == CLI_EXIT_OK && row < table.row_count; row++)
		status = add_row(cli, pull, kind, &table, row);
	if (status == CLI_EXIT_OK && !head->has_based_on && table.first->has_version) {
		head->has_based_on = true;
		head->based_on = table.first->version;
	}
	return status;
}

static int
fetch(struct cli *cli, struct pull *pull)
{
	struct faults *faults = faults_new(cli->lang);
	int status = CLI_EXIT_OK;

	pull->rows = faults == NULL ? NULL
				    : rows_new(cli->arena, pull->kinds, pull->kind_count,
					  cli_say(cli, "服务器", "server"), faults);
	if (pull->rows == NULL)
		status = cli_error_memory(cli);
	for (size_t i = 0; status == CLI_EXIT_OK && i < pull->kind_count; i++)
		status = fetch_kind(cli, pull, pull->kinds[i]);
	/* A daemon that holds what this version cannot read must not lose it by a push. */
	if (status == CLI_EXIT_OK && faults_count(faults) > 0) {
		rows_file_faults(cli, faults);
		status = cli_error(cli, JX_E_MALFORMED, "%s", "%s", "");
	}
	faults_free(faults);
	return status;
}

static int
put(struct cli *cli, struct pull *pull)
{
	const char *path = cli->options.values[OPTION_OUT];
	struct rows_head *head = rows_head(pull->rows);
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int status = CLI_EXIT_OK;

	if (file == NULL)
		return cli_error_memory(cli);
	head->city = pull->year.city;
	head->year = pull->year.year;
	head->unit = pull->unit;
	rows_write(file, head, rows_records(pull->rows), pull->kinds, pull->kind_count);
	if (ferror(file) != 0 || fclose(file) != 0)
		status = cli_error_memory(cli);
	else if (path == NULL)
		fwrite(text, 1, size, stdout);
	else if (files_write(cli->arena, path, (struct bytes){(const uint8_t *)text, size}) != JX_OK)
		status = cli_error_file(cli, path, errno);
	free(text);
	if (status == CLI_EXIT_OK)
		cli_note(cli, "共 %zu 行", "%zu rows", rows_count(pull->rows));
	for (size_t i = 0; i < pull->kind_count; i++)
		if (records_count(rows_records(pull->rows), pull->kinds[i]) > YAML_LIST_COUNT_MAX)
			cli_note(cli, "%s 超过 %d 行：报送前请拆成几份",
			    "%s has more than %d rows: split it before you push it",
			    record_kinds[pull->kinds[i]].name, YAML_LIST_COUNT_MAX);
	return status;
}

int
cmd_pull(struct cli *cli)
{
	struct pull pull = {.kind_count = 0};
	int status = choose_kinds(cli, &pull);

	copies_allow(cli);
	if (status == CLI_EXIT_OK)
		status = choose_unit(cli, &pull);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &pull.year);
	if (status == CLI_EXIT_OK)
		status = fetch(cli, &pull);
	return status == CLI_EXIT_OK ? put(cli, &pull) : status;
}
