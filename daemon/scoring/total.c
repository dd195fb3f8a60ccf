#include "scoring/total.h"

#include <assert.h>
#include <string.h>

/* weight percent of value/full, as the factor by which values are multiplied. */
static struct ratio
factor_of(int64_t weight, int64_t full)
{
	/* Nothing to reach: the component gives nothing. */
	return full == 0 ? (struct ratio){0, 1} : (struct ratio){weight, full};
}

static void
basic_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	const struct scheme *scheme = subject->scheme;

	tree->nodes[at].number =
	    factor_of(subject->rules->weights[COMPONENT_BASIC], scheme->basic_points);
	for (size_t i = 0; i < scheme->basic_count; i++) {
		const struct scheme_item *item = &scheme->basic[i];
		const Jx__Basic *row =
		    lookup_find(subject->lookup, RECORD_BASIC, subject->unit->unit, item->code);
		struct tree_node node = {
		    .kind = "item",
		    .code = item->code,
		    .name = item->name,
		    .clause = tree_words(tree, "basic.%s", item->code),
		};

		if (row != NULL) {
			tree_add_points(tree, at, &node, row->points);
		} else {
			node.missing = tree_text(tree, "basic:%s", item->code);
			tree_add_hole(tree, at, &node);
		}
	}
}

/* The rounds as children of at; listed: their holes are listed (the first time they are used). */
static void
add_rounds(struct tree *tree, uint32_t at, const struct subject *subject, bool listed)
{
	struct span span = lookup_rows(subject->lookup, RECORD_PROGRESS, subject->unit->unit);
	uint32_t round_count = subject->scheme->round_count;
	const Jx__Progress **rounds =
	    arena_alloc(tree->arena, ((size_t)round_count + 1) * sizeof *rounds);

	if (rounds == NULL) {
		tree->failed = true;
		return;
	}
	for (size_t i = 0; i < span.count; i++) {
		const Jx__Progress *row = span.rows[i];

		assert(row->round >= 1 && row->round <= round_count);
		rounds[row->round] = row;
	}
	for (uint32_t round = 1; round <= round_count; round++) {
		struct tree_node node = {
		    .kind = "round",
		    .code = tree_text(tree, "%u", round),
		    .name = tree_text(tree, "第%u轮", round),
		};

		if (rounds[round] != NULL) {
			tree_add_points(tree, at, &node, rounds[round]->mark);
		} else {
			if (listed)
				node.missing = tree_text(tree, "progress:%u", round);
			tree_add_hole(tree, at, &node);
		}
	}
}

static void
progress_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	tree->nodes[at].number = factor_of(subject->rules->weights[COMPONENT_PROGRESS], 100 * 100);
	add_rounds(tree, at, subject, true);
}

static void
visits_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	struct span visits = lookup_rows(subject->lookup, RECORD_VISITS, subject->unit->unit);
	uint32_t progress;

	tree->nodes[at].number = factor_of(subject->rules->weights[COMPONENT_VISITS], 100 * 100);
	for (size_t i = 0; i < visits.count; i++) {
		const Jx__Visit *row = visits.rows[i];

		tree_add_points(tree, at,
		    &(struct tree_node){.kind = "visit", .code = row->visit, .name = row->visit},
		    row->mark);
	}
	if (visits.count > 0)
		return;
	if (subject->scheme->unsampled == UNSAMPLED_ZERO) {
		tree_add(tree, at,
		    &(struct tree_node){
			.kind = "visit",
			.code = "unsampled",
			.name = "未抽中踏查",
			.given = "未抽中踏查",
			.clause = "visits.unsampled",
		    });
		return;
	}
	progress = tree_add(tree, at,
	    &(struct tree_node){
		.op = JX__NODE_OP__NODE_MEAN,
		.kind = "component",
		.code = component_code(COMPONENT_PROGRESS),
		.name = "定期调度",
		.given = "未抽中踏查，按定期调度计",
		.clause = "visits.unsampled",
	    });
	add_rounds(tree, progress, subject, false);
}

