/*
 * deeds/confirmation.h: values of the scheme on which the seed is silent, or
 * from which the scheme departs, and the document that fixes each (R47).
 */
#ifndef JX_DEEDS_CONFIRMATION_H
#define JX_DEEDS_CONFIRMATION_H

#include "deeds/view.h"

/* Adds a why for every value that the result uses and no document confirms; how many there are. */
size_t confirmation_check(struct deed_ctx *ctx);
/* The clause of the index-th such value, in the table's order; NULL: no more. */
const char *confirmation_open(const struct book *book, size_t index, enum jx_lang lang, const char **words);

#endif
