#include "wire/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
	TEXT_WHOLE_DIGITS_MAX =
	    9, /* before the point: far beyond any sum of marks, far below int64 */
	TEXT_FRACTION_DIGITS_MAX = 2, /* hundredths */
	TEXT_NFC_SHRINK_MAX =
	    3, /* composing makes text at most this many times shorter (Hangul: 9 bytes to 3) */
};

static bool
text_is_noncharacter(utf8proc_int32_t point)
{
	return (point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF);
}

/* Invisible, yet of a category that also holds ordinary marks and letters: two names would look
 * alike. */
static bool
text_is_filler(utf8proc_int32_t point)
{
	static const utf8proc_int32_t fillers[] = {0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0};

	for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
		if (point == fillers[i])
			return true;
	return false;
}

static bool
text_point_is_clean(utf8proc_int32_t point)
{
	utf8proc_category_t category;

	if (point < 0x7F)
		return point >= 0x20;
	category = utf8proc_category(point);
	/* Cf holds bidi marks, zero-width joiners, the byte order mark, tags. */
	return category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CF &&
	       category != UTF8PROC_CATEGORY_CS && category != UTF8PROC_CATEGORY_ZL &&
	       category != UTF8PROC_CATEGORY_ZP && !text_is_noncharacter(point) &&
	       !text_is_filler(point);
}

/* The code point at the start of text (not empty) and its size; 0: not UTF-8. */
static size_t
text_point(struct bytes text, utf8proc_int32_t *point)
{
	utf8proc_ssize_t size;

	if (text.data[0] < 0x80) {
		*point = text.data[0];
		return 1;
	}
	size = utf8proc_iterate(text.data, (utf8proc_ssize_t)text.size, point);
	return size > 0 ? (size_t)size : 0;
}

static struct bytes
text_after(struct bytes text, size_t size)
{
	return (struct bytes){text.data + size, text.size - size};
}

bool
text_is_clean(struct bytes text)
{
	utf8proc_int32_t point;

	while (text.size > 0) {
		size_t size = text_point(text, &point);

		if (size == 0 || !text_point_is_clean(point))
			return false;
		text = text_after(text, size);
	}
	return true;
}

/* Blanks: the space, U+3000 of Chinese input methods, U+00A0 of Excel and their like. */
static bool
text_is_blank(utf8proc_int32_t point)
{
	return utf8proc_category(point) == UTF8PROC_CATEGORY_ZS;
}

/* Without blanks at both ends. What is not UTF-8 is left for the caller to meet. */
static struct bytes
text_trim(struct bytes text)
{
	utf8proc_int32_t point;
	size_t size;

	while (text.size > 0 && (size = text_point(text, &point)) > 0 && text_is_blank(point))
		text = text_after(text, size);
	while (text.size > 0) {
		size_t start = text.size - 1;

		while (start > 0 && (text.data[start] & 0xC0) == 0x80)
			start--;
		if (text_point(text_after(text, start), &point) != text.size - start ||
		    !text_is_blank(point))
			break;
		text.size = start;
	}
	return text;
}

/* May only be true for text that is NFC for sure: ASCII, Latin, Chinese and its punctuation. */
static bool
text_is_surely_nfc(struct bytes text)
{
	utf8proc_int32_t point;

	while (text.size > 0) {
		text = text_after(text, text_point(text, &point));
		if (!(point < 0x300 || (point >= 0x3000 && point < 0x302A) ||
			(point >= 0x4E00 && point < 0xA000) || (point >= 0xFF00 && point < 0xFFF0)))
			return false;
	}
	return true;
}

