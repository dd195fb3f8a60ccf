/* Schemes, good and malformed. Most are the project's default scheme with a small edit. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scheme/scheme.h"
#include "wire/text.h"

enum { FILE_SIZE_MAX = 64 << 10, EDITED_SIZE_MAX = 2 << 20 };

static char basis[FILE_SIZE_MAX]; /* the default scheme */
static char edited[EDITED_SIZE_MAX];
static struct faults *faults;

static void
read_file(const char *path, char *text)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	cr_assert_not_null(file, "%s", path);
	size = fread(text, 1, FILE_SIZE_MAX - 1, file);
	fclose(file);
	text[size] = '\0';
}

static void
set_up(void)
{
	read_file(JX_SOURCE_DIR "/deploy/schemes/municipal.yaml", basis);
	faults = faults_new(JX_EN);
}

static void
tear_down(void)
{
	faults_free(faults);
}

TestSuite(scheme, .init = set_up, .fini = tear_down);

/* Bytes in a block of their own: the sanitizer sees one byte read too many. */
static struct scheme *
read_bytes(const void *data, size_t size)
{
	uint8_t *copy = size == 0 ? NULL : malloc(size);
	size_t before = faults_count(faults);
	struct scheme *scheme;

	if (size > 0)
		memcpy(copy, data, size);
	scheme = scheme_read((struct bytes){copy, size}, "scheme.yaml", faults);
	free(copy);
	cr_assert((scheme == NULL) == (faults_count(faults) > before),
	    "a scheme is there exactly when there is no fault");
	return scheme;
}

static const char *
fault_line(struct arena *arena, size_t index)
{
	return index < faults_kept(faults) ? fault_text(arena, faults_at(faults, index)) : "none";
}

static struct scheme *
read_good(const char *text)
{
	struct scheme *scheme = read_bytes(text, strlen(text));
	struct arena *arena = arena_new(1 << 16);

	cr_assert_not_null(scheme, "%s", fault_line(arena, 0));
	arena_free(arena);
	return scheme;
}

