#include "cli/commands.h"
#include "cli/copies.h"

int
cmd_list(struct cli *cli)
{
	Jx__View view = JX__VIEW__INIT;
	int status = table_check_kind(cli, cli->options.words[0]);

	copies_allow(cli);
	cli->options.values[OPTION_KIND] = cli->options.words[0];
	view.view = ONLINE_TEXT("list");
	return status == CLI_EXIT_OK ? table_view(cli, &view) : status;
}
