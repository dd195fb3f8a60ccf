/*
 * cli/again.h: items of the outbox set going by their numbers.
 */
#ifndef JX_CLI_AGAIN_H
#define JX_CLI_AGAIN_H

#include "cli/item.h"

/* Sends these, or all that wait (only_count 0); with --forever until nothing does. Shows the sum; the exit status. */
int again_send(struct cli *cli, const int64_t *only, size_t only_count);
/* Seals the deed under a new op id in the old one's place, and sends it. */
int again_replace(struct cli *cli, const struct outbox_item *old, Jx__Deed *deed);
/* The item that the command's first word names, and its deed. Opens the store. */
int again_find(struct cli *cli, struct outbox_item *item, Jx__Deed **deed);

#endif
