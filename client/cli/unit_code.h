/*
 * cli/unit_code.h: the code given to a unit for countersigning (会签码,
 * wire/countersign.h), as a person makes, reads and types it.
 */
#ifndef JX_CLI_UNIT_CODE_H
#define JX_CLI_UNIT_CODE_H

#include "cli/online.h"
#include "wire/countersign.h"

/* Asked for without echo; from standard input when that is no terminal. Told when it is none. */
int unit_code_ask(struct cli *cli, const char *question, uint8_t code[CODE_SHORT_SIZE]);
/*
 * Is it the key that the unit made known, as the field kit brought it? Told,
 * when it is another one; a note, when none was brought: then only the daemon
 * can say. cli->store is open.
 */
int unit_code_check(struct cli *cli, const struct online_year *year, const char *unit,
    const uint8_t key[COUNTERSIGN_PUBLIC_SIZE]);

#endif
