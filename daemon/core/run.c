#include "core/run.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "core/life.h"
#include "core/run_row.h"
#include "core/work.h"
#include "core/write.h"
#include "records/kinds.h"

enum { RUN_RETRY_US = 1000000 };

static void
run_move(struct run *run, enum run_event event)
{
	run->state = (enum run_state)life_move(&life_run, run->state, event);
}

static void
run_free(struct run *run)
{
	uint32_t generation = run->generation;

	pieces_clear(&run->inputs);
	run_store_free(run);
	*run = (struct run){.generation = generation};
}

void
run_table_clear(struct run_table *table)
{
	for (int i = 0; i < RUN_COUNT_MAX; i++)
		run_free(&table->slots[i]);
}

bool
run_is_idle(const struct run_table *table)
{
	for (int i = 0; i < RUN_COUNT_MAX; i++)
		if (table->slots[i].state != RUN_FREE)
			return false;
	return table->starting == 0;
}

static uint64_t
run_handle(const struct core *core, const struct run *run)
{
	return (uint64_t)run->generation << 32 | (uint64_t)(run - core->runs.slots);
}

struct run *
run_of_handle(struct core *core, uint64_t handle)
{
	uint32_t slot = (uint32_t)handle;
	struct run *run = &core->runs.slots[slot];

	assert(slot < RUN_COUNT_MAX);
	return run->state != RUN_FREE && run->generation == handle >> 32 ? run : NULL;
}

static struct run *
run_find(struct core *core, const char *city, uint32_t year, uint32_t number)
{
	for (int i = 0; i < RUN_COUNT_MAX; i++) {
		struct run *run = &core->runs.slots[i];

		if (run->state != RUN_FREE && run->year == year && run->number == number &&
		    strcmp(run->city, city) == 0)
			return run;
	}
	return NULL;
}

static uint32_t
run_places(const struct core *core)
{
	uint32_t free_count = 0;

	for (int i = 0; i < RUN_COUNT_MAX; i++)
		free_count += core->runs.slots[i].state == RUN_FREE;
	return free_count > core->runs.starting ? free_count - core->runs.starting : 0;
}

/* NULL: no place. run_begin, or the tick, starts it. */
static struct run *
run_add(struct core *core, const char *city, uint32_t year, uint32_t number)
{
	for (int i = 0; i < RUN_COUNT_MAX; i++) {
		struct run *run = &core->runs.slots[i];

		if (run->state != RUN_FREE)
			continue;
		*run = (struct run){
		    .state = (enum run_state)life_move(&life_run, run->state, RUN_ON_ADDED),
		    .generation = (run->generation + 1) & 0x3fffffff,
		    .year = year,
		    .number = number,
		};
		snprintf(run->city, sizeof run->city, "%s", city);
		return run;
	}
	return NULL;
}

/* The run could not go on now: from the start again, a little later. */
static void
run_postpone(struct core *core, struct run *run)
{
	pieces_clear(&run->inputs);
	run_store_free(run);
	run_move(run, RUN_ON_POSTPONED);
	run->retry_us = core->now.mono_us + RUN_RETRY_US;
}

/* ---- Watching: the row is read when the run has ended, so that everybody sees what is stored. */

static void
run_on_watched(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "run");
	Jx__RunReply reply = JX__RUN_REPLY__INIT;
	struct run *run;

	(void)handle;
	if (req == NULL)
		return;
	reply.run = run_row_read(req->arena, rows, 0);
	if (reply.run == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return;
	}
	run = run_find(core, reply.run->city, reply.run->year, reply.run->run);
	if (strcmp(reply.run->state, "running") == 0 && run != NULL) {
		if (run->watcher_count >= RUN_WATCHER_COUNT_MAX)
			request_fail(core, req, JX_E_BUSY, NULL);
		else
			run->watchers[run->watcher_count++] = id;
		return;
	}
	request_reply(core, req, JX__ENVELOPE__BODY_RUN_REPLY, &reply);
}

