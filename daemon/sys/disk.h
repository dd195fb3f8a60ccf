/*
 * sys/disk.h: small files, whole: read at once, written aside and renamed, so
 * that a file is there with all of its bytes or not at all, also after a power
 * cut.
 */
#ifndef JX_SYS_DISK_H
#define JX_SYS_DISK_H

#include <sys/types.h>

#include "wire/bytes.h"

enum { DISK_FILE_SIZE_MAX = 1 << 20 };

/* Malloc'ed, with a NUL after its end. JX_E_NOT_FOUND: there is none; JX_E_TOO_BIG; JX_E_FILE
 * (errno says why); JX_E_MEMORY. */
JX_MUST_USE enum jx_err disk_read(const char *path, char **text, size_t *size);
/* JX_E_FILE: errno says why. */
JX_MUST_USE enum jx_err disk_write(const char *path, mode_t mode, struct bytes bytes);
/* Makes the folder unless it is there; its parents must be. JX_E_FILE: errno says why. */
JX_MUST_USE enum jx_err disk_make_dir(const char *path, mode_t mode);

#endif
