/* deeds/prize_inside.h: what the files of prize share. Nobody else includes it. */
#ifndef JX_DEEDS_PRIZE_INSIDE_H
#define JX_DEEDS_PRIZE_INSIDE_H

#include "deeds/prize.h"

/* NULL: memory out, and prize->failed is set. */
void *prize_alloc(struct prize *prize, size_t size);
const struct scheme *prize_scheme(const struct prize *prize);
__attribute__((format_arg(2))) __attribute__((format_arg(3))) const char *prize_say(const struct prize *prize, const char *zh, const char *en);
/* A text in the reader's language; NULL: memory out. */
__attribute__((format(printf, 2, 4))) __attribute__((format(printf, 3, 4))) char *prize_printf(
    struct prize *prize, const char *zh, const char *en, ...);
void prize_give(struct prize_unit *unit, const char *award);
bool prize_has_grade(const struct prize_unit *unit, int least_grade);
/* Raises a question: the answer that holds, or the usual one. The request is copied and keeps who. */
const char *prize_raise(struct prize *prize, struct prize_request request);
/*
 * holders holds more than places: the last `tied` of them tie over the edge. Those that
 * the answer leaves out are taken from holders; *count is how many stay.
 */
void prize_settle_tie(struct prize *prize, const char *code, const char *award, struct prize_unit **holders,
    size_t *count, size_t tied, size_t places);
/* The departments' awards (prize_race.c). */
void prize_race_all(struct prize *prize);
/* The fixed answers of a question that is no tie: index 0 and 1; words in the reader's language. */
const char *prize_fixed_code(enum prize_kind kind, size_t index);
const char *prize_fixed_words(const struct prize *prize, enum prize_kind kind, size_t index);

#endif
