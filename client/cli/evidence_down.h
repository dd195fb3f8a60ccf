/*
 * cli/evidence_down.h: a kept file from the daemon to the disk: in ranges,
 * several at a time, into a file beside the one it becomes; only when its
 * SHA-256 is the one asked for does it get its name. Taken up where it stopped.
 */
#ifndef JX_CLI_EVIDENCE_DOWN_H
#define JX_CLI_EVIDENCE_DOWN_H

#include "cli/evidence_file.h"
#include "cli/online.h"

struct evidence_wanted {
	uint8_t hash[EVIDENCE_HASH_SIZE];
	struct online_year year;
	const char *unit;
	const char *out;  /* a file, or a folder; NULL: here, by the name the daemon has for it */
	bool may_replace; /* a file that is there already */
};

struct evidence_got {
	const char *path;
	const char *type; /* as the daemon sniffed it; a word for people only */
	uint64_t size;
	uint64_t at_us;     /* its true time of receipt */
	uint64_t bytes_had; /* were here from a time before */
};

/* online_prepare must have been called. Everything in got lives in cli's arena. */
int evidence_down_get(
    struct cli *cli, const struct evidence_wanted *wanted, struct evidence_got *got);

#endif
