/*
 * bundle/table.h: one kind's CSV file: text in, records out.
 *
 * Pure: no file. A cell that cannot be read gives one fault and leaves its
 * field absent; a row that cannot be read gives one fault and no record.
 */
#ifndef JX_BUNDLE_TABLE_H
#define JX_BUNDLE_TABLE_H

#include "records/build.h"
#include "records/check.h"

/* What all files of a bundle are read with. */
struct table_reader;

/*
 * Everything lives in the builder's arena. scheme: names the ballots' columns,
 * options and tiers; NULL when it has faults itself: then ballots are read
 * without their answers. NULL: memory out.
 */
struct table_reader *table_reader_new(
    struct records_builder *builder, const struct scheme *scheme, struct faults *faults);
/*
 * Adds the records of text (UTF-8 without BOM; it is changed, and text[size]
 * must be writable). file: its name in faults, borrowed as long as the reader.
 * Each kind at most once. JX_OK also when there were faults; JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err table_read(
    struct table_reader *reader, enum record_kind kind, const char *file, char *text, size_t size);
/* The kind's file has a fault as a whole: what refers to it cannot be held against it. */
void table_mark_incomplete(struct table_reader *reader, enum record_kind kind);
/* Where each field of the records read stands. Valid while the reader lives. */
const struct records_locator *table_locator(const struct table_reader *reader);

#endif
