/*
 * cli/progress.h: a bar on stderr for what takes a while; only on a terminal.
 */
#ifndef JX_CLI_PROGRESS_H
#define JX_CLI_PROGRESS_H

#include <jx/session.pb-c.h>

#include "cli/cli.h"

/* total 0: how much there is, nobody knows. Draws over the bar drawn before. */
void progress_show(const struct cli *cli, const char *what, uint64_t done, uint64_t total);
void progress_end(const struct cli *cli); /* takes the bar away */
/* The daemon's own. */
void progress_on_event(void *cli, const Jx__ProgressEvent *event);

#endif
