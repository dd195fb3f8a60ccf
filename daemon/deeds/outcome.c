#include "deeds/outcome.h"

#include <string.h>

#include "deeds/confirmation.h"
#include "deeds/lines.h"
#include "deeds/privacy.h"
#include "records/paper.h"

static const uint64_t DAY_US = UINT64_C(86400000000);

/* clang-format off */
static const struct deed_edge edges[] = {
	{"",          "outcome.draft",     "draft",     "由正式核算拟定等次和奖励对象"},
	{"returned",  "outcome.draft",     "draft",     "由新的核算重新拟定"},
	{"draft",     "award.add",         "draft",     "名单增加一名"},
	{"consulted", "award.add",         "draft",     "名单增加一名，就此名重新征求意见"},
	{"draft",     "award.strike",      "draft",     "名单去掉一名"},
	{"consulted", "award.strike",      "draft",     "名单去掉一名"},
	{"draft",     "outcome.consulted", "consulted", "逐名征求纪检、组织部门意见完毕"},
	{"consulted", "outcome.confirm",   "confirmed", "评估委员会审定"},
	{"confirmed", "outcome.publicise", "public",    "公示"},
	{"public",    "outcome.publish",   "published", "公布"},
	{"draft",     "outcome.return",    "returned",  "退回重新核算"},
	{"consulted", "outcome.return",    "returned",  "退回重新核算"},
	{"confirmed", "outcome.return",    "returned",  "退回重新核算"},
	{"public",    "outcome.return",    "returned",  "退回重新核算"},
	{"returned",  "outcome.return",    "returned",  "再重开其他数据"},
	{"public",    "objection.uphold",  "returned",  "异议成立，只重开有争议的数据"},
	{"returned",  "objection.uphold",  "returned",  "另一异议成立"},
};
/* clang-format on */

const struct deed_life outcome_life = {"outcome", "评估结果", PAPER_OUTCOMES, edges, sizeof edges / sizeof *edges};

const Jx__Outcome *
outcome_get(const struct book *book)
{
	return (const Jx__Outcome *)book_get(book, PAPER_OUTCOMES, "result");
}

const char *
outcome_state(const struct book *book)
{
	const Jx__Outcome *outcome = outcome_get(book);

	return outcome == NULL ? "" : deed_str(outcome->state);
}

/* ---- What stands still. */

/* item: "KIND:KEY", not ended by NUL; a KEY cut at a "/" means all that begins so. */
static bool
is_reopened(const char *item, size_t size, const char *kind, const char *key)
{
	size_t kind_size = strlen(kind), key_size;

	if (size == 1 && item[0] == '*')
		return true;
	if (size <= kind_size || strncmp(item, kind, kind_size) != 0 || item[kind_size] != ':')
		return false;
	item += kind_size + 1;
	key_size = size - kind_size - 1;
	return strncmp(item, key, key_size) == 0 && (key[key_size] == '\0' || key[key_size] == '/');
}

static bool
is_any_reopened(const char *reopens, const char *kind, const char *key)
{
	while (*reopens != '\0') {
		size_t size = strcspn(reopens, ";");

		if (is_reopened(reopens, size, kind, key))
			return true;
		reopens += size + (reopens[size] == ';');
	}
	return false;
}

bool
outcome_blocks(const struct book *book, enum record_kind kind, const ProtobufCMessage *record)
{
	const Jx__Outcome *outcome = outcome_get(book);
	struct arena *arena;
	char *key;
	bool is_open;

	if (outcome == NULL || kind >= RECORD_KIND_COUNT)
		return false;
	if (!deed_is(outcome->state, "returned"))
		return true;
	if (deed_is(outcome->reopens, ""))
		return false;
	arena = arena_new(64 << 10);
	key = arena == NULL ? NULL : paper_key(arena, kind, record);
	is_open = key != NULL && is_any_reopened(outcome->reopens, record_kinds[kind].name, key);
	arena_free(arena);
	return !is_open;
}