char *
text_normal(struct arena *arena, struct bytes text, size_t size_max)
{
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t size;
	char *normal = NULL;

	text = text_trim(text);
	if (text.size / TEXT_NFC_SHRINK_MAX > size_max || !text_is_clean(text))
		return NULL;
	if (text_is_surely_nfc(text))
		return text.size <= size_max
			   ? arena_strndup(arena, (const char *)text.data, text.size)
			   : NULL;
	size = utf8proc_map(
	    text.data, (utf8proc_ssize_t)text.size, &nfc, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (size >= 0 && (size_t)size <= size_max)
		normal = arena_strndup(arena, (const char *)nfc, (size_t)size);
	free(nfc);
	return normal;
}

/*
 * The ASCII form of a number's character, full-width ones folded (what NFKC
 * does to them; NFKC itself would also take "①" and "½" for numbers). 0: none.
 */
static char
text_number_char(utf8proc_int32_t point)
{
	if (point >= 0xFF10 && point <= 0xFF19)
		return (char)('0' + (point - 0xFF10));
	if (point == 0xFF0E || point == '.')
		return '.';
	return point >= '0' && point <= '9' ? (char)point : '\0';
}

/* The next character of a number, taken off text. 0: the end, or no character of a number (text is
 * not empty then). */
static char
text_number_next(struct bytes *text)
{
	utf8proc_int32_t point;
	size_t size;
	char c;

	if (text->size == 0)
		return '\0';
	size = text_point(*text, &point);
	c = size == 0 ? '\0' : text_number_char(point);
	if (c != '\0')
		*text = text_after(*text, size);
	return c;
}

enum jx_err
text_hundredths(struct bytes text, int64_t *hundredths)
{
	int whole_digits = 0, fraction_digits = 0;
	bool has_point = false;
	int64_t value = 0;
	char c;

	text = text_trim(text);
	while ((c = text_number_next(&text)) != '\0') {
		if (c == '.') {
			if (has_point || whole_digits == 0)
				return JX_E_FIELD;
			has_point = true;
			continue;
		}
		if (has_point ? ++fraction_digits > TEXT_FRACTION_DIGITS_MAX
			      : ++whole_digits > TEXT_WHOLE_DIGITS_MAX)
			return JX_E_FIELD;
		value = value * 10 + (c - '0');
	}
	if (text.size > 0 || whole_digits == 0 || (has_point && fraction_digits == 0))
		return JX_E_FIELD;
	for (; fraction_digits < TEXT_FRACTION_DIGITS_MAX; fraction_digits++)
		value *= 10;
	*hundredths = value;
	return JX_OK;
}

enum jx_err
text_whole(struct bytes text, uint32_t *whole)
{
	uint64_t value = 0;
	bool has_digit = false;
	char c;

	text = text_trim(text);
	while ((c = text_number_next(&text)) != '\0') {
		if (c == '.')
			return JX_E_FIELD;
		value = value * 10 + (uint64_t)(c - '0');
		if (value > UINT32_MAX)
			return JX_E_FIELD;
		has_digit = true;
	}
	if (text.size > 0 || !has_digit)
		return JX_E_FIELD;
	*whole = (uint32_t)value;
	return JX_OK;
}

const char *
text_decimal(int64_t hundredths, char *buffer)
{
	const char *sign = hundredths < 0 ? "-" : "";
	/* Unsigned: the least int64 has no positive counterpart. */
	uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
	unsigned long long whole = size / 100;
	unsigned fraction = (unsigned)(size % 100);

	if (fraction == 0)
		snprintf(buffer, TEXT_DECIMAL_SIZE, "%s%llu", sign, whole);
	else if (fraction % 10 == 0)
		snprintf(buffer, TEXT_DECIMAL_SIZE, "%s%llu.%u", sign, whole, fraction / 10);
	else
		snprintf(buffer, TEXT_DECIMAL_SIZE, "%s%llu.%02u", sign, whole, fraction);
	return buffer;
}

void
text_printable(const char *text, size_t size_max, char *buffer)
{
	static const char replacement[] = "\xEF\xBF\xBD", ellipsis[] = "…";
	/* No character is longer than 4 bytes: what lies beyond cannot be shown. */
	struct bytes rest = {(const uint8_t *)text, strnlen(text, size_max + 4)};
	size_t used = 0;

	_Static_assert(sizeof ellipsis == TEXT_CUT_SIZE, "room for the ellipsis and NUL");
	while (rest.size > 0) {
		utf8proc_int32_t point;
		size_t size = text_point(rest, &point);
		bool is_shown = size > 0 && text_point_is_clean(point);
		const void *from = is_shown ? (const void *)rest.data : replacement;
		size_t from_size = is_shown ? size : sizeof replacement - 1;

		if (used + from_size > size_max)
			break;
		memcpy(buffer + used, from, from_size);
		used += from_size;
		rest = text_after(rest, size > 0 ? size : 1);
	}
	strcpy(buffer + used, rest.size > 0 ? ellipsis : "");
}

int
text_width(const char *text)
{
	struct bytes rest = {(const uint8_t *)text, strlen(text)};
	int width = 0;

	while (rest.size > 0) {
		utf8proc_int32_t point;
		size_t size = text_point(rest, &point);

		width += size == 0 ? 1 : utf8proc_charwidth(point);
		rest = text_after(rest, size == 0 ? 1 : size);
	}
	return width;
}

static enum jx_err
text_check_string(const char *text, size_t size_max)
{
	/* A string that was not sent points at its default, or nowhere. */
	size_t size = text == NULL ? 0 : strnlen(text, size_max + 1);

	if (size > size_max)
		return JX_E_TOO_BIG;
	return text_is_clean((struct bytes){(const uint8_t *)text, size}) ? JX_OK : JX_E_TEXT;
}

/* value: where the message keeps one element of the field. */
static enum jx_err
text_check_value(
    const ProtobufCFieldDescriptor *field, const void *value, size_t size_max, const char **bad)
{
	const void *pointer = *(const void *const *)value;
	enum jx_err err = JX_OK;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		return pointer == NULL ? JX_OK : text_check_message(pointer, size_max, bad);
	err = text_check_string(pointer, size_max);
	if (err != JX_OK)
		*bad = field->name;
	return err;
}

enum jx_err
text_check_message(const ProtobufCMessage *message, size_t size_max, const char **field)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	const uint8_t *base = (const uint8_t *)message;
	enum jx_err err = JX_OK;

	*field = NULL;
	/* Goes as deep as the types, and these end: no message type contains itself
	 * (message_depth). */
	for (unsigned i = 0; i < descriptor->n_fields && err == JX_OK; i++) {
		const ProtobufCFieldDescriptor *each = &descriptor->fields[i];
		const uint8_t *member = base + each->offset;

		if (each->type != PROTOBUF_C_TYPE_STRING && each->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		if (each->label == PROTOBUF_C_LABEL_REPEATED) {
			size_t count =
			    *(const size_t *)(const void *)(base + each->quantifier_offset);
			const void *const *values =
			    *(const void *const *const *)(const void *)member;

			for (size_t k = 0; k < count && err == JX_OK; k++)
				err = text_check_value(each, &values[k], size_max, field);
			continue;
		}
		/* Members of a oneof share their place: only the one that is set may be looked at.
		 */
		if ((each->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
		    *(const uint32_t *)(const void *)(base + each->quantifier_offset) != each->id)
			continue;
		err = text_check_value(each, member, size_max, field);
	}
	return err;
}
