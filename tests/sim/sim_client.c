/*
 * A client: connects, logs in, does a list of things, each until it has a
 * definite answer: after a lost connection or "try again" the same op goes out
 * again under the same op_id, as the protocol demands.
 */
#include <jx/envelope.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/build.h"
#include "sim.h"
#include "wire/envelope.h"
#include "wire/frame.h"
#include "wire/receipt.h"

enum {
	TASK_COUNT_MAX = 14,
	PASSWORD_SIZE = 32,
	INPUT_SIZE_MAX = 256 << 10,
	SILENCE_US = 40 * SIM_US
};

enum task {
	TASK_YEARS,
	TASK_WHOAMI,
	TASK_KEYS,
	TASK_RESULTS,
	TASK_EXPORT,
	TASK_RUNS,
	TASK_ACCOUNT_ADD,
	TASK_ACCOUNT_DISABLE,
	TASK_PASSWD,
	TASK_IMPORT,
	TASK_RUN,
	TASK_RUN_CANCEL,
	TASK_GARBAGE,
	TASK_COUNT
};

static const char *const task_names[TASK_COUNT] = {"years", "whoami", "keys", "results", "export",
    "runs", "account_add", "account_disable", "passwd", "import", "run", "run_cancel", "garbage"};

enum step { STEP_DIAL, STEP_HELLO, STEP_LOGIN, STEP_WORK, STEP_DONE };

struct sim_client {
	struct sim *sim;
	uint32_t index;
	char account[32], password[PASSWORD_SIZE], old_password[PASSWORD_SIZE];
	bool tried_old;
	enum step step;
	net_handle conn;
	uint8_t *input;
	size_t input_size;
	uint64_t request_id, sent_us;
	enum task tasks[TASK_COUNT_MAX];
	size_t task_count, task_index;
	/* of the task at hand */
	struct sim_op *op;
	unsigned phase; /* import: 0 begin, 1 chunks, 2 commit; run: 0 start, 1 watch */
	uint32_t chunk;
	unsigned run, variant;
	bool is_doubting; /* the op is acknowledged; asked once more, it must give the same receipt
			   */
};

static void client_go_on(struct sim_client *client);

static uint64_t
client_id(const struct sim_client *client)
{
	return client->index;
}

static void
on_go_on(struct sim *sim, uint64_t index, uint64_t unused)
{
	(void)unused;
	client_go_on(sim->clients[index]);
}

static void
client_later(struct sim_client *client, uint64_t delay_us)
{
	sim_after(client->sim, delay_us, on_go_on, client_id(client), 0, false);
}

static void
client_send(struct sim_client *client, Jx__Envelope *envelope)
{
	struct arena *arena = arena_new(1 << 20);
	struct bytes frame;

	envelope->has_request_id = true;
	envelope->request_id = ++client->request_id;
	client->sent_us = client->sim->now_us;
	if (envelope_write(arena, envelope, &frame) != JX_OK)
		abort();
	sim_net_write(client->sim->net, client->conn, frame);
	arena_free(arena);
}

/* X(body case, member, message): sends one. */
#define SEND(client, upper, member, message)                                                       \
	do {                                                                                       \
		Jx__Envelope envelope_ = JX__ENVELOPE__INIT;                                       \
		envelope_.body_case = JX__ENVELOPE__BODY_##upper;                                  \
		envelope_.member = (message);                                                      \
		client_send(client, &envelope_);                                                   \
	} while (0)

static struct sim_op *
client_new_op(struct sim_client *client)
{
	struct sim_op *op = calloc(1, sizeof *op);

	for (size_t i = 0; i < sizeof op->op_id; i++)
		op->op_id[i] = (uint8_t)sim_random(client->sim);
	op->next = client->sim->ops;
	client->sim->ops = op;
	return op;
}

static ProtobufCBinaryData
client_op_id(struct sim_client *client)
{
	if (client->op == NULL)
		client->op = client_new_op(client);
	return (ProtobufCBinaryData){sizeof client->op->op_id, client->op->op_id};
}

/* ---- The city this client imports: the shared one, with one mark of its own. */

static Jx__Records *
client_city(struct sim_client *client, struct records_builder *builder, struct arena *arena)
{
	Jx__Records *city;

	if (records_builder_append(builder, client->sim->city) != JX_OK)
		abort();
	city = records_builder_get(builder);
	if (city->n_visits > 0) {
		Jx__Visit *visit = arena_alloc(arena, sizeof *visit);

		*visit = *city->visits[0];
		visit->mark = 5000 + client->variant;
		city->visits[0] = visit;
	}
	return city;
}