bool
outcome_check_reopens(struct deed_ctx *ctx, const char *text)
{
	const char *colon = strchr(text, ':');
	enum record_kind kind = RECORD_KIND_COUNT;
	size_t keys = 0, parts = 1;

	if (strcmp(text, "*") == 0)
		return true;
	if (colon != NULL && strchr(text, ';') == NULL)
		kind = record_kind_find(deed_printf(ctx, "%.*s", (int)(colon - text), text));
	if (kind != RECORD_KIND_COUNT) {
		while (keys < record_kinds[kind].field_count && record_kinds[kind].fields[keys].key)
			keys++;
		for (const char *c = colon + 1; *c != '\0'; c++)
			parts += *c == '/';
	}
	if (kind == RECORD_KIND_COUNT || parts > keys || colon[1] == '\0') {
		deed_why(ctx, "重开的数据应写作“数据种类:主键”，如 basic:X01/organisation，现为“%s”",
		    "what is re-opened is written KIND:KEY, as basic:X01/organisation, not \"%s\"", text);
		return false;
	}
	if (strcmp(record_kinds[kind].fields[0].name, "unit") == 0 && kind != RECORD_UNITS &&
	    book_unit_kind(ctx->book, deed_printf(ctx, "%.*s", (int)strcspn(colon + 1, "/"), colon + 1)) < 0) {
		deed_why(ctx, "没有这个单位：%s", "no such unit: %s", colon + 1);
		return false;
	}
	return true;
}

/* ---- Shared steps. */

Jx__Outcome *
outcome_touch(struct deed_ctx *ctx, const char *state)
{
	Jx__Outcome *outcome = deed_put(ctx, PAPER_OUTCOMES, "result");

	DEED_SET(ctx, outcome->state, state);
	DEED_SET_NUMBER(outcome, at_us, ctx->now_us);
	return outcome;
}

enum jx_err
outcome_send_back(struct deed_ctx *ctx, const char *reopens, const char *reason)
{
	const Jx__Outcome *now = outcome_get(ctx->book);
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	bool is_more, is_all;
	Jx__Outcome *outcome;

	if (state == NULL)
		return JX_E_LIFE;
	is_more = deed_is(now->state, "returned");
	is_all = deed_is(reopens, "") || deed_is(reopens, "*") || (is_more && deed_is(now->reopens, ""));
	outcome = outcome_touch(ctx, state);
	if (is_all)
		outcome->reopens = NULL;
	else
		outcome->reopens = is_more ? deed_printf(ctx, "%s;%s", now->reopens, reopens) : deed_text(ctx, reopens);
	DEED_SET(ctx, outcome->reason, reason);
	deed_notify(ctx, "", "office", "", deed_printf(ctx, "评估结果已退回：%s", reason));
	return deed_verdict(ctx);
}

void
outcome_check_run(struct deed_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__Run *run = ctx->run.run;

	if (!deed_is(run->kind, "final") || !deed_is(run->state, "done"))
		deed_why(ctx, "第 %u 次核算不是已完成的正式核算", "run %u is no final run that is done", run->run);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
		if (book_changed(ctx->book, (enum record_kind)kind) > run->batch)
			deed_why(ctx, "第 %u 次核算之后，“%s”又有变动，请重新核算", "since run %u, %s has changed: run again",
			    run->run, ctx->lang == JX_EN ? record_kinds[kind].en : record_kinds[kind].zh);
	if (run->has_scheme_digest && (run->scheme_digest.len != sizeof scheme->digest ||
					  memcmp(run->scheme_digest.data, scheme->digest, sizeof scheme->digest) != 0))
		deed_why(ctx, "第 %u 次核算之后，方案又有变动，请重新核算", "the scheme has changed since run %u: run again",
		    run->run);
}

void
outcome_check_own_run(struct deed_ctx *ctx)
{
	const Jx__Outcome *outcome = outcome_get(ctx->book);

	if (outcome != NULL && outcome->run != ctx->run.run->run)
		deed_why(ctx, "评估结果出自第 %u 次核算，不是第 %u 次", "the result is of run %u, not of run %u", outcome->run,
		    ctx->run.run->run);
}

void
outcome_check_consents(struct deed_ctx *ctx)
{
	const Jx__AwardLine *line;
	size_t cursor = 0;

	while ((line = (const Jx__AwardLine *)book_next(ctx->book, PAPER_AWARD_LINES, NULL, &cursor)) != NULL)
		for (size_t i = 0; lines_is_listed(line) && lines_consulted[i] != NULL; i++)
			if (lines_consent(ctx->book, line, lines_consulted[i]) == NULL)
				deed_why(ctx, "%s %s：尚无%s的意见（不答复不等于同意）",
				    "%s %s: no opinion of %s (silence is not consent)", line->unit,
				    prize_award_name(book_scheme(ctx->book), line->award),
				    ctx->lang == JX_EN ? lines_consulted[i] : i == 0 ? "市纪检委" : "市委组织部");
}

