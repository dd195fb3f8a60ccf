#include "records/check.h"

#include <assert.h>
#include <string.h>

#include "records/field.h"
#include "records/inside.h"
#include "wire/text.h"

enum {
	CHECK_ARENA_SIZE_MAX = 256 << 20, /* indexes of RECORD_COUNT_MAX records need 80 MiB */
	CHECK_SCRATCH_SIZE_MAX = 1 << 20, /* holds any one text many times */
};

static struct records_place
plain_locate(void *arg, enum record_kind kind, size_t index, int field, size_t answer)
{
	(void)arg;
	return (struct records_place){
	    .file = record_kinds[kind].name,
	    .line = (uint32_t)index + 1,
	    .column = (uint32_t)(field + 1) + (uint32_t)answer,
	};
}

const struct records_locator records_locator_plain = {.locate = plain_locate};

static struct records_place
field_place(const struct row *row, int field, size_t answer)
{
	const struct records_locator *locator = row->check->locator;

	return locator->locate(locator->arg, row->kind, row->index, field, answer);
}

struct records_place
check_place(const struct row *row, const char *field)
{
	int found = field_find(row->kind, field);

	assert(found >= 0);
	return field_place(row, found, 0);
}

uint32_t
check_unit_index(struct check *check, const char *unit)
{
	if (check->last_unit == NULL ||
	    (check->last_unit != unit && strcmp(check->last_unit, unit) != 0)) {
		check->last_index = order_find(&check->orders[RECORD_UNITS], unit, NULL);
		check->last_unit = unit;
	}
	return check->last_index;
}

int
check_unit_kind(struct check *check, const char *unit)
{
	uint32_t index = check_unit_index(check, unit);

	return index == ORDER_NOT_FOUND ? -1 : check->unit_kinds[index];
}

/* ---- One field alone. Each returns whether the field may be used further. */

/* Nearly every code is plain ASCII, which needs no Unicode tables. */
static bool
is_plain(const char *text)
{
	const char *at;

	for (at = text; *at > 0x20 && *at < 0x7f; at++)
		;
	return *at == '\0';
}

static bool
is_normal(struct check *check, const char *text, size_t size)
{
	const char *normal;

	if (is_plain(text))
		return true;
	if (check->scratch == NULL || arena_used(check->scratch) > CHECK_SCRATCH_SIZE_MAX / 2) {
		arena_free(check->scratch);
		check->scratch = arena_new(CHECK_SCRATCH_SIZE_MAX);
		if (check->scratch == NULL)
			return false;
	}
	normal = text_normal(check->scratch, (struct bytes){(const uint8_t *)text, size}, size);
	return normal != NULL && strcmp(normal, text) == 0;
}

static bool
check_text(const struct row *row, int field, const char *text, size_t size_max)
{
	struct records_place place;
	size_t size = strlen(text);

	if (size >= 1 && size <= size_max && is_normal(row->check, text, size))
		return true;
	place = field_place(row, field, 0);
	if (size == 0)
		faults_add(row->check->faults, place.file, place.line, place.column, text,
		    "不能为空", "must not be empty");
	else if (size > size_max)
		faults_add(row->check->faults, place.file, place.line, place.column, text,
		    "最多 %zu 字节", "at most %zu bytes", size_max);
	else
		faults_add(row->check->faults, place.file, place.line, place.column, text,
		    "应为规范的文字（NFC，首尾无空白，无控制字符）",
		    "expected normal text (NFC, no blanks at the ends, no control characters)");
	return false;
}

static bool
check_choice(const struct row *row, int field, const char *text)
{
	const char *const *choices = record_kinds[row->kind].fields[field].choices;
	const char *const *choice;
	char list[128] = "";
	struct records_place place;

	for (choice = choices; *choice != NULL; choice++)
		if (strcmp(*choice, text) == 0)
			return true;
	for (choice = choices; *choice != NULL; choice++) {
		assert(strlen(list) + strlen(*choice) + 4 < sizeof(list));
		if (choice != choices)
			strcat(list, " / ");
		strcat(list, *choice);
	}
	place = field_place(row, field, 0);
	faults_add(row->check->faults, place.file, place.line, place.column, text, "应为 %s",
	    "expected %s", list);
	return false;
}

