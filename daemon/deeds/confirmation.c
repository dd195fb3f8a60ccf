/* Defaults of the scheme and the documents that confirm them (R47). */
#include "deeds/confirmation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wire/text.h"

enum { VALUE_SIZE = 600 /* a value is stored as a name */ };

struct value {
	char text[VALUE_SIZE];
};

__attribute__((format(printf, 2, 3))) static void
add(struct value *value, const char *format, ...)
{
	size_t used = strlen(value->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value->text + used, sizeof value->text - used, format, arguments);
	va_end(arguments);
}

static void
add_pair(struct value *value, const char *code, int64_t hundredths)
{
	char buffer[TEXT_DECIMAL_SIZE];

	add(value, "%s%s=%s", value->text[0] == '\0' ? "" : " ", code, text_decimal(hundredths, buffer));
}

/* ---- The values as texts. Nothing written: the scheme does not use it. */

static void
rounding(const struct scheme *scheme, struct value *value)
{
	add(value, "digits=%u half_up %s", scheme->digits, scheme->compare == COMPARE_EXACT ? "exact" : "published");
}

static void
tie_break(const struct scheme *scheme, struct value *value)
{
	for (size_t i = 0; i < scheme->tie_break_count; i++)
		add(value, "%s%s", i == 0 ? "" : " ", component_code(scheme->tie_break[i]));
	if (scheme->tie_break_count == 0)
		add(value, "none");
}

static void
publicity(const struct scheme *scheme, struct value *value)
{
	if (scheme->calendar.has_publicity_days)
		add(value, "%u", scheme->calendar.publicity_days);
}

static void
basic_points(const struct scheme *scheme, struct value *value)
{
	for (size_t i = 0; i < scheme->basic_count; i++)
		add_pair(value, scheme->basic[i].code, scheme->basic[i].points);
}

static void
rounds(const struct scheme *scheme, struct value *value)
{
	add(value, "%u", scheme->round_count);
}

static void
unsampled(const struct scheme *scheme, struct value *value)
{
	add(value, "%s", scheme->unsampled == UNSAMPLED_ZERO ? "zero" : "progress");
}

static void
questions(const struct scheme *scheme, struct value *value)
{
	for (size_t i = 0; i < scheme->question_count; i++)
		add(value, "%s%s", i == 0 ? "" : " ", scheme->questions[i].code);
}

static void
options(const struct scheme *scheme, struct value *value)
{
	for (size_t i = 0; i < scheme->option_count; i++)
		add_pair(value, scheme->options[i].code, scheme->options[i].mark);
}

static bool
uses(const struct scheme *scheme, enum leader_method method)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (size_t i = 0; i < scheme->kinds[kind].rank_count; i++)
			if (scheme->kinds[kind].ranks[i].method == method)
				return true;
	return false;
}

static void
tiers(const struct scheme *scheme, struct value *value)
{
	for (size_t i = 0; i < scheme->tier_count && uses(scheme, LEADER_TIER); i++)
		add_pair(value, scheme->tiers[i].code, scheme->tiers[i].mark);
}

/* By which method leaders mark departments: the seed names one for counties only. */
static void
methods(const struct scheme *scheme, struct value *value)
{
	const struct scheme_kind *rules = &scheme->kinds[KIND_DEPARTMENT];

	for (size_t i = 0; i < rules->rank_count; i++)
		add(value, "%s%s=%s", i == 0 ? "" : " ", rules->ranks[i].code, leader_method_code(rules->ranks[i].method));
}

static void
rank_marks(const struct scheme *scheme, struct value *value)
{
	if (!uses(scheme, LEADER_RANK))
		return;
	add_pair(value, "best", scheme->rank_best);
	if (scheme->has_step)
		add_pair(value, "step", scheme->rank_step);
	add_pair(value, "least", scheme->rank_least);
}

static void
unsupervised(const struct scheme *scheme, struct value *value)
{
	if (uses(scheme, LEADER_RANK))
		add(value, "%s", scheme->unsupervised == UNSUPERVISED_HOLE ? "hole" : "redistribute");
}

static void
bonus(const struct scheme *scheme, struct value *value)
{
	if (scheme->bonus_count == 0)
		return;
	add_pair(value, "cap", scheme->bonus_cap);
	for (size_t i = 0; i < scheme->bonus_count; i++)
		add_pair(value, scheme->bonus[i].code, scheme->bonus[i].points);
}

static void
composite(const struct scheme *scheme, struct value *value)
{
	if (scheme->composite.present)
		add(value, "half_up");
}

static void
places(const struct scheme *scheme, struct value *value)
{
	if (!scheme->single.present)
		return;
	if (scheme->single.by_places)
		add(value, "places=%u in proportion, largest remainder", scheme->single.places);
	else
		add_pair(value, "share", scheme->single.share);
}

static void
mix(const struct scheme *scheme, struct value *value)
{
	if (!scheme->single.present)
		return;
	add_pair(value, "total", scheme->single.mix_total);
	add_pair(value, "contribution", scheme->single.mix_contribution);
}

