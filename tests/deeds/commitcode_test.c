/*
 * Commit codes: G4's cases (R10, R13, R19): in time, at the deadline exactly, late;
 * late with a code in time, with one that came too late, with another unit's,
 * with other content; a window that was closed meanwhile. Each decision follows
 * from two records alone.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "deeds/commitcode.h"
#include "world.h"

static struct world *w;
static uint64_t due;
/* What the sealed submissions' hashes are: the receipts name them. */
static const uint8_t sealed[32] = {0xa7, 0x3c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xc0};
static const uint8_t other[32] = {0xa7, 0x3c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80};

static void
office(void)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static void
set_up(void)
{
	w = world_new();
	office();
	cr_assert_eq(world_do(w, "phase.open", "value=basic", "due=2010-04-20"), JX_OK);
	due = deed_date_end("2010-04-20");
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(commitcode, .init = set_up, .fini = tear_down);

static const char *
code_of(const uint8_t hash[32])
{
	char *code = arena_alloc(w->arena, CODE_TEXT_SIZE);

	commitcode_of(hash, code);
	return code;
}

/* The office writes down a code at that moment. */
static enum jx_err
record(uint64_t at_us, const char *code, const char *unit)
{
	office();
	w->now_us = at_us;
	w->content_hash = NULL;
	world_row(w, PAPER_COMMIT_CODES, arena_printf(w->arena, "code=%s", code),
	    arena_printf(w->arena, "unit=%s", unit), "note=张三来电");
	return world_do(w, "commitcode.add", NULL);
}

/* The clerk's submission arrives. */
static enum jx_err
arrive(uint64_t at_us, const uint8_t hash[32], const char *unit, const char *material)
{
	world_as(w, ROLE_CLERK, "clerk", unit, "");
	w->now_us = at_us;
	w->content_hash = hash;
	world_row(w, PAPER_MATERIALS, arena_printf(w->arena, "unit=%s", unit), "item=daily",
	    arena_printf(w->arena, "material=%s", material), "title=台账");
	return world_do(w, "material.push", arena_printf(w->arena, "unit=%s", unit));
}

static bool
is_late(const char *unit, const char *material)
{
	return strcmp(world_field(w, PAPER_MATERIALS, "late", unit, "daily", material), "yes") == 0;
}

static bool
is_at(const char *unit, const char *material, uint64_t at_us)
{
	return strtoull(world_field(w, PAPER_MATERIALS, "at_us", unit, "daily", material), NULL, 10) == at_us;
}

/* From the record of the code and the receipt of the submission (its hash, its time) alone. */
static bool
two_records_say_late(const uint8_t hash[32], const char *unit, uint64_t received_us)
{
	const Jx__CommitCode *code =
	    (const Jx__CommitCode *)book_get(w->book, PAPER_COMMIT_CODES, code_of(hash));

	return commitcode_moment(code, hash, unit, received_us) >= due;
}

Test(commitcode, lateness_in_every_case)
{
	static const uint8_t none[32] = {1}, early[32] = {2}, exact[32] = {3}, tardy[32] = {4}, foreign[32] = {5};
	const struct {
		const char *material;
		const uint8_t *hash;
		uint64_t coded_us; /* 0: nobody called */
		const char *coded_unit;
		uint64_t received_us;
		bool is_late;
	} rows[] = {
	    {"in time", none, 0, NULL, due - 1, false},
	    {"at the deadline", none, 0, NULL, due, true},
	    {"late", none, 0, NULL, due + 1, true},
	    {"late, code in time", early, due - 1, "X1", due + 1, false},
	    {"days late, code in time", early, 0, NULL, due + UINT64_C(259200000000), false},
	    {"code at the deadline", exact, due, "X1", due + 2, true},
	    {"code too late", tardy, due + 1, "X1", due + 2, true},
	    {"code of another unit", foreign, due - 1, "X2", due + 1, true},
	    {"other content", other, 0, NULL, due + 1, true},
	};

	/* In order of time, as a clock goes. */
	cr_assert_eq(record(due - 1, code_of(early), "X1"), JX_OK);
	cr_assert_eq(record(due - 1, code_of(foreign), "X2"), JX_OK);
	cr_assert_eq(record(due, code_of(exact), "X1"), JX_OK);
	cr_assert_eq(record(due + 1, code_of(tardy), "X1"), JX_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_assert_eq(arrive(rows[i].received_us, rows[i].hash, "X1", rows[i].material), JX_OK);
		cr_expect_eq(is_late("X1", rows[i].material), rows[i].is_late, "%s", rows[i].material);
		cr_expect(is_at("X1", rows[i].material, rows[i].received_us), "%s: its true time stands", rows[i].material);
		cr_expect_eq(two_records_say_late(rows[i].hash, "X1", rows[i].received_us), rows[i].is_late, "%s: reproduced",
		    rows[i].material);
		cr_expect_eq(w->deed.code != NULL, w->deed.counts_us < rows[i].received_us, "%s", rows[i].material);
	}
}

Test(commitcode, the_reply_names_the_code_that_counted)
{
	bool is_named = false;

	cr_assert_eq(record(due - 1, code_of(sealed), "X1"), JX_OK);
	cr_assert_eq(arrive(due + 5, sealed, "X1", "M1"), JX_OK);
	for (size_t i = 0; i < w->deed.note_count; i++)
		is_named |= strstr(w->deed.notes[i], code_of(sealed)) != NULL && strstr(w->deed.notes[i], "23:59:59") != NULL;
	cr_expect(is_named);
	cr_assert_eq(arrive(due + 6, other, "X1", "M2"), JX_OK);
	for (size_t i = 0; i < w->deed.note_count; i++)
		cr_expect_null(strstr(w->deed.notes[i], "承诺码"));
}

Test(commitcode, is_recorded_once_and_the_first_time_stands)
{
	char grouped[CODE_TEXT_SIZE];

	code_write(sealed, CODE_SHORT_BITS, grouped);
	cr_assert_eq(strlen(code_of(sealed)), 20u);
	cr_assert_eq(record(due - 9, grouped, "X1"), JX_OK, "as it is read out, in groups");
	cr_assert_eq(w->deed.change_count, 1u);
	cr_assert_str_eq(world_field(w, PAPER_COMMIT_CODES, "unit", code_of(sealed)), "X1");
	cr_assert_str_eq(world_field(w, PAPER_COMMIT_CODES, "by", code_of(sealed)), "office");
	cr_assert_str_eq(world_field(w, PAPER_COMMIT_CODES, "note", code_of(sealed)), "张三来电");
	cr_assert_eq(record(due + 9, code_of(sealed), "X1"), JX_OK);
	cr_assert_eq(w->deed.change_count, 0u, "no change");
	cr_assert_eq(strtoull(world_field(w, PAPER_COMMIT_CODES, "at_us", code_of(sealed)), NULL, 10), due - 9);
	cr_assert_eq(record(due + 9, code_of(sealed), "X2"), JX_E_FAULTS, "it is another unit's");
}

Test(commitcode, what_is_no_code_is_refused)
{
	char wrong[CODE_TEXT_SIZE];

	strcpy(wrong, code_of(sealed));
	wrong[3] = wrong[3] == '0' ? '1' : '0';
	cr_assert_eq(record(due, wrong, "X1"), JX_E_FAULTS, "a character misheard");
	cr_assert_eq(record(due, "A", "X1"), JX_E_FAULTS);
	cr_assert_eq(record(due, code_of(sealed), "Z9"), JX_E_FAULTS, "no such unit");
	office();
	w->content_hash = NULL;
	world_row(w, PAPER_COMMIT_CODES, arena_printf(w->arena, "code=%s", code_of(sealed)), "unit=X1", "at_us=1");
	cr_assert_eq(world_do(w, "commitcode.add", NULL), JX_E_FAULTS, "nobody sets the time himself");
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	world_row(w, PAPER_COMMIT_CODES, arena_printf(w->arena, "code=%s", code_of(sealed)), "unit=X1");
	cr_assert_eq(world_do(w, "commitcode.add", NULL), JX_E_DENIED);
}

Test(commitcode, a_window_closed_meanwhile_counts_as_it_stood_when_the_code_was_told)
{
	static const uint8_t before[32] = {1}, within[32] = {2}, after[32] = {3};
	uint64_t opened = due + 10, closed = due + 20;

	office();
	w->now_us = due + 1;
	cr_assert_eq(world_do(w, "phase.close", "value=basic"), JX_OK);
	cr_assert_eq(record(due + 5, code_of(before), "X1"), JX_OK, "between two openings");
	office();
	w->now_us = opened;
	cr_assert_eq(world_do(w, "phase.open", "value=basic"), JX_OK);
	cr_assert_eq(record(closed - 1, code_of(within), "X1"), JX_OK);
	office();
	w->now_us = closed;
	cr_assert_eq(world_do(w, "phase.close", "value=basic"), JX_OK);
	cr_assert_eq(record(closed, code_of(after), "X1"), JX_OK, "at the very moment: half-open");
	cr_assert_eq(arrive(closed + 5, before, "X1", "M1"), JX_E_PHASE);
	cr_assert_eq(arrive(closed + 5, after, "X1", "M2"), JX_E_PHASE);
	cr_assert_eq(arrive(closed + 5, other, "X1", "M3"), JX_E_PHASE, "no code");
	cr_assert_eq(arrive(closed + 5, within, "X2", "M4"), JX_E_PHASE, "another's code");
	cr_assert_eq(arrive(closed + 5, within, "X1", "M5"), JX_OK);
	cr_assert(is_late("X1", "M5"), "the deadline was before");
	/* Only the last opening is on record. */
	office();
	w->now_us = closed + 10;
	w->content_hash = NULL;
	cr_assert_eq(world_do(w, "phase.open", "value=basic"), JX_OK);
	w->now_us = closed + 20;
	cr_assert_eq(world_do(w, "phase.close", "value=basic"), JX_OK);
	cr_assert_eq(arrive(closed + 30, within, "X1", "M6"), JX_E_PHASE);
}

/* A second phase.open, for another deadline, is no other opening. */
Test(commitcode, a_later_deadline_keeps_the_opening)
{
	const char *opened = world_field(w, PAPER_PHASES, "opened_us", "basic");

	office();
	w->now_us += 1000000;
	cr_assert_eq(world_do(w, "phase.open", "value=basic", "due=2010-04-22"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_PHASES, "opened_us", "basic"), opened);
	cr_assert_str_eq(world_field(w, PAPER_PHASES, "closed_us", "basic"), "");
}

Test(commitcode, rounds_have_windows_too)
{
	static const uint8_t coded[32] = {7};
	uint64_t round_due_us = deed_date_end("2010-04-25");

	office();
	cr_assert_eq(world_do(w, "phase.open", "value=progress"), JX_OK);
	cr_assert_eq(world_do(w, "round.open", "object=1", "due=2010-04-25"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=X1", "goal=G1", "title=a", "part=main", "points=72", "duty=lead");
	world_as(w, ROLE_CLERK, "clerk", "X1", "");
	world_row(w, PAPER_GOAL_REPORTS, "unit=X1", "round=1", "goal=G1", "text=按计划推进", "evidence=abc");
	cr_assert_eq(world_do(w, "report.push", "unit=X1", "object=1"), JX_OK);
	cr_assert_eq(record(round_due_us - 1, code_of(coded), "X1"), JX_OK);
	office();
	w->now_us = round_due_us + 1;
	cr_assert_eq(world_do(w, "round.close", "object=1"), JX_OK);
	w->now_us = round_due_us + 9;
	world_as(w, ROLE_HEAD, "head", "X1", "");
	w->content_hash = other;
	cr_assert_neq(world_do(w, "report.send", "unit=X1", "object=1"), JX_OK, "closed");
	w->content_hash = coded;
	cr_assert_eq(world_do(w, "report.send", "unit=X1", "object=1"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_ROUND_REPORTS, "late", "X1", "1"), "", "R13: told in time");
}

Test(commitcode, an_objection_told_before_the_publicity_ended)
{
	static const uint8_t coded[32] = {8};

	world_put(w, PAPER_OUTCOMES, "outcome=result", "state=public", arena_printf(w->arena, "until_us=%llu", (unsigned long long)due));
	cr_assert_eq(record(due - 1, code_of(coded), "X1"), JX_OK);
	world_as(w, ROLE_HEAD, "head", "X1", "");
	w->now_us = due + 1;
	w->content_hash = other;
	cr_assert_eq(world_do(w, "objection.add", "unit=X1", "object=O1", "reason=数据有误"), JX_E_PHASE);
	w->content_hash = coded;
	cr_assert_eq(world_do(w, "objection.add", "unit=X1", "object=O1", "reason=数据有误"), JX_OK);
}
