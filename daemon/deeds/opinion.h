/*
 * deeds/opinion.h: which opinions on a plan's goals count now (R05): those given
 * on the goal's present content. Of the book alone; pure.
 */
#ifndef JX_DEEDS_OPINION_H
#define JX_DEEDS_OPINION_H

#include "deeds/deed.h"

#define OPINION_OFFICE "office" /* `by` of the office's own wishes when it returns a plan */

/* The reviewer's opinion on the goal as it is now; NULL: none. */
const Jx__Opinion *opinion_of(
    const struct book *book, struct arena *arena, const Jx__PlanGoal *goal, const char *by);
/* Does this opinion ask for something that has not been done: change, strike, or a goal that is not
 * there? */
bool opinion_asks(const struct book *book, struct arena *arena, const Jx__Opinion *opinion);
/* Goals on which the reviewer has no opinion now, as "G1、G2"; "": none. */
const char *opinion_missing(
    const struct book *book, struct arena *arena, const char *unit, const char *by);
/* All reviewers' missing opinions as one line: "监察局：G1、G2；审计局：G1"; "": none. */
const char *opinion_missing_all(const struct book *book, struct arena *arena, const char *unit);
/* Is there a leader's approval of the goal as it is now? leader NULL: of any. */
bool opinion_is_approved(
    const struct book *book, struct arena *arena, const Jx__PlanGoal *goal, const char *leader);
/* The word for a verdict, for messages. */
const char *opinion_word(const char *verdict, enum jx_lang lang);

#endif
