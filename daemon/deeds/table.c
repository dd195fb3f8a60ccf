/* The chapters: every deed, life and view there is. */
#include <string.h>

#include "deeds/view.h"

/* clang-format off */
#define CHAPTERS(X) \
	X(ballot) \
	X(poll) \
	X(basic) \
	X(round) \
	X(report) \
	X(finding) \
	X(board) \
	X(evidence) \
	X(keep) \
	X(calendar) \
	X(commitcode) \
	X(draw) \
	X(visit) \
	X(self) \
	X(privacy) \
	X(register) \
	X(session) \
	X(sheet) \
	X(task) \
	X(plan) \
	X(review) \
	X(county) \
	X(method) \
	X(step) \
	X(adjust) \
	X(coverage) \
	X(compare) \
	X(plan_state) \
	X(todo) \
	X(notice) \
	X(missing) \
	X(may) \
	X(claim) \
	X(veto) \
	X(common) \
	X(team) \
	X(lease) \
	X(signer) \
	X(group) \
	X(figure) \
	X(confirmation) \
	X(outcome) \
	X(consent) \
	X(objection) \
	X(decision) \
	X(results) \
	X(runs) \
	X(feedback) \
	X(use) \
	X(list)
/* clang-format on */

#define CHAPTER_DECLARE(name) extern const struct chapter name##_chapter;
CHAPTERS(CHAPTER_DECLARE)

#define CHAPTER_LIST(name) &name##_chapter,
static const struct chapter *const chapters[] = {CHAPTERS(CHAPTER_LIST)};

enum { CHAPTER_COUNT = sizeof chapters / sizeof *chapters };

size_t
deed_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < CHAPTER_COUNT; i++)
		count += chapters[i]->deed_count;
	return count;
}

const struct deed *
deed_at(size_t index)
{
	for (size_t i = 0; i < CHAPTER_COUNT; i++) {
		if (index < chapters[i]->deed_count)
			return &chapters[i]->deeds[index];
		index -= chapters[i]->deed_count;
	}
	return NULL;
}

const struct deed *
deed_find(const char *name)
{
	for (size_t i = 0; i < deed_count(); i++)
		if (strcmp(deed_at(i)->name, name) == 0)
			return deed_at(i);
	return NULL;
}

size_t
deed_life_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < CHAPTER_COUNT; i++)
		count += chapters[i]->life_count;
	return count;
}

const struct deed_life *
deed_life_at(size_t index)
{
	for (size_t i = 0; i < CHAPTER_COUNT; i++) {
		if (index < chapters[i]->life_count)
			return &chapters[i]->lives[index];
		index -= chapters[i]->life_count;
	}
	return NULL;
}

const struct deed_life *
deed_life_of(enum record_kind kind)
{
	for (size_t i = 0; i < deed_life_count(); i++)
		if (deed_life_at(i)->kind == kind)
			return deed_life_at(i);
	return NULL;
}

size_t
view_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < CHAPTER_COUNT; i++)
		count += chapters[i]->view_count;
	return count;
}

const struct view *
view_at(size_t index)
{
	for (size_t i = 0; i < CHAPTER_COUNT; i++) {
		if (index < chapters[i]->view_count)
			return &chapters[i]->views[index];
		index -= chapters[i]->view_count;
	}
	return NULL;
}

const struct view *
view_find(const char *name)
{
	for (size_t i = 0; i < view_count(); i++)
		if (strcmp(view_at(i)->name, name) == 0)
			return view_at(i);
	return NULL;
}
