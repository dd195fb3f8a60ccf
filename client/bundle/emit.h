/*
 * bundle/emit.h: one kind's records as a CSV file, which table.h reads back
 * equal.
 */
#ifndef JX_BUNDLE_EMIT_H
#define JX_BUNDLE_EMIT_H

#include <stdio.h>

#include "records/kinds.h"

/*
 * Header and rows in the order of records: UTF-8 without BOM, LF, quotes only
 * where RFC 4180 needs them, every value exactly as it is. scheme names the
 * ballots' columns. Failed writes show in ferror(file).
 */
void emit_table(
    FILE *file, const struct scheme *scheme, const Jx__Records *records, enum record_kind kind);

#endif
