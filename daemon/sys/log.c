#include "sys/log.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *name, *shown;
} log_levels[] = {
    [LOG_LEVEL_DEBUG] = {"debug", "DEBUG"},
    [LOG_LEVEL_INFO] = {"info", "INFO"},
    [LOG_LEVEL_WARNING] = {"warning", "WARNING"},
    [LOG_LEVEL_ERROR] = {"error", "ERROR"},
};

const char *
log_level_name(enum log_level level)
{
	return log_levels[level].name;
}

static void
log_write(void *arg, enum log_level level, const char *event, const char *text)
{
	const struct log *log = arg;
	struct timespec now;
	struct tm utc;
	char line[1280]; /* a text has at most 1 KiB */
	int size;

	if (level < log->level)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size = snprintf(line, sizeof line, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %s %s %s\n",
	    utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
	    now.tv_nsec / 1000000, log_levels[level].shown, event, text);
	if (size >= (int)sizeof line) {
		size = (int)sizeof line;
		line[size - 1] = '\n';
	}
	/* One write: lines of several processes do not mix. Nobody left to tell of a failure. */
	if (write(STDERR_FILENO, line, (size_t)size) < 0)
		return;
}

struct log_port
log_port(struct log *log)
{
	return (struct log_port){log, log_write};
}
