/* Polls by card code: opened, cast, closed; what is asked of them. */
#include <stdio.h>
#include <string.h>

#include "contract/scenarios_year.h"

enum { SEALED_SIZE = 3112 };
#define OPENED_US 1600000000000000

/* A card's hash as the bytes of a text, so that a question can name it; and in hex. */
static const char card_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char card_b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
static const char card_c[] = "cccccccccccccccccccccccccccccccc";

static const char *
hex_of(const char *card)
{
	static char hex[4][65];
	static unsigned used;
	char *to = hex[used++ % 4];

	for (int i = 0; i < 32; i++)
		snprintf(to + 2 * i, 3, "%02x", (unsigned char)card[i]);
	return to;
}

static void
begin(struct contract *contract)
{
	static const struct contract_item import = {.action = "import",
	    .city = "sy",
	    .year = 2026,
	    .op = 1,
	    .content = 1,
	    .body = "{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":{}}"};

	contract_must(contract, &import);
}

static struct contract_item
deed(uint64_t op, const char *body)
{
	return (struct contract_item){.action = "deed", .city = "sy", .year = 2026, .op = op, .content = op, .body = body};
}

/* Opens a poll on that state of the year, with two cards unless other names one. */
static enum jx_err
open_poll(struct contract *contract, uint64_t op, unsigned base, const char *poll, unsigned slot, const char *first, const char *second)
{
	char body[1024];
	struct contract_item item = deed(op, body);

	snprintf(body, sizeof body,
	    "{\"base_batch\":%u,\"deed\":\"poll.open\",\"papers\":[{\"kind\":\"polls\",\"key\":\"%s\",\"row\":"
	    "{\"poll\":\"%s\",\"state\":\"open\",\"slot\":%u,\"print\":\"0123\",\"opened_us\":%llu}}],"
	    "\"cards\":{\"poll\":\"%s\",\"hashes\":\"%s%s\"}}",
	    base, poll, poll, slot, (unsigned long long)OPENED_US, poll, hex_of(first), hex_of(second));
	if (contract_commit(contract, &item, 1) == STORE_COMMITTED)
		return JX_OK;
	return contract->verdicts[0].err;
}

static struct contract_item
vote(uint64_t op, const struct bytes *sealed, const char *card, const char *poll, char body[256])
{
	snprintf(body, 256, "{\"card\":\"%s\",\"poll\":\"%s\"}", hex_of(card), poll);
	return (struct contract_item){.action = "ballot",
	    .city = "sy",
	    .year = 2026,
	    .op = op,
	    .content = op,
	    .actor = "*card",
	    .body = body,
	    .blobs = sealed,
	    .blob_count = 1,
	    .received_us = OPENED_US};
}

void
a_card_is_cast_once(struct contract *contract)
{
	static uint8_t bytes[SEALED_SIZE];
	const struct bytes sealed = {bytes, sizeof bytes}, cut = {bytes, sizeof bytes - 1};
	char body[256];
	struct contract_item item;
	const struct contract_rows *rows;

	begin(contract);
	REQUIRE(open_poll(contract, 2, 1, "P1", 3, card_b, card_a) == JX_OK);
	rows = contract_ask(contract, QUESTION_CARD, card_a, NULL);
	REQUIRE(rows->row_count == 1 && contract_cell_is(rows, 0, 0, "sy") && contract_cell_is(rows, 0, 1, "2026") &&
		contract_cell_is(rows, 0, 2, "P1") && contract_cell_is(rows, 0, 3, "f"));
	REQUIRE(contract_ask(contract, QUESTION_CARD, card_c, NULL)->row_count == 0);

	bytes[0] = 7;
	item = vote(3, &sealed, card_a, "P1", body);
	contract_must(contract, &item);
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_CARD, card_a, NULL), 0, 3, "t"));
	/* The same op again is a replay; another op for the same card is none of its business. */
	REQUIRE(contract_commit(contract, &item, 1) == STORE_REFUSED && contract->verdicts[0].replayed);
	item.content = 9;
	contract_must_not(contract, &item, JX_E_CONFLICT);
	item.op = 4;
	contract_must_not(contract, &item, JX_E_CONFLICT);
	/* Unknown cards, of another poll, of another year; bytes of another length. */
	item = vote(5, &sealed, card_c, "P1", body);
	contract_must_not(contract, &item, JX_E_CARD);
	item = vote(5, &sealed, card_b, "P2", body);
	contract_must_not(contract, &item, JX_E_CARD);
	item = vote(5, &sealed, card_b, "P1", body);
	item.year = 2025;
	contract_must_not(contract, &item, JX_E_CARD);
	item = vote(5, &cut, card_b, "P1", body);
	contract_must_not(contract, &item, JX_E_INTERNAL);
	item = vote(5, &sealed, card_b, "P1", body);
	contract_must(contract, &item);

	rows = contract_ask(contract, QUESTION_CASTS, "sy", "2026", NULL);
	REQUIRE(rows->row_count == 1 && contract_cell_is(rows, 0, 0, "P1") && contract_cell_is(rows, 0, 1, "2"));
	REQUIRE(contract_ask(contract, QUESTION_CASTS, "sy", "2025", NULL)->row_count == 0);
	/* In the order of the hashes, from after one on, as many as wanted. */
	rows = contract_ask(contract, QUESTION_VOTES, "sy", "2026", "P1", "", "1", NULL);
	REQUIRE(rows->row_count == 1 && contract_cell_is(rows, 0, 0, card_a) && rows->cells[1].size == SEALED_SIZE &&
		rows->cells[1].data[0] == 7);
	rows = contract_ask(contract, QUESTION_VOTES, "sy", "2026", "P1", hex_of(card_a), "9", NULL);
	REQUIRE(rows->row_count == 1 && contract_cell_is(rows, 0, 0, card_b));
	REQUIRE(contract_ask(contract, QUESTION_VOTES, "sy", "2026", "P1", hex_of(card_b), "9", NULL)->row_count == 0);
	REQUIRE(contract_ask(contract, QUESTION_VOTES, "sy", "2026", "P2", "", "9", NULL)->row_count == 0);
}

