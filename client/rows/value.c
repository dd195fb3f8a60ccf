/* One field's text, as people write it, to what the record holds. */
#include <string.h>

#include "records/field.h"
#include "rows/moment.h"
#include "rows/reader.h"
#include "wire/text.h"

/* Line breaks (of a YAML block, of a cell) and tabs as blanks: the protocol's text has neither. */
static struct bytes
unbroken(struct rows *rows, struct bytes text)
{
	uint8_t *copy = arena_alloc(rows->arena, text.size + 1);

	for (size_t i = 0; copy != NULL && i < text.size; i++)
		copy[i] = text.data[i] == '\n' || text.data[i] == '\r' || text.data[i] == '\t'
			      ? ' '
			      : text.data[i];
	return (struct bytes){copy, copy == NULL ? 0 : text.size};
}

static bool
is_blank(struct bytes text)
{
	static const char wide[] = "\xE3\x80\x80"; /* U+3000 */

	for (size_t i = 0; i < text.size;) {
		if (text.data[i] == ' ')
			i++;
		else if (text.size - i >= 3 && memcmp(text.data + i, wide, 3) == 0)
			i += 3;
		else
			return false;
	}
	return true;
}

static size_t
size_max_of(enum field_type type)
{
	switch (type) {
	case FIELD_TEXT:
		return FIELD_TEXT_SIZE_MAX;
	case FIELD_NAME:
		return TEXT_NAME_SIZE_MAX;
	case FIELD_CODE:
	case FIELD_CHOICE:
	case FIELD_VALUE:
	case FIELD_DATE:
	case FIELD_ANSWERS:
	case FIELD_POINTS:
	case FIELD_WHOLE:
	case FIELD_MOMENT:
	case FIELD_COUNT:
		break;
	}
	return TEXT_CODE_SIZE_MAX;
}

#define FAULT(rows, text, at, ...) ROWS_FAULT(rows, at, rows_text(rows, text), __VA_ARGS__)

/* *normal NULL: a fault was added. */
static enum jx_err
read_text(
    struct rows *rows, struct bytes text, size_t size_max, struct rows_at at, char **normal)
{
	*normal = text_normal(rows->arena, text, size_max);
	if (*normal != NULL)
		return JX_OK;
	if (!text_is_clean(text))
		FAULT(rows, text, at, "含有不允许的字符（控制字符、不可见字符等）",
		    "holds characters that are not allowed (control, invisible)");
	else if (text.size > size_max / 3) /* normal text is at most 3 times as long */
		FAULT(rows, text, at, "最多 %zu 字节", "at most %zu bytes", size_max);
	else
		return JX_E_MEMORY;
	return JX_OK;
}

static bool
is_choice(const struct record_field *field, const char *text)
{
	for (const char *const *choice = field->choices; choice != NULL && *choice != NULL;
	     choice++)
		if (strcmp(*choice, text) == 0)
			return true;
	return false;
}

static const char *
choices_of(struct rows *rows, const struct record_field *field)
{
	const char *joined = "", *separator = faults_lang(rows->faults) == JX_EN ? ", " : "、";

	for (const char *const *choice = field->choices; choice != NULL && *choice != NULL;
	     choice++) {
		const char *more = arena_printf(rows->arena, "%s%s%s", joined,
		    joined[0] == '\0' ? "" : separator, *choice);

		joined = more == NULL ? joined : more;
	}
	return joined;
}

static enum jx_err
set_text(struct rows *rows, size_t index, struct bytes text, struct rows_at at)
{
	const struct record_field *field = &record_kinds[rows->kind].fields[index];
	char plain[TEXT_DECIMAL_SIZE], *normal;
	int64_t hundredths;
	enum jx_err err = read_text(rows, text, size_max_of(field->type), at, &normal);

	if (err != JX_OK || normal == NULL)
		return err;
	if (field->type == FIELD_CHOICE && !is_choice(field, normal)) {
		const char *choices = choices_of(rows, field);

		FAULT(rows, text, at, "应为 %s 之一", "expected one of %s", choices);
		return JX_OK;
	}
	if (field->type == FIELD_DATE &&
	    !rows_is_date((struct bytes){(const uint8_t *)normal, strlen(normal)})) {
		FAULT(rows, text, at, "应为日期，如 2026-04-20", "expected a date: 2026-04-20");
		return JX_OK;
	}
	/* A mark or a rank in its shortest form; a tier's code is none of both. */
	if (field->type == FIELD_VALUE && text_hundredths(text, &hundredths) == JX_OK) {
		normal = arena_strdup(rows->arena, text_decimal(hundredths, plain));
		if (normal == NULL)
			return JX_E_MEMORY;
	}
	field_set_text(rows->record, rows->kind, index, normal);
	return JX_OK;
}

/* "A/B//C", each answer a code or blank. */
static enum jx_err
set_answers(struct rows *rows, size_t index, struct bytes text, struct rows_at at)
{
	size_t count = 1, used = 0;
	char **answers;

	for (size_t i = 0; i < text.size; i++)
		count += text.data[i] == '/';
	answers = arena_alloc(rows->arena, count * sizeof *answers);
	if (answers == NULL)
		return JX_E_MEMORY;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *stop = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
		size_t size = stop == NULL ? text.size : (size_t)(stop - text.data);
		enum jx_err err = read_text(rows, (struct bytes){text.data, size},
		    TEXT_CODE_SIZE_MAX, at, &answers[used]);

		if (err != JX_OK)
			return err;
		if (answers[used] == NULL)
			return JX_OK;
		used++;
		if (stop != NULL)
			text = (struct bytes){stop + 1, text.size - size - 1};
	}
	field_set_answers(rows->record, rows->kind, index, answers, used);
	return JX_OK;
}

static void
set_number(struct rows *rows, size_t index, struct bytes text, struct rows_at at)
{
	enum field_type type = record_kinds[rows->kind].fields[index].type;
	int64_t number = 0;
	uint64_t us = 0;
	uint32_t whole = 0;
	bool is_fine;

	if (type == FIELD_POINTS) {
		is_fine = text_hundredths(text, &number) == JX_OK;
		if (!is_fine)
			FAULT(rows, text, at, "应为不带符号的数，最多两位小数",
			    "expected a plain number with at most 2 decimals");
	} else if (type == FIELD_MOMENT) {
		is_fine = rows_moment_read(text, &us) == JX_OK;
		number = (int64_t)us;
		if (!is_fine)
			FAULT(rows, text, at, "应为 2026-04-20（当日 24:00）或 2026-04-20 17:30",
			    "expected 2026-04-20 (24:00 of that day) or 2026-04-20 17:30");
	} else {
		is_fine = text_whole(text, &whole) == JX_OK && (type == FIELD_COUNT || whole > 0);
		number = whole;
		if (!is_fine)
			FAULT(rows, text, at, "应为不带符号的整数", "expected a plain whole number");
	}
	if (is_fine)
		field_set_number(rows->record, rows->kind, index, number);
}

enum jx_err
rows_set(struct rows *rows, size_t field, struct bytes text, struct rows_at at)
{
	enum field_type type = record_kinds[rows->kind].fields[field].type;

	rows->row->fields[field] = at;
	text = unbroken(rows, text);
	if (text.data == NULL)
		return JX_E_MEMORY;
	if (is_blank(text))
		return JX_OK;
	if (type == FIELD_ANSWERS)
		return set_answers(rows, field, text, at);
	if (!field_is_number(type))
		return set_text(rows, field, text, at);
	set_number(rows, field, text, at);
	return JX_OK;
}
