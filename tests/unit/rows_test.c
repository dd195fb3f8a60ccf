/* Rows of a deed: YAML and CSV in, every fault in its place; written and read back equal. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "records/build.h"
#include "records/field.h"
#include "rows/moment.h"
#include "rows/rows.h"

static struct arena *arena;
static struct faults *faults;

static void
set_up(void)
{
	arena = arena_new(64 << 20);
	faults = faults_new(JX_ZH);
}

static void
tear_down(void)
{
	faults_free(faults);
	arena_free(arena);
}

TestSuite(rows, .init = set_up, .fini = tear_down);

static struct rows *
read_text(const char *name, const enum record_kind *kinds, size_t count, const char *text)
{
	struct rows *rows = rows_new(arena, kinds, count, name, faults);
	char *copy = arena_strdup(arena, text);

	cr_assert_not_null(rows);
	if (strstr(name, ".csv") != NULL)
		cr_assert_eq(rows_read_csv(rows, copy, strlen(copy)), JX_OK);
	else
		cr_assert_eq(rows_read_yaml(
				 rows, (struct bytes){(const uint8_t *)copy, strlen(copy)}),
		    JX_OK);
	return rows;
}

/* All faults as lines, in order. */
static const char *
lines(void)
{
	const char *all = "";

	for (size_t i = 0; i < faults_kept(faults); i++)
		all = arena_printf(arena, "%s%s\n", all, fault_text(arena, faults_at(faults, i)));
	return all;
}

#define NO_FAULT() cr_assert_eq(faults_count(faults), 0u, "%s", lines())

static const enum record_kind goals[] = {PAPER_PLAN_GOALS};
static const enum record_kind self[] = {PAPER_SELF_REPORTS, PAPER_SELF_LINES};

Test(rows, a_list_of_mappings_is_of_the_one_kind)
{
	struct rows *rows = read_text("p.yaml", goals, 1,
	    "- unit: X01\n"
	    "  goal: G1\n"
	    "  title: |\n"
	    "    修路\n"
	    "    十公里\n"
	    "  points: ９.25\n"
	    "  place: \n"
	    "- {unit: X01, goal: G2, duty: lead, target: 12.5}\n");
	const Jx__Records *records = rows_records(rows);
	const Jx__PlanGoal *goal;

	NO_FAULT();
	cr_assert_eq(rows_count(rows), 2u);
	goal = records->plan_goals[0];
	cr_assert_str_eq(goal->title, "修路 十公里");
	cr_assert_eq(goal->points, 925);
	cr_assert_null(goal->place, "empty is absent");
	cr_assert(!goal->has_target);
	cr_assert_eq(records->plan_goals[1]->target, 1250);
	cr_assert_str_eq(records->plan_goals[1]->duty, "lead");
}

Test(rows, kinds_stand_under_their_names_with_a_head_beside_them)
{
	struct rows *rows = read_text("s.yaml", self, 2,
	    "city: \"220700\"\n"
	    "year: 2026\n"
	    "unit: X01\n"
	    "based_on: 17\n"
	    "self_reports:\n"
	    "  unit: X01\n"
	    "  statement: 好\n"
	    "  body_date: 2026-12-01\n"
	    "self_lines:\n"
	    "  - {unit: X01, goal: G1, text: 完成}\n");

	NO_FAULT();
	cr_assert_str_eq(rows_head(rows)->city, "220700");
	cr_assert_str_eq(rows_head(rows)->unit, "X01");
	cr_assert_eq(rows_head(rows)->year, 2026u);
	cr_assert(rows_head(rows)->has_based_on && rows_head(rows)->based_on == 17);
	cr_assert_eq(rows_records(rows)->n_self_reports, 1u);
	cr_assert_str_eq(rows_records(rows)->self_reports[0]->body_date, "2026-12-01");
	cr_assert_eq(rows_records(rows)->n_self_lines, 1u);
}

