/* What is owed from the leaders' session to the use of the result (R26–R33, R38). */
#include <string.h>

#include "deeds/duty.h"

/* ---- The leaders' session (R26, R27). */

static const Jx__Session *
session_of(const struct duty_walk *walk)
{
	return (const Jx__Session *)book_get(walk->book, PAPER_SESSIONS, "session");
}

/* Does the leader have anything to mark? A ranking goes over his own charge only. */
static bool
has_sheet(const struct book *book, const Jx__Leader *leader)
{
	const struct scheme *scheme = book_scheme(book);
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = (const Jx__Unit *)book_next(book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		int kind = book_unit_kind(book, unit->unit);
		int rank = kind < 0 ? -1 : scheme_rank_find(&scheme->kinds[kind], deed_str(leader->rank));

		if (rank >= 0 && (scheme->kinds[kind].ranks[rank].method != LEADER_RANK ||
				     book_supervises(book, leader->leader, unit->unit)))
			return true;
	}
	return false;
}

/* Those who have a sheet to seal and have not. */
static const Jx__Leader *
next_leader(const struct duty_walk *walk, size_t *cursor)
{
	const Jx__Leader *leader;

	while ((leader = (const Jx__Leader *)book_next(walk->book, RECORD_LEADERS, NULL, cursor)) != NULL) {
		const Jx__Sheet *sheet = (const Jx__Sheet *)book_get(walk->book, PAPER_SHEETS, leader->leader);

		if ((sheet == NULL || (!deed_is(sheet->state, "sealed") && !deed_is(sheet->state, "merged"))) &&
		    has_sheet(walk->book, leader))
			return leader;
	}
	return NULL;
}

static void
each_session_to_open(struct duty_walk *walk)
{
	if (session_of(walk) == NULL)
		duty_owe(walk, (struct duty_item){.unit = NULL});
}

static void
each_sheet(struct duty_walk *walk)
{
	const Jx__Leader *leader;
	size_t cursor = 0;

	/* Also when the session is closed: an absent leader marks later. */
	while (session_of(walk) != NULL && (leader = next_leader(walk, &cursor)) != NULL)
		duty_owe(walk, (struct duty_item){.subject = leader->leader});
}

static void
each_session_to_close(struct duty_walk *walk)
{
	const Jx__Session *session = session_of(walk);
	struct duty_item item = {.object = "session"};
	size_t cursor = 0, count = 0;

	if (session == NULL || !deed_is(session->state, "open"))
		return;
	while (next_leader(walk, &cursor) != NULL)
		count++;
	if (count > 0) {
		item.waits_zh = arena_printf(walk->arena, "还有%zu位领导未提交评分表", count);
		item.waits_en = arena_printf(walk->arena, "the sheets of %zu leaders", count);
	}
	duty_owe(walk, item);
}

/* ---- The result (R32, R33). */

static const Jx__Outcome *
outcome_of(const struct duty_walk *walk)
{
	return (const Jx__Outcome *)book_get(walk->book, PAPER_OUTCOMES, "result");
}

static bool
outcome_is(const struct duty_walk *walk, const char *state)
{
	const Jx__Outcome *outcome = outcome_of(walk);

	return outcome != NULL && deed_is(outcome->state, state);
}

/* Once the leaders have marked; and again, when it came back. */
static void
each_outcome_to_draft(struct duty_walk *walk)
{
	const Jx__Session *session = session_of(walk);
	bool is_marked = session != NULL && deed_is(session->state, "closed");

	if (outcome_of(walk) == NULL ? is_marked : outcome_is(walk, "returned"))
		duty_owe(walk, (struct duty_item){.unit = NULL});
}

/* Names that a department has not given its opinion on, on this version of the line. */
static size_t
each_consent_missing(struct duty_walk *walk, const char *by, bool is_owed)
{
	const Jx__AwardLine *line;
	size_t cursor = 0, count = 0;

	while ((line = (const Jx__AwardLine *)book_next(walk->book, PAPER_AWARD_LINES, NULL, &cursor)) != NULL) {
		const Jx__Consent *consent =
		    (const Jx__Consent *)book_get(walk->book, PAPER_CONSENTS, line->unit, line->award, by);

		if (deed_is(line->state, "withdrawn") ||
		    (consent != NULL && deed_is(consent->content, line->content)))
			continue;
		count++;
		if (is_owed)
			duty_owe(walk,
			    (struct duty_item){.unit = line->unit, .object = line->award, .subject = by});
	}
	return count;
}

static void
each_consent(struct duty_walk *walk)
{
	if (!outcome_is(walk, "draft"))
		return;
	each_consent_missing(walk, "discipline", true);
	each_consent_missing(walk, "organisation", true);
}

static void
each_outcome_to_consult(struct duty_walk *walk)
{
	struct duty_item item = {.unit = NULL};
	size_t count;

	if (!outcome_is(walk, "draft"))
		return;
	count = each_consent_missing(walk, "discipline", false) + each_consent_missing(walk, "organisation", false);
	if (count > 0) {
		item.waits_zh = arena_printf(walk->arena, "纪检、组织部门还有%zu条意见未提出", count);
		item.waits_en = arena_printf(walk->arena, "%zu opinions of the departments consulted", count);
	}
	duty_owe(walk, item);
}

