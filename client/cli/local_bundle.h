/*
 * cli/local_bundle.h: a bundle of the user's, read; every fault told.
 */
#ifndef JX_CLI_LOCAL_BUNDLE_H
#define JX_CLI_LOCAL_BUNDLE_H

#include "bundle/bundle.h"
#include "cli/cli.h"

/* The caller clears *bundle. */
int local_bundle_read(const struct cli *cli, const char *folder, struct bundle *bundle);

#endif
