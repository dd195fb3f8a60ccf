/* The table of kinds and what walks it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/build.h"
#include "records/check.h"
#include "records/compare.h"
#include "records/field.h"
#include "records/json.h"

enum { ARENA_SIZE = 512 << 20, SCHEME_SIZE = 1 << 16 };

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

TestSuite(records, .init = set_up, .fini = tear_down);

static struct scheme *
load_scheme(void)
{
	static char text[SCHEME_SIZE];
	struct faults *faults = faults_new(JX_EN);
	FILE *file = fopen(JX_SOURCE_DIR "/tests/data/small/scheme.yaml", "rb");
	struct scheme *scheme;
	size_t size;

	cr_assert_not_null(file);
	size = fread(text, 1, sizeof(text), file);
	fclose(file);
	scheme = scheme_read((struct bytes){(uint8_t *)text, size}, "scheme.yaml", faults);
	cr_assert_not_null(scheme, "%s", faults_at(faults, 0)->expected);
	faults_free(faults);
	return scheme;
}

/* A record of that kind whose every field is set, told apart by number. */
static ProtobufCMessage *
add(enum record_kind kind, unsigned number)
{
	const struct record_row *row = &record_kinds[kind];
	ProtobufCMessage *record = records_builder_add(builder, kind);
	char **answers = arena_alloc(arena, 2 * sizeof(*answers));
	size_t i;

	for (i = 0; i < row->field_count; i++) {
		switch (row->fields[i].type) {
		case FIELD_POINTS:
		case FIELD_WHOLE:
		case FIELD_MOMENT:
		case FIELD_COUNT:
			field_set_number(record, kind, i, 100 + number);
			break;
		case FIELD_ANSWERS:
			answers[0] = arena_printf(arena, "A%u", number);
			answers[1] = arena_strdup(arena, "");
			field_set_answers(record, kind, i, answers, 2);
			break;
		case FIELD_CHOICE:
			field_set_text(record, kind, i, (char *)row->fields[i].choices[0]);
			break;
		case FIELD_CODE:
		case FIELD_NAME:
		case FIELD_VALUE:
		case FIELD_TEXT:
		case FIELD_DATE:
			field_set_text(record, kind, i,
			    arena_printf(arena, "%s%u\"\\市", row->fields[i].name, number));
			break;
		}
	}
	return record;
}

Test(records, table_and_messages_say_the_same)
{
	const struct {
		ProtobufCType type;
		ProtobufCLabel label;
	} types[] = {
	    [FIELD_CODE] = {PROTOBUF_C_TYPE_STRING, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_NAME] = {PROTOBUF_C_TYPE_STRING, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_CHOICE] = {PROTOBUF_C_TYPE_STRING, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_VALUE] = {PROTOBUF_C_TYPE_STRING, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_POINTS] = {PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_WHOLE] = {PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_ANSWERS] = {PROTOBUF_C_TYPE_STRING, PROTOBUF_C_LABEL_REPEATED},
	    [FIELD_TEXT] = {PROTOBUF_C_TYPE_STRING, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_DATE] = {PROTOBUF_C_TYPE_STRING, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_MOMENT] = {PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_LABEL_OPTIONAL},
	    [FIELD_COUNT] = {PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_LABEL_OPTIONAL},
	};

	cr_assert_eq(jx__records__descriptor.n_fields, (unsigned)PAPER_END);
	for (int kind = 0; kind < PAPER_END; kind++) {
		const struct record_row *row = &record_kinds[kind];
		const ProtobufCFieldDescriptor *of = &jx__records__descriptor.fields[kind];
		bool is_key = true;

		cr_assert_str_eq(row->name, of->name);
		cr_assert_eq(of->id, (unsigned)kind + 1);
		cr_assert_eq(of->label, PROTOBUF_C_LABEL_REPEATED);
		cr_assert_eq(of->descriptor, (const void *)row->message, "%s", row->name);
		cr_assert_eq(row->message->n_fields, row->field_count, "%s", row->name);
		cr_assert(row->fields[0].key, "%s", row->name);
		/* A bundle has no papers: a file of that name in one is unknown. */
		cr_assert_eq(paper_kind_find(row->name), (enum record_kind)kind);
		cr_assert_eq(record_kind_find(row->name),
		    (enum record_kind)(kind < RECORD_KIND_COUNT ? kind : RECORD_KIND_COUNT));
		for (size_t i = 0; i < row->field_count; i++) {
			const struct record_field *field = &row->fields[i];
			const ProtobufCFieldDescriptor *other = &row->message->fields[i];

			cr_assert_str_eq(field->name, other->name);
			cr_assert_eq(other->id, i + 1, "%s.%s", row->name, field->name);
			cr_assert_eq(
			    other->type, types[field->type].type, "%s.%s", row->name, field->name);
			cr_assert_eq(other->label, types[field->type].label, "%s.%s", row->name,
			    field->name);
			cr_assert_eq(field->choices != NULL, field->type == FIELD_CHOICE);
			cr_assert(is_key || !field->key, "keys of %s do not lead", row->name);
			is_key = field->key;
		}
	}
	cr_assert_eq(record_kind_find("goal"), RECORD_KIND_COUNT);
	cr_assert_eq(paper_kind_find("goal"), PAPER_END);
}