static size_t
open_objections(const struct duty_walk *walk)
{
	const Jx__Objection *objection;
	size_t cursor = 0, count = 0;

	while ((objection = (const Jx__Objection *)book_next(walk->book, PAPER_OBJECTIONS, NULL, &cursor)) != NULL)
		count += deed_is(objection->state, "open");
	return count;
}

static void
each_outcome_to_publish(struct duty_walk *walk)
{
	size_t count = open_objections(walk);
	struct duty_item item = {.unit = NULL};

	if (!outcome_is(walk, "public"))
		return;
	if (walk->now_us < outcome_of(walk)->until_us) {
		item.waits_zh = "公示期未满";
		item.waits_en = "the end of its publicity";
	} else if (count > 0) {
		item.waits_zh = arena_printf(walk->arena, "还有%zu件异议未答复", count);
		item.waits_en = arena_printf(walk->arena, "%zu objections without an answer", count);
	}
	duty_owe(walk, item);
}

/* ---- Use (R38). */

static void
each_measure(struct duty_walk *walk)
{
	const Jx__Unit *unit;
	size_t cursor = 0;

	while (book_is_published(walk->book) &&
	       (unit = (const Jx__Unit *)book_next(walk->book, RECORD_UNITS, NULL, &cursor)) != NULL) {
		const Jx__Measure *measure;
		size_t measures = 0, count = 0;

		while ((measure = (const Jx__Measure *)book_next(
			    walk->book, PAPER_MEASURES, unit->unit, &measures)) != NULL) {
			count++;
			if (measure->done < 100)
				duty_owe(walk, (struct duty_item){.unit = unit->unit,
						   .object = measure->measure,
						   .due_us = deed_date_end(measure->due)});
		}
		if (count == 0)
			duty_owe(walk, (struct duty_item){.unit = unit->unit});
	}
}

/* clang-format off */
static const struct duty rows[] = {
	{.code = "session.open", .zh = "召开领导评估会议", .en = "open the leaders' session", .role = ROLE_OFFICE, .phase = "leaders",
	    .each = each_session_to_open, .requirement = "R26"},
	{.code = "sheet.seal", .zh = "提交领导评分表", .en = "seal the leader's sheet", .role = ROLE_LEADER, .helpers = ROLE_SECRETARY,
	    .owner = DUTY_OF_SUBJECT, .phase = "leaders", .each = each_sheet, .requirement = "R27"},
	{.code = "session.close", .zh = "结束领导评估会议", .en = "close the leaders' session", .role = ROLE_OFFICE, .phase = "leaders",
	    .each = each_session_to_close, .requirement = "R27"},
	{.code = "outcome.draft", .zh = "拟定评估结果", .en = "draft the result", .role = ROLE_OFFICE,
	    .each = each_outcome_to_draft, .requirement = "R32"},
	{.code = "consent.give", .zh = "对奖励名单提出意见", .en = "give an opinion on the award list", .role = ROLE_REVIEWER,
	    .owner = DUTY_OF_SUBJECT, .each = each_consent, .requirement = "R33"},
	{.code = "outcome.consulted", .zh = "完成征求意见", .en = "close the consultation", .role = ROLE_OFFICE,
	    .each = each_outcome_to_consult, .requirement = "R33"},
	{.code = "outcome.confirm", .zh = "审定评估结果", .en = "confirm the result", .role = ROLE_COMMITTEE,
	    .kind = PAPER_OUTCOMES, .states = {"consulted"}, .requirement = "R32"},
	{.code = "outcome.publicise", .zh = "公示评估结果", .en = "publicise the result", .role = ROLE_OFFICE,
	    .kind = PAPER_OUTCOMES, .states = {"confirmed"}, .requirement = "R32"},
	{.code = "objection.answer", .zh = "答复公示异议", .en = "answer the objection", .role = ROLE_OFFICE,
	    .kind = PAPER_OBJECTIONS, .states = {"open"}, .object = "objection", .requirement = "R32"},
	{.code = "outcome.publish", .zh = "公布评估结果", .en = "publish the result", .role = ROLE_OFFICE,
	    .each = each_outcome_to_publish, .requirement = "R32"},
	{.code = "promise.settle", .zh = "核定承诺兑现情况", .en = "mark the promise", .role = ROLE_OFFICE, .after_end = true,
	    .kind = PAPER_PROMISES, .states = {"open"}, .object = "promise", .requirement = "R38"},
	{.code = "measure.push", .zh = "制定或完成整改措施", .en = "take measures", .role = ROLE_CLERK, .helpers = ROLE_HEAD | ROLE_FUNCTIONAL,
	    .owner = DUTY_OF_UNIT, .after_end = true, .each = each_measure, .requirement = "R38"},
};
/* clang-format on */

const struct duty_part duty_result_part = {rows, sizeof rows / sizeof *rows};
