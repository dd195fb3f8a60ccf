/*
 * What is missing for the final run (缺项图): exactly the list with which it
 * refuses, because it is made by the same calculation (R45).
 */
#include <stdlib.h>
#include <string.h>

#include "deeds/duty.h"
#include "deeds/poll.h"
#include "deeds/view.h"
#include "records/check.h"
#include "scoring/scoring.h"

/* One hole as it is explained: code "basic:daily", its object "daily". */
struct hole {
	const struct book *book;
	struct arena *arena;
	const char *unit, *object;
	int kind;              /* of the unit */
	const char *name;      /* of the object, "" */
	const char *state;     /* how far it has come */
	const char *owes;      /* department, leader …; NULL: the row's */
	uint64_t due_us;       /* 0: the row's phase */
	bool is_unit_asked;    /* it is the unit's turn, not the row's */
};

struct input {
	const char *code; /* what stands before the colon */
	const char *zh, *en;
	const char *owes_zh, *owes_en;
	const char *phase;
	void (*look)(struct hole *hole);
};

static const struct scheme_kind *
rules_of(const struct hole *hole)
{
	return &book_scheme(hole->book)->kinds[hole->kind];
}

static const char *
item_name(const struct scheme_item *items, size_t count, const char *code)
{
	int index = scheme_item_find(items, count, code);

	return index < 0 ? "" : items[index].name;
}

static void
look_goals(struct hole *hole)
{
	const Jx__Plan *plan = (const Jx__Plan *)book_get(hole->book, PAPER_PLANS, hole->unit);

	hole->state = plan == NULL ? "missing" : deed_str(plan->state);
	hole->is_unit_asked = hole->kind == KIND_DEPARTMENT &&
			      (plan == NULL || deed_is(plan->state, "draft") || deed_is(plan->state, "returned"));
}

static void
look_basic(struct hole *hole)
{
	const Jx__Material *material;
	size_t cursor = 0;

	hole->name = item_name(book_scheme(hole->book)->basic, book_scheme(hole->book)->basic_count, hole->object);
	while ((material = (const Jx__Material *)book_next(hole->book, PAPER_MATERIALS, hole->unit, &cursor)) != NULL)
		if (deed_is(material->item, hole->object))
			hole->state = "sent";
}

static void
look_progress(struct hole *hole)
{
	const Jx__Round *round = (const Jx__Round *)book_get(hole->book, PAPER_ROUNDS, hole->object);
	const Jx__RoundReport *report =
	    (const Jx__RoundReport *)book_get(hole->book, PAPER_ROUND_REPORTS, hole->unit, hole->object);

	if (report != NULL)
		hole->state = deed_str(report->state);
	hole->due_us = round == NULL ? 0 : round->due_us;
	hole->is_unit_asked = round != NULL && deed_is(round->state, "open") && !deed_is(hole->state, "sent");
}

static void
look_common(struct hole *hole)
{
	const struct scheme_kind *rules = rules_of(hole);
	int index = scheme_item_find(rules->common, rules->common_count, hole->object);
	const Jx__Daily *daily;
	size_t cursor = 0;

	if (index < 0)
		return;
	hole->name = rules->common[index].name;
	for (size_t i = 0; i < rules->common[index].set_by_count; i++)
		hole->owes = arena_printf(hole->arena, "%s%s%s", deed_str(hole->owes), i == 0 ? "" : "、",
		    rules->common[index].set_by[i]);
	while ((daily = (const Jx__Daily *)book_next(hole->book, PAPER_DAILIES, hole->unit, &cursor)) != NULL)
		if (deed_is(daily->item, hole->object))
			hole->state = "draft";
}

static void
look_ballots(struct hole *hole)
{
	int index = scheme_voters_find(rules_of(hole), hole->object);
	const Jx__Stack *stack;
	size_t cursor = 0;

	hole->name = index < 0 ? "" : rules_of(hole)->voters[index].name;
	while ((stack = (const Jx__Stack *)book_next(hole->book, PAPER_STACKS, NULL, &cursor)) != NULL)
		if (deed_is(stack->unit, hole->unit) && deed_is(stack->group, hole->object))
			hole->state = deed_str(stack->state);
	if (poll_covers(hole->book, hole->unit, hole->object))
		hole->state = "open"; /* cards are being cast; closing the poll counts them */
}

