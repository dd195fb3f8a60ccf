/*
 * deeds/lease.h: leases (核查占用): who of a team works on which goal, so that
 * two evaluators do not check the same one unknowing. A lease tells; it never
 * blocks a mark.
 */
#ifndef JX_DEEDS_LEASE_H
#define JX_DEEDS_LEASE_H

#include "deeds/deed.h"

/* Another's lease of that goal that has not run out; NULL: none. */
const Jx__Lease *lease_of_another(const struct book *book, const char *unit, const char *goal,
    const char *account, uint64_t now_us);

#endif
