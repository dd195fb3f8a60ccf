#include "contract/scenarios_evidence.h"

#include <sodium.h>
#include <string.h>

enum { CHUNK_SIZE = 49152, HASH_SIZE = 32, COUNT = 3, LAST_SIZE = 700, BLOCK_SIZE = 4096 };

/* A file of three chunks, from a seed. */
struct file {
	uint8_t bytes[2 * CHUNK_SIZE + LAST_SIZE];
	uint8_t hash[HASH_SIZE], list[COUNT * HASH_SIZE], sealed[HASH_SIZE];
};

static struct bytes
chunk_of(const struct file *file, unsigned i)
{
	return (struct bytes){file->bytes + i * CHUNK_SIZE, i == 2 ? LAST_SIZE : CHUNK_SIZE};
}

static void
make(struct file *file, uint8_t seed)
{
	for (size_t i = 0; i < sizeof file->bytes; i++)
		file->bytes[i] = (uint8_t)(i / 251 + i + seed);
	crypto_hash_sha256(file->hash, file->bytes, sizeof file->bytes);
	for (unsigned i = 0; i < COUNT; i++)
		crypto_hash_sha256(
		    file->list + i * HASH_SIZE, chunk_of(file, i).data, chunk_of(file, i).size);
	crypto_hash_sha256(file->sealed, file->list, sizeof file->list);
}

static struct store_put
put_of(enum store_put_kind kind, const char *unit, const uint8_t *hash, struct bytes bytes)
{
	struct store_put put = {.kind = kind,
	    .city = "沈阳",
	    .year = 2026,
	    .unit = unit,
	    .bytes = bytes,
	    .size = 2 * CHUNK_SIZE + LAST_SIZE,
	    .received_us = 1700000000000000,
	    .quota = 1 << 30};

	memcpy(put.hash, hash, sizeof put.hash);
	return put;
}

/* The database may say "try again" at any time; its connections need a moment to come back. */
static const struct contract_put *
surely(struct contract *contract, const struct store_put *put)
{
	const struct contract_put *done;

	for (;;) {
		done = contract_put(contract, put);
		if (done->err != JX_E_UNAVAILABLE && done->err != JX_E_BUSY)
			return done;
		contract->world.pump(contract->world.arg, 20);
	}
}

static enum jx_err
send_chunk(struct contract *contract, const char *unit, const struct file *file, unsigned i)
{
	struct store_put put =
	    put_of(STORE_PUT_CHUNK, unit, file->list + i * HASH_SIZE, chunk_of(file, i));

	put.received_us += i;
	return surely(contract, &put)->err;
}

static const struct contract_put *
send_list(struct contract *contract, const char *unit, const struct file *file)
{
	struct store_put put = put_of(
	    STORE_PUT_LIST, unit, file->hash, (struct bytes){file->list, sizeof file->list});

	return surely(contract, &put);
}

static enum jx_err
send_seal(struct contract *contract, const char *unit, const struct file *file)
{
	struct store_put put = put_of(
	    STORE_PUT_SEAL, unit, file->hash, (struct bytes){file->sealed, sizeof file->sealed});

	return surely(contract, &put)->err;
}

/* A question about a file, with count further numbers. */
static const struct contract_rows *
ask(struct contract *contract, enum store_question question, const char *unit,
    const struct file *file, const char *first, const char *count)
{
	const char *size = "99004";
	const struct bytes params[] = {
	    {(const uint8_t *)"沈阳", strlen("沈阳")},
	    {(const uint8_t *)"2026", 4},
	    {(const uint8_t *)unit, strlen(unit)},
	    {file->hash, HASH_SIZE},
	    {(const uint8_t *)size, strlen(size)},
	    {(const uint8_t *)first, strlen(first)},
	    {(const uint8_t *)count, strlen(count)},
	};
	const struct contract_rows *rows;

	do
		rows = contract_wait_read(contract,
		    contract_send_read(
			contract, question, params, question == QUESTION_FILE ? 5 : 7));
	while (rows->err == JX_E_UNAVAILABLE);
	return rows;
}

