#include "wire/fault.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/text.h"

enum {
	FAULT_EXPECTED_SIZE_MAX =
	    512, /* a sentence in either language, with a list of choices in it */
	FAULT_ARENA_SIZE_MAX = 16 << 20, /* FAULT_COUNT_MAX of the longest fit twice */
	FAULT_KEPT_COUNT_FIRST = 16,
};

struct fault_row {
	struct fault fault;
	size_t number; /* order of adding: keeps the sort stable */
};

struct faults {
	enum jx_lang lang;
	struct arena *arena; /* all texts */
	struct fault_row *rows;
	size_t kept, room;
	size_t count;
};

struct faults *
faults_new(enum jx_lang lang)
{
	struct faults *faults = calloc(1, sizeof *faults);

	if (faults == NULL)
		return NULL;
	faults->lang = lang;
	faults->arena = arena_new(FAULT_ARENA_SIZE_MAX);
	if (faults->arena == NULL) {
		free(faults);
		return NULL;
	}
	return faults;
}

void
faults_free(struct faults *faults)
{
	if (faults == NULL)
		return;
	arena_free(faults->arena);
	free(faults->rows);
	free(faults);
}

enum jx_lang
faults_lang(const struct faults *faults)
{
	return faults->lang;
}

/* The list's next free row, or NULL: full, or memory is out. */
static struct fault_row *
faults_room(struct faults *faults)
{
	size_t room;
	struct fault_row *rows;

	if (faults->kept == FAULT_COUNT_MAX)
		return NULL;
	if (faults->kept < faults->room)
		return &faults->rows[faults->kept];
	room = faults->room == 0 ? FAULT_KEPT_COUNT_FIRST : faults->room * 2;
	rows = realloc(faults->rows, room * sizeof *rows);
	if (rows == NULL)
		return NULL;
	faults->rows = rows;
	faults->room = room;
	return &faults->rows[faults->kept];
}

/* Faults come file by file: most share the name with the one before. */
static const char *
faults_file(struct faults *faults, const char *file)
{
	const char *last = faults->kept > 0 ? faults->rows[faults->kept - 1].fault.file : NULL;

	return last != NULL && strcmp(last, file) == 0 ? last : arena_strdup(faults->arena, file);
}

void
faults_add(struct faults *faults, const char *file, uint32_t line, uint32_t column,
    const char *value, const char *zh, const char *en, ...)
{
	char sentence[FAULT_EXPECTED_SIZE_MAX +
		      8]; /* longer, so that a character vsnprintf tears is cut off below */
	char expected[FAULT_EXPECTED_SIZE_MAX + TEXT_CUT_SIZE];
	char shown[FAULT_VALUE_SIZE_MAX + TEXT_CUT_SIZE];
	struct fault_row *row;
	struct fault fault;
	va_list args;

	assert(file != NULL);
	faults->count++;
	row = faults_room(faults);
	if (row == NULL)
		return;
	va_start(args, en);
	if (faults->lang == JX_EN)
		vsnprintf(sentence, sizeof sentence, en, args);
	else
		vsnprintf(sentence, sizeof sentence, zh, args);
	va_end(args);
	/* A sentence may quote the file: neither may reach a terminal raw. */
	text_printable(sentence, FAULT_EXPECTED_SIZE_MAX, expected);
	text_printable(value == NULL ? "" : value, FAULT_VALUE_SIZE_MAX, shown);
	fault = (struct fault){
	    .file = faults_file(faults, file),
	    .line = line,
	    .column = column,
	    .value = arena_strdup(faults->arena, shown),
	    .expected = arena_strdup(faults->arena, expected),
	};
	if (fault.file == NULL || fault.value == NULL || fault.expected == NULL)
		return;
	*row = (struct fault_row){fault, faults->kept};
	faults->kept++;
}

size_t
faults_count(const struct faults *faults)
{
	return faults->count;
}

size_t
faults_kept(const struct faults *faults)
{
	return faults->kept;
}

const struct fault *
faults_at(const struct faults *faults, size_t index)
{
	assert(index < faults->kept);
	return &faults->rows[index].fault;
}

static int
fault_compare(const void *left, const void *right)
{
	const struct fault_row *a = left, *b = right;
	int by_file = strcmp(a->fault.file, b->fault.file);

	if (by_file != 0)
		return by_file;
	if (a->fault.line != b->fault.line)
		return a->fault.line < b->fault.line ? -1 : 1;
	if (a->fault.column != b->fault.column)
		return a->fault.column < b->fault.column ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

void
faults_sort(struct faults *faults)
{
	if (faults->kept > 1)
		qsort(faults->rows, faults->kept, sizeof *faults->rows, fault_compare);
}

char *
fault_text(struct arena *arena, const struct fault *fault)
{
	return arena_printf(arena, "%s:%u:%u: %s%s%s", fault->file,
	    fault->line == 0 ? 1 : fault->line, fault->column == 0 ? 1 : fault->column,
	    fault->value, fault->value[0] == '\0' ? "" : " · ", fault->expected);
}
