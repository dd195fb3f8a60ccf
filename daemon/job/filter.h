/*
 * job/filter.h: what a worker process may ask of the kernel: memory, its two
 * pipes, its end. Everything else kills it. No way back.
 */
#ifndef JX_JOB_FILTER_H
#define JX_JOB_FILTER_H

#include "wire/err.h"

/* JX_E_INTERNAL: not in force; nothing from outside may be looked at then. */
JX_MUST_USE enum jx_err filter_apply(void);

#endif
