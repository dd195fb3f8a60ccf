/* Every obligation of the table appears when it is owed and vanishes when it is settled (R10, R45). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "deeds/duty.h"
#include "world.h"

static struct world *w;
static bool appeared[128], vanished[128];

static void
set_up(void)
{
	w = world_new();
	world_at(w, "2010-04-01", 9);
	memset(appeared, 0, sizeof appeared);
	memset(vanished, 0, sizeof vanished);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(duty, .init = set_up, .fini = tear_down);

static void
open_phase(const char *phase)
{
	char pair[64];

	snprintf(pair, sizeof pair, "phase=%s", phase);
	world_put(w, PAPER_PHASES, pair, "state=open");
}

static size_t
index_of(const char *code)
{
	for (size_t i = 0; i < duty_count(); i++)
		if (strcmp(duty_at(i)->code, code) == 0)
			return i;
	cr_assert_fail("no duty %s", code);
	return 0;
}

/* Is it on the office's list of all? waits: "" when it is its owner's turn, else anything. */
static bool
is_owed(const char *code, const char *unit, const char *object, const char *owner)
{
	char cells[4][128];

	snprintf(cells[0], sizeof cells[0], "deed=%s", code);
	snprintf(cells[1], sizeof cells[1], "unit=%s", unit);
	snprintf(cells[2], sizeof cells[2], "object=%s", object);
	snprintf(cells[3], sizeof cells[3], "owner=%s", owner);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "owed", NULL), JX_OK);
	return world_has_row(w, cells[0], cells[1], cells[2], cells[3]);
}

#define APPEARS(code, unit, object, owner) appears(code, unit, object, owner, __LINE__)
#define VANISHES(code, unit, object, owner) vanishes(code, unit, object, owner, __LINE__)

static void
appears(const char *code, const char *unit, const char *object, const char *owner, int line)
{
	cr_assert(is_owed(code, unit, object, owner), "line %d: %s %s %s %s is not owed", line, code, unit, object, owner);
	appeared[index_of(code)] = true;
}

static void
vanishes(const char *code, const char *unit, const char *object, const char *owner, int line)
{
	cr_assert(appeared[index_of(code)], "line %d", line);
	cr_assert_not(is_owed(code, unit, object, owner), "line %d: %s %s %s %s is still owed", line, code, unit, object, owner);
	vanished[index_of(code)] = true;
}

static bool
waits(const char *code, const char *unit)
{
	char cells[2][128];

	snprintf(cells[0], sizeof cells[0], "deed=%s", code);
	snprintf(cells[1], sizeof cells[1], "unit=%s", unit);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "owed", NULL), JX_OK);
	return world_has_row(w, cells[0], cells[1], "state=waits");
}

static const char *
content_of(enum record_kind kind, const ProtobufCMessage *record, const char *const *without)
{
	return arena_printf(w->arena, "content=%s", deed_content(w->arena, kind, record, without));
}

static void
plan_of(const char *unit, const char *state, const char *answer)
{
	char cells[3][64];

	snprintf(cells[0], sizeof cells[0], "unit=%s", unit);
	snprintf(cells[1], sizeof cells[1], "state=%s", state);
	snprintf(cells[2], sizeof cells[2], "answer=%s", deed_str(answer));
	if (answer == NULL)
		world_put(w, PAPER_PLANS, cells[0], cells[1]);
	else
		world_put(w, PAPER_PLANS, cells[0], cells[1], cells[2]);
}

