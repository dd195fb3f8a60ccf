#include "store/cluster.h"

#include <assert.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "store/folder.h"

enum {
	CLUSTER_POLL_MS = 5,
	CLUSTER_START_MS_MAX = 300000, /* recovery after a crash under heavy load */
	CLUSTER_STOP_MS_MAX = 10000,
	CLUSTER_PAUSE_MS_MIN = 50,
	CLUSTER_PAUSE_MS_MAX = 2000,
	CLUSTER_CALM_MS = 500, /* a server that ran this long had started well: again at once */
	CLUSTER_URL_SIZE = PATH_MAX + 128,
};

struct cluster {
	struct log_port log;
	struct folder folder;
	pid_t pid; /* 0: down */
	struct timespec started;
	unsigned pause_ms; /* before the next start */
	bool is_closing;
	struct event *on_child, *restart;
	char owner_url[CLUSTER_URL_SIZE], pool_url[CLUSTER_URL_SIZE], admin_url[CLUSTER_URL_SIZE];
};

/* Given on the command line: they hold whatever stands in the data folder's postgresql.conf. */
static const char *const cluster_settings[] = {
    "listen_addresses=",
    "port=5432",
    "unix_socket_permissions=0700",
    "max_connections=40",
    "superuser_reserved_connections=3",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "wal_sync_method=fdatasync",
    "restart_after_crash=on",
    "recovery_init_sync_method=syncfs", /* one call, not one a file: seconds less after a kill */
    "timezone=UTC",
    "log_timezone=UTC",
    "jit=off",
    "max_prepared_transactions=0",
    /* No statement, parameter or row in the log: they hold marks and password hashes. */
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] ",
    "log_statement=none",
    "log_min_duration_statement=-1",
    "log_min_error_statement=panic",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_error_verbosity=terse",
    "log_checkpoints=off",
};

enum { CLUSTER_SETTING_COUNT = sizeof cluster_settings / sizeof *cluster_settings };

static void
cluster_sleep(void)
{
	const struct timespec pause = {.tv_nsec = CLUSTER_POLL_MS * 1000000L};

	nanosleep(&pause, NULL);
}

static enum jx_err
cluster_spawn(struct cluster *cluster)
{
	const char *argv[2 * CLUSTER_SETTING_COUNT + 8];
	char program[PATH_MAX + 16];
	struct child_config config = {
	    .path = program,
	    .argv = argv,
	    .user = &cluster->folder.user,
	    .dir = cluster->folder.data,
	    .log_fd = cluster->folder.log_fd,
	    .parent_death = SIGINT,
	};
	size_t count = 0;

	snprintf(program, sizeof program, "%s/postgres", cluster->folder.bin);
	argv[count++] = program;
	argv[count++] = "-D";
	argv[count++] = cluster->folder.data;
	argv[count++] = "-k";
	argv[count++] = cluster->folder.socket;
	for (size_t i = 0; i < CLUSTER_SETTING_COUNT; i++) {
		argv[count++] = "-c";
		argv[count++] = cluster_settings[i];
	}
	argv[count] = NULL;
	clock_gettime(CLOCK_MONOTONIC, &cluster->started);
	cluster->pid = child_start(&config);
	if (cluster->pid > 0)
		return JX_OK;
	cluster->pid = 0;
	log_say(&cluster->log, LOG_LEVEL_ERROR, "cluster_fork", "postgres could not be started");
	return JX_E_UNAVAILABLE;
}

/* ---- Start. */

static bool
cluster_is_gone(const struct cluster *cluster, pid_t pid, unsigned ms_max)
{
	bool is_ready;

	for (unsigned ms = 0; ms < ms_max; ms += CLUSTER_POLL_MS) {
		if (folder_find_server(&cluster->folder, &is_ready) != pid)
			return true;
		cluster_sleep();
	}
	return false;
}

/* An earlier daemon was killed and its server still runs, or is just stopping. */
static enum jx_err
cluster_stop_stale(struct cluster *cluster)
{
	static const struct {
		int number;
		unsigned ms_max;
	} steps[] = {{SIGINT, CLUSTER_STOP_MS_MAX}, {SIGQUIT, 5000}, {SIGKILL, 2000}};
	bool is_ready;
	pid_t pid = folder_find_server(&cluster->folder, &is_ready);

	if (pid == 0)
		return JX_OK;
	log_say(&cluster->log, LOG_LEVEL_WARNING, "cluster_stale",
	    "stopping the server %ld of an earlier daemon", (long)pid);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		kill(pid, steps[i].number);
		if (cluster_is_gone(cluster, pid, steps[i].ms_max))
			return JX_OK;
	}
	log_say(
	    &cluster->log, LOG_LEVEL_ERROR, "cluster_stale", "server %ld does not stop", (long)pid);
	return JX_E_UNAVAILABLE;
}

