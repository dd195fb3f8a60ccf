/*
 * deeds/deed.h: what can be done in a year (办理): one row a deed, one pure
 * function for what it does.
 *
 * A deed's function reads the book, checks the business rules that are its own
 * and puts the records that change. Everything that a table can say (roles,
 * whose, phase, state, arguments, kinds of rows) stands in its row and is
 * checked by deed_gate before it is called. Nothing is stored by it: the core
 * stores what was put, whole or not at all, then applies it to the book.
 *
 * Pure: no clock (ctx->now_us), no random, no I/O. Same inputs, same changes.
 */
#ifndef JX_DEEDS_DEED_H
#define JX_DEEDS_DEED_H

#include <jx/deed.pb-c.h>
#include <jx/result.pb-c.h>
#include <jx/run.pb-c.h>

#include "deeds/book.h"
#include "deeds/role.h"
#include "wire/fault.h"

/* Whose data the deed touches: deed.unit (or the rows' unit) against the actor. */
enum deed_scope {
	DEED_SCOPE_NONE = 0, /* refused */
	DEED_YEAR,           /* the whole year; unit optional and any */
	DEED_OWN,            /* deed.unit is the actor's own unit */
	DEED_REVIEW,         /* deed.unit's plan is under review by the actor's subject (papers: reviewers) */
	DEED_ITEM,           /* rows' or deed.object's department is the actor's subject */
	DEED_CHARGE,         /* deed.unit is in the charge of the actor's subject (supervision) */
	DEED_TEAM,           /* deed.unit is of the class of a team of which the actor is a member */
	DEED_LEADER,         /* the actor's own sheet: nothing of a unit is named */
	DEED_VISITED,        /* deed.unit is any for the office, as DEED_TEAM for evaluators */
};

/* Arguments a deed takes; the others must be absent. */
enum deed_argument {
	DEED_UNIT = 1 << 0,      /* unit is required (and must exist) */
	DEED_OBJECT = 1 << 1,    /* object is required */
	DEED_VALUE = 1 << 2,     /* value is required: one of row->values when those are given */
	DEED_REASON = 1 << 3,    /* reason is required */
	DEED_DOCUMENT = 1 << 4,  /* document is required */
	DEED_RUN = 1 << 5,       /* run is required: ctx->run and its results are there */
	DEED_DUE = 1 << 6,       /* due_us is required */
	DEED_ROWS = 1 << 7,      /* at least one row of kinds */
	DEED_DATED = 1 << 8,     /* dated is required */
	DEED_FILE = 1 << 9,      /* its one row names a file that the unit has sent: it was read, and is whole */
	DEED_CARDS = 1 << 10,    /* hashes of cards are required */
	/* The same, optional. */
	DEED_MAY_UNIT = 1 << 16,
	DEED_MAY_OBJECT = 1 << 17,
	DEED_MAY_VALUE = 1 << 18,
	DEED_MAY_REASON = 1 << 19,
	DEED_MAY_DOCUMENT = 1 << 20,
	DEED_MAY_RUN = 1 << 21,
	DEED_MAY_DUE = 1 << 22,
	DEED_MAY_ROWS = 1 << 23,
	DEED_MAY_DATED = 1 << 24,
	DEED_MAY_CARDS = 1 << 26,
};

enum { DEED_CARD_COUNT_MAX = 1000 /* of one deed: they share a frame with its rows */ };

/* What the core brings a deed beside its arguments. */
enum deed_need {
	DEED_NEEDS_SLOT = 1 << 0,  /* a free slot of the vault: ctx->slot */
	DEED_NEEDS_TALLY = 1 << 1, /* the votes of the poll named by object: ctx->tally */
};

enum { DEED_KIND_COUNT_MAX = 4, DEED_EDGE_COUNT_MAX = 160 };

struct deed_ctx;
typedef enum jx_err (*deed_fn)(struct deed_ctx *ctx);

