#include "scheme/check.h"

#include <stdio.h>
#include <string.h>

#include "wire/text.h"

enum { PERCENT_ALL = 10000, POINTS_ALL = 10000 };

/* A fault at the place of a path; value: what was found. */
#define CHECK_FAULT(reader, path, value, ...)                                                      \
	do {                                                                                       \
		const struct reader_clause *place = reader_find(reader, path);                     \
		faults_add((reader)->faults, (reader)->file, place == NULL ? 1 : place->line,      \
		    place == NULL ? 1 : place->column, value, __VA_ARGS__);                        \
	} while (0)

static const char *
check_path(struct reader *reader, const char *left, const char *right)
{
	const char *path = arena_printf(reader->arena, "%s.%s", left, right);

	return path == NULL ? left : path;
}

/* A sum is only worth a word when every number in it could be read. */
struct check_sum {
	int64_t total;
	bool is_partial;
};

static void
check_add(struct check_sum *sum, int64_t value)
{
	if (value == READER_UNREAD)
		sum->is_partial = true;
	else
		sum->total += value;
}

/* weights + voters + leaders make 100 %; the two lists' sums become the weights of their
 * components. */
static void
check_weights(struct reader *reader, struct scheme_kind *kind, const char *path)
{
	struct check_sum voters = {.is_partial = kind->voter_count == 0};
	struct check_sum leaders = {.is_partial = kind->rank_count == 0};
	struct check_sum all = {.total = 0};
	char found[TEXT_DECIMAL_SIZE];

	for (size_t i = 0; i < kind->voter_count; i++)
		check_add(&voters, kind->voters[i].weight);
	for (size_t i = 0; i < kind->rank_count; i++)
		check_add(&leaders, kind->ranks[i].weight);
	kind->weights[COMPONENT_DEMOCRATIC] = voters.total;
	kind->weights[COMPONENT_LEADERS] = leaders.total;
	for (int i = 0; i < COMPONENT_COUNT; i++)
		check_add(&all, kind->weights[i]);
	if (!voters.is_partial && !leaders.is_partial && !all.is_partial &&
	    all.total != PERCENT_ALL)
		CHECK_FAULT(reader, check_path(reader, path, "weights"),
		    text_decimal(all.total, found),
		    "weights、voters、leaders 的权重之和应为 100，现为 %s",
		    "weights, voters and leaders must sum to 100, not %s", found);
}

static void
check_points(struct reader *reader, struct scheme_kind *kind, const char *path)
{
	struct check_sum common = {.is_partial = kind->common_count == 0};
	char found[TEXT_DECIMAL_SIZE], sum[TEXT_DECIMAL_SIZE];

	for (size_t i = 0; i < kind->common_count; i++)
		check_add(&common, kind->common[i].points);
	kind->common_points = common.total;
	if (!common.is_partial && kind->key_points != READER_UNREAD &&
	    kind->key_points + common.total != POINTS_ALL)
		CHECK_FAULT(reader, check_path(reader, path, "key_points"),
		    text_decimal(kind->key_points, found),
		    "key_points 与 common 各项分值之和应为 100，现为 %s",
		    "key_points and the points of common must sum to 100, not %s",
		    text_decimal(kind->key_points + common.total, sum));
}

static void
check_parts(struct reader *reader, const struct scheme_kind *kind, const char *path)
{
	char found[TEXT_DECIMAL_SIZE], wanted[TEXT_DECIMAL_SIZE];
	int64_t parts = 0;
	bool all_have = true;

	if (kind->part_count == 0 || kind->key_points == READER_UNREAD)
		return;
	for (size_t i = 0; i < kind->part_count; i++) {
		all_have &= kind->parts[i].has_points;
		parts += kind->parts[i].points;
	}
	text_decimal(parts, found);
	text_decimal(kind->key_points, wanted);
	if (all_have && parts != kind->key_points)
		CHECK_FAULT(reader, check_path(reader, path, "parts"), found,
		    "parts 各部分分值之和应为 key_points（%s）",
		    "the points of parts must sum to key_points (%s)", wanted);
	else if (parts > kind->key_points)
		CHECK_FAULT(reader, check_path(reader, path, "parts"), found,
		    "parts 已写分值之和不应大于 key_points（%s）",
		    "the points of parts must not exceed key_points (%s)", wanted);
}

/* The marks that a method needs, said once, where the method is first used. */
static void
check_method(struct reader *reader, enum leader_method method, const char *section)
{
	const struct scheme *scheme = reader->scheme;

	if (reader_find(reader, section) != NULL)
		return;
	for (int i = 0; i < KIND_COUNT; i++)
		for (size_t j = 0; j < scheme->kinds[i].rank_count; j++) {
			const struct scheme_rank *rank = &scheme->kinds[i].ranks[j];
			const char *path;

			if (rank->code == NULL || rank->method != method)
				continue;
			path = arena_printf(reader->arena, "kinds.%s.leaders.%s.method",
			    kind_code((enum kind)i), rank->code);
			if (path == NULL || reader_find(reader, path) == NULL)
				continue; /* not written: told already */
			CHECK_FAULT(reader, path, leader_method_code(method), "用这种方法就要有 %s",
			    "this method needs `%s`", section);
			return;
		}
}

