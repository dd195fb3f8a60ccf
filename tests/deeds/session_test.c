/* The leaders' session (R26–R28): frozen summary, sheets sealed whole, merged when it closes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "deeds/sight.h"
#include "records/check.h"
#include "world.h"

static struct world *w;
static Jx__Run run;
static Jx__Hole holes[8];
static Jx__Hole *hole_list[8];

static const char *const published[COMPONENT_COUNT] = {
    "2.85", "2.90", "3.00", "0.97", "8.12", "13.47", "33.33", "0.00", "0.50"};

static void
office(void)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}

/* A run of every unit, as the calculation would publish it. */
static void
make_run(void)
{
	size_t count = book_count(w->book, RECORD_UNITS);

	jx__run__init(&run);
	run.has_run = 1;
	run.run = 7;
	run.state = (char *)(uintptr_t) "done";
	run.batch = w->batch;
	run.has_scheme_digest = 1;
	run.scheme_digest.data = (uint8_t *)(uintptr_t)book_scheme(w->book)->digest;
	run.scheme_digest.len = 32;
	w->run = (struct deed_run){.run = &run, .holes = hole_list};
	w->run.units = arena_alloc(w->arena, count * sizeof *w->run.units);
	for (size_t i = 0; i < count; i++) {
		Jx__UnitResult *unit = arena_alloc(w->arena, sizeof *unit);

		jx__unit_result__init(unit);
		unit->unit = ((Jx__Unit *)(uintptr_t)book_at(w->book, RECORD_UNITS, i)->record)->unit;
		unit->components = arena_alloc(w->arena, COMPONENT_COUNT * sizeof *unit->components);
		for (int c = 0; c < COMPONENT_COUNT; c++) {
			Jx__Component *part = arena_alloc(w->arena, sizeof *part);

			jx__component__init(part);
			part->component = (char *)(uintptr_t)component_code((enum component)c);
			part->published = (char *)(uintptr_t)published[c];
			unit->components[unit->n_components++] = part;
		}
		w->run.units[w->run.unit_count++] = unit;
	}
}

static void
hole(const char *unit, const char *missing)
{
	Jx__Hole *made = &holes[w->run.hole_count];

	jx__hole__init(made);
	made->unit = (char *)(uintptr_t)unit;
	made->missing = (char *)(uintptr_t)missing;
	hole_list[w->run.hole_count++] = made;
}

static void
set_up(void)
{
	w = world_new();
	office();
	cr_assert_eq(world_do(w, "phase.open", "value=leaders"), JX_OK);
	make_run();
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(session, .init = set_up, .fini = tear_down);

static bool
said(const char *words)
{
	for (size_t i = 0; i < w->deed.why_count; i++)
		if (strstr(w->deed.why[i], words) != NULL)
			return true;
	return false;
}

static void
open_session(void)
{
	office();
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_OK);
}

static char *
hash_argument(void)
{
	return arena_printf(w->arena, "value=%s", world_field(w, PAPER_SESSIONS, "hash", "session"));
}

static void
line(const char *leader, const char *unit, const char *kind, const char *value)
{
	world_row(w, PAPER_SHEET_LINES, arena_printf(w->arena, "leader=%s", leader),
	    arena_printf(w->arena, "unit=%s", unit), arena_printf(w->arena, "kind=%s", kind),
	    arena_printf(w->arena, "value=%s", value));
}

static void
counties(const char *leader)
{
	line(leader, "X1", "tier", "1");
	line(leader, "X2", "tier", "2");
	line(leader, "X3", "tier", "2");
}

static void
ranks(const char *leader, const char *first, const char *second, const char *third)
{
	const char *prefix = strcmp(leader, "L2") == 0 || strcmp(leader, "L4") == 0 ? "E" : "S";

	line(leader, arena_printf(w->arena, "%s1", prefix), "rank", first);
	line(leader, arena_printf(w->arena, "%s2", prefix), "rank", second);
	line(leader, arena_printf(w->arena, "%s3", prefix), "rank", third);
}

static enum jx_err
seal(const char *leader)
{
	world_as(w, ROLE_LEADER, leader, "", leader);
	return world_do(w, "sheet.seal", hash_argument());
}

