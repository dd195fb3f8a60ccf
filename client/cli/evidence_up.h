/*
 * cli/evidence_up.h: a file's chunks on their way to the daemon (R12, R24, R44):
 * asks which it has, from whatever client and day, and sends the others, several
 * at a time. A lost connection is taken up again, for ever unless --timeout is
 * given; a refusal ends it. What has arrived stays there.
 */
#ifndef JX_CLI_EVIDENCE_UP_H
#define JX_CLI_EVIDENCE_UP_H

#include "cli/evidence_file.h"
#include "cli/online.h"

struct evidence_sent {
	bool was_kept;        /* filed for that unit before: nothing was sent */
	uint64_t kept_us;     /* then: its true time of receipt */
	/* Chunks of the same bytes count once. */
	uint64_t bytes_had;   /* the daemon had these before */
	uint64_t bytes_sent;  /* all that went out */
	uint64_t bytes_twice; /* of them, those that were not the first of theirs to arrive */
	uint64_t chunks_sent;
	uint32_t breaks;      /* how often it was begun anew: a lost line, a busy daemon */
};

/*
 * After CLI_EXIT_OK the daemon has all of the file for that unit, and a deed may
 * name it. The user is told otherwise. online_prepare must have been called.
 */
int evidence_up_send(struct cli *cli, const struct evidence_file *file,
    const struct online_year *year, const char *unit, struct evidence_sent *sent);

#endif
