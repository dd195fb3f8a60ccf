/*
 * cli/item.h: an item of the outbox, as people see it.
 */
#ifndef JX_CLI_ITEM_H
#define JX_CLI_ITEM_H

#include "cli/sending.h"

/* "waiting" …; its words. */
const char *item_state_code(enum outbox_state state);
const char *item_state_words(const struct cli *cli, enum outbox_state state);
/* The state of that code; 0: there is none. "all": every one. */
unsigned item_states_of(const char *code);

/* What the daemon said when it refused the item; NULL: nothing. */
const Jx__Fail *item_refusal(struct cli *cli, const struct outbox_item *item);
/* In one line: "code: the rules that are not met"; "" when there is none. */
const char *item_reason(struct cli *cli, const struct outbox_item *item);
/* The deed in words: "目标责任书报审". */
const char *item_deed_words(const struct cli *cli, const char *deed);

/* Word number `word` of the command as an item's number; told when it is none. */
int item_number(const struct cli *cli, size_t word, int64_t *number);
/* The item of that number; told when there is none. cli->store is open. */
int item_find(struct cli *cli, int64_t number, struct outbox_item *item);
/* Sent already, perhaps: a try has begun and its answer never came. */
bool item_is_in_doubt(const struct outbox_item *item);

#endif
