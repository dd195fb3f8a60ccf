/*
 * jixiaod: reads what it was told, builds the world around the core, runs the
 * loop, takes all down again. The only file that sees every room; no logic.
 */
#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/core.h"
#include "core/work.h"
#include "job/job.h"
#include "job/vault.h"
#include "net/net.h"
#include "store/cluster.h"
#include "store/store.h"
#include "sys/arguments.h"
#include "sys/clock.h"
#include "sys/config.h"
#include "sys/disk.h"
#include "sys/files.h"
#include "sys/keys.h"
#include "sys/lock.h"
#include "sys/log.h"
#include "sys/notify.h"
#include "sys/rng.h"
#include "wire/frame.h"

_Static_assert((int)CORE_FORMER_KEY_COUNT_MAX == (int)KEYS_FORMER_COUNT_MAX, "all that are kept are used");

enum {
	MAIN_DRAIN_SECONDS_MAX = 10,
	MAIN_FILES_BESIDE = 64, /* descriptors that are no connections */
};

static const int main_signals[] = {SIGTERM, SIGINT, SIGHUP};
enum { MAIN_SIGNAL_COUNT = sizeof main_signals / sizeof *main_signals };

struct world {
	struct arguments arguments;
	struct config config;
	struct log log;
	struct clock clock;
	struct keys keys;
	int lock_fd;
	struct event_base *base;
	struct event *tick, *signals[MAIN_SIGNAL_COUNT];
	struct cluster *cluster;
	struct net *net;
	struct store *store;
	struct job *job;
	struct vault *vault;
	struct core *core;
	struct {
		struct clock_port clock;
		struct rng_port rng;
		struct net_port net;
		struct store_port store;
		struct job_port job;
		struct log_port log;
		struct vault_port vault;
	} ports;
	uint64_t drain_until_us; /* 0: not stopping */
};

/* ---- Events of the loop. */

static void
on_ready(void *arg)
{
	struct world *world = arg;
	struct net_events events = core_net_events(world->core);

	if (world->drain_until_us != 0)
		return;
	net_start(world->net, &events);
	printf("jixiaod ready on %s\n", net_address(world->net));
	fflush(stdout);
	notify_send("READY=1");
	log_say(&world->ports.log, LOG_LEVEL_INFO, "ready", "%s", net_address(world->net));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct world *world = arg;

	(void)fd;
	(void)what;
	core_tick(world->core);
	if (world->drain_until_us == 0)
		return;
	if (core_is_drained(world->core) ||
	    world->ports.clock.now(world->ports.clock.arg).mono_us >= world->drain_until_us)
		event_base_loopbreak(world->base);
}

static void
on_stop(evutil_socket_t number, short what, void *arg)
{
	struct world *world = arg;
	struct moment now = world->ports.clock.now(world->ports.clock.arg);

	(void)what;
	log_say(&world->ports.log, LOG_LEVEL_INFO, "stopping", "signal %d", (int)number);
	if (world->drain_until_us != 0) { /* the second time: at once */
		event_base_loopbreak(world->base);
		return;
	}
	notify_send("STOPPING=1");
	world->drain_until_us = now.mono_us + MAIN_DRAIN_SECONDS_MAX * UINT64_C(1000000);
	net_stop(world->net);
	core_drain(world->core);
}

static void
on_reload(evutil_socket_t number, short what, void *arg)
{
	struct world *world = arg;
	struct config config;

	(void)number;
	(void)what;
	if (world->arguments.config == NULL)
		return;
	if (config_load(world->arguments.config, world->arguments.lang, &config) != JX_OK) {
		log_say(&world->ports.log, LOG_LEVEL_ERROR, "reload",
		    "%s: the settings stay as they are", world->arguments.config);
		return;
	}
	config_reload(&world->config, &config);
	world->log.level = (enum log_level)world->config.log_level;
	log_say(&world->ports.log, LOG_LEVEL_INFO, "reload", "%s", world->arguments.config);
}

/* ---- Building. */

