#include "scheme/sections.h"

#include <stdio.h>
#include <string.h>

#include "wire/text.h"

enum {
	PERCENT_MAX = 10000, /* hundredths */
	POINTS_MAX = 10000,
	POINTS_MIN = 1,
	DAYS_MAX = 365,
	ROUNDS_MAX = 53, /* one a week */
	RANK_MAX = 10000,
	CARDS_MAX = 10000000,
	PLACES_MAX = 10000,
};

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define TABLE(keys, type)                                                                          \
	{                                                                                          \
		keys, COUNT(keys), sizeof(type)                                                    \
	}

/* ---- One of a few words, into an enum. */

struct word {
	const char *text;
	int value;
};

static bool
sections_word(struct reader *reader, const struct yaml_node *node, const struct word *words,
    size_t count, int *out)
{
	const char *text = reader_text(reader, node);
	const char *names = "";

	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].text, text) == 0) {
			*out = words[i].value;
			return true;
		}
	for (size_t i = 0; i < count && names != NULL; i++)
		names =
		    arena_printf(reader->arena, "%s%s%s", names, i == 0 ? "" : ", ", words[i].text);
	READER_FAULT(
	    reader, node, "应为以下之一:%s", "expected one of: %s", names == NULL ? "" : names);
	return false;
}

/* enums are as wide as int here; the field is one. */
#define WORD_READER(name, ...)                                                                     \
	static void name(struct reader *reader, const struct reader_key *key,                      \
	    const struct yaml_node *node, void *into)                                              \
	{                                                                                          \
		static const struct word words[] = {__VA_ARGS__};                                  \
		int value;                                                                         \
		if (sections_word(reader, node, words, COUNT(words), &value))                      \
			memcpy((char *)into + key->offset, &value, sizeof value);                  \
	}
_Static_assert(sizeof(enum kind) == sizeof(int), "WORD_READER writes an int");

WORD_READER(read_kind_word, {"county", KIND_COUNTY}, {"department", KIND_DEPARTMENT})
WORD_READER(read_method, {"tier", LEADER_TIER}, {"mark", LEADER_MARK}, {"rank", LEADER_RANK})
WORD_READER(read_compare, {"published", COMPARE_PUBLISHED}, {"exact", COMPARE_EXACT})
WORD_READER(read_unsampled, {"progress", UNSAMPLED_PROGRESS}, {"zero", UNSAMPLED_ZERO})
WORD_READER(
    read_unsupervised, {"redistribute", UNSUPERVISED_REDISTRIBUTE}, {"hole", UNSUPERVISED_HOLE})