Test(records, builder_gathers_and_appends)
{
	struct records_builder *other = builder;
	Jx__Records *chunk, *all;

	add(RECORD_GOALS, 1);
	add(RECORD_GOALS, 2);
	chunk = records_builder_get(other);
	builder = records_builder_new(arena);
	for (unsigned i = 10; i < 50; i++)
		add(RECORD_GOALS, i);
	cr_assert_eq(records_builder_append(builder, chunk), JX_OK);
	all = records_builder_get(builder);
	cr_assert_eq(all->n_goals, 42u);
	cr_assert_eq(all->goals[41], chunk->goals[1]);
	cr_assert_eq(records_count_all(all), 42u);
	cr_assert_str_eq(all->goals[41]->goal, "goal2\"\\市");
}

Test(records, builder_stops_at_the_most_rows)
{
	Jx__Records chunk = JX__RECORDS__INIT;
	Jx__Unit unit = JX__UNIT__INIT;
	size_t i;

	chunk.n_units = RECORD_COUNT_MAX;
	chunk.units = malloc(chunk.n_units * sizeof(*chunk.units));
	for (i = 0; i < chunk.n_units; i++)
		chunk.units[i] = &unit;
	cr_assert_eq(records_builder_append(builder, &chunk), JX_OK);
	cr_assert_null(records_builder_add(builder, RECORD_GOALS));
	chunk.n_units = 1;
	cr_assert_eq(records_builder_append(builder, &chunk), JX_E_TOO_BIG);
	free(chunk.units);
}

Test(records, order_of_arrival_changes_neither_order_nor_digest)
{
	static const struct bytes scheme = {(const uint8_t *)"s", 1};
	uint8_t one[32], other[32];
	Jx__Records *records;

	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		for (unsigned i = 0; i < 20; i++)
			add((enum record_kind)kind, i);
	records = records_builder_get(builder);
	records_sort(records);
	records_digest(records, scheme, one);
	builder = records_builder_new(arena);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		for (unsigned i = 20; i-- > 0;)
			add((enum record_kind)kind, i);
	records = records_builder_get(builder);
	records_sort(records);
	records_digest(records, scheme, other);
	cr_assert_arr_eq(one, other, 32);
	/* Whole numbers by value, text by bytes. */
	cr_assert_eq(records->progress[0]->round, 100u);
	cr_assert_str_eq(records->units[2]->unit, "unit10\"\\市");
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		for (size_t i = 1; i < 20; i++)
			cr_assert_lt(
			    record_compare_key(records_at(records, (enum record_kind)kind, i - 1),
				records_at(records, (enum record_kind)kind, i),
				(enum record_kind)kind),
			    0);
}

static void
digest_now(const char *scheme, uint8_t digest[32])
{
	records_digest(records_builder_get(builder),
	    (struct bytes){(const uint8_t *)scheme, strlen(scheme)}, digest);
}

