/*
 * Polls by card code, in a year of their own in which nothing else happens:
 * offices open and close them, voters without account cast, again and
 * otherwise. In the end every acknowledged vote is a ballot exactly once, none
 * else is, and the keys are gone.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/seal.h"
#include "sim_base.h"
#include "sim_client.h"
#include "wire/card.h"
#include "wire/receipt.h"

#define SEND(client, upper, message)                                                               \
	sim_client_send(client, JX__ENVELOPE__BODY_##upper, &(message), ASK_MAIN)

enum { CAST_OPEN, CAST_ISSUE };
enum { CAST_PATIENCE = 6 };

static char *
text(const char *text)
{
	return (char *)(uintptr_t)text;
}

uint32_t
sim_cast_year(const struct sim *sim)
{
	return sim->scheme->year + 1;
}

/* ---- Before the story: the year is there, and its phase is open. */

static void
seed(struct sim *sim, const char *action, json_t *body)
{
	char *dumped = json_dumps(body, JSON_COMPACT);
	struct store_item item = {.action = action,
	    .actor = "office",
	    .city = sim->scheme->city,
	    .year = sim_cast_year(sim),
	    .body = {(const uint8_t *)dumped, strlen(dumped)}};

	sim_base_seed(sim_store_base(sim->store), &item);
	free(dumped);
	json_decref(body);
}

static json_t *
units_of(const struct sim *sim)
{
	json_t *units = json_array();

	for (size_t i = 0; i < sim->city->n_units; i++) {
		const Jx__Unit *unit = sim->city->units[i];

		json_array_append_new(units,
		    json_pack("{s:s, s:s, s:s}", "unit", unit->unit, "name", unit->name, "class", unit->class_));
	}
	return units;
}

void
sim_cast_begin(struct sim *sim)
{
	char *scheme = strndup((const char *)sim->scheme_text.data, sim->scheme_text.size);

	for (unsigned i = 0; i < SIM_POLL_COUNT_MAX; i++) {
		struct sim_poll *poll = &sim->polls[i];

		snprintf(poll->name, sizeof poll->name, "P%u", i);
		for (unsigned c = 0; c < SIM_CARD_COUNT; c++) {
			struct sim_card *card = &poll->cards[c];

			*card = (struct sim_card){.acked = -1};
			for (size_t b = 0; b < sizeof card->token; b++)
				card->token[b] = (uint8_t)sim_random(sim);
			card_hash(card->token, card->hash);
		}
	}
	seed(sim, "import",
	    json_pack("{s:i, s:s, s:s, s:{s:o}}", "base_batch", 0, "scheme", scheme, "city_name", "试验市", "changes",
		"units", units_of(sim)));
	seed(sim, "deed",
	    json_pack("{s:i, s:s, s:s, s:[{s:s, s:s, s:{s:s, s:s}}]}", "base_batch", 0, "deed", "phase.open", "value",
		"democratic", "papers", "kind", "phases", "key", "democratic", "row", "phase", "democratic", "state", "open"));
	free(scheme);
}

void
sim_cast_clear(struct sim *sim)
{
	for (unsigned i = 0; i < SIM_POLL_COUNT_MAX; i++)
		for (unsigned c = 0; c < SIM_CARD_COUNT; c++)
			free(sim->polls[i].cards[c].receipt);
}

/* ---- The office. */

static struct sim_poll *
poll_of(struct sim_client *client)
{
	return &client->sim->polls[client->variant % SIM_POLL_COUNT_MAX];
}

static void
deed_send(struct sim_client *client, Jx__Deed *deed, const char *name)
{
	deed->has_op_id = deed->has_year = true;
	deed->op_id = sim_write_op_id(client, "deed");
	deed->city = text(client->sim->scheme->city);
	deed->year = sim_cast_year(client->sim);
	deed->deed = text(name);
	if (!client->op->is_acked)
		sim_write_sign(client, "deed", &deed->base);
	SEND(client, DEED, *deed);
}

