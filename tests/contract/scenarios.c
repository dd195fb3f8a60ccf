#include <string.h>

#include "contract/scenarios_evidence.h"
#include "contract/scenarios_year.h"
#include "wire/receipt.h"

#define ADD(name)                                                                                  \
	"{\"account\":\"" name                                                                     \
	"\",\"role\":\"office\",\"city\":\"*\",\"password_hash\":\"hash-of-" name "\"}"
#define HEX8  "0001020304050607"
#define HEX32 "00000000000000000000000000000000000000000000000000000000000000"

static const struct contract_item add_li = {
    .action = "account_add", .op = 1, .content = 1, .body = ADD("li")};

static void
starts_empty_and_tells_when_it_is_there(struct contract *contract)
{
	REQUIRE(contract->available_count == 1 && contract->gone_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_HEAD, NULL)->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_ACCOUNTS, NULL)->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_YEARS, NULL)->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_KEYS, NULL)->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_RUNS_OPEN, NULL)->row_count == 0);
	REQUIRE(contract_ask_op(contract, 1)->row_count == 0);
}

static void
a_replay_gives_the_first_receipt_and_changes_nothing(struct contract *contract)
{
	const struct contract_item key = {.action = "key_add",
	    .op = 9,
	    .content = 9,
	    .body = "{\"key_id\":\"" HEX8 "\",\"public_key\":\"01" HEX32 "\"}"};
	const struct contract_rows *op;
	struct arena *arena = arena_new(1 << 16);
	Jx__Receipt *receipt;

	contract_must(contract, &add_li);
	contract_must(contract, &key);
	op = contract_ask_op(contract, 1);
	REQUIRE(op->row_count == 1 && op->cells[0].size == 32 && contract_cell_is(op, 0, 2, "0"));
	REQUIRE(arena != NULL && receipt_read(arena, op->cells[1], &receipt) == JX_OK);
	REQUIRE(receipt_check(receipt, contract->public_key) == JX_OK && receipt->batch == 1);

	REQUIRE(contract_commit(contract, &add_li, 1) == STORE_REFUSED);
	REQUIRE(contract->verdicts[0].err == JX_OK && contract->verdicts[0].replayed);
	REQUIRE(contract->verdicts[0].receipt.size == op->cells[1].size);
	REQUIRE(
	    memcmp(contract->verdicts[0].receipt.data, op->cells[1].data, op->cells[1].size) == 0);
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_HEAD, NULL), 0, 0, "2"));
	arena_free(arena);
}

static void
the_same_op_id_for_something_else_is_a_conflict(struct contract *contract)
{
	struct contract_item other = add_li;

	contract_must(contract, &add_li);
	other.content = 2;
	contract_must_not(contract, &other, JX_E_CONFLICT);
	other = add_li;
	other.actor = "somebody";
	contract_must_not(contract, &other, JX_E_CONFLICT);
	other = add_li;
	other.action = "account_disable";
	contract_must_not(contract, &other, JX_E_CONFLICT);
}

static void
one_refusal_leaves_nothing_of_its_batch(struct contract *contract)
{
	const struct contract_item items[] = {
	    {.action = "account_add", .op = 2, .content = 2, .body = ADD("wang")},
	    {.action = "account_add", .op = 3, .content = 3, .body = ADD("li")},
	    {.action = "account_add", .op = 1, .content = 1, .body = ADD("li")},
	    {.action = "account_add", .op = 4, .content = 4, .body = ADD("zhao")},
	};

	contract_must(contract, &add_li);
	REQUIRE(contract_commit(contract, items, 4) == STORE_REFUSED);
	REQUIRE(contract->verdicts[0].err == JX_OK && !contract->verdicts[0].replayed);
	REQUIRE(contract->verdicts[1].err == JX_E_EXISTS);
	REQUIRE(contract->verdicts[2].err == JX_OK && contract->verdicts[2].replayed);
	REQUIRE(contract->verdicts[3].err == JX_OK && !contract->verdicts[3].replayed);
	REQUIRE(contract_ask(contract, QUESTION_ACCOUNT, "wang", NULL)->row_count == 0);
	REQUIRE(contract_ask_op(contract, 2)->row_count == 0);
	REQUIRE(contract_ask_op(contract, 3)->row_count == 0);
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_HEAD, NULL), 0, 0, "1"));
	/* The others may be sent again. */
	REQUIRE(contract_commit(contract, (const struct contract_item[]){items[0], items[3]}, 2) ==
		STORE_COMMITTED);
	REQUIRE(contract_ask(contract, QUESTION_ACCOUNTS, NULL)->row_count == 3);
}

