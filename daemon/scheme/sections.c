#include "scheme/sections.h"

#include <string.h>

#include "scheme/awards.h"
#include "scheme/calendar.h"
#include "scheme/kinds.h"
#include "scheme/word.h"

enum {
	ROUNDS_MAX = 53,   /* one a week */
	LEVELS_MAX = 1000, /* no scheme has more grades (YAML_LIST_COUNT_MAX) */
};

WORD_READER(read_kind_word, {"county", KIND_COUNTY}, {"department", KIND_DEPARTMENT})
WORD_READER(read_compare, {"published", COMPARE_PUBLISHED}, {"exact", COMPARE_EXACT})
WORD_READER(read_unsampled, {"progress", UNSAMPLED_PROGRESS}, {"zero", UNSAMPLED_ZERO})
WORD_READER(
    read_unsupervised, {"redistribute", UNSUPERVISED_REDISTRIBUTE}, {"hole", UNSUPERVISED_HOLE})

/* The version of the format: so that a later one can be told from a slip. */
static void
read_version(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	(void)key;
	(void)into;
	if (strcmp(reader_text(reader, node), "1") != 0)
		READER_FAULT(
		    reader, node, "方案格式的版本应为 1", "expected 1, the version of the format");
}

static void
read_digits(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;
	struct reader_key whole = *key;
	uint32_t digits = 0;

	whole.offset = 0;
	reader_whole(reader, &whole, node, &digits);
	scheme->digits = (uint8_t)digits;
}

static void
read_tie_break(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct word words[COMPONENT_COUNT];
	enum component *components;
	size_t count = 0;

	if (node->type != YAML_LIST) {
		READER_FAULT(reader, node, "应为部分名称的列表", "expected a list of components");
		return;
	}
	for (int i = 0; i < COMPONENT_COUNT; i++)
		words[i] = (struct word){component_code((enum component)i), i};
	components = reader_alloc(reader, (node->count + 1) * sizeof *components);
	for (const struct yaml_node *child = node->first; components != NULL && child != NULL;
	     child = child->next) {
		int value;

		if (!word_read(reader, child, words, COMPONENT_COUNT, &value))
			continue;
		for (size_t i = 0; i < count; i++)
			if ((int)components[i] == value)
				READER_FAULT(
				    reader, child, "在列表中重复", "stands twice in the list");
		components[count++] = (enum component)value;
	}
	reader_set_list(key, into, components, count);
}

/* ---- Mappings whose names are codes: options, tiers, classes, shares. */

static void
read_options(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme_option *options;
	size_t count = 0;

	if (node->type != YAML_MAP || node->count == 0) {
		READER_FAULT(reader, node, "应为至少一个“代码: 分值”",
		    "expected at least one \"code: mark\"");
		return;
	}
	options = reader_alloc(reader, node->count * sizeof *options);
	for (const struct yaml_node *child = node->first; options != NULL && child != NULL;
	     child = child->next, count++) {
		size_t mark = reader_enter(reader, reader_normal(reader, child->key), child);

		reader_element_code(reader, child->key, options, sizeof *options, count);
		(void)reader_number(reader, child, 0, READER_POINTS_MAX, &options[count].mark);
		reader_leave(reader, mark);
	}
	reader_set_list(key, into, options, count);
}

static const struct reader_key class_keys[] = {
    {"name", true, reader_name, offsetof(struct scheme_class, name), NULL, 0, 0},
    {"kind", true, read_kind_word, offsetof(struct scheme_class, kind), NULL, 0, 0},
};

static void
read_classes(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme_class *classes;
	size_t count = 0;

	if (node->type != YAML_MAP || node->count == 0) {
		READER_FAULT(reader, node, "应为至少一个类别", "expected at least one class");
		return;
	}
	classes = reader_alloc(reader, node->count * sizeof *classes);
	for (const struct yaml_node *child = node->first; classes != NULL && child != NULL;
	     child = child->next, count++) {
		size_t mark = reader_enter(reader, reader_normal(reader, child->key), child);

		classes[count].kind = KIND_COUNT; /* not read */
		reader_element_code(reader, child->key, classes, sizeof *classes, count);
		reader_map(reader, child, class_keys, READER_COUNT(class_keys), &classes[count]);
		reader_leave(reader, mark);
	}
	reader_set_list(key, into, classes, count);
}

