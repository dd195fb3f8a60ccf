/*
 * cli/commands.h: every command, one row and one file each. Help, usage and
 * parsing follow from the row.
 */
#ifndef JX_CLI_COMMANDS_H
#define JX_CLI_COMMANDS_H

#include "cli/cli.h"

enum { COMMAND_OPTION_COUNT_MAX = 20 };

struct command_made; /* made.h */

struct command {
	const char *name;                /* one word or more: "account add" */
	const char *words_zh, *words_en; /* the words it takes; "": none */
	unsigned word_min, word_max;
	const char *zh, *en;                              /* what it does, one line */
	int (*run)(struct cli *cli);                      /* gives the exit status */
	enum option_id options[COMMAND_OPTION_COUNT_MAX]; /* ended by OPTION_HELP */
};

extern const struct command commands[];
extern const size_t command_count;

/*
 * The command whose name the first *word_count words are: the longest name; of
 * equal ones, a command of its own before a deed, that before a view. *made
 * takes what a deed's or view's is made of (nothing otherwise), and must outlive
 * the command. NULL: there is none.
 */
const struct command *commands_find(
    int argc, char **argv, struct command_made *made, int *word_count);
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
int cmd_scheme_pull(struct cli *cli);
int cmd_scheme_diff(struct cli *cli);
int cmd_help(struct cli *cli);
int cmd_account_import(struct cli *cli);
int cmd_list(struct cli *cli);
int cmd_history(struct cli *cli);
int cmd_pull(struct cli *cli);
int cmd_evidence_send(struct cli *cli);
int cmd_evidence_get(struct cli *cli);
int cmd_evidence_hash(struct cli *cli);
int cmd_watch(struct cli *cli);
int cmd_outbox(struct cli *cli);
int cmd_outbox_show(struct cli *cli);
int cmd_outbox_send(struct cli *cli);
int cmd_outbox_retry(struct cli *cli);
int cmd_outbox_edit(struct cli *cli);
int cmd_outbox_drop(struct cli *cli);
int cmd_outbox_export(struct cli *cli);
int cmd_outbox_deliver(struct cli *cli);
int cmd_outbox_import(struct cli *cli);
int cmd_outbox_unlock(struct cli *cli);
int cmd_outbox_code(struct cli *cli);
int cmd_office_code(struct cli *cli);
int cmd_kit(struct cli *cli);
int cmd_kit_pull(struct cli *cli);
int cmd_kit_push(struct cli *cli);
int cmd_draft_put(struct cli *cli);
int cmd_draft_list(struct cli *cli);
int cmd_draft_show(struct cli *cli);
int cmd_draft_drop(struct cli *cli);
int cmd_signer_make(struct cli *cli);
int cmd_countersign(struct cli *cli);
int cmd_ballot(struct cli *cli);
int cmd_cards_make(struct cli *cli);
int cmd_do(struct cli *cli); /* of a name that is no deed's */
/* Of every deed, of every view: made.h. */
int cmd_deed(struct cli *cli);
/* A deed of cli->made whose rows a command of its own has made. */
struct rows;
int cmd_deed_of_rows(struct cli *cli, struct rows *rows);
int cmd_view(struct cli *cli);

#endif
