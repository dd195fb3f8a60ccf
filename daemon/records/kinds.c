#include "records/kinds.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "records/field.h"
#include "wire/text.h"

enum { MARK_MAX = 10000 /* 100 marks, in hundredths */ };

static const char *const duties[] = {"lead", "coordinate", NULL};
static const char *const methods[] = {"tier", "mark", "rank", NULL};
static const char *const bonus_states[] = {"claimed", "refused", "granted", NULL};
static const char *const veto_states[] = {"alleged", "dismissed", "confirmed", NULL};

#define ROW(name, zh, en, message, ...)                                                            \
	{                                                                                          \
		name, zh, en, &message, {__VA_ARGS__},                                             \
		    sizeof((const struct record_field[]){__VA_ARGS__}) /                           \
			sizeof(struct record_field)                                                \
	}
#define KEY(name, zh, en)                                                                          \
	{                                                                                          \
		name, zh, en, FIELD_CODE, true, NULL, 0                                            \
	}
#define KEY_WHOLE(name, zh, en)                                                                    \
	{                                                                                          \
		name, zh, en, FIELD_WHOLE, true, NULL, 0                                           \
	}
#define CODE(name, zh, en)                                                                         \
	{                                                                                          \
		name, zh, en, FIELD_CODE, false, NULL, 0                                           \
	}
#define NAME(name, zh, en)                                                                         \
	{                                                                                          \
		name, zh, en, FIELD_NAME, false, NULL, 0                                           \
	}
#define CHOICE(name, zh, en, choices)                                                              \
	{                                                                                          \
		name, zh, en, FIELD_CHOICE, false, choices, 0                                      \
	}
#define POINTS(name, zh, en, max)                                                                  \
	{                                                                                          \
		name, zh, en, FIELD_POINTS, false, NULL, max                                       \
	}
#define VALUE(name, zh, en)                                                                        \
	{                                                                                          \
		name, zh, en, FIELD_VALUE, false, NULL, 0                                          \
	}
#define ANSWERS(name, zh, en)                                                                      \
	{                                                                                          \
		name, zh, en, FIELD_ANSWERS, false, NULL, 0                                        \
	}

/* clang-format off */
const struct record_row record_kinds[RECORD_KIND_COUNT] = {
	[RECORD_UNITS] = ROW("units", "被评估单位", "units", jx__unit__descriptor,
	    KEY("unit", "单位", "unit"),
	    NAME("name", "名称", "name"),
	    CODE("class", "类别", "class")),
	[RECORD_LEADERS] = ROW("leaders", "市领导", "city leaders", jx__leader__descriptor,
	    KEY("leader", "领导", "leader"),
	    NAME("name", "姓名或职务", "name"),
	    CODE("rank", "职级", "rank")),
	[RECORD_SUPERVISION] = ROW("supervision", "分管关系", "who supervises whom", jx__supervision__descriptor,
	    KEY("leader", "领导", "leader"),
	    KEY("unit", "单位", "unit")),
	[RECORD_GOALS] = ROW("goals", "重点工作目标", "key goals", jx__goal__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("goal", "目标", "goal"),
	    NAME("title", "目标内容", "title"),
	    CODE("part", "组成部分", "part"),
	    POINTS("points", "分值", "points", 0),
	    CHOICE("duty", "职能界定", "duty", duties)),
	[RECORD_BASIC] = ROW("basic", "基础工作评估", "basic work", jx__basic__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("item", "项目", "item"),
	    POINTS("points", "得分", "points", 0)),
	[RECORD_PROGRESS] = ROW("progress", "定期调度", "progress rounds", jx__progress__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY_WHOLE("round", "轮次", "round"),
	    POINTS("mark", "评分", "mark", MARK_MAX)),
	[RECORD_VISITS] = ROW("visits", "实地踏查", "visits", jx__visit__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("visit", "踏查", "visit"),
	    POINTS("mark", "评分", "mark", MARK_MAX)),
	[RECORD_SELF] = ROW("self", "自我评估", "self evaluation", jx__self__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("goal", "目标", "goal"),
	    POINTS("points", "自评得分", "points", 0)),
	[RECORD_COMMON] = ROW("common", "共性目标评估", "common items", jx__common__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("item", "共性目标", "item"),
	    KEY("by", "评分部门", "by"),
	    POINTS("points", "得分", "points", 0)),
	[RECORD_BALLOTS] = ROW("ballots", "评价卡", "ballots", jx__ballot__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("group", "评估主体", "voter group"),
	    KEY("card", "卡号", "card"),
	    ANSWERS("answers", "各题选项", "answers")),
	[RECORD_GROUP] = ROW("group", "评估组评分", "evaluators' points", jx__group_mark__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("goal", "目标", "goal"),
	    KEY("evaluator", "评估人", "evaluator"),
	    POINTS("points", "得分", "points", 0)),
	[RECORD_LEADER_MARKS] = ROW("leader_marks", "领导评分", "leaders' marks", jx__leader_mark__descriptor,
	    KEY("leader", "领导", "leader"),
	    KEY("unit", "单位", "unit"),
	    CHOICE("kind", "方式", "kind", methods),
	    VALUE("value", "评分", "value")),
	[RECORD_BONUS] = ROW("bonus", "加分申请", "bonus claims", jx__bonus__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("kind", "加分项", "kind"),
	    CHOICE("status", "状态", "status", bonus_states)),
	[RECORD_VETOES] = ROW("vetoes", "一票否决", "vetoes", jx__veto__descriptor,
	    KEY("unit", "单位", "unit"),
	    KEY("kind", "否决项", "kind"),
	    CHOICE("status", "状态", "status", veto_states)),
	[RECORD_CONTRIBUTIONS] = ROW("contributions", "单项奖贡献", "contributions to single awards",
	    jx__contribution__descriptor,
	    KEY("award", "奖项", "award"),
	    KEY("unit", "单位", "unit"),
	    POINTS("contribution", "贡献", "contribution", MARK_MAX)),
};
/* clang-format on */