static void
client_send_import(struct sim_client *client)
{
	struct sim *sim = client->sim;
	struct arena *arena = arena_new(8 << 20);
	struct records_builder *builder = records_builder_new(arena);
	Jx__Records *city = client_city(client, builder, arena);
	uint8_t digest[32];
	ProtobufCBinaryData op_id = client_op_id(client), digest_data = {sizeof digest, digest};

	records_digest(city, sim->scheme_text, digest);
	if (client->phase == 0) {
		Jx__ImportBegin begin = JX__IMPORT_BEGIN__INIT;

		begin.has_op_id = begin.has_digest = begin.has_year = true;
		begin.op_id = op_id;
		begin.digest = digest_data;
		begin.city = (char *)(uintptr_t)sim->scheme->city;
		begin.year = sim->scheme->year;
		SEND(client, IMPORT_BEGIN, import_begin, &begin);
	} else if (client->phase == 1) {
		Jx__ImportChunk chunk = JX__IMPORT_CHUNK__INIT;

		chunk.has_op_id = chunk.has_number = chunk.has_year = true;
		chunk.op_id = op_id;
		chunk.number = client->chunk;
		chunk.city = (char *)(uintptr_t)sim->scheme->city;
		chunk.year = sim->scheme->year;
		if (client->chunk == 0) {
			chunk.has_scheme = true;
			chunk.scheme = (ProtobufCBinaryData){
			    sim->scheme_text.size, (uint8_t *)(uintptr_t)sim->scheme_text.data};
		} else {
			chunk.records = city;
		}
		SEND(client, IMPORT_CHUNK, import_chunk, &chunk);
	} else {
		Jx__ImportCommit commit = JX__IMPORT_COMMIT__INIT;

		commit.has_op_id = commit.has_digest = commit.has_year = true;
		commit.op_id = op_id;
		commit.digest = digest_data;
		commit.city = (char *)(uintptr_t)sim->scheme->city;
		commit.year = sim->scheme->year;
		SEND(client, IMPORT_COMMIT, import_commit, &commit);
	}
	arena_free(arena);
}

static void
client_send_garbage(struct sim_client *client)
{
	uint8_t noise[64];
	size_t size = 1 + sim_below(client->sim, sizeof noise);

	for (size_t i = 0; i < size; i++)
		noise[i] = (uint8_t)sim_random(client->sim);
	client->sent_us = client->sim->now_us;
	sim_net_write(client->sim->net, client->conn, (struct bytes){noise, size});
}

static void
client_send_account(struct sim_client *client, enum task task)
{
	ProtobufCBinaryData op_id = client_op_id(client);
	char name[64];

	if (task == TASK_ACCOUNT_ADD) {
		Jx__AccountAdd add = JX__ACCOUNT_ADD__INIT;

		/* Two clients sometimes want the same name: one of them is refused, for good. */
		snprintf(name, sizeof name, "extra%u", client->variant % 4);
		add.has_op_id = true;
		add.op_id = op_id;
		add.account = name;
		add.role = (char *)(uintptr_t) "auditor";
		add.city = (char *)(uintptr_t) "*";
		add.password = (char *)(uintptr_t) "long-enough";
		SEND(client, ACCOUNT_ADD, account_add, &add);
	} else if (task == TASK_ACCOUNT_DISABLE) {
		Jx__AccountDisable disable = JX__ACCOUNT_DISABLE__INIT;

		snprintf(name, sizeof name, "extra%u", client->variant % 4);
		disable.has_op_id = true;
		disable.op_id = op_id;
		disable.account = name;
		SEND(client, ACCOUNT_DISABLE, account_disable, &disable);
	} else {
		Jx__Passwd passwd = JX__PASSWD__INIT;

		if (client->phase == 0) {
			client->phase = 1;
			snprintf(client->old_password, PASSWORD_SIZE, "%s", client->password);
			snprintf(client->password, PASSWORD_SIZE, "password-%u-%u", client->index,
			    client->variant);
		}
		passwd.has_op_id = true;
		passwd.op_id = op_id;
		passwd.old_password = client->old_password;
		passwd.new_password = client->password;
		SEND(client, PASSWD, passwd, &passwd);
	}
}

