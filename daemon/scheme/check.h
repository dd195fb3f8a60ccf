/* scheme/check.h: what must hold between a scheme's values: sums, orders, references. */
#ifndef JX_SCHEME_CHECK_H
#define JX_SCHEME_CHECK_H

#include "scheme/reader.h"

/*
 * Adds a fault for each breach, once all was read. A value that could not be
 * read has its fault already: what it goes into is not checked, so that one
 * slip is told once, and everything else is.
 */
void check_scheme(struct reader *reader);

#endif
