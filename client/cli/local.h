/*
 * cli/local.h: the account's own store on this machine (离线库): which file,
 * opened with the kept login's key or the password file's password; and what a
 * command asks the daemon before it can seal a deed (whoami, years), kept there
 * as the profile for the days without a link.
 *
 * In $XDG_DATA_HOME/jixiao (~/.local/share/jixiao), one file an account and
 * server.
 */
#ifndef JX_CLI_LOCAL_H
#define JX_CLI_LOCAL_H

#include <jx/envelope.pb-c.h>

#include "cli/online.h"
#include "outbox/outbox.h"

/*
 * Opens it: cli->store and cli->account are set. A file that is not there yet is
 * made, once the daemon has said that the password is right. Tells the user
 * otherwise: E_SESSION nobody is logged in, E_LOCKED another password's.
 */
int local_open(struct cli *cli);
/* The same, where a command goes on without it: false, in silence. Makes nothing. */
bool local_try_open(struct cli *cli);
/* With that password; makes nothing: JX_E_NOT_FOUND there is no file. Not told. */
JX_MUST_USE enum jx_err local_open_with(struct cli *cli, const char *account, const char *password);
/* Whose the store would be: JIXIAO_USER, else who is logged in. E_SESSION, told. */
int local_account(struct cli *cli, const char **account);
/* The folder of all stores; told to the user when there is no home. */
int local_folder(struct cli *cli, const char **folder);
/* After a login with that password: *key is the store's, has_key false when another password locks it. */
int local_after_login(
    struct cli *cli, const char *account, const char *password, bool *has_key, uint8_t *key);
/* What the store answered, told: E_LOCKED with what to do, E_FILE … */
int local_error(const struct cli *cli, enum jx_err err);

/* What names the server of the store; NULL: none is set. */
const char *local_server(struct cli *cli);

/* UTC microseconds of this machine's clock. */
uint64_t local_now_us(void);

/*
 * A question whose answer is kept: asks the daemon; without a link (and where
 * cli->works_offline) the last answer. name: of the copy in the profile.
 */
int local_ask(struct cli *cli, const char *name, const struct online_call *call, const void **reply);
/* Keeps an answer; in silence when there is no store open or nothing new in it. */
void local_keep(struct cli *cli, const char *name, const ProtobufCMessage *message);

/* The daemon is there: this client's key is made known to it, if it is not yet (packets by hand). */
void local_introduce(struct cli *cli);
/* Is it known? */
bool local_is_introduced(struct cli *cli);

#endif
