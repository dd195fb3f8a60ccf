#include "store/migrate.h"

#include <libpq-fe.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/asset.h"

enum { MIGRATE_SERVER_VERSION_MIN = 150000 };

/* Any number will do, as long as every version of jixiaod takes the same. */
#define MIGRATE_LOCK "7205759403792795"

struct migrate {
	PGconn *pg;
	const struct log_port *log;
};

/* The migrations among the assets: "NNN_name.sql", numbered from 1. */
static bool
migrate_is_migration(const struct asset *asset)
{
	return asset->name[0] >= '0' && asset->name[0] <= '9';
}

static bool
migrate_is_function(const struct asset *asset)
{
	return strncmp(asset->name, "functions/", 10) == 0;
}

static const struct asset *
migrate_asset(const char *name)
{
	for (size_t i = 0; i < asset_count; i++)
		if (strcmp(asset_list[i].name, name) == 0)
			return &asset_list[i];
	return NULL;
}

static void
migrate_ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

/* NULL: failed, logged. */
static PGconn *
migrate_connect(const char *url, const struct log_port *log)
{
	static const char *const names[] = {
	    "connect_timeout", "fallback_application_name", "target_session_attrs", "dbname", NULL};
	const char *const values[] = {"5", "jixiaod schema", "read-write", url, NULL};
	PGconn *pg = PQconnectdbParams(names, values, 1);

	if (pg != NULL && PQstatus(pg) == CONNECTION_OK) {
		PQsetNoticeReceiver(pg, migrate_ignore_notice, NULL);
		return pg;
	}
	log_say(log, LOG_LEVEL_ERROR, "store_connect", "no connection to the database: %s",
	    pg == NULL ? "out of memory" : PQerrorMessage(pg));
	PQfinish(pg);
	return NULL;
}

/* The result of a script or query; NULL: it failed (logged, with what it was for). */
static PGresult *
migrate_exec(struct migrate *migrate, const char *what, const char *sql)
{
	PGresult *result = PQexec(migrate->pg, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return result;
	log_say(migrate->log, LOG_LEVEL_ERROR, "store_schema", "%s: %s", what,
	    PQerrorMessage(migrate->pg));
	PQclear(result);
	return NULL;
}

static enum jx_err
migrate_do(struct migrate *migrate, const char *what, const char *sql)
{
	PGresult *result = migrate_exec(migrate, what, sql);

	PQclear(result);
	return result == NULL ? JX_E_UNAVAILABLE : JX_OK;
}

/* COMMIT of a transaction that failed says ROLLBACK, and calls that success. */
static enum jx_err
migrate_commit(struct migrate *migrate, const char *what)
{
	PGresult *result = migrate_exec(migrate, what, "COMMIT");
	bool ok = result != NULL && strcmp(PQcmdStatus(result), "COMMIT") == 0;

	PQclear(result);
	return ok ? JX_OK : JX_E_UNAVAILABLE;
}

static void
migrate_hash(const struct asset *asset, char hex[65])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const uint8_t *)asset->text, asset->size);
	sodium_bin2hex(hex, 65, hash, sizeof hash);
}

static void
migrate_hash_functions(char hex[65])
{
	crypto_hash_sha256_state state;
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < asset_count; i++) {
		if (!migrate_is_function(&asset_list[i]))
			continue;
		crypto_hash_sha256_update(
		    &state, (const uint8_t *)asset_list[i].name, strlen(asset_list[i].name) + 1);
		crypto_hash_sha256_update(
		    &state, (const uint8_t *)asset_list[i].text, asset_list[i].size + 1);
	}
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(hex, 65, hash, sizeof hash);
}

/* What stands in the way of running these scripts at all. */
static enum jx_err
migrate_begin(struct migrate *migrate)
{
	enum jx_err err;

	if (PQserverVersion(migrate->pg) < MIGRATE_SERVER_VERSION_MIN) {
		log_say(migrate->log, LOG_LEVEL_ERROR, "store_schema",
		    "the server is PostgreSQL %d; 15 or newer is needed",
		    PQserverVersion(migrate->pg) / 10000);
		return JX_E_VERSION;
	}
	err = migrate_do(migrate, "settings",
	    "SET client_min_messages = warning; SET lock_timeout = '30s'; SET search_path = "
	    "pg_catalog;"
	    " SET check_function_bodies = on; SET synchronous_commit = on");
	if (err == JX_OK)
		err = migrate_do(migrate, "waiting for another jixiaod that is changing the schema",
		    "SELECT pg_advisory_lock(" MIGRATE_LOCK ")");
	if (err == JX_OK)
		err = migrate_do(migrate, "first tables",
		    "CREATE SCHEMA IF NOT EXISTS jx;"
		    "CREATE TABLE IF NOT EXISTS jx.migration (number integer PRIMARY KEY, name "
		    "text NOT NULL,"
		    " sha256 text NOT NULL, applied timestamptz NOT NULL DEFAULT "
		    "clock_timestamp());"
		    "CREATE TABLE IF NOT EXISTS jx.function_set (number integer PRIMARY KEY,"
		    " sha256 text NOT NULL, applied timestamptz NOT NULL DEFAULT "
		    "clock_timestamp())");
	return err;
}

