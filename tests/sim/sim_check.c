/* What must hold of everything stored, once nothing moves any more. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "records/build.h"
#include "records/json.h"
#include "sim.h"
#include "sim_base.h"
#include "wire/receipt.h"

static const struct sim_op *
sent_op(const struct sim *sim, const uint8_t op_id[16])
{
	const struct sim_op *op = sim->ops;

	while (op != NULL && memcmp(op->op_id, op_id, sizeof op->op_id) != 0)
		op = op->next;
	return op;
}

/* The batches are a chain. */
static void
check_chain(struct sim *sim, const struct sim_base *base)
{
	uint8_t prev[32] = {0};
	size_t op_count = 0;

	for (size_t i = 0; i < base->counts.batches; i++) {
		const struct base_batch *batch = &base->batches[i];
		struct receipt_batch named = {
		    .number = batch->number, .sealed_us = batch->sealed_us};
		struct merkle_hash hash;

		memcpy(named.prev_hash, batch->prev_hash, 32);
		memcpy(named.root, batch->root, 32);
		receipt_batch_hash(&named, &hash);
		if (batch->number != i + 1 || memcmp(batch->prev_hash, prev, 32) != 0 ||
		    memcmp(&hash, batch->hash, 32) != 0)
			sim_violate(sim, "the chain is broken at batch %zu", i + 1);
		memcpy(prev, batch->hash, 32);
		op_count += batch->op_count;
	}
	if (op_count != base->counts.ops)
		sim_violate(
		    sim, "batches tell %zu ops, %zu are stored", op_count, base->counts.ops);
}

/* Stored once, as it was sent, with a receipt that proves it. */
static void
check_op(struct sim *sim, const struct sim_base *base, const struct base_op *op)
{
	const struct base_batch *batch = &base->batches[op->batch - 1];
	const struct sim_op *sent = sent_op(sim, op->op_id);
	struct arena *arena = arena_new(1 << 20);
	Jx__Receipt *receipt;

	if (receipt_read(arena, op->receipt, &receipt) != JX_OK ||
	    receipt_check(receipt, sim->config.signing_public) != JX_OK)
		sim_violate(sim, "a stored receipt does not verify (%s)", op->action);
	else if (receipt->batch != op->batch || receipt->index != op->index ||
		 memcmp(receipt->root.data, batch->root, 32) != 0 ||
		 memcmp(receipt->prev_hash.data, batch->prev_hash, 32) != 0 ||
		 memcmp(receipt->op_id.data, op->op_id, 16) != 0 ||
		 memcmp(receipt->content_hash.data, op->content_hash, 32) != 0 ||
		 strcmp(receipt->actor, op->actor) != 0 || strcmp(receipt->action, op->action) != 0)
		sim_violate(
		    sim, "a receipt says something else than what is stored (%s)", op->action);
	arena_free(arena);
	if (sim_base_op(base, op->op_id) != op)
		sim_violate(sim, "an op is stored twice (%s of %s)", op->action, op->actor);
	if (strcmp(op->actor, "jixiaod") == 0 || strcmp(op->action, "ballot") == 0)
		return; /* the daemon's own; a card's holder knows no op: sim_cast_check */
	if (sent == NULL)
		sim_violate(sim, "stored, but never sent (%s of %s)", op->action, op->actor);
	else if (strcmp(sent->action, op->action) != 0 ||
		 memcmp(sent->content_hash, op->content_hash, 32) != 0)
		sim_violate(sim, "stored otherwise than sent (%s of %s)", op->action, op->actor);
}

/* Every op had its effect, and nothing else had one. */
static void
check_effects(struct sim *sim, const struct sim_base *base)
{
	static const struct {
		const char *action;
		int counter;
	} rows[] = {{"account_add", 0}, {"import", 1}, {"run_start", 2}, {"run_finish", 3},
	    {"passwd", 4}, {"run_cancel", 3}, {"deed", 1}, {"ballot", 5}};
	size_t ops[6] = {0}, effects[6] = {0, 0, base->counts.runs, base->counts.ends, 0, base->counts.votes};

	for (size_t i = 0; i < base->counts.states; i++)
		effects[1] += base->states[i].batch > 0; /* not what was there before the story */

	for (size_t i = 0; i < base->counts.ops; i++)
		for (size_t j = 0; j < sizeof rows / sizeof *rows; j++)
			ops[rows[j].counter] += strcmp(rows[j].action, base->ops[i].action) == 0;
	for (size_t i = 0; i < base->counts.accounts; i++) {
		const struct base_account *account = &base->accounts[i];

		effects[0] += account->version == 1 && account->batch > 0;
		effects[4] += account->version > 1 && !account->is_disabled;
	}
	/* A password may be changed on its way to an account that is disabled just now. */
	if (ops[4] > effects[4])
		effects[4] = ops[4];
	for (size_t i = 0; i < 6; i++)
		if (ops[i] != effects[i])
			sim_violate(sim, "%zu ops had %zu effects (%s)", ops[i], effects[i],
			    rows[i].action);
}

