/*
 * cli/ballot_file.h: a ballot's answers from a CSV file; each fault is
 * told with its place.
 */
#ifndef JX_CLI_BALLOT_FILE_H
#define JX_CLI_BALLOT_FILE_H

#include "cli/ballot.h"
#include "cli/cli.h"

/*
 * CSV, UTF-8 or GB18030, "-": standard input. Columns: unit (code or name), one a
 * question (its text or its number), opinion (may be missing). An answer is an
 * option's code, name or number; empty: blank. A unit that is not there is blank.
 */
int ballot_file_read(struct cli *cli, const char *path, struct ballot *ballot);

#endif
