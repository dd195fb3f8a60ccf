/*
 * cli/account.h: opening accounts: one, or a file of them.
 */
#ifndef JX_CLI_ACCOUNT_H
#define JX_CLI_ACCOUNT_H

#include "cli/online.h"

/* A one-time password, in the arena; NULL: memory out. */
const char *account_password(struct cli *cli);
/* Sends one write (body's reply is Done), without a word when it is refused. */
JX_MUST_USE enum jx_err account_try(
    struct cli *cli, Jx__Envelope__BodyCase body, const void *message, const Jx__Done **done);
/* AccountAdd with a fresh op_id (16 bytes, borrowed); texts are borrowed, "" and NULL are left out. */
void account_fill(Jx__AccountAdd *add, uint8_t *op_id, const char *account, const char *role,
    const char *city, const char *unit, const char *subject);

typedef int account_page_fn(struct cli *cli, void *arg, const Jx__Account *account);
/* Calls each with every account there is. */
int account_each(struct cli *cli, account_page_fn *each, void *arg);

#endif
