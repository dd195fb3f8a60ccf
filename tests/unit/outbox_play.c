#include "outbox_play.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena *items; /* what play_item gives out, of the test that runs */

void
play_open(struct play *play)
{
	cr_assert_eq(outbox_open(play->folder, play->server, play->account, &play->outbox), JX_OK);
	play->arena = arena_new(16 << 20);
	cr_assert_not_null(play->arena);
}

void
play_close(struct play *play)
{
	outbox_close(play->outbox);
	arena_free(play->arena);
}

void
play_reopen(struct play *play)
{
	play_close(play);
	play_open(play);
	cr_assert_eq(outbox_unlock(play->outbox, play->password), JX_OK);
}

struct play
play_start(void)
{
	struct play play = {.folder = "/tmp/outbox_test_XXXXXX",
	    .server = "jixiao.example.gov.cn:7143",
	    .account = "zhangsan",
	    .password = "长长的密码 one two",
	    .now_us = 1};

	cr_assert_not_null(mkdtemp(play.folder));
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	return play;
}

static int
remove_one(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
	(void)stat, (void)flag, (void)ftw;
	return remove(path);
}

void
play_end(struct play *play)
{
	play_close(play);
	nftw(play->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	arena_free(items);
	items = NULL;
}

struct outbox_item
play_item(int n, size_t deed_size)
{
	struct outbox_item item = {.path = ""};
	uint8_t *deed;

	if (items == NULL)
		items = arena_new(16 << 20);
	deed = arena_alloc(items, deed_size);
	cr_assert_not_null(deed);
	for (size_t i = 0; i < deed_size; i++)
		deed[i] = (uint8_t)((size_t)n * 31 + i);
	memset(item.op_id, n, sizeof item.op_id);
	memcpy(item.op_id, &n, sizeof n);
	memset(item.content_hash, n + 1, sizeof item.content_hash);
	item.deed = (struct bytes){deed, deed_size};
	return item;
}

int64_t
play_seal(struct play *play, int n, size_t deed_size)
{
	struct outbox_item item = play_item(n, deed_size);
	int64_t number = 0;

	cr_assert_eq(outbox_seal(play->outbox, &item, play->now_us, &number), JX_OK);
	return number;
}

enum jx_err
play_move(struct play *play, int64_t number, enum outbox_state to)
{
	const char *proof = to == OUTBOX_SENT ? "receipt" : to == OUTBOX_REFUSED ? "fail" : "";

	return outbox_move(play->outbox, number, to,
	    (struct bytes){(const uint8_t *)proof, strlen(proof)}, play->now_us);
}

void
play_to(struct play *play, int64_t number, enum outbox_state to)
{
	cr_assert_eq(play_move(play, number, to), JX_OK, "%d to %d", (int)number, (int)to);
}

int
play_count(struct play *play, unsigned states)
{
	struct outbox_item item = {0};
	enum jx_err err;
	int count = 0;

	while ((err = outbox_next(play->outbox, play->arena, states, item.number, &item)) == JX_OK)
		count++;
	cr_assert_eq(err, JX_E_NOT_FOUND);
	return count;
}

void
play_expect_same(const struct outbox_item *sealed, const struct outbox_item *found)
{
	cr_assert_eq(memcmp(sealed->op_id, found->op_id, sizeof sealed->op_id), 0);
	cr_assert_eq(
	    memcmp(sealed->content_hash, found->content_hash, sizeof sealed->content_hash), 0);
	cr_assert_eq(sealed->deed.size, found->deed.size);
	cr_assert_eq(memcmp(sealed->deed.data, found->deed.data, sealed->deed.size), 0);
	cr_assert_str_eq(sealed->path, found->path);
	cr_assert_eq(sealed->replaces, found->replaces);
}

void
play_put(struct play *play, enum outbox_kind kind, const char *name, const char *text)
{
	cr_assert_eq(outbox_put(play->outbox, kind, name,
			 (struct bytes){(const uint8_t *)text, strlen(text)}, play->now_us),
	    JX_OK);
}

void
play_expect_thing(struct play *play, enum outbox_kind kind, const char *name, const char *text)
{
	struct outbox_thing thing;

	cr_assert_eq(outbox_get(play->outbox, play->arena, kind, name, &thing), JX_OK);
	cr_assert_str_eq(thing.name, name);
	cr_assert_eq(thing.bytes.size, strlen(text));
	cr_assert_eq(memcmp(thing.bytes.data, text, thing.bytes.size), 0);
}

void
play_find_file(const struct play *play, const char *ending, char path[512])
{
	DIR *folder = opendir(play->folder);
	struct dirent *entry;
	int count = 0;

	cr_assert_not_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		size_t size = strlen(entry->d_name), tail = strlen(ending);

		if (size > tail && strcmp(entry->d_name + size - tail, ending) == 0) {
			snprintf(path, 512, "%s/%s", play->folder, entry->d_name);
			count++;
		}
	}
	closedir(folder);
	cr_assert_eq(count, 1, "%s", ending);
}
