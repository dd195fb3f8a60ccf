#include "scoring/tree.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wire/text.h"

enum { TREE_CAPACITY_FIRST = 256 /* most units' trees are about this big */ };

void
tree_init(struct tree *tree, struct arena *arena, bool words)
{
	*tree = (struct tree){.arena = arena, .words = words};
}

void
tree_clear(struct tree *tree)
{
	if (tree->values != NULL)
		for (uint32_t i = 0; i < tree->count; i++)
			mpq_clear(tree->values[i]);
	*tree = (struct tree){0};
}

static bool
make_room(struct tree *tree)
{
	uint32_t capacity = tree->capacity == 0 ? TREE_CAPACITY_FIRST : tree->capacity * 2;
	struct tree_node *nodes;

	if (tree->count < tree->capacity)
		return true;
	nodes = arena_alloc(tree->arena, capacity * sizeof *nodes);
	if (nodes == NULL || capacity < tree->capacity) {
		tree->failed = true;
		return false;
	}
	if (tree->count > 0)
		memcpy(nodes, tree->nodes, tree->count * sizeof *nodes);
	tree->nodes = nodes;
	tree->capacity = capacity;
	return true;
}

uint32_t
tree_add(struct tree *tree, uint32_t parent, const struct tree_node *node)
{
	struct tree_node *added;

	assert(tree->count == 0 || parent < tree->count);
	assert(node->kind != NULL && node->code != NULL && node->name != NULL);
	if (tree->failed || !make_room(tree))
		return 0;
	added = &tree->nodes[tree->count];
	*added = *node;
	added->parent = parent;
	if (added->count == 0)
		added->count = 1;
	if (added->number.den == 0)
		added->number = (struct ratio){node->op == JX__NODE_OP__NODE_INPUT ? 0 : 1, 1};
	return tree->count++;
}

void
tree_add_points(
    struct tree *tree, uint32_t parent, const struct tree_node *node, int64_t hundredths)
{
	char buffer[TEXT_DECIMAL_SIZE];
	struct tree_node leaf = *node;

	leaf.op = JX__NODE_OP__NODE_INPUT;
	leaf.number = (struct ratio){hundredths, 100};
	leaf.given = tree_words(tree, "%s", text_decimal(hundredths, buffer));
	tree_add(tree, parent, &leaf);
}

void
tree_add_hole(struct tree *tree, uint32_t parent, const struct tree_node *node)
{
	struct tree_node leaf = *node;

	leaf.op = JX__NODE_OP__NODE_INPUT;
	leaf.number = (struct ratio){0, 1};
	leaf.hole = true;
	tree_add(tree, parent, &leaf);
}

const char *
tree_text(struct tree *tree, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(size >= 0);
	text = arena_alloc(tree->arena, (size_t)size + 1);
	if (text == NULL) {
		tree->failed = true;
		return "";
	}
	va_start(args, format);
	vsnprintf(text, (size_t)size + 1, format, args);
	va_end(args);
	return text;
}

/* children: the sum over count x child, becomes the node's value; shares: the sum of counts. */
static void
finish_node(mpq_t children, const struct tree_node *node, uint64_t shares)
{
	mpq_t number;

	mpq_init(number);
	exact_set(number, node->number);
	switch (node->op) {
	case JX__NODE_OP__NODE_INPUT:
		assert(shares == 0);
		mpq_set(children, number);
		break;
	case JX__NODE_OP__NODE_SUM:
		mpq_mul(children, children, number);
		break;
	case JX__NODE_OP__NODE_MEAN:
		mpq_mul(children, children, number);
		if (shares > 0) {
			mpq_set_ui(number, shares, 1);
			mpq_div(children, children, number);
		}
		break;
	case JX__NODE_OP__NODE_CAP:
		if (mpq_cmp(children, number) > 0)
			mpq_set(children, number);
		break;
	case _JX__NODE_OP_IS_INT_SIZE:
		assert(!"an operation");
	}
	mpq_clear(number);
}

void
tree_evaluate(struct tree *tree)
{
	uint64_t *shares = arena_alloc(tree->arena, (tree->count + 1) * sizeof *shares);
	mpq_t *values = arena_alloc(tree->arena, (tree->count + 1) * sizeof *values);
	mpq_t counted;

	assert(!tree->failed && tree->values == NULL);
	if (shares == NULL || values == NULL) {
		tree->failed = true;
		return;
	}
	for (uint32_t i = 0; i < tree->count; i++)
		mpq_init(values[i]);
	tree->values = values;
	mpq_init(counted);
	/* Children stand behind their parents: backwards, each node is whole when its turn comes.
	 */
	for (uint32_t i = tree->count; i-- > 0;) {
		const struct tree_node *node = &tree->nodes[i];

		finish_node(values[i], node, shares[i]);
		if (i == 0)
			break;
		mpq_set_ui(counted, node->count, 1);
		mpq_mul(counted, counted, values[i]);
		mpq_add(values[node->parent], values[node->parent], counted);
		shares[node->parent] += node->count;
	}
	mpq_clear(counted);
}
