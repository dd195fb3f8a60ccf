/* The client's store in the hands of others: thieves, neighbours, failing disks, other processes
 * (R14, R44). */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "outbox/outbox_crypt.h"
#include "outbox_play.h"

/* A file of the folder by its ending, whole; malloc'ed. */
static uint8_t *
read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	struct stat stat;

	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(fstat(fileno(file), &stat), 0);
	*size = (size_t)stat.st_size;
	bytes = malloc(*size + 1);
	cr_assert_eq(fread(bytes, 1, *size, file), *size);
	fclose(file);
	return bytes;
}

static void
write_file(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes, 1, size, file), size);
	cr_assert_eq(fclose(file), 0);
}

/* ---- What a thief reads. */

static bool
opens(const uint8_t *key, enum outbox_box box, const char *row, struct bytes bytes)
{
	uint8_t plain[64];
	struct outbox_place place = {box, {(const uint8_t *)row, strlen(row)}};

	return outbox_crypt_open(key, place, bytes, plain);
}

Test(outbox_thief, a_box_opens_with_its_key_in_its_place_alone)
{
	static const uint8_t key[OUTBOX_CRYPT_KEY_SIZE] = {1}, other[OUTBOX_CRYPT_KEY_SIZE] = {2};
	uint8_t box[10 + OUTBOX_CRYPT_BOX_EXTRA], again[sizeof box];
	struct outbox_place place = {OUTBOX_BOX_SEALED, {(const uint8_t *)"row 1", 5}};
	struct bytes plain = {(const uint8_t *)"0123456789", 10}, bytes = {box, sizeof box};

	outbox_crypt_shut(key, place, plain, box);
	outbox_crypt_shut(key, place, plain, again);
	cr_assert_neq(memcmp(box, again, sizeof box), 0, "never twice the same");
	cr_assert(opens(key, OUTBOX_BOX_SEALED, "row 1", bytes));
	cr_assert_not(opens(other, OUTBOX_BOX_SEALED, "row 1", bytes));
	cr_assert_not(opens(key, OUTBOX_BOX_STATE, "row 1", bytes));
	cr_assert_not(opens(key, OUTBOX_BOX_SEALED, "row 2", bytes));
	for (size_t size = 0; size < sizeof box; size++)
		cr_assert_not(opens(key, OUTBOX_BOX_SEALED, "row 1", (struct bytes){box, size}));
	for (size_t i = 0; i < sizeof box; i++) {
		box[i] ^= 1;
		cr_assert_not(opens(key, OUTBOX_BOX_SEALED, "row 1", bytes));
		box[i] ^= 1;
	}
}

static const char *const secrets[] = {"永安区财政局扣分", "draft-of-february", "二月草稿",
    "jixiao.example", "zhangsan", "correct horse", "/home/zhang/evidence", "because-of-late",
    "receipt-bytes", "用户目录", "whole-scheme-text"};

static void
expect_no_secret(const char *path)
{
	size_t size;
	uint8_t *bytes = read_file(path, &size);

	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		cr_assert_null(memmem(bytes, size, secrets[i], strlen(secrets[i])), "%s in %s",
		    secrets[i], path);
		cr_assert_null(strstr(path, secrets[i]), "%s", path);
	}
	free(bytes);
}

static int
expect_no_secret_in_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[1024];
	int count = 0;

	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		expect_no_secret(name);
		count++;
	}
	closedir(folder);
	return count;
}

static struct bytes
text(const char *is)
{
	return (struct bytes){(const uint8_t *)is, strlen(is)};
}

static void
fill_with_secrets(struct play *play)
{
	struct outbox_item item = play_item(5, 10);
	int64_t number;

	item.deed = text(secrets[0]);
	item.path = secrets[6];
	cr_assert_eq(outbox_seal(play->outbox, &item, 1, &number), JX_OK);
	cr_assert_eq(outbox_move(play->outbox, number, OUTBOX_REFUSED, text(secrets[7]), 1), JX_OK);
	cr_assert_eq(outbox_move(play->outbox, number, OUTBOX_SENT, text(secrets[8]), 1), JX_OK);
	play_put(play, OUTBOX_DRAFT, secrets[2], secrets[1]);
	play_put(play, OUTBOX_PROFILE, secrets[9], secrets[10]);
	play_put(play, OUTBOX_SCHEME, "scheme", secrets[10]);
	cr_assert_eq(outbox_lock_sending(play->outbox), JX_OK);
}

