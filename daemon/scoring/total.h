/*
 * scoring/total.h: the tree of one unit's total: its nine components and what
 * they are made of, down to the marks (scoring.md, "Components").
 *
 * One row of a table a component; democratic.c and leaders.c hold the two that
 * have logic of their own.
 */
#ifndef JX_SCORING_TOTAL_H
#define JX_SCORING_TOTAL_H

#include "scoring/lookup.h"
#include "scoring/tree.h"

/* Whose total, by which rules, from what. All borrowed. */
struct subject {
	const struct scheme *scheme;
	const struct lookup *lookup;
	const Jx__Unit *unit;
	enum kind kind;
	const struct scheme_kind *rules; /* of that kind */
};

/* Fills an empty tree. The nine components are children of the root, in order. */
void total_build(struct tree *tree, const struct subject *subject);

/* The children of a component's node, and its factor. */
void democratic_build(struct tree *tree, uint32_t at, const struct subject *subject);
void leaders_build(struct tree *tree, uint32_t at, const struct subject *subject);

#endif
