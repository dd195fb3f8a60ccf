/*
 * cli/help.h: usage and help, from the tables: commands, options, deeds, views,
 * kinds of record.
 */
#ifndef JX_CLI_HELP_H
#define JX_CLI_HELP_H

#include <stdio.h>

#include "cli/commands.h"
#include "records/kinds.h"

void help_all(const struct cli *cli, FILE *file);
/* made: what the command was made of; NULL: it is one of its own. */
void help_usage(const struct cli *cli, const struct command *command,
    const struct command_made *made, FILE *file); /* one line */
void help_command(const struct cli *cli, const struct command *command,
    const struct command_made *made, FILE *file);
/* For the first word of longer commands ("account", "plan"): lists them. second: what was written
 * after it, or NULL. false: there is no such word. */
bool help_family(const struct cli *cli, const char *first, const char *second);
/* Every kind of record: name and words. */
void help_kinds(const struct cli *cli, FILE *file);

#endif
