/*
 * cli/draft.h: rows that somebody works on (草稿), encrypted in the account's
 * store; "draft:NAME" stands for one wherever a deed takes a file of rows.
 */
#ifndef JX_CLI_DRAFT_H
#define JX_CLI_DRAFT_H

#include "cli/cli.h"

enum { DRAFT_NAME_SIZE_MAX = 200 };

/* The name in "draft:NAME"; NULL: it is an ordinary path. */
const char *draft_of_path(const char *path);
/* Its text, in the arena. Opens the store; told when there is no such draft. */
int draft_read(struct cli *cli, const char *name, struct bytes *text, bool *is_csv);
int draft_write(struct cli *cli, const char *name, struct bytes text, bool is_csv);

#endif
