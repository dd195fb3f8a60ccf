/* The view "list": the records of one kind that its reader may see (R42). */
#include <string.h>

#include "deeds/sight.h"
#include "deeds/stale.h"
#include "deeds/view.h"
#include "records/field.h"

static bool
list_fits(const struct view_ctx *ctx, enum record_kind kind, const ProtobufCMessage *record)
{
	char buffer[RECORD_TEXT_SIZE];
	int unit = field_find(kind, "unit");

	if (*ctx->args->unit != '\0' &&
	    (unit < 0 || strcmp(record_field_text(record, kind, (size_t)unit, buffer), ctx->args->unit) != 0))
		return false;
	for (size_t i = 0; i < ctx->args->n_filters; i++) {
		const Jx__Filter *filter = ctx->args->filters[i];
		int field = field_find(kind, deed_str(filter->field));

		if (field < 0 ||
		    strcmp(record_field_text(record, kind, (size_t)field, buffer), deed_str(filter->value)) != 0)
			return false;
	}
	return true;
}

static const struct view_column *
list_columns(struct view_ctx *ctx, enum record_kind kind)
{
	const struct record_row *row = &record_kinds[kind];
	struct view_column *columns = arena_alloc(ctx->arena, row->field_count * sizeof *columns);

	for (size_t i = 0; columns != NULL && i < row->field_count; i++)
		columns[i] = (struct view_column){row->fields[i].name, row->fields[i].zh, row->fields[i].en,
		    row->fields[i].type == FIELD_POINTS	   ? "figure"
		    : row->fields[i].type == FIELD_MOMENT ? "moment"
		    : field_is_number(row->fields[i].type) ? "whole"
							   : "text"};
	return columns;
}

static enum jx_err
list_make(struct view_ctx *ctx)
{
	enum record_kind kind = paper_kind_find(ctx->args->kind);
	char buffer[RECORD_TEXT_SIZE];

	if (kind == PAPER_END)
		return JX_E_NOT_FOUND;
	if (!sight_any(ctx->actor, kind))
		return JX_E_DENIED;
	ctx->columns = list_columns(ctx, kind);
	ctx->column_count = record_kinds[kind].field_count;
	if (ctx->columns == NULL)
		return JX_E_MEMORY;
	ctx->title = arena_strdup(ctx->arena, view_say(ctx, record_kinds[kind].zh, record_kinds[kind].en));
	for (size_t i = 0; i < book_count(ctx->book, kind); i++) {
		const struct book_entry *entry = book_at(ctx->book, kind, i);

		if (!sight_may(ctx->book, ctx->actor, kind, entry->record) ||
		    !list_fits(ctx, kind, entry->record))
			continue;
		view_row(ctx);
		for (size_t field = 0; field < ctx->column_count; field++)
			view_add(ctx, record_field_text(entry->record, kind, field, buffer));
		if (ctx->row_count > 0) {
			ctx->rows[ctx->row_count - 1]->has_version = 1;
			ctx->rows[ctx->row_count - 1]->version = entry->version;
		}
	}
	ctx->version = stale_version(ctx->book, kind);
	/* What a push of a unit's goals is based on: its plan's version (E_STALE). */
	if (kind == PAPER_PLAN_GOALS && *ctx->args->unit != '\0') {
		Jx__Plan key = JX__PLAN__INIT;
		const struct book_entry *plan;

		key.unit = ctx->args->unit;
		plan = book_find(ctx->book, PAPER_PLANS, &key.base);
		ctx->version = plan == NULL ? 0 : plan->version;
	}
	return JX_OK;
}

static const struct view views[] = {
    {"list", "列出一种记录", "list the records of a kind", ROLE_ALL, VIEW_KIND | VIEW_MAY_UNIT, NULL, 0, list_make,
	"R42"},
};

const struct chapter list_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
