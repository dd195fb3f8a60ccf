/*
 * Visits drawn by lot (抽签, R14). Anybody can reproduce a draw:
 *
 *   1. Before the draw the office publishes the commitment: SHA-256 of the
 *      seed text (its UTF-8 bytes as they stand), 64 lower-case hex digits.
 *   2. Afterwards it reveals the seed text; its SHA-256 must be the commitment.
 *   3. Each evaluated unit gets the ticket SHA-256(seed text, one byte 0x00,
 *      unit code).
 *   4. Units stand in two queues: first those that have no visit (none at all,
 *      or only dropped ones) at the moment of the reveal, then all others. So
 *      every unit has had a visit before any is drawn for a second.
 *   5. In each queue units stand by ticket, ascending, compared as bytes.
 *   6. The first `count` of the two queues, one after the other, are drawn.
 *
 * With the seed any unit could work out that it was drawn. So the seed is shown
 * to the units only when none of the draw's visits lies ahead any more: the
 * plan stays hidden until arrival, the draw can be checked afterwards.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "deeds/sight.h"
#include "deeds/view.h"
#include "deeds/visit.h"
#include "wire/text.h"

enum { HASH_SIZE = crypto_hash_sha256_BYTES, HASH_HEX_SIZE = 2 * HASH_SIZE + 1 };

static const struct deed_edge draw_edges[] = {
    {"", "draw.commit", "committed", "公布种子的摘要"},
    {"committed", "draw.reveal", "revealed", "公开种子，抽出单位"},
};
static const struct deed_life lives[] = {
    {"draw", "踏查抽签", PAPER_DRAWS, draw_edges, sizeof draw_edges / sizeof *draw_edges},
};
static const struct deed_life *const draw_life = &lives[0];

/* ---- Commitment. */

static bool
is_hash(const char *text)
{
	return strlen(text) == HASH_HEX_SIZE - 1 && strspn(text, "0123456789abcdef") == HASH_HEX_SIZE - 1;
}

/* The code of a drawn visit; NULL: too long to be one. */
static char *
visit_code(struct deed_ctx *ctx, const char *draw, const char *unit)
{
	char *code = deed_printf(ctx, "%s-%s", draw, unit);

	return visit_is_code(ctx->arena, code) ? code : NULL;
}

static bool
is_begun_by(const char *code, const char *draw)
{
	size_t size = strlen(draw);

	return strncmp(code, draw, size) == 0 && code[size] == '-';
}

/* "DRAW-…" is kept for what that draw draws. */
static void
check_code(struct deed_ctx *ctx, const char *draw)
{
	const Jx__VisitPlan *visit;
	const Jx__Draw *other;
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((visit = (const Jx__VisitPlan *)deed_next(ctx, PAPER_VISIT_PLANS, NULL, &cursor)) != NULL)
		if (is_begun_by(visit->visit, draw))
			deed_fault(ctx, PAPER_DRAWS, 0, "draw", "已有踏查 %s，请另取抽签编号",
			    "there is a visit %s: choose another code", visit->visit);
	cursor = 0;
	while ((other = (const Jx__Draw *)deed_next(ctx, PAPER_DRAWS, NULL, &cursor)) != NULL)
		if (is_begun_by(other->draw, draw) || is_begun_by(draw, other->draw))
			deed_fault(ctx, PAPER_DRAWS, 0, "draw", "与抽签 %s 的踏查编号会重复",
			    "its visits' codes could be those of draw %s", other->draw);
	cursor = 0;
	while ((unit = (const Jx__Unit *)deed_next(ctx, RECORD_UNITS, NULL, &cursor)) != NULL)
		if (visit_code(ctx, draw, unit->unit) == NULL) {
			deed_fault(ctx, PAPER_DRAWS, 0, "draw", "编号太长", "the code is too long");
			break;
		}
}

/* A commitment whose seed is known already commits to nothing. */
static void
check_commitment(struct deed_ctx *ctx, const Jx__Draw *row)
{
	const Jx__Draw *other;
	size_t cursor = 0;

	if (!is_hash(row->commitment))
		deed_fault(ctx, PAPER_DRAWS, 0, "commitment", "应为种子的 SHA-256：64 位小写十六进制",
		    "expected the seed's SHA-256: 64 lower-case hex digits");
	while ((other = (const Jx__Draw *)deed_next(ctx, PAPER_DRAWS, NULL, &cursor)) != NULL)
		if (deed_is(other->commitment, row->commitment))
			deed_fault(ctx, PAPER_DRAWS, 0, "commitment", "抽签 %s 已用过",
			    "used by draw %s already", other->draw);
}

