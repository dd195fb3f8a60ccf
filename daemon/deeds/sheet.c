/*
 * Leaders' sheets (R27): prepared, sealed by the leader alone, complete or not
 * accepted; or given on paper and entered twice by two accounts. Each names the
 * summary it was marked with (R26). Lines are seen by the leader (and who
 * prepares for him), by nobody else, until they are merged into marks.
 */
#include "deeds/sheet.h"

#include <stdio.h>
#include <string.h>

#include "deeds/edge.h"
#include "deeds/view.h"
#include "wire/text.h"

enum { MARK_MAX = 10000, HASH_PREFIX_SIZE_LEAST = 8, UNITS_SIZE_MAX = 1500 /* of a note */ };

/* clang-format off */
static const struct deed_edge sheet_edges[] = {
	{"",        "sheet.draft",   "draft",   "准备评分表"},
	{"draft",   "sheet.draft",   "draft",   "修改评分表"},
	{"",        "sheet.seal",    "sealed",  "领导提交"},
	{"",        "sheet.seal",    "merged",  "会后补评，随即并入"},
	{"draft",   "sheet.seal",    "sealed",  "领导提交"},
	{"draft",   "sheet.seal",    "merged",  "会后补评，随即并入"},
	{"first",   "sheet.seal",    "sealed",  "领导自行提交，纸质录入作废"},
	{"first",   "sheet.seal",    "merged",  "会后自行提交，纸质录入作废"},
	{"differs", "sheet.seal",    "sealed",  "领导自行提交，纸质录入作废"},
	{"differs", "sheet.seal",    "merged",  "会后自行提交，纸质录入作废"},
	{"",        "sheet.paper",   "first",   "录入纸质评分表一遍"},
	{"draft",   "sheet.paper",   "first",   "录入纸质评分表一遍"},
	{"first",   "sheet.paper",   "first",   "本人重录同一遍"},
	{"first",   "sheet.paper",   "differs", "两遍不一致"},
	{"first",   "sheet.paper",   "sealed",  "两遍一致"},
	{"first",   "sheet.paper",   "merged",  "会后两遍一致，随即并入"},
	{"differs", "sheet.paper",   "differs", "重录后仍不一致"},
	{"differs", "sheet.paper",   "sealed",  "重录后一致"},
	{"differs", "sheet.paper",   "merged",  "会后重录一致，随即并入"},
	{"sealed",  "session.close", "merged",  "会议结束，并入"},
};
/* clang-format on */

static const struct deed_life lives[] = {
    {"sheet", "领导评分表", PAPER_SHEETS, sheet_edges, sizeof sheet_edges / sizeof *sheet_edges},
};
static const struct deed_life *const sheet_life = &lives[0];

static const char *
state_of(const Jx__Sheet *sheet)
{
	return sheet == NULL ? "" : deed_str(sheet->state);
}

/* ---- What is asked. */

bool
sheet_asks(const struct book *book, const char *leader, const char *unit, enum leader_method *method)
{
	const Jx__Leader *row = (const Jx__Leader *)book_get(book, RECORD_LEADERS, leader);
	int kind = book_unit_kind(book, unit), rank;
	const struct scheme_kind *rules;

	if (row == NULL || kind < 0)
		return false;
	rules = &book_scheme(book)->kinds[kind];
	rank = scheme_rank_find(rules, deed_str(row->rank));
	if (rank < 0)
		return false;
	*method = rules->ranks[rank].method;
	return *method != LEADER_RANK || book_supervises(book, leader, unit);
}

size_t
sheet_unit_count(const struct book *book, const char *leader)
{
	enum leader_method method;
	const Jx__Unit *unit;
	size_t cursor = 0, count = 0;

	while ((unit = (const Jx__Unit *)book_next(book, RECORD_UNITS, NULL, &cursor)) != NULL)
		count += sheet_asks(book, leader, unit->unit, &method);
	return count;
}

uint32_t
sheet_portfolio(const struct book *book, const char *leader, int kind)
{
	const Jx__Supervision *row;
	size_t cursor = 0;
	uint32_t count = 0;

	while ((row = (const Jx__Supervision *)book_next(book, RECORD_SUPERVISION, leader, &cursor)) != NULL)
		count += book_unit_kind(book, row->unit) == kind;
	return count;
}

