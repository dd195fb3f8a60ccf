/* Polls by card code (R21): opened, cards counted, closed; what must not be shown singly (R43). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "deeds/poll.h"
#include "deeds/privacy.h"
#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.open", "value=democratic"), JX_OK);
	w->slot = (struct deed_slot){3, "0123456789abcdef"};
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(poll, .init = set_up, .fini = tear_down);

static enum jx_err
open_poll(const char *kind, const char *group, const char *units)
{
	char cells[3][80];

	snprintf(cells[0], 80, "kind=%s", kind);
	snprintf(cells[1], 80, "group=%s", group);
	snprintf(cells[2], 80, "units=%s", units);
	world_row(w, PAPER_POLLS, "poll=P1", cells[0], cells[1], *units == '\0' ? NULL : cells[2]);
	return world_do(w, "poll.open", "cards=10");
}

static enum jx_err
issue(const char *issued)
{
	char cell[40];

	snprintf(cell, 40, "issued=%s", issued);
	world_row(w, PAPER_POLLS, "poll=P1", cell);
	return world_do(w, "poll.issue", NULL);
}

static enum jx_err
count(const char *returned, const char *valid, const char *void_)
{
	char cells[3][40];

	snprintf(cells[0], 40, "returned=%s", returned);
	snprintf(cells[1], 40, "valid=%s", valid);
	snprintf(cells[2], 40, "void=%s", void_);
	world_row(w, PAPER_POLLS, "poll=P1", cells[0], cells[1], cells[2]);
	return world_do(w, "poll.count", NULL);
}

static const Jx__Poll *
poll(void)
{
	return (const Jx__Poll *)book_get(w->book, PAPER_POLLS, "P1");
}

static bool
is_open(void)
{
	return poll_is_open(w->book, poll(), w->arena, poll_form(w->arena, w->book, poll()));
}

static bool
has_why(const char *text)
{
	for (size_t i = 0; i < w->deed.why_count; i++)
		if (strstr(w->deed.why[i], text) != NULL)
			return true;
	return false;
}

Test(poll, opened_with_its_cards_units_and_slot)
{
	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	cr_expect_str_eq(poll()->state, "open");
	cr_expect_str_eq(poll()->units, "X1;X2;X3");
	cr_expect_eq(poll()->printed, 10);
	cr_expect_eq(poll()->slot, 3);
	cr_expect_str_eq(poll()->print, "0123456789abcdef");
	cr_expect_eq(poll()->opened_us, w->now_us);
	cr_expect(is_open());
	/* Cards printed later come on top. */
	cr_assert_eq(world_do(w, "poll.cards", "object=P1", "cards=5"), JX_OK);
	cr_expect_eq(poll()->printed, 15);
	cr_expect_eq(open_poll("county", "public", ""), JX_E_LIFE);
}

/* The units named, in the year's order, each once; of the kind. */
Test(poll, units_are_of_its_kind)
{
	cr_assert_eq(open_poll("county", "public", "X3;X1;X3"), JX_OK);
	cr_expect_str_eq(poll()->units, "X1;X3");
	tear_down();
	set_up();
	cr_expect_eq(open_poll("county", "public", "X1;E1"), JX_E_FAULTS);
	cr_expect_eq(open_poll("county", "public", "X1;;X2"), JX_E_FAULTS);
	cr_expect_eq(open_poll("county", "public", "X9"), JX_E_FAULTS);
	cr_expect_eq(open_poll("county", "clients", ""), JX_E_FAULTS, "a group of the other kind");
	cr_expect_eq(open_poll("city", "public", ""), JX_E_FAULTS);
}

Test(poll, what_is_needed_to_open)
{
	/* The printed number is that of the hashes; hashes are whole and not too many. */
	world_row(w, PAPER_POLLS, "poll=P1", "kind=county", "group=public", "printed=9");
	cr_expect_eq(world_do(w, "poll.open", "cards=10"), JX_E_FAULTS);
	world_row(w, PAPER_POLLS, "poll=P1", "kind=county", "group=public");
	cr_expect_eq(world_do(w, "poll.open", "cards_size=33"), JX_E_FIELD);
	cr_expect_str_eq(w->field, "cards");
	world_row(w, PAPER_POLLS, "poll=P1", "kind=county", "group=public");
	cr_expect_eq(world_do(w, "poll.open", "cards=1001"), JX_E_FIELD);
	world_row(w, PAPER_POLLS, "poll=P1", "kind=county", "group=public");
	world_row(w, PAPER_POLLS, "poll=P2", "kind=county", "group=public");
	cr_expect_eq(world_do(w, "poll.open", "cards=1"), JX_E_RULE);
	world_row(w, PAPER_POLLS, "poll=a-name-too-long-to-build-on", "kind=county", "group=public");
	cr_expect_eq(world_do(w, "poll.open", "cards=1"), JX_E_FAULTS);
	w->slot.print = NULL;
	cr_expect_eq(open_poll("county", "public", ""), JX_E_RULE, "no slot is free");
	cr_expect_null(poll());
	/* Other deeds take no cards. */
	cr_expect_eq(world_do(w, "phase.close", "value=democratic", "cards=1"), JX_E_FIELD);
}

