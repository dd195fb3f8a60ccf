/* scheme/word.h: a scalar that is one of a few words, read into an enum. */
#ifndef JX_SCHEME_WORD_H
#define JX_SCHEME_WORD_H

#include <string.h>

#include "scheme/reader.h"

struct word {
	const char *text;
	int value;
};

/* The value of the node's word; false: it is none of them (a fault was added). */
bool word_read(struct reader *reader, const struct yaml_node *node, const struct word *words,
    size_t count, int *out);

/* A reader_fn NAME for a field that is an enum: those are as wide as int here. */
#define WORD_READER(name, ...)                                                                     \
	static void name(struct reader *reader, const struct reader_key *key,                      \
	    const struct yaml_node *node, void *into)                                              \
	{                                                                                          \
		static const struct word words[] = {__VA_ARGS__};                                  \
		int value;                                                                         \
		if (word_read(reader, node, words, READER_COUNT(words), &value))                   \
			memcpy((char *)into + key->offset, &value, sizeof value);                  \
	}
_Static_assert(sizeof(enum kind) == sizeof(int), "WORD_READER writes an int");

/* A reader_fn: only one way of rounding is known; the key says so to who reads the scheme. */
void word_read_half_up(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into);

#endif
