/* Two runs side by side: whose rank, grade or award moves, and because of which input (R32). */
#include <string.h>

#include "deeds/sight.h"
#include "deeds/view.h"
#include "records/paper.h"
#include "scoring/figure.h"

struct pair {
	const struct deed_run *older, *newer;
};

static const Jx__UnitResult *
unit_find(const struct deed_run *run, const char *unit)
{
	for (size_t i = 0; i < run->unit_count; i++)
		if (deed_is(run->units[i]->unit, unit))
			return run->units[i];
	return NULL;
}

static const char *
awards_of(struct view_ctx *ctx, const Jx__UnitResult *unit)
{
	const char *text = "";

	for (size_t i = 0; unit != NULL && text != NULL && i < unit->n_awards; i++)
		text = arena_printf(ctx->arena, "%s%s%s", text, i == 0 ? "" : " ", unit->awards[i]);
	return text;
}

/* "basic 2.70→2.85; …": exact figures are compared, published ones are shown. */
static const char *
moved_components(struct view_ctx *ctx, const Jx__UnitResult *before, const Jx__UnitResult *after)
{
	const char *text = "";

	if (before == NULL || after == NULL || before->n_components != after->n_components)
		return text;
	for (size_t i = 0; i < after->n_components && text != NULL; i++) {
		const Jx__Component *b = before->components[i], *a = after->components[i];

		if (!deed_is(a->component, b->component) || figure_compare(a->exact, b->exact) != 0)
			text = arena_printf(ctx->arena, "%s%s%s %s→%s", text, *text == '\0' ? "" : "; ", a->component,
			    deed_str(b->published), deed_str(a->published));
	}
	return text;
}

static const char *
arrow(struct view_ctx *ctx, const char *before, const char *after)
{
	return deed_is(before, after) ? after : arena_printf(ctx->arena, "%s→%s", deed_str(before), deed_str(after));
}

static const char *
rank_of(struct view_ctx *ctx, const Jx__UnitResult *unit)
{
	return unit == NULL ? "" : arena_printf(ctx->arena, "%u", unit->rank);
}

static void
add_unit(struct view_ctx *ctx, const Jx__UnitResult *before, const Jx__UnitResult *after)
{
	const Jx__UnitResult *any = after != NULL ? after : before;
	const char *moved = moved_components(ctx, before, after);
	const char *rank = arrow(ctx, rank_of(ctx, before), rank_of(ctx, after));
	const char *grade =
	    arrow(ctx, before == NULL ? "" : before->grade, after == NULL ? "" : after->grade);
	const char *awards = arrow(ctx, awards_of(ctx, before), awards_of(ctx, after));
	const char *total =
	    arrow(ctx, before == NULL ? "" : before->total, after == NULL ? "" : after->total);
	bool is_moved = *deed_str(moved) != '\0' || strstr(deed_str(rank), "→") != NULL ||
			strstr(deed_str(grade), "→") != NULL || strstr(deed_str(awards), "→") != NULL ||
			strstr(deed_str(total), "→") != NULL;

	view_row(ctx);
	view_add(ctx, is_moved ? view_say(ctx, "变动", "moved") : view_say(ctx, "不变", "same"));
	view_add(ctx, any->unit);
	view_add(ctx, book_unit_name(ctx->book, any->unit));
	view_add(ctx, total);
	view_add(ctx, grade);
	view_add(ctx, rank);
	view_add(ctx, awards);
	view_add(ctx, moved);
}

static void
add_units(struct view_ctx *ctx, const struct pair *pair)
{
	for (size_t i = 0; i < pair->newer->unit_count; i++)
		add_unit(ctx, unit_find(pair->older, pair->newer->units[i]->unit), pair->newer->units[i]);
	for (size_t i = 0; i < pair->older->unit_count; i++)
		if (unit_find(pair->newer, pair->older->units[i]->unit) == NULL)
			add_unit(ctx, pair->older->units[i], NULL);
}

/* ---- The inputs that changed between them. */

