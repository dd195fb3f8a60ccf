/*
 * The leaders' session (领导加权评估, R26–R28): the six components frozen into
 * one summary with a hash, sheets received or not, merged when it closes.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "deeds/sheet.h"
#include "deeds/view.h"
#include "wire/text.h"

enum { SCALE = 10000, SCALE_DIGITS = 4, FIGURE_SIZE = 40 };

/* clang-format off */
static const struct deed_edge session_edges[] = {
	{"",     "session.open",  "open",   "汇总六项得分，召开会议"},
	{"open", "session.open",  "open",   "提交之前按新的核算重新汇总"},
	{"open", "session.close", "closed", "会议结束，并入评分"},
};
/* clang-format on */

static const struct deed_life lives[] = {
    {"session", "领导评估会议", PAPER_SESSIONS, session_edges, sizeof session_edges / sizeof *session_edges},
};
static const struct deed_life *const session_life = &lives[0];

static const char *
state_of(const Jx__Session *session)
{
	return session == NULL ? "" : deed_str(session->state);
}

/* ---- Holes: who owes what. */

/* clang-format off */
static const struct hole {
	const char *prefix;
	bool is_leaders; /* what the session is there to fill */
	const char *zh, *en, *by_zh, *by_en;
} holes[] = {
	{"basic:",    false, "基础工作", "basic work",      "市绩效办", "the office"},
	{"progress:", false, "定期调度", "progress round",  "市绩效办", "the office"},
	{"common:",   false, "共性目标", "common item",     "",         ""},
	{"ballots:",  false, "评价卡",   "ballots",         "评估组",   "the evaluation group"},
	{"group:",    false, "评估组评分", "evaluators' points", "评估组", "the evaluation group"},
	{"goals",     false, "重点目标", "key goals",       "该单位",   "the unit"},
	{"leader:",   true,  "", "", "", ""},
	{"leaders",   true,  "", "", "", ""}, /* and leaders:RANK */
};
/* clang-format on */

static const struct hole *
hole_find(const char *missing)
{
	for (size_t i = 0; i < sizeof holes / sizeof *holes; i++)
		if (strncmp(missing, holes[i].prefix, strlen(holes[i].prefix)) == 0)
			return &holes[i];
	return NULL;
}

/* Who marks a common item: the scheme says, item by item. */
static const char *
common_by(struct deed_ctx *ctx, const char *unit, const char *code)
{
	int kind = book_unit_kind(ctx->book, unit), at;
	const struct scheme_kind *rules;
	const char *by = "";

	if (kind < 0)
		return "";
	rules = &book_scheme(ctx->book)->kinds[kind];
	at = scheme_item_find(rules->common, rules->common_count, code);
	for (size_t i = 0; at >= 0 && i < rules->common[at].set_by_count; i++)
		by = deed_printf(ctx, "%s%s%s", by, i == 0 ? "" : "、", rules->common[at].set_by[i]);
	return by;
}

static void
say_hole(struct deed_ctx *ctx, const Jx__Hole *missing)
{
	const struct hole *hole = hole_find(missing->missing);
	const char *name = book_unit_name(ctx->book, missing->unit), *code, *by;

	if (hole == NULL) {
		deed_why(ctx, "%s（%s）：%s", "%s (%s): %s", name, missing->unit, missing->missing);
		return;
	}
	code = missing->missing + strlen(hole->prefix);
	by = strcmp(hole->prefix, "common:") == 0 ? common_by(ctx, missing->unit, code)
	    : ctx->lang == JX_EN		   ? hole->by_en
						   : hole->by_zh;
	deed_why(ctx, "%s（%s）：缺 %s %s，由%s提供", "%s (%s): %s %s is missing, owed by %s", name, missing->unit,
	    ctx->lang == JX_EN ? hole->en : hole->zh, code, by);
}

static void
check_holes(struct deed_ctx *ctx)
{
	size_t count = 0;

	for (size_t i = 0; i < ctx->run.hole_count; i++) {
		const struct hole *hole = hole_find(ctx->run.holes[i]->missing);

		count += hole == NULL || !hole->is_leaders;
	}
	if (count > 0)
		deed_why(ctx, "六项得分尚缺 %zu 处，会议不能召开", "%zu holes in the six components keep the session shut",
		    count);
	for (size_t i = 0; i < ctx->run.hole_count; i++) {
		const Jx__Hole *missing = ctx->run.holes[i];
		const struct hole *hole = hole_find(missing->missing);

		if (hole == NULL || !hole->is_leaders)
			say_hole(ctx, missing);
		else if (strncmp(missing->missing, "leaders", strlen("leaders")) == 0)
			/* No sheet will ever fill it. */
			deed_note(ctx, "%s（%s）没有领导评分：%s", "%s (%s) is marked by no leader: %s",
			    book_unit_name(ctx->book, missing->unit), missing->unit, missing->missing);
	}
}

