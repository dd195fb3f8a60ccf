/*
 * job/head.h: what goes through the pipe between daemon and worker process:
 * this head, then size bytes. Both are the same program on the same machine:
 * the host's own byte order.
 */
#ifndef JX_JOB_HEAD_H
#define JX_JOB_HEAD_H

#include <stdint.h>

struct head {
	uint32_t tag; /* of the piece; or one of the two below */
	uint32_t number;
	uint64_t size;
};

enum {
	HEAD_TAG_END = 0, /* to the worker: no more input */
};

/* From the worker: it ends; number: enum jx_err. A death without it is a crash. */
#define HEAD_TAG_RESULT UINT32_MAX

/* More than any output of a work: the JSON body of an import is a few times its
 * chunks, which are bounded by limits.upload_mib. */
#define HEAD_SIZE_MAX (UINT64_C(1) << 30)

_Static_assert(sizeof(struct head) == 16, "no padding on the pipe");

#endif
