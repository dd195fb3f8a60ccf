/*
 * A scheme from anywhere. Beyond "no crash": it is refused exactly when there is
 * a fault; each fault stands inside the text; what is taken keeps the promises
 * of scheme/scheme.h.
 */
#include <stdlib.h>
#include <string.h>

#include "scheme/scheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise stops the fuzzer like a crash. */
static void
must(bool holds)
{
	if (!holds)
		abort();
}

static size_t
line_count(const uint8_t *data, size_t size)
{
	size_t count = 1;

	for (size_t i = 0; i < size; i++)
		count += data[i] == '\n';
	return count;
}

static void
check_faults(const struct faults *faults, size_t line_max, size_t column_max)
{
	for (size_t i = 0; i < faults_kept(faults); i++) {
		const struct fault *fault = faults_at(faults, i);

		must(fault->line >= 1 && fault->line <= line_max);
		must(fault->column >= 1 && fault->column <= column_max);
		must(*fault->expected != '\0');
	}
}

static void
check_kind(const struct scheme_kind *kind)
{
	int64_t weight = 0;

	for (int i = 0; i < COMPONENT_COUNT; i++) {
		must(kind->weights[i] >= 0);
		weight += kind->weights[i];
	}
	must(weight == 10000 && kind->key_points + kind->common_points == 10000);
	must(kind->part_count > 0 && kind->voter_count > 0 && kind->rank_count > 0);
	for (size_t i = 0; i < kind->common_count; i++) {
		must(kind->common[i].points > 0 && kind->common[i].set_by_count > 0);
		must(scheme_item_find(kind->common, kind->common_count, kind->common[i].code) ==
		     (int)i);
	}
}

static void
check_scheme(const struct scheme *scheme)
{
	must(scheme->year >= 2000 && scheme->year <= 2999 && scheme->digits <= SCHEME_DIGITS_MAX);
	must(*scheme->city != '\0' && *scheme->city_name != '\0' && scheme->title != NULL);
	must(scheme->class_count > 0 && scheme->basic_points > 0 && scheme->grade_count > 0);
	for (size_t i = 0; i < scheme->class_count; i++) {
		must(scheme->kinds[scheme->classes[i].kind].present);
		must(scheme_class_find(scheme, scheme->classes[i].code) == (int)i);
	}
	for (int i = 0; i < KIND_COUNT; i++)
		if (scheme->kinds[i].present)
			check_kind(&scheme->kinds[i]);
	for (size_t i = 1; i < scheme->grade_count; i++)
		must(scheme->grades[i].from < scheme->grades[i - 1].from);
	for (size_t i = 0; i < scheme->county_award_count; i++) {
		must(scheme->county_awards[i].rank_first >= 1);
		must(scheme->county_awards[i].rank_first <= scheme->county_awards[i].rank_last);
		must(scheme->county_awards[i].least_grade < (int)scheme->grade_count);
	}
	must(scheme_clause_line(scheme, "grades") > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct faults *faults = faults_new(JX_EN);
	struct scheme *scheme =
	    scheme_read((struct bytes){size == 0 ? NULL : data, size}, "scheme.yaml", faults);

	must((scheme == NULL) == (faults_count(faults) > 0));
	check_faults(faults, line_count(data, size) + 1, size + 2);
	if (scheme != NULL)
		check_scheme(scheme);
	scheme_free(scheme);
	faults_free(faults);
	return 0;
}
