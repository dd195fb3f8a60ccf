#include "core/work_import.h"

#include <jansson.h>
#include <jx/session.pb-c.h>
#include <jx/year.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/check.h"
#include "records/compare.h"
#include "records/json.h"

/* What the comparison gathers. */
struct work_changes {
	struct arena *arena;
	uint64_t counts[RECORD_KIND_COUNT][RECORD_WITHDRAWN + 1];
	Jx__Change *shown[WORK_CHANGE_COUNT_MAX];
	size_t shown_count;
	uint64_t change_count;
	json_t *body[RECORD_KIND_COUNT]; /* arrays of rows to store */
	bool is_failed;                  /* memory ran out */
};

static enum jx_err
work_import_give_fail(
    const struct job_io *io, struct arena *arena, enum jx_err code, struct faults *faults)
{
	Jx__Fail fail = JX__FAIL__INIT;
	size_t count = faults == NULL ? 0 : faults_kept(faults);
	uint8_t *packed;
	size_t size;

	if (count > WORK_FAULT_COUNT_MAX)
		count = WORK_FAULT_COUNT_MAX;
	fail.code = (char *)(uintptr_t)err_name(code);
	fail.has_fault_count = faults != NULL;
	fail.fault_count = faults == NULL ? 0 : faults_count(faults);
	fail.faults = arena_alloc(arena, (count + 1) * sizeof *fail.faults);
	for (size_t i = 0; fail.faults != NULL && i < count; i++) {
		const struct fault *fault = faults_at(faults, i);
		Jx__Fault *shown = arena_alloc(arena, sizeof *shown);

		if (shown == NULL)
			return JX_E_MEMORY;
		jx__fault__init(shown);
		shown->file = (char *)(uintptr_t)fault->file;
		shown->has_line = shown->has_column = true;
		shown->line = fault->line;
		shown->column = fault->column;
		shown->value = (char *)(uintptr_t)fault->value;
		shown->expected = (char *)(uintptr_t)fault->expected;
		fail.faults[fail.n_faults++] = shown;
		if (protobuf_c_message_get_packed_size(&fail.base) > WORK_PAGE_SIZE_MAX) {
			fail.n_faults--;
			break;
		}
	}
	size = protobuf_c_message_get_packed_size(&fail.base);
	packed = arena_alloc(arena, size + 1);
	if (packed == NULL)
		return JX_E_MEMORY;
	protobuf_c_message_pack(&fail.base, packed);
	io->give(io->arg, WORK_OUT_FAIL, 0, (struct bytes){packed, size});
	return JX_OK;
}

/* "X001/G01": the key fields of a record. */
static char *
work_import_key(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record)
{
	char *key = arena_strdup(arena, "");
	char buffer[RECORD_TEXT_SIZE];

	for (size_t i = 0;
	     key != NULL && i < record_kinds[kind].field_count && record_kinds[kind].fields[i].key;
	     i++)
		key = arena_printf(arena, "%s%s%s", key, i == 0 ? "" : "/",
		    record_field_text(record, kind, i, buffer));
	return key;
}

static void
work_import_show_field(struct work_changes *changes, enum record_kind kind, size_t field,
    const char *key, const ProtobufCMessage *before, const ProtobufCMessage *after)
{
	char old_text[RECORD_TEXT_SIZE], new_text[RECORD_TEXT_SIZE];
	const char *old_value =
	    before == NULL ? NULL : record_field_text(before, kind, field, old_text);
	const char *new_value =
	    after == NULL ? NULL : record_field_text(after, kind, field, new_text);
	Jx__Change *change;

	if (old_value != NULL && new_value != NULL && strcmp(old_value, new_value) == 0)
		return;
	changes->change_count++;
	if (changes->shown_count == WORK_CHANGE_COUNT_MAX)
		return;
	change = arena_alloc(changes->arena, sizeof *change);
	if (change == NULL) {
		changes->is_failed = true;
		return;
	}
	jx__change__init(change);
	change->kind = (char *)(uintptr_t)record_kinds[kind].name;
	change->key = (char *)(uintptr_t)key;
	change->field = (char *)(uintptr_t)record_kinds[kind].fields[field].name;
	change->before = old_value == NULL ? NULL : arena_strdup(changes->arena, old_value);
	change->after = new_value == NULL ? NULL : arena_strdup(changes->arena, new_value);
	changes->shown[changes->shown_count++] = change;
}

