/*
 * A file of a deed's rows from anywhere: the first byte names the kind, the
 * second the form, the rest is the file. Beyond "no crash": what is taken
 * without a fault is written as YAML and read again equal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/charset.h"
#include "rows/rows.h"

enum { ARENA_SIZE = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise stops the fuzzer like a crash. */
static void
expect(bool is_kept)
{
	if (!is_kept)
		abort();
}

static void
read_again(struct arena *arena, struct faults *faults, struct rows *rows, enum record_kind kind)
{
	size_t count = rows_count(rows), size = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);
	struct rows *again = rows_new(arena, &kind, 1, "again.yaml", faults);

	expect(file != NULL);
	if (again != NULL) {
		rows_write(file, rows_head(rows), rows_records(rows), &kind, 1);
		expect(fclose(file) == 0);
		if (rows_read_yaml(again, (struct bytes){(const uint8_t *)text, size}) == JX_OK) {
			expect(faults_count(faults) == 0);
			expect(rows_count(again) == count);
			for (size_t i = 0; i < count; i++)
				expect(record_equal(records_at(rows_records(rows), kind, i),
				    records_at(rows_records(again), kind, i), kind));
		}
	} else {
		fclose(file);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_SIZE);
	struct faults *faults = faults_new(JX_ZH);
	enum record_kind kind = size > 0 ? (enum record_kind)(data[0] % PAPER_END) : 0;
	bool is_csv = size > 1 && data[1] % 2 == 0;
	size_t text_size = size > 2 ? size - 2 : 0;
	char *text = malloc(text_size + 1);
	uint32_t line;
	struct rows *rows = rows_new(arena, &kind, 1, "x", faults);
	enum jx_err err = JX_E_TEXT;

	expect(text != NULL && rows != NULL);
	if (text_size > 0)
		memcpy(text, data + 2, text_size);
	if (charset_fold(&text, &text_size, &line) == JX_OK)
		err = is_csv ? rows_read_csv(rows, text, text_size)
			     : rows_read_yaml(
				   rows, (struct bytes){(const uint8_t *)text, text_size});
	/* A list of more is refused; CSV has no such bound. */
	if (err == JX_OK && faults_count(faults) == 0 && rows_count(rows) <= 1000)
		read_again(arena, faults, rows, kind);
	free(text);
	faults_free(faults);
	arena_free(arena);
	return 0;
}
