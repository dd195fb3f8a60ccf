/*
 * cli/options.h: every option there is, declared once: name, argument, words.
 * A command lists the ones it takes; parsing (argp), usage and help follow.
 */
#ifndef JX_CLI_OPTIONS_H
#define JX_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/err.h"

enum option_id {
	OPTION_HELP, /* every command takes it; also ends a command's list */
	OPTION_CITY,
	OPTION_YEAR,
	OPTION_RUN,
	OPTION_JSON,
	OPTION_CSV,
	OPTION_FINAL,
	OPTION_PROVISIONAL,
	OPTION_CANCEL,
	OPTION_DRY_RUN,
	OPTION_RECEIPT,
	OPTION_KEY,
	OPTION_BUNDLE,
	OPTION_ROLE,
	OPTION_REASON,
	OPTION_PASSWORD_FILE,
	OPTION_TIMEOUT,
	OPTION_UNIT,
	OPTION_OBJECT,
	OPTION_VALUE,
	OPTION_DOCUMENT,
	OPTION_DATED,
	OPTION_DUE,
	OPTION_BASED_ON,
	OPTION_KIND,
	OPTION_OTHER,
	OPTION_WHERE,
	OPTION_LIMIT,
	OPTION_SUBJECT,
	OPTION_OUT,
	OPTION_FILE,
	OPTION_FOREVER,
	OPTION_MINE,
	OPTION_ANEW,
	OPTION_NOTE,
	OPTION_PHOTO,
	OPTION_FORCE,
	OPTION_ANSWERS,
	OPTION_STATION,
	OPTION_POLL,
	OPTION_GROUP,
	OPTION_CARDS,
	OPTION_UNITS,
	OPTION_NAME,
	OPTION_COUNT
};

struct option_row {
	const char *name;            /* without dashes */
	const char *arg_zh, *arg_en; /* NULL: none is taken */
	const char *zh, *en;
};
extern const struct option_row option_rows[OPTION_COUNT];

enum {
	OPTIONS_WORD_COUNT_MAX = 64, /* files of one command */
	OPTIONS_WHERE_COUNT_MAX = 8, /* --where, the one that may stand more than once */
};

struct options {
	const char *values[OPTION_COUNT]; /* NULL: not given; "" for one without argument */
	const char *words[OPTIONS_WORD_COUNT_MAX];
	size_t word_count;
	const char *wheres[OPTIONS_WHERE_COUNT_MAX];
	size_t where_count;
	const char *bad; /* after JX_E_USAGE: what was not understood; NULL: something is missing */
};

/*
 * argv[0] is the command's name. list: ended by OPTION_HELP. JX_E_USAGE: an
 * option that is not in the list or lacks its argument, or too many words.
 */
JX_MUST_USE enum jx_err options_parse(
    struct options *options, const enum option_id *list, size_t word_max, int argc, char **argv);
bool options_has(const struct options *options, enum option_id option);
/* A whole number > 0; 0 when the option is absent. JX_E_USAGE: it is none (options->bad). */
JX_MUST_USE enum jx_err options_number(
    struct options *options, enum option_id option, uint32_t *number);

#endif