/* cards x units is bounded: closing writes them all at once. */
Test(poll, more_cards_than_one_closing_writes)
{
	enum jx_err err = JX_OK;
	unsigned deeds = 0;

	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	while (err == JX_OK && deeds++ < 20)
		err = world_do(w, "poll.cards", "object=P1", "cards=1000");
	cr_expect_eq(err, JX_E_RULE);
	cr_expect_eq(poll()->printed, 9010);
}

/* What a ballot's numbers mean is fixed at the opening: while units are gone, nothing is cast or counted. */
Test(poll, the_form_stands_still)
{
	static const uint32_t answered[] = {6, 6, 6};
	const struct deed_tally tally = {6, 0, answered, 3};
	const ProtobufCMessage *unit;

	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	cr_assert_eq(issue("10"), JX_OK);
	world_put(w, RECORD_UNITS, "unit=X2", "name=新名称", "class=county");
	cr_expect(is_open(), "a name may change");
	unit = book_get(w->book, RECORD_UNITS, "X2");
	cr_assert_eq(book_put(w->book, RECORD_UNITS, unit, true, 0, 99), JX_OK);
	cr_expect_null(poll_form(w->arena, w->book, poll()));
	cr_expect(!is_open());
	w->tally = &tally;
	cr_expect_eq(world_do(w, "poll.close", "object=P1"), JX_E_RULE);
	world_put(w, RECORD_UNITS, "unit=X2", "name=回来了", "class=county");
	cr_expect(is_open());
	cr_expect_eq(world_do(w, "poll.close", "object=P1"), JX_OK);
	cr_expect(!is_open());
}

/* printed = issued + unused, issued = returned + missing, returned = valid + void (R21). */
Test(poll, closed_and_reconciled)
{
	static const uint32_t answered[] = {6, 0, 4};
	struct deed_tally tally = {8, 1, answered, 3};

	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	cr_expect_eq(issue("11"), JX_E_FAULTS);
	/* Before the number handed out is known it is not closed; and it must not be less than what was cast. */
	cr_expect_eq(world_do(w, "poll.close", "object=P1"), JX_E_RULE);
	cr_expect(has_why("还没有登记发放数"));
	cr_assert_eq(issue("7"), JX_OK);
	cr_expect_eq(world_do(w, "poll.close", "object=P1", NULL), JX_OK, "not counted yet: it may be");
	tear_down();
	set_up();
	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	cr_assert_eq(issue("7"), JX_OK);
	w->tally = &tally;
	cr_expect_eq(world_do(w, "poll.close", "object=P1"), JX_E_RULE);
	cr_expect(has_why("已投出的卡多于登记发放的"));
	cr_assert_eq(issue("9"), JX_OK);
	cr_assert_eq(world_do(w, "poll.close", "object=P1"), JX_OK);
	cr_expect_str_eq(poll()->state, "closed");
	cr_expect(poll()->returned == 8 && poll()->valid == 7 && poll()->void_ == 1);
	cr_expect_str_eq(world_field(w, PAPER_STACKS, "state", "P1-X1"), "polled");
	cr_expect_str_eq(world_field(w, PAPER_STACKS, "valid", "P1-X1"), "6");
	cr_expect_str_eq(world_field(w, PAPER_STACKS, "void", "P1-X3"), "4");
	/* Cards that came back on paper, never cast, are void. */
	cr_expect_eq(count("9", "8", "1"), JX_E_FAULTS, "valid is what was cast");
	cr_expect_eq(count("9", "7", "1"), JX_E_FAULTS);
	cr_expect_eq(count("10", "7", "3"), JX_E_FAULTS, "more than were handed out");
	cr_expect_eq(count("7", "7", "0"), JX_E_FAULTS, "less than were cast");
	cr_assert_eq(count("9", "7", "2"), JX_OK);
	cr_expect(poll()->returned == 9 && poll()->void_ == 2);
	cr_assert_eq(world_view(w, "poll.state", NULL), JX_OK);
	cr_expect(world_has_row(w, "poll=P1", "state=closed", "printed=10", "issued=9", "unused=1", "returned=9", "missing=0",
	    "valid=7", "void=2"));
	cr_assert_eq(world_view(w, "stack.state", "unit=X1"), JX_OK);
	cr_expect(world_has_row(w, "group=public", "stacks=1", "issued=9", "returned=8", "valid=6", "void=2"));
}

