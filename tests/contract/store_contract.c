#include "contract/store_contract.h"

#include <sodium.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "wire/receipt.h"

static void
contract_on_committed(void *arg, uint64_t ticket, enum store_outcome outcome,
    const struct store_verdict *verdicts, size_t verdict_count)
{
	struct contract *contract = arg;

	REQUIRE(!contract->is_inside);
	REQUIRE(!contract->is_committed); /* exactly once */
	REQUIRE(ticket == 7000 + contract->head_number);
	contract->is_committed = true;
	contract->outcome = outcome;
	contract->verdict_count = verdict_count;
	for (size_t i = 0; i < verdict_count; i++) {
		struct store_verdict *kept = &contract->verdicts[i];

		free((void *)(uintptr_t)kept->receipt.data);
		*kept = verdicts[i];
		kept->receipt.data = malloc(kept->receipt.size + 1);
		REQUIRE(kept->receipt.data != NULL);
		if (kept->receipt.size > 0)
			memcpy((void *)(uintptr_t)kept->receipt.data, verdicts[i].receipt.data,
			    kept->receipt.size);
	}
}

static void
contract_on_answered(void *arg, uint64_t ticket, const struct store_rows *rows)
{
	struct contract *contract = arg;
	struct contract_rows *answer = &contract->answers[ticket];

	REQUIRE(!contract->is_inside);
	REQUIRE(ticket < contract->next_ticket && !answer->is_done);
	*answer = (struct contract_rows){.is_done = true, .err = rows->err};
	if (rows->err != JX_OK)
		return;
	answer->row_count = rows->row_count;
	answer->column_count = rows->column_count;
	answer->cells = calloc(rows->row_count * rows->column_count + 1, sizeof *answer->cells);
	REQUIRE(answer->cells != NULL);
	for (size_t i = 0; i < rows->row_count * rows->column_count; i++) {
		uint8_t *copy = calloc(1, rows->cells[i].size + 1);

		REQUIRE(copy != NULL);
		if (rows->cells[i].size > 0)
			memcpy(copy, rows->cells[i].data, rows->cells[i].size);
		answer->cells[i] = (struct bytes){copy, rows->cells[i].size};
	}
}

static void
contract_on_put_done(void *arg, uint64_t ticket, enum jx_err err, struct bytes have)
{
	struct contract *contract = arg;
	struct contract_put *put = &contract->puts[ticket];

	REQUIRE(!contract->is_inside);
	REQUIRE(ticket < contract->next_ticket && !put->is_done);
	REQUIRE(have.size <= sizeof put->have);
	*put = (struct contract_put){.is_done = true, .err = err, .have_size = have.size};
	if (have.size > 0)
		memcpy(put->have, have.data, have.size);
}

static void
contract_on_available(void *arg, bool is_available)
{
	struct contract *contract = arg;

	REQUIRE(!contract->is_inside);
	REQUIRE(contract->is_available != is_available); /* told when it changes, not else */
	contract->is_available = is_available;
	if (is_available)
		contract->available_count++;
	else
		contract->gone_count++;
}

struct store_events
contract_events(struct contract *contract)
{
	return (struct store_events){.arg = contract,
	    .committed = contract_on_committed,
	    .answered = contract_on_answered,
	    .put_done = contract_on_put_done,
	    .available = contract_on_available};
}

void
contract_init(struct contract *contract)
{
	const uint8_t seed[32] = {1, 2, 3};

	REQUIRE(sodium_init() >= 0);
	memset(contract, 0, sizeof *contract);
	crypto_sign_seed_keypair(contract->public_key, contract->secret, seed);
}

void
contract_clear(struct contract *contract)
{
	for (size_t i = 0; i < contract->next_ticket; i++) {
		struct contract_rows *answer = &contract->answers[i];

		for (size_t k = 0; k < answer->row_count * answer->column_count; k++)
			free((void *)(uintptr_t)answer->cells[k].data);
		free(answer->cells);
	}
	for (size_t i = 0; i < STORE_BATCH_ITEM_COUNT_MAX; i++)
		free((void *)(uintptr_t)contract->verdicts[i].receipt.data);
	memset(contract, 0, sizeof *contract);
}

/* ---- Waiting. */

static unsigned
contract_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void
contract_pump(struct contract *contract, unsigned started_ms)
{
	REQUIRE(contract_now_ms() - started_ms < CONTRACT_WAIT_MS_MAX);
	contract->world.pump(contract->world.arg, 100);
}

void
contract_wait_available(struct contract *contract, bool is_available)
{
	unsigned started_ms = contract_now_ms();

	while (contract->is_available != is_available)
		contract_pump(contract, started_ms);
}

/* ---- Commits. */