static enum jx_err
seal_whole(const char *leader)
{
	counties(leader);
	ranks(leader, "1", "2", "3");
	return seal(leader);
}

/* R26: any hole but the leaders' own keeps the session shut, and says who owes what. */
Test(session, a_hole_keeps_it_shut)
{
	hole("X1", "leader:L1");
	hole("E1", "common:capacity");
	hole("X2", "ballots:public");
	hole("E1", "leaders:vice");
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_E_RULE);
	cr_assert(said("尚缺 2 处"));
	cr_assert(said("发展改革委（E1）：缺 共性目标 capacity，由人事局提供"));
	cr_assert(said("西水县（X2）：缺 评价卡 public"));
	cr_assert(!said("leader:L1"));
	cr_assert_str_eq(world_field(w, PAPER_SESSIONS, "state", "session"), "");
	w->run.hole_count = 0;
	hole("X1", "leader:L1");
	hole("E1", "leaders:vice");
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_OK);
	cr_assert_eq(w->deed.note_count, 1u, "nobody of that rank will fill it");
}

Test(session, the_run_is_of_the_present_inputs)
{
	cr_assert_eq(world_do(w, "session.open", NULL), JX_E_FIELD);
	run.state = (char *)(uintptr_t) "refused";
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_E_RULE);
	run.state = (char *)(uintptr_t) "done";
	run.scheme_digest.data = arena_alloc(w->arena, 32);
	memset(run.scheme_digest.data, 1, 32);
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_E_RULE);
	cr_assert(said("方案又有变动"));
	make_run();
	world_put(w, RECORD_LEADER_MARKS, "leader=L1", "unit=X1", "kind=tier", "value=1");
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=9");
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_E_RULE);
	cr_assert(said("基础工作评估"));
	cr_assert(!said("领导评分"), "the leaders' marks are not in the summary");
	run.batch = w->batch;
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_OK, "exactly the last batch");
	office();
	cr_assert_eq(world_do(w, "phase.close", "value=leaders"), JX_OK);
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_E_PHASE);
}

/* R26: the six components, exact sums of what was published; no bonus. */
Test(session, the_summary_is_exact_and_hashed)
{
	char before[65];

	open_session();
	cr_assert_str_eq(world_field(w, PAPER_SUMMARY, "tracking", "X1"), "5.90");
	cr_assert_str_eq(world_field(w, PAPER_SUMMARY, "key", "X1"), "33.33");
	cr_assert_str_eq(world_field(w, PAPER_SUMMARY, "subtotal", "X1"), "64.64");
	cr_assert_eq(book_count(w->book, PAPER_SUMMARY), 9u);
	snprintf(before, sizeof before, "%s", world_field(w, PAPER_SESSIONS, "hash", "session"));
	cr_assert_eq(strlen(before), 64u);
	cr_assert_eq(world_view(w, "session.summary", "unit=X1"), JX_OK);
	cr_assert(world_has_row(w, "name=东山县", "subtotal=64.64"));
	cr_assert_str_eq(w->view.title, before);
	/* The same figures, the same hash; another bonus too; another figure, another hash. */
	open_session();
	cr_assert_str_eq(world_field(w, PAPER_SESSIONS, "hash", "session"), before);
	w->run.units[0]->components[COMPONENT_BONUS]->published = (char *)(uintptr_t) "1.00";
	open_session();
	cr_assert_str_eq(world_field(w, PAPER_SESSIONS, "hash", "session"), before);
	w->run.units[0]->components[COMPONENT_BASIC]->published = (char *)(uintptr_t) "2.86";
	open_session();
	cr_assert_str_neq(world_field(w, PAPER_SESSIONS, "hash", "session"), before);
	/* Not once a sheet has come. */
	cr_assert_eq(seal_whole("L2"), JX_OK);
	office();
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_E_RULE);
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	cr_assert_eq(world_view(w, "session.summary", NULL), JX_E_DENIED);
}