/* Only one way is known; the key says so to the reader of the scheme. */
static void
read_half_up(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	static const struct word words[] = {{"half_up", 0}};
	int value;

	(void)key;
	(void)into;
	(void)sections_word(reader, node, words, COUNT(words), &value);
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

/* Numbers whose presence is remembered: a part's points, a group's cards. */
static void
read_part_points(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme_part *part = into;

	part->has_points = reader_number(reader, node, key->min, key->max, &part->points);
}

static void
read_cards(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	((struct scheme_voters *)into)->has_cards = true;
	reader_whole(reader, key, node, into);
}

/* ---- Lists of scalars. */

static void
read_set_by(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	static const struct reader_key code = {.name = ""};
	const char **codes;
	size_t count = 0;

	if (node->type != YAML_LIST || node->count == 0) {
		READER_FAULT(reader, node, "应为至少一个部门的列表",
		    "expected a list of at least one department");
		return;
	}
	codes = arena_alloc(reader->arena, node->count * sizeof *codes);
	for (const struct yaml_node *child = node->first; codes != NULL && child != NULL;
	     child = child->next, count++) {
		reader_code(reader, &code, child, &codes[count]);
		for (size_t i = 0; i < count; i++)
			if (codes[count] != NULL && codes[i] != NULL &&
			    strcmp(codes[i], codes[count]) == 0)
				READER_FAULT(
				    reader, child, "在列表中重复", "stands twice in the list");
	}
	reader_set_list(key, into, codes, codes == NULL ? 0 : count);
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
	components = arena_alloc(reader->arena, (node->count + 1) * sizeof *components);
	for (const struct yaml_node *child = node->first; components != NULL && child != NULL;
	     child = child->next) {
		int value;

		if (!sections_word(reader, child, words, COMPONENT_COUNT, &value))
			continue;
		for (size_t i = 0; i < count; i++)
			if ((int)components[i] == value)
				READER_FAULT(
				    reader, child, "在列表中重复", "stands twice in the list");
		components[count++] = (enum component)value;
	}
	reader_set_list(key, into, components, count);
}

static void
read_ranks(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme_county_award *award = into;
	const struct reader_key whole = {.name = "", .min = 1, .max = RANK_MAX};

	(void)key;
	if (node->type != YAML_LIST || node->count != 2) {
		READER_FAULT(
		    reader, node, "应为 [起始名次, 末尾名次]", "expected [first rank, last rank]");
		return;
	}
	reader_whole(reader, &whole, node->first, &award->rank_first);
	reader_whole(reader, &whole, node->first->next, &award->rank_last);
	if (award->rank_first > award->rank_last && award->rank_last != 0)
		READER_FAULT(reader, node->first, "起始名次不应大于末尾名次",
		    "the first rank is after the last");
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
	options = arena_alloc(reader->arena, node->count * sizeof *options);
	for (const struct yaml_node *child = node->first; options != NULL && child != NULL;
	     child = child->next, count++) {
		static const struct reader_key code = {.name = ""};
		size_t mark = reader_enter(reader, reader_text(reader, child->key), child);

		reader_code(reader, &code, child->key, &options[count]);
		(void)reader_number(reader, child, 0, POINTS_MAX, &options[count].mark);
		reader_leave(reader, mark);
	}
	reader_set_list(key, into, options, options == NULL ? 0 : count);
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
	classes = arena_alloc(reader->arena, node->count * sizeof *classes);
	for (const struct yaml_node *child = node->first; classes != NULL && child != NULL;
	     child = child->next, count++) {
		static const struct reader_key code = {.name = ""};
		size_t mark = reader_enter(reader, reader_text(reader, child->key), child);

		reader_code(reader, &code, child->key, &classes[count]);
		reader_map(reader, child, class_keys, COUNT(class_keys), &classes[count]);
		reader_leave(reader, mark);
	}
	reader_set_list(key, into, classes, classes == NULL ? 0 : count);
}

/* Read after classes: sections_read reads top keys in the order it needs. */
static void
read_shares(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = reader->scheme;

	(void)key;
	(void)into;
	if (node->type != YAML_MAP) {
		READER_FAULT(reader, node, "应为“类别: 百分比”", "expected \"class: percent\"");
		return;
	}
	for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
		int class_index = scheme_class_find(scheme, reader_text(reader, child->key));

		if (class_index < 0 || scheme->classes[class_index].kind != KIND_DEPARTMENT)
			READER_FAULT(reader, child->key, "应为部门类别的代码",
			    "expected the code of a class of departments");
		else
			(void)reader_number(
			    reader, child, 0, PERCENT_MAX, &scheme->composite.shares[class_index]);
	}
}

/* ---- Grades by code; read after grades. */

static void
read_least(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	int grade = scheme_grade_find(reader->scheme, reader_text(reader, node));

	if (grade < 0)
		READER_FAULT(reader, node, "应为 grades 中的等次", "expected a grade of `grades`");
	memcpy((char *)into + key->offset, &grade, sizeof grade);
}

/* ---- Dates. */

static bool
sections_is_date(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return year >= 2000 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (leap && month == 2);
}

