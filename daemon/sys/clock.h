/* sys/clock.h: port/clock.h: one reading a turn of the loop, however often asked. */
#ifndef JX_SYS_CLOCK_H
#define JX_SYS_CLOCK_H

#include <event2/event.h>

#include "port/clock.h"

struct clock {
	struct event_base *base;
	uint64_t raw_us;      /* as libevent read it in this turn */
	struct moment moment; /* of this turn; wall_us never goes back */
};

/* base is borrowed. Outside of the loop every call reads anew. */
void clock_init(struct clock *clock, struct event_base *base);
struct clock_port clock_port(struct clock *clock);

#endif