/* The first `from` in text becomes `to`, in `edited`. from and text may lie in edited. */
static void
edit(const char *text, const char *from, const char *to)
{
	static char made[EDITED_SIZE_MAX];
	const char *at = strstr(text, from);

	cr_assert_not_null(at, "the default scheme has no \"%s\"", from);
	snprintf(made, sizeof made, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	memcpy(edited, made, strlen(made) + 1);
}

/* Line and column of the '@' of `place` in `edited`; the '@' is not there itself, or it is
 * (place NULL) and is taken out. */
static void
find_place(const char *place, uint32_t *line, uint32_t *column)
{
	char needle[256];
	char *at;

	if (place == NULL) {
		at = strchr(edited, '@');
		cr_assert_not_null(at);
		memmove(at, at + 1, strlen(at));
	} else {
		size_t left = strcspn(place, "@");

		snprintf(needle, sizeof needle, "%.*s%s", (int)left, place, place + left + 1);
		at = strstr(edited, needle);
		cr_assert_not_null(at, "no \"%s\"", needle);
		at += left;
	}
	*line = *column = 1;
	for (const char *c = edited; c < at; c++) {
		if (*c == '\n') {
			(*line)++;
			*column = 1;
		} else if ((*c & 0xc0) != 0x80) {
			(*column)++;
		}
	}
}

/* R01 R02 R03 R07 R12 R21 R34 R35 R36 R37: classes, points, weights, cards, grades, veto, awards. */
Test(scheme, the_default_scheme_holds_the_seeds_figures)
{
	struct scheme *scheme = read_good(basis);
	const struct scheme_kind *county = &scheme->kinds[KIND_COUNTY];
	const struct scheme_kind *department = &scheme->kinds[KIND_DEPARTMENT];
	static const int64_t weights[COMPONENT_COUNT] = {
	    300, 300, 300, 100, 900, 1500, 3600, 3000, 0};

	for (int i = 0; i < COMPONENT_COUNT; i++) {
		cr_expect_eq(county->weights[i], weights[i]);
		cr_expect_eq(department->weights[i], weights[i]);
	}
	cr_expect_eq(county->key_points, 9000);
	cr_expect_eq(county->parts[0].points, 7200);
	cr_expect_eq(county->parts[1].points, 1800);
	cr_expect_eq(county->common_points, 1000);
	cr_expect_eq(county->common_count, 10u);
	cr_expect_eq(department->key_points, 8000);
	cr_expect_not(department->parts[0].has_points);
	cr_expect_eq(department->common_points, 2000);
	cr_expect_eq(department->common[3].set_by_count, 1u);
	cr_expect_str_eq(department->common[0].set_by[2], "市政府办公室");
	cr_expect_eq(scheme->class_count, 4u);
	cr_expect_eq(scheme->basic_count, 6u);
	cr_expect_eq(scheme->basic_points, 6000);
	cr_expect_eq(department->ranks[1].method, LEADER_RANK);
	cr_expect_eq(county->voters[4].cards, 50u);
	cr_expect_eq(scheme->calendar.adjustments.month, 10);
	cr_expect_eq(scheme->tie_break[2], COMPONENT_DEMOCRATIC);
	cr_expect_eq(scheme->grades[1].from, 8000);
	cr_expect_eq(scheme->veto_levels, 1u);
	cr_expect_eq(scheme->county_awards[1].rank_last, 3u);
	cr_expect_eq(scheme->county_awards[1].least_grade, 1);
	cr_expect_eq(scheme->county_awards[2].least_grade, -1);
	cr_expect_eq(scheme->composite.shares[0], 0);
	cr_expect_eq(scheme->composite.shares[1], 4000);
	cr_expect(scheme->single.by_places);
	cr_expect_eq(scheme->single.places, 21u);
	cr_expect_eq(scheme->single.award_count, 7u);
	cr_expect_eq(scheme->bonus[1].points, 50);
	scheme_free(scheme);
}

/* R39: any city, any year. */
Test(scheme, every_city_scheme_of_the_project_loads)
{
	static const char *const paths[] = {JX_SOURCE_DIR "/deploy/city/scheme.yaml",
	    JX_SOURCE_DIR "/tests/data/small/scheme.yaml"};
	static char text[FILE_SIZE_MAX];

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		read_file(paths[i], text);
		scheme_free(read_good(text));
	}
}

/* One slip each, one fault each. '@' is where it must be reported: in `to`, or, when the fault
 * stands elsewhere, in `place`. */
