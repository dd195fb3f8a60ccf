#include "core/route.h"

#include <assert.h>
#include <string.h>

#include "core/account.h"
#include "core/act.h"
#include "core/ballot.h"
#include "core/deliver.h"
#include "core/device.h"
#include "core/evidence.h"
#include "core/export.h"
#include "core/inside.h"
#include "core/login.h"
#include "core/look.h"
#include "core/result.h"

#define BODY(upper) JX__ENVELOPE__BODY_##upper
#define READERS     (ROLE_OFFICE | ROLE_AUDITOR)
#define DECIDERS    (ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE)
#define EVERYBODY   (ROLE_ALL)
#define SENDERS     (ROLE_OFFICE | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL | ROLE_EVALUATOR | ROLE_LEAD)
#define NOT_YET     (SESSION_GREETED)
#define ONLINE      (SESSION_GREETED | SESSION_READY)

enum { KIB = 1024 };

/* clang-format off */
const struct route route_rows[] = {
	/* name              body                    kind         states         roles        scope       phases      size_max   in flight  handler */
	{"hello",           BODY(HELLO),           ROUTE_READ,  SESSION_NEW,   ROLE_NONE,   SCOPE_SELF, PHASE_OPEN,   1 * KIB, 1, login_handle_hello},
	{"bye",             BODY(BYE),             ROUTE_READ,  ONLINE,        ROLE_NONE,   SCOPE_SELF, PHASE_OPEN,   1 * KIB, 1, login_handle_bye},
	{"keys",            BODY(KEYS),            ROUTE_READ,  ONLINE,        ROLE_NONE,   SCOPE_SELF, PHASE_OPEN,   1 * KIB, 2, login_handle_keys},
	{"login",           BODY(LOGIN),           ROUTE_READ,  NOT_YET,       ROLE_NONE,   SCOPE_SELF, PHASE_OPEN,   2 * KIB, 1, login_handle_login},
	{"resume",          BODY(RESUME),          ROUTE_READ,  NOT_YET,       ROLE_NONE,   SCOPE_SELF, PHASE_OPEN,   1 * KIB, 1, login_handle_resume},
	{"whoami",          BODY(WHOAMI),          ROUTE_READ,  SESSION_READY, EVERYBODY,   SCOPE_SELF, PHASE_OPEN,   1 * KIB, 4, login_handle_whoami},
	{"passwd",          BODY(PASSWD),          ROUTE_WRITE, SESSION_READY, EVERYBODY,   SCOPE_SELF, PHASE_OPEN,   2 * KIB, 1, account_handle_passwd},
	{"account_add",     BODY(ACCOUNT_ADD),     ROUTE_WRITE, SESSION_READY, ROLE_OFFICE, SCOPE_ALL,  PHASE_OPEN,   2 * KIB, 4, account_handle_add},
	{"account_disable", BODY(ACCOUNT_DISABLE), ROUTE_WRITE, SESSION_READY, ROLE_OFFICE, SCOPE_ALL,  PHASE_OPEN,   4 * KIB, 4, account_handle_disable},
	{"account_list",    BODY(ACCOUNT_LIST),    ROUTE_READ,  SESSION_READY, READERS,     SCOPE_ALL,  PHASE_OPEN,   1 * KIB, 4, account_handle_list},
	{"years",           BODY(YEARS),           ROUTE_READ,  SESSION_READY, EVERYBODY,   SCOPE_LIST, PHASE_OPEN,   1 * KIB, 4, export_handle_years},
	{"import_begin",    BODY(IMPORT_BEGIN),    ROUTE_WRITE, SESSION_READY, ROLE_OFFICE, SCOPE_CITY, PHASE_OPEN,   1 * KIB, 1, import_handle_begin},
	{"import_chunk",    BODY(IMPORT_CHUNK),    ROUTE_WRITE, SESSION_READY, ROLE_OFFICE, SCOPE_CITY, PHASE_OPEN,  64 * KIB, 8, import_handle_chunk},
	{"import_commit",   BODY(IMPORT_COMMIT),   ROUTE_WRITE, SESSION_READY, ROLE_OFFICE, SCOPE_CITY, PHASE_OPEN,   1 * KIB, 1, import_handle_commit},
	{"scheme_read",     BODY(SCHEME_READ),     ROUTE_READ,  SESSION_READY, EVERYBODY,   SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, export_handle_scheme},
	{"records_read",    BODY(RECORDS_READ),    ROUTE_READ,  SESSION_READY, ROLE_OFFICE, SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, export_handle_records},
	{"run_start",       BODY(RUN_START),       ROUTE_WRITE, SESSION_READY, ROLE_OFFICE, SCOPE_CITY, PHASE_OPEN,   1 * KIB, 2, run_handle_start},
	{"run_watch",       BODY(RUN_WATCH),       ROUTE_READ,  SESSION_READY, READERS,     SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, run_handle_watch},
	{"run_cancel",      BODY(RUN_CANCEL),      ROUTE_WRITE, SESSION_READY, ROLE_OFFICE, SCOPE_CITY, PHASE_OPEN,   1 * KIB, 2, run_handle_cancel},
	{"runs",            BODY(RUNS),            ROUTE_READ,  SESSION_READY, DECIDERS,    SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, run_handle_list},
	{"results_read",    BODY(RESULTS_READ),    ROUTE_READ,  SESSION_READY, DECIDERS,    SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, result_handle_read},
	{"explain_read",    BODY(EXPLAIN_READ),    ROUTE_READ,  SESSION_READY, READERS,     SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, result_handle_explain},
	{"deed",            BODY(DEED),            ROUTE_WRITE, SESSION_READY, EVERYBODY,   SCOPE_CITY, PHASE_OPEN,  64 * KIB, 8, act_handle},
	{"view",            BODY(VIEW),            ROUTE_READ,  SESSION_READY, EVERYBODY,   SCOPE_CITY, PHASE_OPEN,   4 * KIB, 8, look_handle_view},
	{"history",         BODY(HISTORY),         ROUTE_READ,  SESSION_READY, EVERYBODY,   SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, look_handle_history},
	{"ballot_open",     BODY(BALLOT_OPEN),     ROUTE_CARD,  NOT_YET,       ROLE_NONE,   SCOPE_SELF, PHASE_OPEN,   1 * KIB, 2, ballot_handle_open},
	{"ballot_cast",     BODY(BALLOT_CAST),     ROUTE_CARD,  NOT_YET,       ROLE_NONE,   SCOPE_SELF, PHASE_OPEN,   4 * KIB, 2, ballot_handle_cast},
	{"watch",           BODY(WATCH),           ROUTE_READ,  SESSION_READY, EVERYBODY,   SCOPE_CITY, PHASE_OPEN,   1 * KIB, 1, watch_handle},
	{"device_add",      BODY(DEVICE_ADD),      ROUTE_WRITE, SESSION_READY, EVERYBODY,   SCOPE_SELF, PHASE_OPEN,   1 * KIB, 1, device_handle_add},
	{"deliver",         BODY(DELIVER),         ROUTE_CARRY, SESSION_READY, EVERYBODY,   SCOPE_SELF, PHASE_OPEN,  64 * KIB, 4, deliver_handle},
	/* Whose evidence it may be stands in deeds/proof.h: it takes the year's book. */
	{"evidence_offer",  BODY(EVIDENCE_OFFER),  ROUTE_READ,  SESSION_READY, SENDERS,     SCOPE_CITY, PHASE_OPEN,   1 * KIB, 4, evidence_handle_offer},
	{"evidence_list",   BODY(EVIDENCE_LIST),   ROUTE_PUT,   SESSION_READY, SENDERS,     SCOPE_CITY, PHASE_OPEN,  34 * KIB, 8, evidence_handle_list},
	{"evidence_chunk",  BODY(EVIDENCE_CHUNK),  ROUTE_PUT,   SESSION_READY, SENDERS,     SCOPE_CITY, PHASE_OPEN,  50 * KIB, 8, evidence_handle_chunk},
	{"evidence_read",   BODY(EVIDENCE_READ),   ROUTE_READ,  SESSION_READY, EVERYBODY,   SCOPE_CITY, PHASE_OPEN,   1 * KIB, 8, evidence_handle_read},
};
/* clang-format on */

