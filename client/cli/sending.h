/*
 * cli/sending.h: the outbox on its way: every waiting item in the order in
 * which it was sealed, the receipt on the disk before the item counts as sent.
 *
 * What the daemon refuses (a rule, a right, a closed window) becomes REFUSED,
 * alone, and the others go on; for want of a link everything stays WAITING.
 */
#ifndef JX_CLI_SENDING_H
#define JX_CLI_SENDING_H

#include "cli/local.h"

struct sending {
	/* Which: all that waits up to this number … */
	int64_t last;
	/* … or, when only_count > 0, only these. */
	const int64_t *only;
	size_t only_count;
	/* Whose end the caller tells himself; 0: none. */
	int64_t own;
	/* out */
	size_t sent, refused, waiting; /* the own one counts, too */
	int refused_status;            /* of the first that was refused */
	/* Of the own one: SENT, REFUSED, or WAITING: then stop_status says why. */
	enum outbox_state own_state;
	const Jx__DeedReply *reply; /* to the own one; NULL: another process sent it */
	const Jx__Fail *refusal;    /* of the own one */
	const char *receipt_path;   /* of its receipt; NULL: nothing was stored */
	/* Why nothing more could be sent: the status; told already, unless is_quiet. */
	int stop_status;
	bool is_quiet;
};

/*
 * CLI_EXIT_OK unless the store or the disk failed (told). Waits for another
 * process that sends for this account. cli->store is open.
 */
int sending_run(struct cli *cli, struct sending *sending);

/* Seals a deed whose city, year and unit are set: durable when it returns. */
int sending_seal(struct cli *cli, const Jx__Deed *deed, const char *path, int64_t replaces,
    struct outbox_item *item);
/* SENT (proof: the receipt, kept and checked) or REFUSED (the Fail) by a copy that left by hand. */
int sending_settle_by_hand(struct cli *cli, const struct outbox_item *item,
    const ProtobufCMessage *proof, enum outbox_state state);
/* Was it refused for good, and not only for now? Pure. */
bool sending_is_refusal(enum jx_err err, const Jx__Fail *fail);
/* An item's deed, in the arena; NULL: this version cannot read it. */
Jx__Deed *sending_deed(struct cli *cli, const struct outbox_item *item);

#endif
