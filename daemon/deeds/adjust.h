/* deeds/adjust.h: what an adjustment would make of a goal (R11). */
#ifndef JX_DEEDS_ADJUST_H
#define JX_DEEDS_ADJUST_H

#include "deeds/deed.h"

/* Sets in goal what the adjustment's row gives; the rest stays. */
void adjust_merge(Jx__PlanGoal *goal, const Jx__AdjustmentGoal *row);

#endif
