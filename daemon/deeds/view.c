#include "deeds/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wire/text.h"

static char nothing[1];

void
view_row(struct view_ctx *ctx)
{
	Jx__Row *row = arena_alloc(ctx->arena, sizeof *row);
	char **cells = arena_alloc(ctx->arena, (ctx->column_count + 1) * sizeof *cells);

	if (ctx->row_count == ctx->row_capacity) {
		size_t capacity = ctx->row_capacity == 0 ? 64 : 2 * ctx->row_capacity;
		Jx__Row **grown = arena_alloc(ctx->arena, capacity * sizeof *grown);

		if (grown == NULL) {
			ctx->out_of_memory = true;
			return;
		}
		if (ctx->row_count > 0)
			memcpy(grown, ctx->rows, ctx->row_count * sizeof *grown);
		ctx->rows = grown;
		ctx->row_capacity = capacity;
	}
	if (row == NULL || cells == NULL) {
		ctx->out_of_memory = true;
		return;
	}
	jx__row__init(row);
	row->cells = cells;
	ctx->rows[ctx->row_count++] = row;
}

void
view_add(struct view_ctx *ctx, const char *text)
{
	Jx__Row *row = ctx->row_count == 0 ? NULL : ctx->rows[ctx->row_count - 1];
	char *copy = arena_strdup(ctx->arena, text == NULL ? "" : text);

	if (copy == NULL)
		ctx->out_of_memory = true;
	if (row != NULL && row->n_cells < ctx->column_count)
		row->cells[row->n_cells++] = copy == NULL ? nothing : copy;
}

void
view_add_number(struct view_ctx *ctx, uint64_t number)
{
	view_addf(ctx, "%llu", (unsigned long long)number);
}

void
view_add_points(struct view_ctx *ctx, int64_t hundredths)
{
	char buffer[TEXT_DECIMAL_SIZE];

	view_add(ctx, text_decimal(hundredths, buffer));
}

void
view_addf(struct view_ctx *ctx, const char *format, ...)
{
	char buffer[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(buffer, sizeof buffer, format, arguments);
	va_end(arguments);
	view_add(ctx, buffer);
}

const char *
view_say(const struct view_ctx *ctx, const char *zh, const char *en)
{
	return ctx->lang == JX_EN ? en : zh;
}

static enum jx_err
check_arguments(const struct view_ctx *ctx, const char **field)
{
	const Jx__View *args = ctx->args;
	const struct {
		const char *name;
		unsigned required, allowed;
		bool is_given;
	} rows[] = {
	    {"unit", VIEW_UNIT, VIEW_MAY_UNIT, *args->unit != '\0'},
	    {"object", VIEW_OBJECT, VIEW_MAY_OBJECT, *args->object != '\0'},
	    {"kind", VIEW_KIND, 0, *args->kind != '\0'},
	    {"run", 0, VIEW_RUN | VIEW_MAY_RUN, args->run != 0},
	    {"other", VIEW_OTHER, VIEW_MAY_OTHER, args->other != 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		*field = rows[i].name;
		if (rows[i].is_given
			? (ctx->view->arguments & (rows[i].required | rows[i].allowed)) == 0
			: (ctx->view->arguments & rows[i].required) != 0)
			return JX_E_FIELD;
	}
	*field = NULL;
	return JX_OK;
}

enum jx_err
view_make(struct view_ctx *ctx, const char **field)
{
	const struct view *view = ctx->view;
	enum jx_err err;

	*field = NULL;
	if ((view->roles & ctx->actor->role) == 0)
		return JX_E_DENIED;
	if (*ctx->args->unit != '\0' && (view->arguments & VIEW_ANY_UNIT) == 0 &&
	    (ctx->actor->role & (ROLE_CLERK | ROLE_HEAD)) != 0 &&
	    strcmp(ctx->args->unit, ctx->actor->unit) != 0)
		return JX_E_DENIED;
	err = check_arguments(ctx, field);
	if (err != JX_OK)
		return err;
	ctx->columns = view->columns;
	ctx->column_count = view->column_count;
	err = view->make(ctx);
	return ctx->out_of_memory ? JX_E_MEMORY : err;
}