static void
a_batch_that_does_not_follow_the_head_is_behind(struct contract *contract)
{
	struct contract_item item = {
	    .action = "account_add", .op = 2, .content = 2, .body = ADD("wang")};

	contract_must(contract, &add_li);
	contract->head_number = 0; /* that number is taken */
	REQUIRE(
	    contract_commit(contract, &item, 1) == STORE_BEHIND && contract->verdict_count == 0);
	contract->head_number = 5; /* a gap */
	REQUIRE(contract_commit(contract, &item, 1) == STORE_BEHIND);
	contract_read_head(contract);
	contract->head_hash[0] ^= 1; /* the right number on another chain */
	REQUIRE(contract_commit(contract, &item, 1) == STORE_BEHIND);
	REQUIRE(contract_ask(contract, QUESTION_ACCOUNT, "wang", NULL)->row_count == 0);
	contract_read_head(contract);
	contract_must(contract, &item);
}

static void
accounts_are_added_changed_and_disabled(struct contract *contract)
{
	struct contract_item item = {.op = 10, .content = 1};
	const struct contract_rows *rows;

	contract_must(contract, &add_li);
	rows = contract_ask(contract, QUESTION_ACCOUNT, "li", NULL);
	REQUIRE(
	    rows->row_count == 1 && rows->column_count == 9 && contract_cell_is(rows, 0, 0, "li"));
	REQUIRE(contract_cell_is(rows, 0, 1, "office") && contract_cell_is(rows, 0, 2, "*"));
	REQUIRE(
	    contract_cell_is(rows, 0, 3, "f") && contract_cell_is(rows, 0, 4, "1700000000000001"));
	REQUIRE(contract_cell_is(rows, 0, 5, "hash-of-li") && contract_cell_is(rows, 0, 6, "1"));
	REQUIRE(contract_cell_is(rows, 0, 7, "") && contract_cell_is(rows, 0, 8, ""));

	item.action = "passwd";
	item.body = "{\"account\":\"li\",\"password_hash\":\"new\",\"version\":2}";
	contract_must_not(contract, &item, JX_E_STALE);
	item.body = "{\"account\":\"nobody\",\"password_hash\":\"new\",\"version\":1}";
	contract_must_not(contract, &item, JX_E_NOT_FOUND);
	item.body = "{\"account\":\"li\",\"password_hash\":\"new\",\"version\":1}";
	contract_must(contract, &item);
	rows = contract_ask(contract, QUESTION_ACCOUNT, "li", NULL);
	REQUIRE(contract_cell_is(rows, 0, 5, "new") && contract_cell_is(rows, 0, 6, "2"));

	item.action = "account_disable";
	item.op = 11;
	item.body = "{\"account\":\"nobody\",\"reason\":\"\"}";
	contract_must_not(contract, &item, JX_E_NOT_FOUND);
	item.body = "{\"account\":\"li\",\"reason\":\"调离\"}";
	contract_must(contract, &item);
	item.op = 12;
	contract_must(contract, &item); /* twice is fine */
	rows = contract_ask(contract, QUESTION_ACCOUNT, "li", NULL);
	REQUIRE(
	    contract_cell_is(rows, 0, 3, "t") && contract_cell_is(rows, 0, 4, "1700000000000001"));
	item = (struct contract_item){
	    .action = "account_add", .op = 13, .content = 1, .body = ADD("li")};
	contract_must_not(contract, &item, JX_E_EXISTS); /* also when disabled */

	item.body = "{\"account\":\"bo\",\"role\":\"functional\",\"city\":\"sy\",\"password_hash\":"
		    "\"h\",\"unit\":\"X1\",\"subject\":\"财政局\"}";
	contract_must(contract, &item);
	item = (struct contract_item){.action = "passwd",
	    .op = 14,
	    .content = 1,
	    .body = "{\"account\":\"bo\",\"password_hash\":\"new\",\"version\":1}"};
	contract_must(contract, &item);
	rows = contract_ask(contract, QUESTION_ACCOUNT, "bo", NULL);
	REQUIRE(contract_cell_is(rows, 0, 7, "X1") && contract_cell_is(rows, 0, 8, "财政局"));
	rows = contract_ask(contract, QUESTION_ACCOUNTS, NULL);
	REQUIRE(rows->row_count == 2 && rows->column_count == 7);
	REQUIRE(contract_cell_is(rows, 0, 5, "X1") && contract_cell_is(rows, 0, 6, "财政局"));
	REQUIRE(contract_cell_is(rows, 1, 5, "") && contract_cell_is(rows, 1, 6, ""));
	REQUIRE(contract_cell_is(rows, 0, 0, "bo") && contract_cell_is(rows, 1, 0, "li"));
	REQUIRE(contract_cell_is(rows, 0, 3, "f") && contract_cell_is(rows, 1, 3, "t"));
}

