/*
 * link/link.h: calls to the daemon. Connects when it must, says Hello, logs in,
 * sends the request and waits for its reply; when the connection is lost or the
 * daemon is busy, does it all again, with the same request (and thus the same
 * op_id), until its time is up.
 *
 * One call at a time, one thread. SIGPIPE must be ignored. Where much is to be
 * sent or fetched, many requests go at once: link/pipe.h.
 */
#ifndef JX_LINK_LINK_H
#define JX_LINK_LINK_H

#include <jx/envelope.pb-c.h>
#include <signal.h>

#include "link/stream.h"
#include "wire/bytes.h"

enum {
	LINK_TIMEOUT_MS = 30000,      /* of trying again, and of waiting for one reply */
	LINK_FIRST_TIMEOUT_MS = 5000, /* before the first connection: a wrong address shows soon */
	LINK_BACKOFF_MS = 100,        /* doubled with each try … */
	LINK_BACKOFF_MS_MAX = 3000,   /* … up to here */
};

struct link_config {
	struct stream_config stream;
	const char *client; /* for Hello: "jixiao 0.1.0" */
	enum jx_lang lang;
	uint32_t timeout_ms;       /* per call: how long without any success it is tried */
	bool is_patient;           /* once there was a connection it is tried for ever; timeout_ms is then of one reply only */
	uint32_t first_timeout_ms; /* likewise as long as there was no connection yet */
	/* Each time before it waits and tries again. NULL: nobody asks. */
	void (*on_retry)(void *arg, enum jx_err err, const char *why);
	void *arg;
};

/* Why the last call failed. Texts live until the next call. */
struct link_problem {
	enum jx_err err;
	const char *why;      /* of our own errors: "Connection refused"; else "" */
	const Jx__Fail *fail; /* what the daemon said; NULL: it did not come to that */
};

struct link_call {
	const Jx__Envelope *request;  /* its request_id is set here */
	Jx__Envelope__BodyCase reply; /* the body that must come back */
	/* The daemon may take long (an import's commit, a run): waits without limit while the
	 * connection stands. */
	bool is_long;
	void (*on_progress)(void *arg, const Jx__ProgressEvent *event); /* may be NULL */
	/* A watch: events come as long as the connection stands, and no reply ends it; after a lost
	 * connection it is asked for again. Ends by the signal, by a refusal, or when there is no
	 * connection any more. NULL: a call like any other. */
	void (*on_notice)(void *arg, const Jx__NoticeEvent *event);
	void *arg;
};

struct link;

/* Texts of config are borrowed. Connects to nothing yet. NULL: memory out. */
struct link *link_new(const struct link_config *config);
/* Says Bye when connected, and waits a moment for the ByeAck. NULL is fine. */
void link_free(struct link *link);
/* Ends the connection likewise, not the link: the next call connects again. For whoever lets a person think in between. */
void link_hang_up(struct link *link);

/* Who the calls are from; borrowed. Without either, only Login, Keys … are allowed. */
void link_use_password(struct link *link, const char *account, const char *password);
void link_use_token(struct link *link, struct bytes token);

/* Was there a connection, logged in, at any time? Then a request may have been carried out although
 * its answer never came. */
bool link_was_connected(const struct link *link);

/* From now on: link_config.is_patient. */
void link_be_patient(struct link *link, bool is_patient);

/*
 * The reply lives in arena. Any error code; link_problem says more.
 * JX_E_CANCELLED when stopped by the signal.
 */
JX_MUST_USE enum jx_err link_call(
    struct link *link, struct arena *arena, const struct link_call *call, Jx__Envelope **reply);
const struct link_problem *link_problem(const struct link *link);

/* How long to wait before try number `attempt` (from 0), without jitter. Pure. */
uint32_t link_backoff_ms(uint32_t attempt, uint32_t asked_ms);

#endif
