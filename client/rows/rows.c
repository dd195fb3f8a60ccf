#include "rows/rows.h"

#include <assert.h>
#include <string.h>

#include "records/field.h"
#include "rows/reader.h"

struct rows *
rows_new(struct arena *arena, const enum record_kind *kinds, size_t kind_count, const char *file,
    struct faults *faults)
{
	struct rows *rows = arena_alloc(arena, sizeof *rows);

	assert(kind_count > 0 && kind_count <= ROWS_KIND_COUNT_MAX);
	if (rows == NULL)
		return NULL;
	rows->arena = arena;
	rows->builder = records_builder_new(arena);
	rows->faults = faults;
	rows->file = file;
	rows->kinds = kinds;
	rows->kind_count = kind_count;
	return rows->builder == NULL ? NULL : rows;
}

struct rows_head *
rows_head(struct rows *rows)
{
	return &rows->head;
}

Jx__Records *
rows_records(const struct rows *rows)
{
	return records_builder_get(rows->builder);
}

size_t
rows_count(const struct rows *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->kind_count; i++)
		count += records_count(rows_records(rows), rows->kinds[i]);
	return count;
}

enum record_kind
rows_kind(const struct rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->kind_count; i++)
		if (strcmp(record_kinds[rows->kinds[i]].name, name) == 0)
			return rows->kinds[i];
	return PAPER_END;
}

static const char *
join(const struct rows *rows, const char *names, const char *name)
{
	const char *separator = faults_lang(rows->faults) == JX_EN ? ", " : "、";
	const char *joined;

	if (names[0] == '\0')
		return name;
	joined = arena_printf(rows->arena, "%s%s%s", names, separator, name);
	return joined == NULL ? names : joined;
}

const char *
rows_kind_names(const struct rows *rows)
{
	const char *names = "";

	for (size_t i = 0; i < rows->kind_count; i++)
		names = join(rows, names, record_kinds[rows->kinds[i]].name);
	return names;
}

const char *
rows_field_names(const struct rows *rows, enum record_kind kind)
{
	const char *names = "";

	for (size_t i = 0; i < record_kinds[kind].field_count; i++)
		names = join(rows, names, record_kinds[kind].fields[i].name);
	return names;
}

const char *
rows_text(struct rows *rows, struct bytes text)
{
	const char *copy =
	    text.size == 0 ? ""
			   : arena_strndup(rows->arena, (const char *)text.data, text.size);

	return copy == NULL ? "" : copy;
}

ProtobufCMessage *
rows_add(struct rows *rows, enum record_kind kind, struct rows_at at)
{
	size_t index = records_count(rows_records(rows), kind);

	if (index == rows->capacity[kind]) {
		size_t capacity = index == 0 ? 64 : index * 2;
		struct rows_row *grown = arena_alloc(rows->arena, capacity * sizeof *grown);

		if (grown == NULL)
			return NULL;
		if (index > 0)
			memcpy(grown, rows->rows[kind], index * sizeof *grown);
		rows->rows[kind] = grown;
		rows->capacity[kind] = capacity;
	}
	rows->kind = kind;
	rows->row = &rows->rows[kind][index];
	rows->row->at = at;
	rows->record = records_builder_add(rows->builder, kind);
	return rows->record;
}

bool
rows_place(const struct rows *rows, const char *kind_name, uint32_t row, uint32_t field,
    struct rows_at *at)
{
	enum record_kind kind = kind_name == NULL ? PAPER_END : rows_kind(rows, kind_name);
	const struct rows_row *found;

	if (kind == PAPER_END || row == 0 || row > records_count(rows_records(rows), kind))
		return false;
	found = &rows->rows[kind][row - 1];
	*at = found->at;
	/* A field that was left out: its row says where it should be. */
	if (field > 0 && field <= record_kinds[kind].field_count &&
	    found->fields[field - 1].line > 0)
		*at = found->fields[field - 1];
	return true;
}

void
rows_fill_unit(struct rows *rows, char *unit)
{
	for (size_t i = 0; i < rows->kind_count; i++) {
		enum record_kind kind = rows->kinds[i];
		int field = field_find(kind, "unit");
		size_t count = records_count(rows_records(rows), kind);

		if (field < 0 || record_kinds[kind].fields[field].optional)
			continue;
		for (size_t k = 0; k < count; k++) {
			ProtobufCMessage *record = records_at(rows_records(rows), kind, k);

			if (field_text(record, kind, (size_t)field) == NULL)
				field_set_text(record, kind, (size_t)field, unit);
		}
	}
}
