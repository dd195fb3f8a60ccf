/* jixiao evidence hash: by what name a submission names a file. Offline. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/evidence_file.h"
#include "cli/grid.h"

/* clang-format off */
static const struct grid_column columns[] = {
	{"hash", "文件摘要", "Hash",  GRID_TEXT,  GRID_ALWAYS},
	{"size", "字节数",   "Bytes", GRID_WHOLE, GRID_ALWAYS},
	{"file", "文件",     "File",  GRID_TEXT,  GRID_ALWAYS},
};
/* clang-format on */

int
cmd_evidence_hash(struct cli *cli)
{
	struct grid *grid = grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);

	if (grid == NULL)
		return cli_error_memory(cli);
	for (size_t i = 0; i < cli->options.word_count; i++) {
		struct evidence_file file;
		char hex[EVIDENCE_HEX_SIZE];
		int status = evidence_file_open(cli, cli->options.words[i], &file);

		if (status != CLI_EXIT_OK)
			return status;
		grid_add(grid, arena_strdup(cli->arena, evidence_file_hex(file.hash, hex)), NULL);
		grid_add_whole(grid, file.size);
		grid_add(grid, file.path, cli_shown(cli, file.path));
		evidence_file_close(&file);
	}
	return grid_show(grid, false);
}
