#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/code_words.h"
#include "cli/copies.h"
#include "cli/grid.h"
#include "cli/help.h"
#include "cli/when.h"

enum { TABLE_COLUMN_COUNT_MAX = 32 };

static bool
append(struct cli *cli, struct table *table, size_t *capacity, const Jx__Table *page, uint32_t limit)
{
	size_t count = page->n_rows;

	if (limit > 0 && count > limit - table->row_count) {
		count = limit - table->row_count;
		table->is_cut = true;
	}
	if (table->row_count + count > *capacity) {
		Jx__Row **grown;

		*capacity = 2 * (table->row_count + count) + 64;
		grown = arena_alloc(cli->arena, *capacity * sizeof *grown);
		if (grown == NULL)
			return false;
		if (table->row_count > 0)
			memcpy(grown, table->rows, table->row_count * sizeof *grown);
		table->rows = grown;
	}
	if (count > 0)
		memcpy(table->rows + table->row_count, page->rows, count * sizeof *page->rows);
	table->row_count += count;
	return true;
}

/* Is it for this account to ask? */
static bool
is_not_for_us(const struct cli *cli)
{
	enum jx_err err = online_error(cli);

	return online_refusal(cli) != NULL && (err == JX_E_DENIED || err == JX_E_FIELD ||
						  err == JX_E_NOT_FOUND || err == JX_E_UNKNOWN_REQUEST);
}

static int
fetch(struct cli *cli, Jx__View *view, uint32_t limit, bool may_be_refused, struct table *out)
{
	const struct online_call call = {JX__ENVELOPE__BODY_VIEW, view, JX__ENVELOPE__BODY_TABLE};
	const Jx__Table *page;
	size_t capacity = 0;
	int status;

	*out = (struct table){.first = NULL};
	do {
		status = online_prepare(cli);
		if (status != CLI_EXIT_OK)
			return status;
		if (online_try(cli, &call, (const void **)&page) != JX_OK) {
			if (copies_find(cli, view, out)) {
				*out = table_of(out->first, limit);
				return CLI_EXIT_OK;
			}
			if (online_be_patient(cli))
				continue;
			return may_be_refused && is_not_for_us(cli) ? CLI_EXIT_OK : online_fail(cli);
		}
		if (page->has_next && page->next <= view->offset)
			return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "next");
		if (out->first == NULL)
			out->first = page;
		if (!append(cli, out, &capacity, page, limit))
			return cli_error_memory(cli);
		view->has_offset = true;
		view->offset = page->next;
		if (page->has_next && limit > 0 && out->row_count == limit)
			out->is_cut = true;
		if (!page->has_next)
			return CLI_EXIT_OK;
	} while (!out->is_cut);
	return CLI_EXIT_OK;
}

int
table_fetch(struct cli *cli, Jx__View *view, uint32_t limit, struct table *out)
{
	return fetch(cli, view, limit, false, out);
}

int
table_try(struct cli *cli, Jx__View *view, uint32_t limit, struct table *out)
{
	return fetch(cli, view, limit, true, out);
}

struct table
table_of(const Jx__Table *whole, uint32_t limit)
{
	bool is_cut = limit > 0 && whole->n_rows > limit;

	return (struct table){whole, whole->rows, is_cut ? limit : whole->n_rows, is_cut};
}

int
table_limit(struct cli *cli, uint32_t *limit)
{
	return options_number(&cli->options, OPTION_LIMIT, limit) == JX_OK
		   ? CLI_EXIT_OK
		   : cli_error(cli, JX_E_USAGE, "--limit 应为行数，而不是 %s",
			 "--limit is a number of rows, not %s", cli_shown(cli, cli->options.bad));
}

const char *
table_cell(const struct table *table, size_t row, const char *column)
{
	for (size_t i = 0; i < table->first->n_columns && i < table->rows[row]->n_cells; i++)
		if (table->first->columns[i]->name != NULL &&
		    strcmp(table->first->columns[i]->name, column) == 0)
			return table->rows[row]->cells[i];
	return NULL;
}

/* A type this version does not know is text. */
static enum grid_type
type_of(const Jx__Column *column)
{
	const char *type = column->type == NULL ? "" : column->type;

	return strcmp(type, "whole") == 0    ? GRID_WHOLE
	       : strcmp(type, "figure") == 0 ? GRID_FIGURE
					     : GRID_TEXT;
}

static struct grid *
make_grid(struct cli *cli, const struct table *table)
{
	const Jx__Table *first = table->first;
	struct grid_column *columns = arena_alloc(cli->arena, first->n_columns * sizeof *columns);
	struct grid *grid;

	for (size_t i = 0; columns != NULL && i < first->n_columns; i++) {
		const Jx__Column *column = first->columns[i];
		const char *name = column->name == NULL ? "" : column->name;

		columns[i] = (struct grid_column){name, column->zh == NULL ? name : column->zh,
		    column->en == NULL ? name : column->en, type_of(column), GRID_ALWAYS};
	}
	grid = columns == NULL
		   ? NULL
		   : grid_new(cli, grid_form_of(cli), columns, first->n_columns);
	for (size_t row = 0; grid != NULL && row < table->row_count; row++)
		for (size_t i = 0; i < first->n_columns; i++) {
			const char *type = first->columns[i]->type;
			const char *cell = i < table->rows[row]->n_cells
					       ? table->rows[row]->cells[i]
					       : "";

			if (cell[0] == '\0') {
				grid_add(grid, NULL, NULL);
			} else if (type != NULL && strcmp(type, "moment") == 0) {
				uint64_t us = strtoull(cell, NULL, 10);

				grid_add(grid, when_utc(cli, us), when_beijing(cli, us));
			} else {
				grid_add(grid, cell, code_words_of(cli, first->columns[i]->name, cell));
			}
		}
	return grid;
}