static void
client_send_run(struct sim_client *client, enum task task)
{
	struct sim *sim = client->sim;
	char *city = (char *)(uintptr_t)sim->scheme->city;

	if (task == TASK_RUN && client->phase == 0) {
		Jx__RunStart start = JX__RUN_START__INIT;

		start.has_op_id = start.has_year = start.has_final = true;
		start.op_id = client_op_id(client);
		start.city = city;
		start.year = sim->scheme->year;
		start.final = client->variant % 2;
		SEND(client, RUN_START, run_start, &start);
	} else if (task == TASK_RUN) {
		Jx__RunWatch watch = JX__RUN_WATCH__INIT;

		watch.has_year = watch.has_run = true;
		watch.city = city;
		watch.year = sim->scheme->year;
		watch.run = client->run;
		SEND(client, RUN_WATCH, run_watch, &watch);
	} else {
		Jx__RunCancel cancel = JX__RUN_CANCEL__INIT;

		cancel.has_op_id = cancel.has_year = cancel.has_run = true;
		cancel.op_id = client_op_id(client);
		cancel.city = city;
		cancel.year = sim->scheme->year;
		cancel.run = 1 + client->variant % 3;
		SEND(client, RUN_CANCEL, run_cancel, &cancel);
	}
}

static void
client_send_read(struct sim_client *client, enum task task)
{
	struct sim *sim = client->sim;
	char *city = (char *)(uintptr_t)sim->scheme->city;
	Jx__Years years = JX__YEARS__INIT;
	Jx__Whoami whoami = JX__WHOAMI__INIT;
	Jx__Keys keys = JX__KEYS__INIT;
	Jx__Runs runs = JX__RUNS__INIT;
	Jx__ResultsRead results = JX__RESULTS_READ__INIT;
	Jx__RecordsRead records = JX__RECORDS_READ__INIT;

	switch ((int)task) {
	case TASK_YEARS:
		SEND(client, YEARS, years, &years);
		break;
	case TASK_WHOAMI:
		SEND(client, WHOAMI, whoami, &whoami);
		break;
	case TASK_KEYS:
		SEND(client, KEYS, keys, &keys);
		break;
	case TASK_RUNS:
		runs.has_year = true;
		runs.city = city;
		runs.year = sim->scheme->year;
		SEND(client, RUNS, runs, &runs);
		break;
	case TASK_RESULTS:
		results.has_year = true;
		results.city = city;
		results.year = sim->scheme->year;
		SEND(client, RESULTS_READ, results_read, &results);
		break;
	default:
		records.has_year = records.has_batch = true;
		records.city = city;
		records.year = sim->scheme->year;
		records.kind = (char *)(uintptr_t) "ballots";
		records.batch = 1000;
		SEND(client, RECORDS_READ, records_read, &records);
		break;
	}
}

static void
client_send_task(struct sim_client *client)
{
	enum task task = client->tasks[client->task_index];

	switch ((int)task) {
	case TASK_ACCOUNT_ADD:
	case TASK_ACCOUNT_DISABLE:
	case TASK_PASSWD:
		client_send_account(client, task);
		break;
	case TASK_IMPORT:
		client_send_import(client);
		break;
	case TASK_RUN:
	case TASK_RUN_CANCEL:
		client_send_run(client, task);
		break;
	case TASK_GARBAGE:
		client_send_garbage(client);
		break;
	default:
		client_send_read(client, task);
		break;
	}
}

static void
client_dial(struct sim_client *client)
{
	Jx__Hello hello = JX__HELLO__INIT;

	client->input_size = 0;
	client->conn = sim_net_dial(client->sim->net, client->index);
	if (client->conn == 0) {
		client_later(client, 50000 + sim_below(client->sim, SIM_US));
		return;
	}
	client->step = STEP_HELLO;
	hello.has_protocol = true;
	hello.protocol = 1;
	SEND(client, HELLO, hello, &hello);
}

static void
client_login(struct sim_client *client)
{
	Jx__Login login = JX__LOGIN__INIT;

	client->step = STEP_LOGIN;
	login.account = client->account;
	/* A change of password whose answer was lost: it may be the old one still. */
	login.password = client->tried_old ? client->old_password : client->password;
	SEND(client, LOGIN, login, &login);
}

/* What comes next, wherever it stands; also called when an answer stays out. */
static void
client_go_on(struct sim_client *client)
{
	switch (client->step) {
	case STEP_DIAL:
		client_dial(client);
		break;
	case STEP_HELLO:
	case STEP_LOGIN:
	case STEP_WORK:
		if (client->sim->now_us - client->sent_us >= SILENCE_US)
			sim_net_hang_up(client->sim->net, client->conn);
		else
			client_later(client, SILENCE_US);
		break;
	case STEP_DONE:
		break;
	}
}

