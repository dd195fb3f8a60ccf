/* deeds/report.h: the life of a unit's progress report of one round (调度报告). */
#ifndef JX_DEEDS_REPORT_H
#define JX_DEEDS_REPORT_H

#include "deeds/deed.h"

extern const struct deed_life report_life;

/* The state of the unit's report; "" when there is none. */
const char *report_state(const struct book *book, const char *unit, uint32_t round);

#endif
