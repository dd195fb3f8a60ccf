/*
 * Where each lost point went (失分台账): what a unit gets back (R38), and what
 * it never gets (R43): a single ballot, a single leader's mark.
 */
#include <stdlib.h>
#include <string.h>

#include "deeds/outcome.h"
#include "deeds/privacy.h"
#include "deeds/view.h"
#include "scoring/figure.h"
#include "wire/text.h"

enum {
	LEADER_COUNT_LEAST = 2, /* R43: no figure goes out that rests on a single leader */
	CLASS_SIZE_LEAST = 3,   /* the median of two would give the other's figure away */
};

struct feedback {
	struct view_ctx *ctx;
	const struct scheme *scheme;
	const struct scheme_kind *rules;
	const Jx__UnitResult *unit;
};

struct line {
	const char *kind, *code, *name;
	const char *mark;         /* as it was marked: "9.25/10" */
	const char *full, *got;   /* of the total; NULL: none */
	bool is_extra;            /* nothing is lost where it is not full */
	const char *reason, *median, *self, *evidence;
};

/* An empty text for one that memory did not give; the view fails at its end. */
static const char *
kept(const struct feedback *feedback, const char *text)
{
	feedback->ctx->out_of_memory |= text == NULL;
	return text == NULL ? "" : text;
}

static const char *
rounded(const struct feedback *feedback, const char *figure)
{
	return kept(feedback, figure_text(feedback->ctx->arena, figure, feedback->scheme->digits));
}

static void
line_add(const struct feedback *feedback, const struct line *line)
{
	struct view_ctx *ctx = feedback->ctx;
	bool has_figures = line->full != NULL && line->got != NULL;

	view_row(ctx);
	view_add(ctx, line->kind);
	view_add(ctx, line->code);
	view_add(ctx, line->name);
	view_add(ctx, line->mark);
	view_add(ctx, has_figures ? rounded(feedback, line->full) : "");
	view_add(ctx, has_figures ? rounded(feedback, line->got) : "");
	view_add(ctx, has_figures && !line->is_extra
		? rounded(feedback, kept(feedback, figure_add(ctx->arena, line->full, line->got, -1, 1)))
		: "");
	view_add(ctx, line->median);
	view_add(ctx, line->self);
	view_add(ctx, line->evidence);
	view_add(ctx, line->reason);
}

static const char *
decimal(const struct feedback *feedback, int64_t hundredths)
{
	char buffer[TEXT_DECIMAL_SIZE];

	return kept(feedback, arena_strdup(feedback->ctx->arena, text_decimal(hundredths, buffer)));
}

/* ---- What must not be seen alone. */

/* A leader alone in his rank who puts units into tiers: so few values that the sum tells which (R43). */
static bool
has_lone_tier(const struct feedback *feedback)
{
	for (size_t i = 0; i < feedback->rules->rank_count; i++)
		if (feedback->rules->ranks[i].method == LEADER_TIER &&
		    privacy_rank_count(feedback->ctx->book, feedback->unit->unit, feedback->rules->ranks[i].code) == 1)
			return true;
	return false;
}

/* May the figures of both be shown one by one? */
static bool
is_separable(const struct feedback *feedback)
{
	uint64_t cards = 0, leaders = 0;

	if (has_lone_tier(feedback))
		return false;
	for (size_t i = 0; i < feedback->ctx->node_count; i++) {
		const Jx__Node *node = feedback->ctx->nodes[i];

		if (node->hole)
			continue;
		if (deed_is(node->kind, "ballots"))
			cards += node->has_count ? node->count : 1;
		if (deed_is(node->kind, "leader"))
			leaders++;
	}
	return cards >= PRIVACY_BALLOT_COUNT_LEAST && leaders >= LEADER_COUNT_LEAST;
}

static bool
is_private(enum component component)
{
	return component == COMPONENT_DEMOCRATIC || component == COMPONENT_LEADERS;
}

/* ---- Components. */

static int
compare_figures(const void *left, const void *right)
{
	return figure_compare(*(const char *const *)left, *(const char *const *)right);
}

/* Of the published figures of the unit's class. */
static const char *
median_of(const struct feedback *feedback, size_t component)
{
	const struct deed_run *run = &feedback->ctx->run;
	const char **figures = arena_alloc(feedback->ctx->arena, (run->unit_count + 1) * sizeof *figures);
	size_t count = 0;
	const char *sum;

	for (size_t i = 0; figures != NULL && i < run->unit_count; i++)
		if (deed_is(run->units[i]->class_, feedback->unit->class_) &&
		    component < run->units[i]->n_components)
			figures[count++] = run->units[i]->components[component]->published;
	if (count < CLASS_SIZE_LEAST)
		return "";
	qsort(figures, count, sizeof *figures, compare_figures);
	sum = kept(feedback, figure_add(feedback->ctx->arena, figures[(count - 1) / 2], figures[count / 2], 1, 1));
	return rounded(feedback, kept(feedback, figure_add(feedback->ctx->arena, "0", sum, 1, 2)));
}

