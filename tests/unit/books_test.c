/* The years in memory: who waits for whom, what is read when, what gives way. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"

enum { READS_MAX = 256, CALLS_MAX = BOOKS_QUEUE_MAX + 16 };

static struct core *core;
static uint64_t now_us;
static char scheme_text[8192];
/* What was asked of the store and not yet answered. */
static struct {
	enum store_question question;
	uint64_t ticket;
} reads[READS_MAX];
static size_t read_count;
/* Who was called, in order. */
static struct {
	uint32_t slot;
	enum jx_err err;
	const struct book *book;
} calls[CALLS_MAX];
static size_t call_count;
static bool leaves_at_once;

static struct moment
stub_now(void *arg)
{
	(void)arg;
	return (struct moment){now_us, now_us};
}

static void
stub_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg, (void)level, (void)event, (void)text;
}

static void
stub_read(void *arg, enum store_question question, const struct bytes *params, size_t param_count, uint64_t ticket)
{
	(void)arg, (void)params, (void)param_count;
	if (question != QUESTION_SCHEME && question != QUESTION_PAPERS && question != QUESTION_HEAD)
		return;
	cr_assert_lt(read_count, (size_t)READS_MAX);
	reads[read_count].question = question;
	reads[read_count++].ticket = ticket;
}

/* The oldest question is answered, with the year as of that batch; 0: there is no such year. */
static void
answer(enum jx_err err, const char *batch)
{
	struct store_events events = core_store_events(core);
	enum store_question question = reads[0].question;
	uint64_t ticket = reads[0].ticket;
	struct bytes number = {(const uint8_t *)batch, strlen(batch)};
	const struct bytes scheme[2] = {{(const uint8_t *)scheme_text, strlen(scheme_text)}, number};
	const struct bytes papers[2] = {{(const uint8_t *)"", 0}, number};
	struct store_rows rows = {err, 1, 2, question == QUESTION_SCHEME ? scheme : papers};

	rows.row_count = err == JX_OK && strcmp(batch, "0") != 0;
	memmove(reads, reads + 1, --read_count * sizeof *reads);
	events.answered(events.arg, ticket, &rows);
}

static void
answer_all(const char *batch)
{
	while (read_count > 0)
		answer(JX_OK, batch);
}

static void
set_up(void)
{
	static struct clock_port clock = {NULL, stub_now};
	static struct log_port log = {NULL, stub_log};
	static struct store_port store = {.read = stub_read};
	static struct core_world world = {.clock = &clock, .log = &log, .store = &store};
	struct core_config config = core_config_default();
	FILE *file = fopen(JX_SOURCE_DIR "/tests/data/small/scheme.yaml", "r");

	scheme_text[fread(scheme_text, 1, sizeof scheme_text - 1, file)] = '\0';
	fclose(file);
	now_us = 1;
	core = core_new(&world, &config);
}

static void
tear_down(void)
{
	core_free(core);
}

TestSuite(books, .init = set_up, .fini = tear_down);

static struct request *
request_of(struct session *session)
{
	struct request *req = request_new(core, session, 1, arena_new(1 << 16));

	req->route = &route_rows[0];
	return req;
}

static struct request *
request(void)
{
	struct session nobody = {.id = {0, 0}};

	return request_of(&nobody);
}

static void
on_book(struct core *the_core, struct request *req, struct book *book, enum jx_err err)
{
	(void)the_core;
	cr_assert_lt(call_count, (size_t)CALLS_MAX);
	calls[call_count].slot = req->id.slot;
	calls[call_count].err = err;
	calls[call_count++].book = book;
	if (leaves_at_once && err == JX_OK)
		books_leave(core, "c", 2026, true);
}

static uint32_t
enter(uint32_t year, enum books_use use)
{
	struct request *req = request();

	books_enter(core, req, "c", year, use, on_book);
	return req->id.slot;
}

/* Of one of several sessions, by its slot. */
static uint32_t
enter_from(uint32_t slot)
{
	struct session *session = &core->sessions.slots[slot];
	struct request *req;

	if (!session->is_used)
		*session = (struct session){.id = {slot, 1}, .is_used = true, .state = SESSION_READY};
	req = request_of(session);
	books_enter(core, req, "c", 2026, BOOKS_WRITE, on_book);
	return req->id.slot;
}