static enum jx_err
open_loop(struct world *world)
{
	static const event_callback_fn handlers[MAIN_SIGNAL_COUNT] = {on_stop, on_stop, on_reload};
	const struct timeval tick = {0, CORE_TICK_MS * 1000};
	struct event_config *config = event_config_new();

	if (config == NULL)
		return JX_E_MEMORY;
	event_config_set_flag(
	    config, EVENT_BASE_FLAG_PRECISE_TIMER); /* "on time" is read from it */
	world->base = event_base_new_with_config(config);
	event_config_free(config);
	if (world->base == NULL)
		return JX_E_MEMORY;
	clock_init(&world->clock, world->base);
	world->ports.clock = clock_port(&world->clock);
	for (size_t i = 0; i < MAIN_SIGNAL_COUNT; i++) {
		world->signals[i] = evsignal_new(world->base, main_signals[i], handlers[i], world);
		if (world->signals[i] == NULL || event_add(world->signals[i], NULL) != 0)
			return JX_E_MEMORY;
	}
	world->tick = event_new(world->base, -1, EV_PERSIST, on_tick, world);
	return world->tick == NULL || event_add(world->tick, &tick) != 0 ? JX_E_MEMORY : JX_OK;
}

static enum jx_err
open_folder(struct world *world)
{
	const char *dir = world->arguments.data;
	enum jx_err err = disk_make_dir(dir, 0755); /* the database's user passes through it */

	if (err != JX_OK) {
		log_say(&world->ports.log, LOG_LEVEL_ERROR, "data_folder", "%s: %s", dir,
		    strerror(errno));
		return err;
	}
	err = lock_take(dir, &world->ports.log, &world->lock_fd);
	return err == JX_OK ? keys_read(dir, &world->ports.log, &world->keys) : err;
}

static enum jx_err
open_core(struct world *world)
{
	struct core_world seen = {
	    .clock = &world->ports.clock,
	    .rng = &world->ports.rng,
	    .net = &world->ports.net,
	    .store = &world->ports.store,
	    .job = &world->ports.job,
	    .log = &world->ports.log,
	    .vault = &world->ports.vault,
	    .ready = on_ready,
	    .ready_arg = world,
	};
	struct core_config config = {
	    .admin_password = world->keys.admin_password,
	    .session_count_max = world->config.connection_count_max,
	    .session_count_max_address = world->config.connection_count_max_address,
	    .login_seconds_max = world->config.login_seconds,
	    .idle_seconds_max = world->config.idle_seconds,
	    .frame_seconds_max = world->config.frame_seconds,
	    .upload_bytes_max = world->config.upload_mib << 20,
	    .token_hours = world->config.token_hours,
	    .evidence_size_max = world->config.evidence_mib << 20,
	    .evidence_unit_size_max = (uint64_t)world->config.evidence_unit_mib << 20,
	};

	memcpy(config.signing_secret, world->keys.signing_secret, sizeof config.signing_secret);
	memcpy(config.signing_public, world->keys.signing_public, sizeof config.signing_public);
	memcpy(config.former_secret, world->keys.former_secret, sizeof config.former_secret);
	config.former_count = world->keys.former_count;
	memcpy(config.token_key, world->keys.token_key, sizeof config.token_key);
	world->core = core_new(&seen, &config);
	sodium_memzero(&config, sizeof config);
	return world->core == NULL ? JX_E_MEMORY : JX_OK;
}

static enum jx_err
open_net(struct world *world)
{
	char tls_dir[PATH_MAX];
	const struct net_config config = {
	    .listen = world->config.listen,
	    .tls_dir = tls_dir,
	    .connection_count_max = world->config.connection_count_max,
	    .connection_count_max_address = world->config.connection_count_max_address,
	    .handshake_seconds_max = world->config.handshake_seconds,
	    .received_size_max = 2 * (FRAME_HEADER_SIZE + FRAME_BODY_SIZE_MAX),
	};
	enum jx_err err;

	if (snprintf(tls_dir, sizeof tls_dir, "%s/tls", world->arguments.data) >=
	    (int)sizeof tls_dir)
		return JX_E_TOO_BIG;
	err = net_open(world->base, &config, &world->ports.log, &world->net);
	if (err == JX_OK)
		world->ports.net = net_port(world->net);
	return err;
}

static enum jx_err
open_vault(struct world *world)
{
	char path[PATH_MAX];
	struct vault_events events = core_vault_events(world->core);
	enum jx_err err = JX_E_TOO_BIG;

	if (snprintf(path, sizeof path, "%s/keys/vault", world->arguments.data) < (int)sizeof path)
		err = vault_open(world->base, path, &events, &world->ports.log, &world->vault);
	if (err == JX_OK)
		world->ports.vault = vault_port(world->vault);
	return err;
}

