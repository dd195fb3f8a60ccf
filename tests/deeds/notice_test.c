/* Reminders before a deadline and after it, and everybody's notices (R10). */
#include <criterion/criterion.h>
#include <string.h>

#include "deeds/sight.h"
#include "world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new();
	world_put(w, PAPER_PHASES, "phase=goals", "state=open");
	/* Counties and methods are somebody else's test. */
	for (const char *const *u = (const char *const[]){"unit=X1", "unit=X2", "unit=X3", NULL}; *u != NULL; u++)
		world_put(w, PAPER_PLANS, *u, "state=issued");
	world_at(w, "2010-04-13", 9);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(notice, .init = set_up, .fini = tear_down);

static enum jx_err
remind(const char *argument)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
	return argument == NULL ? world_do(w, "remind", NULL) : world_do(w, "remind", argument);
}

static size_t
notices_of(enum role role, const char *account, const char *unit, const char *subject)
{
	world_as(w, role, account, unit, subject);
	cr_assert_eq(world_view(w, "notices", NULL), JX_OK);
	return w->view.row_count;
}

/* Must-show: 7 days before, not 8. */
Test(notice, reminds_from_seven_days_before)
{
	world_at(w, "2010-04-12", 23);
	cr_assert_eq(remind(NULL), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_NOTICES), 0u);
	w->now_us += UINT64_C(3600000000); /* 13 April 0:00 */
	cr_assert_eq(remind(NULL), JX_OK);
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E1", ""), 1u);
	cr_assert_str_eq(world_cell(w, 0, "text"), "请办理：提交重点工作目标计划，共1项，截止2010-04-20 24:00");
	cr_assert_str_eq(world_cell(w, 0, "state"), "unread");
	cr_assert_str_eq(world_cell(w, 0, "by"), "office");
	cr_assert_eq(notices_of(ROLE_CLERK, "c", "E1", ""), 0u, "the head owes it");
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "X1", ""), 0u);
	/* A department is told what it owes in its name: two methods in one notice. */
	cr_assert_eq(notices_of(ROLE_FUNCTIONAL, "f", "", "监察局"), 1u);
	cr_assert_str_eq(world_cell(w, 0, "text"), "请办理：制定共性目标评估办法，共2项，截止2010-04-20 24:00");
	cr_assert_eq(notices_of(ROLE_FUNCTIONAL, "f", "", "教育局"), 0u);
	/* The office waits for the methods: it is not reminded of what is not its turn. */
	cr_assert_eq(notices_of(ROLE_OFFICE, "office", "", ""), 0u);
}

Test(notice, says_nothing_twice_on_one_day)
{
	size_t count;

	cr_assert_eq(remind(NULL), JX_OK);
	count = book_count(w->book, PAPER_NOTICES);
	cr_assert_gt(count, 0u);
	cr_assert_eq(remind(NULL), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_NOTICES), count);
	cr_assert_eq(w->deed.note_count, 2u);
	cr_assert_not_null(strstr(w->deed.notes[1], "今天已经发过"));
	w->now_us = deed_date_end("2010-04-13") - 1;
	cr_assert_eq(remind(NULL), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_NOTICES), count);
	w->now_us++;
	cr_assert_eq(remind(NULL), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_NOTICES), 2 * count);
	/* Another text is another notice. */
	cr_assert_eq(remind("reason=请抓紧"), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_NOTICES), 3 * count);
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E1", ""), 3u);
	cr_assert_not_null(strstr(world_cell(w, 0, "text"), "。请抓紧"));
}

Test(notice, reminds_of_one_obligation_or_one_unit)
{
	world_at(w, "2010-03-01", 9);
	cr_assert_eq(remind("value=nothing"), JX_E_RULE);
	cr_assert_eq(remind("value=plan.submit"), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_NOTICES), 6u, "asked for: however far the deadline");
	world_at(w, "2010-04-21", 0);
	cr_assert_eq(remind("unit=E2"), JX_OK);
	cr_assert_eq(book_count(w->book, PAPER_NOTICES), 7u);
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E2", ""), 2u);
	cr_assert_str_eq(
	    world_cell(w, 0, "text"), "请办理：提交重点工作目标计划，共1项，截止2010-04-20 24:00，其中逾期1项");
	world_as(w, ROLE_CLERK, "c", "E2", "");
	cr_assert_eq(world_do(w, "remind", NULL), JX_E_DENIED);
}

