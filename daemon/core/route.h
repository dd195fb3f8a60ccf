/*
 * core/route.h: the daemon's map: one row a request: who may send it, whose
 * data it touches, when, how big, how many at once, who handles it. All zero
 * means refused. route_dispatch holds every gate; handlers have none.
 */
#ifndef JX_CORE_ROUTE_H
#define JX_CORE_ROUTE_H

#include "core/request.h"

enum route_scope {
	SCOPE_NONE = 0,
	SCOPE_SELF, /* the session and the account itself */
	SCOPE_ALL,  /* the whole daemon: only an account of all cities ("*") */
	SCOPE_CITY, /* the year named by the request's city and year; the account's own city, or "*"
		     */
	SCOPE_LIST, /* a list, which the handler cuts to the account's city */
};

enum route_phase { PHASE_NONE = 0, PHASE_OPEN = 1 << 0 /* the year is being worked on */ };

enum route_kind {
	ROUTE_READ = 1,
	ROUTE_WRITE, /* carries an op_id, is idempotent */
	ROUTE_CARRY, /* brings another request inside, which passes the gates of its own row too */
	ROUTE_PUT,   /* its content is its identity: the same again is the same */
	ROUTE_CARD,  /* of a card's holder, who has no account: REQUEST_CARD_COUNT_MAX in all */
};

typedef void (*route_handler)(struct core *core, struct request *req);

struct route {
	const char *name; /* the field's name in Envelope */
	Jx__Envelope__BodyCase body;
	enum route_kind kind;
	unsigned states; /* of enum session_state */
	unsigned roles;  /* of enum role; 0 with SESSION_READY not among states: nobody is logged in
			    yet */
	enum route_scope scope;
	unsigned phases;
	uint32_t size_max; /* bytes of the packed body */
	uint8_t inflight_max;
	route_handler handle;
};

extern const struct route route_rows[];
extern const unsigned route_count;

/* envelope was read into arena (taken). Answers or hands on. */
void route_dispatch(struct core *core, struct session *session, Jx__Envelope *envelope, size_t size,
    struct arena *arena);
/*
 * A carried request has been opened: req becomes that request of that actor and
 * passes every gate as if he had sent it over the session that carries it.
 * JX_OK: hand it to req->route->handle. Otherwise the caller answers; *field is
 * then the field of the inner message, or NULL. size: of the inner message,
 * packed; message lives in the request's arena.
 */
JX_MUST_USE enum jx_err route_enter(struct core *core, struct request *req,
    Jx__Envelope__BodyCase body, const ProtobufCMessage *message, size_t size,
    const struct actor *actor, const char **field);
unsigned route_index(const struct route *route);
/* May an actor of that role send it at all? (Whoami tells the client.) */
bool route_is_for(const struct route *route, enum role role);

#endif