Test(records, digest_changes_with_every_field)
{
	uint8_t before[32], after[32];

	digest_now("scheme", before);
	digest_now("scheme ", after);
	cr_assert_neq(memcmp(before, after, 32), 0);
	for (int k = 0; k < RECORD_KIND_COUNT; k++) {
		enum record_kind kind = (enum record_kind)k;
		ProtobufCMessage *record = add(kind, 1), *same;

		for (size_t i = 0; i < record_kinds[k].field_count; i++) {
			enum field_type type = record_kinds[k].fields[i].type;
			char *answers[3] = {(char *)"A1", (char *)"", (char *)""};

			same = add(kind, 1);
			cr_assert(record_equal(record, same, kind));
			digest_now("scheme", before);
			if (type == FIELD_POINTS || type == FIELD_WHOLE)
				field_set_number(same, kind, i, 7);
			else if (type == FIELD_ANSWERS)
				field_set_answers(same, kind, i, answers, 3);
			else
				field_set_text(same, kind, i, (char *)"other");
			digest_now("scheme", after);
			cr_assert_neq(memcmp(before, after, 32), 0, "%s.%s", record_kinds[k].name,
			    record_kinds[k].fields[i].name);
			cr_assert_not(record_equal(record, same, kind));
			if (type == FIELD_ANSWERS)
				field_set_answers(same, kind, i, NULL, 0);
		}
	}
}

Test(records, digest_does_not_run_fields_together)
{
	uint8_t one[32], other[32];
	Jx__Basic *basic = (Jx__Basic *)add(RECORD_BASIC, 1);

	basic->unit = (char *)"ab";
	basic->item = (char *)"c";
	digest_now("", one);
	basic->unit = (char *)"a";
	basic->item = (char *)"bc";
	digest_now("", other);
	cr_assert_neq(memcmp(one, other, 32), 0);
}

Test(records, field_text_is_canonical)
{
	Jx__Goal goal = JX__GOAL__INIT;
	Jx__Progress progress = JX__PROGRESS__INIT;
	Jx__Ballot ballot = JX__BALLOT__INIT;
	char *answers[600], buffer[RECORD_TEXT_SIZE];
	const char *text;
	size_t i;

	cr_assert_str_eq(record_field_text(&goal.base, RECORD_GOALS, 4, buffer), "");
	goal.has_points = 1;
	goal.points = 920;
	cr_assert_str_eq(record_field_text(&goal.base, RECORD_GOALS, 4, buffer), "9.2");
	cr_assert_str_eq(record_field_text(&goal.base, RECORD_GOALS, 0, buffer), "");
	progress.has_round = 1;
	progress.round = UINT32_MAX;
	cr_assert_str_eq(
	    record_field_text(&progress.base, RECORD_PROGRESS, 1, buffer), "4294967295");
	for (i = 0; i < 600; i++)
		answers[i] = (char *)(i == 1 ? "" : "AB");
	ballot.answers = answers;
	ballot.n_answers = 3;
	cr_assert_str_eq(record_field_text(&ballot.base, RECORD_BALLOTS, 3, buffer), "AB//AB");
	ballot.n_answers = 600;
	text = record_field_text(&ballot.base, RECORD_BALLOTS, 3, buffer);
	cr_assert_lt(strlen(text), (size_t)RECORD_TEXT_SIZE);
	cr_assert_str_eq(text + strlen(text) - strlen("…"), "…");
}

static void
on_change(void *arg, enum record_kind kind, enum record_change change,
    const ProtobufCMessage *before, const ProtobufCMessage *after)
{
	static const char signs[] = {'+', '~', '=', '-'};
	char *seen = arg, buffer[RECORD_TEXT_SIZE];
	const ProtobufCMessage *one = after == NULL ? before : after;

	cr_assert_eq(before == NULL, change == RECORD_NEW);
	cr_assert_eq(after == NULL, change == RECORD_WITHDRAWN);
	sprintf(seen + strlen(seen), "%c%s.%s ", signs[change], record_kinds[kind].name,
	    record_field_text(one, kind, 1, buffer));
}

static void
add_goal(const char *goal, int64_t points)
{
	Jx__Goal *record = (Jx__Goal *)add(RECORD_GOALS, 1);

	record->goal = (char *)goal;
	record->points = points;
}

Test(records, comparison_tells_new_changed_unchanged_and_withdrawn)
{
	Jx__Records *before = records_builder_get(builder);
	char seen[256] = "";

	add_goal("a", 1);
	add_goal("b", 1);
	add_goal("c", 1);
	builder = records_builder_new(arena);
	add_goal("b", 2);
	add_goal("c", 1);
	add_goal("d", 1);
	((Jx__Unit *)add(RECORD_UNITS, 1))->name = (char *)"n";
	records_compare(before, records_builder_get(builder), on_change, seen);
	cr_assert_str_eq(seen, "+units.n -goals.a ~goals.b =goals.c +goals.d ");
}

