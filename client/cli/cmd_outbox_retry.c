#include "cli/again.h"
#include "cli/commands.h"

int
cmd_outbox_retry(struct cli *cli)
{
	struct outbox_item item;
	Jx__Deed *deed = NULL;
	enum jx_err err;
	int status = again_find(cli, &item, &deed);

	if (status != CLI_EXIT_OK)
		return status;
	if (options_has(&cli->options, OPTION_MINE)) { /* over what others wrote meanwhile */
		deed->has_based_on = false;
		return again_replace(cli, &item, deed);
	}
	err = item.state == OUTBOX_REFUSED
		  ? outbox_move(cli->store, item.number, OUTBOX_WAITING, (struct bytes){NULL, 0}, local_now_us())
	      : item.state == OUTBOX_WAITING || item.state == OUTBOX_SENDING ? JX_OK
									     : JX_E_LIFE;
	if (err == JX_E_LIFE)
		return cli_error(cli, err, "第 %lld 号%s", "number %lld is %s", (long long)item.number,
		    item_state_words(cli, item.state));
	if (err != JX_OK)
		return local_error(cli, err);
	cli->works_offline = true;
	return again_send(cli, &item.number, 1);
}
