/*
 * A client: connects, logs in, does a list of things, each until it has a
 * definite answer: after a lost connection or "try again" the same op goes out
 * again under the same op_id, as the protocol demands.
 */
#include "sim_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_base.h"
#include "wire/envelope.h"
#include "wire/frame.h"

enum { CLIENT_ARENA_SIZE_MAX = 8 << 20 };

static void client_step(struct sim_client *client);

static unsigned
client_route(Jx__Envelope__BodyCase body)
{
	for (unsigned i = 0; i < route_count; i++)
		if (route_rows[i].body == body)
			return i;
	return ROUTE_COUNT_MAX;
}

void
sim_client_send(
    struct sim_client *client, Jx__Envelope__BodyCase body, const void *message, enum sim_ask kind)
{
	struct arena *arena = arena_new(CLIENT_ARENA_SIZE_MAX);
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	struct bytes frame;

	if (client->asked_count < CLIENT_ASKED_COUNT_MAX) {
		envelope.has_request_id = true;
		envelope.request_id = ++client->last_id;
		envelope.body_case = body;
		memcpy(&envelope.hello, &message, sizeof message);
		if (envelope_write(arena, &envelope, &frame) != JX_OK)
			abort();
		client->asked[client->asked_count++] =
		    (struct sim_asked){client->last_id, client_route(body), kind};
		sim_trace(client->sim, "client %u -> %s", client->index,
		    client_route(body) == ROUTE_COUNT_MAX ? "?"
							  : route_rows[client_route(body)].name);
		sim_net_write(client->sim->net, client->conn, frame);
	}
	arena_free(arena);
}

/* ---- When. */

/* tries: which try it was for; anything that happened meanwhile makes it void. */
static void
on_step(struct sim *sim, uint64_t index, uint64_t tries)
{
	if (sim->clients[index]->tries == tries)
		client_step(sim->clients[index]);
}

void
sim_client_again(struct sim_client *client, uint64_t delay_us)
{
	sim_after(client->sim, delay_us, on_step, client->index, ++client->tries, false);
}

void
sim_client_hang_up(struct sim_client *client)
{
	sim_net_hang_up(client->sim->net, client->conn);
}

static void
client_end(struct sim_client *client)
{
	client->step = STEP_DONE;
	client->tries++;
	sim_client_hang_up(client);
}

void
sim_client_next(struct sim_client *client)
{
	client->op = NULL;
	client->phase = client->run = 0;
	client->chunk = client->chunks_waited = 0;
	client->chunks_have = client->chunks_acked = 0;
	client->is_doubting = false;
	client->variant = (unsigned)sim_below(client->sim, 1000);
	if (++client->task_index == client->task_count)
		client_end(client);
	else
		sim_client_again(client, sim_below(client->sim, SIM_US / 5));
}

static void
client_dial(struct sim_client *client)
{
	Jx__Hello hello = JX__HELLO__INIT;

	client->input_size = 0;
	client->asked_count = 0;
	client->conn = sim_net_dial(client->sim->net, client->index);
	if (client->conn == 0) {
		sim_client_again(client, 50000 + sim_below(client->sim, SIM_US / 2));
		return;
	}
	client->step = STEP_HELLO;
	if (sim_chance(client->sim, 10))
		sim_rude_aside(client);
	hello.has_protocol = true;
	hello.protocol = 1;
	sim_client_send(client, JX__ENVELOPE__BODY_HELLO, &hello, ASK_MAIN);
}

static void
client_login(struct sim_client *client)
{
	Jx__Login login = JX__LOGIN__INIT;
	Jx__Resume resume = JX__RESUME__INIT;

	if (sim_chance(client->sim, 10))
		sim_rude_aside(client);
	if (client->wants_resume && client->token_size > 0) {
		resume.has_token = true;
		resume.token = (ProtobufCBinaryData){client->token_size, client->token};
		sim_client_send(client, JX__ENVELOPE__BODY_RESUME, &resume, ASK_MAIN);
		return;
	}
	login.account = client->account;
	/* A change of password whose answer was lost: it may be the old one still. */
	login.password = client->tries_old ? client->old_password : client->password;
	login.has_keep = true;
	login.keep = true;
	sim_client_send(client, JX__ENVELOPE__BODY_LOGIN, &login, ASK_MAIN);
}