static void
look_group(struct hole *hole)
{
	const Jx__Goal *goal = (const Jx__Goal *)book_get(hole->book, RECORD_GOALS, hole->unit, hole->object);
	const Jx__Team *team;
	size_t cursor = 0;

	hole->name = goal == NULL ? "" : deed_str(goal->title);
	while ((team = (const Jx__Team *)book_next(hole->book, PAPER_TEAMS, NULL, &cursor)) != NULL)
		if (deed_is(team->class_, book_unit_class(hole->book, hole->unit)))
			hole->owes = team->name;
}

/* Of a sheet only whether it was handed in is anybody else's business (R27). */
static void
look_leader(struct hole *hole)
{
	const Jx__Leader *leader = (const Jx__Leader *)book_get(hole->book, RECORD_LEADERS, hole->object);
	const Jx__Sheet *sheet = (const Jx__Sheet *)book_get(hole->book, PAPER_SHEETS, hole->object);

	hole->name = leader == NULL ? "" : deed_str(leader->name);
	hole->owes = leader == NULL ? NULL : leader->name;
	if (sheet != NULL && (deed_is(sheet->state, "sealed") || deed_is(sheet->state, "merged")))
		hole->state = "sent";
}

static void
look_rank(struct hole *hole)
{
	int index = scheme_rank_find(rules_of(hole), hole->object);

	hole->name = index < 0 ? "" : rules_of(hole)->ranks[index].name;
}

/* clang-format off */
static const struct input inputs[] = {
	{"goals",    "重点工作目标", "key goals", "绩效办", "the office", "goals", look_goals},
	{"basic",    "基础工作评估", "basic work", "绩效办", "the office", "basic", look_basic},
	{"progress", "定期调度", "progress round", "绩效办", "the office", "progress", look_progress},
	{"common",   "共性目标评估", "common item", "职能部门", "the departments", "common", look_common},
	{"ballots",  "民主评估", "evaluation cards", "绩效办", "the office", "democratic", look_ballots},
	{"group",    "评估组评估", "evaluation group", "评估组", "the evaluation group", "group", look_group},
	{"leader",   "领导加权评估", "leader's mark", "市领导", "the leader", "leaders", look_leader},
	{"leaders",  "领导加权评估：无人分管", "leaders: nobody is in charge", "绩效办（分管关系）", "the office (who supervises)", NULL, look_rank},
};
/* clang-format on */

/* "basic:daily" → basic, "daily". */
static const struct input *
input_find(const char *missing, const char **object)
{
	size_t size = strcspn(missing, ":");

	*object = missing[size] == '\0' ? "" : missing + size + 1;
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		if (strlen(inputs[i].code) == size && memcmp(inputs[i].code, missing, size) == 0)
			return &inputs[i];
	return NULL;
}

/* ---- The calculation. */

/* Of cards the book says only that there are some: an answer makes one count. */
static bool
complete_ballots(const struct scheme *scheme, Jx__Records *records, struct arena *arena)
{
	Jx__Ballot **ballots = arena_alloc(arena, (records->n_ballots + 1) * sizeof *ballots);

	if (ballots == NULL)
		return false;
	for (size_t i = 0; i < records->n_ballots; i++) {
		ballots[i] = records->ballots[i];
		if (ballots[i]->n_answers > 0 || scheme->option_count == 0)
			continue;
		ballots[i] = arena_alloc(arena, sizeof **ballots);
		if (ballots[i] == NULL)
			return false;
		*ballots[i] = *records->ballots[i];
		ballots[i]->n_answers = scheme->question_count;
		ballots[i]->answers = arena_alloc(arena, (scheme->question_count + 1) * sizeof(char *));
		for (size_t j = 0; ballots[i]->answers != NULL && j < scheme->question_count; j++)
			ballots[i]->answers[j] = (char *)(uintptr_t)scheme->options[0].code;
		if (ballots[i]->answers == NULL)
			return false;
	}
	records->ballots = ballots;
	return true;
}

typedef void (*hole_fn)(struct view_ctx *ctx, const struct hole *hole, const struct input *input, const char *missing);
typedef void (*fault_fn)(struct view_ctx *ctx, const struct fault *fault);

static void
explain_hole(struct view_ctx *ctx, const Jx__Hole *found, hole_fn fn)
{
	struct hole hole = {.book = ctx->book,
	    .arena = ctx->arena,
	    .unit = found->unit,
	    .kind = book_unit_kind(ctx->book, found->unit),
	    .name = "",
	    .state = "missing"};
	const struct input *input = input_find(found->missing, &hole.object);

	if (input != NULL)
		input->look(&hole);
	if (input != NULL && hole.due_us == 0 && input->phase != NULL)
		hole.due_us = book_phase_due(ctx->book, input->phase, hole.unit);
	fn(ctx, &hole, input, found->missing);
}

