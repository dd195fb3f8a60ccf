#include "cli/role.h"

#include <string.h>

const char *
role_words(const struct cli *cli, const char *code)
{
	static const struct {
		const char *code, *zh, *en;
	} roles[] = {
	    {"office", "绩效办", "office"},
	    {"auditor", "审计", "auditor"},
	    {"clerk", "单位经办人", "clerk of a unit"},
	    {"head", "单位负责人", "head of a unit"},
	    {"functional", "职能部门经办人", "clerk of a functional department"},
	    {"evaluator", "评估组成员", "evaluator"},
	    {"lead", "评估组组长", "lead of an evaluation group"},
	    {"leader", "市领导", "city leader"},
	    {"secretary", "领导秘书", "a leader's secretary"},
	    {"committee", "评估委员会经办人", "clerk of the committee"},
	    {"reviewer", "纪检、组织部门", "discipline or organisation"},
	};

	for (size_t i = 0; code != NULL && i < sizeof roles / sizeof roles[0]; i++)
		if (strcmp(roles[i].code, code) == 0)
			return cli_say(cli, roles[i].zh, roles[i].en);
	return code;
}

const char *
role_city_words(const struct cli *cli, const char *city)
{
	return city != NULL && strcmp(city, "*") == 0 ? cli_say(cli, "全部", "all") : city;
}
