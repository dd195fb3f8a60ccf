/* jixiao evidence get: a kept file, checked, to the disk. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/evidence_down.h"
#include "cli/grid.h"
#include "cli/when.h"

/* clang-format off */
static const struct grid_column columns[] = {
	{"file",      "文件",     "File",     GRID_TEXT,  GRID_ALWAYS},
	{"size",      "字节数",   "Bytes",    GRID_WHOLE, GRID_ALWAYS},
	{"type",      "类型",     "Type",     GRID_TEXT,  GRID_ALWAYS},
	{"received",  "收到时间", "Received", GRID_TEXT,  GRID_ALWAYS},
	{"bytes_had", "已有",     "Had",      GRID_WHOLE, GRID_DATA_ONLY},
};
/* clang-format on */

int
cmd_evidence_get(struct cli *cli)
{
	struct evidence_wanted wanted = {
	    .unit = cli->options.values[OPTION_UNIT],
	    .out = cli->options.values[OPTION_OUT],
	    .may_replace = options_has(&cli->options, OPTION_FORCE),
	};
	struct evidence_got got;
	struct grid *grid;
	int status;

	if (!evidence_file_unhex(cli->options.words[0], wanted.hash))
		return cli_error(cli, JX_E_USAGE, "文件摘要应为 64 位十六进制，而不是 %s", "a hash is 64 digits of hex, not %s",
		    cli_shown(cli, cli->options.words[0]));
	status = online_prepare(cli);
	if (status == CLI_EXIT_OK && wanted.unit == NULL)
		status = online_own_unit(cli, &wanted.unit);
	if (status == CLI_EXIT_OK && wanted.unit == NULL)
		return cli_error(cli, JX_E_USAGE, "缺少 单位（--unit）：文件是哪个单位的", "missing: the unit (--unit) whose file it is");
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &wanted.year);
	if (status == CLI_EXIT_OK)
		status = evidence_down_get(cli, &wanted, &got);
	if (status != CLI_EXIT_OK)
		return status;
	grid = grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);
	if (grid == NULL)
		return cli_error_memory(cli);
	grid_add(grid, got.path, cli_shown(cli, got.path));
	grid_add_whole(grid, got.size);
	grid_add(grid, got.type, cli_shown(cli, got.type));
	grid_add(grid, when_utc(cli, got.at_us), when_local(cli, got.at_us));
	grid_add_whole(grid, got.bytes_had);
	return grid_show(grid, true);
}
