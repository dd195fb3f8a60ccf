/*
 * cli/files.h: small files of the user: read whole, written durably.
 * errno says why a JX_E_FILE came.
 */
#ifndef JX_CLI_FILES_H
#define JX_CLI_FILES_H

#include <stdbool.h>

#include "wire/bytes.h"

/*
 * $VARIABLE/jixiao/NAME, or ~/FALLBACK/jixiao/NAME when it is not set. NULL:
 * there is no home (or no memory).
 */
const char *files_home(
    struct arena *arena, const char *variable, const char *fallback, const char *name);

/* The whole file in arena, with a NUL after it. JX_E_FILE, JX_E_TOO_BIG, JX_E_MEMORY. */
JX_MUST_USE enum jx_err files_read(
    struct arena *arena, const char *path, size_t size_max, struct bytes *out);
/*
 * Replaces the file or leaves it as it was; JX_OK: it survives a power cut.
 * Folders that are missing are made. Only the user may read any of it.
 */
JX_MUST_USE enum jx_err files_write(struct arena *arena, const char *path, struct bytes bytes);
/* A new name for a file, in the same folder, unless something has that name: false, errno EEXIST. */
bool files_rename_new(const char *from, const char *to);
/* The names in path's folder are on the disk when it returns. */
JX_MUST_USE enum jx_err files_sync_folder(const char *path);
/* Gives the file another name, in place of one that has it; JX_OK: it survives a power cut. */
JX_MUST_USE enum jx_err files_move(const char *path, const char *to);

#endif
