/*
 * port/store.h: the database, as the core sees it: three verbs.
 *
 * commit: one batch = one transaction (one SQL function call): all of its items
 * are applied, or nothing is. read: one question from a closed list, answered
 * with rows. put: content that is its own identity (evidence in chunks), one
 * transaction each, in no chain and no order, beside the batches and never in
 * their way. All answer later, from the loop, by ticket; never from inside the
 * call; exactly once each. The same contract tests run on the real store and
 * on the simulated one (tests/contract).
 */
#ifndef JX_PORT_STORE_H
#define JX_PORT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/bytes.h"

enum {
	STORE_BATCH_ITEM_COUNT_MAX =
	    64, /* path of 6 hashes in a receipt; a batch stays within milliseconds */
	STORE_PARAM_COUNT_MAX = 8,
	STORE_READ_COUNT_MAX = 256, /* reads waiting or in flight; beyond: E_BUSY */
	STORE_PUT_COUNT_MAX = 64,   /* puts likewise: 3 MiB of chunks */
};

/* One write. All pointers are borrowed until the call returns. */
struct store_item {
	uint8_t op_id[16];
	uint8_t content_hash[32];
	const char *action; /* selects the SQL: see sql/functions */
	const char *actor;  /* account */
	const char *city;   /* "*" where the action is not a year's */
	uint32_t year;      /* 0 likewise */
	uint64_t received_us;
	struct bytes body;         /* JSON object, as the action's SQL wants it */
	const struct bytes *blobs; /* opaque values the action stores beside */
	size_t blob_count;
	struct bytes receipt; /* packed Jx__Receipt, returned on a replay */
};

struct store_batch {
	uint64_t number; /* 1, 2, …: exactly one more than the last */
	uint8_t prev_hash[32], root[32], hash[32], signature[64], key_id[8];
	uint64_t sealed_us;
	const struct store_item *items;
	size_t item_count;
};

enum store_outcome {
	STORE_COMMITTED, /* all applied; verdicts hold each item's value */
	STORE_REFUSED, /* nothing applied: some verdict is not JX_OK, or is a replay; the others may
			  be sent again */
	STORE_BEHIND, /* nothing applied: another batch of that number exists; read QUESTION_HEAD */
	STORE_FAILED, /* nothing applied: the database is down or refused */
	STORE_UNCERTAIN, /* the connection broke while it was committing: read QUESTION_OP
			    (JX_UNCERTAIN) */
};

struct store_verdict {
	enum jx_err err; /* JX_OK, JX_E_CONFLICT, JX_E_STALE, JX_E_EXISTS, JX_E_NOT_FOUND, … */
	bool replayed;   /* this op_id with this content is stored already (err is JX_OK) */
	int64_t value;   /* the action's number (run number …), also on a replay */
	struct bytes receipt; /* on a replay: as first given */
};

/*
 * Rows are text and bytes; numbers as decimal text. Parameters likewise.
 * Where a question takes (city, year, batch): the state as of that batch;
 * batch "0": now.
 */
enum store_question {
	QUESTION_HEAD,     /* -> number, hash: the last batch (no row: none yet) */
	QUESTION_OP,       /* op_id -> content_hash, receipt, value */
	QUESTION_ACCOUNT,  /* account -> account, role, city, disabled "t"/"f", since_us,
			      password_hash, version, unit, subject */
	QUESTION_ACCOUNTS, /* -> the same without password_hash, version; by account */
	QUESTION_YEARS,    /* -> city, year, city_name, batch, units; by city, year */
	QUESTION_SCHEME,   /* city, year, batch -> text, batch (the year's last batch as of then) */
	QUESTION_RECORDS, /* city, year, batch -> kind, json array (records/json.h): every kind with
			     rows */
	QUESTION_RECORDS_PAGE, /* city, year, batch, kind, offset, limit -> json array; canonical
				  order */
	QUESTION_RUNS,         /* city, year -> run rows, newest first, at most 100 */
	QUESTION_RUN,          /* city, year, run ("0": newest done) -> run row */
	QUESTION_RUNS_OPEN,    /* -> run rows in state running, of every year, oldest first */
	QUESTION_RUN_PAGE,     /* city, year, run, section, page -> bytes */
	QUESTION_KEYS,         /* -> key_id, public_key, since_us */
	QUESTION_PAPERS,       /* city, year -> kind, json: see below */
	QUESTION_HISTORY, /* city, year, kind, key (fields joined by "/") -> version, batch, actor,
			     at_us, deed ("import" for one), reason, document, withdrawn "t"/"f",
			     json object; oldest first, the last 500. None of ballots and
			     leader_marks, whatever is asked. */
	QUESTION_DEVICE, /* account, key_id (8 bytes) -> public_key of a device of that account */
	QUESTION_FILE,  /* city, year, unit, file (32 bytes), size -> one row: bytes the unit has used
			   of its quota; "t"/"f" it was found whole; chunks listed; of these, not
			   sent by the unit; bytes of those sent; received_us of the newest */
	QUESTION_FILE_CHUNKS, /* city, year, unit, file, size, first, count -> hash, bytes, in order;
				 no row beyond what is listed; bytes "": not sent by the unit */
	QUESTION_CARD,    /* card's hash -> city, year, poll, cast "t"/"f" */
	QUESTION_POLLS,   /* -> city, year, poll, slot, print, ended "t"/"f": of every year */
	QUESTION_CASTS,   /* city, year -> poll, count: its polls with cards, and how many were cast */
	QUESTION_VOTES,   /* city, year, poll, after (a card's hash in hex; "": from the first), limit -> card, sealed:
			     in the order of the hashes */
	QUESTION_COUNT
};
/* A run row: run, city, year, kind, state, asked_by, asked_us, finished_us, batch, scheme_digest,
 * input_digest, engine, result_digest, unit_count, hole_count, digits ("" where not known yet;
 * digests are bytes). */
