/*
 * deeds/stale.h: marks given in the field, days later, over others of the same
 * thing: both stay, and somebody chooses (R23, R24).
 *
 * What such a mark is based on (Deed.based_on) is the state of the year at which
 * its kind had changed last when it was read: the version of the list of that
 * kind. A record written since is not overwritten unseen.
 */
#ifndef JX_DEEDS_STALE_H
#define JX_DEEDS_STALE_H

#include "deeds/deed.h"

/* Of the kinds whose lists have such a version; 0: of another kind. */
uint64_t stale_version(const struct book *book, enum record_kind kind);
/* JX_E_STALE, with a why for each, when a row's record has been written since; JX_OK also without based_on. */
JX_MUST_USE enum jx_err stale_check(struct deed_ctx *ctx, enum record_kind kind);

#endif
