/*
 * records/check.h: do these records obey the scheme? The one place for it: the
 * client's import and compute, and the daemon's import job, all call this.
 *
 * Checks per field (text, range, choice), references (units, goals, items,
 * groups, options, ranks, bonus and veto kinds, awards), doubled keys, points
 * above full, sums of goals (R06), leaders' methods, rankings distinct and
 * within 1..n, duty (R04), who may mark a common item. Every fault is added,
 * placed by locate.
 */
#ifndef JX_RECORDS_CHECK_H
#define JX_RECORDS_CHECK_H

#include "records/kinds.h"

/* Where a record's field stands in the user's file. field: index in the kind's row, or -1: the record as a whole. answer: index of the question for FIELD_ANSWERS, else 0. */
struct records_place {
	const char *file;
	uint32_t line, column;
};
struct records_locator {
	void *arg;
	struct records_place (*locate)(void *arg, enum record_kind kind, size_t index, int field, size_t answer);
	/*
	 * For a reader of files, which has added a fault for each cell that it could
	 * not read: it leaves such fields absent and sets absent_reported, and
	 * incomplete for a kind of which rows or keys are lost. What cannot be known
	 * for that reason gives no second fault. A list of faults that is empty
	 * afterwards therefore still means that everything was looked at.
	 */
	bool absent_reported;
	bool incomplete[RECORD_KIND_COUNT];
};
/* A locator for records that came without a file: file "goals", line = index + 1, column = field + 1. */
extern const struct records_locator records_locator_plain;

/* true: no fault was added. Records need not be sorted and are not changed. */
JX_MUST_USE bool records_check(const struct scheme *scheme, const Jx__Records *records,
    const struct records_locator *locator, struct faults *faults);

#endif
