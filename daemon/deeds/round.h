/*
 * deeds/round.h: the progress rounds (定期调度): which there are, when a unit's
 * report is due, and whose rows a reader of the year's papers sees.
 */
#ifndef JX_DEEDS_ROUND_H
#define JX_DEEDS_ROUND_H

#include "deeds/view.h"

/* The number of that text, 1..the scheme's rounds, written as the program writes it; 0: it is none. */
uint32_t round_number(const struct book *book, const char *object);
/* NULL: it was never opened. */
const Jx__Round *round_find(const struct book *book, uint32_t round);
/* A rule not met unless that round is open. */
void round_check_open(struct deed_ctx *ctx, const char *object);
/* When the unit's report of the round is due; an extension of phase "progress" counts when it is later. 0: no deadline. */
uint64_t round_due(const struct book *book, const Jx__Round *round, const char *unit);
/* Is that unit asked for, and if the reader acts for a unit, is it his? */
bool round_is_shown(const struct view_ctx *ctx, const char *unit);

#endif
