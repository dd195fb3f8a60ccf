/* scheme/calendar.h: dates, and the table of the dates of the year's steps. */
#ifndef JX_SCHEME_CALENDAR_H
#define JX_SCHEME_CALENDAR_H

#include "scheme/reader.h"

/* The keys of calendar; into: struct scheme. */
extern const struct reader_list calendar_keys;

/* Is it YYYY-MM-DD, a real date of 2000 to 2999? false: *date untouched. */
bool calendar_date(const char *text, struct scheme_date *date);

#endif