/* Few ballots are few, whichever way they came (R43). */
Test(poll, small_groups)
{
	static const uint32_t answered[] = {6, 0, 4};
	struct deed_tally tally = {8, 1, answered, 3};

	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	cr_assert_eq(issue("9"), JX_OK);
	w->tally = &tally;
	cr_assert_eq(world_do(w, "poll.close", "object=P1"), JX_OK);
	cr_expect_eq(privacy_ballot_count(w->book, "X1", "public"), 6);
	cr_expect(!privacy_group_is_small(w->book, "X1", "public"));
	cr_expect_eq(privacy_ballot_count(w->book, "X2", "public"), 0);
	cr_expect_eq(privacy_ballot_count(w->book, "X3", "public"), 4);
	cr_expect(privacy_group_is_small(w->book, "X3", "public"));
	cr_assert_eq(world_view(w, "privacy.check", NULL), JX_OK);
	cr_expect(world_has_row(w, "unit=X3", "figure=ballots:public", "count=4"));
	/* With a batch of paper cards beside it there are enough. */
	world_put(w, PAPER_STACKS, "stack=K1", "unit=X3", "group=public", "state=agreed", "valid=1");
	cr_expect_eq(privacy_ballot_count(w->book, "X3", "public"), 5);
}

/* How many were cast is shown, but no number under five. */
Test(poll, counts_while_it_is_open)
{
	struct view_cast casts[] = {{"P1", 4}};

	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	cr_assert_eq(issue("9"), JX_OK);
	w->casts = casts;
	w->cast_count = 1;
	cr_assert_eq(world_view(w, "poll.state", NULL), JX_OK);
	cr_expect(world_has_row(w, "poll=P1", "state=open", "cast=<5", "returned=", "valid="));
	casts[0].count = 5;
	cr_assert_eq(world_view(w, "poll.state", "object=P1"), JX_OK);
	cr_expect(world_has_row(w, "poll=P1", "cast=5", "issued=9", "unused=1"));
	cr_assert_eq(world_view(w, "poll.state", "object=P2"), JX_OK);
	cr_expect_eq(w->view.row_count, 0);
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_expect_eq(world_view(w, "poll.state", NULL), JX_E_DENIED);
}

/* What an open poll asks need not be asked on paper too (R10). */
Test(poll, covers_the_units_it_asks_about)
{
	cr_assert_eq(world_view(w, "owed", NULL), JX_OK);
	cr_expect(world_has_row(w, "deed=stack.open", "unit=X1", "object=public"));
	cr_assert_eq(open_poll("county", "public", "X1;X3"), JX_OK);
	cr_expect(poll_covers(w->book, "X1", "public") && poll_covers(w->book, "X3", "public"));
	cr_expect(!poll_covers(w->book, "X2", "public") && !poll_covers(w->book, "X1", "municipal"));
	cr_expect(!poll_covers(w->book, "X", "public") && !poll_covers(w->book, "X1;X3", "public"));
	cr_assert_eq(world_view(w, "owed", NULL), JX_OK);
	cr_expect(!world_has_row(w, "deed=stack.open", "unit=X1", "object=public"));
	cr_expect(world_has_row(w, "deed=stack.open", "unit=X2", "object=public"));
}

/* Nobody but the office, and only while its phase is open. */
Test(poll, who_and_when)
{
	static const enum role others[] = {ROLE_AUDITOR, ROLE_CLERK, ROLE_HEAD, ROLE_LEAD, ROLE_COMMITTEE};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		world_as(w, others[i], "other", "X1", "");
		cr_expect_eq(open_poll("county", "public", ""), JX_E_DENIED);
	}
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(open_poll("county", "public", ""), JX_OK);
	cr_assert_eq(world_do(w, "phase.close", "value=democratic"), JX_OK);
	cr_expect(!is_open());
	cr_expect_eq(issue("3"), JX_E_PHASE);
	cr_expect_eq(world_do(w, "poll.close", "object=P1"), JX_E_PHASE);
}

Test(poll, every_state_takes_the_deeds_of_its_life_and_no_other)
{
	static const char *const states[] = {"", "open", "closed"};
	const struct deed_life *life = deed_life_of(PAPER_POLLS);
	unsigned looked = 0;

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
			if (*states[s] != '\0') {
				cr_assert_eq(open_poll("county", "public", ""), JX_OK);
				cr_assert_eq(issue("5"), JX_OK);
				snprintf(set, sizeof set, "state=%s", states[s]);
				world_put(w, PAPER_POLLS, "poll=P1", "kind=county", "group=public", "units=X1;X2;X3", set,
				    "printed=5", "issued=5", "returned=3", "valid=3", "void=0", "opened_us=1", "slot=3",
				    "print=a", deed_printf(&w->deed, "form=%s", poll()->form));
			}
			if (strcmp(deed->name, "poll.open") == 0)
				err = open_poll("county", "public", "");
			else if (strcmp(deed->name, "poll.issue") == 0)
				err = issue("4");
			else if (strcmp(deed->name, "poll.count") == 0)
				err = count("4", "3", "1");
			else if (strcmp(deed->name, "poll.cards") == 0)
				err = world_do(w, "poll.cards", "object=P1", "cards=2");
			else
				err = world_do(w, deed->name, "object=P1");
			cr_expect_eq(err == JX_E_LIFE, !allowed, "%s in \"%s\": %d", deed->name, states[s], (int)err);
			cr_expect(err == JX_OK || err == JX_E_LIFE, "%s in \"%s\": %d", deed->name, states[s], (int)err);
			looked++;
		}
	cr_assert_eq(looked, 3u * 5u);
}