void
a_poll_has_a_slot_and_cards_of_its_own(struct contract *contract)
{
	struct contract_item item;
	const struct contract_rows *rows;
	char body[512];

	begin(contract);
	REQUIRE(open_poll(contract, 2, 1, "P1", 3, card_a, card_b) == JX_OK);
	REQUIRE(open_poll(contract, 3, 2, "P2", 3, card_c, "dddddddddddddddddddddddddddddddd") == JX_E_STALE);
	REQUIRE(open_poll(contract, 3, 2, "P2", 4, card_c, card_a) == JX_E_EXISTS);
	REQUIRE(open_poll(contract, 3, 2, "P2", 4, card_c, card_c) == JX_E_EXISTS);
	REQUIRE(contract_ask(contract, QUESTION_CARD, card_c, NULL)->row_count == 0);
	/* More cards; but not of a poll that is not there. */
	snprintf(body, sizeof body,
	    "{\"base_batch\":2,\"deed\":\"poll.cards\",\"cards\":{\"poll\":\"P2\",\"hashes\":\"%s\"}}", hex_of(card_c));
	item = deed(3, body);
	contract_must_not(contract, &item, JX_E_INTERNAL);
	snprintf(body, sizeof body,
	    "{\"base_batch\":2,\"deed\":\"poll.cards\",\"cards\":{\"poll\":\"P1\",\"hashes\":\"%s\"}}", hex_of(card_c));
	contract_must(contract, &item);
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_CARD, card_c, NULL), 0, 2, "P1"));
	rows = contract_ask(contract, QUESTION_POLLS, NULL);
	REQUIRE(rows->row_count == 1 && contract_cell_is(rows, 0, 0, "sy") && contract_cell_is(rows, 0, 1, "2026") &&
		contract_cell_is(rows, 0, 2, "P1") && contract_cell_is(rows, 0, 3, "3") &&
		contract_cell_is(rows, 0, 4, "0123") && contract_cell_is(rows, 0, 5, "f"));
}

static const char closing[] =
    "{\"base_batch\":2,\"deed\":\"poll.close\",\"papers\":[{\"kind\":\"polls\",\"key\":\"P1\",\"row\":"
    "{\"poll\":\"P1\",\"state\":\"closed\"}}],\"votes\":%u,\"ballots\":["
    "{\"unit\":\"X1\",\"group\":\"g\",\"card\":\"P1-k\",\"answers\":[\"A\",\"\"]}],\"remarks\":["
    "{\"kind\":\"remarks\",\"key\":\"X1/P1-r\",\"row\":{\"unit\":\"X1\",\"remark\":\"P1-r\",\"text\":\"好\"}}]}";

void
a_poll_is_closed_with_all_its_votes_or_not(struct contract *contract)
{
	static uint8_t bytes[SEALED_SIZE];
	const struct bytes sealed = {bytes, sizeof bytes};
	char body[256], text[1024];
	struct contract_item item, both[2];
	const struct contract_rows *rows;

	begin(contract);
	REQUIRE(open_poll(contract, 2, 1, "P1", 0, card_a, card_b) == JX_OK);
	both[0] = vote(3, &sealed, card_a, "P1", body);
	snprintf(text, sizeof text, closing, 0);
	both[1] = deed(4, text);
	/* A vote that the ballots do not know: even in the same transaction. */
	REQUIRE(contract_commit(contract, both, 2) == STORE_REFUSED && contract->verdicts[1].err == JX_E_STALE &&
		contract->verdicts[0].err == JX_OK);
	contract_must(contract, &both[0]);
	contract_must_not(contract, &both[1], JX_E_STALE);
	snprintf(text, sizeof text, closing, 2);
	contract_must_not(contract, &both[1], JX_E_STALE);
	REQUIRE(contract_ask(contract, QUESTION_RECORDS, "sy", "2026", "0", NULL)->row_count == 0);
	snprintf(text, sizeof text, closing, 1);
	contract_must(contract, &both[1]);
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_POLLS, NULL), 0, 5, "t"));
	rows = contract_ask(contract, QUESTION_RECORDS, "sy", "2026", "0", NULL);
	REQUIRE(rows->row_count == 1 && contract_cell_is(rows, 0, 0, "ballots") &&
		strstr(contract_cell(rows, 0, 1), "P1-k") != NULL);
	rows = contract_ask(contract, QUESTION_HISTORY, "sy", "2026", "remarks", "X1/P1-r", NULL);
	REQUIRE(rows->row_count == 1);
	/* What was cast stays cast; nothing more is. */
	REQUIRE(contract_cell_is(contract_ask(contract, QUESTION_CARD, card_a, NULL), 0, 3, "t"));
	item = vote(5, &sealed, card_b, "P1", body);
	contract_must_not(contract, &item, JX_E_PHASE);
	/* Its slot is free for another poll; it takes no more cards. */
	REQUIRE(open_poll(contract, 6, 4, "P2", 0, card_c, "dddddddddddddddddddddddddddddddd") == JX_OK);
	snprintf(text, sizeof text,
	    "{\"base_batch\":5,\"deed\":\"poll.cards\",\"cards\":{\"poll\":\"P1\",\"hashes\":\"%s\"}}",
	    hex_of("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"));
	item = deed(7, text);
	contract_must_not(contract, &item, JX_E_INTERNAL);
}