/* ---- The tables. */

static const struct reader_key basic_keys[] = {
    {"item", true, reader_code, offsetof(struct scheme_item, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_item, name), NULL, 0, 0},
    {"points", true, reader_hundredths, offsetof(struct scheme_item, points), NULL,
	READER_POINTS_MIN, READER_POINTS_MAX},
};
static const struct reader_list basic_list = READER_TABLE(basic_keys, struct scheme_item);

static const struct reader_key rounding_keys[] = {
    {"digits", true, read_digits, 0, NULL, 0, SCHEME_DIGITS_MAX},
    {"mode", false, word_read_half_up, 0, NULL, 0, 0},
    {"compare", false, read_compare, offsetof(struct scheme, compare), NULL, 0, 0},
};
static const struct reader_list rounding_list = READER_TABLE(rounding_keys, struct scheme);

static const struct reader_key progress_keys[] = {
    {"rounds", true, reader_whole, offsetof(struct scheme, round_count), NULL, 1, ROUNDS_MAX},
};
static const struct reader_list progress_list = READER_TABLE(progress_keys, struct scheme);

static const struct reader_key visits_keys[] = {
    {"unsampled", false, read_unsampled, offsetof(struct scheme, unsampled), NULL, 0, 0},
};
static const struct reader_list visits_list = READER_TABLE(visits_keys, struct scheme);

static const struct reader_key question_keys[] = {
    {"question", true, reader_code, offsetof(struct scheme_term, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_term, name), NULL, 0, 0},
};
static const struct reader_list question_list = READER_TABLE(question_keys, struct scheme_term);

static const struct reader_key ballot_keys[] = {
    {"questions", true, reader_list_of, offsetof(struct scheme, questions), &question_list, 0, 0},
    {"options", true, read_options, offsetof(struct scheme, options), NULL, 0, 0},
};
static const struct reader_list ballot_list = READER_TABLE(ballot_keys, struct scheme);

static void
read_step(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;

	scheme->has_step = reader_number(reader, node, key->min, key->max, &scheme->rank_step);
}

static const struct reader_key rank_marks_keys[] = {
    {"best", true, reader_hundredths, offsetof(struct scheme, rank_best), NULL, 0,
	READER_POINTS_MAX},
    {"step", false, read_step, 0, NULL, 0, READER_POINTS_MAX},
    {"least", true, reader_hundredths, offsetof(struct scheme, rank_least), NULL, 0,
	READER_POINTS_MAX},
};

static void
read_rank_marks(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	(void)key;
	((struct scheme *)into)->has_rank_marks =
	    reader_map(reader, node, rank_marks_keys, READER_COUNT(rank_marks_keys), into);
}

static const struct reader_key bonus_kind_keys[] = {
    {"kind", true, reader_code, offsetof(struct scheme_bonus, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_bonus, name), NULL, 0, 0},
    {"points", true, reader_hundredths, offsetof(struct scheme_bonus, points), NULL, 0,
	READER_POINTS_MAX},
};
static const struct reader_list bonus_kind_list =
    READER_TABLE(bonus_kind_keys, struct scheme_bonus);
static const struct reader_key bonus_keys[] = {
    {"cap", true, reader_hundredths, offsetof(struct scheme, bonus_cap), NULL, 0,
	READER_POINTS_MAX},
    {"kinds", true, reader_list_of, offsetof(struct scheme, bonus), &bonus_kind_list, 0, 0},
};
static const struct reader_list bonus_list = READER_TABLE(bonus_keys, struct scheme);

