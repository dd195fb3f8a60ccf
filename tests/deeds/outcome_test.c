/* The result from the final run to publication: R31-R34, R36, R37, R43, R46, R47. */
#include <criterion/criterion.h>

#include "deeds/outcome.h"
#include "result_world.h"

static struct world *w;

static void
set_up(void)
{
	w = world_new_full();
	w->run = result_run(w, 1);
	result_office(w);
}

static void
tear_down(void)
{
	world_free(w);
}

TestSuite(outcome, .init = set_up, .fini = tear_down);

static const char *
state(void)
{
	return world_field(w, PAPER_OUTCOMES, "state", "result");
}

/* Both departments agree to every name on the list. */
static void
consult_all(void)
{
	static const char *const bys[] = {"discipline", "organisation"};

	for (size_t b = 0; b < 2; b++) {
		for (size_t i = 0; i < book_count(w->book, PAPER_AWARD_LINES); i++) {
			const Jx__AwardLine *line = (const Jx__AwardLine *)book_at(w->book, PAPER_AWARD_LINES, i)->record;

			if (!deed_is(line->state, "withdrawn"))
				world_row(w, PAPER_CONSENTS, arena_printf(w->arena, "unit=%s", line->unit),
				    arena_printf(w->arena, "award=%s", line->award), arena_printf(w->arena, "by=%s", bys[b]),
				    "verdict=agree");
		}
		world_as(w, ROLE_REVIEWER, bys[b], "", bys[b]);
		cr_assert_eq(world_do(w, "consent.give", NULL), JX_OK);
	}
	result_office(w);
}

static void
decide_all(void)
{
	result_committee(w);
	cr_assert_eq(world_do(w, "confirmation.all", "document=绩委〔2011〕1号"), JX_OK);
	cr_assert_eq(world_do(w, "decision.take", "object=unvisited", "value=progress", "document=绩委〔2011〕2号", "run=1"), JX_OK);
	result_office(w);
}

static void
reach_consulted(void)
{
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	consult_all();
	cr_assert_eq(world_do(w, "outcome.consulted", NULL), JX_OK);
}

static void
reach_public(void)
{
	reach_consulted();
	decide_all();
	result_committee(w);
	cr_assert_eq(world_do(w, "outcome.confirm", "document=绩委〔2011〕3号", "run=1"), JX_OK);
	result_office(w);
	world_at(w, "2011-04-01", 9);
	cr_assert_eq(world_do(w, "outcome.publicise", NULL), JX_OK);
}

/* R31, R32: only a final run of the present inputs, whose awards are the program's own. */
Test(outcome, is_drafted_from_a_final_run_of_the_present_inputs)
{
	Jx__Run *run = (Jx__Run *)(uintptr_t)w->run.run;
	char *first = w->run.units[0]->grade;

	run->kind = (char *)(uintptr_t) "provisional";
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_E_RULE);
	run->kind = (char *)(uintptr_t) "final";
	w->run.units[0]->grade = (char *)(uintptr_t) "poor";
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_E_RULE);
	w->run.units[0]->grade = first;
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=9.99");
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_E_RULE);
	cr_assert(strstr(w->deed.why[0], "基础工作评估") != NULL);
	w->run = result_run(w, 2);
	((Jx__Run *)(uintptr_t)w->run.run)->has_scheme_digest = 1;
	((Jx__Run *)(uintptr_t)w->run.run)->scheme_digest =
	    (ProtobufCBinaryData){.len = 32, .data = arena_alloc(w->arena, 32)};
	cr_assert_eq(world_do(w, "outcome.draft", "run=2"), JX_E_RULE, "another scheme");
	memcpy(w->run.run->scheme_digest.data, book_scheme(w->book)->digest, 32);
	cr_assert_eq(world_do(w, "outcome.draft", "run=2"), JX_OK);
	cr_assert_str_eq(state(), "draft");
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "run", "result"), "2");
	cr_assert_eq(strlen(world_field(w, PAPER_OUTCOMES, "list", "result")), 32u);
	cr_assert_str_eq(world_field(w, PAPER_AWARD_LINES, "grade", "X1", "first"), "excellent");
	cr_assert_eq(book_count(w->book, PAPER_AWARD_LINES), 7u);
	cr_assert_eq(world_do(w, "outcome.draft", "run=2"), JX_E_LIFE);
}

