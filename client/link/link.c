#include "link/link.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "link/inside.h"
#include "wire/envelope.h"

enum {
	PROTOCOL = 1,
	BYE_MS = 1000, /* an end is polite, not patient */
};

struct link *
link_new(const struct link_config *config)
{
	struct link *link = calloc(1, sizeof *link);

	if (link == NULL)
		return NULL;
	link->config = *config;
	link->problem.why = link->why;
	return link;
}

void
link_use_password(struct link *link, const char *account, const char *password)
{
	link->account = account;
	link->password = password;
	link->own_token_size = 0;
	link->token = (struct bytes){NULL, 0};
}

void
link_use_token(struct link *link, struct bytes token)
{
	link->account = link->password = NULL;
	link->token = token;
}

void
link_be_patient(struct link *link, bool is_patient)
{
	link->config.is_patient = is_patient;
}

const struct link_problem *
link_problem(const struct link *link)
{
	return &link->problem;
}

bool
link_was_connected(const struct link *link)
{
	return link->was_connected;
}

void
link_drop(struct link *link)
{
	stream_close(link->stream);
	link->stream = NULL;
	link->buffered = 0;
}

enum jx_err
link_send(struct link *link, const Jx__Envelope *envelope, uint64_t deadline_ms)
{
	struct arena *arena = arena_new(LINK_REQUEST_ARENA_SIZE);
	struct bytes frame;
	enum jx_err err = arena == NULL ? JX_E_MEMORY : envelope_write(arena, envelope, &frame);

	if (err == JX_OK)
		err = stream_write(link->stream, frame.data, frame.size, deadline_ms, link->why);
	arena_free(arena);
	return err;
}

enum jx_err
link_receive(struct link *link, struct arena *arena, uint64_t deadline_ms, Jx__Envelope **envelope)
{
	const char *field = NULL;
	struct frame frame;
	enum jx_err err;
	size_t got;

	for (;;) {
		err = frame_peek(link->buffer, link->buffered, FRAME_BODY_SIZE_MAX, &frame);
		if (err != JX_AGAIN)
			break;
		err = stream_read(link->stream, link->buffer + link->buffered,
		    sizeof link->buffer - link->buffered, deadline_ms, link->why, &got);
		if (err != JX_OK)
			return err;
		link->buffered += got;
	}
	if (err == JX_OK)
		err = envelope_read(
		    arena, (struct bytes){frame.body, frame.body_size}, envelope, &field);
	if (err != JX_OK) {
		snprintf(link->why, sizeof link->why, "%s", field == NULL ? "" : field);
		return err;
	}
	link->buffered -= frame.frame_size;
	memmove(link->buffer, link->buffer + frame.frame_size, link->buffered);
	return JX_OK;
}

enum jx_err
link_on_fail(struct link *link, const Jx__Fail *fail)
{
	size_t size = protobuf_c_message_get_packed_size(&fail->base);
	uint8_t *packed = malloc(size + 1);

	arena_free(link->problem_arena);
	link->problem_arena = arena_new(LINK_REPLY_ARENA_SIZE);
	if (packed == NULL || link->problem_arena == NULL) {
		free(packed);
		return JX_E_MEMORY;
	}
	protobuf_c_message_pack(&fail->base, packed);
	link->problem.fail = jx__fail__unpack(arena_allocator(link->problem_arena), size, packed);
	free(packed);
	if (link->problem.fail == NULL)
		return JX_E_MEMORY;
	return fail->code == NULL ? JX_E_INTERNAL : err_find(fail->code);
}

bool
link_is_end(const Jx__Envelope *heard)
{
	return heard->body_case == JX__ENVELOPE__BODY_FAIL && !heard->has_request_id;
}

/* What one heard envelope is to a call. JX_AGAIN: it is not its end. */
static enum jx_err
link_hear(struct link *link, const struct link_call *call, uint64_t request_id,
    const Jx__Envelope *heard)
{
	enum jx_err err;

	if (link_is_end(heard)) {
		err = link_on_fail(link, heard->fail);
		link_drop(link);
		return err;
	}
	if (!heard->has_request_id || heard->request_id != request_id)
		return JX_AGAIN; /* of a call that was given up */
	if (heard->body_case == JX__ENVELOPE__BODY_FAIL)
		return link_on_fail(link, heard->fail);
	if (heard->body_case == JX__ENVELOPE__BODY_PROGRESS) {
		if (call->on_progress != NULL)
			call->on_progress(call->arg, heard->progress);
		return JX_AGAIN;
	}
	if (call->on_notice != NULL) {
		if (heard->body_case == JX__ENVELOPE__BODY_NOTICE)
			call->on_notice(call->arg, heard->notice);
		return JX_AGAIN; /* anything else says that it has begun */
	}
	if (heard->body_case == call->reply)
		return JX_OK;
	snprintf(link->why, sizeof link->why, "reply %d", (int)heard->body_case);
	return JX_E_MALFORMED;
}

