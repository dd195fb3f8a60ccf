#include "core/result.h"

#include <stdio.h>
#include <string.h>

#include "core/inside.h"
#include "core/run_row.h"

/* A page request, whichever of the two it is. */
struct result_ask {
	const char *city;
	uint32_t year, run, page;
	const char *unit; /* NULL: results */
};

static struct result_ask
result_ask_of(const struct request *req)
{
	const Jx__ResultsRead *results = (const Jx__ResultsRead *)req->message;
	const Jx__ExplainRead *explain = (const Jx__ExplainRead *)req->message;

	if (req->message->descriptor == &jx__results_read__descriptor)
		return (struct result_ask){
		    results->city, results->year, results->run, results->page, NULL};
	return (struct result_ask){
	    explain->city, explain->year, explain->run, explain->page, explain->unit};
}

/* Drops the children of the leaders' component. Nodes come parents first. */
static void
result_withhold(Jx__ExplainPage *page)
{
	static const char component[] = "leaders";
	size_t kept = 0;

	for (size_t i = 0; i < page->n_nodes; i++) {
		Jx__Node *node = page->nodes[i];
		const char *kind = node->kind == NULL ? "" : node->kind;
		bool is_below = node->within != NULL && strcmp(node->within, component) == 0 &&
				strcmp(kind, "component") != 0;

		if (!is_below)
			page->nodes[kept++] = node;
	}
	page->n_nodes = kept;
}

/* The run of a page is in the request's arena since result_on_run. */
static Jx__Run *
result_run(const struct request *req)
{
	return (Jx__Run *)(uintptr_t)req->scratch;
}

static void
result_on_explain_page(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "unit");
	Jx__ExplainPage *page;
	struct bytes packed;

	(void)handle;
	if (req == NULL)
		return;
	packed = ask_cell(rows, 0, 0);
	page = jx__explain_page__unpack(arena_allocator(req->arena), packed.size, packed.data);
	if (page == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return;
	}
	page->run = result_run(req);
	if (req->actor.role != ROLE_OFFICE)
		result_withhold(page);
	request_reply(core, req, JX__ENVELOPE__BODY_EXPLAIN_PAGE, page);
}

static void
result_on_results_page(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "page");
	Jx__ResultsPage *page;
	struct bytes packed;

	(void)handle;
	if (req == NULL)
		return;
	packed = ask_cell(rows, 0, 0);
	page = jx__results_page__unpack(arena_allocator(req->arena), packed.size, packed.data);
	if (page == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return;
	}
	page->run = result_run(req);
	request_reply(core, req, JX__ENVELOPE__BODY_RESULTS_PAGE, page);
}

static void
result_on_run(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "run");
	char year[16], number[16], section[ACTOR_NAME_SIZE + 8], page[16];
	struct ask_params params = {{NULL}};
	struct result_ask ask;
	Jx__Run *run;
	enum jx_err err;

	(void)handle;
	if (req == NULL)
		return;
	ask = result_ask_of(req);
	run = run_row_read(req->arena, rows, 0);
	if (run == NULL || strcmp(run->state, "running") == 0 ||
	    strcmp(run->state, "failed") == 0 || strcmp(run->state, "cancelled") == 0) {
		request_fail(core, req, run == NULL ? JX_E_MEMORY : JX_E_NOT_FOUND, "run");
		return;
	}
	req->scratch = (uint64_t)(uintptr_t)run;
	snprintf(year, sizeof year, "%u", run->year);
	snprintf(number, sizeof number, "%u", run->run);
	snprintf(page, sizeof page, "%u", ask.page);
	if (ask.unit == NULL)
		snprintf(section, sizeof section, "results");
	else
		snprintf(section, sizeof section, "unit:%s", ask.unit);
	params = (struct ask_params){{run->city, year, number, section, page}};
	err = ask_send(core, QUESTION_RUN_PAGE, &params, id, 0,
	    ask.unit == NULL ? result_on_results_page : result_on_explain_page);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

static void
result_start(struct core *core, struct request *req)
{
	struct result_ask ask = result_ask_of(req);
	char year[16], number[16];
	struct ask_params params = {{ask.city, year, number}};
	enum jx_err err;

	snprintf(year, sizeof year, "%u", ask.year);
	snprintf(number, sizeof number, "%u", ask.run);
	err = ask_send(core, QUESTION_RUN, &params, req->id, 0, result_on_run);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

void
result_handle_read(struct core *core, struct request *req)
{
	result_start(core, req);
}

void
result_handle_explain(struct core *core, struct request *req)
{
	const Jx__ExplainRead *explain = (const Jx__ExplainRead *)req->message;

	if (explain->unit == NULL || *explain->unit == '\0' ||
	    strlen(explain->unit) >= ACTOR_NAME_SIZE)
		request_fail(core, req, JX_E_FIELD, "unit");
	else
		result_start(core, req);
}
