/* `jixiao do` and `jixiao view` without the name of a deed or view. */
#include "cli/help.h"

int
cmd_do(struct cli *cli)
{
	const char *word = cli->options.word_count == 0 ? NULL : cli->options.words[0];

	if (word == NULL)
		help_all(cli, stderr);
	if (word == NULL)
		return cli_error(cli, JX_E_USAGE, "缺少办理或查看的代码", "missing: the deed or view");
	return cli_error(
	    cli, JX_E_USAGE, "没有 %s", "no such deed or view: %s", cli_shown(cli, word));
}
