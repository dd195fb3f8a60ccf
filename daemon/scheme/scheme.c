#include "scheme/scheme.h"

#include <sodium.h>
#include <string.h>

#include "scheme/check.h"
#include "scheme/sections.h"
#include "wire/text.h"

enum {
	SCHEME_ARENA_SIZE_MAX = 64 << 20
}; /* a scheme of TEXT_SCHEME_SIZE_MAX, its tree and its clauses */

/* What the user of a scheme sees, and behind it where its keys stand. */
struct scheme_whole {
	struct scheme scheme;
	struct reader_clause *clauses;
	size_t clause_count;
};

static const char *const component_codes[COMPONENT_COUNT] = {
    [COMPONENT_BASIC] = "basic",
    [COMPONENT_PROGRESS] = "progress",
    [COMPONENT_VISITS] = "visits",
    [COMPONENT_SELF] = "self",
    [COMPONENT_COMMON] = "common",
    [COMPONENT_DEMOCRATIC] = "democratic",
    [COMPONENT_KEY] = "key",
    [COMPONENT_LEADERS] = "leaders",
    [COMPONENT_BONUS] = "bonus",
};

const char *
component_code(enum component component)
{
	return component_codes[component];
}

enum component
component_find(const char *code)
{
	int i = 0;

	while (i < COMPONENT_COUNT && strcmp(component_codes[i], code) != 0)
		i++;
	return (enum component)i;
}

const char *
kind_code(enum kind kind)
{
	return kind == KIND_COUNTY ? "county" : "department";
}

const char *
leader_method_code(enum leader_method method)
{
	static const char *const codes[] = {
	    [LEADER_TIER] = "tier", [LEADER_MARK] = "mark", [LEADER_RANK] = "rank"};

	return codes[method];
}

static struct bytes
scheme_without_bom(struct bytes text)
{
	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		return (struct bytes){text.data + 3, text.size - 3};
	return text;
}

