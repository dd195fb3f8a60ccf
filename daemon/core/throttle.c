#include "core/throttle.h"

#include <stddef.h>

/* FNV-1a: a name's place in a small table; a collision only makes somebody wait. */
static uint64_t
throttle_hash(char kind, const char *name)
{
	uint64_t hash = 1469598103934665603u;

	hash = (hash ^ (uint8_t)kind) * 1099511628211u;
	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 1099511628211u;
	return hash == 0 ? 1 : hash;
}

static size_t
throttle_find(const struct throttle_table *table, uint64_t hash)
{
	size_t i;

	for (i = 0; i < THROTTLE_SLOT_COUNT && table->slots[i].name_hash != hash; i++)
		;
	return i;
}

uint32_t
throttle_wait_ms(const struct throttle_table *table, char kind, const char *name, uint64_t now_us)
{
	size_t i = throttle_find(table, throttle_hash(kind, name));
	const struct throttle_slot *slot = &table->slots[i];
	uint64_t wait_us;
	uint32_t over;

	if (i == THROTTLE_SLOT_COUNT || slot->failure_count < THROTTLE_FREE_COUNT ||
	    now_us - slot->failed_us > THROTTLE_FORGET_US)
		return 0;
	over = slot->failure_count - THROTTLE_FREE_COUNT;
	wait_us = 1000000u * (over > 5 ? 60 : 1u << over);
	if (wait_us > THROTTLE_WAIT_MS_MAX * UINT64_C(1000))
		wait_us = THROTTLE_WAIT_MS_MAX * UINT64_C(1000);
	if (now_us - slot->failed_us >= wait_us)
		return 0;
	return (uint32_t)((wait_us - (now_us - slot->failed_us) + 999) / 1000);
}

void
throttle_on_failure(struct throttle_table *table, char kind, const char *name, uint64_t now_us)
{
	uint64_t hash = throttle_hash(kind, name);
	size_t i = throttle_find(table, hash);
	struct throttle_slot *slot;

	if (i == THROTTLE_SLOT_COUNT) {
		i = 0;
		for (size_t j = 1; j < THROTTLE_SLOT_COUNT; j++)
			if (table->slots[j].failed_us < table->slots[i].failed_us)
				i = j;
		table->slots[i] = (struct throttle_slot){.name_hash = hash};
	}
	slot = &table->slots[i];
	if (now_us - slot->failed_us > THROTTLE_FORGET_US)
		slot->failure_count = 0;
	slot->failure_count++;
	slot->failed_us = now_us;
}

void
throttle_on_success(struct throttle_table *table, char kind, const char *name)
{
	size_t i = throttle_find(table, throttle_hash(kind, name));

	if (i < THROTTLE_SLOT_COUNT)
		table->slots[i] = (struct throttle_slot){0};
}
