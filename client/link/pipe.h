/*
 * link/pipe.h: many requests under way at once on one connection, their replies
 * in any order: what an upload or a download goes through.
 *
 * How many is decided by window.h, so that small requests of others on the same
 * line stay quick. When the connection is lost, or the daemon is busy, it backs
 * off, connects and logs in again, tells the source, and goes on, as long as
 * link_config says; a refusal ends it at once. Blocking, one thread.
 */
#ifndef JX_LINK_PIPE_H
#define JX_LINK_PIPE_H

#include "link/link.h"

struct pipe_request {
	Jx__Envelope envelope;        /* its request_id is set by the pipe */
	Jx__Envelope__BodyCase reply; /* the body that must come back */
	uint64_t tag;                 /* the source's own: which one it is */
	/* It, or its reply, is one of many of about the same size: what its reply takes tells how
	 * busy the line is. A small one takes less, and would make the others look late. */
	bool is_measure;
};

/* What is asked, and who takes the replies. An error of theirs ends the pipe. */
struct pipe_source {
	/* The next request; what it is made of must live until it returns to next, or on_reply, or
	 * on_lost. JX_AGAIN: none before another reply has come; with none under way: all is done. */
	enum jx_err (*next)(void *arg, struct pipe_request *request);
	enum jx_err (*on_reply)(void *arg, uint64_t tag, const Jx__Envelope *reply);
	/* Of what was under way nobody knows whether it arrived: replies will not come. */
	void (*on_lost)(void *arg);
	void *arg;
};

/*
 * Until the source has no more. Any error code; link_problem says more.
 * JX_E_CANCELLED when stopped by the signal. What is under way at an error is
 * given up (the connection, too).
 */
JX_MUST_USE enum jx_err pipe_run(struct link *link, const struct pipe_source *source);

#endif
