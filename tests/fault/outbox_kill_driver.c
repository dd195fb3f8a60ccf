/*
 * A clerk's day with the outbox, to be killed anywhere; and what is left of it.
 *
 *   outbox_kill_driver run FOLDER     the steps below, each acknowledged on stdout
 *   outbox_kill_driver check FOLDER   what is in the file now, then that it still works
 *
 * The test (outbox_kill_test.py) knows what there must be after each step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outbox/outbox.h"

enum { ARENA_SIZE = 4 << 20 };

static const char server[] = "jixiao.example:7143", account[] = "zhangsan", password[] = "first",
		  later_password[] = "second";

/* One write, so that it is there or not. */
static void
acknowledge(const char *what)
{
	char line[64];
	int size = snprintf(line, sizeof line, "%s\n", what);

	if (write(STDOUT_FILENO, line, (size_t)size) != size)
		_exit(3);
}

static struct outbox *running; /* closed in good order when a call has failed */

static void
must(const char *what, enum jx_err err)
{
	if (err == JX_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err_name(err));
	outbox_close(running);
	_exit(1);
}

static struct outbox_item
item_of(int n, size_t size)
{
	static uint8_t deed[OUTBOX_DEED_SIZE_MAX];
	struct outbox_item item = {.path = "", .deed = {deed, size}};

	for (size_t i = 0; i < size; i++)
		deed[i] = (uint8_t)((size_t)n * 31 + i);
	memset(item.op_id, n, sizeof item.op_id);
	memset(item.content_hash, n, sizeof item.content_hash);
	return item;
}

static size_t
size_of(int n)
{
	return n == 2 ? 20000 : 40; /* one that needs pages of its own */
}

static void
seal(struct outbox *outbox, int n, int64_t replaces)
{
	struct outbox_item item = item_of(n, size_of(n));
	int64_t number;

	item.replaces = replaces;
	must("seal", outbox_seal(outbox, &item, 1, &number));
}

static void
move(struct outbox *outbox, int64_t number, enum outbox_state to, const char *proof)
{
	must("move", outbox_move(outbox, number, to,
			 (struct bytes){(const uint8_t *)proof, strlen(proof)}, 2));
}

static void
put(struct outbox *outbox, const char *text)
{
	must("put", outbox_put(outbox, OUTBOX_DRAFT, "draft",
			(struct bytes){(const uint8_t *)text, strlen(text)}, 3));
}

static void
run(struct outbox *outbox)
{
	uint8_t public_key[32], secret_key[64];

	must("unlock", outbox_unlock(outbox, password));
	acknowledge("unlocked");
	seal(outbox, 1, 0);
	acknowledge("sealed 1");
	seal(outbox, 2, 0);
	acknowledge("sealed 2");
	put(outbox, "short");
	acknowledge("drafted");
	seal(outbox, 3, 2);
	acknowledge("edited");
	must("lock", outbox_lock_sending(outbox));
	acknowledge("locked");
	move(outbox, 1, OUTBOX_SENDING, "");
	acknowledge("sending");
	move(outbox, 1, OUTBOX_SENT, "receipt");
	acknowledge("sent");
	move(outbox, 3, OUTBOX_REFUSED, "fail");
	acknowledge("refused");
	put(outbox, "another, longer text");
	acknowledge("drafted again");
	must("remove", outbox_remove(outbox, OUTBOX_DRAFT, "draft"));
	acknowledge("removed");
	must("prune", outbox_prune(outbox, 2));
	must("prune", outbox_prune(outbox, 3));
	acknowledge("pruned");
	must("device", outbox_device(outbox, public_key, secret_key));
	acknowledge("device");
	must("relock", outbox_relock(outbox, later_password));
	acknowledge("relocked");
}

static const char *
state_name(enum outbox_state state)
{
	static const struct {
		enum outbox_state state;
		const char *name;
	} names[] = {{OUTBOX_WAITING, "waiting"}, {OUTBOX_SENDING, "sending"},
	    {OUTBOX_SENT, "sent"}, {OUTBOX_REFUSED, "refused"}, {OUTBOX_REPLACED, "replaced"},
	    {OUTBOX_DROPPED, "dropped"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].state == state)
			return names[i].name;
	return "?";
}

static void
show_item(const struct outbox_item *item)
{
	int n = item->op_id[0];
	struct outbox_item sealed = item_of(n, size_of(n));
	bool is_whole = item->deed.size == sealed.deed.size &&
			memcmp(item->deed.data, sealed.deed.data, sealed.deed.size) == 0 &&
			memcmp(item->op_id, sealed.op_id, sizeof sealed.op_id) == 0 &&
			memcmp(item->content_hash, sealed.content_hash, 32) == 0;

	printf("%d %s %u %d %.*s%.*s %s\n", (int)item->number, state_name(item->state), item->tries,
	    (int)item->replaces, (int)item->fail.size, (const char *)item->fail.data,
	    (int)item->receipt.size, (const char *)item->receipt.data, is_whole ? "whole" : "HALF");
}

static bool
show_thing(void *arg, const struct outbox_thing *thing)
{
	(void)arg;
	printf("%s=%.*s\n", thing->name, (int)thing->bytes.size, (const char *)thing->bytes.data);
	return true;
}

static void
check(struct outbox *outbox)
{
	struct arena *arena = arena_new(ARENA_SIZE);
	struct outbox_item item = {0};
	enum jx_err err = outbox_unlock(outbox, password);

	if (arena == NULL)
		must("arena", JX_E_MEMORY);
	if (err == JX_E_LOCKED) {
		printf("second password\n");
		err = outbox_unlock(outbox, later_password);
	}
	must("unlock", err);
	while ((err = outbox_next(outbox, arena, OUTBOX_ANY, item.number, &item)) == JX_OK)
		show_item(&item);
	must("next", err == JX_E_NOT_FOUND ? JX_OK : err);
	must("each", outbox_each(outbox, OUTBOX_DRAFT, show_thing, NULL));
	fflush(stdout);

	/* Nobody is sending, and work goes on. */
	must("lock", outbox_lock_sending(outbox));
	err = outbox_next(outbox, arena, OUTBOX_SENDING, 0, &item);
	must("still sending", err == JX_E_NOT_FOUND ? JX_OK : err == JX_OK ? JX_E_LIFE : err);
	seal(outbox, 9, 0);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	struct outbox *outbox;

	if (argc != 3)
		return 2;
	if (strcmp(argv[1], "run") == 0)
		acknowledge("begun");
	must("open", outbox_open(argv[2], server, account, &outbox));
	running = outbox;
	if (strcmp(argv[1], "run") == 0)
		run(outbox);
	else
		check(outbox);
	outbox_close(outbox);
	if (strcmp(argv[1], "run") == 0)
		acknowledge("closed");
	return 0;
}
