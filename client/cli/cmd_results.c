#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/grid.h"
#include "cli/table.h"

/* Whoever may not read runs sees the result itself, once it is public (R42). */
static int
results_public(struct cli *cli)
{
	Jx__View view = JX__VIEW__INIT;

	view.view = ONLINE_TEXT("results");
	return table_view(cli, &view);
}

int
cmd_results(struct cli *cli)
{
	bool may_read_runs = false;
	struct scheme *scheme = NULL;
	struct outcome outcome;
	struct online_year year;
	const Jx__Run *run;
	uint32_t number;
	int status;

	if (options_number(&cli->options, OPTION_RUN, &number) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "--run 应为核算编号，而不是 %s",
		    "--run takes a run's number, not %s", cli_shown(cli, cli->options.bad));
	status = online_may(cli, "results_read", &may_read_runs);
	if (status == CLI_EXIT_OK && !may_read_runs)
		return results_public(cli);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &year);
	if (status == CLI_EXIT_OK)
		status = fetch_outcome(cli, &year, number, &run, &outcome);
	/* Only people want names beside the codes. */
	if (status == CLI_EXIT_OK && grid_form_of(cli) == GRID_SCREEN)
		status = fetch_scheme_of_run(cli, &year, run, &scheme);
	if (status == CLI_EXIT_OK) {
		outcome.scheme = scheme;
		status = outcome_print(cli, &outcome);
	}
	scheme_free(scheme);
	return status;
}
