/*
 * store/question.h: the closed list of reads, as a table: one row a question,
 * one SQL function a row.
 */
#ifndef JX_STORE_QUESTION_H
#define JX_STORE_QUESTION_H

#include "port/store.h"
#include "store/link.h"

/* One statement a question, in the order of enum store_question. */
extern const struct link_statement question_statements[QUESTION_COUNT];

/* Parameters as libpq takes them, copied into one piece of memory. */
struct question_params {
	const char *values[STORE_PARAM_COUNT_MAX];
	int sizes[STORE_PARAM_COUNT_MAX], formats[STORE_PARAM_COUNT_MAX];
	char *memory; /* owned */
};

/* JX_E_MEMORY. The number of parameters must be the question's. */
JX_MUST_USE enum jx_err question_params_init(struct question_params *out,
    enum store_question question, const struct bytes *params, size_t param_count);
void question_params_clear(struct question_params *params);

#endif
