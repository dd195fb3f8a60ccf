/* The lists of what is owed (应办事项): one's own, and everybody's (R10, R45). */
#include <stdlib.h>
#include <string.h>

#include "deeds/duty.h"
#include "deeds/view.h"

struct todo_line {
	struct duty_item item;
	size_t order; /* in which it came: the order of the table */
	bool is_overdue;
};

struct todo_list {
	struct view_ctx *ctx;
	bool (*is_wanted)(const struct view_ctx *ctx, const struct duty_item *item);
	struct todo_line *lines;
	size_t count, capacity;
};

static void
todo_take(void *arg, const struct duty_item *item)
{
	struct todo_list *list = arg;

	if (!list->is_wanted(list->ctx, item))
		return;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
		struct todo_line *grown = realloc(list->lines, capacity * sizeof *grown);

		if (grown == NULL) {
			list->ctx->out_of_memory = true;
			return;
		}
		list->lines = grown;
		list->capacity = capacity;
	}
	list->lines[list->count] = (struct todo_line){
	    .item = *item, .order = list->count, .is_overdue = duty_is_overdue(item, list->ctx->now_us)};
	list->count++;
}

/* Overdue first, then by deadline, then what has none. */
static int
todo_compare(const void *left, const void *right)
{
	const struct todo_line *l = left, *r = right;
	uint64_t l_due = l->item.due_us - 1, r_due = r->item.due_us - 1; /* none: the greatest */

	if (l->is_overdue != r->is_overdue)
		return l->is_overdue ? -1 : 1;
	if (l_due != r_due)
		return l_due < r_due ? -1 : 1;
	return l->order < r->order ? -1 : l->order > r->order;
}

static void
add_moment(struct view_ctx *ctx, uint64_t us)
{
	if (us == 0)
		view_add(ctx, "");
	else
		view_add_number(ctx, us);
}

static void
add_days(struct view_ctx *ctx, uint64_t due_us)
{
	if (due_us == 0)
		view_add(ctx, "");
	else
		view_addf(ctx, "%lld", (long long)duty_days_left(due_us, ctx->now_us));
}

static enum jx_err
todo_fill(struct view_ctx *ctx, unsigned roles, bool (*is_wanted)(const struct view_ctx *, const struct duty_item *),
    void (*add)(struct view_ctx *, const struct duty_item *))
{
	struct todo_list list = {.ctx = ctx, .is_wanted = is_wanted};
	size_t overdue = 0, soon = 0;

	duty_each_of(ctx->book, ctx->now_us, ctx->arena, roles, todo_take, &list);
	if (list.count > 0)
		qsort(list.lines, list.count, sizeof *list.lines, todo_compare);
	for (size_t i = 0; i < list.count; i++) {
		const char *state = duty_state(&list.lines[i].item, ctx->now_us);

		view_row(ctx);
		add(ctx, &list.lines[i].item);
		overdue += list.lines[i].is_overdue;
		soon += strcmp(state, "today") == 0 || strcmp(state, "soon") == 0;
	}
	ctx->title = arena_printf(ctx->arena,
	    ctx->lang == JX_EN ? "%zu in all, %zu overdue, due within %d days: %zu"
			       : "共%zu项，逾期%zu项，%d天内%zu项",
	    list.count, overdue, DUTY_SOON_DAYS, soon);
	free(list.lines);
	return JX_OK;
}

/* ---- One's own. */

static const struct view_column todo_columns[] = {
    {"what", "事项", "what", "text"},
    {"unit", "单位", "unit", "text"},
    {"object", "对象", "object", "text"},
    {"due", "截止", "due", "moment"},
    {"days", "剩余天数", "days left", "whole"},
    {"state", "状态", "state", "text"},
    {"waits_for", "等待", "waits for", "text"},
    {"deed", "办理", "deed", "text"},
};

static bool
is_own(const struct view_ctx *ctx, const struct duty_item *item)
{
	return duty_is_owner(item, ctx->actor);
}

