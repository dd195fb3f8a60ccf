#include <string.h>

#include "records/inside.h"
#include "wire/text.h"

/* ---- What several kinds ask. */

/* The kind of the row's unit, or -1: nothing more can be said about this row. */
static int
unit_kind_of(const struct row *row, const char *unit)
{
	struct check *check = row->check;

	if (unit == NULL)
		return -1;
	if (check_unit_index(check, unit) == ORDER_NOT_FOUND &&
	    !check->locator->incomplete[RECORD_UNITS])
		ROW_FAULT(row, "unit", unit, "units 中没有这个单位", "no such unit in units");
	return check_unit_kind(check, unit);
}

static const struct scheme_kind *
scheme_kind_of(const struct row *row, const char *unit)
{
	int kind = unit_kind_of(row, unit);

	return kind < 0 ? NULL : &row->check->scheme->kinds[kind];
}

static void
check_full(const struct row *row, const char *field, int64_t points, int64_t full)
{
	char value[TEXT_DECIMAL_SIZE], most[TEXT_DECIMAL_SIZE];

	if (points > full)
		ROW_FAULT(row, field, text_decimal(points, value), "应在 0 至满分 %s 之间",
		    "expected 0 to the full %s", text_decimal(full, most));
}

/* The goal of that unit, or NULL. */
static const Jx__Goal *
goal_find(const struct row *row, const char *unit, const char *goal)
{
	uint32_t index = order_find(&row->check->orders[RECORD_GOALS], unit, goal);

	return index == ORDER_NOT_FOUND ? NULL : row->check->records->goals[index];
}

/* A goal without good points has its own fault: nothing can be above them. */
static void
check_goal_full(const struct row *row, const char *field, int64_t points, const Jx__Goal *goal)
{
	if (goal->has_points && goal->points > 0)
		check_full(row, field, points, goal->points);
}

/* ---- A function a kind. */

static void
check_unit(const struct row *row)
{
	const Jx__Unit *unit = (const Jx__Unit *)row->record;

	if (unit->class_ != NULL && scheme_class_find(row->check->scheme, unit->class_) < 0)
		ROW_FAULT(row, "class", unit->class_, "不是方案中的类别（classes）",
		    "not a class of the scheme (classes)");
}

static bool
is_rank(const struct scheme *scheme, const char *rank)
{
	size_t kind;

	for (kind = 0; kind < KIND_COUNT; kind++)
		if (scheme->kinds[kind].present &&
		    scheme_rank_find(&scheme->kinds[kind], rank) >= 0)
			return true;
	return false;
}

static void
check_leader(const struct row *row)
{
	const Jx__Leader *leader = (const Jx__Leader *)row->record;

	if (leader->rank != NULL && !is_rank(row->check->scheme, leader->rank))
		ROW_FAULT(row, "rank", leader->rank, "不是方案中的职级（leaders）",
		    "not a rank of the scheme (leaders)");
}

/* Index among leaders, or ORDER_NOT_FOUND with a fault where one is due. */
static uint32_t
leader_index_of(const struct row *row, const char *leader)
{
	uint32_t index;

	if (leader == NULL)
		return ORDER_NOT_FOUND;
	index = order_find(&row->check->orders[RECORD_LEADERS], leader, NULL);
	if (index == ORDER_NOT_FOUND && !row->check->locator->incomplete[RECORD_LEADERS])
		ROW_FAULT(
		    row, "leader", leader, "leaders 中没有这位领导", "no such leader in leaders");
	return index;
}

static void
check_supervision(const struct row *row)
{
	const Jx__Supervision *pair = (const Jx__Supervision *)row->record;

	(void)leader_index_of(row, pair->leader);
	(void)unit_kind_of(row, pair->unit);
}

