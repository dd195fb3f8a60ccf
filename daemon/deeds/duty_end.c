/* What is owed at the year's end: reports, claims, marks, cards, the leaders' session (R16–R29, R35). */
#include <string.h>

#include "deeds/duty.h"
#include "deeds/poll.h"

static const Jx__Unit *
next_unit(const struct duty_walk *walk, size_t *cursor)
{
	return (const Jx__Unit *)book_next(walk->book, RECORD_UNITS, NULL, cursor);
}

static const Jx__SelfReport *
self_report(const struct duty_walk *walk, const char *unit)
{
	return (const Jx__SelfReport *)book_get(walk->book, PAPER_SELF_REPORTS, unit);
}

static void
each_self(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, &cursor)) != NULL) {
		const Jx__SelfReport *report = self_report(walk, unit->unit);

		if (report == NULL || !deed_is(report->state, "sent"))
			duty_owe(walk, (struct duty_item){.unit = unit->unit});
	}
}

/* ---- Claims (R17, R18). */

static const Jx__Claim *
next_claim(const struct duty_walk *walk, const char *unit, size_t *cursor)
{
	return (const Jx__Claim *)book_next(walk->book, PAPER_CLAIMS, unit, cursor);
}

static void
each_unit_without_claims(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, &cursor)) != NULL) {
		const Jx__SelfReport *report = self_report(walk, unit->unit);
		size_t claims = 0;

		if (next_claim(walk, unit->unit, &claims) == NULL &&
		    (report == NULL || !deed_is(report->no_claims, "yes")))
			duty_owe(walk, (struct duty_item){.unit = unit->unit});
	}
}

/* Consent hangs on what the unit has written, not on how the claim fares. */
static bool
has_consent(const struct duty_walk *walk, const Jx__Claim *claim)
{
	static const char *const without[] = {
	    "state", "leader", "content", "late", "document", "reason", "public_us", "note", "at_us", NULL};

	return !deed_is(claim->leader, "") &&
	       deed_is(claim->content, deed_content(walk->arena, PAPER_CLAIMS, &claim->base, without));
}

static bool
lacks_consent(const struct duty_walk *walk, const Jx__Claim *claim)
{
	return duty_is_of(walk->book, DUTY_DEPARTMENTS, claim->unit) && !has_consent(walk, claim);
}

static void
each_claim_to_submit(struct duty_walk *walk)
{
	const Jx__Claim *claim;
	size_t cursor = 0;

	while ((claim = next_claim(walk, NULL, &cursor)) != NULL) {
		struct duty_item item = {.unit = claim->unit, .object = claim->kind};

		if (!deed_is(claim->state, "draft"))
			continue;
		if (lacks_consent(walk, claim)) {
			item.waits_zh = "等分管领导同意";
			item.waits_en = "the consent of the leader in charge";
		}
		duty_owe(walk, item);
	}
}

static void
each_claim_to_consent(struct duty_walk *walk)
{
	const Jx__Claim *claim;
	size_t cursor = 0;

	while ((claim = next_claim(walk, NULL, &cursor)) != NULL) {
		const Jx__Supervision *pair;
		size_t pairs = 0;

		if (!deed_is(claim->state, "draft") || !lacks_consent(walk, claim))
			continue;
		while ((pair = (const Jx__Supervision *)book_next(walk->book, RECORD_SUPERVISION, NULL, &pairs)) !=
		       NULL)
			if (deed_is(pair->unit, claim->unit))
				duty_owe(walk, (struct duty_item){.unit = claim->unit,
						   .object = claim->kind,
						   .subject = pair->leader});
	}
}

static void
each_claim_to_grant(struct duty_walk *walk)
{
	uint64_t days = book_scheme(walk->book)->calendar.publicity_days;
	const Jx__Claim *claim;
	size_t cursor = 0;

	while ((claim = next_claim(walk, NULL, &cursor)) != NULL) {
		struct duty_item item = {.unit = claim->unit, .object = claim->kind};

		if (!deed_is(claim->state, "publicised"))
			continue;
		if (walk->now_us < claim->public_us + days * UINT64_C(86400000000)) {
			item.waits_zh = "公示期未满";
			item.waits_en = "the end of its publicity";
		}
		duty_owe(walk, item);
	}
}

