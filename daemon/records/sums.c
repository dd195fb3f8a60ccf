#include <string.h>

#include "records/inside.h"
#include "wire/text.h"

/* The goals of one unit stand together in the order of their keys. */
struct run {
	size_t from, to;
	uint32_t last; /* the greatest index: the unit's last row in the file */
};

static const Jx__Goal *
goal_at(const struct check *check, size_t place)
{
	return (const Jx__Goal *)order_at(&check->orders[RECORD_GOALS], place);
}

static struct run
run_at(const struct check *check, size_t from)
{
	const struct order *order = &check->orders[RECORD_GOALS];
	const char *unit = goal_at(check, from)->unit;
	struct run run = {from, from, 0};
	const char *next;

	for (; run.to < order->count; run.to++) {
		next = goal_at(check, run.to)->unit;
		if (next != unit && (next == NULL || unit == NULL || strcmp(next, unit) != 0))
			break;
		if (order->indexes[run.to] > run.last)
			run.last = order->indexes[run.to];
	}
	return run;
}

/* Points of the run's goals, of one part or (part NULL) of all. */
static int64_t
sum_of(const struct check *check, struct run run, const char *part)
{
	int64_t sum = 0;
	size_t i;

	for (i = run.from; i < run.to; i++)
		if (part == NULL || strcmp(goal_at(check, i)->part, part) == 0)
			sum += goal_at(check, i)->points;
	return sum;
}

/* A goal with a fault of its own would only repeat it as a wrong sum. */
static bool
is_summable(const struct check *check, struct run run, const struct scheme_kind *kind)
{
	const Jx__Goal *goal;
	size_t i;

	for (i = run.from; i < run.to; i++) {
		goal = goal_at(check, i);
		if (!goal->has_points || goal->points <= 0 || goal->points > kind->key_points ||
		    goal->part == NULL || scheme_part_find(kind, goal->part) < 0)
			return false;
	}
	return true;
}

static void
check_run(struct check *check, struct run run, const struct scheme_kind *kind)
{
	struct row row = {check, RECORD_GOALS, run.last, NULL};
	char found[TEXT_DECIMAL_SIZE], expected[TEXT_DECIMAL_SIZE];
	const char *unit = goal_at(check, run.from)->unit;
	bool is_good = true;
	int64_t sum;
	size_t i;

	for (i = 0; i < kind->part_count; i++) {
		if (!kind->parts[i].has_points)
			continue;
		sum = sum_of(check, run, kind->parts[i].code);
		if (sum == kind->parts[i].points)
			continue;
		ROW_FAULT(&row, "points", text_decimal(sum, found), "单位 %s 的 %s 部分合计应为 %s",
		    "unit %s: expected the goals of part %s to sum to %s", unit,
		    kind->parts[i].code, text_decimal(kind->parts[i].points, expected));
		is_good = false;
	}
	sum = sum_of(check, run, NULL);
	if (is_good && sum != kind->key_points)
		ROW_FAULT(&row, "points", text_decimal(sum, found), "单位 %s 的重点目标合计应为 %s",
		    "unit %s: expected the goals to sum to %s", unit,
		    text_decimal(kind->key_points, expected));
}

void
sums_check(struct check *check)
{
	size_t count = check->orders[RECORD_GOALS].count, from;
	const struct scheme_kind *scheme_kind;
	struct run run;
	int kind;

	if (check->locator->incomplete[RECORD_GOALS])
		return;
	for (from = 0; from < count; from = run.to) {
		run = run_at(check, from);
		if (goal_at(check, from)->unit == NULL)
			continue;
		kind = check_unit_kind(check, goal_at(check, from)->unit);
		if (kind < 0)
			continue;
		scheme_kind = &check->scheme->kinds[kind];
		if (is_summable(check, run, scheme_kind))
			check_run(check, run, scheme_kind);
	}
}
