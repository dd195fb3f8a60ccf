/* When a request counts as received: in the turn of its last byte, whatever came before (G4). */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "wire/envelope.h"

enum { CONN = 0 };

static uint64_t now_us = 1000000;

static struct moment
stub_now(void *arg)
{
	(void)arg;
	return (struct moment){now_us, now_us};
}

static void
stub_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg, (void)level, (void)event, (void)text;
}

static void
stub_send(void *arg, net_handle conn, struct bytes bytes)
{
	(void)arg, (void)conn, (void)bytes;
}

static void
stub_pause(void *arg, net_handle conn, bool paused)
{
	(void)arg, (void)conn, (void)paused;
}

static void
stub_close(void *arg, net_handle conn)
{
	(void)arg, (void)conn;
}

static size_t
stub_pending(void *arg, net_handle conn)
{
	(void)arg, (void)conn;
	return 0;
}

/* Never answered: the request stays under way. */
static void
stub_read(void *arg, enum store_question question, const struct bytes *params, size_t param_count, uint64_t ticket)
{
	(void)arg, (void)question, (void)params, (void)param_count, (void)ticket;
}

static struct bytes
frame_of(struct arena *arena, uint64_t id, Jx__Envelope__BodyCase body, const void *message)
{
	Jx__Envelope envelope = JX__ENVELOPE__INIT;
	struct bytes frame;

	envelope.has_request_id = true;
	envelope.request_id = id;
	envelope.body_case = body;
	memcpy(&envelope.hello, &message, sizeof message);
	cr_assert_eq(envelope_write(arena, &envelope, &frame), JX_OK);
	return frame;
}

static const struct request *
only_request(const struct core *core)
{
	for (uint32_t i = 0; i < REQUEST_COUNT_MAX; i++)
		if (core->requests.slots[i].is_open)
			return &core->requests.slots[i];
	return NULL;
}

Test(received, is_the_turn_of_the_last_byte)
{
	struct clock_port clock = {NULL, stub_now};
	struct log_port log = {NULL, stub_log};
	struct net_port net = {.send = stub_send, .pause = stub_pause, .close = stub_close, .pending = stub_pending};
	struct store_port store = {.read = stub_read};
	struct core_world world = {.clock = &clock, .log = &log, .net = &net, .store = &store};
	struct core_config config = core_config_default();
	struct core *core = core_new(&world, &config);
	struct net_events events = core_net_events(core);
	struct arena *arena = arena_new(64 << 10);
	Jx__Hello hello = JX__HELLO__INIT;
	Jx__Login login = JX__LOGIN__INIT;
	struct bytes frame;

	core->is_ready = true;
	cr_assert(events.opened(events.arg, CONN, "10.0.0.1"));
	hello.has_protocol = true;
	hello.protocol = 1;
	frame = frame_of(arena, 1, JX__ENVELOPE__BODY_HELLO, &hello);
	cr_assert_eq(events.received(events.arg, CONN, frame), frame.size);
	login.account = (char *)(uintptr_t) "clerk";
	login.password = (char *)(uintptr_t) "password";
	frame = frame_of(arena, 2, JX__ENVELOPE__BODY_LOGIN, &login);
	now_us = 2000000; /* all of it but the last byte */
	cr_assert_eq(events.received(events.arg, CONN, (struct bytes){frame.data, frame.size - 1}), 0u);
	cr_expect_null(only_request(core));
	now_us = 2999999; /* the last one, one microsecond before the deadline, say */
	cr_assert_eq(events.received(events.arg, CONN, frame), frame.size);
	cr_assert_not_null(only_request(core));
	cr_expect_eq(only_request(core)->received.wall_us, UINT64_C(2999999));
	now_us = 5000000; /* whatever it waits for later */
	core_tick(core);
	cr_expect_eq(only_request(core)->received.wall_us, UINT64_C(2999999));
	core_free(core);
	arena_free(arena);
}