bool
sheet_is_received(const struct book *book, const char *leader)
{
	const Jx__Sheet *sheet = (const Jx__Sheet *)book_get(book, PAPER_SHEETS, leader);

	return deed_is(state_of(sheet), "sealed") || deed_is(state_of(sheet), "merged");
}

/* ---- The lines of a sheet, wherever they come from. */

struct line {
	const char *unit, *kind, *value; /* value: canonical once it is checked */
};
struct lines {
	const char *leader;
	enum record_kind from; /* rows of this kind, or stored ones */
	bool is_stored;
	struct line *list;
	size_t count;
};

static bool
lines_make(struct deed_ctx *ctx, struct lines *lines, size_t count)
{
	lines->count = 0;
	lines->list = arena_alloc(ctx->arena, (count + 1) * sizeof *lines->list);
	if (lines->list == NULL)
		ctx->out_of_memory = true;
	return lines->list != NULL;
}

static bool
lines_of_rows(struct deed_ctx *ctx, struct lines *lines)
{
	const Jx__Records *rows = ctx->args->rows;
	bool is_paper = lines->from == PAPER_PAPER_LINES;
	size_t count = records_count(rows, lines->from);

	if (!lines_make(ctx, lines, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *leader = is_paper ? rows->paper_lines[i]->leader : rows->sheet_lines[i]->leader;

		lines->list[lines->count++] = is_paper
		    ? (struct line){rows->paper_lines[i]->unit, rows->paper_lines[i]->kind, rows->paper_lines[i]->value}
		    : (struct line){rows->sheet_lines[i]->unit, rows->sheet_lines[i]->kind, rows->sheet_lines[i]->value};
		if (!deed_is(leader, lines->leader))
			deed_fault(ctx, lines->from, i, "leader", "应为 %s", "expected %s", lines->leader);
	}
	return true;
}

static bool
lines_of_book(struct deed_ctx *ctx, struct lines *lines)
{
	const Jx__SheetLine *row;
	size_t cursor = 0;

	lines->is_stored = true;
	if (!lines_make(ctx, lines, book_count(ctx->book, PAPER_SHEET_LINES)))
		return false;
	while ((row = (const Jx__SheetLine *)book_next(ctx->book, PAPER_SHEET_LINES, lines->leader, &cursor)) != NULL)
		lines->list[lines->count++] = (struct line){row->unit, row->kind, row->value};
	return true;
}

static void
line_fault(struct deed_ctx *ctx, const struct lines *lines, size_t i, const char *field, const char *zh, const char *en)
{
	if (lines->is_stored)
		deed_why(ctx, "%s：%s", "%s: %s", lines->list[i].unit, ctx->lang == JX_EN ? en : zh);
	else
		deed_fault(ctx, lines->from, i, field, "%s", "%s", ctx->lang == JX_EN ? en : zh);
}

/* ---- A value by its method: made canonical; what is wrong, or NULL. */

static const char *
value_fault(struct deed_ctx *ctx, const struct lines *lines, struct line *line, enum leader_method method)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	struct bytes text = {(const uint8_t *)line->value, strlen(line->value)};
	bool is_english = ctx->lang == JX_EN;
	char plain[TEXT_DECIMAL_SIZE];
	int64_t mark;
	uint32_t rank, most;

	switch (method) {
	case LEADER_TIER:
		if (scheme_option_find(scheme->tiers, scheme->tier_count, line->value) < 0)
			return is_english ? "not a tier of the scheme" : "不是方案中的档次";
		return NULL;
	case LEADER_MARK:
		if (text_hundredths(text, &mark) != JX_OK || mark > MARK_MAX)
			return is_english ? "expected 0 to 100 with at most 2 decimals"
					  : "应为 0 至 100 的数，最多两位小数";
		line->value = deed_text(ctx, text_decimal(mark, plain));
		return NULL;
	case LEADER_RANK:
		most = sheet_portfolio(ctx->book, lines->leader, book_unit_kind(ctx->book, line->unit));
		if (text_whole(text, &rank) != JX_OK || rank < 1 || rank > most)
			return deed_printf(ctx,
			    is_english ? "expected a rank: a whole number of 1 to %u" : "名次应为 1 至 %u 的整数", most);
		line->value = deed_printf(ctx, "%u", rank);
		return NULL;
	}
	return NULL;
}