Test(records, json_gives_every_kind_back)
{
	for (int k = 0; k < RECORD_KIND_COUNT; k++) {
		enum record_kind kind = (enum record_kind)k;
		ProtobufCMessage *record = add(kind, 3);
		char *json = record_json_write(arena, kind, record);
		char *array = arena_printf(arena, "[%s, %s]", json, json);
		struct records_builder *again = records_builder_new(arena);

		cr_assert_null(strchr(json, '\n'));
		cr_assert_eq(
		    records_json_read(again, kind, (struct bytes){(uint8_t *)array, strlen(array)}),
		    JX_OK, "%s", json);
		cr_assert_eq(records_count(records_builder_get(again), kind), 2u);
		cr_assert(
		    record_equal(record, records_at(records_builder_get(again), kind, 1), kind),
		    "%s", json);
	}
	cr_assert_str_eq(record_json_write(arena, RECORD_BALLOTS, add(RECORD_BALLOTS, 3)),
	    "{\"unit\":\"unit3\\\"\\\\市\",\"group\":\"group3\\\"\\\\市\",\"card\":"
	    "\"card3\\\"\\\\市\","
	    "\"answers\":[\"A3\",\"\"]}");
}

Test(records, json_of_another_shape_is_refused)
{
	static const char *const malformed[] = {
	    "",
	    "{",
	    "{}",
	    "null",
	    "[1]",
	    "[{}]",
	    "[{\"unit\":\"a\",\"item\":\"b\"}]",
	    "[{\"unit\":\"a\",\"item\":\"b\",\"points\":1.5}]",
	    "[{\"unit\":\"a\",\"item\":\"b\",\"points\":\"1\"}]",
	    "[{\"unit\":\"a\",\"item\":\"b\",\"points\":null}]",
	    "[{\"unit\":\"a\",\"item\":7,\"points\":1}]",
	    "[{\"unit\":\"a\",\"item\":\"b\",\"points\":1,\"more\":1}]",
	    "[{\"unit\":\"a\",\"item\":\"b\",\"mark\":1}]",
	    "[{\"unit\":\"a\",\"unit\":\"a\",\"item\":\"b\",\"points\":1}]",
	    "[{\"unit\":\"a\",\"item\":\"b\",\"points\":99999999999999999999}]",
	    "[{\"unit\":\"a\\u0000\",\"item\":\"b\",\"points\":1}]",
	    "[{\"unit\":\"a\",\"item\":\"b\",\"points\":1}] x",
	};
	static const char *const rounds[] = {"-1", "4294967296"};
	size_t i;

	for (i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++)
		cr_assert_eq(
		    records_json_read(builder, RECORD_BASIC,
			(struct bytes){(const uint8_t *)malformed[i], strlen(malformed[i])}),
		    JX_E_MALFORMED, "%s", malformed[i]);
	for (i = 0; i < 2; i++) {
		char *json =
		    arena_printf(arena, "[{\"unit\":\"a\",\"round\":%s,\"mark\":1}]", rounds[i]);

		cr_assert_eq(records_json_read(builder, RECORD_PROGRESS,
				 (struct bytes){(uint8_t *)json, strlen(json)}),
		    JX_E_MALFORMED, "%s", json);
	}
	cr_assert_eq(
	    records_json_read(builder, RECORD_BALLOTS,
		(struct bytes){(const uint8_t *)"[{\"unit\":\"a\",\"group\":\"b\",\"card\":\"c\","
						"\"answers\":[1]}]",
		    50}),
	    JX_E_MALFORMED);
}

/* ---- Records from the wire, which no reader has looked at. */

static Jx__Unit *
add_unit(const char *unit, const char *name, const char *class)
{
	Jx__Unit *record = (Jx__Unit *)records_builder_add(builder, RECORD_UNITS);

	record->unit = (char *)unit;
	record->name = (char *)name;
	record->class_ = (char *)class;
	return record;
}

