/* The questions of port/store.h, answered from the tables. */
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_base.h"

/* Rows being gathered. */
struct answer {
	struct bytes *cells;
	size_t cell_count, cell_capacity, column_count;
	struct arena *arena;
};

static void
add_bytes(struct answer *answer, const uint8_t *data, size_t size)
{
	if (answer->cell_count == answer->cell_capacity) {
		answer->cell_capacity = answer->cell_capacity == 0 ? 64 : answer->cell_capacity * 2;
		answer->cells =
		    realloc(answer->cells, answer->cell_capacity * sizeof *answer->cells);
	}
	answer->cells[answer->cell_count++] = arena_copy(answer->arena, (struct bytes){data, size});
}

static void
add_text(struct answer *answer, const char *text)
{
	add_bytes(answer, (const uint8_t *)text, strlen(text));
}

static void
add_whole(struct answer *answer, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof text, "%llu", (unsigned long long)number);
	add_text(answer, text);
}

/* Taken. */
static void
add_json(struct answer *answer, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	add_text(answer, text);
	free(text);
	json_decref(json);
}

/* A member of a run's end: digests as bytes, "" where it is missing. */
static void
add_member(struct answer *answer, const json_t *body, const char *name)
{
	const json_t *value = json_object_get(body, name);
	const char *text = json_string_value(value);
	uint8_t raw[64];
	size_t size = 0;

	if (json_is_integer(value)) {
		add_whole(answer, (uint64_t)json_integer_value(value));
	} else if (text == NULL || strstr(name, "digest") == NULL) {
		add_text(answer, text == NULL ? "" : text);
	} else {
		sodium_hex2bin(raw, sizeof raw, text, strlen(text), NULL, &size, NULL);
		add_bytes(answer, raw, size);
	}
}

static void
add_run(struct answer *answer, const struct sim_base *base, const struct base_run *run)
{
	static const char *const members[] = {"scheme_digest", "input_digest", "engine",
	    "result_digest", "unit_count", "hole_count", "digits"};
	const struct base_end *end = sim_base_end(base, run->city, run->year, run->number);

	add_whole(answer, run->number);
	add_text(answer, run->city);
	add_whole(answer, run->year);
	add_text(answer, run->is_final ? "final" : "provisional");
	add_text(answer, end == NULL ? "running" : end->state);
	add_text(answer, run->asked_by);
	add_whole(answer, run->asked_us);
	if (end == NULL)
		add_text(answer, "");
	else
		add_whole(answer, end->finished_us);
	add_whole(answer, run->batch);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		add_member(answer, end == NULL ? NULL : end->body, members[i]);
}

static void
add_account(struct answer *answer, const struct base_account *account)
{
	add_text(answer, account->name);
	add_text(answer, account->role);
	add_text(answer, account->city);
	add_text(answer, account->is_disabled ? "t" : "f");
	add_whole(answer, account->since_us);
}

static int
compare_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

json_t *
sim_base_rows(
    const struct base_state *state, enum record_kind kind, uint64_t offset, uint64_t limit)
{
	json_t *kept = state->kinds[kind], *rows = json_array(), *row;
	size_t count = json_object_size(kept), i = 0;
	const char **keys = calloc(count + 1, sizeof *keys);
	const char *key;

	json_object_foreach(kept, key, row) keys[i++] = key;
	qsort(keys, count, sizeof *keys, compare_text);
	for (i = offset; i < count && i - offset < limit; i++)
		json_array_append(rows, json_object_get(kept, keys[i]));
	free(keys);
	return rows;
}

static void
add_rows(struct answer *answer, const struct base_state *state, enum record_kind kind,
    uint64_t offset, uint64_t limit)
{
	add_json(answer, sim_base_rows(state, kind, offset, limit));
}

/* ---- A function a question. */

struct params {
	const struct bytes *cells;
	size_t count;
};

static const char *
param_text(const struct params *params, size_t index)
{
	assert(index < params->count);
	return (const char *)params->cells[index].data;
}

static uint64_t
param_whole(const struct params *params, size_t index)
{
	return strtoull(param_text(params, index), NULL, 10);
}

static const struct base_state *
param_state(const struct sim_base *base, const struct params *params)
{
	return sim_base_state(
	    base, param_text(params, 0), (uint32_t)param_whole(params, 1), param_whole(params, 2));
}

static void
answer_head(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_batch *last;

	(void)params;
	if (base->counts.batches == 0)
		return;
	last = &base->batches[base->counts.batches - 1];
	add_whole(answer, last->number);
	add_bytes(answer, last->hash, sizeof last->hash);
}