static void
state_digest(const struct base_state *state, uint8_t digest[32])
{
	struct arena *arena = arena_new(16 << 20);
	struct records_builder *builder = records_builder_new(arena);

	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		json_t *rows = sim_base_rows(state, (enum record_kind)kind, 0, UINT64_MAX);
		char *text = json_dumps(rows, JSON_COMPACT);

		if (records_json_read(builder, (enum record_kind)kind,
			(struct bytes){(const uint8_t *)text, strlen(text)}) != JX_OK)
			abort();
		free(text);
		json_decref(rows);
	}
	records_sort(records_builder_get(builder));
	records_digest(records_builder_get(builder),
	    (struct bytes){(const uint8_t *)state->scheme, strlen(state->scheme)}, digest);
	arena_free(arena);
}

/* The op of that action that made the state of that batch. */
static const struct base_op *
maker_of(const struct sim_base *base, const char *action, const char *city, uint32_t year,
    uint64_t batch)
{
	for (size_t i = 0; i < base->counts.ops; i++) {
		const struct base_op *op = &base->ops[i];

		if (op->batch == batch && strcmp(op->action, action) == 0 && op->year == year &&
		    strcmp(op->city, city) == 0)
			return op;
	}
	return NULL;
}

/* The last import that the state of that batch has: deeds of the calendar leave the records alone. */
static const struct base_op *
import_of(const struct sim_base *base, const char *city, uint32_t year, uint64_t batch)
{
	const struct base_op *op = NULL;

	for (; op == NULL && batch > 0; batch--)
		op = maker_of(base, "import", city, year, batch);
	return op;
}

/* What was stored is what the deed is for, and nothing else. */
static void
check_deed(struct sim *sim, const struct sim_base *base, const struct base_state *state)
{
	const json_t *papers = json_object_get(state->deed, "papers");
	const char *deed = sim_base_text(state->deed, "deed");
	const json_t *paper = json_array_get(papers, 0), *row = json_object_get(paper, "row");
	const char *wanted = strcmp(deed, "phase.open") == 0    ? "open"
			     : strcmp(deed, "phase.close") == 0 ? "closed"
								: NULL;
	const char *value = sim_base_text(state->deed, "value");

	if (maker_of(base, "deed", state->city, state->year, state->batch) == NULL)
		sim_violate(sim, "a deed of batch %llu that nobody did",
		    (unsigned long long)state->batch);
	if (strcmp(deed, "photo.keep") == 0) {
		if (json_array_size(papers) != 1 || strcmp(sim_base_text(paper, "kind"), "files") != 0 ||
		    strcmp(sim_base_text(row, "unit"), sim_base_text(state->deed, "unit")) != 0)
			sim_violate(sim, "photo.keep stored something else");
		return;
	}
	if (json_array_size(papers) != 1 || strcmp(sim_base_text(row, "phase"), value) != 0 ||
	    (wanted != NULL && strcmp(sim_base_text(row, "state"), wanted) != 0) ||
	    (wanted == NULL && sim_base_whole(row, "due_us") == 0))
		sim_violate(sim, "%s %s stored something else", deed, value);
}

/* Each state of the year is, whole, what its import said it would be. */
static void
check_state(struct sim *sim, const struct sim_base *base, const struct base_state *state)
{
	const struct base_op *op = import_of(base, state->city, state->year, state->batch);
	uint8_t digest[32];

	if (state->deed != NULL)
		check_deed(sim, base, state);
	state_digest(state, digest);
	if (op == NULL || memcmp(op->content_hash, digest, sizeof digest) != 0)
		sim_violate(sim, "the import of batch %llu is not stored whole",
		    (unsigned long long)state->batch);
}