/* ---- The run is of the inputs and the scheme as they are now. */
static void
check_run(struct deed_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__Run *run = ctx->run.run;

	if (!deed_is(run->state, "done"))
		deed_why(ctx, "核算 %u 没有完成（%s）", "run %u is not done (%s)", run->run, deed_str(run->state));
	if (run->scheme_digest.len != sizeof scheme->digest ||
	    memcmp(run->scheme_digest.data, scheme->digest, sizeof scheme->digest) != 0)
		deed_why(ctx, "核算 %u 之后方案又有变动，请重新核算", "the scheme changed after run %u: run again", run->run);
	for (int k = 0; k < RECORD_KIND_COUNT; k++) {
		enum record_kind kind = (enum record_kind)k;

		if (kind != RECORD_LEADER_MARKS && book_changed(ctx->book, kind) > run->batch)
			deed_why(ctx, "核算 %u 之后“%s”又有变动，请重新核算", "%2$s changed after run %1$u: run again",
			    run->run, ctx->lang == JX_EN ? record_kinds[kind].en : record_kinds[kind].zh);
	}
}

/* ---- Every leader and portfolio beforehand (R28). */
static void
check_leaders(struct deed_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__Leader *leader;
	size_t cursor = 0;

	while ((leader = (const Jx__Leader *)book_next(ctx->book, RECORD_LEADERS, NULL, &cursor)) != NULL) {
		for (int kind = 0; kind < KIND_COUNT; kind++) {
			const struct scheme_kind *rules = &scheme->kinds[kind];
			int rank = rules->present ? scheme_rank_find(rules, deed_str(leader->rank)) : -1;
			uint32_t count = sheet_portfolio(ctx->book, leader->leader, kind);

			if (rank < 0 || rules->ranks[rank].method != LEADER_RANK)
				continue;
			if (!scheme->has_rank_marks)
				deed_why(ctx, "%s按名次评分，方案没有规定名次对应的分值",
				    "%s ranks, and the scheme has no marks for ranks", leader->name);
			if (count == 0)
				deed_note(ctx, "%s没有分管单位，不参加排名", "%s supervises no unit and ranks none",
				    leader->name);
		}
	}
}

/* ---- The summary. */

/* "2.85" in ten-thousandths: what is added is what was published. */
static bool
figure_read(const char *text, int64_t *figure)
{
	int64_t whole = 0, unit = SCALE;
	const char *at = text;

	for (; *at >= '0' && *at <= '9' && whole < INT64_MAX / SCALE / 100; at++)
		whole = whole * 10 + (*at - '0');
	if (at == text)
		return false;
	whole *= SCALE;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9' && unit >= 10; at++) {
			unit /= 10;
			whole += unit * (*at - '0');
		}
	*figure = whole;
	return *at == '\0';
}

static char *
figure_text(struct deed_ctx *ctx, int64_t figure)
{
	int digits = book_scheme(ctx->book)->digits;
	int64_t unit = 1;

	for (int i = digits; i < SCALE_DIGITS; i++)
		unit *= 10;
	if (digits == 0)
		return deed_printf(ctx, "%lld", (long long)(figure / SCALE));
	return deed_printf(
	    ctx, "%lld.%0*lld", (long long)(figure / SCALE), digits, (long long)(figure % SCALE / unit));
}

static const Jx__UnitResult *
result_of(const struct deed_ctx *ctx, const char *unit)
{
	for (size_t i = 0; i < ctx->run.unit_count; i++)
		if (deed_is(ctx->run.units[i]->unit, unit))
			return ctx->run.units[i];
	return NULL;
}

static bool
component_read(const Jx__UnitResult *result, enum component component, int64_t *figure)
{
	for (size_t i = 0; result != NULL && i < result->n_components; i++)
		if (deed_is(result->components[i]->component, component_code(component)))
			return result->components[i]->published != NULL &&
			       figure_read(result->components[i]->published, figure);
	return false;
}

