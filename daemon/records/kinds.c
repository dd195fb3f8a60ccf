#include "records/kinds.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/field.h"
#include "wire/text.h"

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

	assert(kind < PAPER_END);
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
	snprintf(buffer, RECORD_TEXT_SIZE, "%lld", (long long)number);
	return buffer;
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
	case FIELD_MOMENT:
	case FIELD_COUNT:
		if (!field_number(record, kind, field, &number))
			return "";
		return type == FIELD_POINTS ? text_decimal(number, buffer)
					    : whole_text(number, buffer);
	case FIELD_ANSWERS:
		answers = field_answers(record, kind, field, &count);
		return answers_text(answers, count, buffer);
	case FIELD_CODE:
	case FIELD_NAME:
	case FIELD_CHOICE:
	case FIELD_VALUE:
	case FIELD_TEXT:
	case FIELD_DATE:
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
	case FIELD_MOMENT:
	case FIELD_COUNT:
		return compare_number(left, right, kind, field);
	case FIELD_ANSWERS:
		return compare_answers(left, right, kind, field);
	case FIELD_CODE:
	case FIELD_NAME:
	case FIELD_CHOICE:
	case FIELD_VALUE:
	case FIELD_TEXT:
	case FIELD_DATE:
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
