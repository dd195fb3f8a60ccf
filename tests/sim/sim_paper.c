/* Versions of records and papers in the simulated database, and what is asked of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_base.h"

/* The last version of that key; NULL: none yet. */
static const struct base_version *
paper_head(const struct sim_base *base, const struct base_state *state, enum record_kind kind,
    const char *key)
{
	const json_t *index = json_object_get(state->heads[kind], key);

	return index == NULL ? NULL : &base->versions[json_integer_value(index)];
}

/* Its key fields joined by "/". */
static void
record_key(enum record_kind kind, const json_t *row, char key[SIM_PAPER_KEY_SIZE])
{
	const struct record_row *columns = &record_kinds[kind];
	size_t used = 0;

	key[0] = '\0';
	for (size_t i = 0; i < columns->field_count && columns->fields[i].key; i++) {
		const json_t *value = json_object_get(row, columns->fields[i].name);
		const char *slash = i == 0 ? "" : "/";

		if (json_is_string(value))
			used += (size_t)snprintf(key + used, SIM_PAPER_KEY_SIZE - used, "%s%s",
			    slash, json_string_value(value));
		else
			used += (size_t)snprintf(key + used, SIM_PAPER_KEY_SIZE - used, "%s%lld",
			    slash, (long long)json_integer_value(value));
	}
}

static enum jx_err
append(struct sim_base *base, struct base_state *state, enum record_kind kind, const char *key,
    json_t *row, bool is_withdrawn)
{
	const struct base_version *before = paper_head(base, state, kind, key);
	uint64_t number = before == NULL ? 1 : before->version + 1;
	size_t index = base->counts.versions;
	struct base_version *version;

	/* One key twice in a statement: the primary key refuses. */
	if (before != NULL && before->batch == state->batch)
		return JX_E_INTERNAL;
	base->versions = realloc(base->versions, (index + 1) * sizeof *base->versions);
	base->counts.versions++;
	version = &base->versions[index];
	*version = (struct base_version){.year = state->year,
	    .kind = kind,
	    .key = strdup(key),
	    .version = number,
	    .batch = state->batch,
	    .is_withdrawn = is_withdrawn,
	    .row = row == NULL ? json_object() : json_incref(row)};
	memcpy(version->city, state->city, sizeof version->city);
	json_object_set_new(state->heads[kind], key, json_integer((json_int_t)index));
	return JX_OK;
}

enum jx_err
sim_paper_append_record(
    struct sim_base *base, struct base_state *state, enum record_kind kind, json_t *row)
{
	char key[SIM_PAPER_KEY_SIZE];

	record_key(kind, row, key);
	return append(base, state, kind, key, row, json_is_true(json_object_get(row, "withdrawn")));
}

enum jx_err
sim_paper_append(struct sim_base *base, struct base_state *state, const json_t *paper)
{
	enum record_kind kind = paper_kind_find(sim_base_text(paper, "kind"));
	bool is_withdrawn = json_is_true(json_object_get(paper, "withdrawn"));
	const char *key = sim_base_text(paper, "key");
	json_t *row = json_object_get(paper, "row");

	if (kind < RECORD_KIND_COUNT || kind == PAPER_END || key[0] == '\0' ||
	    (row == NULL ? !is_withdrawn : !json_is_object(row)))
		return JX_E_INTERNAL;
	sim_base_own(&state->heads[kind]);
	return append(base, state, kind, key, row, is_withdrawn);
}

/* ---- What is asked. */

json_t *
sim_paper_row(const struct base_version *version)
{
	const struct record_row *columns = &record_kinds[version->kind];
	json_t *row = json_object();

	if (version->kind >= RECORD_KIND_COUNT) {
		json_object_update(row, version->row);
		return row;
	}
	for (size_t i = 0; i < columns->field_count; i++)
		json_object_set(row, columns->fields[i].name,
		    json_object_get(version->row, columns->fields[i].name));
	return row;
}

