/* How many requests go at once (link/window.h), on lines that are played here. */
#include <criterion/criterion.h>

#include "link/window.h"

enum { RTT_US = 40000, CHUNK_US = 4000 };

/* A line with a queue: what is under way beyond what the line holds waits. */
static uint64_t
reply_us(uint64_t rtt_us, uint64_t chunk_us, uint32_t under_way)
{
	uint64_t busy_us = under_way * chunk_us;

	return busy_us > rtt_us + chunk_us ? busy_us : rtt_us + chunk_us;
}

static uint32_t
settle(struct window *window, uint64_t rtt_us, uint64_t chunk_us, int replies)
{
	for (int i = 0; i < replies; i++)
		window_on_reply(window, window->period, reply_us(rtt_us, chunk_us, window_size(window)));
	return window_size(window);
}

Test(window, begins_with_one_and_opens_on_a_free_line)
{
	struct window window;

	window_init(&window);
	cr_assert_eq(window_size(&window), 1u);
	cr_assert_eq(settle(&window, RTT_US, CHUNK_US, 8), (uint32_t)WINDOW_SIZE_MAX);
	cr_assert_eq(settle(&window, RTT_US, CHUNK_US, 500), (uint32_t)WINDOW_SIZE_MAX);
}

/* Of a line that is filled by n chunks no more than half as much again is under way. */
Test(window, leaves_the_queue_short)
{
	static const struct {
		uint64_t rtt_us, chunk_us;
		uint32_t size_max;
	} lines[] = {
	    {40000, 4000, 8},    /* 12 MB/s: eight are less than the line holds */
	    {40000, 12000, 7},   /* 4 MB/s: it holds 4.3 */
	    {40000, 48000, 3},   /* 1 MB/s: 1.8 */
	    {40000, 400000, 2},  /* 120 kB/s: 1.1 */
	    {200000, 48000, 8},
	};
	struct window window;

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		window_init(&window);
		settle(&window, lines[i].rtt_us, lines[i].chunk_us, 100);
		for (int n = 0; n < 400; n++) {
			uint32_t size = settle(&window, lines[i].rtt_us, lines[i].chunk_us, 1);

			cr_assert_geq(size, 1u);
			cr_assert_leq(size, lines[i].size_max, "line %zu: %u", i, size);
		}
	}
}

/* Somebody else fills the line: what is over the lowest is everybody's queue, and we give way. */
Test(window, gives_way_when_replies_take_longer)
{
	struct window window;

	window_init(&window);
	settle(&window, RTT_US, CHUNK_US, 50);
	for (int i = 0; i < 40; i++)
		window_on_reply(&window, window.period, 4 * RTT_US);
	cr_assert_eq(window_size(&window), 1u);
	cr_assert_eq(settle(&window, RTT_US, CHUNK_US, 60), (uint32_t)WINDOW_SIZE_MAX, "and comes back");
}

Test(window, one_slow_reply_does_not_stop_it)
{
	struct window window;

	window_init(&window);
	settle(&window, RTT_US, CHUNK_US, 50);
	window_on_reply(&window, window.period, 100 * RTT_US);
	cr_assert_geq(window_size(&window), 7u);
}

/* On a line of no delay a daemon that wavers by milliseconds is no queue. */
Test(window, small_wavering_is_no_queue)
{
	struct window window;

	window_init(&window);
	for (int i = 0; i < 200; i++)
		window_on_reply(&window, window.period, 800 + (uint64_t)(i % 7) * 700);
	cr_assert_eq(window_size(&window), (uint32_t)WINDOW_SIZE_MAX);
}

Test(window, a_busy_daemon_gets_one_at_a_time)
{
	struct window window;

	window_init(&window);
	settle(&window, RTT_US, CHUNK_US, 50);
	window_on_busy(&window, 5);
	cr_assert_eq(window_size(&window), 1u);
	cr_assert_eq(settle(&window, RTT_US, CHUNK_US, 500), 4u, "it took four");
	window_on_busy(&window, 1);
	cr_assert_eq(settle(&window, RTT_US, CHUNK_US, 400), 1u);
}

/* The way became longer for good: measured anew with one under way, what was under way not counted. */
Test(window, learns_a_longer_way)
{
	struct window window;
	uint32_t period;

	window_init(&window);
	settle(&window, RTT_US, CHUNK_US, 50);
	settle(&window, 5 * RTT_US, CHUNK_US, 200);
	cr_assert_eq(window_size(&window), 1u, "it looks like a queue at first");
	period = window.period;
	for (int i = 0; i < WINDOW_PERIOD && window.period == period; i++)
		window_on_reply(&window, period, 5 * RTT_US);
	cr_assert_neq(window.period, period);
	cr_assert_eq(window_size(&window), 1u);
	window_on_reply(&window, period, 1);
	cr_assert_eq(window_size(&window), 1u, "of the period before");
	cr_assert_eq(window.lowest_us, UINT64_MAX);
	cr_assert_eq(settle(&window, 5 * RTT_US, CHUNK_US, 20), (uint32_t)WINDOW_SIZE_MAX);
}
