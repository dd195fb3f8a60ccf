/* Writes: accounts, passwords, runs; and what an acknowledgement must be. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_client.h"
#include "wire/receipt.h"

#define SEND(client, upper, message)                                                               \
	sim_client_send(client, JX__ENVELOPE__BODY_##upper, &(message), ASK_MAIN)

ProtobufCBinaryData
sim_write_op_id(struct sim_client *client, const char *action)
{
	if (client->op == NULL) {
		struct sim_op *op = calloc(1, sizeof *op);

		for (size_t i = 0; i < sizeof op->op_id; i++)
			op->op_id[i] = (uint8_t)sim_random(client->sim);
		op->action = action;
		memcpy(op->actor, client->account, sizeof op->actor);
		op->next = client->sim->ops;
		client->sim->ops = client->op = op;
	}
	return (ProtobufCBinaryData){sizeof client->op->op_id, client->op->op_id};
}

/* The hash that the receipt must name: of the request's name and the message, without passwords. */
void
sim_write_sign(struct sim_client *client, const char *request, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message), head = strlen(request) + 1;
	uint8_t *text = malloc(head + size);

	memcpy(text, request, head);
	protobuf_c_message_pack(message, text + head);
	crypto_hash_sha256(client->op->content_hash, text, head + size);
	free(text);
}

/* ---- Receipts. */

bool
sim_write_on_receipt(struct sim_client *client, const Jx__Receipt *receipt)
{
	struct sim *sim = client->sim;
	struct sim_op *op = client->op;
	const char *doing = sim_client_doing(client);
	size_t size = receipt == NULL ? 0 : jx__receipt__get_packed_size(receipt);
	uint8_t *packed;

	if (size == 0) {
		sim_violate(sim, "an acknowledgement without a receipt (%s)", doing);
		return false;
	}
	packed = malloc(size);
	jx__receipt__pack(receipt, packed);
	if (receipt_check(receipt, sim->config.signing_public) != JX_OK ||
	    memcmp(receipt->op_id.data, op->op_id, sizeof op->op_id) != 0 ||
	    memcmp(receipt->content_hash.data, op->content_hash, 32) != 0 ||
	    strcmp(receipt->actor, op->actor) != 0 ||
	    strcmp(receipt->action, op->action) != 0)
		sim_violate(sim, "a receipt does not verify, or is of something else (%s)", doing);
	if (op->is_acked && (op->receipt_size != size || memcmp(op->receipt, packed, size) != 0))
		sim_violate(sim, "another receipt for the same op (%s)", doing);
	free(op->receipt);
	op->is_acked = true;
	op->receipt = packed;
	op->receipt_size = size;
	if (client->is_doubting || sim_below(sim, 3) != 0)
		return false;
	client->is_doubting = true;
	return true;
}

void
sim_write_on_done(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (sim_write_on_receipt(client, envelope->done->receipt))
		sim_client_again(client, sim_below(client->sim, 10000));
	else
		sim_client_next(client);
}

/* Codes that a refused write may meet. Each says: nothing was stored. */
void
sim_write_on_refused(struct sim_client *client, const char *code)
{
	static const char *const codes[] = {
	    "E_DENIED", "E_NOT_FOUND", "E_EXISTS", "E_STALE", "E_FIELD", "E_FAULTS", "E_LOGIN"};
	bool is_known = false;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		is_known |= strcmp(codes[i], code) == 0;
	if (!is_known)
		sim_violate(client->sim, "%s for %s", code, sim_client_doing(client));
	if (client->op != NULL && client->op->is_acked && client->phase != 9)
		sim_violate(client->sim, "acknowledged, then refused with %s (%s)", code,
		    sim_client_doing(client));
	else if (client->op != NULL)
		client->op->is_refused = true;
	sim_client_next(client);
}

/* ---- Accounts. */

/* Few names, so that some are taken, some unknown, and one is a client's own. */
static const char *
write_name(const struct sim_client *client, char name[32])
{
	if (client->variant % 8 == 7)
		snprintf(name, 32, "clerk5");
	else
		snprintf(name, 32, "extra%u", client->variant % 8);
	return name;
}

static void
write_account(struct sim_client *client, const char *role)
{
	Jx__AccountAdd add = JX__ACCOUNT_ADD__INIT;
	char name[32];

	write_name(client, name);
	add.has_op_id = true;
	add.op_id = sim_write_op_id(client, "account_add");
	add.account = name;
	add.role = (char *)(uintptr_t)role;
	add.city = (char *)(uintptr_t) "*";
	if (!client->op->is_acked)
		sim_write_sign(client, "account_add", &add.base);
	add.password = (char *)(uintptr_t) "long-enough";
	SEND(client, ACCOUNT_ADD, add);
}

void
sim_write_account_add(struct sim_client *client)
{
	write_account(client, "auditor");
}

