/*
 * cli/kit_lease.h: goals taken and given back (R23, R24): what a kit tells the
 * others of the group. A lease tells; it blocks nobody.
 */
#ifndef JX_CLI_KIT_LEASE_H
#define JX_CLI_KIT_LEASE_H

#include "cli/kit.h"

/* Takes every goal of these units that nobody else has; notes of the daemon are shown. */
int kit_lease_take(struct cli *cli, const struct kit *kit);
/* Gives back those of the unit (NULL: of all) of which nothing waits in the outbox. */
int kit_lease_give(struct cli *cli, const struct kit *kit, const char *unit);

#endif
