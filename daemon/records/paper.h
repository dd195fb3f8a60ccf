/*
 * records/paper.h: one row of a paper (or record) alone, held against its kind's
 * row in the table; and its key as one text.
 *
 * Pure. What a row means beside other rows is the deeds' business.
 */
#ifndef JX_RECORDS_PAPER_H
#define JX_RECORDS_PAPER_H

#include "records/kinds.h"

/*
 * -1: every field is as its kind's row says; else the index of the first that
 * is not (also when memory is out). An empty text in a field that may be absent
 * is made absent. FIELD_ANSWERS and FIELD_VALUE are not looked at: they need the
 * scheme (records/check.h).
 */
int paper_check(enum record_kind kind, ProtobufCMessage *record);
/*
 * Its key fields joined by "/"; absent ones are empty. Two records of a kind
 * that paper_check lets pass have the same text only if they have the same key.
 * NULL: memory out.
 */
char *paper_key(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record);

#endif
