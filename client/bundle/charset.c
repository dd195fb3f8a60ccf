#include "bundle/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Bytes of valid UTF-8 at the start. */
static size_t
utf8_run(const char *text, size_t size)
{
	const utf8proc_uint8_t *data = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t point;
	utf8proc_ssize_t step;
	size_t at = 0;

	while (at < size) {
		if (data[at] < 0x80) {
			at++;
			continue;
		}
		step = utf8proc_iterate(data + at, (utf8proc_ssize_t)(size - at), &point);
		if (step <= 0)
			break;
		at += (size_t)step;
	}
	return at;
}

static uint32_t
line_at(const char *text, size_t at)
{
	const char *end = text + at, *feed;
	uint32_t line = 1;

	while ((feed = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		text = feed + 1;
		line++;
	}
	return line;
}

/* JX_E_TEXT: *run bytes at the start are GB18030, the next are not. */
static enum jx_err
gb18030_fold(char **text, size_t *size, size_t *run)
{
	/* Two bytes become four at most (the rare ones of GB18030), one becomes one; and one for
	 * the reader. */
	size_t capacity = *size * 2 + 8, left = *size, room = capacity - 1, result;
	char *folded, *in = *text, *out;
	iconv_t converter;

	*run = 0;
	converter = iconv_open("UTF-8", "GB18030");
	if (converter == (iconv_t)-1)
		return errno == ENOMEM ? JX_E_MEMORY : JX_E_TEXT;
	out = folded = malloc(capacity);
	if (folded == NULL) {
		iconv_close(converter);
		return JX_E_MEMORY;
	}
	result = iconv(converter, &in, &left, &out, &room);
	iconv_close(converter);
	if (result == (size_t)-1) {
		*run = (size_t)(in - *text);
		free(folded);
		return JX_E_TEXT;
	}
	free(*text);
	*text = folded;
	*size = (size_t)(out - folded);
	return JX_OK;
}

enum jx_err
charset_fold(char **text, size_t *size, uint32_t *line)
{
	static const char bom[] = "\xEF\xBB\xBF";
	size_t utf8 = utf8_run(*text, *size), gb18030 = 0;
	bool has_bom = *size >= 3 && memcmp(*text, bom, 3) == 0;
	enum jx_err err;

	if (utf8 == *size) {
		if (has_bom) {
			*size -= 3;
			memmove(*text, *text + 3, *size);
		}
		return JX_OK;
	}
	err = has_bom ? JX_E_TEXT : gb18030_fold(text, size, &gb18030);
	if (err == JX_E_TEXT)
		*line = line_at(*text, utf8 > gb18030 ? utf8 : gb18030);
	return err;
}
