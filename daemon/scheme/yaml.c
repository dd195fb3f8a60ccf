#include "scheme/yaml.h"

#include <libfyaml.h>
#include <string.h>

struct yaml {
	struct arena *arena;
	struct bytes text;
	const char *file;
	struct faults *faults;
	size_t node_count;
	struct fy_mark mark; /* of the last token */
	bool is_failed;
};

/* libfyaml tells bytes; people count characters. */
static uint32_t
yaml_column(const struct yaml *yaml, size_t position)
{
	uint32_t column = 1;

	if (position > yaml->text.size)
		position = yaml->text.size;
	for (size_t i = position; i > 0 && yaml->text.data[i - 1] != '\n'; i--)
		if ((yaml->text.data[i - 1] & 0xc0) != 0x80)
			column++;
	return column;
}

static struct yaml_node *
yaml_node_new(struct yaml *yaml, enum yaml_type type, const struct fy_mark *mark)
{
	struct yaml_node *node = arena_alloc(yaml->arena, sizeof *node);

	if (node == NULL)
		return NULL;
	node->type = type;
	node->line = mark == NULL ? 1 : (uint32_t)mark->line + 1;
	node->column = mark == NULL ? 1 : yaml_column(yaml, mark->input_pos);
	return node;
}

#define YAML_FAULT(yaml, node, value, ...)                                                         \
	do {                                                                                       \
		(yaml)->is_failed = true;                                                          \
		faults_add((yaml)->faults, (yaml)->file, (node)->line, (node)->column, value,      \
		    __VA_ARGS__);                                                                  \
	} while (0)

/* An empty value has no token: it stands where the one before it began. */
static const struct fy_mark *
yaml_mark(struct yaml *yaml, struct fy_event *event)
{
	struct fy_token *token =
	    event->type == FYET_SCALAR           ? event->scalar.value
	    : event->type == FYET_SEQUENCE_START ? event->sequence_start.sequence_start
	    : event->type == FYET_MAPPING_START  ? event->mapping_start.mapping_start
						 : event->alias.anchor;
	const struct fy_mark *mark = token == NULL ? NULL : fy_token_start_mark(token);

	if (mark != NULL)
		yaml->mark = *mark;
	return &yaml->mark;
}

/* The node of an event that begins one; NULL: a fault, or an event that is none. */
static struct yaml_node *
yaml_begin(struct yaml *yaml, struct fy_event *event)
{
	static const struct {
		enum fy_event_type event;
		enum yaml_type type;
	} types[] = {{FYET_SCALAR, YAML_SCALAR}, {FYET_SEQUENCE_START, YAML_LIST},
	    {FYET_MAPPING_START, YAML_MAP}};
	const struct fy_mark *mark = yaml_mark(yaml, event);
	struct yaml_node *node = NULL;
	struct fy_token *anchor = NULL, *tag = NULL;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (event->type == types[i].event)
			node = yaml_node_new(yaml, types[i].type, mark);
	if (node == NULL)
		return NULL;
	if (event->type == FYET_SCALAR) {
		size_t size = 0;
		const char *text = event->scalar.value == NULL
				       ? ""
				       : fy_token_get_text(event->scalar.value, &size);

		anchor = event->scalar.anchor;
		tag = event->scalar.tag;
		node->text = arena_copy(yaml->arena, (struct bytes){(const uint8_t *)text, size});
		if (size > 0 && node->text.data == NULL)
			yaml->is_failed = true;
	} else if (event->type == FYET_SEQUENCE_START) {
		anchor = event->sequence_start.anchor;
		tag = event->sequence_start.tag;
	} else {
		anchor = event->mapping_start.anchor;
		tag = event->mapping_start.tag;
	}
	if (anchor != NULL || tag != NULL)
		YAML_FAULT(yaml, node, anchor != NULL ? "&" : "!",
		    "不使用锚点、别名和标签，请写出内容",
		    "write it out: no anchors, aliases or tags");
	return node;
}

