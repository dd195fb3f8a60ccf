#include "scoring/award.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char composite_code[] = "composite";

size_t
award_count_max(const struct scheme *scheme)
{
	return scheme->county_award_count + scheme->single.award_count + 1;
}

uint64_t
award_quota(int64_t percent, size_t count)
{
	assert(percent >= 0);
	/* floor(percent/10000 * count + 1/2) */
	return ((uint64_t)percent * count * 2 + 10000) / 20000;
}

void
award_share_out(uint32_t places, const size_t *listed, size_t count, uint64_t *quotas)
{
	uint64_t all = 0, left = places;

	for (size_t i = 0; i < count; i++)
		all += listed[i];
	for (size_t i = 0; i < count; i++) {
		quotas[i] = all == 0 ? 0 : (uint64_t)places * listed[i] / all;
		left -= quotas[i];
	}
	if (all == 0)
		return;
	/* Fewer places are left than there are fields: each gets one more at most. */
	for (; left > 0; left--) {
		size_t best = count;
		uint64_t best_remainder = 0;

		for (size_t i = 0; i < count; i++) {
			uint64_t share = (uint64_t)places * listed[i];
			uint64_t remainder = share / all == quotas[i] ? share % all : 0;

			if (remainder > best_remainder) {
				best = i;
				best_remainder = remainder;
			}
		}
		assert(best < count);
		quotas[best]++;
	}
}

static bool
has_grade(const struct standing *standing, int least_grade)
{
	return least_grade < 0 || standing->grade <= (size_t)least_grade;
}

static void
give(const struct scheme *scheme, struct standing *standing, const char *code)
{
	assert(standing->award_count < award_count_max(scheme));
	standing->awards[standing->award_count++] = code;
}

static bool
holds(const struct standing *standing, const char *code)
{
	for (size_t i = 0; i < standing->award_count; i++)
		if (strcmp(standing->awards[i], code) == 0)
			return true;
	return false;
}

static void
assign_county(const struct scheme *scheme, struct standing **standings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct standing *one = standings[i];

		if (one->kind != KIND_COUNTY)
			continue;
		for (size_t j = 0; j < scheme->county_award_count; j++) {
			const struct scheme_county_award *award = &scheme->county_awards[j];

			if (one->rank_in_kind >= award->rank_first &&
			    one->rank_in_kind <= award->rank_last &&
			    has_grade(one, award->least_grade))
				give(scheme, one, award->code);
		}
	}
}

/* One class: standings are all of it, best first. */
static void
assign_composite(const struct scheme *scheme, struct standing **standings, size_t count)
{
	uint64_t quota = award_quota(scheme->composite.shares[standings[0]->class_index], count);
	const struct standing *before = NULL;
	uint64_t eligible = 0, rank = 0;

	for (size_t i = 0; i < count; i++) {
		struct standing *one = standings[i];

		if (!has_grade(one, scheme->composite.least_grade))
			continue;
		eligible++;
		if (before == NULL || standing_compare(scheme, before, one) != 0)
			rank = eligible;
		before = one;
		if (rank <= quota)
			give(scheme, one, composite_code);
	}
}

static void
assign_composites(const struct scheme *scheme, struct standing **standings, size_t count)
{
	size_t end;

	for (size_t first = 0; first < count; first = end) {
		end = first + 1;
		while (end < count && standings[end]->class_index == standings[first]->class_index)
			end++;
		if (scheme->composite.shares[standings[first]->class_index] > 0)
			assign_composite(scheme, standings + first, end - first);
	}
}

/* One who is in for a single award. */
struct candidate {
	struct standing *standing;
	mpq_t mixed; /* total and contribution together */
};

static int
compare_candidates(const void *left, const void *right)
{
	return mpq_cmp(
	    ((const struct candidate *)right)->mixed, ((const struct candidate *)left)->mixed);
}

static int
compare_codes(const void *left, const void *right)
{
	return strcmp((*(struct standing *const *)left)->unit->unit,
	    (*(struct standing *const *)right)->unit->unit);
}