/* Sends one request and waits for what answers it. */
static enum jx_err
link_ask(struct link *link, struct arena *arena, const struct link_call *call, Jx__Envelope **reply)
{
	uint64_t deadline_ms = stream_now_ms() + link->config.timeout_ms;
	bool is_endless = call->is_long || call->on_notice != NULL;
	Jx__Envelope request = *call->request;
	Jx__Envelope *heard;
	enum jx_err err;

	request.has_request_id = true;
	request.request_id = ++link->request_id;
	err = link_send(link, &request, deadline_ms);
	if (err != JX_OK)
		return err;
	do {
		/* A watch may last for days: what it has heard does not stay. */
		struct arena *own = call->on_notice == NULL ? NULL : arena_new(LINK_REPLY_ARENA_SIZE);

		if (call->on_notice != NULL && own == NULL)
			return JX_E_MEMORY;
		err = link_receive(link, own == NULL ? arena : own,
		    is_endless ? UINT64_MAX : deadline_ms, &heard);
		if (err == JX_OK)
			err = link_hear(link, call, request.request_id, heard);
		if (err == JX_AGAIN && heard->body_case == JX__ENVELOPE__BODY_PROGRESS)
			deadline_ms = stream_now_ms() + link->config.timeout_ms;
		arena_free(own);
	} while (err == JX_AGAIN);
	if (err == JX_OK)
		*reply = heard;
	return err;
}

void
link_forget_problem(struct link *link)
{
	link->problem.err = JX_OK;
	link->problem.fail = NULL;
	link->why[0] = '\0';
}

static enum jx_err
link_greet(struct link *link, struct arena *arena)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT, *reply;
	Jx__Hello hello = JX__HELLO__INIT;

	hello.has_protocol = true;
	hello.protocol = PROTOCOL;
	hello.client = (char *)(uintptr_t)link->config.client;
	hello.language = (char *)(uintptr_t)(link->config.lang == JX_EN ? "en" : "zh");
	envelope.body_case = JX__ENVELOPE__BODY_HELLO;
	envelope.hello = &hello;
	return link_ask(link, arena,
	    &(struct link_call){.request = &envelope, .reply = JX__ENVELOPE__BODY_HELLO_REPLY},
	    &reply);
}

static enum jx_err
link_resume(struct link *link, struct arena *arena, struct bytes token)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT, *reply;
	Jx__Resume resume = JX__RESUME__INIT;

	resume.has_token = true;
	resume.token = (ProtobufCBinaryData){token.size, (uint8_t *)(uintptr_t)token.data};
	envelope.body_case = JX__ENVELOPE__BODY_RESUME;
	envelope.resume = &resume;
	return link_ask(link, arena,
	    &(struct link_call){.request = &envelope, .reply = JX__ENVELOPE__BODY_LOGIN_REPLY},
	    &reply);
}

/* The token given is for this process's next connections: a password costs the daemon 64 MiB and a
 * tenth of a second each time. */
static enum jx_err
link_log_in_by_password(struct link *link, struct arena *arena)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT, *reply;
	Jx__Login login = JX__LOGIN__INIT;
	const ProtobufCBinaryData *token;
	enum jx_err err;

	login.account = (char *)(uintptr_t)link->account;
	login.password = (char *)(uintptr_t)link->password;
	login.has_keep = login.keep = true;
	envelope.body_case = JX__ENVELOPE__BODY_LOGIN;
	envelope.login = &login;
	err = link_ask(link, arena,
	    &(struct link_call){.request = &envelope, .reply = JX__ENVELOPE__BODY_LOGIN_REPLY},
	    &reply);
	if (err != JX_OK)
		return err;
	token = &reply->login_reply->token;
	link->own_token_size =
	    reply->login_reply->has_token && token->len <= sizeof link->own_token ? token->len : 0;
	if (link->own_token_size > 0)
		memcpy(link->own_token, token->data, link->own_token_size);
	return JX_OK;
}

static enum jx_err
link_log_in(struct link *link, struct arena *arena)
{
	enum jx_err err;

	if (link->password == NULL)
		return link->token.size > 0 ? link_resume(link, arena, link->token) : JX_OK;
	if (link->own_token_size > 0) {
		err = link_resume(link, arena, (struct bytes){link->own_token, link->own_token_size});
		if (err != JX_E_SESSION)
			return err;
		link_forget_problem(link); /* it has come to its end */
		link->own_token_size = 0;
	}
	return link_log_in_by_password(link, arena);
}

enum jx_err
link_open(struct link *link)
{
	struct arena *arena;
	enum jx_err err;

	if (link->stream != NULL)
		return JX_OK;
	arena = arena_new(LINK_REPLY_ARENA_SIZE);
	err = arena == NULL ? JX_E_MEMORY : JX_OK;

	if (err == JX_OK)
		err = stream_open(&link->config.stream, link->why, &link->stream);
	if (err == JX_OK)
		err = link_greet(link, arena);
	if (err == JX_OK)
		err = link_log_in(link, arena);
	arena_free(arena);
	if (err == JX_OK)
		link->was_connected = true;
	else
		link_drop(link);
	return err;
}