static void
client_step(struct sim_client *client)
{
	switch (client->step) {
	case STEP_DIAL:
		client_dial(client);
		break;
	case STEP_LOGIN:
		client_login(client);
		break;
	case STEP_WORK:
		if (sim_chance(client->sim, 10))
			sim_rude_aside(client);
		client->tasks[client->task_index]->send(client);
		break;
	case STEP_HELLO:
	case STEP_DONE:
		break;
	}
}

/* ---- Answers. */

static void
client_on_login(struct sim_client *client, const Jx__LoginReply *reply)
{
	if (reply->has_token && reply->token.len <= sizeof client->token) {
		memcpy(client->token, reply->token.data, reply->token.len);
		client->token_size = reply->token.len;
	}
	if (strcmp(reply->account, client->account) != 0 ||
	    strcmp(reply->role, sim_right_role(client->who)) != 0 ||
	    strcmp(reply->city, sim_right_city(client)) != 0)
		sim_violate(client->sim, "logged in as %s %s %s instead of %s", reply->account,
		    reply->role, reply->city, client->account);
	client->tries_old = client->wants_resume = false;
	client->step = STEP_WORK;
	client_step(client);
}

/* Logging in failed for good, as it stands: another way, unless the account is disabled. */
static void
client_on_login_refused(struct sim_client *client)
{
	const struct base_account *account =
	    sim_base_account(sim_store_base(client->sim->store), client->account);

	if (account != NULL && account->is_disabled) {
		client_end(client);
		return;
	}
	if (client->wants_resume) {
		client->wants_resume = false;
	} else if (client->old_password[0] == '\0') {
		sim_violate(client->sim, "the right password was refused");
		return;
	} else {
		client->tries_old = !client->tries_old;
	}
	client_step(client);
}

static void
client_on_fail(struct sim_client *client, const Jx__Fail *fail)
{
	const struct sim_task *task = client->tasks[client->task_index];

	sim_trace(
	    client->sim, "client %u %s: %s", client->index, sim_client_doing(client), fail->code);
	if (sim_right_is_again(fail->code)) {
		uint64_t wait_us = (fail->has_retry_ms ? fail->retry_ms : 1000) * UINT64_C(1000);

		sim_client_again(client, wait_us + sim_below(client->sim, 100000));
	} else if (client->step == STEP_LOGIN) {
		client_on_login_refused(client);
	} else if (client->step == STEP_HELLO) {
		sim_violate(client->sim, "hello: %s", fail->code);
	} else if (strcmp(fail->code, "E_SESSION") == 0 || strcmp(fail->code, "E_STATE") == 0) {
		sim_client_hang_up(client); /* logged out meanwhile */
	} else if (task->refused != NULL) {
		task->refused(client, fail->code);
	} else {
		sim_client_next(client);
	}
}

static bool
is_event(const Jx__Envelope *envelope)
{
	return envelope->body_case == JX__ENVELOPE__BODY_PROGRESS ||
	       envelope->body_case == JX__ENVELOPE__BODY_NOTICE;
}

/* The request that an answer belongs to, taken off the list unless it is only an event. */
static bool
client_take_asked(struct sim_client *client, const Jx__Envelope *envelope, struct sim_asked *asked)
{
	for (size_t i = 0; i < client->asked_count; i++) {
		if (client->asked[i].id != envelope->request_id)
			continue;
		*asked = client->asked[i];
		if (!is_event(envelope))
			client->asked[i] = client->asked[--client->asked_count];
		return true;
	}
	return false;
}

static void
client_on_main(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (envelope->body_case == JX__ENVELOPE__BODY_FAIL) {
		client_on_fail(client, envelope->fail);
	} else if (client->step == STEP_HELLO) {
		client->step = client->is_voter ? STEP_WORK : STEP_LOGIN;
		client_step(client);
	} else if (client->step == STEP_LOGIN) {
		client_on_login(client, envelope->login_reply);
	} else {
		client->tasks[client->task_index]->answered(client, envelope);
	}
}

static void
client_on_envelope(struct sim_client *client, const Jx__Envelope *envelope)
{
	bool is_fail = envelope->body_case == JX__ENVELOPE__BODY_FAIL;
	struct sim_asked asked;

	if (envelope->request_id == 0 && is_fail) {
		sim_trace(
		    client->sim, "client %u is put out: %s", client->index, envelope->fail->code);
		return; /* and the connection ends */
	}
	if (!client_take_asked(client, envelope, &asked)) {
		sim_violate(client->sim, "an answer to no request, or a second one (%s, body %d)",
		    sim_client_doing(client), (int)envelope->body_case);
		return;
	}
	if (is_event(envelope))
		return;
	sim_right_check(client, &asked, is_fail ? envelope->fail : NULL);
	if (asked.kind != ASK_ASIDE)
		client_on_main(client, envelope);
}