static enum jx_err
draw_commit(struct deed_ctx *ctx)
{
	size_t units = book_count(ctx->book, RECORD_UNITS);
	const Jx__Draw *row, *before;
	const char *state;
	Jx__Draw *draw;

	if (records_count(ctx->args->rows, PAPER_DRAWS) != 1) {
		deed_why(ctx, "一次只公布一个抽签", "one draw at a time");
		return deed_verdict(ctx);
	}
	row = ctx->args->rows->draws[0];
	before = (const Jx__Draw *)deed_get(ctx, PAPER_DRAWS, row->draw);
	state = deed_move(ctx, draw_life, before == NULL ? "" : before->state);
	if (state == NULL)
		return JX_E_LIFE;
	check_code(ctx, row->draw);
	check_commitment(ctx, row);
	if (!row->has_count || row->count < 1 || row->count > units)
		deed_fault(ctx, PAPER_DRAWS, 0, "count", "应在 1 至 %zu 之间", "expected 1 to %zu", units);
	if (!deed_is(row->seed, ""))
		deed_fault(ctx, PAPER_DRAWS, 0, "seed", "抽签前不得公开种子", "the seed stays secret until the draw");
	draw = deed_put_row(ctx, PAPER_DRAWS, &row->base);
	DEED_SET(ctx, draw->state, state);
	deed_note(ctx, "种子须保密至公开时（%d 字节以内，且不可猜出）",
	    "keep the seed (at most %d bytes, not to be guessed) until it is revealed", TEXT_CODE_SIZE_MAX);
	return deed_verdict(ctx);
}

/* ---- Draw. */

struct ticket {
	const char *unit;
	bool is_visited;
	uint8_t hash[HASH_SIZE];
};

static int
ticket_compare(const void *left, const void *right)
{
	const struct ticket *a = left, *b = right;
	int order;

	if (a->is_visited != b->is_visited)
		return a->is_visited ? 1 : -1;
	order = memcmp(a->hash, b->hash, sizeof a->hash);
	return order != 0 ? order : strcmp(a->unit, b->unit);
}

static void
ticket_make(struct ticket *ticket, const char *seed, const char *unit)
{
	crypto_hash_sha256_state state;

	ticket->unit = unit;
	crypto_hash_sha256_init(&state);
	/* The seed's own end is the byte 0x00 between the two. */
	crypto_hash_sha256_update(&state, (const uint8_t *)seed, strlen(seed) + 1);
	crypto_hash_sha256_update(&state, (const uint8_t *)unit, strlen(unit));
	crypto_hash_sha256_final(&state, ticket->hash);
}

/* All units in the order in which they are drawn; NULL: memory out. */
static struct ticket *
tickets_sorted(struct deed_ctx *ctx, const char *seed, size_t *count)
{
	struct ticket *tickets = arena_alloc(ctx->arena, (book_count(ctx->book, RECORD_UNITS) + 1) * sizeof *tickets);
	const Jx__Unit *unit;
	size_t cursor = 0;

	*count = 0;
	if (tickets == NULL) {
		ctx->out_of_memory = true;
		return NULL;
	}
	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		struct ticket *ticket = &tickets[(*count)++];

		ticket_make(ticket, seed, unit->unit);
		ticket->is_visited = visit_is_of(ctx, unit->unit);
	}
	qsort(tickets, *count, sizeof *tickets, ticket_compare);
	return tickets;
}

/* Units may have come since the commitment: their codes too must make a visit's. */
static void
plan_drawn(struct deed_ctx *ctx, const Jx__Draw *draw, const char *unit)
{
	char *code = visit_code(ctx, draw->draw, unit);
	Jx__VisitPlan *visit;

	if (code == NULL || deed_get(ctx, PAPER_VISIT_PLANS, code) != NULL) {
		deed_why(ctx, "不能以 %s-%s 作踏查编号", "%s-%s cannot be the code of a visit", draw->draw, unit);
		return;
	}
	visit = deed_put(ctx, PAPER_VISIT_PLANS, code);
	visit->state = (char *)(uintptr_t)deed_move(ctx, &visit_life, "");
	DEED_SET(ctx, visit->unit, unit);
	DEED_SET(ctx, visit->draw, draw->draw);
	deed_note(ctx, "抽中 %s（%s）", "drawn: %s (%s)", book_unit_name(ctx->book, unit), unit);
}

static bool
is_seed_of(const char *seed, const char *commitment)
{
	uint8_t hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	crypto_hash_sha256(hash, (const uint8_t *)seed, strlen(seed));
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return deed_is(commitment, hex);
}

