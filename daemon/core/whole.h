/*
 * core/whole.h: is a file that a unit has sent whole, and what it is named
 * (R44)? Its chunks are read from the store a few at a time, over turns of the
 * loop, with progress events: nothing holds more than WHOLE_READ_COUNT of them,
 * and no turn hashes more. Found whole, its list is sealed.
 */
#ifndef JX_CORE_WHOLE_H
#define JX_CORE_WHOLE_H

#include "core/request.h"
#include "wire/chunk.h"

enum {
	WHOLE_READ_COUNT = 8,     /* chunks a question: a millisecond of hashing */
	WHOLE_EVENT_COUNT = 64,   /* chunks between two progress events: 3 MiB */
	WHOLE_COUNT_MAX = 8,      /* files being read at once: each takes the disk and a share of the loop */
	WHOLE_COUNT_MAX_UNIT = 2, /* of one unit's: the others have their turn */
	WHOLE_TRIES_MAX = 3,      /* when its list is told anew meanwhile */
	WHOLE_WAITING_MAX = 8,    /* who asks for a file that is being read: it is read once for all */
};

/* Whose file, as named. Texts live as long as the request. */
struct whole_file {
	const char *city, *unit;
	uint32_t year;
	uint8_t hash[CHUNK_HASH_SIZE];
	uint64_t size;
};

struct whole_outcome {
	/*
	 * JX_OK: whole, and sealed. JX_E_INCOMPLETE: missing chunks had not been sent
	 * when the request came. JX_E_CONFLICT: all are there, and it is not the file
	 * that was named. JX_E_STALE, JX_E_BUSY, JX_E_UNAVAILABLE …: nothing is known.
	 */
	enum jx_err err;
	uint64_t missing;
	const char *type; /* by its first bytes (deeds/sniff.h); static */
};
typedef void (*whole_fn)(struct core *core, struct request *req, const struct whole_outcome *outcome);

struct whole;
struct whole_table {
	struct whole *slots[WHOLE_COUNT_MAX]; /* in the arena of its request, which it does not outlive */
};

/* file is copied. fn is called once, maybe from inside this call. */
void whole_start(struct core *core, struct request *req, const struct whole_file *file, whole_fn fn);

#endif
