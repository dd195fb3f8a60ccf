/*
 * cli/kept_login.h: what `jixiao login` leaves for the next commands: a token,
 * in $XDG_STATE_HOME/jixiao/session, readable by the user alone. It is used
 * only for the server that gave it.
 */
#ifndef JX_CLI_KEPT_LOGIN_H
#define JX_CLI_KEPT_LOGIN_H

#include <jx/session.pb-c.h>

#include "cli/cli.h"

/* JX_E_SESSION: none for this server, or (account not NULL) for this account. */
JX_MUST_USE enum jx_err kept_login_read(
    const struct cli *cli, const char *account, struct bytes *token);
int kept_login_write(const struct cli *cli, const Jx__LoginReply *reply);
/* *was_there: there was one. */
int kept_login_remove(const struct cli *cli, bool *was_there);

#endif