/* A goal or common item that the unit has not marked itself: shown, and counts 0. */
static void
add_unreported(struct tree *tree, uint32_t at, const char *kind, const char *code, const char *name)
{
	tree_add(tree, at,
	    &(struct tree_node){.kind = kind, .code = code, .name = name, .given = "未报"});
}

static void
self_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	const char *unit = subject->unit->unit;
	struct span rows = lookup_rows(subject->lookup, RECORD_SELF, unit);
	struct span goals = lookup_rows(subject->lookup, RECORD_GOALS, unit);
	const struct scheme_kind *rules = subject->rules;

	tree->nodes[at].number = factor_of(rules->weights[COMPONENT_SELF], 100 * 100);
	for (size_t i = 0; i < rows.count; i++) {
		const Jx__Self *row = rows.rows[i];
		const Jx__Goal *goal = lookup_find(subject->lookup, RECORD_GOALS, unit, row->goal);
		int item = scheme_item_find(rules->common, rules->common_count, row->goal);

		assert(goal != NULL || item >= 0);
		tree_add_points(tree, at,
		    &(struct tree_node){
			.kind = goal != NULL ? "goal" : "item",
			.code = row->goal,
			.name = goal != NULL ? goal->title : rules->common[item].name,
		    },
		    row->points);
	}
	for (size_t i = 0; i < goals.count; i++) {
		const Jx__Goal *goal = goals.rows[i];

		if (lookup_find(subject->lookup, RECORD_SELF, unit, goal->goal) == NULL)
			add_unreported(tree, at, "goal", goal->goal, goal->title);
	}
	for (size_t i = 0; i < rules->common_count; i++) {
		const struct scheme_item *item = &rules->common[i];

		if (lookup_find(subject->lookup, RECORD_SELF, unit, item->code) == NULL)
			add_unreported(tree, at, "item", item->code, item->name);
	}
}

static void
add_common_item(
    struct tree *tree, uint32_t at, const struct subject *subject, const struct scheme_item *item)
{
	struct span rows =
	    lookup_narrow(lookup_rows(subject->lookup, RECORD_COMMON, subject->unit->unit),
		RECORD_COMMON, item->code);
	struct tree_node node = {
	    .kind = "item",
	    .code = item->code,
	    .name = item->name,
	    .clause = tree_words(tree, "kinds.%s.common.%s", kind_code(subject->kind), item->code),
	};
	uint32_t mean;

	if (rows.count == 0) {
		node.missing = tree_text(tree, "common:%s", item->code);
		tree_add_hole(tree, at, &node);
		return;
	}
	node.op = JX__NODE_OP__NODE_MEAN;
	mean = tree_add(tree, at, &node);
	for (size_t i = 0; i < rows.count; i++) {
		const Jx__Common *row = rows.rows[i];

		tree_add_points(tree, mean,
		    &(struct tree_node){.kind = "department", .code = row->by, .name = row->by},
		    row->points);
	}
}

static void
common_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	const struct scheme_kind *rules = subject->rules;

	tree->nodes[at].number = factor_of(rules->weights[COMPONENT_COMMON], rules->common_points);
	for (size_t i = 0; i < rules->common_count; i++)
		add_common_item(tree, at, subject, &rules->common[i]);
}

static void
add_goal(struct tree *tree, uint32_t at, const struct subject *subject, const Jx__Goal *goal)
{
	struct span rows =
	    lookup_narrow(lookup_rows(subject->lookup, RECORD_GROUP, subject->unit->unit),
		RECORD_GROUP, goal->goal);
	struct tree_node node = {.kind = "goal", .code = goal->goal, .name = goal->title};
	uint32_t mean;

	if (rows.count == 0) {
		node.missing = tree_text(tree, "group:%s", goal->goal);
		tree_add_hole(tree, at, &node);
		return;
	}
	node.op = JX__NODE_OP__NODE_MEAN;
	mean = tree_add(tree, at, &node);
	for (size_t i = 0; i < rows.count; i++) {
		const Jx__GroupMark *row = rows.rows[i];

		tree_add_points(tree, mean,
		    &(struct tree_node){
			.kind = "evaluator", .code = row->evaluator, .name = row->evaluator},
		    row->points);
	}
}