static void
answer_op(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_op *op = sim_base_op(base, params->cells[0].data);

	if (op == NULL)
		return;
	add_bytes(answer, op->content_hash, sizeof op->content_hash);
	add_bytes(answer, op->receipt.data, op->receipt.size);
	add_whole(answer, (uint64_t)op->value);
}

static void
answer_account(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_account *account = sim_base_account(base, param_text(params, 0));

	if (account == NULL)
		return;
	add_account(answer, account);
	add_text(answer, account->hash);
	add_whole(answer, account->version);
	add_text(answer, account->unit);
	add_text(answer, account->subject);
}

static void
answer_accounts(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const char **names = calloc(base->counts.accounts + 1, sizeof *names);
	size_t count = 0;

	(void)params;
	for (size_t i = 0; i < base->counts.accounts; i++)
		if (base->accounts[i].version == 1)
			names[count++] = base->accounts[i].name;
	qsort(names, count, sizeof *names, compare_text);
	for (size_t i = 0; i < count; i++) {
		const struct base_account *account = sim_base_account(base, names[i]);

		add_account(answer, account);
		add_text(answer, account->unit);
		add_text(answer, account->subject);
	}
	free(names);
}

static int
compare_year(const void *left, const void *right)
{
	const struct base_state *a = *(const struct base_state *const *)left;
	const struct base_state *b = *(const struct base_state *const *)right;
	int order = strcmp(a->city, b->city);

	return order != 0 ? order : (a->year > b->year) - (a->year < b->year);
}

static void
answer_years(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_state **years = calloc(base->counts.states + 1, sizeof *years);
	size_t count = 0;

	(void)params;
	for (size_t i = 0; i < base->counts.states; i++)
		if (sim_base_state(base, base->states[i].city, base->states[i].year, 0) ==
		    &base->states[i])
			years[count++] = &base->states[i];
	qsort(years, count, sizeof *years, compare_year);
	for (size_t i = 0; i < count; i++) {
		add_text(answer, years[i]->city);
		add_whole(answer, years[i]->year);
		add_text(answer, years[i]->city_name);
		add_whole(answer, years[i]->batch);
		add_whole(answer, json_object_size(years[i]->kinds[RECORD_UNITS]));
	}
	free(years);
}

static void
answer_scheme(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_state *state = param_state(base, params);

	if (state == NULL)
		return;
	add_text(answer, state->scheme);
	add_whole(answer, state->batch);
}

static void
answer_records(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_state *state = param_state(base, params);

	for (int kind = 0; state != NULL && kind < RECORD_KIND_COUNT; kind++)
		if (json_object_size(state->kinds[kind]) > 0) {
			add_text(answer, record_kinds[kind].name);
			add_rows(answer, state, (enum record_kind)kind, 0, UINT64_MAX);
		}
}

static void
answer_records_page(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_state *state = param_state(base, params);
	enum record_kind kind = record_kind_find(param_text(params, 3));

	if (state != NULL && kind != RECORD_KIND_COUNT)
		add_rows(answer, state, kind, param_whole(params, 4), param_whole(params, 5));
}

static bool
is_of_year(const struct params *params, const struct base_run *run)
{
	return run->year == param_whole(params, 1) && strcmp(run->city, param_text(params, 0)) == 0;
}

static void
answer_runs(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	for (size_t i = base->counts.runs, shown = 0; i > 0 && shown < 100; i--)
		if (is_of_year(params, &base->runs[i - 1])) {
			add_run(answer, base, &base->runs[i - 1]);
			shown++;
		}
}

static void
answer_run(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	uint64_t wanted = param_whole(params, 2);

	for (size_t i = base->counts.runs; i > 0; i--) {
		const struct base_run *run = &base->runs[i - 1];
		const struct base_end *end = sim_base_end(base, run->city, run->year, run->number);

		if (!is_of_year(params, run))
			continue;
		if (wanted != 0 ? run->number != wanted
				: end == NULL || strcmp(end->state, "done") != 0)
			continue;
		add_run(answer, base, run);
		return;
	}
}

static void
answer_runs_open(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	(void)params;
	for (size_t i = 0; i < base->counts.runs; i++) {
		const struct base_run *run = &base->runs[i];

		if (sim_base_end(base, run->city, run->year, run->number) == NULL)
			add_run(answer, base, run);
	}
}

static void
answer_run_page(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_end *end = sim_base_end(base, param_text(params, 0),
	    (uint32_t)param_whole(params, 1), (uint32_t)param_whole(params, 2));

	for (size_t i = 0; end != NULL && i < end->page_count; i++) {
		const json_t *name = json_array_get(json_object_get(end->body, "pages"), i);

		if (strcmp(json_string_value(json_array_get(name, 0)), param_text(params, 3)) ==
			0 &&
		    (uint64_t)json_integer_value(json_array_get(name, 1)) == param_whole(params, 4))
			add_bytes(answer, end->pages[i].data, end->pages[i].size);
	}
}