/* The listener before the database: a port that is taken is known at once. */
static enum jx_err
open_adapters(struct world *world)
{
	struct store_config store = {.url = world->config.database_url};
	struct store_events store_events = core_store_events(world->core);
	struct job_events job_events = core_job_events(world->core);
	const struct log_port *log = &world->ports.log;
	enum jx_err err = open_net(world);

	if (err == JX_OK)
		err = job_open(world->base, &job_events, log, &world->job);
	if (err == JX_OK)
		err = open_vault(world);
	if (err == JX_OK && store.url[0] == '\0') {
		err = cluster_open(world->base, world->arguments.data, log, &world->cluster);
		if (err == JX_OK) {
			store.url = cluster_owner_url(world->cluster);
			store.pool_url = cluster_pool_url(world->cluster);
		}
	}
	if (err == JX_OK)
		err = store_open(world->base, &store, &store_events, log, &world->store);
	if (err != JX_OK)
		return err;
	world->ports.job = job_port(world->job);
	world->ports.store = store_port(world->store);
	return JX_OK;
}

static void
close_all(struct world *world)
{
	net_close(world->net);
	job_close(world->job);
	vault_close(world->vault);
	store_close(world->store);
	core_free(world->core);
	cluster_close(world->cluster); /* after its last client */
	for (size_t i = 0; i < MAIN_SIGNAL_COUNT; i++)
		if (world->signals[i] != NULL)
			event_free(world->signals[i]);
	if (world->tick != NULL)
		event_free(world->tick);
	if (world->base != NULL)
		event_base_free(world->base);
	keys_clear(&world->keys);
	if (world->lock_fd >= 0)
		close(world->lock_fd);
}

static int
serve(struct world *world)
{
	enum jx_err err;

	signal(SIGPIPE, SIG_IGN);
	files_hold_standard();
	files_raise_limit(
	    world->config.connection_count_max + MAIN_FILES_BESIDE, &world->ports.log);
	err = open_folder(world);
	if (err == JX_OK)
		err = open_loop(world);
	if (err == JX_OK)
		err = open_core(world);
	if (err == JX_OK)
		err = open_adapters(world);
	if (err == JX_OK && event_base_dispatch(world->base) < 0)
		err = JX_E_INTERNAL;
	close_all(world);
	log_say(&world->ports.log, err == JX_OK ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "stopped", "%s",
	    err == JX_OK ? "all is stored" : err_what(err, JX_EN));
	return err == JX_OK ? 0 : ARGUMENTS_EXIT_FAILURE;
}

static int
rotate_key(struct world *world)
{
	enum jx_err err = lock_take(world->arguments.data, &world->ports.log, &world->lock_fd);

	if (err == JX_OK)
		err = keys_rotate(world->arguments.data, &world->ports.log);
	if (world->lock_fd >= 0)
		close(world->lock_fd);
	return err == JX_OK ? 0 : ARGUMENTS_EXIT_FAILURE;
}

static int
print_text(char *text)
{
	bool is_good = text != NULL && fputs(text, stdout) >= 0 && fflush(stdout) == 0;

	free(text);
	return is_good ? 0 : ARGUMENTS_EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	static struct world world = {.lock_fd = -1};
	struct arguments *arguments = &world.arguments;

	if (sodium_init() < 0)
		return ARGUMENTS_EXIT_FAILURE;
	setlocale(LC_CTYPE, "C.UTF-8");
	arguments_read(argc, argv, arguments);
	if (arguments->action == ARGUMENTS_WORKER) {
		/* jansson opens /dev/urandom at its first object: before a worker may open nothing.
		 */
		json_object_seed(0);
		_exit(job_worker_main(work_main));
	}
	if (arguments->action == ARGUMENTS_ROUTES)
		return print_text(core_routes_text());
	if (arguments->action == ARGUMENTS_LIVES)
		return print_text(core_lives_text());
	config_set_default(&world.config);
	if (arguments->config != NULL &&
	    config_load(arguments->config, arguments->lang, &world.config) != JX_OK)
		return ARGUMENTS_EXIT_USAGE;
	if (arguments->listen != NULL && !config_set_listen(&world.config, arguments->listen)) {
		fprintf(stderr, "jixiaod: --listen: %s\n", err_what(JX_E_FIELD, arguments->lang));
		return ARGUMENTS_EXIT_USAGE;
	}
	if (arguments->action == ARGUMENTS_CHECK_CONFIG) {
		config_print(&world.config, arguments->lang, stdout);
		return fflush(stdout) == 0 ? 0 : ARGUMENTS_EXIT_FAILURE;
	}
	world.log.level = (enum log_level)world.config.log_level;
	world.ports.log = log_port(&world.log);
	world.ports.rng = rng_port();
	return arguments->action == ARGUMENTS_ROTATE_KEY ? rotate_key(&world) : serve(&world);
}