Test(rows, every_fault_of_a_yaml_is_placed)
{
	read_text("p.yaml", goals, 1,
	    "based_on: neu\n"
	    "plan_goals:\n"
	    "  - unit: X01\n"
	    "    points: 9.255\n"
	    "    duty: boss\n"
	    "    pionts: 3\n"
	    "  - goal: [a]\n"
	    "  - 目标\n"
	    "plans: []\n");
	cr_assert_str_eq(lines(),
	    "p.yaml:1:11: neu · 应为整数\n"
	    "p.yaml:4:13: 9.255 · 应为不带符号的数，最多两位小数\n"
	    "p.yaml:5:11: boss · 应为 lead、coordinate 之一\n"
	    "p.yaml:6:5: pionts · 没有这一字段；应为 "
	    "unit、goal、title、part、points、duty、task、place、workload、difficulty、carrier、target、"
	    "measure、rule\n"
	    "p.yaml:7:11: goal · 应为一个值\n"
	    "p.yaml:8:5: 目标 · 应为“字段: 值”\n"
	    "p.yaml:9:1: plans · 此处应为 plan_goals，或 city、year、unit、based_on\n");
}

Test(rows, broken_yaml_is_one_fault)
{
	static const char *const texts[] = {
	    "", "- {a", "a: &x 1\n", "[[[[[[[[[[[[[[[[[[[[[[[[[[", "\tx: 1\n", "- unit: *x\n", "42\n"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t before = faults_count(faults);

		read_text("b.yaml", goals, 1, texts[i]);
		cr_assert_gt(faults_count(faults), before, "text %zu", i);
	}
}

Test(rows, a_csv_has_its_columns_in_any_order)
{
	struct rows *rows = read_text("p.csv", goals, 1,
	    "points,goal,unit,title\r\n"
	    "9.25,G1,X01,\"修路\n十公里\"\r\n"
	    ",,,\r\n"
	    "３,G2,X01,\r\n");
	const Jx__Records *records = rows_records(rows);
	struct rows_at at;

	NO_FAULT();
	cr_assert_eq(records->n_plan_goals, 2u);
	cr_assert_str_eq(records->plan_goals[0]->title, "修路 十公里");
	cr_assert_eq(records->plan_goals[1]->points, 300);
	cr_assert_null(records->plan_goals[1]->title);
	/* The daemon's row 2, field 5 (points), is line 5, column 1: a line break stands in the
	 * first. */
	cr_assert(rows_place(rows, "plan_goals", 2, 5, &at));
	cr_assert(at.line == 5 && at.column == 1, "%u:%u", at.line, at.column);
	cr_assert(rows_place(rows, "plan_goals", 1, 6, &at) && at.line == 2, "left out: its row");
	cr_assert(!rows_place(rows, "plan_goals", 3, 1, &at));
	cr_assert(!rows_place(rows, "plans", 1, 1, &at));
}

Test(rows, rows_that_do_not_say_whose_they_are_get_the_unit)
{
	struct rows *rows = read_text("p.csv", goals, 1, "goal,unit\nG1,\nG2,X02\n");
	char unit[] = "X01";

	NO_FAULT();
	rows_fill_unit(rows, unit);
	cr_assert_str_eq(rows_records(rows)->plan_goals[0]->unit, "X01");
	cr_assert_str_eq(rows_records(rows)->plan_goals[1]->unit, "X02", "what is said stays");
}

Test(rows, a_csv_of_several_kinds_names_each_row_s)
{
	struct rows *rows = read_text("s.csv", self, 2,
	    "record,unit,goal,text,statement\n"
	    "self_reports,X01,,,好\n"
	    "self_lines,X01,G1,完成,\n");

	NO_FAULT();
	cr_assert_eq(rows_records(rows)->n_self_reports, 1u);
	cr_assert_eq(rows_records(rows)->n_self_lines, 1u);
}

