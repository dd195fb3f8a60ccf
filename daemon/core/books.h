/*
 * core/books.h: the years in memory (deeds/book.h): read from the store when
 * first asked for, kept in step with every deed that is committed, dropped
 * when anything else has changed the year.
 *
 * Of one year one deed at a time is under way: it is judged on the state that
 * it will change. Views read the last committed state and do not wait. Who
 * waits is served by rounds: in each, one request of every session.
 */
#ifndef JX_CORE_BOOKS_H
#define JX_CORE_BOOKS_H

#include "core/request.h"
#include "deeds/book.h"
#include "port/store.h"

enum {
	BOOKS_COUNT_MAX = 32,   /* years in memory; the least lately used one gives way */
	BOOKS_QUEUE_MAX = 1024, /* requests that wait for one year, half of all; further ones get E_BUSY */
	BOOKS_LOAD_TRIES_MAX = 5,
};

enum books_use { BOOKS_READ, BOOKS_WRITE };

/* err JX_OK: book is the year's, valid until the call returns (a writer's: until books_leave). JX_E_NOT_FOUND: no such year. */
typedef void (*books_fn)(struct core *core, struct request *req, struct book *book, enum jx_err err);

struct books_waiter {
	struct request_id req;
	uint64_t round;
	enum books_use use;
	books_fn fn;
};

struct books_slot {
	enum { BOOKS_FREE = 0, BOOKS_COLD, BOOKS_LOADING, BOOKS_READY } state;
	char city[ACTOR_CITY_SIZE];
	uint32_t year, generation;
	struct book *book;
	struct scheme *scheme; /* read first; then the rest */
	uint64_t scheme_batch;
	bool is_busy;    /* a deed is under way: the state is BOOKS_READY, and the book stays */
	bool is_stale;   /* changed while it was being read */
	bool is_pumping; /* its waiters are being called */
	uint32_t tries;
	uint64_t used_us;
	struct books_waiter *queue; /* BOOKS_QUEUE_MAX; malloc'ed */
	uint32_t first, count;
};

struct books_table {
	struct books_slot slots[BOOKS_COUNT_MAX];
	uint64_t round; /* the latest that somebody was served in, of whatever year */
};

void books_table_clear(struct books_table *table);
/* fn is called exactly once, maybe from inside this call; unless the request was refused (E_BUSY) here. city and year are those of the request's message. */
void books_enter(struct core *core, struct request *req, const char *city, uint32_t year, enum books_use use, books_fn fn);
/*
 * The writer is through. is_good: nothing was stored, or the store took the deed
 * as based on the book's batch and the book has followed; otherwise (refused,
 * stored before, nobody knows) it is read anew.
 */
void books_leave(struct core *core, const char *city, uint32_t year, bool is_good);
/* The year as it is in memory; NULL: it is not there now. */
struct book *books_now(struct core *core, const char *city, uint32_t year);
/* Something else than a deed has changed the year. */
void books_drop(struct core *core, const char *city, uint32_t year);
/* The chain of batches has gone on without us: a commit that was given up, or of an earlier life. */
void books_drop_all(struct core *core);

#endif
