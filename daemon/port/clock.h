/*
 * port/clock.h: time. now gives the reading of this turn of the loop: every
 * call within one turn gives the same moment.
 */
#ifndef JX_PORT_CLOCK_H
#define JX_PORT_CLOCK_H

#include <stdint.h>

struct moment {
	uint64_t mono_us; /* never goes back; for time limits */
	uint64_t wall_us; /* UTC, microseconds since 1970; for records (G4) */
};

struct clock_port {
	void *arg;
	struct moment (*now)(void *arg);
};

#endif
