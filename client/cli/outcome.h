/*
 * cli/outcome.h: what a calculation gave, shown: one printer for compute (from
 * here) and results (from the daemon).
 */
#ifndef JX_CLI_OUTCOME_H
#define JX_CLI_OUTCOME_H

#include <jx/result.pb-c.h>

#include "cli/cli.h"
#include "scheme/scheme.h"

struct outcome { /* everything borrowed */
	const char *city;
	uint32_t year;
	bool is_final;
	Jx__UnitResult **units;
	size_t unit_count;
	Jx__Hole **holes;
	size_t hole_count;
	const struct scheme *scheme; /* names of classes, grades, awards; NULL: codes are shown */
};

/* To stdout in the form asked for; holes and notes to stderr (in JSON they stand inside). */
int outcome_print(const struct cli *cli, const struct outcome *outcome);
/* A final run that was refused: every hole, and why. The exit status. */
int outcome_refuse(const struct cli *cli, const struct outcome *outcome);

#endif
