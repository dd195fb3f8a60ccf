#include "records/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "records/field.h"

/* ---- In. */

static enum jx_err
read_text(struct arena *arena, const json_t *value, char **text)
{
	if (!json_is_string(value))
		return JX_E_MALFORMED;
	*text = arena_strndup(arena, json_string_value(value), json_string_length(value));
	return *text == NULL ? JX_E_MEMORY : JX_OK;
}

static enum jx_err
read_answers(struct arena *arena, const json_t *value, ProtobufCMessage *record,
    enum record_kind kind, size_t field)
{
	size_t count = json_array_size(value), i;
	char **answers;
	enum jx_err err;

	if (!json_is_array(value))
		return JX_E_MALFORMED;
	answers = arena_alloc(arena, (count + 1) * sizeof(*answers));
	if (answers == NULL)
		return JX_E_MEMORY;
	for (i = 0; i < count; i++) {
		err = read_text(arena, json_array_get(value, i), &answers[i]);
		if (err != JX_OK)
			return err;
	}
	field_set_answers(record, kind, field, answers, count);
	return JX_OK;
}

static enum jx_err
read_field(struct arena *arena, const json_t *value, ProtobufCMessage *record,
    enum record_kind kind, size_t field)
{
	enum field_type type = record_kinds[kind].fields[field].type;
	json_int_t number;
	enum jx_err err;
	char *text;

	switch (type) {
	case FIELD_POINTS:
	case FIELD_WHOLE:
	case FIELD_MOMENT:
	case FIELD_COUNT:
		if (!json_is_integer(value))
			return JX_E_MALFORMED;
		number = json_integer_value(value);
		if (number < 0 || ((type == FIELD_WHOLE || type == FIELD_COUNT) && number > UINT32_MAX))
			return JX_E_MALFORMED;
		field_set_number(record, kind, field, number);
		return JX_OK;
	case FIELD_ANSWERS:
		return read_answers(arena, value, record, kind, field);
	case FIELD_CODE:
	case FIELD_NAME:
	case FIELD_CHOICE:
	case FIELD_VALUE:
	case FIELD_TEXT:
	case FIELD_DATE:
		break;
	}
	err = read_text(arena, value, &text);
	if (err == JX_OK)
		field_set_text(record, kind, field, text);
	return err;
}

/* Every column and nothing else: a column that only one side knows is a mistake of ours. A paper
 * leaves out what was not given, and whoever asks for one record may have put more beside it. */
static enum jx_err
read_fields(struct arena *arena, enum record_kind kind, const json_t *object, ProtobufCMessage *record)
{
	const struct record_row *row = &record_kinds[kind];
	enum jx_err err;

	for (size_t field = 0; field < row->field_count; field++) {
		const json_t *value = json_object_get(object, row->fields[field].name);

		if (value == NULL && row->fields[field].optional)
			continue;
		if (value == NULL)
			return JX_E_MALFORMED;
		err = read_field(arena, value, record, kind, field);
		if (err != JX_OK)
			return err;
	}
	return JX_OK;
}

static enum jx_err
read_record(struct records_builder *builder, struct arena *arena, enum record_kind kind,
    const json_t *object)
{
	ProtobufCMessage *record;

	if (!json_is_object(object) ||
	    (kind < RECORD_KIND_COUNT && json_object_size(object) != record_kinds[kind].field_count))
		return JX_E_MALFORMED;
	record = records_builder_add(builder, kind);
	return record == NULL ? JX_E_MEMORY : read_fields(arena, kind, object, record);
}

ProtobufCMessage *
record_json_object(struct arena *arena, enum record_kind kind, const json_t *object)
{
	const ProtobufCMessageDescriptor *descriptor = record_kinds[kind].message;
	ProtobufCMessage *record = arena_alloc(arena, descriptor->sizeof_message);

	if (record == NULL)
		return NULL;
	protobuf_c_message_init(descriptor, record);
	return json_is_object(object) && read_fields(arena, kind, object, record) == JX_OK ? record : NULL;
}

enum jx_err
records_json_read(struct records_builder *builder, enum record_kind kind, struct bytes json)
{
	enum jx_err err = JX_OK;
	json_error_t cause;
	json_t *array;
	size_t i;

	array = json_loadb((const char *)json.data, json.size, JSON_REJECT_DUPLICATES, &cause);
	if (array == NULL)
		return json_error_code(&cause) == json_error_out_of_memory ? JX_E_MEMORY
									   : JX_E_MALFORMED;
	if (!json_is_array(array))
		err = JX_E_MALFORMED;
	for (i = 0; err == JX_OK && i < json_array_size(array); i++)
		err = read_record(
		    builder, records_builder_arena(builder), kind, json_array_get(array, i));
	json_decref(array);
	return err;
}

/* ---- Out. */

static json_t *
write_field(const ProtobufCMessage *record, enum record_kind kind, size_t field)
{
	enum field_type type = record_kinds[kind].fields[field].type;
	char *const *answers;
	int64_t number;
	size_t count, i;
	json_t *array;

	if (field_is_number(type)) {
		if (!field_number(record, kind, field, &number))
			return json_null();
		return json_integer(number);
	}
	if (type != FIELD_ANSWERS)
		return field_text(record, kind, field) == NULL
			   ? json_null()
			   : json_string(field_text(record, kind, field));

	answers = field_answers(record, kind, field, &count);
	array = json_array();
	for (i = 0; array != NULL && i < count; i++) {
		if (json_array_append_new(array, json_string(answers[i])) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

char *
record_json_write(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record)
{
	const struct record_row *row = &record_kinds[kind];
	json_t *object = json_object();
	char *text = NULL, *copy = NULL;
	size_t field;

	for (field = 0; object != NULL && field < row->field_count; field++) {
		json_t *value = write_field(record, kind, field);

		if (json_is_null(value) && row->fields[field].optional)
			continue;
		/* A NULL value fails here too. */
		if (json_object_set_new(object, row->fields[field].name, value) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	if (object != NULL)
		text = json_dumps(object, JSON_COMPACT);
	if (text != NULL)
		copy = arena_strdup(arena, text);
	free(text);
	json_decref(object);
	return copy;
}