static void
client_next_task(struct sim_client *client)
{
	client->op = NULL;
	client->phase = 0;
	client->chunk = 0;
	client->is_doubting = false;
	client->variant = (unsigned)sim_below(client->sim, 1000);
	if (++client->task_index < client->task_count) {
		client_send_task(client);
		return;
	}
	client->step = STEP_DONE;
	sim_net_hang_up(client->sim->net, client->conn);
}

/* ---- Answers. */

static void
client_on_receipt(struct sim_client *client, const Jx__Receipt *receipt)
{
	struct sim_op *op = client->op;
	size_t size = receipt == NULL ? 0 : jx__receipt__get_packed_size(receipt);
	uint8_t *packed;

	if (op == NULL || size == 0) {
		sim_violate(client->sim, "an acknowledgement without a receipt (%s)",
		    sim_client_doing(client));
		return;
	}
	packed = malloc(size);
	jx__receipt__pack(receipt, packed);
	if (receipt_check(receipt, client->sim->config.signing_public) != JX_OK ||
	    memcmp(receipt->op_id.data, op->op_id, sizeof op->op_id) != 0)
		sim_violate(
		    client->sim, "a receipt does not verify (%s)", sim_client_doing(client));
	if (op->is_acked && (op->receipt_size != size || memcmp(op->receipt, packed, size) != 0))
		sim_violate(
		    client->sim, "another receipt for the same op (%s)", sim_client_doing(client));
	if (op->is_acked)
		free(packed);
	else {
		op->is_acked = true;
		op->receipt = packed;
		op->receipt_size = size;
	}
}

static void
client_on_written(struct sim_client *client, const Jx__Receipt *receipt)
{
	client_on_receipt(client, receipt);
	if (!client->is_doubting && sim_below(client->sim, 3) == 0) {
		client->is_doubting = true;
		client_send_task(
		    client); /* a passwd's replay must not ask for the old password again */
		return;
	}
	client_next_task(client);
}

