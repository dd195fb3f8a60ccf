/* Back at a link: what was done is sent, whole or in part, and the goals are given back. */
#include <string.h>

#include "cli/again.h"
#include "cli/commands.h"
#include "cli/kit_lease.h"

enum { ITEM_COUNT_MAX = 4096 };

/* Those that wait and are of that unit. */
static int
choose_of_unit(struct cli *cli, const char *unit, int64_t *numbers, size_t *count)
{
	struct outbox_item item = {.number = 0};
	enum jx_err err = JX_OK;

	while (*count < ITEM_COUNT_MAX &&
	       (err = outbox_next(cli->store, cli->arena, OUTBOX_WAITING | OUTBOX_SENDING, item.number, &item)) == JX_OK) {
		const Jx__Deed *deed = sending_deed(cli, &item);

		if (deed == NULL)
			return cli_error_memory(cli);
		if (deed->unit != NULL && strcmp(deed->unit, unit) == 0)
			numbers[(*count)++] = item.number;
	}
	return err == JX_OK || err == JX_E_NOT_FOUND ? CLI_EXIT_OK : local_error(cli, err);
}

static int
choose(struct cli *cli, int64_t *numbers, size_t *count, bool *is_all)
{
	const char *unit = cli->options.values[OPTION_UNIT];
	int status = CLI_EXIT_OK;

	*is_all = unit == NULL && cli->options.word_count == 0;
	if (unit != NULL && cli->options.word_count > 0)
		return cli_error(cli, JX_E_USAGE, "编号与 --unit 只能给出一种", "either numbers or --unit");
	if (unit != NULL)
		return choose_of_unit(cli, unit, numbers, count);
	for (size_t i = 0; status == CLI_EXIT_OK && i < cli->options.word_count; i++)
		status = item_number(cli, i, &numbers[(*count)++]);
	return status;
}

int
cmd_kit_push(struct cli *cli)
{
	int64_t *numbers = arena_alloc(cli->arena, ITEM_COUNT_MAX * sizeof *numbers);
	struct kit kit;
	size_t count = 0;
	bool is_all;
	int status = numbers == NULL ? cli_error_memory(cli) : local_open(cli), given;

	if (status == CLI_EXIT_OK)
		status = choose(cli, numbers, &count, &is_all);
	if (status == CLI_EXIT_OK)
		status = kit_begin(cli, &kit);
	if (status != CLI_EXIT_OK)
		return status;
	if (is_all || count > 0)
		status = again_send(cli, numbers, count);
	/* What is refused or waits keeps its goal. */
	if (status != err_exit(JX_E_CONNECTION) && kit.is_group && cli->options.word_count == 0) {
		given = kit_pull_leases(cli, &kit);
		if (given == CLI_EXIT_OK)
			given = kit_lease_give(cli, &kit, cli->options.values[OPTION_UNIT]);
		if (given == CLI_EXIT_OK)
			given = kit_pull_leases(cli, &kit);
		if (status == CLI_EXIT_OK)
			status = given;
	}
	return status;
}