void
a_chunk_is_there_once_and_only_for_who_sent_it(struct contract *contract)
{
	static struct file file;
	const struct contract_rows *rows;

	make(&file, 1);
	REQUIRE(send_list(contract, "X1", &file)->err == JX_OK);
	REQUIRE(send_list(contract, "X2", &file)->err == JX_OK);
	REQUIRE(send_chunk(contract, "X1", &file, 1) == JX_OK);
	REQUIRE(send_chunk(contract, "X1", &file, 1) == JX_OK);
	rows = ask(contract, QUESTION_FILE_CHUNKS, "X1", &file, "0", "8");
	REQUIRE(rows->row_count == COUNT && rows->column_count == 2);
	REQUIRE(memcmp(rows->cells[2].data, file.list + HASH_SIZE, HASH_SIZE) == 0);
	REQUIRE(rows->cells[1].size == 0 && rows->cells[5].size == 0);
	REQUIRE(rows->cells[3].size == CHUNK_SIZE &&
		memcmp(rows->cells[3].data, file.bytes + CHUNK_SIZE, CHUNK_SIZE) == 0);
	/* The same chunk, named by another unit: not its own. */
	rows = ask(contract, QUESTION_FILE_CHUNKS, "X2", &file, "1", "1");
	REQUIRE(rows->row_count == 1 && rows->cells[1].size == 0);
	REQUIRE(send_chunk(contract, "X2", &file, 1) == JX_OK);
	rows = ask(contract, QUESTION_FILE_CHUNKS, "X2", &file, "1", "1");
	REQUIRE(rows->cells[1].size == CHUNK_SIZE);
	/* Beyond the list. */
	REQUIRE(ask(contract, QUESTION_FILE_CHUNKS, "X2", &file, "3", "8")->row_count == 0);
	REQUIRE(ask(contract, QUESTION_FILE_CHUNKS, "X3", &file, "0", "8")->row_count == 0);
	rows = ask(contract, QUESTION_FILE, "X1", &file, "", "");
	REQUIRE(rows->row_count == 1 && rows->column_count == 6);
	REQUIRE(contract_cell_is(rows, 0, 1, "f") && contract_cell_is(rows, 0, 2, "3"));
	REQUIRE(contract_cell_is(rows, 0, 3, "2") && contract_cell_is(rows, 0, 4, "49152"));
	REQUIRE(contract_cell_is(rows, 0, 5, "1700000000000001"));
}

void
a_list_tells_what_the_unit_has_sent(struct contract *contract)
{
	static struct file file, other;
	const struct contract_put *done;

	make(&file, 1);
	make(&other, 7);
	done = send_list(contract, "X1", &file);
	REQUIRE(done->err == JX_OK && done->have_size == 1 && done->have[0] == 0);
	REQUIRE(send_chunk(contract, "X1", &file, 0) == JX_OK);
	REQUIRE(send_chunk(contract, "X1", &file, 2) == JX_OK);
	done = send_list(contract, "X1", &file);
	REQUIRE(done->err == JX_OK && done->have[0] == 5);
	done = send_list(contract, "X2", &file);
	REQUIRE(done->err == JX_OK && done->have[0] == 0);
	/* Until a file is sealed, its list may be told anew: the last one counts. */
	memcpy(other.hash, file.hash, HASH_SIZE);
	done = send_list(contract, "X1", &other);
	REQUIRE(done->err == JX_OK && done->have[0] == 0);
	REQUIRE(contract_cell_is(ask(contract, QUESTION_FILE, "X1", &file, "", ""), 0, 3, "3"));
	REQUIRE(send_list(contract, "X1", &file)->have[0] == 5);
	REQUIRE(contract_cell_is(ask(contract, QUESTION_FILE, "X1", &file, "", ""), 0, 3, "1"));
}

void
a_file_is_sealed_only_whole_and_then_stands(struct contract *contract)
{
	static struct file file, other;

	make(&file, 1);
	make(&other, 7);
	REQUIRE(send_seal(contract, "X1", &file) == JX_E_STALE); /* no list at all */
	REQUIRE(send_list(contract, "X1", &file)->err == JX_OK);
	for (unsigned i = 0; i < COUNT; i++) {
		REQUIRE(send_seal(contract, "X1", &file) == JX_E_STALE);
		REQUIRE(send_chunk(contract, "X1", &file, i) == JX_OK);
	}
	memcpy(other.hash, file.hash, HASH_SIZE);
	REQUIRE(send_seal(contract, "X1", &other) == JX_E_STALE); /* another list */
	REQUIRE(send_seal(contract, "X2", &file) == JX_E_STALE);  /* another unit */
	REQUIRE(contract_cell_is(ask(contract, QUESTION_FILE, "X1", &file, "", ""), 0, 1, "f"));
	REQUIRE(send_seal(contract, "X1", &file) == JX_OK);
	REQUIRE(send_seal(contract, "X1", &file) == JX_OK);
	REQUIRE(contract_cell_is(ask(contract, QUESTION_FILE, "X1", &file, "", ""), 0, 1, "t"));
	/* From here on another list is heard, and answered, and changes nothing. */
	REQUIRE(send_list(contract, "X1", &other)->have[0] == 0);
	REQUIRE(send_list(contract, "X1", &file)->have[0] == 7);
	REQUIRE(contract_cell_is(ask(contract, QUESTION_FILE, "X1", &file, "", ""), 0, 3, "0"));
	REQUIRE(ask(contract, QUESTION_FILE_CHUNKS, "X1", &file, "0", "8")->row_count == COUNT);
}

