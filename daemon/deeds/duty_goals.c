/* What is owed while goals are set, decomposed and adjusted (R02–R11). */
#include <string.h>

#include "deeds/duty.h"

static const char *
plan_state(const struct book *book, const char *unit)
{
	const Jx__Plan *plan = (const Jx__Plan *)book_get(book, PAPER_PLANS, unit);

	return plan == NULL ? "" : deed_str(plan->state);
}

static const Jx__Unit *
next_unit(const struct duty_walk *walk, enum duty_units units, size_t *cursor)
{
	const Jx__Unit *unit;

	while ((unit = (const Jx__Unit *)book_next(walk->book, RECORD_UNITS, NULL, cursor)) != NULL)
		if (duty_is_of(walk->book, units, unit->unit))
			return unit;
	return NULL;
}

static const Jx__PlanGoal *
next_goal(const struct duty_walk *walk, const char *unit, size_t *cursor)
{
	return (const Jx__PlanGoal *)book_next(walk->book, PAPER_PLAN_GOALS, unit, cursor);
}

/* Does anything hang on that phase? */
static bool
is_phase_used(const char *phase)
{
	for (size_t i = 0; i < deed_count(); i++)
		if (deed_at(i)->phase != NULL && strcmp(deed_at(i)->phase, phase) == 0)
			return true;
	for (size_t i = 0; i < duty_count(); i++)
		if (duty_at(i)->phase != NULL && strcmp(duty_at(i)->phase, phase) == 0)
			return true;
	return false;
}

/* What was never opened: nobody owes anything of it yet, so that it must not be forgotten. */
static void
each_phase_to_open(struct duty_walk *walk)
{
	const char *const *phase = deed_find("phase.open")->values;

	for (; *phase != NULL; phase++)
		if (is_phase_used(*phase) && book_get(walk->book, PAPER_PHASES, *phase) == NULL)
			duty_owe(walk, (struct duty_item){.object = *phase,
					   .due_us = book_phase_due(walk->book, *phase, "")});
}

static void
each_plan_to_submit(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, DUTY_DEPARTMENTS, &cursor)) != NULL) {
		const char *state = plan_state(walk->book, unit->unit);

		if (deed_is(state, "") || deed_is(state, "draft") || deed_is(state, "returned"))
			duty_owe(walk, (struct duty_item){.unit = unit->unit});
	}
}

/* ---- Counties: the first part is the city's, drafted by the office; the others are their own (R02). */

struct county {
	const char *unit, *state;
	bool is_answered, is_open; /* open: not yet sent in, or sent back */
	bool has_city, is_city_whole, is_own_whole;
};

static struct county
county_of(const struct duty_walk *walk, const char *unit)
{
	const struct scheme_kind *rules = &book_scheme(walk->book)->kinds[KIND_COUNTY];
	const struct scheme_part *first = &rules->parts[0];
	const Jx__Plan *plan = (const Jx__Plan *)book_get(walk->book, PAPER_PLANS, unit);
	struct county county = {.unit = unit, .state = plan == NULL ? "" : deed_str(plan->state)};
	const Jx__PlanGoal *goal;
	int64_t city = 0, own = 0;
	size_t cursor = 0;

	while ((goal = next_goal(walk, unit, &cursor)) != NULL) {
		bool is_city = rules->part_count > 0 && deed_is(goal->part, first->code);

		county.has_city = county.has_city || is_city;
		*(is_city ? &city : &own) += goal->points;
	}
	county.is_answered = plan != NULL && plan->answer != NULL;
	county.is_open = deed_is(county.state, "") || deed_is(county.state, "draft") || deed_is(county.state, "returned");
	county.is_city_whole = county.has_city && (!first->has_points || city >= first->points);
	county.is_own_whole =
	    rules->part_count < 2 || own >= rules->key_points - (first->has_points ? first->points : city);
	return county;
}

static void
each_county(struct duty_walk *walk, void (*fn)(struct duty_walk *, const struct county *))
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, DUTY_COUNTIES, &cursor)) != NULL) {
		struct county county = county_of(walk, unit->unit);

		fn(walk, &county);
	}
}

static void
owe_draft(struct duty_walk *walk, const struct county *county)
{
	if (county->is_open && !county->is_city_whole)
		duty_owe(walk, (struct duty_item){.unit = county->unit});
}