static void
run_ask_row(
    struct core *core, struct request *req, const char *city, uint32_t year, uint32_t number)
{
	char year_text[16], number_text[16];
	struct ask_params params = {{city, year_text, number_text}};
	enum jx_err err;

	snprintf(year_text, sizeof year_text, "%u", year);
	snprintf(number_text, sizeof number_text, "%u", number);
	err = ask_send(core, QUESTION_RUN, &params, req->id, 0, run_on_watched);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

void
run_handle_watch(struct core *core, struct request *req)
{
	const Jx__RunWatch *watch = (const Jx__RunWatch *)req->message;

	run_ask_row(core, req, watch->city, watch->year, watch->run);
}

/* The run is over, one way or another: who waited reads its row. */
static void
run_end(struct core *core, struct run *run)
{
	struct run ended;

	run_move(run, RUN_ON_END);
	ended = *run;

	*run = (struct run){.generation = ended.generation};
	for (uint32_t i = 0; i < ended.watcher_count; i++) {
		struct request *req = request_find(core, ended.watchers[i]);

		if (req != NULL)
			run_ask_row(core, req, ended.city, ended.year, ended.number);
	}
	run_free(&ended);
}

/* ---- The way of a run: row, scheme, records, worker, store. */

static void
run_on_stored(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct run *run = run_of_handle(core, handle);

	(void)id;
	if (run == NULL)
		return;
	/* E_STALE: it was cancelled meanwhile; that is its end too. */
	if (outcome->err == JX_OK || outcome->err == JX_E_STALE) {
		run_end(core, run);
		return;
	}
	log_say(core->world.log, LOG_LEVEL_WARNING, "run_not_stored", "%s %u run %u: %s", run->city,
	    run->year, run->number, err_name(outcome->err));
	run_postpone(core, run);
}

void
run_on_finished(struct core *core, uint64_t handle, enum jx_err err)
{
	struct run *run = run_of_handle(core, handle);
	struct intake_op op;

	if (run == NULL)
		return;
	assert(run->state == RUN_COMPUTING);
	if (run->is_cancelled) {
		run_end(core, run);
		return;
	}
	if (err != JX_OK)
		log_say(core->world.log, LOG_LEVEL_ERROR, "run_failed", "%s %u run %u: %s",
		    run->city, run->year, run->number, err_name(err));
	if (run_store_op(run, err, core->now.wall_us, &op) != JX_OK) {
		run_postpone(core, run);
		return;
	}
	op.handle = handle;
	op.fn = run_on_stored;
	run_move(run, RUN_ON_COMPUTED);
	if (intake_add(core, &op) != JX_OK)
		run_postpone(core, run);
}

void
run_on_output(struct core *core, uint64_t handle, uint32_t tag, uint32_t number, struct bytes bytes)
{
	struct run *run = run_of_handle(core, handle);

	if (run == NULL)
		return;
	if (tag != WORK_OUT_PROGRESS) {
		run_store_keep(run, tag, number, bytes);
		return;
	}
	for (uint32_t i = 0; i < run->watcher_count; i++) {
		struct request *req = request_find(core, run->watchers[i]);

		if (req != NULL)
			request_event(core, req, "computing", number, 100);
	}
}

static void
run_on_records(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct run *run = run_of_handle(core, handle);
	enum jx_err err;

	(void)id;
	if (run == NULL)
		return;
	err = pieces_add_records(&run->inputs, rows);
	if (err == JX_OK && run->is_cancelled) {
		run_end(core, run);
		return;
	}
	if (err == JX_OK) {
		run->work_ticket = work_ticket(WORK_RUN, handle);
		run_move(run, RUN_ON_READ);
		err = pieces_start(&run->inputs, core->world.job, run->work_ticket);
	}
	if (err != JX_OK)
		run_postpone(core, run);
}

static void
run_on_scheme(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct run *run = run_of_handle(core, handle);
	char year[16];
	struct ask_params params = {{NULL}};
	enum jx_err err;

	(void)id;
	if (run == NULL)
		return;
	err = rows->err == JX_OK && rows->row_count == 0 ? JX_E_INTERNAL : rows->err;
	if (err == JX_OK)
		err = pieces_add(&run->inputs, WORK_IN_SCHEME, 0, ask_cell(rows, 0, 0));
	snprintf(year, sizeof year, "%u", run->year);
	params.text[0] = run->city;
	params.text[1] = year;
	params.text[2] = run->batch;
	if (err == JX_OK)
		err = ask_send(core, QUESTION_RECORDS, &params, (struct request_id){0, 0}, handle,
		    run_on_records);
	if (err != JX_OK)
		run_postpone(core, run);
}

static void
run_on_row(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct run *run = run_of_handle(core, handle);
	struct arena *arena = arena_new(64 << 10);
	char year[16];
	struct ask_params params = {{NULL}};
	const Jx__Run *row = NULL;
	enum jx_err err = rows->err;

	(void)id;
	if (run == NULL) {
		arena_free(arena);
		return;
	}
	if (err == JX_OK && arena != NULL && rows->row_count > 0)
		row = run_row_read(arena, rows, 0);
	if (row != NULL &&
	    strcmp(row->state, "running") != 0) { /* ended already, by cancel or an earlier life */
		arena_free(arena);
		run_end(core, run);
		return;
	}
	if (row != NULL) {
		run->is_final = strcmp(row->kind, "final") == 0;
		snprintf(run->batch, sizeof run->batch, "%llu", (unsigned long long)row->batch);
		snprintf(year, sizeof year, "%u", run->year);
		params = (struct ask_params){{run->city, year, run->batch}};
		err = pieces_add_number(&run->inputs, WORK_IN_KIND, WORK_RUN);
		if (err == JX_OK)
			err = pieces_add_number(&run->inputs, WORK_IN_FINAL, run->is_final);
		if (err == JX_OK)
			err = ask_send(core, QUESTION_SCHEME, &params, (struct request_id){0, 0},
			    handle, run_on_scheme);
	}
	arena_free(arena);
	if (row == NULL || err != JX_OK)
		run_postpone(core, run);
}

/* Its first step, when it is due. */
static void
run_begin(struct core *core, struct run *run)
{
	char year[16], number[16];
	struct ask_params params = {{run->city, year, number}};

	if (run->state != RUN_WAITING || core->now.mono_us < run->retry_us || core->is_draining)
		return;
	snprintf(year, sizeof year, "%u", run->year);
	snprintf(number, sizeof number, "%u", run->number);
	run_move(run, RUN_ON_TURN);
	if (ask_send(core, QUESTION_RUN, &params, (struct request_id){0, 0}, run_handle(core, run),
		run_on_row) != JX_OK)
		run_postpone(core, run);
}

void
run_tick(struct core *core)
{
	if (core->runs.is_more && run_places(core) > 0 && core->intake.is_available)
		run_resume_all(core);
	for (int i = 0; i < RUN_COUNT_MAX; i++)
		run_begin(core, &core->runs.slots[i]);
}

/* ---- Starting and cancelling. */

/* A run of the store's takes its place and begins, unless it is under way already. */
static void
run_enter(struct core *core, const char *city, uint32_t year, uint32_t number)
{
	struct run *run;

	if (run_find(core, city, year, number) != NULL)
		return;
	run = run_add(core, city, year, number);
	if (run == NULL)
		core->runs.is_more = true;
	else
		run_begin(core, run);
}

static void
run_on_started(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct request *req = request_find(core, id);
	Jx__RunReply reply = JX__RUN_REPLY__INIT;
	Jx__Run run = JX__RUN__INIT;
	const Jx__RunStart *start;

	(void)handle;
	core->runs.starting--;
	if (req == NULL)
		return; /* then nobody knows the run's number yet; run_resume_all finds it */
	if (outcome->err != JX_OK) {
		request_fail(core, req, outcome->err, NULL);
		return;
	}
	start = (const Jx__RunStart *)req->message;
	run_enter(core, start->city, start->year, (uint32_t)outcome->value);
	run.has_run = run.has_year = true;
	run.run = (uint32_t)outcome->value;
	run.year = start->year;
	run.city = start->city;
	run.state = (char *)(uintptr_t) "running";
	run.kind = (char *)(uintptr_t)(start->final ? "final" : "provisional");
	reply.run = &run;
	reply.receipt = write_receipt(req->arena, outcome->receipt);
	reply.has_replayed = true;
	reply.replayed = outcome->replayed;
	request_reply(core, req, JX__ENVELOPE__BODY_RUN_REPLY, &reply);
}

void
run_handle_start(struct core *core, struct request *req)
{
	const Jx__RunStart *start = (const Jx__RunStart *)req->message;
	uint8_t content_hash[32];

	if (run_places(core) == 0) {
		request_fail(core, req, JX_E_BUSY, NULL);
		return;
	}
	write_content_hash(req, req->message, content_hash);
	if (write_start(core, req, "run_start", json_pack("{s:b}", "final", start->final), 0,
		content_hash, run_on_started))
		core->runs.starting++;
}

static void
run_on_cancelled(
    struct core *core, struct request_id id, uint64_t handle, const struct intake_outcome *outcome)
{
	struct request *req = request_find(core, id);
	struct run *run = handle == 0 ? NULL : run_of_handle(core, handle);

