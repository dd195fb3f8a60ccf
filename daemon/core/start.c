#include "core/start.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"

static const struct request_id nobody = {0, 0};

static void
start_again(struct core *core, const char *step, enum jx_err err)
{
	log_say(core->world.log, LOG_LEVEL_WARNING, "start_again", "%s: %s", step, err_name(err));
	core->is_starting = false; /* the tick begins anew */
}

/* An op of the daemon's own; its id follows from its name, so that a repeated start is a replay. */
static enum jx_err
start_write(struct core *core, const char *action, const char *name, json_t *body, intake_fn fn)
{
	struct intake_op op = {
	    .action = action,
	    .actor = "jixiaod",
	    .city = "*",
	    .received_us = core->now.wall_us,
	    .body = body == NULL ? NULL : json_dumps(body, JSON_COMPACT),
	    .fn = fn,
	};
	uint8_t hash[32];

	json_decref(body);
	if (op.body == NULL)
		return JX_E_MEMORY;
	crypto_hash_sha256(hash, (const uint8_t *)name, strlen(name));
	memcpy(op.op_id, hash, sizeof op.op_id);
	memcpy(op.content_hash, hash, sizeof op.content_hash);
	return intake_add(core, &op);
}

static void
start_done(struct core *core)
{
	core->is_ready = true;
	run_resume_all(core);
	slots_start(core);
	core->world.ready(core->world.ready_arg);
}

static void
start_on_admin_stored(
    struct core *core, struct request_id req, uint64_t handle, const struct intake_outcome *outcome)
{
	(void)req;
	(void)handle;
	if (outcome->err != JX_OK && outcome->err != JX_E_EXISTS)
		start_again(core, "admin", outcome->err);
	else
		start_done(core);
}

static void
start_on_admin_hashed(struct core *core, struct request_id req, enum jx_err err, const char *hash)
{
	(void)req;
	if (err == JX_OK)
		err = start_write(core, "account_add", "jixiaod account_add admin",
		    json_pack("{s:s, s:s, s:s, s:s}", "account", "admin", "role", "office", "city",
			"*", "password_hash", hash),
		    start_on_admin_stored);
	if (err != JX_OK)
		start_again(core, "admin", err);
}

static void
start_on_accounts(
    struct core *core, struct request_id req, uint64_t handle, const struct store_rows *rows)
{
	enum jx_err err = rows->err;

	(void)req;
	(void)handle;
	if (err == JX_OK && rows->row_count > 0) {
		start_done(core);
		return;
	}
	if (err == JX_OK)
		err = hash_start(
		    core, core->config.admin_password, NULL, nobody, start_on_admin_hashed);
	if (err != JX_OK)
		start_again(core, "accounts", err);
}

static void
start_on_key_stored(
    struct core *core, struct request_id req, uint64_t handle, const struct intake_outcome *outcome)
{
	enum jx_err err = outcome->err;

	(void)req;
	(void)handle;
	if (err == JX_OK)
		err = ask_send(core, QUESTION_ACCOUNTS, NULL, nobody, 0, start_on_accounts);
	if (err != JX_OK)
		start_again(core, "key", err);
}

/*
 * The key is written once a life, under an id of its own: this first batch moves
 * the chain's head, so that a batch of an earlier life which is still on its way
 * to the database comes too late. Only then may an op be refused for good.
 */
static void
start_on_dummy_hashed(struct core *core, struct request_id req, enum jx_err err, const char *hash)
{
	char key_id[17], public_key[65], life[33], name[128];
	uint8_t random[16];

	(void)req;
	if (err == JX_OK) {
		free(core->dummy_hash);
		core->dummy_hash = strdup(hash);
		if (core->dummy_hash == NULL)
			err = JX_E_MEMORY;
	}
	sodium_bin2hex(key_id, sizeof key_id, core->key_id, sizeof core->key_id);
	sodium_bin2hex(public_key, sizeof public_key, core->config.signing_public,
	    sizeof core->config.signing_public);
	core->world.rng->fill(core->world.rng->arg, random, sizeof random);
	sodium_bin2hex(life, sizeof life, random, sizeof random);
	snprintf(name, sizeof name, "jixiaod key_add %s %s", public_key, life);
	if (err == JX_OK)
		err = start_write(core, "key_add", name,
		    json_pack("{s:s, s:s}", "key_id", key_id, "public_key", public_key),
		    start_on_key_stored);
	if (err != JX_OK)
		start_again(core, "hash", err);
}

static void
start_begin(struct core *core)
{
	uint8_t random[32];
	char password[65];
	enum jx_err err;

	core->is_starting = true;
	core->world.rng->fill(core->world.rng->arg, random, sizeof random);
	sodium_bin2hex(password, sizeof password, random, sizeof random);
	err = hash_start(core, password, NULL, nobody, start_on_dummy_hashed);
	if (err != JX_OK)
		start_again(core, "hash", err);
}

void
start_on_available(struct core *core)
{
	if (!core->is_ready && !core->is_starting)
		start_begin(core);
}

void
start_tick(struct core *core)
{
	if (core->intake.is_available)
		start_on_available(core);
}
