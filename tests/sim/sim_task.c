/* What clients do: reads, farewells, and the table of everything. */
#include <stdlib.h>
#include <string.h>

#include "sim_client.h"

#define SEND(client, upper, message)                                                               \
	sim_client_send(client, JX__ENVELOPE__BODY_##upper, &(message), ASK_MAIN)

static char *
own_city(const struct sim_client *client)
{
	return (char *)(uintptr_t)client->sim->scheme->city;
}

static void
go_on(struct sim_client *client, const Jx__Envelope *envelope)
{
	(void)envelope;
	sim_client_next(client);
}

/* ---- Of the session. */

static void
send_whoami(struct sim_client *client)
{
	static const Jx__Whoami whoami = JX__WHOAMI__INIT;

	SEND(client, WHOAMI, whoami);
}

static void
on_whoami(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (strcmp(envelope->whoami_reply->account, client->account) != 0)
		sim_violate(client->sim, "%s is told to be %s", client->account,
		    envelope->whoami_reply->account);
	sim_client_next(client);
}

static void
send_keys(struct sim_client *client)
{
	static const Jx__Keys keys = JX__KEYS__INIT;

	SEND(client, KEYS, keys);
}

static void
on_keys(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__KeysReply *reply = envelope->keys_reply;

	if (reply->n_keys != 1 ||
	    memcmp(reply->keys[0]->public_key.data, client->sim->config.signing_public, 32) != 0)
		sim_violate(client->sim, "%zu keys, or another one", reply->n_keys);
	sim_client_next(client);
}

static void
send_bye(struct sim_client *client)
{
	static const Jx__Bye bye = JX__BYE__INIT;

	SEND(client, BYE, bye);
}

/* Said farewell: the daemon closes; the next task finds a new connection. */
static void
on_bye(struct sim_client *client, const Jx__Envelope *envelope)
{
	(void)envelope;
	sim_client_next(client);
	sim_client_hang_up(client);
}

/* Away, and back with the token of the login. */
static void
send_resume(struct sim_client *client)
{
	if (client->phase == 0) {
		client->phase = 1;
		client->wants_resume = true;
		sim_client_hang_up(client);
	} else {
		send_whoami(client);
	}
}

/* ---- Lists. */

static void
send_account_list(struct sim_client *client)
{
	static const Jx__AccountList list = JX__ACCOUNT_LIST__INIT;

	SEND(client, ACCOUNT_LIST, list);
}

static void
send_years(struct sim_client *client)
{
	static const Jx__Years years = JX__YEARS__INIT;

	SEND(client, YEARS, years);
}

static void
on_years(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__YearsReply *reply = envelope->years_reply;

	for (size_t i = 0; i < reply->n_years; i++)
		if (client->who == WHO_ELSEWHERE)
			sim_violate(
			    client->sim, "a year of %s is shown elsewhere", reply->years[i]->city);
	sim_client_next(client);
}

static void
send_runs(struct sim_client *client)
{
	Jx__Runs runs = JX__RUNS__INIT;

	runs.has_year = true;
	runs.city = own_city(client);
	runs.year = client->sim->scheme->year;
	SEND(client, RUNS, runs);
}

/* ---- Export: the scheme tells the batch; then records as of it. */

static void
send_export(struct sim_client *client)
{
	Jx__SchemeRead scheme = JX__SCHEME_READ__INIT;
	Jx__RecordsRead records = JX__RECORDS_READ__INIT;

	if (client->phase == 0) {
		scheme.has_year = true;
		scheme.city = own_city(client);
		scheme.year = client->sim->scheme->year;
		SEND(client, SCHEME_READ, scheme);
		return;
	}
	records.has_year = records.has_batch = true;
	records.city = own_city(client);
	records.year = client->sim->scheme->year;
	records.batch = client->batch;
	records.kind = (char *)(uintptr_t)record_kinds[client->variant % RECORD_KIND_COUNT].name;
	SEND(client, RECORDS_READ, records);
}

static void
on_export(struct sim_client *client, const Jx__Envelope *envelope)
{
	struct bytes scheme = client->sim->scheme_text;
	enum record_kind kind = (enum record_kind)(client->variant % RECORD_KIND_COUNT);
	size_t found, sent = records_count(client->sim->city, kind);

	if (envelope->body_case == JX__ENVELOPE__BODY_SCHEME_PAGE) {
		const Jx__SchemePage *page = envelope->scheme_page;

		/* A variant's scheme has a line more. */
		if (page->text.len < scheme.size ||
		    memcmp(page->text.data, scheme.data, scheme.size) != 0)
			sim_violate(client->sim, "another scheme came out than went in");
		client->phase = 1;
		client->batch = page->batch;
		send_export(client);
		return;
	}
	found = records_count(envelope->records_page->records, kind);
	if (found > sent || (found + 1 < sent && kind != RECORD_BONUS))
		sim_violate(client->sim, "%zu %s came out, %zu went in", found,
		    record_kinds[kind].name, sent);
	sim_client_next(client);
}

/* ---- Results: of the last run, then of one unit. */

static void
send_results(struct sim_client *client)
{
	Jx__ResultsRead results = JX__RESULTS_READ__INIT;
	Jx__ExplainRead explain = JX__EXPLAIN_READ__INIT;

	if (client->phase == 0) {
		results.has_year = true;
		results.city = own_city(client);
		results.year = client->sim->scheme->year;
		SEND(client, RESULTS_READ, results);
		return;
	}
	explain.has_year = explain.has_run = true;
	explain.city = own_city(client);
	explain.year = client->sim->scheme->year;
	explain.run = client->run;
	explain.unit = (char *)(uintptr_t) "X1";
	SEND(client, EXPLAIN_READ, explain);
}

static void
on_results(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (envelope->body_case == JX__ENVELOPE__BODY_RESULTS_PAGE) {
		client->phase = 1;
		client->run = envelope->results_page->run->run;
		send_results(client);
		return;
	}
	if (envelope->explain_page->run->run != client->run || envelope->explain_page->n_nodes == 0)
		sim_violate(client->sim, "no explanation of run %u", client->run);
	sim_client_next(client);
}

/* ---- All. */

const struct sim_task sim_tasks[] = {
    {"whoami", send_whoami, on_whoami, NULL},
    {"keys", send_keys, on_keys, NULL},
    {"bye", send_bye, on_bye, NULL},
    {"resume", send_resume, on_whoami, NULL},
    {"account_list", send_account_list, go_on, NULL},
    {"years", send_years, on_years, NULL},
    {"runs", send_runs, go_on, NULL},
    {"export", send_export, on_export, NULL},
    {"results", send_results, on_results, NULL},
    {"account_add", sim_write_account_add, sim_write_on_done, sim_write_on_refused},
    {"account_disable", sim_write_account_disable, sim_write_on_done, sim_write_on_refused},
    {"passwd", sim_write_passwd, sim_write_on_done, sim_write_on_refused},
    {"passwd, wrong", sim_write_wrong_passwd, sim_write_on_done, sim_write_on_refused},
    {"conflict", sim_write_conflict, sim_write_on_conflict, sim_write_on_conflict_refused},
    {"import", sim_import_send, sim_import_answered, sim_import_refused},
    {"import", sim_import_send, sim_import_answered, sim_import_refused},
    {"import, dry run", sim_import_send_dry, sim_import_answered, sim_import_refused},
    {"import, faulty", sim_import_send_faulty, sim_import_answered, sim_import_refused},
    {"import, other digest", sim_import_send_other, sim_import_answered, sim_import_refused},
    {"import, given up", sim_import_send_half, sim_import_answered, sim_import_refused},
    {"run", sim_write_run, sim_write_on_run, sim_write_on_refused},
    {"run", sim_write_run, sim_write_on_run, sim_write_on_refused},
    {"run_cancel", sim_write_run_cancel, sim_write_on_done, sim_write_on_refused},
    {"deed", sim_deed_send, sim_deed_answered, sim_deed_refused},
    {"deed", sim_deed_send, sim_deed_answered, sim_deed_refused},
    {"deed", sim_deed_send, sim_deed_answered, sim_deed_refused},
    {"deed", sim_deed_send, sim_deed_answered, sim_deed_refused},
    {"deed, dry run", sim_deed_send_dry, sim_deed_answered, sim_deed_refused},
    {"deed, conflict", sim_deed_send_conflict, sim_deed_answered, sim_deed_refused},
    {"deed, unknown", sim_deed_send_unknown, sim_deed_answered, sim_deed_refused},
    {"deed, no such year", sim_deed_send_no_year, sim_deed_answered, sim_deed_refused},
    {"view", sim_deed_send_view, sim_deed_on_view, NULL},
    {"view", sim_deed_send_view, sim_deed_on_view, NULL},
    {"view, unknown", sim_deed_send_unknown_view, sim_deed_on_view, NULL},
    {"history", sim_deed_send_history, sim_deed_on_history, NULL},
    {"watch", sim_deed_send_watch, sim_deed_on_watch, NULL},
    {"device_add", sim_carry_device_add, sim_write_on_done, sim_write_on_refused},
    {"deed, carried", sim_carry_send, sim_carry_answered, sim_deed_refused},
    {"deed, carried", sim_carry_send, sim_carry_answered, sim_deed_refused},
    {"poll.open", sim_cast_send_open, sim_cast_answered, sim_cast_refused},
    {"poll.open", sim_cast_send_open, sim_cast_answered, sim_cast_refused},
    {"poll.open", sim_cast_send_open, sim_cast_answered, sim_cast_refused},
    {"poll.close", sim_cast_send_close, sim_cast_answered, sim_cast_refused},
    {"poll.close", sim_cast_send_close, sim_cast_answered, sim_cast_refused},
    {"poll.state", sim_cast_send_state, sim_cast_on_state, NULL},
    {"upload", sim_upload_send, sim_upload_answered, sim_upload_refused},
    {"upload", sim_upload_send, sim_upload_answered, sim_upload_refused},
    {"upload", sim_upload_send, sim_upload_answered, sim_upload_refused},
    {"upload, wrong", sim_upload_send_wrong, sim_upload_answered, sim_upload_refused},
    {"upload, bad", sim_upload_send_bad, sim_upload_on_bad, NULL},
    {"garbage", sim_rude_send_garbage, go_on, NULL},
    {"flood", sim_rude_send_flood, sim_rude_on_flood, NULL},
};
const size_t sim_task_count = sizeof sim_tasks / sizeof *sim_tasks;
