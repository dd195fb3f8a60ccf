/* Bonus claims (R17–R19) and vetoes (R35): their rules, and every (state, deed) of both lives. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.open", "value=claims"), JX_OK);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(claim, .init = set_up, .fini = tear_down);
TestSuite(veto, .init = set_up, .fini = tear_down);

static enum jx_err
push(const char *unit, const char *evidence, const char *dated)
{
	char at[32], proof[64], date[32];

	snprintf(at, sizeof at, "unit=%s", unit);
	snprintf(proof, sizeof proof, "evidence=%s", evidence);
	snprintf(date, sizeof date, "dated=%s", dated);
	world_as(w, ROLE_CLERK, "clerk", unit, "");
	world_row(w, PAPER_CLAIMS, at, "kind=honours", "facts=获奖", "minutes=纪要1", proof, date, "state=granted", "leader=L9");
	return world_do(w, "claim.push", at);
}

Test(claim, the_evidence_is_of_the_year)
{
	cr_assert_eq(push("E1", "hash-1", "2009-12-31"), JX_E_FAULTS, "R17: dated in the year");
	cr_assert_eq(push("E1", "hash-1", "2011-01-01"), JX_E_FAULTS);
	cr_assert_eq(push("E1", "hash-1", "2010-06-01"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "state", "E1", "honours"), "draft", "only the program says the state");
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "leader", "E1", "honours"), "", "and who consented");
}

Test(claim, the_same_evidence_twice_is_flagged)
{
	cr_assert_eq(push("E1", "hash-1", "2010-06-01"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "note", "E1", "honours"), "");
	cr_assert_eq(push("E2", "hash-1", "2010-06-01"), JX_OK);
	cr_assert_neq(strlen(world_field(w, PAPER_CLAIMS, "note", "E1", "honours")), 0u, "R17: in both");
	cr_assert_neq(strlen(world_field(w, PAPER_CLAIMS, "note", "E2", "honours")), 0u);
}

Test(claim, a_flag_goes_when_the_proof_does)
{
	cr_assert_eq(push("E1", "hash-1", "2010-06-01"), JX_OK);
	cr_assert_eq(push("E2", "hash-1", "2010-06-01"), JX_OK);
	cr_assert_null(strstr(world_field(w, PAPER_CLAIMS, "note", "E2", "honours"), "E1"), "R42: not whose");
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "claim.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=E2", "same=E1/honours"), "whoever decides sees whose");
	world_as(w, ROLE_HEAD, "head", "E2", "");
	cr_assert_eq(world_view(w, "claim.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u);
	cr_assert(world_has_row(w, "unit=E2", "same="));
	cr_assert_eq(push("E2", "hash-2", "2010-06-01"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "note", "E1", "honours"), "");
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "note", "E2", "honours"), "");
	cr_assert_eq(push("E2", "hash-1", "2010-06-01"), JX_OK);
	cr_assert_neq(strlen(world_field(w, PAPER_CLAIMS, "note", "E1", "honours")), 0u);
	world_as(w, ROLE_CLERK, "clerk", "E2", "");
	cr_assert_eq(world_do(w, "claim.drop", "unit=E2", "object=honours"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "note", "E1", "honours"), "");
}

Test(claim, the_same_evidence_in_two_kinds_of_one_unit)
{
	cr_assert_eq(push("E1", "hash-1", "2010-06-01"), JX_OK);
	world_row(w, PAPER_CLAIMS, "unit=E1", "kind=innovation", "facts=a", "evidence=hash-1", "dated=2010-02-02", "state=draft");
	cr_assert_eq(world_do(w, "claim.push", "unit=E1"), JX_OK);
	cr_assert_not_null(strstr(world_field(w, PAPER_CLAIMS, "note", "E1", "honours"), "innovation"), "R17");
	cr_assert_not_null(strstr(world_field(w, PAPER_CLAIMS, "note", "E1", "innovation"), "honours"));
	cr_assert_eq(w->deed.note_count, 1u);
}

Test(claim, consent_hangs_on_the_content)
{
	cr_assert_eq(push("E1", "hash-1", "2010-06-01"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_do(w, "claim.submit", "unit=E1", "object=honours"), JX_E_RULE, "R17: no consent yet");
	world_as(w, ROLE_LEADER, "l3", "", "L3");
	cr_assert_eq(world_do(w, "claim.consent", "unit=E1", "object=honours"), JX_E_DENIED, "not in L3's charge");
	world_as(w, ROLE_SECRETARY, "s2", "", "L2");
	cr_assert_eq(world_do(w, "claim.consent", "unit=E1", "object=honours"), JX_E_DENIED, "a secretary may not");
	world_as(w, ROLE_LEADER, "l2", "", "L2");
	cr_assert_eq(world_do(w, "claim.consent", "unit=E1", "object=honours"), JX_OK);
	cr_assert_eq(push("E1", "hash-1", "2010-06-01"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "leader", "E1", "honours"), "L2", "the same content keeps it");
	cr_assert_eq(push("E1", "hash-2", "2010-06-01"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "leader", "E1", "honours"), "", "R17: an edit voids it");
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_do(w, "claim.submit", "unit=E1", "object=honours"), JX_E_RULE);
	world_as(w, ROLE_LEADER, "l2", "", "L2");
	cr_assert_eq(world_do(w, "claim.consent", "unit=E1", "object=honours"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_do(w, "claim.submit", "unit=E1", "object=honours"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_BONUS, "status", "E1", "honours"), "claimed");
}

Test(claim, a_leader_who_left_the_unit_does_not_count)
{
	cr_assert_eq(push("E1", "hash-1", "2010-06-01"), JX_OK);
	world_as(w, ROLE_LEADER, "l2", "", "L2");
	cr_assert_eq(world_do(w, "claim.consent", "unit=E1", "object=honours"), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	world_row(w, RECORD_SUPERVISION, "leader=L2", "unit=E2");
	cr_assert_eq(world_do(w, "supervision.set", "object=L2"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_do(w, "claim.submit", "unit=E1", "object=honours"), JX_E_RULE);
}

Test(claim, a_county_needs_its_minutes_and_no_consent)
{
	cr_assert_eq(push("X1", "hash-1", "2010-06-01"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "X1", "");
	cr_assert_eq(world_do(w, "claim.submit", "unit=X1", "object=honours"), JX_OK);
	world_as(w, ROLE_CLERK, "clerk", "X2", "");
	world_row(w, PAPER_CLAIMS, "unit=X2", "kind=honours", "facts=a", "evidence=b", "dated=2010-02-02", "state=draft");
	cr_assert_eq(world_do(w, "claim.push", "unit=X2"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "X2", "");
	cr_assert_eq(world_do(w, "claim.submit", "unit=X2", "object=honours"), JX_E_RULE, "no minutes");
}

static void
publicised(const char *unit)
{
	char at[32];

	snprintf(at, sizeof at, "unit=%s", unit);
	cr_assert_eq(push(unit, unit, "2010-06-01"), JX_OK);
	world_as(w, ROLE_HEAD, "head", unit, "");
	cr_assert_eq(world_do(w, "claim.submit", at, "object=honours"), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "claim.screen", at, "object=honours"), JX_OK);
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
	cr_assert_eq(world_do(w, "claim.approve", at, "object=honours", "document=决议1"), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "claim.publicise", NULL), JX_OK);
}

Test(claim, granted_only_after_the_days_of_publicity)
{
	world_at(w, "2011-04-01", 9);
	publicised("X1");
	cr_assert_eq(world_do(w, "claim.grant", "unit=X1", "object=honours"), JX_E_RULE, "R18");
	w->now_us += UINT64_C(7) * 24 * 3600 * 1000000 - 1;
	cr_assert_eq(world_do(w, "claim.grant", NULL), JX_E_RULE, "one microsecond short");
	cr_assert_str_eq(world_field(w, RECORD_BONUS, "status", "X1", "honours"), "claimed");
	w->now_us++;
	cr_assert_eq(world_do(w, "claim.grant", NULL), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_BONUS, "status", "X1", "honours"), "granted");
}

Test(claim, all_are_granted_but_those_whose_days_are_not_over)
{
	world_at(w, "2011-04-01", 9);
	publicised("X1");
	world_at(w, "2011-04-05", 9);
	publicised("X2");
	world_at(w, "2011-04-09", 9);
	cr_assert_eq(world_do(w, "claim.grant", NULL), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_BONUS, "status", "X1", "honours"), "granted");
	cr_assert_str_eq(world_field(w, RECORD_BONUS, "status", "X2", "honours"), "claimed");
}

Test(claim, none_is_said_explicitly)
{
	world_as(w, ROLE_HEAD, "head", "E1", "");
	cr_assert_eq(world_do(w, "claim.none", "unit=E1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SELF_REPORTS, "no_claims", "E1"), "yes");
	cr_assert_eq(push("E2", "hash", "2010-06-01"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "E2", "");
	cr_assert_eq(world_do(w, "claim.none", "unit=E2"), JX_E_RULE);
	cr_assert_eq(push("E1", "hash-3", "2010-06-01"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SELF_REPORTS, "no_claims", "E1"), "", "R17: both cannot be said");
}

Test(claim, late_is_flagged_not_refused)
{
	world_at(w, "2010-05-01", 9);
	cr_assert_eq(push("X1", "hash", "2010-06-01"), JX_OK);
	w->now_us = deed_date_end("2011-03-31");
	world_as(w, ROLE_HEAD, "head", "X1", "");
	cr_assert_eq(world_do(w, "claim.submit", "unit=X1", "object=honours"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CLAIMS, "late", "X1", "honours"), "yes", "R19, G4: half-open");
}

/* ---- Lives. */