static const struct reader_key grade_keys[] = {
    {"grade", true, reader_code, offsetof(struct scheme_grade, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_grade, name), NULL, 0, 0},
    {"from", true, reader_hundredths, offsetof(struct scheme_grade, from), NULL, 0,
	2 * READER_POINTS_MAX},
};
static const struct reader_list grade_list = READER_TABLE(grade_keys, struct scheme_grade);

static const struct reader_key veto_kind_keys[] = {
    {"kind", true, reader_code, offsetof(struct scheme_term, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_term, name), NULL, 0, 0},
};
static const struct reader_list veto_kind_list = READER_TABLE(veto_kind_keys, struct scheme_term);
static const struct reader_key veto_keys[] = {
    {"levels", true, reader_whole, offsetof(struct scheme, veto_levels), NULL, 0, LEVELS_MAX},
    {"kinds", true, reader_list_of, offsetof(struct scheme, veto_kinds), &veto_kind_list, 0, 0},
};
static const struct reader_list veto_list = READER_TABLE(veto_keys, struct scheme);

/* awards refers to classes and grades: the file's order does not matter, so it is read last. */
static void
read_awards_later(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	(void)reader;
	*(const struct yaml_node **)((char *)into + key->offset) = node;
}

/* What the file's own mapping fills: the scheme, and what is put off. */
struct sections_top {
	struct scheme scheme;
	const struct yaml_node *awards;
};

static const struct reader_key top_keys[] = {
    {"scheme", true, read_version, 0, NULL, 0, 0},
    {"city", true, reader_code, offsetof(struct scheme, city), NULL, 0, 0},
    {"city_name", true, reader_name, offsetof(struct scheme, city_name), NULL, 0, 0},
    {"year", true, reader_whole, offsetof(struct scheme, year), NULL, 2000, 2999},
    {"title", false, reader_name, offsetof(struct scheme, title), NULL, 0, 0},
    {"rounding", true, reader_struct, 0, &rounding_list, 0, 0},
    {"tie_break", false, read_tie_break, offsetof(struct scheme, tie_break), NULL, 0, 0},
    {"classes", true, read_classes, offsetof(struct scheme, classes), NULL, 0, 0},
    {"calendar", false, reader_struct, 0, &calendar_keys, 0, 0},
    {"basic", true, reader_list_of, offsetof(struct scheme, basic), &basic_list, 0, 0},
    {"progress", true, reader_struct, 0, &progress_list, 0, 0},
    {"visits", false, reader_struct, 0, &visits_list, 0, 0},
    {"kinds", true, reader_struct, offsetof(struct scheme, kinds), &kinds_keys, 0, 0},
    {"ballot", true, reader_struct, 0, &ballot_list, 0, 0},
    {"tiers", false, read_options, offsetof(struct scheme, tiers), NULL, 0, 0},
    {"rank_marks", false, read_rank_marks, 0, NULL, 0, 0},
    {"unsupervised", false, read_unsupervised, offsetof(struct scheme, unsupervised), NULL, 0, 0},
    {"bonus", false, reader_struct, 0, &bonus_list, 0, 0},
    {"grades", true, reader_list_of, offsetof(struct scheme, grades), &grade_list, 0, 0},
    {"veto", false, reader_struct, 0, &veto_list, 0, 0},
    {"awards", false, read_awards_later, offsetof(struct sections_top, awards), NULL, 0, 0},
};

void
sections_read(struct reader *reader, const struct yaml_node *root)
{
	struct sections_top top = {.scheme = *reader->scheme};
	struct scheme *scheme = reader->scheme;

	top.scheme.title = "";
	top.scheme.veto_levels = 1;
	reader_map(reader, root, top_keys, READER_COUNT(top_keys), &top);
	*scheme = top.scheme;
	scheme->composite.shares =
	    reader_alloc(reader, (scheme->class_count + 1) * sizeof *scheme->composite.shares);
	if (top.awards != NULL && scheme->composite.shares != NULL) {
		size_t mark = reader_enter(reader, "awards", top.awards);

		reader_map(reader, top.awards, awards_keys.keys, awards_keys.key_count, scheme);
		reader_leave(reader, mark);
	}
}
