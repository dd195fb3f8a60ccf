/* What only the real store has: roles, triggers, migrations, two daemons, a killed one. */
#include <ftw.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contract/real_store.h"

#define ADD(name)                                                                                  \
	"{\"account\":\"" name                                                                     \
	"\",\"role\":\"office\",\"city\":\"*\",\"password_hash\":\"hash-of-" name "\"}"

static const struct contract_item add_li = {
    .action = "account_add", .op = 1, .content = 1, .body = ADD("li")};
static const struct contract_item add_bo = {
    .action = "account_add", .op = 2, .content = 2, .body = ADD("bo")};

static void
the_daemon_role_may_only_call_its_functions(struct real *real, struct contract *contract)
{
	static const char *const refused[] = {"SELECT * FROM jx.op",
	    "SELECT * FROM jx_record.ballots",
	    "INSERT INTO jx.account VALUES ('x', 1, 'office', '*', 'h', false, '', 1, 1)",
	    "DELETE FROM jx.op", "UPDATE jx.batch SET number = 2", "TRUNCATE jx_record.units",
	    "DROP TABLE jx_record.units", "ALTER TABLE jx_record.units ADD x int",
	    "DROP FUNCTION jx.question_head()", "DROP SCHEMA jx CASCADE", "CREATE TABLE jx.x ()",
	    "CREATE TABLE public.x ()", "CREATE TEMP TABLE x ()", "CREATE SCHEMA x",
	    "SELECT jx.apply_passwd('{}', 1)", "SELECT jx.account_now('li')",
	    "SELECT jx.records_append('units', 'a', 1, 1, '[]')", "COPY jx.op TO STDOUT",
	    "SET ROLE jixiao", "SELECT pg_read_file('/etc/hostname')"};

	contract_must(contract, &add_li);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		const char *state = real_sql(real->pool_url, refused[i]);

		if (strcmp(state, "42501") != 0)
			fprintf(stderr, "%s: %s\n", refused[i], state);
		REQUIRE(strcmp(state, "42501") == 0);
	}
	REQUIRE(*real_sql(real->pool_url, "SELECT * FROM jx.question_head()") == '\0');
}

/* Work under way (sql/004_evidence.sql says why); of these, too, no row is ever removed. */
static bool
is_under_way(const char *table)
{
	return strcmp(table, "jx.file_page") == 0 || strcmp(table, "jx.unit_bytes") == 0;
}

static void
no_row_can_be_changed_not_even_by_the_owner(struct real *real, struct contract *contract)
{
	const char *urls[] = {real->owner_url, real->admin_url};
	PGconn *pg = real_connect(real->admin_url);
	PGresult *tables =
	    PQexec(pg, "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename), "
		       "(SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = "
		       "(quote_ident(schemaname) || '.' || "
		       "quote_ident(tablename))::regclass AND attnum = 1) FROM pg_tables WHERE "
		       "schemaname IN ('jx', 'jx_record')");
	char sql[256];

	contract_must(contract, &add_li);
	REQUIRE(PQntuples(tables) >= 15 + 15);
	for (int i = 0; i < PQntuples(tables); i++) {
		const char *table = PQgetvalue(tables, i, 0), *column = PQgetvalue(tables, i, 1);

		for (size_t k = 0; k < 2; k++) {
			snprintf(sql, sizeof sql, "UPDATE %s SET %s = %s", table, column, column);
			REQUIRE(strcmp(real_sql(urls[k], sql), is_under_way(table) ? "" : "JX004") == 0);
			snprintf(sql, sizeof sql, "DELETE FROM %s", table);
			REQUIRE(strcmp(real_sql(urls[k], sql), "JX004") == 0);
			snprintf(sql, sizeof sql, "TRUNCATE %s CASCADE", table);
			REQUIRE(strcmp(real_sql(urls[k], sql), "JX004") == 0);
		}
	}
	PQclear(tables);
	PQfinish(pg);
}

static void
of_two_daemons_with_one_number_one_is_behind(struct real *real, struct contract *contract)
{
	static struct contract second;
	struct store *store = real_open_another(real, &second);

	for (unsigned round = 0; round < 20; round++) {
		struct contract_item mine = add_li, other = add_bo;
		char body[2][128];
		unsigned committed;

		for (unsigned i = 0; i < 2; i++)
			snprintf(body[i], sizeof body[i],
			    "{\"account\":\"d%u-%u\",\"role\":\"office\",\"city\":\"*\",\"password_"
			    "hash\":\"h\"}",
			    round, i);
		mine.op = 10 + 2 * round;
		mine.body = body[0];
		other.op = 11 + 2 * round;
		other.body = body[1];
		contract_send(contract, &mine, 1);
		contract_send(&second, &other, 1);
		contract_wait_commit(contract);
		contract_wait_commit(&second);
		committed =
		    (contract->outcome == STORE_COMMITTED) + (second.outcome == STORE_COMMITTED);
		REQUIRE(committed == 1);
		REQUIRE(contract->outcome == STORE_BEHIND || second.outcome == STORE_BEHIND);
		contract_read_head(contract);
		contract_read_head(&second);
		REQUIRE(contract->head_number == round + 1 && second.head_number == round + 1);
	}
	store_close(store);
	contract_clear(&second);
}