struct deed {
	const char *name; /* "plan.submit": the command is `jixiao plan submit` */
	const char *zh, *en;
	unsigned roles;
	enum deed_scope scope;
	const char *phase; /* must be open (for the unit); NULL: any time */
	unsigned arguments;
	enum record_kind kinds[DEED_KIND_COUNT_MAX]; /* of rows; 0 ends (RECORD_UNITS is never one) */
	const char *const *values;                   /* of value: NULL-ended; NULL: free */
	const struct deed_life *life;                /* whose state it moves; NULL: none */
	bool after_end;                              /* also once the result is published */
	unsigned needs;                              /* of enum deed_need */
	deed_fn act;
	const char *requirement; /* "R05 R06" */
};

/*
 * A life (papers with a state): one array of edges: the daemon moves only along
 * them, `may`, --lives and the exhaustive test read the same array.
 * from "": the paper is not there yet.
 */
struct deed_edge {
	const char *from, *deed, *to, *text;
};
struct deed_life {
	const char *name, *zh;
	enum record_kind kind; /* its field "state" is the state */
	const struct deed_edge *edges;
	size_t edge_count;
};

/* The results of a run, as the deeds and views see them. */
struct deed_run {
	const Jx__Run *run;
	Jx__UnitResult **units;
	size_t unit_count;
	Jx__Hole **holes;
	size_t hole_count;
};

/* What was found out about the file of a DEED_FILE. */
struct deed_file {
	const char *type; /* by its first bytes; static. NULL: it was not read, as the deed must refuse it or it is kept */
};

/* A free slot of the vault; print NULL: none is free. */
struct deed_slot {
	uint32_t number;
	const char *print; /* of the key that lies in it */
};

/* The votes of a poll, counted: what the deed may know of them. */
struct deed_tally {
	uint32_t used, blank;     /* cards cast; of them without any answer */
	const uint32_t *answered; /* a unit of the form: ballots that answer anything about it */
	size_t unit_count;
};

struct deed_change {
	enum record_kind kind;
	ProtobufCMessage *record;
	bool withdrawn;
	const ProtobufCMessage *before; /* NULL: new */
};

struct deed_ctx {
	const struct book *book;
	const struct actor *actor;
	const struct deed *deed;
	const Jx__Deed *args; /* checked by the gate: texts that were left out are "", never NULL */
	uint64_t now_us;      /* when its last byte had come (G4) */
	const uint8_t *content_hash; /* 32 bytes, what its receipt names; NULL: it has no receipt to come */
	/* Set by the gate: when it counts as received (commitcode.h), for lateness and windows and nothing else. */
	uint64_t counts_us;
	const Jx__CommitCode *code; /* that decided it; NULL: counts_us is now_us */
	uint64_t seed;        /* 64 bits from op_id: for codes that must differ, not for secrets */
	enum jx_lang lang;
	struct deed_run run; /* DEED_RUN; run.run NULL: none */
	struct deed_file file; /* DEED_FILE */
	struct deed_slot slot;          /* DEED_NEEDS_SLOT */
	const struct deed_tally *tally; /* DEED_NEEDS_TALLY; NULL: the deed says whether the votes may be counted */
	bool is_late;        /* counts as received at or after the phase's due (deed->phase), for args->unit */
	struct arena *arena; /* everything made here; dies with the request */
	struct faults *faults; /* of rows: file the kind, line the row from 1, column the field from 1 */
	/* what the deed gives */
	struct deed_change *changes;
	size_t change_count, change_capacity;
	const char **why; /* rules not met */
	size_t why_count;
	const char **notes; /* for the actor, beside success */
	size_t note_count;
	bool out_of_memory;
};

struct view;

/* What one file of this room brings: table.c lists the chapters. */
struct chapter {
	const struct deed *deeds;
	size_t deed_count;
	const struct deed_life *lives;
	size_t life_count;
	const struct view *views;
	size_t view_count;
};

