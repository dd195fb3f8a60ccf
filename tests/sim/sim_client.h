/*
 * sim/sim_client.h: what the files of a client share. sim_client.c: connection,
 * login, retries; sim_task.c and sim_write.c: what it asks; sim_rude.c: what
 * no client should send; sim_right.c: who may ask what.
 */
#ifndef JX_SIM_SIM_CLIENT_H
#define JX_SIM_SIM_CLIENT_H

#include <jx/envelope.pb-c.h>

#include "core/route.h"
#include "sim.h"

enum {
	CLIENT_TASK_COUNT_MAX = 12,
	CLIENT_ASKED_COUNT_MAX = 96,
	CLIENT_PASSWORD_SIZE = 32,
};

enum sim_who { WHO_OFFICE, WHO_CITY, WHO_ELSEWHERE, WHO_AUDITOR, WHO_COUNT };

enum sim_step { STEP_DIAL, STEP_HELLO, STEP_LOGIN, STEP_WORK, STEP_DONE };

enum sim_ask {
	ASK_MAIN,  /* of the step or the task at hand */
	ASK_CHUNK, /* one of several that the task waits for */
	ASK_ASIDE, /* only to see that it is answered, and how */
};

/* A request that waits for its answer. */
struct sim_asked {
	uint64_t id;
	unsigned route; /* ROUTE_COUNT_MAX: no request of the daemon's map */
	enum sim_ask kind;
};

struct sim_task {
	const char *name;
	void (*send)(struct sim_client *client); /* what its phase wants, again after every loss */
	void (*answered)(struct sim_client *client, const Jx__Envelope *envelope);
	/* A code after which nobody asks again. NULL: on to the next task. */
	void (*refused)(struct sim_client *client, const char *code);
};

struct sim_client {
	struct sim *sim;
	uint32_t index;
	enum sim_who who;
	char account[32], password[CLIENT_PASSWORD_SIZE], old_password[CLIENT_PASSWORD_SIZE];
	bool is_voter; /* never logs in: it has cards */
	bool tries_old, wants_resume;
	uint8_t token[512];
	size_t token_size;
	enum sim_step step;
	net_handle conn;
	uint8_t *input;
	size_t input_size;
	uint64_t last_id, tries;
	struct sim_asked asked[CLIENT_ASKED_COUNT_MAX];
	size_t asked_count;
	const struct sim_task *tasks[CLIENT_TASK_COUNT_MAX];
	size_t task_count, task_index;
	/* Of the task at hand: */
	struct sim_op *op;
	unsigned phase, variant, run;
	uint32_t chunk, chunks_waited;
	uint32_t chunks_have, chunks_acked; /* of an upload, a bit each */
	uint64_t batch;
	bool is_carried;  /* what was sent last went by hand */
	unsigned content; /* of a card */
	bool was_acked;   /* the card, when it was last sent: an answer may be older than others' news */
	bool is_doubting; /* acknowledged; asked once more, it must give the same receipt */
};

/* ---- sim_client.c */
/* message: of the body's type. */
void sim_client_send(
    struct sim_client *client, Jx__Envelope__BodyCase body, const void *message, enum sim_ask kind);
/* The task is done, one way or another. */
void sim_client_next(struct sim_client *client);
/* The task's send once more, after a while. */
void sim_client_again(struct sim_client *client, uint64_t delay_us);
void sim_client_hang_up(struct sim_client *client);

/* ---- sim_task.c, sim_write.c, sim_rude.c */
extern const struct sim_task sim_tasks[];
extern const size_t sim_task_count;
void sim_write_account_add(struct sim_client *client);
void sim_write_account_disable(struct sim_client *client);
void sim_write_passwd(struct sim_client *client);
void sim_write_wrong_passwd(struct sim_client *client);
void sim_write_run(struct sim_client *client);
void sim_write_run_cancel(struct sim_client *client);
void sim_write_on_done(struct sim_client *client, const Jx__Envelope *envelope);
void sim_write_on_run(struct sim_client *client, const Jx__Envelope *envelope);
void sim_write_on_refused(struct sim_client *client, const char *code);
void sim_write_conflict(struct sim_client *client);
void sim_write_on_conflict(struct sim_client *client, const Jx__Envelope *envelope);
void sim_write_on_conflict_refused(struct sim_client *client, const char *code);
/* The op of the task at hand; made when it is first asked for. */
ProtobufCBinaryData sim_write_op_id(struct sim_client *client, const char *action);
/* The hash that its receipt must name. message: without passwords. */
void sim_write_sign(
    struct sim_client *client, const char *request, const ProtobufCMessage *message);
