/* core/pieces.h: the input of a work (port/job.h), gathered piece by piece. */
#ifndef JX_CORE_PIECES_H
#define JX_CORE_PIECES_H

#include "port/job.h"
#include "port/store.h"

struct pieces {
	struct job_piece *list; /* malloc'ed, each piece's bytes too */
	size_t count;
};

/* bytes are copied. JX_E_MEMORY. */
JX_MUST_USE enum jx_err pieces_add(
    struct pieces *pieces, uint32_t tag, uint32_t number, struct bytes bytes);
/* A piece without bytes. */
JX_MUST_USE enum jx_err pieces_add_number(struct pieces *pieces, uint32_t tag, uint32_t number);
/* The answer to QUESTION_RECORDS: a piece a kind. Also passes on the answer's own error. */
JX_MUST_USE enum jx_err pieces_add_records(struct pieces *pieces, const struct store_rows *rows);
/* Hands all to a work; they are gone in any case. */
JX_MUST_USE enum jx_err pieces_start(
    struct pieces *pieces, const struct job_port *job, uint64_t ticket);
void pieces_clear(struct pieces *pieces);

#endif