Test(outbox_thief, finds_no_word_in_any_file)
{
	struct play play = play_start();

	play_close(&play);
	play.server = "jixiao.example.gov.cn:7143";
	play.account = "zhangsan";
	play.password = "correct horse";
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_E_LOCKED);
	play_close(&play);
	play.account = "zhangsan2";
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	fill_with_secrets(&play);
	/* While it is open: .db, -wal, -shm and .lock of one, .db of the other. */
	cr_assert_geq(expect_no_secret_in_folder(play.folder), 5);
	cr_assert_eq(outbox_remove(play.outbox, OUTBOX_DRAFT, secrets[2]), JX_OK);
	cr_assert_eq(outbox_prune(play.outbox, 100), JX_OK);
	play_reopen(&play);
	cr_assert_geq(expect_no_secret_in_folder(play.folder), 2);
	play_end(&play);
}

Test(outbox_thief, finds_two_equal_things_different)
{
	struct play play = play_start();
	char path[512];
	size_t size;
	uint8_t *bytes, *first = NULL;
	static char same[4096];

	/* Long runs of equal text: neither a repeated block nor the text's own pattern shows. */
	memset(same, 'x', sizeof same - 1);
	play_put(&play, OUTBOX_COPY, "a", same);
	play_put(&play, OUTBOX_COPY, "b", same);
	play_close(&play);
	play_open(&play);
	play_find_file(&play, ".db", path);
	bytes = read_file(path, &size);
	cr_assert_null(memmem(bytes, size, "xxxxxxxx", 8));
	for (size_t i = 0; first == NULL && i + 4096 < size; i += 4096)
		for (size_t k = i + 4096; k + 4096 <= size; k += 4096)
			cr_assert_neq(memcmp(bytes + i + 1000, bytes + k + 1000, 64) == 0 &&
					  bytes[i + 1000] != 0,
			    true, "pages %zu and %zu", i / 4096, k / 4096);
	free(bytes);
	play_end(&play);
}

Test(outbox_thief, removed_things_are_overwritten)
{
	struct play play = play_start();
	char path[512];
	size_t size, zeros = 0;
	uint8_t *bytes;
	static char large[40000];

	memset(large, 'x', sizeof large - 1);
	play_put(&play, OUTBOX_COPY, "a", large);
	cr_assert_eq(outbox_remove(play.outbox, OUTBOX_COPY, "a"), JX_OK);
	play_close(&play);
	play_find_file(&play, ".db", path);
	bytes = read_file(path, &size);
	for (size_t i = 0; i < size; i++)
		zeros += bytes[i] == 0;
	cr_assert_geq(zeros, 39000, "what was removed is zeros, not noise: %zu", zeros);
	free(bytes);
	play_open(&play);
	play_end(&play);
}

/* ---- Neighbours. */