/* clang-format off */
static const struct {
	const char *from, *to, *place, *expected;
} slips[] = {
	/* The file's own keys. */
	{"scheme: 1 ", "scheme: @2 ", NULL, "version of the format"},
	{"city: \"220700\"", "city: @\"\"", NULL, "text of 1 to 64 bytes"},
	{"city_name: 松原市", "city_name: @[松原市]", NULL, "text of 1 to 600 bytes"},
	{"city_name: 松原市", "@city_name: |\n  松原\n  市", NULL, "without line breaks"},
	{"year: 2010", "year: @1999", NULL, "whole number from 2000 to 2999"},
	{"year: 2010", "year: @2010.5", NULL, "whole number"},
	{"year: 2010", "@year:", NULL, "whole number"},
	{"year: 2010   ", "", "@scheme: 1", "scheme.yaml lacks year"},
	{"title: 政府", "@titel: 政府", NULL, "unknown key; there may be: scheme, city"},
	{"title: 政府", "title: 方案\n@title: 政府", NULL, "stands twice here; first on line 15"},
	{"digits: 2", "digits: @5", NULL, "from 0 to 4"},
	{"  digits: 2", "", "@mode: half_up", "rounding lacks digits"},
	{"mode: half_up", "mode: @bankers", NULL, "one of: half_up"},
	{"compare: published", "compare: @rounded", NULL, "one of: published, exact"},
	{"[key, leaders, democratic]", "[key, @honour]", NULL, "one of: basic, progress, visits"},
	{"[key, leaders, democratic]", "[key, leaders, @key]", NULL, "twice"},
	{"[key, leaders, democratic]", "@key", NULL, "list of components"},
	{"name: 县（区）政府\n", "@nome: 县（区）政府\n    name: 县\n", NULL, "unknown key; there may be: name, kind"},
	{"    kind: county", "    kind: @town", NULL, "one of: county, department"},
	/* Dates. */
	{"2010-04-20", "@2010-02-30", NULL, "real date"},
	{"2010-04-20", "@2010-4-20", NULL, "real date"},
	{"2010-04-20", "@2010-04-20T00:00", NULL, "real date"},
	{"adjustments: 2010-10-30", "adjustments: @2010-04-20", NULL, "after goals_confirmed"},
	{"self_reports: 2011-03-31", "self_reports: @2010-10-30", NULL, "after adjustments"},
	{"common_results: 2011-03-31", "common_results: @2009-12-31", NULL, "after adjustments"},
	{"publicity_days: 7", "publicity_days: @-7", NULL, "whole number"},
	/* Numbers. */
	{"组织领导, points: 10", "组织领导, points: @0", NULL, "from 0.01 to 100"},
	{"组织领导, points: 10", "组织领导, points: @10.005", NULL, "at most two decimals"},
	{"组织领导, points: 10", "组织领导, points: @1e1", NULL, "number"},
	{"组织领导, points: 10", "组织领导, points: @0x10", NULL, "number"},
	{"组织领导, points: 10", "组织领导, points: @.5", NULL, "number"},
	{"组织领导, points: 10", "组织领导, points: @1_0", NULL, "number"},
	{"组织领导, points: 10", "组织领导, points: @-1", NULL, "number"},
	{"组织领导, points: 10", "组织领导, points: @.inf", NULL, "number"},
	{"组织领导, points: 10", "组织领导, points: @1,000", NULL, "number"},
	{"组织领导, points: 10", "组织领导, points: @{a: 1}", NULL, "number"},
	{"组织领导, points: 10", "组织领导, @points: ", NULL, "number"},
	/* Lists. */
	{"item: decomposition,", "item: @organisation,", NULL, "stands twice in the list"},
	{"name: 组织领导, ", "", "@{item: organisation", "basic.organisation lacks name"},
	{"{item: organisation, name: 组织领导, points: 10}", "@organisation", NULL, "mapping of item, name, points"},
	{"[市安监局]", "@[]", NULL, "at least one department"},
	{"[市安监局]", "@市安监局", NULL, "at least one department"},
	{"[市安监局]", "[市安监局, @市安监局]", NULL, "twice"},
	{"[市安监局]", "[市安监局, @\" 市安监局　\"]", NULL, "twice"},
	{"rounds: 4", "rounds: @54", NULL, "from 1 to 53"},
	{"unsampled: progress", "unsampled: @never", NULL, "one of: progress, zero"},
	/* Kinds. */
	{"basic: 3               # 四（一）", "basic: 4  # x", "@basic: 4  # x", "must sum to 100, not 101"},
	{"weight: 2}\n      - {group: public", "weight: 2.5}\n      - {group: public", "@basic: 3               # 四（一）", "not 100.5"},
	{"      self: 1                # 四（三）1\n", "", "@basic: 3               # 四（一）", "kinds.county.weights lacks self"},
	{"乡镇和街道, weight: 2", "乡镇和街道, weight: @100.01", NULL, "from 0 to 100"},
	{"group: county,", "group: @municipal,", NULL, "stands twice in the list"},
	{"cards: 50", "cards: @0", NULL, "whole number from 1"},
	{"method: tier", "method: @tiers", NULL, "one of: tier, mark, rank"},
	{"能力建设, points: 1,", "能力建设, points: 1.5,", "key_points: @90", "common must sum to 100, not 100.5"},
	{"points: 72", "points: 71", "@- {part: main", "parts must sum to key_points (90)"},
	{"主要职责的重点工作任务}", "主要职责的重点工作任务, points: 81}", "@- {part: assigned", "must not exceed key_points (80)"},
	{"    key_points: 90", "    @keypoints: 90\n    key_points: 90", NULL, "unknown key; there may be: key_points"},
	/* Ballots, marks. */
	{"question: service", "question: @results", NULL, "twice"},
	{"A: 100 ", "A: @100.5 ", NULL, "from 0 to 100"},
	{"A: 100 ", "B: 100 ", "@B: 85", "stands twice here"},
	{"    A: 100 ", "    \"A\": 100\n    @\"A　\": 90 ", NULL, "twice in the list"},
	{"  1: 100                     # 原文未定\n  2: 90                      # 原文未定\n  3: 80 ", "  {} ", "  @{} ", "at least one \"code: mark\""},
	{"tiers:\n  1: 100                     # 原文未定\n  2: 90                      # 原文未定\n  3: 80 ", "", "name: 市长, weight: 15, method: @tier}", "needs `tiers`"},
	{"rank_marks:\n  best: 100                  # 原文未定\n  step: 2                    # 原文未定\n  least: 70 ", "", "weight: 10, method: @rank}", "needs `rank_marks`"},
	{"best: 100 ", "best: @60 ", NULL, "best is below least (70)"},
	{"step: 2 ", "step: @-1 ", NULL, "from 0 to"},
	{"unsupervised: redistribute", "unsupervised: @nobody", NULL, "one of: redistribute, hole"},
	/* Result. */
	{"cap: 3 ", "cap: @三 ", NULL, "number"},
	{"kind: honours", "kind: @innovation", NULL, "twice"},
	{"from: 80", "from: @90", NULL, "below the one above, 90"},
	{"grade: poor", "grade: @fair", NULL, "twice"},
	{"levels: 1 ", "levels: @one ", NULL, "whole number"},
	{"ranks: [2, 3]", "ranks: [@3, 2]", NULL, "after the last"},
	{"ranks: [2, 3]", "ranks: @[2]", NULL, "[first rank, last rank]"},
	{"ranks: [2, 3]", "ranks: [@0, 3]", NULL, "from 1"},
	{"least: excellent}", "least: @superb}", NULL, "one of `grades`"},
	{"ranks: [4, 5]}", "ranks: [4, 5], @least: }", NULL, "one of `grades`"},
	{"name: 一等奖, ", "name: 一等奖, @二等奖, ", NULL, "unknown key; there may be: award, name"},
	{"name: 一等奖, ", "name: 一等奖,@\"二等奖\", ", NULL, "unknown key; there may be: award, name"},
	{"economy: 40", "@county: 40", NULL, "class of departments"},
	{"economy: 40", "@trade: 40", NULL, "class of departments"},
	{"economy: 40", "economy: @140", NULL, "from 0 to 100"},
	{"places: 21 ", "share: 30\n    places: 21 ", "@least: good\n    share", "exactly one of places and share"},
	{"    places: 21 ", "", "    @least: good\n", "exactly one of places and share"},
	{"total: 50 ", "total: 60 ", "@total: 60 ", "sum to 100, not 110"},
	{"award: investment", "award: @first", NULL, "another award"},
	{"award: investment", "award: @composite", NULL, "composite award's"},
	{"award: first,", "award: @composite,", NULL, "composite award's"},
	/* YAML that a scheme has no use for. */
	{"year: 2010", "year: &y @2010", NULL, "no anchors"},
	{"year: 2010", "year: @*y", NULL, "no anchors"},
	{"year: 2010", "year: !!int @2010", NULL, "no anchors"},
	{"awards:\n", "---\n@awards:\n", NULL, "one document"},
	{"year: 2010", "? @{a: b}\n: 2010", NULL, "expected a name"},
	{"year: 2010", "year: @[[[[[[[[[[[[[[[@[2010]]]]]]]]]]]]]]]]", "year: [[[[[[[[[[[[[[[@[2010", "at most 16 levels"},
	/* Not YAML. */
	{"  mode: half_up", "   @mode: half_up", NULL, "invalid indentation"},
	{"  mode: half_up", "@\t mode: half_up", NULL, "tab"},
	{"name: 松原市", "name: 松\001原市", "松@\001", "not allowed"},
	{"title: 政府", "title: 政\342\200\256府", "政@\342\200\256", "not allowed"},
	{"title: 政府", "title: 政\377府", "政@\377", "not UTF-8"},
	{"# 原文未定：行政", "# \t原\t\245", "原@\t\245", "not UTF-8"},
};
/* clang-format on */