static void
answer_keys(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	(void)params;
	for (size_t i = 0; i < base->counts.keys; i++) {
		add_bytes(answer, base->keys[i].key_id, sizeof base->keys[i].key_id);
		add_bytes(answer, base->keys[i].public_key, sizeof base->keys[i].public_key);
		add_whole(answer, base->keys[i].since_us);
	}
}

static void
answer_device(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	for (size_t i = 0; i < base->counts.devices; i++) {
		const struct base_device *device = &base->devices[i];

		if (strcmp(device->account, param_text(params, 0)) == 0 && params->cells[1].size == 8 &&
		    memcmp(device->key_id, params->cells[1].data, 8) == 0)
			add_bytes(answer, device->public_key, sizeof device->public_key);
	}
}

static void
answer_papers(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_state *state = sim_base_state(
	    base, param_text(params, 0), (uint32_t)param_whole(params, 1), 0);

	if (state == NULL)
		return;
	add_text(answer, "");
	add_whole(answer, state->batch);
	add_text(answer, "changed");
	add_json(answer, sim_paper_changed(base, state));
	for (int kind = 0; kind < PAPER_END; kind++) {
		json_t *rows = sim_paper_rows(base, state, (enum record_kind)kind);

		if (json_array_size(rows) == 0) {
			json_decref(rows);
			continue;
		}
		add_text(answer, record_kinds[kind].name);
		add_json(answer, rows);
	}
}

static void
add_version(
    struct answer *answer, const struct sim_base *base, const struct base_version *version)
{
	const struct base_state *state =
	    sim_base_state(base, version->city, version->year, version->batch);
	const struct base_op *op = base->ops;

	while (op->batch != version->batch || op->year != version->year ||
	       strcmp(op->city, version->city) != 0 ||
	       (strcmp(op->action, "deed") != 0 && strcmp(op->action, "import") != 0))
		op++;
	add_whole(answer, version->version);
	add_whole(answer, version->batch);
	add_text(answer, op->actor);
	add_whole(answer, op->received_us);
	add_text(answer, state->deed == NULL ? "import" : sim_base_text(state->deed, "deed"));
	add_text(answer, sim_base_text(state->deed, "reason"));
	add_text(answer, sim_base_text(state->deed, "document"));
	add_text(answer, version->is_withdrawn ? "t" : "f");
	add_json(answer, sim_paper_row(version));
}

static void
answer_history(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	enum record_kind kind = paper_kind_find(param_text(params, 2));
	const struct base_version **found =
	    calloc(base->counts.versions + 1, sizeof *found);
	size_t count = 0;

	for (size_t i = 0; i < base->counts.versions; i++) {
		const struct base_version *version = &base->versions[i];

		if (version->kind == kind && kind != RECORD_BALLOTS &&
		    kind != RECORD_LEADER_MARKS && version->year == param_whole(params, 1) &&
		    strcmp(version->city, param_text(params, 0)) == 0 &&
		    strcmp(version->key, param_text(params, 3)) == 0)
			found[count++] = version;
	}
	for (size_t i = count > 500 ? count - 500 : 0; i < count; i++)
		add_version(answer, base, found[i]);
	free(found);
}

static struct store_put
param_file(const struct params *params)
{
	struct store_put of = {.city = param_text(params, 0),
	    .year = (uint32_t)param_whole(params, 1),
	    .unit = param_text(params, 2),
	    .size = param_whole(params, 4)};

	memcpy(of.hash, params->cells[3].data, sizeof of.hash);
	return of;
}

static void
answer_file(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	struct store_put of = param_file(params);
	struct sim_file file = sim_evidence_file(base, &of);

	add_whole(answer, file.used);
	add_text(answer, file.is_sealed ? "t" : "f");
	add_whole(answer, file.listed);
	add_whole(answer, file.missing);
	add_whole(answer, file.had);
	add_whole(answer, file.newest_us);
}

static void
answer_file_chunks(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	struct store_put of = param_file(params);
	uint64_t first = param_whole(params, 5), count = param_whole(params, 6);
	struct bytes hash, bytes;

	for (uint64_t i = first; i < first + count && sim_evidence_chunk(base, &of, i, &hash, &bytes); i++) {
		add_bytes(answer, hash.data, hash.size);
		add_bytes(answer, bytes.data, bytes.size);
	}
}

/* ---- Polls. */

static void
answer_card(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	const struct base_card *card =
	    params->cells[0].size == 32 ? sim_poll_card(base, params->cells[0].data) : NULL;

	if (card == NULL)
		return;
	add_text(answer, base->polls[card->poll].city);
	add_whole(answer, base->polls[card->poll].year);
	add_text(answer, base->polls[card->poll].poll);
	add_text(answer, sim_poll_vote(base, card->card) == NULL ? "f" : "t");
}