Test(outbox_thief, two_accounts_on_one_machine_cannot_read_each_other)
{
	struct play zhang = play_start(), li = zhang;
	struct outbox_thing thing;
	uint8_t key[OUTBOX_KEY_SIZE], *bytes;
	char zhangs[512], lis[512];
	size_t size;

	play_put(&zhang, OUTBOX_DRAFT, "mine", "zhang's");
	outbox_key(zhang.outbox, key);
	play_close(&zhang);
	play_find_file(&zhang, ".db", zhangs);
	li.account = "lisi";
	li.password = "li's own";
	play_open(&li);
	cr_assert_eq(outbox_unlock(li.outbox, li.password), JX_OK);
	cr_assert_eq(outbox_get(li.outbox, li.arena, OUTBOX_DRAFT, "mine", &thing), JX_E_NOT_FOUND);
	play_put(&li, OUTBOX_DRAFT, "mine", "li's");
	play_close(&li);
	play_open(&zhang);
	cr_assert_eq(outbox_unlock(zhang.outbox, li.password), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock(zhang.outbox, zhang.password), JX_OK);
	play_expect_thing(&zhang, OUTBOX_DRAFT, "mine", "zhang's");
	play_close(&zhang);

	/* Li lays Zhang's file in the place of his own: neither password opens it there. */
	play_open(&li);
	cr_assert_eq(outbox_unlock_key(li.outbox, key), JX_E_LOCKED);
	play_close(&li);
	unlink(zhangs);
	play_find_file(&li, ".db", lis);
	play_open(&zhang);
	play_close(&zhang);
	bytes = read_file(lis, &size);
	write_file(zhangs, bytes, size);
	free(bytes);
	play_open(&zhang);
	cr_assert_eq(outbox_unlock(zhang.outbox, li.password), JX_E_LOCKED);
	cr_assert_eq(outbox_unlock(zhang.outbox, zhang.password), JX_E_LOCKED);
	play_end(&zhang);
}

Test(outbox_thief, one_account_on_two_servers_is_two)
{
	struct play play = play_start();

	play_seal(&play, 1, 10);
	play_close(&play);
	play.server = "other.example.gov.cn:7143";
	cr_assert_not(outbox_exists(play.folder, play.server, play.account));
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, "another"), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_ANY), 0);
	play_end(&play);
}

Test(outbox_thief, folder_and_files_are_the_owners_alone)
{
	struct play play = play_start();
	static const char *const endings[] = {".db", ".db-wal", ".db-shm", ".lock"};
	char path[512], deep[512];
	struct stat stat_of;
	struct outbox *outbox;

	cr_assert_eq(outbox_lock_sending(play.outbox), JX_OK);
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		play_find_file(&play, endings[i], path);
		cr_assert_eq(stat(path, &stat_of), 0);
		cr_assert_eq(stat_of.st_mode & 07777, 0600, "%s", endings[i]);
	}
	snprintf(deep, sizeof deep, "%s/state/jixiao/outbox", play.folder);
	umask(0);
	cr_assert_eq(outbox_open(deep, "s", "a", &outbox), JX_OK);
	outbox_close(outbox);
	cr_assert_eq(stat(deep, &stat_of), 0);
	cr_assert_eq(stat_of.st_mode & 07777, 0700);

	/* Left open by somebody's careless copy: closed again. */
	play_close(&play);
	play_find_file(&play, ".db", path);
	cr_assert_eq(chmod(path, 0666), 0);
	cr_assert_eq(chmod(play.folder, 0777), 0);
	play_open(&play);
	cr_assert_eq(stat(path, &stat_of), 0);
	cr_assert_eq(stat_of.st_mode & 07777, 0600);
	cr_assert_eq(stat(play.folder, &stat_of), 0);
	cr_assert_eq(stat_of.st_mode & 07777, 0700);
	play_end(&play);
}

/* Any of the files as something else than a plain file of ours. */
static void
expect_refused(const struct play *play, int cause, const char *what)
{
	struct outbox *outbox = NULL;

	errno = 0;
	cr_assert_eq(
	    outbox_open(play->folder, play->server, play->account, &outbox), JX_E_FILE, "%s", what);
	cr_assert_eq(errno, cause, "%s: %s", what, strerror(errno));
	cr_assert_null(outbox);
}

