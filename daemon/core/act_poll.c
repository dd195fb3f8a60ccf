#include "core/act_poll.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"

json_t *
act_poll_cards(const Jx__Deed *args)
{
	const ProtobufCBinaryData *cards = &args->cards;
	const char *poll = *args->object != '\0' ? args->object : args->rows->polls[0]->poll;
	char *hex = malloc(2 * cards->len + 1);
	json_t *object = NULL;

	if (hex != NULL)
		object = json_pack("{s:s, s:s}", "poll", poll, "hashes",
		    sodium_bin2hex(hex, 2 * cards->len + 1, cards->data, cards->len));
	free(hex);
	return object;
}

void
act_poll_settle(struct core *core, const struct deed_ctx *ctx, const struct intake_outcome *outcome)
{
	if (ctx->deed->needs == 0)
		return;
	if (outcome->err != JX_OK || outcome->replayed) {
		slots_doubt(core); /* perhaps somebody else's slot, or stored by a commit of which nobody heard */
		return;
	}
	for (size_t i = 0; i < ctx->change_count; i++) {
		const Jx__Poll *poll = (const Jx__Poll *)ctx->changes[i].record;

		if (ctx->changes[i].kind != PAPER_POLLS)
			continue;
		if (strcmp(poll->state, "open") == 0)
			slots_on_opened(core, poll->slot);
		else
			slots_on_ended(core, poll->slot, poll->print);
	}
}
