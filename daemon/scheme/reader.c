#include "scheme/reader.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "wire/text.h"

enum { READER_KEY_COUNT_MAX = 32 }; /* of one table */

const char *
reader_text(struct reader *reader, const struct yaml_node *node)
{
	const char *text = NULL;

	if (node->type == YAML_SCALAR)
		text = arena_strndup(reader->arena, (const char *)node->text.data, node->text.size);
	return text == NULL ? "" : text;
}

const char *
reader_normal(struct reader *reader, const struct yaml_node *node)
{
	const char *text = NULL;

	if (node->type == YAML_SCALAR)
		text = text_normal(reader->arena, node->text, TEXT_CODE_SIZE_MAX);
	return text == NULL ? "" : text;
}

void *
reader_alloc(struct reader *reader, size_t size)
{
	void *memory = arena_alloc(reader->arena, size);

	reader->is_out |= memory == NULL;
	return memory;
}

static void
reader_note(struct reader *reader, const struct yaml_node *node)
{
	const char *path = arena_strdup(reader->arena, reader->path);

	if (reader->clause_count == reader->clause_capacity) {
		size_t capacity = reader->clause_capacity == 0 ? 256 : reader->clause_capacity * 2;
		struct reader_clause *grown = reader_alloc(reader, capacity * sizeof *grown);

		if (grown == NULL)
			return;
		if (reader->clause_count > 0)
			memcpy(grown, reader->clauses, reader->clause_count * sizeof *grown);
		reader->clauses = grown;
		reader->clause_capacity = capacity;
	}
	if (path == NULL) {
		reader->is_out = true;
		return;
	}
	reader->clauses[reader->clause_count++] = (struct reader_clause){.path = path,
	    .line = node->line,
	    .column = node->column,
	    .key_line = node->key != NULL ? node->key->line : node->line};
}

size_t
reader_enter(struct reader *reader, const char *name, const struct yaml_node *node)
{
	size_t mark = strlen(reader->path);

	snprintf(
	    reader->path + mark, sizeof reader->path - mark, "%s%s", mark == 0 ? "" : ".", name);
	reader_note(reader, node);
	return mark;
}

void
reader_leave(struct reader *reader, size_t mark)
{
	reader->path[mark] = '\0';
}

const struct reader_clause *
reader_find(const struct reader *reader, const char *path)
{
	for (size_t i = 0; i < reader->clause_count; i++)
		if (strcmp(reader->clauses[i].path, path) == 0)
			return &reader->clauses[i];
	return NULL;
}

static const char *
reader_key_names(struct reader *reader, const struct reader_key *keys, size_t key_count)
{
	const char *joined = "";

	for (size_t i = 0; i < key_count && joined != NULL; i++)
		joined =
		    arena_printf(reader->arena, "%s%s%s", joined, i == 0 ? "" : ", ", keys[i].name);
	return joined == NULL ? "" : joined;
}

static void
reader_blank(const struct reader_key *keys, size_t key_count, void *into)
{
	static const int64_t unread = READER_UNREAD;

	for (size_t i = 0; i < key_count; i++) {
		if (keys[i].is_required && keys[i].read == reader_hundredths)
			memcpy((char *)into + keys[i].offset, &unread, sizeof unread);
		if (keys[i].is_required && keys[i].read == reader_struct)
			reader_blank(keys[i].list->keys, keys[i].list->key_count,
			    (char *)into + keys[i].offset);
	}
}

bool
reader_map(struct reader *reader, const struct yaml_node *node, const struct reader_key *keys,
    size_t key_count, void *into)
{
	bool seen[READER_KEY_COUNT_MAX] = {false};

	assert(key_count <= READER_KEY_COUNT_MAX);
	reader_blank(keys, key_count, into);
	if (node->type != YAML_MAP) {
		READER_FAULT(reader, node, "应为若干“名称: 值”（%s）", "expected a mapping of %s",
		    reader_key_names(reader, keys, key_count));
		return false;
	}
	for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
		const char *name = reader_text(reader, child->key);
		size_t i = 0;

		while (i < key_count && strcmp(keys[i].name, name) != 0)
			i++;
		if (i == key_count) {
			READER_FAULT(reader, child->key, "没有这一项；这里可以有：%s",
			    "unknown key; there may be: %s",
			    reader_key_names(reader, keys, key_count));
			continue;
		}
		seen[i] = true;
		size_t mark = reader_enter(reader, name, child);
		keys[i].read(reader, &keys[i], child, into);
		reader_leave(reader, mark);
	}
	for (size_t i = 0; i < key_count; i++)
		if (keys[i].is_required && !seen[i])
			faults_add(reader->faults, reader->file, node->line, node->column, "",
			    "%s 缺少 %s", "%s lacks %s",
			    reader->path[0] == '\0' ? reader->file : reader->path, keys[i].name);
	return true;
}

