/* The client's store: what it keeps, what it refuses, what it tells a thief (R14, R44; design G1,
 * G2). */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outbox_play.h"

Test(outbox, keeps_an_item_as_it_was_sealed)
{
	struct play play = play_start();
	struct outbox_item sealed = play_item(7, 100), found;
	int64_t number = 0;

	sealed.path = "/home/张三/证据.pdf";
	cr_assert_eq(outbox_seal(play.outbox, &sealed, 1000, &number), JX_OK);
	cr_assert_eq(number, 1);
	play_reopen(&play);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &found), JX_OK);
	play_expect_same(&sealed, &found);
	cr_assert_eq(found.state, OUTBOX_WAITING);
	cr_assert_eq(found.sealed_us, 1000);
	cr_assert_eq(found.changed_us, 1000);
	cr_assert_eq(found.tries, 0);
	cr_assert_eq(found.fail.size, 0);
	cr_assert_eq(found.receipt.size, 0);
	cr_assert_eq(outbox_find_op(play.outbox, play.arena, sealed.op_id, &found), JX_OK);
	cr_assert_eq(found.number, 1);
	sealed.op_id[15] ^= 1;
	cr_assert_eq(outbox_find_op(play.outbox, play.arena, sealed.op_id, &found), JX_E_NOT_FOUND);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 2, &found), JX_E_NOT_FOUND);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 0, &found), JX_E_NOT_FOUND);
	play_end(&play);
}

Test(outbox, an_op_id_is_sealed_once)
{
	struct play play = play_start();
	struct outbox_item item = play_item(7, 100);
	int64_t number = 0;

	cr_assert_eq(outbox_seal(play.outbox, &item, 1000, &number), JX_OK);
	number = 77;
	cr_assert_eq(outbox_seal(play.outbox, &item, 1000, &number), JX_E_EXISTS);
	cr_assert_eq(number, 77);
	cr_assert_eq(play_count(&play, OUTBOX_ANY), 1);
	play_end(&play);
}

Test(outbox, gives_items_by_state_in_order)
{
	struct play play = play_start();
	struct outbox_item found;

	for (int i = 1; i <= 6; i++)
		cr_assert_eq(play_seal(&play, i, 10), i);
	play_to(&play, 2, OUTBOX_SENT);
	play_to(&play, 3, OUTBOX_REFUSED);
	play_to(&play, 5, OUTBOX_DROPPED);
	cr_assert_eq(outbox_next(play.outbox, play.arena, OUTBOX_WAITING, 0, &found), JX_OK);
	cr_assert_eq(found.number, 1);
	cr_assert_eq(outbox_next(play.outbox, play.arena, OUTBOX_WAITING, 1, &found), JX_OK);
	cr_assert_eq(found.number, 4);
	cr_assert_eq(
	    outbox_next(play.outbox, play.arena, OUTBOX_WAITING | OUTBOX_REFUSED, 1, &found),
	    JX_OK);
	cr_assert_eq(found.number, 3);
	cr_assert_eq(found.fail.size, 4);
	cr_assert_eq(memcmp(found.fail.data, "fail", 4), 0);
	cr_assert_eq(outbox_next(play.outbox, play.arena, OUTBOX_ANY, 1, &found), JX_OK);
	cr_assert_eq(found.number, 2);
	cr_assert_eq(memcmp(found.receipt.data, "receipt", 7), 0);
	cr_assert_eq(
	    outbox_next(play.outbox, play.arena, OUTBOX_WAITING, 6, &found), JX_E_NOT_FOUND);
	cr_assert_eq(
	    outbox_next(play.outbox, play.arena, OUTBOX_SENDING, 0, &found), JX_E_NOT_FOUND);
	play_end(&play);
}

/* Which moves there are, written out: the table in the code is not asked. */
static const struct {
	enum outbox_state from;
	unsigned to;
} allowed[] = {
    {OUTBOX_WAITING,
	OUTBOX_SENDING | OUTBOX_SENT | OUTBOX_REFUSED | OUTBOX_REPLACED | OUTBOX_DROPPED},
    {OUTBOX_SENDING, OUTBOX_WAITING | OUTBOX_SENT | OUTBOX_REFUSED},
    {OUTBOX_SENT, 0},
    {OUTBOX_REFUSED, OUTBOX_WAITING | OUTBOX_SENT | OUTBOX_REPLACED | OUTBOX_DROPPED},
    {OUTBOX_REPLACED, OUTBOX_SENT},
    {OUTBOX_DROPPED, OUTBOX_SENT},
};