static void
each_county_to_draft(struct duty_walk *walk)
{
	each_county(walk, owe_draft);
}

static void
owe_own_goals(struct duty_walk *walk, const struct county *county)
{
	if (county->is_open && !county->is_own_whole)
		duty_owe(walk, (struct duty_item){.unit = county->unit});
}

static void
each_county_to_complete(struct duty_walk *walk)
{
	each_county(walk, owe_own_goals);
}

static void
owe_answer(struct duty_walk *walk, const struct county *county)
{
	if (county->has_city && !county->is_answered &&
	    (county->is_open || deed_is(county->state, "submitted")))
		duty_owe(walk, (struct duty_item){.unit = county->unit});
}

static void
each_county_to_answer(struct duty_walk *walk)
{
	each_county(walk, owe_answer);
}

static void
owe_county_plan(struct duty_walk *walk, const struct county *county)
{
	struct duty_item item = {.unit = county->unit};

	if (!county->is_open)
		return;
	if (!county->is_city_whole) {
		item.waits_zh = "等市绩效办拟定目标草案";
		item.waits_en = "the office's draft";
	}
	duty_owe(walk, item);
}

static void
each_county_to_submit(struct duty_walk *walk)
{
	each_county(walk, owe_county_plan);
}

/* All counties are confirmed together: how many are not ready? */
static void
count_open(struct duty_walk *walk, const struct county *county)
{
	*(size_t *)walk->arg += county->is_open;
}

static void
owe_confirmation(struct duty_walk *walk, const struct county *county)
{
	uint64_t due = book_phase_due(walk->book, "goals", county->unit);
	struct duty_item item = {.unit = county->unit};
	size_t open = 0;
	struct duty_walk counting = {.book = walk->book, .arg = &open};

	if (!deed_is(county->state, "submitted"))
		return;
	each_county(&counting, count_open);
	if (open > 0) {
		item.waits_zh = arena_printf(walk->arena, "还有%zu个县（区）未报送", open);
		item.waits_en = arena_printf(walk->arena, "%zu counties that have not submitted", open);
	} else if (!county->is_answered && (due == 0 || walk->now_us < due)) {
		/* After that its silence is what is recorded. */
		item.waits_zh = "等县（区）答复";
		item.waits_en = "the county's answer";
	}
	duty_owe(walk, item);
}

static void
each_county_to_confirm(struct duty_walk *walk)
{
	each_county(walk, owe_confirmation);
}

/* ---- Departments: opinions and approvals, each on the content of one goal (R05). */

static bool
has_opinion(const struct duty_walk *walk, const Jx__PlanGoal *goal, const char *by)
{
	const Jx__Opinion *opinion =
	    (const Jx__Opinion *)book_get(walk->book, PAPER_OPINIONS, goal->unit, goal->goal, by);

	return opinion != NULL &&
	       deed_is(opinion->content, deed_content(walk->arena, PAPER_PLAN_GOALS, &goal->base, NULL));
}

static void
each_opinion(struct duty_walk *walk)
{
	const Jx__Reviewer *reviewer;
	size_t cursor = 0;

	while ((reviewer = (const Jx__Reviewer *)book_next(walk->book, PAPER_REVIEWERS, NULL, &cursor)) != NULL) {
		const Jx__PlanGoal *goal;
		size_t goals = 0;

		if (!deed_is(plan_state(walk->book, reviewer->unit), "review"))
			continue;
		while ((goal = next_goal(walk, reviewer->unit, &goals)) != NULL)
			if (!has_opinion(walk, goal, reviewer->by))
				duty_owe(walk, (struct duty_item){.unit = goal->unit,
						   .object = goal->goal,
						   .subject = reviewer->by});
	}
}

/* The departments whose opinions are not complete, joined; "" when none. */
static const char *
missing_reviewers(const struct duty_walk *walk, const char *unit)
{
	const Jx__Reviewer *reviewer;
	const char *list = "";
	size_t cursor = 0;

	while ((reviewer = (const Jx__Reviewer *)book_next(walk->book, PAPER_REVIEWERS, unit, &cursor)) != NULL) {
		const Jx__PlanGoal *goal;
		size_t goals = 0;
		bool is_whole = true;

		while ((goal = next_goal(walk, unit, &goals)) != NULL)
			is_whole = is_whole && has_opinion(walk, goal, reviewer->by);
		if (!is_whole)
			list = deed_str(arena_printf(
			    walk->arena, "%s%s%s", list, *list == '\0' ? "" : "、", reviewer->by));
	}
	return list;
}

