/*
 * Draws of visits (R14): committed beforehand, revealed afterwards, reproducible
 * by anybody; every unit once before any twice; the seed gives nothing away.
 */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "deeds/sight.h"
#include "world.h"

/* Commitment and order worked out with another program (Python's hashlib). */
#define SEED "2010年踏查种子-7f3a91"
#define COMMITMENT "ebf671766d59eca63b80337c9589d443e6bc89f39fca8b3de5a47ca1d9d6beb4"

static struct world *w;

static void
office(void)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static void
set_up(void)
{
	w = world_new();
	office();
	cr_assert_eq(world_do(w, "phase.open", "value=visits"), JX_OK);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(draw, .init = set_up, .fini = tear_down);

static const char *
hash_of(const char *seed)
{
	uint8_t hash[32];
	char hex[65];

	crypto_hash_sha256(hash, (const uint8_t *)seed, strlen(seed));
	for (size_t i = 0; i < sizeof hash; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return arena_strdup(w->arena, hex);
}

static enum jx_err
commit(const char *draw, const char *commitment, const char *count)
{
	world_row(w, PAPER_DRAWS, arena_printf(w->arena, "draw=%s", draw), "state=committed",
	    arena_printf(w->arena, "commitment=%s", commitment), arena_printf(w->arena, "count=%s", count));
	return world_do(w, "draw.commit", NULL);
}

static enum jx_err
reveal(const char *draw, const char *seed)
{
	return world_do(w, "draw.reveal", arena_printf(w->arena, "object=%s", draw),
	    arena_printf(w->arena, "value=%s", seed));
}

static size_t
planned_count(void)
{
	const Jx__VisitPlan *visit;
	size_t cursor = 0, count = 0;

	while ((visit = (const Jx__VisitPlan *)book_next(w->book, PAPER_VISIT_PLANS, NULL, &cursor)) != NULL)
		count += deed_is(visit->state, "planned");
	return count;
}

static const char *
visit_state_of(const char *draw, const char *unit)
{
	return world_field(w, PAPER_VISIT_PLANS, "state", arena_printf(w->arena, "%s-%s", draw, unit));
}

Test(draw, is_what_another_program_works_out)
{
	static const char *const second[] = {"E2", "S1", "E1", "E3", "S3", "X1", "X2", "X3"};

	cr_assert_str_eq(hash_of(SEED), COMMITMENT);
	/* First two chosen visits: X3 and S2 wait behind all others. */
	cr_assert_eq(world_do(w, "visit.plan", "object=V1", "unit=X3", "reason=群众反映"), JX_OK);
	cr_assert_eq(world_do(w, "visit.plan", "object=V2", "unit=S2", "reason=群众反映"), JX_OK);
	cr_assert_eq(commit("D1", COMMITMENT, "8"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_DRAWS, "state", "D1"), "committed");
	cr_assert_str_eq(world_field(w, PAPER_DRAWS, "seed", "D1"), "");
	cr_assert_eq(reveal("D1", SEED), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_DRAWS, "state", "D1"), "revealed");
	cr_assert_str_eq(world_field(w, PAPER_DRAWS, "seed", "D1"), SEED);
	for (size_t i = 0; i < 8; i++)
		cr_assert_str_eq(visit_state_of("D1", second[i]), "planned", "%s", second[i]);
	cr_assert_str_eq(visit_state_of("D1", "S2"), "");
	cr_assert_str_eq(world_field(w, PAPER_VISIT_PLANS, "draw", "D1-X1"), "D1");
}

Test(draw, dropped_visits_do_not_count)
{
	static const char *const first[] = {"X3", "E2", "S1"};

	cr_assert_eq(world_do(w, "visit.plan", "object=V1", "unit=X3", "reason=群众反映"), JX_OK);
	cr_assert_eq(world_do(w, "visit.drop", "object=V1", "reason=洪水"), JX_OK);
	cr_assert_eq(commit("D1", COMMITMENT, "3"), JX_OK);
	cr_assert_eq(reveal("D1", SEED), JX_OK);
	for (size_t i = 0; i < 3; i++)
		cr_assert_str_eq(visit_state_of("D1", first[i]), "planned", "%s", first[i]);
	cr_assert_eq(planned_count(), 3u);
}

/* Own reckoning: the smallest ticket not yet taken, again and again, the unvisited first. */
static const char *
next_unit(const char *seed, const char *const *visited, size_t visited_count, const char *const *taken, size_t taken_count)
{
	const char *best = NULL;
	uint8_t best_hash[32];
	bool best_visited = false;
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(w->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		uint8_t text[256], hash[32];
		size_t size = strlen(seed);
		bool is_visited = false, is_taken = false, is_better;

		memcpy(text, seed, size);
		text[size++] = 0;
		memcpy(text + size, unit->unit, strlen(unit->unit));
		crypto_hash_sha256(hash, text, size + strlen(unit->unit));
		for (size_t i = 0; i < visited_count; i++)
			is_visited = is_visited || strcmp(visited[i], unit->unit) == 0;
		for (size_t i = 0; i < taken_count; i++)
			is_taken = is_taken || strcmp(taken[i], unit->unit) == 0;
		if (is_taken)
			continue;
		is_better = best == NULL || (is_visited == best_visited ? memcmp(hash, best_hash, 32) < 0 : best_visited);
		if (is_better) {
			best = unit->unit;
			best_visited = is_visited;
			memcpy(best_hash, hash, sizeof hash);
		}
	}
	return best;
}

/* 3 draws of 4 over 9 units: whatever the seed, each unit has one visit before any has two. */
Test(draw, every_unit_once_before_any_twice)
{
	for (int round = 0; round < 40; round++) {
		const char *visited[16];
		size_t visited_count = 0;

		tear_down();
		set_up();
		for (int draw = 0; draw < 3; draw++) {
			const char *seed = arena_printf(w->arena, "种子 %d.%d", round, draw);
			const char *code = arena_printf(w->arena, "D%d", draw), *taken[4];

			cr_assert_eq(commit(code, hash_of(seed), "4"), JX_OK);
			cr_assert_eq(reveal(code, seed), JX_OK);
			for (size_t i = 0; i < 4; i++) {
				taken[i] = next_unit(seed, visited, visited_count, taken, i);
				cr_assert_str_eq(visit_state_of(code, taken[i]), "planned", "round %d, %s-%s", round, code, taken[i]);
			}
			cr_assert_eq(planned_count(), (size_t)(draw + 1) * 4);
			for (size_t i = 0; i < 4; i++)
				visited[visited_count++] = taken[i];
		}
		for (size_t i = 0; i < 9; i++)
			for (size_t j = 0; j < i; j++)
				cr_assert_str_neq(visited[i], visited[j]);
	}
}

Test(draw, refuses_what_is_no_commitment)
{
	cr_assert_eq(commit("D1", "abc", "1"), JX_E_FAULTS);
	cr_assert_eq(commit("D1", "EBF671766d59eca63b80337c9589d443e6bc89f39fca8b3de5a47ca1d9d6beb4", "1"), JX_E_FAULTS);
	cr_assert_eq(commit("D1", COMMITMENT, "0"), JX_E_FAULTS);
	cr_assert_eq(commit("D1", COMMITMENT, "10"), JX_E_FAULTS, "nine units");
	world_row(w, PAPER_DRAWS, "draw=D1", "state=committed", "commitment=" COMMITMENT, "count=1", "seed=" SEED);
	cr_assert_eq(world_do(w, "draw.commit", NULL), JX_E_FAULTS, "the seed stays secret");
	world_row(w, PAPER_DRAWS, "draw=D1", "state=committed", "commitment=" COMMITMENT, "count=1");
	world_row(w, PAPER_DRAWS, "draw=D2", "state=committed", "commitment=" COMMITMENT, "count=1");
	cr_assert_eq(world_do(w, "draw.commit", NULL), JX_E_RULE);
	cr_assert_eq(commit("D123456789012345678901234567890123456789012345678901234567890123", COMMITMENT, "1"), JX_E_FAULTS,
	    "its visits' codes would be too long");
	cr_assert_eq(world_do(w, "visit.plan", "object=D1-x", "unit=X3", "reason=x"), JX_OK);
	cr_assert_eq(commit("D1", COMMITMENT, "1"), JX_E_FAULTS, "D1-… is in use");
	cr_assert_eq(commit("D2", COMMITMENT, "9"), JX_OK);
	cr_assert_eq(commit("D2", hash_of("x"), "1"), JX_E_LIFE, "a commitment stands");
	cr_assert_eq(commit("D3", COMMITMENT, "1"), JX_E_FAULTS, "the seed is used");
	cr_assert_eq(commit("D2-1", hash_of("x"), "1"), JX_E_FAULTS, "codes would run together");
	cr_assert_eq(world_do(w, "visit.plan", "object=D2-X1", "unit=X1", "reason=x"), JX_E_RULE, "the draw's code");
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_assert_eq(commit("D4", hash_of("y"), "1"), JX_E_DENIED);
}

Test(draw, refuses_another_seed)
{
	const char *seed = "a/b";

	cr_assert_eq(reveal("D1", SEED), JX_E_LIFE, "nothing is committed");
	cr_assert_eq(commit("D1", COMMITMENT, "2"), JX_OK);
	cr_assert_eq(reveal("D1", SEED " "), JX_E_RULE);
	cr_assert_eq(planned_count(), 0u);
	cr_assert_eq(reveal("D1", SEED), JX_OK);
	cr_assert_eq(reveal("D1", SEED), JX_E_LIFE, "once");
	cr_assert_eq(commit("D2", hash_of(seed), "2"), JX_OK);
	cr_assert_eq(reveal("D2", seed), JX_E_RULE, "no code");
	cr_assert_eq(world_do(w, "phase.close", "value=visits"), JX_OK);
	cr_assert_eq(reveal("D2", seed), JX_E_PHASE);
}

/* A unit that knew the seed would know that it was drawn (R14: hidden until arrival). */
Test(draw, seed_is_hidden_from_units_until_the_last_arrival)
{
	const ProtobufCMessage *draw;

	cr_assert_eq(commit("D1", COMMITMENT, "2"), JX_OK);
	world_as(w, ROLE_CLERK, "clerk", "X3", "");
	cr_assert_eq(world_view(w, "draw.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "draw=D1", "state=committed", "commitment=" COMMITMENT, "count=2", "seed="));
	office();
	cr_assert_eq(reveal("D1", SEED), JX_OK);
	cr_assert_eq(world_view(w, "draw.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "draw=D1", "state=revealed", "seed=" SEED, "units=E2 X3"));
	cr_assert_eq(world_do(w, "visit.arrive", "object=D1-X3"), JX_OK);
	world_as(w, ROLE_CLERK, "clerk", "X3", "");
	cr_assert_eq(world_view(w, "draw.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "draw=D1", "seed=", "units=X3"), "the unit knows of itself only");
	draw = book_get(w->book, PAPER_DRAWS, "D1");
	cr_assert(!sight_may(w->book, &w->actor, PAPER_DRAWS, draw));
	office();
	cr_assert_eq(world_do(w, "visit.replace", "object=D1-E2", "unit=E1", "reason=洪水"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "E2", "");
	cr_assert_eq(world_view(w, "draw.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "draw=D1", "seed=" SEED), "now anybody can check the draw");
	draw = book_get(w->book, PAPER_DRAWS, "D1");
	cr_assert(sight_may(w->book, &w->actor, PAPER_DRAWS, draw));
}
