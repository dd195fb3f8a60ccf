#include "scheme/check.h"

#include <stdio.h>
#include <string.h>

#include "wire/text.h"

enum { PERCENT_ALL = 10000, POINTS_ALL = 10000 };

/* A fault at the place of a path; value: what was found. */
#define CHECK_FAULT(reader, path, value, ...)                                                      \
	do {                                                                                       \
		struct reader_clause place = reader_place(reader, path);                           \
		faults_add((reader)->faults, (reader)->file, place.line, place.column, value,      \
		    __VA_ARGS__);                                                                  \
	} while (0)

static const char *
check_path(struct reader *reader, const char *left, const char *right)
{
	const char *path = arena_printf(reader->arena, "%s.%s", left, right);

	return path == NULL ? left : path;
}

/* weights + voters + leaders make 100 %; the two lists' sums become the weights of their
 * components. */
static void
check_weights(struct reader *reader, struct scheme_kind *kind, const char *path)
{
	char found[TEXT_DECIMAL_SIZE];
	int64_t sum = 0;

	kind->weights[COMPONENT_DEMOCRATIC] = kind->weights[COMPONENT_LEADERS] = 0;
	for (size_t i = 0; i < kind->voter_count; i++)
		kind->weights[COMPONENT_DEMOCRATIC] += kind->voters[i].weight;
	for (size_t i = 0; i < kind->rank_count; i++)
		kind->weights[COMPONENT_LEADERS] += kind->ranks[i].weight;
	for (int i = 0; i < COMPONENT_COUNT; i++)
		sum += kind->weights[i];
	if (sum != PERCENT_ALL)
		CHECK_FAULT(reader, check_path(reader, path, "weights"), text_decimal(sum, found),
		    "weights、voters、leaders 的权重之和应为 100,现为 %s",
		    "weights, voters and leaders must sum to 100, not %s", found);
}

static void
check_points(struct reader *reader, struct scheme_kind *kind, const char *path)
{
	char found[TEXT_DECIMAL_SIZE], wanted[TEXT_DECIMAL_SIZE];
	int64_t parts = 0;
	bool all_have = true;

	kind->common_points = 0;
	for (size_t i = 0; i < kind->common_count; i++)
		kind->common_points += kind->common[i].points;
	if (kind->key_points + kind->common_points != POINTS_ALL)
		CHECK_FAULT(reader, check_path(reader, path, "key_points"),
		    text_decimal(kind->key_points, found),
		    "key_points 与 common 各项分值之和应为 100,现为 %s",
		    "key_points and the points of common must sum to 100, not %s",
		    text_decimal(kind->key_points + kind->common_points, wanted));
	for (size_t i = 0; i < kind->part_count; i++) {
		all_have &= kind->parts[i].has_points;
		parts += kind->parts[i].points;
	}
	if (all_have ? parts != kind->key_points : parts > kind->key_points)
		CHECK_FAULT(reader, check_path(reader, path, "parts"), text_decimal(parts, found),
		    "parts 各部分分值之和应为 key_points(%s)",
		    "the points of parts must sum to key_points (%s)",
		    text_decimal(kind->key_points, wanted));
}

static void
check_methods(struct reader *reader, const struct scheme_kind *kind, const char *path)
{
	const struct scheme *scheme = reader->scheme;

	for (size_t i = 0; i < kind->rank_count; i++) {
		const char *where =
		    check_path(reader, check_path(reader, path, "leaders"), kind->ranks[i].code);

		if (kind->ranks[i].method == LEADER_TIER && scheme->tier_count == 0)
			CHECK_FAULT(reader, where, "tier", "用 tier 就要有 tiers",
			    "method tier needs `tiers`");
		if (kind->ranks[i].method == LEADER_RANK && !scheme->has_rank_marks)
			CHECK_FAULT(reader, where, "rank", "用 rank 就要有 rank_marks",
			    "method rank needs `rank_marks`");
	}
}

/* Is there a fault between the first and the last line of what stands below path? */
static bool
check_has_fault(const struct reader *reader, const char *path)
{
	size_t size = strlen(path);
	uint32_t first = UINT32_MAX, last = 0;

	for (size_t i = 0; i < reader->clause_count; i++) {
		const struct reader_clause *clause = &reader->clauses[i];

		if (clause->path == NULL || strncmp(clause->path, path, size) != 0)
			continue;
		first = clause->line < first ? clause->line : first;
		last = clause->line > last ? clause->line : last;
	}
	for (size_t i = 0; i < faults_kept(reader->faults); i++) {
		const struct fault *fault = faults_at(reader->faults, i);

		if (fault->line >= first && fault->line <= last)
			return true;
	}
	return false;
}