enum record_kind
record_kind_find(const char *name)
{
	enum record_kind kind;

	for (kind = 0; kind < RECORD_KIND_COUNT; kind++)
		if (strcmp(record_kinds[kind].name, name) == 0)
			break;
	return kind;
}

static ProtobufCMessage **
list_of(const Jx__Records *records, enum record_kind kind, size_t *count)
{
	const ProtobufCFieldDescriptor *field = &jx__records__descriptor.fields[kind];
	const char *base = (const char *)records;

	assert(kind < RECORD_KIND_COUNT);
	*count = *(const size_t *)(base + field->quantifier_offset);
	return *(ProtobufCMessage * *const *)(base + field->offset);
}

size_t
records_count(const Jx__Records *records, enum record_kind kind)
{
	size_t count;

	(void)list_of(records, kind, &count);
	return count;
}

ProtobufCMessage *
records_at(const Jx__Records *records, enum record_kind kind, size_t index)
{
	ProtobufCMessage **list;
	size_t count;

	list = list_of(records, kind, &count);
	assert(index < count);
	return list[index];
}

size_t
records_count_all(const Jx__Records *records)
{
	size_t count = 0;
	enum record_kind kind;

	for (kind = 0; kind < RECORD_KIND_COUNT; kind++)
		count += records_count(records, kind);
	return count;
}

/* Whole answers only: one that no longer fits is shown as "…". */
static const char *
answers_text(char *const *answers, size_t count, char *buffer)
{
	static const char more[] = "…";
	size_t used = 0, size, i;

	buffer[0] = '\0';
	for (i = 0; i < count; i++) {
		size = strlen(answers[i]) + (i > 0);
		if (used + size + sizeof(more) >= RECORD_TEXT_SIZE) {
			memcpy(buffer + used, more, sizeof(more));
			break;
		}
		if (i > 0)
			buffer[used++] = '/';
		memcpy(buffer + used, answers[i], strlen(answers[i]) + 1);
		used += strlen(answers[i]);
	}
	return buffer;
}

static const char *
whole_text(int64_t number, char *buffer)
{
	/* A whole number is that many hundredths times 100: one writer for both. */
	return text_decimal(number * 100, buffer);
}

const char *
record_field_text(const ProtobufCMessage *record, enum record_kind kind, size_t field, char *buffer)
{
	enum field_type type = record_kinds[kind].fields[field].type;
	char *const *answers;
	const char *text;
	int64_t number;
	size_t count;

	switch (type) {
	case FIELD_POINTS:
	case FIELD_WHOLE:
		if (!field_number(record, kind, field, &number))
			return "";
		return type == FIELD_WHOLE ? whole_text(number, buffer)
					   : text_decimal(number, buffer);
	case FIELD_ANSWERS:
		answers = field_answers(record, kind, field, &count);
		return answers_text(answers, count, buffer);
	case FIELD_CODE:
	case FIELD_NAME:
	case FIELD_CHOICE:
	case FIELD_VALUE:
		break;
	}
	text = field_text(record, kind, field);
	return text == NULL ? "" : text;
}

/* Absent comes first. */
static int
compare_text(const char *left, const char *right)
{
	if (left == right)
		return 0;
	if (left == NULL || right == NULL)
		return left == NULL ? -1 : 1;
	return strcmp(left, right);
}

static int
compare_number(const ProtobufCMessage *left, const ProtobufCMessage *right, enum record_kind kind,
    size_t field)
{
	int64_t a = 0, b = 0;
	bool has_a = field_number(left, kind, field, &a);
	bool has_b = field_number(right, kind, field, &b);

	if (has_a != has_b)
		return has_a ? 1 : -1;
	return (a > b) - (a < b);
}