/* An acknowledgement. true: the client asks once more, to see the same receipt again. */
bool sim_write_on_receipt(struct sim_client *client, const Jx__Receipt *receipt);

/* ---- sim_import.c: an import, whole, tried, wrong or given up. */
void sim_import_send(struct sim_client *client);
void sim_import_send_dry(struct sim_client *client);
void sim_import_send_faulty(struct sim_client *client);
void sim_import_send_other(struct sim_client *client);
void sim_import_send_half(struct sim_client *client);
void sim_import_answered(struct sim_client *client, const Jx__Envelope *envelope);
void sim_import_refused(struct sim_client *client, const char *code);

/* ---- sim_deed.c: deeds of the calendar, and looking at what they left. */
void sim_deed_send(struct sim_client *client);
void sim_deed_send_dry(struct sim_client *client);
void sim_deed_send_conflict(struct sim_client *client);
void sim_deed_send_unknown(struct sim_client *client);
void sim_deed_send_no_year(struct sim_client *client);
void sim_deed_answered(struct sim_client *client, const Jx__Envelope *envelope);
void sim_deed_refused(struct sim_client *client, const char *code);
void sim_deed_send_view(struct sim_client *client);
void sim_deed_send_unknown_view(struct sim_client *client);
void sim_deed_on_view(struct sim_client *client, const Jx__Envelope *envelope);
void sim_deed_send_history(struct sim_client *client);
void sim_deed_on_history(struct sim_client *client, const Jx__Envelope *envelope);
void sim_deed_send_watch(struct sim_client *client);
void sim_deed_on_watch(struct sim_client *client, const Jx__Envelope *envelope);

/* The same message for the same variant. */
void sim_deed_make(struct sim_client *client, Jx__Deed *deed);

/* ---- sim_carry.c: deeds that travel by hand. */
void sim_carry_device_add(struct sim_client *client);
void sim_carry_send(struct sim_client *client);
void sim_carry_answered(struct sim_client *client, const Jx__Envelope *envelope);
/* ---- sim_cast.c: an office that opens, closes and looks at polls; a voter. */
void sim_cast_send_open(struct sim_client *client);
void sim_cast_send_close(struct sim_client *client);
void sim_cast_answered(struct sim_client *client, const Jx__Envelope *envelope);
void sim_cast_refused(struct sim_client *client, const char *code);
void sim_cast_send_state(struct sim_client *client);
void sim_cast_on_state(struct sim_client *client, const Jx__Envelope *envelope);
extern const struct sim_task sim_cast_tasks[]; /* of a voter */
extern const size_t sim_cast_task_count;
/* ---- sim_upload.c: files of evidence. */
void sim_upload_send(struct sim_client *client);
void sim_upload_send_wrong(struct sim_client *client);
void sim_upload_send_bad(struct sim_client *client);
void sim_upload_answered(struct sim_client *client, const Jx__Envelope *envelope);
void sim_upload_on_bad(struct sim_client *client, const Jx__Envelope *envelope);
void sim_upload_refused(struct sim_client *client, const char *code);

void sim_rude_send_garbage(struct sim_client *client);
void sim_rude_send_flood(struct sim_client *client);
void sim_rude_on_flood(struct sim_client *client, const Jx__Envelope *envelope);
/* Something that the state of the connection forbids, or that lacks what it needs. */
void sim_rude_aside(struct sim_client *client);

/* ---- sim_right.c */
const char *sim_right_role(enum sim_who who);
const char *sim_right_city(const struct sim_client *client);
/* An answer came: counts it, and holds it against who may ask what. fail NULL: accepted. */
void sim_right_check(
    struct sim_client *client, const struct sim_asked *asked, const Jx__Fail *fail);
bool sim_right_is_again(const char *code);

#endif