/* The version is what a change made from this table is based on. */
static void
put_title(const struct cli *cli, const Jx__Table *first)
{
	bool has_title = first->title != NULL && first->title[0] != '\0';

	if (!has_title && !first->has_version)
		return;
	printf("%s%s%s", cli_bold(cli), has_title ? first->title : "", cli_plain(cli));
	if (first->has_version)
		printf("%s%s %llu", has_title ? " · " : "", cli_say(cli, "版本", "version"),
		    (unsigned long long)first->version);
	putchar('\n');
}

int
table_show(struct cli *cli, const struct table *table)
{
	const Jx__Table *first = table->first;
	bool is_screen = grid_form_of(cli) == GRID_SCREEN;
	struct grid *grid;
	int status;

	if (first->n_columns > TABLE_COLUMN_COUNT_MAX || (first->n_columns == 0 && table->row_count > 0))
		return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "columns");
	if (is_screen)
		put_title(cli, first);
	if (is_screen && table->row_count == 0) {
		puts(cli_say(cli, "（无）", "(none)"));
		return CLI_EXIT_OK;
	}
	if (first->n_columns == 0)
		return grid_form_of(cli) == GRID_JSON ? grid_put_json(cli, json_array()) : CLI_EXIT_OK;
	grid = make_grid(cli, table);
	status = grid == NULL ? cli_error_memory(cli) : grid_show(grid, false);
	if (status == CLI_EXIT_OK && table->is_cut)
		cli_note(cli, "只列出前 %zu 行", "the first %zu rows", table->row_count);
	return status;
}

/* ---- From options. */

static int
bad_number(const struct cli *cli, enum option_id option)
{
	return cli_error(cli, JX_E_USAGE, "--%s 应为编号，而不是 %s", "--%s is a number, not %s",
	    option_rows[option].name, cli_shown(cli, cli->options.bad));
}

/* "state=draft" … into the view. */
static int
add_filters(struct cli *cli, Jx__View *view)
{
	size_t count = cli->options.where_count;
	Jx__Filter *filters = arena_alloc(cli->arena, (count + 1) * sizeof *filters);

	view->filters = arena_alloc(cli->arena, (count + 1) * sizeof *view->filters);
	if (filters == NULL || view->filters == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < count; i++) {
		const char *where = cli->options.wheres[i], *equals = strchr(where, '=');

		if (equals == NULL || equals == where)
			return cli_error(cli, JX_E_USAGE, "--where 应为 字段=值，而不是 %s",
			    "--where is FIELD=VALUE, not %s", cli_shown(cli, where));
		jx__filter__init(&filters[i]);
		filters[i].field = arena_strndup(cli->arena, where, (size_t)(equals - where));
		filters[i].value = ONLINE_TEXT(equals + 1);
		view->filters[i] = &filters[i];
	}
	view->n_filters = count;
	return CLI_EXIT_OK;
}

int
table_view(struct cli *cli, Jx__View *view)
{
	struct online_year year;
	struct table table;
	uint32_t limit;
	int status = table_limit(cli, &limit);

	if (status == CLI_EXIT_OK && options_number(&cli->options, OPTION_RUN, &view->run) != JX_OK)
		status = bad_number(cli, OPTION_RUN);
	if (status == CLI_EXIT_OK &&
	    options_number(&cli->options, OPTION_OTHER, &view->other) != JX_OK)
		status = bad_number(cli, OPTION_OTHER);
	if (status == CLI_EXIT_OK)
		status = add_filters(cli, view);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &year);
	if (status != CLI_EXIT_OK)
		return status;
	view->has_run = view->run > 0;
	view->has_other = view->other > 0;
	view->city = ONLINE_TEXT(year.city);
	view->has_year = true;
	view->year = year.year;
	view->unit = ONLINE_TEXT(cli->options.values[OPTION_UNIT]);
	view->object = ONLINE_TEXT(cli->options.values[OPTION_OBJECT]);
	view->kind = ONLINE_TEXT(cli->options.values[OPTION_KIND]);
	status = table_fetch(cli, view, limit, &table);
	return status == CLI_EXIT_OK ? table_show(cli, &table) : status;
}

int
table_check_kind(const struct cli *cli, const char *name)
{
	if (paper_kind_find(name) != PAPER_END)
		return CLI_EXIT_OK;
	help_kinds(cli, stderr);
	return cli_error(
	    cli, JX_E_USAGE, "没有这类数据：%s", "no such kind: %s", cli_shown(cli, name));
}
