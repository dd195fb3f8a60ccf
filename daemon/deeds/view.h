/*
 * deeds/view.h: what can be looked at (查看): one row a view, one pure function
 * that makes a table for who asks.
 *
 * A view shows only what its reader may see: the row says which roles may ask;
 * rows of single records pass sight_may (deeds/sight.h, R42).
 */
#ifndef JX_DEEDS_VIEW_H
#define JX_DEEDS_VIEW_H

#include "deeds/deed.h"

enum { VIEW_PAGE_ROW_COUNT = 200 };

enum view_argument {
	VIEW_UNIT = 1 << 0,   /* required */
	VIEW_OBJECT = 1 << 1,
	VIEW_KIND = 1 << 2,
	VIEW_RUN = 1 << 3,    /* a run: 0 is the newest that is done; ctx->run is there */
	VIEW_OTHER = 1 << 4,  /* a second run: ctx->other */
	VIEW_ANY_UNIT = 1 << 6, /* clerks and heads may name another's unit */
	VIEW_CASTS = 1 << 7,    /* how many cards of each poll were cast: ctx->casts */
	VIEW_EXPLAIN = 1 << 5, /* the run's explanation of args->unit: ctx->nodes */
	VIEW_MAY_UNIT = 1 << 16,
	VIEW_MAY_OBJECT = 1 << 17,
	VIEW_MAY_RUN = 1 << 18,
	VIEW_MAY_OTHER = 1 << 19,
};

struct view_cast {
	const char *poll;
	uint32_t count;
};

struct view_column {
	const char *name, *zh, *en;
	const char *type; /* "text" "whole" "figure" "moment" */
};

struct view_ctx {
	const struct book *book;
	const struct actor *actor;
	const struct view *view;
	const Jx__View *args; /* texts left out are "" */
	uint64_t now_us;
	enum jx_lang lang;
	struct deed_run run, other;
	Jx__Node **nodes; /* VIEW_EXPLAIN */
	size_t node_count;
	const struct view_cast *casts; /* VIEW_CASTS */
	size_t cast_count;
	struct arena *arena;
	/* the table */
	const struct view_column *columns; /* of the row, or set by the function */
	size_t column_count;
	Jx__Row **rows;
	size_t row_count, row_capacity;
	char *title;
	uint64_t version;
	bool out_of_memory;
};

typedef enum jx_err (*view_fn)(struct view_ctx *ctx);

struct view {
	const char *name; /* "todo": `jixiao todo`; "plan.coverage": `jixiao plan coverage` */
	const char *zh, *en;
	unsigned roles;
	unsigned arguments;
	const struct view_column *columns;
	size_t column_count;
	view_fn make;
	const char *requirement;
};

size_t view_count(void);
const struct view *view_at(size_t index);
const struct view *view_find(const char *name);

/* A new row of ctx->column_count empty cells; cells are set in order by view_add. */
void view_row(struct view_ctx *ctx);
void view_add(struct view_ctx *ctx, const char *text); /* copied; NULL is "" */
void view_add_number(struct view_ctx *ctx, uint64_t number);
void view_add_points(struct view_ctx *ctx, int64_t hundredths);
__attribute__((format(printf, 2, 3))) void view_addf(struct view_ctx *ctx, const char *format, ...);
/* zh or en, by the reader's language. */
const char *view_say(const struct view_ctx *ctx, const char *zh, const char *en);

/* Gate (role, arguments, whose) and make. *field likewise. */
JX_MUST_USE enum jx_err view_make(struct view_ctx *ctx, const char **field);

#endif