static void
work_import_store(struct work_changes *changes, enum record_kind kind,
    const ProtobufCMessage *record, bool withdrawn)
{
	struct arena *arena = arena_new(1 << 20);
	const char *text = arena == NULL ? NULL : record_json_write(arena, kind, record);
	json_t *row = text == NULL ? NULL : json_loads(text, 0, NULL);

	arena_free(arena);
	if (changes->body[kind] == NULL)
		changes->body[kind] = json_array();
	if (row != NULL && withdrawn)
		json_object_set_new(row, "withdrawn", json_true());
	if (row == NULL || json_array_append_new(changes->body[kind], row) != 0)
		changes->is_failed = true;
}

static void
work_import_on_change(void *arg, enum record_kind kind, enum record_change change,
    const ProtobufCMessage *before, const ProtobufCMessage *after)
{
	struct work_changes *changes = arg;
	const ProtobufCMessage *record = after != NULL ? after : before;
	const char *key;

	changes->counts[kind][change]++;
	if (change == RECORD_UNCHANGED)
		return;
	work_import_store(changes, kind, record, change == RECORD_WITHDRAWN);
	key = changes->shown_count < WORK_CHANGE_COUNT_MAX
		  ? work_import_key(changes->arena, kind, record)
		  : "";
	for (size_t i = 0; i < record_kinds[kind].field_count; i++)
		if (!record_kinds[kind].fields[i].key)
			work_import_show_field(changes, kind, i, key, before, after);
	if (record_kinds[kind]
		.fields[record_kinds[kind].field_count - 1]
		.key) /* all of it is key: show that it came or went */
		work_import_show_field(
		    changes, kind, record_kinds[kind].field_count - 1, key, before, after);
}

static bool
work_import_is_changed(const struct work_changes *changes)
{
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		if (changes->body[kind] != NULL)
			return true;
	return false;
}

static enum jx_err
work_import_give_summary(const struct job_io *io, struct work_changes *changes, bool scheme_changed)
{
	Jx__ImportReply reply = JX__IMPORT_REPLY__INIT;
	Jx__KindCount counts[RECORD_KIND_COUNT], *count_list[RECORD_KIND_COUNT];
	uint8_t *packed;
	size_t size;

	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		const uint64_t *of = changes->counts[kind];
		Jx__KindCount *count = count_list[kind] = &counts[kind];

		jx__kind_count__init(count);
		count->kind = (char *)(uintptr_t)record_kinds[kind].name;
		count->has_added = count->has_changed = count->has_unchanged =
		    count->has_withdrawn = true;
		count->added = of[RECORD_NEW];
		count->changed = of[RECORD_CHANGED];
		count->unchanged = of[RECORD_UNCHANGED];
		count->withdrawn = of[RECORD_WITHDRAWN];
	}
	reply.counts = count_list;
	reply.n_counts = RECORD_KIND_COUNT;
	reply.has_scheme_changed = reply.has_change_count = true;
	reply.scheme_changed = scheme_changed;
	reply.change_count = changes->change_count;
	reply.changes = changes->shown;
	reply.n_changes = changes->shown_count;
	while (reply.n_changes > 0 &&
	       protobuf_c_message_get_packed_size(&reply.base) > WORK_PAGE_SIZE_MAX)
		reply.n_changes -= (reply.n_changes + 7) / 8; /* long texts: fewer are shown */
	size = protobuf_c_message_get_packed_size(&reply.base);
	packed = arena_alloc(changes->arena, size + 1);
	if (packed == NULL)
		return JX_E_MEMORY;
	protobuf_c_message_pack(&reply.base, packed);
	io->give(io->arg, WORK_OUT_SUMMARY, 0, (struct bytes){packed, size});
	return JX_OK;
}

