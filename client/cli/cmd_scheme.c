/* A year's scheme as a file, and what differs between two of them (R39, R47). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/files.h"
#include "cli/grid.h"
#include "cli/rows_file.h"
#include "cli/scheme_diff.h"
#include "wire/text.h"

/* clang-format off */
static const struct grid_column columns[] = {
	{"clause", "条款", "Clause", GRID_TEXT, GRID_ALWAYS},
	{"before", "原值", "Before", GRID_TEXT, GRID_ALWAYS},
	{"after",  "新值", "After",  GRID_TEXT, GRID_ALWAYS},
};
/* clang-format on */

int
cmd_scheme_pull(struct cli *cli)
{
	const char *path = cli->options.values[OPTION_OUT];
	struct online_year year;
	struct bytes text = {NULL, 0};
	uint64_t batch;
	int status = online_pick_year(cli, &year);

	if (status == CLI_EXIT_OK)
		status = fetch_scheme(cli, &year, 0, &text, &batch);
	if (status != CLI_EXIT_OK)
		return status;
	if (path == NULL) {
		fwrite(text.data, 1, text.size, stdout);
		return CLI_EXIT_OK;
	}
	if (files_write(cli->arena, path, text) != JX_OK)
		return cli_error_file(cli, path, errno);
	cli_note(cli, "已取回 %s %u 年的评估方案：%s", "the scheme of %s %u: %s", year.city, year.year,
	    cli_shown(cli, path));
	return CLI_EXIT_OK;
}

/* The tree of a scheme without a fault: of any other, its faults are what matters. */
static int
read_scheme(struct cli *cli, const char *path, struct yaml_node **root)
{
	struct faults *faults = faults_new(cli->lang);
	struct scheme *scheme;
	char *text = NULL;
	struct bytes bytes;
	size_t size = 0;
	int status = faults == NULL ? cli_error_memory(cli)
				    : rows_file_load(cli, path, TEXT_SCHEME_SIZE_MAX, &text, &size);

	if (status == CLI_EXIT_OK) {
		bytes = arena_copy(cli->arena, (struct bytes){(const uint8_t *)text, size});
		scheme = scheme_read(bytes, rows_file_name(cli, path), faults);
		*root = scheme == NULL ? NULL
				       : yaml_read(cli->arena, bytes, rows_file_name(cli, path), faults);
		scheme_free(scheme);
		faults_sort(faults);
		if (*root == NULL)
			status = faults_count(faults) > 0 ? rows_file_faults(cli, faults)
							  : cli_error_memory(cli);
	}
	free(text);
	faults_free(faults);
	return status;
}

static int
show(struct cli *cli, const struct scheme_change *changes, size_t count)
{
	struct grid *grid =
	    grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);

	for (size_t i = 0; grid != NULL && i < count; i++) {
		grid_add(grid, changes[i].path, changes[i].words);
		grid_add(grid, changes[i].before, changes[i].before == NULL ? "—" : NULL);
		grid_add(grid, changes[i].after, changes[i].after == NULL ? "—" : NULL);
	}
	if (grid == NULL)
		return cli_error_memory(cli);
	if (count == 0 && grid_form_of(cli) != GRID_JSON) {
		cli_note(cli, "两份方案相同", "the two schemes are the same");
		return CLI_EXIT_OK;
	}
	return grid_show(grid, false);
}

int
cmd_scheme_diff(struct cli *cli)
{
	struct yaml_node *old = NULL, *new = NULL;
	struct scheme_change *changes;
	size_t count;
	int status = read_scheme(cli, cli->options.words[0], &old);

	if (status == CLI_EXIT_OK)
		status = read_scheme(cli, cli->options.words[1], &new);
	if (status != CLI_EXIT_OK)
		return status;
	if (scheme_diff(cli->arena, cli->lang, old, new, &changes, &count) != JX_OK)
		return cli_error_memory(cli);
	return show(cli, changes, count);
}