/* R33: an opinion is one's own, of the line that was read, with a reason when it is none. */
Test(outcome, opinions_are_given_by_who_is_asked_on_what_he_read)
{
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	world_as(w, ROLE_REVIEWER, "d", "", "discipline");
	world_row(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=organisation", "verdict=agree");
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_E_FAULTS, "another department's");
	world_row(w, PAPER_CONSENTS, "unit=X1", "award=second", "by=discipline", "verdict=agree");
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_E_FAULTS, "not on the list");
	world_row(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=discipline", "verdict=object");
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_E_FAULTS, "no reason");
	world_row(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=discipline", "verdict=agree", "content=0123");
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_E_FAULTS, "of another content");
	world_row(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=discipline", "verdict=object", "reason=有信访未结");
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_CONSENTS, "content", "X1", "first", "discipline"),
	    world_field(w, PAPER_AWARD_LINES, "content", "X1", "first"));
	result_office(w);
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_E_DENIED);
}

/* R33: silence is not consent; a name added later is consulted again, that name only. */
Test(outcome, consultation_binds_to_each_name)
{
	char *list;

	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	cr_assert_eq(world_do(w, "outcome.consulted", NULL), JX_E_RULE);
	cr_assert_eq(w->deed.why_count, 14u, "two opinions for seven names");
	consult_all();
	cr_assert_eq(world_do(w, "outcome.consulted", NULL), JX_OK);
	list = arena_strdup(w->arena, world_field(w, PAPER_OUTCOMES, "list", "result"));
	world_as(w, ROLE_REVIEWER, "d", "", "discipline");
	world_row(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=discipline", "verdict=agree");
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_E_LIFE);
	result_office(w);
	/* 不兼得, grade, kind, listed, doubled (R36, R37). */
	cr_assert_eq(world_do(w, "award.add", "unit=X3", "object=second", "reason=r", "run=1"), JX_E_RULE, "grade");
	cr_assert_eq(world_do(w, "award.add", "unit=X2", "object=composite", "reason=r", "run=1"), JX_E_RULE, "kind");
	cr_assert_eq(world_do(w, "award.add", "unit=E2", "object=investment", "reason=r", "run=1"), JX_E_RULE, "both");
	cr_assert_eq(world_do(w, "award.add", "unit=S3", "object=livelihood", "reason=r", "run=1"), JX_E_RULE, "not listed");
	cr_assert_eq(world_do(w, "award.add", "unit=X1", "object=first", "reason=r", "run=1"), JX_E_RULE, "doubled");
	cr_assert_eq(world_do(w, "award.add", "unit=S3", "object=composite", "reason=r", "run=1"), JX_OK);
	cr_assert_str_eq(state(), "draft");
	cr_assert_str_neq(world_field(w, PAPER_OUTCOMES, "list", "result"), list);
	cr_assert_eq(world_do(w, "outcome.consulted", NULL), JX_E_RULE);
	cr_assert_eq(w->deed.why_count, 2u, "of the new name only");
	/* Struck again, the list is the one that was consulted. */
	cr_assert_eq(world_do(w, "award.strike", "unit=S3", "object=investment", "reason=r"), JX_E_RULE);
	cr_assert_eq(world_do(w, "award.strike", "unit=S3", "object=composite", "reason=r"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "list", "result"), list);
	cr_assert_eq(world_do(w, "outcome.consulted", NULL), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_AWARD_LINES, "state", "S3", "composite"), "withdrawn");
	cr_assert_eq(world_view(w, "award.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X1", "discipline=同意", "organisation=同意"));
}

