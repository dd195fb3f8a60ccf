/* Every view. */
#include "cli/copies.h"
#include "cli/made.h"

int
cmd_view(struct cli *cli)
{
	Jx__View view = JX__VIEW__INIT;
	const char *file;
	int status;

	copies_allow(cli);
	if (made_take_words(cli->made, &cli->options, &file) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "不认识 %s", "not understood: %s",
		    cli_shown(cli, cli->options.bad));
	status = made_check_required(cli, false, false);
	if (status == CLI_EXIT_OK && made_wants_unit(cli->made) &&
	    !options_has(&cli->options, OPTION_UNIT))
		status = online_own_unit(cli, &cli->options.values[OPTION_UNIT]);
	if (status == CLI_EXIT_OK)
		status = made_check_required(cli, false, true);
	view.view = ONLINE_TEXT(cli->made->view->name);
	return status == CLI_EXIT_OK ? table_view(cli, &view) : status;
}