static void
kind_weights(const struct scheme *scheme, enum kind kind, struct value *value)
{
	for (int i = 0; i < COMPONENT_BONUS && scheme->kinds[kind].present; i++)
		add_pair(value, component_code((enum component)i), scheme->kinds[kind].weights[i]);
}

static void
county_weights(const struct scheme *scheme, struct value *value)
{
	kind_weights(scheme, KIND_COUNTY, value);
}

static void
department_weights(const struct scheme *scheme, struct value *value)
{
	kind_weights(scheme, KIND_DEPARTMENT, value);
}

static void
key_points(const struct scheme *scheme, struct value *value)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (scheme->kinds[kind].present)
			add_pair(value, kind_code((enum kind)kind), scheme->kinds[kind].key_points);
}

static void
grades(const struct scheme *scheme, struct value *value)
{
	char buffer[TEXT_DECIMAL_SIZE];

	for (size_t i = 0; i < scheme->grade_count; i++)
		add(value, "%s%s", i == 0 ? "" : " ", text_decimal(scheme->grades[i].from, buffer));
}

static void
veto(const struct scheme *scheme, struct value *value)
{
	add(value, "%u", scheme->veto_levels);
}

static const char weights_of_seed[] =
    "basic=3 progress=3 visits=3 self=1 common=9 democratic=15 key=36 leaders=30";

/* seed: what the seed says; NULL: it is silent. A value that is the seed's needs no document. */
/* clang-format off */
static const struct row {
	const char *clause, *zh, *en;
	void (*write)(const struct scheme *scheme, struct value *value);
	const char *seed;
} rows[] = {
	{"rounding",                  "取整",                     "rounding",                        rounding,           NULL},
	{"tie_break",                 "总分相同时的比较次序",     "order of tie breaks",             tie_break,          NULL},
	{"calendar.publicity_days",   "公示天数",                 "days of publicity",               publicity,          NULL},
	{"basic",                     "基础工作各项分值",         "points of basic items",           basic_points,       NULL},
	{"progress.rounds",           "定期调度轮数",             "progress rounds",                 rounds,             NULL},
	{"visits.unsampled",          "未抽中踏查的计分",         "units never visited",             unsampled,          NULL},
	{"ballot.questions",          "评价卡问题",               "questions of the card",           questions,          NULL},
	{"ballot.options",            "评价卡各档分值",           "marks of the card's options",     options,            NULL},
	{"tiers",                     "领导评县区各等次分值",     "marks of tiers",                  tiers,              NULL},
	{"kinds.department.leaders",  "领导评部门的方式",         "how leaders mark departments",    methods,            NULL},
	{"rank_marks",                "排名对应分值",             "marks of ranks",                  rank_marks,         NULL},
	{"unsupervised",              "无人分管时的权重",         "weight of a rank that nobody has", unsupervised,      NULL},
	{"bonus",                     "加分分值与上限",           "bonus points and cap",            bonus,              NULL},
	{"awards.composite.rounding", "综合奖名额取整",           "rounding of composite places",    composite,          NULL},
	{"awards.single.places",      "单项奖名额分配",           "places of single awards",         places,             NULL},
	{"awards.single.mix",         "单项奖得分与贡献的比重",   "mix of total and contribution",   mix,                NULL},
	{"kinds.county.weights",      "县(区)各部分比重",         "weights of counties",             county_weights,     weights_of_seed},
	{"kinds.department.weights",  "部门各部分比重",           "weights of departments",          department_weights, weights_of_seed},
	{"kinds.key_points",          "重点工作目标分值",         "key points",                      key_points,         "county=90 department=80"},
	{"grades",                    "等次分数线",               "grades from",                     grades,             "90 80 60 0"},
	{"veto.levels",               "一票否决降低等次数",       "levels of a veto",                veto,               "1"},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static const struct row *
row_find(const char *clause)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (deed_is(rows[i].clause, clause))
			return &rows[i];
	return NULL;
}

static struct value
value_of(const struct book *book, const struct row *row)
{
	struct value value = {""};

	row->write(book_scheme(book), &value);
	return value;
}

/* Not used, the seed's own, or confirmed at just this value. */
static bool
is_settled(const struct book *book, const struct row *row)
{
	struct value value = value_of(book, row);
	const Jx__Confirmation *confirmation;

	if (value.text[0] == '\0' || (row->seed != NULL && strcmp(row->seed, value.text) == 0))
		return true;
	confirmation = (const Jx__Confirmation *)book_get(book, PAPER_CONFIRMATIONS, row->clause);
	return confirmation != NULL && deed_is(confirmation->value, value.text) && !deed_is(confirmation->document, "");
}

const char *
confirmation_open(const struct book *book, size_t index, enum jx_lang lang, const char **words)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (is_settled(book, &rows[i]))
			continue;
		if (index-- > 0)
			continue;
		*words = lang == JX_EN ? rows[i].en : rows[i].zh;
		return rows[i].clause;
	}
	return NULL;
}

