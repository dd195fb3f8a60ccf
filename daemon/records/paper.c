#include "records/paper.h"

#include <string.h>

#include "records/field.h"
#include "wire/text.h"

static bool
paper_is_good(enum record_kind kind, ProtobufCMessage *record, size_t at)
{
	const struct record_field *field = &record_kinds[kind].fields[at];
	const char *text;
	int64_t number;

	if (field->type == FIELD_ANSWERS)
		return true;
	if (field_is_number(field->type)) {
		if (!field_number(record, kind, at, &number))
			return field->optional;
		return number >= (field->type == FIELD_WHOLE) && (field->type == FIELD_MOMENT || number <= 99999999);
	}
	text = field_text(record, kind, at);
	if (text == NULL || *text == '\0') {
		field_set_text(record, kind, at, NULL);
		return field->optional;
	}
	if (field->type == FIELD_CHOICE) {
		for (const char *const *choice = field->choices; *choice != NULL; choice++)
			if (strcmp(*choice, text) == 0)
				return true;
		return false;
	}
	if (field->type == FIELD_NAME)
		return strlen(text) <= TEXT_NAME_SIZE_MAX;
	if (field->type == FIELD_TEXT)
		return strlen(text) <= FIELD_TEXT_SIZE_MAX;
	return strlen(text) <= TEXT_CODE_SIZE_MAX && (!field->key || strchr(text, '/') == NULL);
}

int
paper_check(enum record_kind kind, ProtobufCMessage *record)
{
	for (size_t at = 0; at < record_kinds[kind].field_count; at++)
		if (!paper_is_good(kind, record, at))
			return (int)at;
	return -1;
}

char *
paper_key(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record)
{
	char buffer[RECORD_TEXT_SIZE];
	char *key = NULL;

	for (size_t at = 0; at < record_kinds[kind].field_count && record_kinds[kind].fields[at].key; at++) {
		const char *text = record_field_text(record, kind, at, buffer);

		key = key == NULL ? arena_strdup(arena, text) : arena_printf(arena, "%s/%s", key, text);
		if (key == NULL)
			break;
	}
	return key;
}