static void
read_date(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	const char *text = reader_text(reader, node);
	int number[3] = {0, 0, 0}, part = 0;
	bool is_shaped = strlen(text) == 10;

	for (size_t i = 0; is_shaped && i < 10; i++) {
		if (i == 4 || i == 7) {
			is_shaped = text[i] == '-';
			part++;
		} else {
			is_shaped = text[i] >= '0' && text[i] <= '9';
			number[part] = number[part] * 10 + (text[i] - '0');
		}
	}
	if (!is_shaped || !sections_is_date(number[0], number[1], number[2])) {
		READER_FAULT(reader, node, "应为真实的日期，如 2010-04-20",
		    "expected a real date such as 2010-04-20");
		return;
	}
	*(struct scheme_date *)((char *)into + key->offset) = (struct scheme_date){.present = true,
	    .year = (int16_t)number[0],
	    .month = (uint8_t)number[1],
	    .day = (uint8_t)number[2]};
}

static void
read_publicity(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	((struct scheme *)into)->calendar.has_publicity_days = true;
	reader_whole(reader, key, node, into);
}

/* ---- The tables. */

static const struct reader_key basic_keys[] = {
    {"item", true, reader_code, offsetof(struct scheme_item, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_item, name), NULL, 0, 0},
    {"points", true, reader_hundredths, offsetof(struct scheme_item, points), NULL, POINTS_MIN,
	POINTS_MAX},
};
static const struct reader_list basic_list = TABLE(basic_keys, struct scheme_item);

static const struct reader_key common_keys[] = {
    {"item", true, reader_code, offsetof(struct scheme_item, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_item, name), NULL, 0, 0},
    {"points", true, reader_hundredths, offsetof(struct scheme_item, points), NULL, POINTS_MIN,
	POINTS_MAX},
    {"set_by", true, read_set_by, offsetof(struct scheme_item, set_by), NULL, 0, 0},
};
static const struct reader_list common_list = TABLE(common_keys, struct scheme_item);

static const struct reader_key part_keys[] = {
    {"part", true, reader_code, offsetof(struct scheme_part, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_part, name), NULL, 0, 0},
    {"points", false, read_part_points, 0, NULL, POINTS_MIN, POINTS_MAX},
};
static const struct reader_list part_list = TABLE(part_keys, struct scheme_part);

static const struct reader_key voter_keys[] = {
    {"group", true, reader_code, offsetof(struct scheme_voters, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_voters, name), NULL, 0, 0},
    {"weight", true, reader_hundredths, offsetof(struct scheme_voters, weight), NULL, 0,
	PERCENT_MAX},
    {"cards", false, read_cards, offsetof(struct scheme_voters, cards), NULL, 1, CARDS_MAX},
};
static const struct reader_list voter_list = TABLE(voter_keys, struct scheme_voters);

static const struct reader_key rank_keys[] = {
    {"rank", true, reader_code, offsetof(struct scheme_rank, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_rank, name), NULL, 0, 0},
    {"weight", true, reader_hundredths, offsetof(struct scheme_rank, weight), NULL, 0, PERCENT_MAX},
    {"method", true, read_method, offsetof(struct scheme_rank, method), NULL, 0, 0},
};
static const struct reader_list rank_list = TABLE(rank_keys, struct scheme_rank);

#define WEIGHT(name, component)                                                                    \
	{                                                                                          \
		name, true, reader_hundredths, component * sizeof(int64_t), NULL, 0, PERCENT_MAX   \
	}
static const struct reader_key weight_keys[] = {
    WEIGHT("basic", COMPONENT_BASIC),
    WEIGHT("progress", COMPONENT_PROGRESS),
    WEIGHT("visits", COMPONENT_VISITS),
    WEIGHT("self", COMPONENT_SELF),
    WEIGHT("common", COMPONENT_COMMON),
    WEIGHT("key", COMPONENT_KEY),
};
static const struct reader_list weight_list = TABLE(weight_keys, int64_t);