size_t
confirmation_check(struct deed_ctx *ctx)
{
	const char *clause, *words;
	size_t count = 0;

	while ((clause = confirmation_open(ctx->book, count, ctx->lang, &words)) != NULL) {
		deed_why(ctx, "方案数值未确认：%s(%s)", "default not confirmed: %s (%s)", words, clause);
		count++;
	}
	return count;
}

/* ---- Deeds. */

static enum jx_err
confirmation_push(struct deed_ctx *ctx)
{
	for (size_t i = 0; i < ctx->args->rows->n_confirmations; i++) {
		Jx__Confirmation *given = ctx->args->rows->confirmations[i];
		const struct row *row = row_find(given->clause);
		struct value value;

		if (row == NULL) {
			deed_fault(ctx, PAPER_CONFIRMATIONS, i, "clause", "方案没有这一条款", "no such clause");
			continue;
		}
		value = value_of(ctx->book, row);
		/* Whoever confirms names what he confirms: not a value that has changed under his hands. */
		if (!deed_is(given->value, value.text))
			deed_fault(ctx, PAPER_CONFIRMATIONS, i, "value", "方案现值为“%s”", "the scheme says \"%s\"", value.text);
		else
			deed_put_row(ctx, PAPER_CONFIRMATIONS, &given->base);
	}
	return deed_verdict(ctx);
}

static enum jx_err
confirmation_all(struct deed_ctx *ctx)
{
	size_t count = 0;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct value value = value_of(ctx->book, &rows[i]);
		Jx__Confirmation *confirmation;

		if (is_settled(ctx->book, &rows[i]))
			continue;
		confirmation = deed_put(ctx, PAPER_CONFIRMATIONS, rows[i].clause);
		DEED_SET(ctx, confirmation->value, value.text);
		DEED_SET(ctx, confirmation->document, ctx->args->document);
		count++;
	}
	if (count == 0)
		deed_why(ctx, "没有待确认的方案数值", "nothing is left to confirm");
	else
		deed_note(ctx, "确认 %zu 条", "%zu confirmed", count);
	return deed_verdict(ctx);
}

/* ---- What stands where. */

static enum jx_err
confirmations_make(struct view_ctx *ctx)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct value value = value_of(ctx->book, &rows[i]);
		const Jx__Confirmation *confirmation =
		    (const Jx__Confirmation *)book_get(ctx->book, PAPER_CONFIRMATIONS, rows[i].clause);
		bool is_seed = rows[i].seed != NULL && strcmp(rows[i].seed, value.text) == 0;
		bool is_open = !is_settled(ctx->book, &rows[i]);

		if (value.text[0] == '\0')
			continue;
		view_row(ctx);
		view_add(ctx, rows[i].clause);
		view_add(ctx, view_say(ctx, rows[i].zh, rows[i].en));
		view_add(ctx, value.text);
		view_add_number(ctx, scheme_clause_line(book_scheme(ctx->book), rows[i].clause));
		if (is_open)
			view_add(ctx, confirmation == NULL
				? view_say(ctx, "未确认", "not confirmed")
				: view_say(ctx, "失效：数值已变", "lapsed: the value has changed"));
		else if (is_seed)
			view_add(ctx, view_say(ctx, "原文", "the seed"));
		else
			view_add(ctx, confirmation->document);
	}
	return JX_OK;
}

/* clang-format off */
static const struct view_column columns[] = {
	{"clause", "条款",     "clause",  "text"},
	{"name",   "内容",     "meaning", "text"},
	{"value",  "现值",     "value",   "text"},
	{"line",   "方案行号", "line",    "whole"},
	{"source", "出处",     "source",  "text"},
};
static const struct deed deeds[] = {
	{.name = "confirmation.push", .zh = "登记确定方案数值的文件", .en = "name the document that fixes a value of the scheme",
	    .roles = ROLE_OFFICE, .scope = DEED_YEAR, .arguments = DEED_ROWS, .kinds = {PAPER_CONFIRMATIONS},
	    .act = confirmation_push, .requirement = "R47"},
	{.name = "confirmation.all", .zh = "以一个决议确认全部未确认的方案数值", .en = "confirm every open default by one resolution",
	    .roles = ROLE_COMMITTEE, .scope = DEED_YEAR, .arguments = DEED_DOCUMENT | DEED_MAY_REASON,
	    .act = confirmation_all, .requirement = "R47"},
};
static const struct view views[] = {
	{"confirmations", "方案各数值的出处", "where each value of the scheme comes from", ROLE_ALL, 0, columns,
	    sizeof columns / sizeof *columns, confirmations_make, "R47"},
};
/* clang-format on */

const struct chapter confirmation_chapter = {.deeds = deeds,
    .deed_count = sizeof deeds / sizeof *deeds,
    .views = views,
    .view_count = sizeof views / sizeof *views};
