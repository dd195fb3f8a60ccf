/*
 * core/ballot.h: a card's holder asks for the form and casts (R21, R22): before
 * login, by the card's token alone.
 *
 * Nothing of it is logged, at any level; what is stored is the card's hash and
 * sealed bytes of one length; the receipt names no time but the poll's opening.
 */
#ifndef JX_CORE_BALLOT_H
#define JX_CORE_BALLOT_H

#include "core/request.h"

/* Who casts, in receipts and ops: no account can have this name. */
#define BALLOT_ACTOR "*card"

enum {
	/* Packed answer to a cast that counts, whatever is in it. */
	BALLOT_REPLY_SIZE = 768,
};

void ballot_handle_open(struct core *core, struct request *req);
void ballot_handle_cast(struct core *core, struct request *req);

#endif
