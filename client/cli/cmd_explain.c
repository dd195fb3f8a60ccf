#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/drawing.h"
#include "cli/fetch.h"
#include "cli/grid.h"
#include "scoring/result_json.h"

/* The code of the unit of that code or, when it is the only one, of that name. */
static int
find_unit(struct cli *cli, const struct outcome *outcome, const char *wanted, const char **unit)
{
	size_t count = 0;

	for (size_t i = 0; i < outcome->unit_count; i++)
		if (strcmp(outcome->units[i]->unit, wanted) == 0) {
			*unit = outcome->units[i]->unit;
			return CLI_EXIT_OK;
		}
	for (size_t i = 0; i < outcome->unit_count; i++)
		if (outcome->units[i]->name != NULL &&
		    strcmp(outcome->units[i]->name, wanted) == 0) {
			*unit = outcome->units[i]->unit;
			count++;
		}
	if (count == 1)
		return CLI_EXIT_OK;
	return cli_error(cli, JX_E_NOT_FOUND,
	    count == 0 ? "没有单位 %s" : "不止一个单位叫 %s，请用代码",
	    count == 0 ? "no unit %s" : "more than one unit is called %s: use the code",
	    cli_shown(cli, wanted));
}

int
cmd_explain(struct cli *cli)
{
	Jx__Explanation explanation;
	struct outcome outcome;
	struct online_year year;
	const char *unit = NULL;
	const Jx__Run *run;
	uint32_t number;
	int status;

	if (options_number(&cli->options, OPTION_RUN, &number) != JX_OK)
		return cli_error(cli, JX_E_USAGE, "--run 应为核算编号，而不是 %s",
		    "--run takes a run's number, not %s", cli_shown(cli, cli->options.bad));
	status = online_pick_year(cli, &year);
	if (status == CLI_EXIT_OK)
		status = fetch_outcome(cli, &year, number, &run, &outcome);
	if (status == CLI_EXIT_OK)
		status = find_unit(cli, &outcome, cli->options.words[0], &unit);
	if (status == CLI_EXIT_OK)
		status = fetch_explanation(cli, &year, run->run, unit, &explanation);
	if (status != CLI_EXIT_OK)
		return status;
	if (grid_form_of(cli) == GRID_JSON)
		return grid_put_json(cli, explanation_json(&explanation));
	return drawing_print(cli, &explanation);
}