/* Held up by a lock, then cut off: whether it was committed is open; the op id tells. */
static void
a_commit_cut_off_is_uncertain_and_the_op_id_tells(struct real *real, struct contract *contract)
{
	PGconn *pg = real_connect(real->admin_url);

	contract_must(contract, &add_li);
	PQclear(PQexec(pg, "BEGIN; LOCK TABLE jx.account IN ACCESS EXCLUSIVE MODE"));
	contract_send(contract, &add_bo, 1);
	for (int i = 0; i < 5; i++)
		contract->world.pump(real, 20);
	REQUIRE(!contract->is_committed);
	PQclear(PQexec(pg, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
			   "'jixiao_daemon' "
			   "AND wait_event_type = 'Lock'"));
	PQfinish(pg);
	REQUIRE(contract_wait_commit(contract) == STORE_UNCERTAIN);
	contract_wait_available(contract, true);
	REQUIRE(contract->gone_count == 1);
	REQUIRE(contract_ask_op(contract, add_bo.op)->row_count == 0);
	contract_must(contract, &add_bo);
}

static void
reads_go_on_when_one_read_connection_is_cut(struct real *real, struct contract *contract)
{
	contract_must(contract, &add_li);
	for (int i = 0; i < 3; i++) {
		while (strcmp(real_value(real->admin_url, "SELECT count(*) FROM pg_stat_activity "
							  "WHERE usename = 'jixiao_daemon'"),
			   "6") != 0) /* one writes, three read, two put */
			contract->world.pump(real, 50);
		real_value(real->admin_url,
		    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM "
		    "pg_stat_activity "
		    "WHERE usename = 'jixiao_daemon' AND query LIKE '%question_head%' LIMIT 1) x");
		for (int k = 0; k < 20; k++) {
			const struct contract_rows *rows =
			    contract_ask(contract, QUESTION_HEAD, NULL);

			REQUIRE(rows->err == JX_OK || rows->err == JX_E_UNAVAILABLE);
		}
	}
	REQUIRE(contract->gone_count == 0);
	contract_must(contract, &add_bo);
}

/* An upload held up, or cut off, is in nobody's way. */
static void
puts_hold_up_neither_commits_nor_reads(struct real *real, struct contract *contract)
{
	static const uint8_t byte = 'x';
	struct store_put put = {.kind = STORE_PUT_CHUNK,
	    .city = "sy",
	    .year = 2026,
	    .unit = "X1",
	    .bytes = {&byte, 1},
	    .quota = 1 << 20};
	PGconn *pg = real_connect(real->admin_url);
	uint64_t ticket;

	crypto_hash_sha256(put.hash, &byte, 1);
	while (contract_put(contract, &put)->err == JX_E_UNAVAILABLE)
		;
	for (int is_cut = 0; is_cut < 2; is_cut++) {
		PQclear(PQexec(pg, "BEGIN; LOCK TABLE jx.unit_bytes IN ACCESS EXCLUSIVE MODE"));
		ticket = contract_send_put(contract, &put);
		contract_must(contract, is_cut ? &add_bo : &add_li);
		REQUIRE(contract_ask(contract, QUESTION_HEAD, NULL)->row_count == 1);
		REQUIRE(!contract->puts[ticket].is_done);
		if (is_cut)
			PQclear(PQexec(pg, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
					   "usename = 'jixiao_daemon' AND wait_event_type = 'Lock'"));
		PQclear(PQexec(pg, "COMMIT"));
		REQUIRE(contract_wait_put(contract, ticket)->err == (is_cut ? JX_E_UNAVAILABLE : JX_OK));
	}
	PQfinish(pg);
	REQUIRE(contract->gone_count == 0);
}