Test(scheme, a_slip_gives_one_fault_at_its_place)
{
	struct arena *arena = arena_new(1 << 20);
	uint32_t line, column;

	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
		const struct fault *fault;
		char *mark;

		edit(basis, slips[i].from, slips[i].to);
		if (slips[i].place != NULL)
			while ((mark = strchr(edited, '@')) != NULL)
				memmove(mark, mark + 1, strlen(mark));
		find_place(slips[i].place, &line, &column);
		faults_free(faults);
		faults = faults_new(JX_EN);
		cr_assert_null(read_bytes(edited, strlen(edited)), "\"%s\" was taken", slips[i].to);
		cr_expect_eq(faults_count(faults), 1u, "\"%s\" gave %zu faults, 2nd %s",
		    slips[i].to, faults_count(faults), fault_line(arena, 1));
		fault = faults_at(faults, 0);
		cr_expect(fault->line == line && fault->column == column &&
			      strstr(fault->expected, slips[i].expected) != NULL,
		    "\"%s\" wants %u:%u \"%s\" and gave %s", slips[i].to, line, column,
		    slips[i].expected, fault_line(arena, 0));
	}
	arena_free(arena);
}

Test(scheme, all_faults_are_told_at_once_in_the_users_language)
{
	static const char *const edits[][2] = {
	    {"digits: 2", "digits: 9"},
	    {"item: decomposition,", "item: organisation,"},
	    {"self: 1 ", "self: 2 "},
	    {"from: 80", "from: 95"},
	    {"award: investment", "award: first"},
	};
	static const char *const lines[] = {
	    "scheme.yaml:20:11: 9 · 应为 0 至 4 之间的整数",
	    "scheme.yaml:53:12: organisation · 代码在列表中重复",
	    "scheme.yaml:84:7: 101 · weights、voters、leaders 的权重之和应为 100，现为 101",
	    "scheme.yaml:179:35: 95 · 等次由高到低，from 应小于上一等次的 90",
	    "scheme.yaml:214:17: first · 奖项代码不应与其他奖项相同，composite 是综合奖的代码",
	};
	struct arena *arena = arena_new(1 << 20);

	faults_free(faults);
	faults = faults_new(JX_ZH);
	memcpy(edited, basis, strlen(basis) + 1);
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
		edit(edited, edits[i][0], edits[i][1]);
	cr_assert_null(read_bytes(edited, strlen(edited)));
	cr_assert_eq(faults_count(faults), 5u, "%zu faults", faults_count(faults));
	faults_sort(faults);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		cr_expect_str_eq(fault_line(arena, i), lines[i]);
	arena_free(arena);
}

