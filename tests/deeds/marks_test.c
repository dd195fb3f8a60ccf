/* Common marks (R07, R20), marks in the field (R23–R25, R29), verified figures and goals' own rules (R24, R30). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "deeds/rule.h"
#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.open", "value=common"), JX_OK);
	cr_assert_eq(world_do(w, "phase.open", "value=group"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G1", "title=a", "part=duty", "points=80", "duty=lead");
	world_put(w, PAPER_PLAN_GOALS, "unit=E1", "goal=G1", "title=a", "part=duty", "points=80", "duty=lead", "target=200",
	    "rule=proportional");
	world_put(w, PAPER_METHODS, "kind=department", "item=capacity", "by=人事局", "text=办法", "document=文1");
	world_put(w, PAPER_METHODS, "kind=department", "item=discipline", "by=监察局", "text=办法");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(marks, .init = set_up, .fini = tear_down);

static enum jx_err
mark_capacity(const char *unit, const char *points, const char *reason)
{
	char at[32], given[32], why[64];

	snprintf(at, sizeof at, "unit=%s", unit);
	snprintf(given, sizeof given, "points=%s", points);
	snprintf(why, sizeof why, "reason=%s", reason);
	world_row(w, RECORD_COMMON, at, "item=capacity", "by=人事局", given);
	if (*reason != '\0')
		world_row(w, PAPER_COMMON_NOTES, at, "item=capacity", "by=人事局", why);
	return world_do(w, "common.mark", NULL);
}

Test(marks, a_common_mark_and_its_reason)
{
	world_as(w, ROLE_FUNCTIONAL, "fn", "S1", "人事局");
	cr_assert_eq(mark_capacity("E1", "8.01", ""), JX_E_FAULTS, "above the full points");
	cr_assert_eq(mark_capacity("E1", "7.5", ""), JX_E_FAULTS, "R20: a deduction needs a reason");
	cr_assert_eq(mark_capacity("E1", "7.5", "缺两次培训"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_COMMON_NOTES, "marker", "E1", "capacity", "人事局"), "fn");
	cr_assert_eq(mark_capacity("E2", "8", ""), JX_OK, "full points need none");
	cr_assert_eq(mark_capacity("X1", "8", ""), JX_E_FAULTS, "a county has no such item");
	cr_assert_eq(mark_capacity("S1", "8", ""), JX_E_FAULTS, "R20: a department never marks itself");
	world_as(w, ROLE_FUNCTIONAL, "fn2", "S2", "监察局");
	cr_assert_eq(mark_capacity("E1", "8", ""), JX_E_DENIED, "another's item");
	world_row(w, RECORD_COMMON, "unit=E1", "item=discipline", "by=监察局", "points=12");
	cr_assert_eq(world_do(w, "common.mark", NULL), JX_E_FAULTS, "R07: the method is not issued");
}

Test(marks, the_committee_names_who_marks_instead)
{
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
	world_row(w, PAPER_SUBSTITUTES, "unit=S1", "item=capacity", "by=人事局", "account=fn2");
	cr_assert_eq(world_do(w, "common.substitute", "document=决议"), JX_OK);
	world_as(w, ROLE_FUNCTIONAL, "fn3", "S3", "监察局");
	cr_assert_eq(mark_capacity("S1", "8", ""), JX_E_DENIED);
	world_as(w, ROLE_FUNCTIONAL, "fn", "", "人事局");
	cr_assert_eq(mark_capacity("S1", "8", ""), JX_E_FAULTS, "the substitute marks it");
	world_as(w, ROLE_FUNCTIONAL, "fn2", "S2", "监察局");
	cr_assert_eq(mark_capacity("S1", "8", ""), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_COMMON_NOTES, "marker", "S1", "capacity", "人事局"), "fn2");
	cr_assert_eq(world_view(w, "common.state", "unit=S1"), JX_OK);
	cr_assert(world_has_row(w, "item=capacity", "by=人事局", "substitute=fn2", "state=marked"));
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "common.state", "unit=E3"), JX_OK);
	cr_assert(world_has_row(w, "item=discipline", "by=审计局", "state=missing"), "the office sees who is missing");
}

static void
a_team(void)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
	world_row(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	cr_assert_eq(world_do(w, "team.push", NULL), JX_OK);
	world_row(w, PAPER_MEMBERS, "team=T1", "evaluator=a");
	world_row(w, PAPER_MEMBERS, "team=T1", "evaluator=b", "home=E1");
	cr_assert_eq(world_do(w, "member.push", "object=T1"), JX_OK);
}

static enum jx_err
mark_goal(const char *account, const char *points, const char *reason)
{
	char who[32], given[32], why[64];

	world_as(w, ROLE_EVALUATOR, account, "", "");
	snprintf(who, sizeof who, "evaluator=%s", account);
	snprintf(given, sizeof given, "points=%s", points);
	snprintf(why, sizeof why, "reason=%s", reason);
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G1", who, given);
	world_row(w, PAPER_GROUP_NOTES, "unit=E1", "goal=G1", who, "how=look", *reason == '\0' ? "note=-" : why);
	return world_do(w, "group.mark", "unit=E1");
}

Test(marks, one_group_a_class_and_one_evaluator_a_group)
{
	a_team();
	world_row(w, PAPER_TEAMS, "team=T2", "name=又一组", "class=economy");
	cr_assert_eq(world_do(w, "team.push", NULL), JX_E_FAULTS, "R29");
	world_row(w, PAPER_TEAMS, "team=T2", "name=社会组", "class=social");
	cr_assert_eq(world_do(w, "team.push", NULL), JX_OK);
	world_row(w, PAPER_MEMBERS, "team=T2", "evaluator=a");
	cr_assert_eq(world_do(w, "member.push", "object=T2"), JX_E_FAULTS, "a belongs to T1");
}

Test(marks, nobody_evaluates_his_own_unit)
{
	a_team();
	cr_assert_eq(mark_goal("b", "70", ""), JX_E_RULE, "R29: b is at home in E1");
	cr_assert_eq(mark_goal("c", "70", ""), JX_E_DENIED, "not of the group");
	world_as(w, ROLE_OFFICE, "office", "", "");
	world_row(w, PAPER_STAND_INS, "unit=E1", "evaluator=b", "instead=c", "reason=回避");
	cr_assert_eq(world_do(w, "standin.push", NULL), JX_OK);
	cr_assert_eq(mark_goal("c", "70", ""), JX_OK);
	cr_assert_eq(mark_goal("a", "80.01", ""), JX_E_FAULTS, "R25: within the goal's points");
	cr_assert_eq(mark_goal("a", "80", ""), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "group.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "evaluator=c", "state=marked"));
	world_row(w, PAPER_MEMBERS, "team=T1", "evaluator=b");
	cr_assert_eq(world_do(w, "member.push", "object=T1"), JX_E_RULE, "a has marked and stays");
}

Test(marks, a_mark_without_how_it_was_checked)
{
	a_team();
	world_as(w, ROLE_EVALUATOR, "a", "", "");
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=a", "points=70");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_E_FAULTS);
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=b", "points=70");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_E_FAULTS, "in another's name");
}

Test(marks, the_rule_suggests_and_departing_needs_a_reason)
{
	a_team();
	world_put(w, PAPER_GOAL_REPORTS, "unit=E1", "round=1", "goal=G1", "value=190", "text=a");
	world_put(w, PAPER_ROUND_REPORTS, "unit=E1", "round=1", "state=sent");
	world_put(w, PAPER_GOAL_REPORTS, "unit=E1", "round=2", "goal=G1", "value=199", "text=a");
	world_put(w, PAPER_ROUND_REPORTS, "unit=E1", "round=2", "state=draft");
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "figure.ask", "unit=E1", "object=G9", "value=人事局"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "figure.ask", "unit=E1", "object=G1", "value=人事局"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FIGURES, "claim", "E1", "G1"), "190", "R24: beside the unit's claim; R42: a draft is none yet");
	world_as(w, ROLE_FUNCTIONAL, "fn", "S1", "人事局");
	world_row(w, PAPER_FIGURES, "unit=E1", "goal=G1", "by=人事局", "state=given", "value=150", "source=年鉴");
	cr_assert_eq(world_do(w, "figure.give", NULL), JX_OK);
	cr_assert_eq(mark_goal("a", "70", ""), JX_E_FAULTS, "150 of 200 suggests 60 of 80");
	cr_assert_eq(mark_goal("a", "60", ""), JX_OK);
	cr_assert_eq(mark_goal("a", "70", "质量好"), JX_OK, "R30: with a reason");
	cr_assert_str_eq(world_field(w, PAPER_GROUP_NOTES, "suggested", "E1", "G1", "a"), "60");
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "group.departs", NULL), JX_OK);
	cr_assert(world_has_row(w, "evaluator=a", "suggested=1", "departs=1", "mean=10"));
}

/* Whom the committee or the office names in somebody's place, and what then becomes of marks (R20, R29). */
Test(marks, a_department_never_marks_the_unit_of_its_name)
{
	world_put(w, PAPER_METHODS, "kind=department", "item=capacity", "by=人事局", "text=办法", "document=文1");
	world_put(w, RECORD_UNITS, "unit=S9", "name=人事局", "class=social");
	world_as(w, ROLE_FUNCTIONAL, "fn", "", "人事局");
	cr_assert_eq(mark_capacity("S9", "8", ""), JX_E_FAULTS, "R20: the account names no home unit, the scheme does");
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
	world_row(w, PAPER_SUBSTITUTES, "unit=S9", "item=capacity", "by=人事局", "account=fn2");
	cr_assert_eq(world_do(w, "common.substitute", "document=决议"), JX_OK);
	world_as(w, ROLE_FUNCTIONAL, "fn2", "S9", "监察局");
	cr_assert_eq(mark_capacity("S9", "8", ""), JX_E_FAULTS, "R29: a substitute at home there is none");
	world_as(w, ROLE_FUNCTIONAL, "fn2", "", "监察局");
	cr_assert_eq(mark_capacity("S9", "7", "缺训"), JX_OK);
	cr_assert_eq(mark_capacity("S9", "6", ""), JX_OK, "the reason given before stands");
	cr_assert_eq(mark_capacity("S9", "8", ""), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_COMMON_NOTES, "reason", "S9", "capacity", "人事局"), "", "no deduction, no reason");
	cr_assert_eq(mark_capacity("S9", "7", ""), JX_E_FAULTS);
}

