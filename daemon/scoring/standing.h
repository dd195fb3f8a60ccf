/*
 * scoring/standing.h: where a unit stands: its figures, grade, ranks and awards,
 * and how two units compare (scoring.md, "Total, grade, rank").
 */
#ifndef JX_SCORING_STANDING_H
#define JX_SCORING_STANDING_H

#include <gmp.h>
#include <jx/records.pb-c.h>

#include "scheme/scheme.h"
#include "scoring/exact.h"

/* Figures stand at [component], the total's at [COMPONENT_COUNT]. */
enum { STANDING_TOTAL = COMPONENT_COUNT, STANDING_FIGURE_COUNT };

struct standing {
	const Jx__Unit *unit;
	size_t class_index;
	enum kind kind;
	mpq_t exact[STANDING_FIGURE_COUNT];
	int64_t published[STANDING_FIGURE_COUNT]; /* exact_published() */
	bool vetoed;
	size_t grade_before_veto, grade; /* indexes into the scheme's grades */
	uint32_t rank, rank_in_kind;
	const char **missing; /* in the order of the components */
	size_t missing_count;
	const char **awards; /* room for every award there is */
	size_t award_count;
};

/* Sets published and both grades from exact and vetoed. */
void standing_grade(const struct scheme *scheme, struct standing *standing);
/* <0: left is better. By the figures that rounding.compare names, then tie_break. */
int standing_compare(
    const struct scheme *scheme, const struct standing *left, const struct standing *right);
/* Sets both ranks of all and sorts them: class, rank, unit code. */
void standing_rank(const struct scheme *scheme, struct standing **standings, size_t count);
/* The total as comparisons and mixes see it: the published figure, or the exact one. */
void standing_total(const struct scheme *scheme, const struct standing *standing, mpq_t total);

#endif
