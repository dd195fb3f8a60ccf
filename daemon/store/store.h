/*
 * store/store.h: the database behind port/store.h: PostgreSQL 15 or newer
 * through libpq, one connection that writes and a few that read.
 *
 * Two roles. The owner of the database makes and migrates the tables, at start
 * only, before the loop runs. The connections of the loop act as jixiao_daemon,
 * which may call the functions of schema jx and nothing else: no table can be
 * read, changed or dropped by them.
 *
 * One thread, that of the event base. Nothing blocks but store_open and
 * store_check (and, with a host name in the url, its look-up: prefer hostaddr).
 */
#ifndef JX_STORE_STORE_H
#define JX_STORE_STORE_H

#include <event2/event.h>

#include "port/log.h"
#include "port/store.h"

struct store;

struct store_config {
	/* libpq connection string or URL of the owner ("database.url", or cluster_owner_url).
	 * Several hosts are fine (Patroni): the one that takes writes is chosen. */
	const char *url;
	/*
	 * The same for the loop's connections, logging in as jixiao_daemon. NULL:
	 * url, and they SET ROLE jixiao_daemon; the owner must then be a member of
	 * that role (it is, when it made the role itself).
	 */
	const char *pool_url;
	unsigned read_link_count; /* 0: 3 */
};

/*
 * Brings the schema up to this version (migrations under an advisory lock, each
 * in one transaction; functions and rights anew when they changed) and begins
 * to connect. config is copied; events and log are copied, what they point at
 * must outlive the store. The reason of a failure is in the log, in words.
 *
 * JX_E_UNAVAILABLE  no connection, or the database refused.
 * JX_E_VERSION      the database was made by a newer jixiaod, an applied
 *                   migration is not the one of this version, or the server is
 *                   too old. Nothing was changed.
 * JX_E_MEMORY
 */
JX_MUST_USE enum jx_err store_open(struct event_base *base, const struct store_config *config,
    const struct store_events *events, const struct log_port *log, struct store **out);
/* Valid while the store is open. */
struct store_port store_port(struct store *store);
/* What is in flight is not answered any more. Not from inside an event; NULL is fine. */
void store_close(struct store *store);

/* Runs sql/checks.sql as the owner; logs every breach. *breach_count: how many. JX_E_UNAVAILABLE.
 */
JX_MUST_USE enum jx_err store_check(
    const struct store_config *config, const struct log_port *log, size_t *breach_count);

#endif