/* R27: complete or not accepted; values by the rank's method. */
Test(session, a_sheet_is_whole_or_not_accepted)
{
	counties("L2");
	cr_assert_eq(seal("L2"), JX_E_FIELD, "no session, no hash to name");
	world_as(w, ROLE_SECRETARY, "secretary", "", "L2");
	counties("L2");
	cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_E_RULE, "no session yet");
	open_session();
	counties("L2");
	cr_assert_eq(seal("L2"), JX_E_RULE, "the departments are not ranked");
	cr_assert(said("发展改革委"));
	counties("L2");
	ranks("L2", "1", "2", "2");
	cr_assert_eq(seal("L2"), JX_E_FAULTS, "ranks are distinct");
	counties("L2");
	ranks("L2", "1", "2", "4");
	cr_assert_eq(seal("L2"), JX_E_FAULTS, "1 to 3");
	counties("L2");
	ranks("L2", "0", "1", "2");
	cr_assert_eq(seal("L2"), JX_E_FAULTS);
	counties("L2");
	ranks("L2", "1", "2", "3");
	line("L2", "S1", "rank", "1");
	cr_assert_eq(seal("L2"), JX_E_FAULTS, "not in his charge");
	counties("L2");
	ranks("L3", "1", "2", "3");
	cr_assert_eq(seal("L2"), JX_E_FAULTS, "another's lines");
	line("L2", "X1", "tier", "9");
	line("L2", "X2", "mark", "9");
	line("L2", "X3", "tier", "1");
	ranks("L2", "1", "2", "3");
	cr_assert_eq(seal("L2"), JX_E_FAULTS, "no such tier, not by mark");
	counties("L2");
	ranks("L2", "1", "2", "3");
	world_as(w, ROLE_LEADER, "L2", "", "L2");
	cr_assert_eq(world_do(w, "sheet.seal", "value=0123"), JX_E_RULE, "another summary");
	cr_assert_eq(seal_whole("L2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "state", "L2"), "sealed");
	cr_assert_eq(seal_whole("L2"), JX_E_LIFE, "sealed is sealed");
	cr_assert_eq(book_count(w->book, RECORD_LEADER_MARKS), 0u, "merged when the session closes");
}

Test(session, the_mayor_marks_every_department)
{
	open_session();
	counties("L1");
	for (int i = 0; i < 6; i++)
		line("L1", arena_printf(w->arena, "%c%d", "ES"[i / 3], i % 3 + 1), "mark", i == 0 ? "90.50" : "100");
	cr_assert_eq(seal("L1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SHEET_LINES, "value", "L1", "E1"), "90.5", "canonical");
	world_as(w, ROLE_LEADER, "L1", "", "L1");
}

Test(session, a_mark_is_at_most_a_hundred)
{
	static const char *const bad[] = {"100.01", "90.555", "-1", "优"};

	open_session();
	world_as(w, ROLE_LEADER, "L1", "", "L1");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		line("L1", "E1", "mark", bad[i]);
		cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_E_FAULTS, "%s", bad[i]);
	}
	line("L1", "E1", "mark", "100");
	cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_OK);
}