/* One try. A connection on which anything but an answer came is not used again. */
static enum jx_err
link_try(struct link *link, struct arena *arena, const struct link_call *call, Jx__Envelope **reply)
{
	enum jx_err err;
	uint64_t asked_ms;

	link_forget_problem(link);
	link->asked_ms = 0;
	err = link_open(link);
	if (err != JX_OK)
		return err;
	asked_ms = stream_now_ms();
	err = link_ask(link, arena, call, reply);
	link->asked_ms = stream_now_ms() - asked_ms;
	if (err != JX_OK && link->problem.fail == NULL)
		link_drop(link);
	return err;
}

uint32_t
link_backoff_ms(uint32_t attempt, uint32_t asked_ms)
{
	uint32_t wait_ms = attempt < 5 ? LINK_BACKOFF_MS << attempt : LINK_BACKOFF_MS_MAX;

	if (wait_ms > LINK_BACKOFF_MS_MAX)
		wait_ms = LINK_BACKOFF_MS_MAX;
	return asked_ms > wait_ms ? asked_ms : wait_ms;
}

/* Up to a quarter more, so that many clients do not come back at one instant. */
static enum jx_err
link_sleep(const struct link *link, uint32_t wait_ms)
{
	uint64_t until_ms = stream_now_ms() + wait_ms + randombytes_uniform(wait_ms / 4 + 1);
	const struct timespec slice = {.tv_nsec = 50000000};

	while (stream_now_ms() < until_ms) {
		if (link->config.stream.stop != NULL && *link->config.stream.stop != 0)
			return JX_E_CANCELLED;
		nanosleep(&slice, NULL);
	}
	return JX_OK;
}

bool
link_may_retry(enum jx_err err)
{
	/* Whoever may not log in for a while wants to know it now. */
	return err_retry_ms(err) != 0 && err != JX_E_THROTTLED && err != JX_E_MEMORY;
}

enum jx_err
link_on_failed_try(struct link *link, uint32_t attempt, uint64_t deadline_ms)
{
	const Jx__Fail *fail = link->problem.fail;
	uint32_t wait_ms =
	    link_backoff_ms(attempt, fail != NULL && fail->has_retry_ms ? fail->retry_ms : 0);

	if (!link_may_retry(link->problem.err) || stream_now_ms() + wait_ms > deadline_ms)
		return link->problem.err;
	if (link->config.on_retry != NULL)
		link->config.on_retry(link->config.arg, link->problem.err, link->why);
	return link_sleep(link, wait_ms);
}

uint64_t
link_deadline_ms(const struct link *link, uint64_t since_ms)
{
	if (!link->was_connected)
		return since_ms + link->config.first_timeout_ms;
	return link->config.is_patient ? UINT64_MAX : since_ms + link->config.timeout_ms;
}

enum jx_err
link_call(
    struct link *link, struct arena *arena, const struct link_call *call, Jx__Envelope **reply)
{
	uint64_t started_ms = stream_now_ms();
	enum jx_err err = JX_OK;

	for (uint32_t attempt = 0; err == JX_OK; attempt++) {
		err = link->problem.err = link_try(link, arena, call, reply);
		if (err == JX_OK)
			return JX_OK;
		/* What the daemon took for its work is no time without it. */
		if (call->is_long || call->on_notice != NULL)
			started_ms += link->asked_ms;
		err = link_on_failed_try(link, attempt, link_deadline_ms(link, started_ms));
	}
	link->problem.err = err;
	return err;
}

/* A wanted end, told apart from a lost line by the daemon's log. */
static void
link_say_bye(struct link *link)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT, *reply;
	Jx__Bye bye = JX__BYE__INIT;
	struct arena *arena = arena_new(LINK_REPLY_ARENA_SIZE);
	enum jx_err err;

	if (arena == NULL)
		return;
	envelope.body_case = JX__ENVELOPE__BODY_BYE;
	envelope.bye = &bye;
	link->config.timeout_ms = BYE_MS;
	err = link_ask(link, arena,
	    &(struct link_call){.request = &envelope, .reply = JX__ENVELOPE__BODY_BYE_ACK}, &reply);
	(void)err; /* everything that mattered has been answered */
	arena_free(arena);
}

void
link_hang_up(struct link *link)
{
	uint32_t timeout_ms = link->config.timeout_ms;

	if (link->stream != NULL)
		link_say_bye(link);
	link->config.timeout_ms = timeout_ms;
	link_drop(link);
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	link_hang_up(link);
	arena_free(link->problem_arena);
	sodium_memzero(link->own_token, sizeof link->own_token);
	free(link);
}
