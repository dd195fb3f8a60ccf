#include "store/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINK_PAUSE_MS_MIN = 50, /* a restarted server is back in 200 ms */
	LINK_PAUSE_MS_MAX = 2000,
	LINK_SETUP_MS_MAX = 10000,
	LINK_GRACE_MS = 5000, /* beyond the server's own time limit */
};

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_PREPARING, LINK_READY };

struct link {
	struct link_config config;
	enum link_state state;
	PGconn *pg;
	struct event *readable, *writable; /* of the socket; NULL while down */
	struct event *timer; /* by state: next attempt, set-up limit, limit of the first call */
	unsigned pause_ms;
	bool is_failure_logged; /* one line an outage, not one an attempt */
	struct link_call *first, **last;
	size_t inflight;
	PGresult *result; /* of the first call; an error stays */
};

static void link_lose(struct link *link, const char *why);

static void
link_arm(struct link *link, unsigned ms)
{
	struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	evtimer_add(link->timer, &time);
}

static bool
link_is_error(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK;
}

/* The server ends the connection with this error: what the transaction came to stays open. */
static bool
link_is_fatal(const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	return severity == NULL || strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
}

/* The state and the words only: details may quote data. */
static void
link_log_error(const struct link *link, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	/* Class 22 quotes the value it could not take. */
	bool is_quoting = state != NULL && strncmp(state, "22", 2) == 0;

	log_say(link->config.log, LOG_LEVEL_ERROR, "store_refused", "%s: sqlstate %s: %s",
	    link->config.name, state == NULL ? "none" : state,
	    words == NULL || is_quoting ? "bad value" : words);
}

static void
link_next_time(struct link *link)
{
	if (link->first != NULL)
		link_arm(link, link->config.call_ms_max + LINK_GRACE_MS);
	else
		evtimer_del(link->timer);
}

static void
link_on_sync(struct link *link)
{
	PGresult *result = link->result;
	struct link_call *call = link->first;

	link->result = NULL;
	if (link->state == LINK_PREPARING) {
		if (result == NULL || link_is_error(result)) {
			link_lose(link, "a statement could not be prepared");
		} else {
			link->state = LINK_READY;
			link->pause_ms = LINK_PAUSE_MS_MIN;
			link->is_failure_logged = false;
			link_next_time(link);
			link->config.changed(link->config.arg, true);
		}
		PQclear(result);
		return;
	}
	assert(call != NULL && result != NULL);
	link->first = call->next;
	if (link->first == NULL)
		link->last = &link->first;
	link->inflight--;
	link_next_time(link);
	/* Whole again before we call out. */
	if (link_is_error(result))
		link_log_error(link, result);
	call->done(call, link_is_error(result) ? LINK_REFUSED : LINK_DONE, result);
	PQclear(result);
}

/* true: go on. */
static bool
link_take(struct link *link, PGresult *result)
{
	switch ((int)PQresultStatus(result)) {
	case PGRES_PIPELINE_SYNC:
		PQclear(result);
		link_on_sync(link);
		return link->state == LINK_PREPARING || link->state == LINK_READY;
	case PGRES_PIPELINE_ABORTED: /* after an error, which is kept */
		PQclear(result);
		return true;
	default:
		break;
	}
	if (link_is_error(result) && link_is_fatal(result)) {
		char why[256];

		snprintf(why, sizeof why, "%s", PQresultErrorMessage(result));
		PQclear(result);
		link_lose(link, why);
		return false;
	}
	if (link->result != NULL && link_is_error(link->result)) {
		PQclear(result);
		return true;
	}
	PQclear(link->result);
	link->result = result;
	return true;
}

static void
link_flush(struct link *link)
{
	int left = PQflush(link->pg);

	if (left == 1) /* the socket is full for now */
		event_add(link->writable, NULL);
	else if (left < 0) /* found again, and handled, when reading */
		event_active(link->readable, EV_READ, 0);
}

