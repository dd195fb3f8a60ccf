/*
 * bundle/charset.h: a file's bytes as UTF-8 without BOM: from UTF-8, or from
 * GB18030, which a Chinese Excel saves. One encoding a file: what is valid
 * UTF-8 is UTF-8.
 */
#ifndef JX_BUNDLE_CHARSET_H
#define JX_BUNDLE_CHARSET_H

#include "wire/err.h"

#include <stddef.h>

/*
 * *text (malloc'ed, *size bytes and one more) becomes UTF-8, in place or in a
 * new buffer that takes its place.
 *
 * JX_E_TEXT    it is neither; *line: where the decoder that came further
 *              stopped. *text is as it was.
 * JX_E_MEMORY
 */
JX_MUST_USE enum jx_err charset_fold(char **text, size_t *size, uint32_t *line);

#endif
