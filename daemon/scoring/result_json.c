#include "scoring/result_json.h"

#include <stdbool.h>

/* Sets a text that is there; takes no reference. false: memory out. */
static bool
set_text(json_t *object, const char *key, const char *text)
{
	return text == NULL || json_object_set_new(object, key, json_string(text)) == 0;
}

static json_t *
texts_json(char **texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count && array != NULL; i++)
		if (json_array_append_new(array, json_string(texts[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *
components_json(const Jx__UnitResult *unit)
{
	json_t *object = json_object();
	bool ok = object != NULL;

	for (size_t i = 0; i < unit->n_components && ok; i++)
		ok = set_text(
		    object, unit->components[i]->component, unit->components[i]->published);
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}

/* Sets a new reference, which may be NULL for memory out. */
static bool
set_new(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

static json_t *
unit_json(const Jx__UnitResult *unit)
{
	json_t *object = json_object();

	if (object != NULL && set_text(object, "unit", unit->unit) &&
	    set_text(object, "class", unit->class_) && set_text(object, "total", unit->total) &&
	    set_text(object, "grade", unit->grade) &&
	    set_new(object, "rank", json_integer(unit->rank)) &&
	    set_new(object, "rank_in_kind", json_integer(unit->rank_in_kind)) &&
	    set_new(object, "vetoed", json_boolean(unit->vetoed)) &&
	    set_new(object, "components", components_json(unit)) &&
	    set_text(object, "exact", unit->exact) &&
	    set_new(object, "awards", texts_json(unit->awards, unit->n_awards)) &&
	    set_text(object, "name", unit->name) &&
	    set_text(object, "grade_before_veto", unit->grade_before_veto))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
hole_json(const Jx__Hole *hole)
{
	json_t *object = json_object();

	if (object != NULL && set_text(object, "unit", hole->unit) &&
	    set_text(object, "missing", hole->missing))
		return object;
	json_decref(object);
	return NULL;
}

json_t *
result_json(const char *city, uint32_t year, Jx__Hole **holes, size_t hole_count,
    Jx__UnitResult **units, size_t unit_count)
{
	json_t *object = json_object();
	json_t *missing = json_array(), *results = json_array();
	bool ok = object != NULL && missing != NULL && results != NULL;

	for (size_t i = 0; i < hole_count && ok; i++)
		ok = json_array_append_new(missing, hole_json(holes[i])) == 0;
	for (size_t i = 0; i < unit_count && ok; i++)
		ok = json_array_append_new(results, unit_json(units[i])) == 0;
	ok = ok && set_text(object, "city", city) && set_new(object, "year", json_integer(year)) &&
	     json_object_set(object, "missing", missing) == 0 &&
	     json_object_set(object, "units", results) == 0;
	json_decref(missing);
	json_decref(results);
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}

static const char *
op_name(Jx__NodeOp op)
{
	/* clang-format off */
	static const char *const names[] = {
		[JX__NODE_OP__NODE_INPUT] = "input",
		[JX__NODE_OP__NODE_SUM]   = "sum",
		[JX__NODE_OP__NODE_MEAN]  = "mean",
		[JX__NODE_OP__NODE_CAP]   = "cap",
	};
	/* clang-format on */

	return (size_t)op < sizeof names / sizeof names[0] ? names[op] : NULL;
}

static json_t *
node_json(const Jx__Node *node)
{
	json_t *object = json_object();

	if (object != NULL && set_text(object, "kind", node->kind) &&
	    set_text(object, "code", node->code) && set_text(object, "name", node->name) &&
	    set_text(object, "op", op_name(node->op)) && set_text(object, "factor", node->factor) &&
	    set_text(object, "cap", node->cap) &&
	    (!node->has_count || set_new(object, "count", json_integer((json_int_t)node->count))) &&
	    set_text(object, "value", node->value) &&
	    set_text(object, "published", node->published) &&
	    set_text(object, "weight", node->weight) && set_text(object, "given", node->given) &&
	    set_text(object, "clause", node->clause) &&
	    (!node->has_clause_line ||
		set_new(object, "clause_line", json_integer(node->clause_line))) &&
	    (!node->hole || set_new(object, "hole", json_true())))
		return object;
	json_decref(object);
	return NULL;
}

/* Hangs a node under its parent, or under the explanation itself. Takes the node. */
static bool
hang(json_t *parent, const char *key, json_t *node)
{
	json_t *children;

	if (parent == NULL || node == NULL) {
		json_decref(node);
		return false;
	}
	if (json_object_get(parent, key) == NULL && !set_new(parent, key, json_array())) {
		json_decref(node);
		return false;
	}
	children = json_object_get(parent, key);
	return json_array_append_new(children, node) == 0;
}

json_t *
explanation_json(const Jx__Explanation *explanation)
{
	json_t *object = json_object(), *flat = json_array();
	bool ok = object != NULL && flat != NULL && set_text(object, "unit", explanation->unit) &&
		  set_new(object, "nodes", json_array());

	/* flat: every node by number, so that a child finds its parent without recursion. */
	for (size_t i = 0; i < explanation->n_nodes && ok; i++) {
		const Jx__Node *node = explanation->nodes[i];
		json_t *json = node_json(node);
		json_t *parent = node->has_parent ? json_array_get(flat, node->parent) : object;

		ok = json != NULL && json_array_append(flat, json) == 0;
		ok = hang(parent, node->has_parent ? "children" : "nodes", json) && ok;
	}
	json_decref(flat);
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}