const unsigned route_count = sizeof route_rows / sizeof *route_rows;
_Static_assert(
    sizeof route_rows / sizeof *route_rows <= ROUTE_COUNT_MAX, "session counts requests by route");

/* For a body that is no request: the answer still needs a row to count under. */
static const struct route route_none;

unsigned
route_index(const struct route *route)
{
	return route == &route_none ? ROUTE_COUNT_MAX : (unsigned)(route - route_rows);
}

bool
route_is_for(const struct route *route, enum role role)
{
	return (route->states & SESSION_READY) != 0 &&
	       (route->roles == ROLE_NONE || (route->roles & role) != 0);
}

static const struct route *
route_find(Jx__Envelope__BodyCase body)
{
	for (unsigned i = 0; i < route_count; i++)
		if (route_rows[i].body == body)
			return &route_rows[i];
	return &route_none;
}

static const ProtobufCFieldDescriptor *
route_field(const ProtobufCMessage *message, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
}

/* The request's city and year name one year of the account's own city. */
static enum jx_err
route_check_city(const struct request *req, const char **field)
{
	const ProtobufCFieldDescriptor *city = route_field(req->message, "city");
	const ProtobufCFieldDescriptor *year = route_field(req->message, "year");
	const char *name;
	uint32_t number;

	assert(city != NULL &&
	       year != NULL); /* every SCOPE_CITY request has both: a test walks the table */
	memcpy(&name, (const uint8_t *)req->message + city->offset, sizeof name);
	memcpy(&number, (const uint8_t *)req->message + year->offset, sizeof number);
	*field = "city";
	if (name == NULL || *name == '\0' || strlen(name) >= ACTOR_CITY_SIZE ||
	    strcmp(name, "*") == 0)
		return JX_E_FIELD;
	if (strcmp(req->actor.city, "*") != 0 && strcmp(req->actor.city, name) != 0)
		return JX_E_DENIED;
	*field = "year";
	if (number < 2000 || number > 2999)
		return JX_E_FIELD;
	return JX_OK;
}