static const struct reader_key kind_keys[] = {
    {"key_points", true, reader_hundredths, offsetof(struct scheme_kind, key_points), NULL,
	POINTS_MIN, POINTS_MAX},
    {"parts", true, reader_list_of, offsetof(struct scheme_kind, parts), &part_list, 0, 0},
    {"common", true, reader_list_of, offsetof(struct scheme_kind, common), &common_list, 0, 0},
    {"weights", true, reader_struct, offsetof(struct scheme_kind, weights), &weight_list, 0, 0},
    {"voters", true, reader_list_of, offsetof(struct scheme_kind, voters), &voter_list, 0, 0},
    {"leaders", true, reader_list_of, offsetof(struct scheme_kind, ranks), &rank_list, 0, 0},
};

static void
read_kind(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme_kind *kind = (struct scheme_kind *)((char *)into + key->offset);

	kind->present = reader_map(reader, node, kind_keys, COUNT(kind_keys), kind);
}

static const struct reader_key kinds_keys[] = {
    {"county", false, read_kind, KIND_COUNTY * sizeof(struct scheme_kind), NULL, 0, 0},
    {"department", false, read_kind, KIND_DEPARTMENT * sizeof(struct scheme_kind), NULL, 0, 0},
};
static const struct reader_list kinds_list = TABLE(kinds_keys, struct scheme_kind);

static const struct reader_key rounding_keys[] = {
    {"digits", true, read_digits, 0, NULL, 0, SCHEME_DIGITS_MAX},
    {"mode", false, read_half_up, 0, NULL, 0, 0},
    {"compare", false, read_compare, offsetof(struct scheme, compare), NULL, 0, 0},
};
static const struct reader_list rounding_list = TABLE(rounding_keys, struct scheme);

static const struct reader_key calendar_keys[] = {
    {"goals_confirmed", false, read_date, offsetof(struct scheme, calendar.goals_confirmed), NULL,
	0, 0},
    {"adjustments", false, read_date, offsetof(struct scheme, calendar.adjustments), NULL, 0, 0},
    {"self_reports", false, read_date, offsetof(struct scheme, calendar.self_reports), NULL, 0, 0},
    {"common_results", false, read_date, offsetof(struct scheme, calendar.common_results), NULL, 0,
	0},
    {"publicity_days", false, read_publicity, offsetof(struct scheme, calendar.publicity_days),
	NULL, 0, DAYS_MAX},
};
static const struct reader_list calendar_list = TABLE(calendar_keys, struct scheme);

static const struct reader_key progress_keys[] = {
    {"rounds", true, reader_whole, offsetof(struct scheme, round_count), NULL, 1, ROUNDS_MAX},
};
static const struct reader_list progress_list = TABLE(progress_keys, struct scheme);

static const struct reader_key visits_keys[] = {
    {"unsampled", false, read_unsampled, offsetof(struct scheme, unsampled), NULL, 0, 0},
};
static const struct reader_list visits_list = TABLE(visits_keys, struct scheme);

static const struct reader_key question_keys[] = {
    {"question", true, reader_code, offsetof(struct scheme_term, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_term, name), NULL, 0, 0},
};
static const struct reader_list question_list = TABLE(question_keys, struct scheme_term);

static const struct reader_key ballot_keys[] = {
    {"questions", true, reader_list_of, offsetof(struct scheme, questions), &question_list, 0, 0},
    {"options", true, read_options, offsetof(struct scheme, options), NULL, 0, 0},
};
static const struct reader_list ballot_list = TABLE(ballot_keys, struct scheme);

static void
read_step(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;

	scheme->has_step = reader_number(reader, node, key->min, key->max, &scheme->rank_step);
}

static const struct reader_key rank_marks_keys[] = {
    {"best", true, reader_hundredths, offsetof(struct scheme, rank_best), NULL, 0, POINTS_MAX},
    {"step", false, read_step, 0, NULL, 0, POINTS_MAX},
    {"least", true, reader_hundredths, offsetof(struct scheme, rank_least), NULL, 0, POINTS_MAX},
};