/* A doubled key, an anchor or an unread value does not hide what else is wrong. */
Test(scheme, a_fault_of_form_does_not_hide_the_others)
{
	edit(basis, "year: 2010", "year: &y 2010\nyear: 2011");
	edit(edited, "乡镇和街道, weight: 2", "乡镇和街道, weight: x");
	edit(edited, "points: 72", "points: 70");
	edit(edited, "  department:\n    key", "  departments:\n    key");
	cr_assert_null(read_bytes(edited, strlen(edited)));
	cr_expect_eq(faults_count(faults), 6u, "%zu faults", faults_count(faults));
}

/* The least a scheme needs. */
static const char least[] =
    "scheme: 1\n"
    "city: x\n"
    "city_name: 某市\n"
    "year: 2026\n"
    "rounding: {digits: 1}\n"
    "classes: {county: {name: 县, kind: county}}\n"
    "basic: [{item: a, name: 甲, points: １０．５}]\n"
    "progress: {rounds: 1}\n"
    "kinds:\n"
    "  county:\n"
    "    key_points: 99\n"
    "    parts: [{part: p, name: 乙}]\n"
    "    common: [{item: c, name: 丙,丁,  points: 1, set_by: [戊,己]}]\n"
    "    weights: {basic: 0, progress: 0, visits: 0, self: 0, common: 0, key: 9}\n"
    "    voters: [{group: g, name: 庚, weight: 90.55}]\n"
    "    leaders: [{rank: r, name: 辛, weight: 0.45, method: mark}]\n"
    "ballot: {questions: [{question: q, name: 壬}], options: {A: 100}}\n"
    "grades: [{grade: one, name: 癸, from: 0}]\n";

