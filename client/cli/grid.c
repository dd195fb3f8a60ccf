#include "cli/grid.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "wire/text.h"

enum {
	GRID_COLUMN_COUNT_MAX = 32,
	GRID_SECTION_COUNT_MAX = 64, /* beyond, rows join the section before */
	GAP = 2,
};

struct grid_cell {
	const char *data, *words; /* data NULL: nothing there; words: never NULL */
};

struct grid_section {
	const char *title;
	size_t row; /* the first */
};

struct grid {
	const struct cli *cli;
	enum grid_form form;
	const struct grid_column *columns;
	size_t column_count;
	struct grid_cell *cells; /* in the arena, as everything */
	size_t cell_count, capacity;
	struct grid_section sections[GRID_SECTION_COUNT_MAX];
	size_t section_count;
	bool is_failed; /* memory out */
};

enum grid_form
grid_form_of(const struct cli *cli)
{
	if (options_has(&cli->options, OPTION_JSON))
		return GRID_JSON;
	if (options_has(&cli->options, OPTION_CSV))
		return GRID_CSV;
	return cli->out_is_terminal ? GRID_SCREEN : GRID_TSV;
}

struct grid *
grid_new(
    const struct cli *cli, enum grid_form form, const struct grid_column *columns, size_t count)
{
	struct grid *grid = arena_alloc(cli->arena, sizeof *grid);

	assert(count > 0 && count <= GRID_COLUMN_COUNT_MAX);
	if (grid == NULL)
		return NULL;
	grid->cli = cli;
	grid->form = form;
	grid->columns = columns;
	grid->column_count = count;
	return grid;
}

void
grid_add(struct grid *grid, const char *data, const char *words)
{
	if (grid->cell_count == grid->capacity) {
		size_t capacity = grid->capacity == 0 ? 256 : grid->capacity * 2;
		struct grid_cell *grown = arena_alloc(grid->cli->arena, capacity * sizeof *grown);

		if (grown == NULL) {
			grid->is_failed = true;
			return;
		}
		if (grid->cell_count > 0)
			memcpy(grown, grid->cells, grid->cell_count * sizeof *grown);
		grid->cells = grown;
		grid->capacity = capacity;
	}
	if (words == NULL)
		words = data == NULL ? "" : data;
	grid->cells[grid->cell_count++] = (struct grid_cell){data, words};
}

void
grid_add_whole(struct grid *grid, uint64_t number)
{
	char *text = arena_printf(grid->cli->arena, "%llu", (unsigned long long)number);

	if (text == NULL)
		grid->is_failed = true;
	grid_add(grid, text, NULL);
}

void
grid_add_bool(struct grid *grid, bool value)
{
	grid_add(grid, value ? "true" : "false",
	    value ? cli_say(grid->cli, "是", "yes") : cli_say(grid->cli, "否", "no"));
}

static size_t
grid_row_count(const struct grid *grid)
{
	assert(grid->cell_count % grid->column_count == 0 || grid->is_failed);
	return grid->cell_count / grid->column_count;
}

static const struct grid_cell *
grid_at(const struct grid *grid, size_t row, size_t column)
{
	return &grid->cells[row * grid->column_count + column];
}

void
grid_add_section(struct grid *grid, const char *title)
{
	if (grid->section_count < GRID_SECTION_COUNT_MAX)
		grid->sections[grid->section_count++] =
		    (struct grid_section){title, grid_row_count(grid)};
}

/* ---- The screen. */

static int
column_width(const struct grid *grid, size_t column)
{
	const struct grid_column *of = &grid->columns[column];
	int widest = text_width(cli_say(grid->cli, of->zh, of->en));

	for (size_t row = 0; row < grid_row_count(grid); row++) {
		int width = text_width(grid_at(grid, row, column)->words);

		if (width > widest)
			widest = width;
	}
	return widest;
}

/* Widths of the columns that are shown, 0 for the others. */
static void
choose_columns(const struct grid *grid, int widths[GRID_COLUMN_COUNT_MAX])
{
	int total = 0;

	for (size_t i = 0; i < grid->column_count; i++) {
		widths[i] = grid->columns[i].place == GRID_DATA_ONLY ? 0 : column_width(grid, i);
		total += widths[i] == 0 ? 0 : widths[i] + GAP;
	}
	if (total - GAP <= (int)grid->cli->screen_width)
		return;
	for (size_t i = 0; i < grid->column_count; i++)
		if (grid->columns[i].place == GRID_IF_WIDE)
			widths[i] = 0;
}