static void
each_plan_to_pass(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, DUTY_DEPARTMENTS, &cursor)) != NULL) {
		struct duty_item item = {.unit = unit->unit};
		const char *missing;

		if (!deed_is(plan_state(walk->book, unit->unit), "review"))
			continue;
		missing = missing_reviewers(walk, unit->unit);
		if (*missing != '\0') {
			item.waits_zh = arena_printf(walk->arena, "等审核意见：%s", missing);
			item.waits_en = arena_printf(walk->arena, "opinions of %s", missing);
		}
		duty_owe(walk, item);
	}
}

static bool
has_approved(const struct duty_walk *walk, const char *unit, const char *leader)
{
	const Jx__PlanGoal *goal;
	size_t goals = 0;

	while ((goal = next_goal(walk, unit, &goals)) != NULL) {
		const Jx__Approval *approval =
		    (const Jx__Approval *)book_get(walk->book, PAPER_APPROVALS, unit, goal->goal, leader);

		if (approval == NULL ||
		    !deed_is(approval->content, deed_content(walk->arena, PAPER_PLAN_GOALS, &goal->base, NULL)))
			return false;
	}
	return true;
}

static void
each_plan_to_approve(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, DUTY_DEPARTMENTS, &cursor)) != NULL) {
		const Jx__Supervision *pair;
		size_t pairs = 0;
		bool is_in_charge = false;

		if (!deed_is(plan_state(walk->book, unit->unit), "passed"))
			continue;
		while ((pair = (const Jx__Supervision *)book_next(walk->book, RECORD_SUPERVISION, NULL, &pairs)) !=
		       NULL) {
			if (!deed_is(pair->unit, unit->unit))
				continue;
			is_in_charge = true;
			if (!has_approved(walk, unit->unit, pair->leader))
				duty_owe(walk, (struct duty_item){.unit = unit->unit, .subject = pair->leader});
		}
		/* Nobody's list would show it: the office's list of all does. */
		if (!is_in_charge)
			duty_owe(walk, (struct duty_item){.unit = unit->unit,
					   .waits_zh = "没有分管领导",
					   .waits_en = "no leader is in charge"});
	}
}

/* Departments are approved and ranked by who is in charge of them. */
static void
each_unit_without_leader(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, DUTY_DEPARTMENTS, &cursor)) != NULL) {
		const Jx__Supervision *pair;
		size_t pairs = 0;

		do
			pair = (const Jx__Supervision *)book_next(walk->book, RECORD_SUPERVISION, NULL, &pairs);
		while (pair != NULL && !deed_is(pair->unit, unit->unit));
		if (pair == NULL)
			duty_owe(walk, (struct duty_item){.unit = unit->unit});
	}
}

/* ---- Common items: a method of each department that marks, then one document (R07, R08). */

/* Calls for each method that should be there; found NULL: it is not. */
static void
each_method(struct duty_walk *walk, void (*fn)(struct duty_walk *, enum kind, const char *item,
					  const char *by, const Jx__Method *found, size_t *count), size_t *count)
{
	const struct scheme *scheme = book_scheme(walk->book);

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		const struct scheme_kind *rules = &scheme->kinds[kind];

		for (size_t i = 0; rules->present && i < rules->common_count; i++)
			for (size_t j = 0; j < rules->common[i].set_by_count; j++)
				fn(walk, (enum kind)kind, rules->common[i].code, rules->common[i].set_by[j],
				    (const Jx__Method *)book_get(walk->book, PAPER_METHODS,
					kind_code((enum kind)kind), rules->common[i].code,
					rules->common[i].set_by[j]),
				    count);
	}
}

static void
owe_method(struct duty_walk *walk, enum kind kind, const char *item, const char *by, const Jx__Method *found,
    size_t *count)
{
	(void)count;
	if (found == NULL)
		duty_owe(walk, (struct duty_item){
				   .object = arena_printf(walk->arena, "%s.%s", kind_code(kind), item),
				   .subject = by});
}

