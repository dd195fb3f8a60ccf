#include "scheme/yaml.h"

#include <assert.h>
#include <libfyaml.h>
#include <string.h>

#include "wire/text.h"

struct yaml {
	struct arena *arena;
	struct bytes text;
	const char *file;
	struct faults *faults;
	size_t node_count;
	bool is_broken; /* the tree is not whole */
	/* The last token: its line, from 1, and its bytes. */
	uint32_t line;
	size_t start, end;
	/* The last place whose column was asked: most are asked in order. */
	size_t position;
	uint32_t column;
};

/* libfyaml tells bytes; people count characters. */
static uint32_t
yaml_column(struct yaml *yaml, size_t position)
{
	size_t i = yaml->position;
	uint32_t column = yaml->column;

	if (position > yaml->text.size)
		position = yaml->text.size;
	if (position < i) {
		for (i = position; i > 0 && yaml->text.data[i - 1] != '\n'; i--)
			;
		column = 1;
	}
	for (; i < position; i++) {
		if (yaml->text.data[i] == '\n')
			column = 1;
		else if ((yaml->text.data[i] & 0xc0) != 0x80)
			column++;
	}
	yaml->position = position;
	yaml->column = column;
	return column;
}

static struct yaml_node *
yaml_node_new(struct yaml *yaml, enum yaml_type type)
{
	struct yaml_node *node = arena_alloc(yaml->arena, sizeof *node);

	if (node == NULL) {
		yaml->is_broken = true;
		return NULL;
	}
	node->type = type;
	node->line = yaml->line;
	node->column = yaml_column(yaml, yaml->start);
	node->start = yaml->start;
	node->end = yaml->end;
	return node;
}

#define YAML_FAULT(yaml, node, value, ...)                                                         \
	faults_add((yaml)->faults, (yaml)->file, (node)->line, (node)->column, value, __VA_ARGS__)

/*
 * An empty value has no token, and a text of several lines (| or >) one that
 * begins in the middle: both stand where the token before them does, their key.
 */
static void
yaml_place(struct yaml *yaml, struct fy_event *event)
{
	struct fy_token *token =
	    event->type == FYET_SCALAR           ? event->scalar.value
	    : event->type == FYET_SEQUENCE_START ? event->sequence_start.sequence_start
	    : event->type == FYET_MAPPING_START  ? event->mapping_start.mapping_start
						 : event->alias.anchor;
	const struct fy_mark *start = token == NULL ? NULL : fy_token_start_mark(token);
	const struct fy_mark *end = token == NULL ? NULL : fy_token_end_mark(token);
	enum fy_scalar_style style = token == NULL ? FYSS_ANY : fy_token_scalar_style(token);

	if (start == NULL || end == NULL || style == FYSS_LITERAL || style == FYSS_FOLDED)
		return;
	yaml->line = (uint32_t)start->line + 1;
	yaml->start = start->input_pos;
	yaml->end = end->input_pos;
	/* libfyaml points behind a quote, or the asterisk of an alias. */
	if (yaml->start > 0 && (event->type == FYET_ALIAS || style == FYSS_SINGLE_QUOTED ||
				   style == FYSS_DOUBLE_QUOTED))
		yaml->start--;
}

/* 'a''b' is a'b. A line break stays one: no reader takes it. */
static struct bytes
yaml_unquoted(struct yaml *yaml)
{
	const uint8_t *raw = yaml->text.data + yaml->start + 1;
	size_t raw_size = yaml->end - yaml->start - 1, size = 0;
	uint8_t *text = arena_alloc(yaml->arena, raw_size + 1);

	assert(yaml->end > yaml->start); /* libfyaml's token is what is between the quotes */
	for (size_t i = 0; text != NULL && i < raw_size; i++) {
		text[size++] = raw[i];
		if (raw[i] == '\'')
			i++;
	}
	return (struct bytes){text, size};
}

/*
 * The text of the last token, which is a scalar's; quotes and escapes resolved.
 * fy_token_get_text leaks on a single-quoted text with many doubled quotes, and
 * the token iterators repeat parts of it: those are resolved here.
 */
static struct bytes
yaml_scalar(struct yaml *yaml, struct fy_token *token)
{
	struct bytes text = {NULL, 0};
	const char *resolved;
	size_t size = 0;

	if (token == NULL)
		return text;
	if (fy_token_scalar_style(token) == FYSS_SINGLE_QUOTED) {
		text = yaml_unquoted(yaml);
		yaml->is_broken |= text.data == NULL;
		return text;
	}
	resolved = fy_token_get_text(token, &size);
	text = arena_copy(yaml->arena, (struct bytes){(const uint8_t *)resolved, size});
	yaml->is_broken |= size > 0 && text.data == NULL;
	return text;
}