/* Opened with its cards; then so many as were printed are handed out. */
void
sim_cast_send_open(struct sim_client *client)
{
	struct sim_poll *poll = poll_of(client);
	uint8_t cards[SIM_CARD_COUNT][32];
	Jx__Deed deed = JX__DEED__INIT;
	Jx__Records rows = JX__RECORDS__INIT;
	Jx__Poll row = JX__POLL__INIT, *list = &row;

	row.poll = poll->name;
	rows.n_polls = 1;
	rows.polls = &list;
	deed.rows = &rows;
	if (client->phase == CAST_ISSUE) {
		row.has_issued = true;
		row.issued = SIM_CARD_COUNT;
		deed_send(client, &deed, "poll.issue");
		return;
	}
	row.kind = text("county");
	row.group = text("municipal");
	for (unsigned c = 0; c < SIM_CARD_COUNT; c++)
		memcpy(cards[c], poll->cards[c].hash, 32);
	deed.has_cards = true;
	deed.cards = (ProtobufCBinaryData){sizeof cards, cards[0]};
	poll->is_asked = true;
	deed_send(client, &deed, "poll.open");
}

void
sim_cast_send_close(struct sim_client *client)
{
	Jx__Deed deed = JX__DEED__INIT;

	deed.object = poll_of(client)->name;
	deed_send(client, &deed, "poll.close");
}

void
sim_cast_answered(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__DeedReply *reply = envelope->deed_reply;

	if (client->is_doubting && !reply->replayed)
		sim_violate(client->sim, "a deed was done a second time");
	/* To enter the number that stands there changes nothing. */
	if (client->phase == CAST_ISSUE && reply->receipt == NULL) {
		client->op->is_unchanged = true;
		sim_client_next(client);
		return;
	}
	if (sim_write_on_receipt(client, reply->receipt)) {
		sim_client_again(client, sim_below(client->sim, 10000));
		return;
	}
	if (client->tasks[client->task_index]->send == sim_cast_send_open && client->phase == CAST_OPEN) {
		client->phase = CAST_ISSUE;
		client->op = NULL;
		client->is_doubting = false;
		sim_client_again(client, 0);
		return;
	}
	sim_client_next(client);
}

/* Each says: nothing was stored. */
void
sim_cast_refused(struct sim_client *client, const char *code)
{
	static const char *const codes[] = {"E_DENIED", "E_LIFE" /* opened or closed before, or not yet */,
	    "E_RULE" /* not handed out yet */, "E_STALE"};
	bool is_known = false;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		is_known |= strcmp(codes[i], code) == 0;
	if (!is_known)
		sim_violate(client->sim, "%s for %s", code, sim_client_doing(client));
	if (client->op->is_acked)
		sim_violate(client->sim, "acknowledged, then refused with %s (%s)", code, sim_client_doing(client));
	client->op->is_refused = true;
	sim_client_next(client);
}

void
sim_cast_send_state(struct sim_client *client)
{
	Jx__View view = JX__VIEW__INIT;

	view.has_year = true;
	view.city = text(client->sim->scheme->city);
	view.year = sim_cast_year(client->sim);
	view.view = text("poll.state");
	SEND(client, VIEW, view);
}

/* As many cast as the store has, or fewer when it was asked earlier; under five no number. */
void
sim_cast_on_state(struct sim_client *client, const Jx__Envelope *envelope)
{
	const struct sim_base *base = sim_store_base(client->sim->store);
	const Jx__Table *table = envelope->table;

	for (size_t i = 0; i < table->n_rows; i++) {
		const Jx__Row *row = table->rows[i];
		size_t poll = sim_poll_find(base, client->sim->scheme->city, sim_cast_year(client->sim), row->cells[0]);
		const char *cast = row->cells[8];

		if (poll == base->counts.polls)
			sim_violate(client->sim, "a view shows poll %s, which was never stored", row->cells[0]);
		else if (strcmp(cast, "<5") != 0 &&
			 (strtoull(cast, NULL, 10) < 5 || strtoull(cast, NULL, 10) > sim_poll_votes(base, poll)))
			sim_violate(client->sim, "poll %s: %s cards cast are shown", row->cells[0], cast);
	}
	sim_client_next(client);
}

/* ---- The voter. */

static struct sim_card *
card_of(struct sim_client *client)
{
	return &poll_of(client)->cards[client->variant / SIM_POLL_COUNT_MAX % SIM_CARD_COUNT];
}

/* Which card and which of two contents: told by the answers of any unit alone. */
static unsigned
mark_of(unsigned card, unsigned content)
{
	return 1 + card * 2 + content;
}

static size_t
county_count(const struct sim *sim)
{
	size_t count = 0;

	for (size_t i = 0; i < sim->city->n_units; i++)
		count += strcmp(sim->city->units[i]->class_, "county") == 0;
	return count;
}