static void
each_method_to_attach(struct duty_walk *walk)
{
	each_method(walk, owe_method, NULL);
}

enum { METHODS_MISSING, METHODS_NOT_ISSUED, METHODS_COUNT };

static void
count_method(struct duty_walk *walk, enum kind kind, const char *item, const char *by, const Jx__Method *found,
    size_t *count)
{
	(void)walk, (void)kind, (void)item, (void)by;
	count[METHODS_MISSING] += found == NULL;
	count[METHODS_NOT_ISSUED] += found != NULL && found->document == NULL;
}

static void
each_common_to_issue(struct duty_walk *walk)
{
	size_t count[METHODS_COUNT] = {0};
	struct duty_item item = {.unit = NULL};

	each_method(walk, count_method, count);
	if (count[METHODS_MISSING] + count[METHODS_NOT_ISSUED] == 0)
		return;
	if (count[METHODS_MISSING] > 0) {
		item.waits_zh = arena_printf(walk->arena, "等评估办法：还缺%zu个", count[METHODS_MISSING]);
		item.waits_en = arena_printf(walk->arena, "methods: %zu are missing", count[METHODS_MISSING]);
	}
	duty_owe(walk, item);
}

/* ---- Decomposition: of every goal, and anew when the goal has changed (R09, R11). */

/* What the goal says now: as planned, or where there was no plan, as it stands. */
static const char *
goal_content(const struct duty_walk *walk, const Jx__Goal *goal)
{
	const ProtobufCMessage *plan = book_get(walk->book, PAPER_PLAN_GOALS, goal->unit, goal->goal);

	return plan != NULL ? deed_content(walk->arena, PAPER_PLAN_GOALS, plan, NULL)
			    : deed_content(walk->arena, RECORD_GOALS, &goal->base, NULL);
}

static bool
is_decomposed(const struct duty_walk *walk, const Jx__Goal *goal)
{
	const char *content = goal_content(walk, goal);
	const Jx__Step *step;
	size_t cursor = 0, count = 0;

	while ((step = (const Jx__Step *)book_next(walk->book, PAPER_STEPS, goal->unit, &cursor)) != NULL) {
		if (!deed_is(step->goal, goal->goal))
			continue;
		if (!deed_is(step->content, content))
			return false;
		count++;
	}
	return count > 0;
}

static void
each_goal_to_decompose(struct duty_walk *walk)
{
	const Jx__Goal *goal;
	size_t cursor = 0;

	while ((goal = (const Jx__Goal *)book_next(walk->book, RECORD_GOALS, NULL, &cursor)) != NULL)
		if (!is_decomposed(walk, goal))
			duty_owe(walk, (struct duty_item){.unit = goal->unit, .object = goal->goal});
}

