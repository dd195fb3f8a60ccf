#include "cli/safe_name.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "wire/bytes.h"
#include "wire/text.h"

enum {
	EXTENSION_SIZE_MAX = 16,
	CUT_SIZE_MAX = SAFE_NAME_SIZE_MAX - 1, /* a mark may come before it */
};

/* Bytes of the character that starts with that byte; 0: none starts so. */
static size_t
character_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* name's characters into out, which has room for as many bytes; what is not clean is left out. */
static size_t
copy_clean(const char *name, size_t size, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < size;) {
		size_t step = character_size((unsigned char)name[i]);
		struct bytes character = {(const uint8_t *)name + i, step};

		if (step == 0 || i + step > size || !text_is_clean(character)) {
			i++;
			continue;
		}
		if (step == 1 && strchr("<>:\"|?*", name[i]) != NULL) {
			out[used++] = '_';
		} else {
			memcpy(out + used, name + i, step);
			used += step;
		}
		i += step;
	}
	return used;
}

/* "CON", "nul.txt", "COM1.tar.gz": another thing than a file for some systems. */
static bool
is_device(const char *name)
{
	static const char *const devices[] = {"con", "prn", "aux", "nul"};
	size_t size = strcspn(name, ".");

	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
		if (size == 3 && strncasecmp(name, devices[i], 3) == 0)
			return true;
	return size == 4 && (strncasecmp(name, "com", 3) == 0 || strncasecmp(name, "lpt", 3) == 0) &&
	       name[3] >= '0' && name[3] <= '9';
}

/* At most so many bytes, never half a character. */
static size_t
cut(const char *text, size_t size, size_t size_max)
{
	if (size <= size_max)
		return size;
	while (size_max > 0 && ((unsigned char)text[size_max] & 0xc0) == 0x80)
		size_max--;
	return size_max;
}

/* The name cut so that what follows its last dot stays, when that is short. */
static size_t
shorten(char *name, size_t size)
{
	const char *dot = memrchr(name, '.', size);
	size_t tail = dot == NULL ? 0 : size - (size_t)(dot - name), head;

	if (size <= CUT_SIZE_MAX)
		return size;
	if (tail > EXTENSION_SIZE_MAX)
		tail = 0;
	head = cut(name, size - tail, CUT_SIZE_MAX - tail);
	memmove(name + head, name + size - tail, tail);
	return head + tail;
}

const char *
safe_name(const char *name, const char *fallback, char *out)
{
	/* A mark before it, for what must not start as it does; NUL after it. */
	char clean[1 + TEXT_NAME_SIZE_MAX + 1], *start = clean + 1;
	size_t size, used, first = 0;

	for (const char *c = name; *c != '\0'; c++)
		if (*c == '/' || *c == '\\')
			name = c + 1;
	size = strlen(name);
	used = copy_clean(name, size < TEXT_NAME_SIZE_MAX ? size : TEXT_NAME_SIZE_MAX, start);
	while (first < used && (start[first] == '.' || start[first] == ' '))
		first++;
	memmove(start, start + first, used - first);
	used = shorten(start, used - first);
	while (used > 0 && (start[used - 1] == '.' || start[used - 1] == ' '))
		used--;
	start[used] = '\0';
	clean[0] = '_';
	if (used == 0)
		return strcpy(out, fallback);
	return strcpy(out, start[0] == '-' || is_device(start) ? clean : start);
}