static void
keys_are_listed_and_may_come_again(struct contract *contract)
{
	struct contract_item item = {.action = "key_add",
	    .op = 1,
	    .content = 1,
	    .body = "{\"key_id\":\"" HEX8 "\",\"public_key\":\"09" HEX32 "\"}"};
	const struct contract_rows *rows;

	contract_must(contract, &item);
	item.op = 2;
	contract_must(contract, &item);
	rows = contract_ask(contract, QUESTION_KEYS, NULL);
	REQUIRE(rows->row_count == 1 && rows->column_count == 3);
	REQUIRE(
	    rows->cells[0].size == 8 && memcmp(rows->cells[0].data, "\0\1\2\3\4\5\6\7", 8) == 0);
	REQUIRE(rows->cells[1].size == 32 && rows->cells[1].data[0] == 9);
	REQUIRE(contract_cell_is(rows, 0, 2, "1700000000000001"));
}

/* What is known of that account's device 8 times that byte. */
static const struct contract_rows *
ask_device(struct contract *contract, const char *account, uint8_t byte)
{
	uint8_t id[8];
	const struct bytes params[] = {{(const uint8_t *)account, strlen(account)}, {id, sizeof id}};

	memset(id, byte, sizeof id);
	return contract_wait_read(contract, contract_send_read(contract, QUESTION_DEVICE, params, 2));
}

static void
devices_are_an_accounts_own_and_have_an_end(struct contract *contract)
{
	char body[256];
	struct contract_item item = {.action = "device_add", .actor = "li", .body = body};
	const struct contract_rows *rows;

	for (unsigned i = 1; i <= 32; i++) {
		item.op = item.content = i;
		snprintf(body, sizeof body,
		    "{\"account\":\"li\",\"key_id\":\"%02x%02x%02x%02x%02x%02x%02x%02x\",\"public_key\":\"%02x" HEX32 "\"}", i, i,
		    i, i, i, i, i, i, i);
		contract_must(contract, &item);
	}
	item.op = item.content = 40; /* the same key under another op */
	contract_must(contract, &item);
	item.op = 41;
	item.body = "{\"account\":\"li\",\"key_id\":\"2020202020202020\",\"public_key\":\"99" HEX32 "\"}";
	contract_must_not(contract, &item, JX_E_EXISTS);
	item.op = 42;
	item.body = "{\"account\":\"li\",\"key_id\":\"2121212121212121\",\"public_key\":\"21" HEX32 "\"}";
	contract_must_not(contract, &item, JX_E_QUOTA);
	item.actor = "wang";
	item.body = "{\"account\":\"wang\",\"key_id\":\"2121212121212121\",\"public_key\":\"21" HEX32 "\"}";
	contract_must(contract, &item);
	rows = ask_device(contract, "li", 0x20);
	REQUIRE(rows->row_count == 1 && rows->column_count == 1);
	REQUIRE(rows->cells[0].size == 32 && rows->cells[0].data[0] == 0x20);
	REQUIRE(ask_device(contract, "li", 0x21)->row_count == 0);
	REQUIRE(ask_device(contract, "wang", 0x20)->row_count == 0);
	REQUIRE(ask_device(contract, "wang", 0x21)->row_count == 1);
	REQUIRE(ask_device(contract, "nobody", 0x21)->row_count == 0);
}