static void
a_schema_of_another_version_is_refused(struct real *real, struct contract *contract)
{
	struct store_config config = {.url = real->owner_url, .pool_url = real->pool_url};
	struct store_events events = contract_events(contract);
	struct store *store = NULL;

	/* The same once more changes nothing. */
	REQUIRE(store_open(real->base, &config, &events, &real->log, &store) == JX_OK);
	store_close(store);
	REQUIRE(
	    strcmp(real_value(real->admin_url, "SELECT count(*) FROM jx.function_set"), "1") == 0);

	REQUIRE(*real_sql(real->admin_url, "ALTER TABLE jx.migration DISABLE TRIGGER ALL") == '\0');
	REQUIRE(*real_sql(real->admin_url,
		    "UPDATE jx.migration SET sha256 = repeat('0', 64) WHERE number = 1") == '\0');
	REQUIRE(store_open(real->base, &config, &events, &real->log, &store) == JX_E_VERSION);
	REQUIRE(
	    *real_sql(real->admin_url,
		"UPDATE jx.migration SET number = 9, name = '009_future.sql' WHERE number = 1") ==
	    '\0');
	REQUIRE(store_open(real->base, &config, &events, &real->log, &store) == JX_E_VERSION);
	config.url = "host=/nowhere user=jixiao dbname=jixiao";
	REQUIRE(store_open(real->base, &config, &events, &real->log, &store) == JX_E_UNAVAILABLE);
}

/* Other functions in the database than ours: ours replace them. */
static void
changed_functions_are_made_anew(struct real *real, struct contract *contract)
{
	static struct contract second;
	struct store *store;

	contract_must(contract, &add_li);
	REQUIRE(*real_sql(real->owner_url,
		    "INSERT INTO jx.function_set (number, sha256) VALUES (2, 'another');"
		    "DROP FUNCTION jx.question_head();"
		    "CREATE FUNCTION jx.question_old() RETURNS int LANGUAGE sql AS 'SELECT 1'") ==
		'\0');
	store = real_open_another(real, &second);
	REQUIRE(contract_cell_is(contract_ask(&second, QUESTION_HEAD, NULL), 0, 0, "1"));
	REQUIRE(strcmp(real_sql(real->owner_url, "SELECT jx.question_old()"), "42883") == 0);
	/* The connections of the first were not cut: they find the new ones. */
	contract_must(contract, &add_bo);
	store_close(store);
	contract_clear(&second);
}

/* As with database.url and one login: the owner's, who sets the role. */
static void
one_login_for_all_sets_the_daemons_role(struct real *real, struct contract *contract)
{
	static struct contract second;
	struct store_config config = {.url = real->admin_url};
	struct store_events events = contract_events(&second);
	struct store *store;

	contract_init(&second);
	REQUIRE(store_open(real->base, &config, &events, &real->log, &store) == JX_OK);
	second.world = (struct contract_world){
	    real, store_port(store), contract->world.pump, contract->world.crash};
	contract_wait_available(&second, true);
	contract_must(&second, &add_li);
	store_close(store);
	contract_clear(&second);
}

static void
no_data_stands_in_the_servers_log(struct real *real, struct contract *contract)
{
	struct contract_item item = {.action = "import",
	    .city = "sy",
	    .year = 2026,
	    .op = 5,
	    .content = 1,
	    .body =
		"{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":{\"basic\":["
		"{\"unit\":\"unit-secret\",\"item\":\"i\",\"points\":-424242}]}}"};
	char path[128], line[4096];
	bool has_our_line = false;
	FILE *file;

	contract_must(contract, &add_li);
	contract_must_not(contract, &item, JX_E_INTERNAL);
	item.body =
	    "{\"base_batch\":0,\"scheme\":\"s\",\"city_name\":\"c\",\"changes\":{\"basic\":["
	    "{\"unit\":\"unit-secret\",\"item\":\"i\",\"points\":\"mark-secret\"}]}}";
	contract_must_not(contract, &item, JX_E_INTERNAL);
	snprintf(path, sizeof path, "%s/postgres.log", real->dir);
	file = fopen(path, "r");
	REQUIRE(file != NULL);
	while (fgets(line, sizeof line, file) != NULL) {
		has_our_line = has_our_line || strstr(line, "item 0 (import) refused") != NULL;
		REQUIRE(strstr(line, "secret") == NULL && strstr(line, "424242") == NULL &&
			strstr(line, "hash-of") == NULL);
	}
	REQUIRE(has_our_line);
	fclose(file);
}

/* ---- A daemon of its own, killed. */

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
keep_words(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)level;
	(void)event;
	snprintf(arg, 1024, "%s", text);
}

static int
remove_entry(const char *path, const struct stat *info, int flag, struct FTW *place)
{
	(void)info;
	(void)flag;
	(void)place;
	return remove(path);
}

static void
ignore_words(int severity, const char *words)
{
	(void)severity;
	(void)words;
}

