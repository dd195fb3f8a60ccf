/*
 * core/run_store.h: what a worker gave for a run, kept until it is whole, and
 * the op that stores it.
 */
#ifndef JX_CORE_RUN_STORE_H
#define JX_CORE_RUN_STORE_H

#include <jansson.h>

#include "core/intake.h"

enum {
	RUN_PAGE_COUNT_MAX = 65536,
	RUN_PAGES_SIZE_MAX = 192 << 20, /* fits the intake */
};

struct run_output {
	struct bytes outcome; /* packed Jx__Run; malloc'ed */
	struct bytes *pages;  /* malloc'ed, each page too */
	size_t page_count, pages_size;
	json_t *names;   /* [[section, page], …], as the store's body wants it */
	char *section;   /* of the pages now coming */
	bool is_too_big; /* or memory ran out: the run fails */
};

struct run;

void run_store_keep(struct run *run, uint32_t tag, uint32_t number, struct bytes bytes);
void run_store_free(struct run *run);
/*
 * The op run_finish: done or refused as the worker said; failed when err is not
 * JX_OK or the output is not whole. The pages move into op; handle and fn are
 * the caller's. JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err run_store_op(
    struct run *run, enum jx_err err, uint64_t now_us, struct intake_op *op);

#endif
