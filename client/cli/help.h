/*
 * cli/help.h: usage and help, from the tables of commands and options.
 */
#ifndef JX_CLI_HELP_H
#define JX_CLI_HELP_H

#include <stdio.h>

#include "cli/commands.h"

void help_all(const struct cli *cli, FILE *file);
void help_usage(const struct cli *cli, const struct command *command, FILE *file); /* one line */
void help_command(const struct cli *cli, const struct command *command, FILE *file);
/* For the first word of two-word commands ("account"): lists them. second: what was written after
 * it, or NULL. false: there is no such word. */
bool help_family(const struct cli *cli, const char *first, const char *second);

#endif
