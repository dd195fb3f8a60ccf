#include "scoring/scoring.h"

#include <assert.h>
#include <string.h>

#include "scoring/award.h"
#include "scoring/total.h"
#include "wire/text.h"

/*
 * RECORD_COUNT_MAX rows need 16 MB of pointers; the rest is figures and holes,
 * some kilobytes a unit. One unit's tree needs at most a few hundred bytes a
 * ballot, if all of them are its own and no two alike.
 */
static const size_t score_size_max = (size_t)1 << 30;

struct score {
	struct arena *arena;
	const struct scheme *scheme; /* borrowed */
	struct lookup *lookup;
	struct standing **standings; /* in the order of the results */
	size_t count;
	size_t figures_ready; /* standings whose fractions must be cleared */
	Jx__UnitResult **units;
	Jx__Hole **holes;
	size_t hole_count;
};

static struct subject
subject_of(const struct score *score, const struct standing *standing)
{
	return (struct subject){
	    .scheme = score->scheme,
	    .lookup = score->lookup,
	    .unit = standing->unit,
	    .kind = standing->kind,
	    .rules = &score->scheme->kinds[standing->kind],
	};
}

/* Reads figures and holes off a tree that is evaluated. */
static enum jx_err
take_figures(struct score *score, struct standing *standing, const struct tree *tree)
{
	size_t component = 0;

	mpq_set(standing->exact[STANDING_TOTAL], tree->values[0]);
	for (uint32_t i = 1; i < tree->count; i++) {
		if (tree->nodes[i].parent == 0)
			mpq_set(standing->exact[component++], tree->values[i]);
		if (tree->nodes[i].missing != NULL)
			standing->missing_count++;
	}
	assert(component == COMPONENT_COUNT);
	standing->missing =
	    arena_alloc(score->arena, (standing->missing_count + 1) * sizeof *standing->missing);
	if (standing->missing == NULL)
		return JX_E_MEMORY;
	for (uint32_t i = 1, hole = 0; i < tree->count; i++) {
		if (tree->nodes[i].missing == NULL)
			continue;
		standing->missing[hole] = arena_strdup(score->arena, tree->nodes[i].missing);
		if (standing->missing[hole++] == NULL)
			return JX_E_MEMORY;
	}
	return JX_OK;
}

static enum jx_err
compute_unit(struct score *score, struct standing *standing)
{
	struct subject subject = subject_of(score, standing);
	struct arena *scratch = arena_new(score_size_max);
	enum jx_err err = JX_E_MEMORY;
	struct tree tree;

	tree_init(&tree, scratch, false);
	if (scratch == NULL)
		return JX_E_MEMORY;
	total_build(&tree, &subject);
	if (!tree.failed)
		tree_evaluate(&tree);
	if (!tree.failed)
		err = take_figures(score, standing, &tree);
	tree_clear(&tree);
	arena_free(scratch);
	if (err == JX_OK)
		standing_grade(score->scheme, standing);
	return err;
}

static bool
is_vetoed(const struct score *score, const char *unit)
{
	struct span vetoes = lookup_rows(score->lookup, RECORD_VETOES, unit);

	for (size_t i = 0; i < vetoes.count; i++)
		if (strcmp(((const Jx__Veto *)vetoes.rows[i])->status, "confirmed") == 0)
			return true;
	return false;
}

/* Everything about a unit but its figures. */
static struct standing *
start_unit(struct score *score, const Jx__Unit *unit)
{
	struct standing *standing = arena_alloc(score->arena, sizeof *standing);
	int class_index = scheme_class_find(score->scheme, unit->class_);

	assert(class_index >= 0);
	if (standing == NULL)
		return NULL;
	standing->unit = unit;
	standing->class_index = (size_t)class_index;
	standing->kind = score->scheme->classes[class_index].kind;
	standing->vetoed = is_vetoed(score, unit->unit);
	standing->awards =
	    arena_alloc(score->arena, award_count_max(score->scheme) * sizeof *standing->awards);
	return standing->awards == NULL ? NULL : standing;
}

static enum jx_err
compute_units(
    struct score *score, const Jx__Records *records, score_progress_fn progress, void *arg)
{
	score->count = records->n_units;
	score->standings = arena_alloc(score->arena, (score->count + 1) * sizeof *score->standings);
	if (score->standings == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < score->count; i++) {
		struct standing *standing = start_unit(score, records->units[i]);
		enum jx_err err;

		if (standing == NULL)
			return JX_E_MEMORY;
		score->standings[i] = standing;
		for (int figure = 0; figure < STANDING_FIGURE_COUNT; figure++)
			mpq_init(standing->exact[figure]);
		score->figures_ready++;
		err = compute_unit(score, standing);
		if (err != JX_OK)
			return err;
		if (progress != NULL && !progress(arg, i + 1, score->count))
			return JX_E_CANCELLED;
	}
	return JX_OK;
}

