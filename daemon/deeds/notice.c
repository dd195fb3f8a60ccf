/* Notices: reminders of what is owed, and everybody's own list of what he was told (R10). */
#include <stdlib.h>
#include <string.h>

#include "deeds/duty.h"
#include "deeds/sight.h"
#include "deeds/view.h"

/* ---- Reminding: one notice an owner and obligation, however many stand open. */

struct reminder {
	struct duty_item item; /* the first of them */
	size_t count, overdue;
	uint64_t due_us; /* the nearest; 0: none */
};

struct reminders {
	struct deed_ctx *ctx;
	struct reminder *list;
	size_t count, capacity;
};

/* A deadline within a week, or passed, or the obligation asked for; never what waits for others. */
static bool
is_urgent(const struct deed_ctx *ctx, const struct duty_item *item)
{
	bool is_asked = *ctx->args->value != '\0';

	if ((is_asked && strcmp(ctx->args->value, item->duty->code) != 0) ||
	    (*ctx->args->unit != '\0' && !deed_is(ctx->args->unit, item->unit)) ||
	    (item->waits_zh != NULL && !item->is_shut))
		return false;
	return is_asked || (item->due_us != 0 && duty_days_left(item->due_us, ctx->now_us) <= DUTY_SOON_DAYS);
}

static const char *
owner_unit(const struct duty_item *item)
{
	return item->duty->owner == DUTY_OF_UNIT ? item->unit : "";
}

static bool
is_same_owner(const struct duty_item *left, const struct duty_item *right)
{
	return left->duty == right->duty && deed_is(left->account, right->account) &&
	       deed_is(owner_unit(left), owner_unit(right)) &&
	       (*left->account != '\0' || deed_is(left->subject, right->subject));
}

static struct reminder *
reminder_of(struct reminders *reminders, const struct duty_item *item)
{
	size_t i = 0;

	while (i < reminders->count && !is_same_owner(&reminders->list[i].item, item))
		i++;
	if (i == reminders->capacity) {
		size_t capacity = i == 0 ? 64 : 2 * i;
		struct reminder *grown = realloc(reminders->list, capacity * sizeof *grown);

		if (grown == NULL) {
			reminders->ctx->out_of_memory = true;
			return NULL;
		}
		reminders->list = grown;
		reminders->capacity = capacity;
	}
	if (i == reminders->count)
		reminders->list[reminders->count++] = (struct reminder){.item = *item};
	return &reminders->list[i];
}

static void
remind_take(void *arg, const struct duty_item *item)
{
	struct reminders *reminders = arg;
	struct reminder *reminder;

	if (!is_urgent(reminders->ctx, item))
		return;
	reminder = reminder_of(reminders, item);
	if (reminder == NULL)
		return;
	reminder->count++;
	reminder->overdue += duty_is_overdue(item, reminders->ctx->now_us);
	if (item->due_us != 0 && (reminder->due_us == 0 || item->due_us < reminder->due_us))
		reminder->due_us = item->due_us;
}

/* Papers go out in the official language, whatever the sender's screen speaks. */
static const char *
remind_text(struct deed_ctx *ctx, const struct reminder *reminder)
{
	const struct duty_item *item = &reminder->item;
	const char *due = reminder->due_us == 0
			      ? ""
			      : deed_printf(ctx, "，截止%s 24:00", deed_date(ctx->arena, reminder->due_us - 1));
	const char *overdue =
	    reminder->overdue == 0 ? "" : deed_printf(ctx, "，其中逾期%zu项", reminder->overdue);
	const char *reason = *ctx->args->reason == '\0' ? "" : deed_printf(ctx, "。%s", ctx->args->reason);

	return deed_printf(ctx, "请办理：%s，共%zu项%s%s%s", item->duty->zh, reminder->count, due, overdue, reason);
}

static bool
is_sent_today(const struct deed_ctx *ctx, const struct reminder *reminder, const char *text)
{
	const struct duty_item *item = &reminder->item;
	const Jx__Notice *notice;
	size_t cursor = 0;
	const char *today = deed_date(ctx->arena, ctx->now_us);

	while ((notice = (const Jx__Notice *)book_next(ctx->book, PAPER_NOTICES, NULL, &cursor)) != NULL)
		if (deed_is(notice->text, text) && deed_is(notice->account, item->account) &&
		    deed_is(notice->unit, owner_unit(item)) &&
		    (*item->account != '\0' || deed_is(notice->subject, item->subject)) &&
		    deed_is(notice->role, *item->account != '\0' ? "" : role_code(item->duty->role)) &&
		    deed_is(deed_date(ctx->arena, notice->at_us), today))
			return true;
	return false;
}

