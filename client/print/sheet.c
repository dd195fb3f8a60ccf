#include "print/sheet.h"

#include <qrencode.h>
#include <sodium.h>
#include <string.h>

#include "print/page.h"

enum { COLUMN_COUNT = 2, ROW_COUNT = SHEET_CARD_COUNT / COLUMN_COUNT, GROUP_SIZE = 5 /* with its hyphen */ };

/* Millimetres. The margins hold the cut marks, and what printers cannot reach. */
static const double margin_x = 10, margin_y = 10.5;
static const double card_width = (PAGE_WIDTH_MM - 2 * 10) / COLUMN_COUNT;
static const double card_height = (PAGE_HEIGHT_MM - 2 * 10.5) / ROW_COUNT;
/* Within a card, from its edge. A QR wants four modules of white around it. */
static const double padding = 5, title_y = 3.5, heading_y = 7.8, group_y = 14.8, qr_y = 21.8, rule_y = 51.5,
		    code_y = 52.4, note_y = 64;
static const double qr_size = 27, gap = 4.5, code_height = 12;
static const double mark_length = 5, mark_gap = 1.5, mark_width = 0.15;

/* The code without its hyphens: a QR of capitals and digits alone takes the fewest modules. */
static QRcode *
qr_of(const char *code)
{
	char text[CODE_TEXT_SIZE], *to = text;
	QRcode *qr;

	for (; *code != '\0'; code++)
		if (*code != '-')
			*to++ = *code;
	*to = '\0';
	qr = QRcode_encodeString(text, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);
	sodium_memzero(text, sizeof text);
	return qr;
}

static enum jx_err
draw_qr(cairo_t *cairo, double x, double y, const char *code)
{
	QRcode *qr = qr_of(code);
	double module;

	if (qr == NULL)
		return JX_E_MEMORY;
	module = qr_size / qr->width;
	/* Runs of dark modules, row by row, as one path: no hairlines between them. */
	for (int row = 0; row < qr->width; row++)
		for (int from = 0, to; from < qr->width; from = to + 1) {
			for (to = from; to < qr->width && (qr->data[row * qr->width + to] & 1) != 0;)
				to++;
			if (to > from)
				cairo_rectangle(cairo, x + from * module, y + row * module,
				    (to - from) * module, module);
		}
	cairo_fill(cairo);
	sodium_memzero(qr->data, (size_t)qr->width * (size_t)qr->width);
	QRcode_free(qr);
	return JX_OK;
}

/* Groups of four, four and three of them on a line. */
static void
draw_code(struct page_print *print, struct page_place place, const char *code)
{
	char lines[CODE_TEXT_SIZE];
	size_t size = strlen(code), middle = (size / GROUP_SIZE + 1) / 2 * GROUP_SIZE + GROUP_SIZE - 1;

	memcpy(lines, code, size + 1);
	for (size_t i = 0; i < size; i++)
		if (lines[i] == '-')
			lines[i] = i == middle ? '\n' : ' ';
	page_text(print, PAGE_MONO, 14.5, place, lines);
	sodium_memzero(lines, sizeof lines);
}

static void
draw_steps(struct page_print *print, double x, double y, double width, const struct sheet_words *words)
{
	const double bottom = y + qr_size;

	for (size_t i = 0; i < SHEET_STEP_COUNT_MAX && words->steps[i] != NULL; i++)
		y += page_text(print, PAGE_SONG, 8.5, (struct page_place){x, y, width, bottom - y, false},
			 words->steps[i]) + 0.5;
}

/* x, y: the card's corner. */
static enum jx_err
draw_card(struct page_print *print, double x, double y, const struct sheet_words *words, const char *code)
{
	const double left = x + padding, width = card_width - 2 * padding, beside = qr_size + gap;
	cairo_t *cairo = page_cairo(print);

	page_text(print, PAGE_SONG, 9, (struct page_place){left, y + title_y, width, 4.5, true}, words->title);
	page_text(print, PAGE_SONG_BOLD, 14, (struct page_place){left, y + heading_y, width, 7.2, true}, words->heading);
	page_text(print, PAGE_SONG, 10, (struct page_place){left, y + group_y, width, 5, true}, words->group);
	draw_steps(print, left + beside, y + qr_y - 0.8, width - beside, words);
	cairo_set_line_width(cairo, mark_width);
	cairo_move_to(cairo, left, y + rule_y);
	cairo_line_to(cairo, left + width, y + rule_y);
	cairo_stroke(cairo);
	draw_code(print, (struct page_place){left, y + code_y, width, code_height, true}, code);
	page_text(print, PAGE_SONG, 7, (struct page_place){left, y + note_y, width, 3.6, true}, words->note);
	return draw_qr(cairo, left, y + qr_y, code);
}

/* Where the knife goes: at the edges of the page, and a small cross where four cards meet. */
static void
draw_marks(cairo_t *cairo)
{
	const double right = PAGE_WIDTH_MM - margin_x, bottom = PAGE_HEIGHT_MM - margin_y;

	cairo_set_line_width(cairo, mark_width);
	for (int column = 0; column <= COLUMN_COUNT; column++) {
		double x = margin_x + card_width * column;

		cairo_move_to(cairo, x, margin_y - mark_gap - mark_length);
		cairo_rel_line_to(cairo, 0, mark_length);
		cairo_move_to(cairo, x, bottom + mark_gap);
		cairo_rel_line_to(cairo, 0, mark_length);
		for (int row = 1; column > 0 && column < COLUMN_COUNT && row < ROW_COUNT; row++) {
			double y = margin_y + card_height * row;

			cairo_move_to(cairo, x - 1.5, y);
			cairo_rel_line_to(cairo, 3, 0);
			cairo_move_to(cairo, x, y - 1.5);
			cairo_rel_line_to(cairo, 0, 3);
		}
	}
	for (int row = 0; row <= ROW_COUNT; row++) {
		double y = margin_y + card_height * row;

		cairo_move_to(cairo, margin_x - mark_gap - mark_length, y);
		cairo_rel_line_to(cairo, mark_length, 0);
		cairo_move_to(cairo, right + mark_gap, y);
		cairo_rel_line_to(cairo, mark_length, 0);
	}
	cairo_stroke(cairo);
}

enum jx_err
sheet_make(const struct sheet_words *words, const uint8_t (*codes)[CODE_CARD_SIZE], size_t count,
    struct secret *out)
{
	struct page_print *print = page_begin(words->heading, out);
	enum jx_err err = print == NULL ? JX_E_MEMORY : JX_OK, end;
	char code[CODE_TEXT_SIZE];

	for (size_t i = 0; err == JX_OK && i < count; i++) {
		size_t place = i % SHEET_CARD_COUNT;

		if (place == 0 && i > 0)
			page_next(print);
		if (place == 0)
			draw_marks(page_cairo(print));
		code_write(codes[i], CODE_CARD_BITS, code);
		err = draw_card(print, margin_x + card_width * (double)(place % COLUMN_COUNT),
		    margin_y + card_height * (double)(place / COLUMN_COUNT), words, code);
	}
	sodium_memzero(code, sizeof code);
	end = print == NULL ? JX_OK : page_end(print);
	return err == JX_OK ? end : err;
}
