#include "deeds/awaited.h"

#include <string.h>

#include "deeds/sight.h"
#include "records/field.h"

/*
 * Where a kind's submission says when it was received, and whether late; in the
 * record itself or in its parent, whose keys lead the record's.
 */
struct submission {
	enum record_kind kind, parent;
	const char *at, *late;
	size_t key_count; /* of the parent */
	bool is_others;   /* written by others than the unit: their files are theirs */
};

static const struct submission submissions[] = {
    {PAPER_MATERIALS, PAPER_MATERIALS, "at_us", "late", 0, false},
    {PAPER_GOAL_REPORTS, PAPER_ROUND_REPORTS, "at_us", "late", 2, false},
    {PAPER_VISIT_PLANS, PAPER_VISIT_PLANS, "photos_us", NULL, 0, false},
    {PAPER_SELF_LINES, PAPER_SELF_REPORTS, "at_us", "late", 1, false},
    {PAPER_CLAIMS, PAPER_CLAIMS, "at_us", "late", 0, false},
    {PAPER_VETO_CASES, PAPER_VETO_CASES, "at_us", NULL, 0, true},
    {PAPER_DAILIES, PAPER_DAILIES, "at_us", NULL, 0, true},
    {PAPER_ADJUSTMENTS, PAPER_ADJUSTMENTS, "at_us", "late", 0, false},
};

static const struct submission *
submission_of(enum record_kind kind)
{
	for (size_t i = 0; i < sizeof submissions / sizeof *submissions; i++)
		if (submissions[i].kind == kind)
			return &submissions[i];
	return NULL;
}

bool
awaited_is_kind(enum record_kind kind)
{
	return submission_of(kind) != NULL;
}

/* ---- The judgement. */

const char *
awaited_word(enum awaited_state state)
{
	static const char *const words[] = {
	    [AWAITED_DRAFT] = "draft",
	    [AWAITED_PRESENT] = "present",
	    [AWAITED_WAITING] = "waiting",
	    [AWAITED_MISSING] = "missing",
	    [AWAITED_LATE] = "late",
	};

	return words[state];
}

uint64_t
awaited_until(uint64_t submitted_us, bool is_late)
{
	if (is_late)
		return submitted_us;
	return submitted_us > UINT64_MAX - AWAITED_US ? UINT64_MAX : submitted_us + AWAITED_US;
}

enum awaited_state
awaited_judge(uint64_t submitted_us, bool is_late, const uint64_t *file_us, uint64_t now_us)
{
	uint64_t until = awaited_until(submitted_us, is_late);

	if (file_us != NULL)
		return *file_us < until ? AWAITED_PRESENT : AWAITED_LATE;
	return now_us < until ? AWAITED_WAITING : AWAITED_MISSING;
}

/* ---- From the book. */

static const ProtobufCMessage *
parent_of(const struct book *book, const struct submission *row, const ProtobufCMessage *record)
{
	char buffers[2][RECORD_TEXT_SIZE];
	const char *keys[3] = {NULL};

	if (row->key_count == 0)
		return record;
	for (size_t i = 0; i < row->key_count; i++)
		keys[i] = record_field_text(record, row->kind, i, buffers[i]);
	return book_get_by(book, row->parent, keys);
}

static void
read_submission(const struct book *book, const struct submission *row, struct awaited_item *item)
{
	const ProtobufCMessage *parent = parent_of(book, row, item->record);
	int at = field_find(row->parent, row->at);
	int late = row->late == NULL ? -1 : field_find(row->parent, row->late);
	int64_t number;

	if (parent == NULL || !field_number(parent, row->parent, (size_t)at, &number))
		return;
	item->is_sent = true;
	item->submitted_us = (uint64_t)number;
	item->is_late = late >= 0 && deed_is(field_text(parent, row->parent, (size_t)late), "yes");
	item->until_us = awaited_until(item->submitted_us, item->is_late);
}

static const Jx__File *
find_file(const struct book *book, const struct submission *row, const struct actor *reader, const char *unit,
    const char *hex)
{
	const Jx__File *file = proof_find(book, unit, hex);
	const Jx__Unit *other;
	size_t cursor = 0;

	if (!row->is_others)
		return file;
	if (file != NULL && reader != NULL && sight_may(book, reader, PAPER_FILES, &file->base))
		return file;
	while (reader != NULL && (other = (const Jx__Unit *)book_next(book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		file = proof_find(book, other->unit, hex);
		if (file != NULL && sight_may(book, reader, PAPER_FILES, &file->base))
			return file;
	}
	return NULL;
}

void
awaited_each(const struct book *book, enum record_kind kind, const struct actor *reader, uint64_t now_us,
    awaited_fn fn, void *arg)
{
	const struct submission *row = submission_of(kind);
	int unit = field_find(kind, "unit");

	for (size_t i = 0; row != NULL && i < book_count(book, kind); i++) {
		struct awaited_item item = {.kind = kind, .record = book_at(book, kind, i)->record};
		const char *evidence = proof_field(kind, item.record);
		size_t cursor = 0;

		if (*evidence == '\0')
			continue;
		item.unit = deed_str(field_text(item.record, kind, (size_t)unit));
		read_submission(book, row, &item);
		while (proof_next(evidence, &cursor, item.hex)) {
			item.file = find_file(book, row, reader, item.unit, item.hex);
			item.state = item.is_sent ? awaited_judge(item.submitted_us, item.is_late,
							item.file == NULL ? NULL : &item.file->at_us, now_us)
				     : item.file != NULL ? AWAITED_PRESENT
							 : AWAITED_DRAFT;
			fn(arg, &item);
		}
	}
}
