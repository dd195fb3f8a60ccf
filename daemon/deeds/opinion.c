#include "deeds/opinion.h"

#include <string.h>

static bool
is_on(struct arena *arena, const Jx__PlanGoal *goal, const char *content)
{
	const char *now = deed_content(arena, PAPER_PLAN_GOALS, &goal->base, NULL);

	return now != NULL && deed_is(now, content);
}

const Jx__Opinion *
opinion_of(const struct book *book, struct arena *arena, const Jx__PlanGoal *goal, const char *by)
{
	const Jx__Opinion *opinion =
	    (const Jx__Opinion *)book_get(book, PAPER_OPINIONS, goal->unit, goal->goal, by);

	return opinion != NULL && is_on(arena, goal, opinion->content) ? opinion : NULL;
}

bool
opinion_asks(const struct book *book, struct arena *arena, const Jx__Opinion *opinion)
{
	const Jx__PlanGoal *goal =
	    (const Jx__PlanGoal *)book_get(book, PAPER_PLAN_GOALS, opinion->unit, opinion->goal);

	if (deed_is(opinion->verdict, "agree"))
		return false;
	if (deed_is(opinion->verdict, "add"))
		return goal == NULL;
	return goal != NULL && is_on(arena, goal, opinion->content);
}

static const char *
join(struct arena *arena, const char *list, const char *separator, const char *text)
{
	const char *joined = *list == '\0' ? arena_strdup(arena, text)
					   : arena_printf(arena, "%s%s%s", list, separator, text);

	return joined == NULL ? list : joined;
}

const char *
opinion_missing(const struct book *book, struct arena *arena, const char *unit, const char *by)
{
	const Jx__PlanGoal *goal;
	const char *list = "";
	size_t cursor = 0;

	while (
	    (goal = (const Jx__PlanGoal *)book_next(book, PAPER_PLAN_GOALS, unit, &cursor)) != NULL)
		if (opinion_of(book, arena, goal, by) == NULL)
			list = join(arena, list, "、", goal->goal);
	return list;
}

const char *
opinion_missing_all(const struct book *book, struct arena *arena, const char *unit)
{
	const Jx__Reviewer *reviewer;
	const char *list = "";
	size_t cursor = 0;

	while ((reviewer = (const Jx__Reviewer *)book_next(book, PAPER_REVIEWERS, unit, &cursor)) !=
	       NULL) {
		const char *missing = opinion_missing(book, arena, unit, reviewer->by);

		if (*missing != '\0')
			list = join(arena, join(arena, list, "；", reviewer->by), "：", missing);
	}
	return list;
}

bool
opinion_is_approved(
    const struct book *book, struct arena *arena, const Jx__PlanGoal *goal, const char *leader)
{
	const Jx__Approval *approval;
	size_t cursor = 0;

	while ((approval = (const Jx__Approval *)book_next(
		    book, PAPER_APPROVALS, goal->unit, &cursor)) != NULL)
		if (deed_is(approval->goal, goal->goal) &&
		    (leader == NULL || deed_is(approval->leader, leader)) &&
		    is_on(arena, goal, approval->content))
			return true;
	return false;
}

const char *
opinion_word(const char *verdict, enum jx_lang lang)
{
	static const struct {
		const char *verdict, *zh;
	} words[] = {{"agree", "同意"}, {"change", "修改"}, {"strike", "取消"}, {"add", "增加"}};

	for (size_t i = 0; lang == JX_ZH && i < sizeof words / sizeof *words; i++)
		if (deed_is(words[i].verdict, verdict))
			return words[i].zh;
	return deed_str(verdict);
}
