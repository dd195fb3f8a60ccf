#include "core/run_read.h"

#include <stdio.h>
#include <string.h>

#include "core/inside.h"
#include "core/run_row.h"

enum { RUN_READ_UNIT_COUNT_MAX = 20000 };

/* In the request's arena, named by the handle of the questions. */
struct run_read {
	struct deed_run out;
	const char *city;
	uint32_t year, page;
	size_t unit_capacity, hole_capacity;
	run_read_fn fn;
};

static void run_read_page(struct core *core, struct request *req, struct run_read *read);

static struct run_read *
read_of(uint64_t handle)
{
	return (struct run_read *)(uintptr_t)handle;
}

static bool
grow(struct arena *arena, void ***list, size_t count, size_t more, size_t *capacity)
{
	void **grown;

	if (count + more <= *capacity)
		return true;
	if (count + more > RUN_READ_UNIT_COUNT_MAX)
		return false;
	*capacity = 2 * (count + more);
	grown = arena_alloc(arena, *capacity * sizeof *grown);
	if (grown == NULL)
		return false;
	if (count > 0)
		memcpy(grown, *list, count * sizeof *grown);
	*list = grown;
	return true;
}

static bool
run_read_add(struct request *req, struct run_read *read, const Jx__ResultsPage *page)
{
	void **units = (void **)read->out.units, **holes = (void **)read->out.holes;

	if (!grow(req->arena, &units, read->out.unit_count, page->n_units, &read->unit_capacity) ||
	    !grow(req->arena, &holes, read->out.hole_count, page->n_holes, &read->hole_capacity))
		return false;
	read->out.units = (Jx__UnitResult **)units;
	read->out.holes = (Jx__Hole **)holes;
	for (size_t i = 0; i < page->n_units; i++)
		read->out.units[read->out.unit_count++] = page->units[i];
	for (size_t i = 0; i < page->n_holes; i++)
		read->out.holes[read->out.hole_count++] = page->holes[i];
	return true;
}

static void
run_read_on_page(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	struct run_read *read;
	Jx__ResultsPage *page;
	struct bytes packed;

	if (req == NULL)
		return;
	read = read_of(handle);
	if (rows->err != JX_OK || rows->row_count == 0) {
		read->fn(core, req, NULL, rows->err != JX_OK ? rows->err : JX_E_NOT_FOUND);
		return;
	}
	packed = ask_cell(rows, 0, 0);
	page = jx__results_page__unpack(arena_allocator(req->arena), packed.size, packed.data);
	if (page == NULL || !run_read_add(req, read, page)) {
		read->fn(core, req, NULL, JX_E_MEMORY);
		return;
	}
	read->page++;
	if (page->has_next)
		run_read_page(core, req, read);
	else
		read->fn(core, req, &read->out, JX_OK);
}

static void
run_read_page(struct core *core, struct request *req, struct run_read *read)
{
	char year[16], number[16], page[16];
	struct ask_params params = {{read->city, year, number, "results", page}};
	enum jx_err err;

	snprintf(year, sizeof year, "%u", read->year);
	snprintf(number, sizeof number, "%u", read->out.run->run);
	snprintf(page, sizeof page, "%u", read->page);
	err = ask_send(core, QUESTION_RUN_PAGE, &params, req->id, (uint64_t)(uintptr_t)read, run_read_on_page);
	if (err != JX_OK)
		read->fn(core, req, NULL, err);
}

static void
run_read_on_run(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = request_find(core, id);
	struct run_read *read;
	Jx__Run *run;

	if (req == NULL)
		return;
	read = read_of(handle);
	if (rows->err != JX_OK || rows->row_count == 0) {
		read->fn(core, req, NULL, rows->err != JX_OK ? rows->err : JX_E_NOT_FOUND);
		return;
	}
	run = run_row_read(req->arena, rows, 0);
	read->out.run = run;
	if (run == NULL)
		read->fn(core, req, NULL, JX_E_MEMORY);
	else if (strcmp(run->state, "done") != 0 && strcmp(run->state, "refused") != 0)
		read->fn(core, req, NULL, JX_E_NOT_FOUND);
	else
		run_read_page(core, req, read);
}

void
run_read_start(struct core *core, struct request *req, const char *city, uint32_t year, uint32_t number, run_read_fn fn)
{
	struct run_read *read = arena_alloc(req->arena, sizeof *read);
	char year_text[16], number_text[16];
	struct ask_params params = {{city, year_text, number_text}};
	enum jx_err err = JX_E_MEMORY;

	snprintf(year_text, sizeof year_text, "%u", year);
	snprintf(number_text, sizeof number_text, "%u", number);
	if (read != NULL) {
		*read = (struct run_read){.city = city, .year = year, .fn = fn};
		err = ask_send(core, QUESTION_RUN, &params, req->id, (uint64_t)(uintptr_t)read, run_read_on_run);
	}
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}