/* R33: the office that objects is heard, not obeyed: a note; the grade is part of what was agreed to. */
Test(outcome, an_objection_of_a_department_is_a_note_and_a_changed_grade_lapses_the_opinion)
{
	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	consult_all();
	world_as(w, ROLE_REVIEWER, "d", "", "discipline");
	world_row(w, PAPER_CONSENTS, "unit=X1", "award=first", "by=discipline", "verdict=object", "reason=有信访未结");
	cr_assert_eq(world_do(w, "consent.give", NULL), JX_OK);
	result_office(w);
	world_put(w, PAPER_AWARD_LINES, "unit=X2", "award=second", "grade=good", "content=ffff", "state=listed");
	cr_assert_eq(world_do(w, "outcome.consulted", NULL), JX_E_RULE);
	cr_assert_eq(w->deed.why_count, 2u);
	cr_assert_eq(w->deed.note_count, 1u);
	cr_assert(strstr(w->deed.notes[0], "有信访未结") != NULL);
	cr_assert_eq(world_view(w, "award.list", NULL), JX_OK);
	cr_assert(world_has_row(w, "unit=X2", "discipline=失效，待重新征求"));
	cr_assert(world_has_row(w, "unit=X1", "discipline=不同意：有信访未结"));
}

/* R46, R47: nothing goes through the committee with an open question or an unconfirmed default. */
Test(outcome, is_confirmed_only_when_all_is_decided_and_confirmed)
{
	reach_consulted();
	result_committee(w);
	cr_assert_eq(world_do(w, "outcome.confirm", "run=1"), JX_E_FIELD, "a document is needed");
	cr_assert_eq(world_do(w, "outcome.confirm", "document=D", "run=1"), JX_E_RULE);
	cr_assert_eq(w->deed.why_count, 17u, "one question, sixteen defaults");
	decide_all();
	cr_assert_eq(world_do(w, "outcome.confirm", "document=D", "run=1"), JX_E_DENIED, "the office may not");
	result_committee(w);
	((Jx__Run *)(uintptr_t)w->run.run)->run = 9;
	cr_assert_eq(world_do(w, "outcome.confirm", "document=D", "run=9"), JX_E_RULE, "not the result's run");
	((Jx__Run *)(uintptr_t)w->run.run)->run = 1;
	cr_assert_eq(world_do(w, "outcome.confirm", "document=绩委〔2011〕3号", "run=1"), JX_OK);
	cr_assert_str_eq(state(), "confirmed");
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "document", "result"), "绩委〔2011〕3号");
	cr_assert_eq(world_do(w, "decision.take", "object=unvisited", "value=zero", "document=D", "run=1"), JX_E_LIFE);
}

/* R46: an answer that asks for other inputs keeps the result from the committee until there is another run. */
Test(outcome, an_answer_that_needs_other_inputs_needs_another_run)
{
	reach_consulted();
	decide_all();
	result_committee(w);
	cr_assert_eq(world_do(w, "decision.take", "object=unvisited", "value=zero", "document=D", "run=1"), JX_OK);
	cr_assert_eq(w->deed.note_count, 1u);
	cr_assert_eq(world_do(w, "outcome.confirm", "document=D", "run=1"), JX_E_RULE);
	cr_assert_eq(w->deed.why_count, 1u);
}

