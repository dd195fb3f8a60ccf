/* What an account needs for its tasks, before it leaves the link behind. */
#include "cli/commands.h"
#include "cli/kit_lease.h"

static size_t
count_others(struct cli *cli, const struct kit *kit, size_t *mine)
{
	struct kit_task *tasks;
	size_t count, others = 0;

	*mine = 0;
	if (!kit_tasks(cli, kit, &tasks, &count))
		return 0;
	for (size_t i = 0; i < count; i++) {
		*mine += tasks[i].is_mine;
		others += tasks[i].holder[0] != '\0' && !tasks[i].is_mine;
	}
	return others;
}

int
cmd_kit_pull(struct cli *cli)
{
	const char *only = cli->options.values[OPTION_UNIT];
	size_t kept = 0, mine, others;
	struct kit kit;
	int status = local_open(cli);

	if (status == CLI_EXIT_OK)
		status = kit_begin(cli, &kit);
	if (status == CLI_EXIT_OK)
		status = kit_pull(cli, &kit, only, &kept);
	if (status == CLI_EXIT_OK && kit.is_group) {
		status = kit_lease_take(cli, &kit);
		/* As it stands now that they are taken. */
		if (status == CLI_EXIT_OK && kit.unit_count > 0)
			status = kit_pull_leases(cli, &kit);
	}
	if (status != CLI_EXIT_OK)
		return status;
	local_introduce(cli);
	cli_note(cli, "已取回 %zu 份副本，没有网络也可查看", "%zu copies are here, to be looked at without a link", kept);
	others = count_others(cli, &kit, &mine);
	if (kit.is_group)
		cli_note(cli, "本人占用目标 %zu 项，他人占用 %zu 项：jixiao kit",
		    "%zu goals taken by you, %zu by others: jixiao kit", mine, others);
	return CLI_EXIT_OK;
}