/* Is what was applied what this version has? *applied: how many. */
static enum jx_err
migrate_compare(struct migrate *migrate, size_t *applied)
{
	PGresult *result = migrate_exec(
	    migrate, "reading migrations", "SELECT name, sha256 FROM jx.migration ORDER BY number");
	enum jx_err err = JX_OK;
	char hash[65];

	if (result == NULL)
		return JX_E_UNAVAILABLE;
	*applied = (size_t)PQntuples(result);
	for (size_t i = 0; i < *applied && err == JX_OK; i++) {
		const char *name = PQgetvalue(result, (int)i, 0);
		const struct asset *asset = migrate_asset(name);

		if (asset == NULL) {
			log_say(migrate->log, LOG_LEVEL_ERROR, "store_schema",
			    "the database has migration %s, which this jixiaod does not know: "
			    "upgrade jixiaod",
			    name);
			err = JX_E_VERSION;
			continue;
		}
		migrate_hash(asset, hash);
		if (strcmp(hash, PQgetvalue(result, (int)i, 1)) != 0) {
			log_say(migrate->log, LOG_LEVEL_ERROR, "store_schema",
			    "migration %s was applied with other content than this jixiaod has "
			    "(sha256 %s,"
			    " here %s): a released migration is never edited",
			    name, PQgetvalue(result, (int)i, 1), hash);
			err = JX_E_VERSION;
		}
	}
	PQclear(result);
	return err;
}

static enum jx_err
migrate_apply(struct migrate *migrate, const struct asset *asset, size_t number)
{
	char hash[65], sql[512];
	enum jx_err err;

	migrate_hash(asset, hash);
	snprintf(sql, sizeof sql,
	    "INSERT INTO jx.migration (number, name, sha256) VALUES (%zu, '%s', '%s')", number,
	    asset->name, hash);
	err = migrate_do(migrate, asset->name, "BEGIN");
	if (err == JX_OK)
		err = migrate_do(migrate, asset->name, asset->text);
	if (err == JX_OK)
		err = migrate_do(migrate, asset->name, sql);
	if (err == JX_OK)
		err = migrate_commit(migrate, asset->name);
	if (err == JX_OK)
		log_say(migrate->log, LOG_LEVEL_INFO, "store_migrated", "%s", asset->name);
	return err;
}

static enum jx_err
migrate_apply_missing(struct migrate *migrate, size_t applied)
{
	enum jx_err err = JX_OK;
	size_t number = 0;

	for (size_t i = 0; i < asset_count && err == JX_OK; i++)
		if (migrate_is_migration(&asset_list[i]) && ++number > applied)
			err = migrate_apply(migrate, &asset_list[i], number);
	return err;
}

/* All functions of schema jx but the triggers', which the tables hold. */
static const char migrate_drop_functions[] =
    "DO $$ DECLARE f regprocedure; BEGIN"
    " FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'jx'::regnamespace AND prokind = 'f'"
    " AND prorettype <> 'trigger'::regtype LOOP"
    " EXECUTE 'DROP FUNCTION ' || f; END LOOP; END $$";

static enum jx_err
migrate_functions(struct migrate *migrate, const char *hash)
{
	char sql[256];
	enum jx_err err = migrate_do(migrate, "functions", migrate_drop_functions);

	for (size_t i = 0; i < asset_count && err == JX_OK; i++)
		if (migrate_is_function(&asset_list[i]))
			err = migrate_do(migrate, asset_list[i].name, asset_list[i].text);
	snprintf(sql, sizeof sql,
	    "INSERT INTO jx.function_set (number, sha256)"
	    " SELECT 1 + coalesce(max(number), 0), '%s' FROM jx.function_set",
	    hash);
	return err == JX_OK ? migrate_do(migrate, "functions", sql) : err;
}

static enum jx_err
migrate_functions_and_roles(struct migrate *migrate)
{
	PGresult *result;
	char hash[65];
	enum jx_err err;
	bool is_same;

	migrate_hash_functions(hash);
	err = migrate_do(migrate, "functions", "BEGIN");
	if (err != JX_OK)
		return err;
	result = migrate_exec(migrate, "functions",
	    "SELECT sha256 FROM jx.function_set ORDER BY number DESC LIMIT 1");
	if (result == NULL)
		return JX_E_UNAVAILABLE;
	is_same = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), hash) == 0;
	PQclear(result);
	if (!is_same)
		err = migrate_functions(migrate, hash);
	if (err == JX_OK)
		err = migrate_do(migrate, "roles.sql", migrate_asset("roles.sql")->text);
	if (err == JX_OK)
		err = migrate_commit(migrate, "functions");
	return err;
}

enum jx_err
migrate_run(const char *url, const struct log_port *log)
{
	struct migrate migrate = {.log = log};
	size_t applied = 0;
	enum jx_err err;

	if (sodium_init() < 0)
		return JX_E_INTERNAL;
	migrate.pg = migrate_connect(url, log);
	if (migrate.pg == NULL)
		return JX_E_UNAVAILABLE;
	err = migrate_begin(&migrate);
	if (err == JX_OK)
		err = migrate_compare(&migrate, &applied);
	if (err == JX_OK)
		err = migrate_apply_missing(&migrate, applied);
	if (err == JX_OK)
		err = migrate_functions_and_roles(&migrate);
	PQfinish(migrate.pg); /* and with it the lock, and what was not committed */
	return err;
}

enum jx_err
migrate_check(const char *url, const struct log_port *log, size_t *breach_count)
{
	struct migrate migrate = {.pg = migrate_connect(url, log), .log = log};
	PGresult *result = NULL;

	if (migrate.pg != NULL)
		result = migrate_exec(&migrate, "checks.sql", migrate_asset("checks.sql")->text);
	PQfinish(migrate.pg);
	if (result == NULL)
		return JX_E_UNAVAILABLE;
	*breach_count = (size_t)PQntuples(result);
	for (int i = 0; i < PQntuples(result); i++)
		log_say(log, LOG_LEVEL_ERROR, "store_breach", "%s: %s", PQgetvalue(result, i, 0),
		    PQgetvalue(result, i, 1));
	PQclear(result);
	return JX_OK;
}