static Jx__Component *
report_component(const struct score *score, const struct standing *standing, int figure)
{
	Jx__Component *component = arena_alloc(score->arena, sizeof *component);

	if (component == NULL)
		return NULL;
	jx__component__init(component);
	component->component = (char *)component_code((enum component)figure);
	component->published =
	    exact_published_text(score->arena, standing->published[figure], score->scheme->digits);
	component->exact = exact_text(score->arena, standing->exact[figure]);
	return component->published == NULL || component->exact == NULL ? NULL : component;
}

static Jx__UnitResult *
report_unit(const struct score *score, const struct standing *standing)
{
	const struct scheme *scheme = score->scheme;
	Jx__UnitResult *unit = arena_alloc(score->arena, sizeof *unit);

	if (unit == NULL)
		return NULL;
	jx__unit_result__init(unit);
	unit->unit = standing->unit->unit;
	unit->name = standing->unit->name;
	unit->class_ = standing->unit->class_;
	unit->total =
	    exact_published_text(score->arena, standing->published[STANDING_TOTAL], scheme->digits);
	unit->exact = exact_text(score->arena, standing->exact[STANDING_TOTAL]);
	unit->grade = (char *)scheme->grades[standing->grade].code;
	unit->grade_before_veto = (char *)scheme->grades[standing->grade_before_veto].code;
	unit->has_rank = unit->has_rank_in_kind = unit->has_vetoed = true;
	unit->rank = standing->rank;
	unit->rank_in_kind = standing->rank_in_kind;
	unit->vetoed = standing->vetoed;
	unit->awards = (char **)standing->awards;
	unit->n_awards = standing->award_count;
	unit->n_components = COMPONENT_COUNT;
	unit->components = arena_alloc(score->arena, COMPONENT_COUNT * sizeof *unit->components);
	if (unit->total == NULL || unit->exact == NULL || unit->components == NULL)
		return NULL;
	for (int i = 0; i < COMPONENT_COUNT; i++) {
		unit->components[i] = report_component(score, standing, i);
		if (unit->components[i] == NULL)
			return NULL;
	}
	return unit;
}

static enum jx_err
report_holes(struct score *score)
{
	size_t count = 0;

	for (size_t i = 0; i < score->count; i++)
		count += score->standings[i]->missing_count;
	score->holes = arena_alloc(score->arena, (count + 1) * sizeof *score->holes);
	if (score->holes == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < score->count; i++) {
		const struct standing *standing = score->standings[i];

		for (size_t j = 0; j < standing->missing_count; j++) {
			Jx__Hole *hole = arena_alloc(score->arena, sizeof *hole);

			if (hole == NULL)
				return JX_E_MEMORY;
			jx__hole__init(hole);
			hole->unit = standing->unit->unit;
			hole->missing = (char *)standing->missing[j];
			score->holes[score->hole_count++] = hole;
		}
	}
	return JX_OK;
}

static enum jx_err
report(struct score *score)
{
	score->units = arena_alloc(score->arena, (score->count + 1) * sizeof *score->units);
	if (score->units == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < score->count; i++) {
		score->units[i] = report_unit(score, score->standings[i]);
		if (score->units[i] == NULL)
			return JX_E_MEMORY;
	}
	return report_holes(score);
}

enum jx_err
score_compute(const struct scheme *scheme, const Jx__Records *records, score_progress_fn progress,
    void *arg, struct score **out)
{
	struct arena *arena = arena_new(score_size_max);
	struct score *score = arena == NULL ? NULL : arena_alloc(arena, sizeof *score);
	enum jx_err err;

	if (score == NULL) {
		arena_free(arena);
		return JX_E_MEMORY;
	}
	score->arena = arena;
	score->scheme = scheme;
	score->lookup = lookup_new(arena, scheme, records);
	err = score->lookup == NULL ? JX_E_MEMORY : compute_units(score, records, progress, arg);
	if (err == JX_OK) {
		standing_rank(scheme, score->standings, score->count);
		err = award_assign(scheme, score->lookup, score->standings, score->count, arena);
	}
	if (err == JX_OK)
		err = report(score);
	if (err != JX_OK) {
		score_free(score);
		return err;
	}
	*out = score;
	return JX_OK;
}