static bool
is_again(const char *code)
{
	static const char *const codes[] = {"E_BUSY", "E_UNAVAILABLE", "E_THROTTLED"};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

static void
on_send_again(struct sim *sim, uint64_t index, uint64_t request_id)
{
	struct sim_client *client = sim->clients[index];

	if (client->request_id != request_id)
		return; /* the connection was lost meanwhile, and with it this try */
	if (client->step == STEP_WORK)
		client_send_task(client);
	else if (client->step == STEP_LOGIN)
		client_login(client);
}

static void
client_on_fail(struct sim_client *client, const Jx__Fail *fail)
{
	enum task task = client->tasks[client->task_index];

	sim_trace(
	    client->sim, "client %u %s: %s", client->index, sim_client_doing(client), fail->code);
	if (is_again(fail->code)) {
		uint64_t wait_us = (fail->has_retry_ms ? fail->retry_ms : 1000) * UINT64_C(1000);

		sim_after(client->sim, wait_us + sim_below(client->sim, 100000), on_send_again,
		    client_id(client), client->request_id, false);
		return;
	}
	if (client->step == STEP_LOGIN) {
		client->tried_old = !client->tried_old;
		client_login(client);
		return;
	}
	if (client->step == STEP_HELLO) {
		sim_net_hang_up(client->sim->net, client->conn);
		return;
	}
	if (task == TASK_IMPORT && strcmp(fail->code, "E_NOT_FOUND") == 0) {
		client->phase = 0; /* the upload was forgotten: again, same op */
		client->chunk = 0;
		client_send_task(client);
		return;
	}
	if (strcmp(fail->code, "E_SESSION") == 0 || task == TASK_GARBAGE ||
	    strcmp(fail->code, "E_STATE") == 0)
		return; /* the connection ends now */
	if (strcmp(fail->code, "E_INTERNAL") == 0 && task != TASK_IMPORT)
		sim_violate(client->sim, "E_INTERNAL for %s", sim_client_doing(client));
	if (client->op != NULL) {
		if (client->op->is_acked)
			sim_violate(client->sim, "acknowledged, then refused with %s (%s)",
			    fail->code, sim_client_doing(client));
		client->op->is_refused = true;
	}
	client_next_task(client);
}

static void
client_on_import(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (envelope->body_case == JX__ENVELOPE__BODY_IMPORT_REPLY) {
		const Jx__ImportReply *reply = envelope->import_reply;

		/* Nothing changed: nothing is stored, and there is no receipt. */
		if (reply->receipt == NULL && reply->change_count == 0 && !reply->scheme_changed &&
		    !client->op->is_acked)
			client_next_task(client);
		else
			client_on_written(client, reply->receipt);
		return;
	}
	client->chunk = envelope->body_case == JX__ENVELOPE__BODY_IMPORT_BEGIN_REPLY
			    ? envelope->import_begin_reply->next
			    : envelope->import_chunk_reply->next;
	client->phase = client->chunk >= 2 ? 2 : 1;
	client_send_task(client);
}

static void
client_on_run(struct sim_client *client, const Jx__RunReply *reply)
{
	if (client->phase == 0) {
		client->run = reply->run->run;
		client_on_receipt(client, reply->receipt);
		if (!client->is_doubting && sim_below(client->sim, 3) == 0) {
			client->is_doubting = true;
		} else {
			client->phase = 1;
			client->is_doubting = false;
		}
		client_send_task(client);
		return;
	}
	if (strcmp(reply->run->state, "running") == 0)
		sim_after(client->sim, 200000, on_send_again, client_id(client), client->request_id,
		    false);
	else
		client_next_task(client);
}

static void
client_on_envelope(struct sim_client *client, const Jx__Envelope *envelope)
{
	client->sent_us = client->sim->now_us;
	if (envelope->body_case == JX__ENVELOPE__BODY_PROGRESS)
		return;
	if (envelope->request_id != client->request_id && envelope->request_id != 0)
		return; /* to a try that was given up */
	switch ((int)envelope->body_case) {
	case JX__ENVELOPE__BODY_FAIL:
		client_on_fail(client, envelope->fail);
		break;
	case JX__ENVELOPE__BODY_HELLO_REPLY:
		client_login(client);
		break;
	case JX__ENVELOPE__BODY_LOGIN_REPLY:
		if (client->tried_old) {
			/* passwd had not come through: it is sent again as it was. */
			client->tried_old = false;
		}
		client->step = STEP_WORK;
		client_send_task(client);
		break;
	case JX__ENVELOPE__BODY_DONE:
		client_on_written(client, envelope->done->receipt);
		break;
	case JX__ENVELOPE__BODY_IMPORT_BEGIN_REPLY:
	case JX__ENVELOPE__BODY_IMPORT_CHUNK_REPLY:
	case JX__ENVELOPE__BODY_IMPORT_REPLY:
		client_on_import(client, envelope);
		break;
	case JX__ENVELOPE__BODY_RUN_REPLY:
		client_on_run(client, envelope->run_reply);
		break;
	default:
		client_next_task(client);
		break;
	}
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
		struct arena *arena = arena_new(8 << 20);
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
	client->request_id++; /* answers to it are nobody's now */
	if (client->tasks[client->task_index] == TASK_GARBAGE &&
	    client->task_index + 1 < client->task_count)
		client->task_index++;
	else if (client->tasks[client->task_index] == TASK_GARBAGE)
		client->tasks[client->task_index] = TASK_YEARS;
	client_later(client, 1000 + sim_below(client->sim, SIM_US / 2));
}

bool
sim_client_is_done(const struct sim_client *client)
{
	return client->step == STEP_DONE;
}

const char *
sim_client_account(const struct sim_client *client)
{
	return client->account;
}

const char *
sim_client_doing(const struct sim_client *client)
{
	return client->step == STEP_WORK    ? task_names[client->tasks[client->task_index]]
	       : client->step == STEP_LOGIN ? "login"
					    : "connecting";
}

void
sim_client_start(struct sim_client *client)
{
	client_later(client, sim_below(client->sim, SIM_US));
}

struct sim_client *
sim_client_new(struct sim *sim, uint32_t index)
{
	struct sim_client *client = calloc(1, sizeof *client);

	client->sim = sim;
	client->index = index;
	client->variant = (unsigned)sim_below(sim, 1000);
	snprintf(client->account, sizeof client->account, index == 0 ? "admin" : "clerk%u", index);
	snprintf(client->password, PASSWORD_SIZE, "first-password");
	client->task_count = 4 + sim_below(sim, TASK_COUNT_MAX - 4);
	for (size_t i = 0; i < client->task_count; i++)
		client->tasks[i] = (enum task)sim_below(sim, TASK_COUNT);
	return client;
}

void
sim_client_free(struct sim_client *client)
{
	if (client != NULL)
		free(client->input);
	free(client);
}