/* Units see what they owe and are owed; nobody else's. */
static bool
is_shown(const struct view_ctx *ctx, const char *unit)
{
	if ((ctx->actor->role & (ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL)) != 0 && !deed_is(unit, ctx->actor->unit))
		return false;
	return *ctx->args->unit == '\0' || deed_is(unit, ctx->args->unit);
}

static enum jx_err
each_hole(struct view_ctx *ctx, hole_fn fn, fault_fn fault)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	Jx__Records *records = book_records(ctx->book, ctx->arena);
	struct faults *faults = faults_new(ctx->lang);
	struct score *score = NULL;
	enum jx_err err = JX_E_MEMORY;

	if (faults == NULL || records == NULL || !complete_ballots(scheme, records, ctx->arena)) {
		faults_free(faults);
		return JX_E_MEMORY;
	}
	/* What disobeys the scheme cannot be calculated with; that it does is what has to be put right first. */
	if (!records_check(scheme, records, &records_locator_plain, faults)) {
		faults_sort(faults);
		for (size_t i = 0; i < faults_kept(faults); i++)
			fault(ctx, faults_at(faults, i));
		err = JX_OK;
	} else {
		err = score_compute(scheme, records, NULL, NULL, &score);
		for (size_t i = 0; err == JX_OK && i < score_hole_count(score); i++)
			if (is_shown(ctx, score_hole(score, i)->unit))
				explain_hole(ctx, score_hole(score, i), fn);
	}
	score_free(score);
	faults_free(faults);
	return err;
}

/* ---- The list. */

static const struct view_column columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"missing", "缺项", "missing", "text"},
    {"words", "内容", "words", "text"},
    {"state", "状态", "state", "text"},
    {"owes", "责任方", "owed by", "text"},
    {"due", "截止", "due", "moment"},
    {"days", "剩余天数", "days left", "whole"},
};

static const char *
owes_text(const struct view_ctx *ctx, const struct hole *hole, const struct input *input)
{
	/* Who evaluates a unit, and which leader has not marked it, is not told to the unit (R42). */
	bool is_unit = (ctx->actor->role & (ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL)) != 0;

	if (hole->is_unit_asked)
		return book_unit_name(ctx->book, hole->unit);
	return is_unit || hole->owes == NULL ? view_say(ctx, input->owes_zh, input->owes_en) : hole->owes;
}

static void
list_hole(struct view_ctx *ctx, const struct hole *hole, const struct input *input, const char *missing)
{
	view_row(ctx);
	view_add(ctx, hole->unit);
	view_add(ctx, book_unit_name(ctx->book, hole->unit));
	view_add(ctx, missing);
	view_addf(ctx, "%s%s%s", input == NULL ? "" : view_say(ctx, input->zh, input->en),
	    *hole->name == '\0' ? "" : view_say(ctx, "：", ": "), hole->name);
	view_add(ctx, hole->state);
	view_add(ctx, input == NULL ? "" : owes_text(ctx, hole, input));
	if (hole->due_us == 0) {
		view_add(ctx, "");
		view_add(ctx, "");
		return;
	}
	view_add_number(ctx, hole->due_us);
	view_addf(ctx, "%lld", (long long)duty_days_left(hole->due_us, ctx->now_us));
}

static void
list_fault(struct view_ctx *ctx, const struct fault *fault)
{
	/* Faults name rows of all units: the office puts them right. */
	if ((ctx->actor->role & (ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL)) != 0)
		return;
	view_row(ctx);
	view_add(ctx, "");
	view_add(ctx, fault->file);
	view_addf(ctx, "%s:%u:%u", fault->file, (unsigned)fault->line, (unsigned)fault->column);
	view_addf(ctx, "%s%s%s", fault->value, *fault->value == '\0' ? "" : " · ", fault->expected);
	view_add(ctx, "fault");
	view_add(ctx, view_say(ctx, "绩效办", "the office"));
	view_add(ctx, "");
	view_add(ctx, "");
}

static enum jx_err
missing_make(struct view_ctx *ctx)
{
	return each_hole(ctx, list_hole, list_fault);
}

/* ---- How much of each is missing. */

static const struct view_column sum_columns[] = {
    {"input", "数据", "input", "text"},
    {"words", "内容", "words", "text"},
    {"holes", "缺项数", "holes", "whole"},
    {"units", "涉及单位", "units", "whole"},
    {"next_due", "最早截止", "next due", "moment"},
};

/* Cells hold the sums while they are made: holes come by unit, so a unit is new when it is not the last. */
struct sum {
	size_t holes, units;
	const char *last;
	uint64_t due_us;
};

