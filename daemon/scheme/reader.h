/*
 * scheme/reader.h: reads a mapping by a table of its keys: unknown, missing and
 * mistyped entries fall out of the table, each as a fault with its place.
 */
#ifndef JX_SCHEME_READER_H
#define JX_SCHEME_READER_H

#include "scheme/scheme.h"
#include "scheme/yaml.h"

enum {
	READER_PATH_SIZE = 512,
	READER_PERCENT_MAX = 10000, /* hundredths */
	READER_POINTS_MAX = 10000,
	READER_POINTS_MIN = 1,
	READER_UNREAD = -1, /* a required number (in hundredths) that is missing or has a fault */
};

/* Where a key of the scheme stands: for checks of sums, and for scheme_clause_line. */
struct reader_clause {
	const char *path;
	uint32_t line, column; /* of the value */
	uint32_t key_line;
};

struct reader {
	struct scheme *scheme;
	struct arena *arena;
	const char *file;
	struct faults *faults;
	char path[READER_PATH_SIZE]; /* of the node being read: "kinds.county.weights" */
	struct reader_clause *clauses;
	size_t clause_count, clause_capacity;
	bool is_out; /* of memory: what was read is not whole */
};

struct reader_key;

/* into: the struct the mapping fills; the key says where. */
typedef void (*reader_fn)(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);

struct reader_list;

struct reader_key {
	const char *name;
	bool is_required;
	reader_fn read;
	size_t offset;                  /* of the field in `into` */
	const struct reader_list *list; /* for reader_list_of and reader_map_of */
	int64_t min, max;               /* numbers, in hundredths or whole, as the reader says */
};

/* A table of keys; and what one element of a list of them looks like. In the struct, a list is a
 * pointer with its size_t count right behind. */
struct reader_list {
	const struct reader_key *keys;
	size_t key_count;
	size_t size; /* of one element, whose first member is `const char *code` */
};

#define READER_COUNT(table) (sizeof(table) / sizeof *(table))
#define READER_TABLE(keys, type)                                                                   \
	{                                                                                          \
		keys, READER_COUNT(keys), sizeof(type)                                             \
	}

#define READER_FAULT(reader, node, ...)                                                            \
	faults_add((reader)->faults, (reader)->file, (node)->line, (node)->column,                 \
	    reader_text(reader, node), __VA_ARGS__)

/* A scalar's text as it stands; "" for others. */
const char *reader_text(struct reader *reader, const struct yaml_node *node);
/* The same as clean NFC text; "" when it is not clean, longer than a code, or none. */
const char *reader_normal(struct reader *reader, const struct yaml_node *node);
/* Zeroed memory of the scheme's; NULL sets is_out. */
void *reader_alloc(struct reader *reader, size_t size);
/* Reads all keys of a mapping; required numbers begin as READER_UNREAD. false: it is none. */
bool reader_map(struct reader *reader, const struct yaml_node *node, const struct reader_key *keys,
    size_t key_count, void *into);
/* Steps into and out of a node's path. */
size_t reader_enter(struct reader *reader, const char *name, const struct yaml_node *node);
void reader_leave(struct reader *reader, size_t mark);
/* Where path stands; NULL: nowhere. */
const struct reader_clause *reader_find(const struct reader *reader, const char *path);
/* The readers of single values. */
void reader_code(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);
void reader_name(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);
void reader_hundredths(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);
void reader_whole(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);
/* A nested mapping by key->list's table into the field itself. */
void reader_struct(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);
/* A list of mappings; codes must differ. */
void reader_list_of(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);
/* The code of a list's element number `index`: its first member. Must differ from those before. */
void reader_element_code(
    struct reader *reader, const struct yaml_node *node, void *elements, size_t size, size_t index);
/* false: not such a number (a fault was added). */
bool reader_number(
    struct reader *reader, const struct yaml_node *node, int64_t min, int64_t max, int64_t *out);
/* The list {pointer, count} at the key's offset, set. */
void reader_set_list(const struct reader_key *key, void *into, void *elements, size_t count);

#endif
