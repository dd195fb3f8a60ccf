/*
 * scoring/tree.h: the tree behind a unit's total. The calculation builds it and
 * reads the figures off it, so what explains a total is what made it (G6).
 *
 * Nodes lie in one array, parents before their children; node 0 is the root.
 * All text is borrowed or in the tree's arena. Memory running out is
 * remembered, not reported by each call: builders go on and whoever asked for
 * the tree looks at tree->failed. Not thread safe; one owner.
 */
#ifndef JX_SCORING_TREE_H
#define JX_SCORING_TREE_H

#include <jx/result.pb-c.h>
#include <stdbool.h>

#include "scoring/exact.h"

struct tree_node {
	Jx__NodeOp op;       /* as in result.proto; a MEAN over nothing is 0 */
	struct ratio number; /* leaf: its value; CAP: the cap; else the factor. {0,0}: 0; 1 for a factor */
	uint64_t count;      /* 0: 1 */
	uint32_t parent;     /* set by tree_add */
	bool hole;
	bool has_weight;
	int64_t weight;      /* percent, hundredths */
	const char *missing; /* what the list of holes calls it; NULL: it is not listed */
	const char *kind, *code, *name, *given, *clause; /* result.proto; given, clause: may be NULL */
};

struct tree {
	struct arena *arena; /* borrowed */
	bool words;          /* also what only a reader needs: given, clause */
	bool failed;         /* memory out: nothing in the tree can be trusted */
	struct tree_node *nodes;
	uint32_t count, capacity;
	mpq_t *values; /* one a node, after tree_evaluate */
};

void tree_init(struct tree *tree, struct arena *arena, bool words);
void tree_clear(struct tree *tree); /* not the arena */
/* Appends a copy of node under parent (ignored for the first node) and gives its number. */
uint32_t tree_add(struct tree *tree, uint32_t parent, const struct tree_node *node);
/* A leaf of so many hundredths, given as a decimal. */
void tree_add_points(
    struct tree *tree, uint32_t parent, const struct tree_node *node, int64_t hundredths);
/* A leaf that should be there and is not: counts 0. node.missing as above. */
void tree_add_hole(struct tree *tree, uint32_t parent, const struct tree_node *node);
/* Text in the tree's arena; "" when memory is out. */
__attribute__((format(printf, 2, 3))) const char *tree_text(
    struct tree *tree, const char *format, ...);
/* As tree_text, but NULL in a tree without words. */
#define tree_words(tree, ...) ((tree)->words ? tree_text((tree), __VA_ARGS__) : NULL)
/* Fills values from the leaves up. Not on a failed tree. */
void tree_evaluate(struct tree *tree);

#endif
