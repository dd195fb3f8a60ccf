#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/bundle.h"
#include "records/build.h"
#include "records/field.h"
#include "wire/text.h"

enum { WORLD_SIZE_MAX = 512 << 20 };

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "world: %s\n", what);
	abort();
}

static struct world *
world_load(int kind_count)
{
	struct world *world = calloc(1, sizeof *world);
	struct faults *faults = faults_new(JX_EN);
	struct bundle bundle = {.scheme = NULL};

	must(bundle_read(JX_SOURCE_DIR "/tests/data/small", faults, &bundle) == JX_OK, "bundle");
	world->arena = arena_new(WORLD_SIZE_MAX);
	world->batch = 1;
	world->book = book_new(bundle.scheme, world->batch);
	bundle.scheme = NULL;
	for (int kind = 0; kind < kind_count; kind++)
		for (size_t i = 0; i < records_count(bundle.records, (enum record_kind)kind); i++)
			must(book_put(world->book, (enum record_kind)kind,
				 records_at(bundle.records, (enum record_kind)kind, i), false, 0, 1) == JX_OK,
			    "put");
	bundle_clear(&bundle);
	faults_free(faults);
	world_at(world, "2010-03-01", 9);
	return world;
}

struct world *
world_new(void)
{
	return world_load(RECORD_GOALS);
}

struct world *
world_new_full(void)
{
	return world_load(RECORD_KIND_COUNT);
}

void
world_keep(struct world *world, struct score *score)
{
	world->scores = realloc(world->scores, (world->score_count + 1) * sizeof *world->scores);
	must(world->scores != NULL, "memory");
	world->scores[world->score_count++] = score;
}

void
world_free(struct world *world)
{
	for (size_t i = 0; i < world->score_count; i++)
		score_free(world->scores[i]);
	free(world->scores);
	faults_free(world->deed.faults);
	book_free(world->book);
	arena_free(world->arena);
	free(world);
}

void
world_at(struct world *world, const char *date, int hour)
{
	world->now_us = deed_date_end(date) - (uint64_t)(24 - hour) * 3600 * 1000000;
}

void
world_as(struct world *world, enum role role, const char *account, const char *unit, const char *subject)
{
	world->actor = (struct actor){.role = role, .city = "*"};
	snprintf(world->actor.account, sizeof world->actor.account, "%s", account);
	snprintf(world->actor.unit, sizeof world->actor.unit, "%s", unit);
	snprintf(world->actor.subject, sizeof world->actor.subject, "%s", subject);
}

static void
set_field(struct world *world, enum record_kind kind, ProtobufCMessage *record, const char *pair)
{
	const char *equals = strchr(pair, '=');
	char name[64];
	int64_t number = 0;
	int field;

	must(equals != NULL && (size_t)(equals - pair) < sizeof name, pair);
	snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
	field = field_find(kind, name);
	must(field >= 0, pair);
	equals++;
	if (record_kinds[kind].fields[field].type == FIELD_POINTS)
		must(text_hundredths((struct bytes){(const uint8_t *)equals, strlen(equals)}, &number) == JX_OK, pair);
	else if (field_is_number(record_kinds[kind].fields[field].type))
		number = (int64_t)strtoll(equals, NULL, 10);
	if (field_is_number(record_kinds[kind].fields[field].type))
		field_set_number(record, kind, (size_t)field, number);
	else if (record_kinds[kind].fields[field].type != FIELD_ANSWERS)
		field_set_text(record, kind, (size_t)field, arena_strdup(world->arena, equals));
}

void
world_row_of(struct world *world, enum record_kind kind, const char *const *fields)
{
	ProtobufCMessage *record;

	if (world->builder == NULL)
		world->builder = records_builder_new(world->arena);
	record = records_builder_add(world->builder, kind);
	for (; *fields != NULL; fields++)
		set_field(world, kind, record, *fields);
}

void
world_put_of(struct world *world, enum record_kind kind, const char *const *fields)
{
	ProtobufCMessage *record = arena_alloc(world->arena, record_kinds[kind].message->sizeof_message);

	protobuf_c_message_init(record_kinds[kind].message, record);
	for (; *fields != NULL; fields++)
		set_field(world, kind, record, *fields);
	world->batch++;
	must(book_put(world->book, kind, record, false, 0, world->batch) == JX_OK, "put");
	book_set_batch(world->book, world->batch);
}

static bool
set_argument(struct world *world, const char *pair, const char *name, char **to)
{
	size_t size = strlen(name);

	if (strncmp(pair, name, size) != 0 || pair[size] != '=')
		return false;
	*to = arena_strdup(world->arena, pair + size + 1);
	return true;
}

/* Hashes that nobody has a card for. */
static void
set_cards(struct world *world, Jx__Deed *args, size_t size)
{
	args->has_cards = true;
	args->cards.len = size;
	args->cards.data = arena_alloc(world->arena, size + 1);
	for (size_t i = 0; i < size; i++)
		args->cards.data[i] = (uint8_t)(i / 32 + 7 * (i % 32));
}

static void
read_arguments(struct world *world, const char *const *arguments, Jx__Deed *args)
{
	char *text = NULL;

	for (; *arguments != NULL; arguments++) {
		const char *pair = *arguments;

		if (set_argument(world, pair, "unit", &args->unit) ||
		    set_argument(world, pair, "object", &args->object) ||
		    set_argument(world, pair, "value", &args->value) ||
		    set_argument(world, pair, "reason", &args->reason) ||
		    set_argument(world, pair, "document", &args->document) ||
		    set_argument(world, pair, "dated", &args->dated))
			continue;
		if (set_argument(world, pair, "run", &text))
			DEED_SET_NUMBER(args, run, (uint32_t)strtoul(text, NULL, 10));
		else if (set_argument(world, pair, "due", &text))
			DEED_SET_NUMBER(args, due_us, deed_date_end(text));
		else if (set_argument(world, pair, "based_on", &text))
			DEED_SET_NUMBER(args, based_on, strtoull(text, NULL, 10));
		else if (set_argument(world, pair, "cards", &text))
			set_cards(world, args, strtoull(text, NULL, 10) * 32);
		else if (set_argument(world, pair, "cards_size", &text))
			set_cards(world, args, strtoull(text, NULL, 10));
		else
			must(false, pair);
	}
}

