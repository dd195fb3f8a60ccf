#include "contract/real_store.h"

#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static void
real_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg;
	if (getenv("JX_TEST_LOG") != NULL)
		fprintf(stderr, "  [%d] %s: %s\n", (int)level, event, text);
}

static int
real_remove(const char *path, const struct stat *info, int flag, struct FTW *place)
{
	(void)info;
	(void)flag;
	(void)place;
	return remove(path);
}

void
real_open(struct real *real)
{
	memset(real, 0, sizeof *real);
	real->log = (struct log_port){.write = real_log};
	snprintf(real->dir, sizeof real->dir, "/tmp/jx-real-XXXXXX");
	REQUIRE(mkdtemp(real->dir) != NULL && chmod(real->dir, 0711) == 0);
	real->base = event_base_new();
	REQUIRE(real->base != NULL);
	REQUIRE(cluster_open(real->base, real->dir, &real->log, &real->cluster) == JX_OK);
}

void
real_close(struct real *real)
{
	cluster_close(real->cluster);
	event_base_free(real->base);
	nftw(real->dir, real_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- SQL of the test's own. */

static void
real_ignore_notice(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

PGconn *
real_connect(const char *url)
{
	PGconn *pg = PQconnectdb(url);

	PQsetNoticeProcessor(pg, real_ignore_notice, NULL);
	if (PQstatus(pg) != CONNECTION_OK)
		fprintf(stderr, "%s", PQerrorMessage(pg));
	REQUIRE(PQstatus(pg) == CONNECTION_OK);
	return pg;
}

const char *
real_sql(const char *url, const char *sql)
{
	static char state[8];
	PGconn *pg = real_connect(url);
	PGresult *result = PQexec(pg, sql);
	const char *found = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	snprintf(state, sizeof state, "%s", found == NULL ? "" : found);
	PQclear(result);
	PQfinish(pg);
	return state;
}

const char *
real_value(const char *url, const char *sql)
{
	static char value[256];
	PGconn *pg = real_connect(url);
	PGresult *result = PQexec(pg, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fprintf(stderr, "%s", PQerrorMessage(pg));
	REQUIRE(PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1);
	snprintf(value, sizeof value, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(pg);
	return value;
}

/* ---- The world of a scenario. */

static void
real_on_time(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	(void)arg;
}

static void
real_pump(void *arg, unsigned ms)
{
	struct real *real = arg;
	struct event *limit = evtimer_new(real->base, real_on_time, NULL);
	struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	REQUIRE(limit != NULL);
	evtimer_add(limit, &time);
	event_base_loop(real->base, EVLOOP_ONCE);
	event_free(limit);
}

static void
real_crash(void *arg)
{
	struct real *real = arg;

	pid_t pid = cluster_pid(real->cluster);
	char path[64];
	FILE *file;
	int children[64], count = 0;

	REQUIRE(pid > 0);
	/* The whole server: a process left over would finish what it was at. */
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "r");
	REQUIRE(file != NULL);
	while (count < 64 && fscanf(file, "%d", &children[count]) == 1)
		count++;
	fclose(file);
	kill(pid, SIGKILL);
	for (int i = 0; i < count; i++)
		kill(children[i], SIGKILL);
}

static void
real_write_url(const struct real *real, const char *user, const char *database, char *url)
{
	snprintf(url, 512, "host=%s port=5432 user=%s dbname=%s", cluster_socket_dir(real->cluster),
	    user, database);
}

struct store *
real_open_another(struct real *real, struct contract *contract)
{
	struct store_config config = {.url = real->owner_url, .pool_url = real->pool_url};
	struct store_events events = contract_events(contract);
	struct store *store;

	contract_init(contract);
	REQUIRE(store_open(real->base, &config, &events, &real->log, &store) == JX_OK);
	contract->world = (struct contract_world){real, store_port(store), real_pump, real_crash};
	contract_wait_available(contract, true);
	return store;
}

void
real_begin(struct real *real, struct contract *contract)
{
	char sql[128], name[32], admin[512];

	/* Not dropped afterwards: the whole server goes at the end. */
	snprintf(name, sizeof name, "s%u", ++real->number);
	snprintf(sql, sizeof sql, "CREATE DATABASE %s OWNER jixiao TEMPLATE template0", name);
	real_write_url(real, "postgres", "postgres", admin);
	REQUIRE(*real_sql(admin, sql) == '\0');
	real_write_url(real, "jixiao", name, real->owner_url);
	real_write_url(real, "jixiao_daemon", name, real->pool_url);
	real_write_url(real, "postgres", name, real->admin_url);
	real->store = real_open_another(real, contract);
}

void
real_end(struct real *real, struct contract *contract)
{
	struct store_config config = {.url = real->owner_url};
	size_t breach_count;

	REQUIRE(store_check(&config, &real->log, &breach_count) == JX_OK && breach_count == 0);
	store_close(real->store);
	contract_clear(contract);
}

/* ---- Running. */

static void
real_run_one(struct real *real, const struct real_test *test)
{
	static struct contract contract;
	struct timeval before, after, took;

	printf("%s\n", test->name);
	fflush(stdout);
	gettimeofday(&before, NULL);
	real_begin(real, &contract);
	if (test->scenario != NULL)
		test->scenario(&contract);
	else
		test->run(real, &contract);
	real_end(real, &contract);
	gettimeofday(&after, NULL);
	timersub(&after, &before, &took);
	printf("  ok, %ld ms\n", (long)(took.tv_sec * 1000 + took.tv_usec / 1000));
}

int
real_run(const struct real_test *tests, size_t count, const char *filter)
{
	struct real real;
	unsigned passed = 0;

	/* A broken promise aborts: CTest then sees a failure, and no closing line. */
	real_open(&real);
	for (size_t i = 0; i < count; i++) {
		if (filter != NULL && strstr(tests[i].name, filter) == NULL)
			continue;
		real_run_one(&real, &tests[i]);
		passed++;
	}
	real_close(&real);
	printf("%u passed, 0 failed\n", passed);
	return passed > 0 ? 0 : 1;
}
