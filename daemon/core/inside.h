/*
 * core/inside.h: what the files of the core share: struct core, whose parts
 * belong each to the file of its name. Not for anybody outside core/.
 */
#ifndef JX_CORE_INSIDE_H
#define JX_CORE_INSIDE_H

#include "core/ask.h"
#include "core/books.h"
#include "core/core.h"
#include "core/deliver.h"
#include "core/hash.h"
#include "core/import.h"
#include "core/intake.h"
#include "core/put.h"
#include "core/request.h"
#include "core/route.h"
#include "core/run.h"
#include "core/session.h"
#include "core/slots.h"
#include "core/tally.h"
#include "core/throttle.h"
#include "core/watch.h"
#include "core/whole.h"

struct core {
	struct core_world world;
	struct core_config config;
	struct moment now; /* of this turn */
	struct session_table sessions;
	struct request_table requests;
	struct ask_table asks;
	struct put_table puts;
	struct whole_table wholes;
	struct intake intake;
	struct hash_table hashes;
	struct throttle_table throttles;
	struct import_table imports;
	struct run_table runs;
	struct books_table books;
	struct watch_table watches;
	struct deliver_keys deliver;
	struct slots slots;
	struct tally_table tallies;
	char *dummy_hash; /* of a password nobody knows: unknown accounts take as long as known ones
			   */
	uint8_t key_id[8];
	bool is_starting, is_ready, is_draining;
};

#endif