/* ---- Common items: each department its own, nobody itself (R20). */

struct common_line {
	const char *unit, *item, *by, *substitute;
	bool is_itself; /* the department would mark its own unit */
};

static void
each_common(struct duty_walk *walk, void (*fn)(struct duty_walk *, const struct common_line *))
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, &cursor)) != NULL) {
		int kind = book_unit_kind(walk->book, unit->unit);
		const struct scheme_kind *rules = kind < 0 ? NULL : &book_scheme(walk->book)->kinds[kind];

		for (size_t i = 0; rules != NULL && i < rules->common_count; i++)
			for (size_t j = 0; j < rules->common[i].set_by_count; j++) {
				struct common_line line = {
				    unit->unit, rules->common[i].code, rules->common[i].set_by[j], "", false};

				if (book_get(walk->book, RECORD_COMMON, line.unit, line.item, line.by) != NULL)
					continue;
				line.substitute = book_substitute(walk->book, line.unit, line.item, line.by);
				line.is_itself = deed_is(unit->name, line.by);
				fn(walk, &line);
			}
	}
}

static void
owe_common(struct duty_walk *walk, const struct common_line *line)
{
	struct duty_item item = {.unit = line->unit, .object = line->item, .subject = line->by, .account = line->substitute};

	if (line->is_itself && deed_is(line->substitute, "")) {
		item.subject = NULL;
		item.waits_zh = "等评估委员会指定替代评分人";
		item.waits_en = "the committee to name who marks instead";
	}
	duty_owe(walk, item);
}

static void
each_common_to_mark(struct duty_walk *walk)
{
	each_common(walk, owe_common);
}

static void
owe_substitute(struct duty_walk *walk, const struct common_line *line)
{
	if (line->is_itself && deed_is(line->substitute, ""))
		duty_owe(walk, (struct duty_item){.unit = line->unit, .object = line->item});
}

static void
each_common_to_substitute(struct duty_walk *walk)
{
	each_common(walk, owe_substitute);
}

/* ---- Evaluation groups (R23, R29). */

struct group_line {
	const Jx__Goal *goal;
	const char *evaluator;
	bool is_home, has_stand_in;
};

/* Who marks it: the member, or whoever stands in for him at his home unit. */
static struct group_line
line_of(const struct duty_walk *walk, const Jx__Goal *goal, const Jx__Member *member)
{
	const Jx__StandIn *stand_in =
	    (const Jx__StandIn *)book_get(walk->book, PAPER_STAND_INS, goal->unit, member->evaluator);

	return (struct group_line){.goal = goal,
	    .evaluator = stand_in != NULL ? stand_in->instead : member->evaluator,
	    .is_home = deed_is(member->home, goal->unit),
	    .has_stand_in = stand_in != NULL};
}

static void
each_line_of(struct duty_walk *walk, const Jx__Goal *goal, const char *class,
    void (*fn)(struct duty_walk *, const struct group_line *))
{
	const Jx__Team *team;
	size_t teams = 0;

	while ((team = (const Jx__Team *)book_next(walk->book, PAPER_TEAMS, NULL, &teams)) != NULL) {
		const Jx__Member *member;
		size_t members = 0;

		while (deed_is(team->class_, class) &&
		       (member = (const Jx__Member *)book_next(walk->book, PAPER_MEMBERS, team->team, &members)) !=
			   NULL) {
			struct group_line line = line_of(walk, goal, member);

			fn(walk, &line);
		}
	}
}