static void
contract_write_op(uint64_t op, uint8_t op_id[16])
{
	memset(op_id, 0xa0, 16);
	memcpy(op_id, &op, sizeof op);
}

static void
contract_describe(
    const struct contract_item *from, struct store_item *item, struct receipt_leaf *leaf)
{
	*item = (struct store_item){
	    .action = from->action,
	    .actor = from->actor == NULL ? "office" : from->actor,
	    .city = from->city == NULL ? "*" : from->city,
	    .year = from->year,
	    .received_us = from->received_us != 0 ? from->received_us : 1700000000000000 + from->op,
	    .body = {(const uint8_t *)from->body, strlen(from->body)},
	    .blobs = from->blobs,
	    .blob_count = from->blob_count,
	};
	contract_write_op(from->op, item->op_id);
	crypto_hash_sha256(
	    item->content_hash, (const uint8_t *)&from->content, sizeof from->content);
	*leaf = (struct receipt_leaf){
	    .actor = item->actor, .action = item->action, .received_us = item->received_us};
	memcpy(leaf->op_id, item->op_id, sizeof leaf->op_id);
	memcpy(leaf->content_hash, item->content_hash, sizeof leaf->content_hash);
}

void
contract_send(struct contract *contract, const struct contract_item *items, size_t count)
{
	struct arena *arena = arena_new(1 << 20);
	struct store_item described[STORE_BATCH_ITEM_COUNT_MAX];
	struct receipt_leaf leaves[STORE_BATCH_ITEM_COUNT_MAX];
	struct bytes receipts[STORE_BATCH_ITEM_COUNT_MAX];
	struct receipt_batch sealed = {.number = contract->head_number + 1,
	    .sealed_us = 1700000000000000 + contract->head_number};
	struct store_batch batch = {.items = described, .item_count = count};

	REQUIRE(arena != NULL && count <= STORE_BATCH_ITEM_COUNT_MAX);
	for (size_t i = 0; i < count; i++)
		contract_describe(&items[i], &described[i], &leaves[i]);
	memcpy(sealed.prev_hash, contract->head_hash, 32);
	REQUIRE(receipt_make(arena, leaves, count, contract->secret, &sealed, receipts) == JX_OK);
	for (size_t i = 0; i < count; i++)
		described[i].receipt = receipts[i];
	batch.number = sealed.number;
	batch.sealed_us = sealed.sealed_us;
	memcpy(batch.prev_hash, sealed.prev_hash, sizeof batch.prev_hash);
	memcpy(batch.root, sealed.root, sizeof batch.root);
	memcpy(batch.hash, sealed.hash, sizeof batch.hash);
	memcpy(batch.signature, sealed.signature, sizeof batch.signature);
	memcpy(batch.key_id, sealed.key_id, sizeof batch.key_id);

	memcpy(contract->sent_hash, sealed.hash, sizeof contract->sent_hash);
	contract->is_committed = false;
	contract->is_inside = true;
	contract->world.port.commit(contract->world.port.arg, &batch, 7000 + contract->head_number);
	contract->is_inside = false;
	/* Everything was borrowed until the call returned: gone or overwritten now. */
	arena_free(arena);
	memset(described, 0xee, sizeof described);
}

enum store_outcome
contract_wait_commit(struct contract *contract)
{
	unsigned started_ms = contract_now_ms();

	while (!contract->is_committed)
		contract_pump(contract, started_ms);
	return contract->outcome;
}

void
contract_read_head(struct contract *contract)
{
	const struct contract_rows *rows = contract_ask(contract, QUESTION_HEAD, NULL);

	REQUIRE(rows->err == JX_OK && rows->row_count <= 1);
	contract->head_number = 0;
	memset(contract->head_hash, 0, 32);
	if (rows->row_count == 0)
		return;
	REQUIRE(rows->column_count == 2 && rows->cells[1].size == 32);
	contract->head_number = strtoull(contract_cell(rows, 0, 0), NULL, 10);
	memcpy(contract->head_hash, rows->cells[1].data, 32);
}

void
contract_follow(struct contract *contract)
{
	contract->head_number++;
	memcpy(contract->head_hash, contract->sent_hash, sizeof contract->head_hash);
}

enum store_outcome
contract_commit(struct contract *contract, const struct contract_item *items, size_t count)
{
	enum store_outcome outcome;

	contract_send(contract, items, count);
	outcome = contract_wait_commit(contract);
	if (outcome == STORE_COMMITTED || outcome == STORE_REFUSED)
		REQUIRE(contract->verdict_count == count);
	if (outcome == STORE_COMMITTED) {
		uint64_t number = contract->head_number;

		contract_read_head(contract); /* what was committed can be read at once */
		REQUIRE(contract->head_number == number + 1);
		REQUIRE(memcmp(contract->head_hash, contract->sent_hash, 32) == 0);
		for (size_t i = 0; i < count; i++)
			REQUIRE(
			    contract->verdicts[i].err == JX_OK && !contract->verdicts[i].replayed);
	}
	return outcome;
}

