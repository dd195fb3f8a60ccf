#include "scheme/awards.h"

#include <string.h>

#include "scheme/word.h"

enum {
	RANK_MAX = 10000,
	PLACES_MAX = 10000,
}; /* far more than a city has units */

static void
read_ranks(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme_county_award *award = into;
	const struct reader_key whole = {.name = "", .min = 1, .max = RANK_MAX};

	(void)key;
	if (node->type != YAML_LIST || node->count != 2) {
		READER_FAULT(
		    reader, node, "应为“[起始名次, 末尾名次]”", "expected [first rank, last rank]");
		return;
	}
	reader_whole(reader, &whole, node->first, &award->rank_first);
	reader_whole(reader, &whole, node->first->next, &award->rank_last);
	if (award->rank_first > award->rank_last && award->rank_last != 0)
		READER_FAULT(reader, node->first, "起始名次不应大于末尾名次",
		    "the first rank is after the last");
}

static void
read_shares(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;

	(void)key;
	if (node->type != YAML_MAP || node->count == 0) {
		READER_FAULT(reader, node, "应为至少一个“部门类别: 百分比”",
		    "expected at least one \"class of departments: percent\"");
		return;
	}
	for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
		int class_index = scheme_class_find(scheme, reader_normal(reader, child->key));
		int64_t share;

		/* KIND_COUNT: the class's own kind has a fault already. */
		if (class_index < 0 || scheme->classes[class_index].kind == KIND_COUNTY)
			READER_FAULT(reader, child->key, "应为部门类别的代码",
			    "expected the code of a class of departments");
		else if (reader_number(reader, child, 0, READER_PERCENT_MAX, &share))
			scheme->composite.shares[class_index] = share;
	}
}

static void
read_least(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	int grade = scheme_grade_find(reader->scheme, reader_normal(reader, node));

	/* No grades at all: that is a fault already. */
	if (grade < 0 && reader->scheme->grade_count > 0)
		READER_FAULT(reader, node, "应为 grades 中某个等次的代码",
		    "expected the code of one of `grades`");
	memcpy((char *)into + key->offset, &grade, sizeof grade);
}

static const struct reader_key county_award_keys[] = {
    {"award", true, reader_code, offsetof(struct scheme_county_award, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_county_award, name), NULL, 0, 0},
    {"ranks", true, read_ranks, 0, NULL, 0, 0},
    {"least", false, read_least, offsetof(struct scheme_county_award, least_grade), NULL, 0, 0},
};
static const struct reader_list county_award_list =
    READER_TABLE(county_award_keys, struct scheme_county_award);

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
    {"rounding", false, word_read_half_up, 0, NULL, 0, 0},
    {"shares", true, read_shares, 0, NULL, 0, 0},
};

static void
read_composite(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	struct scheme *scheme = into;

	(void)key;
	scheme->composite.present =
	    reader_map(reader, node, composite_keys, READER_COUNT(composite_keys), into);
}

static const struct reader_key mix_keys[] = {
    {"total", true, reader_hundredths, offsetof(struct scheme, single.mix_total), NULL, 0,
	READER_PERCENT_MAX},
    {"contribution", true, reader_hundredths, offsetof(struct scheme, single.mix_contribution),
	NULL, 0, READER_PERCENT_MAX},
};
static const struct reader_list mix_list = READER_TABLE(mix_keys, struct scheme);
static const struct reader_key single_award_keys[] = {
    {"award", true, reader_code, offsetof(struct scheme_term, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_term, name), NULL, 0, 0},
};
static const struct reader_list single_award_list =
    READER_TABLE(single_award_keys, struct scheme_term);

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
	READER_PERCENT_MAX},
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
	scheme->single.present =
	    reader_map(reader, node, single_keys, READER_COUNT(single_keys), into);
	for (const struct yaml_node *child = node->first; node->type == YAML_MAP && child != NULL;
	     child = child->next) {
		const char *name = reader_text(reader, child->key);

		ways += strcmp(name, "places") == 0 || strcmp(name, "share") == 0;
	}
	if (scheme->single.present && ways != 1)
		READER_FAULT(reader, node, "places 与 share 应恰有其一",
		    "expected exactly one of places and share");
}

static const struct reader_key award_rows[] = {
    {"county", false, read_county_awards, offsetof(struct scheme, county_awards),
	&county_award_list, 0, 0},
    {"composite", false, read_composite, 0, NULL, 0, 0},
    {"single", false, read_single, 0, NULL, 0, 0},
};
const struct reader_list awards_keys = READER_TABLE(award_rows, struct scheme);
