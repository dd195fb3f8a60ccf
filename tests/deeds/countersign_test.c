/* Marks countersigned on the spot (R14, R23): bound to that very mark, by that unit's code; an objection travels with it. */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "deeds/signer.h"
#include "wire/countersign.h"
#include "world.h"

static struct world *w;
static const uint8_t code[CODE_SHORT_SIZE] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0xab, 0xc0};
static uint8_t public_key[COUNTERSIGN_PUBLIC_SIZE], secret_key[COUNTERSIGN_SECRET_SIZE];

static enum jx_err
set_signer(const char *unit, const uint8_t key[COUNTERSIGN_PUBLIC_SIZE])
{
	char hex[2 * COUNTERSIGN_PUBLIC_SIZE + 1];

	sodium_bin2hex(hex, sizeof hex, key, COUNTERSIGN_PUBLIC_SIZE);
	world_as(w, ROLE_HEAD, "head", unit, "");
	world_row(w, PAPER_SIGNERS, arena_printf(w->arena, "unit=%s", unit), arena_printf(w->arena, "key=%s", hex));
	return world_do(w, "signer.set", arena_printf(w->arena, "unit=%s", unit));
}

static void
set_up(void)
{
	const struct scheme *scheme;

	cr_assert_geq(sodium_init(), 0);
	w = world_new();
	scheme = book_scheme(w->book);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "phase.open", "value=group"), JX_OK);
	cr_assert_eq(world_do(w, "phase.open", "value=visits"), JX_OK);
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G1", "title=a", "part=duty", "points=40", "duty=lead");
	world_put(w, RECORD_GOALS, "unit=E1", "goal=G2", "title=b", "part=duty", "points=40", "duty=lead");
	world_put(w, PAPER_TEAMS, "team=T1", "name=经济组", "class=economy");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=a");
	world_put(w, PAPER_MEMBERS, "team=T1", "evaluator=b");
	countersign_key(code, scheme->city, scheme->year, "E1", public_key, secret_key);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(countersign, .init = set_up, .fini = tear_down);

struct signed_row {
	const char *unit, *object, *by, *name, *verdict, *text;
	enum record_kind kind;
	ProtobufCMessage *mark;
	const uint8_t *secret;
	const char *shown; /* the verdict that is sent: another than the one signed */
};

/* The row as the evaluator's client makes it. */
static void
add_row(const struct signed_row *row)
{
	const struct scheme *scheme = book_scheme(w->book);
	const char *content = deed_content(w->arena, row->kind, row->mark, NULL);
	const struct countersign sign = {.city = scheme->city,
	    .year = scheme->year,
	    .unit = row->unit,
	    .object = row->object,
	    .by = row->by,
	    .content = content,
	    .name = row->name,
	    .verdict = row->verdict,
	    .text = row->text};
	uint8_t signature[COUNTERSIGN_SIZE];
	char hex[2 * COUNTERSIGN_SIZE + 1];

	cr_assert_eq(countersign_make(w->arena, &sign, row->secret, signature), JX_OK);
	sodium_bin2hex(hex, sizeof hex, signature, sizeof signature);
#define PAIR(name, value) arena_printf(w->arena, name "=%s", value)
	world_row(w, PAPER_COUNTERSIGNS, PAIR("unit", row->unit), PAIR("object", row->object), PAIR("by", row->by),
	    PAIR("name", row->name), PAIR("verdict", row->shown == NULL ? row->verdict : row->shown), PAIR("text", row->text),
	    PAIR("content", content), PAIR("signature", hex));
}

static Jx__GroupMark *
group_mark(const char *goal, const char *evaluator, int64_t points)
{
	Jx__GroupMark *mark = arena_alloc(w->arena, sizeof *mark);

	jx__group_mark__init(mark);
	mark->unit = (char *)(uintptr_t) "E1";
	mark->goal = arena_strdup(w->arena, goal);
	mark->evaluator = arena_strdup(w->arena, evaluator);
	mark->has_points = true;
	mark->points = points;
	return mark;
}

static void
add_mark(const char *goal, const char *evaluator, const char *points)
{
	world_as(w, ROLE_EVALUATOR, evaluator, "", "");
	world_row(w, RECORD_GROUP, "unit=E1", PAIR("goal", goal), PAIR("evaluator", evaluator), PAIR("points", points));
	world_row(w, PAPER_GROUP_NOTES, "unit=E1", PAIR("goal", goal), PAIR("evaluator", evaluator), "how=look");
}

static struct signed_row
good_row(void)
{
	return (struct signed_row){"E1", "G1", "a", "李四", "agree", "", RECORD_GROUP, &group_mark("G1", "a", 3000)->base, secret_key,
	    NULL};
}

static enum jx_err
send(const struct signed_row *row)
{
	add_mark("G1", "a", "30");
	add_row(row);
	return world_do(w, "group.mark", "unit=E1");
}