static void
check_goal(const struct row *row)
{
	const Jx__Goal *goal = (const Jx__Goal *)row->record;
	const struct scheme_kind *kind = scheme_kind_of(row, goal->unit);

	if (goal->has_points && goal->points == 0)
		ROW_FAULT(row, "points", "0", "分值应大于 0", "expected points above 0");
	if (kind == NULL)
		return;
	if (goal->part != NULL && scheme_part_find(kind, goal->part) < 0)
		ROW_FAULT(row, "part", goal->part, "不是方案中该类单位的目标组成部分（parts）",
		    "not a part of this kind of unit (parts)");
	if (goal->goal != NULL &&
	    scheme_item_find(kind->common, kind->common_count, goal->goal) >= 0)
		ROW_FAULT(row, "goal", goal->goal, "与共性目标的代码相同，请换一个代码",
		    "is the code of a common item: choose another");
}

static void
check_basic(const struct row *row)
{
	const Jx__Basic *basic = (const Jx__Basic *)row->record;
	const struct scheme *scheme = row->check->scheme;
	int item;

	(void)unit_kind_of(row, basic->unit);
	if (basic->item == NULL)
		return;
	item = scheme_item_find(scheme->basic, scheme->basic_count, basic->item);
	if (item < 0)
		ROW_FAULT(row, "item", basic->item, "不是方案中的基础工作项目（basic）",
		    "not an item of the scheme (basic)");
	else if (basic->has_points)
		check_full(row, "points", basic->points, scheme->basic[item].points);
}

static void
check_progress(const struct row *row)
{
	const Jx__Progress *progress = (const Jx__Progress *)row->record;
	uint32_t rounds = row->check->scheme->round_count;
	char value[TEXT_DECIMAL_SIZE];

	(void)unit_kind_of(row, progress->unit);
	if (progress->has_round && progress->round > rounds)
		ROW_FAULT(row, "round", text_decimal((int64_t)progress->round * 100, value),
		    "应在 1 至 %u 之间（progress.rounds）", "expected 1 to %u (progress.rounds)",
		    rounds);
}

static void
check_visit(const struct row *row)
{
	(void)unit_kind_of(row, ((const Jx__Visit *)row->record)->unit);
}

static void
check_self(const struct row *row)
{
	const Jx__Self *self = (const Jx__Self *)row->record;
	const struct scheme_kind *kind = scheme_kind_of(row, self->unit);
	const Jx__Goal *goal;
	int item;

	if (kind == NULL || self->goal == NULL)
		return;
	item = scheme_item_find(kind->common, kind->common_count, self->goal);
	goal = goal_find(row, self->unit, self->goal);
	if (item < 0 && goal == NULL) {
		if (!row->check->locator->incomplete[RECORD_GOALS])
			ROW_FAULT(row, "goal", self->goal, "不是该单位的重点目标，也不是其共性目标",
			    "neither a key goal of this unit nor a common item of its kind");
	} else if (self->has_points && item >= 0) {
		check_full(row, "points", self->points, kind->common[item].points);
	} else if (self->has_points) {
		check_goal_full(row, "points", self->points, goal);
	}
}

static void
check_common(const struct row *row)
{
	const Jx__Common *common = (const Jx__Common *)row->record;
	const struct scheme_kind *kind = scheme_kind_of(row, common->unit);
	const struct scheme_item *item;
	int found;
	size_t i;

	if (kind == NULL || common->item == NULL)
		return;
	found = scheme_item_find(kind->common, kind->common_count, common->item);
	if (found < 0) {
		ROW_FAULT(row, "item", common->item, "不是方案中该类单位的共性目标（common）",
		    "not a common item of this kind of unit (common)");
		return;
	}
	item = &kind->common[found];
	if (common->has_points)
		check_full(row, "points", common->points, item->points);
	if (common->by == NULL)
		return;
	for (i = 0; i < item->set_by_count; i++)
		if (strcmp(item->set_by[i], common->by) == 0)
			return;
	ROW_FAULT(row, "by", common->by, "不是负责该项评分的部门（set_by）",
	    "not a department that marks this item (set_by)");
}