struct sums {
	struct view_ctx view; /* first: the functions are handed this */
	struct sum rows[sizeof inputs / sizeof *inputs];
	size_t faults;
};

static void
sum_hole(struct view_ctx *ctx, const struct hole *hole, const struct input *input, const char *missing)
{
	struct sum *sum = input == NULL ? NULL : &((struct sums *)ctx)->rows[input - inputs];

	(void)missing;
	if (sum == NULL)
		return;
	sum->holes++;
	sum->units += !deed_is(sum->last, hole->unit);
	sum->last = arena_strdup(ctx->arena, hole->unit);
	if (hole->due_us != 0 && (sum->due_us == 0 || hole->due_us < sum->due_us))
		sum->due_us = hole->due_us;
}

static void
sum_fault(struct view_ctx *ctx, const struct fault *fault)
{
	(void)fault;
	((struct sums *)ctx)->faults++;
}

static enum jx_err
summary_make(struct view_ctx *ctx)
{
	struct sums sums = {.view = *ctx};
	enum jx_err err = each_hole(&sums.view, sum_hole, sum_fault);

	ctx->out_of_memory = sums.view.out_of_memory;
	for (size_t i = 0; err == JX_OK && sums.faults == 0 && i < sizeof inputs / sizeof *inputs; i++) {
		view_row(ctx);
		view_add(ctx, inputs[i].code);
		view_add(ctx, view_say(ctx, inputs[i].zh, inputs[i].en));
		view_add_number(ctx, sums.rows[i].holes);
		view_add_number(ctx, sums.rows[i].units);
		if (sums.rows[i].due_us != 0)
			view_add_number(ctx, sums.rows[i].due_us);
		else
			view_add(ctx, "");
	}
	if (sums.faults > 0) {
		view_row(ctx);
		view_add(ctx, "fault");
		view_add(ctx, view_say(ctx, "数据有误，不能核算", "the data has faults: no calculation"));
		view_add_number(ctx, sums.faults);
		view_add(ctx, "");
		view_add(ctx, "");
	}
	return err;
}

/* ---- The map: unit by input. */

enum { MAP_INPUT_COUNT = 7 /* those of inputs but for who supervises */, MAP_LEADER = 6 };

static const struct view_column map_columns[] = {
    {"unit", "单位", "unit", "text"},
    {"name", "名称", "name", "text"},
    {"goals", "目标", "goals", "text"},
    {"basic", "基础工作", "basic", "text"},
    {"progress", "定期调度", "progress", "text"},
    {"common", "共性目标", "common", "text"},
    {"ballots", "民主评估", "cards", "text"},
    {"group", "评估组", "group", "text"},
    {"leaders", "领导", "leaders", "text"},
    {"self", "自评", "self", "text"},
    {"visits", "踏查次数", "visits", "whole"},
    {"holes", "缺项数", "holes", "whole"},
};

struct map_unit {
	size_t holes[MAP_INPUT_COUNT], begun[MAP_INPUT_COUNT];
};

struct map {
	struct view_ctx view; /* first: the functions are handed this */
	struct map_unit *units; /* as the book has them */
	size_t faults;
};

static void
map_hole(struct view_ctx *ctx, const struct hole *hole, const struct input *input, const char *missing)
{
	struct map *map = (struct map *)ctx;
	size_t at = book_lower(ctx->book, RECORD_UNITS, hole->unit), row = input == NULL ? 0 : (size_t)(input - inputs);

	(void)missing;
	/* A rank without a leader is a hole of the leaders' too. */
	row = row < MAP_INPUT_COUNT ? row : MAP_LEADER;
	map->units[at].holes[row]++;
	map->units[at].begun[row] += !deed_is(hole->state, "missing");
}

static void
map_fault(struct view_ctx *ctx, const struct fault *fault)
{
	(void)fault;
	((struct map *)ctx)->faults++;
}

static size_t
count_of(const struct book *book, enum record_kind kind, const char *unit)
{
	size_t cursor = 0, count = 0;

	while (book_next(book, kind, unit, &cursor) != NULL)
		count++;
	return count;
}

static size_t
leader_marks_of(const struct book *book, const char *unit)
{
	const Jx__LeaderMark *mark;
	size_t cursor = 0, count = 0;

	while ((mark = (const Jx__LeaderMark *)book_next(book, RECORD_LEADER_MARKS, NULL, &cursor)) != NULL)
		count += deed_is(mark->unit, unit);
	return count;
}