Test(outbox, moves_only_where_it_may)
{
	struct play play = play_start();
	int number = 0;

	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		for (unsigned to = OUTBOX_WAITING; to < OUTBOX_ANY; to <<= 1) {
			bool may = (allowed[i].to & to) != 0;
			struct outbox_item item;

			number++;
			cr_assert_eq(play_seal(&play, number, 10), number);
			if (allowed[i].from != OUTBOX_WAITING)
				play_to(&play, number, allowed[i].from);
			cr_assert_eq(play_move(&play, number, (enum outbox_state)to),
			    may ? JX_OK : JX_E_LIFE, "%d -> %u", (int)allowed[i].from, to);
			cr_assert_eq(outbox_find(play.outbox, play.arena, number, &item), JX_OK);
			cr_assert_eq(item.state, may ? (enum outbox_state)to : allowed[i].from);
		}
	cr_assert_eq(play_move(&play, number + 1, OUTBOX_SENDING), JX_E_NOT_FOUND);
	play_end(&play);
}

Test(outbox, counts_its_tries_and_forgets_a_reason_that_is_settled)
{
	struct play play = play_start();
	struct outbox_item item;

	play_seal(&play, 1, 10);
	play_to(&play, 1, OUTBOX_SENDING);
	play_to(&play, 1, OUTBOX_WAITING);
	play_to(&play, 1, OUTBOX_SENDING);
	play_to(&play, 1, OUTBOX_REFUSED);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_OK);
	cr_assert_eq(item.tries, 2);
	cr_assert_eq(item.fail.size, 4);
	play_to(&play, 1, OUTBOX_WAITING);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_OK);
	cr_assert_eq(item.tries, 2);
	cr_assert_eq(item.fail.size, 0);
	play_end(&play);
}

Test(outbox, an_edit_takes_the_place_of_the_former_in_one_step)
{
	struct play play = play_start();
	struct outbox_item edit = play_item(2, 20), item;
	int64_t number = 77;

	play_seal(&play, 1, 10);
	edit.replaces = 1;
	play_to(&play, 1, OUTBOX_SENDING);
	cr_assert_eq(outbox_seal(play.outbox, &edit, 5, &number), JX_E_LIFE);
	cr_assert_eq(number, 77);
	cr_assert_eq(play_count(&play, OUTBOX_ANY), 1);
	play_to(&play, 1, OUTBOX_WAITING);
	cr_assert_eq(outbox_seal(play.outbox, &edit, 5, &number), JX_OK);
	cr_assert_eq(number, 2);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 2, &item), JX_OK);
	cr_assert_eq(item.replaces, 1);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_OK);
	cr_assert_eq(item.state, OUTBOX_REPLACED);
	edit = play_item(3, 20);
	edit.replaces = 9;
	cr_assert_eq(outbox_seal(play.outbox, &edit, 5, &number), JX_E_NOT_FOUND);
	cr_assert_eq(play_count(&play, OUTBOX_ANY), 2);
	play_end(&play);
}

Test(outbox, prunes_what_is_over_and_old_and_uses_no_number_twice)
{
	struct play play = play_start();

	for (int i = 1; i <= 6; i++)
		play_seal(&play, i, 10);
	play.now_us = 100;
	play_to(&play, 1, OUTBOX_SENT);
	play_to(&play, 2, OUTBOX_DROPPED);
	play_to(&play, 3, OUTBOX_REFUSED);
	play_to(&play, 4, OUTBOX_REPLACED);
	play.now_us = 200;
	play_to(&play, 6, OUTBOX_SENT);
	cr_assert_eq(outbox_prune(play.outbox, 100), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_ANY), 6);
	cr_assert_eq(outbox_prune(play.outbox, 101), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_ANY), 3);
	play_reopen(&play); /* the head agrees */
	cr_assert_eq(outbox_prune(play.outbox, 1000), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_WAITING | OUTBOX_REFUSED), 2);
	play_reopen(&play);
	cr_assert_eq(play_seal(&play, 7, 10), 7);
	cr_assert_eq(play_seal(&play, 1, 10), 8); /* its op id is gone with it */
	play_end(&play);
}

