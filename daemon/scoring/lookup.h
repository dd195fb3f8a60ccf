/*
 * scoring/lookup.h: a year's records in the order in which the calculation asks
 * for them: by unit (contributions: by award), then by item, goal, group …
 *
 * Built once a run, in an arena; the records themselves are borrowed and not
 * moved, so that the outcome does not depend on the order they came in.
 * Immutable afterwards.
 */
#ifndef JX_SCORING_LOOKUP_H
#define JX_SCORING_LOOKUP_H

#include "records/kinds.h"
#include "scheme/scheme.h"

/* Neighbours in a sorted list; rows[i] is a message of the kind asked for. */
struct span {
	const void *const *rows;
	size_t count;
};

struct lookup_leader {
	const Jx__Leader *leader;
	uint32_t charge[KIND_COUNT]; /* how many units of the kind are under its charge */
};

struct lookup;

/* NULL: memory out. */
struct lookup *lookup_new(
    struct arena *arena, const struct scheme *scheme, const Jx__Records *records);
/* Every row of the kind with that first key: the unit (leaders: leader, contributions: award). */
struct span lookup_rows(const struct lookup *lookup, enum record_kind kind, const char *first);
/* Of such rows, those with that second key (item, goal, group, leader, …; not for progress). */
struct span lookup_narrow(struct span span, enum record_kind kind, const char *second);
/* The row with both keys, or NULL. */
const void *lookup_find(
    const struct lookup *lookup, enum record_kind kind, const char *first, const char *second);
/* Every leader, by code. */
const struct lookup_leader *lookup_leaders(const struct lookup *lookup, size_t *count);

#endif