/* R02: the city's part drafted by the office, the rest by the county; answered; all confirmed together; issued. */
static void
counties(void)
{
	APPEARS("phase.open", "", "goals", "");
	open_phase("goals");
	VANISHES("phase.open", "", "goals", "");
	APPEARS("county.push", "X1", "", "");
	APPEARS("goals.push", "X1", "", "X1");
	APPEARS("county.submit", "X1", "", "X1");
	cr_assert(waits("county.submit", "X1"));
	cr_assert_not(is_owed("county.answer", "X1", "", "X1"), "there is nothing to answer yet");
	plan_of("X1", "draft", NULL);
	world_put(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G1", "title=t", "part=main", "points=71.99", "duty=lead");
	APPEARS("county.push", "X1", "", "");
	world_put(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G1", "title=t", "part=main", "points=72", "duty=lead");
	VANISHES("county.push", "X1", "", "");
	cr_assert_not(waits("county.submit", "X1"));
	APPEARS("county.answer", "X1", "", "X1");
	world_put(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G2", "title=t", "part=innovation", "points=17.99", "duty=lead");
	APPEARS("goals.push", "X1", "", "X1");
	world_put(w, PAPER_PLAN_GOALS, "unit=X1", "goal=G2", "title=t", "part=innovation", "points=18", "duty=lead");
	VANISHES("goals.push", "X1", "", "X1");
	plan_of("X1", "submitted", NULL);
	VANISHES("county.submit", "X1", "", "X1");
	APPEARS("county.answer", "X1", "", "X1");
	APPEARS("county.confirm", "X1", "", "");
	cr_assert(waits("county.confirm", "X1"));
	plan_of("X2", "submitted", "agreed");
	plan_of("X3", "submitted", "agreed");
	cr_assert(waits("county.confirm", "X1"));
	cr_assert_not(waits("county.confirm", "X2"));
	w->now_us = deed_date_end("2010-04-20"); /* its silence is recorded */
	cr_assert_not(waits("county.confirm", "X1"));
	world_at(w, "2010-04-01", 9);
	plan_of("X1", "submitted", "comments");
	VANISHES("county.answer", "X1", "", "X1");
	cr_assert_not(waits("county.confirm", "X1"));
	cr_assert_not(is_owed("plan.assign", "X1", "", ""), "a county has no reviewers");
	plan_of("X1", "confirmed", "comments");
	VANISHES("county.confirm", "X1", "", "");
	APPEARS("county.issue", "X1", "", "");
	cr_assert_not(is_owed("plan.issue", "X1", "", ""));
	plan_of("X1", "issued", "comments");
	VANISHES("county.issue", "X1", "", "");
}

static void
opinion(const char *by, const char *content)
{
	char pair[64];

	snprintf(pair, sizeof pair, "by=%s", by);
	world_put(w, PAPER_OPINIONS, "unit=E1", "goal=G1", pair, "verdict=agree", content);
}

/* R05: opinions and approvals hang on the content of one goal. */
static void
departments(void)
{
	const ProtobufCMessage *goal;
	const char *content;

	world_put(w, RECORD_UNITS, "unit=E9", "name=新局", "class=economy");
	APPEARS("supervision.set", "E9", "", "");
	world_put(w, RECORD_SUPERVISION, "leader=L2", "unit=E9");
	VANISHES("supervision.set", "E9", "", "");
	APPEARS("plan.submit", "E1", "", "E1");
	world_put(w, PAPER_PLANS, "unit=E1", "state=returned");
	APPEARS("plan.submit", "E1", "", "E1");
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=t", "part=duty", "points=80", "duty=lead");
	world_put(w, PAPER_PLANS, "unit=E1", "state=submitted");
	VANISHES("plan.submit", "E1", "", "E1");
	APPEARS("plan.assign", "E1", "", "");
	world_put(w, PAPER_REVIEWERS, "unit=E1", "by=监察局");
	world_put(w, PAPER_REVIEWERS, "unit=E1", "by=审计局");
	world_put(w, PAPER_PLANS, "unit=E1", "state=review");
	VANISHES("plan.assign", "E1", "", "");
	APPEARS("plan.opine", "E1", "G1", "监察局");
	goal = book_get(w->book, PAPER_PLAN_GOALS, "E1", "G1");
	content = content_of(PAPER_PLAN_GOALS, goal, NULL);
	opinion("监察局", content);
	VANISHES("plan.opine", "E1", "G1", "监察局");
	APPEARS("plan.opine", "E1", "G1", "审计局");
	APPEARS("plan.pass", "E1", "", "");
	cr_assert(waits("plan.pass", "E1"));
	opinion("审计局", content);
	cr_assert_not(waits("plan.pass", "E1"));
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=another", "part=duty", "points=80", "duty=lead");
	APPEARS("plan.opine", "E1", "G1", "监察局");
	world_put(w, PAPER_PLANS, "unit=E1", "state=passed");
	VANISHES("plan.opine", "E1", "G1", "监察局");
	VANISHES("plan.pass", "E1", "", "");
	APPEARS("plan.approve", "E1", "", "L2");
	goal = book_get(w->book, PAPER_PLAN_GOALS, "E1", "G1");
	world_put(w, PAPER_APPROVALS, "unit=E1", "goal=G1", "leader=L2", content);
	APPEARS("plan.approve", "E1", "", "L2");
	world_put(w, PAPER_APPROVALS, "unit=E1", "goal=G1", "leader=L2", content_of(PAPER_PLAN_GOALS, goal, NULL));
	VANISHES("plan.approve", "E1", "", "L2");
	world_put(w, PAPER_PLANS, "unit=E1", "state=approved");
	APPEARS("plan.confirm", "E1", "", "");
	world_put(w, PAPER_PLANS, "unit=E1", "state=confirmed");
	VANISHES("plan.confirm", "E1", "", "");
	APPEARS("plan.issue", "E1", "", "");
	world_put(w, PAPER_PLANS, "unit=E1", "state=issued");
	VANISHES("plan.issue", "E1", "", "");
}

static void
method(const char *kind, const char *item, const char *by, const char *document)
{
	char cells[3][64];

	snprintf(cells[0], sizeof cells[0], "kind=%s", kind);
	snprintf(cells[1], sizeof cells[1], "item=%s", item);
	snprintf(cells[2], sizeof cells[2], "by=%s", by);
	if (document == NULL)
		world_put(w, PAPER_METHODS, cells[0], cells[1], cells[2], "text=办法");
	else
		world_put(w, PAPER_METHODS, cells[0], cells[1], cells[2], "text=办法", "document=D1");
}

static void
methods(const char *document)
{
	method("county", "discipline", "监察局", document);
	method("county", "discipline", "审计局", document);
	method("county", "safety", "安监局", document);
	method("department", "discipline", "监察局", document);
	method("department", "discipline", "审计局", document);
	method("department", "capacity", "人事局", document);
}

/* R07, R08, R09, R11. */
static void
common_and_steps(void)
{
	APPEARS("method.push", "", "county.safety", "安监局");
	APPEARS("common.issue", "", "", "");
	cr_assert(waits("common.issue", ""));
	methods(NULL);
	VANISHES("method.push", "", "county.safety", "安监局");
	cr_assert_not(waits("common.issue", ""));
	methods("D1");
	VANISHES("common.issue", "", "", "");
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G1", "title=another", "part=duty", "points=80", "duty=lead");
	APPEARS("step.push", "E1", "G1", "E1");
	world_put(w, PAPER_STEPS, "unit=E1", "goal=G1", "step=1", "who=甲", "what=乙",
	    content_of(PAPER_PLAN_GOALS, book_get(w->book, PAPER_PLAN_GOALS, "E1", "G1"), NULL));
	VANISHES("step.push", "E1", "G1", "E1");
	/* Adjusted: the decomposition has to be renewed. */
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G1", "title=third", "part=duty", "points=80", "duty=lead");
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=third", "part=duty", "points=80", "duty=lead");
	APPEARS("step.push", "E1", "G1", "E1");
	world_put(w, PAPER_ADJUSTMENTS, "unit=E1", "adjustment=A1", "state=requested", "ground=other", "origin=unit");
	APPEARS("adjust.accept", "E1", "A1", "");
	world_put(w, PAPER_ADJUSTMENTS, "unit=E1", "adjustment=A1", "state=accepted", "ground=other", "origin=unit");
	VANISHES("adjust.accept", "E1", "A1", "");
	APPEARS("adjust.apply", "E1", "A1", "");
	world_put(w, PAPER_ADJUSTMENTS, "unit=E1", "adjustment=A1", "state=applied", "ground=other", "origin=unit");
	VANISHES("adjust.apply", "E1", "A1", "");
}

/* R12–R15. */
static void
through_the_year(void)
{
	open_phase("basic");
	open_phase("progress");
	APPEARS("basic.mark", "X1", "daily", "");
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=0");
	VANISHES("basic.mark", "X1", "daily", "");
	APPEARS("round.open", "", "2", "");
	world_put(w, PAPER_ROUNDS, "round=1", "state=open", "due_us=9999999999999999");
	VANISHES("round.open", "", "1", "");
	APPEARS("report.send", "X1", "1", "X1");
	APPEARS("progress.mark", "X1", "1", "");
	cr_assert(waits("progress.mark", "X1"));
	world_put(w, PAPER_ROUND_REPORTS, "unit=X1", "round=1", "state=returned");
	APPEARS("report.send", "X1", "1", "X1");
	world_put(w, PAPER_ROUND_REPORTS, "unit=X1", "round=1", "state=sent");
	VANISHES("report.send", "X1", "1", "X1");
	cr_assert_not(waits("progress.mark", "X1"));
	world_put(w, RECORD_PROGRESS, "unit=X1", "round=1", "mark=0");
	VANISHES("progress.mark", "X1", "1", "");
	world_put(w, PAPER_ROUNDS, "round=1", "state=closed");
	cr_assert_not(waits("progress.mark", "X2"), "a closed round is marked without a report");
	world_put(w, PAPER_DRAWS, "draw=D1", "state=committed", "commitment=c");
	APPEARS("draw.reveal", "", "D1", "");
	world_put(w, PAPER_DRAWS, "draw=D1", "state=revealed", "commitment=c");
	VANISHES("draw.reveal", "", "D1", "");
	world_put(w, PAPER_VISIT_PLANS, "visit=V1", "unit=X1", "state=planned");
	APPEARS("visit.mark", "X1", "V1", "");
	world_put(w, PAPER_VISIT_PLANS, "visit=V1", "unit=X1", "state=dropped");
	VANISHES("visit.mark", "X1", "V1", "");
	world_put(w, PAPER_FINDINGS, "finding=F1", "unit=X1", "source=visit", "text=t", "state=open");
	APPEARS("finding.answer", "X1", "F1", "X1");
	world_put(w, PAPER_FINDINGS, "finding=F1", "unit=X1", "source=visit", "text=t", "state=answered");
	VANISHES("finding.answer", "X1", "F1", "X1");
	APPEARS("finding.close", "X1", "F1", "");
	world_put(w, PAPER_FINDINGS, "finding=F1", "unit=X1", "source=visit", "text=t", "state=closed");
	VANISHES("finding.close", "X1", "F1", "");
}

#define CLAIM "unit=E1", "kind=innovation", "facts=f", "evidence=e", "dated=2010-05-01"

/* R16–R18: a claim of a department needs the consent of a leader in charge, on what it says. */
static void
reports_and_claims(void)
{
	static const char *const without[] = {
	    "state", "leader", "content", "late", "document", "reason", "public_us", "note", "at_us", NULL};
	const char *content;
	char pair[64];

	open_phase("self");
	open_phase("claims");
	APPEARS("self.send", "E1", "", "E1");
	world_put(w, PAPER_SELF_REPORTS, "unit=E1", "state=sent", "statement=s");
	VANISHES("self.send", "E1", "", "E1");
	APPEARS("claim.none", "E1", "", "E1");
	APPEARS("claim.none", "E2", "", "E2");
	world_put(w, PAPER_SELF_REPORTS, "unit=E2", "state=draft", "statement=s", "no_claims=yes");
	VANISHES("claim.none", "E2", "", "E2");
	world_put(w, PAPER_CLAIMS, CLAIM, "state=draft");
	VANISHES("claim.none", "E1", "", "E1");
	APPEARS("claim.submit", "E1", "innovation", "E1");
	cr_assert(waits("claim.submit", "E1"));
	APPEARS("claim.consent", "E1", "innovation", "L2");
	content = content_of(PAPER_CLAIMS, book_get(w->book, PAPER_CLAIMS, "E1", "innovation"), without);
	world_put(w, PAPER_CLAIMS, CLAIM, "state=draft", "leader=L2", content);
	VANISHES("claim.consent", "E1", "innovation", "L2");
	cr_assert_not(waits("claim.submit", "E1"));
	world_put(w, PAPER_CLAIMS, CLAIM, "state=draft", "minutes=M1", "leader=L2", content);
	APPEARS("claim.consent", "E1", "innovation", "L2");
	world_put(w, PAPER_CLAIMS, CLAIM, "state=claimed");
	VANISHES("claim.submit", "E1", "innovation", "E1");
	APPEARS("claim.screen", "E1", "innovation", "");
	world_put(w, PAPER_CLAIMS, CLAIM, "state=screened");
	VANISHES("claim.screen", "E1", "innovation", "");
	APPEARS("claim.approve", "E1", "innovation", "");
	world_put(w, PAPER_CLAIMS, CLAIM, "state=approved");
	VANISHES("claim.approve", "E1", "innovation", "");
	APPEARS("claim.publicise", "E1", "innovation", "");
	snprintf(pair, sizeof pair, "public_us=%llu", (unsigned long long)w->now_us);
	world_put(w, PAPER_CLAIMS, CLAIM, "state=publicised", pair);
	VANISHES("claim.publicise", "E1", "innovation", "");
	APPEARS("claim.grant", "E1", "innovation", "");
	cr_assert(waits("claim.grant", "E1"));
	w->now_us += UINT64_C(7) * 86400000000 - 1;
	cr_assert(waits("claim.grant", "E1"));
	w->now_us++;
	cr_assert_not(waits("claim.grant", "E1"));
	world_put(w, PAPER_CLAIMS, CLAIM, "state=granted");
	VANISHES("claim.grant", "E1", "innovation", "");
}

/* R20, R24, R35. */
static void
marks_of_departments(void)
{
	world_put(w, PAPER_VETO_CASES, "unit=X1", "kind=crime", "state=alleged", "facts=f");
	APPEARS("veto.check", "X1", "crime", "");
	world_put(w, PAPER_VETO_CASES, "unit=X1", "kind=crime", "state=checked", "facts=f");
	VANISHES("veto.check", "X1", "crime", "");
	APPEARS("veto.confirm", "X1", "crime", "");
	world_put(w, PAPER_VETO_CASES, "unit=X1", "kind=crime", "state=dismissed", "facts=f");
	VANISHES("veto.confirm", "X1", "crime", "");
	open_phase("common");
	APPEARS("common.mark", "X1", "safety", "安监局");
	world_put(w, RECORD_COMMON, "unit=X1", "item=safety", "by=安监局", "points=1");
	VANISHES("common.mark", "X1", "safety", "安监局");
	APPEARS("contribution.push", "", "investment", "");
	world_put(w, RECORD_CONTRIBUTIONS, "award=investment", "unit=E1", "contribution=0");
	VANISHES("contribution.push", "", "investment", "");
	/* A department never marks itself: the committee names who does. */
	world_put(w, RECORD_UNITS, "unit=E3", "name=人事局", "class=economy");
	APPEARS("common.substitute", "E3", "capacity", "");
	cr_assert_not(is_owed("common.mark", "E3", "capacity", "人事局"));
	cr_assert(waits("common.mark", "E3"));
	world_put(w, PAPER_SUBSTITUTES, "unit=E3", "item=capacity", "by=人事局", "account=instead");
	VANISHES("common.substitute", "E3", "capacity", "");
	APPEARS("common.mark", "E3", "capacity", "instead");
	world_put(w, PAPER_FIGURES, "unit=X1", "goal=G1", "by=安监局", "state=asked");
	APPEARS("figure.give", "X1", "G1", "安监局");
	world_put(w, PAPER_FIGURES, "unit=X1", "goal=G1", "by=安监局", "state=given", "value=1");
	VANISHES("figure.give", "X1", "G1", "安监局");
}

/* R21, R23, R29. */
static void
groups_and_cards(void)
{
	open_phase("group");
	open_phase("democratic");
	world_put(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=P1", "home=E1");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=P2");
	cr_assert_not(is_owed("group.mark", "E1", "G1", "P1"), "nobody marks his own home unit");
	APPEARS("group.mark", "E1", "G1", "P2");
	world_put(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=P2", "points=1");
	VANISHES("group.mark", "E1", "G1", "P2");
	world_put(w, PAPER_STAND_INS, "unit=E1", "evaluator=P1", "instead=P9");
	APPEARS("group.mark", "E1", "G1", "P9");
	cr_assert_not(is_owed("group.mark", "E1", "G1", "P1"));
	APPEARS("stack.open", "X1", "public", "");
	world_put(w, PAPER_STACKS, "stack=S1", "unit=X1", "group=public", "state=open");
	VANISHES("stack.open", "X1", "public", "");
	APPEARS("stack.count", "X1", "S1", "");
	world_put(w, PAPER_STACKS, "stack=S1", "unit=X1", "group=public", "state=counted");
	VANISHES("stack.count", "X1", "S1", "");
	APPEARS("stack.enter", "X1", "S1", "");
	world_put(w, PAPER_STACKS, "stack=S1", "unit=X1", "group=public", "state=differs");
	APPEARS("stack.enter", "X1", "S1", "");
	world_put(w, PAPER_STACKS, "stack=S1", "unit=X1", "group=public", "state=agreed");
	VANISHES("stack.enter", "X1", "S1", "");
}

/* R26, R27. */
static void
leaders_session(void)
{
	open_phase("leaders");
	APPEARS("session.open", "", "", "");
	cr_assert_not(is_owed("outcome.draft", "", "", ""), "the leaders have not marked");
	cr_assert_not(is_owed("sheet.seal", "", "", "L1"));
	world_put(w, PAPER_SESSIONS, "session=session", "state=open");
	VANISHES("session.open", "", "", "");
	APPEARS("sheet.seal", "", "", "L1");
	APPEARS("session.close", "", "session", "");
	cr_assert(waits("session.close", ""));
	world_put(w, PAPER_SHEETS, "leader=L1", "state=sealed");
	VANISHES("sheet.seal", "", "", "L1");
	world_put(w, PAPER_SHEETS, "leader=L2", "state=sealed");
	world_put(w, PAPER_SHEETS, "leader=L3", "state=sealed");
	world_put(w, PAPER_SHEETS, "leader=L4", "state=merged");
	cr_assert(waits("session.close", ""));
	world_put(w, PAPER_SHEETS, "leader=L5", "state=sealed");
	cr_assert_not(waits("session.close", ""));
	world_put(w, PAPER_SESSIONS, "session=session", "state=closed");
	VANISHES("session.close", "", "session", "");
}

static void
outcome(const char *state, uint64_t until_us)
{
	char cells[2][64];

	snprintf(cells[0], sizeof cells[0], "state=%s", state);
	snprintf(cells[1], sizeof cells[1], "until_us=%llu", (unsigned long long)until_us);
	world_put(w, PAPER_OUTCOMES, "outcome=result", cells[0], cells[1]);
}

/* R32, R33, R38. */
static void
result(void)
{
	cr_assert(is_owed("outcome.draft", "", "", ""));
	outcome("returned", 0);
	APPEARS("outcome.draft", "", "", "");
	outcome("draft", 0);
	VANISHES("outcome.draft", "", "", "");
	world_put(w, PAPER_AWARD_LINES, "unit=X1", "award=first", "content=c1", "state=listed");
	APPEARS("consent.give", "X1", "first", "discipline");
	APPEARS("outcome.consulted", "", "", "");
	cr_assert(waits("outcome.consulted", ""));
	world_put(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=discipline", "verdict=agree", "content=c1");
	world_put(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=organisation", "verdict=agree", "content=c0");
	VANISHES("consent.give", "X1", "first", "discipline");
	APPEARS("consent.give", "X1", "first", "organisation");
	world_put(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=organisation", "verdict=agree", "content=c1");
	cr_assert_not(waits("outcome.consulted", ""));
	outcome("consulted", 0);
	VANISHES("outcome.consulted", "", "", "");
	APPEARS("outcome.confirm", "", "", "");
	outcome("confirmed", 0);
	VANISHES("outcome.confirm", "", "", "");
	APPEARS("outcome.publicise", "", "", "");
	outcome("public", w->now_us + 1);
	VANISHES("outcome.publicise", "", "", "");
	APPEARS("outcome.publish", "", "", "");
	cr_assert(waits("outcome.publish", ""));
	outcome("public", w->now_us);
	cr_assert_not(waits("outcome.publish", ""));
	world_put(w, PAPER_OBJECTIONS, "objection=O1", "unit=X1", "who=甲", "text=t", "state=open");
	cr_assert(waits("outcome.publish", ""));
	APPEARS("objection.answer", "X1", "O1", "");
	world_put(w, PAPER_OBJECTIONS, "objection=O1", "unit=X1", "who=甲", "text=t", "state=answered");
	VANISHES("objection.answer", "X1", "O1", "");
	world_put(w, PAPER_PROMISES, "promise=P1", "unit=X1", "text=t", "state=open");
	outcome("published", 0);
	VANISHES("outcome.publish", "", "", "");
	APPEARS("promise.settle", "X1", "P1", "");
	world_put(w, PAPER_PROMISES, "promise=P1", "unit=X1", "text=t", "state=kept");
	VANISHES("promise.settle", "X1", "P1", "");
	APPEARS("measure.push", "X1", "", "X1");
	world_put(w, PAPER_MEASURES, "unit=X1", "measure=M1", "text=t", "due=2011-06-30", "done=99");
	VANISHES("measure.push", "X1", "", "X1");
	APPEARS("measure.push", "X1", "M1", "X1");
	world_put(w, PAPER_MEASURES, "unit=X1", "measure=M1", "text=t", "due=2011-06-30", "done=100");
	VANISHES("measure.push", "X1", "M1", "X1");
}

#define FILE_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* R44: a file that a submission names and that is not there. */
static void
files(void)
{
	world_put(w, PAPER_MATERIALS, "unit=E1", "item=daily", "material=M1", "title=t", "evidence=" FILE_A, "at_us=1000");
	APPEARS("evidence.keep", "E1", FILE_A, "E1");
	world_put(w, PAPER_FILES, "unit=E1", "file=" FILE_A, "name=n", "size=1", "at_us=900");
	VANISHES("evidence.keep", "E1", FILE_A, "E1");
	world_put(w, PAPER_VISIT_PLANS, "visit=V9", "unit=X1", "state=marked", "by=evaluator", "evidence=" FILE_A,
	    "photos_us=1000");
	APPEARS("photo.keep", "X1", FILE_A, "evaluator");
	world_put(w, PAPER_FILES, "unit=X1", "file=" FILE_A, "name=n", "size=1", "at_us=900", "visit=yes");
	VANISHES("photo.keep", "X1", FILE_A, "evaluator");
}

Test(duty, each_appears_and_vanishes_at_its_moment)
{
	counties();
	departments();
	common_and_steps();
	through_the_year();
	files();
	reports_and_claims();
	marks_of_departments();
	groups_and_cards();
	leaders_session();
	result();
	for (size_t i = 0; i < duty_count(); i++) {
		cr_expect(appeared[i], "%s never appeared", duty_at(i)->code);
		cr_expect(vanished[i], "%s never vanished", duty_at(i)->code);
	}
	/* Published: nothing of the year itself is owed any more. */
	cr_assert_eq(world_view(w, "owed", "role:=head"), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
}

/* Nothing is owed of a phase that was never opened; a closed one shows who did not make it. */
Test(duty, a_phase_gives_its_obligations_while_it_is_open_and_what_is_left_over_after)
{
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
	open_phase("goals");
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert(world_has_row(w, "deed=plan.submit", "state=later", "waits_for="));
	world_put(w, PAPER_PHASES, "phase=goals", "state=closed");
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert(world_has_row(w, "deed=plan.submit", "state=waits", "waits_for=阶段“goals”未开放"));
	world_at(w, "2010-04-21", 0);
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert(world_has_row(w, "deed=plan.submit", "state=overdue", "days=-1"));
}

/* Each row says who, in both languages, and either finds by state or by itself. */
Test(duty, every_row_is_whole)
{
	for (size_t i = 0; i < duty_count(); i++) {
		const struct duty *duty = duty_at(i);

		cr_expect(duty->zh != NULL && duty->en != NULL && duty->requirement != NULL, "%s", duty->code);
		cr_expect((duty->each == NULL) == (duty->states[0] != NULL), "%s", duty->code);
		cr_expect_str_neq(role_code(duty->role), "", "%s", duty->code);
		cr_expect_eq(duty_find(duty->code), duty, "%s stands twice", duty->code);
	}
}

/* A duty is settled by a deed of that name, which whoever owes it may do. */
Test(duty, every_code_is_a_deed_of_its_owner)
{
	for (size_t i = 0; i < duty_count(); i++) {
		const struct duty *duty = duty_at(i);
		const struct deed *deed = deed_find(duty->code);
		size_t noun = strcspn(duty->code, ".") + 1;
		bool is_chapter_there = false;

		/* Their noun has another chapter's deed, while their own is not there yet. */
		if (deed == NULL && strncmp(duty->code, "common.", 7) == 0 && deed_find("daily.push") == NULL)
			continue;
		for (size_t j = 0; j < deed_count(); j++)
			is_chapter_there = is_chapter_there || strncmp(deed_at(j)->name, duty->code, noun) == 0;
		cr_expect(deed != NULL || !is_chapter_there, "%s is no deed", duty->code);
		cr_expect(deed == NULL || (deed->roles & (unsigned)duty->role) != 0, "%s: not of %s", duty->code,
		    role_code(duty->role));
	}
}