static bool
is_fault(const char *column)
{
	const char *expected[] = {"unit", "object", "by", "name", "verdict", "text", "content", "signature", "at_us"};

	for (size_t i = 0; i < faults_count(w->deed.faults); i++) {
		const struct fault *fault = faults_at(w->deed.faults, i);

		if (strcmp(fault->file, "countersigns") == 0 && fault->column >= 1 &&
		    strcmp(expected[fault->column - 1], column) == 0)
			return true;
	}
	return false;
}

Test(countersign, a_unit_sets_its_key_once_and_the_office_takes_it_back)
{
	uint8_t second[COUNTERSIGN_PUBLIC_SIZE], unused[COUNTERSIGN_SECRET_SIZE];
	static const uint8_t other[CODE_SHORT_SIZE] = {1};

	countersign_key(other, book_scheme(w->book)->city, book_scheme(w->book)->year, "E1", second, unused);
	cr_assert_eq(set_signer("E1", public_key), JX_OK);
	cr_assert_eq(set_signer("E1", public_key), JX_OK);
	cr_assert_eq(w->deed.change_count, 0u, "the same again");
	cr_assert_eq(set_signer("E1", second), JX_E_RULE, "not another without the office");
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "signer.reset", "unit=E1"), JX_E_FIELD, "a reason is needed");
	cr_assert_eq(world_do(w, "signer.reset", "unit=E1", "reason=会签码遗失"), JX_OK);
	cr_assert_eq(world_do(w, "signer.reset", "unit=E1", "reason=会签码遗失"), JX_E_RULE);
	cr_assert_eq(set_signer("E1", second), JX_OK);
	world_as(w, ROLE_CLERK, "clerk", "E1", "");
	world_row(w, PAPER_SIGNERS, "unit=E1", "key=abc");
	cr_assert_eq(world_do(w, "signer.set", "unit=E1"), JX_E_FAULTS);
	world_row(w, PAPER_SIGNERS, "unit=E2", "key=abc");
	cr_assert_eq(world_do(w, "signer.set", "unit=E2"), JX_E_DENIED, "another unit's");
	world_as(w, ROLE_EVALUATOR, "a", "", "");
	world_row(w, PAPER_SIGNERS, "unit=E1", "key=abc");
	cr_assert_eq(world_do(w, "signer.set", "unit=E1"), JX_E_DENIED);
}

Test(countersign, stands_beside_its_mark)
{
	struct signed_row row = good_row();

	cr_assert_eq(send(&row), JX_E_FAULTS, "no key yet");
	cr_assert(is_fault("unit"));
	cr_assert_eq(set_signer("E1", public_key), JX_OK);
	cr_assert_eq(send(&row), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_COUNTERSIGNS, "name", "E1", "G1", "a"), "李四");
	cr_assert_eq(strtoull(world_field(w, PAPER_COUNTERSIGNS, "at_us", "E1", "G1", "a"), NULL, 10), w->now_us);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "group.state", "unit=E1"), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "evaluator=a", "signed=agree", "objection="));
	cr_assert(world_has_row(w, "goal=G2", "evaluator=a", "signed="));
}

Test(countersign, whatever_is_not_so_is_a_fault_of_the_row)
{
	uint8_t stranger_public[COUNTERSIGN_PUBLIC_SIZE], stranger[COUNTERSIGN_SECRET_SIZE];
	struct signed_row row;

	cr_assert_eq(set_signer("E1", public_key), JX_OK);
	/* The same code for another unit is another key. */
	countersign_key(code, book_scheme(w->book)->city, book_scheme(w->book)->year, "E2", stranger_public, stranger);
	row = good_row(), row.secret = stranger;
	cr_assert(send(&row) == JX_E_FAULTS && is_fault("signature"), "another unit's code");
	row = good_row(), row.shown = "object", row.text = "x";
	cr_assert(send(&row) == JX_E_FAULTS && is_fault("signature"), "another verdict than was signed");
	row = good_row(), row.by = "b";
	cr_assert(send(&row) == JX_E_FAULTS && is_fault("by"), "for another's mark");
	row = good_row(), row.object = "G2";
	cr_assert(send(&row) == JX_E_FAULTS && is_fault("object"), "its mark is not there");
	row = good_row(), row.mark = &group_mark("G1", "a", 2999)->base;
	cr_assert(send(&row) == JX_E_FAULTS && is_fault("content"), "another mark than was seen");
	row = good_row(), row.verdict = "object";
	cr_assert(send(&row) == JX_E_FAULTS && is_fault("text"), "an objection without a word");
	add_mark("G1", "a", "30");
	world_row(w, PAPER_COUNTERSIGNS, "unit=E1", "object=G1", "by=a", "name=李四", "verdict=agree",
	    PAIR("content", deed_content(w->arena, RECORD_GROUP, good_row().mark, NULL)), "signature=zz");
	cr_assert(world_do(w, "group.mark", "unit=E1") == JX_E_FAULTS && is_fault("signature"), "no hex");
	cr_assert_str_eq(world_field(w, RECORD_GROUP, "points", "E1", "G1", "a"), "", "G3: nothing of it is stored");
}