Test(outbox_thief, links_and_strange_files_are_refused)
{
	struct play play = play_start();
	char path[512], side[520], aside[600], folder[64];
	struct outbox *outbox;

	play_close(&play);
	play_find_file(&play, ".db", path);
	snprintf(aside, sizeof aside, "%s/aside", play.folder);
	cr_assert_eq(rename(path, aside), 0);
	cr_assert_eq(symlink(aside, path), 0);
	expect_refused(&play, ELOOP, "a link");
	unlink(path);
	cr_assert_eq(link(aside, path), 0);
	expect_refused(&play, EPERM, "a file with two names");
	unlink(path);
	cr_assert_eq(mkfifo(path, 0600), 0);
	expect_refused(&play, EPERM, "a pipe");
	unlink(path);
	cr_assert_eq(mkdir(path, 0700), 0);
	expect_refused(&play, EPERM, "a folder");
	rmdir(path);
	if (geteuid() == 0) {
		cr_assert_eq(chown(aside, 12345, 12345), 0);
		cr_assert_eq(rename(aside, path), 0);
		expect_refused(&play, EPERM, "somebody else's");
		cr_assert_eq(rename(path, aside), 0);
		cr_assert_eq(chown(aside, 0, 0), 0);
	}
	cr_assert_eq(rename(aside, path), 0);
	snprintf(side, sizeof side, "%s-wal", path);
	cr_assert_eq(symlink("/etc/passwd", side), 0);
	expect_refused(&play, ELOOP, "a link beside it");
	unlink(side);
	snprintf(side, sizeof side, "%.*s.lock", (int)(strlen(path) - 3), path);
	cr_assert_eq(symlink("/etc/passwd", side), 0);
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	cr_assert_eq(outbox_lock_sending(play.outbox), JX_E_FILE);
	cr_assert_eq(errno, ELOOP);
	strcpy(folder, play.folder);
	strcat(folder, "-link");
	cr_assert_eq(symlink(play.folder, folder), 0);
	cr_assert_eq(outbox_open(folder, play.server, play.account, &outbox), JX_E_FILE);
	cr_assert_not(outbox_exists(folder, play.server, play.account));
	unlink(folder);
	cr_assert_eq(outbox_open("", play.server, play.account, &outbox), JX_E_FILE);
	cr_assert_eq(outbox_open("/dev/null", play.server, play.account, &outbox), JX_E_FILE);
	cr_assert_eq(outbox_open("/dev/null/x", play.server, play.account, &outbox), JX_E_FILE);
	play_end(&play);
}

/* ---- Damage and tampering. */

/* What the file holds, as one text. "error": nothing could be read. */
static void
describe(struct play *play, char *out, size_t size)
{
	struct outbox_item item = {0};
	FILE *file = fmemopen(out, size, "w");
	static const char *const names[] = {"one", "two", "none"};
	enum jx_err err;

	do {
		err = outbox_next(play->outbox, play->arena, OUTBOX_ANY, item.number, &item);
		if (err == JX_OK)
			fprintf(file, "%d:%d:%zu:%s;", (int)item.number, (int)item.state,
			    item.deed.size, item.path);
		else if (err == JX_E_FILE)
			fprintf(file, "bad;");
	} while (err == JX_OK || (err == JX_E_FILE && errno == EBADMSG && item.number < 9));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct outbox_thing thing;

		err = outbox_get(play->outbox, play->arena, OUTBOX_DRAFT, names[i], &thing);
		fprintf(file, "%s=%.*s;", names[i], err == JX_OK ? (int)thing.bytes.size : 4,
		    err == JX_OK            ? (const char *)thing.bytes.data
		    : err == JX_E_NOT_FOUND ? "none"
					    : "bad;");
	}
	fclose(file);
}

/* Is each statement in `found` true, or "bad"? */
static bool
is_true_or_bad(const char *truth, const char *found)
{
	while (*found != '\0') {
		size_t size = strcspn(found, ";") + 1;

		if (strncmp(truth, found, size) == 0)
			truth += size;
		else if (strstr(found, "bad") == NULL || strstr(found, "bad") > found + size)
			return false;
		else
			truth += strcspn(truth, ";") + 1;
		found += size;
		while (found[0] == ';')
			found++;
	}
	return *truth == '\0';
}

struct tally {
	int refused_at_open, refused_at_unlock, part, whole;
};

static void
try_flipped(struct play *play, const uint8_t key[OUTBOX_KEY_SIZE], const char *truth, size_t where,
    struct tally *tally)
{
	char found[4096];
	enum jx_err err = outbox_open(play->folder, play->server, play->account, &play->outbox);