static const char *const component_names[COMPONENT_COUNT] = {"基础工作", "定期调度", "实地踏查", "自我评估", "共性目标",
    "民主评估", "重点目标", "领导评估", "加分"};

static void
add_component(const struct feedback *feedback, enum component component)
{
	const char *published = feedback->unit->components[component]->published;
	bool is_bonus = component == COMPONENT_BONUS;
	struct line line = {.kind = "component",
	    .code = component_code(component),
	    .name = view_say(feedback->ctx, component_names[component], component_code(component)),
	    .got = published,
	    .is_extra = is_bonus,
	    .full = decimal(feedback, is_bonus ? feedback->scheme->bonus_cap : feedback->rules->weights[component]),
	    .median = median_of(feedback, component)};

	line_add(feedback, &line);
}

/* Both in one figure: neither can be solved from it. */
static void
add_merged(const struct feedback *feedback)
{
	Jx__Component *const *components = feedback->unit->components;
	struct line line = {.kind = "component",
	    .code = "democratic+leaders",
	    .name = view_say(feedback->ctx, "民主与领导评估", "democratic and leaders")};

	line.got = kept(feedback, figure_add(feedback->ctx->arena, components[COMPONENT_DEMOCRATIC]->exact,
				      components[COMPONENT_LEADERS]->exact, 1, 1));
	line.full = decimal(feedback, feedback->rules->weights[COMPONENT_DEMOCRATIC] +
					  feedback->rules->weights[COMPONENT_LEADERS]);
	line_add(feedback, &line);
}

/* ---- What a component is made of. */

static const char *
join(const struct feedback *feedback, const char *list, const char *more)
{
	if (deed_is(more, ""))
		return list;
	return kept(feedback, arena_printf(feedback->ctx->arena, "%s%s%s", list, *list == '\0' ? "" : "；", more));
}

static const char *
basic_reason(const struct feedback *feedback, const Jx__Node *node)
{
	const Jx__BasicNote *note =
	    (const Jx__BasicNote *)book_get(feedback->ctx->book, PAPER_BASIC_NOTES, feedback->unit->unit, node->code);

	return note == NULL ? "" : deed_str(note->note);
}

static const char *
round_reason(const struct feedback *feedback, const Jx__Node *node)
{
	const Jx__RoundReport *report =
	    (const Jx__RoundReport *)book_get(feedback->ctx->book, PAPER_ROUND_REPORTS, feedback->unit->unit, node->code);

	return report == NULL ? "" : deed_str(report->note);
}

static const char *
visit_reason(const struct feedback *feedback, const Jx__Node *node)
{
	const Jx__VisitPlan *plan = (const Jx__VisitPlan *)book_get(feedback->ctx->book, PAPER_VISIT_PLANS, node->code);

	if (plan != NULL && deed_is(plan->unit, feedback->unit->unit))
		return deed_str(plan->note);
	/* Never visited: the node says how it counts instead. */
	return book_get(feedback->ctx->book, RECORD_VISITS, feedback->unit->unit, node->code) != NULL ? "" : deed_str(node->given);
}

static const char *
common_reason(const struct feedback *feedback, const Jx__Node *node)
{
	const Jx__CommonNote *note;
	const char *text = "";
	size_t cursor = 0;

	while ((note = (const Jx__CommonNote *)book_next(
		    feedback->ctx->book, PAPER_COMMON_NOTES, feedback->unit->unit, &cursor)) != NULL)
		if (deed_is(note->item, node->code) && !deed_is(note->reason, ""))
			text = join(feedback, text,
			    kept(feedback, arena_printf(feedback->ctx->arena, "%s：%s", note->by, note->reason)));
	return text;
}

/* What the evaluators noted, without who. */
static const char *
goal_reason(const struct feedback *feedback, const Jx__Node *node)
{
	const Jx__GroupNote *note;
	const char *text = "";
	size_t cursor = 0;

	while ((note = (const Jx__GroupNote *)book_next(
		    feedback->ctx->book, PAPER_GROUP_NOTES, feedback->unit->unit, &cursor)) != NULL)
		if (deed_is(note->goal, node->code))
			text = join(feedback, join(feedback, text, note->note), note->reason);
	return text;
}