static void
write_answers(const struct sim *sim, unsigned card, unsigned content, uint8_t out[CARD_BALLOT_SIZE])
{
	uint8_t answers[64];
	size_t units = county_count(sim), questions = sim->scheme->question_count;
	struct card_opinion opinion = {0, "修路"};
	struct card_ballot ballot = {.unit_count = (uint32_t)units,
	    .question_count = (uint32_t)questions,
	    .answers = answers,
	    .opinions = &opinion,
	    .opinion_count = content == 0};

	for (size_t unit = 0; unit < units; unit++)
		for (size_t i = 0, mark = mark_of(card, content); i < questions; i++, mark /= 3)
			answers[unit * questions + i] = (uint8_t)(1 + mark % 3);
	if (card_ballot_write(&ballot, out) != JX_OK)
		abort();
}

static void
send_form(struct sim_client *client)
{
	Jx__BallotOpen open = JX__BALLOT_OPEN__INIT;
	struct sim_card *card = card_of(client);

	client->was_acked = card->acked >= 0;
	open.has_token = true;
	open.token = (ProtobufCBinaryData){sizeof card->token, card->token};
	SEND(client, BALLOT_OPEN, open);
}

static void
on_form(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__BallotForm *form = envelope->ballot_form;

	if (form->n_units != county_count(client->sim) || form->n_questions != client->sim->scheme->question_count ||
	    strcmp(form->poll, poll_of(client)->name) != 0)
		sim_violate(client->sim, "a card's form is another poll's");
	if (client->was_acked && strcmp(form->state, "used") != 0)
		sim_violate(client->sim, "a card that was cast is %s", form->state);
	sim_client_next(client);
}

static void
on_form_refused(struct sim_client *client, const char *code)
{
	if (strcmp(code, "E_CARD") != 0 || client->was_acked)
		sim_violate(client->sim, "%s for a card's form", code);
	sim_client_next(client);
}

static void
send_cast(struct sim_client *client)
{
	Jx__BallotCast cast = JX__BALLOT_CAST__INIT;
	struct sim_card *card = card_of(client);
	uint8_t answers[CARD_BALLOT_SIZE];

	if (client->phase == 0) {
		client->phase = 1;
		client->content = sim_below(client->sim, 6) == 0;
	}
	write_answers(client->sim, (unsigned)(card - poll_of(client)->cards), client->content, answers);
	client->was_acked = card->acked >= 0;
	cast.has_token = cast.has_answers = true;
	cast.token = (ProtobufCBinaryData){sizeof card->token, card->token};
	cast.answers = (ProtobufCBinaryData){sizeof answers, answers};
	card->is_sent[client->content] = true;
	SEND(client, BALLOT_CAST, cast);
}

static void
on_cast(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__BallotReply *reply = envelope->ballot_reply;
	struct sim *sim = client->sim;
	struct sim_card *card = card_of(client);
	size_t size = jx__receipt__get_packed_size(reply->receipt);
	uint8_t *packed = malloc(size);

	jx__receipt__pack(reply->receipt, packed);
	if (receipt_check(reply->receipt, sim->config.signing_public) != JX_OK ||
	    strcmp(reply->receipt->action, "ballot") != 0)
		sim_violate(sim, "a ballot's receipt does not verify");
	if (card->acked >= 0 && card->acked != (int)client->content)
		sim_violate(sim, "two contents of one card were taken");
	if (card->acked >= 0 && (card->receipt_size != size || memcmp(card->receipt, packed, size) != 0))
		sim_violate(sim, "another receipt for the same ballot");
	free(card->receipt);
	card->acked = (int)client->content;
	card->receipt = packed;
	card->receipt_size = size;
	if (client->is_doubting || sim_below(sim, 3) != 0) {
		sim_client_next(client);
		return;
	}
	client->is_doubting = true;
	sim_client_again(client, sim_below(sim, 10000));
}

