/*
 * deeds/prize.h: who wins what once the committee has decided what only it can
 * (R36, R37, R46): grades and awards of a run, and the questions it raises.
 *
 * The awards of a run are counted once more from its figures, so that an answer
 * has all its consequences: whoever loses a tie stands for the next prize.
 * Without decisions it gives exactly what the run gave; outcome.draft holds the
 * two against each other.
 *
 * An answer is one of the book's decisions whose content still is the
 * question's (the figures it stands on): with other figures it lapses.
 */
#ifndef JX_DEEDS_PRIZE_H
#define JX_DEEDS_PRIZE_H

#include "deeds/deed.h"

enum prize_kind {
	PRIZE_TIE,          /* more holders than places */
	PRIZE_ROUNDING,     /* the grade hangs on rounding alone */
	PRIZE_VACANT,       /* the first is not of the grade that the first prize asks */
	PRIZE_FEW,          /* fewer eligible than places */
	PRIZE_UNVISITED,    /* never visited */
	PRIZE_UNSUPERVISED, /* no leader of a rank supervises it */
};

struct prize_unit {
	const Jx__UnitResult *unit;
	enum kind kind;
	size_t class_index;
	size_t grade;   /* index among the scheme's grades */
	uint32_t place; /* rank in its kind, ties decided */
	const char **awards; /* sorted by code */
	size_t award_count;
};

struct prize_option {
	const char *code, *words;
	const char *gains, *loses; /* against the scheme's own rule */
};

struct prize_request {
	enum prize_kind kind;
	const char *code;     /* "tie:first" */
	const char *question;
	const char *content;
	const char *usual;    /* what the scheme's rule does */
	struct prize_unit **who;
	size_t who_count;
	size_t places;        /* PRIZE_TIE: of who, how many may stay */
	const char *rank;     /* PRIZE_UNSUPERVISED: the rank */
	struct prize_option *options; /* set by prize_ask */
	size_t option_count;
	const Jx__Decision *decision; /* the book's, lapsed or not; NULL: none */
	const char *choice;           /* the answer that holds; NULL: open */
	bool is_outside; /* another answer than the usual asks for other inputs and another run */
};

struct prize_input {
	struct arena *arena;
	const struct book *book;
	const struct deed_run *run;
	enum jx_lang lang;
	const char *code, *choice; /* as if this were decided; NULL: no such */
	bool plain;                /* without any decision */
};

struct prize {
	struct prize_input input;
	struct prize_unit *units; /* as the run's */
	size_t unit_count;
	struct prize_request *requests;
	size_t request_count;
	bool failed; /* memory out on the way */
};

#define PRIZE_COMPOSITE "composite"

/* NULL: memory out. Requests have no options yet, and some may not matter. The arena must outlive it. */
struct prize *prize_count(const struct prize_input *input);
/* The same with options, who gains and who loses; only questions whose options differ. NULL: memory out. */
struct prize *prize_ask(const struct prize_input *input);
/* The answer as it is stored (units in the question's order); NULL: not a lawful one. */
const char *prize_answer(struct arena *arena, const struct prize_request *request, const char *choice);
struct prize_request *prize_find(const struct prize *prize, const char *code);
/* The award's official name, its code when the scheme has none. */
const char *prize_award_name(const struct scheme *scheme, const char *award);
bool prize_holds(const struct prize_unit *unit, const char *award);

#endif
