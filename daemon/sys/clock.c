#include "sys/clock.h"

#include <time.h>

static struct moment
clock_now(void *arg)
{
	struct clock *clock = arg;
	struct timeval wall;
	struct timespec mono;
	uint64_t wall_us;

	/* libevent reads once a turn and keeps it; its change is the sign of a new turn. */
	event_base_gettimeofday_cached(clock->base, &wall);
	wall_us = (uint64_t)wall.tv_sec * 1000000 + (uint64_t)wall.tv_usec;
	if (wall_us != clock->moment.wall_us) {
		clock_gettime(CLOCK_MONOTONIC, &mono);
		clock->moment.wall_us = wall_us;
		clock->moment.mono_us =
		    (uint64_t)mono.tv_sec * 1000000 + (uint64_t)mono.tv_nsec / 1000;
	}
	return clock->moment;
}

void
clock_init(struct clock *clock, struct event_base *base)
{
	*clock = (struct clock){.base = base};
}

struct clock_port
clock_port(struct clock *clock)
{
	return (struct clock_port){clock, clock_now};
}
