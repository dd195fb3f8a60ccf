/* Basic work (基础工作评估): units file trace materials, the office's checkers mark them and say how they checked (R12). */
#include <string.h>

#include "deeds/deed.h"
#include "deeds/round.h"
#include "deeds/sight.h"
#include "deeds/view.h"

static const struct scheme_item *
item_of(const struct book *book, const char *code)
{
	const struct scheme *scheme = book_scheme(book);
	int index = scheme_item_find(scheme->basic, scheme->basic_count, code);

	return index < 0 ? NULL : &scheme->basic[index];
}

/* The unit and the item of a row are there; else faults. */
static const struct scheme_item *
check_item(struct deed_ctx *ctx, enum record_kind kind, size_t i, const char *unit, const char *code)
{
	const struct scheme_item *item = item_of(ctx->book, code);

	if (book_unit_kind(ctx->book, unit) < 0)
		deed_fault(ctx, kind, i, "unit", "没有这个单位", "there is no such unit");
	if (item == NULL)
		deed_fault(ctx, kind, i, "item", "方案没有这个基础工作项目", "the scheme has no such item of basic work");
	return item;
}

/* ---- Materials. */

/*
 * When a material was received is when its file was (R44): another title or
 * claimed date keeps it, another file is another receipt.
 */
static void
set_receipt(struct deed_ctx *ctx, Jx__Material *put, const Jx__Material *before)
{
	bool is_same = before != NULL && before->has_at_us && deed_is(before->evidence, put->evidence);

	DEED_SET_NUMBER(put, at_us, is_same ? before->at_us : ctx->now_us);
	put->late = NULL;
	if (is_same ? deed_is(before->late, "yes") : ctx->is_late)
		DEED_SET(ctx, put->late, "yes");
}

static bool
is_marked(const struct deed_ctx *ctx, const char *unit, const char *item)
{
	return book_get(ctx->book, RECORD_BASIC, unit, item) != NULL;
}

/* What a mark rests on stays: a unit files another material, it does not change or withdraw that one. */
static void
check_material(struct deed_ctx *ctx, size_t i, const Jx__Material *before)
{
	const Jx__Material *row = ctx->args->rows->materials[i];
	const char *today = deed_date(ctx->arena, ctx->now_us);

	(void)check_item(ctx, PAPER_MATERIALS, i, row->unit, row->item);
	if (before != NULL && !deed_is(before->evidence, row->evidence) && is_marked(ctx, row->unit, row->item))
		deed_fault(ctx, PAPER_MATERIALS, i, "evidence", "该项目已评定，不能更换文件，请另报一件",
		    "the item is marked: file another material instead of replacing this one");
	if (!deed_is(row->dated, "") && today != NULL && strcmp(row->dated, today) > 0)
		deed_fault(ctx, PAPER_MATERIALS, i, "dated", "形成日期晚于收到之日", "dated after the day of its receipt");
}

static enum jx_err
material_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_materials; i++) {
		const Jx__Material *row = ctx->args->rows->materials[i];
		const Jx__Material *before = (const Jx__Material *)book_get(
		    ctx->book, PAPER_MATERIALS, row->unit, row->item, row->material);

		check_material(ctx, i, before);
		set_receipt(ctx, deed_put_row(ctx, PAPER_MATERIALS, &row->base), before);
	}
	if (ctx->is_late)
		deed_note(ctx, "已过截止时间，新收到的材料记为迟报", "after the deadline: what is new is recorded as late");
	return deed_verdict(ctx);
}

static enum jx_err
material_drop(struct deed_ctx *ctx)
{
	const char *unit = ctx->args->unit, *item = ctx->args->object, *material = ctx->args->value;

	if (book_get(ctx->book, PAPER_MATERIALS, unit, item, material) == NULL)
		deed_why(ctx, "项目“%s”没有材料“%s”", "item \"%s\" has no material \"%s\"", item, material);
	else if (is_marked(ctx, unit, item))
		deed_why(ctx, "项目“%s”已评定，其材料不能撤回", "item \"%s\" is marked: its materials stay", item);
	deed_drop(ctx, PAPER_MATERIALS, unit, item, material);
	return deed_verdict(ctx);
}

/* ---- Marks. */

static void
put_notes(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_basic_notes; i++) {
		const Jx__BasicNote *row = ctx->args->rows->basic_notes[i];
		Jx__BasicNote *put = deed_put_row(ctx, PAPER_BASIC_NOTES, &row->base);

		(void)check_item(ctx, PAPER_BASIC_NOTES, i, row->unit, row->item);
		DEED_SET(ctx, put->by, ctx->actor->account);
	}
}

