#include "cli/fetch.h"

#include <string.h>

#include "cli/progress.h"
#include "wire/text.h"

/* A growing list of pointers in the arena. */
struct list {
	void **items;
	size_t count, capacity;
};

static bool
list_add(struct arena *arena, struct list *list, void *const *items, size_t count)
{
	if (list->count + count > list->capacity) {
		size_t capacity = 2 * (list->count + count) + 64;
		void **grown = arena_alloc(arena, capacity * sizeof *grown);

		if (grown == NULL)
			return false;
		if (list->count > 0)
			memcpy(grown, list->items, list->count * sizeof *grown);
		list->items = grown;
		list->capacity = capacity;
	}
	if (count > 0)
		memcpy(list->items + list->count, items, count * sizeof *items);
	list->count += count;
	return true;
}

int
fetch_scheme(struct cli *cli, const struct online_year *year, uint64_t batch, struct bytes *text,
    uint64_t *batch_out)
{
	Jx__SchemeRead read = JX__SCHEME_READ__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_SCHEME_READ, &read, JX__ENVELOPE__BODY_SCHEME_PAGE};
	uint8_t *whole = arena_alloc(cli->arena, TEXT_SCHEME_SIZE_MAX + 1);
	const Jx__SchemePage *page;
	size_t size = 0;
	int status;

	if (whole == NULL)
		return cli_error_memory(cli);
	read.city = ONLINE_TEXT(year->city);
	read.has_year = true;
	read.year = year->year;
	read.has_batch = batch != 0;
	read.batch = batch;
	do {
		read.has_offset = true;
		read.offset = size;
		status = online_ask(cli, &call, (const void **)&page);
		if (status != CLI_EXIT_OK)
			return status;
		if (page->text.len > TEXT_SCHEME_SIZE_MAX - size ||
		    (page->has_next && page->next <= size))
			return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "scheme");
		if (page->text.len > 0)
			memcpy(whole + size, page->text.data, page->text.len);
		size += page->text.len;
		/* The pages that follow are of the state of the first. */
		read.has_batch = true;
		read.batch = page->batch;
	} while (page->has_next);
	*text = (struct bytes){whole, size};
	*batch_out = page->batch;
	return CLI_EXIT_OK;
}

int
fetch_scheme_of_run(
    struct cli *cli, const struct online_year *year, const Jx__Run *run, struct scheme **scheme)
{
	struct faults *faults = faults_new(cli->lang);
	struct bytes text;
	uint64_t batch;
	int status;

	if (faults == NULL)
		return cli_error_memory(cli);
	status = fetch_scheme(cli, year, run->batch, &text, &batch);
	*scheme = status == CLI_EXIT_OK ? scheme_read(text, "scheme.yaml", faults) : NULL;
	faults_free(faults);
	return status;
}

static int
fetch_kind(struct cli *cli, Jx__RecordsRead *read, struct records_builder *builder)
{
	const struct online_call call = {
	    JX__ENVELOPE__BODY_RECORDS_READ, read, JX__ENVELOPE__BODY_RECORDS_PAGE};
	const Jx__RecordsPage *page;
	int status;

	read->offset = 0;
	do {
		status = online_ask(cli, &call, (const void **)&page);
		if (status != CLI_EXIT_OK)
			return status;
		if (page->records != NULL &&
		    records_builder_append(builder, page->records) != JX_OK)
			return cli_error_memory(cli);
		if (page->has_next && page->next <= read->offset)
			return cli_error(cli, JX_E_MALFORMED, "%s", "%s", read->kind);
		read->offset = page->next;
	} while (page->has_next);
	return CLI_EXIT_OK;
}

int
fetch_records(struct cli *cli, const struct online_year *year, uint64_t batch,
    struct records_builder *builder)
{
	Jx__RecordsRead read = JX__RECORDS_READ__INIT;
	int status = CLI_EXIT_OK;

	read.city = ONLINE_TEXT(year->city);
	read.has_year = read.has_batch = read.has_offset = true;
	read.year = year->year;
	read.batch = batch;
	for (int kind = 0; status == CLI_EXIT_OK && kind < RECORD_KIND_COUNT; kind++) {
		progress_show(
		    cli, cli_say(cli, "导出", "exporting"), (uint64_t)kind, RECORD_KIND_COUNT);
		read.kind = ONLINE_TEXT(record_kinds[kind].name);
		status = fetch_kind(cli, &read, builder);
	}
	progress_end(cli);
	return status;
}