Test(outbox, keeps_things_by_kind_and_name)
{
	struct play play = play_start();
	struct outbox_thing thing;

	cr_assert_eq(
	    outbox_get(play.outbox, play.arena, OUTBOX_DRAFT, "一月", &thing), JX_E_NOT_FOUND);
	play_put(&play, OUTBOX_DRAFT, "一月", "goal,mark");
	play_put(&play, OUTBOX_COPY, "一月", "other");
	play_put(&play, OUTBOX_DRAFT, "", "nameless");
	play_put(&play, OUTBOX_DRAFT, "empty", "");
	play.now_us = 99;
	play_put(&play, OUTBOX_DRAFT, "一月", "goal,mark,more");
	play_reopen(&play);
	play_expect_thing(&play, OUTBOX_DRAFT, "一月", "goal,mark,more");
	play_expect_thing(&play, OUTBOX_COPY, "一月", "other");
	play_expect_thing(&play, OUTBOX_DRAFT, "", "nameless");
	play_expect_thing(&play, OUTBOX_DRAFT, "empty", "");
	cr_assert_eq(outbox_get(play.outbox, play.arena, OUTBOX_DRAFT, "一月", &thing), JX_OK);
	cr_assert_eq(thing.saved_us, 99);
	cr_assert_str_eq(thing.name, "一月");
	cr_assert_eq(outbox_remove(play.outbox, OUTBOX_DRAFT, "一月"), JX_OK);
	cr_assert_eq(outbox_remove(play.outbox, OUTBOX_DRAFT, "一月"), JX_E_NOT_FOUND);
	cr_assert_eq(
	    outbox_get(play.outbox, play.arena, OUTBOX_DRAFT, "一月", &thing), JX_E_NOT_FOUND);
	play_expect_thing(&play, OUTBOX_COPY, "一月", "other");
	play_reopen(&play);
	play_end(&play);
}

struct seen {
	char names[64];
	int left;
	struct outbox *removes;
};

static bool
note(void *arg, const struct outbox_thing *thing)
{
	struct seen *seen = arg;

	strcat(strcat(seen->names, thing->name), ";");
	if (seen->removes != NULL)
		cr_assert_eq(outbox_remove(seen->removes, OUTBOX_DRAFT, thing->name), JX_OK);
	return --seen->left != 0;
}

Test(outbox, lists_things_by_name_until_told_to_stop)
{
	struct play play = play_start();
	struct seen all = {.left = 99}, two = {.left = 2}, none = {.left = 99},
		    removing = {.left = 99, .removes = play.outbox};

	play_put(&play, OUTBOX_DRAFT, "c", "3");
	play_put(&play, OUTBOX_DRAFT, "a", "1");
	play_put(&play, OUTBOX_COPY, "x", "9");
	play_put(&play, OUTBOX_DRAFT, "b", "2");
	cr_assert_eq(outbox_each(play.outbox, OUTBOX_DRAFT, note, &all), JX_OK);
	cr_assert_str_eq(all.names, "a;b;c;");
	cr_assert_eq(outbox_each(play.outbox, OUTBOX_DRAFT, note, &two), JX_OK);
	cr_assert_str_eq(two.names, "a;b;");
	cr_assert_eq(outbox_each(play.outbox, OUTBOX_SCHEME, note, &none), JX_OK);
	cr_assert_str_eq(none.names, "");
	cr_assert_eq(outbox_each(play.outbox, OUTBOX_DRAFT, note, &removing), JX_OK);
	cr_assert_str_eq(removing.names, "a;b;c;");
	cr_assert_eq(outbox_each(play.outbox, OUTBOX_DRAFT, note, &none), JX_OK);
	cr_assert_str_eq(none.names, "");
	play_end(&play);
}

