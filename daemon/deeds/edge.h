/*
 * deeds/edge.h: for deeds of which the outcome is seen only in doing them: two
 * entries agree or differ, a sheet is sealed before or after the session closed.
 */
#ifndef JX_DEEDS_EDGE_H
#define JX_DEEDS_EDGE_H

#include "deeds/deed.h"

/* The life's edge from state by this deed to that state; NULL after a deed_why when there is none (JX_E_LIFE). */
const char *edge_to(struct deed_ctx *ctx, const struct deed_life *life, const char *state, const char *to);

#endif
