/* Cards on paper (R21), opinions without author (R22), what must not be shown singly (R43). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "deeds/privacy.h"
#include "deeds/sight.h"
#include "world.h"

static struct world *w;

static void
office(const char *account)
{
	world_as(w, ROLE_OFFICE, account, "", "");
}

static void
set_up(void)
{
	w = world_new();
	office("office");
	cr_assert_eq(world_do(w, "phase.open", "value=democratic"), JX_OK);
	world_put(w, PAPER_TEAMS, "team=T1", "name=县区组", "class=county");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=lead", "lead=yes");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=anna", "home=X2");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(ballot, .init = set_up, .fini = tear_down);

static void
open_stack(const char *stack, const char *unit, const char *group, const char *printed, const char *issued)
{
	char cells[5][80];

	snprintf(cells[0], 80, "stack=%s", stack);
	snprintf(cells[1], 80, "unit=%s", unit);
	snprintf(cells[2], 80, "group=%s", group);
	snprintf(cells[3], 80, "printed=%s", printed);
	snprintf(cells[4], 80, "issued=%s", issued);
	world_row(w, PAPER_STACKS, cells[0], cells[1], cells[2], cells[3], cells[4]);
}

static void
count_stack(const char *returned, const char *valid, const char *void_)
{
	char cells[3][40];

	snprintf(cells[0], 40, "returned=%s", returned);
	snprintf(cells[1], 40, "valid=%s", valid);
	snprintf(cells[2], 40, "void=%s", void_);
	world_row(w, PAPER_STACKS, "stack=K1", cells[0], cells[1], cells[2]);
}

static void
card(const char *pass, int number, const char *answers)
{
	char cells[3][80];

	snprintf(cells[0], 80, "pass=%s", pass);
	snprintf(cells[1], 80, "card=%d", number);
	snprintf(cells[2], 80, "answers=%s", answers);
	world_row(w, PAPER_STACK_CARDS, "stack=K1", cells[0], cells[1], cells[2]);
}

static enum jx_err
enter(const char *account, const char *pass, const char *second)
{
	office(account);
	card(pass, 1, "A/B/");
	card(pass, 2, second);
	card(pass, 3, "A/A/A");
	return world_do(w, "stack.enter", "object=K1");
}

/* Open and counted: 5 printed, 4 out, 4 back, 3 valid. */
static void
counted(void)
{
	office("office");
	open_stack("K1", "X1", "public", "5", "4");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_OK);
	count_stack("4", "3", "1");
	cr_assert_eq(world_do(w, "stack.count", "object=K1"), JX_OK);
}

static const char *
state(void)
{
	return world_field(w, PAPER_STACKS, "state", "K1");
}

/* R21: printed = issued + unused. */
Test(ballot, a_batch_reconciles_when_it_is_opened)
{
	open_stack("K1", "X1", "clients", "5", "4");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_FAULTS, "no voter group of counties");
	open_stack("K1", "X1", "public", "5", "6");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_FAULTS);
	open_stack("K1", "X1", "public", "1001", "6");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_FAULTS);
	world_row(w, PAPER_STACKS, "stack=K1", "unit=X1", "group=public", "printed=5");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_FAULTS, "issued is missing");
	open_stack("K1", "nobody", "public", "5", "4");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_FAULTS);
	open_stack("K1", "X1", "public", "5", "5");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_OK);
	cr_assert_str_eq(state(), "open");
	world_as(w, ROLE_EVALUATOR, "anna", "", "");
	open_stack("K2", "X1", "public", "5", "5");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_DENIED);
	world_as(w, ROLE_LEAD, "lead", "", "");
	open_stack("K2", "E1", "clients", "5", "5");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_DENIED, "not of his group");
	office("office");
	cr_assert_eq(world_do(w, "phase.close", "value=democratic"), JX_OK);
	open_stack("K2", "X1", "public", "5", "5");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_E_PHASE);
}