Test(rows, every_fault_of_a_csv_is_placed)
{
	read_text("p.csv", goals, 1,
	    "unit,goal,colour,points,goal\n"
	    "X01,G1,red,-1,G1\n"
	    "X01,G2\n"
	    "X01,\"G\a3\",,1,\n"
	    "X0\"1,G3,,1,\n");
	cr_assert_str_eq(lines(),
	    "p.csv:1:3: colour · 没有这一列；应为 "
	    "unit、goal、title、part、points、duty、task、place、workload、difficulty、carrier、target、"
	    "measure、rule\n"
	    "p.csv:1:5: goal · 与第 2 列重复\n"
	    "p.csv:2:4: -1 · 应为不带符号的数，最多两位小数\n"
	    "p.csv:3:1: 应有 5 列，现有 2 列\n"
	    "p.csv:4:2: G\xEF\xBF\xBD"
	    "3 · 含有不允许的字符（控制字符、不可见字符等）\n"
	    "p.csv:5:1: 未加引号的单元格内不得有引号\n");
	faults_free(faults);
	faults = faults_new(JX_ZH);
	read_text("s.csv", self, 2, "unit,goal\nX01,G1\n");
	cr_assert_str_eq(
	    lines(), "s.csv:1:1: 应有 record 列，写明每行是哪一类：self_reports、self_lines\n");
	faults_free(faults);
	faults = faults_new(JX_ZH);
	read_text("s.csv", self, 2, "record,unit,statement\nself_lines,X01,好\nplans,X01,\n");
	cr_assert_str_eq(lines(),
	    "s.csv:2:3: 好 · self_lines 没有字段 statement\n"
	    "s.csv:3:1: plans · 应为 self_reports、self_lines\n");
}

/* ---- Moments. */

static uint64_t
moment(const char *text)
{
	uint64_t us = 77;

	if (rows_moment_read((struct bytes){(const uint8_t *)text, strlen(text)}, &us) != JX_OK)
		cr_assert_eq(us, 77u);
	return us;
}

