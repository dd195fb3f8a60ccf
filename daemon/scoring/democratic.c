/*
 * 民主评估: voter groups and their ballots.
 *
 * A ballot's mean depends only on how often each option stands on it. Ballots
 * alike in that are one node with a count, so the tree shows what was counted
 * and never a single card (G8).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/total.h"

/* How often each option stands on a ballot; option_count numbers. */
typedef const uint32_t *pattern;

/* The pattern with more of the earlier options first. */
static int
compare_patterns(const void *left, const void *right, void *arg)
{
	pattern l = *(const pattern *)left, r = *(const pattern *)right;
	size_t option_count = *(const size_t *)arg;

	for (size_t i = 0; i < option_count; i++)
		if (l[i] != r[i])
			return l[i] > r[i] ? -1 : 1;
	return 0;
}

/* Counts the options of one ballot; false: it is blank. */
static bool
count_answers(uint32_t *counts, const struct scheme *scheme, const Jx__Ballot *ballot)
{
	bool is_answered = false;

	for (size_t i = 0; i < ballot->n_answers; i++) {
		int option;

		if (ballot->answers[i][0] == '\0')
			continue;
		option =
		    scheme_option_find(scheme->options, scheme->option_count, ballot->answers[i]);
		assert(option >= 0);
		counts[option]++;
		is_answered = true;
	}
	return is_answered;
}

/* The patterns of all answered ballots, sorted, in the tree's arena; NULL: memory out. */
static pattern *
patterns_of(struct tree *tree, const struct scheme *scheme, struct span ballots, size_t *count)
{
	size_t option_count = scheme->option_count;
	uint32_t *counts =
	    arena_alloc(tree->arena, (ballots.count + 1) * option_count * sizeof *counts);
	pattern *patterns = arena_alloc(tree->arena, (ballots.count + 1) * sizeof *patterns);

	*count = 0;
	if (counts == NULL || patterns == NULL) {
		tree->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < ballots.count; i++) {
		uint32_t *own = counts + i * option_count;

		if (count_answers(own, scheme, ballots.rows[i]))
			patterns[(*count)++] = own;
	}
	qsort_r(patterns, *count, sizeof *patterns, compare_patterns, &option_count);
	return patterns;
}

/* "A×2 B×1" */
static const char *
pattern_text(struct tree *tree, const struct scheme *scheme, pattern counts)
{
	const char *text = "";

	for (size_t i = 0; i < scheme->option_count; i++)
		if (counts[i] > 0)
			text = tree_text(tree, "%s%s%s×%u", text, text[0] == '\0' ? "" : " ",
			    scheme->options[i].code, counts[i]);
	return text;
}

static void
add_pattern(struct tree *tree, uint32_t group, const struct scheme *scheme, pattern counts,
    uint64_t ballot_count)
{
	const char *text = tree->words ? pattern_text(tree, scheme, counts) : "";
	uint32_t ballots = tree_add(tree, group,
	    &(struct tree_node){
		.op = JX__NODE_OP__NODE_MEAN,
		.kind = "ballots",
		.code = text,
		.name = "评价卡",
		.given = text,
		.count = ballot_count,
	    });

	for (size_t i = 0; i < scheme->option_count; i++) {
		const struct scheme_option *option = &scheme->options[i];

		if (counts[i] > 0)
			tree_add(tree, ballots,
			    &(struct tree_node){
				.kind = "option",
				.code = option->code,
				.name = option->code,
				.given = option->code,
				.number = {option->mark, 100},
				.count = counts[i],
				.clause = tree_words(tree, "ballot.options.%s", option->code),
			    });
	}
}

static void
add_group(struct tree *tree, uint32_t at, const struct subject *subject,
    const struct scheme_voters *group)
{
	const struct scheme *scheme = subject->scheme;
	struct span ballots =
	    lookup_narrow(lookup_rows(subject->lookup, RECORD_BALLOTS, subject->unit->unit),
		RECORD_BALLOTS, group->code);
	struct tree_node node = {
	    .op = JX__NODE_OP__NODE_MEAN,
	    .kind = "group",
	    .code = group->code,
	    .name = group->name,
	    .number = {group->weight, 100 * 100},
	    .has_weight = true,
	    .weight = group->weight,
	    .clause = tree_words(tree, "kinds.%s.voters.%s", kind_code(subject->kind), group->code),
	};
	size_t option_count = scheme->option_count, count, end;
	pattern *patterns = patterns_of(tree, scheme, ballots, &count);
	uint32_t mean;

	if (patterns == NULL)
		return;
	if (count == 0) {
		node.missing = tree_text(tree, "ballots:%s", group->code);
		tree_add_hole(tree, at, &node);
		return;
	}
	mean = tree_add(tree, at, &node);
	for (size_t first = 0; first < count; first = end) {
		end = first + 1;
		while (end < count &&
		       compare_patterns(&patterns[first], &patterns[end], &option_count) == 0)
			end++;
		add_pattern(tree, mean, scheme, patterns[first], end - first);
	}
}

void
democratic_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	for (size_t i = 0; i < subject->rules->voter_count; i++)
		add_group(tree, at, subject, &subject->rules->voters[i]);
}
