/*
 * cli/ballot_line.h: a ballot's answers in one line, as a machine writes it
 * behind a card's code.
 */
#ifndef JX_CLI_BALLOT_LINE_H
#define JX_CLI_BALLOT_LINE_H

#include "cli/ballot.h"
#include "cli/cli.h"

/*
 * One line's answers: "X01=ABAC;X02=12-1": unit by unit, one character a
 * question: an option's code or number, "-" blank; or, separated by commas,
 * longer codes: "X01=A1,A2,,B". Behind tabs, opinions: "X01=text". A unit that is
 * not there is blank. text is changed. line: its number, for what is told.
 */
int ballot_line_read(struct cli *cli, char *text, unsigned long line, struct ballot *ballot);

#endif