	if (err != JX_OK) {
		tally->refused_at_open++;
		return;
	}
	play->arena = arena_new(1 << 20);
	err = outbox_unlock_key(play->outbox, key);
	if (err != JX_OK) {
		cr_assert(
		    err == JX_E_FILE || err == JX_E_LOCKED, "byte %zu: %s", where, err_name(err));
		tally->refused_at_unlock++;
	} else {
		describe(play, found, sizeof found);
		cr_assert(is_true_or_bad(truth, found), "byte %zu: %s instead of %s", where, found,
		    truth);
		tally->part += strstr(found, "bad") != NULL;
		tally->whole += strstr(found, "bad") == NULL;
	}
	play_close(play);
}

Test(outbox_thief, no_changed_byte_gives_a_wrong_answer, .timeout = 900)
{
	struct play play = play_start();
	char path[512], side[520], truth[4096];
	uint8_t key[OUTBOX_KEY_SIZE], *bytes, *flipped;
	struct tally tally = {0};
	size_t size;

	for (int i = 1; i <= 4; i++)
		play_seal(&play, i, i == 3 ? 5000 : 40);
	play_to(&play, 2, OUTBOX_SENT);
	play_to(&play, 3, OUTBOX_REFUSED);
	play_put(&play, OUTBOX_DRAFT, "one", "first");
	play_put(&play, OUTBOX_DRAFT, "two", "second");
	outbox_key(play.outbox, key);
	describe(&play, truth, sizeof truth);
	play_close(&play);
	play_find_file(&play, ".db", path);
	snprintf(side, sizeof side, "%s-wal", path);
	bytes = read_file(path, &size);
	flipped = malloc(size);
	for (size_t i = 0; i < size; i++) {
		static const uint8_t masks[] = {0xFF, 0x01, 0x80, 0x10};

		memcpy(flipped, bytes, size);
		flipped[i] ^= masks[i % 4];
		write_file(path, flipped, size);
		try_flipped(&play, key, truth, i, &tally);
		unlink(side); /* whatever it may have left beside */
	}
	printf("%zu bytes changed in turn: %d refused at open, %d at unlock, %d read in part, %d "
	       "whole\n",
	    size, tally.refused_at_open, tally.refused_at_unlock, tally.part, tally.whole);
	cr_assert_gt(tally.refused_at_open, 0);
	cr_assert_gt(tally.refused_at_unlock, 0);
	cr_assert_gt(tally.part, 5000, "a changed box of 5000 bytes is one damaged item");
	cr_assert_gt(tally.whole, 0, "free space in pages");
	write_file(path, bytes, size);
	try_flipped(&play, key, truth, size, &tally);
	free(bytes);
	free(flipped);
	play_open(&play);
	play_end(&play);
}

/* SQL in the thief's hand: every statement leaves a sound database. */
static void
tamper(const char *path, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;

	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, sql, NULL, NULL, &message);
	cr_assert_null(message, "%s: %s", sql, message);
	cr_assert_gt(sqlite3_total_changes(db), 0, "%s did nothing", sql);
	cr_assert_eq(sqlite3_close(db), SQLITE_OK);
}

