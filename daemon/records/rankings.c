#include <stdlib.h>

#include "records/inside.h"

static int
compare_slot(const struct ranking *a, const struct ranking *b)
{
	if (a->leader != b->leader)
		return a->leader > b->leader ? 1 : -1;
	if (a->kind != b->kind)
		return a->kind > b->kind ? 1 : -1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static int
compare_for_sort(const void *left, const void *right)
{
	const struct ranking *a = left, *b = right;
	int order = compare_slot(a, b);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void
rankings_check(struct check *check)
{
	struct row row = {check, RECORD_LEADER_MARKS, 0, NULL}, first;
	struct ranking *rankings = check->rankings;
	const Jx__LeaderMark *mark;
	size_t i;

	qsort(rankings, check->ranking_count, sizeof(*rankings), compare_for_sort);
	for (i = 1; i < check->ranking_count; i++) {
		if (compare_slot(&rankings[i - 1], &rankings[i]) != 0)
			continue;
		row.index = rankings[i].index;
		first = row;
		first.index = rankings[i - 1].index;
		mark = check->records->leader_marks[row.index];
		ROW_FAULT(&row, "value", mark->value, "名次与第 %u 行重复，同一领导的名次不得并列",
		    "this rank stands in line %u already; a leader's ranks are distinct",
		    check_place(&first, "value").line);
	}
}
