/*
 * cli/stick.h: the files on a USB stick (outbox/packet_file.h), read and written.
 */
#ifndef JX_CLI_STICK_H
#define JX_CLI_STICK_H

#include "cli/cli.h"

/* Whole, in the arena; told when that cannot be. */
int stick_read(struct cli *cli, const char *path, struct bytes *bytes);
/* Durable; told likewise. */
int stick_write(struct cli *cli, const char *path, struct bytes bytes);

#endif