static void
read_rank_marks(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	(void)key;
	((struct scheme *)into)->has_rank_marks =
	    reader_map(reader, node, rank_marks_keys, COUNT(rank_marks_keys), into);
}

static const struct reader_key bonus_kind_keys[] = {
    {"kind", true, reader_code, offsetof(struct scheme_bonus, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_bonus, name), NULL, 0, 0},
    {"points", true, reader_hundredths, offsetof(struct scheme_bonus, points), NULL, 0, POINTS_MAX},
};
static const struct reader_list bonus_kind_list = TABLE(bonus_kind_keys, struct scheme_bonus);
static const struct reader_key bonus_keys[] = {
    {"cap", true, reader_hundredths, offsetof(struct scheme, bonus_cap), NULL, 0, POINTS_MAX},
    {"kinds", true, reader_list_of, offsetof(struct scheme, bonus), &bonus_kind_list, 0, 0},
};
static const struct reader_list bonus_list = TABLE(bonus_keys, struct scheme);

static const struct reader_key grade_keys[] = {
    {"grade", true, reader_code, offsetof(struct scheme_grade, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_grade, name), NULL, 0, 0},
    {"from", true, reader_hundredths, offsetof(struct scheme_grade, from), NULL, 0, 2 * POINTS_MAX},
};
static const struct reader_list grade_list = TABLE(grade_keys, struct scheme_grade);

static const struct reader_key veto_kind_keys[] = {
    {"kind", true, reader_code, offsetof(struct scheme_term, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_term, name), NULL, 0, 0},
};
static const struct reader_list veto_kind_list = TABLE(veto_kind_keys, struct scheme_term);
static const struct reader_key veto_keys[] = {
    {"levels", true, reader_whole, offsetof(struct scheme, veto_levels), NULL, 0, 100},
    {"kinds", true, reader_list_of, offsetof(struct scheme, veto_kinds), &veto_kind_list, 0, 0},
};
static const struct reader_list veto_list = TABLE(veto_keys, struct scheme);

static const struct reader_key county_award_keys[] = {
    {"award", true, reader_code, offsetof(struct scheme_county_award, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_county_award, name), NULL, 0, 0},
    {"ranks", true, read_ranks, 0, NULL, 0, 0},
    {"least", false, read_least, offsetof(struct scheme_county_award, least_grade), NULL, 0, 0},
};
static const struct reader_list county_award_list =
    TABLE(county_award_keys, struct scheme_county_award);

/* An award without `least` asks for no grade: -1, which a zeroed element is not. */
static void
read_county_awards(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;
	size_t index = 0;

	reader_list_of(reader, key, node, into);
	for (const struct yaml_node *award = node->first; index < scheme->county_award_count;
	     award = award->next, index++) {
		bool has_least = false;

		for (const struct yaml_node *child = award->first; child != NULL;
		     child = child->next)
			has_least |= child->key != NULL &&
				     strcmp(reader_text(reader, child->key), "least") == 0;
		if (!has_least)
			scheme->county_awards[index].least_grade = -1;
	}
}

static const struct reader_key composite_keys[] = {
    {"least", true, read_least, offsetof(struct scheme, composite.least_grade), NULL, 0, 0},
    {"rounding", false, read_half_up, 0, NULL, 0, 0},
    {"shares", true, read_shares, 0, NULL, 0, 0},
};

static void
read_composite(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;

	(void)key;
	scheme->composite.present =
	    reader_map(reader, node, composite_keys, COUNT(composite_keys), into);
}

