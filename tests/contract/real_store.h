/*
 * contract/real_store.h: the real store for tests: one embedded PostgreSQL in a
 * folder of its own under /tmp, a fresh database for each scenario.
 */
#ifndef JX_CONTRACT_REAL_STORE_H
#define JX_CONTRACT_REAL_STORE_H

#include <event2/event.h>
#include <libpq-fe.h>

#include "contract/store_contract.h"
#include "store/cluster.h"
#include "store/store.h"

struct real {
	char dir[64];
	struct event_base *base;
	struct cluster *cluster;
	struct store *store;
	unsigned number; /* of the database */
	char owner_url[512], pool_url[512], admin_url[512];
	struct log_port log;
};

void real_open(struct real *real);
void real_close(struct real *real);
/* A new database, the store on it, available. */
void real_begin(struct real *real, struct contract *contract);
/* checks.sql finds nothing; everything is closed. */
void real_end(struct real *real, struct contract *contract);

/* Another store on the same database; its events go to contract. */
struct store *real_open_another(struct real *real, struct contract *contract);

/* A connection to the scenario's database; url: one of real's. */
PGconn *real_connect(const char *url);
/* Runs sql; the SQLSTATE, "" when all went well. Valid until the next call. */
const char *real_sql(const char *url, const char *sql);
/* The one value of a query. Valid until the next call. */
const char *real_value(const char *url, const char *sql);

/* One of scenario and run. */
struct real_test {
	const char *name;
	void (*scenario)(struct contract *contract);
	void (*run)(struct real *real, struct contract *contract);
};
/* Runs each whose name holds filter (NULL: all); prints "N passed, N failed"; the exit status. */
int real_run(const struct real_test *tests, size_t count, const char *filter);

#endif
