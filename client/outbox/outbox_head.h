/*
 * outbox/outbox_head.h: what there must be in the file, in a box of its own, so
 * that no row can be taken out, put back or renamed unseen. Written with every
 * row that comes or goes. For the room's own files only.
 */
#ifndef JX_OUTBOX_OUTBOX_HEAD_H
#define JX_OUTBOX_OUTBOX_HEAD_H

#include "outbox/outbox_db.h"

struct outbox_head {
	int64_t item_last, item_count, thing_count;
	uint8_t
	    items[OUTBOX_CRYPT_NAME_SIZE]; /* hash over all items' numbers and names, in order */
};

/* JX_E_NOT_FOUND: a file that was never unlocked. */
JX_MUST_USE enum jx_err outbox_head_read(struct outbox *outbox, struct outbox_head *head);
JX_MUST_USE enum jx_err outbox_head_write(struct outbox *outbox, const struct outbox_head *head);
/* One more item, the last. */
void outbox_head_add(
    struct outbox_head *head, int64_t number, const uint8_t name[OUTBOX_CRYPT_NAME_SIZE]);
/* Counts the items again, after some were removed. */
JX_MUST_USE enum jx_err outbox_head_recount(struct outbox *outbox, struct outbox_head *head);
/* Are the file's pages sound, and its rows those that the head names? JX_E_FILE: no. */
JX_MUST_USE enum jx_err outbox_head_check(struct outbox *outbox);

#endif