/*
 * A server may find that processes of one that was killed are still about, and
 * leave: another attempt a moment later gets through.
 */
static enum jx_err
cluster_start(struct cluster *cluster)
{
	bool is_ready = false;
	int status, attempts = 0;

	for (unsigned ms = 0; ms < CLUSTER_START_MS_MAX && attempts < 20; ms += CLUSTER_POLL_MS) {
		if (cluster->pid == 0 && cluster_spawn(cluster) != JX_OK)
			return JX_E_UNAVAILABLE;
		if (folder_find_server(&cluster->folder, &is_ready) == cluster->pid && is_ready)
			return JX_OK;
		if (child_wait(cluster->pid, 0, &status)) {
			cluster->pid = 0;
			attempts++;
			for (int i = 0; i < CLUSTER_PAUSE_MS_MIN / CLUSTER_POLL_MS; i++)
				cluster_sleep();
		}
		cluster_sleep();
	}
	log_say(&cluster->log, LOG_LEVEL_ERROR, "cluster_start",
	    "postgres does not start: see %s/postgres.log", cluster->folder.dir);
	return JX_E_UNAVAILABLE;
}

/* ---- The database and its roles. */

static enum jx_err
cluster_ask(struct cluster *cluster, PGconn *pg, const char *sql, bool *has_row)
{
	PGresult *result = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(result);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

	if (!ok)
		log_say(
		    &cluster->log, LOG_LEVEL_ERROR, "cluster_database", "%s", PQerrorMessage(pg));
	*has_row = PQntuples(result) > 0;
	PQclear(result);
	return ok ? JX_OK : JX_E_UNAVAILABLE;
}

/* Two roles without special rights: the owner migrates, the daemon's only calls functions. */
static enum jx_err
cluster_provide(struct cluster *cluster)
{
	static const char *const steps[][2] = {
	    {"SELECT FROM pg_roles WHERE rolname = 'jixiao'", "CREATE ROLE jixiao LOGIN"},
	    {"SELECT FROM pg_roles WHERE rolname = 'jixiao_daemon'",
		"CREATE ROLE jixiao_daemon LOGIN"},
	    {"SELECT FROM pg_database WHERE datname = 'jixiao'",
		"CREATE DATABASE jixiao OWNER jixiao TEMPLATE template0"},
	};
	PGconn *pg = PQconnectdb(cluster->admin_url);
	enum jx_err err = JX_OK;
	bool has_row;

	if (PQstatus(pg) != CONNECTION_OK) {
		log_say(
		    &cluster->log, LOG_LEVEL_ERROR, "cluster_database", "%s", PQerrorMessage(pg));
		err = JX_E_UNAVAILABLE;
	}
	for (size_t i = 0; err == JX_OK && i < sizeof steps / sizeof *steps; i++) {
		err = cluster_ask(cluster, pg, steps[i][0], &has_row);
		if (err == JX_OK && !has_row)
			err = cluster_ask(cluster, pg, steps[i][1], &has_row);
	}
	PQfinish(pg);
	return err;
}

/* A quoted value of a connection string. */
static void
cluster_write_url(const struct cluster *cluster, const char *user, const char *database, char *url)
{
	size_t used = (size_t)snprintf(
	    url, CLUSTER_URL_SIZE, "user=%s dbname=%s port=5432 host='", user, database);

	for (const char *c = cluster->folder.socket; *c != '\0' && used + 4 < CLUSTER_URL_SIZE;
	     c++) {
		if (*c == '\'' || *c == '\\')
			url[used++] = '\\';
		url[used++] = *c;
	}
	url[used++] = '\'';
	url[used] = '\0';
}

/* ---- Watch. */

static void
cluster_on_restart(evutil_socket_t fd, short events, void *arg)
{
	struct cluster *cluster = arg;

	(void)fd;
	(void)events;
	if (cluster->pid == 0 && !cluster->is_closing)
		(void)!cluster_spawn(cluster);
}

