/* Common items marked by functional departments (职能部门共性目标评估, R20), on daily records. */
#include <string.h>

#include "deeds/view.h"
#include "records/field.h"

/* The item of the unit's kind; NULL: the unit or the item is not there. */
static const struct scheme_item *
item_of(const struct book *book, const char *unit, const char *code)
{
	int kind = book_unit_kind(book, unit), index;

	if (kind < 0)
		return NULL;
	index = scheme_item_find(book_scheme(book)->kinds[kind].common, book_scheme(book)->kinds[kind].common_count, code);
	return index < 0 ? NULL : &book_scheme(book)->kinds[kind].common[index];
}

static bool
is_set_by(const struct scheme_item *item, const char *by)
{
	for (size_t i = 0; i < item->set_by_count; i++)
		if (strcmp(item->set_by[i], by) == 0)
			return true;
	return false;
}

/* What each row of this file must be: an item of the unit's kind, set by that department. */
static const struct scheme_item *
check_item(struct deed_ctx *ctx, enum record_kind kind, size_t index, const char *unit, const char *code, const char *by)
{
	const struct scheme_item *item = item_of(ctx->book, unit, code);

	if (book_unit_kind(ctx->book, unit) < 0)
		deed_fault(ctx, kind, index, "unit", "没有这个单位", "there is no such unit");
	else if (item == NULL)
		deed_fault(ctx, kind, index, "item", "不是该类单位的共性目标", "not a common item of such units");
	else if (!is_set_by(item, by))
		deed_fault(ctx, kind, index, "by", "不是该项的评分部门", "not a department that marks this item");
	else
		return item;
	return NULL;
}

/* Since when its evidence is named: another text keeps it (R44). */
static void
set_receipt(struct deed_ctx *ctx, Jx__Daily *put)
{
	const Jx__Daily *before =
	    (const Jx__Daily *)book_get(ctx->book, PAPER_DAILIES, put->unit, put->item, put->by, put->entry);
	bool is_same = before != NULL && before->has_at_us && deed_is(before->evidence, put->evidence);

	DEED_SET_NUMBER(put, at_us, is_same ? before->at_us : ctx->now_us);
}

static enum jx_err
daily_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_dailies; i++) {
		const Jx__Daily *row = ctx->args->rows->dailies[i];

		(void)check_item(ctx, PAPER_DAILIES, i, row->unit, row->item, row->by);
		set_receipt(ctx, deed_put_row(ctx, PAPER_DAILIES, &row->base));
	}
	return deed_verdict(ctx);
}

/* ---- Marks. */

/* Its method was issued before the year began to be measured by it (R07). */
static void
check_method(struct deed_ctx *ctx, size_t index, const Jx__Common *row)
{
	const char *kind = kind_code((enum kind)book_unit_kind(ctx->book, row->unit));
	const Jx__Method *method = (const Jx__Method *)book_get(ctx->book, PAPER_METHODS, kind, row->item, row->by);

	if (method == NULL || deed_is(method->document, ""))
		deed_fault(ctx, RECORD_COMMON, index, "item", "评估办法尚未下达", "its method has not been issued");
}

/* Nobody marks his own department; whom the committee names does (R20). */
static void
check_home(struct deed_ctx *ctx, size_t index, const Jx__Common *row)
{
	const char *substitute = book_substitute(ctx->book, row->unit, row->item, row->by);

	if (*ctx->actor->unit != '\0' && strcmp(ctx->actor->unit, row->unit) == 0)
		deed_fault(ctx, RECORD_COMMON, index, "unit", "不能给本单位评分，由评估委员会指定的替代人评",
		    "nobody marks the own unit: the committee's substitute does");
	else if (*substitute == '\0' && deed_is(row->by, book_unit_name(ctx->book, row->unit)))
		deed_fault(ctx, RECORD_COMMON, index, "unit", "%s不能给自己评分，须由评估委员会指定替代人",
		    "%s does not mark itself: the committee names who does", row->by);
	else if (*substitute != '\0' && strcmp(substitute, ctx->actor->account) != 0)
		deed_fault(ctx, RECORD_COMMON, index, "unit", "已指定 %s 代为评分", "%s marks it instead", substitute);
}

static const Jx__CommonNote *
note_row(const struct deed_ctx *ctx, const Jx__Common *row)
{
	for (size_t i = 0; i < ctx->args->rows->n_common_notes; i++) {
		const Jx__CommonNote *note = ctx->args->rows->common_notes[i];

		if (deed_is(note->unit, row->unit) && deed_is(note->item, row->item) && deed_is(note->by, row->by))
			return note;
	}
	return NULL;
}

static void
mark_one(struct deed_ctx *ctx, size_t index)
{
	const Jx__Common *row = ctx->args->rows->common[index];
	const struct scheme_item *item = check_item(ctx, RECORD_COMMON, index, row->unit, row->item, row->by);
	const Jx__CommonNote *given = note_row(ctx, row);
	Jx__CommonNote *note;

	if (item == NULL)
		return;
	check_home(ctx, index, row);
	check_method(ctx, index, row);
	if (row->points > item->points)
		deed_fault(ctx, RECORD_COMMON, index, "points", "超过该项满分", "above the item's full points");
	deed_put_row(ctx, RECORD_COMMON, &row->base);
	note = deed_put(ctx, PAPER_COMMON_NOTES, row->unit, row->item, row->by);
	if (given != NULL)
		note->reason = given->reason;
	if (row->points < item->points && deed_is(note->reason, ""))
		deed_fault(ctx, RECORD_COMMON, index, "points", "扣分须说明理由（common_notes）",
		    "a deduction needs its reason (common_notes)");
	if (row->points == item->points && given == NULL)
		note->reason = NULL; /* of a deduction that is no more */
	DEED_SET(ctx, note->marker, ctx->actor->account);
	if (ctx->is_late)
		DEED_SET(ctx, note->late, "yes");
}

