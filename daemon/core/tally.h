/*
 * core/tally.h: the votes of a poll, counted when it closes: read page by page
 * in the order of the cards' hashes, opened, and written anew as ballots and
 * opinions in an order that tells nothing (G8): a unit's ballots under labels
 * drawn for that unit alone, so that one voter's ballots about two units cannot
 * be joined; opinions under labels of their own.
 *
 * A page is one turn of the loop, and so are some thousand rows of writing.
 * While it is under way no card of that poll is taken.
 */
#ifndef JX_CORE_TALLY_H
#define JX_CORE_TALLY_H

#include <jx/papers.pb-c.h>
#include <stdio.h>

#include "core/request.h"
#include "core/seal.h"
#include "deeds/deed.h"

enum {
	TALLY_COUNT_MAX = 4,     /* polls being counted at once; further ones get E_BUSY */
	TALLY_PAGE_COUNT = 128,  /* votes a page: 400 KB, half a millisecond to open */
	TALLY_REMARK_COUNT_MAX = 20000,
	TALLY_ROW_COUNT = 4000,  /* ballots, or opinions, written a turn: some milliseconds */
};

struct tally_remark {
	uint32_t unit;
	char *text; /* malloc'ed */
};

/* A place in the new order: a label drawn for it, and whose it is. */
struct tally_place {
	uint64_t label;
	uint32_t index;
};

struct tally;
typedef void (*tally_fn)(struct core *core, struct request *req, struct tally *tally, enum jx_err err);

struct tally {
	bool is_used;
	uint32_t generation;
	struct request_id req; /* that closes the poll */
	char city[ACTOR_CITY_SIZE], poll[80], group[80];
	uint32_t year;
	struct seal seal;
	char after[2 * CARD_HASH_SIZE + 1];
	size_t unit_count, question_count, option_count;
	char **units, **options, *group_text; /* codes as JSON text; malloc'ed */
	uint8_t *answers;        /* used x unit_count x question_count; malloc'ed */
	size_t capacity;         /* of ballots in answers */
	uint32_t *answered;      /* a unit */
	struct tally_remark *remarks;
	size_t remark_count, remark_capacity;
	struct deed_tally counts;
	/* Writing, once all is read: a memory stream, and how far it is. */
	bool is_read;
	FILE *out;
	char *text;
	size_t text_size;
	struct tally_place *places; /* room for all ballots, or all opinions */
	size_t unit, remark;        /* the next ones */
	bool is_first;
	tally_fn fn;
};

struct tally_table {
	struct tally slots[TALLY_COUNT_MAX];
};

void tally_table_clear(struct tally_table *table);
/*
 * Reads and opens the votes of that poll of the book, which must stay as it is.
 * fn is called once, from a later event: JX_OK, tally->counts and tally->text
 * are there until tally_end: members for the deed's body ("votes", "ballots",
 * "remarks") as JSON text beginning with a comma. Another error: there is no
 * tally. JX_E_BUSY here: it is not called.
 */
JX_MUST_USE enum jx_err tally_start(struct core *core, struct request *req, const char *city, uint32_t year,
    const struct book *book, const Jx__Poll *poll, tally_fn fn);
/* Wipes and frees; NULL is fine. */
void tally_end(struct tally *tally);
/* Writes on. */
void tally_tick(struct core *core);
bool tally_is_under_way(const struct core *core, const char *city, uint32_t year, const char *poll);

#endif