static void
put_row(const struct grid *grid, const int *widths, const char *const *texts)
{
	int owed = 0; /* blanks before the next text: none stand at a line's end */

	for (size_t i = 0; i < grid->column_count; i++) {
		enum grid_type type = grid->columns[i].type;
		int rest = widths[i] - text_width(texts[i]);
		bool is_right = type == GRID_WHOLE || type == GRID_FIGURE;

		if (widths[i] == 0)
			continue;
		if (texts[i][0] == '\0') {
			owed += widths[i] + GAP;
			continue;
		}
		printf("%*s%s", owed + (is_right ? rest : 0), "", texts[i]);
		owed = GAP + (is_right ? 0 : rest);
	}
}

static void
put_heading(const struct grid *grid, const int *widths)
{
	const char *texts[GRID_COLUMN_COUNT_MAX];

	for (size_t i = 0; i < grid->column_count; i++)
		texts[i] = cli_say(grid->cli, grid->columns[i].zh, grid->columns[i].en);
	fputs(cli_bold(grid->cli), stdout);
	put_row(grid, widths, texts);
	printf("%s\n", cli_plain(grid->cli));
}

static void
print_screen(const struct grid *grid)
{
	const char *texts[GRID_COLUMN_COUNT_MAX];
	int widths[GRID_COLUMN_COUNT_MAX];
	size_t section = 0;

	choose_columns(grid, widths);
	if (grid->section_count == 0)
		put_heading(grid, widths);
	for (size_t row = 0; row < grid_row_count(grid); row++) {
		if (section < grid->section_count && grid->sections[section].row == row) {
			printf("\n%s%s%s\n", cli_bold(grid->cli), grid->sections[section++].title,
			    cli_plain(grid->cli));
			put_heading(grid, widths);
		}
		for (size_t i = 0; i < grid->column_count; i++)
			texts[i] = grid_at(grid, row, i)->words;
		put_row(grid, widths, texts);
		putchar('\n');
	}
}

/* ---- Data. */

/* A cell of CSV (RFC 4180) or TSV, in which a text with the separator cannot be quoted. */
static void
put_cell(enum grid_form form, const char *text)
{
	if (form == GRID_TSV) {
		for (; *text != '\0'; text++)
			putchar(*text == '\t' || *text == '\n' || *text == '\r' ? ' ' : *text);
		return;
	}
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

static void
print_data(const struct grid *grid)
{
	int separator = grid->form == GRID_CSV ? ',' : '\t';

	for (size_t i = 0; i < grid->column_count; i++) {
		put_cell(grid->form, grid->columns[i].code);
		putchar(i + 1 == grid->column_count ? '\n' : separator);
	}
	for (size_t row = 0; row < grid_row_count(grid); row++)
		for (size_t i = 0; i < grid->column_count; i++) {
			const char *data = grid_at(grid, row, i)->data;

			put_cell(grid->form, data == NULL ? "" : data);
			putchar(i + 1 == grid->column_count ? '\n' : separator);
		}
}

void
grid_print(const struct grid *grid)
{
	assert(grid->form != GRID_JSON);
	if (grid->form == GRID_SCREEN)
		print_screen(grid);
	else
		print_data(grid);
}

static json_t *
cell_json(enum grid_type type, const char *data)
{
	if (data == NULL)
		return json_null();
	if (type == GRID_WHOLE)
		return json_integer((json_int_t)strtoull(data, NULL, 10));
	if (type == GRID_BOOL)
		return json_boolean(strcmp(data, "true") == 0);
	return json_string(data);
}

json_t *
grid_json(const struct grid *grid)
{
	json_t *rows = json_array();
	bool is_fine = rows != NULL && !grid->is_failed;

	for (size_t row = 0; is_fine && row < grid_row_count(grid); row++) {
		json_t *object = json_object();

		for (size_t i = 0; object != NULL && is_fine && i < grid->column_count; i++)
			is_fine =
			    json_object_set_new(object, grid->columns[i].code,
				cell_json(grid->columns[i].type, grid_at(grid, row, i)->data)) == 0;
		is_fine = json_array_append_new(rows, object) == 0 && is_fine;
	}
	if (is_fine)
		return rows;
	json_decref(rows);
	return NULL;
}

int
grid_put_json(const struct cli *cli, json_t *json)
{
	int status;

	if (json == NULL)
		return cli_error_memory(cli);
	status = json_dumpf(json, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(json);
	return status == 0 || ferror(stdout) ? CLI_EXIT_OK : cli_error_memory(cli);
}

int
grid_show(const struct grid *grid, bool is_single)
{
	json_t *rows;

	if (grid->is_failed)
		return cli_error_memory(grid->cli);
	if (grid->form != GRID_JSON) {
		grid_print(grid);
		return CLI_EXIT_OK;
	}
	rows = grid_json(grid);
	if (is_single && rows != NULL) {
		json_t *only = json_incref(json_array_get(rows, 0));

		json_decref(rows);
		rows = only;
	}
	return grid_put_json(grid->cli, rows);
}