Test(marks, a_late_common_mark_is_flagged)
{
	world_as(w, ROLE_FUNCTIONAL, "fn", "", "人事局");
	w->now_us = deed_date_end("2011-03-31") - 1;
	cr_assert_eq(mark_capacity("E1", "8", ""), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_COMMON_NOTES, "late", "E1", "capacity", "人事局"), "");
	w->now_us++;
	cr_assert_eq(mark_capacity("E2", "8", ""), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_COMMON_NOTES, "late", "E2", "capacity", "人事局"), "yes", "R20, G4");
}

Test(marks, daily_records_are_of_the_departments_items)
{
	world_as(w, ROLE_FUNCTIONAL, "fn", "", "人事局");
	world_row(w, PAPER_DAILIES, "unit=E1", "item=capacity", "by=人事局", "entry=1", "dated=2010-05-02", "fact=缺训", "points=0.5");
	cr_assert_eq(world_do(w, "daily.push", NULL), JX_OK, "R20");
	world_row(w, PAPER_DAILIES, "unit=X1", "item=capacity", "by=人事局", "entry=1", "dated=2010-05-02", "fact=缺训");
	cr_assert_eq(world_do(w, "daily.push", NULL), JX_E_FAULTS, "not an item of counties");
	world_row(w, PAPER_DAILIES, "unit=E1", "item=discipline", "by=监察局", "entry=1", "dated=2010-05-02", "fact=a");
	cr_assert_eq(world_do(w, "daily.push", NULL), JX_E_DENIED, "another department's");
}