struct call {
	const char *deed;
	enum role role;
	const char *arguments[5];
	bool has_row;
};

static const struct call claim_calls[] = {
    {"claim.push", ROLE_CLERK, {"unit=E1"}, true},
    {"claim.consent", ROLE_LEADER, {"unit=E1", "object=honours"}, false},
    {"claim.submit", ROLE_HEAD, {"unit=E1", "object=honours"}, false},
    {"claim.screen", ROLE_OFFICE, {"unit=E1", "object=honours"}, false},
    {"claim.return", ROLE_OFFICE, {"unit=E1", "object=honours", "reason=a"}, false},
    {"claim.approve", ROLE_COMMITTEE, {"unit=E1", "object=honours", "document=d"}, false},
    {"claim.refuse", ROLE_COMMITTEE, {"unit=E1", "object=honours", "document=d", "reason=a"}, false},
    {"claim.publicise", ROLE_OFFICE, {"unit=E1", "object=honours"}, false},
    {"claim.grant", ROLE_OFFICE, {"unit=E1", "object=honours"}, false},
};

static const struct call veto_calls[] = {
    {"veto.allege", ROLE_OFFICE, {"unit=E1", "object=crime", "reason=a", "document=d"}, false},
    {"veto.check", ROLE_OFFICE, {"unit=E1", "object=crime", "reason=a"}, false},
    {"veto.confirm", ROLE_COMMITTEE, {"unit=E1", "object=crime", "reason=a", "document=d"}, false},
    {"veto.dismiss", ROLE_COMMITTEE, {"unit=E1", "object=crime", "reason=a", "document=d"}, false},
};