static void
cluster_on_child(evutil_socket_t fd, short events, void *arg)
{
	struct cluster *cluster = arg;
	struct timeval pause = {0, 0};
	struct timespec now;
	int status = 0;

	(void)fd;
	(void)events;
	if (cluster->pid == 0 || waitpid(cluster->pid, &status, WNOHANG) != cluster->pid)
		return;
	cluster->pid = 0;
	if (cluster->is_closing)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - cluster->started.tv_sec) * 1000 +
		(now.tv_nsec - cluster->started.tv_nsec) / 1000000 >=
	    CLUSTER_CALM_MS)
		cluster->pause_ms = 0;
	log_say(&cluster->log, LOG_LEVEL_ERROR, "cluster_died",
	    "postgres ended (%s %d); starting it again in %u ms; see %s/postgres.log",
	    WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), cluster->pause_ms,
	    cluster->folder.dir);
	pause.tv_sec = cluster->pause_ms / 1000;
	pause.tv_usec = cluster->pause_ms % 1000 * 1000;
	cluster->pause_ms = cluster->pause_ms == 0 ? CLUSTER_PAUSE_MS_MIN : cluster->pause_ms * 2;
	if (cluster->pause_ms > CLUSTER_PAUSE_MS_MAX)
		cluster->pause_ms = CLUSTER_PAUSE_MS_MAX;
	evtimer_add(cluster->restart, &pause);
}

/* ---- Open and close. */

enum jx_err
cluster_open(
    struct event_base *base, const char *dir, const struct log_port *log, struct cluster **out)
{
	struct cluster *cluster = calloc(1, sizeof *cluster);
	enum jx_err err;

	if (cluster == NULL)
		return JX_E_MEMORY;
	cluster->log = *log;
	err = folder_open(&cluster->folder, dir, &cluster->log);
	if (err == JX_OK) {
		cluster_write_url(cluster, "jixiao", "jixiao", cluster->owner_url);
		cluster_write_url(cluster, "jixiao_daemon", "jixiao", cluster->pool_url);
		cluster_write_url(cluster, "postgres", "postgres", cluster->admin_url);
		err = cluster_stop_stale(cluster);
	}
	if (err == JX_OK) {
		cluster->on_child = evsignal_new(base, SIGCHLD, cluster_on_child, cluster);
		cluster->restart = evtimer_new(base, cluster_on_restart, cluster);
		if (cluster->on_child == NULL || cluster->restart == NULL ||
		    evsignal_add(cluster->on_child, NULL) != 0)
			err = JX_E_MEMORY;
	}
	if (err == JX_OK)
		err = cluster_start(cluster);
	if (err == JX_OK)
		err = cluster_provide(cluster);
	if (err != JX_OK) {
		cluster_close(cluster);
		return err;
	}
	*out = cluster;
	return JX_OK;
}

static void
cluster_stop(struct cluster *cluster)
{
	int status;

	if (cluster->pid == 0)
		return;
	kill(cluster->pid, SIGINT);
	if (child_wait(cluster->pid, CLUSTER_STOP_MS_MAX, &status))
		return;
	log_say(
	    &cluster->log, LOG_LEVEL_WARNING, "cluster_stop", "postgres does not stop within 10 s");
	kill(cluster->pid, SIGQUIT);
	if (child_wait(cluster->pid, CLUSTER_STOP_MS_MAX / 2, &status))
		return;
	kill(cluster->pid, SIGKILL);
	child_wait(cluster->pid, CLUSTER_STOP_MS_MAX, &status);
}

void
cluster_close(struct cluster *cluster)
{
	if (cluster == NULL)
		return;
	cluster->is_closing = true;
	if (cluster->on_child != NULL)
		event_free(cluster->on_child);
	if (cluster->restart != NULL)
		event_free(cluster->restart);
	cluster_stop(cluster);
	folder_close(&cluster->folder);
	free(cluster);
}

const char *
cluster_owner_url(const struct cluster *cluster)
{
	return cluster->owner_url;
}

const char *
cluster_pool_url(const struct cluster *cluster)
{
	return cluster->pool_url;
}

const char *
cluster_socket_dir(const struct cluster *cluster)
{
	return cluster->folder.socket;
}

pid_t
cluster_pid(const struct cluster *cluster)
{
	return cluster->pid;
}
