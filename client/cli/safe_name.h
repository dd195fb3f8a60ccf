/*
 * cli/safe_name.h: a name that somebody gave a file elsewhere, made harmless for
 * a file system here. Pure.
 */
#ifndef JX_CLI_SAFE_NAME_H
#define JX_CLI_SAFE_NAME_H

#include <stddef.h>

enum { SAFE_NAME_SIZE_MAX = 200 }; /* bytes; file systems take 255, and a suffix must fit behind it */

/*
 * The last component of name (after / and \), without what would be refused or
 * misread: control and bidi characters, <>:"|?*, dots and blanks at its ends, a
 * dash at its start, the names of DOS devices. Cut at a character, its extension
 * kept. fallback when nothing is left. out: SAFE_NAME_SIZE_MAX + 1 bytes.
 * Returns out.
 */
const char *safe_name(const char *name, const char *fallback, char *out);

#endif
