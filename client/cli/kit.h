/*
 * cli/kit.h: what an account takes along (外出资料): which views and lists its
 * role needs, for which units; which goals it has taken (leases), and how its
 * work stands.
 */
#ifndef JX_CLI_KIT_H
#define JX_CLI_KIT_H

#include "cli/copies.h"
#include "cli/local.h"
#include "deeds/role.h"

struct kit { /* texts in cli's arena */
	struct online_year year;
	const char *account, *unit; /* unit "": of none */
	enum role role;
	bool is_group; /* of an evaluation group: it works on other units' goals */
	/* Of the group: the units to which it gives marks; else its own. */
	const char **units;
	size_t unit_count;
	uint64_t pulled_us; /* 0: never */
};

/* Who, which year: asks the daemon, or without a link the profile. cli->store is open. */
int kit_begin(struct cli *cli, struct kit *kit);

/* Everything it needs, kept as copies; *kept: how many. Needs a link. only: one unit; NULL: all. */
int kit_pull(struct cli *cli, struct kit *kit, const char *only, size_t *kept);

/* Who has taken what, and what is marked, once more. */
int kit_pull_leases(struct cli *cli, const struct kit *kit);

/* A goal to be marked, from the copies. */
struct kit_task {
	const char *unit, *goal, *title, *points, *state, *claim, *verified;
	const char *holder; /* who has taken it; "": nobody */
	bool is_mine;
	int64_t queued; /* the outbox item that marks it; 0: none */
};
/* All of them. false: there is no copy (not of a group, or never pulled). */
bool kit_tasks(struct cli *cli, const struct kit *kit, struct kit_task **tasks, size_t *count);

#endif
