/* Departments: composite and single awards are both races for a quota (R37). */
#include <stdlib.h>
#include <string.h>

#include "deeds/prize_inside.h"
#include "scoring/award.h"
#include "scoring/figure.h"
#include "wire/text.h"


struct runner {
	struct prize_unit *unit;
	const char *mix; /* single awards; NULL: by the rank within the class */
};

static int
compare_runners(const void *left, const void *right)
{
	const struct runner *l = left, *r = right;
	uint32_t a = l->unit->unit->rank, b = r->unit->unit->rank;

	if (l->mix != NULL)
		return figure_compare(r->mix, l->mix);
	return (a > b) - (a < b);
}

static int
compare_runners_by_code(const void *left, const void *right)
{
	int order = compare_runners(left, right);

	return order != 0 ? order
			  : strcmp(((const struct runner *)left)->unit->unit->unit,
				((const struct runner *)right)->unit->unit->unit);
}

/* How many of the sorted runners come within the quota, those that tie with the last of them too. */
static size_t
count_within(const struct runner *runners, size_t count, size_t quota)
{
	size_t held = count < quota ? count : quota;

	while (held > 0 && held < count && compare_runners(&runners[held - 1], &runners[held]) == 0)
		held++;
	return held;
}

static void
settle_few(struct prize *prize, const char *code, const char *award, struct runner *others, size_t count, size_t held,
    size_t quota)
{
	struct arena *arena = prize->input.arena;
	struct prize_unit **who = prize_alloc(prize, (count + 1) * sizeof *who);
	size_t filled;
	const char *choice;

	if (who == NULL || count == 0)
		return;
	qsort(others, count, sizeof *others, compare_runners_by_code);
	filled = count_within(others, count, quota - held);
	for (size_t i = 0; i < filled; i++)
		who[i] = others[i].unit;
	choice = prize_raise(prize,
	    (struct prize_request){.kind = PRIZE_FEW,
		.code = arena_printf(arena, "few:%s", code),
		.question = prize_printf(prize, "%s(%s)：名额 %zu 个，符合条件的只有 %zu 个", "%s (%s): %zu places, %zu eligible",
		    prize_award_name(prize_scheme(prize), award), code, quota, held),
		.usual = "fewer",
		.who = who,
		.who_count = filled,
		.places = quota - held});
	for (size_t i = 0; i < filled && strcmp(choice, "fill") == 0; i++)
		prize_give(who[i], award);
}

/* others: who would be next if the grade did not matter. */
static void
race(struct prize *prize, const char *code, const char *award, struct runner *runners, size_t count,
    struct runner *others, size_t other_count, size_t quota)
{
	struct prize_unit **holders = prize_alloc(prize, (count + 1) * sizeof *holders);
	size_t held, tied = 0;

	if (holders == NULL || quota == 0)
		return;
	qsort(runners, count, sizeof *runners, compare_runners_by_code);
	held = count_within(runners, count, quota);
	for (size_t i = 0; i < held; i++)
		holders[i] = runners[i].unit;
	while (tied < held && compare_runners(&runners[held - 1 - tied], &runners[held - 1]) == 0)
		tied++;
	if (held > quota)
		prize_settle_tie(prize, code, award, holders, &held, tied, quota);
	for (size_t i = 0; i < held; i++)
		prize_give(holders[i], award);
	if (held < quota)
		settle_few(prize, code, award, others, other_count, held, quota);
}

static void
count_composites(struct prize *prize)
{
	const struct scheme *scheme = prize_scheme(prize);
	struct arena *arena = prize->input.arena;
	struct runner *runners = prize_alloc(prize, (prize->unit_count + 1) * sizeof *runners);
	struct runner *others = prize_alloc(prize, (prize->unit_count + 1) * sizeof *others);

	if (runners == NULL || others == NULL || !scheme->composite.present)
		return;
	for (size_t c = 0; c < scheme->class_count; c++) {
		size_t count = 0, other_count = 0;

		if (scheme->composite.shares[c] == 0)
			continue;
		for (size_t i = 0; i < prize->unit_count; i++) {
			struct runner runner = {.unit = &prize->units[i]};

			if (runner.unit->class_index != c)
				continue;
			if (prize_has_grade(runner.unit, scheme->composite.least_grade))
				runners[count++] = runner;
			else
				others[other_count++] = runner;
		}
		race(prize, arena_printf(arena, "%s:%s", PRIZE_COMPOSITE, scheme->classes[c].code), PRIZE_COMPOSITE, runners,
		    count, others, other_count, award_quota(scheme->composite.shares[c], count + other_count));
	}
}

static struct prize_unit *
unit_find(const struct prize *prize, const char *unit)
{
	for (size_t i = 0; i < prize->unit_count; i++)
		if (deed_is(prize->units[i].unit->unit, unit))
			return &prize->units[i];
	return NULL;
}

static void
count_single(struct prize *prize, const char *award, uint64_t quota)
{
	const struct scheme *scheme = prize_scheme(prize);
	struct arena *arena = prize->input.arena;
	size_t size = (prize->unit_count + 1) * sizeof(struct runner), count = 0, other_count = 0, cursor = 0;
	struct runner *runners = prize_alloc(prize, size), *others = prize_alloc(prize, size);
	const Jx__Contribution *row;

	if (runners == NULL || others == NULL)
		return;
	while ((row = (const Jx__Contribution *)book_next(
		    prize->input.book, RECORD_CONTRIBUTIONS, award, &cursor)) != NULL) {
		struct runner runner = {.unit = unit_find(prize, row->unit)};
		char contribution[TEXT_DECIMAL_SIZE];
		const char *total;

		if (runner.unit == NULL || prize_holds(runner.unit, PRIZE_COMPOSITE))
			continue;
		total = scheme->compare == COMPARE_EXACT ? runner.unit->unit->exact : runner.unit->unit->total;
		runner.mix = figure_add(arena, "0", total, scheme->single.mix_total, 10000);
		runner.mix = figure_add(arena, runner.mix, text_decimal(row->contribution, contribution),
		    scheme->single.mix_contribution, 10000);
		if (runner.mix == NULL) {
			prize->failed = true;
			return;
		}
		if (prize_has_grade(runner.unit, scheme->single.least_grade))
			runners[count++] = runner;
		else
			others[other_count++] = runner;
	}
	race(prize, award, award, runners, count, others, other_count, quota);
}

static void
count_singles(struct prize *prize)
{
	const struct scheme *scheme = prize_scheme(prize);
	size_t award_count = scheme->single.present ? scheme->single.award_count : 0;
	size_t *listed = prize_alloc(prize, (award_count + 1) * sizeof *listed);
	uint64_t *quotas = prize_alloc(prize, (award_count + 1) * sizeof *quotas);

	if (listed == NULL || quotas == NULL)
		return;
	for (size_t i = 0; i < award_count; i++) {
		size_t cursor = 0;

		while (book_next(prize->input.book, RECORD_CONTRIBUTIONS, scheme->single.awards[i].code, &cursor) != NULL)
			listed[i]++;
		quotas[i] = award_quota(scheme->single.share, listed[i]);
	}
	if (award_count > 0 && scheme->single.by_places)
		award_share_out(scheme->single.places, listed, award_count, quotas);
	for (size_t i = 0; i < award_count; i++)
		count_single(prize, scheme->single.awards[i].code, quotas[i]);
}

void
prize_race_all(struct prize *prize)
{
	count_composites(prize);
	count_singles(prize);
}