int64_t
contract_must(struct contract *contract, const struct contract_item *item)
{
	REQUIRE(contract_commit(contract, item, 1) == STORE_COMMITTED);
	return contract->verdicts[0].value;
}

void
contract_must_not(struct contract *contract, const struct contract_item *item, enum jx_err err)
{
	REQUIRE(contract_commit(contract, item, 1) == STORE_REFUSED);
	if (contract->verdicts[0].err != err)
		fprintf(stderr, "%s instead of %s\n", err_name(contract->verdicts[0].err),
		    err_name(err));
	REQUIRE(contract->verdicts[0].err == err && !contract->verdicts[0].replayed);
}

/* ---- Reads. */

uint64_t
contract_send_read(struct contract *contract, enum store_question question,
    const struct bytes *params, size_t count)
{
	uint64_t ticket = contract->next_ticket++;

	REQUIRE(ticket < CONTRACT_TICKETS_MAX);
	contract->is_inside = true;
	contract->world.port.read(contract->world.port.arg, question, params, count, ticket);
	contract->is_inside = false;
	return ticket;
}

const struct contract_rows *
contract_wait_read(struct contract *contract, uint64_t ticket)
{
	unsigned started_ms = contract_now_ms();

	while (!contract->answers[ticket].is_done)
		contract_pump(contract, started_ms);
	return &contract->answers[ticket];
}

const struct contract_rows *
contract_ask(struct contract *contract, enum store_question question, ...)
{
	struct bytes params[STORE_PARAM_COUNT_MAX];
	const char *text;
	size_t count = 0;
	va_list args;

	va_start(args, question);
	while ((text = va_arg(args, const char *)) != NULL)
		params[count++] = (struct bytes){(const uint8_t *)text, strlen(text)};
	va_end(args);
	return contract_wait_read(contract, contract_send_read(contract, question, params, count));
}

const struct contract_rows *
contract_ask_op(struct contract *contract, uint64_t op)
{
	uint8_t op_id[16];
	struct bytes param = {op_id, sizeof op_id};

	contract_write_op(op, op_id);
	return contract_wait_read(contract, contract_send_read(contract, QUESTION_OP, &param, 1));
}

/* ---- Puts. */

uint64_t
contract_send_put(struct contract *contract, const struct store_put *put)
{
	uint64_t ticket = contract->next_ticket++;
	struct store_put borrowed = *put;
	uint8_t *bytes = malloc(put->bytes.size + 1);
	char city[64], unit[64];

	REQUIRE(ticket < CONTRACT_TICKETS_MAX && bytes != NULL);
	snprintf(city, sizeof city, "%s", put->city);
	snprintf(unit, sizeof unit, "%s", put->unit);
	if (put->bytes.size > 0)
		memcpy(bytes, put->bytes.data, put->bytes.size);
	borrowed.city = city;
	borrowed.unit = unit;
	borrowed.bytes.data = bytes;
	contract->is_inside = true;
	contract->world.port.put(contract->world.port.arg, &borrowed, ticket);
	contract->is_inside = false;
	/* Everything was borrowed until the call returned. */
	memset(bytes, 0xee, put->bytes.size);
	free(bytes);
	memset(city, 0xee, sizeof city);
	memset(unit, 0xee, sizeof unit);
	return ticket;
}

const struct contract_put *
contract_wait_put(struct contract *contract, uint64_t ticket)
{
	unsigned started_ms = contract_now_ms();

	while (!contract->puts[ticket].is_done)
		contract_pump(contract, started_ms);
	return &contract->puts[ticket];
}

const struct contract_put *
contract_put(struct contract *contract, const struct store_put *put)
{
	return contract_wait_put(contract, contract_send_put(contract, put));
}

const char *
contract_cell(const struct contract_rows *rows, size_t row, size_t column)
{
	REQUIRE(rows->err == JX_OK && row < rows->row_count && column < rows->column_count);
	return (const char *)rows->cells[row * rows->column_count + column].data;
}

bool
contract_cell_is(const struct contract_rows *rows, size_t row, size_t column, const char *text)
{
	const char *cell = contract_cell(rows, row, column);
	bool is_same = strcmp(cell, text) == 0;

	if (!is_same)
		fprintf(stderr, "cell %zu,%zu is \"%s\", not \"%s\"\n", row, column, cell, text);
	return is_same;
}
