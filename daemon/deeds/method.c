/* Common goals: each department that sets an item brings its method; the office issues all at once
 * (R07, R08). */
#include "deeds/plan_goal.h"
#include "deeds/view.h"

static bool
is_issued(const struct book *book)
{
	const Jx__Method *method;
	size_t cursor = 0;

	while ((method = (const Jx__Method *)book_next(book, PAPER_METHODS, NULL, &cursor)) != NULL)
		if (!deed_is(method->document, ""))
			return true;
	return false;
}

static bool
sets(const struct scheme_item *item, const char *by)
{
	for (size_t i = 0; i < item->set_by_count; i++)
		if (deed_is(item->set_by[i], by))
			return true;
	return false;
}

static enum jx_err
method_push(struct deed_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__Records *rows = ctx->args->rows;

	if (is_issued(ctx->book))
		deed_why(ctx, "共性工作目标已下达，评估办法不再改动",
		    "the common goals are issued: their methods change no more");
	for (size_t i = 0; i < rows->n_methods; i++) {
		const Jx__Method *row = rows->methods[i];
		const struct scheme_kind *kind =
		    &scheme->kinds[deed_is(row->kind, kind_code(KIND_COUNTY)) ? KIND_COUNTY
									      : KIND_DEPARTMENT];
		int item = scheme_item_find(kind->common, kind->common_count, row->item);
		Jx__Method *put;

		if (item < 0)
			deed_fault(ctx, PAPER_METHODS, i, "item", "不是该类单位的共性工作目标",
			    "not a common item of this kind");
		else if (!sets(&kind->common[item], row->by))
			deed_fault(ctx, PAPER_METHODS, i, "by", "这个项目不由该部门设定",
			    "this department does not set the item");
		put = deed_put_row(ctx, PAPER_METHODS, &row->base);
		put->document = NULL;
	}
	return deed_verdict(ctx);
}

/* Sees each (kind, item, setter) of the scheme. */
typedef void (*setter_fn)(void *to, enum kind kind, const struct scheme_item *item, const char *by);

static void
for_setters(const struct scheme *scheme, setter_fn see, void *to)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (size_t i = 0; i < scheme->kinds[kind].common_count; i++)
			for (size_t j = 0; j < scheme->kinds[kind].common[i].set_by_count; j++)
				see(to, (enum kind)kind, &scheme->kinds[kind].common[i],
				    scheme->kinds[kind].common[i].set_by[j]);
}

static void
issue_one(void *to, enum kind kind, const struct scheme_item *item, const char *by)
{
	struct deed_ctx *ctx = to;
	Jx__Method *put;

	if (deed_get(ctx, PAPER_METHODS, kind_code(kind), item->code, by) == NULL) {
		deed_why(ctx, "%s 的“%s”（%s）：%s 尚未提出评估办法",
		    "%s, %s (%s): %s has no method yet",
		    ctx->lang == JX_EN    ? kind_code(kind)
		    : kind == KIND_COUNTY ? "县（区）"
					  : "部门",
		    item->name, item->code, by);
		return;
	}
	put = deed_put(ctx, PAPER_METHODS, kind_code(kind), item->code, by);
	DEED_SET(ctx, put->document, ctx->args->document);
}

static enum jx_err
common_issue(struct deed_ctx *ctx)
{
	if (is_issued(ctx->book))
		deed_why(ctx, "共性工作目标已下达", "the common goals are issued already");
	if (plan_goal_is_number_used(ctx->book, ctx->args->document))
		deed_why(ctx, "文号 %s 已用过", "%s is used already", ctx->args->document);
	for_setters(book_scheme(ctx->book), issue_one, ctx);
	for (size_t i = 0; i < 2; i++)
		deed_notify(ctx, "", i == 0 ? "head" : "clerk", "",
		    deed_printf(ctx, "共性工作目标及评估办法已统一下达：%s", ctx->args->document));
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "method.push", .zh = "提出本部门所定共性目标的评估办法", .en = "bring the method for an item that one's department sets",
	    .roles = ROLE_FUNCTIONAL, .scope = DEED_ITEM, .phase = "goals", .arguments = DEED_ROWS, .kinds = {PAPER_METHODS},
	    .act = method_push, .requirement = "R07"},
	{.name = "common.issue", .zh = "统一下达共性工作目标", .en = "issue the common goals to all units at once", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "goals", .arguments = DEED_DOCUMENT, .act = common_issue, .requirement = "R07 R08"},
};
/* clang-format on */

/* ---- Which method is there, which is owed. */

static const struct view_column columns[] = {
    {"kind", "单位类型", "kind", "text"},
    {"item", "共性目标", "item", "text"},
    {"name", "名称", "name", "text"},
    {"points", "分值", "points", "figure"},
    {"by", "提出部门", "by", "text"},
    {"method", "评估办法", "method", "text"},
    {"document", "下达文号", "issued by", "text"},
};

static void
show_one(void *to, enum kind kind, const struct scheme_item *item, const char *by)
{
	struct view_ctx *ctx = to;
	const Jx__Method *method =
	    (const Jx__Method *)book_get(ctx->book, PAPER_METHODS, kind_code(kind), item->code, by);

	view_row(ctx);
	view_add(ctx, kind_code(kind));
	view_add(ctx, item->code);
	view_add(ctx, item->name);
	view_add_points(ctx, item->points);
	view_add(ctx, by);
	view_add(ctx, method == NULL ? "missing" : "there");
	view_add(ctx, method == NULL ? "" : method->document);
}

static enum jx_err
method_state(struct view_ctx *ctx)
{
	for_setters(book_scheme(ctx->book), show_one, ctx);
	return JX_OK;
}

static const struct view views[] = {
    {"method.state", "共性目标评估办法：已有、欠缺、下达",
	"methods of common goals: there, missing, issued", ROLE_ALL & ~ROLE_REVIEWER, 0, columns,
	sizeof columns / sizeof *columns, method_state, "R07 R08"},
};

const struct chapter method_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
