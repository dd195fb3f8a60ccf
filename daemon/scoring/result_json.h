/*
 * scoring/result_json.h: results as JSON (formats.md, "Results as JSON"), one
 * writer for compute, results --json and explain --json.
 */
#ifndef JX_SCORING_RESULT_JSON_H
#define JX_SCORING_RESULT_JSON_H

#include <jansson.h>
#include <jx/result.pb-c.h>

#include "wire/err.h"

/* New references; NULL: memory out, or a node without its parent before it. Key order is that of formats.md. */
json_t *result_json(const char *city, uint32_t year, Jx__Hole **holes, size_t hole_count,
    Jx__UnitResult **units, size_t unit_count);
/* {unit, nodes: [...]}: nodes nested as children, so that a reader can recombine them. */
json_t *explanation_json(const Jx__Explanation *explanation);

#endif
