#include "link/window.h"

enum {
	ONE = 16, /* a request, in sixteenths */
	SMALLEST = WINDOW_SIZE_MIN * ONE,
	LARGEST = WINDOW_SIZE_MAX * ONE,
};

void
window_init(struct window *window)
{
	*window = (struct window){
	    .sixteenths = SMALLEST, .largest = LARGEST, .lowest_us = UINT64_MAX};
}

uint32_t
window_size(const struct window *window)
{
	return window->sixteenths / ONE;
}

void
window_on_busy(struct window *window, uint32_t under_way)
{
	uint32_t fewer = under_way > 1 ? (under_way - 1) * ONE : SMALLEST;

	if (fewer < window->largest)
		window->largest = fewer;
	window->sixteenths = SMALLEST;
	window->is_steady = true;
}

/* Twofold a round at first; later one more a round, as long as there is room. */
static void
grow(struct window *window)
{
	window->sixteenths += window->is_steady ? ONE / window_size(window) : ONE;
	if (window->sixteenths > window->largest)
		window->sixteenths = window->largest;
}

/* The more it is over, the more it gives up: at twice the limit, half of it a round. */
static void
shrink(struct window *window, uint64_t over_us, uint64_t limit_us)
{
	uint64_t part = over_us >= limit_us ? ONE / 2 : over_us * (ONE / 2) / limit_us;

	window->is_steady = true;
	window->sixteenths -= (uint32_t)part;
	if (window->sixteenths < SMALLEST)
		window->sixteenths = SMALLEST;
}

/* What is under way still stands in our own queue: its replies tell nothing (window_on_reply). */
static void
begin_period(struct window *window)
{
	uint32_t period = window->period + 1;

	window_init(window);
	window->period = period;
}

void
window_on_reply(struct window *window, uint32_t period, uint64_t took_us)
{
	uint64_t limit_us, queue_us;

	if (period != window->period)
		return;
	if (window->replies++ == WINDOW_PERIOD) {
		begin_period(window);
		return;
	}
	if (took_us < window->lowest_us)
		window->lowest_us = took_us;
	queue_us = took_us - window->lowest_us;
	limit_us = window->lowest_us / 2;
	if (limit_us < WINDOW_QUEUE_US_MIN)
		limit_us = WINDOW_QUEUE_US_MIN;
	if (queue_us <= limit_us)
		grow(window);
	else
		shrink(window, queue_us - limit_us, limit_us);
}
