/*
 * deeds/duty.h: who owes what by when (应办事项): one table, one row an
 * obligation. The lists of things to do, the reminders and the office's list of
 * who has not submitted all read it, so that they can never differ.
 *
 * Pure: the book and a moment in, the open obligations out.
 *
 * Source: R10, R45; G4.
 */
#ifndef JX_DEEDS_DUTY_H
#define JX_DEEDS_DUTY_H

#include "deeds/deed.h"

/* How the accounts that owe it are found, beside their role. */
enum duty_owner {
	DUTY_OF_YEAR,    /* any account of the role */
	DUTY_OF_UNIT,    /* accounts whose own unit it is */
	DUTY_OF_SUBJECT, /* accounts that act in that name */
	DUTY_OF_ACCOUNT, /* that account alone */
};

enum duty_units { DUTY_ALL_UNITS, DUTY_COUNTIES, DUTY_DEPARTMENTS };

enum { DUTY_STATE_COUNT_MAX = 4, DUTY_SOON_DAYS = 7 };

struct duty_walk;

struct duty {
	const char *code; /* the deed that settles it */
	const char *zh, *en;
	enum role role;        /* who owes it */
	unsigned helpers;      /* roles of the same owner that have it on their list too */
	enum duty_owner owner;
	const char *phase;     /* gives when it is due; nothing is owed before it was first opened. NULL: none */
	bool after_end;        /* also owed once the result is published */
	/* Papers of this kind in one of these states owe it … */
	enum record_kind kind;
	const char *states[DUTY_STATE_COUNT_MAX];
	enum duty_units units;
	const char *object, *subject; /* the fields that name which one, and in whose name */
	/* … or, where that says too little, what this finds. */
	void (*each)(struct duty_walk *walk);
	const char *requirement;
};

/* One open obligation. Texts are "" where there is none, never NULL but for waits. */
struct duty_item {
	const struct duty *duty;
	const char *unit, *object;
	const char *subject, *account; /* of its owner */
	uint64_t due_us;               /* 0: no deadline */
	const char *waits_zh, *waits_en; /* what has to come first; NULL: it is its owner's turn */
	bool is_shut; /* what it waits for is only that the phase is opened (again) */
};

typedef void (*duty_fn)(void *arg, const struct duty_item *item);

/* Every open obligation, in the order of the table. Texts live in arena or in the book. */
void duty_each(const struct book *book, uint64_t now_us, struct arena *arena, duty_fn fn, void *arg);
/* Only what accounts of these roles may have on their list: the rest is not looked for. */
void duty_each_of(
    const struct book *book, uint64_t now_us, struct arena *arena, unsigned roles, duty_fn fn, void *arg);

size_t duty_count(void);
const struct duty *duty_at(size_t index);
const struct duty *duty_find(const char *code); /* NULL: none */

/* Does the actor have it on his list? May he settle it himself, or only prepare it? */
bool duty_is_owner(const struct duty_item *item, const struct actor *actor);
bool duty_may_settle(const struct duty_item *item, const struct actor *actor);
/* Whole days from today to the day at whose end it is due, Beijing dates; negative: so many days ago. */
int64_t duty_days_left(uint64_t due_us, uint64_t now_us);
bool duty_is_overdue(const struct duty_item *item, uint64_t now_us);
/* "overdue", "waits", "today", "soon" (within DUTY_SOON_DAYS) or "later" (no deadline too). */
const char *duty_state(const struct duty_item *item, uint64_t now_us);

/* ---- For the parts of the table (duty_goals.c, duty_year.c, duty_end.c, duty_result.c, duty_proof.c). */
struct duty_walk {
	const struct book *book;
	uint64_t now_us;
	struct arena *arena;
	const struct duty *duty; /* the row at hand */
	duty_fn fn;
	void *arg;
	const char *shut_phase; /* the row's deed needs this phase, which is not open; NULL: fine */
};

/* Owed: fills in what the row says (duty, deadline, shut phase) and hands it out. NULL texts are none. */
void duty_owe(struct duty_walk *walk, struct duty_item item);
bool duty_is_of(const struct book *book, enum duty_units units, const char *unit);

struct duty_part {
	const struct duty *rows;
	size_t count;
};
extern const struct duty_part duty_goals_part, duty_year_part, duty_end_part, duty_result_part, duty_proof_part;

#endif
