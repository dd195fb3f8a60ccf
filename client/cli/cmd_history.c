#include "cli/commands.h"
#include "cli/table.h"

int
cmd_history(struct cli *cli)
{
	Jx__History history = JX__HISTORY__INIT;
	const struct online_call call = {
	    JX__ENVELOPE__BODY_HISTORY, &history, JX__ENVELOPE__BODY_TABLE};
	const char *key = cli->options.words[1];
	struct online_year year;
	struct table table;
	const Jx__Table *reply;
	uint32_t limit;
	int status = table_check_kind(cli, cli->options.words[0]);

	/* The key's fields one by one, or joined by slashes already. */
	for (size_t i = 2; key != NULL && i < cli->options.word_count; i++)
		key = arena_printf(cli->arena, "%s/%s", key, cli->options.words[i]);
	if (key == NULL)
		return cli_error_memory(cli);
	if (status == CLI_EXIT_OK)
		status = table_limit(cli, &limit);
	if (status == CLI_EXIT_OK)
		status = online_pick_year(cli, &year);
	if (status != CLI_EXIT_OK)
		return status;
	history.city = ONLINE_TEXT(year.city);
	history.has_year = true;
	history.year = year.year;
	history.kind = ONLINE_TEXT(cli->options.words[0]);
	history.key = ONLINE_TEXT(key);
	status = online_ask(cli, &call, (const void **)&reply);
	if (status != CLI_EXIT_OK)
		return status;
	table = table_of(reply, limit);
	return table_show(cli, &table);
}
