/*
 * wire/text.h: text and numbers from outside, checked once, at the border.
 *
 * Text is NFC UTF-8 with no control, bidi, zero-width-joiner-like or
 * non-character code points. Numbers may stand in full-width digits (a Chinese
 * input method's), which NFKC folds.
 */
#ifndef JX_WIRE_TEXT_H
#define JX_WIRE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/bytes.h"

enum {
	TEXT_CODE_SIZE_MAX = 64,  /* bytes of a code: unit, goal, item, card … also names used as
				     codes (市政府办公室) */
	TEXT_NAME_SIZE_MAX = 600, /* bytes of a name or title: 200 Chinese characters */
	TEXT_SCHEME_SIZE_MAX = 1 << 20, /* bytes of a scheme file */
};

/* Is it well-formed UTF-8 with no forbidden code point (see above)? Newline and tab are forbidden
 * too. */
bool text_is_clean(struct bytes text);
/*
 * The NFC form of text in arena, blanks trimmed at both ends (also U+3000).
 * NULL: not clean, longer than size_max bytes, or memory out.
 */
char *text_normal(struct arena *arena, struct bytes text, size_t size_max);
/*
 * A plain decimal of at most 2 fraction digits, ASCII or full-width, as
 * hundredths. No sign, exponent, thousands mark, "inf", "nan"; "5." and ".5"
 * are refused. At most 9 digits before the point. Surrounding blanks are fine.
 * JX_E_FIELD otherwise, *hundredths untouched.
 */
JX_MUST_USE enum jx_err text_hundredths(struct bytes text, int64_t *hundredths);
/* A whole number, ASCII or full-width digits, 0..UINT32_MAX; JX_E_FIELD otherwise. */
JX_MUST_USE enum jx_err text_whole(struct bytes text, uint32_t *whole);
/* Shortest plain form: 925 -> "9.25", 920 -> "9.2", 900 -> "9". buffer: TEXT_DECIMAL_SIZE bytes. */
enum { TEXT_DECIMAL_SIZE = 24 };
const char *text_decimal(int64_t hundredths, char *buffer);
/*
 * text as it may be shown anywhere: every byte or code point that is not clean
 * becomes U+FFFD. Cut at a character after at most size_max bytes, with "…" in
 * place of the rest. buffer: size_max + TEXT_CUT_SIZE bytes.
 */
enum { TEXT_CUT_SIZE = 4 };
void text_printable(const char *text, size_t size_max, char *buffer);
/* Columns on a terminal; wide characters count 2. Does not depend on the locale. */
int text_width(const char *text);
/*
 * Checks every string of a message and of its sub-messages (protobuf-c takes
 * invalid UTF-8 and NUL): clean, and at most size_max bytes each. protobuf-c
 * truncates at NUL, so the raw bytes are looked at by envelope_read, not here.
 * *field: the name of the first bad field (static), or NULL.
 */
JX_MUST_USE enum jx_err text_check_message(
    const ProtobufCMessage *message, size_t size_max, const char **field);

#endif
