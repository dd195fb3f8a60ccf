/*
 * Commits a second, by one daemon on the embedded PostgreSQL of this machine,
 * fsync on. usage: store_bench [SECONDS]
 */
#include <string.h>
#include <sys/time.h>

#include "contract/real_store.h"

static uint64_t
now_us(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
}

static void
measure(struct contract *contract, unsigned item_count, unsigned seconds)
{
	static uint64_t op = 1;
	struct contract_item items[STORE_BATCH_ITEM_COUNT_MAX];
	char bodies[STORE_BATCH_ITEM_COUNT_MAX][128];
	uint64_t started = now_us(), took, batches = 0, longest = 0;

	while ((took = now_us() - started) < (uint64_t)seconds * 1000000) {
		uint64_t before = now_us();

		for (unsigned i = 0; i < item_count; i++, op++) {
			snprintf(bodies[i], sizeof bodies[i],
			    "{\"account\":\"a%llu\",\"role\":\"office\",\"city\":\"*\",\"password_"
			    "hash\":\"h\"}",
			    (unsigned long long)op);
			items[i] = (struct contract_item){
			    .action = "account_add", .op = op, .content = op, .body = bodies[i]};
		}
		contract_send(contract, items, item_count);
		REQUIRE(contract_wait_commit(contract) == STORE_COMMITTED);
		contract_follow(contract);
		batches++;
		if (now_us() - before > longest)
			longest = now_us() - before;
	}
	printf("batches of %2u: %6llu batches/s, %7llu items/s, mean %llu us, longest %llu us\n",
	    item_count, (unsigned long long)(batches * 1000000 / took),
	    (unsigned long long)(batches * item_count * 1000000 / took),
	    (unsigned long long)(took / batches), (unsigned long long)longest);
}

int
main(int argc, char **argv)
{
	static struct contract contract;
	unsigned seconds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;
	struct real real;

	real_open(&real);
	real_begin(&real, &contract);
	measure(&contract, 1, seconds);
	measure(&contract, 8, seconds);
	measure(&contract, STORE_BATCH_ITEM_COUNT_MAX, seconds);
	real_end(&real, &contract);
	real_close(&real);
	return 0;
}