/* R32: whole days in Beijing, to the microsecond; no open objection. */
Test(outcome, is_published_after_its_days_and_answers)
{
	uint64_t until = deed_date_end("2011-04-08");

	reach_consulted();
	decide_all();
	result_committee(w);
	cr_assert_eq(world_do(w, "outcome.confirm", "document=D", "run=1"), JX_OK);
	result_office(w);
	world_at(w, "2011-04-01", 9);
	cr_assert_eq(world_do(w, "outcome.publicise", "due=2011-04-07"), JX_E_RULE, "seven days at least");
	cr_assert_eq(world_do(w, "outcome.publicise", NULL), JX_OK);
	cr_assert_eq(((const Jx__Outcome *)book_get(w->book, PAPER_OUTCOMES, "result"))->until_us, until);
	cr_assert_eq(world_do(w, "objection.add", "object=O1", "reason=分数有误"), JX_E_RULE, "who?");
	cr_assert_eq(world_do(w, "objection.add", "object=O1", "reason=分数有误", "value=市民张某"), JX_OK);
	w->now_us = until - 1;
	cr_assert_eq(world_do(w, "outcome.publish", NULL), JX_E_RULE);
	cr_assert_eq(w->deed.why_count, 2u);
	w->now_us = until;
	cr_assert_eq(world_do(w, "outcome.publish", NULL), JX_E_RULE);
	cr_assert_eq(w->deed.why_count, 1u);
	cr_assert_eq(world_do(w, "objection.add", "object=O2", "reason=迟", "value=市民"), JX_E_PHASE, "the window is over");
	cr_assert_eq(world_do(w, "objection.answer", "object=O1", "reason=核对无误"), JX_OK);
	cr_assert_eq(world_do(w, "outcome.publish", NULL), JX_OK);
	cr_assert(book_is_published(w->book));
}

/* R32: a longer publicity may be set; every figure that could give a voter away is named (R43). */
Test(outcome, publicity_may_last_longer_and_names_small_groups)
{
	world_put(w, PAPER_STACKS, "stack=K1", "unit=X1", "group=public", "state=agreed", "valid=4");
	reach_consulted();
	decide_all();
	result_committee(w);
	cr_assert_eq(world_do(w, "outcome.confirm", "document=D", "run=1"), JX_OK);
	result_office(w);
	world_at(w, "2011-04-01", 9);
	cr_assert_eq(world_do(w, "outcome.publicise", "due=2011-04-20"), JX_OK);
	cr_assert_eq(w->deed.note_count, 1u);
	cr_assert_eq(((const Jx__Outcome *)book_get(w->book, PAPER_OUTCOMES, "result"))->until_us,
	    deed_date_end("2011-04-20"));
}

/* R32: published is frozen for ever, for everyone; only promises and measures go on. */
Test(outcome, published_is_frozen)
{
	reach_public();
	w->now_us = deed_date_end("2011-04-08");
	cr_assert_eq(world_do(w, "outcome.publish", NULL), JX_OK);
	for (size_t i = 0; i < deed_count(); i++) {
		const struct deed *deed = deed_at(i);

		if (deed->after_end || deed->scope != DEED_YEAR)
			continue;
		world_as(w, (enum role)(deed->roles & -deed->roles), "a", "X1", "discipline");
		cr_assert_eq(world_do(w, deed->name, NULL), JX_E_FROZEN, "%s", deed->name);
	}
	result_office(w);
	world_row(w, PAPER_PROMISES, "promise=P1", "unit=X1", "text=修路", "state=open");
	cr_assert_eq(world_do(w, "promise.push", NULL), JX_OK);
}

