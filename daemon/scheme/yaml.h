/*
 * scheme/yaml.h: a YAML text as a tree of nodes with places. libfyaml parses;
 * what a scheme has no use for (anchors, aliases, tags, several documents) is a
 * fault, and so are doubled keys. Pure.
 */
#ifndef JX_SCHEME_YAML_H
#define JX_SCHEME_YAML_H

#include <stdbool.h>

#include "wire/fault.h"

enum {
	YAML_DEPTH_MAX = 16,         /* a scheme nests 5 deep */
	YAML_NODE_COUNT_MAX = 50000, /* a scheme has under 1,000 */
	YAML_LIST_COUNT_MAX = 1000,  /* elements of one list or mapping */
};

enum yaml_type { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_type type;
	uint32_t line, column;          /* from 1; column in characters */
	size_t start, end;              /* its first token's bytes in the text */
	struct bytes text;              /* scalar */
	struct yaml_node *key;          /* in a mapping: the scalar it stands under */
	struct yaml_node *first, *next; /* children, in order */
	size_t count;
};

/*
 * The root, in arena; file: the name in faults. A doubled key, an anchor or a
 * tag is a fault, and the rest can still be read. NULL: the tree is not whole
 * (its fault was added), or, when no fault was added, memory is out.
 */
struct yaml_node *yaml_read(
    struct arena *arena, struct bytes text, const char *file, struct faults *faults);

#endif