Test(outbox_thief, rows_taken_out_put_in_or_swapped_are_found)
{
	static const char *const sql[] = {
	    "DELETE FROM item WHERE number = 2; DELETE FROM item_state WHERE number = 2",
	    "DELETE FROM item_state WHERE number = 2",
	    "DELETE FROM item; DELETE FROM item_state",
	    "UPDATE item SET number = 9 WHERE number = 4; UPDATE item_state SET number = 9 WHERE "
	    "number = 4",
	    "INSERT INTO item SELECT 9, x'00', box FROM item WHERE number = 1; INSERT INTO "
	    "item_state SELECT 9, box FROM item_state WHERE number = 1",
	    "UPDATE item SET name = randomblob(32) WHERE number = 1",
	    "DELETE FROM thing",
	    "DELETE FROM head",
	    "UPDATE head SET box = randomblob(length(box))",
	    "UPDATE head SET box = zeroblob(0)",
	    "INSERT INTO thing SELECT randomblob(32), label, box FROM thing LIMIT 1",
	    "UPDATE thing SET label = (SELECT label FROM thing LIMIT 1 OFFSET 1)",
	    "DELETE FROM lock; DELETE FROM head",
	    "DELETE FROM lock",
	    "UPDATE lock SET salt = randomblob(16)",
	    "UPDATE lock SET salt = x''",
	    "UPDATE lock SET box = randomblob(length(box))",
	};
	struct play play = play_start();
	char path[512];
	size_t size;
	uint8_t *bytes;

	for (int i = 1; i <= 4; i++)
		play_seal(&play, i, 40);
	play_put(&play, OUTBOX_DRAFT, "one", "first");
	play_put(&play, OUTBOX_DRAFT, "two", "second");
	play_close(&play);
	play_find_file(&play, ".db", path);
	bytes = read_file(path, &size);
	for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
		enum jx_err err;

		write_file(path, bytes, size);
		tamper(path, sql[i]);
		play_open(&play);
		err = outbox_unlock(play.outbox, play.password);
		cr_assert(err == JX_E_LOCKED || (err == JX_E_FILE && errno == EBADMSG), "%s: %s",
		    sql[i], err_name(err));
		play_close(&play);
	}
	write_file(path, bytes, size);
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	free(bytes);
	play_end(&play);
}

Test(outbox_thief, swapped_boxes_open_nowhere)
{
	static const char *const sql[] = {
	    /* Each against its neighbour; then in the place of another column. */
	    "UPDATE item SET box = (SELECT box FROM item WHERE number = 1) WHERE number = 2",
	    "UPDATE item_state SET box = (SELECT box FROM item_state WHERE number = 1) WHERE "
	    "number = 2",
	    "UPDATE item_state SET box = (SELECT box FROM item WHERE number = 2) WHERE number = 2",
	    "UPDATE item SET box = (SELECT box FROM item_state WHERE number = 2) WHERE number = 2",
	};
	struct play play = play_start();
	struct outbox_item item;
	char path[512];
	size_t size;
	uint8_t *bytes;

	for (int i = 1; i <= 3; i++)
		play_seal(&play, i, 40);
	play_close(&play);
	play_find_file(&play, ".db", path);
	bytes = read_file(path, &size);
	for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
		write_file(path, bytes, size);
		tamper(path, sql[i]);
		play_open(&play);
		cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
		errno = 0;
		cr_assert_eq(
		    outbox_find(play.outbox, play.arena, 2, &item), JX_E_FILE, "%s", sql[i]);
		cr_assert_eq(errno, EBADMSG);
		/* The others are not held up by it. */
		cr_assert_eq(outbox_next(play.outbox, play.arena, OUTBOX_ANY, 1, &item), JX_E_FILE);
		cr_assert_eq(item.number, 2);
		cr_assert_eq(outbox_next(play.outbox, play.arena, OUTBOX_ANY, 2, &item), JX_OK);
		cr_assert_eq(item.number, 3);
		play_close(&play);
	}
	write_file(path, bytes, size);
	tamper(path, "UPDATE thing SET box = box; INSERT INTO item_state VALUES (77, x'00')");
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_E_FILE, "a state of no item");
	free(bytes);
	play_end(&play);
}

Test(outbox_thief, contents_swapped_between_things_open_nowhere)
{
	struct play play = play_start();
	struct outbox_thing thing;
	char path[512];

	play_put(&play, OUTBOX_DRAFT, "one", "first");
	play_put(&play, OUTBOX_DRAFT, "two", "second");
	play_close(&play);
	play_find_file(&play, ".db", path);
	tamper(path,
	    "CREATE TABLE t AS SELECT name, box FROM thing; UPDATE thing SET box = (SELECT "
	    "t.box FROM t WHERE t.name <> thing.name); DROP TABLE t");
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	cr_assert_eq(outbox_get(play.outbox, play.arena, OUTBOX_DRAFT, "one", &thing), JX_E_FILE);
	cr_assert_eq(outbox_get(play.outbox, play.arena, OUTBOX_DRAFT, "two", &thing), JX_E_FILE);
	play_end(&play);
}