static void
add_row(json_t *rows, const struct base_version *version)
{
	json_t *row = sim_paper_row(version);

	json_object_set_new(row, "version", json_integer((json_int_t)version->version));
	json_object_set_new(row, "batch", json_integer((json_int_t)version->batch));
	json_array_append_new(rows, row);
}

static bool
has_answer(const json_t *ballot)
{
	const json_t *answers = json_object_get(ballot, "answers"), *answer;
	size_t i;

	json_array_foreach(
	    answers, i, answer) if (json_string_value(answer)[0] != '\0') return true;
	return false;
}

static bool
is_same_text(const json_t *left, const json_t *right, const char *name)
{
	return strcmp(sim_base_text(left, name), sim_base_text(right, name)) == 0;
}

/* One a unit and group that has an answer. */
static json_t *
ballots_now(const struct sim_base *base, const struct base_state *state)
{
	json_t *sorted = sim_base_rows(state, RECORD_BALLOTS, 0, UINT64_MAX);
	json_t *rows = json_array(), *ballot;
	size_t count = json_array_size(sorted), i = 0;
	char key[SIM_PAPER_KEY_SIZE];

	while (i < count) {
		const json_t *first = json_array_get(sorted, i);
		uint64_t batch = 0;
		bool is_any = false;

		for (; i < count; i++) {
			const struct base_version *head;

			ballot = json_array_get(sorted, i);
			if (!is_same_text(first, ballot, "unit") ||
			    !is_same_text(first, ballot, "group"))
				break;
			record_key(RECORD_BALLOTS, ballot, key);
			head = paper_head(base, state, RECORD_BALLOTS, key);
			batch = head->batch > batch ? head->batch : batch;
			is_any |= has_answer(ballot);
		}
		if (is_any)
			json_array_append_new(
			    rows, json_pack("{s:s, s:s, s:s, s:[s], s:i, s:I}", "unit",
				      sim_base_text(first, "unit"), "group",
				      sim_base_text(first, "group"), "card", "", "answers", "x",
				      "version", 1, "batch", (json_int_t)batch));
	}
	json_decref(sorted);
	return rows;
}

static int
compare_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static json_t *
papers_now(const struct sim_base *base, const struct base_state *state, enum record_kind kind)
{
	size_t count = json_object_size(state->heads[kind]), i = 0;
	const char **keys = calloc(count + 1, sizeof *keys), *key;
	json_t *rows = json_array(), *index;

	json_object_foreach(state->heads[kind], key, index) keys[i++] = key;
	qsort(keys, count, sizeof *keys, compare_text);
	for (i = 0; i < count; i++) {
		const struct base_version *head = paper_head(base, state, kind, keys[i]);

		if (!head->is_withdrawn)
			add_row(rows, head);
	}
	free(keys);
	return rows;
}

json_t *
sim_paper_rows(const struct sim_base *base, const struct base_state *state, enum record_kind kind)
{
	json_t *rows, *sorted, *row;
	char key[SIM_PAPER_KEY_SIZE];
	size_t i;

	if (kind == RECORD_BALLOTS)
		return ballots_now(base, state);
	if (kind >= RECORD_KIND_COUNT)
		return papers_now(base, state, kind);
	rows = json_array();
	sorted = sim_base_rows(state, kind, 0, UINT64_MAX);
	json_array_foreach(sorted, i, row)
	{
		record_key(kind, row, key);
		add_row(rows, paper_head(base, state, kind, key));
	}
	json_decref(sorted);
	return rows;
}

json_t *
sim_paper_changed(const struct sim_base *base, const struct base_state *state)
{
	json_t *changed = json_object(), *index;
	const char *key;

	for (int kind = 0; kind < PAPER_END; kind++) {
		uint64_t batch = 0;

		json_object_foreach(state->heads[kind], key, index)
		{
			const struct base_version *head =
			    &base->versions[json_integer_value(index)];

			batch = head->batch > batch ? head->batch : batch;
		}
		if (batch > 0)
			json_object_set_new(
			    changed, record_kinds[kind].name, json_integer((json_int_t)batch));
	}
	return changed;
}
