/*
 * wire/code.h: numbers that people read from paper, dictate by phone and type:
 * Crockford's 32 letters and digits (no I, L, O, U), in groups of four, the
 * last two of them check characters: every single wrong character and every
 * swap of neighbours is found.
 *
 * The check guards against slips, not against forgers: who sets out to can make
 * texts that pass it. What a code is worth lies in its random bits.
 *
 * Cards (128 bits, 28 characters), commit codes (90 bits, 20 characters) and
 * the codes given to units for countersigning (90 bits). Pure. Source: R21.
 */
#ifndef JX_WIRE_CODE_H
#define JX_WIRE_CODE_H

#include <stdint.h>

#include "wire/bytes.h"

enum {
	CODE_CARD_SIZE = 16,   /* bytes: all 128 bits */
	CODE_SHORT_SIZE = 12,  /* bytes, of which the first 90 bits are written */
	CODE_CARD_BITS = 128,
	CODE_SHORT_BITS = 90,
	CODE_TEXT_SIZE = 40,   /* room for the text of any of them, with its hyphens and NUL */
};

/*
 * "7Q2M-…": bits is CODE_CARD_BITS or CODE_SHORT_BITS, bytes has as many (a
 * short one's last 6 bits are not written). out: CODE_TEXT_SIZE bytes.
 */
void code_write(const uint8_t *bytes, unsigned bits, char *out);
/*
 * Back; small letters, blanks and hyphens anywhere, O for 0 and I, L for 1 are
 * fine. JX_E_FIELD: another length, another character, or the check fails;
 * bytes is untouched then. Bits that are not written come back 0.
 */
JX_MUST_USE enum jx_err code_read(const char *text, unsigned bits, uint8_t *bytes);

#endif