Test(scheme, what_may_be_absent_has_its_default)
{
	struct scheme *scheme = read_good(least);

	cr_expect_str_eq(scheme->title, "");
	cr_expect_eq(scheme->compare, COMPARE_PUBLISHED);
	cr_expect_eq(scheme->tie_break_count, 0u);
	cr_expect_not(scheme->calendar.goals_confirmed.present);
	cr_expect_not(scheme->calendar.has_publicity_days);
	cr_expect_eq(scheme->unsampled, UNSAMPLED_PROGRESS);
	cr_expect_not(scheme->kinds[KIND_DEPARTMENT].present);
	cr_expect_eq(scheme->tier_count, 0u);
	cr_expect_not(scheme->has_rank_marks);
	cr_expect_eq(scheme->unsupervised, UNSUPERVISED_REDISTRIBUTE);
	cr_expect(scheme->bonus_cap == 0 && scheme->bonus_count == 0);
	cr_expect(scheme->veto_levels == 1 && scheme->veto_kind_count == 0);
	cr_expect_eq(scheme->county_award_count, 0u);
	cr_expect_not(scheme->composite.present);
	cr_expect_not(scheme->single.present);
	cr_expect_eq(scheme->basic_points, 1050, "full-width digits are digits");
	cr_expect_str_eq(
	    scheme->kinds[KIND_COUNTY].common[0].name, "丙,丁", "a comma inside a word is text");
	cr_expect_eq(
	    scheme->kinds[KIND_COUNTY].common[0].set_by_count, 2u, "in a list a comma parts");
	scheme_free(scheme);
}

/* Also many of them: libfyaml's own way to a text leaks then, which the sanitizer would tell. */
Test(scheme, quotes_and_escapes_are_resolved)
{
	char title[TEXT_NAME_SIZE_MAX + 1] = "", line[2 * TEXT_NAME_SIZE_MAX + 32] = "title: '";
	struct scheme *scheme;

	for (size_t i = 0; i < TEXT_NAME_SIZE_MAX / 2; i++) {
		strcat(title, "x'");
		strcat(line, "x''");
	}
	strcat(line, "'");
	edit(basis, "title: 政府绩效评估方案", line);
	edit(edited, "city_name: 松原市", "city_name: \"\\u677E\\x20\\\"原\\\"\"");
	scheme = read_good(edited);
	cr_expect_str_eq(scheme->title, title);
	cr_expect_str_eq(scheme->city_name, "松 \"原\"");
	scheme_free(scheme);
}

