#include "print/page.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#define POINTS(hundredths) ((hundredths) * 72.0 / 2540) /* of a millimetre */

enum { SIZE_LEAST = 50, SIZE_STEP = 5, LINE_WIDTH = 15 };

/* When a PDF says it was made: the same for all. */
static const char created[] = "2000-01-01T00:00:00Z";

/* On a bare machine fontconfig answers "FangSong" with a face without Chinese: the list must end in one that has it. */
static const struct {
	const char *family;
	PangoWeight weight;
} faces[] = {
    [PAGE_SONG] = {"FangSong,仿宋,仿宋_GB2312,STFangsong,Noto Serif CJK SC", PANGO_WEIGHT_NORMAL},
    [PAGE_SONG_BOLD] = {"FangSong,仿宋,仿宋_GB2312,STFangsong,Noto Serif CJK SC", PANGO_WEIGHT_BOLD},
    [PAGE_MONO] = {"Noto Sans Mono,Noto Sans Mono CJK SC,DejaVu Sans Mono,monospace", PANGO_WEIGHT_MEDIUM},
};

struct page_print {
	struct secret *out;
	cairo_surface_t *surface;
	cairo_t *cairo;
	PangoLayout *layout;
	bool has_unknown; /* a character that no face here has */
};

static cairo_status_t
on_bytes(void *arg, const unsigned char *data, unsigned size)
{
	return secret_add(arg, data, size) == JX_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

struct page_print *
page_begin(const char *title, struct secret *out)
{
	struct page_print *print = calloc(1, sizeof *print);

	if (print == NULL)
		return NULL;
	print->out = out;
	print->surface = cairo_pdf_surface_create_for_stream(
	    on_bytes, out, POINTS(PAGE_WIDTH), POINTS(PAGE_HEIGHT));
	cairo_pdf_surface_set_metadata(print->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(print->surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
	print->cairo = cairo_create(print->surface);
	cairo_scale(print->cairo, POINTS(1), POINTS(1));
	cairo_set_line_width(print->cairo, LINE_WIDTH);
	print->layout = pango_cairo_create_layout(print->cairo);
	/* Type set for a screen's pixels would be uneven on paper. */
	pango_context_set_round_glyph_positions(pango_layout_get_context(print->layout), FALSE);
	return print;
}

void
page_next(struct page_print *print)
{
	cairo_show_page(print->cairo);
}

enum jx_err
page_end(struct page_print *print)
{
	cairo_status_t status;
	bool has_unknown;

	g_object_unref(print->layout);
	status = cairo_status(print->cairo);
	cairo_destroy(print->cairo);
	cairo_surface_finish(print->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(print->surface);
	cairo_surface_destroy(print->surface);
	has_unknown = print->has_unknown;
	free(print);
	if (status != CAIRO_STATUS_SUCCESS)
		return JX_E_MEMORY;
	return has_unknown ? JX_E_NOT_FOUND : JX_OK;
}

cairo_t *
page_cairo(const struct page_print *print)
{
	return print->cairo;
}

/* The height. */
static int
set_size(PangoLayout *layout, enum page_face face, int size)
{
	PangoFontDescription *font = pango_font_description_new();
	PangoRectangle extents;

	pango_font_description_set_family_static(font, faces[face].family);
	pango_font_description_set_weight(font, faces[face].weight);
	pango_font_description_set_absolute_size(font, size * (PANGO_SCALE * 254 / 72.0));
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_get_extents(layout, NULL, &extents);
	return extents.height / PANGO_SCALE;
}

int
page_text(struct page_print *print, enum page_face face, int size, struct page_place place, const char *text)
{
	PangoLayout *layout = print->layout;
	int height;

	pango_layout_set_text(layout, text, -1);
	pango_layout_set_width(layout, place.width * PANGO_SCALE);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(layout, place.is_centered ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
	height = set_size(layout, face, size);
	while (height > place.height && size - SIZE_STEP >= SIZE_LEAST) {
		size -= SIZE_STEP;
		height = set_size(layout, face, size);
	}
	if (height > place.height) {
		pango_layout_set_height(layout, place.height * PANGO_SCALE);
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
		height = set_size(layout, face, size);
		pango_layout_set_height(layout, -1);
	}
	print->has_unknown |= pango_layout_get_unknown_glyphs_count(layout) > 0;
	cairo_move_to(print->cairo, place.x, place.y);
	pango_cairo_show_layout(print->cairo, layout);
	pango_layout_set_text(layout, "", 0);
	return height;
}

void
page_line(struct page_print *print, int x, int y, int width, int height)
{
	cairo_move_to(print->cairo, x, y);
	cairo_rel_line_to(print->cairo, width, height);
	cairo_stroke(print->cairo);
}