/* Every line alone. */
static void
lines_check(struct deed_ctx *ctx, struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct line *line = &lines->list[i];
		enum leader_method method = LEADER_TIER;
		const char *bad;

		if (!sheet_asks(ctx->book, lines->leader, line->unit, &method)) {
			line_fault(ctx, lines, i, "unit", "不由该领导评分", "is not marked by this leader");
			continue;
		}
		if (!deed_is(line->kind, leader_method_code(method))) {
			line_fault(ctx, lines, i, "kind",
			    deed_printf(ctx, "评分方式应为 %s", leader_method_code(method)),
			    deed_printf(ctx, "expected %s", leader_method_code(method)));
			continue;
		}
		bad = value_fault(ctx, lines, line, method);
		if (bad != NULL)
			line_fault(ctx, lines, i, "value", bad, bad);
	}
}

static const struct line *
lines_find(const struct lines *lines, const char *unit)
{
	for (size_t i = 0; i < lines->count; i++)
		if (deed_is(lines->list[i].unit, unit))
			return &lines->list[i];
	return NULL;
}

/* Complete or not accepted: every unit asked for is there, ranks are distinct. */
static void
lines_check_whole(struct deed_ctx *ctx, struct lines *lines)
{
	enum leader_method method;
	const Jx__Unit *unit;
	size_t cursor = 0;

	lines_check(ctx, lines);
	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL)
		if (sheet_asks(ctx->book, lines->leader, unit->unit, &method) && lines_find(lines, unit->unit) == NULL)
			deed_why(ctx, "未评：%s（%s）", "not marked: %s (%s)", unit->name, unit->unit);
	for (size_t i = 0; i < lines->count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct line *a = &lines->list[j], *b = &lines->list[i];

			if (!deed_is(a->kind, "rank") || !deed_is(b->kind, "rank") || !deed_is(a->value, b->value) ||
			    book_unit_kind(ctx->book, a->unit) != book_unit_kind(ctx->book, b->unit))
				continue;
			line_fault(ctx, lines, i, "value", deed_printf(ctx, "名次与 %s 重复，不得并列", a->unit),
			    deed_printf(ctx, "the same rank as %s: ranks are distinct", a->unit));
			break;
		}
}

/* These are the leader's lines, and no others. */
static void
lines_store(struct deed_ctx *ctx, const struct lines *lines)
{
	const Jx__SheetLine *before;
	size_t cursor = 0;

	while ((before = (const Jx__SheetLine *)book_next(ctx->book, PAPER_SHEET_LINES, lines->leader, &cursor)) != NULL)
		if (lines_find(lines, before->unit) == NULL)
			deed_drop(ctx, PAPER_SHEET_LINES, lines->leader, before->unit);
	for (size_t i = 0; i < lines->count; i++) {
		Jx__SheetLine *line = deed_put(ctx, PAPER_SHEET_LINES, lines->leader, lines->list[i].unit);

		DEED_SET(ctx, line->kind, lines->list[i].kind);
		DEED_SET(ctx, line->value, lines->list[i].value);
	}
}

static void
drop_paper(struct deed_ctx *ctx, const char *leader)
{
	const Jx__PaperLine *line;
	size_t cursor = 0;

	while ((line = (const Jx__PaperLine *)book_next(ctx->book, PAPER_PAPER_LINES, leader, &cursor)) != NULL)
		deed_drop(ctx, PAPER_PAPER_LINES, leader, deed_printf(ctx, "%u", line->pass), line->unit);
}

/* ---- The session it is of. NULL after a deed_why. */
static const Jx__Session *
session_of(struct deed_ctx *ctx)
{
	const Jx__Session *session = (const Jx__Session *)deed_get(ctx, PAPER_SESSIONS, "session");

	if (session == NULL)
		deed_why(ctx, "领导评估会议尚未召开", "the leaders' session has not been opened");
	return session;
}

static const char *
sealed_state(const Jx__Session *session)
{
	return deed_is(session->state, "open") ? "sealed" : "merged";
}

static void
lines_merge(struct deed_ctx *ctx, const char *leader)
{
	const Jx__SheetLine *line;
	size_t cursor = 0;

	while ((line = (const Jx__SheetLine *)deed_next(ctx, PAPER_SHEET_LINES, leader, &cursor)) != NULL) {
		Jx__LeaderMark *mark = deed_put(ctx, RECORD_LEADER_MARKS, leader, line->unit);

		mark->kind = line->kind;
		mark->value = line->value;
	}
}

