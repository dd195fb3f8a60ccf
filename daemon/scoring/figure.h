/*
 * scoring/figure.h: figures of a result as texts, compared and added exactly.
 *
 * A figure is "n/d", "n" or a plain decimal ("90.00"), as proto/jx/result.proto
 * gives them: whoever reads a result (deeds, views) needs no GMP. Pure; any
 * thread. A text that is no figure counts as 0. NULL given back: memory out.
 */
#ifndef JX_SCORING_FIGURE_H
#define JX_SCORING_FIGURE_H

#include "wire/bytes.h"

/* <0: left is less. */
int figure_compare(const char *left, const char *right);
/* left + factor × right, where factor = num/den, den > 0. */
char *figure_add(struct arena *arena, const char *left, const char *right, int64_t num, int64_t den);
char *figure_times(struct arena *arena, const char *left, const char *right);
/* Rounded half up, once (negative ones away from 0), to that many digits (at most SCHEME_DIGITS_MAX). */
char *figure_text(struct arena *arena, const char *figure, unsigned digits);
#endif
