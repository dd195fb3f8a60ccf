#include "cli/drawing.h"

#include <stdio.h>
#include <string.h>

enum { NONE = UINT32_MAX, DEPTH_MAX = 16 };

/* How the nodes hang together, by their place in the list. */
struct drawing {
	const struct cli *cli;
	const Jx__Explanation *explanation;
	uint32_t *first, *next; /* child, sibling */
	uint32_t *up;           /* parent */
};

static bool
link_nodes(struct drawing *drawing)
{
	size_t count = drawing->explanation->n_nodes;
	uint32_t *last = arena_alloc(drawing->cli->arena, (count + 1) * sizeof *last);

	drawing->first = arena_alloc(drawing->cli->arena, (count + 1) * sizeof *drawing->first);
	drawing->next = arena_alloc(drawing->cli->arena, (count + 1) * sizeof *drawing->next);
	drawing->up = arena_alloc(drawing->cli->arena, (count + 1) * sizeof *drawing->up);
	if (last == NULL || drawing->first == NULL || drawing->next == NULL || drawing->up == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const Jx__Node *node = drawing->explanation->nodes[i];
		uint32_t parent = node->parent;

		drawing->first[i] = drawing->next[i] = last[i] = drawing->up[i] = NONE;
		if (!node->has_parent || parent >= i)
			continue;
		if (last[parent] == NONE)
			drawing->first[parent] = i;
		else
			drawing->next[last[parent]] = i;
		last[parent] = i;
		drawing->up[i] = parent;
	}
	return true;
}

/* "合计 × 1/20": how the node's value comes from its children. */
static void
put_formula(const struct cli *cli, const Jx__Node *node)
{
	switch (node->op) {
	case JX__NODE_OP__NODE_SUM:
		fputs(cli_say(cli, " · 合计", " · sum"), stdout);
		break;
	case JX__NODE_OP__NODE_MEAN:
		fputs(cli_say(cli, " · 平均", " · mean"), stdout);
		break;
	case JX__NODE_OP__NODE_CAP:
		printf("%s %s", cli_say(cli, " · 合计，封顶", " · sum, at most"),
		    node->cap == NULL ? "" : node->cap);
		return;
	case JX__NODE_OP__NODE_INPUT:
	case _JX__NODE_OP_IS_INT_SIZE:
		return;
	}
	if (node->factor != NULL && strcmp(node->factor, "1") != 0)
		printf(" × %s", node->factor);
}

static void
put_node(const struct cli *cli, const Jx__Node *node)
{
	const char *name = node->name == NULL ? "" : node->name;
	const char *code = node->code == NULL ? "" : node->code;

	fputs(name, stdout);
	/* Components and the total are known by name; a goal or an item also by its code. */
	if (node->published == NULL && code[0] != '\0' && strcmp(name, code) != 0)
		printf(" [%s]", code);
	if (node->has_count && node->count != 1)
		printf(" ×%llu", (unsigned long long)node->count);
	if (node->published != NULL)
		printf(" %s%s%s", cli_bold(cli), node->published, cli_plain(cli));
	if (node->hole)
		printf(" %s%s%s", cli_red(cli), cli_say(cli, "缺，计 0", "missing, counts 0"),
		    cli_plain(cli));
	else if (node->given != NULL)
		printf(" %s", node->given);
	/* A leaf's number as it was given is exact; everything else shows its fraction. */
	if (!node->hole && node->value != NULL &&
	    (node->given == NULL || strspn(node->given, "0123456789.") != strlen(node->given)))
		printf(" = %s", node->value);
	if (node->weight != NULL)
		printf(" · %s %s%%", cli_say(cli, "权重", "weight"), node->weight);
	put_formula(cli, node);
	if (node->clause != NULL) {
		printf(" · %s %s", cli_say(cli, "依据", "by"), node->clause);
		if (node->has_clause_line && node->clause_line > 0)
			printf(" (scheme.yaml:%u)", node->clause_line);
	}
	putchar('\n');
}

/* The lines left of a node: which of its ancestors have a sibling still to come. */
static void
put_branch(const struct drawing *drawing, uint32_t at)
{
	uint32_t way[DEPTH_MAX];
	int depth = 0;

	for (uint32_t i = at; drawing->up[i] != NONE && depth < DEPTH_MAX; i = drawing->up[i])
		way[depth++] = i;
	while (depth-- > 0)
		fputs(depth == 0 ? drawing->next[way[0]] == NONE ? "└─ " : "├─ "
		      : drawing->next[way[depth]] == NONE ? "   "
							  : "│  ",
		    stdout);
}

int
drawing_print(const struct cli *cli, const Jx__Explanation *explanation)
{
	struct drawing drawing = {.cli = cli, .explanation = explanation};
	uint32_t at = 0;

	if (!link_nodes(&drawing))
		return cli_error_memory(cli);
	while (at != NONE && at < explanation->n_nodes) {
		put_branch(&drawing, at);
		put_node(cli, explanation->nodes[at]);
		if (drawing.first[at] != NONE) {
			at = drawing.first[at];
			continue;
		}
		while (at != NONE && drawing.next[at] == NONE)
			at = drawing.up[at];
		at = at == NONE ? NONE : drawing.next[at];
	}
	return CLI_EXIT_OK;
}