static void
link_process(struct link *link)
{
	PGresult *result;
	bool was_null = false;

	if (PQconsumeInput(link->pg) == 0) {
		/* What the server said before it left comes first. */
		while (link->pg != NULL && !PQisBusy(link->pg) &&
		       (result = PQgetResult(link->pg)) != NULL)
			if (!link_take(link, result))
				return;
		if (link->pg != NULL)
			link_lose(link, PQerrorMessage(link->pg));
		return;
	}
	link_flush(link);
	while ((link->state == LINK_PREPARING || link->first != NULL) && !PQisBusy(link->pg)) {
		result = PQgetResult(link->pg);
		if (result == NULL && was_null)
			break;
		was_null = result == NULL;
		if (result != NULL && !link_take(link, result))
			return;
	}
	if (PQstatus(link->pg) != CONNECTION_OK)
		link_lose(link, PQerrorMessage(link->pg));
}

/* The session's limits and rights, then the statements; one round trip. */
static void
link_prepare(struct link *link)
{
	char timeout[16];
	const char *values[] = {timeout};
	bool ok;

	snprintf(timeout, sizeof timeout, "%u", link->config.call_ms_max);
	PQsetnonblocking(link->pg, 1);
	ok = PQenterPipelineMode(link->pg) == 1 &&
	     PQsendQueryParams(link->pg,
		 "SELECT set_config('statement_timeout', $1, false), set_config('role', "
		 "'jixiao_daemon', false),"
		 " set_config('synchronous_commit', 'on', false), set_config('search_path', "
		 "'pg_catalog', false),"
		 " set_config('jit', 'off', false)",
		 1, NULL, values, NULL, NULL, 1) == 1;
	for (size_t i = 0; ok && i < link->config.statement_count; i++) {
		const struct link_statement *statement = &link->config.statements[i];

		ok = PQsendPrepare(link->pg, statement->name, statement->sql,
			 statement->param_count, statement->types) == 1;
	}
	ok = ok && PQpipelineSync(link->pg) == 1;
	link->state = LINK_PREPARING;
	if (ok)
		link_flush(link);
	else
		link_lose(link, PQerrorMessage(link->pg));
}

static void
link_on_socket(evutil_socket_t fd, short events, void *arg)
{
	struct link *link = arg;

	(void)fd;
	(void)events;
	link_process(link);
}

static void link_on_connecting(evutil_socket_t fd, short events, void *arg);

/* The socket may be another one after each step (several hosts): events anew. */
static void
link_watch(struct link *link, short events, event_callback_fn fn)
{
	if (link->readable != NULL)
		event_free(link->readable);
	if (link->writable != NULL)
		event_free(link->writable);
	link->readable =
	    event_new(link->config.base, PQsocket(link->pg), EV_READ | EV_PERSIST, fn, link);
	link->writable = event_new(link->config.base, PQsocket(link->pg), EV_WRITE, fn, link);
	assert(link->readable != NULL && link->writable != NULL);
	if ((events & EV_READ) != 0)
		event_add(link->readable, NULL);
	if ((events & EV_WRITE) != 0)
		event_add(link->writable, NULL);
}

static void
link_poll(struct link *link)
{
	switch (PQconnectPoll(link->pg)) {
	case PGRES_POLLING_READING:
		link_watch(link, EV_READ, link_on_connecting);
		return;
	case PGRES_POLLING_WRITING:
		link_watch(link, EV_WRITE, link_on_connecting);
		return;
	case PGRES_POLLING_OK:
		link_watch(link, EV_READ, link_on_socket);
		link_prepare(link);
		return;
	case PGRES_POLLING_FAILED:
	case PGRES_POLLING_ACTIVE:
		break;
	}
	link_lose(link, PQerrorMessage(link->pg));
}

static void
link_on_connecting(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	link_poll(arg);
}

