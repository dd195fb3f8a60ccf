/*
 * link/window.h: how many requests may be under way at once on one connection,
 * so that the line is kept busy and whoever else uses it hardly notices.
 *
 * By delay, as LEDBAT does (RFC 6817): the lowest reply time seen is that of an
 * empty line; what a reply takes beyond it is our own queueing, which is kept
 * below half as much again. Pure. Times in microseconds.
 */
#ifndef JX_LINK_WINDOW_H
#define JX_LINK_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum {
	WINDOW_SIZE_MIN = 1,
	WINDOW_SIZE_MAX = 8, /* of 48 KiB each: 384 KiB on the line at most */
	/* On a line of next to no delay the daemon's own time wavers by more than the line's. */
	WINDOW_QUEUE_US_MIN = 5000,
	/* After so many replies the lowest is measured anew, with one request under way: a way
	 * through the network that has become longer would else look like queueing for ever. */
	WINDOW_PERIOD = 1024,
};

struct window {
	uint32_t sixteenths; /* of a request: the size is this / 16 */
	uint32_t largest;    /* sixteenths; less than WINDOW_SIZE_MAX when the daemon took fewer */
	uint64_t lowest_us;  /* UINT64_MAX: no reply yet */
	uint32_t replies;    /* in this period */
	uint32_t period;     /* its number */
	bool is_steady;      /* it has met its limit once: grows slowly from there */
};

/* A new connection: nothing is known of it. */
void window_init(struct window *window);
/* A reply came so long after its request was handed to the line, in that period. */
void window_on_reply(struct window *window, uint32_t period, uint64_t took_us);
/* With so many under way the daemon said that it is busy: one at a time, and not so many again in
 * this period. */
void window_on_busy(struct window *window, uint32_t under_way);
/* WINDOW_SIZE_MIN..WINDOW_SIZE_MAX */
uint32_t window_size(const struct window *window);

#endif