void
sim_write_account_disable(struct sim_client *client)
{
	Jx__AccountDisable disable = JX__ACCOUNT_DISABLE__INIT;
	char name[32];

	disable.has_op_id = true;
	disable.op_id = sim_write_op_id(client, "account_disable");
	disable.account = (char *)(uintptr_t)write_name(client, name);
	sim_write_sign(client, "account_disable", &disable.base);
	SEND(client, ACCOUNT_DISABLE, disable);
}

static void
write_passwd(struct sim_client *client, char *old_password)
{
	Jx__Passwd passwd = JX__PASSWD__INIT;

	passwd.has_op_id = true;
	passwd.op_id = sim_write_op_id(client, "passwd");
	sim_write_sign(client, "passwd", &passwd.base);
	passwd.old_password = old_password;
	passwd.new_password = client->password;
	SEND(client, PASSWD, passwd);
}

void
sim_write_passwd(struct sim_client *client)
{
	if (client->phase == 0) {
		client->phase = 1;
		memcpy(client->old_password, client->password, sizeof client->old_password);
		snprintf(client->password, sizeof client->password, "password-%u-%u", client->index,
		    client->variant);
	}
	write_passwd(client, client->old_password);
}

void
sim_write_wrong_passwd(struct sim_client *client)
{
	static char wrong[] = "not-my-password";

	write_passwd(client, wrong);
}

/* ---- The same op_id for something else. */

void
sim_write_conflict(struct sim_client *client)
{
	write_account(client, client->phase == 0 ? "auditor" : "office");
}

void
sim_write_on_conflict(struct sim_client *client, const Jx__Envelope *envelope)
{
	if (client->phase != 0) {
		sim_violate(client->sim, "another content under the same op_id was accepted");
		return;
	}
	(void)sim_write_on_receipt(client, envelope->done->receipt);
	client->phase = 1;
	sim_client_again(client, 0);
}

void
sim_write_on_conflict_refused(struct sim_client *client, const char *code)
{
	if (client->phase == 0)
		sim_write_on_refused(client, code);
	else if (strcmp(code, "E_CONFLICT") != 0)
		sim_violate(client->sim, "%s instead of E_CONFLICT", code);
	else
		sim_client_next(client);
}

/* ---- Runs. */

static void
write_run_start(struct sim_client *client)
{
	Jx__RunStart start = JX__RUN_START__INIT;

	start.has_op_id = start.has_year = start.has_final = true;
	start.op_id = sim_write_op_id(client, "run_start");
	start.city = (char *)(uintptr_t)client->sim->scheme->city;
	start.year = client->sim->scheme->year;
	start.final = client->variant % 2;
	sim_write_sign(client, "run_start", &start.base);
	SEND(client, RUN_START, start);
}

static void
write_run_watch(struct sim_client *client)
{
	Jx__RunWatch watch = JX__RUN_WATCH__INIT;

	watch.has_year = watch.has_run = true;
	watch.city = (char *)(uintptr_t)client->sim->scheme->city;
	watch.year = client->sim->scheme->year;
	watch.run = client->run;
	SEND(client, RUN_WATCH, watch);
}

void
sim_write_run(struct sim_client *client)
{
	if (client->phase == 0)
		write_run_start(client);
	else
		write_run_watch(client);
}

void
sim_write_on_run(struct sim_client *client, const Jx__Envelope *envelope)
{
	const Jx__RunReply *reply = envelope->run_reply;

	if (client->phase == 0) {
		if (client->run != 0 && client->run != reply->run->run)
			sim_violate(client->sim, "run %u, then run %u for the same op", client->run,
			    reply->run->run);
		client->run = reply->run->run;
		if (!sim_write_on_receipt(client, reply->receipt))
			client->phase = 1;
		if (client->phase == 1 && client->variant % 7 == 0)
			sim_client_next(client); /* the run goes on alone */
		else
			sim_client_again(client, 0);
		return;
	}
	if (reply->run->run != client->run)
		sim_violate(client->sim, "run %u instead of %u", reply->run->run, client->run);
	if (strcmp(reply->run->state, "running") == 0)
		sim_client_again(client, SIM_US / 5);
	else
		sim_client_next(client);
}

void
sim_write_run_cancel(struct sim_client *client)
{
	Jx__RunCancel cancel = JX__RUN_CANCEL__INIT;

	cancel.has_op_id = cancel.has_year = cancel.has_run = true;
	cancel.op_id = sim_write_op_id(client, "run_cancel");
	cancel.city = (char *)(uintptr_t)client->sim->scheme->city;
	cancel.year = client->sim->scheme->year;
	cancel.run = 1 + client->variant % 3;
	sim_write_sign(client, "run_cancel", &cancel.base);
	SEND(client, RUN_CANCEL, cancel);
}
