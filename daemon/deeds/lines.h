/*
 * deeds/lines.h: the award list (奖励对象名单): who, which award, which grade.
 *
 * Opinions hang on a line's content, the committee's resolution on the list's
 * hash (R33): a name added later is a line without opinions.
 */
#ifndef JX_DEEDS_LINES_H
#define JX_DEEDS_LINES_H

#include "deeds/prize.h"

/* Both departments that are asked (R33), in order, NULL-ended. */
extern const char *const lines_consulted[];

bool lines_is_listed(const Jx__AwardLine *line); /* not struck */
/* Writes one line, listed, with its content. */
void lines_put(struct deed_ctx *ctx, const char *unit, const char *award, const char *grade);
/* The whole list anew: lines that are no longer there are dropped. */
void lines_write(struct deed_ctx *ctx, const struct prize *prize);
/* Only what a decision changes: what the office has added or struck stays. */
void lines_follow(struct deed_ctx *ctx, const struct prize *before, const struct prize *after);
/* Of the list as the deed has left it: 32 hex digits over the contents of the listed lines, by key. */
char *lines_hash(struct deed_ctx *ctx);
/* That department's opinion on the line as it stands; NULL: none, or on another content. */
const Jx__Consent *lines_consent(const struct book *book, const Jx__AwardLine *line, const char *by);

#endif