static void
expect_called(size_t index, uint32_t slot, enum jx_err err)
{
	cr_assert_lt(index, call_count, "call %zu has not come", index);
	cr_expect_eq(calls[index].slot, slot, "call %zu", index);
	cr_expect_eq(calls[index].err, err, "call %zu", index);
}

Test(books, readers_do_not_wait_for_the_deed_and_deeds_come_in_their_order)
{
	uint32_t first = enter(2026, BOOKS_WRITE), second = enter(2026, BOOKS_WRITE);
	uint32_t reader = enter(2026, BOOKS_READ), third = enter(2026, BOOKS_WRITE);

	cr_assert_eq(call_count, 0u, "it is being read");
	answer_all("5");
	cr_assert_eq(call_count, 2u);
	expect_called(0, first, JX_OK);
	expect_called(1, reader, JX_OK);
	books_leave(core, "c", 2026, true);
	expect_called(2, second, JX_OK);
	books_leave(core, "c", 2026, true);
	expect_called(3, third, JX_OK);
	books_leave(core, "c", 2026, true);
	cr_expect_eq(read_count, 0u, "once for all");
}

Test(books, who_floods_waits_for_his_own_and_not_others_for_him)
{
	uint32_t flood[4], honest[3];

	for (int i = 0; i < 4; i++)
		flood[i] = enter_from(1);
	honest[0] = enter_from(2);
	answer_all("5");
	expect_called(0, flood[0], JX_OK);
	books_leave(core, "c", 2026, true);
	expect_called(1, honest[0], JX_OK);
	/* One at a time, but without a pause: that does not shut out the others either. */
	honest[1] = enter_from(2);
	books_leave(core, "c", 2026, true);
	expect_called(2, flood[1], JX_OK);
	books_leave(core, "c", 2026, true);
	expect_called(3, honest[1], JX_OK);
	honest[2] = enter_from(2);
	books_leave(core, "c", 2026, true);
	expect_called(4, flood[2], JX_OK);
	books_leave(core, "c", 2026, true);
	expect_called(5, honest[2], JX_OK);
	books_leave(core, "c", 2026, true);
	expect_called(6, flood[3], JX_OK);
	books_leave(core, "c", 2026, true);
}

/* As dry runs do: each of them leaves from inside the call that gave it its turn. */
Test(books, deeds_that_leave_at_once_are_all_called_once)
{
	leaves_at_once = true;
	for (int i = 0; i < BOOKS_QUEUE_MAX; i++)
		enter(2026, BOOKS_WRITE);
	answer_all("5");
	cr_expect_eq(call_count, (size_t)BOOKS_QUEUE_MAX);
	cr_expect_eq(core->books.slots[0].count, 0u);
	enter(2026, BOOKS_WRITE);
	cr_expect_eq(call_count, (size_t)BOOKS_QUEUE_MAX + 1);
}

Test(books, a_full_queue_refuses)
{
	uint32_t refused;

	for (int i = 0; i < BOOKS_QUEUE_MAX; i++)
		enter(2026, BOOKS_READ);
	cr_assert_eq(request_count(&core->requests), (uint32_t)BOOKS_QUEUE_MAX);
	refused = enter(2026, BOOKS_READ);
	cr_expect_eq(request_count(&core->requests), (uint32_t)BOOKS_QUEUE_MAX, "it was answered at once");
	answer_all("5");
	for (size_t i = 0; i < call_count; i++)
		cr_assert_neq(calls[i].slot, refused);
	cr_expect_eq(call_count, (size_t)BOOKS_QUEUE_MAX);
}

Test(books, a_reading_that_fails_tells_everybody_and_the_next_one_reads_again)
{
	uint32_t first = enter(2026, BOOKS_READ), second = enter(2026, BOOKS_WRITE), third;

	answer(JX_OK, "5");
	answer(JX_E_UNAVAILABLE, "5");
	expect_called(0, first, JX_E_UNAVAILABLE);
	expect_called(1, second, JX_E_UNAVAILABLE);
	third = enter(2026, BOOKS_READ);
	cr_assert_eq(read_count, 1u);
	answer(JX_OK, "0");
	expect_called(2, third, JX_E_NOT_FOUND);
	cr_expect_eq(core->books.slots[0].state, BOOKS_FREE, "of a year that is none nothing is kept");
}

