/*
 * cli/copies.h: copies of views and lists (离线副本), encrypted in the account's
 * store: `jixiao kit pull` keeps them; the very same request is answered from
 * them when there is no link.
 */
#ifndef JX_CLI_COPIES_H
#define JX_CLI_COPIES_H

#include "cli/table.h"

/* A request, as a copy is named by it; and back. */
struct copies_key {
	const char *city, *view, *kind, *unit, *object; /* "" where not meant */
	uint32_t year;
};

/* The command may be answered from a copy: call it before anything is asked. */
void copies_allow(struct cli *cli);
/*
 * After a call that failed: the copy of that request, when there is no link (in
 * the arena; its time is told). false: there is none; or there is a link.
 */
bool copies_find(struct cli *cli, const Jx__View *view, struct table *out);
/* The newest copy of that request, with or without a link. false: none. */
bool copies_read(struct cli *cli, const Jx__View *view, struct table *out, uint64_t *saved_us);
/* cli->store is open. Told when it fails. */
int copies_keep(struct cli *cli, const Jx__View *view, const struct table *table);
/* From the name under which it is kept. false: it is none of this version's. */
bool copies_key_read(struct cli *cli, const char *name, struct copies_key *key);

#endif
