/* scheme/kinds.h: the table of what is evaluated in a kind of units: goals, common items, weights,
 * voters, leaders. */
#ifndef JX_SCHEME_KINDS_H
#define JX_SCHEME_KINDS_H

#include "scheme/reader.h"

/* The keys of kinds: county and department; into: the field kinds of struct scheme. */
extern const struct reader_list kinds_keys;

#endif
