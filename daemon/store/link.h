/*
 * store/link.h: one connection to PostgreSQL, kept up: connects, prepares its
 * statements, runs calls in pipeline mode, reconnects with a growing pause.
 *
 * A call is one prepared statement in a transaction of its own. It has ended
 * only when the server said that the transaction has (ReadyForQuery): rows come
 * before COMMIT, and a COMMIT can still fail. The loop's thread only; done and
 * changed are called from the loop, never from inside a call.
 */
#ifndef JX_STORE_LINK_H
#define JX_STORE_LINK_H

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdbool.h>

#include "port/log.h"

struct link;

enum link_end {
	LINK_DONE,    /* committed; result holds the rows */
	LINK_REFUSED, /* the transaction was rolled back for certain; result holds the error,
			 already logged */
	LINK_LOST,    /* the connection broke: nobody knows; result is NULL */
};

/* Embedded in the caller's own struct, which lives until done. */
struct link_call {
	struct link_call *next;
	/* The call is the caller's again; result is borrowed until done returns. */
	void (*done)(struct link_call *call, enum link_end end, const PGresult *result);
};

struct link_statement {
	const char *name, *sql;
	const Oid *types;
	int param_count;
};

struct link_params {
	int count;
	const char *const *values;
	const int *sizes, *formats;
};

struct link_config {
	struct event_base *base;
	const struct log_port *log;
	const char *name; /* "write", "read 1": for the log */
	const char *url;
	const struct link_statement *statements;
	size_t statement_count;
	unsigned call_ms_max; /* the server gives up then; a server that does not answer is left 5 s
				 later */
	void *arg;
	/* Ready for calls (true), or no longer (false: before done of the calls in flight). */
	void (*changed)(void *arg, bool is_ready);
};

/* config is copied, what it points at is borrowed for good. NULL: memory out. Connects from the
 * loop. */
struct link *link_new(const struct link_config *config);
/* Calls in flight end with LINK_LOST. Not from inside done or changed. */
void link_free(struct link *link);

bool link_is_ready(const struct link *link);
size_t link_inflight(const struct link *link);
/* false: not sent, done will not be called. Values are copied. */
bool link_send(struct link *link, struct link_call *call, const char *statement,
    const struct link_params *params);

#endif
