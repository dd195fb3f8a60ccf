#include "deeds/role.h"

#include <assert.h>
#include <string.h>

static const struct {
	enum role role;
	const char *code;
	bool needs_unit, needs_subject;
} rows[] = {
    {ROLE_OFFICE, "office", false, false},
    {ROLE_AUDITOR, "auditor", false, false},
    {ROLE_CLERK, "clerk", true, false},
    {ROLE_HEAD, "head", true, false},
    {ROLE_FUNCTIONAL, "functional", false, true},
    {ROLE_EVALUATOR, "evaluator", false, false},
    {ROLE_LEAD, "lead", false, false},
    {ROLE_LEADER, "leader", false, true},
    {ROLE_SECRETARY, "secretary", false, true},
    {ROLE_COMMITTEE, "committee", false, false},
    {ROLE_REVIEWER, "reviewer", false, true},
};

enum role
role_find(const char *code)
{
	for (size_t i = 0; code != NULL && i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].code, code) == 0)
			return rows[i].role;
	return ROLE_NONE;
}

static size_t
row_of(enum role role)
{
	size_t i = 0;

	while (i < sizeof rows / sizeof *rows && rows[i].role != role)
		i++;
	assert(i < sizeof rows / sizeof *rows);
	return i;
}

const char *
role_code(enum role role)
{
	return role == ROLE_NONE ? "" : rows[row_of(role)].code;
}

bool
role_needs_unit(enum role role)
{
	return rows[row_of(role)].needs_unit;
}

bool
role_needs_subject(enum role role)
{
	return rows[row_of(role)].needs_subject;
}
