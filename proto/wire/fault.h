/*
 * wire/fault.h: what is wrong with somebody's file, every place of it.
 *
 * A loader does not stop at the first fault: it adds each here and goes on, so
 * that a clerk corrects a file once. Printed as
 *   FILE:LINE:COLUMN: VALUE · EXPECTED
 * (formats: "Bad rows"). Kept in the order of adding; faults_sort orders by
 * file, line, column. At most FAULT_COUNT_MAX are kept, the rest is counted.
 */
#ifndef JX_WIRE_FAULT_H
#define JX_WIRE_FAULT_H

#include <stdint.h>

#include "wire/bytes.h"

enum {
	FAULT_COUNT_MAX = 10000,   /* nobody reads more; bounds the memory of a hostile file */
	FAULT_VALUE_SIZE_MAX = 60, /* bytes of a bad value that are shown, cut at a character */
};

struct fault {
	const char *file; /* as the user knows it: "goals.csv", "scheme.yaml" */
	uint32_t line;    /* from 1; 0: the file as a whole */
	uint32_t column; /* CSV: the field's number, scheme: the character's; from 1; 0: the line */
	const char *value;    /* what stands there, made printable and cut; "" when nothing does */
	const char *expected; /* what was expected, one sentence, in the chosen language */
};

struct faults;

struct faults *faults_new(enum jx_lang lang);
void faults_free(struct faults *faults);
enum jx_lang faults_lang(const struct faults *faults);
/* All texts are copied; value is cut and made printable; NULL is "". zh and en are formats with the
 * same arguments: the one of the list's language is used. */
__attribute__((format(printf, 6, 8))) __attribute__((format(printf, 7, 8))) void faults_add(
    struct faults *faults, const char *file, uint32_t line, uint32_t column, const char *value,
    const char *zh, const char *en, ...);
size_t faults_count(const struct faults *faults); /* all, also those not kept */
size_t faults_kept(const struct faults *faults);
const struct fault *faults_at(const struct faults *faults, size_t index); /* index < kept */
void faults_sort(struct faults *faults);
/*
 * One line as above, without newline, allocated in arena; NULL when it is full.
 * Every line has the same form: a whole file or line (0) is shown as its start
 * (1); without a value only what was expected follows.
 */
char *fault_text(struct arena *arena, const struct fault *fault);

#endif
