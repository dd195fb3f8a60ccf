/*
 * daemon/job/vault: keys on a disk that can be forgotten (G8; R21). A plain
 * program: it has a thread.
 */
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job/vault.h"

enum { FILE_SIZE = VAULT_SLOT_COUNT * VAULT_KEY_SIZE };

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static struct event_base *base;
static char folder[] = "/tmp/jx-vault-XXXXXX", path[64], aside[72];
static unsigned forgotten, refused, logged;
static uint64_t tickets[VAULT_SLOT_COUNT];

static void
on_forgotten(void *arg, uint64_t ticket, enum jx_err err)
{
	(void)arg;
	tickets[forgotten++ % VAULT_SLOT_COUNT] = ticket;
	refused += err != JX_OK;
}

static void
on_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg, (void)level, (void)event, (void)text;
	logged++;
}

static enum jx_err
open_vault(struct vault **vault)
{
	const struct vault_events events = {NULL, on_forgotten};
	const struct log_port log = {NULL, on_log};

	*vault = NULL;
	return vault_open(base, path, &events, &log, vault);
}

static void
read_file(uint8_t bytes[FILE_SIZE])
{
	int fd = open(path, O_RDONLY);

	MUST(fd >= 0 && read(fd, bytes, FILE_SIZE) == FILE_SIZE);
	close(fd);
}

static void
wait_for(unsigned count)
{
	while (forgotten < count)
		MUST(event_base_loop(base, EVLOOP_ONCE) == 0);
}

static void
made_once_for_its_owner(void)
{
	uint8_t first[FILE_SIZE], again[FILE_SIZE];
	struct vault *vault;
	struct stat stat_of;

	MUST(open_vault(&vault) == JX_OK);
	MUST(stat(path, &stat_of) == 0 && (stat_of.st_mode & 0777) == 0600 && stat_of.st_size == FILE_SIZE);
	read_file(first);
	for (uint32_t slot = 0; slot < VAULT_SLOT_COUNT; slot++) {
		const uint8_t *key = vault_port(vault).get(vault_port(vault).arg, slot);

		MUST(memcmp(key, first + slot * VAULT_KEY_SIZE, VAULT_KEY_SIZE) == 0);
		for (uint32_t other = 0; other < slot; other++)
			MUST(memcmp(key, first + other * VAULT_KEY_SIZE, VAULT_KEY_SIZE) != 0);
	}
	vault_close(vault);
	MUST(open_vault(&vault) == JX_OK);
	read_file(again);
	MUST(memcmp(first, again, FILE_SIZE) == 0);
	vault_close(vault);
}

static void
forgets_one_and_no_other(void)
{
	uint8_t before[FILE_SIZE], after[FILE_SIZE];
	struct vault *vault;
	struct vault_port port;
	unsigned changed = 0;

	MUST(open_vault(&vault) == JX_OK);
	port = vault_port(vault);
	read_file(before);
	forgotten = refused = 0;
	port.forget(port.arg, 5, 500);
	MUST(forgotten == 0); /* never from inside the call */
	wait_for(1);
	MUST(tickets[0] == 500 && refused == 0);
	read_file(after);
	for (uint32_t slot = 0; slot < VAULT_SLOT_COUNT; slot++) {
		bool is_same = memcmp(before + slot * VAULT_KEY_SIZE, after + slot * VAULT_KEY_SIZE, VAULT_KEY_SIZE) == 0;

		MUST(is_same == (slot != 5));
		changed += !is_same;
	}
	MUST(changed == 1);
	/* In memory it is the new one, which the next poll takes. */
	MUST(memcmp(port.get(port.arg, 5), after + 5 * VAULT_KEY_SIZE, VAULT_KEY_SIZE) == 0);
	/* All at once, each answered once. */
	for (uint32_t slot = 0; slot < VAULT_SLOT_COUNT; slot++)
		port.forget(port.arg, slot, slot);
	wait_for(1 + VAULT_SLOT_COUNT);
	read_file(before);
	for (uint32_t slot = 0; slot < VAULT_SLOT_COUNT; slot++)
		MUST(memcmp(before + slot * VAULT_KEY_SIZE, after + slot * VAULT_KEY_SIZE, VAULT_KEY_SIZE) != 0);
	vault_close(vault);
}

/* A disk that takes no byte says so. */
static void
a_disk_that_refuses_is_told(void)
{
	const struct rlimit none = {0, RLIM_INFINITY};
	struct rlimit usual;
	uint8_t before[FILE_SIZE], after[FILE_SIZE];
	struct vault *vault;

	MUST(open_vault(&vault) == JX_OK);
	read_file(before);
	forgotten = refused = 0;
	MUST(getrlimit(RLIMIT_FSIZE, &usual) == 0 && setrlimit(RLIMIT_FSIZE, &none) == 0);
	vault_port(vault).forget(vault, 1, 1);
	wait_for(1);
	MUST(setrlimit(RLIMIT_FSIZE, &usual) == 0);
	MUST(refused == 1);
	read_file(after);
	MUST(memcmp(before, after, FILE_SIZE) == 0);
	vault_port(vault).forget(vault, 1, 1);
	wait_for(2);
	MUST(refused == 1);
	vault_close(vault);
}

static void
what_is_no_vault_is_refused(void)
{
	struct vault *vault;
	char link[80];

	logged = 0;
	MUST(chmod(path, 0640) == 0 && open_vault(&vault) == JX_E_FILE && logged == 1);
	MUST(chmod(path, 0600) == 0 && truncate(path, FILE_SIZE - 1) == 0 && open_vault(&vault) == JX_E_FILE);
	MUST(truncate(path, FILE_SIZE + 1) == 0 && open_vault(&vault) == JX_E_FILE);
	MUST(rename(path, aside) == 0 && symlink(aside, path) == 0 && open_vault(&vault) == JX_E_FILE);
	MUST(unlink(path) == 0);
	/* What a start that was cut off left beside it is no hindrance. */
	snprintf(link, sizeof link, "%s.new", path);
	MUST(rename(aside, link) == 0 && open_vault(&vault) == JX_OK);
	vault_close(vault);
	MUST(access(link, F_OK) != 0);
}

int
main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	MUST(sodium_init() >= 0 && mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/vault", folder);
	snprintf(aside, sizeof aside, "%s/aside", folder);
	base = event_base_new();
	MUST(base != NULL);
	made_once_for_its_owner();
	forgets_one_and_no_other();
	a_disk_that_refuses_is_told();
	what_is_no_vault_is_refused();
	event_base_free(base);
	unlink(path);
	unlink(aside);
	rmdir(folder);
	printf("4 passed, 0 failed\n");
	return 0;
}