Test(outbox, sizes_go_up_to_their_limits_and_no_further)
{
	struct play play = play_start();
	static char name[OUTBOX_NAME_SIZE_MAX + 2], path[OUTBOX_PATH_SIZE_MAX + 2];
	struct outbox_item item = play_item(1, OUTBOX_DEED_SIZE_MAX), found;
	uint8_t *big = calloc(1, OUTBOX_THING_SIZE_MAX + 1);
	struct outbox_thing thing;
	int64_t number;

	memset(path, 'p', OUTBOX_PATH_SIZE_MAX);
	item.path = path;
	cr_assert_eq(outbox_seal(play.outbox, &item, 1, &number), JX_OK);
	cr_assert_eq(outbox_find(play.outbox, play.arena, number, &found), JX_OK);
	play_expect_same(&item, &found);
	item = play_item(2, 10);
	path[OUTBOX_PATH_SIZE_MAX] = 'p';
	item.path = path;
	cr_assert_eq(outbox_seal(play.outbox, &item, 1, &number), JX_E_TOO_BIG);
	item = play_item(2, OUTBOX_DEED_SIZE_MAX + 1);
	cr_assert_eq(outbox_seal(play.outbox, &item, 1, &number), JX_E_TOO_BIG);
	for (size_t size = 1; size <= OUTBOX_NAME_SIZE_MAX; size++) {
		name[size - 1] = (char)('a' + size % 26);
		if (size % 37 == 0 || size >= OUTBOX_NAME_SIZE_MAX - 2)
			play_put(&play, OUTBOX_COPY, name, "copy");
	}
	play_expect_thing(&play, OUTBOX_COPY, name, "copy");
	name[OUTBOX_NAME_SIZE_MAX] = 'z';
	cr_assert_eq(
	    outbox_put(play.outbox, OUTBOX_COPY, name, (struct bytes){NULL, 0}, 1), JX_E_TOO_BIG);
	cr_assert_eq(outbox_put(play.outbox, OUTBOX_COPY, "big",
			 (struct bytes){big, OUTBOX_THING_SIZE_MAX + 1}, 1),
	    JX_E_TOO_BIG);
	cr_assert_eq(outbox_put(play.outbox, OUTBOX_COPY, "big",
			 (struct bytes){big, OUTBOX_THING_SIZE_MAX}, 1),
	    JX_OK);
	play_reopen(&play);
	cr_assert_eq(outbox_get(play.outbox, play.arena, OUTBOX_COPY, "big", &thing), JX_E_MEMORY,
	    "an arena that is too small is said to be");
	arena_free(play.arena);
	play.arena = arena_new(OUTBOX_THING_SIZE_MAX + (1 << 20));
	cr_assert_eq(outbox_get(play.outbox, play.arena, OUTBOX_COPY, "big", &thing), JX_OK);
	cr_assert_eq(thing.bytes.size, OUTBOX_THING_SIZE_MAX);
	cr_assert_eq(memcmp(thing.bytes.data, big, thing.bytes.size), 0);
	free(big);
	play_end(&play);
}

/* ---- Passwords and keys. */

Test(outbox, opens_for_its_password_and_key_alone)
{
	struct play play = play_start();
	uint8_t key[OUTBOX_KEY_SIZE], wrong[OUTBOX_KEY_SIZE] = {0};
	struct outbox_item item;

	play_seal(&play, 1, 10);
	outbox_key(play.outbox, key);
	play_close(&play);
	play_open(&play);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock(play.outbox, "wrong"), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock(play.outbox, ""), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock_key(play.outbox, wrong), JX_E_LOCKED);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock_key(play.outbox, key), JX_OK);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_OK);
	cr_assert_eq(outbox_unlock(play.outbox, "wrong"), JX_E_LOCKED);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_OK, "it stays open");
	play_reopen(&play);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &item), JX_OK);
	play_end(&play);
}

Test(outbox, nothing_is_done_while_it_is_locked)
{
	struct play play = play_start();
	struct outbox_item item = play_item(1, 10);
	struct outbox_thing thing;
	uint8_t public_key[32], secret_key[64];
	struct seen seen = {.left = 1};
	int64_t number;

	play_close(&play);
	play_open(&play);
	cr_assert_eq(outbox_seal(play.outbox, &item, 1, &number), JX_E_LOCKED);
	cr_assert_eq(outbox_next(play.outbox, play.arena, OUTBOX_ANY, 0, &item), JX_E_LOCKED);
	cr_assert_eq(outbox_find_op(play.outbox, play.arena, item.op_id, &item), JX_E_LOCKED);
	cr_assert_eq(play_move(&play, 1, OUTBOX_SENDING), JX_E_LOCKED);
	cr_assert_eq(outbox_prune(play.outbox, 1), JX_E_LOCKED);
	cr_assert_eq(outbox_lock_sending(play.outbox), JX_E_LOCKED);
	cr_assert_eq(outbox_relock(play.outbox, "new"), JX_E_LOCKED);
	cr_assert_eq(outbox_get(play.outbox, play.arena, OUTBOX_DRAFT, "a", &thing), JX_E_LOCKED);
	cr_assert_eq(
	    outbox_put(play.outbox, OUTBOX_DRAFT, "a", (struct bytes){NULL, 0}, 1), JX_E_LOCKED);
	cr_assert_eq(outbox_remove(play.outbox, OUTBOX_DRAFT, "a"), JX_E_LOCKED);
	cr_assert_eq(outbox_each(play.outbox, OUTBOX_DRAFT, note, &seen), JX_E_LOCKED);
	cr_assert_eq(outbox_device(play.outbox, public_key, secret_key), JX_E_LOCKED);
	play_end(&play);
}