static void
each_line(struct duty_walk *walk, void (*fn)(struct duty_walk *, const struct group_line *))
{
	const char *unit = NULL, *class = "";
	const Jx__Goal *goal;
	size_t goals = 0;

	while ((goal = (const Jx__Goal *)book_next(walk->book, RECORD_GOALS, NULL, &goals)) != NULL) {
		if (unit == NULL || !deed_is(unit, goal->unit)) {
			unit = goal->unit;
			class = book_unit_class(walk->book, unit);
		}
		each_line_of(walk, goal, class, fn);
	}
}

static void
owe_group_mark(struct duty_walk *walk, const struct group_line *line)
{
	if ((line->has_stand_in || !line->is_home) &&
	    book_get(walk->book, RECORD_GROUP, line->goal->unit, line->goal->goal, line->evaluator) == NULL)
		duty_owe(walk, (struct duty_item){.unit = line->goal->unit,
				   .object = line->goal->goal,
				   .account = line->evaluator});
}

static void
each_goal_to_mark(struct duty_walk *walk)
{
	each_line(walk, owe_group_mark);
}

/* ---- Evaluation cards (R21): a batch for every voter group of every unit. */

static bool
has_stack(const struct book *book, const char *unit, const char *group)
{
	const Jx__Stack *stack;
	size_t cursor = 0;

	while ((stack = (const Jx__Stack *)book_next(book, PAPER_STACKS, NULL, &cursor)) != NULL)
		if (deed_is(stack->unit, unit) && deed_is(stack->group, group))
			return true;
	return false;
}

static bool
has_ballot(const struct book *book, const char *unit, const char *group)
{
	const Jx__Ballot *ballot;
	size_t cursor = 0;

	while ((ballot = (const Jx__Ballot *)book_next(book, RECORD_BALLOTS, unit, &cursor)) != NULL)
		if (deed_is(ballot->group, group))
			return true;
	return false;
}

static void
each_stack_to_open(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, &cursor)) != NULL) {
		int kind = book_unit_kind(walk->book, unit->unit);
		const struct scheme_kind *rules = kind < 0 ? NULL : &book_scheme(walk->book)->kinds[kind];

		for (size_t i = 0; rules != NULL && i < rules->voter_count; i++)
			if (!has_stack(walk->book, unit->unit, rules->voters[i].code) &&
			    !has_ballot(walk->book, unit->unit, rules->voters[i].code) &&
			    !poll_covers(walk->book, unit->unit, rules->voters[i].code))
				duty_owe(walk,
				    (struct duty_item){.unit = unit->unit, .object = rules->voters[i].code});
	}
}

/* ---- Single awards (R37): a field of which nothing was entered. */

static void
each_award_without_contributions(struct duty_walk *walk)
{
	const struct scheme *scheme = book_scheme(walk->book);

	for (size_t i = 0; scheme->single.present && i < scheme->single.award_count; i++) {
		size_t cursor = 0;

		if (book_next(walk->book, RECORD_CONTRIBUTIONS, scheme->single.awards[i].code, &cursor) == NULL)
			duty_owe(walk, (struct duty_item){.object = scheme->single.awards[i].code});
	}
}