/* ---- Draft. */

/* The run's own awards and grades against the count made here: both must be the same program's. */
static void
check_count(struct deed_ctx *ctx)
{
	struct prize *prize = prize_count(&(struct prize_input){
	    .arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang, .plain = true});

	if (prize == NULL || prize->unit_count != ctx->run.unit_count) {
		ctx->out_of_memory |= prize == NULL;
		deed_why(ctx, "核算的单位类别与方案不符", "the run's classes are not the scheme's");
		return;
	}
	for (size_t i = 0; i < prize->unit_count; i++) {
		const struct prize_unit *unit = &prize->units[i];
		bool is_same = unit->award_count == unit->unit->n_awards &&
			       deed_is(book_scheme(ctx->book)->grades[unit->grade].code, unit->unit->grade);

		for (size_t j = 0; is_same && j < unit->award_count; j++)
			is_same = deed_is(unit->awards[j], unit->unit->awards[j]);
		if (!is_same)
			deed_why(ctx, "%s 的等次或奖项与核算不符，请重新核算", "grade or awards of %s are not the run's: run again",
			    unit->unit->unit);
	}
}

static void
note_open(struct deed_ctx *ctx, const struct prize *prize)
{
	for (size_t i = 0; i < prize->request_count; i++)
		if (prize->requests[i].choice == NULL)
			deed_note(ctx, "提请委员会决定：%s（%s）", "for the committee to decide: %s (%s)",
			    prize->requests[i].question, prize->requests[i].code);
}

static enum jx_err
outcome_draft(struct deed_ctx *ctx)
{
	const Jx__Outcome *now = outcome_get(ctx->book);
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	struct prize *prize;
	Jx__Outcome *outcome;

	if (state == NULL)
		return JX_E_LIFE;
	outcome_check_run(ctx);
	check_count(ctx);
	if (ctx->why_count > 0)
		return deed_verdict(ctx);
	prize = prize_ask(&(struct prize_input){
	    .arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang});
	if (prize == NULL)
		return JX_E_MEMORY;
	note_open(ctx, prize);
	lines_write(ctx, prize);
	outcome = outcome_touch(ctx, state);
	if (now != NULL)
		DEED_SET_NUMBER(outcome, before, now->run);
	DEED_SET_NUMBER(outcome, run, ctx->run.run->run);
	outcome->document = outcome->reopens = NULL;
	outcome->has_from_us = outcome->has_until_us = 0;
	outcome->list = lines_hash(ctx);
	outcome->reason = *ctx->args->reason == '\0' ? NULL : deed_text(ctx, ctx->args->reason);
	deed_notify(ctx, "", "reviewer", "", "奖励对象名单待征求意见：jixiao award list");
	return deed_verdict(ctx);
}

/* ---- The office proposes to add or strike a name (R33). */

static bool
is_listed_for(const struct deed_ctx *ctx, const char *award, const char *unit)
{
	return book_get(ctx->book, RECORD_CONTRIBUTIONS, award, unit) != NULL;
}

/* The least grade of that award for the unit; -2: no award for such a unit; -1: any grade. */
static int
least_grade(const struct deed_ctx *ctx, const char *award, const struct prize_unit *unit)
{
	const struct scheme *scheme = book_scheme(ctx->book);

	for (size_t i = 0; i < scheme->county_award_count && unit->kind == KIND_COUNTY; i++)
		if (strcmp(scheme->county_awards[i].code, award) == 0)
			return scheme->county_awards[i].least_grade;
	if (unit->kind != KIND_DEPARTMENT)
		return -2;
	if (scheme->composite.present && strcmp(award, PRIZE_COMPOSITE) == 0)
		return scheme->composite.least_grade;
	if (scheme_term_find(scheme->single.awards, scheme->single.award_count, award) >= 0)
		return scheme->single.least_grade;
	return -2;
}

