#include "cli/when.h"

#include <time.h>

#include "rows/moment.h"

enum { US = 1000000, WHEN_SIZE = 64 };

const char *
when_utc(const struct cli *cli, uint64_t us)
{
	time_t seconds = (time_t)(us / US);
	char text[WHEN_SIZE];
	const char *whole;
	struct tm tm;

	if (us == 0 || gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return "";
	whole = arena_printf(cli->arena, "%s.%06uZ", text, (unsigned)(us % US));
	return whole == NULL ? "" : whole;
}

const char *
when_local(const struct cli *cli, uint64_t us)
{
	time_t seconds = (time_t)(us / US);
	char text[WHEN_SIZE];
	const char *copy;
	struct tm tm;

	if (us == 0 || localtime_r(&seconds, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return "";
	copy = arena_strdup(cli->arena, text);
	return copy == NULL ? "" : copy;
}

const char *
when_beijing(const struct cli *cli, uint64_t us)
{
	char text[ROWS_MOMENT_SIZE];
	const char *copy = us == 0 ? "" : arena_strdup(cli->arena, rows_moment_shown(us, text));

	return copy == NULL ? "" : copy;
}
