/*
 * core/run.h: runs of the year-end calculation (核算) on their way: read the
 * inputs as of the run's batch, compute in a worker, store. A run found
 * "running" after a crash is simply done again: its inputs are fixed by its
 * batch, and the same inputs give the same bytes (G5; R31).
 */
#ifndef JX_CORE_RUN_H
#define JX_CORE_RUN_H

#include "core/pieces.h"
#include "core/request.h"
#include "core/run_store.h"
#include "port/job.h"
#include "port/store.h"

enum {
	RUN_COUNT_MAX = 8,          /* on their way; further RunStarts get E_BUSY */
	RUN_WATCHER_COUNT_MAX = 16, /* requests that wait for one run */
};

/* Its life: life.c. */
enum run_state {
	RUN_FREE = 0,
	RUN_WAITING,   /* for the store or a worker: tried again by the tick */
	RUN_READING,   /* inputs are being read */
	RUN_COMPUTING, /* in the worker */
	RUN_STORING,   /* in the intake */
};

struct run {
	enum run_state state;
	uint32_t generation;
	char city[ACTOR_CITY_SIZE];
	uint32_t year, number;
	bool is_final, is_cancelled;
	char batch[24];
	uint64_t retry_us; /* monotonic, in RUN_WAITING */
	uint64_t work_ticket;
	struct request_id watchers[RUN_WATCHER_COUNT_MAX];
	uint32_t watcher_count;
	struct pieces inputs;
	struct run_output output;
};

struct run_table {
	struct run slots[RUN_COUNT_MAX];
	uint32_t starting; /* RunStarts in the intake: they hold a place */
	bool is_more;      /* the store may hold open runs that have no place yet */
};

void run_table_clear(struct run_table *table);
void run_handle_start(struct core *core, struct request *req);
void run_handle_watch(struct core *core, struct request *req);
void run_handle_cancel(struct core *core, struct request *req);
void run_handle_list(struct core *core, struct request *req);
/* At the daemon's start: takes up what was running. */
void run_resume_all(struct core *core);
void run_on_output(
    struct core *core, uint64_t handle, uint32_t tag, uint32_t number, struct bytes bytes);
void run_on_finished(struct core *core, uint64_t handle, enum jx_err err);
void run_tick(struct core *core);
bool run_is_idle(const struct run_table *table);

/* NULL: gone. */
struct run *run_of_handle(struct core *core, uint64_t handle);

#endif
