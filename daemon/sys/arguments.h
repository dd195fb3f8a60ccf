/* sys/arguments.h: the command line of jixiaod, with its help in both languages. */
#ifndef JX_SYS_ARGUMENTS_H
#define JX_SYS_ARGUMENTS_H

#include "wire/err.h"

enum arguments_action {
	ARGUMENTS_SERVE,
	ARGUMENTS_CHECK_CONFIG,
	ARGUMENTS_ROUTES,
	ARGUMENTS_LIVES,
	ARGUMENTS_ROTATE_KEY,
	ARGUMENTS_WORKER, /* what daemon/job starts; not for people */
};

enum { ARGUMENTS_EXIT_FAILURE = 1, ARGUMENTS_EXIT_USAGE = 2 };

struct arguments {
	enum arguments_action action;
	const char *data, *listen, *config; /* as given; NULL: not. data is there when serving or rotating */
	enum jx_lang lang;                  /* of the locale's variables */
};

/* Help, version and wrong usage end the program here (exit 0, 0 and 2). */
void arguments_read(int argc, char **argv, struct arguments *arguments);

#endif
