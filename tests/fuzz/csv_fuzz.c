/*
 * A bundle's CSV file from anywhere: the first byte names the kind, the rest is
 * the file. Beyond "no crash": what is taken without a fault is written and
 * read again equal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/charset.h"
#include "bundle/emit.h"
#include "bundle/table.h"

enum { ARENA_SIZE = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A reader asks a scheme for nothing but these lists. */
static struct scheme_term questions[] = {{"results", ""}, {"service", ""}};
static struct scheme_option options[] = {{"A", 10000}, {"B", 5000}};
static struct scheme_option tiers[] = {{"1", 10000}, {"2", 5000}};
static const struct scheme scheme = {
    .questions = questions,
    .question_count = 2,
    .options = options,
    .option_count = 2,
    .tiers = tiers,
    .tier_count = 2,
};

/* A broken promise stops the fuzzer like a crash. */
static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* text is changed. NULL: there were faults. */
static Jx__Records *
read_once(struct arena *arena, enum record_kind kind, char *text, size_t size)
{
	struct records_builder *builder = records_builder_new(arena);
	struct faults *faults = faults_new(JX_EN);
	struct table_reader *reader = table_reader_new(builder, &scheme, faults);
	const struct records_locator *locator;
	struct records_place place;
	Jx__Records *records;
	bool is_good;

	must(table_read(reader, kind, "fuzz.csv", text, size) == JX_OK);
	records = records_builder_get(builder);
	locator = table_locator(reader);
	for (size_t i = 0; i < records_count(records, kind); i++) {
		place = locator->locate(locator->arg, kind, i, 0, 0);
		must(place.line >= 2);
	}
	is_good = faults_count(faults) == 0;
	must(!is_good || !locator->incomplete[kind]);
	faults_free(faults);
	return is_good ? records : NULL;
}

static void
round_trip(struct arena *arena, enum record_kind kind, const Jx__Records *records)
{
	const Jx__Records *again;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	must(file != NULL);
	emit_table(file, &scheme, records, kind);
	must(!ferror(file) && fclose(file) == 0);
	again = read_once(arena, kind, text, size);
	must(again != NULL && records_count(again, kind) == records_count(records, kind));
	for (size_t i = 0; i < records_count(records, kind); i++)
		must(record_equal(records_at(records, kind, i), records_at(again, kind, i), kind));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;
	enum record_kind kind;
	Jx__Records *records;
	uint32_t line = 0;
	char *text;

	if (size == 0)
		return 0;
	kind = (enum record_kind)(data[0] % RECORD_KIND_COUNT);
	data++;
	size--;
	text = malloc(size + 1);
	arena = arena_new(ARENA_SIZE);
	must(text != NULL && arena != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	if (charset_fold(&text, &size, &line) == JX_OK) {
		records = read_once(arena, kind, text, size);
		if (records != NULL)
			round_trip(arena, kind, records);
	} else {
		must(line >= 1);
	}
	free(text);
	arena_free(arena);
	return 0;
}
