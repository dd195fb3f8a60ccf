/* The small city of the tests, cut to two units so that a seed takes milliseconds, and variants of
 * it. */
#include <stdlib.h>
#include <string.h>

#include "records/build.h"
#include "sim.h"

static const char *const kept_units[] = {"X1", "E1"};

/* The text of a record's field of that name; NULL: it has none. */
static const char *
field_text(const ProtobufCMessage *record, const char *name)
{
	const ProtobufCFieldDescriptor *field =
	    protobuf_c_message_descriptor_get_field_by_name(record->descriptor, name);
	const char *text = NULL;

	if (field != NULL)
		memcpy(&text, (const uint8_t *)record + field->offset, sizeof text);
	return text;
}

static bool
is_kept(enum record_kind kind, const ProtobufCMessage *record)
{
	const char *unit = field_text(record, "unit");

	if (kind == RECORD_BALLOTS && strcmp(((const Jx__Ballot *)record)->card, "1") != 0)
		return false;
	for (size_t i = 0; unit != NULL && i < sizeof kept_units / sizeof *kept_units; i++)
		if (strcmp(unit, kept_units[i]) == 0)
			return true;
	return unit == NULL;
}

/* Where a kind's records stand in a Jx__Records, by its descriptor. */
static size_t *
kind_count(Jx__Records *records, unsigned kind)
{
	return (size_t *)(void *)((uint8_t *)records +
				  jx__records__descriptor.fields[kind].quantifier_offset);
}

static ProtobufCMessage ***
kind_rows(Jx__Records *records, unsigned kind)
{
	return (ProtobufCMessage ***)(void *)((uint8_t *)records +
					      jx__records__descriptor.fields[kind].offset);
}

const Jx__Records *
sim_city_cut(const Jx__Records *full, struct arena *arena)
{
	Jx__Records *cut = arena_alloc(arena, sizeof *cut);

	jx__records__init(cut);
	for (unsigned kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		size_t count = records_count(full, (enum record_kind)kind), kept = 0;
		ProtobufCMessage **rows = arena_alloc(arena, (count + 1) * sizeof *rows);

		for (size_t i = 0; i < count; i++) {
			rows[kept] = records_at(full, (enum record_kind)kind, i);
			kept += is_kept((enum record_kind)kind, rows[kept]);
		}
		*kind_count(cut, kind) = kept;
		*kind_rows(cut, kind) = rows;
	}
	return cut;
}

struct sim_city
sim_city_make(const struct sim *sim, unsigned variant, struct arena *arena)
{
	struct sim_city city = {.scheme = sim->scheme_text};
	struct records_builder *builder = records_builder_new(arena);
	Jx__Visit *visit;

	if (records_builder_append(builder, sim->city) != JX_OK)
		abort();
	city.records = records_builder_get(builder);
	visit = arena_alloc(arena, sizeof *visit);
	*visit = *city.records->visits[0];
	visit->mark = 5000 + variant;
	city.records->visits[0] = visit;
	if (variant % 4 == 0)
		city.records->n_bonus = 0;
	if (variant % 5 == 0)
		city.records->n_basic--; /* a hole: a final run is refused */
	if (variant % 7 == 0) {
		char *text = arena_printf(arena, "%.*s# variant %u\n", (int)sim->scheme_text.size,
		    (const char *)sim->scheme_text.data, variant);

		city.scheme = (struct bytes){(const uint8_t *)text, strlen(text)};
	}
	records_digest(city.records, city.scheme, city.digest);
	return city;
}

Jx__Records
sim_city_kinds(const Jx__Records *records, unsigned first, unsigned last)
{
	Jx__Records some = *records;

	for (unsigned kind = 0; kind < RECORD_KIND_COUNT; kind++)
		if (kind < first || kind > last)
			*kind_count(&some, kind) = 0;
	return some;
}
