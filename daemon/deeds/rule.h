/*
 * deeds/rule.h: a quantified goal's rule (R30): so much achieved, so many points.
 *
 *   proportional            points × value / target, at most the points
 *   proportional:CAP        the same, at most CAP percent of the points (whole, 1..100)
 *   bands:95=100,80=60,0=0  the first band whose percent of the target is reached
 *                           gives that percent of the points; bands fall
 *
 * Exact integers; rounded once, half up, to hundredths. Pure.
 */
#ifndef JX_DEEDS_RULE_H
#define JX_DEEDS_RULE_H

#include <stdbool.h>
#include <stdint.h>

bool rule_is_good(const char *rule);
/* points, value and target in hundredths; target > 0. -1: the rule is none. */
int64_t rule_points(const char *rule, int64_t points, int64_t value, int64_t target);

#endif