static bool
yaml_is_same(struct bytes left, struct bytes right)
{
	return left.size == right.size &&
	       (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

static const char *
yaml_text(struct yaml *yaml, const struct yaml_node *node)
{
	const char *text =
	    arena_strndup(yaml->arena, (const char *)node->text.data, node->text.size);

	return text == NULL ? "" : text;
}

/* A frame of the stack: an open list or mapping. */
struct yaml_open {
	struct yaml_node *node, *last;
	struct yaml_node *key; /* mapping: read, its value not yet */
	bool is_flow;          /* written {a: b, c: d} */
};

/*
 * {name: 失误，损失}: an ASCII comma in the middle of a text, which YAML takes for
 * the end of the entry, leaving a word without colon and value. The writer meant
 * the comma: the word goes back to the text before it.
 */
static bool
yaml_rejoin(struct yaml *yaml, struct yaml_open *open, const struct yaml_node *value)
{
	struct bytes left, right;
	char *joined;

	if (!open->is_flow || value->type != YAML_SCALAR || value->text.size > 0 ||
	    open->last == NULL || open->last->type != YAML_SCALAR || open->last->text.size == 0)
		return false;
	left = open->last->text;
	right = open->key->text;
	joined = arena_printf(yaml->arena, "%.*s,%.*s", (int)left.size, (const char *)left.data,
	    (int)right.size, (const char *)right.data);
	if (joined == NULL)
		return false;
	open->last->text = (struct bytes){(const uint8_t *)joined, left.size + 1 + right.size};
	open->key = NULL;
	return true;
}

static void
yaml_add(struct yaml *yaml, struct yaml_open *open, struct yaml_node *node)
{
	if (open->node->type == YAML_MAP && open->key == NULL) {
		open->key = node;
		if (node->type != YAML_SCALAR)
			YAML_FAULT(yaml, node, "", "应为一个名称", "expected a name");
		for (const struct yaml_node *other = open->node->first; other != NULL;
		     other = other->next)
			if (node->type == YAML_SCALAR && yaml_is_same(other->key->text, node->text))
				YAML_FAULT(yaml, node, yaml_text(yaml, node),
				    "同一处不应重复出现，第一次在第 %u 行",
				    "stands twice here; first on line %u", other->key->line);
		return;
	}
	if (open->node->type == YAML_MAP && yaml_rejoin(yaml, open, node))
		return;
	node->key = open->key;
	open->key = NULL;
	if (open->last == NULL)
		open->node->first = node;
	else
		open->last->next = node;
	open->last = node;
	if (++open->node->count == YAML_LIST_COUNT_MAX + 1)
		YAML_FAULT(yaml, node, "", "一处最多 %d 项", "at most %d entries in one place",
		    YAML_LIST_COUNT_MAX);
}

/* One event; false: no more of this text is read. */
static bool
yaml_take(struct yaml *yaml, struct fy_event *event, struct yaml_open *stack, int *depth,
    struct yaml_node **root)
{
	struct yaml_node *node;

	if (event->type == FYET_ALIAS) {
		node = yaml_node_new(yaml, YAML_SCALAR, yaml_mark(yaml, event));
		if (node != NULL)
			YAML_FAULT(yaml, node, "*", "不使用锚点、别名和标签，请写出内容",
			    "write it out: no anchors, aliases or tags");
		return false;
	}
	if (event->type == FYET_SEQUENCE_END || event->type == FYET_MAPPING_END) {
		(*depth)--;
		return true;
	}
	node = yaml_begin(yaml, event);
	if (node == NULL)
		return event->type != FYET_SCALAR && event->type != FYET_SEQUENCE_START &&
		       event->type != FYET_MAPPING_START;
	if (*depth == 0 && *root != NULL) {
		YAML_FAULT(yaml, node, "", "只应有一个文档", "expected one document");
		return false;
	}
	if (++yaml->node_count > YAML_NODE_COUNT_MAX ||
	    (*depth == YAML_DEPTH_MAX && node->type != YAML_SCALAR)) {
		YAML_FAULT(yaml, node, "", "层次或条目过多", "too deep or too long");
		return false;
	}
	if (*depth > 0)
		yaml_add(yaml, &stack[*depth - 1], node);
	else
		*root = node;
	if (node->type != YAML_SCALAR)
		stack[(*depth)++] = (struct yaml_open){
		    .node = node, .is_flow = fy_event_get_node_style(event) == FYNS_FLOW};
	return stack[0].node == NULL || stack[0].node->count <= YAML_LIST_COUNT_MAX;
}

/* What libfyaml itself complained of. */
static void
yaml_collect(struct yaml *yaml, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	void *previous = NULL;

	while ((error = fy_diag_errors_iterate(diag, &previous)) != NULL) {
		yaml->is_failed = true;
		faults_add(yaml->faults, yaml->file, error->line > 0 ? (uint32_t)error->line : 1,
		    error->column > 0 ? (uint32_t)error->column : 1, "", "YAML 格式不正确:%s",
		    "not well-formed YAML: %s", error->msg);
	}
}

static void
yaml_mute(struct fy_diag *diag, void *user, const char *text, size_t size)
{
	(void)diag, (void)user, (void)text, (void)size;
}

static struct yaml_node *
yaml_parse(struct yaml *yaml, struct fy_parser *parser)
{
	struct yaml_open stack[YAML_DEPTH_MAX + 1] = {{.node = NULL}};
	struct yaml_node *root = NULL;
	struct fy_event *event;
	bool goes_on = true;
	int depth = 0;

	while (goes_on && (event = fy_parser_parse(parser)) != NULL) {
		goes_on = yaml_take(yaml, event, stack, &depth, &root);
		if (event->type == FYET_STREAM_END)
			goes_on = false;
		fy_parser_event_free(parser, event);
	}
	return root;
}

struct yaml_node *
yaml_read(struct arena *arena, struct bytes text, const char *file, struct faults *faults)
{
	struct fy_diag_cfg quiet = {
	    .output_fn = yaml_mute, .level = FYET_ERROR, .module_mask = ~0u};
	struct yaml yaml = {.arena = arena, .text = text, .file = file, .faults = faults};
	struct fy_diag *diag = fy_diag_create(&quiet);
	struct fy_parse_cfg config = {.flags = FYPCF_DEFAULT_PARSE, .diag = diag};
	struct fy_parser *parser = diag == NULL ? NULL : fy_parser_create(&config);
	struct yaml_node *root = NULL;

	if (diag != NULL)
		fy_diag_set_collect_errors(diag, true);
	if (parser == NULL ||
	    fy_parser_set_string(parser, (const char *)text.data, text.size) != 0) {
		faults_add(faults, file, 1, 1, "", "无法读取", "cannot be read");
		yaml.is_failed = true;
	} else {
		root = yaml_parse(&yaml, parser);
		yaml_collect(&yaml, diag);
		if (root == NULL && !yaml.is_failed) {
			faults_add(faults, file, 1, 1, "", "文件是空的", "the file is empty");
			yaml.is_failed = true;
		}
	}
	if (parser != NULL)
		fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	return yaml.is_failed ? NULL : root;
}
