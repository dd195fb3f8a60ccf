/*
 * cli/table.h: a table as the daemon makes it, whole, shown in any form.
 */
#ifndef JX_CLI_TABLE_H
#define JX_CLI_TABLE_H

#include <jx/deed.pb-c.h>

#include "cli/online.h"

struct table { /* in cli's arena */
	const Jx__Table *first; /* its first page: columns, title, version */
	Jx__Row **rows;
	size_t row_count;
	bool is_cut; /* there are more rows than limit */
};

/* All pages of a view (view->offset is set here), at most limit rows (0: all). */
int table_fetch(struct cli *cli, Jx__View *view, uint32_t limit, struct table *out);
/* The same; first stays NULL, in silence, when the daemon refuses it: a right, an argument. */
int table_try(struct cli *cli, Jx__View *view, uint32_t limit, struct table *out);
/* Of one that came in one piece. */
struct table table_of(const Jx__Table *whole, uint32_t limit);
int table_show(struct cli *cli, const struct table *table);
/* Everything that options say of a view; then it is fetched and shown. */
int table_view(struct cli *cli, Jx__View *view);
/* E_USAGE, told with the kinds there are: there is no such kind of record. */
int table_check_kind(const struct cli *cli, const char *name);
/* --limit; 0: none given. */
int table_limit(struct cli *cli, uint32_t *limit);
/* The cell in the column of that name; NULL: none. */
const char *table_cell(const struct table *table, size_t row, const char *column);

#endif
