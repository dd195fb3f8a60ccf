/* The corners of the calculation that stand alone; all else: tests/golden. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "scoring/award.h"
#include "scoring/exact.h"
#include "scoring/result_json.h"
#include "scoring/scoring.h"
#include "scoring/tree.h"

enum { ARENA_SIZE = 1 << 20 };

/* R31: published figures are rounded once. */
Test(scoring, rounds_half_up_once)
{
	static const struct {
		struct ratio value;
		unsigned digits;
		const char *text;
	} vectors[] = {
	    {{0, 1}, 2, "0.00"},
	    {{0, 1}, 0, "0"},
	    {{5, 1000}, 2, "0.01"},
	    {{4999, 1000000}, 2, "0.00"},
	    {{2475, 1000}, 2, "2.48"},
	    {{2465, 1000}, 2, "2.47"},
	    {{89995, 1000}, 2, "90.00"},
	    {{899949999, 10000000}, 2, "89.99"},
	    {{1, 2}, 0, "1"},
	    {{149, 100}, 0, "1"},
	    {{2, 3}, 4, "0.6667"},
	    {{1, 3}, 1, "0.3"},
	    {{103, 1}, 4, "103.0000"},
	    {{1, 20000}, 4, "0.0001"},
	    {{99999, 1000}, 1, "100.0"},
	};
	struct arena *arena = arena_new(ARENA_SIZE);
	mpq_t value;

	mpq_init(value);
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		int64_t published;
		const char *text;

		exact_set(value, vectors[i].value);
		published = exact_published(value, vectors[i].digits);
		text = exact_published_text(arena, published, vectors[i].digits);
		cr_assert(strcmp(text, vectors[i].text) == 0, "vector %zu gave %s, not %s", i, text,
		    vectors[i].text);
	}
	mpq_clear(value);
	arena_free(arena);
}

Test(scoring, exact_fractions_are_reduced)
{
	static const struct {
		struct ratio value;
		const char *text;
	} vectors[] = {{{0, 7}, "0"}, {{14, 7}, "2"}, {{6, 4}, "3/2"}, {{9300, 100}, "93"}};
	struct arena *arena = arena_new(ARENA_SIZE);
	mpq_t value;

	mpq_init(value);
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		exact_set(value, vectors[i].value);
		cr_assert(eq(str, exact_text(arena, value), (char *)vectors[i].text));
	}
	mpq_clear(value);
	arena_free(arena);
}

/* R37: 21 places over 7 fields. */
Test(scoring, places_go_by_largest_remainder_and_the_first_field_wins_a_tie)
{
	static const struct {
		uint32_t places;
		size_t listed[4];
		uint64_t quotas[4];
	} vectors[] = {
	    {21, {8, 7, 6, 5}, {6, 6, 5, 4}}, /* 6.46 5.65 4.85 4.04 */
	    {21, {8, 7, 6, 0}, {8, 7, 6, 0}},
	    {7, {0, 0, 0, 0}, {0, 0, 0, 0}},
	    {3, {5, 5, 5, 5}, {1, 1, 1, 0}},
	    {2, {1, 1, 2, 0}, {1, 0, 1, 0}},
	    {1, {1, 3, 3, 0}, {0, 1, 0, 0}},
	    {0, {1, 2, 3, 4}, {0, 0, 0, 0}},
	    {9, {1, 0, 0, 0}, {9, 0, 0, 0}},
	    {4294967295u, {1, 1, 0, 0}, {2147483648u, 2147483647u, 0, 0}},
	};

	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		uint64_t quotas[4] = {77, 77, 77, 77};

		award_share_out(vectors[i].places, vectors[i].listed, 4, quotas);
		cr_assert_arr_eq(quotas, vectors[i].quotas, sizeof quotas, "vector %zu", i);
	}
}

/* R37: 40/20/20 percent of a class. */
Test(scoring, a_share_of_a_class_is_rounded_half_up)
{
	static const struct {
		int64_t percent;
		size_t count;
		uint64_t quota;
	} vectors[] = {
	    {4000, 15, 6}, /* 6 */
	    {2000, 12, 2}, /* 2.4 */
	    {2000, 13, 3}, /* 2.6 */
	    {5000, 1, 1},  /* 0.5 */
	    {1250, 4, 1},  /* 0.5 */
	    {1249, 4, 0},  /* 0.4996 */
	    {10000, 9, 9},
	    {0, 100, 0},
	    {4000, 0, 0},
	};

	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		cr_assert_eq(award_quota(vectors[i].percent, vectors[i].count), vectors[i].quota,
		    "vector %zu", i);
}

