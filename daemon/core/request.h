/*
 * core/request.h: requests under way, in slots. What crosses a wait is only a
 * request_id; request_find says NULL when the request has been answered. A
 * request outlives its connection: its answer then goes nowhere.
 *
 * Replying takes the request: the pointer stays readable until the turn ends
 * (request_settle), but a second reply fails an assert.
 */
#ifndef JX_CORE_REQUEST_H
#define JX_CORE_REQUEST_H

#include <jx/envelope.pb-c.h>

#include "core/session.h"
#include "port/clock.h"
#include "wire/bytes.h"

enum {
	/* Of card holders, under way in all: a flood of wrong cards leaves the store room for everybody else. */
	REQUEST_CARD_COUNT_MAX = 64,
	REQUEST_COUNT_MAX =
	    2048, /* under way in all; at most REQUEST_ARENA_SIZE_MAX each, in practice a few KiB */
	REQUEST_ARENA_SIZE_MAX =
	    4 << 20, /* a 64 KiB frame of small records unpacks to under 1 MiB; and the reply */
	REQUEST_ARENA_SIZE_MAX_PREAUTH = 64 << 10,
	REQUEST_EVENT_SIZE_MAX = 128 << 10, /* a frame, while it is written */
	REQUEST_MEMORY_MAX =
	    256 << 20, /* unpacked requests under way, in all; beyond, further ones get E_BUSY */
};

struct route;

struct request_id {
	uint32_t slot, generation; /* generation 0: none */
};

struct request {
	struct request_id id;
	bool is_open; /* not yet answered */
	bool is_card; /* counted in card_count */
	struct session_id session;
	uint64_t wire_id;
	struct arena *arena; /* owns envelope, message and the reply */
	const struct route *route;
	const ProtobufCMessage *message; /* the body, checked */
	struct actor actor;              /* as of the time of the request */
	struct moment received;          /* when its last byte had come (G4) */
	enum jx_lang lang;
	bool is_carried;  /* by another than its actor (deliver.h): the answer tells nothing of its content */
	size_t memory;    /* bytes of the arena that the unpacked request took */
	uint64_t scratch; /* the handler's own, from one step to the next */
};

struct request_table {
	struct request *slots; /* REQUEST_COUNT_MAX */
	uint32_t *free_list;
	uint32_t free_count;
	uint32_t *dead; /* answered in this turn */
	uint32_t dead_count;
	size_t memory; /* of all slots */
	uint32_t card_count; /* open ones of ROUTE_CARD */
};

struct core;

JX_MUST_USE enum jx_err request_table_init(struct request_table *table);
void request_table_clear(struct request_table *table);
uint32_t request_count(const struct request_table *table); /* under way */

/* arena is taken also on failure. NULL: table full. */
struct request *request_new(
    struct core *core, struct session *session, uint64_t wire_id, struct arena *arena);
struct request *request_find(struct core *core, struct request_id id);
/* More was unpacked into its arena: it counts as that much. */
void request_weigh(struct core *core, struct request *req);

/* body: a Jx__Envelope body case with the message of that type, borrowed. */
void request_reply(
    struct core *core, struct request *req, Jx__Envelope__BodyCase body, const void *message);
/* field: which field of the request, or NULL. */
void request_fail(struct core *core, struct request *req, enum jx_err err, const char *field);
/* With a Fail prepared by the caller (faults, missing …); code, message and retry are filled in
 * from err. Of a carried one nothing else is told. */
void request_fail_with(struct core *core, struct request *req, enum jx_err err, Jx__Fail *fail);
/* An event of a request that goes on. */
void request_event(
    struct core *core, struct request *req, const char *stage, uint64_t done, uint64_t total);

/* The same, any message. */
void request_event_with(struct core *core, struct request *req, Jx__Envelope__BodyCase body, const void *message);

/* Frees what was answered in this turn. */
void request_settle(struct core *core);

#endif