/* Evaluators are reminded by account, once for all their goals. */
Test(notice, reminds_an_account)
{
	world_put(w, PAPER_PHASES, "phase=group", "state=open", "due_us=1");
	world_put(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=P2");
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G1", "title=t", "part=duty", "points=80", "duty=lead");
	world_put(w, RECORD_GOALS, "unit=E2", "goal=G1", "title=t", "part=duty", "points=80", "duty=lead");
	cr_assert_eq(remind("value=group.mark"), JX_OK);
	cr_assert_eq(notices_of(ROLE_EVALUATOR, "P2", "", ""), 1u);
	cr_assert_not_null(strstr(world_cell(w, 0, "text"), "共2项"));
	cr_assert_eq(notices_of(ROLE_EVALUATOR, "P3", "", ""), 0u);
}

Test(notice, is_read_up_to_one_and_stays_read)
{
	const char *first, *second;

	cr_assert_eq(remind("unit=E1"), JX_OK);
	world_at(w, "2010-04-14", 9);
	cr_assert_eq(remind("unit=E1"), JX_OK);
	cr_assert_eq(remind("unit=E2"), JX_OK);
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E1", ""), 2u);
	second = arena_printf(w->arena, "object=%s", world_cell(w, 0, "notice"));
	first = arena_printf(w->arena, "object=%s", world_cell(w, 1, "notice"));
	cr_assert_lt(strcmp(first, second), 0, "newest first");
	cr_assert_eq(world_do(w, "notice.read", first), JX_OK);
	notices_of(ROLE_HEAD, "h", "E1", "");
	cr_assert_str_eq(world_cell(w, 0, "state"), "unread");
	cr_assert_str_eq(world_cell(w, 1, "state"), "read");
	notices_of(ROLE_HEAD, "another", "E1", "");
	cr_assert_str_eq(world_cell(w, 1, "state"), "unread", "each account reads for itself");
	notices_of(ROLE_HEAD, "h", "E1", "");
	cr_assert_eq(world_do(w, "notice.read", second), JX_OK);
	cr_assert_eq(world_do(w, "notice.read", first), JX_OK);
	cr_assert_eq(w->deed.change_count, 0u, "what was read stays read");
	world_as(w, ROLE_HEAD, "h", "E2", "");
	cr_assert_eq(world_do(w, "notice.read", second), JX_E_NOT_FOUND, "another unit's");
	cr_assert_eq(world_do(w, "notice.read", "object=none"), JX_E_NOT_FOUND);
	cr_assert_eq(world_do(w, "notice.read", NULL), JX_E_FIELD);
	/* Also when nothing else may be done any more. */
	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=published");
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E2", ""), 1u);
	second = arena_printf(w->arena, "object=%s", world_cell(w, 0, "notice"));
	cr_assert_eq(world_do(w, "notice.read", second), JX_OK);
}

/* R42: the office keeps all notices, its own list has only its own; a subject's are the subject's. */
Test(notice, is_for_those_addressed)
{
	Jx__Notice notice = JX__NOTICE__INIT;

	notice.role = (char *)(uintptr_t) "functional";
	notice.subject = (char *)(uintptr_t) "监察局";
	world_as(w, ROLE_FUNCTIONAL, "f", "", "监察局");
	cr_assert(sight_is_addressed(&w->actor, &notice));
	cr_assert(sight_may(w->book, &w->actor, PAPER_NOTICES, &notice.base));
	world_as(w, ROLE_FUNCTIONAL, "f", "", "审计局");
	cr_assert_not(sight_is_addressed(&w->actor, &notice));
	cr_assert_not(sight_may(w->book, &w->actor, PAPER_NOTICES, &notice.base));
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_not(sight_is_addressed(&w->actor, &notice));
}

/* Whatever the clock says, what is written later is unread: two deeds of one moment, and one received before. */
Test(notice, read_never_covers_what_came_later)
{
	const char *newest;

	cr_assert_eq(remind("unit=E1"), JX_OK);
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E1", ""), 1u);
	newest = arena_printf(w->arena, "object=%s", world_cell(w, 0, "notice"));
	cr_assert_eq(world_do(w, "notice.read", newest), JX_OK);
	cr_assert_eq(remind("reason=再次"), JX_OK);
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E1", ""), 2u, "not one in place of the other");
	cr_assert_str_eq(world_cell(w, 0, "state"), "unread");
	cr_assert_str_eq(world_cell(w, 1, "state"), "read");
	w->now_us -= 5000000;
	cr_assert_eq(remind("reason=三次"), JX_OK);
	cr_assert_eq(notices_of(ROLE_HEAD, "h", "E1", ""), 3u);
	cr_assert_not_null(strstr(world_cell(w, 0, "text"), "三次"));
	cr_assert_str_eq(world_cell(w, 1, "state"), "unread");
	cr_assert_str_eq(world_cell(w, 2, "state"), "read");
}
