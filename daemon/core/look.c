#include "core/look.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/inside.h"
#include "core/run_read.h"
#include "deeds/sight.h"
#include "deeds/view.h"
#include "records/json.h"

/* Lives in the request's arena. */
struct look {
	struct view_ctx ctx;
	Jx__View args;
	uint32_t explain_page;
};

static struct look *
look_of(const struct request *req)
{
	return (struct look *)(uintptr_t)req->scratch;
}

/* ---- The table as an answer. */

static Jx__Column **
look_columns(struct arena *arena, const struct view_column *columns, size_t count)
{
	Jx__Column **list = arena_alloc(arena, (count + 1) * sizeof *list);

	for (size_t i = 0; list != NULL && i < count; i++) {
		list[i] = arena_alloc(arena, sizeof *list[i]);
		if (list[i] == NULL)
			return NULL;
		jx__column__init(list[i]);
		list[i]->name = (char *)(uintptr_t)columns[i].name;
		list[i]->zh = (char *)(uintptr_t)columns[i].zh;
		list[i]->en = (char *)(uintptr_t)columns[i].en;
		list[i]->type = (char *)(uintptr_t)columns[i].type;
	}
	return list;
}

static void
look_reply(struct core *core, struct request *req, const struct view_ctx *ctx, size_t offset)
{
	Jx__Table table = JX__TABLE__INIT;
	size_t size = 0, count = 0, left;

	offset = offset > ctx->row_count ? ctx->row_count : offset;
	left = ctx->row_count - offset;
	while (count < left && count < VIEW_PAGE_ROW_COUNT) {
		size += protobuf_c_message_get_packed_size(&ctx->rows[offset + count]->base) + 4;
		if (count > 0 && size > LOOK_PAGE_SIZE_MAX)
			break;
		count++;
	}
	table.columns = look_columns(req->arena, ctx->columns, ctx->column_count);
	table.n_columns = ctx->column_count;
	table.rows = ctx->rows == NULL ? NULL : ctx->rows + offset;
	table.n_rows = count;
	table.title = ctx->title;
	table.has_next = count < left;
	table.next = (uint32_t)(offset + count);
	table.has_version = ctx->version != 0;
	table.version = ctx->version;
	if (table.columns == NULL)
		request_fail(core, req, JX_E_MEMORY, NULL);
	else
		request_reply(core, req, JX__ENVELOPE__BODY_TABLE, &table);
}

/* ---- Views. */

static void
look_on_book(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	struct look *look = look_of(req);
	struct arena *arena;
	const char *field = NULL;

	if (err != JX_OK) {
		request_fail(core, req, err, err == JX_E_NOT_FOUND ? "year" : NULL);
		return;
	}
	arena = arena_new(LOOK_VIEW_SIZE_MAX);
	look->ctx.book = book;
	look->ctx.arena = arena;
	err = arena == NULL ? JX_E_MEMORY : view_make(&look->ctx, &field);
	if (err != JX_OK)
		request_fail(core, req, err, field);
	else
		look_reply(core, req, &look->ctx, look->args.offset);
	arena_free(arena);
}

static void
look_enter(struct core *core, struct request *req)
{
	struct look *look = look_of(req);

	books_enter(core, req, look->args.city, look->args.year, BOOKS_READ, look_on_book);
}

/* ---- How many cards of each poll were cast. */

static void
look_on_casts(struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, NULL);
	struct view_cast *casts;

	(void)handle;
	if (req == NULL)
		return;
	casts = arena_alloc(req->arena, (rows->row_count + 1) * sizeof *casts);
	for (size_t i = 0; casts != NULL && i < rows->row_count; i++) {
		casts[i].poll = ask_text(req->arena, rows, i, 0);
		casts[i].count = (uint32_t)ask_number(rows, i, 1);
		if (casts[i].poll == NULL)
			casts = NULL;
	}
	if (casts == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return;
	}
	look_of(req)->ctx.casts = casts;
	look_of(req)->ctx.cast_count = rows->row_count;
	look_enter(core, req);
}

static void
look_ask_casts(struct core *core, struct request *req)
{
	const struct look *look = look_of(req);
	char year[16];
	struct ask_params params = {{look->args.city, year}};
	enum jx_err err;

	snprintf(year, sizeof year, "%u", look->args.year);
	err = ask_send(core, QUESTION_CASTS, &params, req->id, 0, look_on_casts);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

static void look_ask_explanation(struct core *core, struct request *req);

static void
look_on_explanation(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "unit");
	Jx__ExplainPage *page;
	struct look *look;
	Jx__Node **nodes;

	(void)handle;
	if (req == NULL)
		return;
	look = look_of(req);
	page = jx__explain_page__unpack(arena_allocator(req->arena), ask_cell(rows, 0, 0).size, ask_cell(rows, 0, 0).data);
	nodes = page == NULL ? NULL
			     : arena_alloc(req->arena, (look->ctx.node_count + page->n_nodes + 1) * sizeof *nodes);
	if (nodes == NULL) {
		request_fail(core, req, JX_E_MEMORY, NULL);
		return;
	}
	if (look->ctx.node_count > 0)
		memcpy(nodes, look->ctx.nodes, look->ctx.node_count * sizeof *nodes);
	memcpy(nodes + look->ctx.node_count, page->nodes, page->n_nodes * sizeof *nodes);
	look->ctx.nodes = nodes;
	look->ctx.node_count += page->n_nodes;
	look->explain_page++;
	if (page->has_next)
		look_ask_explanation(core, req);
	else
		look_enter(core, req);
}