static bool
check_points(const struct row *row, int field, int64_t points)
{
	int64_t max = record_kinds[row->kind].fields[field].max;
	char value[TEXT_DECIMAL_SIZE], most[TEXT_DECIMAL_SIZE];
	struct records_place place;

	if (points >= 0 && (max == 0 || points <= max))
		return true;
	place = field_place(row, field, 0);
	if (points < 0)
		faults_add(row->check->faults, place.file, place.line, place.column, "-",
		    "不能为负数", "must not be negative");
	else
		faults_add(row->check->faults, place.file, place.line, place.column,
		    text_decimal(points, value), "应在 0 至 %s 之间", "expected 0 to %s",
		    text_decimal(max, most));
	return false;
}

static bool
check_whole(const struct row *row, int field, int64_t number)
{
	struct records_place place;

	if (number >= 1)
		return true;
	place = field_place(row, field, 0);
	faults_add(row->check->faults, place.file, place.line, place.column, "0",
	    "应为 1 或更大的整数", "expected a whole number of at least 1");
	return false;
}

static bool
check_answers(const struct row *row, int field)
{
	const struct scheme *scheme = row->check->scheme;
	struct records_place place;
	bool is_good = true;
	char *const *answers;
	size_t count, i;

	answers = field_answers(row->record, row->kind, (size_t)field, &count);
	if (count != scheme->question_count) {
		place = field_place(row, field, 0);
		faults_add(row->check->faults, place.file, place.line, place.column, "",
		    "应有 %zu 题的回答，现有 %zu 个",
		    "expected answers to %zu questions, found %zu", scheme->question_count, count);
		return false;
	}
	for (i = 0; i < count; i++) {
		if (answers[i][0] == '\0' ||
		    scheme_option_find(scheme->options, scheme->option_count, answers[i]) >= 0)
			continue;
		place = field_place(row, field, i);
		faults_add(row->check->faults, place.file, place.line, place.column, answers[i],
		    "不是方案中的选项（ballot.options）",
		    "not an option of the scheme (ballot.options)");
		is_good = false;
	}
	return is_good;
}

static bool
check_absent(const struct row *row, int field)
{
	struct records_place place;

	if (row->check->locator->absent_reported)
		return true;
	place = field_place(row, field, 0);
	faults_add(row->check->faults, place.file, place.line, place.column, "", "缺少 %s",
	    "%s is missing", record_kinds[row->kind].fields[field].name);
	return false;
}

static bool
check_field(const struct row *row, int field)
{
	enum field_type type = record_kinds[row->kind].fields[field].type;
	const char *text;
	int64_t number;

	if (type == FIELD_ANSWERS)
		return check_answers(row, field);
	if (type == FIELD_POINTS || type == FIELD_WHOLE) {
		if (!field_number(row->record, row->kind, (size_t)field, &number))
			return check_absent(row, field);
		return type == FIELD_WHOLE ? check_whole(row, field, number)
					   : check_points(row, field, number);
	}
	text = field_text(row->record, row->kind, (size_t)field);
	if (text == NULL)
		return check_absent(row, field);
	if (type == FIELD_CHOICE)
		return check_choice(row, field, text);
	return check_text(
	    row, field, text, type == FIELD_NAME ? TEXT_NAME_SIZE_MAX : TEXT_CODE_SIZE_MAX);
}

/* ---- Keys. */

static bool
has_whole_key(const ProtobufCMessage *record, enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	int64_t number;
	size_t i;

	for (i = 0; i < row->field_count && row->fields[i].key; i++) {
		if (row->fields[i].type == FIELD_WHOLE) {
			if (!field_number(record, kind, i, &number))
				return false;
		} else if (field_text(record, kind, i) == NULL) {
			return false;
		}
	}
	return true;
}

/* "X001+G01", as the formats name a key. */
static const char *
key_text(struct check *check, const ProtobufCMessage *record, enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	char buffer[RECORD_TEXT_SIZE];
	const char *text = "";
	size_t i;

	for (i = 0; text != NULL && i < row->field_count && row->fields[i].key; i++)
		text = arena_printf(check->arena, "%s%s%s", text, i == 0 ? "" : "+",
		    record_field_text(record, kind, i, buffer));
	return text;
}