static void
check_ballot(const struct row *row)
{
	const Jx__Ballot *ballot = (const Jx__Ballot *)row->record;
	const struct scheme_kind *kind = scheme_kind_of(row, ballot->unit);

	if (kind != NULL && ballot->group != NULL && scheme_voters_find(kind, ballot->group) < 0)
		ROW_FAULT(row, "group", ballot->group, "不是方案中该类单位的评估主体（voters）",
		    "not a voter group of this kind of unit (voters)");
}

static void
check_group(const struct row *row)
{
	const Jx__GroupMark *mark = (const Jx__GroupMark *)row->record;
	const Jx__Goal *goal;

	if (unit_kind_of(row, mark->unit) < 0 || mark->goal == NULL)
		return;
	goal = goal_find(row, mark->unit, mark->goal);
	if (goal == NULL) {
		if (!row->check->locator->incomplete[RECORD_GOALS])
			ROW_FAULT(row, "goal", mark->goal, "不是该单位的重点目标",
			    "not a key goal of this unit");
	} else if (mark->has_points) {
		check_goal_full(row, "points", mark->points, goal);
	}
}

/* ---- Leaders' marks: a function a method. */

static void
check_value_tier(const struct row *row, const char *value, uint32_t leader, int kind)
{
	const struct scheme *scheme = row->check->scheme;

	(void)leader;
	(void)kind;
	if (value != NULL && scheme_option_find(scheme->tiers, scheme->tier_count, value) < 0)
		ROW_FAULT(row, "value", value, "不是方案中的档次（tiers）",
		    "not a tier of the scheme (tiers)");
}

static void
check_value_mark(const struct row *row, const char *value, uint32_t leader, int kind)
{
	struct bytes text = {(const uint8_t *)value, value == NULL ? 0 : strlen(value)};
	char plain[TEXT_DECIMAL_SIZE];
	int64_t mark;

	(void)leader;
	(void)kind;
	if (value == NULL)
		return;
	if (text_hundredths(text, &mark) != JX_OK || mark > 10000 ||
	    strcmp(text_decimal(mark, plain), value) != 0)
		ROW_FAULT(row, "value", value, "应为 0 至 100 的数，最多两位小数",
		    "expected 0 to 100 with at most 2 decimals");
}

static void
check_value_rank(const struct row *row, const char *value, uint32_t leader, int kind)
{
	const Jx__LeaderMark *mark = (const Jx__LeaderMark *)row->record;
	struct check *check = row->check;
	struct bytes text = {(const uint8_t *)value, value == NULL ? 0 : strlen(value)};
	uint32_t count = check->supervised[leader][kind], rank;
	char plain[TEXT_DECIMAL_SIZE];

	/* Who supervises whom is not all known: neither is n. */
	if (check->locator->incomplete[RECORD_SUPERVISION] ||
	    check->locator->incomplete[RECORD_UNITS])
		count = UINT32_MAX;
	else if (order_find(&check->orders[RECORD_SUPERVISION], mark->leader, mark->unit) ==
		 ORDER_NOT_FOUND) {
		ROW_FAULT(row, "unit", mark->unit, "该领导不分管这个单位，不能排名",
		    "this leader does not supervise the unit and cannot rank it");
		return;
	}
	if (value == NULL)
		return;
	if (text_whole(text, &rank) != JX_OK || rank < 1 || rank > count ||
	    strcmp(text_decimal((int64_t)rank * 100, plain), value) != 0) {
		if (count == UINT32_MAX)
			ROW_FAULT(row, "value", value, "名次应为 1 或更大的整数",
			    "expected a rank: a whole number of at least 1");
		else
			ROW_FAULT(row, "value", value, "名次应为 1 至 %u 的整数（分管单位数）",
			    "expected a rank: a whole number of 1 to %u (the units supervised)",
			    count);
		return;
	}
	check->rankings[check->ranking_count++] =
	    (struct ranking){leader, (uint32_t)kind, rank, (uint32_t)row->index};
}

static void (*const value_checks[])(const struct row *, const char *, uint32_t, int) = {
    [LEADER_TIER] = check_value_tier,
    [LEADER_MARK] = check_value_mark,
    [LEADER_RANK] = check_value_rank,
};

