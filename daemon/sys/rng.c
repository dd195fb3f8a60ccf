#include "sys/rng.h"

#include <sodium.h>

static void
rng_fill(void *arg, void *buffer, size_t size)
{
	(void)arg;
	randombytes_buf(buffer, size);
}

struct rng_port
rng_port(void)
{
	return (struct rng_port){NULL, rng_fill};
}
