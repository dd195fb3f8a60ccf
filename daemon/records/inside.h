/*
 * records/inside.h: what the files of records_check share. Nobody else
 * includes it.
 *
 * check.c looks at each field alone and at keys, refs.c at one record against
 * the scheme and other records, sums.c at a unit's goals together, rankings.c
 * at a leader's ranks together.
 */
#ifndef JX_RECORDS_INSIDE_H
#define JX_RECORDS_INSIDE_H

#include "records/check.h"
#include "records/order.h"

struct ranking {         /* one row of leader_marks whose kind is rank */
	uint32_t leader; /* index among leaders */
	uint32_t kind;   /* enum kind of the unit ranked */
	uint32_t rank;
	uint32_t index; /* among leader_marks */
};

struct check {
	const struct scheme *scheme;
	const Jx__Records *records;
	const struct records_locator *locator;
	struct faults *faults;
	struct arena *arena;   /* for as long as the check lasts */
	struct arena *scratch; /* for one text; renewed when it has grown */
	struct order orders[RECORD_KIND_COUNT];
	int8_t *unit_kinds; /* by index among units: enum kind, or -1: its class is bad */
	uint32_t (
	    *supervised)[KIND_COUNT]; /* by index among leaders: how many units of each kind */
	struct ranking *rankings;
	size_t ranking_count;
	const char *last_unit; /* rows of one unit mostly stand together */
	uint32_t last_index;
};

struct row { /* a record under check */
	struct check *check;
	enum record_kind kind;
	size_t index;
	const ProtobufCMessage *record;
};

/* field: a column's name. */
struct records_place check_place(const struct row *row, const char *field);

#define ROW_FAULT(row, field, value, ...)                                                          \
	do {                                                                                       \
		struct records_place place_ = check_place(row, field);                             \
		faults_add((row)->check->faults, place_.file, place_.line, place_.column, value,   \
		    __VA_ARGS__);                                                                  \
	} while (0)

/* Index among units, or ORDER_NOT_FOUND. */
uint32_t check_unit_index(struct check *check, const char *unit);
/* enum kind, or -1: no such unit, or its class is not known. */
int check_unit_kind(struct check *check, const char *unit);

/* Holds one record against the scheme and the records it names. Its fields are good or absent. */
void refs_check(const struct row *row);
/* Each unit's goals sum to its parts' and its kind's points (R06). */
void sums_check(struct check *check);
/* A leader's ranks are distinct and within 1..n; after refs_check has gathered them. */
void rankings_check(struct check *check);

#endif
