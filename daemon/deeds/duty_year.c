/* What is owed through the year: basic work, rounds, visits, findings (R12–R15). */
#include <stdio.h>
#include <string.h>

#include "deeds/duty.h"

enum { NUMBER_TEXT_SIZE = 16 };

static const char *
number_text(uint32_t number, char buffer[NUMBER_TEXT_SIZE])
{
	snprintf(buffer, NUMBER_TEXT_SIZE, "%u", number);
	return buffer;
}

static const Jx__Unit *
next_unit(const struct duty_walk *walk, size_t *cursor)
{
	return (const Jx__Unit *)book_next(walk->book, RECORD_UNITS, NULL, cursor);
}

static void
each_basic(struct duty_walk *walk)
{
	const struct scheme *scheme = book_scheme(walk->book);
	const Jx__Unit *unit;
	size_t cursor = 0;

	while ((unit = next_unit(walk, &cursor)) != NULL)
		for (size_t i = 0; i < scheme->basic_count; i++)
			if (book_get(walk->book, RECORD_BASIC, unit->unit, scheme->basic[i].code) == NULL)
				duty_owe(walk,
				    (struct duty_item){.unit = unit->unit, .object = scheme->basic[i].code});
}

static void
each_round_to_open(struct duty_walk *walk)
{
	char buffer[NUMBER_TEXT_SIZE];

	for (uint32_t round = 1; round <= book_scheme(walk->book)->round_count; round++)
		if (book_get(walk->book, PAPER_ROUNDS, number_text(round, buffer)) == NULL)
			duty_owe(walk, (struct duty_item){.object = arena_printf(walk->arena, "%u", round)});
}

static const char *
report_state(const struct duty_walk *walk, const char *unit, uint32_t round)
{
	char buffer[NUMBER_TEXT_SIZE];
	const Jx__RoundReport *report = (const Jx__RoundReport *)book_get(
	    walk->book, PAPER_ROUND_REPORTS, unit, number_text(round, buffer));

	return report == NULL ? "" : deed_str(report->state);
}

static const Jx__Round *
next_round(const struct duty_walk *walk, size_t *cursor)
{
	return (const Jx__Round *)book_next(walk->book, PAPER_ROUNDS, NULL, cursor);
}

static void
each_report(struct duty_walk *walk)
{
	const Jx__Round *round;
	size_t rounds = 0;

	while ((round = next_round(walk, &rounds)) != NULL) {
		const Jx__Unit *unit;
		size_t cursor = 0;

		while (deed_is(round->state, "open") && (unit = next_unit(walk, &cursor)) != NULL)
			if (!deed_is(report_state(walk, unit->unit, round->round), "sent"))
				duty_owe(walk, (struct duty_item){.unit = unit->unit,
						   .object = arena_printf(walk->arena, "%u", round->round),
						   .due_us = round->due_us});
	}
}

/* A round is marked when its report is there, or can no longer be in time. */
static void
each_round_to_mark(struct duty_walk *walk)
{
	char buffer[NUMBER_TEXT_SIZE];
	const Jx__Round *round;
	size_t rounds = 0;

	while ((round = next_round(walk, &rounds)) != NULL) {
		bool is_over = !deed_is(round->state, "open") ||
			       (round->due_us != 0 && walk->now_us >= round->due_us);
		const Jx__Unit *unit;
		size_t cursor = 0;

		while ((unit = next_unit(walk, &cursor)) != NULL) {
			struct duty_item item = {.unit = unit->unit,
			    .object = arena_printf(walk->arena, "%u", round->round)};

			if (book_get(walk->book, RECORD_PROGRESS, unit->unit,
				number_text(round->round, buffer)) != NULL)
				continue;
			if (!is_over && !deed_is(report_state(walk, unit->unit, round->round), "sent")) {
				item.waits_zh = "等单位报告";
				item.waits_en = "the unit's report";
			}
			duty_owe(walk, item);
		}
	}
}

/* clang-format off */
static const struct duty rows[] = {
	{.code = "basic.mark", .zh = "评定基础工作", .en = "mark basic work", .role = ROLE_OFFICE, .phase = "basic", .each = each_basic,
	    .requirement = "R12"},
	{.code = "round.open", .zh = "开始调度轮次", .en = "open the round", .role = ROLE_OFFICE, .phase = "progress", .each = each_round_to_open,
	    .requirement = "R13"},
	{.code = "report.send", .zh = "报送调度报告", .en = "send the progress report", .role = ROLE_CLERK, .helpers = ROLE_HEAD | ROLE_FUNCTIONAL,
	    .owner = DUTY_OF_UNIT, .each = each_report, .requirement = "R13"},
	{.code = "progress.mark", .zh = "评定调度轮次", .en = "mark the round", .role = ROLE_OFFICE, .each = each_round_to_mark,
	    .requirement = "R13"},
	{.code = "draw.reveal", .zh = "公开抽签种子", .en = "reveal the draw's seed", .role = ROLE_OFFICE,
	    .kind = PAPER_DRAWS, .states = {"committed"}, .object = "draw", .requirement = "R14"},
	{.code = "visit.mark", .zh = "记录实地踏查", .en = "record the visit", .role = ROLE_OFFICE,
	    .kind = PAPER_VISIT_PLANS, .states = {"planned", "arrived"}, .object = "visit", .requirement = "R14"},
	{.code = "finding.answer", .zh = "答复反馈问题", .en = "answer the finding", .role = ROLE_CLERK, .helpers = ROLE_HEAD | ROLE_FUNCTIONAL,
	    .owner = DUTY_OF_UNIT, .kind = PAPER_FINDINGS, .states = {"open"}, .object = "finding", .requirement = "R15"},
	{.code = "finding.close", .zh = "销号或退回问题答复", .en = "close the finding", .role = ROLE_OFFICE,
	    .kind = PAPER_FINDINGS, .states = {"answered"}, .object = "finding", .requirement = "R15"},
};
/* clang-format on */

const struct duty_part duty_year_part = {rows, sizeof rows / sizeof *rows};