static void
summarise(struct deed_ctx *ctx, const Jx__Unit *unit)
{
	static const enum component parts[] = {COMPONENT_BASIC, COMPONENT_PROGRESS, COMPONENT_VISITS, COMPONENT_SELF,
	    COMPONENT_DEMOCRATIC, COMPONENT_COMMON, COMPONENT_KEY};
	const Jx__UnitResult *result = result_of(ctx, unit->unit);
	int64_t figures[COMPONENT_COUNT] = {0}, subtotal = 0;
	Jx__Summary *summary;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!component_read(result, parts[i], &figures[parts[i]])) {
			deed_why(ctx, "核算中没有 %s（%s）的 %s", "the run has no figure of %s (%s): %s", unit->name,
			    unit->unit, component_code(parts[i]));
			return;
		}
		subtotal += figures[parts[i]];
	}
	summary = deed_put(ctx, PAPER_SUMMARY, unit->unit);
	summary->basic = figure_text(ctx, figures[COMPONENT_BASIC]);
	summary->tracking = figure_text(ctx, figures[COMPONENT_PROGRESS] + figures[COMPONENT_VISITS]);
	summary->self = figure_text(ctx, figures[COMPONENT_SELF]);
	summary->democratic = figure_text(ctx, figures[COMPONENT_DEMOCRATIC]);
	summary->common = figure_text(ctx, figures[COMPONENT_COMMON]);
	summary->key = figure_text(ctx, figures[COMPONENT_KEY]);
	summary->subtotal = figure_text(ctx, subtotal);
}

/* SHA-256 over all rows, unit and figures, by unit. */
static char *
summary_hash(struct deed_ctx *ctx)
{
	char buffer[RECORD_TEXT_SIZE], hex[crypto_hash_sha256_BYTES * 2 + 1];
	uint8_t hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	const Jx__Unit *unit;
	size_t cursor = 0;

	crypto_hash_sha256_init(&state);
	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		const ProtobufCMessage *row = deed_get(ctx, PAPER_SUMMARY, unit->unit);

		for (size_t i = 0; row != NULL && i < record_kinds[PAPER_SUMMARY].field_count; i++) {
			const char *text = record_field_text(row, PAPER_SUMMARY, i, buffer);

			crypto_hash_sha256_update(&state, (const uint8_t *)text, strlen(text) + 1);
		}
	}
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	return deed_text(ctx, hex);
}

/* ---- Deeds. */

/* A sheet that has come names the summary that stands: it may not change any more. */
static void
check_no_sheet(struct deed_ctx *ctx)
{
	const Jx__Sheet *sheet;
	size_t cursor = 0;

	while ((sheet = (const Jx__Sheet *)book_next(ctx->book, PAPER_SHEETS, NULL, &cursor)) != NULL)
		if (!deed_is(sheet->state, "draft"))
			deed_why(ctx, "已收到 %s 的评分表，汇总不能再变", "the sheet of %s has come: the summary stands",
			    sheet->leader);
}

static enum jx_err
session_open(struct deed_ctx *ctx)
{
	const Jx__Session *before = (const Jx__Session *)deed_get(ctx, PAPER_SESSIONS, "session");
	const char *state = deed_move(ctx, session_life, state_of(before));
	const Jx__Summary *old;
	const Jx__Unit *unit;
	Jx__Session *session;
	size_t cursor = 0;

	if (state == NULL)
		return JX_E_LIFE;
	check_no_sheet(ctx);
	check_run(ctx);
	check_holes(ctx);
	check_leaders(ctx);
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	while ((old = (const Jx__Summary *)book_next(ctx->book, PAPER_SUMMARY, NULL, &cursor)) != NULL)
		if (book_unit_kind(ctx->book, old->unit) < 0)
			deed_drop(ctx, PAPER_SUMMARY, old->unit);
	cursor = 0;
	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL)
		summarise(ctx, unit);
	session = deed_put(ctx, PAPER_SESSIONS, "session");
	DEED_SET(ctx, session->state, state);
	DEED_SET_NUMBER(session, run, ctx->run.run->run);
	session->hash = summary_hash(ctx);
	DEED_SET_NUMBER(session, at_us, ctx->now_us);
	deed_notify(ctx, "", "leader", "", "领导评估会议已召开，请按六项汇总评分");
	deed_notify(ctx, "", "secretary", "", "领导评估会议已召开，可准备评分表");
	return deed_verdict(ctx);
}

