#include "cli/again.h"
#include "cli/commands.h"

int
cmd_outbox_send(struct cli *cli)
{
	int64_t only[OPTIONS_WORD_COUNT_MAX];
	struct outbox_item item;
	int status = local_open(cli);

	for (size_t i = 0; status == CLI_EXIT_OK && i < cli->options.word_count; i++) {
		status = item_number(cli, i, &only[i]);
		if (status == CLI_EXIT_OK)
			status = item_find(cli, only[i], &item);
		if (status == CLI_EXIT_OK && item.state == OUTBOX_REFUSED)
			status = cli_error(cli, JX_E_LIFE,
			    "第 %lld 号已被退回：jixiao outbox retry %lld",
			    "number %lld was refused: jixiao outbox retry %lld",
			    (long long)only[i], (long long)only[i]);
	}
	return status == CLI_EXIT_OK ? again_send(cli, only, cli->options.word_count) : status;
}