/* 综合奖和单项奖不兼得 (R37). */
static void
check_one_of_both(struct deed_ctx *ctx, const char *award)
{
	bool is_composite = strcmp(award, PRIZE_COMPOSITE) == 0;
	const Jx__AwardLine *line;
	size_t cursor = 0;

	while ((line = (const Jx__AwardLine *)book_next(ctx->book, PAPER_AWARD_LINES, ctx->args->unit, &cursor)) != NULL)
		if (lines_is_listed(line) && is_composite != deed_is(line->award, PRIZE_COMPOSITE))
			deed_why(ctx, "综合奖和单项奖不兼得：%s 已列 %s", "composite and single awards do not go together: %s has %s",
			    line->unit, line->award);
}

static const struct prize_unit *
unit_of(const struct prize *prize, const char *unit)
{
	for (size_t i = 0; prize != NULL && i < prize->unit_count; i++)
		if (deed_is(prize->units[i].unit->unit, unit))
			return &prize->units[i];
	return NULL;
}

/* Back in draft whenever the list changes: its hash is another one. */
static void
relist(struct deed_ctx *ctx, const char *state)
{
	Jx__Outcome *outcome = outcome_touch(ctx, state);

	outcome->list = lines_hash(ctx);
	deed_notify(ctx, "", "reviewer", "", "奖励对象名单有变动：jixiao award list");
}

static enum jx_err
award_add(struct deed_ctx *ctx)
{
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	const char *award = ctx->args->object;
	const struct scheme *scheme = book_scheme(ctx->book);
	const Jx__AwardLine *line =
	    (const Jx__AwardLine *)deed_get(ctx, PAPER_AWARD_LINES, ctx->args->unit, award);
	const struct prize_unit *unit;
	int least;

	if (state == NULL)
		return JX_E_LIFE;
	outcome_check_own_run(ctx);
	unit = unit_of(prize_count(&(struct prize_input){
			   .arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang}),
	    ctx->args->unit);
	if (unit == NULL) {
		deed_why(ctx, "核算中没有该单位", "the run has no such unit");
		return deed_verdict(ctx);
	}
	least = least_grade(ctx, award, unit);
	if (line != NULL && lines_is_listed(line))
		deed_why(ctx, "名单上已有此名", "the name is on the list already");
	if (least == -2)
		deed_why(ctx, "该单位不参评奖项“%s”", "no award \"%s\" for this unit", award);
	else if (least >= 0 && unit->grade > (size_t)least)
		deed_why(ctx, "等次 %s 未达该奖要求的 %s", "grade %s is below %s, which the award asks",
		    scheme->grades[unit->grade].name, scheme->grades[least].name);
	if (unit->kind == KIND_DEPARTMENT && least != -2) {
		check_one_of_both(ctx, award);
		if (strcmp(award, PRIZE_COMPOSITE) != 0 && !is_listed_for(ctx, award, ctx->args->unit))
			deed_why(ctx, "该单位不在此单项奖的参评名单上", "the unit is not listed for this award");
	}
	if (ctx->why_count > 0)
		return deed_verdict(ctx);
	lines_put(ctx, ctx->args->unit, award, scheme->grades[unit->grade].code);
	relist(ctx, state);
	return deed_verdict(ctx);
}

static enum jx_err
award_strike(struct deed_ctx *ctx)
{
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	const Jx__AwardLine *line =
	    (const Jx__AwardLine *)deed_get(ctx, PAPER_AWARD_LINES, ctx->args->unit, ctx->args->object);
	Jx__AwardLine *struck;

	if (state == NULL)
		return JX_E_LIFE;
	if (line == NULL || !lines_is_listed(line)) {
		deed_why(ctx, "名单上没有此名", "the name is not on the list");
		return deed_verdict(ctx);
	}
	struck = deed_put(ctx, PAPER_AWARD_LINES, ctx->args->unit, ctx->args->object);
	DEED_SET(ctx, struck->state, "withdrawn");
	relist(ctx, state);
	return deed_verdict(ctx);
}

/* ---- On to the committee, to the public. */

