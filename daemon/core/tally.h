/*
 * core/tally.h: the votes of a poll, counted when it closes: read page by page
 * in the order of the cards' hashes, opened, and written anew as ballots and
 * opinions in an order that tells nothing (G8): a unit's ballots under labels
 * drawn for that unit alone, so that one voter's ballots about two units cannot
 * be joined; opinions under labels of their own.
 *
 * A page is one turn of the loop; so is the writing, POLL_ROW_COUNT_MAX rows at
 * most. While it is under way no card of that poll is taken.
 */
#ifndef JX_CORE_TALLY_H
#define JX_CORE_TALLY_H

#include <jx/papers.pb-c.h>

#include "core/request.h"
#include "core/seal.h"
#include "deeds/deed.h"

enum {
	TALLY_COUNT_MAX = 4,     /* polls being counted at once; further ones get E_BUSY */
	TALLY_PAGE_COUNT = 128,  /* votes a page: 400 KB, half a millisecond to open */
	TALLY_REMARK_COUNT_MAX = 20000,
};

struct tally_remark {
	uint32_t unit;
	char *text; /* malloc'ed */
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
	char **units, **options; /* codes as JSON text; malloc'ed */
	uint8_t *answers;        /* used x unit_count x question_count; malloc'ed */
	size_t capacity;         /* of ballots in answers */
	uint32_t *answered;      /* a unit */
	struct tally_remark *remarks;
	size_t remark_count, remark_capacity;
	struct deed_tally counts;
	tally_fn fn;
};

struct tally_table {
	struct tally slots[TALLY_COUNT_MAX];
};

void tally_table_clear(struct tally_table *table);
/*
 * Reads and opens the votes of that poll of the book, which must stay as it is.
 * fn is called once, from a later event: JX_OK, tally->counts and tally_write
 * are there until tally_end; another error: there is no tally. JX_E_BUSY here: it is not called.
 */
JX_MUST_USE enum jx_err tally_start(struct core *core, struct request *req, const char *city, uint32_t year,
    const struct book *book, const Jx__Poll *poll, tally_fn fn);
/* Members for the deed's body: "votes", "ballots" and "remarks", as JSON text beginning with a comma; malloc'ed. NULL: memory out. */
char *tally_write(struct core *core, const struct tally *tally);
/* Wipes and frees; NULL is fine. */
void tally_end(struct tally *tally);
bool tally_is_under_way(const struct core *core, const char *city, uint32_t year, const char *poll);

#endif