static enum jx_err
stand_in(const char *evaluator, const char *instead, const char *reason)
{
	char who[32], other[32], why[64];

	world_as(w, ROLE_OFFICE, "office", "", "");
	snprintf(who, sizeof who, "evaluator=%s", evaluator);
	snprintf(other, sizeof other, "instead=%s", instead);
	snprintf(why, sizeof why, "reason=%s", reason);
	world_row(w, PAPER_STAND_INS, "unit=E1", who, other, why);
	return world_do(w, "standin.push", NULL);
}

Test(marks, who_stands_in_is_not_at_home_either)
{
	a_team();
	cr_assert_eq(stand_in("b", "b", ""), JX_E_FAULTS);
	cr_assert_eq(stand_in("z", "c", "回避"), JX_E_FAULTS, "z is not of the group");
	cr_assert_eq(stand_in("a", "b", "回避"), JX_E_FAULTS, "R29: b is at home in E1");
	cr_assert_eq(stand_in("a", "c", ""), JX_E_FAULTS, "a is not at home there: why?");
	cr_assert_eq(stand_in("b", "c", ""), JX_OK);
	cr_assert_eq(stand_in("a", "b", "亲属"), JX_E_FAULTS);
	world_as(w, ROLE_EVALUATOR, "c", "E1", "");
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=c", "points=70");
	world_row(w, PAPER_GROUP_NOTES, "unit=E1", "goal=G1", "evaluator=c", "how=look");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_E_RULE, "R29: c's account names E1 as its home");
}

