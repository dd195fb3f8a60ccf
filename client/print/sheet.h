/*
 * print/sheet.h: cards with a code (评价卡) as sheets to be cut: A4, eight a
 * page, cut marks. Each has the words, the code as QR and as text.
 *
 * Nothing on a card tells it from the next but its code: no number, no order, no
 * date. Codes are wiped from what is ours; what the drawing libraries keep of
 * them dies with the process. Source: R21.
 */
#ifndef JX_PRINT_SHEET_H
#define JX_PRINT_SHEET_H

#include "print/secret.h"
#include "wire/code.h"

enum { SHEET_CARD_COUNT = 8, SHEET_STEP_COUNT_MAX = 4 };

/* Borrowed texts, clean UTF-8; the longer, the smaller they are set. */
struct sheet_words {
	const char *title;   /* of the year: "荆州市2025年度绩效评估" */
	const char *heading; /* "民主评估评价卡" */
	const char *group;   /* whose: "县区政府 · 人大代表" */
	const char *steps[SHEET_STEP_COUNT_MAX]; /* what to do with it; NULL: no more */
	const char *note;    /* the last line */
};

/*
 * The PDF into *out, which is empty. Otherwise *out is not to be used:
 * JX_E_NOT_FOUND: this machine has no face for some of the words; JX_E_MEMORY.
 */
JX_MUST_USE enum jx_err sheet_make(const struct sheet_words *words,
    const uint8_t (*codes)[CODE_CARD_SIZE], size_t count, struct secret *out);

#endif