/* A notice may quote data; our functions send none that matters here. */
static void
link_on_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static void
link_connect(struct link *link)
{
	static const char *const names[] = {"fallback_application_name", "target_session_attrs",
	    "keepalives_idle", "tcp_user_timeout", "gssencmode", "dbname", NULL};
	/* What stands before dbname, the url may set otherwise. */
	const char *const values[] = {
	    "jixiaod", "read-write", "10", "15000", "disable", link->config.url, NULL};

	link->state = LINK_CONNECTING;
	link_arm(link, LINK_SETUP_MS_MAX);
	link->pg = PQconnectStartParams(names, values, 1);
	assert(link->pg != NULL);
	PQsetNoticeReceiver(link->pg, link_on_notice, NULL);
	if (PQstatus(link->pg) == CONNECTION_BAD)
		link_lose(link, PQerrorMessage(link->pg));
	else
		link_watch(link, EV_WRITE, link_on_connecting);
}

static void
link_disconnect(struct link *link)
{
	if (link->readable != NULL)
		event_free(link->readable);
	if (link->writable != NULL)
		event_free(link->writable);
	link->readable = link->writable = NULL;
	PQclear(link->result);
	link->result = NULL;
	if (link->pg != NULL)
		PQfinish(link->pg);
	link->pg = NULL;
	link->state = LINK_DOWN;
}

static void
link_lose(struct link *link, const char *why)
{
	struct link_call *call = link->first;
	bool was_ready = link->state == LINK_READY;

	if (!link->is_failure_logged)
		log_say(link->config.log, LOG_LEVEL_WARNING, "store_link_lost", "%s: %.*s",
		    link->config.name, (int)strcspn(why, "\n"), why);
	link->is_failure_logged = true;
	link_disconnect(link); /* why may live in there */
	link->first = NULL;
	link->last = &link->first;
	link->inflight = 0;
	link_arm(link, link->pause_ms);
	link->pause_ms =
	    link->pause_ms * 2 > LINK_PAUSE_MS_MAX ? LINK_PAUSE_MS_MAX : link->pause_ms * 2;

	if (was_ready)
		link->config.changed(link->config.arg, false);
	while (call != NULL) {
		struct link_call *next = call->next;

		call->done(call, LINK_LOST, NULL);
		call = next;
	}
}

static void
link_on_timer(evutil_socket_t fd, short events, void *arg)
{
	struct link *link = arg;

	(void)fd;
	(void)events;
	switch (link->state) {
	case LINK_DOWN:
		link_connect(link);
		break;
	case LINK_CONNECTING:
	case LINK_PREPARING:
		link_lose(link, "no connection within 10 s");
		break;
	case LINK_READY:
		link_lose(link, "no answer within the time limit");
		break;
	}
}

struct link *
link_new(const struct link_config *config)
{
	struct link *link = calloc(1, sizeof *link);

	if (link == NULL)
		return NULL;
	link->config = *config;
	link->pause_ms = LINK_PAUSE_MS_MIN;
	link->last = &link->first;
	link->timer = evtimer_new(config->base, link_on_timer, link);
	if (link->timer == NULL) {
		free(link);
		return NULL;
	}
	link_arm(link, 0);
	return link;
}

void
link_free(struct link *link)
{
	struct link_call *call;

	if (link == NULL)
		return;
	call = link->first;
	link_disconnect(link);
	event_free(link->timer);
	free(link);
	while (call != NULL) {
		struct link_call *next = call->next;

		call->done(call, LINK_LOST, NULL);
		call = next;
	}
}

bool
link_is_ready(const struct link *link)
{
	return link->state == LINK_READY;
}

size_t
link_inflight(const struct link *link)
{
	return link->inflight;
}

bool
link_send(struct link *link, struct link_call *call, const char *statement,
    const struct link_params *params)
{
	if (link->state != LINK_READY)
		return false;
	if (PQsendQueryPrepared(link->pg, statement, params->count, params->values, params->sizes,
		params->formats, 1) == 0) {
		event_active(link->readable, EV_READ, 0);
		return false;
	}
	call->next = NULL;
	*link->last = call;
	link->last = &call->next;
	if (link->inflight++ == 0)
		link_next_time(link);
	/* From here on the outcome is open: a failure is found when reading. */
	if (PQpipelineSync(link->pg) == 0)
		event_active(link->readable, EV_READ, 0);
	else
		link_flush(link);
	return true;
}