static struct standing *
find(struct standing **by_code, size_t count, const char *unit)
{
	const struct standing wanted = {.unit = &(const Jx__Unit){.unit = (char *)unit}};
	const struct standing *key = &wanted;
	struct standing **found = bsearch(&key, by_code, count, sizeof *by_code, compare_codes);

	assert(found != NULL);
	return *found;
}

static void
mix(const struct scheme *scheme, struct candidate *candidate, int64_t contribution)
{
	mpq_t part;

	mpq_inits(candidate->mixed, part, NULL);
	standing_total(scheme, candidate->standing, candidate->mixed);
	exact_set(part, (struct ratio){scheme->single.mix_total, 10000});
	mpq_mul(candidate->mixed, candidate->mixed, part);
	exact_set(part, (struct ratio){scheme->single.mix_contribution * contribution, 1000000});
	mpq_add(candidate->mixed, candidate->mixed, part);
	mpq_clear(part);
}

/* The field's winners. candidates: room for all its rows; by_code: everyone, sorted by code. */
static void
assign_single(const struct scheme *scheme, const char *award, struct span listed, uint64_t quota,
    struct candidate *candidates, struct standing **by_code, size_t count)
{
	size_t candidate_count = 0;
	uint64_t rank = 0;

	for (size_t i = 0; i < listed.count; i++) {
		const Jx__Contribution *row = listed.rows[i];
		struct standing *one = find(by_code, count, row->unit);

		if (!has_grade(one, scheme->single.least_grade) || holds(one, composite_code))
			continue;
		candidates[candidate_count].standing = one;
		mix(scheme, &candidates[candidate_count++], row->contribution);
	}
	qsort(candidates, candidate_count, sizeof *candidates, compare_candidates);
	for (size_t i = 0; i < candidate_count; i++) {
		if (i == 0 || mpq_cmp(candidates[i - 1].mixed, candidates[i].mixed) != 0)
			rank = i + 1;
		if (rank <= quota)
			give(scheme, candidates[i].standing, award);
	}
	for (size_t i = 0; i < candidate_count; i++)
		mpq_clear(candidates[i].mixed);
}

static enum jx_err
assign_singles(const struct scheme *scheme, const struct lookup *lookup,
    struct standing **standings, size_t count, struct arena *arena)
{
	size_t award_count = scheme->single.award_count, listed_max = 0;
	struct span *listed = arena_alloc(arena, (award_count + 1) * sizeof *listed);
	size_t *counts = arena_alloc(arena, (award_count + 1) * sizeof *counts);
	uint64_t *quotas = arena_alloc(arena, (award_count + 1) * sizeof *quotas);
	struct standing **by_code = arena_alloc(arena, (count + 1) * sizeof *by_code);
	struct candidate *candidates;

	if (listed == NULL || counts == NULL || quotas == NULL || by_code == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < award_count; i++) {
		listed[i] =
		    lookup_rows(lookup, RECORD_CONTRIBUTIONS, scheme->single.awards[i].code);
		counts[i] = listed[i].count;
		quotas[i] = award_quota(scheme->single.share, counts[i]);
		if (counts[i] > listed_max)
			listed_max = counts[i];
	}
	if (scheme->single.by_places)
		award_share_out(scheme->single.places, counts, award_count, quotas);
	candidates = arena_alloc(arena, (listed_max + 1) * sizeof *candidates);
	if (candidates == NULL)
		return JX_E_MEMORY;
	memcpy(by_code, standings, count * sizeof *by_code);
	qsort(by_code, count, sizeof *by_code, compare_codes);
	for (size_t i = 0; i < award_count; i++)
		assign_single(scheme, scheme->single.awards[i].code, listed[i], quotas[i],
		    candidates, by_code, count);
	return JX_OK;
}

static int
compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

enum jx_err
award_assign(const struct scheme *scheme, const struct lookup *lookup, struct standing **standings,
    size_t count, struct arena *arena)
{
	enum jx_err err = JX_OK;

	assign_county(scheme, standings, count);
	if (scheme->composite.present)
		assign_composites(scheme, standings, count);
	if (scheme->single.present)
		err = assign_singles(scheme, lookup, standings, count, arena);
	for (size_t i = 0; i < count; i++)
		qsort(standings[i]->awards, standings[i]->award_count, sizeof *standings[i]->awards,
		    compare_texts);
	return err;
}
