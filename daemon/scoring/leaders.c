/*
 * 市政府领导加权评估: each rank's leaders, by tier, mark or ranking.
 */
#include <assert.h>
#include <string.h>

#include "scoring/total.h"
#include "wire/text.h"

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* Must this leader mark the unit? Rankings go over a leader's own charge only. */
static bool
is_asked(const struct subject *subject, const struct scheme_rank *rank,
    const struct lookup_leader *leader)
{
	if (strcmp(leader->leader->rank, rank->code) != 0)
		return false;
	return rank->method != LEADER_RANK ||
	       lookup_find(subject->lookup, RECORD_SUPERVISION, subject->unit->unit,
		   leader->leader->leader) != NULL;
}

static bool
is_anyone_asked(const struct subject *subject, const struct scheme_rank *rank)
{
	size_t count;
	const struct lookup_leader *leaders = lookup_leaders(subject->lookup, &count);

	for (size_t i = 0; i < count; i++)
		if (is_asked(subject, rank, &leaders[i]))
			return true;
	return false;
}

/* Nobody of the rank supervises the unit and the scheme lets the others weigh more. */
static bool
is_dropped(const struct subject *subject, const struct scheme_rank *rank)
{
	return rank->method == LEADER_RANK &&
	       subject->scheme->unsupervised == UNSUPERVISED_REDISTRIBUTE &&
	       !is_anyone_asked(subject, rank);
}

/* What rank r of n is worth. */
static struct ratio
mark_of_rank(const struct scheme *scheme, int64_t rank, int64_t count)
{
	int64_t mark;

	assert(scheme->has_rank_marks && rank >= 1 && rank <= count);
	if (scheme->has_step) {
		mark = scheme->rank_best - scheme->rank_step * (rank - 1);
		if (mark < scheme->rank_least)
			mark = scheme->rank_least;
		return (struct ratio){mark, 100};
	}
	if (count == 1)
		return (struct ratio){scheme->rank_best, 100};
	return (struct ratio){
	    scheme->rank_best * (count - 1) - (scheme->rank_best - scheme->rank_least) * (rank - 1),
	    100 * (count - 1)};
}

static void
add_mark(struct tree *tree, uint32_t at, const struct subject *subject,
    const struct scheme_rank *rank, const struct lookup_leader *leader)
{
	const struct scheme *scheme = subject->scheme;
	const Jx__LeaderMark *row = lookup_find(
	    subject->lookup, RECORD_LEADER_MARKS, subject->unit->unit, leader->leader->leader);
	struct tree_node node = {
	    .kind = "leader", .code = leader->leader->leader, .name = leader->leader->name};
	enum jx_err err = JX_OK;
	int64_t mark = 0;
	uint32_t place = 0;
	int tier;

	if (row == NULL) {
		node.missing = tree_text(tree, "leader:%s", leader->leader->leader);
		tree_add_hole(tree, at, &node);
		return;
	}
	assert(strcmp(row->kind, leader_method_code(rank->method)) == 0);
	switch (rank->method) {
	case LEADER_TIER:
		tier = scheme_option_find(scheme->tiers, scheme->tier_count, row->value);
		assert(tier >= 0);
		node.number = (struct ratio){scheme->tiers[tier].mark, 100};
		node.given = row->value;
		node.clause = tree_words(tree, "tiers.%s", row->value);
		break;
	case LEADER_MARK:
		err = text_hundredths(bytes_of(row->value), &mark);
		node.number = (struct ratio){mark, 100};
		node.given = row->value;
		break;
	case LEADER_RANK:
		err = text_whole(bytes_of(row->value), &place);
		node.number = mark_of_rank(scheme, place, leader->charge[subject->kind]);
		node.given =
		    tree_words(tree, "第%u名，共%u个", place, leader->charge[subject->kind]);
		node.clause = "rank_marks";
		break;
	}
	assert(err == JX_OK); /* records_check has read it before */
	tree_add(tree, at, &node);
}

static void
add_rank(
    struct tree *tree, uint32_t at, const struct subject *subject, const struct scheme_rank *rank)
{
	struct tree_node node = {
	    .kind = "rank",
	    .code = rank->code,
	    .name = rank->name,
	    .has_weight = true,
	    .weight = rank->weight,
	    .clause = tree_words(tree, "kinds.%s.leaders.%s", kind_code(subject->kind), rank->code),
	};
	size_t count;
	const struct lookup_leader *leaders = lookup_leaders(subject->lookup, &count);
	uint32_t mean;

	if (is_dropped(subject, rank)) {
		node.given = "无分管领导，权重分配给其他领导";
		node.clause = "unsupervised";
		tree_add(tree, at, &node);
		return;
	}
	if (!is_anyone_asked(subject, rank)) {
		node.missing = tree_text(tree, "leaders:%s", rank->code);
		tree_add_hole(tree, at, &node);
		return;
	}
	node.op = JX__NODE_OP__NODE_MEAN;
	node.number = (struct ratio){rank->weight, 100 * 100};
	mean = tree_add(tree, at, &node);
	for (size_t i = 0; i < count; i++)
		if (is_asked(subject, rank, &leaders[i]))
			add_mark(tree, mean, subject, rank, &leaders[i]);
}

void
leaders_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	const struct scheme_kind *rules = subject->rules;
	int64_t all = 0, remaining = 0;
	bool any_dropped = false;

	for (size_t i = 0; i < rules->rank_count; i++) {
		bool dropped = is_dropped(subject, &rules->ranks[i]);

		all += rules->ranks[i].weight;
		remaining += dropped ? 0 : rules->ranks[i].weight;
		any_dropped |= dropped;
	}
	if (remaining > 0)
		tree->nodes[at].number = (struct ratio){all, remaining};
	for (size_t i = 0; i < rules->rank_count; i++)
		add_rank(tree, at, subject, &rules->ranks[i]);
	if (any_dropped && remaining == 0)
		tree_add_hole(tree, at,
		    &(struct tree_node){.kind = "rank",
			.code = "leaders",
			.name = "没有分管领导",
			.missing = "leaders"});
}