static void
what_is_malformed_is_refused_alone(struct contract *contract)
{
	static const struct contract_item items[] = {
	    {.action = "no_such", .op = 1, .content = 1, .body = "{}"},
	    {.action = "account_add", .op = 2, .content = 1, .body = "{\"account\":\"x\"}"},
	    {.action = "account_add", .op = 3, .content = 1, .body = "not json"},
	    {.action = "import",
		.city = "sy",
		.year = 2026,
		.op = 4,
		.content = 1,
		.body = "{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":{"
			"\"nothing\":[]}}"},
	    {.action = "import",
		.city = "sy",
		.year = 2026,
		.op = 5,
		.content = 1,
		.body = "{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":{"
			"\"units\":[{\"unit\":\"X1\"}]}}"},
	    {.action = "import",
		.city = "sy",
		.year = 2026,
		.op = 6,
		.content = 1,
		.body = "{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":"
			"{\"basic\":[{\"unit\":\"X1\",\"item\":\"i\",\"points\":-1}]}}"},
	    {.action = "account_add", .op = 7, .content = 1, .body = ADD("good")},
	};
	size_t count = sizeof items / sizeof *items;

	REQUIRE(contract_commit(contract, items, count) == STORE_REFUSED);
	for (size_t i = 0; i + 1 < count; i++)
		REQUIRE(contract->verdicts[i].err == JX_E_INTERNAL);
	REQUIRE(contract->verdicts[count - 1].err == JX_OK);
	REQUIRE(contract_ask(contract, QUESTION_YEARS, NULL)->row_count == 0);
	contract_must(contract, &items[count - 1]);
}

static void
reads_beyond_the_bound_are_busy_and_all_are_answered(struct contract *contract)
{
	uint64_t first = contract->next_ticket;
	unsigned busy = 0;

	contract_must(contract, &add_li);
	first = contract->next_ticket;
	for (unsigned i = 0; i < STORE_READ_COUNT_MAX + 50; i++)
		contract_send_read(contract, QUESTION_HEAD, NULL, 0);
	for (unsigned i = 0; i < STORE_READ_COUNT_MAX + 50; i++) {
		const struct contract_rows *rows = contract_wait_read(contract, first + i);

		REQUIRE(rows->err == JX_OK || rows->err == JX_E_BUSY);
		REQUIRE(rows->err == JX_OK ? contract_cell_is(rows, 0, 0, "1") : true);
		busy += rows->err == JX_E_BUSY;
	}
	REQUIRE(busy == 50);
	REQUIRE(contract_ask(contract, QUESTION_HEAD, NULL)->err == JX_OK);
}

static void
a_full_batch_keeps_its_order(struct contract *contract)
{
	struct contract_item items[STORE_BATCH_ITEM_COUNT_MAX];
	char bodies[STORE_BATCH_ITEM_COUNT_MAX][160];

	for (unsigned i = 0; i < STORE_BATCH_ITEM_COUNT_MAX; i++) {
		snprintf(bodies[i], sizeof bodies[i],
		    "{\"account\":\"a%u\",\"role\":\"office\",\"city\":\"*\",\"password_hash\":"
		    "\"h\"}",
		    i);
		items[i] = (struct contract_item){
		    .action = "account_add", .op = 100 + i, .content = i, .body = bodies[i]};
	}
	REQUIRE(contract_commit(contract, items, STORE_BATCH_ITEM_COUNT_MAX) == STORE_COMMITTED);
	REQUIRE(contract_ask(contract, QUESTION_ACCOUNTS, NULL)->row_count ==
		STORE_BATCH_ITEM_COUNT_MAX);
	/* Later items see what earlier ones did. */
	items[0] = (struct contract_item){
	    .action = "account_add", .op = 300, .content = 1, .body = ADD("twice")};
	items[1] = items[0];
	items[1].op = 301;
	REQUIRE(contract_commit(contract, items, 2) == STORE_REFUSED);
	REQUIRE(contract->verdicts[0].err == JX_OK && contract->verdicts[1].err == JX_E_EXISTS);
}

static void
while_the_database_is_gone_everything_is_told_so(struct contract *contract)
{
	struct contract_item item = {
	    .action = "account_add", .op = 2, .content = 2, .body = ADD("wang")};
	enum store_outcome outcome;

	contract_must(contract, &add_li);
	contract->world.crash(contract->world.arg);
	contract_wait_available(contract, false);
	outcome = contract_commit(contract, &item, 1);
	REQUIRE(outcome == STORE_FAILED);
	REQUIRE(contract_ask(contract, QUESTION_HEAD, NULL)->err == JX_E_UNAVAILABLE);
	contract_wait_available(contract, true);
	REQUIRE(contract->available_count == 2 && contract->gone_count == 1);
	contract_read_head(contract);
	REQUIRE(contract->head_number == 1);
	REQUIRE(contract_ask(contract, QUESTION_ACCOUNT, "li", NULL)->row_count == 1);
	contract_must(contract, &item);
}

/* Sends until it is known: what an intake does. Returns how often the outcome was uncertain. */
static unsigned
commit_surely(struct contract *contract, const struct contract_item *item)
{
	unsigned uncertain = 0;

	for (;;) {
		enum store_outcome outcome = contract_commit(contract, item, 1);

		if (outcome == STORE_COMMITTED ||
		    (outcome == STORE_REFUSED && contract->verdicts[0].replayed))
			return uncertain;
		REQUIRE(outcome == STORE_UNCERTAIN || outcome == STORE_FAILED);
		uncertain += outcome == STORE_UNCERTAIN;
		do
			contract_wait_available(contract, true);
		while (contract_ask(contract, QUESTION_HEAD, NULL)->err != JX_OK);
		contract_read_head(contract);
		if (outcome == STORE_UNCERTAIN &&
		    contract_ask_op(contract, item->op)->row_count == 1)
			return uncertain;
	}
}

static void
nothing_is_lost_or_doubled_when_the_database_is_killed_under_load(struct contract *contract)
{
	enum { ROUNDS = 10, OPS = 10 };
	unsigned uncertain = 0;
	uint64_t op = 1;

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < OPS; i++, op++) {
			char body[160];
			struct contract_item item = {
			    .action = "account_add", .op = op, .content = op, .body = body};

			snprintf(body, sizeof body,
			    "{\"account\":\"k%llu\",\"role\":\"office\",\"city\":\"*\",\"password_"
			    "hash\":\"h\"}",
			    (unsigned long long)op);
			if (i == OPS / 2) { /* dies while this one is on its way */
				contract_send(contract, &item, 1);
				contract->world.crash(contract->world.arg);
				contract_wait_commit(contract);
				uncertain += contract->outcome == STORE_UNCERTAIN;
				contract_wait_available(contract, false);
				contract_wait_available(contract, true);
				contract_read_head(contract);
			}
			uncertain += commit_surely(contract, &item);
		}
	}
	for (uint64_t i = 1; i < op; i++)
		REQUIRE(contract_ask_op(contract, i)->row_count == 1);
	REQUIRE(contract_ask(contract, QUESTION_ACCOUNTS, NULL)->row_count == ROUNDS * OPS);
	contract_read_head(contract);
	REQUIRE(contract->head_number == ROUNDS * OPS);
	printf("  %u outcomes were uncertain, all resolved\n", uncertain);
}

