#include "link/pipe.h"

#include <assert.h>
#include <stdio.h>

#include "link/inside.h"
#include "link/window.h"

struct slot {
	uint64_t request_id; /* 0: free */
	uint64_t tag, sent_us;
	uint32_t period; /* of the window, when it was sent */
	bool is_measure;
	Jx__Envelope__BodyCase reply;
};

struct pipe {
	struct link *link;
	const struct pipe_source *source;
	struct window window;
	struct slot slots[WINDOW_SIZE_MAX];
	uint32_t under_way;
	uint64_t heard_ms;    /* when the last reply came */
	uint32_t attempt;     /* tries since then */
	enum jx_err refused;  /* busy: nothing more is sent, what is under way is waited for */
};

static struct slot *
find_slot(struct pipe *pipe, uint64_t request_id)
{
	for (size_t i = 0; i < WINDOW_SIZE_MAX; i++)
		if (pipe->slots[i].request_id == request_id)
			return &pipe->slots[i];
	return NULL;
}

static enum jx_err
send_one(struct pipe *pipe, struct pipe_request *request)
{
	struct link *link = pipe->link;
	struct slot *slot = find_slot(pipe, 0);

	assert(slot != NULL && pipe->under_way < WINDOW_SIZE_MAX);
	request->envelope.has_request_id = true;
	request->envelope.request_id = ++link->request_id;
	*slot = (struct slot){.request_id = link->request_id,
	    .tag = request->tag,
	    .sent_us = stream_now_us(),
	    .period = pipe->window.period,
	    .is_measure = request->is_measure,
	    .reply = request->reply};
	pipe->under_way++;
	/* While it goes out nothing is read: replies are small, or requests are. */
	return link_send(link, &request->envelope, stream_now_ms() + link->config.timeout_ms);
}

/* As many as the window lets. JX_OK also when the source has none. */
static enum jx_err
fill_window(struct pipe *pipe)
{
	enum jx_err err = JX_OK;

	while (err == JX_OK && pipe->refused == JX_OK && pipe->under_way < window_size(&pipe->window)) {
		struct pipe_request request = {.envelope = JX__ENVELOPE__INIT};

		err = pipe->source->next(pipe->source->arg, &request);
		if (err == JX_OK)
			err = send_one(pipe, &request);
	}
	return err == JX_AGAIN ? JX_OK : err;
}

static enum jx_err
on_heard(struct pipe *pipe, const Jx__Envelope *heard)
{
	struct link *link = pipe->link;
	struct slot *slot = NULL, done;
	enum jx_err err;

	if (link_is_end(heard)) {
		err = link_on_fail(link, heard->fail);
		link_drop(link);
		return err;
	}
	if (heard->has_request_id && heard->request_id != 0)
		slot = find_slot(pipe, heard->request_id);
	if (slot == NULL)
		return JX_OK; /* of a call that was given up */
	done = *slot;
	*slot = (struct slot){.request_id = 0};
	pipe->under_way--;
	if (heard->body_case == JX__ENVELOPE__BODY_FAIL) {
		err = link_on_fail(link, heard->fail);
		if (!link_may_retry(err))
			return err;
		/* The first of a bunch says how many were too many. */
		if (pipe->refused == JX_OK)
			window_on_busy(&pipe->window, pipe->under_way + 1);
		pipe->refused = err;
		return JX_OK;
	}
	if (heard->body_case != done.reply) {
		snprintf(link->why, sizeof link->why, "reply %d", (int)heard->body_case);
		return JX_E_MALFORMED;
	}
	if (done.is_measure)
		window_on_reply(&pipe->window, done.period, stream_now_us() - done.sent_us);
	pipe->heard_ms = stream_now_ms();
	pipe->attempt = 0;
	return pipe->source->on_reply(pipe->source->arg, done.tag, heard);
}

static enum jx_err
hear_one(struct pipe *pipe)
{
	struct arena *arena = arena_new(LINK_REPLY_ARENA_SIZE);
	Jx__Envelope *heard;
	enum jx_err err = arena == NULL ? JX_E_MEMORY : JX_OK;

	if (err == JX_OK)
		err = link_receive(
		    pipe->link, arena, stream_now_ms() + pipe->link->config.timeout_ms, &heard);
	if (err == JX_OK)
		err = on_heard(pipe, heard);
	arena_free(arena);
	return err;
}

/* As long as one connection lasts, or until the daemon is busy. JX_OK: all is done. */
static enum jx_err
run_connection(struct pipe *pipe)
{
	enum jx_err err;

	link_forget_problem(pipe->link);
	pipe->refused = JX_OK;
	if (pipe->link->stream == NULL)
		window_init(&pipe->window);
	err = link_open(pipe->link);
	while (err == JX_OK) {
		err = fill_window(pipe);
		if (err == JX_OK && pipe->under_way == 0)
			return pipe->refused;
		if (err == JX_OK)
			err = hear_one(pipe);
	}
	link_drop(pipe->link);
	/* What it said before the line broke is what problem.fail tells. */
	return err == JX_E_CONNECTION && pipe->refused != JX_OK ? pipe->refused : err;
}

enum jx_err
pipe_run(struct link *link, const struct pipe_source *source)
{
	struct pipe pipe = {.link = link, .source = source, .heard_ms = stream_now_ms()};
	enum jx_err err;

	window_init(&pipe.window);
	for (;;) {
		err = link->problem.err = run_connection(&pipe);
		if (err == JX_OK)
			return JX_OK;
		for (size_t i = 0; i < WINDOW_SIZE_MAX; i++)
			pipe.slots[i] = (struct slot){.request_id = 0};
		pipe.under_way = 0;
		err = link_on_failed_try(link, pipe.attempt++, link_deadline_ms(link, pipe.heard_ms));
		if (err != JX_OK)
			break;
		source->on_lost(source->arg);
	}
	link->problem.err = err;
	return err;
}
