/*
 * cli/cli.h: what every command of jixiao has in hand, and how it speaks: to
 * people on stderr, in their language; results on stdout.
 *
 * Functions of this room that can fail return the exit status of the program:
 * 0 is fine; otherwise the user has been told already and the caller only
 * passes it up. One thread, one command a process.
 */
#ifndef JX_CLI_CLI_H
#define JX_CLI_CLI_H

#include <signal.h>
#include <stdbool.h>

#include "cli/options.h"
#include "cli/settings.h"
#include "wire/bytes.h"

enum {
	CLI_EXIT_OK = 0,
	CLI_EXIT_NO = 1, /* refused by a rule; what a receipt that does not verify gives, too */
};

struct command_made;
struct link;
struct outbox;

struct cli {
	enum jx_lang lang;
	bool out_is_terminal, err_is_terminal;
	bool is_colored;       /* on terminals only; NO_COLOR honoured */
	unsigned screen_width; /* columns of the terminal stdout is */
	struct options options;
	const struct command_made *made; /* which deed or view is to be done (made.h); NULL: a command of its own */
	struct settings settings;
	struct arena *arena; /* whatever the command makes; lives as long as the process */
	struct link *link;   /* online.h; NULL until the first call */
	const struct Jx__KeysReply *keys; /* keys.h: the server's, as it said; NULL until it is asked */
	bool has_keys;                    /* they are on the disk */
	/* local.h: the account's store; NULL until it is opened. Whose it is. */
	struct outbox *store;
	const char *account;
	bool works_offline;  /* the command has an answer without a link: one short try to connect */
	bool may_wait;       /* without such an answer it tries again, as other commands do */
	bool is_cut_off;     /* that try has failed: no more are made */
	const volatile sig_atomic_t *stop; /* Ctrl-C was pressed */
};

/* false: no memory, nothing can be said. stop is borrowed. */
bool cli_init(struct cli *cli, const volatile sig_atomic_t *stop);
void cli_clear(struct cli *cli);

/* The one of the user's language. */
const char *cli_say(const struct cli *cli, const char *zh, const char *en);
/* LC_ALL, else LC_MESSAGES, else LANG: English when it starts with "en", else Chinese. */
enum jx_lang cli_lang_of(const char *lc_all, const char *lc_messages, const char *lang);

/* A line on stderr. zh and en are formats with the same arguments. */
__attribute__((format(printf, 2, 4))) __attribute__((format(printf, 3, 4))) void cli_note(
    const struct cli *cli, const char *zh, const char *en, ...);
/*
 * The line "错误: what · why · what to do [E_CODE]" on stderr; zh and en say why
 * ("": nothing to add). The exit status that err has.
 */
__attribute__((format(printf, 3, 5))) __attribute__((format(printf, 4, 5))) int cli_error(
    const struct cli *cli, enum jx_err err, const char *zh, const char *en, ...);
/* JX_E_FILE at path, by errno. */
int cli_error_file(const struct cli *cli, const char *path, int number);
int cli_error_memory(const struct cli *cli);

/* Colours of stdout and stderr, or "" where there are none. */
const char *cli_bold(const struct cli *cli);
const char *cli_red(const struct cli *cli);
const char *cli_plain(const struct cli *cli);

/* text, as it may be shown on a terminal, cut; in the arena. */
const char *cli_shown(const struct cli *cli, const char *text);

#endif
