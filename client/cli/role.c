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