static void
on_cast_refused(struct sim_client *client, const char *code)
{
	const struct sim_card *card = card_of(client);
	const struct sim_base *base = sim_store_base(client->sim->store);
	size_t poll = sim_poll_find(base, client->sim->scheme->city, sim_cast_year(client->sim), poll_of(client)->name);
	bool is_other = card->is_sent[1 - client->content] && card->acked != (int)client->content;
	bool may = strcmp(code, "E_CARD_USED") == 0 ? is_other
		   : strcmp(code, "E_PHASE") == 0 ? poll < base->counts.polls && sim_poll_is_ended(base, poll)
						  : strcmp(code, "E_CARD") == 0 && !client->was_acked;

	if (!may)
		sim_violate(client->sim, "%s for a ballot", code);
	if (strcmp(code, "E_CARD") == 0 && client->phase++ < CAST_PATIENCE)
		sim_client_again(client, sim_below(client->sim, 2 * SIM_US)); /* not opened yet, perhaps */
	else
		sim_client_next(client);
}

const struct sim_task sim_cast_tasks[] = {
    {"form", send_form, on_form, on_form_refused},
    {"cast", send_cast, on_cast, on_cast_refused},
    {"cast", send_cast, on_cast, on_cast_refused},
    {"cast", send_cast, on_cast, on_cast_refused},
};
const size_t sim_cast_task_count = sizeof sim_cast_tasks / sizeof *sim_cast_tasks;

/* ---- The end. */

/* Ballots of that card in that content about the unit. */
static unsigned
count_rows(const struct sim *sim, const json_t *ballots, const char *poll, const char *unit, unsigned card, unsigned content)
{
	char label[32];
	unsigned count = 0;
	json_t *row;
	size_t i;

	snprintf(label, sizeof label, "%s-", poll);
	json_array_foreach(ballots, i, row)
	{
		const json_t *answers = json_object_get(row, "answers");
		bool is_same = strcmp(sim_base_text(row, "unit"), unit) == 0 &&
			       strncmp(sim_base_text(row, "card"), label, strlen(label)) == 0;

		for (size_t q = 0, mark = mark_of(card, content); q < sim->scheme->question_count; q++, mark /= 3)
			is_same &= strcmp(json_string_value(json_array_get(answers, q)),
				       sim->scheme->options[mark % 3].code) == 0;
		count += is_same;
	}
	return count;
}

static void
check_card(struct sim *sim, const struct sim_base *base, const json_t *ballots, unsigned p, unsigned c, bool is_ended)
{
	const struct sim_card *card = &sim->polls[p].cards[c];
	bool is_voted = sim_poll_vote(base, card->hash) != NULL;

	if (card->acked >= 0 && !is_voted)
		sim_violate(sim, "a ballot was acknowledged, and is not stored");
	if (is_voted && !card->is_sent[0] && !card->is_sent[1])
		sim_violate(sim, "a ballot is stored that nobody cast");
	for (size_t i = 0; i < sim->city->n_units; i++) {
		const Jx__Unit *unit = sim->city->units[i];
		unsigned rows[2];

		if (strcmp(unit->class_, "county") != 0)
			continue;
		for (unsigned content = 0; content < 2; content++)
			rows[content] = count_rows(sim, ballots, sim->polls[p].name, unit->unit, c, content);
		if (rows[0] + rows[1] != (unsigned)(is_voted && is_ended))
			sim_violate(sim, "a card is %u ballots about %s", rows[0] + rows[1], unit->unit);
		if (card->acked >= 0 && is_ended && rows[card->acked] != 1)
			sim_violate(sim, "a ballot counts otherwise than it was cast");
	}
}

void
sim_cast_check(struct sim *sim, const struct sim_base *base)
{
	const struct base_state *state = sim_base_state(base, sim->scheme->city, sim_cast_year(sim), 0);
	json_t *ballots = sim_base_rows(state, RECORD_BALLOTS, 0, UINT64_MAX);

	for (unsigned p = 0; p < SIM_POLL_COUNT_MAX; p++) {
		size_t poll = sim_poll_find(base, sim->scheme->city, sim_cast_year(sim), sim->polls[p].name);
		bool is_there = poll < base->counts.polls, is_ended = is_there && sim_poll_is_ended(base, poll);
		char print[SEAL_PRINT_SIZE];

		for (unsigned c = 0; c < SIM_CARD_COUNT; c++)
			check_card(sim, base, ballots, p, c, is_ended);
		if (!is_there)
			continue;
		seal_print(sim_vault_key(sim->vault, base->polls[poll].slot), print);
		if ((strcmp(print, base->polls[poll].print) == 0) == is_ended)
			sim_violate(sim, is_ended ? "the key of a poll that has ended is still there"
						  : "the key of an open poll is gone");
	}
	json_decref(ballots);
}
