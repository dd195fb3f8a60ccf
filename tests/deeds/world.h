/*
 * deeds/world.h: a made-up year in memory, for tests of deeds and views: no
 * daemon, no database, a clock that stands where it is put.
 */
#ifndef JX_TESTS_DEEDS_WORLD_H
#define JX_TESTS_DEEDS_WORLD_H

#include "deeds/view.h"
#include "scoring/scoring.h"

struct world {
	struct book *book;
	struct actor actor;
	uint64_t now_us, seed;
	uint64_t batch;
	struct arena *arena; /* of the test */
	Jx__Records *rows;   /* of the next deed */
	void *builder;
	struct deed_ctx deed; /* the last one: why, notes, changes */
	struct view_ctx view; /* the last one: rows */
	const char *field;    /* refused for that argument */
	const uint8_t *content_hash; /* of the next deeds: 32 bytes; NULL: none */
	struct deed_file file;      /* given to deeds that keep one */
	struct deed_run run, other; /* given to deeds and views that take a run */
	Jx__Node **nodes;           /* given to views that take an explanation */
	size_t node_count;
	struct deed_slot slot;           /* offered to deeds that need one */
	const struct deed_tally *tally;  /* given to deeds that count votes */
	const struct view_cast *casts;   /* given to views of polls */
	size_t cast_count;
	struct score **scores; /* whose memory run and nodes point into: world_keep */
	size_t score_count;
};

/* tests/data/small: its scheme, units, leaders, supervision; nothing else. Aborts when it cannot. */
struct world *world_new(void);
void world_free(struct world *world);
/* The world frees it. */
void world_keep(struct world *world, struct score *score);
/* Also every record of the small bundle (goals, marks …). */
struct world *world_new_full(void);

void world_at(struct world *world, const char *date, int hour); /* "2010-04-20", Beijing time */
void world_as(struct world *world, enum role role, const char *account, const char *unit, const char *subject);
/* A row for the next deed: "field=value", …; points as decimals. */
#define world_row(world, kind, ...) world_row_of(world, kind, (const char *const[]){__VA_ARGS__, NULL})
void world_row_of(struct world *world, enum record_kind kind, const char *const *fields);
/* Does a deed: "unit=X01", "object=…", "value=…", "reason=…", "document=…", "dated=…", "run=3",
 * "due=YYYY-MM-DD" (24:00 of that day), "based_on=2", "cards=3" (so many hashes), "cards_size=33" (bytes). JX_OK: the book has the changes. */
#define world_do(world, name, ...) world_do_with(world, name, (const char *const[]){__VA_ARGS__, NULL})
enum jx_err world_do_with(struct world *world, const char *name, const char *const *arguments);
/* Makes a view: "unit=", "object=", "kind=", "run=", "other=", "FIELD:=VALUE" for a filter. */
#define world_view(world, name, ...) world_view_with(world, name, (const char *const[]){__VA_ARGS__, NULL})
enum jx_err world_view_with(struct world *world, const char *name, const char *const *arguments);
/* A cell of the last view; "" beyond it. */
const char *world_cell(const struct world *world, size_t row, const char *column);
/* Is there a row whose cells have these values: "column=value", …? */
#define world_has_row(world, ...) world_has_row_of(world, (const char *const[]){__VA_ARGS__, NULL})
bool world_has_row_of(const struct world *world, const char *const *cells);
/* A field of a stored record as text: world_field(w, PAPER_PLANS, "state", "X01"). "" when there is no such record. */
#define world_field(world, kind, field, ...) world_field_of(world, kind, field, (const char *const[]){__VA_ARGS__, NULL})
const char *world_field_of(struct world *world, enum record_kind kind, const char *field, const char *const *keys);
/* Puts a record straight into the book, past every gate. */
#define world_put(world, kind, ...) world_put_of(world, kind, (const char *const[]){__VA_ARGS__, NULL})
void world_put_of(struct world *world, enum record_kind kind, const char *const *fields);

#endif
