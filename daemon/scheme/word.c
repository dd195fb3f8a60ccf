#include "scheme/word.h"

bool
word_read(struct reader *reader, const struct yaml_node *node, const struct word *words,
    size_t count, int *out)
{
	const char *text = reader_text(reader, node);
	const char *names = "";

	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].text, text) == 0) {
			*out = words[i].value;
			return true;
		}
	for (size_t i = 0; i < count && names != NULL; i++)
		names =
		    arena_printf(reader->arena, "%s%s%s", names, i == 0 ? "" : ", ", words[i].text);
	READER_FAULT(
	    reader, node, "应为以下之一：%s", "expected one of: %s", names == NULL ? "" : names);
	return false;
}

void
word_read_half_up(
    struct reader *reader, const struct reader_key *key, const struct yaml_node *node, void *into)
{
	static const struct word words[] = {{"half_up", 0}};
	int value;

	(void)key;
	(void)into;
	(void)word_read(reader, node, words, READER_COUNT(words), &value);
}