static bool
is_edge(const struct deed_life *life, const char *from, const char *deed)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (strcmp(life->edges[i].from, from) == 0 && strcmp(life->edges[i].deed, deed) == 0)
			return true;
	return false;
}

static void
play(const struct deed_life *life, const char *state, const struct call *call)
{
	char at[64];
	enum jx_err err;

	snprintf(at, sizeof at, "state=%s", state);
	if (*state != '\0' && life->kind == PAPER_CLAIMS)
		world_put(w, PAPER_CLAIMS, "unit=E1", "kind=honours", at, "facts=a", "evidence=b", "dated=2010-02-02", "minutes=c");
	else if (*state != '\0')
		world_put(w, PAPER_VETO_CASES, "unit=E1", "kind=crime", at, "facts=a");
	world_as(w, call->role, "who", call->role == ROLE_CLERK || call->role == ROLE_HEAD ? "E1" : "",
	    call->role == ROLE_LEADER ? "L2" : "");
	if (call->has_row)
		world_row(w, PAPER_CLAIMS, "unit=E1", "kind=honours", "state=draft", "facts=z", "evidence=b", "dated=2010-02-02");
	err = world_do_with(w, call->deed, call->arguments);
	if (is_edge(life, state, call->deed))
		cr_assert(err == JX_OK || err == JX_E_RULE, "%s in %s: %s", call->deed, state, err_name(err));
	else
		cr_assert(err == JX_E_LIFE || (*state == '\0' && err == JX_E_NOT_FOUND), "%s in \"%s\": %s", call->deed, state,
		    err_name(err));
}

