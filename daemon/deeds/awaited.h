/*
 * deeds/awaited.h: which files a submission names, and whether they came in
 * time (R44, G4): they may follow within 72 hours of an on-time submission.
 *
 * Decided from two records alone: the submission's (when it was received, and
 * whether late) and the file's (when it was). Half-open, as every deadline is.
 * Pure.
 */
#ifndef JX_DEEDS_AWAITED_H
#define JX_DEEDS_AWAITED_H

#include "deeds/proof.h"

#define AWAITED_US (UINT64_C(72) * 3600 * 1000000)

enum awaited_state {
	AWAITED_DRAFT,   /* not submitted yet: nothing is awaited */
	AWAITED_PRESENT, /* the file is there, in time */
	AWAITED_WAITING, /* it is not, and may come yet */
	AWAITED_MISSING, /* it is not, and its time is over */
	AWAITED_LATE,    /* it came after its time */
};

/* "draft" "present" … */
const char *awaited_word(enum awaited_state state);
/* Until when (exclusive) the file of a submission may come: a late one must have all of its files. */
uint64_t awaited_until(uint64_t submitted_us, bool is_late);
/* file_us: when the file was received, NULL: it is not there. */
enum awaited_state awaited_judge(
    uint64_t submitted_us, bool is_late, const uint64_t *file_us, uint64_t now_us);

/* One file that one record names. */
struct awaited_item {
	enum record_kind kind;
	const ProtobufCMessage *record;
	const char *unit;
	char hex[PROOF_HEX_SIZE + 1];
	bool is_sent, is_late; /* of the submission */
	uint64_t submitted_us, until_us;
	const Jx__File *file; /* NULL: not there, as far as the reader may know */
	enum awaited_state state;
};
typedef void (*awaited_fn)(void *arg, const struct awaited_item *item);

/*
 * Every file that a record of that kind names. reader: who asks; a file of
 * another unit than the record's (dailies, veto cases: their writers file in
 * their own) counts only when he may see it. NULL: the record's unit alone.
 */
void awaited_each(const struct book *book, enum record_kind kind, const struct actor *reader, uint64_t now_us,
    awaited_fn fn, void *arg);
/* Do records of that kind name files? */
bool awaited_is_kind(enum record_kind kind);

#endif
