/*
 * Thousands of random acts on plans and adjustments (seeded): whatever is done
 * in whatever order, no confirmed or issued unit's goals ever miss their sums,
 * and issued goals change by adjustments alone (R06, R11; must-show 6).
 */
#include "plan_play.h"
#include "records/check.h"
#include "wire/text.h"

static struct world *w;
static uint64_t seed;
static size_t issued_count, applied_count, refused_count;

static unsigned
pick(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

static const char *const units[] = {"E1", "S1", "X1", "X2", "X3"};
enum { UNIT_COUNT = 5, COUNTY_FROM = 2, WORLD_COUNT = 300, STEP_COUNT = 400 };

/* ---- What must always hold. */

static int64_t
year_sum(const char *unit, const char *part)
{
	const Jx__Goal *goal;
	size_t cursor = 0;
	int64_t sum = 0;

	while ((goal = (const Jx__Goal *)book_next(w->book, RECORD_GOALS, unit, &cursor)) != NULL) {
		cr_assert_gt(goal->points, 0);
		sum += part == NULL || deed_is(goal->part, part) ? goal->points : 0;
	}
	return sum;
}

static int64_t
plan_sum(const char *unit, const char *part)
{
	const Jx__PlanGoal *goal;
	size_t cursor = 0;
	int64_t sum = 0;

	while ((goal = (const Jx__PlanGoal *)book_next(w->book, PAPER_PLAN_GOALS, unit, &cursor)) !=
	       NULL)
		sum += part == NULL || deed_is(goal->part, part) ? goal->points : 0;
	return sum;
}

typedef int64_t (*sum_fn)(const char *unit, const char *part);

static void
must_be_exact(sum_fn sum, const char *unit, const char *deed)
{
	bool is_county = unit[0] == 'X';

	cr_assert_eq(sum(unit, NULL), is_county ? 9000 : 8000, "%s after %s", unit, deed);
	if (is_county) {
		cr_assert_eq(sum(unit, "main"), 7200, "%s after %s", unit, deed);
		cr_assert_eq(sum(unit, "innovation"), 1800, "%s after %s", unit, deed);
	}
}

static void
must_hold(const char *deed)
{
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		const char *state = world_field(w, PAPER_PLANS, "state", units[i]);

		if (strcmp(state, "confirmed") == 0 || strcmp(state, "issued") == 0)
			must_be_exact(plan_sum, units[i], deed);
		if (strcmp(state, "issued") == 0)
			must_be_exact(year_sum, units[i], deed);
		else
			cr_assert_eq(year_sum(units[i], NULL), 0,
			    "%s: nothing is in force before it is issued", units[i]);
	}
}

/* The check that the year-end calculation makes finds nothing to say. */
static void
must_pass_the_year_check(void)
{
	struct arena *arena = arena_new(16 << 20);
	struct faults *faults = faults_new(JX_EN);
	const Jx__Records *records = book_records(w->book, arena);

	cr_assert(records_check(book_scheme(w->book), records, &records_locator_plain, faults));
	faults_free(faults);
	arena_free(arena);
}

/* ---- Random acts. */

static const char *
points(int64_t full)
{
	char buffer[TEXT_DECIMAL_SIZE];

	return arena_strdup(w->arena, text_decimal(1 + (int64_t)pick((unsigned)full), buffer));
}

/* Goals of one part that sum to full, or (one in four) a little beside it. */
static void
rows(const char *unit, const char *part, int64_t full, unsigned first)
{
	unsigned count = 1 + pick(3);
	int64_t rest = pick(4) == 0 ? full - 1 + (int64_t)pick(3) : full;

	for (unsigned i = 0; i < count; i++) {
		int64_t share = i + 1 == count ? rest : rest / 2 - (int64_t)pick(50);
		char buffer[TEXT_DECIMAL_SIZE];

		rest -= share;
		play_goal(w, unit, arena_printf(w->arena, "G%u", first + i), part,
		    text_decimal(share, buffer), "");
	}
}

