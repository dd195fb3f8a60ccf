#include "cli/changes.h"

#include <stdlib.h>
#include <string.h>

#include "cli/when.h"
#include "records/field.h"

/* clang-format off */
static const struct grid_column change_columns[] = {
	{"kind",   "内容", "Kind",   GRID_TEXT, GRID_ALWAYS},
	{"key",    "条目", "Key",    GRID_TEXT, GRID_ALWAYS},
	{"field",  "字段", "Field",  GRID_TEXT, GRID_ALWAYS},
	{"before", "原值", "Before", GRID_TEXT, GRID_ALWAYS},
	{"after",  "新值", "After",  GRID_TEXT, GRID_ALWAYS},
};
/* clang-format on */

const char *
changes_kind_words(const struct cli *cli, const char *name)
{
	enum record_kind kind = name == NULL ? PAPER_END : paper_kind_find(name);

	return kind == PAPER_END ? name : cli_say(cli, record_kinds[kind].zh, record_kinds[kind].en);
}

/* NULL: this version does not know it. */
static const struct record_field *
find_field(const char *kind_name, const char *name)
{
	enum record_kind kind = kind_name == NULL ? PAPER_END : paper_kind_find(kind_name);
	int field = kind == PAPER_END || name == NULL ? -1 : field_find(kind, name);

	return field < 0 ? NULL : &record_kinds[kind].fields[field];
}

static void
add_value(const struct cli *cli, struct grid *grid, const struct record_field *field, const char *value)
{
	if (value == NULL)
		grid_add(grid, NULL, "—");
	else if (field != NULL && field->type == FIELD_MOMENT)
		grid_add(grid, when_utc(cli, strtoull(value, NULL, 10)),
		    when_beijing(cli, strtoull(value, NULL, 10)));
	else
		grid_add(grid, value, NULL);
}

struct grid *
changes_grid(const struct cli *cli, Jx__Change *const *changes, size_t count)
{
	struct grid *grid = grid_new(cli, grid_form_of(cli), change_columns,
	    sizeof change_columns / sizeof change_columns[0]);

	for (size_t i = 0; grid != NULL && i < count; i++) {
		const Jx__Change *change = changes[i];
		const struct record_field *field = find_field(change->kind, change->field);

		grid_add(grid, change->kind, changes_kind_words(cli, change->kind));
		grid_add(grid, change->key, NULL);
		grid_add(grid, change->field,
		    field == NULL ? NULL : cli_say(cli, field->zh, field->en));
		add_value(cli, grid, field, change->before);
		add_value(cli, grid, field, change->after);
	}
	return grid;
}
