/*
 * cli/role.h: roles (deeds/role.h has their codes) and cities of accounts, in words.
 */
#ifndef JX_CLI_ROLE_H
#define JX_CLI_ROLE_H

#include "cli/cli.h"
#include "deeds/role.h"

/* code itself when this version does not know it. */
const char *role_words(const struct cli *cli, const char *code);
const char *role_city_words(const struct cli *cli, const char *city);

#endif
