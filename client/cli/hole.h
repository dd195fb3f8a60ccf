/*
 * cli/hole.h: a missing input, in words, as a line on stderr.
 */
#ifndef JX_CLI_HOLE_H
#define JX_CLI_HOLE_H

#include "cli/cli.h"

/* name: the unit's, or NULL. missing: as in formats ("basic:ITEM"). */
void hole_print(const struct cli *cli, const char *unit, const char *name, const char *missing);

#endif