static void
world_apply(struct world *world)
{
	world->batch++;
	for (size_t i = 0; i < world->deed.change_count; i++) {
		const struct deed_change *change = &world->deed.changes[i];

		must(book_put(world->book, change->kind, change->record, change->withdrawn, 0, world->batch) == JX_OK,
		    "apply");
	}
	book_set_batch(world->book, world->batch);
}

enum jx_err
world_do_with(struct world *world, const char *name, const char *const *arguments)
{
	Jx__Deed *args = arena_alloc(world->arena, sizeof *args);
	enum jx_err err;

	jx__deed__init(args);
	args->deed = arena_strdup(world->arena, name);
	args->unit = args->object = args->value = args->reason = args->document = args->dated = (char *)(uintptr_t) "";
	read_arguments(world, arguments, args);
	if (world->builder == NULL)
		world->builder = records_builder_new(world->arena);
	args->rows = records_builder_get(world->builder);
	world->builder = NULL;
	faults_free(world->deed.faults);
	world->deed = (struct deed_ctx){.book = world->book,
	    .actor = &world->actor,
	    .deed = deed_find(name),
	    .args = args,
	    .now_us = world->now_us,
	    .content_hash = world->content_hash,
	    .seed = ++world->seed,
	    .lang = JX_ZH,
	    .arena = world->arena,
	    .run = world->run,
	    .file = world->file,
	    .slot = world->slot,
	    .tally = world->tally,
	    .faults = faults_new(JX_ZH)};
	must(world->deed.deed != NULL, name);
	err = deed_run_it(&world->deed, &world->field);
	if (err == JX_OK)
		world_apply(world);
	return err;
}

enum jx_err
world_view_with(struct world *world, const char *name, const char *const *arguments)
{
	Jx__View *args = arena_alloc(world->arena, sizeof *args);
	char *text = NULL;

	jx__view__init(args);
	args->unit = args->object = args->kind = (char *)(uintptr_t) "";
	args->filters = arena_alloc(world->arena, 8 * sizeof *args->filters);
	for (; *arguments != NULL; arguments++) {
		const char *filter = strstr(*arguments, ":=");

		if (filter != NULL) {
			Jx__Filter *made = arena_alloc(world->arena, sizeof *made);

			jx__filter__init(made);
			made->field = arena_strndup(world->arena, *arguments, (size_t)(filter - *arguments));
			made->value = arena_strdup(world->arena, filter + 2);
			args->filters[args->n_filters++] = made;
		} else if (set_argument(world, *arguments, "run", &text))
			DEED_SET_NUMBER(args, run, (uint32_t)strtoul(text, NULL, 10));
		else if (set_argument(world, *arguments, "other", &text))
			DEED_SET_NUMBER(args, other, (uint32_t)strtoul(text, NULL, 10));
		else
			must(set_argument(world, *arguments, "unit", &args->unit) ||
				 set_argument(world, *arguments, "object", &args->object) ||
				 set_argument(world, *arguments, "kind", &args->kind),
			    *arguments);
	}
	world->view = (struct view_ctx){.book = world->book,
	    .actor = &world->actor,
	    .view = view_find(name),
	    .args = args,
	    .now_us = world->now_us,
	    .lang = JX_ZH,
	    .run = world->run,
	    .other = world->other,
	    .nodes = world->nodes,
	    .node_count = world->node_count,
	    .casts = world->casts,
	    .cast_count = world->cast_count,
	    .arena = world->arena};
	must(world->view.view != NULL, name);
	return view_make(&world->view, &world->field);
}

static int
column_of(const struct world *world, const char *name, size_t size)
{
	for (size_t i = 0; i < world->view.column_count; i++)
		if (strlen(world->view.columns[i].name) == size &&
		    memcmp(world->view.columns[i].name, name, size) == 0)
			return (int)i;
	must(false, name);
	return -1;
}

const char *
world_cell(const struct world *world, size_t row, const char *column)
{
	int at = column_of(world, column, strlen(column));

	if (row >= world->view.row_count || (size_t)at >= world->view.rows[row]->n_cells)
		return "";
	return world->view.rows[row]->cells[at];
}

bool
world_has_row_of(const struct world *world, const char *const *cells)
{
	for (size_t row = 0; row < world->view.row_count; row++) {
		bool fits = true;

		for (const char *const *cell = cells; *cell != NULL; cell++) {
			const char *equals = strchr(*cell, '=');
			int at = column_of(world, *cell, (size_t)(equals - *cell));

			fits = fits && strcmp(world->view.rows[row]->cells[at], equals + 1) == 0;
		}
		if (fits)
			return true;
	}
	return false;
}

const char *
world_field_of(struct world *world, enum record_kind kind, const char *field, const char *const *keys)
{
	const ProtobufCMessage *record = book_get_by(world->book, kind, keys);
	char *buffer = arena_alloc(world->arena, RECORD_TEXT_SIZE);
	int at = field_find(kind, field);

	must(at >= 0, field);
	return record == NULL ? "" : arena_strdup(world->arena, record_field_text(record, kind, (size_t)at, buffer));
}