static enum jx_err
draw_reveal(struct deed_ctx *ctx)
{
	const char *code = ctx->args->object, *seed = ctx->args->value, *state;
	const Jx__Draw *before = (const Jx__Draw *)deed_get(ctx, PAPER_DRAWS, code);
	struct ticket *tickets;
	Jx__Draw *draw;
	size_t count;

	state = deed_move(ctx, draw_life, before == NULL ? "" : before->state);
	if (state == NULL || before == NULL)
		return JX_E_LIFE;
	if (!is_seed_of(seed, before->commitment))
		deed_why(ctx, "种子的 SHA-256 与公布的摘要 %s 不符",
		    "the seed's SHA-256 is not the commitment %s", before->commitment);
	if (!visit_is_code(ctx->arena, seed))
		deed_why(ctx, "种子不能超过 %d 字节，不能有“/”、控制字符或首尾空格",
		    "a seed has at most %d bytes, no \"/\", no control characters, no blanks at its ends",
		    TEXT_CODE_SIZE_MAX);
	if (ctx->why_count > 0)
		return deed_verdict(ctx);
	tickets = tickets_sorted(ctx, seed, &count);
	for (size_t i = 0; tickets != NULL && i < count && i < before->count; i++)
		plan_drawn(ctx, before, tickets[i].unit);
	draw = deed_put(ctx, PAPER_DRAWS, code);
	DEED_SET(ctx, draw->state, state);
	DEED_SET(ctx, draw->seed, seed);
	return deed_verdict(ctx);
}

/* ---- View. */

static const struct view_column list_columns[] = {
    {"draw", "抽签", "draw", "text"},
    {"state", "状态", "state", "text"},
    {"commitment", "承诺摘要", "commitment", "text"},
    {"seed", "种子", "seed", "text"},
    {"count", "抽取数", "count", "whole"},
    {"document", "文号", "document", "text"},
    {"units", "抽中单位", "drawn units", "text"},
};

/* The units of its visits that the reader may know of, those replaced or dropped since too. */
static const char *
drawn_units(struct view_ctx *ctx, const char *draw)
{
	const Jx__VisitPlan *visit;
	const char *units = "";
	size_t cursor = 0;

	while ((visit = (const Jx__VisitPlan *)book_next(ctx->book, PAPER_VISIT_PLANS, NULL, &cursor)) != NULL) {
		if (!deed_is(visit->draw, draw) ||
		    !sight_may(ctx->book, ctx->actor, PAPER_VISIT_PLANS, &visit->base))
			continue;
		units = arena_printf(ctx->arena, "%s%s%s", units, *units == '\0' ? "" : " ", visit->unit);
		if (units == NULL) {
			ctx->out_of_memory = true;
			return "";
		}
	}
	return units;
}

static enum jx_err
draw_list(struct view_ctx *ctx)
{
	const Jx__Draw *draw;
	size_t cursor = 0;

	while ((draw = (const Jx__Draw *)book_next(ctx->book, PAPER_DRAWS, NULL, &cursor)) != NULL) {
		view_row(ctx);
		view_add(ctx, draw->draw);
		view_add(ctx, draw->state);
		view_add(ctx, draw->commitment);
		view_add(ctx, sight_may(ctx->book, ctx->actor, PAPER_DRAWS, &draw->base) ? draw->seed : "");
		view_add_number(ctx, draw->count);
		view_add(ctx, draw->document);
		view_add(ctx, drawn_units(ctx, draw->draw));
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "draw.commit", .zh = "公布抽签种子的摘要", .en = "publish the commitment to a draw's seed", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "visits", .arguments = DEED_ROWS, .kinds = {PAPER_DRAWS}, .life = &lives[0],
	    .act = draw_commit, .requirement = "R14"},
	{.name = "draw.reveal", .zh = "公开抽签种子，抽出踏查单位", .en = "reveal the seed and draw the units to visit", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .phase = "visits", .arguments = DEED_OBJECT | DEED_VALUE, .life = &lives[0],
	    .act = draw_reveal, .requirement = "R14"},
};
static const struct view views[] = {
	{.name = "draw.list", .zh = "踏查抽签", .en = "draws of visits", .roles = ROLE_ALL, .columns = list_columns,
	    .column_count = sizeof list_columns / sizeof *list_columns, .make = draw_list, .requirement = "R14"},
};
/* clang-format on */

const struct chapter draw_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = lives,
    .life_count = sizeof lives / sizeof *lives,
    .views = views,
    .view_count = sizeof views / sizeof *views};
