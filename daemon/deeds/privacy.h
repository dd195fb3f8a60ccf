/*
 * deeds/privacy.h: may a figure be shown singly (R43)? Not when it rests on one
 * leader's mark or on fewer than PRIVACY_BALLOT_COUNT_LEAST ballots.
 */
#ifndef JX_DEEDS_PRIVACY_H
#define JX_DEEDS_PRIVACY_H

#include "deeds/book.h"

enum { PRIVACY_BALLOT_COUNT_LEAST = 5 };

/*
 * How many ballots of that voter group count for the unit: of the batches on
 * which both entries agree, and of polls that are closed. UINT32_MAX: there are ballots, but they came by
 * import, and the book does not know how many.
 */
uint32_t privacy_ballot_count(const struct book *book, const char *unit, const char *group);
/* Are there ballots, and too few for a figure of their own? */
bool privacy_group_is_small(const struct book *book, const char *unit, const char *group);
/* How many leaders' marks count for the unit: of all ranks, or of one (rank not NULL). */
size_t privacy_leader_count(const struct book *book, const char *unit);
size_t privacy_rank_count(const struct book *book, const char *unit, const char *rank);

#endif