/* ---- The table: every deed there is, from the files of this room. */
size_t deed_count(void);
const struct deed *deed_at(size_t index);
const struct deed *deed_find(const char *name); /* NULL: none */
size_t deed_life_count(void);
const struct deed_life *deed_life_at(size_t index);
/* The life whose papers are of that kind; NULL: none. */
const struct deed_life *deed_life_of(enum record_kind kind);

/* ---- For a deed's function. */
/*
 * The record as the deed has left it so far: what was put in this deed, else
 * the book's. Keys in order, text; whole numbers as decimal text. NULL: none.
 */
#define deed_get(ctx, kind, ...) deed_get_by(ctx, kind, (const char *const[]){__VA_ARGS__, NULL})
const ProtobufCMessage *deed_get_by(struct deed_ctx *ctx, enum record_kind kind, const char *const *keys);
/*
 * A record of that kind to be written: a copy of what deed_get gives, or a new
 * one with the keys set. Text set in it must live in ctx->arena (or be static).
 * Never NULL (on memory out a dummy is given and the deed fails).
 */
#define deed_put(ctx, kind, ...) deed_put_by(ctx, kind, (const char *const[]){__VA_ARGS__, NULL})
void *deed_put_by(struct deed_ctx *ctx, enum record_kind kind, const char *const *keys);
/* The row as it came (args->rows), written as it is; the same pointer, to add to it. */
void *deed_put_row(struct deed_ctx *ctx, enum record_kind kind, const ProtobufCMessage *row);
/* Withdraws it, if it is there. */
#define deed_drop(ctx, kind, ...) deed_drop_by(ctx, kind, (const char *const[]){__VA_ARGS__, NULL})
void deed_drop_by(struct deed_ctx *ctx, enum record_kind kind, const char *const *keys);

/*
 * Iterates over a kind as the deed has left it: all whose first key is `first`
 * (NULL: all). *cursor starts at 0. NULL: no more.
 */
const ProtobufCMessage *deed_next(struct deed_ctx *ctx, enum record_kind kind, const char *first, size_t *cursor);
/* The same over the book alone, for views. */
const ProtobufCMessage *book_next(const struct book *book, enum record_kind kind, const char *first, size_t *cursor);
#define book_get(book, kind, ...) book_get_by(book, kind, (const char *const[]){__VA_ARGS__, NULL})
const ProtobufCMessage *book_get_by(const struct book *book, enum record_kind kind, const char *const *keys);

/* Adds a rule that is not met, in both languages; the deed goes on looking, then returns deed_verdict. */
__attribute__((format(printf, 2, 4))) __attribute__((format(printf, 3, 4))) void deed_why(
    struct deed_ctx *ctx, const char *zh, const char *en, ...);
__attribute__((format(printf, 2, 4))) __attribute__((format(printf, 3, 4))) void deed_note(
    struct deed_ctx *ctx, const char *zh, const char *en, ...);
/* JX_OK, JX_E_MEMORY, JX_E_FAULTS when a row has a fault, or JX_E_RULE when there is a why. */
enum jx_err deed_verdict(const struct deed_ctx *ctx);

/*
 * Moves the paper's state along its life, for this deed: the next state (text
 * of the edge), or NULL after a deed_why saying what is possible (then return
 * JX_E_LIFE). state: now, "" when the paper is not there.
 */
const char *deed_move(struct deed_ctx *ctx, const struct deed_life *life, const char *state);

/* Texts in ctx->arena. */
char *deed_text(struct deed_ctx *ctx, const char *text);
__attribute__((format(printf, 2, 3))) char *deed_printf(struct deed_ctx *ctx, const char *format, ...);
#define DEED_SET(ctx, field, value)                                                                \
	((field) = deed_text(ctx, value))
