/*
 * cli/evidence_file.h: a file of evidence on this machine's disk: read through
 * once, piece by piece, to know its name (SHA-256) and those of its chunks;
 * then chunk by chunk, each compared with what was read before.
 */
#ifndef JX_CLI_EVIDENCE_FILE_H
#define JX_CLI_EVIDENCE_FILE_H

#include "cli/cli.h"

enum { EVIDENCE_HASH_SIZE = 32, EVIDENCE_HEX_SIZE = 65 };

struct evidence_file {
	const char *path; /* borrowed */
	int fd;
	uint64_t size; /* > 0 */
	uint8_t hash[EVIDENCE_HASH_SIZE];
	uint32_t chunk_count;                 /* of LIMIT_CHUNK_SIZE, the last as long as it is */
	uint8_t (*chunks)[EVIDENCE_HASH_SIZE]; /* their hashes */
	uint64_t changed_ns;                  /* when it was changed last, before it was read */
	struct arena *arena;
};

/*
 * Opens it and reads it once. The user is told: no file that can be read, an
 * empty one, or one that somebody wrote to meanwhile. After CLI_EXIT_OK it must
 * be closed.
 */
int evidence_file_open(struct cli *cli, const char *path, struct evidence_file *out);
void evidence_file_close(struct evidence_file *file);
/*
 * A chunk's bytes into buffer of LIMIT_CHUNK_SIZE. JX_E_FILE: it cannot be read
 * (errno), or it is not what it was (errno 0).
 */
JX_MUST_USE enum jx_err evidence_file_read(
    const struct evidence_file *file, uint32_t chunk, uint8_t *buffer, size_t *size);
/* Has somebody changed it, or put another in its place, since it was opened? */
bool evidence_file_has_changed(const struct evidence_file *file);

/* 64 digits and NUL; returns hex. */
const char *evidence_file_hex(const uint8_t hash[EVIDENCE_HASH_SIZE], char hex[EVIDENCE_HEX_SIZE]);
/* false: not 64 digits of hex. */
bool evidence_file_unhex(const char *hex, uint8_t hash[EVIDENCE_HASH_SIZE]);

#endif
