/* core/act_poll.h: what deeds about polls (deeds/poll.h) bring to the store and leave in the vault. */
#ifndef JX_CORE_ACT_POLL_H
#define JX_CORE_ACT_POLL_H

#include <jansson.h>

#include "core/intake.h"
#include "deeds/deed.h"

/* The hashes of cards that come with the deed, and which poll they are of; NULL: memory out. */
json_t *act_poll_cards(const Jx__Deed *args);
/* The deed was stored, or was not: which slots of the vault hold keys now, and which must be forgotten. */
void act_poll_settle(struct core *core, const struct deed_ctx *ctx, const struct intake_outcome *outcome);

#endif
