/* sys/rng.h: port/rng.h from the kernel, by libsodium (sodium_init before). */
#ifndef JX_SYS_RNG_H
#define JX_SYS_RNG_H

#include "port/rng.h"

struct rng_port rng_port(void);

#endif
