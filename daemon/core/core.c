#include "core/core.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "core/start.h"
#include "core/work.h"

struct core_config
core_config_default(void)
{
	return (struct core_config){
	    .session_count_max = 4096,
	    .session_count_max_address = 1024,
	    .login_seconds_max = 60,
	    .idle_seconds_max = 900,
	    .frame_seconds_max = 30,
	    .upload_bytes_max = 256u << 20,
	    .token_hours = 12,
	    .evidence_size_max = 200u << 20,
	    .evidence_unit_size_max = UINT64_C(4096) << 20,
	};
}

struct core *
core_new(const struct core_world *world, const struct core_config *config)
{
	struct core *core = calloc(1, sizeof *core);
	uint8_t hash[32];

	if (core == NULL)
		return NULL;
	core->world = *world;
	core->config = *config;
	core->now = world->clock->now(world->clock->arg);
	crypto_hash_sha256(hash, config->signing_public, sizeof config->signing_public);
	memcpy(core->key_id, hash, sizeof core->key_id);
	deliver_keys_init(core);
	if (session_table_init(&core->sessions, config->session_count_max) != JX_OK ||
	    request_table_init(&core->requests) != JX_OK || ask_table_init(&core->asks) != JX_OK) {
		core_free(core);
		return NULL;
	}
	return core;
}

void
core_free(struct core *core)
{
	if (core == NULL)
		return;
	import_table_clear(&core->imports);
	run_table_clear(&core->runs);
	tally_table_clear(&core->tallies);
	books_table_clear(&core->books);
	intake_clear(core);
	ask_table_clear(&core->asks);
	request_table_clear(&core->requests);
	session_table_clear(&core->sessions);
	free(core->dummy_hash);
	sodium_memzero(&core->config, sizeof core->config);
	sodium_memzero(&core->deliver, sizeof core->deliver);
	free(core);
}

/* Every event of the world is one turn: the time, the event, what became due, what can be freed. */
static void
core_turn_begin(struct core *core)
{
	core->now = core->world.clock->now(core->world.clock->arg);
}

static void
core_turn_end(struct core *core)
{
	intake_settle(core);
	request_settle(core);
}

static bool
core_on_opened(void *arg, net_handle conn, const char *address)
{
	struct core *core = arg;
	bool is_welcome;

	core_turn_begin(core);
	is_welcome = session_on_opened(core, conn, address);
	core_turn_end(core);
	return is_welcome;
}

static size_t
core_on_received(void *arg, net_handle conn, struct bytes bytes)
{
	struct core *core = arg;
	size_t used;

	core_turn_begin(core);
	used = session_on_received(core, conn, bytes);
	core_turn_end(core);
	return used;
}

static void
core_on_drained(void *arg, net_handle conn)
{
	struct core *core = arg;

	core_turn_begin(core);
	session_on_drained(core, conn);
	core_turn_end(core);
}

static void
core_on_closed(void *arg, net_handle conn, bool clean)
{
	struct core *core = arg;

	core_turn_begin(core);
	session_on_closed(core, conn, clean);
	core_turn_end(core);
}

struct net_events
core_net_events(struct core *core)
{
	return (struct net_events){
	    core, core_on_opened, core_on_received, core_on_drained, core_on_closed};
}

static void
core_on_committed(void *arg, uint64_t ticket, enum store_outcome outcome,
    const struct store_verdict *verdicts, size_t verdict_count)
{
	struct core *core = arg;

	core_turn_begin(core);
	intake_on_committed(core, ticket, outcome, verdicts, verdict_count);
	core_turn_end(core);
}

static void
core_on_answered(void *arg, uint64_t ticket, const struct store_rows *rows)
{
	struct core *core = arg;

	core_turn_begin(core);
	ask_on_answered(core, ticket, rows);
	core_turn_end(core);
}

static void
core_on_put_done(void *arg, uint64_t ticket, enum jx_err err, struct bytes have)
{
	struct core *core = arg;

	core_turn_begin(core);
	put_on_done(core, ticket, err, have);
	core_turn_end(core);
}

static void
core_on_available(void *arg, bool is_available)
{
	struct core *core = arg;

	core_turn_begin(core);
	intake_on_available(core, is_available);
	if (is_available)
		start_on_available(core);
	core_turn_end(core);
}

struct store_events
core_store_events(struct core *core)
{
	return (struct store_events){
	    core, core_on_committed, core_on_answered, core_on_put_done, core_on_available};
}

static void
core_on_hashed(void *arg, uint64_t ticket, enum jx_err err, const char *hash)
{
	struct core *core = arg;

	core_turn_begin(core);
	hash_on_hashed(core, ticket, err, hash);
	core_turn_end(core);
}

static void
core_on_output(void *arg, uint64_t ticket, uint32_t tag, uint32_t number, struct bytes bytes)
{
	struct core *core = arg;

	core_turn_begin(core);
	if (work_kind_of(ticket) == WORK_IMPORT)
		import_on_output(core, work_handle_of(ticket), tag, number, bytes);
	else
		run_on_output(core, work_handle_of(ticket), tag, number, bytes);
	core_turn_end(core);
}

static void
core_on_finished(void *arg, uint64_t ticket, enum jx_err err)
{
	struct core *core = arg;

	core_turn_begin(core);
	if (work_kind_of(ticket) == WORK_IMPORT)
		import_on_finished(core, work_handle_of(ticket), err);
	else
		run_on_finished(core, work_handle_of(ticket), err);
	core_turn_end(core);
}

struct job_events
core_job_events(struct core *core)
{
	return (struct job_events){core, core_on_hashed, core_on_output, core_on_finished};
}

static void
core_on_forgotten(void *arg, uint64_t ticket, enum jx_err err)
{
	struct core *core = arg;

	core_turn_begin(core);
	slots_on_forgotten(core, ticket, err);
	core_turn_end(core);
}

struct vault_events
core_vault_events(struct core *core)
{
	return (struct vault_events){core, core_on_forgotten};
}

void
core_tick(struct core *core)
{
	core_turn_begin(core);
	session_tick(core);
	intake_tick(core);
	import_tick(core);
	run_tick(core);
	watch_tick(core);
	slots_tick(core);
	tally_tick(core);
	start_tick(core);
	core_turn_end(core);
}

void
core_drain(struct core *core)
{
	core_turn_begin(core);
	core->is_draining = true;
	watch_tick(core); /* nothing else would end them */
	session_tick(core);
	core_turn_end(core);
}

bool
core_is_drained(const struct core *core)
{
	return core->is_draining && core->sessions.count == 0 && intake_is_idle(&core->intake);
}
