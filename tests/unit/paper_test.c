/* One row of a paper alone. */
#include <criterion/criterion.h>
#include <string.h>

#include "records/build.h"
#include "records/field.h"
#include "records/paper.h"
#include "wire/text.h"

enum { ARENA_SIZE = 8 << 20 };

static struct arena *arena;
static struct records_builder *builder;

static void
set_up(void)
{
	arena = arena_new(ARENA_SIZE);
	builder = records_builder_new(arena);
}

static void
tear_down(void)
{
	arena_free(arena);
}

TestSuite(paper, .init = set_up, .fini = tear_down);

/* Every field set, as its row says. */
static ProtobufCMessage *
add_good(enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	ProtobufCMessage *record = records_builder_add(builder, kind);

	for (size_t i = 0; i < row->field_count; i++) {
		const struct record_field *field = &row->fields[i];

		if (field_is_number(field->type))
			field_set_number(record, kind, i, 1);
		else if (field->type == FIELD_DATE)
			field_set_text(record, kind, i, (char *)"2024-02-29");
		else if (field->type == FIELD_CHOICE)
			field_set_text(record, kind, i, (char *)field->choices[0]);
		else if (field->type != FIELD_ANSWERS)
			field_set_text(record, kind, i, (char *)"市1");
	}
	return record;
}

Test(paper, check_takes_what_every_kinds_row_says)
{
	for (int k = 0; k < PAPER_END; k++) {
		enum record_kind kind = (enum record_kind)k;
		const struct record_row *row = &record_kinds[k];
		ProtobufCMessage *record = add_good(kind);

		cr_assert_eq(paper_check(kind, record), -1, "%s", row->name);
		for (size_t i = 0; i < row->field_count; i++) {
			enum field_type type = row->fields[i].type;

			if (field_is_number(type) || type == FIELD_ANSWERS || type == FIELD_VALUE)
				continue;
			record = add_good(kind);
			field_set_text(record, kind, i, (char *)"");
			cr_assert_eq(paper_check(kind, record),
			    row->fields[i].optional ? -1 : (int)i, "%s.%s", row->name,
			    row->fields[i].name);
			if (row->fields[i].optional)
				cr_assert_null(field_text(record, kind, i));
		}
		record = records_builder_add(builder, kind);
		cr_assert_eq(paper_check(kind, record), 0, "%s: no key", row->name);
	}
}

static void
check_text(enum record_kind kind, const char *field, const char *text, bool is_good)
{
	ProtobufCMessage *record = add_good(kind);
	int index = field_find(kind, field);

	field_set_text(record, kind, (size_t)index, (char *)text);
	cr_assert_eq(paper_check(kind, record), is_good ? -1 : index, "%s.%s: %.80s",
	    record_kinds[kind].name, field, text);
}

static void
check_number(enum record_kind kind, const char *field, int64_t number, bool is_good)
{
	ProtobufCMessage *record = add_good(kind);
	int index = field_find(kind, field);

	field_set_number(record, kind, (size_t)index, number);
	cr_assert_eq(paper_check(kind, record), is_good ? -1 : index, "%s.%s: %lld",
	    record_kinds[kind].name, field, (long long)number);
}

static char *
letters(size_t count)
{
	char *text = arena_alloc(arena, count + 1);

	memset(text, 'a', count);
	return text;
}

Test(paper, check_refuses_what_is_out_of_range)
{
	Jx__Step *step = (Jx__Step *)add_good(PAPER_STEPS);
	Jx__PlanGoal *goal = (Jx__PlanGoal *)add_good(PAPER_PLAN_GOALS);

	check_text(PAPER_PLAN_GOALS, "goal", letters(64), true);
	check_text(PAPER_PLAN_GOALS, "goal", letters(65), false);
	check_text(PAPER_PLAN_GOALS, "title", letters(600), true);
	check_text(PAPER_PLAN_GOALS, "title", letters(601), false);
	check_text(PAPER_PLANS, "reason", letters(3000), true);
	check_text(PAPER_PLANS, "reason", letters(3001), false);
	/* A key is joined by "/"; the number of a document may have one. */
	check_text(PAPER_PLANS, "unit", "A/B", false);
	check_text(PAPER_PLANS, "document", "A/B", true);
	check_text(PAPER_PLANS, "state", "Draft", false);
	check_text(PAPER_PLANS, "unit", "e\xCC\x81", false);
	check_text(PAPER_PLANS, "reason", " a", false);
	check_text(PAPER_PLANS, "reason", "a\nb", false);
	check_text(PAPER_PLANS, "reason", "a\xFF", false);
	check_text(PAPER_STEPS, "due", "2023-02-29", false);
	check_text(PAPER_STEPS, "due", "2023-2-28", false);
	check_text(PAPER_STEPS, "due", "2023/02/28", false);
	check_text(PAPER_STEPS, "due", "1999-12-31", false);
	check_text(PAPER_STEPS, "due", "2999-12-31", true);
	check_number(PAPER_PLAN_GOALS, "points", 0, true);
	check_number(PAPER_PLAN_GOALS, "points", -1, false);
	check_number(PAPER_PLAN_GOALS, "points", 99999999, true);
	check_number(PAPER_PLAN_GOALS, "points", 100000000, false);
	check_number(RECORD_PROGRESS, "mark", 10001, false);
	check_number(PAPER_ROUND_REPORTS, "round", 0, false);
	check_number(PAPER_STEPS, "done", 0, true);
	step->has_done = 0;
	step->due = NULL;
	cr_assert_eq(paper_check(PAPER_STEPS, &step->base), -1);
	goal->has_points = 0;
	cr_assert_eq(
	    paper_check(PAPER_PLAN_GOALS, &goal->base), field_find(PAPER_PLAN_GOALS, "points"));
}

Test(paper, key_joins_the_key_fields)
{
	Jx__GoalReport report = JX__GOAL_REPORT__INIT;
	struct arena *small = arena_new(16);

	report.unit = (char *)"X01";
	report.has_round = 1;
	report.round = 2;
	report.goal = (char *)"目标";
	report.text = (char *)"done";
	cr_assert_str_eq(paper_key(arena, PAPER_GOAL_REPORTS, &report.base), "X01/2/目标");
	report.goal = NULL;
	cr_assert_str_eq(paper_key(arena, PAPER_GOAL_REPORTS, &report.base), "X01/2/");
	cr_assert_null(paper_key(small, PAPER_GOAL_REPORTS, &report.base));
	arena_free(small);
}