static enum jx_err
common_mark(struct deed_ctx *ctx)
{
	if (ctx->args->rows->n_common == 0) {
		deed_why(ctx, "没有评分", "there is no mark");
		return deed_verdict(ctx);
	}
	for (size_t i = 0; i < ctx->args->rows->n_common; i++)
		mark_one(ctx, i);
	for (size_t i = 0; i < ctx->args->rows->n_common_notes; i++) {
		const Jx__CommonNote *note = ctx->args->rows->common_notes[i];

		if (deed_get(ctx, RECORD_COMMON, note->unit, note->item, note->by) == NULL)
			deed_fault(ctx, PAPER_COMMON_NOTES, i, "item", "没有对应的评分", "there is no mark for it");
	}
	return deed_verdict(ctx);
}

static enum jx_err
common_substitute(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_substitutes; i++) {
		const Jx__Substitute *row = ctx->args->rows->substitutes[i];
		Jx__Substitute *made = deed_put_row(ctx, PAPER_SUBSTITUTES, &row->base);

		(void)check_item(ctx, PAPER_SUBSTITUTES, i, row->unit, row->item, row->by);
		DEED_SET(ctx, made->document, ctx->args->document);
		deed_notify(ctx, "", "", made->account,
		    deed_printf(ctx, "请代%s为%s评“%s”", made->by, book_unit_name(ctx->book, made->unit), made->item));
	}
	return deed_verdict(ctx);
}

/* ---- View: who is missing. */

static const struct view_column state_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"item", "共性目标", "item", "text"},
    {"by", "评分部门", "by", "text"},
    {"substitute", "替代人", "substitute", "text"},
    {"state", "状态", "state", "text"},
    {"late", "迟报", "late", "text"},
};

static void
add_state(struct view_ctx *ctx, const Jx__Unit *unit, const struct scheme_item *item, const char *by)
{
	const char *substitute = book_substitute(ctx->book, unit->unit, item->code, by);
	const Jx__CommonNote *note =
	    (const Jx__CommonNote *)book_get(ctx->book, PAPER_COMMON_NOTES, unit->unit, item->code, by);

	if (ctx->actor->role == ROLE_FUNCTIONAL && strcmp(by, ctx->actor->subject) != 0 &&
	    strcmp(substitute, ctx->actor->account) != 0)
		return;
	view_row(ctx);
	view_add(ctx, unit->unit);
	view_add(ctx, unit->name);
	view_add(ctx, item->code);
	view_add(ctx, by);
	view_add(ctx, substitute);
	view_add(ctx, book_get(ctx->book, RECORD_COMMON, unit->unit, item->code, by) == NULL ? "missing" : "marked");
	view_add(ctx, note == NULL ? "" : note->late);
}

static enum jx_err
common_state(struct view_ctx *ctx)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		int kind = book_unit_kind(ctx->book, unit->unit);
		const struct scheme_kind *rules = kind < 0 ? NULL : &book_scheme(ctx->book)->kinds[kind];

		if (*ctx->args->unit != '\0' && !deed_is(unit->unit, ctx->args->unit))
			continue;
		for (size_t i = 0; rules != NULL && i < rules->common_count; i++)
			for (size_t j = 0; j < rules->common[i].set_by_count; j++)
				add_state(ctx, unit, &rules->common[i], rules->common[i].set_by[j]);
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "daily.push", .zh = "登记日常记录", .en = "enter daily records", .roles = ROLE_FUNCTIONAL, .scope = DEED_ITEM,
	    .arguments = DEED_ROWS, .kinds = {PAPER_DAILIES}, .act = daily_push, .requirement = "R20"},
	{.name = "common.mark", .zh = "共性目标评分", .en = "mark common items", .roles = ROLE_FUNCTIONAL, .scope = DEED_ITEM, .phase = "common",
	    .arguments = DEED_ROWS, .kinds = {RECORD_COMMON, PAPER_COMMON_NOTES}, .act = common_mark, .requirement = "R07 R20"},
	{.name = "common.substitute", .zh = "指定替代评分人", .en = "name who marks instead", .roles = ROLE_COMMITTEE, .scope = DEED_YEAR,
	    .arguments = DEED_ROWS | DEED_DOCUMENT, .kinds = {PAPER_SUBSTITUTES}, .act = common_substitute, .requirement = "R20 R29"},
};

static const struct view views[] = {
	{"common.state", "共性目标评分情况：还缺谁", "common marks: who is missing", ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_FUNCTIONAL, VIEW_MAY_UNIT,
	    state_columns, sizeof state_columns / sizeof *state_columns, common_state, "R07 R20"},
};
/* clang-format on */

const struct chapter common_chapter = {.deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .views = views,
    .view_count = sizeof views / sizeof *views};
