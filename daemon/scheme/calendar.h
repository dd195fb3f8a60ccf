/* scheme/calendar.h: the table of the dates of the year's steps. */
#ifndef JX_SCHEME_CALENDAR_H
#define JX_SCHEME_CALENDAR_H

#include "scheme/reader.h"

/* The keys of calendar; into: struct scheme. */
extern const struct reader_list calendar_keys;

#endif
