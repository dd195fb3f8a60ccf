/*
 * cli/when.h: times of the protocol (UTC, microseconds since 1970) as text.
 */
#ifndef JX_CLI_WHEN_H
#define JX_CLI_WHEN_H

#include "cli/cli.h"

/* "2026-11-23T19:25:17.012345Z", for data; "" for 0 (not yet). */
const char *when_utc(const struct cli *cli, uint64_t us);
/* "2026-11-23 19:25:17", local time, for people. */
const char *when_local(const struct cli *cli, uint64_t us);
/* Beijing time, as deadlines are said: midnight is the day before's 24:00. */
const char *when_beijing(const struct cli *cli, uint64_t us);

#endif
