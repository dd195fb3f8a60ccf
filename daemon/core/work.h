/*
 * core/work.h: what a worker process computes, as pure functions of its input
 * pieces (port/job.h): the check of an import, and a run of the calculation.
 * No clock, no random, no I/O but the pieces: the same input, the same output
 * bytes.
 */
#ifndef JX_CORE_WORK_H
#define JX_CORE_WORK_H

#include "port/job.h"

enum work_kind { WORK_IMPORT = 1, WORK_RUN = 2 };

/* Input pieces. WORK_IN_KIND comes first. */
enum work_in {
	WORK_IN_KIND = 1, /* number: work_kind */
	WORK_IN_LANG,     /* number: jx_lang, of the faults */
	WORK_IN_FINAL,    /* number: 1: a final run refuses holes */
	WORK_IN_BASE, /* number: batch of the state compared with (low 32 bits are enough to say 0)
			 ; bytes: decimal text */
	WORK_IN_DIGEST,     /* 32 bytes: what the client says the whole is */
	WORK_IN_SCHEME,     /* a piece of the scheme's text (import: of the new one) */
	WORK_IN_OLD_SCHEME, /* the stored scheme's text */
	WORK_IN_RECORDS,    /* a packed Jx__Records: a chunk of the new state */
	WORK_IN_JSON,       /* number: record kind; JSON rows: stored state */
	WORK_IN_YEAR,       /* number: the year; bytes: the city, as the request named them */
};

/* Output pieces. */
enum work_out {
	WORK_OUT_PROGRESS = 1, /* number: per cent */
	WORK_OUT_FAIL, /* packed Jx__Fail: the import has faults, or does not match its digest (code
			  set) */
	WORK_OUT_SUMMARY, /* packed Jx__ImportReply: counts and first changes */
	WORK_OUT_BODY,    /* the store's JSON body of the import; absent when nothing changed */
	WORK_OUT_SECTION, /* text: pages of that section follow ("results", "unit:CODE") */
	WORK_OUT_PAGE,    /* number: page in its section, from 0; packed Jx__ResultsPage or
			     Jx__ExplainPage */
	WORK_OUT_RUN, /* packed Jx__Run: state "done" or "refused", digests, counts, digits, engine
		       */
};

enum {
	WORK_PAGE_SIZE_MAX = 40 << 10, /* packed; a frame is 64 KiB */
	WORK_CHANGE_COUNT_MAX = 200,   /* changes shown in a summary */
	WORK_FAULT_COUNT_MAX = 200,    /* faults in an answer */
};

/* Tickets of port/job.h: which kind of work, for which slot. generation stays below 2^30. */
static inline uint64_t
work_ticket(enum work_kind kind, uint64_t handle)
{
	return (uint64_t)kind << 62 | handle;
}

static inline enum work_kind
work_kind_of(uint64_t ticket)
{
	return (enum work_kind)(ticket >> 62);
}

static inline uint64_t
work_handle_of(uint64_t ticket)
{
	return ticket & ~(UINT64_C(3) << 62);
}

/* The version of the calculation; part of every run. Changes when any figure could. */
#define WORK_ENGINE "jixiao-scoring-1"

/* The job_work_fn of port/job.h. */
enum jx_err work_main(const struct job_io *io);

#endif