Test(outbox, a_new_file_is_made_by_a_password_not_a_key)
{
	struct play play = play_start();
	uint8_t key[OUTBOX_KEY_SIZE];

	outbox_key(play.outbox, key);
	play_close(&play);
	play.account = "another";
	cr_assert_not(outbox_exists(play.folder, play.server, play.account));
	play_open(&play);
	cr_assert(outbox_exists(play.folder, play.server, play.account));
	cr_assert_eq(outbox_unlock_key(play.outbox, key), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock(play.outbox, "its own"), JX_OK);
	play_end(&play);
}

Test(outbox, the_password_changes_and_the_key_stays)
{
	struct play play = play_start();
	uint8_t key[OUTBOX_KEY_SIZE], after[OUTBOX_KEY_SIZE];

	play_seal(&play, 1, 10);
	outbox_key(play.outbox, key);
	cr_assert_eq(outbox_relock(play.outbox, "新的密码"), JX_OK);
	outbox_key(play.outbox, after);
	cr_assert_eq(memcmp(key, after, sizeof key), 0);
	play_close(&play);
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock(play.outbox, "新的密码"), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_WAITING), 1);
	play_close(&play);
	play_open(&play);
	cr_assert_eq(outbox_unlock_key(play.outbox, key), JX_OK);
	play_end(&play);
}

/* As a dead process leaves it: with a log beside it. */
static void
seal_and_die(struct play *play)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		play_open(play);
		cr_assert_eq(outbox_unlock(play->outbox, play->password), JX_OK);
		play_seal(play, 1, 10);
		raise(SIGKILL);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status));
}

Test(outbox, set_aside_waits_whole_for_its_password)
{
	struct play play = play_start();
	char path[512], aside[600];

	cr_assert_eq(
	    outbox_set_aside(play.folder, play.server, play.account, 5), JX_E_FILE, "in use");
	cr_assert_eq(errno, EBUSY);
	play_close(&play);
	cr_assert_eq(outbox_set_aside(play.folder, play.server, "nobody", 5), JX_E_NOT_FOUND);
	seal_and_die(&play);
	play_find_file(&play, ".db", path);
	cr_assert_eq(outbox_set_aside(play.folder, play.server, play.account, 5), JX_OK);
	cr_assert_not(outbox_exists(play.folder, play.server, play.account));
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, "another"), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_ANY), 0);
	play_close(&play);
	cr_assert_eq(outbox_set_aside(play.folder, play.server, play.account, 5), JX_E_FILE,
	    "the first is not overwritten");
	cr_assert_eq(errno, EEXIST);
	cr_assert_eq(outbox_set_aside(play.folder, play.server, play.account, 6), JX_OK);
	/* The password is remembered. */
	snprintf(aside, sizeof aside, "%.*s-5.db", (int)(strlen(path) - 3), path);
	cr_assert_eq(rename(aside, path), 0);
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_WAITING), 1);
	play_end(&play);
}

Test(outbox, a_device_has_one_key_for_ever)
{
	struct play play = play_start();
	uint8_t public_key[32], secret_key[64], public_again[32], secret_again[64];

	cr_assert_eq(outbox_device(play.outbox, public_key, secret_key), JX_OK);
	play_reopen(&play);
	cr_assert_eq(outbox_device(play.outbox, public_again, secret_again), JX_OK);
	cr_assert_eq(memcmp(public_key, public_again, 32), 0);
	cr_assert_eq(memcmp(secret_key, secret_again, 64), 0);
	play_end(&play);
}
