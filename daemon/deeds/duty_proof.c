/* Files that submissions name and that are not there yet (R44): owed by whoever submitted. */
#include "deeds/awaited.h"
#include "deeds/duty.h"

static void
owe_file(void *arg, const struct awaited_item *item)
{
	struct duty_walk *walk = arg;
	struct duty_item owed = {.unit = item->unit, .due_us = item->until_us};

	if (item->state != AWAITED_WAITING && item->state != AWAITED_MISSING)
		return;
	owed.object = arena_strdup(walk->arena, item->hex);
	if (item->kind == PAPER_VISIT_PLANS)
		owed.account = ((const Jx__VisitPlan *)item->record)->by;
	duty_owe(walk, owed);
}

/* What a unit itself submits. Of dailies and veto cases it says nothing: their writers file where they see fit. */
static void
each_file(struct duty_walk *walk)
{
	static const enum record_kind kinds[] = {
	    PAPER_MATERIALS, PAPER_GOAL_REPORTS, PAPER_SELF_LINES, PAPER_CLAIMS, PAPER_ADJUSTMENTS};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		awaited_each(walk->book, kinds[i], NULL, walk->now_us, owe_file, walk);
}

static void
each_photo(struct duty_walk *walk)
{
	awaited_each(walk->book, PAPER_VISIT_PLANS, NULL, walk->now_us, owe_file, walk);
}

/* clang-format off */
static const struct duty rows[] = {
	{.code = "evidence.keep", .zh = "补传已报送材料所列的文件", .en = "send the file that a submission names", .role = ROLE_CLERK,
	    .helpers = ROLE_HEAD | ROLE_FUNCTIONAL, .owner = DUTY_OF_UNIT, .each = each_file, .requirement = "R12 R16 R17 R24 R44"},
	{.code = "photo.keep", .zh = "补传踏查记录所列的照片", .en = "send the photo that a visit's record names", .role = ROLE_EVALUATOR,
	    .helpers = ROLE_LEAD | ROLE_OFFICE, .owner = DUTY_OF_ACCOUNT, .each = each_photo, .requirement = "R14"},
};
/* clang-format on */

const struct duty_part duty_proof_part = {rows, sizeof rows / sizeof *rows};
