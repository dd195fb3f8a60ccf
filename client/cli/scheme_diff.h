/*
 * cli/scheme_diff.h: what differs between two schemes, value by value (R39,
 * R47). Pure. Elements of a list are known by their code, not by their place;
 * a number is the same however it is written (0.5, 0.50).
 */
#ifndef JX_CLI_SCHEME_DIFF_H
#define JX_CLI_SCHEME_DIFF_H

#include "scheme/yaml.h"

struct scheme_change {
	const char *path;           /* "kinds.county.common[safety].points" */
	const char *words;          /* the same as people say it */
	const char *before, *after; /* NULL: not there */
};

/* In the order of the files, in arena; names borrowed from the trees. JX_E_MEMORY. */
JX_MUST_USE enum jx_err scheme_diff(struct arena *arena, enum jx_lang lang,
    const struct yaml_node *old, const struct yaml_node *new, struct scheme_change **changes,
    size_t *count);

#endif