static enum jx_err
route_check_scope(const struct request *req, const char **field)
{
	switch (req->route->scope) {
	case SCOPE_SELF:
	case SCOPE_LIST:
		return JX_OK;
	case SCOPE_ALL:
		return strcmp(req->actor.city, "*") == 0 ? JX_OK : JX_E_DENIED;
	case SCOPE_CITY:
		return route_check_city(req, field);
	case SCOPE_NONE:
		break;
	}
	return JX_E_DENIED;
}

static enum jx_err
route_check_op_id(const struct request *req, const char **field)
{
	const ProtobufCFieldDescriptor *op_id = route_field(req->message, "op_id");
	ProtobufCBinaryData value;

	assert(op_id != NULL); /* every write has one: a test walks the table */
	memcpy(&value, (const uint8_t *)req->message + op_id->offset, sizeof value);
	*field = "op_id";
	return value.len == 16 ? JX_OK : JX_E_FIELD;
}

/* Every gate a request passes, in order. Handlers have none. */
static enum jx_err
route_check(const struct request_table *requests, const struct session *session, const struct request *req,
    size_t size, const char **field)
{
	const struct route *route = req->route;

	if (requests->memory > REQUEST_MEMORY_MAX)
		return JX_E_BUSY;
	if (route->handle == NULL)
		return JX_E_UNKNOWN_REQUEST;
	if ((route->states & session->state) == 0)
		return session->state == SESSION_GREETED ? JX_E_SESSION : JX_E_STATE;
	if (route->roles != ROLE_NONE && (route->roles & req->actor.role) == 0)
		return JX_E_DENIED;
	if (size > route->size_max)
		return JX_E_TOO_BIG;
	if (session->inflight_route[route_index(route)] >= route->inflight_max)
		return JX_E_BUSY;
	if (route->kind == ROUTE_CARD && requests->card_count > REQUEST_CARD_COUNT_MAX)
		return JX_E_BUSY;
	if (route->kind == ROUTE_WRITE && route_check_op_id(req, field) != JX_OK)
		return JX_E_FIELD;
	if ((route->phases & PHASE_OPEN) == 0)
		return JX_E_PHASE;
	return route_check_scope(req, field);
}

enum jx_err
route_enter(struct core *core, struct request *req, Jx__Envelope__BodyCase body,
    const ProtobufCMessage *message, size_t size, const struct actor *actor, const char **field)
{
	struct session *session = session_find(core, req->session);
	unsigned carrier = route_index(req->route);
	enum jx_err err;

	*field = NULL;
	if (session == NULL) /* nobody is there to be answered: it will be carried again */
		return JX_E_STATE;
	req->route = route_find(body);
	req->message = message;
	req->actor = *actor;
	session->inflight_route[carrier]--;
	err = route_check(&core->requests, session, req, size, field);
	session->inflight_route[route_index(req->route)]++;
	return err;
}

void
route_dispatch(struct core *core, struct session *session, Jx__Envelope *envelope, size_t size,
    struct arena *arena)
{
	struct request *req = request_new(core, session, envelope->request_id, arena);
	const char *field = NULL;
	enum jx_err err;

	if (req ==
	    NULL) { /* the table is sized for every session's share: only a flood comes here */
		session_close(core, session);
		return;
	}
	req->route = route_find(envelope->body_case);
	memcpy(&req->message, &envelope->hello, sizeof req->message);
	req->is_card = req->route->kind == ROUTE_CARD;
	core->requests.card_count += req->is_card;
	err = route_check(&core->requests, session, req, size, &field);
	session->inflight_count++;
	if (req->route != &route_none)
		session->inflight_route[route_index(req->route)]++;
	if (err != JX_OK)
		request_fail(core, req, err, err == JX_E_FIELD ? field : NULL);
	else
		req->route->handle(core, req);
}
