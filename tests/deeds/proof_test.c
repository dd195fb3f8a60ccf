/* Files as proofs (R12, R14, R16, R17, R23, R24, R44): kept once, named many times, in time to the microsecond (G4). */
#include <criterion/criterion.h>
#include <string.h>

#include "deeds/awaited.h"
#include "deeds/sniff.h"
#include "records/field.h"
#include "world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HOURS_72 (UINT64_C(72) * 3600 * 1000000)

static struct world *w;

static void
as_office(void)
{
	world_as(w, ROLE_OFFICE, "office", "", "");
}

static void
as_clerk(const char *unit)
{
	world_as(w, ROLE_CLERK, "clerk", unit, "");
}

static void
set_up(void)
{
	w = world_new();
	as_office();
	cr_assert_eq(world_do(w, "phase.open", "value=basic", "due=2010-11-30"), JX_OK);
	world_at(w, "2010-06-01", 9);
	w->file.type = "pdf";
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(proof, .init = set_up, .fini = tear_down);

static const char *
pair(const char *name, const char *value)
{
	return arena_printf(w->arena, "%s=%s", name, value);
}

static const char *
moment(const char *name, uint64_t us)
{
	return arena_printf(w->arena, "%s=%llu", name, (unsigned long long)us);
}

static enum jx_err
keep_as(const char *deed, const char *unit, const char *hex, const char *name)
{
	world_row(w, PAPER_FILES, pair("unit", unit), pair("file", hex), pair("name", name), "size=5000");
	return world_do(w, deed, pair("unit", unit));
}

static enum jx_err
keep(const char *unit, const char *hex, const char *name)
{
	return keep_as("evidence.keep", unit, hex, name);
}

static enum jx_err
push(const char *material, const char *evidence)
{
	world_row(w, PAPER_MATERIALS, "unit=X1", "item=daily", pair("material", material), "title=t",
	    pair("evidence", evidence));
	return world_do(w, "material.push", "unit=X1");
}

/* ---- The judgement: two records alone. */

Test(proof, within_72_hours_to_the_microsecond)
{
	const uint64_t at = 1000000, until = at + HOURS_72;
	const struct {
		bool is_late, is_there;
		uint64_t file, now;
		enum awaited_state state;
	} cases[] = {
	    {false, false, 0, at, AWAITED_WAITING},
	    {false, false, 0, until - 1, AWAITED_WAITING},
	    {false, false, 0, until, AWAITED_MISSING},
	    {false, true, 1, until + 5, AWAITED_PRESENT},
	    {false, true, at, at, AWAITED_PRESENT},
	    {false, true, until - 1, until + 5, AWAITED_PRESENT},
	    {false, true, until, until + 5, AWAITED_LATE},
	    {false, true, until + 1, until + 5, AWAITED_LATE},
	    /* A late submission has no time left for its files. */
	    {true, true, at - 1, at + 5, AWAITED_PRESENT},
	    {true, true, at, at + 5, AWAITED_LATE},
	    {true, false, 0, at - 1, AWAITED_WAITING},
	    {true, false, 0, at, AWAITED_MISSING},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(awaited_judge(at, cases[i].is_late, cases[i].is_there ? &cases[i].file : NULL, cases[i].now),
		    cases[i].state, "case %zu", i);
	cr_assert_eq(awaited_until(UINT64_MAX - 1, false), UINT64_MAX);
}

Test(proof, every_kind_that_names_files_is_judged)
{
	for (int kind = 0; kind < PAPER_END; kind++)
		cr_expect_eq(awaited_is_kind((enum record_kind)kind), field_find((enum record_kind)kind, "evidence") >= 0,
		    "%s", record_kinds[kind].name);
}

/* ---- Names in a field. */

Test(proof, a_field_names_files_or_something_else)
{
	const struct {
		const char *evidence;
		size_t count;
	} cases[] = {
	    {"", 0},
	    {"文号〔2010〕3号", 0},
	    {A, 1},
	    {A ";" B, 2},
	    {A "; " B " ;", 2},
	    {";;" A, 1},
	    {A ";说明;" B, 2},
	    {A A, 0},
	    {A "0", 0},
	    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char hex[PROOF_HEX_SIZE + 1];
		size_t cursor = 0, count = 0;

		while (proof_next(cases[i].evidence, &cursor, hex))
			count++;
		cr_expect_eq(count, cases[i].count, "%s", cases[i].evidence);
	}
	cr_assert(proof_is_shared(A ";" B, B));
	cr_assert(proof_is_shared("号1", "号1"));
	cr_assert_not(proof_is_shared(A, B));
}

Test(proof, a_name_is_no_path)
{
	static const char *const good[] = {"会议纪要.pdf", "a b.docx", "report (2).xlsx", "照片1"};
	static const char *const bad[] = {"", "/etc/passwd", "..\\x", "a/b", "c:x", ".x", "x.", "x ", "a*", "a\"", "a\nb", "a\xe2\x80\xae"
															      "b"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		cr_expect(proof_is_name(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_not(proof_is_name(bad[i]), "%s", bad[i]);
}

/* ---- Kept. */

Test(proof, a_unit_keeps_its_own_file_once)
{
	as_clerk("X1");
	cr_assert_eq(keep("X2", A, "a.pdf"), JX_E_DENIED);
	as_office();
	cr_assert_eq(keep("X1", A, "a.pdf"), JX_E_DENIED);
	as_clerk("X1");
	cr_assert_eq(keep("X1", "A" "A", "a.pdf"), JX_E_FAULTS);
	cr_assert_eq(keep("X1", A, "../a.pdf"), JX_E_FAULTS);
	cr_assert_eq(keep("X1", A, "a.pdf"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FILES, "type", "X1", A), "pdf");
	cr_assert_str_eq(world_field(w, PAPER_FILES, "by", "X1", A), "clerk");
	cr_assert_str_eq(world_field(w, PAPER_FILES, "name", "X1", A), "a.pdf");
	cr_assert_str_eq(pair("at_us", world_field(w, PAPER_FILES, "at_us", "X1", A)), moment("at_us", w->now_us));
	world_at(w, "2010-06-02", 9);
	world_as(w, ROLE_HEAD, "head", "X1", "");
	cr_assert_eq(keep("X1", A, "b.pdf"), JX_OK);
	cr_assert_eq(w->deed.change_count, 0u, "the same file again: the same facts");
	as_clerk("X2");
	cr_assert_eq(keep("X2", A, "c.pdf"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FILES, "name", "X2", A), "c.pdf");
	w->file.type = NULL; /* nobody has read it */
	cr_assert_eq(keep("X2", B, "c.pdf"), JX_E_INCOMPLETE);
	world_row(w, PAPER_FILES, "unit=X2", "file=" A, "name=n", "size=0");
	cr_assert_eq(world_do(w, "evidence.keep", "unit=X2"), JX_E_FAULTS);
}

Test(proof, photos_are_kept_by_the_office_and_the_units_group)
{
	as_clerk("X1");
	cr_assert_eq(keep_as("photo.keep", "X1", A, "p.jpg"), JX_E_DENIED);
	world_as(w, ROLE_EVALUATOR, "eva", "", "");
	cr_assert_eq(keep_as("photo.keep", "E1", A, "p.jpg"), JX_E_DENIED);
	world_put(w, PAPER_TEAMS, "team=T1", "name=n", "class=economy");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=eva");
	cr_assert_eq(keep_as("photo.keep", "E1", A, "p.jpg"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_FILES, "visit", "E1", A), "yes");
	cr_assert_eq(keep_as("photo.keep", "S1", A, "p.jpg"), JX_E_DENIED, "not of the group");
	as_office();
	cr_assert_eq(keep_as("photo.keep", "S1", A, "p.jpg"), JX_OK);
}

/* A visit's photos are hidden from the unit until it may see a record that names them (R14). */
Test(proof, a_units_sight_of_photos_follows_the_visit)
{
	const Jx__File *file;

	as_office();
	cr_assert_eq(keep_as("photo.keep", "X1", A, "p.jpg"), JX_OK);
	file = proof_find(w->book, "X1", A);
	as_clerk("X1");
	cr_assert_not(proof_may_read(w->book, &w->actor, file));
	world_put(w, PAPER_VISIT_PLANS, "visit=V1", "unit=X1", "state=planned", "evidence=" A);
	cr_assert_not(proof_may_read(w->book, &w->actor, file), "planned: not yet");
	world_put(w, PAPER_VISIT_PLANS, "visit=V1", "unit=X1", "state=marked", "evidence=" A, "photos_us=1000");
	cr_assert(proof_may_read(w->book, &w->actor, file));
	as_clerk("X2");
	cr_assert_not(proof_may_read(w->book, &w->actor, file));
	/* The unit files the very same bytes itself: then they are its own too. */
	world_put(w, PAPER_VISIT_PLANS, "visit=V1", "unit=X1", "state=planned");
	as_clerk("X1");
	cr_assert_eq(keep("X1", A, "mine.jpg"), JX_OK);
	cr_assert(proof_may_read(w->book, &w->actor, proof_find(w->book, "X1", A)));
	cr_assert_str_eq(world_field(w, PAPER_FILES, "by", "X1", A), "office", "the receipt stays");
}

/* Naming a hash lets nobody read what he may not see. */
Test(proof, reading_follows_the_records_that_the_unit_wrote)
{
	const Jx__File *file;

	as_clerk("E1");
	cr_assert_eq(keep("E1", A, "a.pdf"), JX_OK);
	file = proof_find(w->book, "E1", A);
	world_as(w, ROLE_REVIEWER, "rev", "", "discipline");
	cr_assert_not(proof_may_read(w->book, &w->actor, file));
	world_put(w, PAPER_VETO_CASES, "unit=E1", "kind=k", "state=alleged", "facts=f", "evidence=" A, "at_us=1000");
	cr_assert_not(proof_may_read(w->book, &w->actor, file), "he could have written it himself");
	world_put(w, PAPER_CLAIMS, "unit=E2", "kind=innovation", "state=draft", "facts=f", "evidence=" A, "dated=2010-05-01");
	cr_assert_not(proof_may_read(w->book, &w->actor, file), "another unit names it");
	world_put(w, PAPER_CLAIMS, "unit=E1", "kind=innovation", "state=draft", "facts=f", "evidence=" B ";" A, "dated=2010-05-01");
	cr_assert(proof_may_read(w->book, &w->actor, file));
	world_as(w, ROLE_FUNCTIONAL, "f", "E3", "监察局");
	world_put(w, PAPER_DAILIES, "unit=E1", "item=discipline", "by=监察局", "entry=1", "dated=2010-05-01", "fact=f", "evidence=" A);
	cr_assert_not(proof_may_read(w->book, &w->actor, file));
}

/* ---- Shown. */

Test(proof, the_state_of_what_is_awaited)
{
	uint64_t due = deed_date_end("2010-11-30"), at;

	as_clerk("X1");
	w->now_us = at = due - 1;
	cr_assert_eq(push("M1", A ";" B ";文号1"), JX_OK);
	cr_assert_eq(world_view(w, "evidence.state", "unit=X1"), JX_OK);
	cr_assert_eq(w->view.row_count, 2u);
	cr_assert(world_has_row(w, "kind=materials", "key=X1/daily/M1", "file=" A, "state=waiting", moment("submitted", at),
	    "received=", moment("until", at + HOURS_72), "late="));
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert(world_has_row(w, "deed=evidence.keep", "object=" A));
	w->now_us = at + HOURS_72 - 1;
	cr_assert_eq(keep("X1", A, "a.pdf"), JX_OK);
	w->now_us = at + HOURS_72;
	cr_assert_eq(world_view(w, "evidence.state", "unit=X1"), JX_OK);
	cr_assert(world_has_row(w, "file=" A, "state=present", "late=", "name=a.pdf", moment("received", at + HOURS_72 - 1)));
	cr_assert(world_has_row(w, "file=" B, "state=missing", "late=yes"));
	cr_assert_eq(keep("X1", B, "b.pdf"), JX_OK, "late is flagged, never refused");
	cr_assert_eq(world_view(w, "evidence.state", "unit=X1"), JX_OK);
	cr_assert(world_has_row(w, "file=" B, "state=late", "late=yes"));
	cr_assert_eq(world_view(w, "todo", NULL), JX_OK);
	cr_assert_not(world_has_row(w, "deed=evidence.keep", "object=" B));
	/* A late submission. */
	cr_assert_eq(push("M2", B), JX_OK);
	cr_assert_eq(world_view(w, "evidence.state", "unit=X1"), JX_OK);
	cr_assert(world_has_row(w, "key=X1/daily/M2", "file=" B, "state=late", "late=yes"));
	as_clerk("X2");
	cr_assert_eq(world_view(w, "evidence.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 0u);
}

/* What is drafted first and submitted later counts from when it is submitted (R13, R16, R17). */
Test(proof, a_draft_awaits_nothing_yet)
{
	as_office();
	world_put(w, PAPER_GOAL_REPORTS, "unit=E1", "round=1", "goal=G1", "text=t", "evidence=" A);
	world_put(w, PAPER_SELF_LINES, "unit=E1", "goal=G1", "text=t", "evidence=" A);
	world_put(w, PAPER_CLAIMS, "unit=E1", "kind=innovation", "state=draft", "facts=f", "evidence=" A, "dated=2010-05-01");
	cr_assert_eq(world_view(w, "evidence.state", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 3u);
	for (size_t i = 0; i < 3; i++)
		cr_assert_str_eq(world_cell(w, i, "state"), "draft");
	cr_assert_eq(world_view(w, "owed", NULL), JX_OK);
	cr_assert_not(world_has_row(w, "deed=evidence.keep"));
	world_put(w, PAPER_ROUND_REPORTS, "unit=E1", "round=1", "state=sent", moment("at_us", w->now_us));
	world_put(w, PAPER_SELF_REPORTS, "unit=E1", "state=sent", "statement=s", "late=yes", moment("at_us", w->now_us));
	world_put(w, PAPER_CLAIMS, "unit=E1", "kind=innovation", "state=claimed", "facts=f", "evidence=" A, "dated=2010-05-01",
	    moment("at_us", w->now_us));
	cr_assert_eq(world_view(w, "evidence.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "kind=goal_reports", "state=waiting", "late="));
	cr_assert(world_has_row(w, "kind=self_lines", "state=missing", "late=yes"));
	cr_assert(world_has_row(w, "kind=claims", "state=waiting", moment("until", w->now_us + HOURS_72)));
}

Test(proof, one_file_serves_many_with_its_one_receipt)
{
	as_clerk("X1");
	cr_assert_eq(keep("X1", A, "a.pdf"), JX_OK);
	world_at(w, "2010-06-09", 9);
	cr_assert_eq(push("M1", A), JX_OK);
	world_put(w, PAPER_GOAL_REPORTS, "unit=X1", "round=1", "goal=G1", "text=t", "evidence=" B ";" A);
	cr_assert_eq(world_view(w, "evidence.uses", NULL), JX_OK);
	cr_assert_eq(w->view.row_count, 3u);
	cr_assert(world_has_row(w, "evidence=" A, "kind=materials", "name=a.pdf", "type=pdf", "size=5000",
	    pair("received", world_field(w, PAPER_FILES, "at_us", "X1", A))));
	cr_assert(world_has_row(w, "evidence=" A, "kind=goal_reports", "name=a.pdf"));
	cr_assert(world_has_row(w, "evidence=" B, "kind=goal_reports", "received=", "name="), "not there: not received");
}

/* Evidence of a department's daily record is its own file, which only who may see it finds (R20). */
Test(proof, a_daily_records_file_is_its_writers)
{
	world_put(w, PAPER_DAILIES, "unit=E1", "item=discipline", "by=监察局", "entry=1", "dated=2010-05-01", "fact=f",
	    "evidence=" A, moment("at_us", w->now_us));
	world_put(w, PAPER_FILES, "unit=E2", "file=" A, "name=n", "size=1", "at_us=900");
	world_as(w, ROLE_FUNCTIONAL, "f", "E3", "监察局");
	cr_assert_eq(world_view(w, "evidence.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "kind=dailies", "state=waiting", "name="), "another unit's file tells him nothing");
	as_office();
	cr_assert_eq(world_view(w, "evidence.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "kind=dailies", "state=present"));
	world_put(w, PAPER_FILES, "unit=E3", "file=" A, "name=mine", "size=1", "at_us=900");
	world_as(w, ROLE_FUNCTIONAL, "f", "E3", "监察局");
	cr_assert_eq(world_view(w, "evidence.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "kind=dailies", "state=present", "name=mine"));
}

/* ---- What it is. */

Test(proof, a_file_is_known_by_its_first_bytes)
{
#define TYPE(text, type)                                                                           \
	{                                                                                          \
		text, sizeof(text) - 1, type                                                       \
	}
	static const struct {
		const char *text;
		size_t size;
		const char *type;
	} cases[] = {
	    TYPE("", "unknown"),
	    TYPE("%PDF-1.7\n%\xe2\xe3", "pdf"),
	    TYPE("\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
	    TYPE("\x89PNG\r\n\x1a\n\0", "png"),
	    TYPE("GIF89a", "gif"),
	    TYPE("II*\0\x08", "tiff"),
	    TYPE("MM\0*", "tiff"),
	    TYPE("PK\x03\x04 [Content_Types].xml", "zip"),
	    TYPE("PK\x03\x04 ..word/document.xml", "docx"),
	    TYPE("PK\x03\x04 ..xl/workbook.xml", "xlsx"),
	    TYPE("PK\x03\x04 ..ppt/slides", "pptx"),
	    TYPE("PK\x03\x04 OFD.xml", "ofd"),
	    TYPE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "ole"),
	    TYPE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0", "doc"),
	    TYPE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0k\0b\0o\0o\0k\0", "xls"),
	    TYPE("\0\0\0\x18" "ftypmp42", "mp4"),
	    TYPE("ID3\x04", "mp3"),
	    TYPE("RIFF\0\0\0\0WAVEfmt", "wav"),
	    TYPE("会议纪要\n", "text"),
	    TYPE("plain", "text"),
	    TYPE("\xbb\xe1\xd2\xe9\xbc\xcd\xd2\xaa", "text-gb18030"),
	    TYPE("\x95\x32\x82\x36", "text-gb18030"),
	    TYPE("会\xe8\xae", "text"), /* cut in a character */
	    TYPE("a\0b", "unknown"),
	    TYPE("\xff\xff\xff", "unknown"),
	    TYPE("%PD", "text"),
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_str_eq(sniff_type((struct bytes){(const uint8_t *)cases[i].text, cases[i].size}), cases[i].type,
		    "case %zu", i);
}