static void
look_ask_explanation(struct core *core, struct request *req)
{
	struct look *look = look_of(req);
	char year[16], number[16], section[ACTOR_NAME_SIZE + 8], page[16];
	struct ask_params params = {{look->args.city, year, number, section, page}};
	enum jx_err err;

	snprintf(year, sizeof year, "%u", look->args.year);
	snprintf(number, sizeof number, "%u", look->ctx.run.run->run);
	snprintf(section, sizeof section, "unit:%.*s", ACTOR_NAME_SIZE - 1, look->args.unit);
	snprintf(page, sizeof page, "%u", look->explain_page);
	err = ask_send(core, QUESTION_RUN_PAGE, &params, req->id, 0, look_on_explanation);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

static void
look_after_runs(struct core *core, struct request *req)
{
	if ((look_of(req)->ctx.view->arguments & VIEW_EXPLAIN) != 0 && *look_of(req)->args.unit != '\0')
		look_ask_explanation(core, req);
	else
		look_enter(core, req);
}

static void
look_on_other(struct core *core, struct request *req, const struct deed_run *run, enum jx_err err)
{
	if (err != JX_OK) {
		request_fail(core, req, err, "other");
		return;
	}
	look_of(req)->ctx.other = *run;
	look_after_runs(core, req);
}

static void
look_on_run(struct core *core, struct request *req, const struct deed_run *run, enum jx_err err)
{
	struct look *look = look_of(req);

	if (err != JX_OK) {
		request_fail(core, req, err, "run");
		return;
	}
	look->ctx.run = *run;
	if (look->args.other != 0)
		run_read_start(core, req, look->args.city, look->args.year, look->args.other, look_on_other);
	else
		look_after_runs(core, req);
}

static char *
look_or_empty(char *text)
{
	static char nothing[1];

	return text == NULL ? nothing : text;
}

/* Which run a view is of: the one asked for; else the result's own when it has one; else the newest. */
static void
look_pick_run(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	struct look *look = look_of(req);
	const Jx__Outcome *outcome;
	uint32_t run = look->args.run;

	if (err != JX_OK) {
		request_fail(core, req, err, err == JX_E_NOT_FOUND ? "year" : NULL);
		return;
	}
	outcome = (const Jx__Outcome *)book_get(book, PAPER_OUTCOMES, "result");
	if (run == 0 && outcome != NULL)
		run = outcome->run;
	run_read_start(core, req, look->args.city, look->args.year, run, look_on_run);
}

void
look_handle_view(struct core *core, struct request *req)
{
	const Jx__View *message = (const Jx__View *)req->message;
	const struct view *view = message->view == NULL ? NULL : view_find(message->view);
	struct look *look = arena_alloc(req->arena, sizeof *look);

	if (view == NULL || look == NULL) {
		request_fail(core, req, view == NULL ? JX_E_UNKNOWN_REQUEST : JX_E_MEMORY, "view");
		return;
	}
	if ((view->roles & req->actor.role) == 0) {
		request_fail(core, req, JX_E_DENIED, NULL);
		return;
	}
	look->args = *message;
	look->args.unit = look_or_empty(look->args.unit);
	look->args.object = look_or_empty(look->args.object);
	look->args.kind = look_or_empty(look->args.kind);
	look->ctx = (struct view_ctx){
	    .actor = &req->actor,
	    .view = view,
	    .args = &look->args,
	    .now_us = req->received.wall_us,
	    .lang = req->lang,
	};
	req->scratch = (uint64_t)(uintptr_t)look;
	if ((view->arguments & VIEW_RUN) != 0 || look->args.run != 0)
		books_enter(core, req, look->args.city, look->args.year, BOOKS_READ, look_pick_run);
	else if ((view->arguments & VIEW_CASTS) != 0)
		look_ask_casts(core, req);
	else
		look_enter(core, req);
}

/* ---- History. */

static const struct view_column history_columns[] = {
    {"version", "版本", "version", "whole"},
    {"at", "时间", "at", "moment"},
    {"actor", "经办", "actor", "text"},
    {"deed", "办理", "deed", "text"},
    {"reason", "理由", "reason", "text"},
    {"document", "文号", "document", "text"},
    {"field", "项目", "field", "text"},
    {"before", "原值", "before", "text"},
    {"after", "现值", "after", "text"},
};

enum { HISTORY_ACTOR = 2, HISTORY_WITHDRAWN = 7, HISTORY_ROW = 8 };

static ProtobufCMessage *
history_record(struct arena *arena, enum record_kind kind, const struct store_rows *rows, size_t row)
{
	struct bytes cell = ask_cell(rows, row, HISTORY_ROW);
	json_t *object = json_loadb((const char *)cell.data, cell.size, 0, NULL);
	ProtobufCMessage *record = object == NULL ? NULL : record_json_object(arena, kind, object);

	json_decref(object);
	return record;
}

static void
history_add(struct view_ctx *ctx, const struct store_rows *rows, size_t row, const char *field, const char *before,
    const char *after)
{
	static const int cells[] = {0, 3, HISTORY_ACTOR, 4, 5, 6};

	view_row(ctx);
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
		view_add(ctx, ask_text(ctx->arena, rows, row, (size_t)cells[i]));
	view_add(ctx, field);
	view_add(ctx, before);
	view_add(ctx, after);
}

/* One line a field that changed in that version. */
static void
history_compare(struct view_ctx *ctx, enum record_kind kind, const struct store_rows *rows, size_t row,
    const ProtobufCMessage *before, const ProtobufCMessage *after)
{
	char old[RECORD_TEXT_SIZE], new[RECORD_TEXT_SIZE];
	bool is_withdrawn = ask_cell(rows, row, HISTORY_WITHDRAWN).size > 0 &&
			    ask_cell(rows, row, HISTORY_WITHDRAWN).data[0] == 't';

	if (is_withdrawn) {
		history_add(ctx, rows, row, "", view_say(ctx, "(存在)", "(there)"), view_say(ctx, "(撤下)", "(withdrawn)"));
		return;
	}
	for (size_t f = 0; after != NULL && f < record_kinds[kind].field_count; f++) {
		const char *from = before == NULL ? "" : record_field_text(before, kind, f, old);
		const char *to = record_field_text(after, kind, f, new);

		if (!record_kinds[kind].fields[f].key && strcmp(from, to) != 0)
			history_add(ctx, rows, row,
			    view_say(ctx, record_kinds[kind].fields[f].zh, record_kinds[kind].fields[f].name), from, to);
	}
}

/* A reader sees versions only of what it may see as it is in that version. */
static void
history_fill(struct view_ctx *ctx, enum record_kind kind, const struct store_rows *rows)
{
	const ProtobufCMessage *before = NULL;

	for (size_t i = 0; i < rows->row_count; i++) {
		ProtobufCMessage *after = history_record(ctx->arena, kind, rows, i);

		if (after != NULL && sight_may(ctx->book, ctx->actor, kind, after))
			history_compare(ctx, kind, rows, i, before, after);
		before = after;
	}
}

/* The rows have come; the book was there when they were asked for and is asked for again. */
static void
history_on_rows(
    struct core *core, struct request_id id, uint64_t handle, const struct store_rows *rows)
{
	struct request *req = ask_owner(core, id, rows, "key");
	struct view_ctx ctx;
	struct book *book;

	(void)handle;
	if (req == NULL)
		return;
	book = books_now(core, ((const Jx__History *)req->message)->city, ((const Jx__History *)req->message)->year);
	if (book == NULL) {
		request_fail(core, req, JX_E_BUSY, NULL);
		return;
	}
	ctx = (struct view_ctx){.book = book,
	    .actor = &req->actor,
	    .lang = req->lang,
	    .arena = arena_new(LOOK_VIEW_SIZE_MAX),
	    .columns = history_columns,
	    .column_count = sizeof history_columns / sizeof *history_columns};
	if (ctx.arena != NULL)
		history_fill(&ctx, (enum record_kind)req->scratch, rows);
	if (ctx.arena == NULL || ctx.out_of_memory)
		request_fail(core, req, JX_E_MEMORY, NULL);
	else if (ctx.row_count == 0)
		request_fail(core, req, JX_E_DENIED, NULL);
	else
		look_reply(core, req, &ctx, 0);
	arena_free(ctx.arena);
}

static void
look_ask_history(struct core *core, struct request *req, struct book *book, enum jx_err err)
{
	const Jx__History *history = (const Jx__History *)req->message;
	char year[16];
	struct ask_params params = {{history->city, year, history->kind, history->key}};

	(void)book;
	snprintf(year, sizeof year, "%u", history->year);
	if (err != JX_OK) {
		request_fail(core, req, err, err == JX_E_NOT_FOUND ? "year" : NULL);
		return;
	}
	err = ask_send(core, QUESTION_HISTORY, &params, req->id, 0, history_on_rows);
	if (err != JX_OK)
		request_fail(core, req, err, NULL);
}

void
look_handle_history(struct core *core, struct request *req)
{
	const Jx__History *history = (const Jx__History *)req->message;
	enum record_kind kind = history->kind == NULL ? PAPER_END : paper_kind_find(history->kind);

	if (kind == PAPER_END)
		request_fail(core, req, JX_E_FIELD, "kind");
	else if (history->key == NULL || *history->key == '\0')
		request_fail(core, req, JX_E_FIELD, "key");
	else if (!sight_any(&req->actor, kind))
		request_fail(core, req, JX_E_DENIED, NULL);
	else {
		req->scratch = kind;
		books_enter(core, req, history->city, history->year, BOOKS_READ, look_ask_history);
	}
}