Test(countersign, a_changed_mark_is_no_longer_countersigned)
{
	struct signed_row row = good_row();

	cr_assert_eq(set_signer("E1", public_key), JX_OK);
	row.verdict = "object";
	row.text = "第三季度数据已更正";
	cr_assert_eq(send(&row), JX_OK);
	world_as(w, ROLE_LEAD, "b", "", "");
	cr_assert_eq(world_view(w, "group.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "evaluator=a", "signed=object", "objection=第三季度数据已更正"), "it travels with the mark");
	add_mark("G1", "a", "29");
	cr_assert_eq(world_do(w, "group.mark", "unit=E1"), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_view(w, "group.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "goal=G1", "evaluator=a", "signed=changed", "objection=第三季度数据已更正"));
	cr_assert_eq(world_view(w, "countersign.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "object=G1", "by=a", "signed=changed", "verdict=object"));
	/* The old one again, beside the new mark, does not fit it. */
	add_mark("G1", "a", "29");
	add_row(&row);
	cr_assert(world_do(w, "group.mark", "unit=E1") == JX_E_FAULTS && is_fault("content"));
}

Test(countersign, is_seen_by_the_office_the_unit_and_who_marked)
{
	struct signed_row row = good_row();
	static const struct {
		enum role role;
		const char *account, *unit;
		size_t rows;
	} readers[] = {
	    {ROLE_OFFICE, "office", "", 1}, {ROLE_AUDITOR, "auditor", "", 1}, {ROLE_CLERK, "clerk", "E1", 1},
	    {ROLE_HEAD, "head", "E2", 0}, {ROLE_EVALUATOR, "a", "", 1},
	    {ROLE_EVALUATOR, "b", "", 0}, /* its content could be tried against every mark: marks are one's own */
	    {ROLE_LEAD, "b", "", 1},
	};

	cr_assert_eq(set_signer("E1", public_key), JX_OK);
	cr_assert_eq(send(&row), JX_OK);
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
		world_as(w, readers[i].role, readers[i].account, readers[i].unit, "");
		cr_assert_eq(world_view(w, "countersign.list", NULL), JX_OK);
		cr_expect_eq(w->view.row_count, readers[i].rows, "%s of %s", readers[i].account, readers[i].unit);
		cr_assert_eq(world_view(w, "list", "kind=countersigns"), JX_OK);
		cr_expect_eq(w->view.row_count, readers[i].rows, "list: %s of %s", readers[i].account, readers[i].unit);
	}
	world_as(w, ROLE_LEADER, "leader", "", "L1");
	cr_assert_eq(world_view(w, "countersign.list", NULL), JX_E_DENIED);
}

Test(countersign, of_a_visit)
{
	Jx__Visit *mark = arena_alloc(w->arena, sizeof *mark);
	struct signed_row row = {"E1", "V1", "a", "王五", "object", "路已修好", RECORD_VISITS, &mark->base, secret_key, NULL};

	jx__visit__init(mark);
	mark->unit = (char *)(uintptr_t) "E1";
	mark->visit = (char *)(uintptr_t) "V1";
	mark->has_mark = true;
	mark->mark = 8500;
	cr_assert_eq(set_signer("E1", public_key), JX_OK);
	world_as(w, ROLE_OFFICE, "office", "", "");
	cr_assert_eq(world_do(w, "visit.plan", "object=V1", "unit=E1", "reason=群众反映"), JX_OK);
	world_row(w, PAPER_VISIT_MEMBERS, "visit=V1", "member=a", "kind=expert");
	cr_assert_eq(world_do(w, "visit.members", "object=V1"), JX_OK);
	world_as(w, ROLE_EVALUATOR, "a", "", "");
	cr_assert_eq(world_do(w, "visit.arrive", "object=V1"), JX_OK);
	world_row(w, RECORD_VISITS, "unit=E1", "visit=V1", "mark=85");
	add_row(&row);
	cr_assert_eq(world_do(w, "visit.mark", "object=V1"), JX_OK);
	cr_assert_eq(world_view(w, "visit.state", NULL), JX_OK);
	cr_assert(world_has_row(w, "visit=V1", "state=marked", "signed=object", "objection=路已修好"));
	world_as(w, ROLE_CLERK, "clerk", "E1", "");
	cr_assert_eq(world_view(w, "countersign.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "object=V1", "by=a", "name=王五", "signed=object", "text=路已修好"));
}