/* R27: a secretary prepares, only the leader seals, nobody else sees. */
Test(session, a_secretary_prepares_and_the_leader_seals)
{
	open_session();
	world_as(w, ROLE_SECRETARY, "secretary", "", "L2");
	counties("L2");
	ranks("L2", "1", "2", "2");
	cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_OK, "a draft need not be whole");
	cr_assert_eq(world_do(w, "sheet.seal", hash_argument()), JX_E_DENIED);
	cr_assert_eq(world_view(w, "sheet.mine", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 6u);
	cr_assert(world_has_row(w, "unit=E1", "kind=rank", "of=3", "value=1", "missing=", "subtotal=64.64"));
	cr_assert_eq(seal("L2"), JX_E_RULE, "the draft's ranks are not distinct");
	world_as(w, ROLE_SECRETARY, "secretary", "", "L2");
	ranks("L2", "3", "2", "1");
	cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_OK, "replaces the draft");
	cr_assert_eq(book_count(w->book, PAPER_SHEET_LINES), 3u);
	cr_assert_eq(world_view(w, "sheet.mine", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "value=", "missing=未评"));
	counties("L2");
	ranks("L2", "3", "2", "1");
	cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_OK);
	cr_assert_eq(seal("L2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "first", "L2"), "secretary");
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "by", "L2"), "L2");
	world_as(w, ROLE_SECRETARY, "secretary", "", "L2");
	counties("L2");
	cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_E_LIFE);
	/* Received or not, never a value. */
	office();
	cr_assert(!sight_any(&w->actor, PAPER_SHEET_LINES));
	cr_assert_eq(world_view(w, "session.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "leader=L2", "state=已收到", "prepared=secretary"));
	cr_assert(world_has_row(w, "leader=L3", "state=未收到"));
	world_as(w, ROLE_LEADER, "L3", "", "L3");
	cr_assert_eq(world_view(w, "session.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 1u, "one's own row only");
	cr_assert(!sight_may(w->book, &w->actor, PAPER_SHEET_LINES, book_at(w->book, PAPER_SHEET_LINES, 0)->record));
}

/* R27: merged when it closes; an absent leader marks later on the same summary. */
Test(session, it_closes_and_the_absent_mark_later)
{
	open_session();
	cr_assert_eq(seal_whole("L2"), JX_OK);
	cr_assert_eq(seal_whole("L4"), JX_OK);
	office();
	cr_assert_eq(world_do(w, "session.close", NULL), JX_E_RULE);
	cr_assert(said("副市长乙"));
	cr_assert(!said("副市长甲"));
	cr_assert_eq(world_do(w, "session.close", "reason=出差"), JX_OK);
	cr_assert_eq(w->deed.note_count, 3u);
	cr_assert_str_eq(world_field(w, PAPER_SESSIONS, "state", "session"), "closed");
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "state", "L2"), "merged");
	cr_assert_eq(book_count(w->book, RECORD_LEADER_MARKS), 12u);
	cr_assert_str_eq(world_field(w, RECORD_LEADER_MARKS, "value", "L2", "E3"), "3");
	cr_assert_str_eq(world_field(w, RECORD_LEADER_MARKS, "kind", "L2", "X1"), "tier");
	cr_assert_eq(world_do(w, "session.close", NULL), JX_E_LIFE);
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_E_LIFE);
	cr_assert_eq(seal_whole("L3"), JX_OK, "on the same summary");
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "state", "L3"), "merged");
	cr_assert_eq(book_count(w->book, RECORD_LEADER_MARKS), 18u);
	cr_assert_eq(seal_whole("L2"), JX_E_LIFE);
}

static void
paper(const char *leader, const char *pass, const char *second)
{
	static const char *const units[] = {"X1", "X2", "X3", "E1", "E2", "E3"};
	const char *const values[] = {"1", "2", "2", "1", second, second[0] == '2' ? "3" : "2"};

	for (int i = 0; i < 6; i++)
		world_row(w, PAPER_PAPER_LINES, arena_printf(w->arena, "leader=%s", leader),
		    arena_printf(w->arena, "pass=%s", pass), arena_printf(w->arena, "unit=%s", units[i]),
		    i < 3 ? "kind=tier" : "kind=rank", arena_printf(w->arena, "value=%s", values[i]));
}

static enum jx_err
enter_paper(const char *account, const char *pass, const char *second)
{
	world_as(w, ROLE_OFFICE, account, "", "");
	paper("L2", pass, second);
	return world_do(w, "sheet.paper", "object=L2", hash_argument());
}