enum jx_err
sheet_merge(struct deed_ctx *ctx, const char *leader)
{
	const char *state =
	    deed_move(ctx, sheet_life, state_of((const Jx__Sheet *)deed_get(ctx, PAPER_SHEETS, leader)));
	Jx__Sheet *sheet;

	if (state == NULL)
		return JX_E_LIFE;
	sheet = deed_put(ctx, PAPER_SHEETS, leader);
	DEED_SET(ctx, sheet->state, state);
	lines_merge(ctx, leader);
	return JX_OK;
}

/* ---- Deeds. */

static enum jx_err
sheet_draft(struct deed_ctx *ctx)
{
	struct lines lines = {.leader = ctx->actor->subject, .from = PAPER_SHEET_LINES};
	const Jx__Sheet *before = (const Jx__Sheet *)deed_get(ctx, PAPER_SHEETS, lines.leader);
	const char *state = deed_move(ctx, sheet_life, state_of(before));
	Jx__Sheet *sheet;

	if (state == NULL)
		return JX_E_LIFE;
	if (session_of(ctx) == NULL || !lines_of_rows(ctx, &lines))
		return deed_verdict(ctx);
	lines_check(ctx, &lines);
	lines_store(ctx, &lines);
	sheet = deed_put(ctx, PAPER_SHEETS, lines.leader);
	DEED_SET(ctx, sheet->state, state);
	DEED_SET(ctx, sheet->by, ctx->actor->account);
	DEED_SET_NUMBER(sheet, at_us, ctx->now_us);
	return deed_verdict(ctx);
}

/* Sealed, and merged at once when the session is closed: the same summary, a later day. */
static enum jx_err
seal(struct deed_ctx *ctx, const struct lines *lines, const Jx__Session *session, const char *state, const char *by)
{
	Jx__Sheet *sheet;

	if (state == NULL)
		return JX_E_LIFE;
	lines_store(ctx, lines);
	drop_paper(ctx, lines->leader);
	sheet = deed_put(ctx, PAPER_SHEETS, lines->leader);
	DEED_SET(ctx, sheet->state, state);
	DEED_SET(ctx, sheet->hash, session->hash);
	DEED_SET(ctx, sheet->by, by);
	DEED_SET_NUMBER(sheet, at_us, ctx->now_us);
	if (deed_is(state, "merged"))
		lines_merge(ctx, lines->leader);
	return deed_verdict(ctx);
}

static enum jx_err
sheet_seal(struct deed_ctx *ctx)
{
	struct lines lines = {.leader = ctx->actor->subject, .from = PAPER_SHEET_LINES};
	const Jx__Sheet *before = (const Jx__Sheet *)deed_get(ctx, PAPER_SHEETS, lines.leader);
	const char *prepared = deed_is(state_of(before), "draft") ? before->by : ctx->actor->account, *state;
	bool has_rows = records_count(ctx->args->rows, PAPER_SHEET_LINES) > 0;
	const Jx__Session *session;
	Jx__Sheet *sheet;

	if (deed_move(ctx, sheet_life, state_of(before)) == NULL)
		return JX_E_LIFE;
	session = session_of(ctx);
	if (session == NULL || !(has_rows ? lines_of_rows(ctx, &lines) : lines_of_book(ctx, &lines)))
		return deed_verdict(ctx);
	if (!deed_is(session->hash, ctx->args->value))
		deed_why(ctx, "汇总已变动，请按现在的汇总（%.8s…）评分",
		    "the summary is another one now (%.8s…): mark with that", deed_str(session->hash));
	lines_check_whole(ctx, &lines);
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	state = edge_to(ctx, sheet_life, state_of(before), sealed_state(session));
	sheet = deed_put(ctx, PAPER_SHEETS, lines.leader);
	DEED_SET(ctx, sheet->first, has_rows ? ctx->actor->account : prepared);
	sheet->second = NULL;
	return seal(ctx, &lines, session, state, ctx->actor->account);
}

/* ---- sheet.paper */

struct entry {
	struct lines lines;
	uint32_t pass;
	const char *by, *other_by;
};

