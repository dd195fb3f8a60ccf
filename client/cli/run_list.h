/*
 * cli/run_list.h: runs as a table: for runs, and for run when one has ended.
 */
#ifndef JX_CLI_RUN_LIST_H
#define JX_CLI_RUN_LIST_H

#include <jx/run.pb-c.h>

#include "cli/cli.h"

/* is_single: as JSON one object, not a list of one. */
int run_list_show(const struct cli *cli, Jx__Run *const *runs, size_t count, bool is_single);

#endif