Test(records, check_trusts_nothing_from_the_wire)
{
	static const char long_name[] =
	    "0123456789012345678901234567890123456789012345678901234567890123456789";
	struct scheme *scheme = load_scheme();
	struct faults *faults = faults_new(JX_EN);
	const char *expected[] = {
	    "units:1:1: unit is missing",
	    "units:2:2: expected normal text",
	    "units:3:1: at most 64 bytes",
	    "units:4:2: expected normal text",
	    "units:5:2: must not be empty",
	    "units:6:2: expected normal text",
	    "basic:1:3: points is missing",
	    "basic:2:3: must not be negative",
	    "progress:1:2: round is missing",
	    "ballots:1:4: expected answers to 3 questions, found 0",
	    "leader_marks:1:3: expected tier / mark / rank",
	    "leader_marks:2:4: 0 to 100",
	};
	Jx__LeaderMark *mark;
	Jx__Basic *basic;
	size_t i;

	add_unit(NULL, "a", "county");
	add_unit("U2", "a\nb", "county");
	add_unit(long_name, "a", "county");
	add_unit("U4", "e\xCC\x81", "county");
	add_unit("U5", "", "county");
	add_unit("U6", "a\xFF", "county");
	add_unit("E1", "a", "economy");
	for (i = 0; i < 2; i++) {
		basic = (Jx__Basic *)records_builder_add(builder, RECORD_BASIC);
		basic->unit = (char *)"U2";
		basic->item = (char *)(i == 0 ? "organisation" : "daily");
		basic->points = -1;
		basic->has_points = i == 1;
	}
	add(RECORD_PROGRESS, 1);
	records_builder_get(builder)->progress[0]->has_round = 0;
	records_builder_get(builder)->progress[0]->mark = 1;
	add(RECORD_BALLOTS, 1);
	records_builder_get(builder)->ballots[0]->n_answers = 0;
	for (i = 0; i < 2; i++) {
		mark = (Jx__LeaderMark *)records_builder_add(builder, RECORD_LEADER_MARKS);
		mark->leader = (char *)"L1";
		mark->unit = (char *)(i == 0 ? "U2" : "E1");
		mark->kind = (char *)(i == 0 ? "vote" : "mark");
		mark->value = (char *)"090"; /* not canonical: two texts for one mark */
	}
	((Jx__Leader *)add(RECORD_LEADERS, 1))->leader = (char *)"L1";
	records_builder_get(builder)->leaders[0]->rank = (char *)"mayor";
	cr_assert_not(
	    records_check(scheme, records_builder_get(builder), &records_locator_plain, faults));
	cr_assert_eq(faults_count(faults), sizeof(expected) / sizeof(expected[0]));
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct fault *fault = faults_at(faults, i);
		char *text = arena_printf(arena, "%s:%u:%u: %s", fault->file, fault->line,
		    fault->column, fault->expected);
		const char *rest = strstr(expected[i], ": ") + 2;

		cr_assert_eq(strncmp(text, expected[i], (size_t)(rest - expected[i])), 0,
		    "%s, not %s", text, expected[i]);
		cr_assert_not_null(strstr(text, rest), "%s, not %s", text, expected[i]);
	}
	faults_free(faults);
	scheme_free(scheme);
}

/* Sorted, reversed, all of one unit: none may take more than a moment. */
Test(records, check_of_many_rows_is_quick, .timeout = 60)
{
	enum { MANY = 200000 };
	struct scheme *scheme = load_scheme();
	struct faults *faults = faults_new(JX_EN);
	char **answers = arena_alloc(arena, 3 * sizeof(*answers));
	Jx__Records *records;
	Jx__Ballot *ballot;
	unsigned i;

	answers[0] = answers[1] = answers[2] = (char *)"A";
	add_unit("X1", "a", "county");
	for (i = 0; i < MANY; i++) {
		ballot = (Jx__Ballot *)records_builder_add(builder, RECORD_BALLOTS);
		ballot->unit = (char *)"X1";
		ballot->group = (char *)"public";
		ballot->card = arena_printf(arena, "%u", MANY - i);
		ballot->answers = answers;
		ballot->n_answers = 3;
	}
	records = records_builder_get(builder);
	cr_assert(records_check(scheme, records, &records_locator_plain, faults));
	records->ballots[7]->card = records->ballots[MANY - 1]->card;
	cr_assert_not(records_check(scheme, records, &records_locator_plain, faults));
	cr_assert_eq(faults_count(faults), 1u);
	cr_assert_eq(faults_at(faults, 0)->line, (uint32_t)MANY);
	faults_free(faults);
	scheme_free(scheme);
}
