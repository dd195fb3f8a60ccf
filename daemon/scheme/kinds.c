#include "scheme/kinds.h"

#include <string.h>

#include "scheme/word.h"

enum { CARDS_MAX = 10000000 }; /* more than a city has people */

WORD_READER(read_known_method, {"tier", LEADER_TIER}, {"mark", LEADER_MARK}, {"rank", LEADER_RANK})

/* A word that is none stays no method: it must not ask for the marks of another. */
static void
read_method(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	((struct scheme_rank *)into)->method = (enum leader_method)READER_UNREAD;
	read_known_method(reader, key, node, into);
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

static void
read_set_by(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	const char **codes;
	size_t count = 0;

	if (node->type != YAML_LIST || node->count == 0) {
		READER_FAULT(reader, node, "应为至少一个部门的列表",
		    "expected a list of at least one department");
		return;
	}
	codes = reader_alloc(reader, node->count * sizeof *codes);
	for (const struct yaml_node *child = node->first; codes != NULL && child != NULL;
	     child = child->next, count++)
		reader_element_code(reader, child, codes, sizeof *codes, count);
	reader_set_list(key, into, codes, count);
}

static const struct reader_key common_keys[] = {
    {"item", true, reader_code, offsetof(struct scheme_item, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_item, name), NULL, 0, 0},
    {"points", true, reader_hundredths, offsetof(struct scheme_item, points), NULL,
	READER_POINTS_MIN, READER_POINTS_MAX},
    {"set_by", true, read_set_by, offsetof(struct scheme_item, set_by), NULL, 0, 0},
};
static const struct reader_list common_list = READER_TABLE(common_keys, struct scheme_item);

static const struct reader_key part_keys[] = {
    {"part", true, reader_code, offsetof(struct scheme_part, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_part, name), NULL, 0, 0},
    {"points", false, read_part_points, 0, NULL, READER_POINTS_MIN, READER_POINTS_MAX},
};
static const struct reader_list part_list = READER_TABLE(part_keys, struct scheme_part);

static const struct reader_key voter_keys[] = {
    {"group", true, reader_code, offsetof(struct scheme_voters, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_voters, name), NULL, 0, 0},
    {"weight", true, reader_hundredths, offsetof(struct scheme_voters, weight), NULL, 0,
	READER_PERCENT_MAX},
    {"cards", false, read_cards, offsetof(struct scheme_voters, cards), NULL, 1, CARDS_MAX},
};
static const struct reader_list voter_list = READER_TABLE(voter_keys, struct scheme_voters);

static const struct reader_key rank_keys[] = {
    {"rank", true, reader_code, offsetof(struct scheme_rank, code), NULL, 0, 0},
    {"name", true, reader_name, offsetof(struct scheme_rank, name), NULL, 0, 0},
    {"weight", true, reader_hundredths, offsetof(struct scheme_rank, weight), NULL, 0,
	READER_PERCENT_MAX},
    {"method", true, read_method, offsetof(struct scheme_rank, method), NULL, 0, 0},
};
static const struct reader_list rank_list = READER_TABLE(rank_keys, struct scheme_rank);

#define WEIGHT(name, component)                                                                    \
	{                                                                                          \
		name, true, reader_hundredths, component * sizeof(int64_t), NULL, 0,               \
		    READER_PERCENT_MAX                                                             \
	}
static const struct reader_key weight_keys[] = {
    WEIGHT("basic", COMPONENT_BASIC),
    WEIGHT("progress", COMPONENT_PROGRESS),
    WEIGHT("visits", COMPONENT_VISITS),
    WEIGHT("self", COMPONENT_SELF),
    WEIGHT("common", COMPONENT_COMMON),
    WEIGHT("key", COMPONENT_KEY),
};
static const struct reader_list weight_list = READER_TABLE(weight_keys, int64_t);

static const struct reader_key kind_keys[] = {
    {"key_points", true, reader_hundredths, offsetof(struct scheme_kind, key_points), NULL,
	READER_POINTS_MIN, READER_POINTS_MAX},
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

	kind->present = reader_map(reader, node, kind_keys, READER_COUNT(kind_keys), kind);
}

static const struct reader_key kind_rows[] = {
    {"county", false, read_kind, KIND_COUNTY * sizeof(struct scheme_kind), NULL, 0, 0},
    {"department", false, read_kind, KIND_DEPARTMENT * sizeof(struct scheme_kind), NULL, 0, 0},
};
const struct reader_list kinds_keys = READER_TABLE(kind_rows, struct scheme_kind);
