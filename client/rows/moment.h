/*
 * rows/moment.h: moments and dates as people write them, Beijing time; the
 * protocol has UTC microseconds. Pure.
 */
#ifndef JX_ROWS_MOMENT_H
#define JX_ROWS_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/bytes.h"

/*
 * "2026-04-20" is 24:00 of that day, as deadlines are written; "2026-04-20
 * 17:30" (":30" may follow) that minute; "2026-04-20T09:30:00.000001Z" UTC, as
 * the data forms print it; digits alone are UTC microseconds. Blanks around it
 * are fine. JX_E_FIELD otherwise, *us untouched.
 */
JX_MUST_USE enum jx_err rows_moment_read(struct bytes text, uint64_t *us);

/* What rows_moment_read takes for the very same moment, in the plainest of these forms. */
enum { ROWS_MOMENT_SIZE = 40 };
const char *rows_moment_text(uint64_t us, char buffer[ROWS_MOMENT_SIZE]);
/* For people: "2026-04-20 17:30:05"; midnight as "2026-04-20 24:00". */
const char *rows_moment_shown(uint64_t us, char buffer[ROWS_MOMENT_SIZE]);

/* Is it the "YYYY-MM-DD" of a day that there is? */
bool rows_is_date(struct bytes text);

#endif
