#include "print/sheet.h"

#include <qrencode.h>
#include <sodium.h>
#include <string.h>

#include "print/page.h"

enum {
	COLUMN_COUNT = 2,
	ROW_COUNT = SHEET_CARD_COUNT / COLUMN_COUNT,
	GROUP_SIZE = 5, /* characters of a code, with the hyphen */
	/* The margins hold the cut marks, and what printers cannot reach. */
	MARGIN_X = 1000,
	MARGIN_Y = 1050,
	CARD_WIDTH = (PAGE_WIDTH - 2 * MARGIN_X) / COLUMN_COUNT,
	CARD_HEIGHT = (PAGE_HEIGHT - 2 * MARGIN_Y) / ROW_COUNT,
	/* Within a card, from its edge. A QR wants four modules of white around it. */
	PADDING = 500,
	TITLE_Y = 350,
	HEADING_Y = 780,
	GROUP_Y = 1480,
	QR_Y = 2180,
	RULE_Y = 5150,
	CODE_Y = 5240,
	NOTE_Y = 6400,
	QR_SIZE = 2700,
	QR_GAP = 450,
	MARK_LENGTH = 500,
	MARK_GAP = 150,
};

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
draw_qr(cairo_t *cairo, int x, int y, const char *code)
{
	QRcode *qr = qr_of(code);
	int module;

	if (qr == NULL)
		return JX_E_MEMORY;
	module = QR_SIZE / qr->width;
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
	page_text(print, PAGE_MONO, 145, place, lines);
	sodium_memzero(lines, sizeof lines);
}

static void
draw_steps(struct page_print *print, int x, int y, int width, const struct sheet_words *words)
{
	const int bottom = y + QR_SIZE;

	for (size_t i = 0; i < SHEET_STEP_COUNT_MAX && words->steps[i] != NULL; i++)
		y += 50 + page_text(print, PAGE_SONG, 85,
			      (struct page_place){x, y, width, bottom - y, false}, words->steps[i]);
}

/* x, y: the card's corner. */
static enum jx_err
draw_card(struct page_print *print, int x, int y, const struct sheet_words *words, const char *code)
{
	const int left = x + PADDING, width = CARD_WIDTH - 2 * PADDING, beside = QR_SIZE + QR_GAP;

	page_text(print, PAGE_SONG, 90, (struct page_place){left, y + TITLE_Y, width, 450, true}, words->title);
	page_text(print, PAGE_SONG_BOLD, 140, (struct page_place){left, y + HEADING_Y, width, 720, true}, words->heading);
	page_text(print, PAGE_SONG, 100, (struct page_place){left, y + GROUP_Y, width, 500, true}, words->group);
	draw_steps(print, left + beside, y + QR_Y - 80, width - beside, words);
	page_line(print, left, y + RULE_Y, width, 0);
	draw_code(print, (struct page_place){left, y + CODE_Y, width, 1200, true}, code);
	page_text(print, PAGE_SONG, 70, (struct page_place){left, y + NOTE_Y, width, 360, true}, words->note);
	return draw_qr(page_cairo(print), left, y + QR_Y, code);
}

/* Where the knife goes: at the edges of the page, and a small cross where four cards meet. */
static void
draw_marks(struct page_print *print)
{
	const int right = PAGE_WIDTH - MARGIN_X, bottom = PAGE_HEIGHT - MARGIN_Y;

	for (int x = MARGIN_X; x <= right; x += CARD_WIDTH) {
		page_line(print, x, MARGIN_Y - MARK_GAP - MARK_LENGTH, 0, MARK_LENGTH);
		page_line(print, x, bottom + MARK_GAP, 0, MARK_LENGTH);
	}
	for (int y = MARGIN_Y; y <= bottom; y += CARD_HEIGHT) {
		page_line(print, MARGIN_X - MARK_GAP - MARK_LENGTH, y, MARK_LENGTH, 0);
		page_line(print, right + MARK_GAP, y, MARK_LENGTH, 0);
	}
	for (int x = MARGIN_X + CARD_WIDTH; x < right; x += CARD_WIDTH)
		for (int y = MARGIN_Y + CARD_HEIGHT; y < bottom; y += CARD_HEIGHT) {
			page_line(print, x - MARK_GAP, y, 2 * MARK_GAP, 0);
			page_line(print, x, y - MARK_GAP, 0, 2 * MARK_GAP);
		}
}

enum jx_err
sheet_make(const struct sheet_words *words, const uint8_t (*codes)[CODE_CARD_SIZE], size_t count,
    struct secret *out)
{
	struct page_print *print = page_begin(words->heading, out);
	enum jx_err err = print == NULL ? JX_E_MEMORY : JX_OK, end;
	char code[CODE_TEXT_SIZE];

	for (size_t i = 0; err == JX_OK && i < count; i++) {
		int place = (int)(i % SHEET_CARD_COUNT);

		if (place == 0 && i > 0)
			page_next(print);
		if (place == 0)
			draw_marks(print);
		code_write(codes[i], CODE_CARD_BITS, code);
		err = draw_card(print, MARGIN_X + CARD_WIDTH * (place % COLUMN_COUNT),
		    MARGIN_Y + CARD_HEIGHT * (place / COLUMN_COUNT), words, code);
	}
	sodium_memzero(code, sizeof code);
	end = print == NULL ? JX_OK : page_end(print);
	return err == JX_OK ? end : err;
}