static enum jx_err
work_import_give_body(const struct job_io *io, struct work_input *input,
    struct work_changes *changes, const struct scheme *scheme, bool scheme_changed)
{
	char base[24];
	json_t *kinds = json_object(), *body;
	char *text;

	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		if (changes->body[kind] != NULL)
			json_object_set(kinds, record_kinds[kind].name, changes->body[kind]);
	snprintf(base, sizeof base, "%.*s", (int)input->base.size, (const char *)input->base.data);
	body = json_pack(
	    "{s:I, s:o}", "base_batch", (json_int_t)strtoll(base, NULL, 10), "changes", kinds);
	if (body != NULL && scheme_changed) {
		json_object_set_new(body, "scheme",
		    json_stringn((const char *)input->scheme.data, input->scheme.size));
		json_object_set_new(body, "city_name", json_string(scheme->city_name));
	}
	text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	json_decref(body);
	if (text == NULL)
		return JX_E_MEMORY;
	io->give(io->arg, WORK_OUT_BODY, 0, (struct bytes){(const uint8_t *)text, strlen(text)});
	free(text);
	return JX_OK;
}

static enum jx_err
work_import_compare(const struct job_io *io, struct work_input *input, const struct scheme *scheme,
    Jx__Records *records)
{
	Jx__Records *old_records = records_builder_get(input->old_records);
	struct work_changes *changes = arena_alloc(input->arena, sizeof *changes);
	bool scheme_changed =
	    input->old_scheme.size != input->scheme.size ||
	    memcmp(input->old_scheme.data, input->scheme.data, input->scheme.size) != 0;
	enum jx_err err;

	if (changes == NULL)
		return JX_E_MEMORY;
	changes->arena = input->arena;
	records_sort(old_records);
	records_compare(old_records, records, work_import_on_change, changes);
	err = changes->is_failed ? JX_E_MEMORY
				 : work_import_give_summary(io, changes, scheme_changed);
	if (err == JX_OK && (scheme_changed || work_import_is_changed(changes)))
		err = work_import_give_body(io, input, changes, scheme, scheme_changed);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		json_decref(changes->body[kind]);
	return err;
}

/* The request named a city and a year; the scheme must be theirs. */
static bool
work_import_is_named(const struct work_input *input, const struct scheme *scheme)
{
	return scheme->year == input->year && strlen(scheme->city) == input->city.size &&
	       memcmp(scheme->city, input->city.data, input->city.size) == 0;
}

enum jx_err
work_import(const struct job_io *io, struct work_input *input)
{
	Jx__Records *records = records_builder_get(input->records);
	struct faults *faults = faults_new(input->lang);
	struct scheme *scheme =
	    faults == NULL ? NULL : scheme_read(input->scheme, "scheme.yaml", faults);
	bool is_valid =
	    scheme != NULL && records_check(scheme, records, &records_locator_plain, faults);
	uint8_t digest[32];
	enum jx_err err = faults == NULL ? JX_E_MEMORY : JX_OK;

	io->give(io->arg, WORK_OUT_PROGRESS, 50, (struct bytes){NULL, 0});
	if (err == JX_OK && !is_valid) {
		faults_sort(faults);
		err = work_import_give_fail(io, input->arena, JX_E_FAULTS, faults);
	} else if (err == JX_OK) {
		records_sort(records);
		records_digest(records, input->scheme, digest);
		/* What arrived is what was announced, to the byte; else the upload went wrong. */
		if (!work_import_is_named(input, scheme) || input->digest.size != sizeof digest ||
		    memcmp(digest, input->digest.data, sizeof digest) != 0)
			err = work_import_give_fail(io, input->arena, JX_E_FIELD, NULL);
		else
			err = work_import_compare(io, input, scheme, records);
	}
	scheme_free(scheme);
	faults_free(faults);
	return err;
}
