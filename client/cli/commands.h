/*
 * cli/commands.h: every command, one row and one file each. Help, usage and
 * parsing follow from the row.
 */
#ifndef JX_CLI_COMMANDS_H
#define JX_CLI_COMMANDS_H

#include "cli/cli.h"

enum { COMMAND_OPTION_COUNT_MAX = 8 };

struct command {
	const char *name;                /* one word, or two: "account add" */
	const char *words_zh, *words_en; /* the words it takes; "": none */
	unsigned word_min, word_max;
	const char *zh, *en;                              /* what it does, one line */
	int (*run)(struct cli *cli);                      /* gives the exit status */
	enum option_id options[COMMAND_OPTION_COUNT_MAX]; /* ended by OPTION_HELP */
};

extern const struct command commands[];
extern const size_t command_count;

/* The command that argv[0] and argv[1] name; *word_count: 1 or 2 of them. NULL: there is none. */
const struct command *commands_find(int argc, char **argv, int *word_count);
/* Parses, runs, or shows help; the exit status of the program. argv as of main. */
int commands_run(struct cli *cli, int argc, char **argv);

/* One a file: cmd_NAME.c. */
int cmd_login(struct cli *cli);
int cmd_logout(struct cli *cli);
int cmd_whoami(struct cli *cli);
int cmd_passwd(struct cli *cli);
int cmd_account_add(struct cli *cli);
int cmd_account_list(struct cli *cli);
int cmd_account_disable(struct cli *cli);
int cmd_import(struct cli *cli);
int cmd_export(struct cli *cli);
int cmd_run(struct cli *cli);
int cmd_runs(struct cli *cli);
int cmd_results(struct cli *cli);
int cmd_explain(struct cli *cli);
int cmd_compute(struct cli *cli);
int cmd_receipt_verify(struct cli *cli);
int cmd_help(struct cli *cli);

#endif
