/*
 * bundle/file.h: whole files of a folder: in with limits, out aside and
 * renamed. errno says why a JX_E_FILE came.
 */
#ifndef JX_BUNDLE_FILE_H
#define JX_BUNDLE_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "wire/err.h"

/*
 * *text: malloc'ed, one byte longer than *size.
 * JX_E_NOT_FOUND, JX_E_TOO_BIG, JX_E_MEMORY; JX_E_FILE: unreadable, or (errno 0)
 * not a regular file: a device or pipe would never end.
 */
JX_MUST_USE enum jx_err file_read(
    int folder, const char *name, size_t size_max, char **text, size_t *size);

/* A new file beside name, to be written and sealed; NULL: JX_E_FILE. */
FILE *file_create(int folder, const char *name);
/* Closes file and gives it its name, durable. JX_E_FILE, also when a write before had failed: then
 * it is gone. */
JX_MUST_USE enum jx_err file_seal(int folder, const char *name, FILE *file);

#endif
