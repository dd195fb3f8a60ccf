#include "bundle/emit.h"

#include <string.h>

#include "records/field.h"

static void
put_cell(FILE *file, const char *text, bool is_first)
{
	const char *at;

	if (!is_first)
		putc(',', file);
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, file);
		return;
	}
	putc('"', file);
	for (at = text; *at != '\0'; at++) {
		if (*at == '"')
			putc('"', file);
		putc(*at, file);
	}
	putc('"', file);
}

static void
write_header(FILE *file, const struct scheme *scheme, enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	size_t field, i;

	for (field = 0; field < row->field_count; field++) {
		if (row->fields[field].type != FIELD_ANSWERS) {
			put_cell(file, row->fields[field].name, field == 0);
			continue;
		}
		for (i = 0; i < scheme->question_count; i++)
			put_cell(file, scheme->questions[i].code, false);
	}
	putc('\n', file);
}

static void
write_record(FILE *file, const ProtobufCMessage *record, enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	char buffer[RECORD_TEXT_SIZE];
	char *const *answers;
	size_t field, count, i;

	for (field = 0; field < row->field_count; field++) {
		if (row->fields[field].type != FIELD_ANSWERS) {
			put_cell(file, record_field_text(record, kind, field, buffer), field == 0);
			continue;
		}
		answers = field_answers(record, kind, field, &count);
		for (i = 0; i < count; i++)
			put_cell(file, answers[i], false);
	}
	putc('\n', file);
}

void
emit_table(
    FILE *file, const struct scheme *scheme, const Jx__Records *records, enum record_kind kind)
{
	size_t count = records_count(records, kind), i;

	write_header(file, scheme, kind);
	for (i = 0; i < count; i++)
		write_record(file, records_at(records, kind, i), kind);
}