int
fetch_outcome(struct cli *cli, const struct online_year *year, uint32_t run,
    const Jx__Run **run_out, struct outcome *outcome)
{
	Jx__ResultsRead read = JX__RESULTS_READ__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_RESULTS_READ, &read, JX__ENVELOPE__BODY_RESULTS_PAGE};
	struct list units = {NULL, 0, 0}, holes = {NULL, 0, 0};
	const Jx__ResultsPage *page;
	int status;

	read.city = ONLINE_TEXT(year->city);
	read.has_year = true;
	read.year = year->year;
	read.has_run = run != 0;
	read.run = run;
	do {
		status = online_ask(cli, &call, (const void **)&page);
		if (status != CLI_EXIT_OK)
			return status;
		if (page->run == NULL || (page->has_next && page->next <= read.page))
			return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "run");
		if (!list_add(cli->arena, &units, (void **)page->units, page->n_units) ||
		    !list_add(cli->arena, &holes, (void **)page->holes, page->n_holes))
			return cli_error_memory(cli);
		read.has_run = read.has_page = true;
		read.run = page->run->run;
		read.page = page->next;
	} while (page->has_next);
	*run_out = page->run;
	*outcome = (struct outcome){
	    .city = year->city,
	    .year = year->year,
	    .is_final = page->run->kind != NULL && strcmp(page->run->kind, "final") == 0,
	    .units = (Jx__UnitResult **)units.items,
	    .unit_count = units.count,
	    .holes = (Jx__Hole **)holes.items,
	    .hole_count = holes.count,
	};
	return CLI_EXIT_OK;
}

/* Numbers may have gaps where nodes were withheld. false: a parent is not there. */
static bool
renumber(const struct cli *cli, Jx__Explanation *explanation)
{
	uint32_t top = 0, *places;

	for (size_t i = 0; i < explanation->n_nodes; i++)
		if (explanation->nodes[i]->node > top)
			top = explanation->nodes[i]->node;
	if (top > 1u << 24)
		return false;
	places = arena_alloc(cli->arena, ((size_t)top + 1) * sizeof *places);
	if (places == NULL)
		return false;
	for (uint32_t i = 0; i < explanation->n_nodes; i++) {
		Jx__Node *node = explanation->nodes[i];

		if (node->has_parent && (node->parent >= node->node || (places[node->parent] == 0)))
			return false;
		if (node->has_parent)
			node->parent = places[node->parent] - 1;
		places[node->node] = i + 1;
		node->node = i;
	}
	return true;
}

int
fetch_explanation(struct cli *cli, const struct online_year *year, uint32_t run, const char *unit,
    Jx__Explanation *explanation)
{
	Jx__ExplainRead read = JX__EXPLAIN_READ__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_EXPLAIN_READ, &read, JX__ENVELOPE__BODY_EXPLAIN_PAGE};
	struct list nodes = {NULL, 0, 0};
	const Jx__ExplainPage *page;
	int status;

	read.city = ONLINE_TEXT(year->city);
	read.has_year = read.has_run = read.has_page = true;
	read.year = year->year;
	read.run = run;
	read.unit = ONLINE_TEXT(unit);
	do {
		status = online_ask(cli, &call, (const void **)&page);
		if (status != CLI_EXIT_OK)
			return status;
		if (page->has_next && page->next <= read.page)
			return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "page");
		if (!list_add(cli->arena, &nodes, (void **)page->nodes, page->n_nodes))
			return cli_error_memory(cli);
		read.page = page->next;
	} while (page->has_next);
	*explanation = (Jx__Explanation)JX__EXPLANATION__INIT;
	explanation->unit = ONLINE_TEXT(unit);
	explanation->nodes = (Jx__Node **)nodes.items;
	explanation->n_nodes = nodes.count;
	if (!renumber(cli, explanation))
		return cli_error(cli, JX_E_MALFORMED, "%s", "%s", "nodes");
	return CLI_EXIT_OK;
}