/* Without any of its required keys a scheme is refused, and told which. */
Test(scheme, every_required_key_is_missed)
{
	static const char *const keys[] = {"scheme", "city", "city_name", "year", "rounding",
	    "classes", "basic", "progress", "kinds", "ballot", "grades"};
	char line[32], wanted[64];

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *start, *end;

		snprintf(line, sizeof line, "\n%s:", keys[i]);
		start = i == 0 ? least : strstr(least, line) + 1;
		end = strchr(start, '\n') + 1;
		while (*end == ' ')
			end = strchr(end, '\n') + 1;
		snprintf(edited, sizeof edited, "%.*s%s", (int)(start - least), least, end);
		faults_free(faults);
		faults = faults_new(JX_EN);
		cr_assert_null(read_bytes(edited, strlen(edited)), "%s", keys[i]);
		snprintf(wanted, sizeof wanted, "scheme.yaml lacks %s", keys[i]);
		cr_expect_eq(
		    faults_count(faults), 1u, "without %s: %zu", keys[i], faults_count(faults));
		cr_expect_str_eq(faults_at(faults, 0)->expected, wanted);
	}
}

Test(scheme, a_mark_of_byte_order_and_windows_line_ends_change_nothing_but_the_digest)
{
	struct scheme *plain = read_good(least), *windows;
	uint8_t digest[32];
	size_t size = 3;

	memcpy(edited, "\xef\xbb\xbf", size);
	for (const char *c = least; *c != '\0'; c++) {
		if (*c == '\n')
			edited[size++] = '\r';
		edited[size++] = *c;
	}
	edited[size] = '\0';
	windows = read_good(edited);
	cr_expect_str_eq(windows->kinds[KIND_COUNTY].voters[0].name, "庚");
	cr_expect_eq(scheme_clause_line(windows, "grades.one"), 18u);
	crypto_hash_sha256(digest, (const uint8_t *)edited, size);
	cr_expect_arr_eq(windows->digest, digest, sizeof digest);
	cr_expect_neq(memcmp(windows->digest, plain->digest, sizeof digest), 0);
	scheme_free(windows);
	scheme_free(plain);
}

/* R47: where a value stands, for the explanation of a score. */
Test(scheme, a_clause_is_found_by_its_path)
{
	static const struct {
		const char *path, *text;
	} clauses[] = {
	    {"kinds.county.key_points", "@key_points: 90"},
	    {"kinds.county.parts", "@parts:"},
	    {"kinds.county.weights", "@weights:"},
	    {"kinds.county.weights.key", "@key: 36"},
	    {"kinds.county.voters.townships", "@{group: townships"},
	    {"kinds.county.leaders.mayor", "@{rank: mayor"},
	    {"kinds.county.common.discipline", "@{item: discipline"},
	    {"basic.organisation", "@{item: organisation"},
	    {"progress.rounds", "@rounds: 4"},
	    {"visits.unsampled", "@unsampled:"},
	    {"ballot.options.A", "@A: 100"},
	    {"tiers", "@tiers:"},
	    {"rank_marks", "@rank_marks:"},
	    {"unsupervised", "@unsupervised:"},
	    {"bonus.cap", "@cap: 3"},
	    {"bonus.kinds.innovation", "@{kind: innovation"},
	    {"grades.excellent", "@{grade: excellent"},
	    {"awards.single.mix", "@mix:"},
	};
	struct scheme *scheme = read_good(basis);
	uint32_t line, column;

	memcpy(edited, basis, strlen(basis) + 1);
	for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
		find_place(clauses[i].text, &line, &column);
		cr_expect_eq(
		    scheme_clause_line(scheme, clauses[i].path), line, "%s", clauses[i].path);
	}
	cr_expect_eq(scheme_clause_line(scheme, "kinds.county.weights.luck"), 0u);
	cr_expect_eq(scheme_clause_line(scheme, ""), 0u);
	scheme_free(scheme);
}