	if (outcome->err == JX_OK && run != NULL) {
		run->is_cancelled = true;
		if (run->state == RUN_COMPUTING)
			core->world.job->cancel(core->world.job->arg, run->work_ticket);
		else if (run->state == RUN_WAITING)
			run_end(core, run);
	}
	if (req != NULL)
		write_on_stored(core, id, 0, outcome);
}

void
run_handle_cancel(struct core *core, struct request *req)
{
	const Jx__RunCancel *cancel = (const Jx__RunCancel *)req->message;
	const struct run *run = run_find(core, cancel->city, cancel->year, cancel->run);
	uint8_t content_hash[32];

	write_content_hash(req, req->message, content_hash);
	write_start(core, req, "run_cancel", json_pack("{s:I}", "run", (json_int_t)cancel->run),
	    run == NULL ? 0 : run_handle(core, run), content_hash, run_on_cancelled);
}

static void
run_on_open(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct arena *arena = arena_new(1 << 20);

	(void)id;
	(void)handle;
	core->runs.is_more = arena == NULL || rows->err != JX_OK;
	for (size_t i = 0; arena != NULL && rows->err == JX_OK && i < rows->row_count; i++) {
		const Jx__Run *row = run_row_read(arena, rows, i);

		if (row == NULL)
			core->runs.is_more = true;
		else
			run_enter(core, row->city, row->year, row->run);
	}
	arena_free(arena);
}

void
run_resume_all(struct core *core)
{
	core->runs.is_more = ask_send(core, QUESTION_RUNS_OPEN, NULL, (struct request_id){0, 0}, 0,
				 run_on_open) != JX_OK;
}

/* ---- Listing. */

static void
run_on_listed(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	Jx__RunsReply reply = JX__RUNS_REPLY__INIT;

	(void)handle;
	if (req == NULL)
		return;
	reply.runs = arena_alloc(req->arena, (rows->row_count + 1) * sizeof *reply.runs);
	while (reply.runs != NULL && reply.n_runs < rows->row_count) {
		reply.runs[reply.n_runs] = run_row_read(req->arena, rows, reply.n_runs);
		if (reply.runs[reply.n_runs] == NULL)
			break;
		reply.n_runs++;
	}
	if (reply.n_runs != rows->row_count)
		request_fail(core, req, JX_E_MEMORY, NULL);
	else
		request_reply(core, req, JX__ENVELOPE__BODY_RUNS_REPLY, &reply);
}

void
run_handle_list(struct core *core, struct request *req)
{
	const Jx__Runs *runs = (const Jx__Runs *)req->message;
	char year[16];
	struct ask_params params = {{runs->city, year}};
	enum jx_err err;

	snprintf(year, sizeof year, "%u", runs->year);
	err = ask_send(core, QUESTION_RUNS, &params, req->id, 0, run_on_listed);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}
