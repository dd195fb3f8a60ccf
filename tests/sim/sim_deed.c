/* Deeds, views, the history of one paper, and a watch that its client leaves. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "deeds/deed.h"
#include "sim_base.h"
#include "sim_client.h"

#define SEND(client, upper, message)                                                               \
	sim_client_send(client, JX__ENVELOPE__BODY_##upper, &(message), ASK_MAIN)

enum { PHASE_COUNT = 3, DUE_DAY_US_STEP = 86400 };

static char *
deed_city(const struct sim_client *client)
{
	return (char *)(uintptr_t)client->sim->scheme->city;
}

/* What a client does follows from its variant alone: a repeated sending is the same deed. */
static void
deed_fill(const struct sim_client *client, Jx__Deed *deed)
{
	static const char *const phases[PHASE_COUNT] = {"goals", "self", "result"};
	static const char *const deeds[] = {"phase.open", "phase.close", "phase.extend"};
	unsigned which = client->variant / PHASE_COUNT % 3;

	deed->city = deed_city(client);
	deed->has_year = true;
	deed->year = client->sim->scheme->year;
	deed->value = (char *)(uintptr_t)phases[client->variant % PHASE_COUNT];
	deed->deed = (char *)(uintptr_t)deeds[which];
	deed->reason = (char *)(uintptr_t) "因故";
	if (which == 2) {
		deed->has_due_us = true;
		deed->due_us = UINT64_C(4000000000000000) + (uint64_t)client->variant * DUE_DAY_US_STEP;
	}
}

static void
deed_sign(struct sim_client *client, const Jx__Deed *deed)
{
	static const char name[] = "deed";
	size_t size = jx__deed__get_packed_size(deed);
	uint8_t *text = malloc(sizeof name + size);

	memcpy(text, name, sizeof name);
	jx__deed__pack(deed, text + sizeof name);
	crypto_hash_sha256(client->op->content_hash, text, sizeof name + size);
	free(text);
}

void
sim_deed_send(struct sim_client *client)
{
	Jx__Deed deed = JX__DEED__INIT;

	deed_fill(client, &deed);
	deed.has_op_id = true;
	deed.op_id = sim_write_op_id(client, "deed");
	deed_sign(client, &deed);
	SEND(client, DEED, deed);
}

void
sim_deed_on_done(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (sim_write_on_receipt(client, envelope->deed_reply->receipt))
		sim_client_again(client, sim_below(client->sim, 10000));
	else
		sim_client_next(client);
}

void
sim_deed_send_dry(struct sim_client *client)
{
	Jx__Deed deed = JX__DEED__INIT;

	deed_fill(client, &deed);
	deed.has_dry_run = deed.dry_run = true;
	deed.has_op_id = true;
	deed.op_id = sim_write_op_id(client, "deed");
	SEND(client, DEED, deed);
}

void
sim_deed_on_dry(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (envelope->deed_reply->receipt != NULL)
		sim_violate(client->sim, "a dry run has a receipt");
	client->op->is_unchanged = true;
	sim_client_next(client);
}

/* ---- Looking. */

void
sim_deed_send_view(struct sim_client *client)
{
	Jx__View view = JX__VIEW__INIT;
	Jx__History history = JX__HISTORY__INIT;

	if (client->phase == 0) {
		view.city = deed_city(client);
		view.has_year = true;
		view.year = client->sim->scheme->year;
		view.view = (char *)(uintptr_t) "list";
		view.kind = (char *)(uintptr_t)(client->variant % 2 == 0 ? "phases" : "units");
		SEND(client, VIEW, view);
		return;
	}
	history.city = deed_city(client);
	history.has_year = true;
	history.year = client->sim->scheme->year;
	history.kind = (char *)(uintptr_t) "phases";
	history.key = (char *)(uintptr_t) "goals";
	SEND(client, HISTORY, history);
}

void
sim_deed_on_view(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (envelope->table->n_columns == 0)
		sim_violate(client->sim, "a table without columns");
	if (client->phase == 0 && sim_below(client->sim, 2) == 0) {
		client->phase = 1;
		sim_client_again(client, 0);
		return;
	}
	sim_client_next(client);
}

/* A watch is never answered: its client goes away, and nothing of it may stay. */
void
sim_deed_send_watch(struct sim_client *client)
{
	Jx__Watch watch = JX__WATCH__INIT;

	if (client->phase == 1) {
		/* Taken, as nothing was said against it: the only acceptance there is. */
		for (size_t i = 0; i < client->asked_count; i++)
			if (strcmp(route_rows[client->asked[i].route].name, "watch") == 0)
				client->sim->cover->accepted[client->asked[i].route]++;
		sim_client_next(client);
		sim_client_hang_up(client);
		return;
	}
	client->phase = 1;
	watch.city = deed_city(client);
	watch.has_year = true;
	watch.year = client->sim->scheme->year;
	SEND(client, WATCH, watch);
	sim_client_again(client, sim_below(client->sim, SIM_US / 2));
}

/* ---- The end: the year in memory is the one that is stored. */

void
sim_deed_check_book(struct sim *sim, const struct sim_base *base)
{
	const struct base_state *state = sim_base_state(base, sim->scheme->city, sim->scheme->year, 0);
	const struct book *book = books_now(sim->core, sim->scheme->city, sim->scheme->year);

	if (book == NULL)
		return;
	if (state == NULL || book_batch(book) != state->batch)
		sim_violate(sim, "the year in memory is of batch %llu, the stored one of %llu",
		    (unsigned long long)book_batch(book),
		    state == NULL ? 0ull : (unsigned long long)state->batch);
}
