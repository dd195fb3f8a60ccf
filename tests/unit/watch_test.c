/* A watch: notices reach who may see them, for months, and nobody who is deaf piles them up. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "wire/envelope.h"
#include "wire/frame.h"

static struct core *core;
static size_t sent_count, pending;
static Jx__Envelope__BodyCase sent_body;
static char sent_text[64];

static struct moment
stub_now(void *arg)
{
	(void)arg;
	return (struct moment){1000000, 1000000};
}

static void
stub_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg, (void)text;
	cr_assert_neq(level, LOG_LEVEL_ERROR, "%s", event);
}

static void
stub_send(void *arg, net_handle conn, struct bytes bytes)
{
	struct arena *arena = arena_new(1 << 20);
	struct frame frame;
	Jx__Envelope *envelope;
	const char *field;

	(void)arg, (void)conn;
	cr_assert_eq(frame_peek(bytes.data, bytes.size, FRAME_BODY_SIZE_MAX, &frame), JX_OK);
	cr_assert_eq(envelope_read(arena, (struct bytes){frame.body, frame.body_size}, &envelope, &field), JX_OK);
	sent_count++;
	sent_body = envelope->body_case;
	sent_text[0] = '\0';
	if (sent_body == JX__ENVELOPE__BODY_NOTICE)
		strncpy(sent_text, envelope->notice->text, sizeof sent_text - 1);
	if (sent_body == JX__ENVELOPE__BODY_FAIL)
		strncpy(sent_text, envelope->fail->code, sizeof sent_text - 1);
	arena_free(arena);
}

static size_t
stub_pending(void *arg, net_handle conn)
{
	(void)arg, (void)conn;
	return pending;
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

static void
set_up(void)
{
	static struct clock_port clock = {NULL, stub_now};
	static struct log_port log = {NULL, stub_log};
	static struct net_port net = {.send = stub_send, .pause = stub_pause, .close = stub_close, .pending = stub_pending};
	static struct core_world world = {.clock = &clock, .log = &log, .net = &net};
	struct core_config config = core_config_default();

	core = core_new(&world, &config);
	core->is_ready = true;
}

static void
tear_down(void)
{
	core_free(core);
}

TestSuite(watch, .init = set_up, .fini = tear_down);

/* A clerk of that unit watches, over a connection of its own. */
static struct request *
watcher(net_handle conn, const char *unit)
{
	static Jx__Watch watch = JX__WATCH__INIT;
	struct net_events events = core_net_events(core);
	struct session *session = &core->sessions.slots[conn];
	struct request *req;

	cr_assert(events.opened(events.arg, conn, "10.0.0.1"));
	session->state = SESSION_READY;
	session->inflight_count = 1;
	session->actor = (struct actor){.role = ROLE_CLERK, .city = "c"};
	strcpy(session->actor.unit, unit);
	req = request_new(core, session, 7, arena_new(REQUEST_ARENA_SIZE_MAX));
	watch.city = (char *)(uintptr_t) "c";
	watch.year = 2026;
	req->message = &watch.base;
	req->route = &route_rows[0];
	watch_handle(core, req);
	return req;
}

static void
notify(const char *unit, uint32_t year)
{
	Jx__Notice notice = JX__NOTICE__INIT;
	struct deed_change change = {.kind = PAPER_NOTICES, .record = &notice.base};

	notice.notice = (char *)(uintptr_t) "1";
	notice.unit = (char *)(uintptr_t)unit;
	notice.text = (char *)(uintptr_t) "returned";
	watch_on_changes(core, "c", year, NULL, &change, 1);
}

Test(watch, tells_whom_it_concerns_and_nobody_else)
{
	watcher(0, "X1");
	notify("X2", 2026);
	notify("X1", 2025);
	cr_expect_eq(sent_count, 0u);
	notify("X1", 2026);
	cr_expect_eq(sent_count, 1u);
	cr_expect_str_eq(sent_text, "returned");
}

Test(watch, takes_no_memory_for_what_it_has_told)
{
	struct request *req = watcher(0, "X1");
	size_t used = arena_used(req->arena);

	for (int i = 0; i < 100000; i++)
		notify("X1", 2026);
	cr_expect_eq(sent_count, 100000u);
	cr_expect_eq(arena_used(req->arena), used);
}

Test(watch, of_who_takes_nothing_is_ended)
{
	watcher(0, "X1");
	pending = SESSION_PENDING_SIZE_MAX + 1;
	notify("X1", 2026);
	cr_expect_str_eq(sent_text, "E_BUSY");
	notify("X1", 2026);
	cr_expect_eq(sent_count, 1u);
	core_tick(core);
	cr_expect_eq(core->watches.count, 0u);
}

Test(watch, ends_with_its_connection_or_with_the_daemon)
{
	struct net_events events = core_net_events(core);

	watcher(0, "X1");
	watcher(1, "X1");
	events.closed(events.arg, 0, true);
	core_tick(core);
	cr_expect_eq(core->watches.count, 1u);
	cr_expect_eq(sent_count, 0u, "nobody is there to be told");
	core_drain(core);
	cr_expect_eq(core->watches.count, 0u);
	cr_expect_str_eq(sent_text, "E_UNAVAILABLE");
	cr_expect_eq(request_count(&core->requests), 0u);
}
