/*
 * scoring/exact.h: exact fractions as text and as published figures.
 *
 * Values are >= 0 and canonical (GMP's word for reduced). GMP takes its memory
 * from malloc and ends the process when there is none. Pure; any thread.
 */
#ifndef JX_SCORING_EXACT_H
#define JX_SCORING_EXACT_H

#include <gmp.h>

#include "wire/bytes.h"

/* A fraction of scheme and records, before GMP sees it. den > 0. */
struct ratio {
	int64_t num, den;
};

void exact_set(mpq_t value, struct ratio ratio);
/* "n/d", or "n" when d is 1. NULL: memory out. */
char *exact_text(struct arena *arena, const mpq_t value);
/* value rounded half up, once, in units of the digits-th decimal: 2.345 with 2 digits is 235. */
int64_t exact_published(const mpq_t value, unsigned digits);
/* Such a figure with exactly that many digits; none: no point. NULL: memory out. */
char *exact_published_text(struct arena *arena, int64_t published, unsigned digits);
/* The figure as a fraction again. */
struct ratio exact_of_published(int64_t published, unsigned digits);

#endif