/* R32: an upheld objection re-opens only the input in dispute; the new run says what it replaces. */
Test(outcome, an_upheld_objection_reopens_only_what_is_in_dispute)
{
	const Jx__Basic disputed = {.base = PROTOBUF_C_MESSAGE_INIT(&jx__basic__descriptor), .unit = (char *)(uintptr_t) "X1", .item = (char *)(uintptr_t) "daily"};
	const Jx__Basic other = {.base = PROTOBUF_C_MESSAGE_INIT(&jx__basic__descriptor), .unit = (char *)(uintptr_t) "X1", .item = (char *)(uintptr_t) "organisation"};
	const Jx__Visit visit = {.base = PROTOBUF_C_MESSAGE_INIT(&jx__visit__descriptor), .unit = (char *)(uintptr_t) "X1", .visit = (char *)(uintptr_t) "V9"};
	const Jx__Promise paper = {.base = PROTOBUF_C_MESSAGE_INIT(&jx__promise__descriptor), .promise = (char *)(uintptr_t) "P"};

	cr_assert(!outcome_blocks(w->book, RECORD_BASIC, &disputed.base), "nothing is drafted yet");
	reach_public();
	cr_assert(outcome_blocks(w->book, RECORD_BASIC, &disputed.base));
	cr_assert(!outcome_blocks(w->book, PAPER_PROMISES, &paper.base), "papers are no inputs");
	world_as(w, ROLE_HEAD, "head", "X2", "");
	cr_assert_eq(world_do(w, "objection.add", "object=O1", "unit=X1", "reason=材料不实"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_OBJECTIONS, "who", "O1"), "西水县");
	cr_assert_eq(world_do(w, "objection.uphold", "object=O1", "value=*", "document=D", "reason=r"), JX_E_DENIED);
	result_committee(w);
	cr_assert_eq(world_do(w, "objection.uphold", "object=O1", "value=basic", "document=D", "reason=r"), JX_E_RULE);
	cr_assert_eq(world_do(w, "objection.uphold", "object=O1", "value=nothing:X1", "document=D", "reason=r"), JX_E_RULE);
	cr_assert_eq(world_do(w, "objection.uphold", "object=O1", "value=basic:X9/daily", "document=D", "reason=r"), JX_E_RULE);
	cr_assert_eq(world_do(w, "objection.uphold", "object=O1", "value=basic:X1/daily/x", "document=D", "reason=r"), JX_E_RULE);
	cr_assert_eq(world_do(w, "objection.uphold", "object=O1", "value=basic:X1/daily", "document=D", "reason=r"), JX_OK);
	cr_assert_str_eq(state(), "returned");
	cr_assert(!outcome_blocks(w->book, RECORD_BASIC, &disputed.base));
	cr_assert(outcome_blocks(w->book, RECORD_BASIC, &other.base));
	cr_assert(outcome_blocks(w->book, RECORD_VISITS, &visit.base));
	/* Another one, while it is back: both are open. */
	world_put(w, PAPER_OBJECTIONS, "objection=O2", "who=x", "text=t", "state=answered");
	cr_assert_eq(world_do(w, "objection.uphold", "object=O2", "value=visits:X1", "document=D", "reason=r"), JX_OK);
	cr_assert(!outcome_blocks(w->book, RECORD_BASIC, &disputed.base));
	cr_assert(!outcome_blocks(w->book, RECORD_VISITS, &visit.base), "every visit of it");
	cr_assert(outcome_blocks(w->book, RECORD_BASIC, &other.base));
	/* The wrong key was named: the committee opens one more, without losing the others. */
	cr_assert_eq(world_do(w, "outcome.return", "document=D", "reason=补充", "value=basic:X1/organisation"), JX_OK);
	cr_assert(!outcome_blocks(w->book, RECORD_BASIC, &disputed.base));
	cr_assert(!outcome_blocks(w->book, RECORD_BASIC, &other.base));
	world_put(w, RECORD_BASIC, "unit=X1", "item=daily", "points=0.5");
	w->run = result_run(w, 2);
	result_office(w);
	cr_assert_eq(world_do(w, "outcome.draft", "run=2", "reason=异议成立"), JX_OK);
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "before", "result"), "1");
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "document", "result"), "");
	cr_assert(outcome_blocks(w->book, RECORD_BASIC, &disputed.base), "closed again");
	/* R33: what both have said on names that have not changed still holds. */
	cr_assert_eq(world_do(w, "outcome.consulted", NULL), JX_OK);
}

