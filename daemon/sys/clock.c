#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef JX_TEST_CLOCK
/* Test builds only: a file that holds microseconds to be added, so that a test plays a whole year. */
static int64_t
clock_offset_us(void)
{
	const char *path = getenv("JIXIAO_TEST_CLOCK");
	FILE *file = path == NULL ? NULL : fopen(path, "r");
	char text[32] = "";

	if (file == NULL)
		return 0;
	if (fgets(text, sizeof text, file) == NULL)
		text[0] = '\0';
	fclose(file);
	return strtoll(text, NULL, 10);
}
#else
static int64_t
clock_offset_us(void)
{
	return 0;
}
#endif

static struct moment
clock_now(void *arg)
{
	struct clock *clock = arg;
	struct timeval wall;
	struct timespec mono;
	uint64_t raw_us, wall_us;

	/* libevent reads once a turn and keeps it; its change is the sign of a new turn. */
	event_base_gettimeofday_cached(clock->base, &wall);
	raw_us = (uint64_t)wall.tv_sec * 1000000 + (uint64_t)wall.tv_usec;
	if (raw_us == clock->raw_us)
		return clock->moment;
	clock->raw_us = raw_us;
	wall_us = raw_us + (uint64_t)clock_offset_us();
	/* Held when the machine's clock is set back: what came later is never on record as earlier,
	 * and nothing late becomes on time by it (G4). */
	if (wall_us > clock->moment.wall_us)
		clock->moment.wall_us = wall_us;
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock->moment.mono_us = (uint64_t)mono.tv_sec * 1000000 + (uint64_t)mono.tv_nsec / 1000;
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
