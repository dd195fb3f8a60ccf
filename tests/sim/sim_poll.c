/* Polls, cards and votes in the simulated database: what sql/functions/ballot.sql says. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_base.h"

enum { POLL_CARD_HEX_SIZE = 64, POLL_SEALED_SIZE = 3112 };

#define GROW(array, count)                                                                         \
	((array) = realloc((array), ((count) + 1) * sizeof *(array)), &(array)[(count)++])

size_t
sim_poll_find(const struct sim_base *base, const char *city, uint32_t year, const char *poll)
{
	size_t i = 0;

	while (i < base->counts.polls && (base->polls[i].year != year || strcmp(base->polls[i].city, city) != 0 ||
					     strcmp(base->polls[i].poll, poll) != 0))
		i++;
	return i;
}

bool
sim_poll_is_ended(const struct sim_base *base, size_t poll)
{
	for (size_t i = 0; i < base->counts.poll_ends; i++)
		if (base->poll_ends[i].poll == poll)
			return true;
	return false;
}

const struct base_card *
sim_poll_card(const struct sim_base *base, const uint8_t *card)
{
	for (size_t i = 0; i < base->counts.cards; i++)
		if (memcmp(base->cards[i].card, card, sizeof base->cards[i].card) == 0)
			return &base->cards[i];
	return NULL;
}

const struct base_vote *
sim_poll_vote(const struct sim_base *base, const uint8_t *card)
{
	for (size_t i = 0; i < base->counts.votes; i++)
		if (memcmp(base->votes[i].card, card, sizeof base->votes[i].card) == 0)
			return &base->votes[i];
	return NULL;
}

uint64_t
sim_poll_votes(const struct sim_base *base, size_t poll)
{
	uint64_t count = 0;

	for (size_t i = 0; i < base->counts.votes; i++)
		count += sim_poll_card(base, base->votes[i].card)->poll == poll;
	return count;
}

static enum jx_err
poll_open(struct sim_base *base, const struct base_state *state, const json_t *row)
{
	uint32_t slot = (uint32_t)sim_base_whole(row, "slot");
	struct base_poll *poll;

	if (!json_is_integer(json_object_get(row, "slot")) || sim_base_text(row, "print")[0] == '\0')
		return JX_E_INTERNAL;
	for (size_t i = 0; i < base->counts.polls; i++)
		if (base->polls[i].slot == slot && !sim_poll_is_ended(base, i))
			return JX_E_STALE;
	poll = GROW(base->polls, base->counts.polls);
	*poll = (struct base_poll){.year = state->year, .slot = slot};
	snprintf(poll->city, sizeof poll->city, "%s", state->city);
	snprintf(poll->poll, sizeof poll->poll, "%s", sim_base_text(row, "poll"));
	snprintf(poll->print, sizeof poll->print, "%s", sim_base_text(row, "print"));
	return JX_OK;
}

static enum jx_err
poll_close(struct sim_base *base, struct base_state *state, size_t poll, const json_t *body)
{
	json_t *ballots = json_object_get(body, "ballots"), *remarks = json_object_get(body, "remarks"), *remark;
	size_t i;

	if (!json_is_integer(json_object_get(body, "votes")))
		return JX_E_INTERNAL;
	if (sim_poll_votes(base, poll) != sim_base_whole(body, "votes"))
		return JX_E_STALE;
	if (json_array_size(ballots) > 0 && sim_base_change_kind(base, state, RECORD_BALLOTS, ballots) != JX_OK)
		return JX_E_INTERNAL;
	json_array_foreach(remarks, i, remark)
	{
		if (sim_paper_append(base, state, remark) != JX_OK)
			return JX_E_INTERNAL;
	}
	*GROW(base->poll_ends, base->counts.poll_ends) = (struct base_poll_end){poll, sim_base_whole(body, "votes")};
	return JX_OK;
}

static bool
card_read(const char *hex, uint8_t card[32])
{
	size_t size;

	return strlen(hex) >= POLL_CARD_HEX_SIZE &&
	       sodium_hex2bin(card, 32, hex, POLL_CARD_HEX_SIZE, NULL, &size, NULL) == 0 && size == 32;
}

static enum jx_err
cards_append(struct sim_base *base, const struct base_state *state, const json_t *cards)
{
	size_t poll = sim_poll_find(base, state->city, state->year, sim_base_text(cards, "poll"));
	const char *hex = sim_base_text(cards, "hashes");

	if (poll == base->counts.polls || sim_poll_is_ended(base, poll) || strlen(hex) % POLL_CARD_HEX_SIZE != 0)
		return JX_E_INTERNAL;
	for (; *hex != '\0'; hex += POLL_CARD_HEX_SIZE) {
		struct base_card card = {.poll = poll};

		if (!card_read(hex, card.card))
			return JX_E_INTERNAL;
		if (sim_poll_card(base, card.card) != NULL)
			return JX_E_EXISTS;
		*GROW(base->cards, base->counts.cards) = card;
	}
	return JX_OK;
}

enum jx_err
sim_poll_deed(struct sim_base *base, struct base_state *state, const json_t *body)
{
	json_t *papers = json_object_get(body, "papers"), *cards = json_object_get(body, "cards"), *paper;
	enum jx_err err = JX_OK;
	size_t i;

	json_array_foreach(papers, i, paper)
	{
		const json_t *row = json_object_get(paper, "row");
		const char *state_text = sim_base_text(row, "state");
		size_t poll = sim_poll_find(base, state->city, state->year, sim_base_text(row, "poll"));
		bool is_new = poll == base->counts.polls;

		if (strcmp(sim_base_text(paper, "kind"), "polls") != 0 || json_is_true(json_object_get(paper, "withdrawn")))
			continue;
		if (strcmp(state_text, "open") == 0 && is_new)
			err = poll_open(base, state, row);
		else if (strcmp(state_text, "closed") == 0 && !is_new && !sim_poll_is_ended(base, poll))
			err = poll_close(base, state, poll, body);
		if (err != JX_OK)
			return err;
	}
	return cards == NULL ? JX_OK : cards_append(base, state, cards);
}

enum jx_err
sim_poll_ballot(struct sim_base *base, const struct store_item *item, const json_t *body)
{
	size_t poll = sim_poll_find(base, item->city, item->year, sim_base_text(body, "poll"));
	const struct base_card *known;
	struct base_vote vote;
	uint8_t *sealed;

	if (!card_read(sim_base_text(body, "card"), vote.card))
		return JX_E_INTERNAL;
	known = sim_poll_card(base, vote.card);
	if (known == NULL || known->poll != poll)
		return JX_E_CARD;
	if (sim_poll_is_ended(base, poll))
		return JX_E_PHASE;
	if (item->blob_count != 1 || item->blobs[0].size != POLL_SEALED_SIZE)
		return JX_E_INTERNAL;
	if (sim_poll_vote(base, vote.card) != NULL)
		return JX_E_CONFLICT;
	sealed = malloc(POLL_SEALED_SIZE);
	memcpy(sealed, item->blobs[0].data, POLL_SEALED_SIZE);
	vote.sealed = (struct bytes){sealed, POLL_SEALED_SIZE};
	*GROW(base->votes, base->counts.votes) = vote;
	return JX_OK;
}