Test(outbox_thief, a_file_of_another_kind_or_time_is_refused)
{
	static const struct {
		const char *sql;
		enum jx_err err;
	} cases[] = {
	    {"PRAGMA user_version = 2; UPDATE head SET id = 1", JX_E_VERSION},
	    {"PRAGMA user_version = 0; UPDATE head SET id = 1", JX_E_FILE},
	    {"PRAGMA user_version = -5; UPDATE head SET id = 1", JX_E_FILE},
	    {"CREATE TABLE more (a); UPDATE head SET id = 1", JX_E_FILE},
	    {"CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM item; END; UPDATE head SET "
	     "id = 1",
		JX_E_FILE},
	    {"CREATE VIEW v AS SELECT 1; UPDATE head SET id = 1", JX_E_FILE},
	    {"UPDATE head SET id = 1; DROP TABLE thing", JX_E_FILE},
	};
	struct play play = play_start();
	char path[512];
	size_t size;
	uint8_t *bytes;
	struct outbox *outbox = NULL;

	play_close(&play);
	play_find_file(&play, ".db", path);
	bytes = read_file(path, &size);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		write_file(path, bytes, size);
		tamper(path, cases[i].sql);
		cr_assert_eq(outbox_open(play.folder, play.server, play.account, &outbox),
		    cases[i].err, "%s", cases[i].sql);
	}
	write_file(path, (const uint8_t *)"not a database at all, but long enough to be read", 49);
	cr_assert_eq(outbox_open(play.folder, play.server, play.account, &outbox), JX_E_FILE);
	cr_assert_eq(errno, EBADMSG);
	write_file(path, bytes, size / 2);
	cr_assert_eq(
	    outbox_open(play.folder, play.server, play.account, &outbox), JX_E_FILE, "cut in half");
	free(bytes);
	write_file(path, (const uint8_t *)"", 0); /* a fresh start, killed before it began */
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, "new"), JX_OK);
	play_end(&play);
}

/* ---- Others at the same file. */

Test(outbox_thief, two_handles_see_each_other)
{
	struct play one = play_start(), two = one;
	struct outbox_item item;

	play_open(&two);
	cr_assert_eq(outbox_unlock(two.outbox, two.password), JX_OK);
	cr_assert_eq(play_seal(&one, 1, 10), 1);
	cr_assert_eq(play_seal(&two, 2, 10), 2);
	play_to(&two, 1, OUTBOX_SENDING);
	cr_assert_eq(play_move(&one, 1, OUTBOX_SENDING), JX_E_LIFE, "the other was faster");
	cr_assert_eq(outbox_find(one.outbox, one.arena, 2, &item), JX_OK);
	play_put(&one, OUTBOX_DRAFT, "a", "1");
	play_expect_thing(&two, OUTBOX_DRAFT, "a", "1");
	cr_assert_eq(outbox_relock(one.outbox, "new"), JX_OK);
	cr_assert_eq(play_seal(&two, 3, 10), 3, "an open handle goes on");
	play_close(&two);
	cr_assert_eq(play_count(&one, OUTBOX_ANY), 3);
	play_end(&one);
}

