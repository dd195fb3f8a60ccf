#include <stdlib.h>

#include "cli/commands.h"
#include "cli/local_bundle.h"
#include "cli/outcome.h"
#include "cli/progress.h"
#include "scoring/scoring.h"

static bool
on_progress(void *arg, size_t done, size_t total)
{
	const struct cli *cli = arg;

	progress_show(cli, cli_say(cli, "核算", "computing"), done, total);
	return *cli->stop == 0;
}

static int
show_score(struct cli *cli, const struct scheme *scheme, const struct score *score)
{
	struct outcome outcome = {
	    .city = scheme->city,
	    .year = scheme->year,
	    .is_final = options_has(&cli->options, OPTION_FINAL),
	    .unit_count = score_unit_count(score),
	    .hole_count = score_hole_count(score),
	    .scheme = scheme,
	};

	outcome.units = arena_alloc(cli->arena, (outcome.unit_count + 1) * sizeof *outcome.units);
	outcome.holes = arena_alloc(cli->arena, (outcome.hole_count + 1) * sizeof *outcome.holes);
	if (outcome.units == NULL || outcome.holes == NULL)
		return cli_error_memory(cli);
	/* Written to by nobody: protobuf-c's lists are not const. */
	for (size_t i = 0; i < outcome.unit_count; i++)
		outcome.units[i] = (Jx__UnitResult *)(uintptr_t)score_unit(score, i);
	for (size_t i = 0; i < outcome.hole_count; i++)
		outcome.holes[i] = (Jx__Hole *)(uintptr_t)score_hole(score, i);
	if (outcome.is_final && outcome.hole_count > 0)
		return outcome_refuse(cli, &outcome);
	return outcome_print(cli, &outcome);
}

int
cmd_compute(struct cli *cli)
{
	struct bundle bundle = {.arena = NULL};
	struct score *score = NULL;
	enum jx_err err;
	int status;

	if (options_has(&cli->options, OPTION_FINAL) &&
	    options_has(&cli->options, OPTION_PROVISIONAL))
		return cli_error(cli, JX_E_USAGE, "--final 与 --provisional 只能取其一",
		    "--final or --provisional, not both");
	status = local_bundle_read(cli, cli->options.words[0], &bundle);
	if (status != CLI_EXIT_OK)
		return status;
	err = score_compute(bundle.scheme, bundle.records, on_progress, cli, &score);
	progress_end(cli);
	status = err == JX_OK ? show_score(cli, bundle.scheme, score)
			      : cli_error(cli, err, "%s", "%s", "");
	score_free(score);
	bundle_clear(&bundle);
	return status;
}