Test(session, a_paper_sheet_is_entered_twice)
{
	open_session();
	world_as(w, ROLE_SECRETARY, "secretary", "", "L2");
	line("L2", "X1", "tier", "3");
	cr_assert_eq(world_do(w, "sheet.draft", NULL), JX_OK);
	world_as(w, ROLE_OFFICE, "one", "", "");
	paper("L2", "1", "2");
	cr_assert_eq(world_do(w, "sheet.paper", "object=L2", "value=ffffffff"), JX_E_RULE, "another summary");
	paper("L2", "1", "2");
	cr_assert_eq(world_do(w, "sheet.paper", "object=nobody", hash_argument()), JX_E_NOT_FOUND);
	world_row(w, PAPER_PAPER_LINES, "leader=L2", "pass=1", "unit=X1", "kind=tier", "value=1");
	cr_assert_eq(world_do(w, "sheet.paper", "object=L2", hash_argument()), JX_E_RULE, "not whole");
	cr_assert_eq(enter_paper("one", "1", "2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "state", "L2"), "first");
	cr_assert_eq(enter_paper("one", "2", "2"), JX_E_RULE, "two accounts");
	cr_assert_eq(enter_paper("two", "1", "2"), JX_E_RULE, "not over another's entry");
	cr_assert_eq(enter_paper("two", "2", "3"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "state", "L2"), "differs");
	cr_assert(strstr(w->deed.notes[0], "E2 E3") != NULL);
	cr_assert_eq(enter_paper("two", "2", "2"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "state", "L2"), "sealed");
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "by", "L2"), "paper");
	cr_assert_eq(book_count(w->book, PAPER_PAPER_LINES), 0u);
	cr_assert_eq(book_count(w->book, PAPER_SHEET_LINES), 6u);
	cr_assert_str_eq(world_field(w, PAPER_SHEET_LINES, "value", "L2", "X1"), "1", "not the draft's");
}

Test(session, a_paper_sheet_after_closing_is_merged_at_once)
{
	char value[32];

	open_session();
	office();
	cr_assert_eq(world_do(w, "session.close", "reason=补评"), JX_OK);
	cr_assert_eq(enter_paper("one", "1", "2"), JX_OK);
	snprintf(value, sizeof value, "value=%.8s", world_field(w, PAPER_SESSIONS, "hash", "session"));
	world_as(w, ROLE_OFFICE, "two", "", "");
	paper("L2", "2", "2");
	cr_assert_eq(world_do(w, "sheet.paper", "object=L2", value), JX_OK, "the hash as printed");
	cr_assert_str_eq(world_field(w, PAPER_SHEETS, "state", "L2"), "merged");
	cr_assert_eq(book_count(w->book, RECORD_LEADER_MARKS), 6u);
}

/* What a session leaves is what the calculation takes: no mark is missing, none is wrong. */
Test(session, merged_marks_pass_the_checks_of_the_records)
{
	struct faults *faults = faults_new(JX_EN);
	static const char *const leaders[] = {"L2", "L3", "L4", "L5"};

	world_free(w);
	w = world_new_full();
	while (book_count(w->book, RECORD_LEADER_MARKS) > 0)
		cr_assert_eq(book_put(w->book, RECORD_LEADER_MARKS, book_at(w->book, RECORD_LEADER_MARKS, 0)->record, true,
				 0, w->batch),
		    JX_OK);
	office();
	cr_assert_eq(world_do(w, "phase.open", "value=leaders"), JX_OK);
	make_run();
	open_session();
	counties("L1");
	for (int i = 0; i < 6; i++)
		line("L1", arena_printf(w->arena, "%c%d", "ES"[i / 3], i % 3 + 1), "mark", "９0.50");
	cr_assert_eq(seal("L1"), JX_OK, "an input method's digits are folded");
	for (size_t i = 0; i < 4; i++)
		cr_assert_eq(seal_whole(leaders[i]), JX_OK);
	office();
	cr_assert_eq(world_do(w, "session.close", NULL), JX_OK, "every sheet has come: no reason is needed");
	cr_assert_eq(book_count(w->book, RECORD_LEADER_MARKS), 9u + 4u * 6u);
	cr_assert(records_check(book_scheme(w->book), book_records(w->book, w->arena), &records_locator_plain, faults));
	faults_free(faults);
}