static void
check_kinds(struct reader *reader, bool is_partial)
{
	struct scheme *scheme = reader->scheme;

	for (size_t i = 0; i < scheme->class_count; i++)
		if (scheme->classes[i].code != NULL &&
		    !scheme->kinds[scheme->classes[i].kind].present)
			CHECK_FAULT(reader, check_path(reader, "classes", scheme->classes[i].code),
			    kind_code(scheme->classes[i].kind), "kinds 中没有这一种类",
			    "`kinds` does not have this kind");
	for (int i = 0; i < KIND_COUNT; i++) {
		char path[32];

		if (!scheme->kinds[i].present)
			continue;
		snprintf(path, sizeof path, "kinds.%s", kind_code((enum kind)i));
		if (is_partial && check_has_fault(reader, path))
			continue;
		check_weights(reader, &scheme->kinds[i], path);
		check_points(reader, &scheme->kinds[i], path);
		check_methods(reader, &scheme->kinds[i], path);
	}
}

static int
check_date_order(const struct scheme_date *date)
{
	return (date->year * 100 + date->month) * 100 + date->day;
}

static void
check_calendar(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;
	const struct {
		const struct scheme_date *before, *after;
		const char *path;
		const char *zh, *en;
	} rows[] = {
	    {&scheme->calendar.goals_confirmed, &scheme->calendar.adjustments,
		"calendar.adjustments", "应晚于 goals_confirmed", "must be after goals_confirmed"},
	    {&scheme->calendar.adjustments, &scheme->calendar.self_reports, "calendar.self_reports",
		"应晚于 adjustments", "must be after adjustments"},
	    {&scheme->calendar.adjustments, &scheme->calendar.common_results,
		"calendar.common_results", "应晚于 adjustments", "must be after adjustments"},
	    {&scheme->calendar.goals_confirmed, &scheme->calendar.self_reports,
		"calendar.self_reports", "应晚于 goals_confirmed", "must be after goals_confirmed"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].before->present && rows[i].after->present &&
		    check_date_order(rows[i].before) >= check_date_order(rows[i].after))
			CHECK_FAULT(reader, rows[i].path, "", "%s", "%s",
			    reader_lang_text(reader, rows[i].zh, rows[i].en));
	if (scheme->calendar.goals_confirmed.present &&
	    scheme->calendar.goals_confirmed.year != (int16_t)scheme->year)
		CHECK_FAULT(reader, "calendar.goals_confirmed", "", "应在评估年度 %u 之内",
		    "must lie in the scheme's year %u", scheme->year);
}

static void
check_grades(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;

	for (size_t i = 1; i < scheme->grade_count; i++) {
		char from[TEXT_DECIMAL_SIZE], above[TEXT_DECIMAL_SIZE];

		if (scheme->grades[i].from >= scheme->grades[i - 1].from &&
		    scheme->grades[i].code != NULL)
			CHECK_FAULT(reader, check_path(reader, "grades", scheme->grades[i].code),
			    text_decimal(scheme->grades[i].from, from),
			    "等次应由高到低,from 应小于上一等次的 %s",
			    "grades fall: from must be below the one above, %s",
			    text_decimal(scheme->grades[i - 1].from, above));
	}
}

static void
check_marks(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;
	char best[TEXT_DECIMAL_SIZE], least[TEXT_DECIMAL_SIZE];

	if (scheme->has_rank_marks && scheme->rank_best < scheme->rank_least)
		CHECK_FAULT(reader, "rank_marks.best", text_decimal(scheme->rank_best, best),
		    "best 不应小于 least(%s)", "best is below least (%s)",
		    text_decimal(scheme->rank_least, least));
}

/* One code, one award: results name awards by code alone. */
static void
check_awards(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;

	for (size_t i = 0; i < scheme->county_award_count; i++)
		if (scheme->county_awards[i].code != NULL &&
		    (strcmp(scheme->county_awards[i].code, "composite") == 0 ||
			scheme_term_find(scheme->single.awards, scheme->single.award_count,
			    scheme->county_awards[i].code) >= 0))
			CHECK_FAULT(reader,
			    check_path(reader, "awards.county", scheme->county_awards[i].code),
			    scheme->county_awards[i].code, "奖项代码不应与其他奖项相同",
			    "another award has this code");
	for (size_t i = 0; i < scheme->single.award_count; i++)
		if (scheme->single.awards[i].code != NULL &&
		    strcmp(scheme->single.awards[i].code, "composite") == 0)
			CHECK_FAULT(reader, "awards.single.awards.composite", "composite",
			    "composite 是综合奖的代码",
			    "composite is the code of the composite award");
	if (scheme->single.present &&
	    scheme->single.mix_total + scheme->single.mix_contribution != PERCENT_ALL)
		CHECK_FAULT(reader, "awards.single.mix", "", "total 与 contribution 之和应为 100",
		    "total and contribution must sum to 100");
}

void
check_scheme(struct reader *reader, bool is_partial)
{
	struct scheme *scheme = reader->scheme;

	scheme->basic_points = 0;
	for (size_t i = 0; i < scheme->basic_count; i++)
		scheme->basic_points += scheme->basic[i].points;
	check_kinds(reader, is_partial);
	check_calendar(reader);
	check_grades(reader);
	check_marks(reader);
	check_awards(reader);
}