/* total = 3/2 x (min(4, 2 + 3) + mean of 1, 1, 4 + an empty mean + a hole) */
Test(scoring, a_tree_is_worth_what_its_leaves_give)
{
	struct arena *arena = arena_new(ARENA_SIZE);
	struct tree_node node = {.kind = "item", .code = "x", .name = "x"};
	struct tree tree;
	uint32_t cap, mean;

	tree_init(&tree, arena, true);
	node.op = JX__NODE_OP__NODE_SUM;
	node.number = (struct ratio){3, 2};
	tree_add(&tree, 0, &node);
	node.op = JX__NODE_OP__NODE_CAP;
	node.number = (struct ratio){4, 1};
	cap = tree_add(&tree, 0, &node);
	tree_add_points(&tree, cap, &node, 200);
	tree_add_points(&tree, cap, &node, 300);
	node.op = JX__NODE_OP__NODE_MEAN;
	node.number = (struct ratio){0, 0};
	mean = tree_add(&tree, 0, &node);
	node.count = 2;
	tree_add_points(&tree, mean, &node, 100);
	node.count = 0;
	tree_add_points(&tree, mean, &node, 400);
	tree_add(&tree, 0, &node);
	tree_add_hole(&tree, 0, &node);
	tree_evaluate(&tree);
	cr_assert_not(tree.failed);
	cr_assert(eq(str, exact_text(arena, tree.values[0]), "9"));
	cr_assert(eq(str, (char *)tree.nodes[cap + 1].given, "2"));
	tree_clear(&tree);
	arena_free(arena);
}

/* When memory runs out in the middle, the tree says so instead of being wrong. */
Test(scoring, a_tree_without_room_says_that_it_failed)
{
	struct arena *arena = arena_new(8 << 10);
	struct tree_node node = {.kind = "item", .code = "x", .name = "x"};
	struct tree tree;

	tree_init(&tree, arena, false);
	for (int i = 0; i < 100000 && !tree.failed; i++)
		tree_add_points(&tree, tree_add(&tree, 0, &node), &node, 100);
	cr_assert(tree.failed);
	tree_clear(&tree);
	arena_free(arena);
}

/* A peer's explanation whose nodes name parents that are not there gives no JSON, and no crash. */
Test(scoring, an_explanation_with_an_orphan_is_refused)
{
	Jx__Explanation explanation = JX__EXPLANATION__INIT;
	Jx__Node root = JX__NODE__INIT, orphan = JX__NODE__INIT;
	Jx__Node *nodes[] = {&root, &orphan};
	json_t *json;

	explanation.unit = (char *)"X001";
	explanation.n_nodes = 2;
	explanation.nodes = nodes;
	orphan.has_parent = true;
	orphan.parent = 1;
	cr_assert_null(explanation_json(&explanation));
	orphan.parent = 4294967295u;
	cr_assert_null(explanation_json(&explanation));
	orphan.parent = 0;
	json = explanation_json(&explanation);
	cr_assert_not_null(json);
	json_decref(json);
}

static bool
stop_at_once(void *arg, size_t done, size_t total)
{
	*(size_t *)arg += done + total;
	return false;
}

/* Two units that nobody has marked, under a scheme that asks for next to nothing. */
Test(scoring, a_run_can_be_cancelled_between_two_units)
{
	struct scheme_class class = {"dept", "部门", KIND_DEPARTMENT};
	struct scheme_grade grade = {"good", "良好", 0};
	struct scheme scheme = {
	    .city = "220700",
	    .classes = &class,
	    .class_count = 1,
	    .grades = &grade,
	    .grade_count = 1,
	    .kinds[KIND_DEPARTMENT] = {.present = true, .key_points = 10000},
	};
	Jx__Unit a = JX__UNIT__INIT, b = JX__UNIT__INIT;
	Jx__Unit *units[] = {&a, &b};
	Jx__Records records = JX__RECORDS__INIT;
	struct score *score = NULL;
	size_t calls = 0;

	a.unit = a.name = (char *)"A";
	b.unit = b.name = (char *)"B";
	a.class_ = b.class_ = (char *)"dept";
	records.units = units;
	records.n_units = 2;
	cr_assert_eq(
	    score_compute(&scheme, &records, stop_at_once, &calls, &score), JX_E_CANCELLED);
	cr_assert_eq(calls, 3u, "asked once, after one unit of two");
	cr_assert_null(score, "*out must stay untouched on failure");
	cr_assert_eq(score_compute(&scheme, &records, NULL, NULL, &score), JX_OK);
	cr_assert_eq(score_hole_count(score), 2u);
	cr_assert(eq(str, score_hole(score, 1)->missing, "goals"));
	cr_assert_eq(score_unit(score, 1)->rank, 1u, "equal units share a rank");
	score_free(score);
}