/* A done run's pages are the ones that its digest was taken of. */
static void
check_pages(struct sim *sim, const struct base_end *end)
{
	crypto_hash_sha256_state state;
	uint8_t digest[32];
	char hex[65];

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < end->page_count; i++) {
		const json_t *name = json_array_get(json_object_get(end->body, "pages"), i);
		const char *section = json_string_value(json_array_get(name, 0));
		uint64_t page = (uint64_t)json_integer_value(json_array_get(name, 1));
		uint8_t number[4] = {(uint8_t)(page >> 24), (uint8_t)(page >> 16),
		    (uint8_t)(page >> 8), (uint8_t)page};

		crypto_hash_sha256_update(&state, (const uint8_t *)section, strlen(section) + 1);
		crypto_hash_sha256_update(&state, number, sizeof number);
		crypto_hash_sha256_update(&state, end->pages[i].data, end->pages[i].size);
	}
	crypto_hash_sha256_final(&state, digest);
	sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
	if (strcmp(hex, sim_base_text(end->body, "result_digest")) != 0)
		sim_violate(sim, "the pages of run %u are not its result", end->run);
}

static bool
is_result(const struct base_end *end)
{
	return end != NULL &&
	       (strcmp(end->state, "done") == 0 || strcmp(end->state, "refused") == 0);
}

/* It ended; of the inputs of its batch; and whoever computed the same has the same result. */
static void
check_run(struct sim *sim, const struct sim_base *base, const struct base_run *run)
{
	const struct base_end *end = sim_base_end(base, run->city, run->year, run->number);
	const struct base_op *input = import_of(base, run->city, run->year, run->batch);
	char hex[65] = "";

	if (end == NULL)
		sim_violate(sim, "run %u never ended", run->number);
	if (!is_result(end))
		return;
	if (input != NULL) /* its content hash is the digest of what it stored: check_state */
		sodium_bin2hex(hex, sizeof hex, input->content_hash, sizeof input->content_hash);
	if (strcmp(hex, sim_base_text(end->body, "input_digest")) != 0)
		sim_violate(sim, "run %u did not compute its batch", run->number);
	check_pages(sim, end);
	for (const struct base_run *other = base->runs; other < run; other++) {
		const struct base_end *other_end =
		    sim_base_end(base, other->city, other->year, other->number);

		if (is_result(other_end) && other->batch == run->batch &&
		    other->year == run->year && strcmp(other->city, run->city) == 0 &&
		    strcmp(other_end->state, end->state) == 0 &&
		    strcmp(sim_base_text(other_end->body, "result_digest"),
			sim_base_text(end->body, "result_digest")) != 0)
			sim_violate(sim, "runs %u and %u: same inputs, other results",
			    other->number, run->number);
	}
}

/* Every file that is kept is there, and has the hash it is named by. */
static void
check_file(struct sim *sim, const struct sim_base *base, const struct base_version *version)
{
	struct store_put of = {.city = version->city,
	    .year = version->year,
	    .unit = sim_base_text(version->row, "unit"),
	    .size = sim_base_whole(version->row, "size")};
	const char *hex = sim_base_text(version->row, "file");
	crypto_hash_sha256_state state;
	struct bytes hash, bytes;
	uint64_t size = 0;
	uint8_t whole[32];

	sodium_hex2bin(of.hash, sizeof of.hash, hex, strlen(hex), NULL, NULL, NULL);
	crypto_hash_sha256_init(&state);
	for (uint64_t i = 0; sim_evidence_chunk(base, &of, i, &hash, &bytes); i++) {
		crypto_hash_sha256_update(&state, bytes.data, bytes.size);
		size += bytes.size;
	}
	crypto_hash_sha256_final(&state, whole);
	if (size != of.size || memcmp(whole, of.hash, sizeof whole) != 0)
		sim_violate(sim, "a kept file is not there as it is named");
	if (!sim_evidence_file(base, &of).is_sealed)
		sim_violate(sim, "a kept file is not sealed");
}

void
sim_check_base(struct sim *sim, const struct sim_base *base)
{
	check_chain(sim, base);
	for (size_t i = 0; i < base->counts.ops; i++)
		check_op(sim, base, &base->ops[i]);
	check_effects(sim, base);
	for (size_t i = 0; i < base->counts.states; i++)
		if (base->states[i].year != sim_cast_year(sim)) /* that of the polls: sim_cast_check */
			check_state(sim, base, &base->states[i]);
	for (size_t i = 0; i < base->counts.runs; i++)
		check_run(sim, base, &base->runs[i]);
	for (size_t i = 0; i < base->counts.versions; i++)
		if (base->versions[i].kind == PAPER_FILES)
			check_file(sim, base, &base->versions[i]);
}
