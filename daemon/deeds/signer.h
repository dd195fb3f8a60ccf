/*
 * deeds/signer.h: marks countersigned on the spot by the visited unit (现场会签):
 * what wire/countersign.h makes, checked and kept beside the mark (R14, R23).
 *
 * A unit makes the key of its code known once (signer.set); the office takes it
 * back with a reason when the code is lost (signer.reset). A countersignature
 * hangs on the content of that very mark: once the mark is changed it stays on
 * record and no longer fits.
 */
#ifndef JX_DEEDS_SIGNER_H
#define JX_DEEDS_SIGNER_H

#include "deeds/view.h"

/* A mark, and what it may be countersigned as. */
struct signer_mark {
	enum record_kind kind; /* RECORD_GROUP, RECORD_VISITS */
	const ProtobufCMessage *record;
	const char *unit, *object; /* goal, or visit */
};

/*
 * The rows of countersigns that came with these marks: put where they are the
 * unit's word on the mark they stand beside, by the actor; a fault of the row
 * otherwise.
 */
void signer_put(struct deed_ctx *ctx, const struct signer_mark *marks, size_t count);

/* "agree", "object": what the unit said to the mark as it is; "changed": to an earlier one; "": nothing. */
const char *signer_state(const struct view_ctx *ctx, const struct signer_mark *mark, const Jx__Countersign *sign);
/* Two cells of a mark's row: the state, and the objection. sign NULL: none. */
void signer_add_cells(struct view_ctx *ctx, const struct signer_mark *mark, const Jx__Countersign *sign);

#define SIGNER_COLUMNS {"signed", "会签", "signed", "text"}, {"objection", "会签异议", "objection", "text"}

#endif
