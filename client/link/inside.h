/*
 * link/inside.h: what link.c and pipe.c share: one connection, logged in, and
 * frames on it. For this room only.
 */
#ifndef JX_LINK_INSIDE_H
#define JX_LINK_INSIDE_H

#include "link/link.h"
#include "wire/frame.h"

enum {
	LINK_REQUEST_ARENA_SIZE = 512 << 10, /* a frame and its packing */
	/* A reply of one frame, unpacked: protobuf-c makes up to a hundred bytes of two. */
	LINK_REPLY_ARENA_SIZE = 8 << 20,
	LINK_TOKEN_SIZE_MAX = 512,
};

struct link {
	struct link_config config;
	const char *account, *password;
	struct bytes token;
	uint8_t own_token[LINK_TOKEN_SIZE_MAX]; /* of a login with the password */
	size_t own_token_size;                  /* 0: none yet */
	struct stream *stream; /* NULL: not connected */
	bool was_connected;    /* at least once */
	uint64_t asked_ms;     /* how long the last try's request was out */
	uint64_t request_id;   /* the last that was given out */
	uint8_t buffer[FRAME_HEADER_SIZE + FRAME_BODY_SIZE_MAX];
	size_t buffered;
	struct link_problem problem;
	char why[STREAM_WHY_SIZE];
	struct arena *problem_arena; /* owns problem.fail */
};

/* Connects and logs in, when it is not yet so. One try. */
JX_MUST_USE enum jx_err link_open(struct link *link);
/* Ends the connection without a word. */
void link_drop(struct link *link);
/* One frame there and back; deadline_ms: of stream_now_ms. The envelope lives in arena. */
JX_MUST_USE enum jx_err link_send(
    struct link *link, const Jx__Envelope *envelope, uint64_t deadline_ms);
JX_MUST_USE enum jx_err link_receive(
    struct link *link, struct arena *arena, uint64_t deadline_ms, Jx__Envelope **envelope);
/* The daemon's refusal, kept for link_problem; its code. */
JX_MUST_USE enum jx_err link_on_fail(struct link *link, const Jx__Fail *fail);
/* It ends the whole connection: a Fail that is no request's. */
bool link_is_end(const Jx__Envelope *heard);

/* Is it of use to try again after that error? */
bool link_may_retry(enum jx_err err);
/* Forgets what the last call's problem was. */
void link_forget_problem(struct link *link);
/*
 * After a try that failed with problem.err: says so and waits. JX_OK: try again;
 * else it would be of no use, or it would be later than deadline_ms.
 */
JX_MUST_USE enum jx_err link_on_failed_try(
    struct link *link, uint32_t attempt, uint64_t deadline_ms);
/* Until when to try, when the last success was at that moment. */
uint64_t link_deadline_ms(const struct link *link, uint64_t since_ms);

#endif
