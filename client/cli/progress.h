/*
 * cli/progress.h: a bar on stderr for what takes a while; only on a terminal.
 */
#ifndef JX_CLI_PROGRESS_H
#define JX_CLI_PROGRESS_H

#include <jx/session.pb-c.h>

#include "cli/cli.h"

/* total 0: how much there is, nobody knows. Draws over the bar drawn before. */
void progress_show(const struct cli *cli, const char *what, uint64_t done, uint64_t total);
void progress_end(const struct cli *cli); /* takes the bar away */
/* The daemon's own. */
void progress_on_event(void *cli, const Jx__ProgressEvent *event);

/* How fast it went in the last seconds. {.count = 0} at the start. */
enum { PROGRESS_SAMPLE_COUNT = 8, PROGRESS_SAMPLE_MS = 1000 };
struct progress_pace {
	struct {
		uint64_t at_ms, done;
	} samples[PROGRESS_SAMPLE_COUNT]; /* a second apart, the oldest first */
	uint32_t count;
	uint64_t shown_ms;
};
/* Takes note of how much was done when; bytes a second, 0: not known yet. Pure. */
uint64_t progress_rate(struct progress_pace *pace, uint64_t now_ms, uint64_t done);
/* "7.1 MB" into text, of PROGRESS_SIZE_TEXT bytes; returns it. Pure. */
enum { PROGRESS_SIZE_TEXT = 32 };
const char *progress_size(uint64_t bytes, char *text);
/* A file's name as it may stand in a bar: short, in cli's arena. */
const char *progress_name(const struct cli *cli, const char *name);
/* As progress_show, with the rate and the time left; draws a few times a second only. */
void progress_bytes(const struct cli *cli, struct progress_pace *pace, const char *what,
    uint64_t done, uint64_t total);

#endif