/* How many there are to be. */
static size_t
needed(const struct view_ctx *ctx, const char *unit, int kind, size_t input, size_t holes)
{
	const struct scheme *scheme = book_scheme(ctx->book);
	const struct scheme_kind *rules = &scheme->kinds[kind];
	const size_t rows[MAP_INPUT_COUNT] = {1, scheme->basic_count, scheme->round_count, rules->common_count,
	    rules->voter_count, count_of(ctx->book, RECORD_GOALS, unit), 0};

	return input == MAP_LEADER ? holes + leader_marks_of(ctx->book, unit) : rows[input];
}

static void
map_cell(struct view_ctx *ctx, const char *unit, int kind, size_t input, const struct map_unit *row)
{
	size_t holes = row->holes[input], all = needed(ctx, unit, kind, input, holes);
	const Jx__Plan *plan = (const Jx__Plan *)book_get(ctx->book, PAPER_PLANS, unit);

	if (book_is_published(ctx->book) || (input == 0 && plan != NULL && deed_is(plan->state, "issued")))
		view_add(ctx, "frozen");
	else if (input == 0 && holes > 0 && plan != NULL)
		view_add(ctx, plan->state);
	else if (holes == 0 && all > 0)
		view_add(ctx, "checked");
	else
		view_addf(ctx, "%s %zu/%zu", all == holes && row->begun[input] == 0 ? "missing" : "draft", all - holes, all);
}

static void
map_row(struct view_ctx *ctx, const Jx__Unit *unit, const struct map_unit *row)
{
	int kind = book_unit_kind(ctx->book, unit->unit);
	const Jx__SelfReport *report = (const Jx__SelfReport *)book_get(ctx->book, PAPER_SELF_REPORTS, unit->unit);
	size_t holes = 0;

	view_row(ctx);
	view_add(ctx, unit->unit);
	view_add(ctx, unit->name);
	for (size_t input = 0; input < MAP_INPUT_COUNT; input++) {
		map_cell(ctx, unit->unit, kind, input, row);
		holes += row->holes[input];
	}
	/* A report that never came is no hole: it counts nothing. */
	view_add(ctx, report != NULL					    ? report->state
		      : count_of(ctx->book, RECORD_SELF, unit->unit) > 0 ? "sent"
									 : "missing");
	view_add_number(ctx, count_of(ctx->book, RECORD_VISITS, unit->unit));
	view_add_number(ctx, holes);
}

/* A year that cannot be calculated with has no map: the list says what is wrong. */
static void
map_no_row(struct view_ctx *ctx, size_t faults)
{
	view_row(ctx);
	view_add(ctx, "");
	view_add(ctx, view_say(ctx, "数据有误，不能核算：见 missing", "the data has faults: see missing"));
	for (size_t i = 2; i + 1 < ctx->column_count; i++)
		view_add(ctx, "");
	view_add_number(ctx, faults);
}

static enum jx_err
map_make(struct view_ctx *ctx)
{
	struct map map = {.view = *ctx};
	enum jx_err err;

	map.units = arena_alloc(ctx->arena, (book_count(ctx->book, RECORD_UNITS) + 1) * sizeof *map.units);
	if (map.units == NULL)
		return JX_E_MEMORY;
	err = each_hole(&map.view, map_hole, map_fault);
	if (err != JX_OK || map.faults > 0) {
		map_no_row(ctx, map.faults);
		return err;
	}
	for (size_t i = 0; i < book_count(ctx->book, RECORD_UNITS); i++) {
		const Jx__Unit *unit = (const Jx__Unit *)book_at(ctx->book, RECORD_UNITS, i)->record;

		if (is_shown(ctx, unit->unit))
			map_row(ctx, unit, &map.units[i]);
	}
	return JX_OK;
}

/* clang-format off */
static const struct view views[] = {
	{"missing", "缺项：正式核算还缺什么，由谁补", "what a final run still lacks, and who owes it",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_LEADER | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, VIEW_MAY_UNIT,
	    columns, sizeof columns / sizeof *columns, missing_make, "R45"},
	{"missing.summary", "缺项汇总", "how much of each input is missing", ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_LEADER, 0,
	    sum_columns, sizeof sum_columns / sizeof *sum_columns, summary_make, "R45"},
	{"missing.map", "缺项图：单位×数据", "what is there, unit by input",
	    ROLE_OFFICE | ROLE_AUDITOR | ROLE_COMMITTEE | ROLE_LEADER | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL, VIEW_MAY_UNIT,
	    map_columns, sizeof map_columns / sizeof *map_columns, map_make, "R45"},
};
/* clang-format on */

const struct chapter missing_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
