#include "cli/hole.h"

#include <string.h>

struct hole_words {
	const char *what; /* up to the colon */
	const char *zh, *en;
};

static const struct hole_words hole_words[] = {
    {"basic", "基础工作评估未评", "basic work: not marked"},
    {"progress", "定期调度未评", "progress round: not marked"},
    {"common", "共性目标未评", "common item: not marked"},
    {"ballots", "民主评估没有有效票", "voter group: no ballot"},
    {"goals", "没有重点工作目标", "no key goals"},
    {"group", "重点目标评估组未评", "key goal: not marked by the group"},
    {"leader", "领导未评", "leader: no mark"},
    {"leaders", "该级没有领导评分", "no leader of this rank"},
};

void
hole_print(const struct cli *cli, const char *unit, const char *name, const char *missing)
{
	size_t size = missing == NULL ? 0 : strcspn(missing, ":");
	const char *words = "";

	for (size_t i = 0; i < sizeof hole_words / sizeof hole_words[0]; i++)
		if (strlen(hole_words[i].what) == size &&
		    memcmp(hole_words[i].what, missing, size) == 0)
			words = cli_say(cli, hole_words[i].zh, hole_words[i].en);
	cli_note(cli, "缺 %s%s%s %s · %s", "missing %s%s%s %s · %s", unit == NULL ? "" : unit,
	    name == NULL ? "" : " ", name == NULL ? "" : name, missing == NULL ? "" : missing,
	    words);
}