#define SCENARIO(name)                                                                             \
	{                                                                                          \
#name, name                                                                        \
	}

const struct contract_scenario contract_scenarios[] = {
    SCENARIO(starts_empty_and_tells_when_it_is_there),
    SCENARIO(a_replay_gives_the_first_receipt_and_changes_nothing),
    SCENARIO(the_same_op_id_for_something_else_is_a_conflict),
    SCENARIO(one_refusal_leaves_nothing_of_its_batch),
    SCENARIO(a_batch_that_does_not_follow_the_head_is_behind),
    SCENARIO(accounts_are_added_changed_and_disabled),
    SCENARIO(keys_are_listed_and_may_come_again),
    SCENARIO(devices_are_an_accounts_own_and_have_an_end),
    SCENARIO(an_import_is_there_whole_and_every_state_stays),
    SCENARIO(a_record_withdrawn_can_come_back),
    SCENARIO(a_run_lives_from_start_to_end),
    SCENARIO(a_failed_run_needs_no_digests),
    SCENARIO(a_deed_changes_records_and_papers_together),
    SCENARIO(papers_are_asked_for_whole_with_versions),
    SCENARIO(every_version_stays_in_the_history),
    SCENARIO(a_long_history_shows_its_end),
    SCENARIO(a_deed_that_is_malformed_leaves_nothing),
    SCENARIO(a_card_is_cast_once),
    SCENARIO(a_poll_has_a_slot_and_cards_of_its_own),
    SCENARIO(a_poll_is_closed_with_all_its_votes_or_not),
    SCENARIO(what_is_malformed_is_refused_alone),
    SCENARIO(reads_beyond_the_bound_are_busy_and_all_are_answered),
    SCENARIO(a_full_batch_keeps_its_order),
    SCENARIO(while_the_database_is_gone_everything_is_told_so),
    SCENARIO(nothing_is_lost_or_doubled_when_the_database_is_killed_under_load),
    SCENARIO(a_large_import_goes_in_and_comes_out),
    SCENARIO(a_chunk_is_there_once_and_only_for_who_sent_it),
    SCENARIO(a_list_tells_what_the_unit_has_sent),
    SCENARIO(a_file_is_sealed_only_whole_and_then_stands),
    SCENARIO(the_quota_counts_what_a_unit_sends),
    SCENARIO(puts_beyond_the_bound_are_busy_and_all_are_answered),
    SCENARIO(a_put_lost_with_the_database_is_put_again),
};
const size_t contract_scenario_count = sizeof contract_scenarios / sizeof *contract_scenarios;