/* That it was not reported. */
static const char *
self_reason(const struct feedback *feedback, const Jx__Node *node)
{
	bool is_reported = book_get(feedback->ctx->book, RECORD_SELF, feedback->unit->unit, node->code) != NULL;

	return is_reported ? "" : deed_str(node->given);
}

static const char *(*const reasons[COMPONENT_COUNT])(const struct feedback *, const Jx__Node *) = {
    [COMPONENT_BASIC] = basic_reason,
    [COMPONENT_PROGRESS] = round_reason,
    [COMPONENT_VISITS] = visit_reason,
    [COMPONENT_SELF] = self_reason,
    [COMPONENT_COMMON] = common_reason,
    [COMPONENT_KEY] = goal_reason,
};

/* The full points of a goal or item of that component, as it is marked; rounds and visits: 100. */
static int64_t
full_points(const struct feedback *feedback, enum component component, const char *code)
{
	enum { FULL_MARK = 10000 };
	bool is_basic = component == COMPONENT_BASIC;
	const struct scheme_item *items = is_basic ? feedback->scheme->basic : feedback->rules->common;
	size_t count = is_basic ? feedback->scheme->basic_count : feedback->rules->common_count;
	int item = scheme_item_find(items, count, code);
	const Jx__Goal *goal;

	if (component == COMPONENT_PROGRESS || component == COMPONENT_VISITS)
		return FULL_MARK;
	if (item >= 0)
		return items[item].points;
	goal = (const Jx__Goal *)book_get(feedback->ctx->book, RECORD_GOALS, feedback->unit->unit, code);
	return goal == NULL ? 0 : goal->points;
}

static const char *
self_points(const struct feedback *feedback, const char *code)
{
	const Jx__Self *self = (const Jx__Self *)book_get(feedback->ctx->book, RECORD_SELF, feedback->unit->unit, code);

	return self == NULL ? "" : decimal(feedback, self->points);
}

/* What the unit itself filed for it. */
static const char *
self_evidence(const struct feedback *feedback, const char *code)
{
	const Jx__SelfLine *line =
	    (const Jx__SelfLine *)book_get(feedback->ctx->book, PAPER_SELF_LINES, feedback->unit->unit, code);

	return line == NULL ? "" : deed_str(line->evidence);
}

/* How many marks a mean is of. */
static uint64_t
share_of(const struct feedback *feedback, const Jx__Node *parent)
{
	uint64_t count = 0;

	if (parent->op != JX__NODE_OP__NODE_MEAN)
		return 1;
	for (size_t i = 0; i < feedback->ctx->node_count; i++) {
		const Jx__Node *node = feedback->ctx->nodes[i];

		if (node->has_parent && node->parent == parent->node)
			count += node->has_count ? node->count : 1;
	}
	return count == 0 ? 1 : count;
}

static void
add_part(const struct feedback *feedback, enum component component, const Jx__Node *parent, const Jx__Node *node)
{
	struct arena *arena = feedback->ctx->arena;
	const char *factor = parent->factor == NULL ? "1" : parent->factor;
	const char *full = decimal(feedback, full_points(feedback, component, node->code));
	bool is_goal = component == COMPONENT_KEY || component == COMPONENT_COMMON;
	uint64_t share = share_of(feedback, parent);
	struct line line = {.kind = node->kind, .code = node->code, .name = node->name};

	factor = kept(feedback, figure_add(arena, "0", factor, node->has_count ? (int64_t)node->count : 1, (int64_t)share));
	line.full = kept(feedback, figure_times(arena, factor, full));
	line.got = kept(feedback, figure_times(arena, factor, deed_str(node->value)));
	line.mark = kept(feedback, arena_printf(arena, "%s/%s", kept(feedback, figure_text(arena, deed_str(node->value), 2)), full));
	line.reason = reasons[component](feedback, node);
	line.self = is_goal ? self_points(feedback, node->code) : "";
	line.evidence = is_goal ? self_evidence(feedback, node->code) : "";
	line_add(feedback, &line);
}

static const Jx__Node *
node_of(const struct feedback *feedback, enum component component)
{
	for (size_t i = 0; i < feedback->ctx->node_count; i++) {
		const Jx__Node *node = feedback->ctx->nodes[i];

		if (node->has_parent && node->parent == 0 && deed_is(node->code, component_code(component)))
			return node;
	}
	return NULL;
}

/* Only what is right below the component: deeper stand single evaluators and departments. */
static void
add_parts(const struct feedback *feedback, enum component component)
{
	const Jx__Node *parent = node_of(feedback, component);

	if (reasons[component] == NULL || parent == NULL)
		return;
	for (size_t i = 0; i < feedback->ctx->node_count; i++) {
		const Jx__Node *node = feedback->ctx->nodes[i];

		if (node->has_parent && node->parent == parent->node && node->node != 0)
			add_part(feedback, component, parent, node);
	}
}

