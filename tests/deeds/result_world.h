/* A year with marks, and final runs of it: for the tests of the result and its use. */
#ifndef JX_TESTS_DEEDS_RESULT_WORLD_H
#define JX_TESTS_DEEDS_RESULT_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/field.h"
#include "scoring/scoring.h"
#include "world.h"

/* Computes the book as it stands; lives as long as the test. */
static inline struct deed_run
result_run(struct world *w, uint32_t number)
{
	struct deed_run result = {0};
	Jx__Run *run = arena_alloc(w->arena, sizeof *run);
	struct score *score = NULL;

	if (score_compute(book_scheme(w->book), book_records(w->book, w->arena), NULL, NULL, &score) != JX_OK)
		abort();
	world_keep(w, score);
	jx__run__init(run);
	run->has_run = run->has_batch = 1;
	run->run = number;
	run->batch = book_batch(w->book);
	run->kind = (char *)(uintptr_t) "final";
	run->state = (char *)(uintptr_t) "done";
	result.run = run;
	result.unit_count = score_unit_count(score);
	result.units = arena_alloc(w->arena, (result.unit_count + 1) * sizeof *result.units);
	for (size_t i = 0; i < result.unit_count; i++)
		result.units[i] = (Jx__UnitResult *)(uintptr_t)score_unit(score, i);
	return result;
}

/* The explanation of a unit, given to the next views. */
static inline void
result_explain(struct world *w, const char *unit)
{
	struct score *score = NULL;

	if (score_compute(book_scheme(w->book), book_records(w->book, w->arena), NULL, NULL, &score) != JX_OK)
		abort();
	world_keep(w, score);
	for (size_t i = 0; i < score_unit_count(score); i++)
		if (strcmp(score_unit(score, i)->unit, unit) == 0) {
			Jx__Explanation *explanation = score_explain(score, i, w->arena);

			w->nodes = explanation->nodes;
			w->node_count = explanation->n_nodes;
		}
}

static inline const Jx__UnitResult *
result_unit(const struct world *w, const char *unit)
{
	for (size_t i = 0; i < w->run.unit_count; i++)
		if (strcmp(w->run.units[i]->unit, unit) == 0)
			return w->run.units[i];
	abort();
}

static inline bool
result_is_of(enum record_kind kind, const ProtobufCMessage *record, const char *unit)
{
	int field = field_find(kind, "unit");

	return field >= 0 && deed_is(field_text(record, kind, (size_t)field), unit);
}

/* to gets every mark of from, so that both tie. */
static inline void
result_twin(struct world *w, const char *from, const char *to)
{
	for (int k = RECORD_GOALS; k < RECORD_CONTRIBUTIONS; k++) {
		enum record_kind kind = (enum record_kind)k;
		size_t count = book_count(w->book, kind), made = 0;
		ProtobufCMessage **copies = arena_alloc(w->arena, (count + 1) * sizeof *copies);

		for (size_t i = count; i > 0; i--)
			if (result_is_of(kind, book_at(w->book, kind, i - 1)->record, to) &&
			    book_put(w->book, kind, book_at(w->book, kind, i - 1)->record, true, 0, w->batch) != JX_OK)
				abort();
		for (size_t i = 0; i < book_count(w->book, kind); i++) {
			const ProtobufCMessage *record = book_at(w->book, kind, i)->record;

			if (!result_is_of(kind, record, from))
				continue;
			copies[made] = arena_alloc(w->arena, record_kinds[kind].message->sizeof_message);
			memcpy(copies[made], record, record_kinds[kind].message->sizeof_message);
			field_set_text(copies[made], kind, (size_t)field_find(kind, "unit"), arena_strdup(w->arena, to));
			made++;
		}
		for (size_t i = 0; i < made; i++)
			if (book_put(w->book, kind, copies[i], false, 0, w->batch) != JX_OK)
				abort();
	}
}

/* Every unit marked alike and well: points of its goals and items times percent / 100. */
static inline void
result_level(struct world *w, const char *unit, int64_t percent)
{
	for (int k = 0; k < RECORD_KIND_COUNT; k++) {
		enum record_kind kind = (enum record_kind)k;
		static const enum record_kind marked[] = {RECORD_BASIC, RECORD_PROGRESS, RECORD_VISITS, RECORD_GROUP};
		bool is_marked = false;

		for (size_t i = 0; i < sizeof marked / sizeof *marked; i++)
			is_marked |= marked[i] == kind;
		for (size_t i = 0; is_marked && i < book_count(w->book, kind); i++) {
			const ProtobufCMessage *record = book_at(w->book, kind, i)->record;
			ProtobufCMessage *copy = arena_alloc(w->arena, record_kinds[kind].message->sizeof_message);
			int field = field_find(kind, kind == RECORD_PROGRESS || kind == RECORD_VISITS ? "mark" : "points");
			int64_t now = 0;

			if (!result_is_of(kind, record, unit))
				continue;
			memcpy(copy, record, record_kinds[kind].message->sizeof_message);
			field_number(record, kind, (size_t)field, &now);
			field_set_number(copy, kind, (size_t)field, now * percent / 100);
			if (book_put(w->book, kind, copy, false, 0, w->batch) != JX_OK)
				abort();
		}
	}
}

static inline void
result_office(struct world *w)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}
static inline void
result_committee(struct world *w)
{
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
}

/* Why the last deed was refused, for a test that fails. */
static inline void
result_why(const struct world *w)
{
	for (size_t i = 0; i < w->deed.why_count; i++)
		fprintf(stderr, "why: %s\n", w->deed.why[i]);
	for (size_t i = 0; i < faults_kept(w->deed.faults); i++)
		fprintf(stderr, "fault: %s\n", faults_at(w->deed.faults, i)->expected);
	for (size_t i = 0; i < w->deed.note_count; i++)
		fprintf(stderr, "note: %s\n", w->deed.notes[i]);
}

#endif