#define DEED_SET_NUMBER(record, field, number)                                                     \
	((record)->has_##field = 1, (record)->field = (number))
/* NULL as "". */
static inline const char *
deed_str(const char *text)
{
	return text == NULL ? "" : text;
}
static inline bool
deed_is(const char *text, const char *other)
{
	const char *a = deed_str(text), *b = deed_str(other);

	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

/*
 * The content of records as a short text (32 hex digits of their SHA-256): what
 * opinions, approvals and consents hang on (R05, R17, R33). Fields named in
 * `without` (NULL-ended; may be NULL) do not count.
 */
char *deed_content(struct arena *arena, enum record_kind kind, const ProtobufCMessage *record, const char *const *without);

/* ---- Who, where, when. */
/* enum kind of a unit, or -1; its class, its name ("" when unknown). */
int book_unit_kind(const struct book *book, const char *unit);
const char *book_unit_class(const struct book *book, const char *unit);
const char *book_unit_name(const struct book *book, const char *unit);
/* 24:00 Beijing time of that date, UTC microseconds; of a "YYYY-MM-DD", 0 when it is none. */
uint64_t deed_end_of_day(int year, unsigned month, unsigned day);
uint64_t deed_date_end(const char *date);
/* "2026-04-20" of a moment, Beijing time. */
char *deed_date(struct arena *arena, uint64_t us);
/* "2026-04-20 17:59:58" of a moment, Beijing time. */
char *deed_moment_text(struct arena *arena, uint64_t us);
/* Does what the deed brings come too late for that deadline? due 0: there is none. The only judge of lateness. */
bool deed_is_late(const struct deed_ctx *ctx, uint64_t due);
/*
 * For what counts by a commit code: was the phase open when it was told, and
 * closed since? Its last opening counts, half-open: from opened_us, before
 * closed_us. A row that lacks either tells nothing: no.
 */
bool deed_was_open(const struct deed_ctx *ctx, bool has_both, uint64_t opened_us, uint64_t closed_us);
/* Is the phase open? Open now, or by deed_was_open. */
bool deed_phase_open(const struct deed_ctx *ctx, const char *phase);
/* Is the phase open? When is it due for the unit (NULL: for all)? 0: no deadline. Extensions and the scheme's calendar count. */
bool book_phase_open(const struct book *book, const char *phase);
uint64_t book_phase_due(const struct book *book, const char *phase, const char *unit);
/* The result is published: nothing changes any more. */
bool book_is_published(const struct book *book);
/* Does that leader supervise the unit? Is that account a member of a team whose class is the unit's? */
bool book_supervises(const struct book *book, const char *leader, const char *unit);
bool book_in_team(const struct book *book, const char *account, const char *unit);
/* Does that account stand in for a member at this unit (R29)? */
bool book_stands_in(const struct book *book, const char *account, const char *unit);
/* A fault of a row of args->rows; field: its column's name. */
__attribute__((format(printf, 5, 7))) __attribute__((format(printf, 6, 7))) void deed_fault(struct deed_ctx *ctx,
    enum record_kind kind, size_t index, const char *field, const char *zh, const char *en, ...);
/* The account that acts for a department on that item instead of it (R20); "" when none. */
const char *book_substitute(const struct book *book, const char *unit, const char *item, const char *by);
/* Writes a notice: to every account of a unit, of a role, or to one account ("" where not meant). */
void deed_notify(struct deed_ctx *ctx, const char *unit, const char *role, const char *account, const char *text);
/* To those of a role who act in that name (a department, a leader). */
void deed_notify_subject(struct deed_ctx *ctx, const char *role, const char *subject, const char *text);

/*
 * Every gate, in order (deeds/gate.c): JX_OK, or why not (why in ctx). ctx must
 * have book, actor, deed, args, now_us, arena, lang. *field: which argument.
 */
JX_MUST_USE enum jx_err deed_gate(struct deed_ctx *ctx, const char **field);
/* Gate and act. */
JX_MUST_USE enum jx_err deed_run_it(struct deed_ctx *ctx, const char **field);

#endif
