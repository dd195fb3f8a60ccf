/*
 * deeds/coverage.h: which departments lead and coordinate the city's tasks
 * (R04, R40): a task that nobody leads is a gap, one that two lead a double.
 */
#ifndef JX_DEEDS_COVERAGE_H
#define JX_DEEDS_COVERAGE_H

#include "deeds/deed.h"

enum coverage_state { COVERAGE_GOOD, COVERAGE_GAP, COVERAGE_DOUBLE };

/* Units of that kind whose plans cite the task with that duty, as "E1、E2". */
const char *coverage_units(const struct book *book, struct arena *arena, const char *task,
    const char *duty, enum kind kind, size_t *count);
enum coverage_state coverage_of(const struct book *book, struct arena *arena, const Jx__Task *task);
/* Confirmed by a waiver that was given on exactly who leads it now. */
bool coverage_is_waived(const struct book *book, struct arena *arena, const Jx__Task *task);
/* Who leads it now, as a waiver keeps it: "-" for nobody. */
const char *coverage_leads(const struct book *book, struct arena *arena, const char *task);
const char *coverage_word(enum coverage_state state, enum jx_lang lang);
/* A why for every gap and double that is not waived. */
void coverage_check(struct deed_ctx *ctx);

#endif