/* ---- Words: opinions, findings, measures. */

static void
add_words(const struct feedback *feedback)
{
	struct view_ctx *ctx = feedback->ctx;
	const Jx__Remark *remark;
	const Jx__Finding *finding;
	const Jx__Measure *measure;
	size_t remarks = 0, findings = 0, measures = 0, number = 0;

	/* Numbered anew: a code or a group of few could name its author. */
	while ((remark = (const Jx__Remark *)book_next(ctx->book, PAPER_REMARKS, feedback->unit->unit, &remarks)) != NULL)
		line_add(feedback, &(struct line){.kind = "remark",
				       .code = arena_printf(ctx->arena, "%zu", ++number),
				       .reason = remark->text});
	while ((finding = (const Jx__Finding *)book_next(ctx->book, PAPER_FINDINGS, NULL, &findings)) != NULL)
		if (deed_is(finding->unit, feedback->unit->unit))
			line_add(feedback, &(struct line){.kind = "finding",
					       .code = finding->finding,
					       .name = finding->text,
					       .mark = finding->state,
					       .reason = finding->answer});
	while ((measure = (const Jx__Measure *)book_next(ctx->book, PAPER_MEASURES, feedback->unit->unit, &measures)) != NULL)
		line_add(feedback, &(struct line){.kind = "measure",
				       .code = measure->measure,
				       .name = measure->text,
				       .mark = arena_printf(ctx->arena, "%u%%", measure->done),
				       .reason = measure->due});
}

/* ---- Whose. */

static enum jx_err
check_reader(const struct view_ctx *ctx)
{
	const Jx__Outcome *outcome = outcome_get(ctx->book);

	if ((ctx->actor->role & (ROLE_OFFICE | ROLE_AUDITOR)) != 0)
		return JX_OK;
	if (strcmp(ctx->args->unit, ctx->actor->unit) != 0)
		return JX_E_DENIED;
	if (!book_is_published(ctx->book))
		return JX_E_PHASE;
	return outcome->run == ctx->run.run->run ? JX_OK : JX_E_DENIED;
}

static enum jx_err
feedback_make(struct view_ctx *ctx)
{
	struct feedback feedback = {.ctx = ctx, .scheme = book_scheme(ctx->book)};
	enum jx_err err = check_reader(ctx);
	int kind = book_unit_kind(ctx->book, ctx->args->unit);

	if (err != JX_OK)
		return err;
	for (size_t i = 0; i < ctx->run.unit_count; i++)
		if (deed_is(ctx->run.units[i]->unit, ctx->args->unit))
			feedback.unit = ctx->run.units[i];
	if (feedback.unit == NULL || kind < 0 || feedback.unit->n_components != COMPONENT_COUNT)
		return JX_E_NOT_FOUND;
	feedback.rules = &feedback.scheme->kinds[kind];
	ctx->title = arena_printf(ctx->arena, "%s %s", book_unit_name(ctx->book, ctx->args->unit), feedback.unit->total);
	for (int i = 0; i < COMPONENT_COUNT; i++) {
		enum component component = (enum component)i;

		if (is_private(component) && !is_separable(&feedback)) {
			if (component == COMPONENT_LEADERS)
				add_merged(&feedback);
			continue;
		}
		add_component(&feedback, component);
		add_parts(&feedback, component);
	}
	add_words(&feedback);
	return JX_OK;
}

/* clang-format off */
static const struct view_column columns[] = {
	{"kind",   "类型",         "kind",   "text"},
	{"code",   "代码",         "code",   "text"},
	{"name",   "内容",         "name",   "text"},
	{"mark",   "评分",         "mark",   "text"},
	{"full",   "满分(计入总分)", "full",   "figure"},
	{"got",    "得分",         "got",    "figure"},
	{"lost",   "失分",         "lost",   "figure"},
	{"median", "同类中位数",   "class median", "figure"},
	{"self",   "自评",         "self",   "figure"},
	{"evidence", "自报证据",   "evidence", "text"},
	{"reason", "理由或说明",   "reason", "text"},
};
static const struct view views[] = {
	{"feedback", "失分台账：每一分失在哪里", "where each lost point went", ROLE_OFFICE | ROLE_AUDITOR | ROLE_CLERK | ROLE_HEAD | ROLE_FUNCTIONAL,
	    VIEW_RUN | VIEW_EXPLAIN | VIEW_UNIT, columns, sizeof columns / sizeof *columns, feedback_make, "R38 R42 R43"},
};
/* clang-format on */

const struct chapter feedback_chapter = {.views = views, .view_count = sizeof views / sizeof *views};
