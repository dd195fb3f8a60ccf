#include "cli/commands.h"
#include "cli/online.h"
#include "cli/run_list.h"

int
cmd_runs(struct cli *cli)
{
	Jx__Runs message = JX__RUNS__INIT;
	const Jx__RunsReply *reply;
	struct online_year year;
	int status = online_pick_year(cli, &year);

	if (status != CLI_EXIT_OK)
		return status;
	message.city = ONLINE_TEXT(year.city);
	message.has_year = true;
	message.year = year.year;
	status = online_ask(cli,
	    &(struct online_call){JX__ENVELOPE__BODY_RUNS, &message, JX__ENVELOPE__BODY_RUNS_REPLY},
	    (const void **)&reply);
	if (status != CLI_EXIT_OK)
		return status;
	return run_list_show(cli, reply->runs, reply->n_runs, false);
}