static void
entry_check(struct deed_ctx *ctx, struct entry *entry, const Jx__Sheet *before, const Jx__Session *session)
{
	const char *value = ctx->args->value;
	bool is_entered = deed_is(state_of(before), "first") || deed_is(state_of(before), "differs");

	entry->pass = ctx->args->rows->paper_lines[0]->pass;
	for (size_t i = 0; i < records_count(ctx->args->rows, PAPER_PAPER_LINES); i++) {
		uint32_t pass = ctx->args->rows->paper_lines[i]->pass;

		if (pass > 2 || pass != entry->pass)
			deed_fault(ctx, PAPER_PAPER_LINES, i, "pass", "一次录入一遍：全部为 1 或全部为 2",
			    "one pass at a time: all 1 or all 2");
	}
	if (strlen(value) < HASH_PREFIX_SIZE_LEAST || strncmp(deed_str(session->hash), value, strlen(value)) != 0)
		deed_why(ctx, "评分表所据的汇总不是现在的汇总（%.8s…）：请填表上所印摘要，至少前 %d 位",
		    "the sheet was not marked with this summary (%.8s…): give the hash printed on it, at least %d digits",
		    deed_str(session->hash), HASH_PREFIX_SIZE_LEAST);
	entry->by = !is_entered ? "" : deed_str(entry->pass == 1 ? before->first : before->second);
	entry->other_by = !is_entered ? "" : deed_str(entry->pass == 1 ? before->second : before->first);
	if (deed_is(entry->other_by, ctx->actor->account))
		deed_why(ctx, "另一遍由您录入，两遍须由不同的人录入",
		    "you entered the other pass: the two are entered by different people");
	else if (*entry->by != '\0' && !deed_is(entry->by, ctx->actor->account) && deed_is(state_of(before), "first"))
		deed_why(ctx, "第 %u 遍已由 %s 录入", "pass %u has been entered by %s", entry->pass, entry->by);
	lines_check_whole(ctx, &entry->lines);
}

/* The units on which the passes differ, never how; NULL: none. */
static char *
entry_differences(struct deed_ctx *ctx, const struct entry *entry)
{
	const Jx__PaperLine *other;
	char *units = NULL;
	size_t cursor = 0;

	while ((other = (const Jx__PaperLine *)book_next(
		    ctx->book, PAPER_PAPER_LINES, entry->lines.leader, &cursor)) != NULL) {
		const struct line *mine = lines_find(&entry->lines, other->unit);

		if (other->pass == entry->pass || (mine != NULL && deed_is(mine->value, other->value)))
			continue;
		if (units != NULL && strlen(units) > UNITS_SIZE_MAX)
			return deed_printf(ctx, "%s …", units);
		units = units == NULL ? deed_text(ctx, other->unit) : deed_printf(ctx, "%s %s", units, other->unit);
	}
	return units;
}

static enum jx_err
entry_store(struct deed_ctx *ctx, const struct entry *entry, const char *state)
{
	const char *pass = deed_printf(ctx, "%u", entry->pass);
	Jx__Sheet *sheet;

	if (state == NULL)
		return JX_E_LIFE;
	for (size_t i = 0; i < entry->lines.count; i++) {
		Jx__PaperLine *line = deed_put(ctx, PAPER_PAPER_LINES, entry->lines.leader, pass, entry->lines.list[i].unit);

		DEED_SET(ctx, line->kind, entry->lines.list[i].kind);
		DEED_SET(ctx, line->value, entry->lines.list[i].value);
	}
	sheet = deed_put(ctx, PAPER_SHEETS, entry->lines.leader);
	DEED_SET(ctx, sheet->state, state);
	return deed_verdict(ctx);
}

static enum jx_err
sheet_paper(struct deed_ctx *ctx)
{
	struct entry entry = {.lines = {.leader = ctx->args->object, .from = PAPER_PAPER_LINES}};
	const Jx__Sheet *before = (const Jx__Sheet *)deed_get(ctx, PAPER_SHEETS, entry.lines.leader);
	const char *state = deed_move(ctx, sheet_life, state_of(before)), *differences = NULL;
	const Jx__Session *session;
	Jx__Sheet *sheet;

	if (state == NULL)
		return JX_E_LIFE;
	if (deed_get(ctx, RECORD_LEADERS, entry.lines.leader) == NULL)
		return JX_E_NOT_FOUND;
	session = session_of(ctx);
	if (session == NULL || !lines_of_rows(ctx, &entry.lines))
		return deed_verdict(ctx);
	entry_check(ctx, &entry, before, session);
	if (deed_verdict(ctx) != JX_OK)
		return deed_verdict(ctx);
	if (*entry.other_by != '\0')
		differences = entry_differences(ctx, &entry);
	state = edge_to(ctx, sheet_life, state_of(before),
	    *entry.other_by == '\0' ? "first" : differences != NULL ? "differs" : sealed_state(session));
	sheet = deed_put(ctx, PAPER_SHEETS, entry.lines.leader);
	if (deed_is(state_of(before), "draft"))
		sheet->by = NULL;
	DEED_SET(ctx, *(entry.pass == 1 ? &sheet->first : &sheet->second), ctx->actor->account);
	if (*entry.other_by != '\0' && differences == NULL)
		return seal(ctx, &entry.lines, session, state, "paper");
	if (differences != NULL)
		deed_note(ctx, "两遍不一致的单位：%s", "units on which the two entries differ: %s", differences);
	return entry_store(ctx, &entry, state);
}