static enum jx_err
outcome_consulted(struct deed_ctx *ctx)
{
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	const Jx__AwardLine *line;
	size_t cursor = 0;

	if (state == NULL)
		return JX_E_LIFE;
	outcome_check_consents(ctx);
	while ((line = (const Jx__AwardLine *)book_next(ctx->book, PAPER_AWARD_LINES, NULL, &cursor)) != NULL)
		for (size_t i = 0; lines_is_listed(line) && lines_consulted[i] != NULL; i++) {
			const Jx__Consent *consent = lines_consent(ctx->book, line, lines_consulted[i]);

			if (consent != NULL && deed_is(consent->verdict, "object"))
				deed_note(ctx, "%s %s：%s不同意：%s", "%s %s: %s objects: %s", line->unit, line->award,
				    lines_consulted[i], deed_str(consent->reason));
		}
	outcome_touch(ctx, state);
	deed_notify(ctx, "", "committee", "", "评估结果待审定：jixiao outcome state");
	return deed_verdict(ctx);
}

static void
check_decisions(struct deed_ctx *ctx)
{
	struct prize *prize = prize_ask(&(struct prize_input){
	    .arena = ctx->arena, .book = ctx->book, .run = &ctx->run, .lang = ctx->lang});

	ctx->out_of_memory |= prize == NULL;
	for (size_t i = 0; prize != NULL && i < prize->request_count; i++) {
		const struct prize_request *request = &prize->requests[i];

		if (request->choice == NULL)
			deed_why(ctx, "待委员会决定：%s（%s）", "to be decided: %s (%s)", request->question, request->code);
		else if (request->is_outside && strcmp(request->choice, request->usual) != 0)
			deed_why(ctx, "“%s”已决定为 %s，须改动数据或方案后重新核算",
			    "\"%s\" was decided as %s: change the inputs or the scheme, then run again", request->question,
			    request->choice);
	}
}

static enum jx_err
outcome_confirm(struct deed_ctx *ctx)
{
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	Jx__Outcome *outcome;

	if (state == NULL)
		return JX_E_LIFE;
	outcome_check_own_run(ctx);
	outcome_check_run(ctx);
	outcome_check_consents(ctx);
	check_decisions(ctx);
	confirmation_check(ctx);
	if (!deed_is(outcome_get(ctx->book)->list, lines_hash(ctx)))
		deed_why(ctx, "奖励名单与征求意见时不同", "the award list is not the one that was consulted");
	outcome = outcome_touch(ctx, state);
	DEED_SET(ctx, outcome->document, ctx->args->document);
	deed_notify(ctx, "", "office", "", "评估结果已经委员会审定，可以公示");
	return deed_verdict(ctx);
}

/* Of so few cards no figure goes out alone: the unit's feedback merges it (R43). */
static void
note_few_cards(struct deed_ctx *ctx)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(ctx->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		int kind = book_unit_kind(ctx->book, unit->unit);
		const struct scheme_kind *rules = kind < 0 ? NULL : &book_scheme(ctx->book)->kinds[kind];

		for (size_t i = 0; rules != NULL && i < rules->voter_count; i++)
			if (privacy_group_is_small(ctx->book, unit->unit, rules->voters[i].code))
				deed_note(ctx, "%s 的“%s”有效卡太少：反馈时不单列", "%s, \"%s\": too few valid cards to be shown alone",
				    unit->unit, rules->voters[i].name);
	}
}

static enum jx_err
outcome_publicise(struct deed_ctx *ctx)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	uint64_t until = ctx->args->due_us, least = 0;
	Jx__Outcome *outcome;

	if (state == NULL)
		return JX_E_LIFE;
	/* Whole days, and to the end of the last one in Beijing. */
	if (scheme->calendar.has_publicity_days)
		least = deed_date_end(
		    deed_date(ctx->arena, ctx->now_us + (uint64_t)scheme->calendar.publicity_days * DAY_US));
	if (least == 0 && until == 0)
		deed_why(ctx, "方案没有规定公示天数，请给出公示截止时间", "the scheme sets no days of publicity: give the end");
	else if (until != 0 && (until < least || until <= ctx->now_us))
		deed_why(ctx, "公示应不少于 %u 天，最早到 %s 24:00", "publicity lasts %u days at least, until %s 24:00",
		    scheme->calendar.publicity_days,
		    deed_date(ctx->arena, (least == 0 ? ctx->now_us : least) - 1));
	note_few_cards(ctx);
	outcome = outcome_touch(ctx, state);
	DEED_SET_NUMBER(outcome, from_us, ctx->now_us);
	DEED_SET_NUMBER(outcome, until_us, until == 0 ? least : until);
	deed_notify(ctx, "", "", "", deed_printf(ctx, "评估结果公示至 %s 24:00：jixiao results",
					 deed_date(ctx->arena, outcome->until_us - 1)));
	return deed_verdict(ctx);
}