/* R21: issued = returned + missing, returned = valid + void. */
Test(ballot, a_batch_reconciles_when_it_is_counted)
{
	open_stack("K1", "X1", "public", "5", "4");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_OK);
	count_stack("5", "4", "1");
	cr_assert_eq(world_do(w, "stack.count", "object=K1"), JX_E_FAULTS, "more back than out");
	count_stack("4", "3", "0");
	cr_assert_eq(world_do(w, "stack.count", "object=K1"), JX_E_FAULTS, "4 is not 3 + 0");
	world_row(w, PAPER_STACKS, "stack=K1", "returned=4", "valid=4");
	cr_assert_eq(world_do(w, "stack.count", "object=K1"), JX_E_FAULTS, "void is missing");
	count_stack("4", "3", "1");
	cr_assert_eq(world_do(w, "stack.count", "object=K2"), JX_E_FAULTS);
	count_stack("4", "4", "0");
	cr_assert_eq(world_do(w, "stack.count", "object=K1"), JX_OK);
	cr_assert_str_eq(state(), "counted");
	count_stack("4", "3", "1");
	cr_assert_eq(world_do(w, "stack.count", NULL), JX_OK, "counted again, all in one");
	cr_assert_eq(world_view(w, "stack.state", "unit=X1"), JX_OK);
	cr_assert(world_has_row(w, "group=public", "quota=50", "printed=5", "issued=4", "unused=1", "returned=4",
	    "missing=0", "valid=3", "void=1", "agreed=0", "waiting=1", "short=不足"));
	cr_assert(world_has_row(w, "group=municipal", "quota=", "printed=0", "short="));
}

/* Nothing to enter: the batch is done, and may be counted anew after stack.redo. */
Test(ballot, a_batch_without_a_valid_card_is_done)
{
	open_stack("K1", "X1", "public", "5", "4");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_OK);
	count_stack("2", "0", "2");
	cr_assert_eq(world_do(w, "stack.count", NULL), JX_OK);
	cr_assert_str_eq(state(), "agreed");
	cr_assert_eq(privacy_ballot_count(w->book, "X1", "public"), 0u);
	cr_assert_eq(world_do(w, "stack.redo", "object=K1", "reason=误判"), JX_OK);
	count_stack("2", "1", "1");
	cr_assert_eq(world_do(w, "stack.count", NULL), JX_OK);
	cr_assert_str_eq(state(), "counted");
}

Test(ballot, a_pass_is_whole_and_good)
{
	counted();
	card("1", 1, "A/B/C");
	cr_assert_eq(world_do(w, "stack.enter", "object=K1"), JX_E_RULE, "one of three cards");
	card("1", 1, "A/B/C");
	card("1", 2, "A/B/C");
	card("1", 4, "A/B/C");
	cr_assert_eq(world_do(w, "stack.enter", "object=K1"), JX_E_FAULTS, "there are three cards");
	cr_assert_eq(enter("one", "1", "A/B"), JX_E_FAULTS, "two of three questions");
	cr_assert_eq(enter("one", "1", "A/B/C/A"), JX_E_FAULTS);
	cr_assert_eq(enter("one", "1", "A/X/C"), JX_E_FAULTS, "no such option");
	cr_assert_eq(enter("one", "1", "//"), JX_E_FAULTS, "an all-blank card is no ballot");
	cr_assert_eq(enter("one", "3", "A/A/A"), JX_E_FAULTS, "pass 1 or 2");
	cr_assert_eq(enter("one", "1", "A//"), JX_OK);
	cr_assert_str_eq(state(), "first");
	cr_assert_eq(book_count(w->book, RECORD_BALLOTS), 0u, "one entry is no ballot yet");
}

