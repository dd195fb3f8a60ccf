/*
 * cli/changes.h: what a write changes (an import's preview, a deed), as rows.
 */
#ifndef JX_CLI_CHANGES_H
#define JX_CLI_CHANGES_H

#include <jx/year.pb-c.h>

#include "cli/grid.h"

/* NULL: memory out. */
struct grid *changes_grid(const struct cli *cli, Jx__Change *const *changes, size_t count);
/* A kind's words; the name itself when this version does not know it. */
const char *changes_kind_words(const struct cli *cli, const char *name);

#endif