Test(books, what_changes_while_it_is_read_is_read_again_but_not_for_ever)
{
	uint32_t first = enter(2026, BOOKS_READ);

	answer(JX_OK, "5");
	answer(JX_OK, "6"); /* the year moved between the two questions */
	answer(JX_OK, "6");
	books_drop(core, "c", 2026);
	answer(JX_OK, "6");
	cr_assert_eq(call_count, 0u);
	answer_all("7");
	expect_called(0, first, JX_OK);
	cr_expect_eq(book_batch(calls[0].book), 7u);
	books_drop(core, "c", 2026);
	first = enter(2026, BOOKS_READ);
	for (int i = 0; i < BOOKS_LOAD_TRIES_MAX; i++) {
		answer(JX_OK, "8");
		answer(JX_OK, "9");
	}
	expect_called(1, first, JX_E_BUSY);
	cr_expect_eq(read_count, 0u);
}

Test(books, a_drop_leaves_the_book_of_the_deed_under_way_and_a_bad_end_reads_anew)
{
	uint32_t second;

	enter(2026, BOOKS_WRITE);
	answer_all("5");
	second = enter(2026, BOOKS_WRITE);
	books_drop(core, "c", 2026);
	cr_expect_eq(books_now(core, "c", 2026), calls[0].book, "the deed still reads it");
	cr_expect_eq(read_count, 0u);
	books_leave(core, "c", 2026, false);
	cr_expect_null(books_now(core, "c", 2026));
	answer_all("6");
	expect_called(1, second, JX_OK);
	cr_expect_eq(book_batch(calls[1].book), 6u);
	books_leave(core, "c", 2026, true);
}

Test(books, the_year_that_nobody_uses_and_that_was_used_longest_ago_gives_way)
{
	for (uint32_t year = 2000; year < 2000 + BOOKS_COUNT_MAX; year++, now_us++) {
		core->now.mono_us = now_us;
		enter(year, year == 2000 ? BOOKS_WRITE : BOOKS_READ); /* the first stays under way */
		answer_all("5");
	}
	enter(2100, BOOKS_READ);
	answer_all("5");
	cr_expect_not_null(books_now(core, "c", 2000), "a deed is under way");
	cr_expect_null(books_now(core, "c", 2001));
	cr_expect_not_null(books_now(core, "c", 2002));
	cr_expect_not_null(books_now(core, "c", 2100));
	books_leave(core, "c", 2000, true);
}

Test(books, when_all_are_in_use_another_year_is_refused)
{
	uint32_t before;

	for (uint32_t year = 2000; year < 2000 + BOOKS_COUNT_MAX; year++)
		enter(year, BOOKS_READ);
	before = request_count(&core->requests);
	enter(2100, BOOKS_READ);
	cr_expect_eq(request_count(&core->requests), before);
	answer_all("5");
	enter(2100, BOOKS_READ);
	answer_all("5");
	cr_expect_not_null(books_now(core, "c", 2100));
}

/* A commit that was given up, or of an earlier life, has arrived: whatever it changed is read anew. */
Test(books, are_in_doubt_when_the_chain_has_gone_on_without_us)
{
	struct store_events events = core_store_events(core);
	static const uint8_t hash[32];
	const struct bytes head[2] = {{(const uint8_t *)"9", 1}, {hash, sizeof hash}};
	const struct store_rows rows = {JX_OK, 1, 2, head};

	enter(2026, BOOKS_READ);
	answer_all("5");
	cr_assert_not_null(books_now(core, "c", 2026));
	core->is_starting = core->is_ready = true; /* so that only the head is asked */
	events.available(events.arg, true);
	cr_assert_eq(reads[0].question, QUESTION_HEAD);
	events.answered(events.arg, reads[0].ticket, &rows);
	cr_expect_null(books_now(core, "c", 2026));
}
