/* Rows as YAML, written so that they read back equal. */
#include <string.h>

#include "records/field.h"
#include "rows/moment.h"
#include "rows/rows.h"
#include "wire/text.h"

/*
 * A text that any reader of YAML takes for itself: letters first, then nothing
 * that means something, and none of the words that mean yes, no or nothing.
 */
static bool
is_plain(const char *text)
{
	static const char *const words[] = {"yes", "no", "true", "false", "on", "off", "null", "y", "n"};
	size_t size = strlen(text);

	if (size == 0 || size > 60)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(text, words[i]) == 0)
			return false;
	for (size_t i = 0; i < size; i++) {
		bool is_letter = ((unsigned char)text[i] | 0x20) >= 'a' &&
				 ((unsigned char)text[i] | 0x20) <= 'z';

		if (!is_letter && (i == 0 || strchr("0123456789_-", text[i]) == NULL))
			return false;
	}
	return true;
}

static void
put_text(FILE *file, const char *text)
{
	if (is_plain(text)) {
		fputs(text, file);
		return;
	}
	putc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', file);
		putc(*text, file);
	}
	putc('"', file);
}

/* false: the field was not given. */
static bool
put_field(FILE *file, const char *lead, const ProtobufCMessage *record, enum record_kind kind,
    size_t index)
{
	const struct record_field *field = &record_kinds[kind].fields[index];
	char buffer[RECORD_TEXT_SIZE], moment[ROWS_MOMENT_SIZE];
	const char *text;
	int64_t number = 0;

	if (field_is_number(field->type)) {
		if (!field_number(record, kind, index, &number))
			return false;
	} else if (field->type != FIELD_ANSWERS && field_text(record, kind, index) == NULL) {
		return false;
	}
	text = field->type == FIELD_MOMENT ? rows_moment_text((uint64_t)number, moment)
					   : record_field_text(record, kind, index, buffer);
	if (text[0] == '\0')
		return false;
	fprintf(file, "%s%s: ", lead, field->name);
	if (field_is_number(field->type) && field->type != FIELD_MOMENT)
		fputs(text, file);
	else
		put_text(file, text);
	putc('\n', file);
	return true;
}

static void
put_record(FILE *file, const ProtobufCMessage *record, enum record_kind kind)
{
	const char *lead = "  - ";

	for (size_t i = 0; i < record_kinds[kind].field_count; i++)
		if (put_field(file, lead, record, kind, i))
			lead = "    ";
	if (lead[2] == '-')
		fputs("  - {}\n", file); /* a row of nothing is a row: the daemon says what it lacks */
}

void
rows_write(FILE *file, const struct rows_head *head, const Jx__Records *records,
    const enum record_kind *kinds, size_t kind_count)
{
	if (head->city != NULL) {
		fputs("city: ", file);
		put_text(file, head->city);
		putc('\n', file);
	}
	if (head->year > 0)
		fprintf(file, "year: %u\n", head->year);
	if (head->unit != NULL) {
		fputs("unit: ", file);
		put_text(file, head->unit);
		putc('\n', file);
	}
	if (head->has_based_on)
		fprintf(file, "based_on: %llu\n", (unsigned long long)head->based_on);
	for (size_t i = 0; i < kind_count; i++) {
		size_t count = records_count(records, kinds[i]);

		fprintf(file, "%s:%s\n", record_kinds[kinds[i]].name, count == 0 ? " []" : "");
		for (size_t k = 0; k < count; k++)
			put_record(file, records_at(records, kinds[i], k), kinds[i]);
	}
}
