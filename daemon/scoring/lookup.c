#include "scoring/lookup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKUP_KEYS_MAX = 3 };

/* The text fields by which a kind is sorted, first key first. */
struct order {
	size_t offsets[LOOKUP_KEYS_MAX];
	size_t count;
};

#define AT(message, field) offsetof(Jx__##message, field)
/* clang-format off */
static const struct order orders[RECORD_KIND_COUNT] = {
	[RECORD_UNITS]         = {{AT(Unit, unit)}, 1},
	[RECORD_LEADERS]       = {{AT(Leader, leader)}, 1},
	[RECORD_SUPERVISION]   = {{AT(Supervision, unit), AT(Supervision, leader)}, 2},
	[RECORD_GOALS]         = {{AT(Goal, unit), AT(Goal, goal)}, 2},
	[RECORD_BASIC]         = {{AT(Basic, unit), AT(Basic, item)}, 2},
	[RECORD_PROGRESS]      = {{AT(Progress, unit)}, 1},
	[RECORD_VISITS]        = {{AT(Visit, unit), AT(Visit, visit)}, 2},
	[RECORD_SELF]          = {{AT(Self, unit), AT(Self, goal)}, 2},
	[RECORD_COMMON]        = {{AT(Common, unit), AT(Common, item), AT(Common, by)}, 3},
	[RECORD_BALLOTS]       = {{AT(Ballot, unit), AT(Ballot, group)}, 2},
	[RECORD_GROUP]         = {{AT(GroupMark, unit), AT(GroupMark, goal), AT(GroupMark, evaluator)}, 3},
	[RECORD_LEADER_MARKS]  = {{AT(LeaderMark, unit), AT(LeaderMark, leader)}, 2},
	[RECORD_BONUS]         = {{AT(Bonus, unit), AT(Bonus, kind)}, 2},
	[RECORD_VETOES]        = {{AT(Veto, unit), AT(Veto, kind)}, 2},
	[RECORD_CONTRIBUTIONS] = {{AT(Contribution, award), AT(Contribution, unit)}, 2},
};
/* clang-format on */
#undef AT

struct lookup {
	struct span kinds[RECORD_KIND_COUNT];
	struct lookup_leader *leaders;
	size_t leader_count;
};

static const char *
key_of(const void *row, enum record_kind kind, size_t key)
{
	assert(key < orders[kind].count);
	return *(char *const *)((const char *)row + orders[kind].offsets[key]);
}

static int
compare_rows(const void *left, const void *right, void *arg)
{
	enum record_kind kind = *(const enum record_kind *)arg;

	for (size_t key = 0; key < orders[kind].count; key++) {
		int order = strcmp(key_of(*(const void *const *)left, kind, key),
		    key_of(*(const void *const *)right, kind, key));

		if (order != 0)
			return order;
	}
	return 0;
}

static bool
sort_kind(
    struct lookup *lookup, struct arena *arena, const Jx__Records *records, enum record_kind kind)
{
	size_t count = records_count(records, kind);
	const void **rows = arena_alloc(arena, (count + 1) * sizeof *rows);

	if (rows == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		rows[i] = records_at(records, kind, i);
	qsort_r(rows, count, sizeof *rows, compare_rows, &kind);
	lookup->kinds[kind] = (struct span){rows, count};
	return true;
}

/* The first row of span whose key is not below (or, if after, is above) text. */
static size_t
bound(struct span span, enum record_kind kind, size_t key, const char *text, bool after)
{
	size_t low = 0, high = span.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(key_of(span.rows[middle], kind, key), text);

		if (order < 0 || (after && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct span
with_key(struct span span, enum record_kind kind, size_t key, const char *text)
{
	size_t first = bound(span, kind, key, text, false);
	size_t end = bound(span, kind, key, text, true);

	return (struct span){span.rows + first, end - first};
}

static bool
count_charges(struct lookup *lookup, struct arena *arena, const struct scheme *scheme)
{
	struct span leaders = lookup->kinds[RECORD_LEADERS];
	struct span supervision = lookup->kinds[RECORD_SUPERVISION];

	lookup->leader_count = leaders.count;
	lookup->leaders = arena_alloc(arena, (leaders.count + 1) * sizeof *lookup->leaders);
	if (lookup->leaders == NULL)
		return false;
	for (size_t i = 0; i < leaders.count; i++)
		lookup->leaders[i].leader = leaders.rows[i];
	for (size_t i = 0; i < supervision.count; i++) {
		const Jx__Supervision *charge = supervision.rows[i];
		const Jx__Unit *unit = lookup_find(lookup, RECORD_UNITS, charge->unit, NULL);
		size_t leader = bound(leaders, RECORD_LEADERS, 0, charge->leader, false);
		int class_index;

		assert(unit != NULL && leader < leaders.count);
		assert(strcmp(lookup->leaders[leader].leader->leader, charge->leader) == 0);
		class_index = scheme_class_find(scheme, unit->class_);
		assert(class_index >= 0);
		lookup->leaders[leader].charge[scheme->classes[class_index].kind]++;
	}
	return true;
}

struct lookup *
lookup_new(struct arena *arena, const struct scheme *scheme, const Jx__Records *records)
{
	struct lookup *lookup = arena_alloc(arena, sizeof *lookup);

	if (lookup == NULL)
		return NULL;
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		if (!sort_kind(lookup, arena, records, (enum record_kind)kind))
			return NULL;
	return count_charges(lookup, arena, scheme) ? lookup : NULL;
}

struct span
lookup_rows(const struct lookup *lookup, enum record_kind kind, const char *first)
{
	return with_key(lookup->kinds[kind], kind, 0, first);
}

struct span
lookup_narrow(struct span span, enum record_kind kind, const char *second)
{
	return with_key(span, kind, 1, second);
}

const void *
lookup_find(
    const struct lookup *lookup, enum record_kind kind, const char *first, const char *second)
{
	struct span span = lookup_rows(lookup, kind, first);

	if (orders[kind].count > 1)
		span = lookup_narrow(span, kind, second);
	return span.count == 0 ? NULL : span.rows[0];
}

const struct lookup_leader *
lookup_leaders(const struct lookup *lookup, size_t *count)
{
	*count = lookup->leader_count;
	return lookup->leaders;
}