/* The node of an event that begins one; NULL: it is none, or memory is out. */
static struct yaml_node *
yaml_begin(struct yaml *yaml, struct fy_event *event)
{
	static const struct {
		enum fy_event_type event;
		enum yaml_type type;
	} types[] = {{FYET_SCALAR, YAML_SCALAR}, {FYET_SEQUENCE_START, YAML_LIST},
	    {FYET_MAPPING_START, YAML_MAP}};
	struct yaml_node *node = NULL;
	struct fy_token *anchor, *tag;

	yaml_place(yaml, event);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (event->type == types[i].event)
			node = yaml_node_new(yaml, types[i].type);
	if (node == NULL)
		return NULL;
	if (event->type == FYET_SCALAR) {
		anchor = event->scalar.anchor;
		tag = event->scalar.tag;
		node->text = yaml_scalar(yaml, event->scalar.value);
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
	bool is_doubled;       /* the key stands there already: its value is dropped */
};

static bool
yaml_is_quote(uint8_t byte)
{
	return byte == '"' || byte == '\'';
}

/* Is the comma between the two part of a text: no blank around it, no colon behind? */
static bool
yaml_is_comma_in_text(
    const struct yaml *yaml, const struct yaml_node *left, const struct yaml_node *right)
{
	const uint8_t *text = yaml->text.data;
	size_t behind = right->end;

	if (right->start == 0 || text[right->start - 1] != ',' || left->end + 1 != right->start ||
	    yaml_is_quote(text[left->start]) || yaml_is_quote(text[right->start]))
		return false;
	while (behind < yaml->text.size && (text[behind] == ' ' || text[behind] == '\n'))
		behind++;
	return behind < yaml->text.size && (text[behind] == ',' || text[behind] == '}');
}

/*
 * {name: 失误,损失}: a comma in the middle of a text, which YAML takes for the end
 * of the entry, leaving a word without colon and value. The writer meant the
 * comma: the word goes back to the text before it.
 */
static bool
yaml_rejoin(struct yaml *yaml, struct yaml_open *open, const struct yaml_node *value)
{
	struct yaml_node *left = open->last, *right = open->key;
	char *joined;

	if (!open->is_flow || value->type != YAML_SCALAR || value->text.size > 0 || left == NULL ||
	    left->type != YAML_SCALAR || left->text.size == 0 ||
	    left->text.size > TEXT_NAME_SIZE_MAX || !yaml_is_comma_in_text(yaml, left, right))
		return false;
	joined = arena_printf(yaml->arena, "%s,%s", yaml_text(yaml, left), yaml_text(yaml, right));
	if (joined == NULL) {
		yaml->is_broken = true;
		return false;
	}
	left->text = (struct bytes){(const uint8_t *)joined, strlen(joined)};
	left->end = right->end;
	open->key = NULL;
	return true;
}

static void
yaml_add_key(struct yaml *yaml, struct yaml_open *open, struct yaml_node *node)
{
	open->key = node;
	open->is_doubled = false;
	if (node->type != YAML_SCALAR) {
		YAML_FAULT(yaml, node, "", "应为一个名称", "expected a name");
		yaml->is_broken = true;
		return;
	}
	for (const struct yaml_node *other = open->node->first; other != NULL; other = other->next)
		if (yaml_is_same(other->key->text, node->text)) {
			YAML_FAULT(yaml, node, yaml_text(yaml, node),
			    "同一处不应重复出现，第一次在第 %u 行",
			    "stands twice here; first on line %u", other->key->line);
			open->is_doubled = true;
			return;
		}
}

static void
yaml_add(struct yaml *yaml, struct yaml_open *open, struct yaml_node *node)
{
	if (open->node->type == YAML_MAP) {
		if (open->key == NULL) {
			yaml_add_key(yaml, open, node);
			return;
		}
		if (!open->is_doubled && yaml_rejoin(yaml, open, node))
			return;
		node->key = open->key;
		open->key = NULL;
		if (open->is_doubled)
			return;
	}
	if (open->last == NULL)
		open->node->first = node;
	else
		open->last->next = node;
	open->last = node;
	open->node->count++;
}

/* May this node still come? Bounds what a hostile text costs. */
static bool
yaml_may_add(
    struct yaml *yaml, const struct yaml_open *open, const struct yaml_node *node, int depth)
{
	if (depth == YAML_DEPTH_MAX && node->type != YAML_SCALAR)
		YAML_FAULT(yaml, node, "", "层次最多 %d 层", "at most %d levels", YAML_DEPTH_MAX);
	else if (open != NULL && open->node->count == YAML_LIST_COUNT_MAX)
		YAML_FAULT(yaml, node, "", "一处最多 %d 项", "at most %d entries in one place",
		    YAML_LIST_COUNT_MAX);
	else if (yaml->node_count == YAML_NODE_COUNT_MAX)
		YAML_FAULT(yaml, node, "", "全文最多 %d 个值", "at most %d values in all",
		    YAML_NODE_COUNT_MAX);
	else
		return true;
	yaml->is_broken = true;
	return false;
}

/* One event; false: no more of this text is read. */
static bool
yaml_take(struct yaml *yaml, struct fy_event *event, struct yaml_open *stack, int *depth,
    struct yaml_node **root)
{
	struct yaml_open *open = *depth == 0 ? NULL : &stack[*depth - 1];
	struct yaml_node *node;

	if (event->type == FYET_SEQUENCE_END || event->type == FYET_MAPPING_END) {
		(*depth)--;
		return true;
	}
	if (event->type == FYET_ALIAS) {
		yaml_place(yaml, event);
		node = yaml_node_new(yaml, YAML_SCALAR);
		if (node != NULL)
			YAML_FAULT(yaml, node, "*", "不使用锚点、别名和标签，请写出内容",
			    "write it out: no anchors, aliases or tags");
		yaml->is_broken = true;
		return false;
	}
	node = yaml_begin(yaml, event);
	if (node == NULL)
		return !yaml->is_broken;
	if (open == NULL && *root != NULL) {
		YAML_FAULT(yaml, node, "", "只应有一个文档", "expected one document");
		yaml->is_broken = true;
		return false;
	}
	if (!yaml_may_add(yaml, open, node, *depth))
		return false;
	yaml->node_count++;
	if (open != NULL)
		yaml_add(yaml, open, node);
	else
		*root = node;
	if (node->type != YAML_SCALAR)
		stack[(*depth)++] = (struct yaml_open){
		    .node = node, .is_flow = fy_event_get_node_style(event) == FYNS_FLOW};
	return !yaml->is_broken;
}

/* What stands from that place to the end of its line. */
static const char *
yaml_rest(struct yaml *yaml, uint32_t line, uint32_t column)
{
	const uint8_t *at = yaml->text.data, *end = at + yaml->text.size, *stop;
	const char *rest;

	for (uint32_t i = 1; i < line && at < end; i++) {
		stop = memchr(at, '\n', (size_t)(end - at));
		at = stop == NULL ? end : stop + 1;
	}
	stop = at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
	end = stop == NULL ? end : stop;
	for (uint32_t i = 1; i < column && at < end; i++)
		for (at++; at < end && (*at & 0xc0) == 0x80; at++)
			;
	rest = arena_strndup(yaml->arena, (const char *)at, (size_t)(end - at));
	return rest == NULL ? "" : rest;
}

/* What libfyaml itself complained of. */
static void
yaml_collect(struct yaml *yaml, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	void *previous = NULL;

	while ((error = fy_diag_errors_iterate(diag, &previous)) != NULL) {
		uint32_t line = error->line > 0 ? (uint32_t)error->line : 1;
		uint32_t column = error->column > 0 ? (uint32_t)error->column : 1;

		yaml->is_broken = true;
		faults_add(yaml->faults, yaml->file, line, column, yaml_rest(yaml, line, column),
		    "YAML 格式不正确：%s", "not well-formed YAML: %s", error->msg);
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
		goes_on =
		    yaml_take(yaml, event, stack, &depth, &root) && event->type != FYET_STREAM_END;
		fy_parser_event_free(parser, event);
	}
	return root;
}

static void
yaml_empty(struct yaml *yaml)
{
	faults_add(yaml->faults, yaml->file, 1, 1, "", "文件是空的", "the file is empty");
}

struct yaml_node *
yaml_read(struct arena *arena, struct bytes text, const char *file, struct faults *faults)
{
	struct fy_diag_cfg quiet = {
	    .output_fn = yaml_mute, .level = FYET_ERROR, .module_mask = ~0u};
	struct yaml yaml = {
	    .arena = arena, .text = text, .file = file, .faults = faults, .line = 1, .column = 1};
	struct fy_diag *diag = fy_diag_create(&quiet);
	struct fy_parse_cfg config = {.flags = FYPCF_DEFAULT_PARSE, .diag = diag};
	struct fy_parser *parser = diag == NULL ? NULL : fy_parser_create(&config);
	struct yaml_node *root = NULL;

	/* libfyaml takes no text of no bytes. */
	if (text.size == 0) {
		yaml_empty(&yaml);
	} else if (parser != NULL &&
		   fy_parser_set_string(parser, (const char *)text.data, text.size) == 0) {
		fy_diag_set_collect_errors(diag, true);
		root = yaml_parse(&yaml, parser);
		yaml_collect(&yaml, diag);
		if (root == NULL && !yaml.is_broken)
			yaml_empty(&yaml);
	}
	if (parser != NULL)
		fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	return yaml.is_broken ? NULL : root;
}