Test(marks, who_steps_back_leaves_no_marks)
{
	a_team();
	cr_assert_eq(mark_goal("a", "70", ""), JX_OK);
	cr_assert_eq(stand_in("a", "c", "亲属在该单位"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_GROUP, "points", "E1", "G1", "a"), "", "R29");
	cr_assert_str_eq(world_field(w, PAPER_GROUP_NOTES, "how", "E1", "G1", "a"), "");
	cr_assert_eq(mark_goal("a", "70", ""), JX_E_RULE, "somebody stands in");
	cr_assert_eq(mark_goal("c", "71", ""), JX_OK);
	cr_assert_eq(stand_in("a", "d", "亲属在该单位"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_GROUP, "points", "E1", "G1", "c"), "", "one in a's place, not two");
	cr_assert_eq(mark_goal("c", "71", ""), JX_E_DENIED);
	world_as(w, ROLE_EVALUATOR, "d", "", "");
	cr_assert_eq(world_view(w, "list", "kind=goals", "unit=E1"), JX_OK);
	cr_assert_eq(w->view.row_count, 1u, "R42: d sees what he is to mark");
}

Test(marks, a_home_or_a_class_is_not_changed_under_marks)
{
	a_team();
	cr_assert_eq(mark_goal("a", "70", ""), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	world_row(w, PAPER_MEMBERS, "team=T1", "evaluator=a", "home=E1");
	world_row(w, PAPER_MEMBERS, "team=T1", "evaluator=b", "home=E1");
	cr_assert_eq(world_do(w, "member.push", "object=T1"), JX_E_FAULTS, "R29: his marks there would count");
	world_row(w, PAPER_TEAMS, "team=T1", "name=组", "class=social");
	cr_assert_eq(world_do(w, "team.push", NULL), JX_E_FAULTS);
	world_row(w, PAPER_TEAMS, "team=T1", "name=经济评估组", "class=economy");
	cr_assert_eq(world_do(w, "team.push", NULL), JX_OK);
}

Test(marks, a_note_comes_with_its_mark)
{
	a_team();
	world_as(w, ROLE_EVALUATOR, "a", "", "");
	world_row(w, PAPER_GROUP_NOTES, "unit=E1", "goal=G1", "evaluator=a", "how=look");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_E_FAULTS, "nothing is taken and thrown away");
}

Test(marks, a_figure_that_comes_after_the_mark)
{
	a_team();
	cr_assert_eq(mark_goal("a", "70", "早于核实"), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "figure.ask", "unit=E1", "object=G1", "value=发展改革委"), JX_E_RULE, "not its own");
	cr_assert_eq(world_do(w, "figure.ask", "unit=E1", "object=G1", "value=人事居"), JX_OK);
	cr_assert_eq(w->deed.note_count, 1u, "a name that the scheme does not know");
	cr_assert_eq(world_do(w, "figure.ask", "unit=E1", "object=G1", "value=人事局"), JX_OK, "the slip is put right");
	world_as(w, ROLE_FUNCTIONAL, "fn", "E1", "人事局");
	world_row(w, PAPER_FIGURES, "unit=E1", "goal=G1", "by=人事局", "state=given", "value=150", "source=年鉴");
	cr_assert_eq(world_do(w, "figure.give", NULL), JX_E_FAULTS, "its account is at home in E1");
	world_as(w, ROLE_FUNCTIONAL, "fn", "", "人事局");
	world_row(w, PAPER_FIGURES, "unit=E1", "goal=G1", "by=人事局", "state=given", "value=150");
	cr_assert_eq(world_do(w, "figure.give", NULL), JX_E_FAULTS, "R24: its source is missing");
	world_row(w, PAPER_FIGURES, "unit=E1", "goal=G1", "by=人事局", "state=given", "value=150", "source=年鉴");
	cr_assert_eq(world_do(w, "figure.give", NULL), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "group.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "evaluator=a", "state=unexplained", "suggested=60"), "R30");
	world_as(w, ROLE_EVALUATOR, "a", "", "");
	cr_assert_eq(world_view(w, "list", "kind=notices"), JX_OK);
	cr_assert(world_has_row(w, "account=a"), "he is told");
	world_row(w, RECORD_GROUP, "unit=E1", "goal=G1", "evaluator=a", "points=70");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_E_FAULTS, "the old reason was for no suggestion");
	cr_assert_eq(mark_goal("a", "70", "质量好"), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "group.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "evaluator=a", "state=marked"));
	cr_assert_eq(world_view(w, "figure.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=E1", "value=150", "state=given"));
}

