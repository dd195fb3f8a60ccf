/*
 * scoring/award.h: who wins what (scoring.md, "Awards"; R36, R37).
 */
#ifndef JX_SCORING_AWARD_H
#define JX_SCORING_AWARD_H

#include "scoring/lookup.h"
#include "scoring/standing.h"

/* How many awards one unit could hold: the room that standing->awards needs. */
size_t award_count_max(const struct scheme *scheme);
/*
 * Gives every award to its winners. standings: ranked and sorted by
 * standing_rank. arena: for working memory. JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err award_assign(const struct scheme *scheme, const struct lookup *lookup,
    struct standing **standings, size_t count, struct arena *arena);
/*
 * Shares places out over fields in proportion to listed[], by largest
 * remainder; equal remainders: the field that stands first. No field lists
 * anybody: all 0.
 */
void award_share_out(uint32_t places, const size_t *listed, size_t count, uint64_t *quotas);
/* percent (hundredths) of count, half up. */
uint64_t award_quota(int64_t percent, size_t count);

#endif
