/*
 * core/throttle.h: failed logins, counted per account and per address. After
 * THROTTLE_FREE_COUNT failures each further try must wait twice as long, up to
 * a minute; a success clears the account's count, time clears both.
 */
#ifndef JX_CORE_THROTTLE_H
#define JX_CORE_THROTTLE_H

#include <stdint.h>

enum {
	THROTTLE_SLOT_COUNT = 1024, /* names remembered; the one unused longest gives way */
	THROTTLE_FREE_COUNT = 5,
	THROTTLE_WAIT_MS_MAX = 60000,
	THROTTLE_FORGET_US = 900000000, /* 15 minutes without a failure */
};

struct throttle_slot {
	uint64_t name_hash; /* 0: empty */
	uint64_t failed_us;
	uint32_t failure_count;
};

struct throttle_table {
	struct throttle_slot slots[THROTTLE_SLOT_COUNT];
};

/* How long until a try by that name is admitted, in ms; 0: now. kind: 'a' account, 'h' address. */
uint32_t throttle_wait_ms(
    const struct throttle_table *table, char kind, const char *name, uint64_t now_us);
void throttle_on_failure(
    struct throttle_table *table, char kind, const char *name, uint64_t now_us);
void throttle_on_success(struct throttle_table *table, char kind, const char *name);

#endif
