/* An outbox in a folder of its own, for tests; whatever fails in here fails the test. */
#ifndef JX_TESTS_OUTBOX_PLAY_H
#define JX_TESTS_OUTBOX_PLAY_H

#include "outbox/outbox.h"

struct play {
	char folder[64];
	const char *server, *account, *password;
	struct outbox *outbox;
	struct arena *arena; /* new at every open */
	uint64_t now_us;
};

struct play play_start(void);      /* made and unlocked */
void play_open(struct play *play); /* not unlocked */
void play_close(struct play *play);
void play_reopen(struct play *play); /* and unlocked */
void play_end(struct play *play);    /* removes the folder */

/* Number n's content is always the same; lives until play_end. */
struct outbox_item play_item(int n, size_t deed_size);
int64_t play_seal(struct play *play, int n, size_t deed_size);
/* With "receipt" or "fail" where the state needs one. */
enum jx_err play_move(struct play *play, int64_t number, enum outbox_state to);
void play_to(struct play *play, int64_t number, enum outbox_state to);
int play_count(struct play *play, unsigned states);
void play_expect_same(const struct outbox_item *sealed, const struct outbox_item *found);
void play_put(struct play *play, enum outbox_kind kind, const char *name, const char *text);
void play_expect_thing(
    struct play *play, enum outbox_kind kind, const char *name, const char *text);
/* The one file of the folder with that ending. */
void play_find_file(const struct play *play, const char *ending, char path[512]);

#endif
