/*
 * deeds/sniff.h: what a file is, by its first bytes; never by its name, and
 * never by running or unpacking it (R44). A hint for people, no promise.
 *
 * Pure. Any bytes are fine.
 */
#ifndef JX_DEEDS_SNIFF_H
#define JX_DEEDS_SNIFF_H

#include "wire/bytes.h"

/* first: a file's first bytes, up to a chunk. "pdf", "jpeg" …; "unknown". Static. */
const char *sniff_type(struct bytes first);

#endif
