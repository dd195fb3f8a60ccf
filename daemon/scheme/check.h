/* scheme/check.h: what must hold between a scheme's values: sums, orders, references. */
#ifndef JX_SCHEME_CHECK_H
#define JX_SCHEME_CHECK_H

#include "scheme/reader.h"

/*
 * Adds a fault for each breach. is_partial: some value could not be read (it
 * has its fault): sums into which a missing value could go are then left out,
 * so that one slip is not told twice.
 */
void check_scheme(struct reader *reader, bool is_partial);

#endif
