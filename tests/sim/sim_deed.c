/*
 * Deeds of the calendar, and what can be seen of them: lists, history, a watch.
 * Whoever has been told that his deed is stored sees it, whatever happened between.
 */
#include <stdlib.h>
#include <string.h>

#include "sim_base.h"
#include "sim_client.h"

#define SEND(client, upper, message)                                                               \
	sim_client_send(client, JX__ENVELOPE__BODY_##upper, &(message), ASK_MAIN)

enum { DEED_DO, DEED_LOOK };
enum { DUE_US = 10 * SIM_US, WATCH_US = 2 * SIM_US };

/* Few, so that deeds meet. */
static const char *const phases[] = {"goals", "self", "result"};
static const char *const looked_at[] = {"phases", "extensions", "units", "bonus"};

static char *
text(const char *text)
{
	return (char *)(uintptr_t)text;
}

static const char *
deed_phase(const struct sim_client *client)
{
	return phases[client->variant % 3];
}

static bool
is_extension(const struct sim_client *client)
{
	return client->variant / 3 % 4 == 3 && client->variant / 12 % 2 == 0;
}

/* The same message for the same variant: it goes out again after every loss. */
void
sim_deed_make(struct sim_client *client, Jx__Deed *deed)
{
	static const char *const names[] = {
	    "phase.open", "phase.open", "phase.close", "phase.extend"};
	unsigned way = client->variant / 3 % 4;

	jx__deed__init(deed);
	deed->has_op_id = deed->has_year = true;
	deed->op_id = sim_write_op_id(client, "deed");
	deed->city = text(client->sim->scheme->city);
	deed->year = client->sim->scheme->year;
	deed->deed = text(names[way]);
	deed->value = text(deed_phase(client));
	deed->has_due_us = way == 1 || way == 3;
	if (deed->has_due_us)
		deed->due_us =
		    UINT64_C(1767225600000000) + (uint64_t)(client->variant / 24) * DUE_US;
	if (way == 3)
		deed->reason = text("flood");
	if (is_extension(client))
		deed->unit = text("X1");
}

static void
deed_send(struct sim_client *client, const Jx__Deed *deed)
{
	if (!client->op->is_acked)
		sim_write_sign(client, "deed", &deed->base);
	SEND(client, DEED, *deed);
}

/* ---- Views. */

static void
view_send(struct sim_client *client, const char *name, const char *kind)
{
	Jx__View view = JX__VIEW__INIT;

	view.has_year = true;
	view.city = text(client->sim->scheme->city);
	view.year = client->sim->scheme->year;
	view.view = text(name);
	view.kind = text(kind);
	SEND(client, VIEW, view);
}

void
sim_deed_send_view(struct sim_client *client)
{
	view_send(client, "list", looked_at[client->variant % 4]);
}

void
sim_deed_send_unknown_view(struct sim_client *client)
{
	view_send(client, "crystal.ball", "units");
}

void
sim_deed_on_view(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__Table *table = envelope->table;
	enum record_kind kind = paper_kind_find(looked_at[client->variant % 4]);

	if (client->tasks[client->task_index]->send != sim_deed_send_view)
		sim_violate(client->sim, "accepted: %s", sim_client_doing(client));
	for (size_t i = 0; i < table->n_rows; i++)
		sim_book_check_row(client->sim, kind, table, i);
	sim_client_next(client);
}

/* The version of the record that the deed acknowledged in client->batch wrote. */
static const struct base_version *
deed_version(const struct sim_client *client)
{
	const struct sim_base *base = sim_store_base(client->sim->store);
	enum record_kind kind = is_extension(client) ? PAPER_EXTENSIONS : PAPER_PHASES;

	for (size_t i = 0; i < base->counts.versions; i++)
		if (base->versions[i].batch == client->batch && base->versions[i].kind == kind)
			return &base->versions[i];
	return NULL;
}

/* The deed was acknowledged: it shows, or one that came after it. */
static void
deed_on_look(struct sim_client *client, const Jx__Table *table)
{
	const struct base_version *wanted = deed_version(client);
	bool is_there = false;

	for (size_t i = 0; wanted != NULL && i < table->n_rows; i++) {
		const Jx__Row *row = table->rows[i];

		sim_book_check_row(client->sim, wanted->kind, table, i);
		is_there |= strcmp(row->cells[0], deed_phase(client)) == 0 &&
			    row->version >= wanted->version;
	}
	if (!is_there)
		sim_violate(client->sim, "%s sees nothing of the deed of batch %llu",
		    client->account, (unsigned long long)client->batch);
	sim_client_next(client);
}

/* ---- Deeds. */

void
sim_deed_send(struct sim_client *client)
{
	Jx__Deed deed;

	if (client->phase == DEED_LOOK) {
		view_send(client, "list", is_extension(client) ? "extensions" : "phases");
		return;
	}
	sim_deed_make(client, &deed);
	deed_send(client, &deed);
}

void
sim_deed_send_dry(struct sim_client *client)
{
	Jx__Deed deed;

	sim_deed_make(client, &deed);
	deed.has_dry_run = deed.dry_run = true;
	deed_send(client, &deed);
}

/* Something else under the op_id of a deed that is stored. */
void
sim_deed_send_conflict(struct sim_client *client)
{
	Jx__Deed deed;

	sim_deed_make(client, &deed);
	if (client->phase != DEED_DO)
		deed.value = text(phases[(client->variant + 1) % 3]);
	deed_send(client, &deed);
}

void
sim_deed_send_unknown(struct sim_client *client)
{
	Jx__Deed deed;

	sim_deed_make(client, &deed);
	deed.deed = text("phase.abolish");
	deed_send(client, &deed);
}

void
sim_deed_send_no_year(struct sim_client *client)
{
	Jx__Deed deed;

	sim_deed_make(client, &deed);
	deed.year = 2999;
	deed_send(client, &deed);
}

static void
deed_on_reply(struct sim_client *client, const Jx__DeedReply *reply)
{
	void (*send)(struct sim_client *) = client->tasks[client->task_index]->send;

	if (send == sim_deed_send_dry) {
		if (reply->receipt != NULL || reply->change_count == 0)
			sim_violate(client->sim, "a dry run has a receipt, or changes nothing");
		client->op->is_refused = true; /* that is: nothing is stored */
		sim_client_next(client);
		return;
	}
	if ((send != sim_deed_send && send != sim_deed_send_conflict) ||
	    (send == sim_deed_send_conflict && client->phase != DEED_DO)) {
		sim_violate(client->sim, "accepted: %s", sim_client_doing(client));
		return;
	}
	if (client->is_doubting && !reply->replayed)
		sim_violate(client->sim, "a deed was done a second time");
	if (sim_write_on_receipt(client, reply->receipt)) {
		sim_client_again(client, sim_below(client->sim, 10000));
		return;
	}
	if (reply->receipt != NULL)
		client->batch = reply->receipt->batch;
	client->phase = DEED_LOOK;
	sim_client_again(client, 0);
}

void
sim_deed_answered(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (envelope->body_case == JX__ENVELOPE__BODY_TABLE)
		deed_on_look(client, envelope->table);
	else
		deed_on_reply(client, envelope->deed_reply);
}

/* Each says: nothing was stored. */
void
sim_deed_refused(struct sim_client *client, const char *code)
{
	static const struct {
		const char *code;
		void (*send)(struct sim_client *); /* NULL: any */
	} rows[] = {
	    {"E_DENIED", NULL},
	    {"E_NOT_FOUND", NULL}, /* no import has made the year yet */
	    {"E_LIFE", NULL},      /* to close what is not open */
	    {"E_RULE", NULL},      /* to extend to before the deadline, or what has none */
	    {"E_STALE", NULL},     /* others were faster, again and again */
	    {"E_UNKNOWN_REQUEST", sim_deed_send_unknown},
	    {"E_CONFLICT", sim_deed_send_conflict},
	};
	void (*send)(struct sim_client *) = client->tasks[client->task_index]->send;
	bool is_second = send == sim_deed_send_conflict && client->phase != DEED_DO;
	bool is_known = false;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_known |= strcmp(rows[i].code, code) == 0 &&
			    (rows[i].send == NULL || rows[i].send == send);
	if (!is_known || (is_second && strcmp(code, "E_CONFLICT") != 0))
		sim_violate(client->sim, "%s for %s", code, sim_client_doing(client));
	if (client->op->is_acked && !is_second)
		sim_violate(client->sim, "acknowledged, then refused with %s (%s)", code,
		    sim_client_doing(client));
	else if (!is_second)
		client->op->is_refused = true;
	sim_client_next(client);
}

/* ---- History: from the first version to the last. */

void
sim_deed_send_history(struct sim_client *client)
{
	Jx__History history = JX__HISTORY__INIT;

	history.has_year = true;
	history.city = text(client->sim->scheme->city);
	history.year = client->sim->scheme->year;
	history.kind = text(client->variant % 6 < 3 ? "phases" : "units");
	history.key = text(client->variant % 6 < 3 ? deed_phase(client) : "X1");
	SEND(client, HISTORY, history);
}

void
sim_deed_on_history(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__Table *table = envelope->table;

	if (table->n_rows == 0 || strcmp(table->rows[0]->cells[0], "1") != 0)
		sim_violate(client->sim, "a history without its beginning");
	for (size_t i = 1; i < table->n_rows; i++)
		if (strtoull(table->rows[i - 1]->cells[0], NULL, 10) >
		    strtoull(table->rows[i]->cells[0], NULL, 10))
			sim_violate(client->sim, "a history out of order");
	sim_client_next(client);
}

/* ---- A watch: over when the connection is, or the daemon. */

void
sim_deed_send_watch(struct sim_client *client)
{
	Jx__Watch watch = JX__WATCH__INIT;

	if (client->phase++ > 0) {
		sim_client_next(client);
		sim_client_hang_up(client);
		return;
	}
	watch.has_year = true;
	watch.city = text(client->sim->scheme->city);
	watch.year = client->sim->scheme->year;
	SEND(client, WATCH, watch);
	sim_client_again(client, sim_below(client->sim, WATCH_US));
}

void
sim_deed_on_watch(struct sim_client *client, const Jx__Envelope *envelope)
{
	sim_violate(client->sim, "a watch was answered (body %d)", (int)envelope->body_case);
}
