/*
 * records/compare.h: two versions of a year, record by record: new, changed,
 * unchanged, withdrawn. Both must be sorted (records_sort).
 */
#ifndef JX_RECORDS_COMPARE_H
#define JX_RECORDS_COMPARE_H

#include "records/kinds.h"

enum record_change { RECORD_NEW, RECORD_CHANGED, RECORD_UNCHANGED, RECORD_WITHDRAWN };

/* before: NULL for new, after: NULL for withdrawn. Called in canonical order. */
typedef void (*records_change_fn)(void *arg, enum record_kind kind, enum record_change change,
    const ProtobufCMessage *before, const ProtobufCMessage *after);

void records_compare(const Jx__Records *before, const Jx__Records *after, records_change_fn fn, void *arg);

#endif
