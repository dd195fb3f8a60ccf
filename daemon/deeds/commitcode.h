/*
 * deeds/commitcode.h: commit codes (承诺码): what is sealed before a deadline
 * and cannot be sent, because there is no link, is told by phone as 20
 * characters over its content hash; the office records them with the server's
 * time. The very content then counts as received at that time (G4).
 *
 * The rule. A submission with hash H for unit U, received at R, counts as
 * received at C < R when the code of H stands on record for U since C;
 * otherwise at R. U is the deed's unit, or the actor's own where the deed
 * names none. Only lateness and whether a window was open are judged by it;
 * receipt, at_us, history keep R. A window that was closed meanwhile counts as
 * open when its last opening was no later than C and its closing later
 * (book_phase_was_open): of an opening before that one the record tells
 * nothing. What the state of a paper or of the result no longer allows stays
 * refused: that is for the committee to decide.
 *
 * So the record of the code (commit_codes, or its own receipt) and the receipt
 * of the submission decide, and whoever holds both can decide again. Pure.
 */
#ifndef JX_DEEDS_COMMITCODE_H
#define JX_DEEDS_COMMITCODE_H

#include "deeds/deed.h"
#include "wire/code.h"

/* The code of a content hash as it is recorded: canonical, without hyphens. out: CODE_TEXT_SIZE bytes. */
void commitcode_of(const uint8_t content_hash[32], char *out);
/* When it counts as received. record: of that code, or any other, or NULL. */
uint64_t commitcode_moment(
    const Jx__CommitCode *record, const uint8_t content_hash[32], const char *unit, uint64_t received_us);
/* The same for a deed, from its book: sets ctx->counts_us, and ctx->code when a code decided. */
void commitcode_judge(struct deed_ctx *ctx);

#endif