/* A class needs its kind; said once a kind. */
static void
check_classes(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;
	bool is_told[KIND_COUNT] = {false};

	for (size_t i = 0; i < scheme->class_count; i++) {
		const struct scheme_class *class = &scheme->classes[i];
		const char *path;

		if (class->code == NULL || class->kind == KIND_COUNT || is_told[class->kind] ||
		    reader_find(reader, "kinds") == NULL ||
		    reader_find(reader, check_path(reader, "kinds", kind_code(class->kind))) !=
			NULL)
			continue;
		path = check_path(reader, check_path(reader, "classes", class->code), "kind");
		CHECK_FAULT(reader, path, kind_code(class->kind), "kinds 中没有这一种类",
		    "`kinds` does not have this kind");
		is_told[class->kind] = true;
	}
}

static int
check_date_number(const struct scheme_date *date)
{
	return (date->year * 100 + date->month) * 100 + date->day;
}

struct check_date {
	const char *name;
	const struct scheme_date *date;
};

static void
check_date_after(
    struct reader *reader, const struct check_date *later, const struct check_date *earlier)
{
	char found[32];

	if (!later->date->present || !earlier->date->present ||
	    check_date_number(later->date) > check_date_number(earlier->date))
		return;
	snprintf(found, sizeof found, "%d-%02d-%02d", later->date->year, later->date->month,
	    later->date->day);
	CHECK_FAULT(reader, check_path(reader, "calendar", later->name), found, "应晚于 %s",
	    "must be after %s", earlier->name);
}

static void
check_calendar(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;
	const struct check_date goals = {"goals_confirmed", &scheme->calendar.goals_confirmed};
	const struct check_date adjustments = {"adjustments", &scheme->calendar.adjustments};
	const struct check_date ends[] = {{"self_reports", &scheme->calendar.self_reports},
	    {"common_results", &scheme->calendar.common_results}};

	check_date_after(reader, &adjustments, &goals);
	for (size_t i = 0; i < READER_COUNT(ends); i++)
		check_date_after(
		    reader, &ends[i], adjustments.date->present ? &adjustments : &goals);
}

static void
check_grades(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;

	for (size_t i = 1; i < scheme->grade_count; i++) {
		const struct scheme_grade *grade = &scheme->grades[i], *above = grade - 1;
		char from[TEXT_DECIMAL_SIZE], most[TEXT_DECIMAL_SIZE];
		const char *path;

		if (grade->code == NULL || grade->from == READER_UNREAD ||
		    above->from == READER_UNREAD || grade->from < above->from)
			continue;
		path = check_path(reader, check_path(reader, "grades", grade->code), "from");
		CHECK_FAULT(reader, path, text_decimal(grade->from, from),
		    "等次由高到低，from 应小于上一等次的 %s",
		    "grades fall: from must be below the one above, %s",
		    text_decimal(above->from, most));
	}
}

static void
check_rank_marks(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;
	char best[TEXT_DECIMAL_SIZE], least[TEXT_DECIMAL_SIZE];

	if (scheme->has_rank_marks && scheme->rank_best != READER_UNREAD &&
	    scheme->rank_best < scheme->rank_least)
		CHECK_FAULT(reader, "rank_marks.best", text_decimal(scheme->rank_best, best),
		    "best 不应小于 least（%s）", "best is below least (%s)",
		    text_decimal(scheme->rank_least, least));
}

/* One code, one award: results name awards by code alone. */
static void
check_award(struct reader *reader, const char *list, const char *code, bool is_taken)
{
	if (code == NULL || !is_taken)
		return;
	CHECK_FAULT(reader, check_path(reader, check_path(reader, list, code), "award"), code,
	    "奖项代码不应与其他奖项相同，composite 是综合奖的代码",
	    "another award has this code; composite is the composite award's");
}

static void
check_awards(struct reader *reader)
{
	const struct scheme *scheme = reader->scheme;
	int64_t total = scheme->single.mix_total, contribution = scheme->single.mix_contribution;
	char found[TEXT_DECIMAL_SIZE];

	for (size_t i = 0; i < scheme->county_award_count; i++) {
		const char *code = scheme->county_awards[i].code;

		check_award(
		    reader, "awards.county", code, code != NULL && strcmp(code, "composite") == 0);
	}
	for (size_t i = 0; i < scheme->single.award_count; i++) {
		const char *code = scheme->single.awards[i].code;
		bool is_taken = code != NULL && strcmp(code, "composite") == 0;

		for (size_t j = 0; code != NULL && j < scheme->county_award_count; j++)
			is_taken |= scheme->county_awards[j].code != NULL &&
				    strcmp(scheme->county_awards[j].code, code) == 0;
		check_award(reader, "awards.single.awards", code, is_taken);
	}
	if (scheme->single.present && total != READER_UNREAD && contribution != READER_UNREAD &&
	    total + contribution != PERCENT_ALL)
		CHECK_FAULT(reader, "awards.single.mix", text_decimal(total + contribution, found),
		    "total 与 contribution 之和应为 100，现为 %s",
		    "total and contribution must sum to 100, not %s", found);
}

void
check_scheme(struct reader *reader)
{
	struct scheme *scheme = reader->scheme;

	scheme->basic_points = 0;
	for (size_t i = 0; i < scheme->basic_count; i++)
		scheme->basic_points += scheme->basic[i].points;
	check_classes(reader);
	for (int i = 0; i < KIND_COUNT; i++) {
		char path[32];

		if (!scheme->kinds[i].present)
			continue;
		snprintf(path, sizeof path, "kinds.%s", kind_code((enum kind)i));
		check_weights(reader, &scheme->kinds[i], path);
		check_points(reader, &scheme->kinds[i], path);
		check_parts(reader, &scheme->kinds[i], path);
	}
	check_method(reader, LEADER_TIER, "tiers");
	check_method(reader, LEADER_RANK, "rank_marks");
	check_calendar(reader);
	check_grades(reader);
	check_rank_marks(reader);
	check_awards(reader);
}