static enum jx_err
session_close(struct deed_ctx *ctx)
{
	const Jx__Session *before = (const Jx__Session *)deed_get(ctx, PAPER_SESSIONS, "session");
	const char *state = deed_move(ctx, session_life, state_of(before));
	const Jx__Leader *leader;
	const Jx__Sheet *sheet;
	Jx__Session *session;
	size_t cursor = 0;

	if (state == NULL)
		return JX_E_LIFE;
	while ((leader = (const Jx__Leader *)book_next(ctx->book, RECORD_LEADERS, NULL, &cursor)) != NULL) {
		if (sheet_is_received(ctx->book, leader->leader) || sheet_unit_count(ctx->book, leader->leader) == 0)
			continue;
		if (*ctx->args->reason == '\0')
			deed_why(ctx, "尚未收到%s（%s）的评分表；说明理由后可结束会议，由其会后补评",
			    "the sheet of %s (%s) has not come; with a reason the session may close and he marks later",
			    leader->name, leader->leader);
		else
			deed_note(ctx, "%s（%s）会后按同一汇总补评", "%s (%s) marks later, on the same summary",
			    leader->name, leader->leader);
	}
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	cursor = 0;
	while ((sheet = (const Jx__Sheet *)book_next(ctx->book, PAPER_SHEETS, NULL, &cursor)) != NULL)
		if (deed_is(sheet->state, "sealed") && sheet_merge(ctx, sheet->leader) != JX_OK)
			return JX_E_LIFE;
	session = deed_put(ctx, PAPER_SESSIONS, "session");
	DEED_SET(ctx, session->state, state);
	DEED_SET_NUMBER(session, at_us, ctx->now_us);
	return deed_verdict(ctx);
}

/* ---- Views. */

static enum jx_err
state_make(struct view_ctx *ctx)
{
	const Jx__Session *session = (const Jx__Session *)book_get(ctx->book, PAPER_SESSIONS, "session");
	bool is_own = (ctx->actor->role & (ROLE_LEADER | ROLE_SECRETARY)) != 0;
	const Jx__Leader *leader;
	size_t cursor = 0;

	ctx->title = arena_printf(ctx->arena, "%s %s",
	    session == NULL			 ? view_say(ctx, "未召开", "not opened")
		: deed_is(session->state, "open") ? view_say(ctx, "进行中", "open")
						  : view_say(ctx, "已结束", "closed"),
	    session == NULL ? "" : deed_str(session->hash));
	while ((leader = (const Jx__Leader *)book_next(ctx->book, RECORD_LEADERS, NULL, &cursor)) != NULL) {
		const Jx__Sheet *sheet = (const Jx__Sheet *)book_get(ctx->book, PAPER_SHEETS, leader->leader);
		bool is_received = sheet_is_received(ctx->book, leader->leader);

		if (is_own && !deed_is(leader->leader, ctx->actor->subject))
			continue;
		view_row(ctx);
		view_add(ctx, leader->leader);
		view_add(ctx, leader->name);
		view_add(ctx, leader->rank);
		view_add(ctx, sheet_unit_count(ctx->book, leader->leader) == 0 ? view_say(ctx, "不评分", "none asked")
			: is_received ? view_say(ctx, "已收到", "received")
				      : view_say(ctx, "未收到", "not received"));
		view_add(ctx, sheet == NULL ? "" : is_received ? sheet->first : deed_str(sheet->by));
		view_add(ctx, sheet != NULL && is_received ? sheet->by : "");
		if (is_received && sheet->has_at_us)
			view_add_number(ctx, sheet->at_us);
		else
			view_add(ctx, "");
	}
	return JX_OK;
}

static enum jx_err
summary_make(struct view_ctx *ctx)
{
	const Jx__Session *session = (const Jx__Session *)book_get(ctx->book, PAPER_SESSIONS, "session");
	const Jx__Summary *summary;
	size_t cursor = 0;

	ctx->title = arena_strdup(ctx->arena, session == NULL ? "" : deed_str(session->hash));
	while ((summary = (const Jx__Summary *)book_next(ctx->book, PAPER_SUMMARY, NULL, &cursor)) != NULL) {
		const char *const cells[] = {summary->unit, book_unit_name(ctx->book, summary->unit),
		    book_unit_class(ctx->book, summary->unit), summary->basic, summary->tracking, summary->self,
		    summary->democratic, summary->common, summary->key, summary->subtotal};

		if (*ctx->args->unit != '\0' && !deed_is(summary->unit, ctx->args->unit))
			continue;
		view_row(ctx);
		for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
			view_add(ctx, cells[i]);
	}
	return JX_OK;
}

