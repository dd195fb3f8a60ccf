/*
 * deeds/role.h: who acts: the roles there are, and an account as it acts.
 *
 * Source: issue of the year's roles; design G7; R27, R29, R33.
 */
#ifndef JX_DEEDS_ROLE_H
#define JX_DEEDS_ROLE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	ACTOR_NAME_SIZE = 65, /* TEXT_CODE_SIZE_MAX and NUL */
	ACTOR_CITY_SIZE = 65,
};

enum role {
	ROLE_NONE = 0,
	ROLE_OFFICE = 1 << 0,     /* 绩效办 */
	ROLE_AUDITOR = 1 << 1,    /* 审计: reads */
	ROLE_CLERK = 1 << 2,      /* 单位经办人: prepares for its own unit */
	ROLE_HEAD = 1 << 3,       /* 单位负责人: submits what needs the unit's leadership */
	ROLE_FUNCTIONAL = 1 << 4, /* 职能部门经办人: its own unit, and what its department sets, reviews and marks */
	ROLE_EVALUATOR = 1 << 5,  /* 评估组成员 */
	ROLE_LEAD = 1 << 6,       /* 评估组组长 */
	ROLE_LEADER = 1 << 7,     /* 市领导 */
	ROLE_SECRETARY = 1 << 8,  /* 领导秘书: prepares, does not submit */
	ROLE_COMMITTEE = 1 << 9,  /* 评估委员会经办人: records the committee's decisions */
	ROLE_REVIEWER = 1 << 10,  /* 纪检、组织部门: gives its opinion on the award list */
	ROLE_END = 1 << 11,
	ROLE_ALL = ROLE_END - 1,
};

/* The role of that code, ROLE_NONE when there is none; and back. */
enum role role_find(const char *code);
const char *role_code(enum role role);
/* Must an account of that role name a unit, a subject (account.proto)? */
bool role_needs_unit(enum role role);
bool role_needs_subject(enum role role);

struct actor {
	char account[ACTOR_NAME_SIZE];
	enum role role;
	char city[ACTOR_CITY_SIZE];    /* "*": all */
	char unit[ACTOR_NAME_SIZE];    /* its home unit; "": none */
	char subject[ACTOR_NAME_SIZE]; /* in whose name: account.proto */
};

#endif
