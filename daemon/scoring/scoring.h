/*
 * scoring/scoring.h: the year-end calculation (核算): scheme and records in,
 * every unit's figures and their explanation out (scoring.md; R31, R34-R37).
 *
 * Exact: GMP rationals inside; nothing is rounded but the published figures,
 * each once, half up. Pure: no I/O, no clock; the same inputs give the same
 * bytes, in any order of records. Any thread; one call, one thread.
 */
#ifndef JX_SCORING_SCORING_H
#define JX_SCORING_SCORING_H

#include <jx/result.pb-c.h>

#include "records/kinds.h"
#include "scheme/scheme.h"

struct score; /* the whole outcome; owns all it hands out */

/* Called now and then with units done so far; a return of false cancels. May be NULL. */
typedef bool (*score_progress_fn)(void *arg, size_t done, size_t total);

/*
 * records must have passed records_check against scheme, and both must outlive
 * the score. JX_OK also when there are holes: they count 0 and are listed;
 * whoever wants a final run looks at score_holes.
 * JX_E_CANCELLED: progress said so. JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err score_compute(const struct scheme *scheme, const Jx__Records *records,
    score_progress_fn progress, void *arg, struct score **out);
void score_free(struct score *score); /* NULL is fine */

/* Units in the order of the scheme's classes, then rank, then unit code (bytes). */
size_t score_unit_count(const struct score *score);
const Jx__UnitResult *score_unit(const struct score *score, size_t index);
/* Holes in a fixed order: units as above, then the order of the components. */
size_t score_hole_count(const struct score *score);
const Jx__Hole *score_hole(const struct score *score, size_t index);
/* The tree of one unit (index as above), built in arena; NULL: memory out. */
Jx__Explanation *score_explain(const struct score *score, size_t index, struct arena *arena);

#endif
