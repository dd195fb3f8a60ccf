#include <stdio.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/made.h"

int
cmd_help(struct cli *cli)
{
	char *words[OPTIONS_WORD_COUNT_MAX];
	int count = (int)cli->options.word_count, named;
	const struct command *command;
	struct command_made made;

	for (int i = 0; i < count; i++)
		words[i] = (char *)(uintptr_t)cli->options.words[i];
	if (count == 0) {
		help_all(cli, stdout);
		return CLI_EXIT_OK;
	}
	command = commands_find(count, words, &made, &named);
	if (command != NULL) {
		help_command(cli, command, made.deed != NULL || made.view != NULL ? &made : NULL, stdout);
		return CLI_EXIT_OK;
	}
	if (help_family(cli, words[0], count >= 2 ? words[1] : "--help"))
		return count >= 2 ? err_exit(JX_E_USAGE) : CLI_EXIT_OK;
	return cli_error(
	    cli, JX_E_USAGE, "没有命令 %s", "no such command: %s", cli_shown(cli, words[0]));
}
