/*
 * core/life.h: what has a life (session, import, run) has it written as one
 * array of edges: state, event, next state, and the reason in words. The code
 * moves only along edges (life_move asserts it), `jixiaod --lives` prints the
 * same arrays as diagrams, and the tests walk them.
 */
#ifndef JX_CORE_LIFE_H
#define JX_CORE_LIFE_H

#include <stdbool.h>
#include <stddef.h>

struct life_edge {
	const char *state, *event, *next;
	unsigned from, on, to; /* the enum values behind the words */
	const char *text;      /* why, for people */
};

struct life {
	const char *name, *zh;
	const struct life_edge *edges;
	size_t edge_count;
};

extern const struct life life_session, life_import, life_run;

enum session_event { SESSION_ON_HELLO, SESSION_ON_LOGIN, SESSION_ON_CLOSE };
enum import_event {
	IMPORT_ON_BEGIN,
	IMPORT_ON_COMMIT,
	IMPORT_ON_READ,
	IMPORT_ON_CHECKED,
	IMPORT_ON_END,
};
enum run_event {
	RUN_ON_ADDED,
	RUN_ON_TURN,
	RUN_ON_READ,
	RUN_ON_COMPUTED,
	RUN_ON_POSTPONED,
	RUN_ON_END,
};

/* The next state; there must be an edge. */
unsigned life_move(const struct life *life, unsigned state, unsigned event);
bool life_may(const struct life *life, unsigned state, unsigned event);

#endif
