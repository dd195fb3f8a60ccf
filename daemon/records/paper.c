#include "records/paper.h"

#include <string.h>

#include "records/field.h"
#include "scheme/calendar.h"
#include "wire/text.h"

enum {
	POINTS_MAX = 99999999, /* hundredths: what six digits before the point hold */
	NORMAL_SIZE = 1 << 14, /* for one text and its NFC form */
};

enum record_kind
paper_kind_find(const char *name)
{
	enum record_kind kind;

	for (kind = 0; kind < PAPER_END; kind++)
		if (strcmp(record_kinds[kind].name, name) == 0)
			break;
	return kind;
}

/* Two spellings of one text would be two keys. */
static bool
is_normal(const char *text)
{
	struct arena *arena;
	const char *normal, *at;
	bool is_same;

	for (at = text; *at > 0x20 && *at < 0x7f; at++)
		; /* plain ASCII, as nearly every code is, needs no Unicode tables */
	if (*at == '\0')
		return true;
	arena = arena_new(NORMAL_SIZE);
	if (arena == NULL)
		return false;
	normal = text_normal(
	    arena, (struct bytes){(const uint8_t *)text, strlen(text)}, FIELD_TEXT_SIZE_MAX);
	is_same = normal != NULL && strcmp(normal, text) == 0;
	arena_free(arena);
	return is_same;
}

static bool
is_choice(const struct record_field *field, const char *text)
{
	for (const char *const *choice = field->choices; *choice != NULL; choice++)
		if (strcmp(*choice, text) == 0)
			return true;
	return false;
}

static bool
is_text_good(const struct record_field *field, const char *text)
{
	struct scheme_date date;
	size_t size = strlen(text);

	switch (field->type) {
	case FIELD_CODE:
		/* Keys are joined by "/". */
		if (size > TEXT_CODE_SIZE_MAX || (field->key && strchr(text, '/') != NULL))
			return false;
		break;
	case FIELD_NAME:
		if (size > TEXT_NAME_SIZE_MAX)
			return false;
		break;
	case FIELD_TEXT:
		if (size > FIELD_TEXT_SIZE_MAX)
			return false;
		break;
	case FIELD_CHOICE:
		return is_choice(field, text);
	case FIELD_DATE:
		return calendar_date(text, &date);
	case FIELD_VALUE:
		return true;
	case FIELD_POINTS:
	case FIELD_WHOLE:
	case FIELD_ANSWERS:
	case FIELD_MOMENT:
	case FIELD_COUNT:
		return false; /* no texts */
	}
	return size > 0 && is_normal(text);
}

static bool
is_number_good(const struct record_field *field, int64_t number)
{
	if (field->type == FIELD_POINTS)
		return number >= 0 && number <= (field->max > 0 ? field->max : POINTS_MAX);
	/* Of a moment or a count, its C type says all. */
	return field->type != FIELD_WHOLE || number >= 1;
}

static bool
check_field(enum record_kind kind, ProtobufCMessage *record, size_t index)
{
	const struct record_field *field = &record_kinds[kind].fields[index];
	const char *text;
	int64_t number;

	if (field->type == FIELD_ANSWERS)
		return true;
	if (field_is_number(field->type))
		return field_number(record, kind, index, &number) ? is_number_good(field, number)
								  : field->optional;
	text = field_text(record, kind, index);
	if (text != NULL && text[0] == '\0' && field->optional) {
		field_set_text(record, kind, index, NULL);
		text = NULL;
	}
	return text == NULL ? field->optional || field->type == FIELD_VALUE
			    : is_text_good(field, text);
}

int
paper_check(enum record_kind kind, ProtobufCMessage *record)
{
	for (size_t i = 0; i < record_kinds[kind].field_count; i++)
		if (!check_field(kind, record, i))
			return (int)i;
	return -1;
}

char *
paper_key(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record)
{
	const struct record_row *row = &record_kinds[kind];
	char *key = NULL, buffer[RECORD_TEXT_SIZE];

	for (size_t i = 0; i < row->field_count && row->fields[i].key; i++) {
		const char *text = record_field_text(record, kind, i, buffer);

		key = i == 0 ? arena_strdup(arena, text) : arena_printf(arena, "%s/%s", key, text);
		if (key == NULL)
			return NULL;
	}
	return key;
}