void
score_free(struct score *score)
{
	if (score == NULL)
		return;
	for (size_t i = 0; i < score->figures_ready; i++)
		for (int figure = 0; figure < STANDING_FIGURE_COUNT; figure++)
			mpq_clear(score->standings[i]->exact[figure]);
	arena_free(score->arena);
}

size_t
score_unit_count(const struct score *score)
{
	return score->count;
}

const Jx__UnitResult *
score_unit(const struct score *score, size_t index)
{
	assert(index < score->count);
	return score->units[index];
}

size_t
score_hole_count(const struct score *score)
{
	return score->hole_count;
}

const Jx__Hole *
score_hole(const struct score *score, size_t index)
{
	assert(index < score->hole_count);
	return score->holes[index];
}

/* The number of a node as text, or NULL where result.proto leaves it out. false: memory out. */
static bool
explain_number(struct arena *arena, const struct tree_node *node, Jx__Node *out)
{
	char **field = node->op == JX__NODE_OP__NODE_CAP ? &out->cap : &out->factor;
	mpq_t number;

	if (node->op == JX__NODE_OP__NODE_INPUT ||
	    (node->op != JX__NODE_OP__NODE_CAP && node->number.num == node->number.den))
		return true;
	mpq_init(number);
	exact_set(number, node->number);
	*field = exact_text(arena, number);
	mpq_clear(number);
	return *field != NULL;
}

static Jx__Node *
explain_node(const struct score *score, const struct tree *tree, uint32_t index)
{
	const struct tree_node *node = &tree->nodes[index];
	Jx__Node *out = arena_alloc(tree->arena, sizeof *out);
	char buffer[TEXT_DECIMAL_SIZE];

	if (out == NULL)
		return NULL;
	jx__node__init(out);
	out->has_node = out->has_op = true;
	out->node = index;
	out->op = node->op;
	out->has_parent = index > 0;
	out->parent = index > 0 ? node->parent : 0;
	out->has_count = node->count > 1;
	out->count = node->count;
	out->has_hole = out->hole = node->hole;
	out->kind = (char *)node->kind;
	out->code = (char *)node->code;
	out->name = (char *)node->name;
	out->given = (char *)node->given;
	out->clause = (char *)node->clause;
	out->clause_line =
	    node->clause == NULL ? 0 : scheme_clause_line(score->scheme, node->clause);
	out->has_clause_line = out->clause_line > 0;
	if (node->has_weight) {
		out->weight = arena_strdup(tree->arena, text_decimal(node->weight, buffer));
		if (out->weight == NULL)
			return NULL;
	}
	out->value = exact_text(tree->arena, tree->values[index]);
	if (out->value == NULL || !explain_number(tree->arena, node, out))
		return NULL;
	return out;
}

/* The total and its nine components, the only nodes whose figures are published. */
static bool
explain_published(const struct score *score, const struct standing *standing,
    const Jx__Explanation *explanation, struct arena *arena)
{
	int component = 0;

	for (size_t i = 0; i < explanation->n_nodes; i++) {
		Jx__Node *node = explanation->nodes[i];
		int figure;

		if (i > 0 && node->parent != 0)
			continue;
		figure = i == 0 ? STANDING_TOTAL : component++;
		node->published =
		    exact_published_text(arena, standing->published[figure], score->scheme->digits);
		if (node->published == NULL)
			return false;
	}
	return true;
}

Jx__Explanation *
score_explain(const struct score *score, size_t index, struct arena *arena)
{
	const struct standing *standing;
	struct subject subject;
	Jx__Explanation *explanation = arena_alloc(arena, sizeof *explanation);
	bool is_whole = false;
	struct tree tree;

	assert(index < score->count);
	standing = score->standings[index];
	subject = subject_of(score, standing);
	if (explanation == NULL)
		return NULL;
	jx__explanation__init(explanation);
	explanation->unit = standing->unit->unit;
	tree_init(&tree, arena, true);
	total_build(&tree, &subject);
	if (!tree.failed)
		tree_evaluate(&tree);
	if (!tree.failed)
		explanation->nodes = arena_alloc(arena, tree.count * sizeof *explanation->nodes);
	if (explanation->nodes != NULL) {
		assert(mpq_equal(tree.values[0], standing->exact[STANDING_TOTAL]));
		is_whole = true;
		for (uint32_t i = 0; i < tree.count && is_whole; i++) {
			explanation->nodes[i] = explain_node(score, &tree, i);
			is_whole = explanation->nodes[i] != NULL;
		}
		explanation->n_nodes = tree.count;
	}
	tree_clear(&tree);
	if (!is_whole || !explain_published(score, standing, explanation, arena))
		return NULL;
	return explanation;
}