static enum jx_err
outcome_publish(struct deed_ctx *ctx)
{
	const Jx__Outcome *now = outcome_get(ctx->book);
	const char *state = deed_move(ctx, &outcome_life, outcome_state(ctx->book));
	const Jx__Objection *objection;
	size_t cursor = 0;

	if (state == NULL)
		return JX_E_LIFE;
	if (ctx->now_us < now->until_us)
		deed_why(ctx, "公示到 %s 24:00 为止", "publicity lasts until %s 24:00", deed_date(ctx->arena, now->until_us - 1));
	while ((objection = (const Jx__Objection *)book_next(ctx->book, PAPER_OBJECTIONS, NULL, &cursor)) != NULL)
		if (deed_is(objection->state, "open"))
			deed_why(ctx, "异议 %s 尚未答复", "objection %s is not answered", objection->objection);
	outcome_touch(ctx, state);
	deed_notify(ctx, "", "", "", "评估结果已公布：jixiao results");
	return deed_verdict(ctx);
}

static enum jx_err
outcome_return(struct deed_ctx *ctx)
{
	const char *reopens = ctx->args->value;

	if (*reopens != '\0')
		outcome_check_reopens(ctx, reopens);
	return outcome_send_back(ctx, reopens, ctx->args->reason);
}

/* clang-format off */
static const struct deed deeds[] = {
	{.name = "outcome.draft", .zh = "由正式核算拟定评估结果和奖励名单", .en = "draft the result from a final run", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_RUN | DEED_MAY_REASON, .life = &outcome_life, .act = outcome_draft, .requirement = "R31 R32 R34 R36 R37"},
	{.name = "award.add", .zh = "奖励名单增加一名", .en = "add a name to the award list", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON | DEED_RUN, .life = &outcome_life, .act = award_add, .requirement = "R33"},
	{.name = "award.strike", .zh = "奖励名单去掉一名", .en = "strike a name from the award list", .roles = ROLE_OFFICE, .scope = DEED_YEAR,
	    .arguments = DEED_UNIT | DEED_OBJECT | DEED_REASON, .life = &outcome_life, .act = award_strike, .requirement = "R33"},
	{.name = "outcome.consulted", .zh = "征求意见完毕，提交委员会", .en = "every name is consulted: to the committee", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_MAY_REASON, .life = &outcome_life, .act = outcome_consulted, .requirement = "R33"},
	{.name = "outcome.confirm", .zh = "委员会审定评估结果", .en = "the committee confirms the result", .roles = ROLE_COMMITTEE,
	    .scope = DEED_YEAR, .arguments = DEED_DOCUMENT | DEED_RUN | DEED_MAY_REASON, .life = &outcome_life, .act = outcome_confirm, .requirement = "R32 R33 R46 R47"},
	{.name = "outcome.publicise", .zh = "公示评估结果", .en = "make the result public for objections", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_MAY_DUE | DEED_MAY_REASON, .life = &outcome_life, .act = outcome_publicise, .requirement = "R32 R43"},
	{.name = "outcome.publish", .zh = "公布评估结果", .en = "publish the result for good", .roles = ROLE_OFFICE,
	    .scope = DEED_YEAR, .arguments = DEED_MAY_DOCUMENT | DEED_MAY_REASON, .life = &outcome_life, .act = outcome_publish, .requirement = "R32"},
	{.name = "outcome.return", .zh = "退回评估结果，并写明重开哪些数据", .en = "send the result back, naming what is re-opened", .roles = ROLE_COMMITTEE,
	    .scope = DEED_YEAR, .arguments = DEED_DOCUMENT | DEED_REASON | DEED_MAY_VALUE, .life = &outcome_life, .act = outcome_return, .requirement = "R32"},
};
/* clang-format on */

const struct chapter outcome_chapter = {
    .deeds = deeds, .deed_count = sizeof deeds / sizeof *deeds, .lives = &outcome_life, .life_count = 1};
