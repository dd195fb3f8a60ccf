/* Rows as YAML. */
#include "scheme/yaml.h"

#include <string.h>

#include "records/field.h"
#include "rows/reader.h"
#include "wire/text.h"

static struct rows_at
place_of(const struct yaml_node *node)
{
	return (struct rows_at){node->line, node->column};
}

/* A list of answers is their text joined by slashes. */
static enum jx_err
read_list(struct rows *rows, size_t field, const struct yaml_node *list)
{
	const char *joined = "";

	for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
		if (item->type != YAML_SCALAR) {
			ROWS_FAULT(rows, place_of(item), "", "应为一个值", "expected one value");
			return JX_OK;
		}
		joined = arena_printf(rows->arena, "%s%s%s", joined, item == list->first ? "" : "/",
		    rows_text(rows, item->text));
		if (joined == NULL)
			return JX_E_MEMORY;
	}
	return rows_set(rows, field, (struct bytes){(const uint8_t *)joined, strlen(joined)},
	    place_of(list));
}

static enum jx_err
read_field(struct rows *rows, const struct yaml_node *value)
{
	const char *name = rows_text(rows, value->key->text), *names;
	int field = field_find(rows->kind, name);

	if (field < 0) {
		names = rows_field_names(rows, rows->kind);
		ROWS_FAULT(rows, place_of(value->key), name, "没有这一字段；应为 %s",
		    "no such field; expected %s", names);
		return JX_OK;
	}
	if (value->type == YAML_LIST && record_kinds[rows->kind].fields[field].type == FIELD_ANSWERS)
		return read_list(rows, (size_t)field, value);
	if (value->type != YAML_SCALAR) {
		ROWS_FAULT(rows, place_of(value), name, "应为一个值", "expected one value");
		return JX_OK;
	}
	return rows_set(rows, (size_t)field, value->text, place_of(value));
}

static enum jx_err
read_record(struct rows *rows, enum record_kind kind, const struct yaml_node *map)
{
	enum jx_err err = JX_OK;

	if (map->type != YAML_MAP) {
		ROWS_FAULT(rows, place_of(map), rows_text(rows, map->text),
		    "应为“字段: 值”", "expected \"field: value\"");
		return JX_OK;
	}
	if (rows_add(rows, kind, place_of(map->first == NULL ? map : map->first->key)) == NULL)
		return JX_E_MEMORY;
	for (const struct yaml_node *value = map->first; err == JX_OK && value != NULL;
	     value = value->next)
		err = read_field(rows, value);
	return err;
}

/* A list of records, or one alone; nothing: none. */
static enum jx_err
read_records(struct rows *rows, enum record_kind kind, const struct yaml_node *node)
{
	enum jx_err err = JX_OK;

	if (node->type == YAML_SCALAR && node->text.size == 0)
		return JX_OK;
	if (node->type != YAML_LIST)
		return read_record(rows, kind, node);
	for (const struct yaml_node *item = node->first; err == JX_OK && item != NULL;
	     item = item->next)
		err = read_record(rows, kind, item);
	return err;
}

static bool
read_version(struct bytes text, uint64_t *out)
{
	uint64_t value = 0;

	if (text.size == 0 || text.size > 18)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text.data[i] - '0');
	}
	*out = value;
	return true;
}

/* city, unit, year, based_on. false: it is none of them. */
static bool
read_head(struct rows *rows, const char *name, const struct yaml_node *value, enum jx_err *err)
{
	const char **text = strcmp(name, "city") == 0   ? &rows->head.city
			    : strcmp(name, "unit") == 0 ? &rows->head.unit
							: NULL;
	bool is_year = strcmp(name, "year") == 0, is_fine = value->type == YAML_SCALAR;

	if (text == NULL && !is_year && strcmp(name, "based_on") != 0)
		return false;
	if (is_fine && text != NULL) {
		*text = text_normal(rows->arena, value->text, TEXT_CODE_SIZE_MAX);
		is_fine = *text != NULL && (*text)[0] != '\0';
	} else if (is_fine && is_year) {
		is_fine = text_whole(value->text, &rows->head.year) == JX_OK && rows->head.year > 0;
	} else if (is_fine) {
		is_fine = rows->head.has_based_on =
		    read_version(value->text, &rows->head.based_on);
	}
	if (!is_fine)
		ROWS_FAULT(rows, place_of(value),
		    value->type == YAML_SCALAR ? rows_text(rows, value->text) : "",
		    text != NULL ? "应为代码" : "应为整数",
		    text != NULL ? "expected a code" : "expected a whole number");
	*err = JX_OK;
	return true;
}

static enum jx_err
read_entry(struct rows *rows, const struct yaml_node *value)
{
	const char *name = rows_text(rows, value->key->text), *names;
	enum record_kind kind = rows_kind(rows, name);
	enum jx_err err;

	if (kind != PAPER_END)
		return read_records(rows, kind, value);
	if (read_head(rows, name, value, &err))
		return err;
	names = rows_kind_names(rows);
	ROWS_FAULT(rows, place_of(value->key), name,
	    "此处应为 %s，或 city、year、unit、based_on", "expected %s, or city, year, unit, based_on",
	    names);
	return JX_OK;
}

enum jx_err
rows_read_yaml(struct rows *rows, struct bytes text)
{
	size_t before = faults_count(rows->faults);
	const struct yaml_node *root = yaml_read(rows->arena, text, rows->file, rows->faults);
	enum jx_err err = JX_OK;
	const char *names;

	if (root == NULL)
		return faults_count(rows->faults) > before ? JX_OK : JX_E_MEMORY;
	if (root->type == YAML_LIST && rows->kind_count == 1)
		return read_records(rows, rows->kinds[0], root);
	if (root->type != YAML_MAP) {
		names = rows_kind_names(rows);
		ROWS_FAULT(rows, place_of(root), "", "应按类写：%s，各为一个列表",
		    "expected kinds (%s), each with a list", names);
		return JX_OK;
	}
	for (const struct yaml_node *value = root->first; err == JX_OK && value != NULL;
	     value = value->next)
		err = read_entry(rows, value);
	return err;
}