static enum jx_err
basic_mark(struct deed_ctx *ctx)
{
	put_notes(ctx);
	for (size_t i = 0; i < ctx->args->rows->n_basic; i++) {
		const Jx__Basic *row = ctx->args->rows->basic[i];
		const struct scheme_item *item = check_item(ctx, RECORD_BASIC, i, row->unit, row->item);

		if (item != NULL && row->points > item->points)
			deed_fault(ctx, RECORD_BASIC, i, "points", "超过本项满分 %lld.%02d", "more than the item's %lld.%02d",
			    (long long)(item->points / 100), (int)(item->points % 100));
		if (deed_get(ctx, PAPER_BASIC_NOTES, row->unit, row->item) == NULL)
			deed_fault(ctx, RECORD_BASIC, i, "item",
			    "须写明核查方式：basic_notes 一行，how 为 files、visit 或 request",
			    "how was it checked? a row of basic_notes: files, visit or request");
		deed_put_row(ctx, RECORD_BASIC, &row->base);
	}
	return deed_verdict(ctx);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "material.push", .zh = "报送基础工作的痕迹材料", .en = "file trace materials of basic work",
	    .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, .scope = DEED_OWN, .phase = "basic", .arguments = DEED_UNIT | DEED_ROWS,
	    .kinds = {PAPER_MATERIALS}, .act = material_push, .requirement = "R12 R44"},
	{.name = "material.drop", .zh = "撤回一件痕迹材料（object 项目，value 材料）", .en = "withdraw a material (object: item, value: material)",
	    .roles = ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, .scope = DEED_OWN, .phase = "basic",
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_VALUE, .act = material_drop, .requirement = "R12"},
	{.name = "basic.mark", .zh = "评定基础工作，写明核查方式", .en = "mark basic work and say how it was checked", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "basic", .arguments = DEED_ROWS | DEED_MAY_UNIT, .kinds = {RECORD_BASIC, PAPER_BASIC_NOTES},
	    .act = basic_mark, .requirement = "R12"},
};
/* clang-format on */

/* ---- How it stands. */

static const struct view_column columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"item", "项目", "item", "text"},
    {"item_name", "项目名称", "item name", "text"},
    {"materials", "材料件数", "materials", "whole"},
    {"late", "迟报件数", "late ones", "whole"},
    {"how", "核查方式", "checked by", "text"},
    {"marked", "已评定", "marked", "text"},
    {"points", "得分", "points", "figure"},
};

static void
add_materials(struct view_ctx *ctx, const char *unit, const char *item)
{
	const Jx__Material *material;
	uint64_t count = 0, late = 0;
	size_t cursor = 0;

	while ((material = (const Jx__Material *)book_next(ctx->book, PAPER_MATERIALS, unit, &cursor)) != NULL)
		if (deed_is(material->item, item)) {
			count++;
			late += deed_is(material->late, "yes");
		}
	view_add_number(ctx, count);
	view_add_number(ctx, late);
}

static void
state_row(struct view_ctx *ctx, const Jx__Unit *unit, const struct scheme_item *item)
{
	const Jx__BasicNote *note =
	    (const Jx__BasicNote *)book_get(ctx->book, PAPER_BASIC_NOTES, unit->unit, item->code);
	const Jx__Basic *mark = (const Jx__Basic *)book_get(ctx->book, RECORD_BASIC, unit->unit, item->code);

	view_row(ctx);
	view_add(ctx, unit->unit);
	view_add(ctx, unit->name);
	view_add(ctx, item->code);
	view_add(ctx, item->name);
	add_materials(ctx, unit->unit, item->code);
	view_add(ctx, note == NULL ? "" : note->how);
	view_add(ctx, mark == NULL ? "no" : "yes");
	if (mark != NULL && sight_may(ctx->book, ctx->actor, RECORD_BASIC, &mark->base))
		view_add_points(ctx, mark->points);
	else
		view_add(ctx, "");
}

static enum jx_err
state_make(struct view_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL)
		for (size_t i = 0; i < scheme->basic_count && round_is_shown(ctx, unit->unit); i++)
			state_row(ctx, unit, &scheme->basic[i]);
	return JX_OK;
}

/* clang-format off */
static const struct view views[] = {
	{"basic.state", "基础工作的材料、核查与评定", "materials, checks and marks of basic work",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, VIEW_MAY_UNIT, columns, sizeof columns / sizeof *columns,
	    state_make, "R12"},
};
/* clang-format on */

const struct chapter basic_chapter = {
    .deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views,
};