static void
check_keys(struct check *check, enum record_kind kind)
{
	const struct order *order = &check->orders[kind];
	struct row first = {check, kind, 0, NULL}, row = first;
	struct records_place place, before;
	size_t i;

	for (i = 0; i < order->count; i++) {
		row.index = order->indexes[i];
		row.record = order_at(order, i);
		if (first.record == NULL ||
		    record_compare_key(first.record, row.record, kind) != 0 ||
		    !has_whole_key(row.record, kind)) {
			first = row;
			continue;
		}
		before = field_place(&first, 0, 0);
		place = field_place(&row, 0, 0);
		faults_add(check->faults, place.file, place.line, place.column,
		    key_text(check, row.record, kind), "与第 %u 行重复，同一条只能出现一次",
		    "stands in line %u already; one may stand only once", before.line);
	}
}

/* ---- All of it. */

static enum jx_err
prepare(struct check *check)
{
	size_t units = records_count(check->records, RECORD_UNITS);
	size_t leaders = records_count(check->records, RECORD_LEADERS);
	size_t marks = records_count(check->records, RECORD_LEADER_MARKS);
	enum record_kind kind;
	enum jx_err err;
	int class;
	size_t i;

	for (kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		err = order_make(check->arena, check->records, kind, &check->orders[kind]);
		if (err != JX_OK)
			return err;
	}
	check->unit_kinds = arena_alloc(check->arena, units + 1);
	check->supervised = arena_alloc(check->arena, (leaders + 1) * sizeof(*check->supervised));
	check->rankings = arena_alloc(check->arena, (marks + 1) * sizeof(*check->rankings));
	if (check->unit_kinds == NULL || check->supervised == NULL || check->rankings == NULL)
		return JX_E_MEMORY;
	for (i = 0; i < units; i++) {
		const Jx__Unit *unit = check->records->units[i];

		class = unit->class_ == NULL ? -1 : scheme_class_find(check->scheme, unit->class_);
		check->unit_kinds[i] = class < 0 ? -1 : (int8_t)check->scheme->classes[class].kind;
	}
	for (i = 0; i < records_count(check->records, RECORD_SUPERVISION); i++) {
		const Jx__Supervision *pair = check->records->supervision[i];
		uint32_t leader = ORDER_NOT_FOUND;
		int unit_kind = -1;

		if (pair->leader != NULL)
			leader = order_find(&check->orders[RECORD_LEADERS], pair->leader, NULL);
		if (pair->unit != NULL)
			unit_kind = check_unit_kind(check, pair->unit);
		if (leader != ORDER_NOT_FOUND && unit_kind >= 0)
			check->supervised[leader][unit_kind]++;
	}
	return JX_OK;
}

static void
check_kind(struct check *check, enum record_kind kind)
{
	size_t count = records_count(check->records, kind), i, field;
	struct row row;
	bool is_good;

	for (i = 0; i < count; i++) {
		row = (struct row){check, kind, i, records_at(check->records, kind, i)};
		is_good = true;
		for (field = 0; field < record_kinds[kind].field_count; field++)
			is_good &= check_field(&row, (int)field);
		if (is_good)
			refs_check(&row);
	}
	check_keys(check, kind);
}

bool
records_check(const struct scheme *scheme, const Jx__Records *records,
    const struct records_locator *locator, struct faults *faults)
{
	struct check check = {
	    .scheme = scheme,
	    .records = records,
	    .locator = locator,
	    .faults = faults,
	};
	size_t fault_count = faults_count(faults);
	enum record_kind kind;

	if (records_count_all(records) > RECORD_COUNT_MAX) {
		faults_add(faults, "", 0, 0, "", "最多 %d 行", "at most %d rows", RECORD_COUNT_MAX);
		return false;
	}
	check.arena = arena_new(CHECK_ARENA_SIZE_MAX);
	if (check.arena == NULL || prepare(&check) != JX_OK) {
		faults_add(
		    faults, "", 0, 0, "", "内存不足，无法检查", "out of memory while checking");
	} else {
		for (kind = 0; kind < RECORD_KIND_COUNT; kind++)
			check_kind(&check, kind);
		sums_check(&check);
		rankings_check(&check);
	}
	arena_free(check.scratch);
	arena_free(check.arena);
	return faults_count(faults) == fault_count;
}