/* R32: a return says what it re-opens; nothing named: everything. */
Test(outcome, a_return_is_on_record)
{
	const Jx__Basic any = {.base = PROTOBUF_C_MESSAGE_INIT(&jx__basic__descriptor), .unit = (char *)(uintptr_t) "X1", .item = (char *)(uintptr_t) "daily"};

	cr_assert_eq(world_do(w, "outcome.draft", "run=1"), JX_OK);
	result_committee(w);
	cr_assert_eq(world_do(w, "outcome.return", "document=D"), JX_E_FIELD, "a reason is needed");
	cr_assert_eq(world_do(w, "outcome.return", "document=D", "reason=r", "value=basic"), JX_E_RULE);
	cr_assert_eq(world_do(w, "outcome.return", "document=D", "reason=重审"), JX_OK);
	cr_assert_str_eq(state(), "returned");
	cr_assert_str_eq(world_field(w, PAPER_OUTCOMES, "reason", "result"), "重审");
	cr_assert(!outcome_blocks(w->book, RECORD_BASIC, &any.base));
}

/* ---- Every state × every deed of the lives. */

static bool
is_edge(const struct deed_life *life, const char *from, const char *deed)
{
	for (size_t i = 0; i < life->edge_count; i++)
		if (strcmp(life->edges[i].from, from) == 0 && strcmp(life->edges[i].deed, deed) == 0)
			return true;
	return false;
}

static enum jx_err
do_any(const struct deed *deed, const char *object)
{
	const char *arguments[9];
	size_t count = 0;
	const struct {
		unsigned flag;
		const char *pair;
	} rows[] = {
	    {DEED_UNIT, "unit=X1"},
	    {DEED_OBJECT, object},
	    {DEED_VALUE, "value=basic:X1/daily"},
	    {DEED_REASON, "reason=r"},
	    {DEED_DOCUMENT, "document=D"},
	    {DEED_RUN, "run=1"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((deed->arguments & rows[i].flag) != 0)
			arguments[count++] = rows[i].pair;
	arguments[count] = NULL;
	world_as(w, (enum role)(deed->roles & -deed->roles), "a", "", "");
	return world_do_with(w, deed->name, arguments);
}

static void
try_all(const struct deed_life *life, const char *const *states, const char *object)
{
	for (const char *const *from = states; *from != NULL; from++)
		for (size_t i = 0; i < deed_count(); i++) {
			const struct deed *deed = deed_at(i);
			enum jx_err err;

			if (deed->life != life)
				continue;
			tear_down();
			set_up();
			if (life->kind == PAPER_OUTCOMES && **from != '\0')
				world_put(w, PAPER_OUTCOMES, "outcome=result", arena_printf(w->arena, "state=%s", *from), "run=1");
			if (life->kind == PAPER_OBJECTIONS)
				world_put(w, PAPER_OUTCOMES, "outcome=result", "state=public", "run=1", "until_us=9000000000000000");
			if (life->kind == PAPER_OBJECTIONS && **from != '\0')
				world_put(w, PAPER_OBJECTIONS, "objection=O1", "who=x", "text=t", arena_printf(w->arena, "state=%s", *from));
			err = do_any(deed, object);
			if (strcmp(*from, "published") == 0)
				cr_assert_eq(err, JX_E_FROZEN, "%s in %s", deed->name, *from);
			else if (is_edge(life, *from, deed->name))
				cr_assert(err != JX_E_LIFE && err != JX_E_FIELD && err != JX_E_DENIED, "%s in %s gave %d",
				    deed->name, *from, (int)err);
			else
				cr_assert_eq(err, JX_E_LIFE, "%s in %s gave %d", deed->name, *from, (int)err);
		}
}

Test(outcome, no_step_can_be_skipped_and_none_taken_twice)
{
	static const char *const outcome_states[] = {"", "draft", "consulted", "confirmed", "public", "published", "returned", NULL};
	static const char *const objection_states[] = {"", "open", "answered", "upheld", NULL};

	try_all(deed_life_of(PAPER_OUTCOMES), outcome_states, "object=first");
	try_all(deed_life_of(PAPER_OBJECTIONS), objection_states, "object=O1");
}