/* Every (state, deed) of a figure's life (R24). */
Test(marks, figures_move_along_their_edges_only)
{
	static const char *const states[] = {"", "asked", "given"};
	const struct deed_life *life = deed_life_of(PAPER_FIGURES);

	for (size_t i = 0; i < 3; i++)
		for (size_t give = 0; give < 2; give++) {
			const char *deed = give ? "figure.give" : "figure.ask";
			char at[32];
			bool is_edge = false;
			enum jx_err err;

			tear_down();
			set_up();
			snprintf(at, sizeof at, "state=%s", states[i]);
			if (i > 0)
				world_put(w, PAPER_FIGURES, "unit=E1", "goal=G1", "by=人事局", at);
			if (give) {
				world_as(w, ROLE_FUNCTIONAL, "fn", "", "人事局");
				world_row(w, PAPER_FIGURES, "unit=E1", "goal=G1", "by=人事局", "state=given", "value=1", "source=a");
				err = world_do(w, "figure.give", NULL);
			} else
				err = world_do(w, "figure.ask", "unit=E1", "object=G1", "value=人事局");
			for (size_t j = 0; j < life->edge_count; j++)
				is_edge |= deed_is(life->edges[j].from, states[i]) && deed_is(life->edges[j].deed, deed);
			cr_assert_eq(err, is_edge ? JX_OK : JX_E_FAULTS, "%s in \"%s\": %s", deed, states[i], err_name(err));
		}
}

Test(marks, the_gap_between_own_and_groups_points)
{
	a_team();
	world_put(w, RECORD_SELF, "unit=E1", "goal=G1", "points=80");
	cr_assert_eq(mark_goal("a", "70", ""), JX_OK);
	cr_assert_eq(stand_in("b", "c", ""), JX_OK);
	cr_assert_eq(mark_goal("c", "70.01", ""), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "group.gaps", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=E1", "self=80", "group=70.01", "gap=9.99"), "R16: 70.005, half up");
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_view(w, "group.gaps", NULL), JX_E_PHASE);
	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=published");
	cr_assert_eq(world_view(w, "group.gaps", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
}

Test(marks, rules_are_exact)
{
	static const struct {
		const char *rule;
		int64_t points, value, target, suggested;
	} rows[] = {
	    {"proportional", 8000, 15000, 20000, 6000},
	    {"proportional", 1000, 1, 3, 333},          /* 3.3333 */
	    {"proportional", 1000, 2, 3, 667},          /* 6.6667: half up */
	    {"proportional", 1, 1, 2, 1},               /* 0.005 -> 0.01 */
	    {"proportional", 1000, 500, 200, 1000},     /* never above the points */
	    {"proportional:90", 1000, 200, 200, 900},
	    {"proportional:90", 1000, 100, 200, 500},
	    {"bands:95=100,80=60,0=0", 1000, 190, 200, 1000}, /* exactly 95 % */
	    {"bands:95=100,80=60,0=0", 1000, 189, 200, 600},
	    {"bands:95=100,80=60,0=0", 1000, 159, 200, 0},
	    {"bands:95=100,80=60", 1000, 1, 200, 0},
	    {"proportional", 99999999, 99999999, 99999999, 99999999},
	};
	static const char *const bad[] = {"", "prop", "proportional:", "proportional:0", "proportional:101", "proportional:5x", "bands:",
	    "bands:80=60,95=100", "bands:95=100,80", "bands:95=101", "bands:95=50,80=60", "bands:95=100,", "bands:-5=1", NULL};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert_eq(rule_points(rows[i].rule, rows[i].points, rows[i].value, rows[i].target), rows[i].suggested, "%zu", i);
	for (const char *const *rule = bad; *rule != NULL; rule++)
		cr_assert(!rule_is_good(*rule), "%s", *rule);
	cr_assert_eq(rule_points("proportional", 1, 1, 0), -1);
}
