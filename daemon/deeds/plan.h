/*
 * deeds/plan.h: the one life of a unit's plan (目标计划), a department's way
 * (plan.c, review.c) and a county's (county.c).
 */
#ifndef JX_DEEDS_PLAN_H
#define JX_DEEDS_PLAN_H

#include "deeds/deed.h"

extern const struct deed_life plan_life;

/*
 * May this deed be done to the unit's plan now? The state that it then has.
 * NULL: *err, with why: not in this state, another kind's way, or another
 * version than the deed is based on.
 */
const char *plan_next_state(
    struct deed_ctx *ctx, const char *unit, enum kind kind, enum jx_err *err);
/* The same, and the plan to be written, with that state. */
Jx__Plan *plan_move(struct deed_ctx *ctx, const char *unit, enum kind kind, enum jx_err *err);
/* Submitted now: who, when, and whether late (R10): of the first time only. */
void plan_set_submitted(struct deed_ctx *ctx, Jx__Plan *plan);

/* Its goals are written anew: so is the plan's row, whose version a later deed is based on. */
void plan_add_edition(Jx__Plan *plan);

#endif
