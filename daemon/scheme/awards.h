/* scheme/awards.h: the table of the awards: of counties, composite, single. */
#ifndef JX_SCHEME_AWARDS_H
#define JX_SCHEME_AWARDS_H

#include "scheme/reader.h"

/* The keys of awards; into: struct scheme, whose classes and grades have been read. */
extern const struct reader_list awards_keys;

#endif
