#include "deeds/lease.h"

#include "deeds/sight.h"
#include "deeds/view.h"

static const uint64_t DAY_US = UINT64_C(86400000000);
enum { LEASE_DAYS = 7, LEASE_DAYS_MAX = 30 };

const Jx__Lease *
lease_of_another(const struct book *book, const char *unit, const char *goal, const char *account,
    uint64_t now_us)
{
	const Jx__Lease *lease = (const Jx__Lease *)book_get(book, PAPER_LEASES, unit, goal);

	return lease != NULL && !deed_is(lease->by, account) && lease->has_until_us && now_us < lease->until_us
		   ? lease
		   : NULL;
}

/* What the server writes stays out of the row. */
static bool
is_row_good(struct deed_ctx *ctx, size_t i)
{
	const Jx__Lease *row = ctx->args->rows->leases[i];

	if (!deed_is(row->by, "") && !deed_is(row->by, ctx->actor->account)) {
		deed_fault(ctx, PAPER_LEASES, i, "by", "只能以本人名义占用", "expected the own account");
		return false;
	}
	if (book_get(ctx->book, RECORD_GOALS, row->unit, row->goal) == NULL) {
		deed_fault(ctx, PAPER_LEASES, i, "goal", "该单位没有这项目标", "the unit has no such goal");
		return false;
	}
	return true;
}

/* Left out, not refused: the others of the deed are taken all the same. */
static bool
is_free(struct deed_ctx *ctx, const Jx__Lease *row)
{
	const Jx__Lease *other =
	    lease_of_another(ctx->book, row->unit, row->goal, ctx->actor->account, ctx->now_us);

	if (other != NULL)
		deed_note(ctx, "%s 的 %s 由 %s 占用至 %s，未取得", "%s %s: %s has it until %s; not taken", row->unit,
		    row->goal, other->by, deed_moment_text(ctx->arena, other->until_us));
	return other == NULL;
}

static enum jx_err
lease_take(struct deed_ctx *ctx)
{
	uint64_t until = ctx->args->due_us == 0 ? ctx->now_us + LEASE_DAYS * DAY_US : ctx->args->due_us;

	if (until <= ctx->now_us || until > ctx->now_us + LEASE_DAYS_MAX * DAY_US)
		deed_why(ctx, "占用期限应在今后 %d 天之内", "a lease ends within the next %d days", LEASE_DAYS_MAX);
	for (size_t i = 0; i < ctx->args->rows->n_leases; i++) {
		const Jx__Lease *row = ctx->args->rows->leases[i];
		Jx__Lease *lease;

		if (!is_row_good(ctx, i) || !is_free(ctx, row))
			continue;
		lease = deed_put(ctx, PAPER_LEASES, row->unit, row->goal);
		DEED_SET(ctx, lease->by, ctx->actor->account);
		DEED_SET_NUMBER(lease, until_us, until);
	}
	return deed_verdict(ctx);
}

static enum jx_err
lease_give(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_leases; i++) {
		const Jx__Lease *row = ctx->args->rows->leases[i];
		const Jx__Lease *lease = (const Jx__Lease *)deed_get(ctx, PAPER_LEASES, row->unit, row->goal);

		if (!is_row_good(ctx, i) || lease == NULL)
			continue;
		if (deed_is(lease->by, ctx->actor->account))
			deed_drop(ctx, PAPER_LEASES, row->unit, row->goal);
		else
			deed_note(ctx, "%s 的 %s 是 %s 占用的", "%s %s is held by %s", row->unit, row->goal, lease->by);
	}
	return deed_verdict(ctx);
}

/* ---- View. */

static const struct view_column list_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"goal", "目标", "goal", "text"},
    {"by", "评估员", "by", "text"},
    {"until", "占用至", "until", "moment"},
    {"state", "状态", "state", "text"},
};

static enum jx_err
lease_list(struct view_ctx *ctx)
{
	const Jx__Lease *lease;
	size_t cursor = 0;

	while ((lease = (const Jx__Lease *)book_next(ctx->book, PAPER_LEASES, NULL, &cursor)) != NULL) {
		if ((*ctx->args->unit != '\0' && !deed_is(lease->unit, ctx->args->unit)) ||
		    !sight_may(ctx->book, ctx->actor, PAPER_LEASES, &lease->base))
			continue;
		view_row(ctx);
		view_add(ctx, lease->unit);
		view_add(ctx, book_unit_name(ctx->book, lease->unit));
		view_add(ctx, lease->goal);
		view_add(ctx, lease->by);
		view_add_number(ctx, lease->until_us);
		view_add(ctx, ctx->now_us < lease->until_us ? "running" : "over");
	}
	return JX_OK;
}

enum { HOLDERS = ROLE_EVALUATOR | ROLE_LEAD };

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "lease.take", .zh = "占用要核查的目标", .en = "take goals to check: the others of the team see it", .roles = HOLDERS, .scope = DEED_TEAM,
	    .arguments = DEED_UNIT | DEED_ROWS | DEED_MAY_DUE, .kinds = {PAPER_LEASES}, .act = lease_take, .requirement = "R23 R24"},
	{.name = "lease.give", .zh = "交还占用的目标", .en = "give goals back", .roles = HOLDERS, .scope = DEED_TEAM,
	    .arguments = DEED_UNIT | DEED_ROWS, .kinds = {PAPER_LEASES}, .act = lease_give, .requirement = "R23 R24"},
};
static const struct view views[] = {
	{.name = "lease.list", .zh = "核查占用", .en = "who works on which goal", .roles = HOLDERS | ROLE_OFFICE | ROLE_AUDITOR,
	    .arguments = VIEW_MAY_UNIT, .columns = list_columns, .column_count = sizeof list_columns / sizeof *list_columns,
	    .make = lease_list, .requirement = "R23 R24"},
};
/* clang-format on */

const struct chapter lease_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