static const struct reader_key mix_keys[] = {
    {"total", true, reader_hundredths, offsetof(struct scheme, single.mix_total), NULL, 0,
	PERCENT_MAX},
    {"contribution", true, reader_hundredths, offsetof(struct scheme, single.mix_contribution),
	NULL, 0, PERCENT_MAX},
};
static const struct reader_list mix_list = TABLE(mix_keys, struct scheme);
static const struct reader_key single_award_keys[] = {
    {"award", true, reader_code, offsetof(struct scheme_term, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_term, name), NULL, 0, 0},
};
static const struct reader_list single_award_list = TABLE(single_award_keys, struct scheme_term);

static void
read_places(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	((struct scheme *)into)->single.by_places = true;
	reader_whole(reader, key, node, into);
}

static const struct reader_key single_keys[] = {
    {"least", true, read_least, offsetof(struct scheme, single.least_grade), NULL, 0, 0},
    {"places", false, read_places, offsetof(struct scheme, single.places), NULL, 0, PLACES_MAX},
    {"share", false, reader_hundredths, offsetof(struct scheme, single.share), NULL, 0,
	PERCENT_MAX},
    {"mix", true, reader_struct, 0, &mix_list, 0, 0},
    {"awards", true, reader_list_of, offsetof(struct scheme, single.awards), &single_award_list, 0,
	0},
};

static void
read_single(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;
	int ways = 0;

	(void)key;
	scheme->single.present = reader_map(reader, node, single_keys, COUNT(single_keys), into);
	for (const struct yaml_node *child = node->first; node->type == YAML_MAP && child != NULL;
	     child = child->next) {
		const char *name = reader_text(reader, child->key);

		ways += strcmp(name, "places") == 0 || strcmp(name, "share") == 0;
	}
	if (scheme->single.present && ways != 1)
		READER_FAULT(reader, node, "places 与 share 应恰有其一",
		    "expected exactly one of places and share");
}

static const struct reader_key award_keys[] = {
    {"county", false, read_county_awards, offsetof(struct scheme, county_awards),
	&county_award_list, 0, 0},
    {"composite", false, read_composite, 0, NULL, 0, 0},
    {"single", false, read_single, 0, NULL, 0, 0},
};
static const struct reader_list award_list = TABLE(award_keys, struct scheme);

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
	uint32_t version;
};

static const struct reader_key top_keys[] = {
    {"scheme", true, reader_whole, offsetof(struct sections_top, version), NULL, 1, 1},
    {"city", true, reader_code, offsetof(struct scheme, city), NULL, 0, 0},
    {"city_name", true, reader_name, offsetof(struct scheme, city_name), NULL, 0, 0},
    {"year", true, reader_whole, offsetof(struct scheme, year), NULL, 2000, 2999},
    {"title", false, reader_name, offsetof(struct scheme, title), NULL, 0, 0},
    {"rounding", true, reader_struct, 0, &rounding_list, 0, 0},
    {"tie_break", false, read_tie_break, offsetof(struct scheme, tie_break), NULL, 0, 0},
    {"classes", true, read_classes, offsetof(struct scheme, classes), NULL, 0, 0},
    {"calendar", false, reader_struct, 0, &calendar_list, 0, 0},
    {"basic", true, reader_list_of, offsetof(struct scheme, basic), &basic_list, 0, 0},
    {"progress", true, reader_struct, 0, &progress_list, 0, 0},
    {"visits", false, reader_struct, 0, &visits_list, 0, 0},
    {"kinds", true, reader_struct, offsetof(struct scheme, kinds), &kinds_list, 0, 0},
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

	top.scheme.title = "";
	top.scheme.veto_levels = 1;
	reader_map(reader, root, top_keys, COUNT(top_keys), &top);
	*reader->scheme = top.scheme;
	reader->scheme->composite.shares = arena_alloc(
	    reader->arena, (top.scheme.class_count + 1) * sizeof *top.scheme.composite.shares);
	if (top.awards != NULL && reader->scheme->composite.shares != NULL) {
		snprintf(reader->path, sizeof reader->path, "awards");
		reader_map(
		    reader, top.awards, award_list.keys, award_list.key_count, reader->scheme);
		reader->path[0] = '\0';
	}
}