Test(rows, moments_are_beijing_s)
{
	static const char *const bad[] = {"", "2026-02-29", "2026-13-01", "20260420", "2026-04-20 24:01",
	    "2026-04-20 7:00", "2026-04-20T01:00:00+08:00x", "1969-12-31",
	    "99999999999999999999", "2026-04-20 17:30 x"};
	char buffer[ROWS_MOMENT_SIZE];
	uint64_t end = moment("2026-04-20");

	cr_assert_eq(end, 1776700800u * UINT64_C(1000000), "16:00 UTC");
	cr_assert_eq(moment(" 2026-04-20 24:00 "), end);
	cr_assert_eq(moment("2026-04-21 00:00"), end);
	cr_assert_eq(moment("2026-04-20T16:00:00.000000Z"), end);
	cr_assert_eq(moment("2026-04-20T16:00:00Z"), end);
	cr_assert_eq(moment("1776700800000000"), end);
	cr_assert_eq(moment("2026-04-20 17:30:05"), end - UINT64_C(23395000000));
	cr_assert_eq(moment("1970-01-01 08:00"), 0u);
	cr_assert_eq(moment("2028-02-29"), moment("2028-03-01 00:00"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_assert_eq(moment(bad[i]), 77u, "%s", bad[i]);
	cr_assert_str_eq(rows_moment_text(end, buffer), "2026-04-20");
	cr_assert_str_eq(rows_moment_text(end + 60000000, buffer), "2026-04-21 00:01");
	cr_assert_str_eq(rows_moment_text(end + 1, buffer), "2026-04-20T16:00:00.000001Z");
	cr_assert_str_eq(rows_moment_shown(end, buffer), "2026-04-20 24:00");
	cr_assert_str_eq(rows_moment_shown(end + 1000001, buffer), "2026-04-21 00:00:01");
	for (uint64_t us = 1; us < UINT64_C(1) << 62; us = us * 7 + 3)
		cr_assert_eq(moment(rows_moment_text(us, buffer)), us, "%s", buffer);
	for (uint64_t us = 0; us < UINT64_C(284256000000000000); us += UINT64_C(43070400000000))
		cr_assert_eq(moment(rows_moment_text(us, buffer)), us, "%s", buffer);
}

/* ---- What is pulled and pushed back changes nothing. */

static const char *const tricky[] = {"X01", "no", "~", "- a: b", "\"引\" 'x' \\n", "# 不是注释", "a: b #c",
    "{x}", "*", "&a", "!t", "100%", "1e3", "0x10", "2026-04-20", "|", ">", "市政府，办公室", "[1,2]", "@", "`",
    "null", "?", ", ,", "a\\"};

static void
fill(ProtobufCMessage *record, enum record_kind kind, size_t round)
{
	for (size_t i = 0; i < record_kinds[kind].field_count; i++) {
		const struct record_field *field = &record_kinds[kind].fields[i];
		size_t seed = round * 31 + i * 7 + kind;
		const char *text = tricky[seed % (sizeof tricky / sizeof *tricky)];

		if (!field->key && (round + i) % 4 == 3)
			continue; /* not given */
		if (field->type == FIELD_MOMENT)
			field_set_number(record, kind, i,
			    (int64_t)(seed * 123456789 + (round % 2 == 0 ? 0 : seed * 3600000000)));
		else if (field->type == FIELD_POINTS)
			field_set_number(record, kind, i, (int64_t)(seed * 9973 % 100000000));
		else if (field_is_number(field->type))
			field_set_number(record, kind, i, (int64_t)(seed + 1));
		else if (field->type == FIELD_CHOICE)
			field_set_text(record, kind, i, (char *)(uintptr_t)field->choices[0]);
		else if (field->type == FIELD_DATE)
			field_set_text(record, kind, i, (char *)(uintptr_t) "2028-02-29");
		else if (field->type == FIELD_ANSWERS) {
			char **answers = arena_alloc(arena, 3 * sizeof *answers);

			answers[0] = (char *)(uintptr_t) "A";
			answers[1] = (char *)(uintptr_t) "";
			answers[2] = (char *)(uintptr_t) "优";
			field_set_answers(record, kind, i, answers, 3);
		} else
			field_set_text(record, kind, i, (char *)(uintptr_t)text);
	}
}

Test(rows, written_and_read_back_they_are_equal)
{
	for (int k = 0; k < PAPER_END; k++) {
		const enum record_kind kind = (enum record_kind)k;
		struct records_builder *builder = records_builder_new(arena);
		struct rows_head head = {"220700", "X01", 2026, 123456789012345, true};
		char *text = NULL;
		size_t size = 0;
		FILE *file = open_memstream(&text, &size);
		struct rows *rows;

		for (size_t round = 0; round < 40; round++)
			fill(records_builder_add(builder, kind), kind, round);
		rows_write(file, &head, records_builder_get(builder), &kind, 1);
		fclose(file);
		rows = read_text("x.yaml", &kind, 1, text);
		NO_FAULT();
		cr_assert_eq(rows_count(rows), 40u, "%s", record_kinds[kind].name);
		for (size_t i = 0; i < 40; i++)
			cr_assert(record_equal(records_at(records_builder_get(builder), kind, i),
				      records_at(rows_records(rows), kind, i), kind),
			    "%s %zu:\n%s", record_kinds[kind].name, i, text);
		cr_assert_str_eq(rows_head(rows)->unit, "X01");
		cr_assert_eq(rows_head(rows)->based_on, head.based_on);
		free(text);
	}
}

Test(rows, nothing_is_written_as_nothing)
{
	struct records_builder *builder = records_builder_new(arena);
	struct rows_head head = {.city = NULL};
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	rows_write(file, &head, records_builder_get(builder), self, 2);
	fclose(file);
	cr_assert_str_eq(text, "self_reports: []\nself_lines: []\n");
	cr_assert_eq(rows_count(read_text("x.yaml", self, 2, text)), 0u);
	NO_FAULT();
	free(text);
}
