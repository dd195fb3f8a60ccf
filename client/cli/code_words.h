/*
 * cli/code_words.h: words for the codes that stand in a table's cells (states,
 * verdicts, ways …). Screens show words; data forms keep the codes.
 */
#ifndef JX_CLI_CODE_WORDS_H
#define JX_CLI_CODE_WORDS_H

#include "cli/cli.h"

/* The words for a code in the column of that name; NULL: show it as it is (also in English). */
const char *code_words_of(const struct cli *cli, const char *column, const char *code);

#endif
