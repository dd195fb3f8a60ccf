/*
 * print/page.h: what every printed page here is made of: a PDF in memory, the
 * official faces, text that fits its place. Of this room only.
 *
 * Lengths are hundredths of a millimetre from the top left of the page, sizes of
 * type tenths of a point.
 * The PDF tells nothing of when, where or by whom it was made: two with the same
 * words are the same bytes.
 *
 * Needs fonts on the machine: 仿宋 or Noto Serif CJK, Noto Sans Mono. One thread.
 */
#ifndef JX_PRINT_PAGE_H
#define JX_PRINT_PAGE_H

#include <cairo.h>
#include <stdbool.h>

#include "print/secret.h"

enum { PAGE_WIDTH = 21000, PAGE_HEIGHT = 29700 }; /* A4 */

enum page_face { PAGE_SONG, PAGE_SONG_BOLD, PAGE_MONO };

struct page_place {
	int x, y, width, height;
	bool is_centered;
};

struct page_print;

/* title: of the document, in its properties. *out, which outlives it, takes the bytes. NULL: memory out. */
struct page_print *page_begin(const char *title, struct secret *out);
/*
 * The last page is shown too. Frees print in any case. JX_E_NOT_FOUND: no face
 * on this machine has some of the characters (a box stands for them);
 * JX_E_MEMORY: *out is not whole.
 */
JX_MUST_USE enum jx_err page_end(struct page_print *print);
void page_next(struct page_print *print); /* this page is done */

cairo_t *page_cairo(const struct page_print *print);
/*
 * text within place, lines broken where they must; set smaller when it does not
 * fit, and cut with "…" where even that does not help. The height it took.
 */
int page_text(
    struct page_print *print, enum page_face face, int size, struct page_place place, const char *text);
/* A thin line. */
void page_line(struct page_print *print, int x, int y, int width, int height);

#endif