static const char *
reader_clean(struct reader *reader, const struct yaml_node *node, size_t size_max)
{
	const char *text =
	    node->type != YAML_SCALAR ? NULL : text_normal(reader->arena, node->text, size_max);

	if (text == NULL || *text == '\0') {
		READER_FAULT(reader, node, "应为 1 至 %zu 字节、不换行的文字",
		    "expected a text of 1 to %zu bytes without line breaks", size_max);
		return NULL;
	}
	return text;
}

void
reader_code(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	const char *code = reader_clean(reader, node, TEXT_CODE_SIZE_MAX);

	if (code != NULL)
		memcpy((char *)into + key->offset, &code, sizeof code);
}

void
reader_name(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	const char *name = reader_clean(reader, node, TEXT_NAME_SIZE_MAX);

	if (name != NULL)
		memcpy((char *)into + key->offset, &name, sizeof name);
}

bool
reader_number(
    struct reader *reader, const struct yaml_node *node, int64_t min, int64_t max, int64_t *out)
{
	char least[TEXT_DECIMAL_SIZE], most[TEXT_DECIMAL_SIZE];
	int64_t value;

	if (node->type != YAML_SCALAR || text_hundredths(node->text, &value) != JX_OK ||
	    value < min || value > max) {
		READER_FAULT(reader, node, "应为 %s 至 %s 之间、最多两位小数的数",
		    "expected a number from %s to %s, at most two decimals",
		    text_decimal(min, least), text_decimal(max, most));
		return false;
	}
	*out = value;
	return true;
}

void
reader_hundredths(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	int64_t value;

	if (reader_number(reader, node, key->min, key->max, &value))
		memcpy((char *)into + key->offset, &value, sizeof value);
}

void
reader_whole(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	uint32_t value;

	if (node->type != YAML_SCALAR || text_whole(node->text, &value) != JX_OK ||
	    value < key->min || value > key->max) {
		READER_FAULT(reader, node, "应为 %lld 至 %lld 之间的整数",
		    "expected a whole number from %lld to %lld", (long long)key->min,
		    (long long)key->max);
		return;
	}
	memcpy((char *)into + key->offset, &value, sizeof value);
}

void
reader_struct(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	reader_map(reader, node, key->list->keys, key->list->key_count, (char *)into + key->offset);
}

void
reader_set_list(const struct reader_key *key, void *into, void *elements, size_t count)
{
	memcpy((char *)into + key->offset, &elements, sizeof elements);
	memcpy((char *)into + key->offset + sizeof elements, &count, sizeof count);
}

void
reader_element_code(
    struct reader *reader, const struct yaml_node *node, void *elements, size_t size, size_t index)
{
	const char *code = reader_clean(reader, node, TEXT_CODE_SIZE_MAX);

	memcpy((char *)elements + size * index, &code, sizeof code);
	for (size_t i = 0; code != NULL && i < index; i++) {
		const char *other;

		memcpy(&other, (char *)elements + size * i, sizeof other);
		if (other != NULL && strcmp(other, code) == 0) {
			READER_FAULT(
			    reader, node, "代码在列表中重复", "this code stands twice in the list");
			break;
		}
	}
}

/* The value under that name; NULL: there is none. */
static const struct yaml_node *
reader_child(struct reader *reader, const struct yaml_node *node, const char *name)
{
	if (node->type == YAML_MAP)
		for (const struct yaml_node *child = node->first; child != NULL;
		     child = child->next)
			if (strcmp(reader_text(reader, child->key), name) == 0)
				return child;
	return NULL;
}

/* The code comes from the table's first key. */
static void
reader_element(struct reader *reader, const struct reader_list *list, const struct yaml_node *node,
    void *elements, size_t index)
{
	const struct yaml_node *code = reader_child(reader, node, list->keys[0].name);
	size_t mark = reader_enter(reader, code == NULL ? "" : reader_normal(reader, code), node);

	assert(list->keys[0].read == reader_code && list->keys[0].offset == 0);
	reader_map(
	    reader, node, list->keys, list->key_count, (char *)elements + index * list->size);
	/* Read once more: here the codes before it are known. */
	if (code != NULL && *reader_normal(reader, code) != '\0')
		reader_element_code(reader, code, elements, list->size, index);
	reader_leave(reader, mark);
}

void
reader_list_of(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	const struct reader_list *list = key->list;
	size_t count = 0;
	char *elements;

	if (node->type != YAML_LIST || node->count == 0) {
		READER_FAULT(
		    reader, node, "应为至少一项的列表", "expected a list of at least one entry");
		return;
	}
	elements = reader_alloc(reader, node->count * list->size);
	for (const struct yaml_node *child = node->first; elements != NULL && child != NULL;
	     child = child->next)
		reader_element(reader, list, child, elements, count++);
	reader_set_list(key, into, elements, count);
}
