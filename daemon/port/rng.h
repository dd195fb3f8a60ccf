/* port/rng.h: randomness for salts, tokens and ids; the simulator's is seeded. */
#ifndef JX_PORT_RNG_H
#define JX_PORT_RNG_H

#include <stddef.h>

struct rng_port {
	void *arg;
	void (*fill)(void *arg, void *buffer, size_t size);
};

#endif
