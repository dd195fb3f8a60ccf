/*
 * bundle/bundle.h: a city bundle: the folder that holds one city's one year
 * (formats: "City bundle"). Read whole or not at all, written whole or not at
 * all; what is written reads back equal.
 *
 * File I/O, no clock, no network. Not thread safe.
 */
#ifndef JX_BUNDLE_BUNDLE_H
#define JX_BUNDLE_BUNDLE_H

#include "records/kinds.h"
#include "scheme/scheme.h"

enum {
	/* Of one file. A million ballots are 30 MiB; beyond this it is not a bundle's file. */
	BUNDLE_FILE_SIZE_MAX = 512 << 20,
};

struct bundle {
	struct bytes scheme_text; /* UTF-8 without BOM: what is sent, stored and digested */
	struct scheme *scheme;
	Jx__Records *records; /* checked against scheme, in canonical order */
	struct arena *arena;  /* owns scheme_text and records */
};

/*
 * Reads folder: scheme.yaml must be there, each of the kinds' CSV files may.
 * Other files are left alone.
 *
 * JX_OK        *out is filled; the caller clears it.
 * JX_E_FAULTS  every fault found is in faults, sorted by file, line, column.
 * JX_E_FILE    folder itself cannot be opened; errno says why.
 * JX_E_MEMORY
 */
JX_MUST_USE enum jx_err bundle_read(const char *folder, struct faults *faults, struct bundle *out);
void bundle_clear(struct bundle *bundle); /* also of an all-zero one */

/*
 * Writes scheme.yaml (the bytes as given) and every kind's CSV file (only a
 * header when there is no record) into folder, which is made unless it is there
 * and empty. Sorts records. scheme is scheme_text's: it names the ballots'
 * columns. scheme.yaml comes last: a folder that has one is complete.
 *
 * JX_E_EXISTS  folder is there and not empty: nothing was touched.
 * JX_E_FILE    errno says why; what had been written is removed again.
 */
JX_MUST_USE enum jx_err bundle_write(const char *folder, struct bytes scheme_text,
    const struct scheme *scheme, Jx__Records *records);

#endif