static void
add_own(struct view_ctx *ctx, const struct duty_item *item)
{
	bool prepares = !duty_may_settle(item, ctx->actor);

	view_addf(ctx, "%s%s", view_say(ctx, item->duty->zh, item->duty->en),
	    prepares ? view_say(ctx, "（准备）", " (prepare)") : "");
	view_add(ctx, item->unit);
	view_add(ctx, item->object);
	add_moment(ctx, item->due_us);
	add_days(ctx, item->due_us);
	view_add(ctx, duty_state(item, ctx->now_us));
	view_add(ctx, item->waits_zh == NULL ? "" : view_say(ctx, item->waits_zh, item->waits_en));
	view_add(ctx, item->duty->code);
}

static enum jx_err
todo_make(struct view_ctx *ctx)
{
	return todo_fill(ctx, (unsigned)ctx->actor->role, is_own, add_own);
}

/* ---- Everybody's: who has not done what. */

static const struct view_column owed_columns[] = {
    {"what", "事项", "what", "text"},
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"object", "对象", "object", "text"},
    {"role", "责任角色", "role", "text"},
    {"owner", "责任方", "owed by", "text"},
    {"due", "截止", "due", "moment"},
    {"days", "剩余天数", "days left", "whole"},
    {"state", "状态", "state", "text"},
    {"waits_for", "等待", "waits for", "text"},
    {"deed", "办理", "deed", "text"},
};

static const char *
owner_text(const struct duty_item *item)
{
	if (*item->account != '\0')
		return item->account;
	if (*item->subject != '\0')
		return item->subject;
	return item->duty->owner == DUTY_OF_UNIT ? item->unit : "";
}

static bool
is_filtered(const struct view_ctx *ctx, const struct duty_item *item)
{
	const struct {
		const char *field, *text;
	} fields[] = {
	    {"role", role_code(item->duty->role)},
	    {"unit", item->unit},
	    {"object", item->object},
	    {"owner", owner_text(item)},
	    {"state", duty_state(item, ctx->now_us)},
	    {"deed", item->duty->code},
	    {"code", item->duty->code},
	};

	if (*ctx->args->unit != '\0' && !deed_is(item->unit, ctx->args->unit))
		return false;
	for (size_t i = 0; i < ctx->args->n_filters; i++) {
		const Jx__Filter *filter = ctx->args->filters[i];
		bool fits = false;

		for (size_t j = 0; j < sizeof fields / sizeof *fields; j++)
			fits = fits || (deed_is(filter->field, fields[j].field) &&
					   deed_is(filter->value, fields[j].text));
		if (!fits)
			return false;
	}
	return true;
}

static void
add_owed(struct view_ctx *ctx, const struct duty_item *item)
{
	view_add(ctx, view_say(ctx, item->duty->zh, item->duty->en));
	view_add(ctx, item->unit);
	view_add(ctx, book_unit_name(ctx->book, item->unit));
	view_add(ctx, item->object);
	view_add(ctx, role_code(item->duty->role));
	view_add(ctx, owner_text(item));
	add_moment(ctx, item->due_us);
	add_days(ctx, item->due_us);
	view_add(ctx, duty_state(item, ctx->now_us));
	view_add(ctx, item->waits_zh == NULL ? "" : view_say(ctx, item->waits_zh, item->waits_en));
	view_add(ctx, item->duty->code);
}

static enum jx_err
owed_make(struct view_ctx *ctx)
{
	return todo_fill(ctx, ROLE_ALL, is_filtered, add_owed);
}

/* clang-format off */
static const struct view views[] = {
	{"todo", "我的应办事项", "what I have to do", ROLE_ALL, 0, todo_columns, sizeof todo_columns / sizeof *todo_columns, todo_make, "R10 R45"},
	{"owed", "全部未办事项：谁还没有办", "what everybody still owes", ROLE_OFFICE | ROLE_AUDITOR, VIEW_MAY_UNIT,
	    owed_columns, sizeof owed_columns / sizeof *owed_columns, owed_make, "R10 R45"},
};
/* clang-format on */

const struct chapter todo_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