/* clang-format off */
static const struct duty rows[] = {
	{.code = "phase.open", .zh = "开放阶段", .en = "open the phase", .role = ROLE_OFFICE, .each = each_phase_to_open, .requirement = "R10"},
	{.code = "county.push", .zh = "起草县（区）重点工作目标", .en = "draft the county's key goals", .role = ROLE_OFFICE, .phase = "goals",
	    .each = each_county_to_draft, .requirement = "R02"},
	{.code = "goals.push", .zh = "提出创新性工作目标", .en = "propose innovation goals", .role = ROLE_CLERK, .helpers = ROLE_HEAD,
	    .owner = DUTY_OF_UNIT, .phase = "goals", .each = each_county_to_complete, .requirement = "R02"},
	{.code = "county.answer", .zh = "答复目标草案", .en = "answer the draft", .role = ROLE_HEAD, .helpers = ROLE_CLERK,
	    .owner = DUTY_OF_UNIT, .phase = "goals", .each = each_county_to_answer, .requirement = "R02"},
	{.code = "county.submit", .zh = "报送县（区）目标", .en = "submit the county's goals", .role = ROLE_HEAD, .helpers = ROLE_CLERK,
	    .owner = DUTY_OF_UNIT, .phase = "goals", .each = each_county_to_submit, .requirement = "R02"},
	{.code = "county.confirm", .zh = "确认县（区）目标", .en = "confirm the county's goals", .role = ROLE_COMMITTEE, .phase = "goals",
	    .each = each_county_to_confirm, .requirement = "R02"},
	{.code = "county.issue", .zh = "统一下达县（区）目标", .en = "issue the counties' goals", .role = ROLE_OFFICE, .phase = "goals",
	    .kind = PAPER_PLANS, .states = {"confirmed"}, .units = DUTY_COUNTIES, .requirement = "R02"},
	{.code = "plan.submit", .zh = "提交重点工作目标计划", .en = "submit the plan of key goals", .role = ROLE_HEAD,
	    .helpers = ROLE_CLERK | ROLE_FUNCTIONAL, .owner = DUTY_OF_UNIT, .phase = "goals", .each = each_plan_to_submit, .requirement = "R03 R05"},
	{.code = "plan.assign", .zh = "指定审核部门", .en = "name the reviewing departments", .role = ROLE_OFFICE, .phase = "goals",
	    .kind = PAPER_PLANS, .states = {"submitted"}, .units = DUTY_DEPARTMENTS, .requirement = "R05"},
	{.code = "plan.opine", .zh = "提出审核意见", .en = "give an opinion", .role = ROLE_FUNCTIONAL, .owner = DUTY_OF_SUBJECT, .phase = "goals",
	    .each = each_opinion, .requirement = "R05"},
	{.code = "plan.pass", .zh = "审核通过或反馈修改", .en = "pass or return the plan", .role = ROLE_OFFICE, .phase = "goals",
	    .each = each_plan_to_pass, .requirement = "R05"},
	{.code = "plan.approve", .zh = "审定分管部门目标", .en = "approve the plan", .role = ROLE_LEADER, .helpers = ROLE_SECRETARY,
	    .owner = DUTY_OF_SUBJECT, .phase = "goals", .each = each_plan_to_approve, .requirement = "R05"},
	{.code = "supervision.set", .zh = "登记分管领导", .en = "name the leader in charge", .role = ROLE_OFFICE, .phase = "goals",
	    .each = each_unit_without_leader, .requirement = "R05 R27"},
	{.code = "plan.confirm", .zh = "确认部门目标", .en = "confirm the plan", .role = ROLE_COMMITTEE, .phase = "goals",
	    .kind = PAPER_PLANS, .states = {"approved"}, .units = DUTY_DEPARTMENTS, .requirement = "R05"},
	{.code = "plan.issue", .zh = "批复下达部门目标", .en = "issue the plan", .role = ROLE_OFFICE, .phase = "goals",
	    .kind = PAPER_PLANS, .states = {"confirmed"}, .units = DUTY_DEPARTMENTS, .requirement = "R05"},
	{.code = "method.push", .zh = "制定共性目标评估办法", .en = "attach the method of a common item", .role = ROLE_FUNCTIONAL,
	    .owner = DUTY_OF_SUBJECT, .phase = "goals", .each = each_method_to_attach, .requirement = "R07"},
	{.code = "common.issue", .zh = "统一下达共性工作目标", .en = "issue the common goals", .role = ROLE_OFFICE, .phase = "goals",
	    .each = each_common_to_issue, .requirement = "R08"},
	{.code = "step.push", .zh = "分解目标，落实到责任人", .en = "decompose the goal", .role = ROLE_CLERK, .helpers = ROLE_HEAD | ROLE_FUNCTIONAL,
	    .owner = DUTY_OF_UNIT, .phase = "goals", .each = each_goal_to_decompose, .requirement = "R09 R10 R11"},
	{.code = "adjust.accept", .zh = "审议目标调整", .en = "decide on the adjustment", .role = ROLE_COMMITTEE,
	    .kind = PAPER_ADJUSTMENTS, .states = {"requested"}, .object = "adjustment", .requirement = "R11"},
	{.code = "adjust.apply", .zh = "统一调整目标", .en = "apply the adjustments", .role = ROLE_OFFICE,
	    .kind = PAPER_ADJUSTMENTS, .states = {"accepted"}, .object = "adjustment", .requirement = "R11"},
};
/* clang-format on */

const struct duty_part duty_goals_part = {rows, sizeof rows / sizeof *rows};
