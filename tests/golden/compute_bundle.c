/*
 * Computes a bundle without client and daemon, for golden_test.py:
 *
 *	compute_bundle compute DIR --json	the result
 *	compute_bundle explain DIR --json	every unit's explanation, in order of the result
 *	compute_bundle compute DIR --shuffle	the result, of records in another order
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/bundle.h"
#include "scoring/result_json.h"
#include "scoring/scoring.h"

enum { EXPLANATION_SIZE_MAX = 256 << 20 };

static void
print_faults(const struct faults *faults)
{
	struct arena *arena = arena_new(1 << 20);

	for (size_t i = 0; i < faults_kept(faults); i++)
		fprintf(stderr, "%s\n", fault_text(arena, faults_at(faults, i)));
	arena_free(arena);
}

/* An order that no sorting would give. */
static void
shuffle(Jx__Records *records)
{
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		const ProtobufCFieldDescriptor *field = &jx__records__descriptor.fields[kind];
		size_t count = records_count(records, (enum record_kind)kind);
		void **rows;

		memcpy(&rows, (char *)records + field->offset, sizeof rows);
		for (size_t i = count, state = 1; i > 1; i--) {
			size_t other;
			void *row = rows[i - 1];

			state = state * 6364136223846793005u + 1442695040888963407u;
			other = (state >> 33) % i;
			rows[i - 1] = rows[other];
			rows[other] = row;
		}
	}
}

static json_t *
result_of(const struct score *score, const struct scheme *scheme)
{
	size_t hole_count = score_hole_count(score), unit_count = score_unit_count(score);
	Jx__Hole **holes = calloc(hole_count + 1, sizeof *holes);
	Jx__UnitResult **units = calloc(unit_count + 1, sizeof *units);
	json_t *json;

	for (size_t i = 0; i < hole_count; i++)
		holes[i] = (Jx__Hole *)score_hole(score, i);
	for (size_t i = 0; i < unit_count; i++)
		units[i] = (Jx__UnitResult *)score_unit(score, i);
	json = result_json(scheme->city, scheme->year, holes, hole_count, units, unit_count);
	free(holes);
	free(units);
	return json;
}

static json_t *
explanations_of(const struct score *score)
{
	json_t *json = json_array();

	for (size_t i = 0; i < score_unit_count(score); i++) {
		struct arena *arena = arena_new(EXPLANATION_SIZE_MAX);
		Jx__Explanation *explanation = score_explain(score, i, arena);

		if (explanation == NULL ||
		    json_array_append_new(json, explanation_json(explanation)) != 0)
			abort();
		arena_free(arena);
	}
	return json;
}

int
main(int argc, char **argv)
{
	struct faults *faults = faults_new(JX_EN);
	struct bundle bundle = {0};
	struct score *score;
	json_t *json;
	enum jx_err err;

	if (argc != 4)
		return 2;
	err = bundle_read(argv[2], faults, &bundle);
	if (err != JX_OK) {
		print_faults(faults);
		fprintf(stderr, "%s: %s\n", argv[2], err_name(err));
		faults_free(faults);
		return err_exit(err);
	}
	faults_free(faults);
	if (strcmp(argv[3], "--shuffle") == 0)
		shuffle(bundle.records);
	err = score_compute(bundle.scheme, bundle.records, NULL, NULL, &score);
	if (err != JX_OK)
		return err_exit(err);
	json = strcmp(argv[1], "explain") == 0 ? explanations_of(score)
					       : result_of(score, bundle.scheme);
	if (json == NULL || json_dumpf(json, stdout, JSON_INDENT(1)) != 0)
		return 1;
	putchar('\n');
	json_decref(json);
	score_free(score);
	bundle_clear(&bundle);
	return 0;
}
