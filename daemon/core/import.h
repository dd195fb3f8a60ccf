/*
 * core/import.h: an import on its way: chunks gathered, then checked and
 * compared by a worker, then stored as one op (R39, R41; G3: whole or not).
 *
 * The upload lives in memory only: a daemon that dies forgets it, nothing is
 * half-stored, and the client sends it again under the same op_id.
 */
#ifndef JX_CORE_IMPORT_H
#define JX_CORE_IMPORT_H

#include "core/pieces.h"
#include "core/request.h"
#include "deeds/book.h"
#include "port/job.h"
#include "port/store.h"

enum {
	IMPORT_COUNT_MAX = 4,        /* uploads at once; a city imports once in a while */
	IMPORT_WAITER_COUNT_MAX = 4, /* the same commit, sent again after broken connections */
	IMPORT_CHUNK_COUNT_MAX = 65536,
	IMPORT_IDLE_US_MAX =
	    600000000, /* an upload that nobody continues for 10 minutes is dropped */
};

/* Its life: life.c. */
enum import_state {
	IMPORT_FREE = 0,
	IMPORT_UPLOADING,
	IMPORT_READING,  /* the stored state is being read */
	IMPORT_CHECKING, /* in the worker */
	IMPORT_STORING,  /* in the intake */
};

struct import {
	enum import_state state;
	uint32_t generation;
	uint8_t op_id[16], digest[32];
	struct actor actor;
	char city[ACTOR_CITY_SIZE];
	uint32_t year;
	struct pieces pieces; /* the chunks, and later what the worker needs beside them */
	uint32_t chunk_count;
	size_t size;
	uint64_t heard_us;    /* monotonic */
	uint64_t received_us; /* wall: the commit's last byte */
	enum jx_lang lang;
	bool is_dry_run;
	struct request_id waiters[IMPORT_WAITER_COUNT_MAX];
	uint32_t waiter_count;
	char base_batch[24];
	struct bytes fail, summary, body; /* what the worker gave; malloc'ed */
};

struct import_table {
	struct import slots[IMPORT_COUNT_MAX];
};

void import_table_clear(struct import_table *table);
/* May the year be imported over? book: NULL with err JX_E_NOT_FOUND when there is none yet. JX_OK, JX_E_FROZEN, JX_E_LIFE, or err. */
enum jx_err import_may(const struct book *book, enum jx_err err);
void import_handle_begin(struct core *core, struct request *req);
void import_handle_chunk(struct core *core, struct request *req);
void import_handle_commit(struct core *core, struct request *req);
/* Events of port/job.h for an import's work; handle as passed. */
void import_on_output(
    struct core *core, uint64_t handle, uint32_t tag, uint32_t number, struct bytes bytes);
void import_on_finished(struct core *core, uint64_t handle, enum jx_err err);
void import_tick(struct core *core);

#endif
