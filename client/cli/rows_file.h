/*
 * cli/rows_file.h: the user's file of rows for a deed: YAML or CSV, a draft
 * ("draft:NAME"), or YAML from standard input ("-").
 */
#ifndef JX_CLI_ROWS_FILE_H
#define JX_CLI_ROWS_FILE_H

#include "cli/cli.h"
#include "rows/rows.h"

/* Every fault is told; then the status is that of E_FAULTS. Everything lives in cli's arena. */
int rows_file_read(struct cli *cli, const char *path, const enum record_kind *kinds,
    size_t kind_count, struct rows **out);
/* An online_place_fn: the daemon's faults in rows, where they stand in the file. */
struct rows_file_place {
	const struct rows *rows;
	const char *path;
};
struct fault;
void rows_file_place(void *arg, struct fault *fault);

/* The name of the file in messages. */
const char *rows_file_name(const struct cli *cli, const char *path);
/*
 * path, a draft ("draft:NAME"), or standard input, in UTF-8, malloc'ed, with a
 * byte to spare behind it.
 */
int rows_file_load(struct cli *cli, const char *path, size_t size_max, char **text, size_t *size);
/* The same; is_csv: how it is to be read. */
int rows_file_load_as(struct cli *cli, const char *path, size_t size_max, char **text, size_t *size, bool *is_csv);
/* All of them to stderr; the status of E_FAULTS. */
int rows_file_faults(const struct cli *cli, const struct faults *faults);

#endif
