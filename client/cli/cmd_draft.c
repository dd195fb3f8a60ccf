/* jixiao draft: put, list, show, drop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/draft.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "cli/rows_file.h"
#include "cli/when.h"

/* clang-format off */
static const struct grid_column columns[] = {
	{"name",  "草稿",   "Draft", GRID_TEXT,  GRID_ALWAYS},
	{"form",  "格式",   "Form",  GRID_TEXT,  GRID_ALWAYS},
	{"bytes", "字节数", "Bytes", GRID_WHOLE, GRID_ALWAYS},
	{"saved", "存于",   "Saved", GRID_TEXT,  GRID_ALWAYS},
};
/* clang-format on */

int
cmd_draft_put(struct cli *cli)
{
	const char *name = cli->options.words[0];
	const char *path = cli->options.word_count > 1 ? cli->options.words[1] : "-";
	char *text = NULL;
	size_t size = 0;
	bool is_csv;
	int status = rows_file_load_as(cli, path, ROWS_FILE_SIZE_MAX, &text, &size, &is_csv);

	if (status == CLI_EXIT_OK)
		status = draft_write(cli, name, (struct bytes){(const uint8_t *)text, size}, is_csv);
	free(text);
	if (status == CLI_EXIT_OK)
		cli_note(cli, "已存为草稿；办理时以 draft:%s 代替文件名", "kept as a draft: draft:%s stands for a file in a deed",
		    cli_shown(cli, name));
	return status;
}

struct list {
	struct cli *cli;
	struct grid *grid;
	size_t count;
};

static bool
add_draft(void *arg, const struct outbox_thing *thing)
{
	struct list *list = arg;
	bool is_csv = thing->bytes.size > 0 && thing->bytes.data[0] == 'c';

	grid_add(list->grid, arena_strdup(list->cli->arena, thing->name), NULL);
	grid_add(list->grid, is_csv ? "csv" : "yaml", NULL);
	grid_add_whole(list->grid, thing->bytes.size == 0 ? 0 : thing->bytes.size - 1);
	grid_add(list->grid, when_utc(list->cli, thing->saved_us), when_local(list->cli, thing->saved_us));
	list->count++;
	return true;
}

int
cmd_draft_list(struct cli *cli)
{
	struct list list = {.cli = cli};
	enum jx_err err;
	int status = local_open(cli);

	if (status != CLI_EXIT_OK)
		return status;
	list.grid = grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);
	if (list.grid == NULL)
		return cli_error_memory(cli);
	err = outbox_each(cli->store, OUTBOX_DRAFT, add_draft, &list);
	if (err != JX_OK)
		return local_error(cli, err);
	if (list.count == 0 && grid_form_of(cli) == GRID_SCREEN) {
		puts(cli_say(cli, "（无）", "(none)"));
		return CLI_EXIT_OK;
	}
	return grid_show(list.grid, false);
}

int
cmd_draft_show(struct cli *cli)
{
	struct bytes text;
	bool is_csv;
	int status = draft_read(cli, cli->options.words[0], &text, &is_csv);

	if (status == CLI_EXIT_OK && text.size > 0)
		fwrite(text.data, 1, text.size, stdout);
	return status;
}

int
cmd_draft_drop(struct cli *cli)
{
	const char *name = cli->options.words[0];
	enum jx_err err;
	int status = local_open(cli);

	if (status != CLI_EXIT_OK)
		return status;
	err = outbox_remove(cli->store, OUTBOX_DRAFT, name);
	if (err == JX_E_NOT_FOUND)
		return cli_error(cli, err, "没有草稿 %s", "no draft %s", cli_shown(cli, name));
	if (err != JX_OK)
		return local_error(cli, err);
	cli_note(cli, "已删去", "dropped");
	return CLI_EXIT_OK;
}
