/*
 * deeds/plan_goal.h: the goals of one unit's plan: what each needs, what they
 * sum to, what changed since, and the step from a plan to the year's goals.
 *
 * A county's first part is the city's (drafted by the office), its other parts
 * are the county's own; a department's parts are all its own (R02, R03).
 */
#ifndef JX_DEEDS_PLAN_GOAL_H
#define JX_DEEDS_PLAN_GOAL_H

#include "deeds/deed.h"

enum plan_goal_side { PLAN_GOAL_ALL, PLAN_GOAL_CITY, PLAN_GOAL_OWN };

/* The scheme's kind of the unit; NULL when its class is unknown. */
const struct scheme_kind *plan_goal_kind(const struct book *book, const char *unit);
bool plan_goal_is_of(
    const struct book *book, const char *unit, const char *part, enum plan_goal_side side);
/* The field that the goal lacks or that does not fit the scheme; NULL: none. *zh, *en: what is
 * wrong. */
const char *plan_goal_bad(
    const struct book *book, const Jx__PlanGoal *goal, const char **zh, const char **en);
/* A fault for each row of args->rows->plan_goals that may not stand in that side of the unit's
 * plan. */
void plan_goal_check_rows(struct deed_ctx *ctx, const char *unit, enum plan_goal_side side);
/* The side becomes exactly the rows. */
void plan_goal_replace(struct deed_ctx *ctx, const char *unit, enum plan_goal_side side);
/* Says, goal by goal, how the stored side differs from the rows. */
void plan_goal_why_differs(struct deed_ctx *ctx, const char *unit, enum plan_goal_side side);

/* The sum of a part, or (NULL) of all: as the deed has left it; as the book has it. */
int64_t plan_goal_sum(struct deed_ctx *ctx, const char *unit, const char *part);
int64_t plan_goal_sum_in(const struct book *book, const char *unit, const char *part);
/* Each part with points and the kind's points, exactly (R06); else a why for each. */
bool plan_goal_is_exact(struct deed_ctx *ctx, const char *unit);
/* Every goal has what it needs (R02-R04); else a why for each. */
void plan_goal_check_all(struct deed_ctx *ctx, const char *unit);
/* What it sums to now, as notes. */
void plan_goal_note_sums(struct deed_ctx *ctx, const char *unit);

/* The plan's version, 0 when there is none. */
uint64_t plan_goal_version(const struct book *book, const char *unit);
/* The content of a goal now: of the plan's goal, else of the year's; NULL: no such goal. */
char *plan_goal_content(struct deed_ctx *ctx, const char *unit, const char *goal);
/* The same, of the book, for views. */
char *plan_goal_content_in(
    const struct book *book, struct arena *arena, const char *unit, const char *goal);
/* The year's goals of the unit become exactly the plan's; a why when marks that stand would not fit
 * them. */
void plan_goal_issue(struct deed_ctx *ctx, const char *unit);
/* Was a document of that number issued in this year already? */
bool plan_goal_is_number_used(const struct book *book, const char *document);
/* As the year's records need texts: NFC, no blanks at the ends, no control characters. */
bool plan_goal_is_normal(struct arena *arena, const char *text);
/* At most some 40 characters of a text, for messages. */
const char *plan_goal_short(struct arena *arena, const char *text);

#endif