static enum jx_err
act_push(const char *unit)
{
	play_as_unit(w, ROLE_CLERK, unit);
	if (unit[0] == 'X')
		rows(unit, "innovation", 1800, 5);
	else
		rows(unit, pick(2) == 0 ? "duty" : "assigned", 8000, 1);
	return world_do(w, "goals.push", play_pair(w, "unit", unit));
}

static enum jx_err
act_draft(const char *unit)
{
	if (unit[0] != 'X')
		return act_push(unit);
	play_as_office(w);
	rows(unit, "main", 7200, 1);
	return world_do(w, "county.push", play_pair(w, "unit", unit));
}

static enum jx_err
act_submit(const char *unit)
{
	play_as_unit(w, ROLE_HEAD, unit);
	return world_do_with(w, unit[0] == 'X' ? "county.submit" : "plan.submit",
	    (const char *const[]){play_pair(w, "unit", unit), NULL});
}

static enum jx_err
act_assign(const char *unit)
{
	return play_assign(w, unit, "监察局");
}

static enum jx_err
act_opine(const char *unit)
{
	const Jx__PlanGoal *goal;
	size_t cursor = 0;
	unsigned other = pick(8);

	while ((goal = (const Jx__PlanGoal *)book_next(w->book, PAPER_PLAN_GOALS, unit, &cursor)) !=
	       NULL)
		play_opinion(
		    w, unit, goal->goal, "监察局", other == 0 ? "change" : "agree", "理由");
	play_as_functional(w, "监察局");
	return world_do(w, "plan.opine", play_pair(w, "unit", unit));
}

static enum jx_err
act_return(const char *unit)
{
	play_as_office(w);
	if (pick(3) != 0)
		return JX_OK;
	return world_do_with(w, unit[0] == 'X' ? "county.return" : "plan.return",
	    (const char *const[]){play_pair(w, "unit", unit), "reason=改", NULL});
}

static enum jx_err
act_pass(const char *unit)
{
	play_as_office(w);
	return world_do(w, "plan.pass", play_pair(w, "unit", unit));
}

static enum jx_err
act_approve(const char *unit)
{
	enum jx_err err;

	if (unit[0] == 'X')
		return JX_OK;
	if (pick(6) != 0)
		return play_approve(w, unit, play_leader(unit));
	world_as(w, ROLE_LEADER, "L", "", play_leader(unit));
	err = world_do(w, "plan.sendback", play_pair(w, "unit", unit), "reason=改");
	return err;
}

static enum jx_err
act_confirm(const char *unit)
{
	play_as_committee(w);
	if (unit[0] == 'X')
		return world_do(w, "county.confirm", "document=评委会1号");
	return world_do(w, "plan.confirm", "document=评委会1号", play_pair(w, "unit", unit));
}

static enum jx_err
act_issue(const char *unit)
{
	const char *document = arena_printf(w->arena, "document=批复%u号", pick(1000));
	enum jx_err err;

	play_as_office(w);
	err = unit[0] == 'X' ? world_do(w, "county.issue", document)
			     : world_do(w, "plan.issue", document, play_pair(w, "unit", unit));
	issued_count += err == JX_OK;
	return err;
}