void
sim_client_on_bytes(struct sim_client *client, net_handle conn, struct bytes bytes)
{
	struct frame frame;

	if (conn != client->conn || client->step == STEP_DONE)
		return;
	client->input = realloc(client->input, client->input_size + bytes.size + 1);
	memcpy(client->input + client->input_size, bytes.data, bytes.size);
	client->input_size += bytes.size;
	while (
	    client->conn == conn && client->step != STEP_DONE &&
	    frame_peek(client->input, client->input_size, FRAME_BODY_SIZE_MAX, &frame) == JX_OK) {
		struct arena *arena = arena_new(CLIENT_ARENA_SIZE_MAX);
		Jx__Envelope *envelope;
		const char *field;
		enum jx_err err = envelope_read(
		    arena, (struct bytes){frame.body, frame.body_size}, &envelope, &field);

		memmove(client->input, client->input + frame.frame_size,
		    client->input_size - frame.frame_size);
		client->input_size -= frame.frame_size;
		if (err != JX_OK)
			sim_violate(client->sim, "the daemon sent what it would refuse: %s %s",
			    err_name(err), field == NULL ? "" : field);
		else
			client_on_envelope(client, envelope);
		arena_free(arena);
	}
}

void
sim_client_on_lost(struct sim_client *client, net_handle conn)
{
	if (client == NULL || conn != client->conn || client->step == STEP_DONE)
		return;
	client->conn = 0;
	client->step = STEP_DIAL;
	client->chunks_waited = 0;
	sim_client_again(client, 1000 + sim_below(client->sim, SIM_US / 3));
}

/* ---- Its life. */

bool
sim_client_is_done(const struct sim_client *client)
{
	return client->step == STEP_DONE;
}

const char *
sim_client_doing(const struct sim_client *client)
{
	return client->step == STEP_WORK    ? client->tasks[client->task_index]->name
	       : client->step == STEP_LOGIN ? "login"
					    : "connecting";
}

void
sim_client_describe(const struct sim_client *client, char *body, size_t size)
{
	snprintf(body, size,
	    "{\"account\":\"%s\",\"role\":\"%s\",\"city\":\"%s\",\"password_hash\":"
	    "\"stand-in:%s\"}",
	    client->account, sim_right_role(client->who), sim_right_city(client), client->password);
}

void
sim_client_start(struct sim_client *client)
{
	sim_client_again(client, sim_below(client->sim, SIM_US));
}

static const struct sim_task *
task_named(const char *name)
{
	size_t i = 0;

	while (strcmp(sim_tasks[i].name, name) != 0)
		i++;
	return &sim_tasks[i];
}

struct sim_client *
sim_client_new(struct sim *sim, uint32_t index)
{
	struct sim_client *client = calloc(1, sizeof *client);

	client->sim = sim;
	client->index = index;
	client->variant = (unsigned)sim_below(sim, 1000);
	/* The first is admin; the others are as often of the office as not. */
	client->who = index == 0 || sim_below(sim, 2) == 0
			  ? WHO_OFFICE
			  : (enum sim_who)sim_below(sim, WHO_COUNT);
	snprintf(client->account, sizeof client->account, index == 0 ? "admin" : "clerk%u", index);
	snprintf(client->password, sizeof client->password, "first-password");
	client->task_count = 3 + sim_below(sim, CLIENT_TASK_COUNT_MAX - 2);
	client->is_voter = index > 0 && sim_below(sim, 3) == 0;
	for (size_t i = 0; i < client->task_count; i++)
		client->tasks[i] = client->is_voter ? &sim_cast_tasks[sim_below(sim, sim_cast_task_count)]
						    : &sim_tasks[sim_below(sim, sim_task_count)];
	/* Mostly there is a year early on: without one much is only refused. */
	if (index == 0 && sim_below(sim, 4) != 0)
		client->tasks[0] = task_named("import");
	if (index == 0 && sim_below(sim, 3) != 0)
		client->tasks[1] = task_named("poll.open");
	if (index == 0 && client->task_count > 4)
		client->tasks[client->task_count - 1] = task_named("poll.close");
	return client;
}

void
sim_client_free(struct sim_client *client)
{
	free(client->input);
	free(client);
}
