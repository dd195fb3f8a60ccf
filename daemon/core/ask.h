/*
 * core/ask.h: a question to the store on behalf of a request (or of the core
 * itself), and what to do with the answer. The request may be gone by then.
 */
#ifndef JX_CORE_ASK_H
#define JX_CORE_ASK_H

#include "core/request.h"
#include "port/store.h"

enum { ASK_COUNT_MAX = 1024 /* waiting answers; the store itself bounds its queue */ };

/* handle: what the caller passed, its own slot for instance. rows are borrowed. */
typedef void (*ask_fn)(
    struct core *core, struct request_id req, uint64_t handle, const struct store_rows *rows);

struct ask_table {
	struct ask *slots;
	uint32_t *free_list;
	uint32_t free_count;
};

JX_MUST_USE enum jx_err ask_table_init(struct ask_table *table);
void ask_table_clear(struct ask_table *table);

/* Parameters are NUL-ended text, at most STORE_PARAM_COUNT_MAX, ended by NULL. JX_E_BUSY: not
 * asked. */
struct ask_params {
	const char *text[STORE_PARAM_COUNT_MAX];
};
JX_MUST_USE enum jx_err ask_send(struct core *core, enum store_question question,
    const struct ask_params *params, struct request_id req, uint64_t handle, ask_fn fn);
/* The same with parameters of raw bytes, as many as the question has. */
JX_MUST_USE enum jx_err ask_send_cells(struct core *core, enum store_question question,
    const struct bytes *params, size_t param_count, struct request_id req, uint64_t handle, ask_fn fn);
/* The same with one. */
JX_MUST_USE enum jx_err ask_send_bytes(struct core *core, enum store_question question,
    struct bytes param, struct request_id req, uint64_t handle, ask_fn fn);

/* Event of port/store.h. */
void ask_on_answered(struct core *core, uint64_t ticket, const struct store_rows *rows);

/*
 * The request that asked, when there is something to answer it with. NULL: it is
 * gone, or it has been told the store's error; or, unless missing is NULL, that
 * nothing was found, missing naming the field of the request.
 */
struct request *ask_owner(
    struct core *core, struct request_id id, const struct store_rows *rows, const char *missing);

/* Cells. */
struct bytes ask_cell(const struct store_rows *rows, size_t row, size_t column);
/* As NUL-ended text in arena, NULL: memory out; and as a number (0 when empty). */
char *ask_text(struct arena *arena, const struct store_rows *rows, size_t row, size_t column);
uint64_t ask_number(const struct store_rows *rows, size_t row, size_t column);

#endif