void
the_quota_counts_what_a_unit_sends(struct contract *contract)
{
	static struct file file;
	struct store_put put;
	const uint8_t tiny = 'x';
	uint8_t hash[HASH_SIZE];

	make(&file, 1);
	put = put_of(STORE_PUT_CHUNK, "X1", file.list, chunk_of(&file, 0));
	put.quota = CHUNK_SIZE - 1;
	REQUIRE(surely(contract, &put)->err == JX_E_QUOTA);
	put.quota = CHUNK_SIZE;
	REQUIRE(surely(contract, &put)->err == JX_OK);
	REQUIRE(surely(contract, &put)->err == JX_OK); /* again: counted once */
	/* Small things take a block. */
	crypto_hash_sha256(hash, &tiny, 1);
	put = put_of(STORE_PUT_CHUNK, "X1", hash, (struct bytes){&tiny, 1});
	put.quota = CHUNK_SIZE + BLOCK_SIZE - 1;
	REQUIRE(surely(contract, &put)->err == JX_E_QUOTA);
	put.quota = CHUNK_SIZE + BLOCK_SIZE;
	REQUIRE(surely(contract, &put)->err == JX_OK);
	/* A list as well; another unit's and another year's are their own. */
	put = put_of(
	    STORE_PUT_LIST, "X1", file.hash, (struct bytes){file.list, sizeof file.list});
	put.quota = CHUNK_SIZE + 2 * BLOCK_SIZE - 1;
	REQUIRE(surely(contract, &put)->err == JX_E_QUOTA);
	put.unit = "X2";
	put.quota = BLOCK_SIZE;
	REQUIRE(surely(contract, &put)->err == JX_OK);
	REQUIRE(surely(contract, &put)->err == JX_OK);
	put.unit = "X1";
	put.year = 2027;
	REQUIRE(surely(contract, &put)->err == JX_OK);
	REQUIRE(contract_cell_is(ask(contract, QUESTION_FILE, "X1", &file, "", ""), 0, 0, "53248"));
}

void
puts_beyond_the_bound_are_busy_and_all_are_answered(struct contract *contract)
{
	static struct file file;
	uint64_t first;
	unsigned busy = 0;

	make(&file, 0);
	REQUIRE(send_chunk(contract, "X1", &file, 1) == JX_OK);
	first = contract->next_ticket;
	for (unsigned i = 0; i < STORE_PUT_COUNT_MAX + 10; i++) {
		struct store_put put;

		make(&file, (uint8_t)i);
		put = put_of(STORE_PUT_CHUNK, "X1", file.list, chunk_of(&file, 0));
		contract_send_put(contract, &put);
	}
	for (unsigned i = 0; i < STORE_PUT_COUNT_MAX + 10; i++) {
		const struct contract_put *done = contract_wait_put(contract, first + i);

		REQUIRE(done->err == JX_OK || done->err == JX_E_BUSY || done->err == JX_E_UNAVAILABLE);
		busy += done->err == JX_E_BUSY;
	}
	REQUIRE(busy == 10);
	REQUIRE(send_chunk(contract, "X1", &file, 1) == JX_OK);
}

void
a_put_lost_with_the_database_is_put_again(struct contract *contract)
{
	static struct file file;
	struct store_put put;
	const struct contract_put *done;
	uint64_t ticket;

	make(&file, 3);
	REQUIRE(send_list(contract, "X1", &file)->err == JX_OK);
	put = put_of(STORE_PUT_CHUNK, "X1", file.list, chunk_of(&file, 0));
	ticket = contract_send_put(contract, &put);
	contract->world.crash(contract->world.arg);
	done = contract_wait_put(contract, ticket);
	REQUIRE(done->err == JX_OK || done->err == JX_E_UNAVAILABLE);
	contract_wait_available(contract, false);
	done = contract_put(contract, &put); /* puts have connections of their own */
	REQUIRE(done->err == JX_OK || done->err == JX_E_UNAVAILABLE);
	contract_wait_available(contract, true);
	for (unsigned i = 0; i < COUNT; i++)
		REQUIRE(send_chunk(contract, "X1", &file, i) == JX_OK);
	REQUIRE(send_seal(contract, "X1", &file) == JX_OK);
	REQUIRE(contract_cell_is(ask(contract, QUESTION_FILE, "X1", &file, "", ""), 0, 0, "106496"));
}