/* clang-format off */
static const struct duty rows[] = {
	{.code = "self.send", .zh = "报送自我评估报告", .en = "send the self report", .role = ROLE_HEAD, .helpers = ROLE_CLERK | ROLE_FUNCTIONAL,
	    .owner = DUTY_OF_UNIT, .phase = "self", .each = each_self, .requirement = "R16 R19"},
	{.code = "claim.none", .zh = "申报奖项，或声明不申报", .en = "claim, or say that there is none", .role = ROLE_HEAD,
	    .helpers = ROLE_CLERK | ROLE_FUNCTIONAL, .owner = DUTY_OF_UNIT, .phase = "claims", .each = each_unit_without_claims, .requirement = "R17 R19"},
	{.code = "claim.submit", .zh = "报送奖项申请", .en = "submit the claim", .role = ROLE_HEAD, .helpers = ROLE_CLERK | ROLE_FUNCTIONAL,
	    .owner = DUTY_OF_UNIT, .phase = "claims", .each = each_claim_to_submit, .requirement = "R17 R19"},
	{.code = "claim.consent", .zh = "同意分管部门的奖项申请", .en = "consent to the claim", .role = ROLE_LEADER, .helpers = ROLE_SECRETARY,
	    .owner = DUTY_OF_SUBJECT, .phase = "claims", .each = each_claim_to_consent, .requirement = "R17"},
	{.code = "claim.screen", .zh = "初审奖项申请", .en = "screen the claim", .role = ROLE_OFFICE,
	    .kind = PAPER_CLAIMS, .states = {"claimed"}, .object = "kind", .requirement = "R18"},
	{.code = "claim.approve", .zh = "评审奖项申请", .en = "decide on the claim", .role = ROLE_COMMITTEE,
	    .kind = PAPER_CLAIMS, .states = {"screened"}, .object = "kind", .requirement = "R18"},
	{.code = "claim.publicise", .zh = "公示加分", .en = "publicise the bonus", .role = ROLE_OFFICE,
	    .kind = PAPER_CLAIMS, .states = {"approved"}, .object = "kind", .requirement = "R18"},
	{.code = "claim.grant", .zh = "公示期满，给予加分", .en = "grant the bonus", .role = ROLE_OFFICE, .each = each_claim_to_grant,
	    .requirement = "R18"},
	{.code = "veto.check", .zh = "核查一票否决事项", .en = "check the veto case", .role = ROLE_OFFICE,
	    .kind = PAPER_VETO_CASES, .states = {"alleged"}, .object = "kind", .requirement = "R35"},
	{.code = "veto.confirm", .zh = "决定一票否决事项", .en = "decide on the veto case", .role = ROLE_COMMITTEE,
	    .kind = PAPER_VETO_CASES, .states = {"checked"}, .object = "kind", .requirement = "R35"},
	{.code = "common.mark", .zh = "共性目标评分", .en = "mark the common item", .role = ROLE_FUNCTIONAL, .owner = DUTY_OF_SUBJECT,
	    .phase = "common", .each = each_common_to_mark, .requirement = "R20"},
	{.code = "common.substitute", .zh = "指定替代评分人", .en = "name who marks instead", .role = ROLE_COMMITTEE, .phase = "common",
	    .each = each_common_to_substitute, .requirement = "R20"},
	{.code = "contribution.push", .zh = "登记单项奖贡献", .en = "enter the contributions to the single award", .role = ROLE_OFFICE,
	    .phase = "common", .each = each_award_without_contributions, .requirement = "R37"},
	{.code = "figure.give", .zh = "提供核实数据", .en = "give the verified figure", .role = ROLE_FUNCTIONAL, .owner = DUTY_OF_SUBJECT,
	    .kind = PAPER_FIGURES, .states = {"asked"}, .object = "goal", .subject = "by", .requirement = "R24"},
	{.code = "group.mark", .zh = "评估重点工作目标", .en = "mark the key goal", .role = ROLE_EVALUATOR, .helpers = ROLE_LEAD,
	    .owner = DUTY_OF_ACCOUNT, .phase = "group", .each = each_goal_to_mark, .requirement = "R23 R29"},
	{.code = "stack.open", .zh = "印制发放评价卡", .en = "open a batch of cards", .role = ROLE_OFFICE, .phase = "democratic",
	    .each = each_stack_to_open, .requirement = "R21"},
	{.code = "stack.count", .zh = "清点评价卡", .en = "count the cards", .role = ROLE_OFFICE, .phase = "democratic",
	    .kind = PAPER_STACKS, .states = {"open"}, .object = "stack", .requirement = "R21"},
	{.code = "stack.enter", .zh = "录入评价卡，两遍一致", .en = "enter the cards, twice alike", .role = ROLE_OFFICE, .phase = "democratic",
	    .kind = PAPER_STACKS, .states = {"counted", "first", "differs"}, .object = "stack", .requirement = "R21"},
};
/* clang-format on */

const struct duty_part duty_end_part = {rows, sizeof rows / sizeof *rows};