Test(outbox_thief, one_sends_at_a_time)
{
	struct play one = play_start(), two = one;
	struct outbox_item item;

	play_open(&two);
	cr_assert_eq(outbox_unlock(two.outbox, two.password), JX_OK);
	play_seal(&one, 1, 10);
	cr_assert_eq(outbox_lock_sending(one.outbox), JX_OK);
	cr_assert_eq(outbox_lock_sending(one.outbox), JX_OK, "again is fine");
	play_to(&one, 1, OUTBOX_SENDING);
	cr_assert_eq(outbox_lock_sending(two.outbox), JX_E_BUSY);
	cr_assert_eq(outbox_find(two.outbox, two.arena, 1, &item), JX_OK);
	cr_assert_eq(item.state, OUTBOX_SENDING, "it is being sent");
	play_seal(&two, 2, 10);
	outbox_unlock_sending(one.outbox);
	outbox_unlock_sending(one.outbox);
	cr_assert_eq(outbox_lock_sending(two.outbox), JX_OK);
	cr_assert_eq(outbox_find(two.outbox, two.arena, 1, &item), JX_OK);
	cr_assert_eq(item.state, OUTBOX_WAITING, "nobody sends it any more");
	cr_assert_eq(item.tries, 1);
	play_close(&two);
	cr_assert_eq(outbox_lock_sending(one.outbox), JX_OK);
	play_end(&one);
}

Test(outbox_thief, what_a_dead_process_was_sending_waits_again)
{
	struct play play = play_start();
	struct outbox_item before, after;
	int status;
	pid_t child;

	play_seal(&play, 1, 10);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &before), JX_OK);
	play_close(&play);
	child = fork();
	if (child == 0) {
		play_open(&play);
		if (outbox_unlock(play.outbox, play.password) != JX_OK ||
		    outbox_lock_sending(play.outbox) != JX_OK ||
		    play_move(&play, 1, OUTBOX_SENDING) != JX_OK)
			_exit(1);
		raise(SIGKILL);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_SENDING), 1);
	cr_assert_eq(outbox_lock_sending(play.outbox), JX_OK);
	cr_assert_eq(outbox_find(play.outbox, play.arena, 1, &after), JX_OK);
	cr_assert_eq(after.state, OUTBOX_WAITING);
	cr_assert_eq(after.tries, 1);
	cr_assert_eq(memcmp(before.op_id, after.op_id, sizeof before.op_id), 0);
	play_end(&play);
}

/* Processes that make, unlock and fill one new file all at once. */
Test(outbox_thief, many_processes_start_one_file)
{
	enum { PROCESSES = 6, EACH = 8 };
	struct play play = play_start();
	pid_t children[PROCESSES];

	play_close(&play);
	play.account = "shared";
	for (int p = 0; p < PROCESSES; p++) {
		children[p] = fork();
		if (children[p] != 0)
			continue;
		play_open(&play);
		if (outbox_unlock(play.outbox, play.password) != JX_OK)
			_exit(1);
		for (int i = 0; i < EACH; i++)
			play_seal(&play, 1 + p * EACH + i, 100);
		play_close(&play);
		_exit(0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status;

		cr_assert_eq(waitpid(children[p], &status, 0), children[p]);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "process %d", p);
	}
	play_open(&play);
	cr_assert_eq(outbox_unlock(play.outbox, play.password), JX_OK);
	cr_assert_eq(play_count(&play, OUTBOX_WAITING), PROCESSES * EACH);
	play_end(&play);
}

/* ---- Many. */

static double
seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

Test(outbox_thief, two_thousand_items_are_no_burden, .timeout = 120)
{
	enum { MANY = 2000 };
	struct play play = play_start();
	struct timespec start;
	struct outbox_item item;
	double seal, unlock, each;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 1; i <= MANY; i++)
		play_seal(&play, i, 1500);
	seal = seconds_since(&start);
	clock_gettime(CLOCK_MONOTONIC, &start);
	play_reopen(&play);
	unlock = seconds_since(&start);
	clock_gettime(CLOCK_MONOTONIC, &start);
	cr_assert_eq(play_count(&play, OUTBOX_WAITING), MANY);
	each = seconds_since(&start);
	printf("%d items of 1500 bytes: sealed in %.2f s, unlocked in %.3f s, read in %.3f s\n",
	    MANY, seal, unlock, each);
	cr_assert_lt(unlock, 2);
	cr_assert_lt(each, 5);
	cr_assert_eq(outbox_find(play.outbox, play.arena, MANY, &item), JX_OK);
	play_end(&play);
}
