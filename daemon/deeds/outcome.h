/*
 * deeds/outcome.h: the result of a year (评估结果) on its way from a final run to
 * publication: draft, consulted, confirmed, public, published; returned (R32).
 */
#ifndef JX_DEEDS_OUTCOME_H
#define JX_DEEDS_OUTCOME_H

#include "deeds/prize.h"

extern const struct deed_life outcome_life;

/* The year's result; NULL: none was ever drafted. */
const Jx__Outcome *outcome_get(const struct book *book);
/* Its state; "" when there is none. */
const char *outcome_state(const struct book *book);
/*
 * May this record not change now? From the first draft on the inputs of the
 * calculation (the bundle's kinds) stand still; while the result is returned,
 * all but what the return re-opens.
 */
bool outcome_blocks(const struct book *book, enum record_kind kind, const ProtobufCMessage *record);
/* Adds a why for every reason why ctx->run is not the calculation of the present inputs. */
void outcome_check_run(struct deed_ctx *ctx);
/* Adds a why unless ctx->run is the result's own. */
void outcome_check_own_run(struct deed_ctx *ctx);
/* Is text "*" or "KIND:KEY" (KEY may be cut at a "/")? Adds a why. */
bool outcome_check_reopens(struct deed_ctx *ctx, const char *text);
/* The result goes back: from then on `reopens` may change, beside what was re-opened already. */
enum jx_err outcome_send_back(struct deed_ctx *ctx, const char *reopens, const char *reason);
/* The list's hash anew, and the state that the edge gave; at: now. */
Jx__Outcome *outcome_touch(struct deed_ctx *ctx, const char *state);
/* Has every listed name both opinions? Adds a why for each that is missing. */
void outcome_check_consents(struct deed_ctx *ctx);

#endif