static void
answer_polls(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	(void)params;
	for (size_t i = 0; i < base->counts.polls; i++) {
		add_text(answer, base->polls[i].city);
		add_whole(answer, base->polls[i].year);
		add_text(answer, base->polls[i].poll);
		add_whole(answer, base->polls[i].slot);
		add_text(answer, base->polls[i].print);
		add_text(answer, sim_poll_is_ended(base, i) ? "t" : "f");
	}
}

static void
answer_casts(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	for (size_t i = 0; i < base->counts.polls; i++)
		if (base->polls[i].year == param_whole(params, 1) &&
		    strcmp(base->polls[i].city, param_text(params, 0)) == 0) {
			add_text(answer, base->polls[i].poll);
			add_whole(answer, sim_poll_votes(base, i));
		}
}

/* The next vote of the poll after that card; NULL: none. */
static const struct base_vote *
vote_after(const struct sim_base *base, size_t poll, const uint8_t *after)
{
	const struct base_vote *next = NULL;

	for (size_t i = 0; i < base->counts.votes; i++) {
		const struct base_vote *vote = &base->votes[i];

		if (sim_poll_card(base, vote->card)->poll == poll &&
		    (after == NULL || memcmp(vote->card, after, 32) > 0) &&
		    (next == NULL || memcmp(vote->card, next->card, 32) < 0))
			next = vote;
	}
	return next;
}

static void
answer_votes(const struct sim_base *base, const struct params *params, struct answer *answer)
{
	size_t poll = sim_poll_find(
	    base, param_text(params, 0), (uint32_t)param_whole(params, 1), param_text(params, 2));
	uint8_t after[32];
	size_t size = 0;
	const struct base_vote *vote;

	sodium_hex2bin(after, sizeof after, param_text(params, 3), strlen(param_text(params, 3)), NULL, &size, NULL);
	vote = poll == base->counts.polls ? NULL : vote_after(base, poll, size == 32 ? after : NULL);
	for (uint64_t left = param_whole(params, 4); vote != NULL && left > 0; left--) {
		add_bytes(answer, vote->card, sizeof vote->card);
		add_bytes(answer, vote->sealed.data, vote->sealed.size);
		vote = vote_after(base, poll, vote->card);
	}
}

static const struct {
	size_t column_count;
	void (*fn)(const struct sim_base *, const struct params *, struct answer *);
} questions[QUESTION_COUNT] = {
    [QUESTION_HEAD] = {2, answer_head},
    [QUESTION_OP] = {3, answer_op},
    [QUESTION_ACCOUNT] = {9, answer_account},
    [QUESTION_ACCOUNTS] = {7, answer_accounts},
    [QUESTION_YEARS] = {5, answer_years},
    [QUESTION_SCHEME] = {2, answer_scheme},
    [QUESTION_RECORDS] = {2, answer_records},
    [QUESTION_RECORDS_PAGE] = {1, answer_records_page},
    [QUESTION_RUNS] = {16, answer_runs},
    [QUESTION_RUN] = {16, answer_run},
    [QUESTION_RUNS_OPEN] = {16, answer_runs_open},
    [QUESTION_RUN_PAGE] = {1, answer_run_page},
    [QUESTION_KEYS] = {3, answer_keys},
    [QUESTION_PAPERS] = {2, answer_papers},
    [QUESTION_HISTORY] = {9, answer_history},
    [QUESTION_DEVICE] = {1, answer_device},
    [QUESTION_FILE] = {6, answer_file},
    [QUESTION_FILE_CHUNKS] = {2, answer_file_chunks},
    [QUESTION_CARD] = {4, answer_card},
    [QUESTION_POLLS] = {6, answer_polls},
    [QUESTION_CASTS] = {2, answer_casts},
    [QUESTION_VOTES] = {2, answer_votes},
};

void
sim_base_answer(const struct sim_base *base, enum store_question question,
    const struct bytes *params, size_t param_count, struct arena *arena, struct store_rows *rows)
{
	struct answer answer = {.arena = arena};
	const struct params given = {params, param_count};

	assert((unsigned)question < QUESTION_COUNT);
	questions[question].fn(base, &given, &answer);
	rows->column_count = questions[question].column_count;
	assert(answer.cell_count % rows->column_count == 0);
	rows->row_count = answer.cell_count / rows->column_count;
	rows->cells = (const struct bytes *)arena_copy(arena,
	    (struct bytes){(const uint8_t *)answer.cells, answer.cell_count * sizeof(struct bytes)})
			  .data;
	free(answer.cells);
}