static void
walk(const struct deed_life *life, const char *const *states, const struct call *calls, size_t call_count)
{
	size_t moving = 0;

	for (size_t i = 0; i < deed_count(); i++)
		moving += deed_at(i)->life == life;
	cr_assert_eq(moving, call_count, "every deed of this life is played");
	for (; *states != NULL; states++)
		for (size_t i = 0; i < call_count; i++) {
			tear_down();
			set_up();
			play(life, *states, &calls[i]);
		}
}

Test(claim, every_state_and_deed)
{
	static const char *const states[] = {
	    "", "draft", "claimed", "screened", "approved", "publicised", "granted", "refused", NULL};

	walk(deed_life_of(PAPER_CLAIMS), states, claim_calls, sizeof claim_calls / sizeof *claim_calls);
}

Test(veto, every_state_and_deed)
{
	static const char *const states[] = {"", "alleged", "checked", "confirmed", "dismissed", NULL};

	walk(deed_life_of(PAPER_VETO_CASES), states, veto_calls, sizeof veto_calls / sizeof *veto_calls);
}

Test(veto, dismissed_facts_are_not_alleged_again)
{
	world_as(w, ROLE_REVIEWER, "org", "", "organisation");
	cr_assert_eq(world_do(w, "veto.allege", "unit=E1", "object=crime", "reason=a", "document=d"), JX_E_DENIED);
	world_as(w, ROLE_REVIEWER, "dis", "", "discipline");
	cr_assert_eq(world_do(w, "veto.allege", "unit=E1", "object=crime", "reason=a", "document=d"), JX_OK, "R35");
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "veto.check", "unit=E1", "object=crime", "reason=不实"), JX_OK);
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
	cr_assert_eq(world_do(w, "veto.dismiss", "unit=E1", "object=crime", "reason=不实", "document=d"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_VETOES, "status", "E1", "crime"), "dismissed");
	world_as(w, ROLE_REVIEWER, "dis", "", "discipline");
	cr_assert_eq(world_do(w, "veto.allege", "unit=E1", "object=crime", "reason=a", "document=d2"), JX_E_RULE);
	cr_assert_eq(world_do(w, "veto.allege", "unit=E1", "object=crime", "reason=新事实", "document=d2"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_VETOES, "status", "E1", "crime"), "alleged");
	cr_assert_eq(world_view(w, "veto.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=E1", "state=alleged", "facts=新事实"));
	world_as(w, ROLE_HEAD, "head", "E2", "");
	cr_assert_eq(world_view(w, "veto.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "R42: another's");
}

Test(veto, the_committee_decides_each_time)
{
	cr_assert_eq(world_do(w, "veto.allege", "unit=E1", "object=nothing", "reason=a", "document=d"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "veto.allege", "unit=E1", "object=crime", "reason=a", "document=d"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_VETOES, "status", "E1", "crime"), "alleged");
	cr_assert_eq(world_do(w, "veto.check", "unit=E1", "object=crime", "reason=属实"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_VETOES, "status", "E1", "crime"), "alleged", "R35: checked is not yet decided");
	cr_assert_eq(world_do(w, "veto.confirm", "unit=E1", "object=crime", "reason=a", "document=d"), JX_E_DENIED);
	world_as(w, ROLE_COMMITTEE, "committee", "", "");
	cr_assert_eq(world_do(w, "veto.confirm", "unit=E1", "object=crime", "reason=a", "document=d"), JX_OK);
	cr_assert_str_eq(world_field(w, RECORD_VETOES, "status", "E1", "crime"), "confirmed");
}