/* What rank r of n is worth, exactly (hundredths; a fraction where the marks spread evenly). */
static void
add_rank_mark(struct view_ctx *ctx, const struct scheme *scheme, int64_t rank, int64_t count)
{
	int64_t mark = scheme->rank_best - scheme->rank_step * (rank - 1), spread;

	if (scheme->has_step || count == 1) {
		view_add_points(ctx, !scheme->has_step ? scheme->rank_best
				: mark > scheme->rank_least ? mark
							    : scheme->rank_least);
		return;
	}
	spread = scheme->rank_best * (count - 1) - (scheme->rank_best - scheme->rank_least) * (rank - 1);
	if (spread % (count - 1) == 0)
		view_add_points(ctx, spread / (count - 1));
	else
		view_addf(ctx, "%lld/%lld", (long long)spread, (long long)(100 * (count - 1)));
}

static enum jx_err
ranks_make(struct view_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__Leader *leader;
	size_t cursor = 0;

	while ((leader = (const Jx__Leader *)book_next(ctx->book, RECORD_LEADERS, NULL, &cursor)) != NULL)
		for (int kind = 0; kind < KIND_COUNT; kind++) {
			const struct scheme_kind *rules = &scheme->kinds[kind];
			int rank = rules->present ? scheme_rank_find(rules, deed_str(leader->rank)) : -1;
			uint32_t count = sheet_portfolio(ctx->book, leader->leader, kind);

			if (rank < 0 || rules->ranks[rank].method != LEADER_RANK)
				continue;
			for (uint32_t place = count == 0 ? 0 : 1; place <= count; place++) {
				view_row(ctx);
				view_add(ctx, leader->leader);
				view_add(ctx, leader->name);
				view_add(ctx, kind_code((enum kind)kind));
				view_add_number(ctx, count);
				view_add_number(ctx, place);
				if (place > 0 && scheme->has_rank_marks)
					add_rank_mark(ctx, scheme, place, count);
				else
					view_add(ctx, place == 0 ? view_say(ctx, "没有分管单位", "supervises none")
								 : view_say(ctx, "方案未规定", "not defined"));
			}
		}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "session.open", .zh = "汇总六项得分，召开领导评估会议", .en = "freeze the six components and open the leaders' session",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .phase = "leaders", .arguments = DEED_RUN | DEED_MAY_REASON, .life = &lives[0],
	    .act = session_open, .requirement = "R26 R28"},
	{.name = "session.close", .zh = "结束会议，并入评分", .en = "close the session and merge the sheets", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_MAY_REASON, .life = &lives[0], .act = session_close, .requirement = "R27"},
};

static const struct view_column state_columns[] = {
	{"leader", "领导", "leader", "text"}, {"name", "姓名或职务", "name", "text"}, {"rank", "职级", "rank", "text"},
	{"state", "是否收到", "state", "text"}, {"prepared", "填表", "prepared by", "text"}, {"sealed", "提交", "sealed by", "text"},
	{"at", "时间", "at", "moment"},
};
static const struct view_column summary_columns[] = {
	{"unit", "单位", "unit", "text"},       {"name", "名称", "name", "text"},       {"class", "类别", "class", "text"},
	{"basic", "基础工作", "basic", "text"}, {"tracking", "跟踪评估", "tracking", "text"}, {"self", "自我评估", "self", "text"},
	{"democratic", "民主评估", "democratic", "text"}, {"common", "共性目标", "common", "text"}, {"key", "重点目标", "key", "text"},
	{"subtotal", "六项合计", "subtotal", "text"},
};
static const struct view_column rank_columns[] = {
	{"leader", "领导", "leader", "text"}, {"name", "姓名或职务", "name", "text"}, {"kind", "单位类型", "kind", "text"},
	{"of", "共几名", "of", "whole"},      {"rank", "名次", "rank", "whole"},      {"mark", "分值", "mark", "text"},
};
static const struct view views[] = {
	{"session.state", "评分表收到情况", "which sheets have come",
	    ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR | ROLE_LEADER | ROLE_SECRETARY, 0, state_columns,
	    sizeof state_columns / sizeof *state_columns, state_make, "R27"},
	{"session.summary", "六项得分汇总", "the six components summarised",
	    ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR | ROLE_LEADER | ROLE_SECRETARY, VIEW_MAY_UNIT, summary_columns,
	    sizeof summary_columns / sizeof *summary_columns, summary_make, "R26"},
	{"session.ranks", "各领导名次对应的分值", "what each leader's ranks are worth",
	    ROLE_OFFICE | ROLE_COMMITTEE | ROLE_AUDITOR | ROLE_LEADER | ROLE_SECRETARY, 0, rank_columns,
	    sizeof rank_columns / sizeof *rank_columns, ranks_make, "R28"},
};
/* clang-format on */

const struct chapter session_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = lives,
    .life_count = sizeof lives / sizeof *lives,
    .views = views,
    .view_count = sizeof views / sizeof *views};
