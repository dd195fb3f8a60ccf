#include "deeds/edge.h"

#include <string.h>

const char *
edge_to(struct deed_ctx *ctx, const struct deed_life *life, const char *state, const char *to)
{
	if (deed_move(ctx, life, state) == NULL)
		return NULL;
	for (size_t i = 0; i < life->edge_count; i++) {
		const struct deed_edge *edge = &life->edges[i];

		if (deed_is(edge->from, state) && deed_is(edge->to, to) && strcmp(edge->deed, ctx->deed->name) == 0)
			return edge->to;
	}
	deed_why(ctx, "不能由“%s”转为“%s”", "there is no way from \"%s\" to \"%s\"", deed_str(state), to);
	return NULL;
}