static bool
scheme_is_continued(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The first character of a line that may not stand there, from 1; 0: none. Tabs may stand in
 * comments; YAML itself says where else they may not. */
static uint32_t
scheme_bad_column(struct bytes line)
{
	uint32_t column = 1;

	for (size_t start = 0, end; start < line.size; start = end, column++) {
		end = start + 1;
		while (end < line.size && scheme_is_continued(line.data[end]))
			end++;
		if ((end - start > 1 || line.data[start] != '\t') &&
		    !text_is_clean((struct bytes){line.data + start, end - start}))
			return column;
	}
	return 0;
}

/* A text that YAML may look at: of sane size, clean UTF-8. Each bad line is a fault. */
static bool
scheme_is_text(struct bytes text, const char *file, struct faults *faults)
{
	bool is_text = true;
	uint32_t line = 1;

	if (text.size > TEXT_SCHEME_SIZE_MAX) {
		faults_add(faults, file, 1, 1, "", "方案文件不应大于 %d 字节",
		    "a scheme has at most %d bytes", TEXT_SCHEME_SIZE_MAX);
		return false;
	}
	for (size_t start = 0; start < text.size; line++) {
		const uint8_t *end = memchr(text.data + start, '\n', text.size - start);
		size_t size = end == NULL ? text.size - start : (size_t)(end - (text.data + start));
		size_t content = size > 0 && text.data[start + size - 1] == '\r' ? size - 1 : size;
		uint32_t column = scheme_bad_column((struct bytes){text.data + start, content});

		if (column != 0) {
			faults_add(faults, file, line, column, "",
			    "此处是不允许的字符，或不是 UTF-8 文字",
			    "a character that is not allowed, or not UTF-8");
			is_text = false;
		} else if (content > 0 && text.data[start] == '%') {
			/* libfyaml 0.7.12 never comes back from a directive of blanks. */
			faults_add(faults, file, line, 1, "%", "不使用 YAML 指令", "no YAML directives here");
			is_text = false;
		}
		start += size + 1;
	}
	return is_text;
}

/* false: memory is out. */
static bool
scheme_fill(struct reader *reader, struct scheme_whole *whole, const struct yaml_node *root)
{
	reader->scheme = &whole->scheme;
	sections_read(reader, root);
	check_scheme(reader);
	whole->clauses = reader->clauses;
	whole->clause_count = reader->clause_count;
	return !reader->is_out;
}

struct scheme *
scheme_read(struct bytes text, const char *file, struct faults *faults)
{
	struct arena *arena = arena_new(SCHEME_ARENA_SIZE_MAX);
	struct scheme_whole *whole = arena == NULL ? NULL : arena_alloc(arena, sizeof *whole);
	struct reader reader = {.arena = arena, .file = file, .faults = faults};
	size_t before = faults_count(faults);
	struct bytes content = scheme_without_bom(text);
	struct yaml_node *root = NULL;
	bool is_whole = whole != NULL;

	if (is_whole && scheme_is_text(content, file, faults)) {
		root = yaml_read(arena, content, file, faults);
		/* Without a tree and without a word why. */
		is_whole = root != NULL ? scheme_fill(&reader, whole, root)
					: faults_count(faults) != before;
	}
	if (!is_whole)
		faults_add(faults, file, 1, 1, "", "内存不足", "out of memory");
	if (faults_count(faults) != before) {
		arena_free(arena);
		return NULL;
	}
	whole->scheme.arena = arena;
	crypto_hash_sha256(whole->scheme.digest, text.data, text.size);
	return &whole->scheme;
}

void
scheme_free(struct scheme *scheme)
{
	if (scheme != NULL)
		arena_free(scheme->arena); /* the scheme lies in it */
}

uint32_t
scheme_clause_line(const struct scheme *scheme, const char *path)
{
	const struct scheme_whole *whole =
	    (const struct scheme_whole *)scheme; /* its first member */

	for (size_t i = 0; i < whole->clause_count; i++)
		if (strcmp(whole->clauses[i].path, path) == 0)
			return whole->clauses[i].key_line;
	return 0;
}

/* A finder per list: they differ in nothing but the element's type. */
#define SCHEME_FIND(list, count, wanted)                                                           \
	do {                                                                                       \
		for (size_t i = 0; i < (count); i++)                                               \
			if ((list)[i].code != NULL && strcmp((list)[i].code, wanted) == 0)         \
				return (int)i;                                                     \
		return -1;                                                                         \
	} while (0)

int
scheme_class_find(const struct scheme *scheme, const char *code)
{
	SCHEME_FIND(scheme->classes, scheme->class_count, code);
}

int
scheme_grade_find(const struct scheme *scheme, const char *code)
{
	SCHEME_FIND(scheme->grades, scheme->grade_count, code);
}

int
scheme_item_find(const struct scheme_item *items, size_t count, const char *code)
{
	SCHEME_FIND(items, count, code);
}

int
scheme_option_find(const struct scheme_option *options, size_t count, const char *code)
{
	SCHEME_FIND(options, count, code);
}

int
scheme_term_find(const struct scheme_term *terms, size_t count, const char *code)
{
	SCHEME_FIND(terms, count, code);
}

int
scheme_part_find(const struct scheme_kind *kind, const char *code)
{
	SCHEME_FIND(kind->parts, kind->part_count, code);
}

int
scheme_voters_find(const struct scheme_kind *kind, const char *code)
{
	SCHEME_FIND(kind->voters, kind->voter_count, code);
}

int
scheme_rank_find(const struct scheme_kind *kind, const char *code)
{
	SCHEME_FIND(kind->ranks, kind->rank_count, code);
}

int
scheme_bonus_find(const struct scheme *scheme, const char *code)
{
	SCHEME_FIND(scheme->bonus, scheme->bonus_count, code);
}