static void
key_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	struct span goals = lookup_rows(subject->lookup, RECORD_GOALS, subject->unit->unit);

	tree->nodes[at].number =
	    factor_of(subject->rules->weights[COMPONENT_KEY], subject->rules->key_points);
	for (size_t i = 0; i < goals.count; i++)
		add_goal(tree, at, subject, goals.rows[i]);
	if (goals.count == 0)
		tree_add_hole(tree, at,
		    &(struct tree_node){.kind = "goal",
			.code = "goals",
			.name = "重点工作目标",
			.missing = "goals"});
}

static void
bonus_build(struct tree *tree, uint32_t at, const struct subject *subject)
{
	const struct scheme *scheme = subject->scheme;

	tree->nodes[at].number = (struct ratio){scheme->bonus_cap, 100};
	for (size_t i = 0; i < scheme->bonus_count; i++) {
		const struct scheme_bonus *bonus = &scheme->bonus[i];
		const Jx__Bonus *row =
		    lookup_find(subject->lookup, RECORD_BONUS, subject->unit->unit, bonus->code);

		if (row != NULL && strcmp(row->status, "granted") == 0)
			tree_add_points(tree, at,
			    &(struct tree_node){
				.kind = "bonus",
				.code = bonus->code,
				.name = bonus->name,
				.clause = tree_words(tree, "bonus.kinds.%s", bonus->code),
			    },
			    bonus->points);
	}
}

struct component_row {
	const char *name;
	const char *clause; /* below "kinds.KIND." when it starts with a point */
	Jx__NodeOp op;
	void (*build)(struct tree *tree, uint32_t at, const struct subject *subject);
};

/* clang-format off */
static const struct component_row rows[COMPONENT_COUNT] = {
	[COMPONENT_BASIC]      = {"基础工作评估", ".weights.basic", JX__NODE_OP__NODE_SUM, basic_build},
	[COMPONENT_PROGRESS]   = {"定期调度", ".weights.progress", JX__NODE_OP__NODE_MEAN, progress_build},
	[COMPONENT_VISITS]     = {"不定期实地踏查", ".weights.visits", JX__NODE_OP__NODE_MEAN, visits_build},
	[COMPONENT_SELF]       = {"自我评估", ".weights.self", JX__NODE_OP__NODE_SUM, self_build},
	[COMPONENT_COMMON]     = {"共性工作目标", ".weights.common", JX__NODE_OP__NODE_SUM, common_build},
	[COMPONENT_DEMOCRATIC] = {"民主评估", ".voters", JX__NODE_OP__NODE_SUM, democratic_build},
	[COMPONENT_KEY]        = {"重点工作目标", ".weights.key", JX__NODE_OP__NODE_SUM, key_build},
	[COMPONENT_LEADERS]    = {"市政府领导加权评估", ".leaders", JX__NODE_OP__NODE_SUM, leaders_build},
	[COMPONENT_BONUS]      = {"加分", "bonus.cap", JX__NODE_OP__NODE_CAP, bonus_build},
};
/* clang-format on */

void
total_build(struct tree *tree, const struct subject *subject)
{
	uint32_t root = tree_add(tree, 0,
	    &(struct tree_node){
		.op = JX__NODE_OP__NODE_SUM, .kind = "total", .code = "total", .name = "总分"});

	for (int i = 0; i < COMPONENT_COUNT && !tree->failed; i++) {
		const struct component_row *row = &rows[i];
		bool by_kind = row->clause[0] == '.';
		uint32_t at = tree_add(tree, root,
		    &(struct tree_node){
			.op = row->op,
			.kind = "component",
			.code = component_code((enum component)i),
			.name = row->name,
			.has_weight = by_kind,
			.weight = subject->rules->weights[i],
			.clause = by_kind ? tree_words(tree, "kinds.%s%s", kind_code(subject->kind),
						row->clause)
					  : row->clause,
		    });

		row->build(tree, at, subject);
	}
}
