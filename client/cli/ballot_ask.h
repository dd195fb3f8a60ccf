/*
 * cli/ballot_ask.h: a ballot filled by a person at a terminal: the form as a
 * table, unit by unit and question by question, a summary, yes or no.
 */
#ifndef JX_CLI_BALLOT_ASK_H
#define JX_CLI_BALLOT_ASK_H

#include "cli/ballot.h"
#include "cli/cli.h"

/* Title, questions, options, units. */
int ballot_ask_show(struct cli *cli, const struct ballot *ballot);
/* *is_wanted false: the voter left; nothing is to be sent. */
int ballot_ask(struct cli *cli, struct ballot *ballot, bool *is_wanted);

#endif
