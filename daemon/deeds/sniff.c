#include "deeds/sniff.h"

#include <stdbool.h>
#include <string.h>

/* Magic bytes at a place. */
struct magic {
	size_t at, size;
	const char *bytes;
	const char *type;
};

#define MAGIC(at, bytes, type)                                                                     \
	{                                                                                          \
		at, sizeof(bytes) - 1, bytes, type                                                 \
	}

static const struct magic magics[] = {
    MAGIC(0, "%PDF-", "pdf"),
    MAGIC(0, "\xff\xd8\xff", "jpeg"),
    MAGIC(0, "\x89PNG\r\n\x1a\n", "png"),
    MAGIC(0, "GIF87a", "gif"),
    MAGIC(0, "GIF89a", "gif"),
    MAGIC(0, "II*\0", "tiff"),
    MAGIC(0, "MM\0*", "tiff"),
    MAGIC(0, "BM", "bmp"),
    MAGIC(0, "Rar!\x1a\x07", "rar"),
    MAGIC(0, "7z\xbc\xaf\x27\x1c", "7z"),
    MAGIC(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    MAGIC(0, "PK\x03\x04", "zip"),
    MAGIC(4, "ftyp", "mp4"),
    MAGIC(0, "ID3", "mp3"),
    MAGIC(0, "\xff\xfb", "mp3"),
    MAGIC(0, "\xff\xf3", "mp3"),
    MAGIC(8, "WAVE", "wav"),
};

/* What stands in a container tells it further. */
static const struct magic insides[] = {
    MAGIC(0, "OFD.xml", "ofd"),
    MAGIC(0, "word/", "docx"),
    MAGIC(0, "xl/", "xlsx"),
    MAGIC(0, "ppt/", "pptx"),
};
/* Names of streams, UTF-16. */
static const struct magic streams[] = {
    MAGIC(0, "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0", "doc"),
    MAGIC(0, "W\0o\0r\0k\0b\0o\0o\0k\0", "xls"),
    MAGIC(0, "P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0", "ppt"),
};

static bool
is_at(struct bytes bytes, const struct magic *magic)
{
	return bytes.size >= magic->at + magic->size &&
	       memcmp(bytes.data + magic->at, magic->bytes, magic->size) == 0;
}

static const char *
inside(struct bytes bytes, const struct magic *rows, size_t count, const char *otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (memmem(bytes.data, bytes.size, rows[i].bytes, rows[i].size) != NULL)
			return rows[i].type;
	return otherwise;
}

/* Length of the character at text, 0: none of that charset; more than left: cut off by the end. */
static size_t
utf8_at(const uint8_t *text, size_t left)
{
	size_t size = text[0] < 0x80 ? 1
		      : text[0] >= 0xc2 && text[0] <= 0xdf ? 2
		      : (text[0] & 0xf0) == 0xe0 ? 3
		      : text[0] >= 0xf0 && text[0] <= 0xf4 ? 4
							   : 0;

	for (size_t i = 1; i < size && i < left; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

static size_t
gb18030_at(const uint8_t *text, size_t left)
{
	if (text[0] < 0x80)
		return 1;
	if (text[0] == 0x80 || text[0] == 0xff)
		return 0;
	if (left < 2)
		return 2;
	if (text[1] >= 0x40 && text[1] <= 0xfe && text[1] != 0x7f)
		return 2;
	if (text[1] < '0' || text[1] > '9')
		return 0;
	if (left < 4)
		return 4;
	return text[2] >= 0x81 && text[2] <= 0xfe && text[3] >= '0' && text[3] <= '9' ? 4 : 0;
}

static bool
is_text(struct bytes bytes, size_t (*at)(const uint8_t *text, size_t left))
{
	for (size_t i = 0; i < bytes.size;) {
		uint8_t byte = bytes.data[i];
		size_t size = at(bytes.data + i, bytes.size - i);

		if (size == 0 || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f'))
			return false;
		i += size;
	}
	return bytes.size > 0;
}

const char *
sniff_type(struct bytes first)
{
	const char *type = NULL;

	for (size_t i = 0; type == NULL && i < sizeof magics / sizeof *magics; i++)
		if (is_at(first, &magics[i]))
			type = magics[i].type;
	if (type != NULL && strcmp(type, "zip") == 0)
		return inside(first, insides, sizeof insides / sizeof *insides, "zip");
	if (type != NULL && strcmp(type, "ole") == 0)
		return inside(first, streams, sizeof streams / sizeof *streams, "ole");
	if (type != NULL)
		return type;
	if (is_text(first, utf8_at))
		return "text";
	return is_text(first, gb18030_at) ? "text-gb18030" : "unknown";
}