static void
check_leader_mark(const struct row *row)
{
	const Jx__LeaderMark *mark = (const Jx__LeaderMark *)row->record;
	const struct scheme_kind *scheme_kind;
	uint32_t leader = leader_index_of(row, mark->leader);
	int kind = unit_kind_of(row, mark->unit), found;
	enum leader_method method;
	const char *rank;

	if (leader == ORDER_NOT_FOUND || kind < 0)
		return;
	rank = row->check->records->leaders[leader]->rank;
	if (rank == NULL || !is_rank(row->check->scheme, rank))
		return; /* the leader's own row has the fault */
	scheme_kind = &row->check->scheme->kinds[kind];
	found = scheme_rank_find(scheme_kind, rank);
	if (found < 0) {
		ROW_FAULT(row, "leader", mark->leader, "职级 %s 不评这类单位（leaders）",
		    "rank %s does not mark this kind of unit (leaders)", rank);
		return;
	}
	method = scheme_kind->ranks[found].method;
	if (mark->kind != NULL && strcmp(mark->kind, leader_method_code(method)) != 0)
		ROW_FAULT(row, "kind", mark->kind, "该职级对这类单位的评分方式应为 %s",
		    "expected %s, the method of this rank for this kind of unit",
		    leader_method_code(method));
	else if (mark->kind != NULL)
		value_checks[method](row, mark->value, leader, kind);
}

static void
check_bonus(const struct row *row)
{
	const Jx__Bonus *bonus = (const Jx__Bonus *)row->record;

	(void)unit_kind_of(row, bonus->unit);
	if (bonus->kind != NULL && scheme_bonus_find(row->check->scheme, bonus->kind) < 0)
		ROW_FAULT(row, "kind", bonus->kind, "不是方案中的加分项（bonus.kinds）",
		    "not a kind of bonus of the scheme (bonus.kinds)");
}

static void
check_veto(const struct row *row)
{
	const Jx__Veto *veto = (const Jx__Veto *)row->record;
	const struct scheme *scheme = row->check->scheme;

	(void)unit_kind_of(row, veto->unit);
	if (veto->kind != NULL &&
	    scheme_term_find(scheme->veto_kinds, scheme->veto_kind_count, veto->kind) < 0)
		ROW_FAULT(row, "kind", veto->kind, "不是方案中的否决项（veto.kinds）",
		    "not a kind of veto of the scheme (veto.kinds)");
}

static void
check_contribution(const struct row *row)
{
	const Jx__Contribution *contribution = (const Jx__Contribution *)row->record;
	const struct scheme *scheme = row->check->scheme;
	int kind = unit_kind_of(row, contribution->unit);

	if (kind >= 0 && kind != KIND_DEPARTMENT)
		ROW_FAULT(row, "unit", contribution->unit, "单项奖只评部门",
		    "single awards are for departments only");
	if (contribution->award != NULL && scheme_term_find(scheme->single.awards,
					       scheme->single.award_count, contribution->award) < 0)
		ROW_FAULT(row, "award", contribution->award, "不是方案中的单项奖（awards.single）",
		    "not a single award of the scheme (awards.single)");
}

static void (*const checks[RECORD_KIND_COUNT])(const struct row *) = {
    [RECORD_UNITS] = check_unit,
    [RECORD_LEADERS] = check_leader,
    [RECORD_SUPERVISION] = check_supervision,
    [RECORD_GOALS] = check_goal,
    [RECORD_BASIC] = check_basic,
    [RECORD_PROGRESS] = check_progress,
    [RECORD_VISITS] = check_visit,
    [RECORD_SELF] = check_self,
    [RECORD_COMMON] = check_common,
    [RECORD_BALLOTS] = check_ballot,
    [RECORD_GROUP] = check_group,
    [RECORD_LEADER_MARKS] = check_leader_mark,
    [RECORD_BONUS] = check_bonus,
    [RECORD_VETOES] = check_veto,
    [RECORD_CONTRIBUTIONS] = check_contribution,
};

void
refs_check(const struct row *row)
{
	checks[row->kind](row);
}
