#include "scoring/standing.h"

#include <stdlib.h>
#include <string.h>

void
standing_total(const struct scheme *scheme, const struct standing *standing, mpq_t total)
{
	if (scheme->compare == COMPARE_EXACT)
		mpq_set(total, standing->exact[STANDING_TOTAL]);
	else
		exact_set(
		    total, exact_of_published(standing->published[STANDING_TOTAL], scheme->digits));
}

void
standing_grade(const struct scheme *scheme, struct standing *standing)
{
	size_t last = scheme->grade_count - 1;
	mpq_t total, from;

	for (int i = 0; i < STANDING_FIGURE_COUNT; i++)
		standing->published[i] = exact_published(standing->exact[i], scheme->digits);
	mpq_inits(total, from, NULL);
	standing_total(scheme, standing, total);
	standing->grade_before_veto = last;
	for (size_t i = 0; i < last; i++) {
		exact_set(from, (struct ratio){scheme->grades[i].from, 100});
		if (mpq_cmp(from, total) <= 0) {
			standing->grade_before_veto = i;
			break;
		}
	}
	mpq_clears(total, from, NULL);
	standing->grade = standing->grade_before_veto;
	if (standing->vetoed)
		standing->grade = last - standing->grade < scheme->veto_levels
				      ? last
				      : standing->grade + scheme->veto_levels;
}

static int
compare_figure(const struct scheme *scheme, const struct standing *left,
    const struct standing *right, int figure)
{
	int64_t l = left->published[figure], r = right->published[figure];

	if (scheme->compare == COMPARE_EXACT)
		return mpq_cmp(right->exact[figure], left->exact[figure]);
	return (l < r) - (l > r);
}

int
standing_compare(
    const struct scheme *scheme, const struct standing *left, const struct standing *right)
{
	int order = compare_figure(scheme, left, right, STANDING_TOTAL);

	for (size_t i = 0; order == 0 && i < scheme->tie_break_count; i++)
		order = compare_figure(scheme, left, right, (int)scheme->tie_break[i]);
	return order;
}

static int
compare_in_kind(const void *left, const void *right, void *scheme)
{
	const struct standing *l = *(struct standing *const *)left;
	const struct standing *r = *(struct standing *const *)right;

	if (l->kind != r->kind)
		return l->kind < r->kind ? -1 : 1;
	return standing_compare(scheme, l, r);
}

static int
compare_in_class(const void *left, const void *right, void *scheme)
{
	const struct standing *l = *(struct standing *const *)left;
	const struct standing *r = *(struct standing *const *)right;
	int order;

	if (l->class_index != r->class_index)
		return l->class_index < r->class_index ? -1 : 1;
	order = standing_compare(scheme, l, r);
	return order != 0 ? order : strcmp(l->unit->unit, r->unit->unit);
}

/* 1, 2, 2, 4 over a sorted list, anew in each class (in_class) or kind. */
static void
number_ranks(const struct scheme *scheme, struct standing **standings, size_t count, bool in_class)
{
	size_t first = 0; /* of the class or kind */
	uint32_t rank = 1;

	for (size_t i = 0; i < count; i++) {
		struct standing *one = standings[i];
		const struct standing *before = i == 0 ? one : standings[i - 1];
		bool is_new_list =
		    in_class ? before->class_index != one->class_index : before->kind != one->kind;

		if (is_new_list)
			first = i;
		if (is_new_list || standing_compare(scheme, before, one) != 0)
			rank = (uint32_t)(i - first) + 1;
		*(in_class ? &one->rank : &one->rank_in_kind) = rank;
	}
}

void
standing_rank(const struct scheme *scheme, struct standing **standings, size_t count)
{
	qsort_r(standings, count, sizeof *standings, compare_in_kind, (void *)scheme);
	number_ranks(scheme, standings, count, false);
	qsort_r(standings, count, sizeof *standings, compare_in_class, (void *)scheme);
	number_ranks(scheme, standings, count, true);
}