Test(ballot, two_entries_that_agree_become_ballots)
{
	counted();
	cr_assert_eq(enter("one", "1", "A//C"), JX_OK);
	cr_assert_eq(enter("one", "2", "A//C"), JX_E_RULE, "not by the same account");
	cr_assert_eq(enter("two", "1", "A//C"), JX_E_RULE, "nobody overwrites another's entry");
	cr_assert_eq(enter("one", "1", "A/B/C"), JX_OK, "but everyone his own");
	cr_assert_eq(book_count(w->book, PAPER_STACK_CARDS), 3u);
	cr_assert_eq(enter("two", "2", "A/B/C"), JX_OK);
	cr_assert_str_eq(state(), "agreed");
	cr_assert_eq(book_count(w->book, PAPER_STACK_CARDS), 0u, "only the ballots stay");
	cr_assert_eq(book_count(w->book, RECORD_BALLOTS), 3u);
	cr_assert_str_eq(world_field(w, RECORD_BALLOTS, "answers", "X1", "public", "K1-0001"), "A/B/");
	cr_assert_str_eq(world_field(w, RECORD_BALLOTS, "answers", "X1", "public", "K1-0002"), "A/B/C");
	cr_assert_str_eq(world_field(w, PAPER_STACKS, "first", "K1"), "one");
	cr_assert_str_eq(world_field(w, PAPER_STACKS, "second", "K1"), "two");
	cr_assert_eq(privacy_ballot_count(w->book, "X1", "public"), 3u);
	cr_assert(privacy_group_is_small(w->book, "X1", "public"));
	cr_assert_eq(world_view(w, "stack.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "group=public", "agreed=3", "waiting=0"));
	/* Redone: no ballot is left, and it is entered again. */
	office("office");
	cr_assert_eq(world_do(w, "stack.redo", "object=K1"), JX_E_FIELD, "a reason is needed");
	cr_assert_eq(world_do(w, "stack.redo", "object=K1", "reason=复核"), JX_OK);
	cr_assert_str_eq(state(), "counted");
	cr_assert_eq(book_count(w->book, RECORD_BALLOTS), 0u);
	cr_assert_eq(enter("two", "1", "A/B/C"), JX_OK);
	cr_assert_eq(enter("one", "2", "A/B/C"), JX_OK);
	cr_assert_eq(book_count(w->book, RECORD_BALLOTS), 3u);
}

/* Of ballots the book may hold only one a group: all the others are withdrawn too. */
Test(ballot, redo_withdraws_ballots_that_the_book_does_not_hold)
{
	size_t withdrawn = 0;

	counted();
	world_put(w, PAPER_STACKS, "stack=K1", "unit=X1", "group=public", "state=agreed", "printed=5", "issued=4",
	    "returned=4", "valid=3", "void=1", "first=one", "second=two");
	office("office");
	cr_assert_eq(world_do(w, "stack.redo", "object=K1", "reason=复核"), JX_OK);
	for (size_t i = 0; i < w->deed.change_count; i++) {
		const struct deed_change *change = &w->deed.changes[i];

		if (change->kind != RECORD_BALLOTS)
			continue;
		withdrawn += change->withdrawn;
		cr_assert_eq(((const Jx__Ballot *)change->record)->n_answers, 3u, "the store takes no row without answers");
	}
	cr_assert_eq(withdrawn, 3u);
}

Test(ballot, two_entries_that_differ_name_the_cards_only)
{
	counted();
	cr_assert_eq(enter("two", "2", "A/B/C"), JX_OK);
	cr_assert_eq(enter("one", "1", "A/B/D"), JX_OK);
	cr_assert_str_eq(state(), "differs");
	cr_assert_str_eq(world_field(w, PAPER_STACKS, "note", "K1"), "2");
	cr_assert_eq(book_count(w->book, RECORD_BALLOTS), 0u);
	cr_assert_eq(enter("two", "1", "A/B/C"), JX_E_RULE, "not both by one");
	cr_assert_eq(enter("three", "1", "B/B/B"), JX_OK, "a third may look again");
	cr_assert_str_eq(state(), "differs");
	cr_assert_eq(enter("three", "1", "A/B/C"), JX_OK);
	cr_assert_str_eq(state(), "agreed");
	cr_assert_str_eq(world_field(w, PAPER_STACKS, "note", "K1"), "");
	cr_assert_str_eq(world_field(w, PAPER_STACKS, "first", "K1"), "three");
}

/* The most that a batch may hold, typed by people who make mistakes: what is stored is what the cards say. */
Test(ballot, a_thousand_cards_typed_with_mistakes)
{
	enum { CARDS = 1000 };
	static const char *const options[] = {"A", "B", "C", "D", ""};
	uint64_t random = 20100301;
	char cells[4][80];
	int passes = 0;

	open_stack("K1", "X1", "public", "1000", "1000");
	cr_assert_eq(world_do(w, "stack.open", NULL), JX_OK);
	count_stack("1000", "1000", "0");
	cr_assert_eq(world_do(w, "stack.count", NULL), JX_OK);
	for (; strcmp(state(), "agreed") != 0; passes++) {
		office(passes % 2 == 0 ? "one" : "two");
		for (int i = 1; i <= CARDS; i++) {
			bool slip;

			random = random * 6364136223846793005u + 1442695040888963407u;
			slip = passes < 4 && (random >> 40) % 300 == 0;
			snprintf(cells[0], 80, "pass=%d", passes % 2 + 1);
			snprintf(cells[1], 80, "card=%d", i);
			snprintf(cells[2], 80, "answers=A/%s/%s", options[i % 5], slip ? "D" : options[i % 3]);
			world_row(w, PAPER_STACK_CARDS, "stack=K1", cells[0], cells[1], cells[2]);
		}
		cr_assert_eq(world_do(w, "stack.enter", "object=K1"), JX_OK, "pass %d", passes);
		cr_assert_lt(passes, 8);
	}
	cr_assert_geq(passes, 4, "slips are found");
	cr_assert_eq(book_count(w->book, RECORD_BALLOTS), (size_t)CARDS);
	for (int i = 1; i <= CARDS; i++) {
		snprintf(cells[0], 80, "K1-%04d", i);
		snprintf(cells[1], 80, "A/%s/%s", options[i % 5], options[i % 3]);
		cr_assert_str_eq(world_field(w, RECORD_BALLOTS, "answers", "X1", "public", cells[0]), cells[1]);
	}
}

/* R29: not another group's units, never one's own home. */
Test(ballot, evaluators_enter_their_groups_cards)
{
	counted();
	world_as(w, ROLE_EVALUATOR, "stranger", "", "");
	card("1", 1, "A/B/C");
	cr_assert_eq(world_do(w, "stack.enter", "object=K1"), JX_E_DENIED);
	world_as(w, ROLE_EVALUATOR, "anna", "", "");
	for (int i = 1; i <= 3; i++)
		card("1", i, "A/B/C");
	cr_assert_eq(world_do(w, "stack.enter", "object=K1"), JX_OK);
	world_put(w, PAPER_STACKS, "stack=K1", "unit=X2", "group=public", "state=counted", "printed=5", "issued=4",
	    "returned=4", "valid=3", "void=1");
	card("1", 1, "A/B/C");
	cr_assert_eq(world_do(w, "stack.enter", "object=K1"), JX_E_DENIED, "her own unit");
}

/* Every pair of state and deed that the life does not have is refused as such. */
Test(ballot, exhaustive_life)
{
	static const char *const states[] = {"", "open", "counted", "first", "differs", "agreed"};
	const struct deed_life *life = deed_life_of(PAPER_STACKS);
	size_t looked = 0;

	for (size_t s = 0; s < sizeof states / sizeof *states; s++)
		for (size_t d = 0; d < deed_count(); d++) {
			const struct deed *deed = deed_at(d);
			bool allowed = false;
			char set[40];
			enum jx_err err;

			if (deed->life != life)
				continue;
			for (size_t e = 0; e < life->edge_count; e++)
				allowed = allowed || (strcmp(life->edges[e].from, states[s]) == 0 &&
							 strcmp(life->edges[e].deed, deed->name) == 0);
			tear_down();
			set_up();
			snprintf(set, sizeof set, "state=%s", states[s]);
			if (*states[s] != '\0')
				world_put(w, PAPER_STACKS, "stack=K1", "unit=X1", "group=public", set, "printed=5",
				    "issued=4", "returned=4", "valid=3", "void=1",
				    strcmp(states[s], "differs") == 0 ? "first=zhao" : NULL, "second=qian");
			if (strcmp(deed->name, "stack.open") == 0) {
				open_stack("K1", "X1", "public", "5", "4");
				err = world_do(w, "stack.open", NULL);
			} else if (strcmp(deed->name, "stack.count") == 0) {
				count_stack("4", "3", "1");
				err = world_do(w, "stack.count", "object=K1");
			} else if (strcmp(deed->name, "stack.enter") == 0) {
				err = enter("one", "1", "A/A/A");
			} else {
				err = world_do(w, deed->name, "object=K1", "reason=x");
			}
			cr_expect_eq(err == JX_E_LIFE, !allowed, "%s in \"%s\": %d", deed->name, states[s], (int)err);
			cr_expect(err == JX_OK || err == JX_E_LIFE, "%s in \"%s\": %d", deed->name, states[s], (int)err);
			looked++;
		}
	cr_assert_eq(looked, 4u * 6u);
}

/* R22: back to the unit without author, once the result is published; R43: no group of a handful. */
Test(ballot, opinions_have_no_author)
{
	world_row(w, PAPER_REMARKS, "unit=X1", "remark=1", "group=nobody", "text=好");
	cr_assert_eq(world_do(w, "remark.push", "unit=X1"), JX_E_FAULTS);
	world_row(w, PAPER_REMARKS, "unit=X1", "remark=1", "group=public", "text=办事慢");
	world_row(w, PAPER_REMARKS, "unit=X1", "remark=2", "text=服务好");
	cr_assert_eq(world_do(w, "remark.push", "unit=X1"), JX_OK);
	world_row(w, PAPER_REMARKS, "unit=X2", "remark=1", "text=好");
	cr_assert_eq(world_do(w, "remark.push", "unit=X1"), JX_E_DENIED, "of another unit");
	cr_assert_eq(world_view(w, "remark.list", "unit=X1"), JX_OK);
	cr_assert_eq(w->view.row_count, 2u);
	cr_assert(world_has_row(w, "text=办事慢", "group="), "no ballots: no group");
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_assert_eq(world_view(w, "remark.list", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "not before the result");
	cr_assert(!sight_any(&w->actor, PAPER_REMARKS), "never as records with group and number");
	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=published");
	world_put(w, PAPER_STACKS, "stack=K9", "unit=X1", "group=public", "state=agreed", "valid=5");
	cr_assert_eq(world_view(w, "remark.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "text=办事慢", "group=public"));
	world_as(w, ROLE_CLERK, "clerk", "X2", "");
	cr_assert_eq(world_view(w, "remark.list", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
}

/* R43 */
Test(ballot, small_groups_are_not_shown_singly)
{
	world_put(w, PAPER_STACKS, "stack=K1", "unit=X1", "group=public", "state=agreed", "valid=2");
	world_put(w, PAPER_STACKS, "stack=K2", "unit=X1", "group=public", "state=agreed", "valid=2");
	world_put(w, PAPER_STACKS, "stack=K3", "unit=X1", "group=public", "state=counted", "valid=9");
	world_put(w, PAPER_STACKS, "stack=K4", "unit=X1", "group=municipal", "state=agreed", "valid=5");
	cr_assert_eq(privacy_ballot_count(w->book, "X1", "public"), 4u);
	cr_assert_eq(world_view(w, "privacy.check", "unit=X1"), JX_OK);
	cr_assert(world_has_row(w, "figure=ballots:public", "count=4", "why=评价卡不足5张"));
	cr_assert(world_has_row(w, "figure=ballots:municipal", "count=5"), "it would give the other away");
	world_put(w, PAPER_STACKS, "stack=K3", "unit=X1", "group=public", "state=agreed", "valid=1");
	cr_assert_eq(world_view(w, "privacy.check", "unit=X1"), JX_OK);
	cr_assert_eq(w->view.row_count, 0u, "exactly five is enough");
	world_put(w, RECORD_BALLOTS, "unit=X2", "group=public", "card=1");
	cr_assert_eq(privacy_ballot_count(w->book, "X2", "public"), UINT32_MAX, "imported");
	cr_assert_eq(privacy_ballot_count(w->book, "X2", "municipal"), 0u);
	/* The mayor is one person. */
	world_put(w, RECORD_LEADER_MARKS, "leader=L1", "unit=E1", "kind=mark", "value=90");
	world_put(w, RECORD_LEADER_MARKS, "leader=L2", "unit=E1", "kind=rank", "value=1");
	cr_assert_eq(privacy_leader_count(w->book, "E1"), 2u);
	cr_assert_eq(privacy_rank_count(w->book, "E1", "mayor"), 1u);
	cr_assert_eq(world_view(w, "privacy.check", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "figure=leaders:mayor", "why=只有一位领导的评分"));
	world_put(w, RECORD_LEADER_MARKS, "leader=L1", "unit=E2", "kind=mark", "value=90");
	cr_assert_eq(world_view(w, "privacy.check", "unit=E2"), JX_OK);
	cr_assert(world_has_row(w, "figure=leaders"), "the component itself rests on one mark");
}
