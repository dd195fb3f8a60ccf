/*
 * cli/kept_login.h: what `jixiao login` leaves for the next commands: a token
 * and the key of the account's own store, in $XDG_STATE_HOME/jixiao/session,
 * readable by the user alone. It is used only for the server that gave it.
 */
#ifndef JX_CLI_KEPT_LOGIN_H
#define JX_CLI_KEPT_LOGIN_H

#include <jx/session.pb-c.h>

#include "cli/cli.h"
#include "outbox/outbox.h"

struct kept_login { /* in the arena */
	const char *account;
	struct bytes token;
	bool has_key;
	uint8_t key[OUTBOX_KEY_SIZE]; /* of the account's store (local.h) */
};

/* JX_E_SESSION: none for this server, or (account not NULL) for this account. */
JX_MUST_USE enum jx_err kept_login_read(
    const struct cli *cli, const char *account, struct kept_login *out);
/* key: of the store; NULL: it could not be unlocked. */
int kept_login_write(const struct cli *cli, const Jx__LoginReply *reply, const uint8_t *key);
/* The same login, with that key from now on. Nothing is done when the login is not that account's. */
int kept_login_set_key(const struct cli *cli, const char *account, const uint8_t *key);
/* *was_there: there was one. */
int kept_login_remove(const struct cli *cli, bool *was_there);

#endif
