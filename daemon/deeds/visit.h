/* deeds/visit.h: the life of a visit, for the draw that plans visits (R14). */
#ifndef JX_DEEDS_VISIT_H
#define JX_DEEDS_VISIT_H

#include "deeds/deed.h"

extern const struct deed_life visit_life;

/* May that text become a visit's (or draw's) code: short enough, in normal form, no separator of keys? */
bool visit_is_code(struct arena *arena, const char *text);
/* Is any visit of the unit planned, under way or made? */
bool visit_is_of(struct deed_ctx *ctx, const char *unit);
/* Does the draw still have a visit ahead that its unit must not know of? */
bool visit_is_ahead(const struct book *book, const char *draw);

#endif