/* Shifts some points from one goal to another; sometimes not the same. */
static enum jx_err
act_request(const char *unit)
{
	const char *code = arena_printf(w->arena, "A%u", pick(200));
	const Jx__PlanGoal *goal;
	size_t cursor = 0;
	int64_t shift = 1 + pick(300);
	unsigned row = 0, strike = pick(25);

	while ((goal = (const Jx__PlanGoal *)book_next(w->book, PAPER_PLAN_GOALS, unit, &cursor)) !=
		   NULL &&
	       row < 2) {
		char buffer[TEXT_DECIMAL_SIZE];
		int64_t to = goal->points + (row == 0 ? shift : pick(10) == 0 ? 1 - shift : -shift);

		if (to <= 0)
			continue;
		world_row(w, PAPER_ADJUSTMENT_GOALS, play_pair(w, "unit", unit),
		    play_pair(w, "adjustment", code), play_pair(w, "goal", goal->goal),
		    strike == 0 ? "change=strike" : "change=change",
		    play_pair(w, "points", text_decimal(to, buffer)));
		row++;
	}
	if (row == 0)
		return JX_OK;
	if (pick(20) == 0)
		world_row(w, PAPER_ADJUSTMENT_GOALS, play_pair(w, "unit", unit),
		    play_pair(w, "adjustment", code), "goal=G9", "change=add", "title=追加",
		    unit[0] == 'X' ? "part=main" : "part=duty", play_pair(w, "points", points(300)),
		    "duty=lead", "place=a", "workload=b", "difficulty=c");
	play_as_unit(w, ROLE_HEAD, unit);
	return world_do(w, "adjust.request", play_pair(w, "unit", unit),
	    play_pair(w, "object", code), "value=other", "reason=事", "document=e");
}

static enum jx_err
act_decide(const char *unit)
{
	const Jx__Adjustment *row;
	size_t cursor = 0;
	unsigned refuse = pick(4);

	play_as_committee(w);
	while ((row = (const Jx__Adjustment *)book_next(
		    w->book, PAPER_ADJUSTMENTS, unit, &cursor)) != NULL)
		if (deed_is(row->state, "requested") ||
		    (refuse == 0 && deed_is(row->state, "accepted")))
			return world_do_with(w, refuse == 0 ? "adjust.refuse" : "adjust.accept",
			    (const char *const[]){play_pair(w, "unit", unit),
				play_pair(w, "object", row->adjustment), "document=7号",
				refuse == 0 ? "reason=否" : NULL, NULL});
	return JX_OK;
}

static enum jx_err
act_apply(const char *unit)
{
	enum jx_err err;

	(void)unit;
	play_as_office(w);
	err =
	    world_do(w, "adjust.apply", arena_printf(w->arena, "document=调整%u号", pick(100000)));
	applied_count += err == JX_OK;
	refused_count += err == JX_E_RULE;
	return err;
}

static const struct {
	const char *name;
	enum jx_err (*act)(const char *unit);
} acts[] = {{"push", act_push}, {"draft", act_draft}, {"submit", act_submit},
    {"submit", act_submit}, {"assign", act_assign}, {"opine", act_opine}, {"return", act_return},
    {"pass", act_pass}, {"approve", act_approve}, {"confirm", act_confirm}, {"issue", act_issue},
    {"request", act_request}, {"decide", act_decide}, {"apply", act_apply}};

Test(goals_random, sums_are_exact_whatever_is_done)
{
	size_t stored = 0; /* or not made at all */

	for (unsigned round = 0; round < WORLD_COUNT; round++) {
		seed = UINT64_C(0x9E3779B97F4A7C15) * (round + 1);
		w = world_new();
		play_open(w, "goals");
		play_open(w, "adjust");
		world_at(w, "2010-05-01", 9);
		for (unsigned i = 0; i < STEP_COUNT; i++) {
			unsigned which = pick(sizeof acts / sizeof *acts);
			enum jx_err err = acts[which].act(units[pick(UNIT_COUNT)]);

			/* Rows of an act that was not made belong to no other. */
			w->builder = NULL;
			stored += err == JX_OK;
			cr_assert(err != JX_E_MEMORY && err != JX_E_INTERNAL);
			must_hold(acts[which].name);
		}
		must_pass_the_year_check();
		world_free(w);
	}
	cr_log_info("stored %zu, issued %zu, batches applied %zu and refused %zu", stored,
	    issued_count, applied_count, refused_count);
	cr_assert(stored > 30000 && issued_count > 200 && applied_count > 60 && refused_count > 200,
	    "%zu %zu %zu %zu", stored, issued_count, applied_count, refused_count);
}
