/* Chance and time: a generator, a heap of events, the turn. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

uint64_t
sim_random(struct sim *sim)
{
	uint64_t z = (sim->random += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t
sim_below(struct sim *sim, uint64_t bound)
{
	return sim_random(sim) % bound;
}

bool
sim_chance(struct sim *sim, unsigned percent)
{
	return sim->is_faulty && sim_below(sim, 100) < percent;
}

static bool
event_before(const struct sim_event *left, const struct sim_event *right)
{
	return left->at_us != right->at_us ? left->at_us < right->at_us
					   : left->order < right->order;
}

void
sim_after(
    struct sim *sim, uint64_t delay_us, sim_fn fn, uint64_t a, uint64_t b, bool this_life_only)
{
	struct sim_event event = {
	    sim->now_us + delay_us, ++sim->order, fn, a, b, this_life_only ? sim->epoch : 0};
	size_t i;

	if (sim->heap_count == sim->heap_capacity) {
		sim->heap_capacity = sim->heap_capacity == 0 ? 256 : sim->heap_capacity * 2;
		sim->heap = realloc(sim->heap, sim->heap_capacity * sizeof *sim->heap);
	}
	for (i = sim->heap_count++; i > 0 && event_before(&event, &sim->heap[(i - 1) / 2]);
	     i = (i - 1) / 2)
		sim->heap[i] = sim->heap[(i - 1) / 2];
	sim->heap[i] = event;
}

bool
sim_turn(struct sim *sim)
{
	struct sim_event event, last;
	size_t i = 0;

	if (sim->heap_count == 0)
		return false;
	event = sim->heap[0];
	last = sim->heap[--sim->heap_count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= sim->heap_count)
			break;
		if (child + 1 < sim->heap_count &&
		    event_before(&sim->heap[child + 1], &sim->heap[child]))
			child++;
		if (!event_before(&sim->heap[child], &last))
			break;
		sim->heap[i] = sim->heap[child];
		i = child;
	}
	if (sim->heap_count > 0)
		sim->heap[i] = last;
	sim->now_us = event.at_us;
	if (event.epoch == 0 || event.epoch == sim->epoch)
		event.fn(sim, event.a, event.b);
	return true;
}

void
sim_violate(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (sim->violation[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(sim->violation, sizeof sim->violation, format, args);
	va_end(args);
}

void
sim_trace(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (!sim->is_tracing)
		return;
	fprintf(stderr, "%4llu.%06llu ", (unsigned long long)(sim->now_us / SIM_US),
	    (unsigned long long)(sim->now_us % SIM_US));
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
