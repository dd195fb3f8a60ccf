/* Every view. */
#include "cli/help.h"
#include "cli/made.h"
#include "cli/table.h"

/* What a view requires; the unit is the account's own when none is named. */
static int
check_required(struct cli *cli)
{
	const char *missing = "", *separator = cli_say(cli, "、", ", ");
	struct made_slot slots[MADE_SLOT_COUNT_MAX];
	size_t count = made_slots(cli->made, slots);
	int status;

	for (size_t i = 0; missing != NULL && i < count; i++) {
		const struct option_row *row = &option_rows[slots[i].option];

		if (!slots[i].is_required || options_has(&cli->options, slots[i].option))
			continue;
		if (slots[i].option == OPTION_UNIT) {
			status = online_own_unit(cli, &cli->options.values[OPTION_UNIT]);
			if (status != CLI_EXIT_OK)
				return status;
			if (options_has(&cli->options, OPTION_UNIT))
				continue;
		}
		missing = arena_printf(cli->arena, "%s%s%s（--%s）", missing,
		    missing[0] == '\0' ? "" : separator, cli_say(cli, row->arg_zh, row->arg_en),
		    row->name);
	}
	if (missing == NULL)
		return cli_error_memory(cli);
	if (missing[0] == '\0')
		return CLI_EXIT_OK;
	cli_error(cli, JX_E_USAGE, "缺少 %s", "missing: %s", missing);
	help_usage(cli, &cli->made->command, cli->made, stderr);
	return err_exit(JX_E_USAGE);
}

int
cmd_view(struct cli *cli)
{
	Jx__View view = JX__VIEW__INIT;
	const char *file;
	int status;

	if (made_take_words(cli->made, &cli->options, &file) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "不认识 %s", "not understood: %s",
		    cli_shown(cli, cli->options.bad));
	status = check_required(cli);
	view.view = ONLINE_TEXT(cli->made->view->name);
	return status == CLI_EXIT_OK ? table_view(cli, &view) : status;
}