/* R28: what every rank of every portfolio is worth is known beforehand, n = 1 too. */
Test(session, ranks_and_their_marks_are_shown_beforehand)
{
	cr_assert_eq(world_view(w, "session.ranks", NULL), JX_OK);
	cr_assert(world_has_row(w, "leader=L2", "of=3", "rank=1", "mark=100"));
	cr_assert(world_has_row(w, "leader=L2", "of=3", "rank=3", "mark=96"));
	cr_assert_eq(world_do(w, "supervision.set", "object=L3", "reason=调整"), JX_OK);
	world_row(w, RECORD_SUPERVISION, "leader=L5", "unit=S1");
	cr_assert_eq(world_do(w, "supervision.set", "object=L5"), JX_OK);
	cr_assert_eq(world_view(w, "session.ranks", NULL), JX_OK);
	cr_assert(world_has_row(w, "leader=L5", "of=1", "rank=1", "mark=100"));
	cr_assert(world_has_row(w, "leader=L3", "of=0", "mark=没有分管单位"));
	run.batch = w->batch;
	cr_assert_eq(world_do(w, "session.open", "run=7"), JX_OK);
	cr_assert_eq(w->deed.note_count, 1u);
	cr_assert(strstr(w->deed.notes[0], "副市长乙没有分管单位") != NULL);
}

/* Every pair of state and deed that a life does not have is refused as such. */
static void
put_sheet(const char *state)
{
	const char *set = arena_printf(w->arena, "state=%s", state);

	if (*state == '\0')
		return;
	world_put(w, PAPER_SHEETS, "leader=L2", set, "first=zhao",
	    strcmp(state, "differs") == 0 ? "second=qian" : NULL);
	if (strcmp(state, "draft") == 0)
		world_put(w, PAPER_SHEETS, "leader=L2", set, "by=zhao");
}

static enum jx_err
do_sheet(const char *deed)
{
	if (strcmp(deed, "sheet.paper") == 0)
		return enter_paper("two", "2", "2");
	world_as(w, ROLE_LEADER, "L2", "", "L2");
	counties("L2");
	ranks("L2", "1", "2", "3");
	return strcmp(deed, "sheet.draft") == 0 ? world_do(w, deed, NULL) : world_do(w, deed, hash_argument());
}

static bool
has_edge(const struct deed_life *life, const char *state, const char *deed)
{
	for (size_t e = 0; e < life->edge_count; e++)
		if (strcmp(life->edges[e].from, state) == 0 && strcmp(life->edges[e].deed, deed) == 0)
			return true;
	return false;
}

Test(session, exhaustive_life_of_a_sheet)
{
	static const char *const states[] = {"", "draft", "first", "differs", "sealed", "merged"};
	const struct deed_life *life = deed_life_of(PAPER_SHEETS);
	size_t looked = 0;

	for (int closed = 0; closed < 2; closed++)
		for (size_t s = 0; s < sizeof states / sizeof *states; s++)
			for (size_t d = 0; d < deed_count(); d++) {
				enum jx_err err;

				if (deed_at(d)->life != life)
					continue;
				tear_down();
				set_up();
				open_session();
				if (closed)
					cr_assert_eq(world_do(w, "session.close", "reason=x"), JX_OK);
				put_sheet(states[s]);
				err = do_sheet(deed_at(d)->name);
				cr_expect_eq(err, has_edge(life, states[s], deed_at(d)->name) ? JX_OK : JX_E_LIFE,
				    "%s in \"%s\": %d", deed_at(d)->name, states[s], (int)err);
				looked++;
			}
	cr_assert_eq(looked, 2u * 3u * 6u);
}

Test(session, exhaustive_life_of_the_session)
{
	static const char *const states[] = {"", "open", "closed"};
	const struct deed_life *life = deed_life_of(PAPER_SESSIONS);
	size_t looked = 0;

	for (size_t s = 0; s < sizeof states / sizeof *states; s++)
		for (size_t d = 0; d < deed_count(); d++) {
			const char *deed = deed_at(d)->name;
			enum jx_err err;

			if (deed_at(d)->life != life)
				continue;
			tear_down();
			set_up();
			if (*states[s] != '\0')
				world_put(w, PAPER_SESSIONS, "session=session", arena_printf(w->arena, "state=%s", states[s]));
			err = strcmp(deed, "session.open") == 0 ? world_do(w, deed, "run=7") : world_do(w, deed, "reason=x");
			cr_expect_eq(err, has_edge(life, states[s], deed) ? JX_OK : JX_E_LIFE, "%s in \"%s\": %d", deed,
			    states[s], (int)err);
			looked++;
		}
	cr_assert_eq(looked, 2u * 3u);
}