static void
remind_send(struct deed_ctx *ctx, const struct reminder *reminder, const char *text)
{
	const struct duty_item *item = &reminder->item;
	const char *role = role_code(item->duty->role);

	if (*item->account != '\0')
		deed_notify(ctx, "", "", item->account, text);
	else if (*item->subject != '\0')
		deed_notify_subject(ctx, role, item->subject, text);
	else
		deed_notify(ctx, owner_unit(item), role, "", text);
}

static enum jx_err
remind(struct deed_ctx *ctx)
{
	struct reminders reminders = {.ctx = ctx};
	size_t sent = 0, again = 0;

	if (*ctx->args->value != '\0' && duty_find(ctx->args->value) == NULL) {
		deed_why(ctx, "没有这种应办事项：%s", "no such obligation: %s", ctx->args->value);
		return deed_verdict(ctx);
	}
	duty_each(ctx->book, ctx->now_us, ctx->arena, remind_take, &reminders);
	for (size_t i = 0; i < reminders.count; i++) {
		const char *text = remind_text(ctx, &reminders.list[i]);

		if (is_sent_today(ctx, &reminders.list[i], text)) {
			again++;
			continue;
		}
		remind_send(ctx, &reminders.list[i], text);
		sent++;
	}
	free(reminders.list);
	deed_note(ctx, "发出催办通知%zu份", "%zu reminders sent", sent);
	if (again > 0)
		deed_note(ctx, "%zu份今天已经发过，未再发", "%zu were sent today already and not again", again);
	return deed_verdict(ctx);
}

/* ---- Reading. */

static const char *
seen_upto(const struct book *book, const char *account)
{
	const Jx__Seen *seen = (const Jx__Seen *)book_get(book, PAPER_SEEN, account);

	return seen == NULL ? "" : deed_str(seen->upto);
}

static enum jx_err
notice_read(struct deed_ctx *ctx)
{
	const Jx__Notice *notice = (const Jx__Notice *)deed_get(ctx, PAPER_NOTICES, ctx->args->object);
	const char *upto = seen_upto(ctx->book, ctx->actor->account);
	Jx__Seen *seen;

	if (notice == NULL || !sight_is_addressed(ctx->actor, notice)) {
		deed_why(ctx, "没有发给您的这份通知：%s", "no such notice for you: %s", ctx->args->object);
		return JX_E_NOT_FOUND;
	}
	/* What was read stays read. */
	if (strcmp(upto, ctx->args->object) >= 0)
		return deed_verdict(ctx);
	seen = deed_put(ctx, PAPER_SEEN, ctx->actor->account);
	DEED_SET(ctx, seen->upto, ctx->args->object);
	return deed_verdict(ctx);
}

static const struct view_column columns[] = {
    {"notice", "通知", "notice", "text"},
    {"state", "状态", "state", "text"},
    {"at", "时间", "at", "moment"},
    {"text", "内容", "text", "text"},
    {"by", "发出", "by", "text"},
};

/* Newest first; those unread are the newest. */
static enum jx_err
notices_make(struct view_ctx *ctx)
{
	const char *upto = seen_upto(ctx->book, ctx->actor->account);

	for (size_t i = book_count(ctx->book, PAPER_NOTICES); i > 0; i--) {
		const Jx__Notice *notice = (const Jx__Notice *)book_at(ctx->book, PAPER_NOTICES, i - 1)->record;

		if (!sight_is_addressed(ctx->actor, notice))
			continue;
		view_row(ctx);
		view_add(ctx, notice->notice);
		view_add(ctx, strcmp(notice->notice, upto) > 0 ? "unread" : "read");
		view_add_number(ctx, notice->at_us);
		view_add(ctx, notice->text);
		view_add(ctx, notice->by);
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "remind", .zh = "催办：一周内到期和逾期的，或一种事项", .en = "remind of what is due within a week or overdue, or of one obligation",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_MAY_VALUE | DEED_MAY_UNIT | DEED_MAY_REASON, .after_end = true,
	    .act = remind, .requirement = "R10"},
	{.name = "notice.read", .zh = "标记通知已读（到某一份为止）", .en = "mark notices as read, up to one", .roles = ROLE_ALL,
	    .scope = DEED_YEAR, .arguments = DEED_OBJECT, .after_end = true, .act = notice_read, .requirement = "R10"},
};
static const struct view views[] = {
	{"notices", "我的通知", "my notices", ROLE_ALL, 0, columns, sizeof columns / sizeof *columns, notices_make, "R10"},
};
/* clang-format on */

const struct chapter notice_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