static int
compare_answers(const ProtobufCMessage *left, const ProtobufCMessage *right, enum record_kind kind,
    size_t field)
{
	size_t count_a, count_b, i;
	char *const *a = field_answers(left, kind, field, &count_a);
	char *const *b = field_answers(right, kind, field, &count_b);
	int order;

	for (i = 0; i < count_a && i < count_b; i++) {
		order = strcmp(a[i], b[i]);
		if (order != 0)
			return order;
	}
	return (count_a > count_b) - (count_a < count_b);
}

static int
compare_field(const ProtobufCMessage *left, const ProtobufCMessage *right, enum record_kind kind,
    size_t field)
{
	switch (record_kinds[kind].fields[field].type) {
	case FIELD_POINTS:
	case FIELD_WHOLE:
		return compare_number(left, right, kind, field);
	case FIELD_ANSWERS:
		return compare_answers(left, right, kind, field);
	case FIELD_CODE:
	case FIELD_NAME:
	case FIELD_CHOICE:
	case FIELD_VALUE:
		break;
	}
	return compare_text(field_text(left, kind, field), field_text(right, kind, field));
}

/* Sorting spends its time here: text keys are read without asking for each field's type again. */
int
record_compare_key(
    const ProtobufCMessage *left, const ProtobufCMessage *right, enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	const struct record_field *field = row->fields, *end = field + row->field_count;
	const ProtobufCFieldDescriptor *member = row->message->fields;
	int order;

	assert(left->descriptor == row->message && right->descriptor == row->message);
	for (; field < end && field->key; field++, member++) {
		if (field->type == FIELD_CODE)
			order = compare_text(
			    *(const char *const *)((const char *)left + member->offset),
			    *(const char *const *)((const char *)right + member->offset));
		else
			order = compare_field(left, right, kind, (size_t)(field - row->fields));
		if (order != 0)
			return order;
	}
	return 0;
}

bool
record_equal(const ProtobufCMessage *left, const ProtobufCMessage *right, enum record_kind kind)
{
	size_t field;

	for (field = 0; field < record_kinds[kind].field_count; field++)
		if (compare_field(left, right, kind, field) != 0)
			return false;
	return true;
}

static int
compare_for_sort(const void *left, const void *right, void *kind)
{
	return record_compare_key(*(const ProtobufCMessage *const *)left,
	    *(const ProtobufCMessage *const *)right, *(const enum record_kind *)kind);
}

void
records_sort(Jx__Records *records)
{
	ProtobufCMessage **list;
	enum record_kind kind;
	size_t count, i;

	for (kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		list = list_of(records, kind, &count);
		/* Most come sorted: from the database, or from our own export. */
		for (i = 1; i < count; i++)
			if (record_compare_key(list[i - 1], list[i], kind) > 0)
				break;
		if (i < count)
			qsort_r(list, count, sizeof(*list), compare_for_sort, &kind);
	}
}

static void
digest_number(crypto_hash_sha256_state *state, uint64_t number)
{
	uint8_t bytes[8];
	int i;

	for (i = 7; i >= 0; i--, number >>= 8)
		bytes[i] = (uint8_t)number;
	crypto_hash_sha256_update(state, bytes, sizeof(bytes));
}

/* Size first: so that no two different rows run together into the same bytes. */
static void
digest_text(crypto_hash_sha256_state *state, const char *text)
{
	digest_number(state, strlen(text));
	crypto_hash_sha256_update(state, (const uint8_t *)text, strlen(text));
}

static void
digest_record(
    crypto_hash_sha256_state *state, const ProtobufCMessage *record, enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	char buffer[RECORD_TEXT_SIZE];
	char *const *answers;
	size_t field, count, i;

	for (field = 0; field < row->field_count; field++) {
		if (row->fields[field].type != FIELD_ANSWERS) {
			digest_text(state, record_field_text(record, kind, field, buffer));
			continue;
		}
		answers = field_answers(record, kind, field, &count);
		digest_number(state, count);
		for (i = 0; i < count; i++)
			digest_text(state, answers[i]);
	}
}

void
records_digest(const Jx__Records *records, struct bytes scheme_text, uint8_t digest[32])
{
	crypto_hash_sha256_state state;
	enum record_kind kind;
	size_t count, i;

	crypto_hash_sha256_init(&state);
	digest_number(&state, scheme_text.size);
	crypto_hash_sha256_update(&state, scheme_text.data, scheme_text.size);
	for (kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		count = records_count(records, kind);
		digest_text(&state, record_kinds[kind].name);
		digest_number(&state, count);
		for (i = 0; i < count; i++)
			digest_record(&state, records_at(records, kind, i), kind);
	}
	crypto_hash_sha256_final(&state, digest);
}