/* ---- The leader's own view. */

static enum jx_err
mine_make(struct view_ctx *ctx)
{
	const char *leader = ctx->actor->subject;
	const Jx__Session *session = (const Jx__Session *)book_get(ctx->book, PAPER_SESSIONS, "session");
	const Jx__Sheet *sheet = (const Jx__Sheet *)book_get(ctx->book, PAPER_SHEETS, leader);
	const Jx__Unit *unit;
	size_t cursor = 0;

	ctx->title = arena_printf(ctx->arena, "%s %s",
	    sheet == NULL ? view_say(ctx, "未填", "not begun") : deed_str(sheet->state),
	    session == NULL ? "" : deed_str(session->hash));
	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		const Jx__SheetLine *line = (const Jx__SheetLine *)book_get(ctx->book, PAPER_SHEET_LINES, leader, unit->unit);
		const Jx__Summary *summary = (const Jx__Summary *)book_get(ctx->book, PAPER_SUMMARY, unit->unit);
		enum leader_method method;

		if (!sheet_asks(ctx->book, leader, unit->unit, &method))
			continue;
		view_row(ctx);
		view_add(ctx, unit->unit);
		view_add(ctx, unit->name);
		view_add(ctx, leader_method_code(method));
		if (method == LEADER_RANK)
			view_add_number(ctx, sheet_portfolio(ctx->book, leader, book_unit_kind(ctx->book, unit->unit)));
		else
			view_add(ctx, "");
		view_add(ctx, summary == NULL ? "" : summary->subtotal);
		view_add(ctx, line == NULL ? "" : line->value);
		view_add(ctx, line == NULL ? view_say(ctx, "未评", "missing") : "");
	}
	return JX_OK;
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "sheet.draft", .zh = "准备评分表", .en = "prepare a leader's sheet", .roles = ROLE_SECRETARY | ROLE_LEADER,
	    .scope = DEED_LEADER, .arguments = DEED_ROWS, .kinds = {PAPER_SHEET_LINES}, .life = &lives[0], .act = sheet_draft,
	    .requirement = "R27"},
	{.name = "sheet.seal", .zh = "提交评分表", .en = "seal one's sheet", .roles = ROLE_LEADER, .scope = DEED_LEADER,
	    .arguments = DEED_VALUE | DEED_MAY_ROWS, .kinds = {PAPER_SHEET_LINES}, .life = &lives[0], .act = sheet_seal,
	    .requirement = "R26 R27"},
	{.name = "sheet.paper", .zh = "录入纸质评分表的一遍", .en = "enter one pass of a sheet given on paper", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_OBJECT | DEED_VALUE | DEED_ROWS, .kinds = {PAPER_PAPER_LINES}, .life = &lives[0],
	    .act = sheet_paper, .requirement = "R26 R27"},
};

static const struct view_column mine_columns[] = {
	{"unit", "单位", "unit", "text"},       {"name", "名称", "name", "text"},      {"kind", "方式", "kind", "text"},
	{"of", "共几名", "of", "whole"},        {"subtotal", "六项合计", "subtotal", "text"}, {"value", "评分", "value", "text"},
	{"missing", "是否未评", "missing", "text"},
};
static const struct view views[] = {
	{"sheet.mine", "本人的评分表", "one's own sheet", ROLE_LEADER | ROLE_SECRETARY, 0, mine_columns,
	    sizeof mine_columns / sizeof *mine_columns, mine_make, "R27"},
};
/* clang-format on */

const struct chapter sheet_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .lives = lives,
    .life_count = sizeof lives / sizeof *lives,
    .views = views,
    .view_count = sizeof views / sizeof *views};