Test(scheme, finders_know_what_is_not_there)
{
	struct scheme *scheme = read_good(basis);
	const struct scheme_kind *county = &scheme->kinds[KIND_COUNTY];

	cr_expect_eq(scheme_class_find(scheme, "none"), -1);
	cr_expect_eq(scheme_grade_find(scheme, "poor"), 3);
	cr_expect_eq(scheme_item_find(county->common, county->common_count, "safety"), 9);
	cr_expect_eq(scheme_option_find(scheme->tiers, scheme->tier_count, "3"), 2);
	cr_expect_eq(scheme_part_find(county, "innovation"), 1);
	cr_expect_eq(scheme_voters_find(county, "clients"), -1);
	cr_expect_eq(scheme_rank_find(county, "deputy"), 2);
	cr_expect_eq(scheme_bonus_find(scheme, "growth"), 5);
	cr_expect_eq(component_find("leaders"), COMPONENT_LEADERS);
	cr_expect_eq(component_find("luck"), COMPONENT_COUNT);
	scheme_free(scheme);
}

/* What a hostile text costs is bounded; each is refused in one line, before it is built up. */
Test(scheme, hostile_texts_are_refused_early)
{
	static const struct {
		const char *head, *again;
		size_t count;
		const char *expected;
	} texts[] = {
	    {"", "[", 100000, "at most 16 levels"},
	    {"", "{a: ", 100000, "at most 16 levels"},
	    {"", "- ", 100000, "at most 16 levels"},
	    {"a: [", "x,", 1001, "at most 1000 entries in one place"},
	    {"a: [", "x,", 500000, "at most 1000 entries in one place"},
	    {"", "? ", 400000, "expected a name"},
	    {"", "# \n", 300000, "the file is empty"},
	    {"", " ", 1000000, "the file is empty"},
	    {"", "a", TEXT_SCHEME_SIZE_MAX + 1, "at most 1048576 bytes"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t size = strlen(texts[i].head), step = strlen(texts[i].again);

		memcpy(edited, texts[i].head, size);
		for (size_t j = 0; j < texts[i].count; j++, size += step)
			memcpy(edited + size, texts[i].again, step);
		faults_free(faults);
		faults = faults_new(JX_EN);
		cr_assert_null(read_bytes(edited, size), "text %zu", i);
		cr_expect_eq(faults_count(faults), 1u, "text %zu: %zu", i, faults_count(faults));
		cr_expect(strstr(faults_at(faults, 0)->expected, texts[i].expected) != NULL,
		    "text %zu: %s", i, faults_at(faults, 0)->expected);
	}
	cr_expect_null(read_bytes(NULL, 0));
	cr_expect_null(read_bytes("\xef\xbb\xbf", 3));
	cr_expect_null(read_bytes("a\0b", 3));
	cr_expect_null(read_bytes("- a", 3));
}

/* Cut or with a byte changed: no crash, no leak, and nothing is printed. */
Test(scheme, damaged_texts_are_silent_and_harmless)
{
	size_t size = strlen(basis);
	FILE *caught = tmpfile();
	int kept = dup(STDERR_FILENO);

	cr_assert(caught != NULL && kept >= 0);
	fflush(stderr);
	dup2(fileno(caught), STDERR_FILENO);
	for (size_t cut = 0; cut < size; cut += 97)
		scheme_free(read_bytes(basis, cut));
	for (size_t at = 0; at < size; at += 61) {
		memcpy(edited, basis, size + 1);
		edited[at] = "{}[],:-#&*!|>'\"%@`\n\t \0\xff"[at % 23];
		scheme_free(read_bytes(edited, size));
	}
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	fseek(caught, 0, SEEK_END);
	cr_expect_eq(ftell(caught), 0L, "something was printed");
	fclose(caught);
}