/*
 * QUESTION_PAPERS is a year as it is now, of one moment; no rows: no such year.
 * First ("", its last batch as decimal text), then ("changed", {kind: greatest
 * batch of its rows, withdrawn ones too}), then every kind with rows that are
 * not withdrawn, as an array by key: the fields, and "version" and "batch" of
 * each. Of ballots there stands one for each unit and group that has an answer:
 * card "", answers ["x"], version 1, the group's greatest batch.
 */

struct store_rows {
	enum jx_err err; /* JX_OK, JX_E_UNAVAILABLE, JX_E_BUSY; rows only with JX_OK */
	size_t row_count, column_count;
	const struct bytes
	    *cells; /* row by row; valid until the callback returns; NULL is {NULL, 0} */
};

/*
 * A put. Whatever is put again is there once, and answered the same. One whose
 * answer was lost may or may not be there: whoever asks puts it again.
 */
enum store_put_kind {
	STORE_PUT_CHUNK, /* hash: of bytes. JX_E_QUOTA */
	STORE_PUT_LIST,  /* a page of a file's list: bytes are 32-byte hashes; the last one told
			    counts, but of a sealed file the one that was sealed. Answers have: one
			    bit a hash, least significant first: the unit has sent that chunk itself.
			    JX_E_QUOTA */
	STORE_PUT_SEAL,  /* the file was read and is whole; bytes: SHA-256 over its list. From then on
			    its list stands. JX_E_STALE: that is not its list now, or chunks lack */
};

/* All pointers are borrowed until the call returns. */
struct store_put {
	enum store_put_kind kind;
	const char *city, *unit;
	uint32_t year;
	uint8_t hash[32]; /* chunk: its own; else the file's */
	struct bytes bytes;
	uint64_t size;        /* of the file (list, seal) */
	uint32_t page;        /* list */
	uint64_t received_us; /* chunk */
	uint64_t quota;       /* bytes the unit may use in all (chunk, list) */
};

struct store_port {
	void *arg;
	/* At most one batch in flight: the caller waits for committed. */
	void (*commit)(void *arg, const struct store_batch *batch, uint64_t ticket);
	void (*read)(void *arg, enum store_question question, const struct bytes *params,
	    size_t param_count, uint64_t ticket);
	/* Beyond STORE_PUT_COUNT_MAX: JX_E_BUSY. */
	void (*put)(void *arg, const struct store_put *put, uint64_t ticket);
};

struct store_events {
	void *arg;
	void (*committed)(void *arg, uint64_t ticket, enum store_outcome outcome,
	    const struct store_verdict *verdicts, size_t verdict_count);
	void (*answered)(void *arg, uint64_t ticket, const struct store_rows *rows);
	/* JX_OK: it is there, durably. Else as its kind says; JX_E_BUSY, JX_E_UNAVAILABLE. have: of a
	 * list, borrowed until the call returns. */
	void (*put_done)(void *arg, uint64_t ticket, enum jx_err err, struct bytes have);
	/* The database came (true) or went (false). Nothing is served before the first true. */
	void (*available)(void *arg, bool is_available);
};

#endif
