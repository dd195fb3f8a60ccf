#include "cli/commands.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "cli/role.h"

/* clang-format off */
static const struct grid_column columns[] = {
	{"account", "账号",     "Account", GRID_TEXT, GRID_ALWAYS},
	{"role",    "角色",     "Role",    GRID_TEXT, GRID_ALWAYS},
	{"city",    "城市",     "City",    GRID_TEXT, GRID_ALWAYS},
	{"unit",    "单位",     "Unit",    GRID_TEXT, GRID_ALWAYS},
	{"subject", "代表",     "Subject", GRID_TEXT, GRID_ALWAYS},
	{"server",  "服务器",   "Server",  GRID_TEXT, GRID_ALWAYS},
	{"may",     "可用请求", "May",     GRID_TEXT, GRID_IF_WIDE},
};
/* clang-format on */

int
cmd_whoami(struct cli *cli)
{
	const Jx__Whoami message = JX__WHOAMI__INIT;
	const Jx__WhoamiReply *reply;
	const char *may = "";
	struct grid *grid;
	int status;

	local_try_open(cli); /* what is said is kept for the days without a link */
	status = local_ask(cli, "whoami",
	    &(struct online_call){
		JX__ENVELOPE__BODY_WHOAMI, &message, JX__ENVELOPE__BODY_WHOAMI_REPLY},
	    (const void **)&reply);
	if (status != CLI_EXIT_OK)
		return status;
	for (size_t i = 0; may != NULL && i < reply->n_may; i++)
		may = arena_printf(cli->arena, "%s%s%s", may, i == 0 ? "" : ",", reply->may[i]);
	grid = grid_new(cli, grid_form_of(cli), columns, sizeof columns / sizeof columns[0]);
	if (grid == NULL)
		return cli_error_memory(cli);
	grid_add(grid, reply->account, NULL);
	grid_add(grid, reply->role, role_words(cli, reply->role));
	grid_add(grid, reply->city, role_city_words(cli, reply->city));
	grid_add(grid, reply->unit, NULL);
	grid_add(grid, reply->subject, NULL);
	grid_add(grid, reply->server, NULL);
	grid_add(grid, may, NULL);
	return grid_show(grid, true);
}