/* A process that opens the cluster, says so and waits to be killed. */
static pid_t
start_daemon(const char *dir, const struct log_port *log)
{
	int ready[2];
	char byte;
	pid_t pid;

	REQUIRE(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		struct cluster *cluster;
		struct event_base *base;

		/* Its warning about two bases is about the parent's. */
		event_set_log_callback(ignore_words);
		base = event_base_new();

		if (cluster_open(base, dir, log, &cluster) == JX_OK && write(ready[1], "r", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	REQUIRE(pid > 0 && read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	return pid;
}

static void
a_killed_daemon_is_followed_within_two_seconds(struct real *real, struct contract *contract)
{
	char dir[200] = "/tmp/jx-killed-XXXXXX", url[512];
	struct cluster *cluster, *another;

	(void)contract;
	REQUIRE(mkdtemp(dir) != NULL && chmod(dir, 0711) == 0);
	/* Too long for a socket: it goes elsewhere. */
	strcat(dir, "/a-folder-whose-name-is-so-long-that-no-socket-fits-into-it-a-folder-whose-"
		    "name-is-so-long");
	for (int round = 0; round < 4; round++) {
		pid_t pid = start_daemon(dir, &real->log);
		long started;

		kill(pid, SIGKILL);
		REQUIRE(waitpid(pid, NULL, 0) == pid);
		started = now_ms();
		REQUIRE(cluster_open(real->base, dir, &real->log, &cluster) == JX_OK);
		printf("  serving again after %ld ms\n", now_ms() - started);
		REQUIRE(now_ms() - started < 2000);
		snprintf(url, sizeof url, "%s", cluster_owner_url(cluster));
		REQUIRE(strcmp(real_value(url, "SELECT 1"), "1") == 0);
		/* Nobody else may use the folder meanwhile. */
		if (round == 0)
			REQUIRE(cluster_open(real->base, dir, &real->log, &another) ==
				JX_E_UNAVAILABLE);
		cluster_close(cluster);
	}
	*strrchr(dir, '/') = '\0';
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Not root: PostgreSQL runs as whoever we are. */
static void
an_ordinary_user_runs_a_server_of_its_own(struct real *real, struct contract *contract)
{
	char dir[] = "/tmp/jx-nobody-XXXXXX";
	int status;
	pid_t pid;

	(void)contract;
	if (geteuid() != 0)
		return; /* then every other test shows it */
	REQUIRE(mkdtemp(dir) != NULL && chown(dir, 65534, 65534) == 0);
	pid = fork();
	if (pid == 0) {
		struct cluster *cluster;
		struct event_base *base;

		event_set_log_callback(ignore_words);
		base = event_base_new();
		if (setgid(65534) != 0 || setuid(65534) != 0 ||
		    cluster_open(base, dir, &real->log, &cluster) != JX_OK)
			_exit(1);
		if (strcmp(real_value(cluster_owner_url(cluster), "SELECT 1"), "1") != 0)
			_exit(2);
		cluster_close(cluster);
		_exit(0);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid && status == 0);
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void
a_folder_that_postgres_cannot_reach_is_refused_in_words(
    struct real *real, struct contract *contract)
{
	char dir[64] = "/tmp/jx-closed-XXXXXX", inner[80], words[1024] = "";
	struct log_port log = {.arg = words, .write = keep_words};
	struct cluster *cluster;

	(void)contract;
	if (geteuid() != 0)
		return;
	REQUIRE(mkdtemp(dir) != NULL); /* 0700, of root */
	snprintf(inner, sizeof inner, "%s/data", dir);
	REQUIRE(cluster_open(real->base, inner, &log, &cluster) == JX_E_UNAVAILABLE);
	REQUIRE(strstr(words, dir) != NULL && strstr(words, "chmod o+x") != NULL);
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#define ALONE(test)                                                                                \
	{                                                                                          \
		.name = #test, .run = test                                                         \
	}

int
main(int argc, char **argv)
{
	static const struct real_test tests[] = {
	    ALONE(the_daemon_role_may_only_call_its_functions),
	    ALONE(no_row_can_be_changed_not_even_by_the_owner),
	    ALONE(of_two_daemons_with_one_number_one_is_behind),
	    ALONE(a_commit_cut_off_is_uncertain_and_the_op_id_tells),
	    ALONE(reads_go_on_when_one_read_connection_is_cut),
	    ALONE(puts_hold_up_neither_commits_nor_reads),
	    ALONE(a_schema_of_another_version_is_refused),
	    ALONE(changed_functions_are_made_anew),
	    ALONE(one_login_for_all_sets_the_daemons_role),
	    ALONE(no_data_stands_in_the_servers_log),
	    ALONE(a_killed_daemon_is_followed_within_two_seconds),
	    ALONE(an_ordinary_user_runs_a_server_of_its_own),
	    ALONE(a_folder_that_postgres_cannot_reach_is_refused_in_words),
	};

	return real_run(tests, sizeof tests / sizeof *tests, argc > 1 ? argv[1] : NULL);
}