static void
input_row(struct view_ctx *ctx, const char *key, const char *value)
{
	view_row(ctx);
	view_add(ctx, view_say(ctx, "数据", "input"));
	view_add(ctx, key);
	for (int i = 0; i < 5; i++)
		view_add(ctx, "");
	view_add(ctx, value);
}

/* The fields that are no keys: "points=9.5". */
static const char *
value_of(struct view_ctx *ctx, enum record_kind kind, const ProtobufCMessage *record)
{
	const struct record_row *row = &record_kinds[kind];
	char buffer[RECORD_TEXT_SIZE];
	const char *text = "";

	for (size_t i = 0; i < row->field_count && text != NULL; i++)
		if (!row->fields[i].key)
			text = arena_printf(ctx->arena, "%s%s%s=%s", text, *text == '\0' ? "" : " ", row->fields[i].name,
			    record_field_text(record, kind, i, buffer));
	return text;
}

static void
add_input(struct view_ctx *ctx, enum record_kind kind, const struct book_entry *entry)
{
	char *key = paper_key(ctx->arena, kind, entry->record);

	input_row(ctx, arena_printf(ctx->arena, "%s:%s", record_kinds[kind].name, deed_str(key)),
	    value_of(ctx, kind, entry->record));
}

/* What stands in the book is the newest: it shows what changed since the older run, up to the newer one. */
static void
add_inputs_of(struct view_ctx *ctx, enum record_kind kind, const struct pair *pair)
{
	uint64_t from = pair->older->run->batch, to = pair->newer->run->batch;
	size_t shown = 0, hidden = 0;

	for (size_t i = 0; i < book_count(ctx->book, kind); i++) {
		const struct book_entry *entry = book_at(ctx->book, kind, i);

		if (entry->batch <= from || entry->batch > to)
			continue;
		/* Single ballots and single leaders' marks are nobody's to read (R42). */
		if (kind != RECORD_LEADER_MARKS && kind != RECORD_BALLOTS &&
		    sight_may(ctx->book, ctx->actor, kind, entry->record)) {
			add_input(ctx, kind, entry);
			shown++;
		} else {
			hidden++;
		}
	}
	if (hidden > 0)
		input_row(ctx, record_kinds[kind].name,
		    arena_printf(ctx->arena, "%zu %s", hidden, view_say(ctx, "条变动，不显示内容", "changed, not shown")));
	else if (shown == 0 && book_changed(ctx->book, kind) > from)
		input_row(ctx, record_kinds[kind].name, view_say(ctx, "有撤回，或其后又有变动", "withdrawn, or changed again since"));
}

static enum jx_err
runs_compare(struct view_ctx *ctx)
{
	bool is_newer = ctx->run.run->run >= ctx->other.run->run;
	const struct pair pair = {is_newer ? &ctx->other : &ctx->run, is_newer ? &ctx->run : &ctx->other};

	ctx->title = arena_printf(ctx->arena, "%s %u → %u", view_say(ctx, "核算", "run"),
	    pair.older->run->run, pair.newer->run->run);
	add_units(ctx, &pair);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		add_inputs_of(ctx, (enum record_kind)kind, &pair);
	return JX_OK;
}

/* clang-format off */
static const struct view_column columns[] = {
	{"kind",   "类型",       "kind",   "text"},
	{"key",    "单位或数据", "key",    "text"},
	{"name",   "名称",       "name",   "text"},
	{"total",  "总分",       "total",  "text"},
	{"grade",  "等次",       "grade",  "text"},
	{"rank",   "名次",       "rank",   "text"},
	{"awards", "奖项",       "awards", "text"},
	{"moved",  "变动",       "moved",  "text"},
};
static const struct view views[] = {
	{"run.compare", "两次核算的差别和原因", "two runs side by side", ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR, VIEW_RUN | VIEW_OTHER,
	    columns, sizeof columns / sizeof *columns, runs_compare, "R32"},
};
/* clang-format on */

const struct chapter runs_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
